"""Whatever a name holds, the report shows it as text: nothing in it is markup, HTML, a link or a table cell."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.journal.markdown import code, escaped, escaped_name, table
from kumo_tui.journal.report_queues import cell
from kumo_tui.text import clean

_READ = re.compile(r"\\([!-/:-@\[-`{-~])|&(amp|lt|gt);")
_ENTITY = {"amp": "&", "lt": "<", "gt": ">"}
_CELL_END = re.compile(r"(?<!\\)(?:\\\\)*\|")

HOSTILE = st.text() | st.text(alphabet="|`*_[]()<>#\\&~$!-+=@:/w.\n\r\t\x1b\u202e 1")


def as_rendered(markdown: str) -> str:
    """What a reader of Markdown shows of text without markup."""
    return _READ.sub(lambda found: found[1] or _ENTITY[found[2]], markdown)


@given(HOSTILE)
def test_what_is_shown_is_the_clean_text_and_nothing_acts(raw: str) -> None:
    markdown = escaped(raw)
    assert as_rendered(markdown) == clean(raw)
    assert markdown.isprintable()
    # What stood on either side of an escape does not meet.
    bare = _READ.sub(" ", markdown)
    assert not set(bare) & set("`*_[]<>#|~$!\\")
    assert "://" not in bare
    assert "www." not in bare.lower()


@given(st.lists(HOSTILE, min_size=3, max_size=3))
def test_a_row_has_as_many_cells_as_its_head(cells: list[str]) -> None:
    lines = table(("a", "b", "c"), [[escaped(text) for text in cells]])
    assert [len(_CELL_END.findall(line)) for line in lines] == [4, 4, 4]


@given(HOSTILE)
def test_a_block_of_code_ends_where_it_should(raw: str) -> None:
    fence, shown, end = code(f"{raw}\n```\nrm -rf /")
    assert fence == f"{end}sh"
    assert end not in shown
    assert shown.isprintable()


def test_a_name_that_is_shown_otherwise_says_so() -> None:
    assert escaped_name("a\x1b[2J") == "a\\\\x1b\\[2J (escaped)"
    assert escaped_name("promo:acme@yahoo.com") == "promo:acme@yahoo.com"


@pytest.mark.parametrize("raw", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_no_cell_begins_a_formula(raw: str) -> None:
    assert cell(raw) == f"'{clean(raw)}"


def test_other_cells_stay_as_they_are() -> None:
    assert cell("promo:acme@yahoo.com") == "promo:acme@yahoo.com"
    assert cell("") == ""
