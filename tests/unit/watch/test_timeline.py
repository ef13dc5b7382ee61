"""Forty seconds of a real server, played through tracker and ledger."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Criteria, ExactQueues, Selector
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, NodeState, Timed
from kumo_tui.model.tags import tagged_reason
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.metrics import MetricsReader
from kumo_tui.node.wire import read_directives
from kumo_tui.watch.tracker import Track, advance, start_track
from tests.fakes import recording

BOUNCE, METRICS = "/api/admin/bounce/v1", "/metrics"
LINES = list(recording("timeline"))


def metrics_of(line: dict[str, Any]) -> Metrics:
    reader = MetricsReader()
    reader.feed(line["response"]["body"].encode())
    return reader.finish()


def readings(after: float) -> Iterator[NodeSnapshot]:
    """The node after each poll: metrics, then the list."""
    metrics: Timed[Metrics] | None = None
    for line in LINES:
        request, at, took = line["request"], line["t"], line.get("took", 0.0)
        if request["path"] == METRICS:
            metrics = Timed(metrics_of(line), at + took, at)
        elif (request["method"], request["path"]) == ("GET", BOUNCE) and at > after:
            lists = Timed(read_directives(line["response"]["body"].encode()), at + took, at)
            yield NodeSnapshot("lab", "http://127.0.0.1:8000", NodeState.OK, metrics=metrics, directives=lists)


def played(tag: str, selector: Selector) -> tuple[list[Track], list[dict[str, Any]], Metrics]:
    """The tracks after each reading, the raw entries that the server listed, and what stood before the POST."""
    posts = [line for line in LINES if f"[kt:{tag}]" in str(line["request"].get("json"))]
    at = posts[0]["t"]
    entry_id = json.loads(posts[0]["response"]["body"])["id"]
    before = [line for line in LINES if line["request"]["path"] == METRICS and line["t"] < at][-1]
    metrics = metrics_of(before)
    reading = Timed(metrics, before["t"] + before.get("took", 0.0), before["t"])
    ledger = Ledger(selector, metrics.table.select(selector).nonempty().as_counts())
    act = NodeAct("lab", ActState.ACCEPTED, entry_id, answered_at=at)
    seconds = int(posts[0]["request"]["json"]["duration"].rstrip("s"))
    track, tracks = start_track(tag, act, ledger, at, seconds, 0, before=reading), []
    for node in readings(at):
        assert node.directives is not None
        track = advance(track, node, node.directives.at)
        tracks.append(track)
    lists = [
        json.loads(line["response"]["body"])
        for line in LINES
        if (line["request"]["method"], line["request"]["path"]) == ("GET", BOUNCE)
    ]
    return tracks, [entry for entries in lists for entry in entries if entry["id"] == entry_id], metrics


@pytest.fixture(scope="module")
def campaign() -> tuple[list[Track], list[dict[str, Any]], Metrics]:
    return played("8A02", Criteria(campaign="promo"))


def test_the_final_total_is_the_highest_that_the_server_ever_listed(
    campaign: tuple[list[Track], list[dict[str, Any]], Metrics],
) -> None:
    tracks, entries, _metrics = campaign
    assert tracks[-1].ledger.bounced == max(entries, key=lambda entry: entry["total_bounced"])["bounced"]
    assert tracks[-1].ledger.progress.bounced == max(entry["total_bounced"] for entry in entries) > 0
    assert tracks[-1].ledger.progress.collateral == 0


def test_the_baseline_is_what_stood_in_the_campaigns_queues_before_the_post(
    campaign: tuple[list[Track], list[dict[str, Any]], Metrics],
) -> None:
    tracks, _entries, metrics = campaign
    standing = {name: count for name, count in metrics.table if name.startswith("promo:") and count}
    assert dict(tracks[0].ledger.baseline) == standing
    progress = tracks[-1].ledger.progress
    assert progress.from_baseline + progress.remaining == sum(standing.values())
    assert progress.beyond == progress.bounced - progress.from_baseline > 0


def test_it_ran_caught_new_mail_and_was_done_at_its_end(
    campaign: tuple[list[Track], list[dict[str, Any]], Metrics],
) -> None:
    verdicts = [track.verdict for track in campaign[0]]
    assert verdicts[-1] is Verdict.DONE
    assert Verdict.CATCHING in verdicts
    assert not {Verdict.STALLED, Verdict.CANCELLED, Verdict.LOST, Verdict.REPLACED} & set(verdicts)
    # Posted at 12 s for 20 s: the list at 31 s still has it, the one at 32 s does not.
    assert verdicts.index(Verdict.DONE) == 19


def test_exact_queues_are_followed_by_their_id_and_counted_by_name() -> None:
    names = ["invoice:zenith@hold.gmail.example", "invoice:zenith@hold.aol.example"]
    tracks, entries, _metrics = played("8A03", ExactQueues.of(names))
    assert tracks[-1].ledger.bounced == entries[-1]["bounced"] == {names[0]: 36}
    assert tracks[-1].ledger.collateral == {}
    assert tracks[-1].verdict in (Verdict.SWEPT, Verdict.CATCHING)


def test_our_tag_is_in_every_listed_reason() -> None:
    entries = played("8A02", Criteria(campaign="promo"))[1]
    assert {entry["reason"] for entry in entries} == {tagged_reason("bad link in footer", "8A02")}
