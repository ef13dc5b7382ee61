"""What is said of an operation that some nodes took and some did not, and of where it could be sent on to."""

from collections.abc import Iterator, Sequence

from kumo_tui.model.offer import Offer, Why
from kumo_tui.model.operation import ActState, Mode
from kumo_tui.model.partial import held_nodes, is_partial, missing, parts
from kumo_tui.model.snapshot import NodeProgress, OperationStatus, Snapshot
from kumo_tui.model.tags import tagged_reason
from kumo_tui.model.verdict import NOT_THERE, Verdict
from kumo_tui.text import clean, one_line, plural
from kumo_tui.ui.operation_words import names_of, only_stopped_words, where_words
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import VERDICTS, Glyphs, Look
from kumo_tui.ui.widgets.fitted_lines import wrapped

SAID_LENGTH = 120
NAMED_MOST = 3

_PARTIAL = VERDICTS[Verdict.PARTIAL]


def headline(status: OperationStatus, snapshot: Snapshot, signs: Glyphs) -> Piece:
    """`▶ RUNNING`; `◐ PARTIAL RUNNING` where some nodes took it and some did not.

    `▶ RUNNING, known on 2 of 3 nodes` where some are not read now.
    """
    style = VERDICTS[status.verdict]
    if not is_partial(status, snapshot):
        known, unread = "", unread_nodes(status, snapshot)
        if unread and style.look is not Look.RED:
            known = f", known on {len(status.nodes) - unread} of {plural(len(status.nodes), 'node')}"
        return Piece(f"{style.mark(signs.ascii_only)} {style.word}{known}", Look.AMBER if known else style.look)
    more = "" if status.verdict.is_final else f" {style.word}"
    return Piece(f"{_PARTIAL.mark(signs.ascii_only)} {_PARTIAL.word}{more}", _PARTIAL.look)


def short_words(status: OperationStatus, snapshot: Snapshot) -> str:
    """`PARTIAL 2/3`, for a column; empty where it is not partial."""
    if not is_partial(status, snapshot):
        return ""
    took_it, asked = parts(status, snapshot)
    return f"{_PARTIAL.word} {took_it}/{asked}"


def read_words(status: OperationStatus, snapshot: Snapshot) -> str:
    """`2/3`, where nobody knows now how it goes on on the others; empty where it is known or over on all."""
    unread = unread_nodes(status, snapshot)
    return f"{len(status.nodes) - unread}/{len(status.nodes)}" if unread else ""


def unread_nodes(status: OperationStatus, snapshot: Snapshot) -> int:
    """On how many of its nodes, where it is not over, nobody knows now how it goes on."""
    return sum(1 for node in status.nodes if not node.verdict.is_final and not _is_read(node, snapshot))


def meaning_line(status: OperationStatus, snapshot: Snapshot, width: int, words: str) -> Sequence[Line]:
    """`RUNNING: ` and `words`; of a partial one, where it is not in force and where it is."""
    if is_partial(status, snapshot):
        return wrapped(f"{_PARTIAL.word}: {' '.join(_partial_words(status, snapshot))}", width, _PARTIAL.look)
    style = VERDICTS[status.verdict]
    return wrapped(f"{style.word}: {words}", width, style.look)


def offer_lines(
    status: OperationStatus, snapshot: Snapshot, width: int, signs: Glyphs, *, may_act: bool
) -> Sequence[Line]:
    """Each node that it could be sent on to, and the key for that where one `may_act`."""
    found = [offer for offer in snapshot.offers if offer.tag == status.operation.tag]
    if not found:
        return ()
    first = [offer for offer in found if offer.why is Why.HELD]
    found = [*(offer for offer in found if offer not in first), *first]
    verb = "stops there" if status.operation.is_waiting else "bounces it there too" if first else "sends it there"
    way = f". t {verb}, after a new preview." if may_act else "."
    texts = [offer_words(offer) for offer in found[-NAMED_MOST:]]
    if len(found) > NAMED_MOST:
        texts.insert(0, plural(len(found) - NAMED_MOST, "more node"))
    return [
        line
        for text in [*texts[:-1], f"{texts[-1]}{way}"]
        for line in wrapped(text, width, Look.AMBER, f"{signs.warning} ")
    ]


def offer_words(offer: Offer) -> str:
    """`mta3 is back: 12,000 matching messages stand there, op 7F3A2C is not there`."""
    node, tag = clean(offer.node), offer.tag
    stand = f"{plural(offer.messages, 'matching message')} {'stands' if offer.messages == 1 else 'stand'} there"
    if offer.why is Why.REFUSED:
        said = one_line(offer.said.partition(". ")[0].rstrip("."), SAID_LENGTH)
        return f"{node} did not take it{f' ({said})' if said else ''}: {stand}"
    if offer.why is Why.HELD:
        return f"{node} is only stopped: {stand}"
    if offer.why is Why.LOST:
        return f"{node} has it no more: {stand}"
    came = "is back" if offer.why is Why.BACK else "has joined"
    return f"{node} {came}: {stand}, op {tag} is not there"


def send_label(offers: Sequence[Offer], *, is_stop: bool) -> str:
    """`send to mta2`, as a key's label; `bounce on mta2` where it is stopped already."""
    where = clean(offers[0].node) if len(offers) == 1 else f"{len(offers)} nodes"
    verb = "bounce on" if any(offer.why is Why.HELD for offer in offers) else "send to"
    return f"{'stop on' if is_stop else verb} {where}"


def _is_read(node: NodeProgress, snapshot: Snapshot) -> bool:
    seen = snapshot.node(node.act.node)
    return seen is not None and seen.is_fresh


def _partial_words(status: OperationStatus, snapshot: Snapshot) -> Iterator[str]:
    gone, held = missing(status, snapshot), held_nodes(status)
    is_clean = status.operation.mode is Mode.CLEAN
    fell = [node for node in gone if node.verdict in NOT_THERE]
    asking = [node for node in gone if node.verdict is Verdict.UNKNOWN and node.act.state is ActState.UNKNOWN]
    let_go = [node for node in gone if node.verdict is Verdict.RELEASED]
    stopped = [node for node in held if node not in asking]
    silent = [node for node in gone if node not in (*fell, *asking, *let_go, *stopped)]
    if fell:
        yield f"{where_words(fell)}: nothing is {'held' if is_clean else 'caught'} there."
    if let_go:
        yield f"RELEASED on {names_of(let_go)}: it was only stopped there, nothing of it was bounced."
    if stopped:
        yield only_stopped_words(stopped)
    if asking:
        tag = tagged_reason("", status.operation.tag).strip()
        yield f"Not known on {names_of(asking)}: looking for {tag} in the list there, never sent again by itself."
    if silent:
        what = "what is stopped there stays so" if is_clean else "it runs on there"
        yield f"No answer from {names_of(silent)}: {what} until its own end, and a restart forgets it."
    going_on = any(node not in gone and not node.verdict.is_final for node in status.nodes)
    was_done = any(node.verdict is Verdict.DONE for node in status.nodes)
    if going_on or was_done:
        yield "Elsewhere it goes on." if going_on else "Elsewhere it was done."
