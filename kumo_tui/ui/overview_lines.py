"""How the overview is drawn: where it is from and how old, totals, the last hours, queues and instances."""

from collections.abc import Sequence
from itertools import pairwise

from kumo_tui.model.overview import Graph, Overview, Part, Point, QueueFigure, Rates
from kumo_tui.model.scrapes import Target
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean, is_altered, plural
from kumo_tui.ui.cells import Align, Cut, cut_middle, fit, fit_count
from kumo_tui.ui.node_lines import labelled
from kumo_tui.ui.ports import Overviewing
from kumo_tui.ui.strips import Line, Piece, line_width
from kumo_tui.ui.theme import Glyphs, Look
from kumo_tui.ui.widgets.fitted_lines import wrapped
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow
from kumo_tui.units import age_text, count_text, percent_text
from kumo_tui.watch.overview_words import Note, node_scrape_words

WIDE = 100
TALL = 30
LABEL_WIDTH = 8
LEAST_URL = 12

# The least height, the rows of the graph and the lines of notes that there is room for then.
_ROOM = ((TALL, 10, 5), (22, 6, 5), (16, 2, 2), (0, 0, 2))

# Missed readings and missed scrapes: the numbers are of another time by then.
STALE_READINGS = 3
SCRAPED_LATE_S = 150.0

QUEUE_COLUMNS = (
    Column("QUEUE", cut=Cut.MIDDLE),
    Column("MESSAGES", 12, Align.RIGHT, vital=True),
    Column("PER MIN", 9, Align.RIGHT),
    Column("SHARE", 6, Align.RIGHT, from_width=WIDE),
)
INSTANCE_COLUMNS = (
    Column("INSTANCE", cut=Cut.MIDDLE),
    Column("STATE", 12),
    Column("MESSAGES", 11, Align.RIGHT, vital=True),
    Column("QUEUES", 7, Align.RIGHT),
    Column("OUT/MIN", 8, Align.RIGHT),
    Column("SCRAPED", 7, Align.RIGHT),
    Column("IN/MIN", 8, Align.RIGHT, from_width=WIDE),
    Column("LATER/MIN", 9, Align.RIGHT, from_width=WIDE),
    Column("GROWTH/MIN", 10, Align.RIGHT, from_width=WIDE),
)

# Eighths of a cell from below, empty first; with ASCII thirds.
_BLOCKS, _ASCII_BLOCKS = " ▁▂▃▄▅▆▇█", " .:#"


def room_for(height: int) -> tuple[int, int]:
    """The rows of the graph, 0 for none, and the lines of notes that go with a screen of this height."""
    return next((rows, notes) for least, rows, notes in _ROOM if height >= least)


def title_line(overview: Overview, target: str, now: float, width: int) -> Line:
    """Where the numbers are from, how old the answer is, and how old the oldest sample in it."""
    head = (Piece(" Overview", Look.STRONG), Piece(f" {clean(target)}" if target else ""))
    age, scraped = overview.age_s(now), overview.scraped_ago_s(now)
    ages: Line = (Piece(", nothing read yet", Look.DIM),)
    if age is not None:
        late = age > STALE_READINGS * overview.every_s
        ages = (Piece(", "), Piece(f"{age_text(age)} old", Look.AMBER if late else Look.NORMAL))
        if scraped is not None:
            look = Look.AMBER if scraped - age > SCRAPED_LATE_S or late else Look.NORMAL
            ages = (*ages, Piece(", scraped "), Piece(f"{age_text(scraped)} ago", look))
    room = width - line_width(head) - line_width(ages) - len("  from ")
    if room < LEAST_URL:
        return (*head, Piece(" "), *ages[1:]) if age is not None else (*head, *ages)
    return (*head, Piece(f"  from {cut_middle(clean(overview.url), room)}", Look.DIM), *ages)


def total_lines(overview: Overview, now: float, signs: Glyphs) -> Sequence[Line]:
    """The totals of all instances that are in the sums, and their rates."""
    queued, rates = overview.queued, overview.rates
    if queued is None:
        return [(Piece(" no data yet", Look.DIM),), ()]
    stood = queued.value
    known = len(overview.known)
    partial = overview.scraped < known
    count = f"{overview.scraped} of {plural(known, 'instance')}" if partial else plural(known, "instance")
    first = (
        Piece(f" {count_text(stood.messages)}", Look.STRONG),
        Piece(f" msgs {signs.dot} "),
        Piece(count_text(stood.queues), Look.STRONG),
        Piece(" queue" if stood.queues == 1 else " queues"),
        Piece(f" on {count}", Look.AMBER if partial else Look.NORMAL),
        *_older(overview, Part.QUEUES, queued.age_s(now)),
    )
    if rates is None:
        return [first, (Piece(" no rates yet", Look.DIM),)]
    return [first, (*_rates(rates.value.total, signs), *_older(overview, Part.RATES, rates.age_s(now)))]


def graph_lines(overview: Overview, now: float, width: int, rows: int, signs: Glyphs) -> Sequence[Line]:
    """The last hours: a title, `rows` rows of blocks, and the time below; over a slow link numbers in one row."""
    if not rows:
        return ()
    span = overview.span
    timed = overview.graph
    title = Piece(f" messages, last {span} h", Look.DIM)
    if timed is None or timed.value.span is not span:
        blank: Line = ()
        state = "not read" if _has_failed(overview, Part.GRAPH) else "reading"
        return [(title, Piece(f"   {state}", Look.DIM)), *[blank] * (rows + 2)]
    graph = timed.value
    stored = any(point.messages is not None for point in graph.points)
    none = () if stored else (Piece("   nothing is stored of that time yet", Look.DIM),)
    head = (title, *none, *_older(overview, Part.GRAPH, timed.age_s(now)))
    if not signs.bar:
        return [head, _number_line(graph, width)]
    columns = resampled(graph, max(10, width - LABEL_WIDTH - 2))
    return [head, *_block_rows(graph, columns, rows, signs), *_axis(graph, columns, signs)]


def resampled(graph: Graph, width: int) -> list[Point]:
    """One point for each of `width` columns: the highest of those that fall together, and the fewest instances."""
    count = len(graph.points)
    found = []
    for column in range(width):
        start = column * count // width
        several = graph.points[start : max(start + 1, (column + 1) * count // width)]
        known = [point.messages for point in several if point.messages is not None]
        found.append(Point(max(known, default=None), min(point.instances for point in several)))
    return found


def queue_row(queue: QueueFigure, total: int, signs: Glyphs) -> LineRow:
    """One of the largest queues; a name that is shown otherwise than it is bears a flag."""
    change = "-" if queue.per_min is None else fit_count(round(queue.per_min), 9, signed=True)
    cells = (
        Cell(clean(queue.name)),
        Cell(count_text(queue.messages)),
        Cell(change),
        Cell(percent_text(queue.messages, total)),
    )
    return LineRow(queue.name, cells, flag=Cell(signs.altered if is_altered(queue.name) else " ", Look.AMBER))


def instance_rows(overview: Overview, now: float, signs: Glyphs) -> list[LineRow]:
    """Each instance by the name of the node that it is; then nodes of ours that Prometheus does not know."""
    names = {instance: node for node, instance in overview.scrapes.by_node.items()}
    rows = [_instance_row(overview, target, names, now, signs) for target in overview.known]
    blanks = (Cell("-"),) * (len(INSTANCE_COLUMNS) - 2)
    rows += [
        LineRow(("unknown", node), (Cell(clean(node)), Cell("NOT THERE", Look.AMBER), *blanks), _mark(signs))
        for node in overview.scrapes.unknown
    ]
    return rows


def note_lines(found: Sequence[Note], width: int, most: int, signs: Glyphs) -> Sequence[Line]:
    """The notes, wrapped, at most so many lines; what the numbers are for stands last whatever there is."""
    of_each = [_note_lines(note, width, signs) for note in found]
    lines = [line for several in of_each for line in several]
    if len(lines) <= most:
        return lines
    if most < 3:
        return [of_each[0][0], of_each[-1][0]]
    kept = lines[: most - 2]
    words = f"{len(lines) - len(kept) - 1} more lines; `kumo-tui overview` prints all"
    more = (Piece(f" {signs.warning} {words}", Look.AMBER),)
    return [*kept, more, lines[-1]]


def scrape_facts(source: Overviewing | None, fleet: Snapshot, node: str, width: int) -> Sequence[Line]:
    """What is wrong with the scrape of a node that answers us, as one of its facts; none where nothing is."""
    words = node_scrape_words(source.overview, fleet, node) if source is not None else ""
    return labelled("prometheus", words, width, Look.AMBER)


def _note_lines(note: Note, width: int, signs: Glyphs) -> Sequence[Line]:
    look = Look.DIM if note.is_plain else Look.RED if note.is_grave else Look.AMBER
    return wrapped(note.words, width - 1, look, "   " if note.is_plain else f" {signs.warning} ")


def _rates(rates: Rates, signs: Glyphs) -> Line:
    words = [
        f"in {_rate(rates.received)}",
        f"out {_rate(rates.delivered)}",
        f"failed for now {_rate(rates.failed_for_now)}",
        f"growing {_rate(rates.growth, signed=True)}",
    ]
    return (Piece(" per min: ", Look.DIM), Piece(f" {signs.dot} ".join(words)))


def _rate(value: float | None, *, signed: bool = False) -> str:
    return "-" if value is None else fit_count(round(value), 9, signed=signed)


def _older(overview: Overview, part: Part, age_s: float) -> Line:
    """The age of a part that could not be read when the rest was."""
    return (Piece(f"  ({age_text(age_s)} old)", Look.AMBER),) if _has_failed(overview, part) else ()


def _has_failed(overview: Overview, part: Part) -> bool:
    """Whether this part could not be read: without targets no other is asked for."""
    return part in overview.troubles or Part.TARGETS in overview.troubles


def _block_rows(graph: Graph, columns: Sequence[Point], rows: int, signs: Glyphs) -> list[Line]:
    blocks = _ASCII_BLOCKS if signs.ascii_only else _BLOCKS
    steps = len(blocks) - 1
    most = graph.most or 1.0
    heights = [_height(point, most, rows * steps) for point in columns]
    labels = {0: fit_count(round(graph.most), LABEL_WIDTH - 1), rows - 1: "0" if rows > 1 else ""}
    lines: list[Line] = []
    for row in range(rows):
        below = (rows - 1 - row) * steps
        text = "".join(blocks[max(0, min(steps, height - below))] for height in heights)
        label = fit(labels.get(row, ""), LABEL_WIDTH, Align.RIGHT)
        lines.append((Piece(f"{label} ", Look.DIM), Piece(text)))
    return lines


def _height(point: Point, most: float, whole: int) -> int:
    """In steps; mail that stands shows, however little it is."""
    if not point.messages:
        return 0
    return max(1, round(point.messages / most * whole))


def _axis(graph: Graph, columns: Sequence[Point], signs: Glyphs) -> list[Line]:
    """A rule, with `!` where fewer instances are in the sum and blank where nothing is known, and the times."""
    marks = [" " if point.messages is None else signs.rule if graph.is_whole(point) else "!" for point in columns]
    line = tuple(Piece(mark, Look.AMBER if mark == "!" else Look.DIM) for mark in marks)
    start, middle, end = f"-{graph.span} h", f"-{_half(graph.span)}", "now"
    width = len(columns)
    blanks = max(1, width // 2 - len(start) - len(middle) // 2)
    text = start + " " * blanks + middle
    text += " " * max(1, width - len(text) - len(end)) + end
    legend: Line = ()
    if "!" in marks:
        words = f" ! under {graph.instances}"
        legend = (Piece(words, Look.AMBER),)
        text = text[: max(0, width - len(words) - len(end) - 1)].rstrip().ljust(width - len(words) - len(end) - 1)
        return [
            (Piece(" " * (LABEL_WIDTH + 1)), *line),
            (Piece(" " * (LABEL_WIDTH + 1) + text, Look.DIM), *legend, Piece(f" {end}", Look.DIM)),
        ]
    return [(Piece(" " * (LABEL_WIDTH + 1)), *line), (Piece(" " * (LABEL_WIDTH + 1) + text, Look.DIM),)]


def _half(span: int) -> str:
    return f"{span // 2} h" if span > 1 else "30 min"


def _number_line(graph: Graph, width: int) -> Line:
    """As many numbers as fit, oldest first."""
    columns = resampled(graph, max(2, min(8, width // 10)))
    words = ["-" if point.messages is None else fit_count(round(point.messages), 8) for point in columns]
    arrows = "".join(f" {before} >" for before, _after in pairwise([*words, ""]))
    return (Piece(arrows.removesuffix(" >")),)


def _instance_row(overview: Overview, target: Target, names: dict[str, str], now: float, signs: Glyphs) -> LineRow:
    node = names.get(target.instance)
    queued = overview.queued.value.instances if overview.queued else {}
    figure = queued.get(target.instance)
    rates = overview.rates.value.instances.get(target.instance, Rates()) if overview.rates else Rates()
    age = overview.targets.age_s(now) if overview.targets else 0.0
    scraped = "-" if target.scraped_ago_s is None else age_text(target.scraped_ago_s + age)
    failing = target.up is False
    state = Cell("FAILING", Look.AMBER) if failing else Cell("ok" if target.has_metrics else "no metrics")
    cells = (
        Cell(clean(node if node is not None else target.instance)),
        state if node is not None or failing else Cell("not ours", Look.AMBER),
        Cell("-" if figure is None else count_text(figure.messages)),
        Cell("-" if figure is None else count_text(figure.queues)),
        Cell(_rate(rates.delivered)),
        Cell(scraped),
        Cell(_rate(rates.received)),
        Cell(_rate(rates.failed_for_now)),
        Cell(_rate(rates.growth, signed=True)),
    )
    return LineRow(("instance", target.instance), cells, _mark(signs) if failing else Cell(" "))


def _mark(signs: Glyphs) -> Cell:
    return Cell(signs.warning, Look.AMBER)
