"""What ssh says in a tunnel that stands is one of the facts of its node."""

from dataclasses import replace

from kumo_tui.model.snapshot import NodeSnapshot, Timed
from kumo_tui.ui.node_lines import node_facts
from kumo_tui.ui.theme import Look
from tests.ui.worlds import START, node, settings, snapshot

SAID = "channel 2: open failed: connect failed: Connection refused"
COMPLAINT = Timed(SAID, START - 40)


def told(of: NodeSnapshot) -> list[tuple[str, Look]]:
    """The words beside `ssh`, and their look."""
    lines = node_facts(of, snapshot(of), START, settings(), 400, insecure=False)
    return [(line[1].text, line[1].look) for line in lines if line[0].text.strip() == "ssh"]


def test_it_is_told_with_its_age_and_dim_once_it_is_old() -> None:
    assert told(node("mta1", {})) == []
    now = replace(node("mta1", {}), complaint=COMPLAINT)
    assert told(now) == [(f"it said 40s ago, the tunnel stands: {SAID}", Look.AMBER)]
    old = replace(now, complaint=replace(COMPLAINT, at=START - 3600))
    assert told(old) == [(f"it said 1h ago, the tunnel stands: {SAID}", Look.DIM)]


def test_what_an_error_tells_already_is_not_said_twice() -> None:
    errors = {"metrics": f"mta1: ssh: {SAID}. Is kumod running there?"}
    assert told(replace(node("mta1", {}), complaint=COMPLAINT, errors=errors)) == []
