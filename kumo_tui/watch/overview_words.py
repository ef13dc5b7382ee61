"""What is said about an overview besides its numbers: what is wrong, what is missing, what it is good for."""

from collections.abc import Iterator
from dataclasses import dataclass

from kumo_tui.model.overview import Ailment, Overview, Part, Queued
from kumo_tui.model.scrapes import failing_words
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import and_more, clean, plural
from kumo_tui.units import count_text

FOR_A_LOOK = "Only to look at: a bounce is previewed from the nodes themselves."
HOW_TO_CONFIGURE = (
    "No Prometheus is configured for this target: the overview is read from one that scrapes the nodes. "
    'Add [profile.NAME.prometheus] with url = "http://prometheus:9090" to the config.'
)

# The nodes' own counter and the sum over queues are of different moments of a scrape.
_LEAST_DIFFERENCE, _SHARE_OF_DIFFERENCE = 100, 0.02
_NAMED = 3

_WITHOUT = {
    Part.TARGETS: "nothing new is read",
    Part.QUEUES: "messages and queues are not new",
    Part.RATES: "rates are not new",
    Part.GRAPH: "the graph is not new",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to say, in clean words; a grave one keeps from reading what is asked."""

    words: str
    is_grave: bool = False
    is_plain: bool = False


def notes(overview: Overview, fleet: Snapshot) -> Iterator[Note]:
    """What is to be said, the gravest first, and last what these numbers are for."""
    for part, trouble in sorted(overview.troubles.items(), key=lambda item: list(Part).index(item[0])):
        grave = trouble.ailment in (Ailment.DOWN, Ailment.NOT_ALLOWED, Ailment.NOT_ASKED, Ailment.EMPTY)
        without = f" ({_WITHOUT[part]})" if overview.queued is not None or part is not Part.TARGETS else ""
        yield Note(f"{trouble.what.rstrip('.')}{without}. {trouble.next_step}".strip(), is_grave=grave)
    yield from (Note(words) for words in scrape_words(overview, fleet))
    yield from _missing(overview, fleet)
    for warning in overview.warnings:
        yield Note(f"its answers may not be whole, it warns: {clean(warning)}")
    if overview.insecure:
        yield Note("its certificate is not verified (insecure): anybody may answer in its place")
    if overview.queued is not None:
        yield from _difference(overview.queued.value)
    yield Note(FOR_A_LOOK, is_plain=True)


def scrape_words(overview: Overview, fleet: Snapshot) -> Iterator[str]:
    """One line for each node that answers us and cannot be scraped."""
    for name in overview.scrapes.failing:
        words = node_scrape_words(overview, fleet, name)
        if words:
            yield words


def node_scrape_words(overview: Overview, fleet: Snapshot, name: str) -> str:
    """What is wrong with the scrape of this node, empty where nothing is or it does not answer us either."""
    node = fleet.node(name)
    if name not in overview.scrapes.failing or node is None or not node.is_fresh:
        return ""
    return failing_words(name, overview.scrapes.failing[name])


def _missing(overview: Overview, fleet: Snapshot) -> Iterator[Note]:
    silent = [
        name
        for name in overview.scrapes.failing
        if (node := fleet.node(name)) is not None and not node.is_fresh and (node.has_data or node.errors)
    ]
    if silent:
        yield Note(f"{and_more(silent, _NAMED)}: neither Prometheus nor we can read {_it(silent)} now")
    unknown = overview.scrapes.unknown
    if unknown:
        yield Note(
            f"Prometheus does not know {and_more(unknown, _NAMED)}: missing here; "
            "if it is called otherwise there, set instance for the node"
        )
    repeated = list(overview.scrapes.repeated)
    if repeated:
        yield Note(
            f"{and_more(repeated, _NAMED)}: stored there more than once, by several jobs or replicas: these sums "
            f"count {_it(repeated)} as often; match can narrow them"
        )
    strangers = overview.scrapes.strangers
    if strangers:
        verb = "is no node" if strangers == 1 else "are no nodes"
        yield Note(
            f"{plural(strangers, 'instance')} there {verb} of ours, yet in these sums; match can narrow them"
        )


def _difference(queued: Queued) -> Iterator[Note]:
    """The graph shows the nodes' own counter, the totals the sum over queues, as polling does."""
    counter = queued.counter
    if counter is None:
        return
    if abs(counter - queued.messages) > max(_LEAST_DIFFERENCE, _SHARE_OF_DIFFERENCE * queued.messages):
        yield Note(
            f"the nodes themselves count {count_text(counter)} messages, their queues "
            f"{count_text(queued.messages)}: the graph shows the first, the rest the second"
        )


def _it(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"
