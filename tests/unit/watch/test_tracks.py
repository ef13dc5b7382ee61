"""What is followed is found by its node."""

from dataclasses import replace

from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.verdict import Verdict
from kumo_tui.watch.tracker import Track, start_track
from kumo_tui.watch.tracks import Tracks
from tests.unit.watch.worlds import ledger


def track(tag: str, node: str) -> Track:
    return start_track(tag, NodeAct(node, ActState.ACCEPTED, "a"), ledger(yahoo=1), 90.0, 5, 0)


def test_what_is_followed_on_a_node_is_found_in_the_order_of_its_beginning_as_it_is_now() -> None:
    tracks = Tracks()
    for tag, node in (("B", "mta1"), ("A", "mta2"), ("A", "mta1")):
        tracks[tag, node] = track(tag, node)
    later = tracks["B", "mta1"] = replace(track("B", "mta1"), note="later")
    assert list(tracks.on("mta1").items()) == [(("B", "mta1"), later), (("A", "mta1"), tracks["A", "mta1"])]
    assert list(tracks.on("mta3")) == []
    assert (len(tracks), set(tracks)) == (3, {("B", "mta1"), ("A", "mta2"), ("A", "mta1")})


def test_what_has_ended_is_not_open_and_what_nobody_watches_is_not_followed() -> None:
    tracks = Tracks()
    tracks["A", "mta1"] = replace(track("A", "mta1"), verdict=Verdict.DONE)
    tracks["B", "mta1"] = track("B", "mta1").unwatched("gone")
    tracks["C", "mta1"] = track("C", "mta1")
    assert list(tracks.on("mta1")) == [("A", "mta1"), ("C", "mta1")]
    assert list(tracks.open_on("mta1")) == [("C", "mta1")]
