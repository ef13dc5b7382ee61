"""The one table of commands: it feeds bindings, footer, help and palette."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


class Place(StrEnum):
    """Where a command applies."""

    TABLE = "in any table"
    QUEUES = "queues"
    DIRECTIVES = "directives"
    DASHBOARD = "dashboard"
    DETAIL = "details"
    EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `keys` are Textual's key names, `shown` is how they are written on screen.

    `label` is the footer's word ("" keeps it out), `help` a short sentence. Destructive commands open a
    dialog, never act by themselves, and are absent in read-only mode. `rank` orders the footer.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    label: str
    help: str
    places: frozenset[Place]
    destructive: bool = False
    rank: int = 50

    def applies(self, places: Iterable[Place], *, read_only: bool = False) -> bool:
        """Whether the command can be used at one of these places."""
        if read_only and self.destructive:
            return False
        return not self.places.isdisjoint(places)


def _at(*places: Place) -> frozenset[Place]:
    return frozenset(places)


_D, _Q, _X, _T = Place.DASHBOARD, Place.QUEUES, Place.DIRECTIVES, Place.TABLE
_ALL = _at(Place.EVERYWHERE)

COMMANDS: tuple[Command, ...] = (
    Command(
        "bounce",
        ("b",),
        "b",
        "bounce",
        "Bounce: the marked queues, the group or what the filter shows, else the queue under the cursor",
        _at(_Q),
        destructive=True,
        rank=1,
    ),
    Command(
        "cancel",
        ("x",),
        "x",
        "cancel",
        "Cancel the directive under the cursor: it stops matching; mail already taken still bounces",
        _at(_X),
        destructive=True,
        rank=1,
    ),
    Command("open", ("enter",), "Enter", "open", "Open what is under the cursor", _at(_T), rank=2),
    Command("back", ("escape",), "Esc", "back", "Back; here it clears the filter, then the marks", _ALL, rank=90),
    Command("mark", ("space",), "Space", "mark", "Mark or unmark the queue under the cursor", _at(_Q), rank=3),
    Command(
        "filter",
        ("slash",),
        "/",
        "filter",
        "Filter: text, ~regex, c= t= d= r= a part, ! not",
        _at(_D),
        rank=4,
    ),
    Command("sort", ("o",), "o", "sort", "Order by the next column", _at(_D), rank=5),
    Command("reverse", ("O", "upper_o"), "O", "", "Turn the order round", _at(_D)),
    Command("group", ("g",), "g", "group", "Group by campaign, tenant, domain or not", _at(_D), rank=6),
    Command("freeze", ("f",), "f", "freeze", "Freeze the screen, or let it go on", _at(_D), rank=9),
    Command("refresh", ("r",), "r", "refresh", "Read all nodes now", _at(_D, Place.DETAIL), rank=10),
    Command("slower", ("plus",), "+", "", "Read less often", _at(_D)),
    Command("faster", ("minus",), "-", "", "Read more often", _at(_D)),
    Command("other_pane", ("tab",), "Tab", "other pane", "Go to the other table", _at(_D), rank=8),
    Command("copy", ("y",), "y", "", "Copy what is under the cursor, and show it", _at(_T)),
    Command("help", ("question_mark",), "?", "help", "These keys", _ALL, rank=7),
    Command("palette", ("colon",), ":", "", "Find a command by its name", _ALL),
    Command("quit", ("q",), "q", "quit", "Quit; what was sent goes on", _at(_D), rank=11),
    Command("cursor_up", ("up", "k"), "↑ k", "", "One line up", _at(_T)),
    Command("cursor_down", ("down", "j"), "↓ j", "", "One line down", _at(_T)),
    Command("page_up", ("pageup",), "PgUp", "", "One page up", _at(_T)),
    Command("page_down", ("pagedown",), "PgDn", "", "One page down", _at(_T)),
    Command("first", ("home",), "Home", "", "First line", _at(_T)),
    Command("last", ("end",), "End", "", "Last line", _at(_T)),
)


def command(identity: str) -> Command:
    """The command of this id. Raises KeyError for an unknown one."""
    return _BY_ID[identity]


_BY_ID = {entry.id: entry for entry in COMMANDS}


def bindings(*identities: str) -> list[BindingType]:
    """Textual bindings of these commands; the action is `action_<id>`. None shows in Textual's own footer."""
    return [
        Binding(key, entry.id, entry.label or entry.help, id=f"{entry.id}.{key}", tooltip=entry.help, show=False)
        for entry in (command(identity) for identity in identities)
        for key in entry.keys
    ]


def ids_at(*places: Place) -> tuple[str, ...]:
    """Ids of the commands of these places."""
    return tuple(entry.id for entry in COMMANDS if not entry.places.isdisjoint(places))


def in_footer(places: Iterable[Place], *, read_only: bool = False) -> Sequence[Command]:
    """Commands with a footer label that apply here, the most needed first."""
    here = frozenset(places)
    shown = [entry for entry in COMMANDS if entry.label and entry.applies(here, read_only=read_only)]
    return sorted(shown, key=lambda entry: entry.rank)
