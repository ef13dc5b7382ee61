"""The metrics document keeps what has not changed, and writes both encoders' formats."""

from sim_stage import HELD, stage, wait

from kumo_tui.sim.metrics.family import Family, crate_text, streamed_text
from kumo_tui.sim.web.replies import Piece

_MANY = """
[[node.generate]]
pattern = "t{t}@d{i}.example"
queues = 2_500
modulo = { t = 7 }
"""


def _pieces(pieces: list[Piece]) -> list[bytes]:
    return [piece.raw for piece in pieces if piece.raw.startswith(b"scheduled_count{")]


def test_only_blocks_with_a_changed_count_are_written_again() -> None:
    node, clock = stage(HELD + _MANY)
    first = _pieces(list(node.metrics.text(packed=False)))
    again = _pieces(list(node.metrics.text(packed=False)))
    node.inject("t1@hold.example", 2)
    changed = _pieces(list(node.metrics.text(packed=False)))
    assert len(first) == len(again) == len(changed) == 3
    assert [a is b for a, b in zip(first, again, strict=True)] == [True, True, True]
    assert [a is b for a, b in zip(first, changed, strict=True)] == [True, True, False]
    assert changed[2].endswith(b'scheduled_count{queue="t1@hold.example"} 2\n')
    wait(node, clock, 1.0)
    assert _pieces(list(node.metrics.text(packed=False)))[2] is changed[2]


def test_sums_follow_the_counts() -> None:
    node, _ = stage(HELD)
    node.inject("c:t@hold.example", 2)
    assert _lines(node.metrics.text(packed=False), "scheduled_by") == {
        'scheduled_by_domain{domain="hold.example"} 2',
        'scheduled_by_tenant{tenant="t"} 2',
        'scheduled_by_tenant_campaign{tenant="t", campaign="c"} 2',
    }
    node.inject("c:t@hold.example", 1)
    assert 'scheduled_by_tenant{tenant="t"} 3' in _lines(node.metrics.text(packed=False), "scheduled_by")


def _lines(pieces: object, beginning: str) -> set[str]:
    text = b"".join(piece.raw for piece in pieces).decode()  # type: ignore[attr-defined]  # an iterator of pieces
    return {line for line in text.splitlines() if line.startswith(beginning)}


def test_the_library_escapes_labels_and_the_server_does_not() -> None:
    family = Family("f", "gauge", (((("a", 'x"\\\n'), ("b", "y")), 1.5), ((("a", ""), ("b", "")), 2.0)))
    assert crate_text(family).splitlines()[2:] == ['f{a="x\\"\\\\\\n",b="y"} 1.5', 'f{a="",b=""} 2']
    assert streamed_text(family).split("\n", 2)[2] == 'f{a="x"\\\n", b="y"} 1.5\nf{a="", b=""} 2\n'
