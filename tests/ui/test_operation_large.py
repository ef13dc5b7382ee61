"""An operation of very many queues lists the largest, and says how many it leaves out."""

from kumo_tui.model.ledger import LISTED, Ledger
from kumo_tui.model.selector import Criteria
from kumo_tui.ui import clean_lines, operation_lines
from kumo_tui.ui.theme import glyphs
from tests.ui.worlds import operation

MANY = {f"promo:acme@host{number}.example": number + 1 for number in range(LISTED + 250)}
SIGNS = glyphs(ascii_only=True)


def test_the_largest_queues_are_listed_and_the_rest_is_counted() -> None:
    rows = operation_lines.queue_rows(operation(baseline=MANY, bounced={}), SIGNS)
    assert len(rows) == LISTED + 1
    assert rows[0].key == f"promo:acme@host{LISTED + 249}.example"
    assert (rows[-1].key, rows[-1].cells[0].text) == (
        operation_lines.LEFT_OUT,
        "and 250 smaller queues: e writes all",
    )
    assert len(rows[-1].cells) == len(operation_lines.QUEUE_COLUMNS)


def test_a_list_that_is_whole_says_nothing_of_others() -> None:
    few = dict(list(MANY.items())[:LISTED])
    rows = operation_lines.queue_rows(operation(baseline=few, bounced={}), SIGNS)
    assert [row.key for row in rows] == [row.name for row in Ledger(Criteria(campaign="promo"), few).rows]


def test_a_clean_bounce_lists_the_largest_too() -> None:
    rows = clean_lines.queue_rows(operation(baseline=MANY, bounced={}), SIGNS)
    assert len(rows) == LISTED + 1
    assert rows[-1].cells[0].text == "and 250 smaller queues: e writes all"
    assert len(rows[-1].cells) == len(clean_lines.QUEUE_COLUMNS)
