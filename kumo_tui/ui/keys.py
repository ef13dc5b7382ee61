"""The one table of commands: it feeds bindings, footer, help and palette."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType

from kumo_tui.act.rights import Rights


class Place(StrEnum):
    """Where a command applies."""

    TABLE = "tables"
    QUEUES = "queues"
    DIRECTIVES = "directives"
    DASHBOARD = "dashboard"
    FILTER = "filter"
    DETAIL = "details"
    HISTORY = "history"
    OPERATION = "operations"
    OVERVIEW = "overview"
    NODES = "nodes"
    EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `keys` are Textual's key names, `shown` is how they are written on screen.

    `label` names it in a word, `help` in a short sentence. Destructive commands cannot be undone; those that are
    `changing` alter something on a node. Both open a dialog, never act by themselves, and are absent in
    read-only mode. `rank` orders the footer; 0 keeps it out.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    label: str
    help: str
    places: frozenset[Place]
    destructive: bool = False
    changing: bool = False
    rank: int = 0

    @property
    def only_looks(self) -> bool:
        """Whether it may be used in read-only mode."""
        return not (self.destructive or self.changing)

    def is_allowed(self, rights: Rights) -> bool:
        """Whether a session with these rights has it at all."""
        return self.only_looks or rights.may_act

    def applies(self, places: Iterable[Place], rights: Rights) -> bool:
        """Whether the command can be used at one of these places."""
        return self.is_allowed(rights) and not self.places.isdisjoint(places)


def _at(*places: Place) -> frozenset[Place]:
    return frozenset(places)


WAY_BACK = "back"
_BOARD, _QUEUES, _TABLES = _at(Place.DASHBOARD), _at(Place.QUEUES), _at(Place.TABLE)
_ALL = _at(Place.EVERYWHERE)

COMMANDS: tuple[Command, ...] = (
    Command(
        "bounce",
        ("b",),
        "b",
        "bounce",
        "Bounce: marks, group, filter, or this queue",
        _at(Place.QUEUES, Place.OVERVIEW),
        destructive=True,
        rank=1,
    ),
    Command(
        "stop",
        ("s",),
        "s",
        "stop",
        "Stop: mail waits, none is lost; bounce or let go",
        _QUEUES,
        changing=True,
        rank=2,
    ),
    Command(
        "cancel",
        ("x",),
        "x",
        "cancel",
        "Cancel or end: no new matches; taken mail bounces",
        _at(Place.DIRECTIVES),
        destructive=True,
        rank=1,
    ),
    Command(
        "send_there",
        ("t",),
        "t",
        "send there",
        "Send it to nodes that have no part in it",
        _at(Place.OPERATION),
        destructive=True,
    ),
    Command("open", ("enter",), "Enter", "open", "Open what is under the cursor", _TABLES, rank=3),
    Command(
        WAY_BACK,
        ("escape",),
        "Esc",
        "back",
        "Back; or clear filter, marks, one node alone",
        _at(Place.EVERYWHERE, Place.FILTER),
        rank=90,
    ),
    Command("mark", ("space",), "Space", "mark", "Mark or unmark the queue under the cursor", _QUEUES, rank=4),
    Command(
        "filter",
        ("slash",),
        "/",
        "filter",
        "Filter: text  ~regex  c= t= d= r= a part  ! not",
        _at(Place.DASHBOARD, Place.HISTORY),
        rank=5,
    ),
    Command("keep", ("enter",), "Enter", "keep", "Keep the filter and go to the table", _at(Place.FILTER), rank=1),
    Command("sort", ("o",), "o", "sort", "Order by the next column", _BOARD, rank=6),
    Command("reverse", ("O", "upper_o"), "O", "reverse", "Turn the order round", _BOARD),
    Command("group", ("g",), "g", "group", "Group by campaign, tenant, domain or not", _BOARD, rank=7),
    Command(
        "alone",
        ("a",),
        "a",
        "one node",
        "One node alone: the next one, then all again",
        _at(Place.DASHBOARD, Place.NODES),
        rank=17,
    ),
    Command(
        "enabled",
        ("d",),
        "d",
        "on/off",
        "Disable a node, or enable it",
        _at(Place.NODES),
        rank=4,
    ),
    Command(
        "read_only",
        ("w",),
        "w",
        "watch only",
        "Only watch a node, or let acts reach it again",
        _at(Place.NODES),
        rank=5,
    ),
    Command("freeze", ("f",), "f", "freeze", "Freeze the screen, or let it go on", _BOARD, rank=12),
    Command(
        "refresh",
        ("r",),
        "r",
        "refresh",
        "Read all nodes now",
        _at(Place.DASHBOARD, Place.DETAIL),
        rank=11,
    ),
    Command("slower", ("plus",), "+", "slower", "Read half as often", _BOARD),
    Command("faster", ("minus",), "-", "faster", "Read twice as often", _BOARD),
    Command(
        "low_bandwidth",
        ("l",),
        "l",
        "low bandwidth",
        "Draw less, over a slow link; or as ever",
        _ALL,
    ),
    Command(
        "other_pane",
        ("tab",),
        "Tab",
        "pane",
        "Go to the other table",
        _at(Place.DASHBOARD, Place.OVERVIEW),
        rank=9,
    ),
    Command("overview", ("v",), "v", "overview", "The whole fleet as Prometheus sees it", _BOARD, rank=16),
    Command(
        "span",
        ("t",),
        "t",
        "1h 6h 24h",
        "How far the graph goes back",
        _at(Place.OVERVIEW),
        rank=2,
    ),
    Command("history", ("h",), "h", "history", "Every operation so far, from the journal", _BOARD, rank=14),
    Command("nodes", ("n",), "n", "nodes", "Each node: state, version, what it can do, errors", _BOARD, rank=15),
    Command(
        "profiles", ("p",), "p", "profiles", "Profiles: what holds on each; Enter goes to it", _BOARD, rank=16
    ),
    Command(
        "report",
        ("w",),
        "w",
        "report",
        "Write an incident report to a file, as Markdown",
        _at(Place.OPERATION),
        rank=6,
    ),
    Command(
        "export", ("e",), "e", "csv", "Write an operation's queues to a file, as CSV", _at(Place.OPERATION), rank=7
    ),
    Command(
        "copy", ("y",), "y", "copy", "Copy the name or id, and show it", _at(Place.TABLE, Place.DETAIL), rank=13
    ),
    Command("help", ("question_mark",), "?", "help", "These keys", _ALL, rank=8),
    Command("palette", ("colon",), ":", "palette", "Find a command by its name", _ALL),
    Command("quit", ("q",), "q", "quit", "Quit; what was sent goes on; asks about a stop", _BOARD, rank=10),
    Command("cursor_up", ("up", "k"), "↑ k", "up", "One line up", _TABLES),
    Command("cursor_down", ("down", "j"), "↓ j", "down", "One line down", _TABLES),
    Command("page_up", ("pageup",), "PgUp", "page up", "One page up", _TABLES),
    Command("page_down", ("pagedown",), "PgDn", "page down", "One page down", _TABLES),
    Command("first", ("home",), "Home", "first", "First line", _TABLES),
    Command("last", ("end",), "End", "last", "Last line", _TABLES),
)
MOVES = frozenset({"cursor_up", "cursor_down", "page_up", "page_down", "first", "last"})


def command(identity: str) -> Command:
    """The command of this id. Raises KeyError for an unknown one."""
    return _BY_ID[identity]


_BY_ID = {entry.id: entry for entry in COMMANDS}


def bindings(*identities: str, of: str = "") -> list[BindingType]:
    """Textual bindings of these commands; the action is `action_<id>` of the owner, or of `of` ("app").

    They have priority: Textual then runs them one after the other, in the order of the keys. Without it each
    key waits in the queue of the widget that had the focus when it came, and of `/promo`, come in at once
    over a slow link, the letters would act as keys. Where somebody types, `check_action` lets letters through.
    None shows in Textual's own footer.
    """
    return [
        Binding(
            key,
            f"{of}.{entry.id}" if of else entry.id,
            entry.label,
            id=f"{entry.id}.{key}",
            tooltip=entry.help,
            show=False,
            priority=True,
        )
        for entry in (command(identity) for identity in identities)
        for key in entry.keys
    ]


def ids_at(*places: Place) -> tuple[str, ...]:
    """Ids of the commands of these places."""
    return tuple(entry.id for entry in COMMANDS if not entry.places.isdisjoint(places))


def in_footer(places: Iterable[Place], rights: Rights) -> Sequence[Command]:
    """Commands of the footer that apply here, the most needed first; the dashboard leads back to nowhere."""
    here = frozenset(places)
    shown = [entry for entry in COMMANDS if entry.rank and entry.applies(here, rights)]
    at_home = Place.DASHBOARD in here
    return sorted((entry for entry in shown if entry.id != WAY_BACK or not at_home), key=lambda entry: entry.rank)


def may_run(action: str, places: Iterable[Place], rights: Rights) -> bool:
    """Whether an action of Textual may run at these places; actions that are no commands always may."""
    entry = _BY_ID.get(action)
    return entry is None or entry.applies(places, rights)
