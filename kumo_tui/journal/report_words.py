"""What is said of an operation's outcome when one looks back, in words that claim no more than the journal holds.

`shown` makes of a name what may stand in the text: Markdown, unless something else is given.
"""

from collections.abc import Callable, Iterator

from kumo_tui.journal.markdown import escaped, escaped_name
from kumo_tui.journal.records import Recorded
from kumo_tui.model.history import Chain, HistoryEntry, HistoryNode
from kumo_tui.model.operation import Mode, NodeAct
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import plural
from kumo_tui.units import count_text

Shown = Callable[[str], str]

COLLATERAL_SHOWN = 20
CHAIN_SHOWN = 6

_OPEN = "no end of it is in the journal"

_MEANING = {
    Verdict.RUNNING: f"{_OPEN}; when last looked at it was being carried out",
    Verdict.STALLED: f"{_OPEN}; when last looked at no total rose although messages were missing",
    Verdict.SWEPT: f"{_OPEN}; when last looked at the queues were swept, and new mail would have been caught",
    Verdict.CATCHING: f"{_OPEN}; when last looked at new mail kept coming and was bounced",
    Verdict.SWEEPING: f"{_OPEN}; when last looked at its mail was stopped and being swept",
    Verdict.RETURNING: f"{_OPEN}; when last looked at mail was still to come back from ready queues",
    Verdict.STOPPED: "its mail was stopped, and no decision to bounce it is in the journal",
    Verdict.UNKNOWN: "nobody knows whether it was carried out",
    Verdict.EXPIRED: "it would have been over before the node's list could be read: nobody knows whether it ran",
    Verdict.LOST: "it ended before its time, by no act of ours",
    Verdict.CANCELLED: "it was ended before its time",
    Verdict.REPLACED: "another directive with the same criteria took its place",
    Verdict.REJECTED: "it was not carried out: nothing was bounced",
    Verdict.RELEASED: "the stop was let go, and nothing was bounced",
    Verdict.DONE: "it came to its end",
}

_DOUBTS = {
    Verdict.LOST: "the node forgot its totals",
    Verdict.CANCELLED: "mail already taken from its queues bounced all the same, uncounted",
    Verdict.REPLACED: "its last totals left the list with it",
    Verdict.UNKNOWN: "nobody knows whether the node took it",
    Verdict.EXPIRED: "nobody knows whether it ran; what its queues held before and after is in the timeline",
    Verdict.DONE: "its totals were not read until its end",
}


def verdict_words(entry: HistoryEntry, shown: Shown = escaped) -> str:
    """What the verdict over all nodes means; where it does not hold for all of them, on which it does.

    Of a partial one, what became of it on each node, those first that have no part in it.
    """
    if entry.is_partial:
        return "; ".join(_partial_words(entry, shown))
    verdict, by = entry.verdict, shown(entry.replaced_by or "")
    words = f"operation {by}, with the same criteria, took its place"
    if verdict is not Verdict.REPLACED or not by:
        words = f"{_MEANING[verdict]}{f'; {words} in the end' if by else ''}"
    which = [shown(node.node) for node in entry.nodes if node.verdict is verdict]
    return words if len(which) == len(entry.nodes) else f"on {', '.join(which)} {words}; for the others see below"


def _partial_words(entry: HistoryEntry, shown: Shown) -> Iterator[str]:
    ordered = sorted(entry.nodes, key=lambda node: not node.part.is_missing)
    for verdict in dict.fromkeys(node.verdict for node in ordered):
        which = ", ".join(shown(node.node) for node in ordered if node.verdict is verdict)
        yield f"on {which} {_MEANING[verdict]}"


def bounced_words(entry: HistoryEntry, shown: Shown = escaped) -> str:
    """How many messages were bounced: exactly or at least, and why no more can be said."""
    progress = entry.progress
    sure = "At least" if entry.at_least else "Exactly"
    words = f"{sure} {_messages(progress.bounced)} bounced; {count_text(progress.baseline)} stood just before."
    if progress.beyond:
        words += f" Beyond that: {count_text(progress.beyond)}, from ready queues or newly arrived."
    doubts = [f"{shown(node.node)}: {_doubt(node, entry.mode)}" for node in entry.nodes if node.at_least]
    return f"{words} At least, because: {'; '.join(doubts)}." if doubts else words


def collateral_words(entry: HistoryEntry) -> str:
    """Whether mail was bounced that was not meant, and whose."""
    progress, collateral = entry.progress, entry.ledger.collateral
    if not progress.collateral:
        if entry.mode is Mode.CLEAN:
            return "Collateral: none. A sweep takes nothing from queues that are not meant."
        return f"Collateral: none{' in the totals that were seen' if entry.at_least else ''}."
    largest = sorted(collateral, key=lambda name: (-collateral[name], name))
    shown = [f"{escaped_name(name)} {count_text(collateral[name])}" for name in largest[:COLLATERAL_SHOWN]]
    if len(largest) > len(shown):
        shown.append(f"and {plural(len(largest) - len(shown), 'queue')} more")
    of_others = f"{plural(progress.collateral, 'message')} of {plural(progress.collateral_queues, 'queue')}"
    return f"**Collateral: {of_others} not meant** by this operation bounced too: {', '.join(shown)}."


def leak_words(entry: HistoryEntry) -> str:
    """What is known of mail that was meant and went out: nothing but what the timeline says."""
    if entry.mode is Mode.CLEAN:
        return "Leak: how much of the meant mail went out all the same is not in the journal, see the timeline."
    return "Leak: how much of the meant mail was delivered meanwhile is not in the journal, and so not known."


def chain_words(chain: Chain, shown: Shown = escaped) -> str:
    """The operations that took the place of one another, and their sums."""
    sure = "at least" if chain.at_least else "exactly"
    words = f"Chain: {shown(chain_tags(chain, ' → '))}, each replaced by the next; together {sure} "
    collateral = f", with {plural(chain.collateral, 'message')} of collateral" if chain.collateral else ""
    return f"{words}{plural(chain.bounced, 'message')} bounced{collateral}."


def chain_tags(chain: Chain, arrow: str) -> str:
    """The tags of a chain, the oldest first; of a long one its ends."""
    tags = chain.tags
    if len(tags) > CHAIN_SHOWN:
        ends = CHAIN_SHOWN // 2
        tags = (*tags[:ends], f"({count_text(len(tags) - 2 * ends)} more)", *tags[-ends:])
    return arrow.join(tags)


def node_notes(recorded: Recorded, act: NodeAct) -> Iterator[str]:
    """What was said of the act on a node, and what the watch noted with its last verdict; each names the node."""
    if act.error:
        yield f"{act.node}: {act.error}"
    ruling = recorded.rulings.get(act.node)
    if ruling is not None:
        beginning = f"{act.node} {ruling.verdict.value.upper()}: "
        said = [event.text for event in recorded.operation.events if event.text.startswith(beginning)]
        yield from said[-1:]


def _doubt(node: HistoryNode, mode: Mode) -> str:
    if mode is Mode.CLEAN:
        return "counted by kumo-tui before each sweep, and mail may have come in between"
    return _DOUBTS.get(node.verdict, "nobody followed it to its end")


def _messages(count: int) -> str:
    return f"{plural(count, 'message')} {'was' if count == 1 else 'were'}"
