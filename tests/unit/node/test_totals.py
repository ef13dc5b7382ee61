"""Totals of a large bounce list are read in pieces, and come out as if they had been read at once."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.node import totals, wire
from kumo_tui.node.totals import PAIRS_AT_ONCE, lift_totals

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ['a"5,"b', '5,":3', "}", "{", '"bounced":{', 'x"bounced', "\\", '\\"', "a\nb", "1,", '":1,"']
)
counts = st.dictionaries(names, st.integers(0, 2**63 - 1), max_size=12)


def entry(bounced: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {
        "id": "a",
        "campaign": None,
        "tenant": None,
        "domain": None,
        "routing_domain": None,
        "reason": "x",
        "duration": "5m",
        "bounced": bounced,
        "total_bounced": 0,
        **values,
    }


def body(*entries: dict[str, Any], compact: bool = True, ascii_only: bool = False) -> bytes:
    separators = (",", ":") if compact else (" ,\n", " : ")
    return json.dumps(entries, separators=separators, ensure_ascii=ascii_only).encode()


@given(st.lists(counts, max_size=4), names, st.booleans(), st.booleans(), st.integers(1, 3))
def test_lists_read_in_pieces_are_the_lists_that_were_written(
    several: list[dict[str, int]], reason: str, compact: bool, ascii_only: bool, at_once: int
) -> None:
    entries = [entry(bounced, reason=reason, other={reason: {"bounced": {"z": 1}}}) for bounced in several]
    written = body(*entries, compact=compact, ascii_only=ascii_only)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(totals, "_PAIRS", totals.pairs_of(at_once))
        patch.setattr(wire, "lift_totals", lambda each: lift_totals(each, 0))
        read = wire.read_directives(written)
    assert [dict(directive.bounced) for directive in read] == several
    assert all(directive.reason == reason and not directive.flaw for directive in read)


def test_a_large_list_is_read_in_pieces_and_a_small_one_at_once() -> None:
    many = {f"campaign:tenant@host{number}.example": number for number in range(5 * PAIRS_AT_ONCE)}
    lifted = lift_totals(body(entry(many), entry({"b": 1})))
    assert lifted is not None
    assert len(lifted.body) < 1000
    assert lifted.totals == [many, {"b": 1}]
    assert lift_totals(body(entry({"b": 1}))) is None
    assert wire.read_directives(body(entry(many)))[0].bounced == many


@pytest.mark.parametrize(
    "odd",
    [
        '{"a":-1}',
        '{"a":1.5}',
        '{"a":1,}',
        '{"a":1 "b":2}',
        '{"a":99999999999999999999}',
        '{"a":01}',
        '{"a":"1"}',
        '{"a":1;',
        '{"a":',
        '{"\\ud800":1}',
        "{a:1}",
        "{,}",
    ],
)
def test_totals_that_kumod_would_not_write_are_left_to_the_strict_reading(odd: str) -> None:
    text = body(entry({"MARK": 1})).decode().replace('{"MARK":1}', odd)
    assert lift_totals(text.encode(), 0) is None


def test_of_a_name_that_comes_twice_the_last_total_stands_as_in_the_strict_reading() -> None:
    text = body(entry({"MARK": 1})).replace(b'{"MARK":1}', b'{"a":1,"b":2,"a":3}')
    lifted = lift_totals(text, 0)
    assert lifted is not None
    assert lifted.totals[0] == wire.read_directives(text)[0].bounced == {"a": 3, "b": 2}


@pytest.mark.parametrize("lost", [1, 2, 30, 40])
def test_a_large_list_that_stops_in_the_middle_is_no_list(lost: int) -> None:
    whole = body(entry({f"queue{number}": number for number in range(60_000)}))
    assert lift_totals(whole) is not None
    with pytest.raises(wire.WireError):
        wire.read_directives(whole[:-lost])
