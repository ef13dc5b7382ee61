"""The nodes: one line each, everything that is known of one in words, and its ready queues."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from kumo_tui.config import ActSettings
from kumo_tui.errors import Refused
from kumo_tui.model.directives import ReadyQueue
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.snapshot import ListTrouble, MachineInfo, Metrics, NodeSnapshot, NodeState, Snapshot, Timed
from kumo_tui.profiles import ProfileSettings
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.node_lines import node_facts, node_row, size_text, took_text
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.node_detail import NodeDetailScreen
from kumo_tui.ui.screens.nodes import NodesScreen
from kumo_tui.ui.theme import GLYPHS, Look
from kumo_tui.ui.widgets.notice import error_words
from tests.fakes import START as NOW
from tests.fakes import FakeClock
from tests.frames import check_frame, frame_of
from tests.ui import worlds
from tests.ui.acting_world import HOSTILE
from tests.ui.clean_world import DEFECTIVE
from tests.ui.past_world import app_on, row, screen
from tests.ui.pilots import wait_for
from tests.ui.worlds import START, settings, snapshot

OLD = replace(DEFECTIVE, version="2024.11.08-d383b033", bounce_is_strict=False, paths=frozenset())
READY = (
    ReadyQueue("s1->yahoo.com@smtp_client", 210, 8, 81_302, 12, 3),
    ReadyQueue("s1->gmail.com@smtp_client", 1_024, 2, 40),
)
REFUSED = "mta3: http://mta3:8000 refuses connections: nothing listens there, or a firewall says no. Is kumod up?"


def reading(at: float = START, **values: Any) -> Timed[Metrics]:
    facts: dict[str, Any] = {"ready": READY, "uptime_s": 367_200.0, "size_bytes": 1_204_000}
    return Timed(Metrics(QueueTable.of({"promo:acme@yahoo.com": 3}), **{**facts, **values}), at, at - 0.12)


def mta(name: str = "mta1", **values: Any) -> NodeSnapshot:
    """A node of a release with the defects, read just now."""
    facts: dict[str, Any] = {
        "state": NodeState.OK,
        "metrics": reading(),
        "directives": Timed((), START, START - 0.002),
        "suspensions": Timed((), START, START - 0.004),
        "capability": DEFECTIVE,
        "info": MachineInfo("id", DEFECTIVE.version, NOW - timedelta(seconds=367_200)),
        "clock_skew_s": 0.4,
    }
    return NodeSnapshot(name, f"http://{name}:8000", **{**facts, **values})


DOWN = NodeSnapshot("mta3", "http://mta3:8000", NodeState.DOWN, errors={"directives": REFUSED, "metrics": REFUSED})
STALE = mta(
    "mta2",
    state=NodeState.STALE,
    metrics=reading(START - 40),
    capability=OLD,
    info=None,
    clock_skew_s=-92.0,
    restarts=2,
    errors={"metrics": "mta2: 503 from /metrics: the node is shutting down"},
    liveness="not ready: memory is low",
)


def fleet() -> Snapshot:
    return snapshot(mta(), replace(STALE, state=NodeState.STALE), DOWN, profile="lab")


async def opened(app: KumoTuiApp, pilot: Pilot[None]) -> None:
    await pilot.press("n")
    await wait_for(pilot, lambda: isinstance(app.screen, NodesScreen) and "answering" in screen(app))
    await pilot.pause()


def facts_of(node: NodeSnapshot, *, insecure: bool = False, act: ActSettings | None = None) -> dict[str, str]:
    """What is said of a node, by label."""
    given = settings(act=act) if act else settings()
    found: dict[str, str] = {}
    label = ""
    for line in node_facts(node, snapshot(node), START, given, 400, insecure=insecure):
        label = line[0].text.strip() or label
        found[label] = " ".join([found.get(label, ""), *(piece.text for piece in line[1:])]).strip()
    return found


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_each_node_is_one_line_and_the_one_under_the_cursor_is_told_in_full(size: tuple[int, int]) -> None:
    app = app_on(None, fleet())
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        assert "1 of 3 nodes answering, mta3 DOWN, mta2 STALE" in screen(app)
        assert "2 builds: 2024.11.08-d383b033 on mta2; 2026.06.23-f3af1cd0 on mta1" in screen(app)
        assert "ok" in row(app, "✓ mta1") and "DEFECTS" in row(app, "✓ mta1") and "120ms" in row(app, "✓ mta1")
        assert "STALE" in row(app, "⚠ mta2") and "exact" in row(app, "⚠ mta2") and "-92s" in row(app, "⚠ mta2")
        assert "DOWN" in row(app, "✗ mta3")
        assert "Is kumod up?" in " ".join(screen(app).split())
        await pilot.press("down", "down")
        await wait_for(
            pilot, lambda: "exact bounce, exact stop, stop by criteria, samples of a queue" in screen(app)
        )
        check_frame(app, f"nodes-{size[0]}x{size[1]}")
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(app.screen, DashboardScreen))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_enter_shows_one_node_with_its_ready_queues_the_fullest_first(size: tuple[int, int]) -> None:
    app = app_on(None, fleet())
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        await pilot.press("end", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, NodeDetailScreen) and "s1->gmail" in screen(app))
        lines = frame_of(app)
        fullest = next(number for number, line in enumerate(lines) if "s1->gmail.com" in line)
        assert "1,024" in lines[fullest] and "s1->yahoo.com" in lines[fullest + 1]
        assert "81,302" in lines[fullest + 1]
        check_frame(app, f"node-{size[0]}x{size[1]}")
        await pilot.press("y")
        assert app.clipboard == "http://mta1:8000"


def test_what_a_node_can_do_is_told_in_words() -> None:
    said = facts_of(mta())
    assert said["can"] == "exact bounce, exact stop, stop by criteria, samples of a queue, flush (rebind)"
    assert said["cannot"] == "start time (machine-info)"
    assert said["feeders"] == "it does not tell which queues feed a ready queue; no release so far does"
    assert said["plain"].startswith("a plain bounce may take other queues' mail and miss some here")
    tells = replace(DEFECTIVE, paths=DEFECTIVE.paths | {"/api/admin/inspect-ready-q/v1", "/api/machine-info"})
    said = facts_of(mta(capability=tells))
    assert said["feeders"] == "it tells which queues feed a ready queue"
    assert "start time (machine-info)" in said["can"] and "cannot" not in said


def test_a_version_without_the_defects_and_the_setting_are_told() -> None:
    said = facts_of(STALE)
    assert said["version"] == "2024.11.08-d383b033"
    assert said["plain"] == "a plain bounce is exact: its version is older than 2025.05.06"
    assert "exact bounce" in said["cannot"]
    sure = facts_of(mta(), act=ActSettings(plain_is_exact=True))
    assert sure["plain"] == "a plain bounce counts as exact, by the setting act.plain_is_exact"


def test_times_clock_and_size_are_told() -> None:
    said = facts_of(mta())
    assert said["up"] == "for 4d 06h, since 2026-11-17 06:00 UTC; no restart seen"
    assert said["clock"] == "as ours"
    assert said["last read"] == (
        "metrics 0s ago in 120ms, directives 0s ago in 2ms, stops 0s ago in 4ms; metrics 1.2 MB"
    )
    late = facts_of(STALE)
    assert late["clock"] == (
        "92 s behind ours: times in its logs differ from the journal's; what is sent is for a duration, which no "
        "clock changes"
    )
    assert late["up"].endswith("; 2 restarts seen")
    assert late["last read"].startswith("metrics 40s ago")
    ahead = facts_of(mta(clock_skew_s=7.0))
    assert ahead["clock"].startswith("7 s ahead of ours")


def test_since_when_a_node_is_up_is_told_as_far_as_it_tells() -> None:
    silent = mta(info=None, metrics=reading(uptime_s=None))
    assert facts_of(silent)["up"].startswith("it does not tell since when it is online")
    only_info = mta(metrics=reading(uptime_s=None), info=MachineInfo("i", "v", datetime(2026, 11, 1, tzinfo=UTC)))
    assert facts_of(only_info)["up"].startswith("since 2026-11-01 00:00 UTC;")
    assert facts_of(mta(info=None))["up"].startswith("for 4d 06h, since 2026-11-17 06:00 UTC;")


def test_errors_liveness_and_troubles_are_told_in_full() -> None:
    said = facts_of(
        replace(STALE, silent_s=38.0, metrics=reading(troubles=("the spool sheds load",), bad_lines=2))
    )
    assert said["state"] == "STALE, no answer for 38s"
    assert said["error"] == "metrics: 503 from /metrics: the node is shutting down"
    assert said["liveness"] == "it takes no mail: not ready: memory is low"
    assert said["trouble"] == "the spool sheds load"
    assert said["unread"] == "2 lines of its metrics could not be read"
    assert facts_of(DOWN)["error"] == f"directives, metrics: {REFUSED.removeprefix('mta3: ')}"
    assert (
        facts_of(DOWN)["up"] == f"{facts_of(DOWN)['version']}; no restart seen" == "not known yet; no restart seen"
    )
    assert facts_of(mta(capability=None, info=None))["can"].startswith("it has no description of its own")


def test_a_node_that_answers_says_whether_it_takes_mail() -> None:
    assert facts_of(mta(liveness="OK"))["liveness"] == "OK: it takes mail"
    assert "liveness" not in facts_of(mta())
    full = mta(liveness="storage is too full")
    assert facts_of(full)["liveness"] == "it takes no mail: storage is too full"
    row = node_row(full, START, settings(), GLYPHS, wide=True, insecure=False)
    assert (row.cells[1].text, row.cells[1].look) == ("no mail", Look.AMBER)
    assert (row.lead.text, row.lead.look) == (GLYPHS.warning, Look.AMBER)


CUT = "the connection ended before the answer was complete. It may have been restarted."


def test_a_cause_is_told_once_with_the_parts_that_it_holds_for_and_another_one_beside_it() -> None:
    cut = {
        "directives": f"mta1: GET /api/admin/bounce/v1: {CUT}",
        "metrics": f"mta1: GET /metrics: {CUT}",
        "suspensions": "mta1: failed: GET /api/admin/suspend/v1 (500): out of memory.",
        "machine info": f"mta1: GET /api/machine-info: {CUT}",
    }
    assert [line for line in facts_of(mta(errors=cut))["error"].split("  ") if line] == [
        f"directives, metrics, machine info: GET /api/admin/bounce/v1: {CUT} "
        "stops: failed: GET /api/admin/suspend/v1 (500): out of memory."
    ]
    said = "the connection ended before the answer was complete. (and 1 more)"
    assert error_words(mta(errors=cut)) == f": GET /api/admin/bounce/v1: {said}"
    assert error_words(mta(errors=cut, state=NodeState.DOWN)) == f": {said}"


def test_what_a_node_that_is_down_can_do_is_not_known_rather_than_nothing() -> None:
    down = facts_of(mta(capability=None, state=NodeState.DOWN, errors={"description": "mta1: refused."}))
    assert down["can"].startswith("not known now: its description cannot be read")


def test_every_label_leaves_a_blank_before_its_words() -> None:
    all_at_once = mta(
        errors={"suspensions in part": "one cannot be read", "machine info": "x"},
        enabled=False,
        read_only=True,
        leaving=True,
        same_as="mta2",
        liveness="y",
        refused_acts={"POST /x": "no"},
        metrics=reading(troubles=("z",), notes=("n",), bad_lines=1),
    )
    for line in node_facts(all_at_once, snapshot(all_at_once), START, settings(), 80, insecure=True):
        assert line[0].text.endswith(" "), line


async def test_a_certificate_that_is_not_verified_stays_in_sight() -> None:
    assert "anybody may answer in its place" in facts_of(mta(), insecure=True)["tls"]
    assert "tls" not in facts_of(mta())
    lab = {"lab": worlds.profile(insecure=True)}
    name = lab["lab"].nodes[0].label
    app = app_on(None, snapshot(mta(name), profile="lab"), profile=lab)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert "›✓⚠" in row(app, name)
        assert "its certificate is not verified" in screen(app)


async def test_nodes_of_a_list_are_as_insecure_as_their_profile_says_and_a_bad_list_is_said() -> None:
    listed = ProfileSettings.model_validate({"nodes_file": "/n", "node_defaults": {"insecure": True}})
    secure = replace(mta("mta1"), url="https://mta1:8000")
    trouble = ListTrouble("/n: no such file.", START - 60)
    app = app_on(None, snapshot(secure, mta("mta2"), profile="lab", list_trouble=trouble), profile={"lab": listed})
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert app.mode.insecure == 1
        assert "›✓⚠" in row(app, "mta1")
        assert "⚠ node list: /n: no such file; last read 1m ago" in screen(app)


async def test_a_node_is_switched_off_and_on_and_made_read_only_with_a_key() -> None:
    app = app_on(None, snapshot(mta(), mta("mta2")))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("down", "d")
        await wait_for(pilot, lambda: "disabled" in row(app, "○ mta2") and "1 of 2 nodes" in screen(app))
        assert "it is not read and does not count; d enables it" in screen(app)
        await pilot.press("d")
        await wait_for(pilot, lambda: "ok" in row(app, "✓ mta2"))
        await pilot.press("w")
        await wait_for(pilot, lambda: "read-only" in row(app, "✓ mta2"))
        assert "by order: nothing is begun or ended there" in screen(app)
        await pilot.press("up", "w")
        await wait_for(pilot, lambda: app.rights.read_only_by == "every node is read-only")
        await pilot.press("w")
        await wait_for(pilot, lambda: app.rights.may_act)


async def test_why_a_node_stays_enabled_is_said() -> None:
    class Held(worlds.FakeWatching):
        def set_enabled(self, node: str, *, enabled: bool) -> None:
            raise Refused(f"{node} stays enabled: operation 7F3A2C is open there.", "It can be disabled after it.")

    app = KumoTuiApp(Held(snapshot(mta())), worlds.FakeActs(), settings(), FakeClock())  # type: ignore[arg-type]
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("d")
        await wait_for(pilot, lambda: "operation 7F3A2C is open there" in screen(app))


async def test_of_many_nodes_the_troubled_ones_come_first_and_all_can_be_reached() -> None:
    nodes = [mta(f"mta{number:02}") for number in range(1, 51)]
    nodes[6] = replace(DOWN, name="mta07")
    nodes[8] = replace(STALE, name="mta09")
    app = app_on(None, snapshot(*nodes))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert "48 of 50 nodes answering, mta07 DOWN, mta09 STALE" in screen(app)
        assert "›✗ mta07" in screen(app)
        assert "2 builds: 2026.06.23-f3af1cd0 on 48 nodes; 2024.11.08-d383b033 on mta09" in screen(app)
        await pilot.press("end")
        await wait_for(pilot, lambda: "›✓ mta50" in screen(app))


async def test_a_server_that_is_there_twice_is_said_above_the_nodes_and_with_the_node() -> None:
    again = mta("mta2", same_as="mta1")
    app = app_on(None, snapshot(mta(), again))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert "mta2 is the same server as mta1: it is counted and acted on once." in screen(app)
        assert "1 of 1 node answering" in screen(app)
        assert "same server" in row(app, "✓ mta2")


def test_what_makes_a_node_count_less_is_told_with_it() -> None:
    assert "read" in facts_of(mta(every_s=2.0)) and "read" not in facts_of(mta(every_s=2.0, enabled=False))
    assert facts_of(mta("mta2", same_as="mta1"))["same"].startswith("the same server as mta1: it is counted")
    assert facts_of(mta(leaving=True))["leaving"].startswith("not in the node list any more")
    assert facts_of(mta(clock_skew_s=3600.0))["clock"].startswith("1:00:00 ahead of ours: times in its logs")


def test_machines_of_one_image_are_told_and_counted_each() -> None:
    later = MachineInfo("id", DEFECTIVE.version, NOW)
    clone = mta("mta2", info=later)
    world = snapshot(mta(), clone)
    words = " ".join(
        piece.text for line in node_facts(clone, world, START, settings(), 400, insecure=False) for piece in line
    )
    assert "it tells the node id of mta1 too, but another start: machines of one image, each counted" in words


async def test_it_follows_the_snapshots_and_ages_go_on() -> None:
    watching = worlds.FakeWatching(fleet())
    clock = FakeClock()
    app = KumoTuiApp(watching, worlds.FakeActs(), settings(), clock)  # type: ignore[arg-type]  # sampling only
    async with app.run_test(size=(80, 30)) as pilot:
        await opened(app, pilot)
        await pilot.press("end")
        clock.jump(7)
        app.tick()
        await wait_for(pilot, lambda: "metrics 7s ago" in screen(app))
        watching.give(snapshot(mta(state=NodeState.BUSY, silent_s=12.0)))
        await wait_for(pilot, lambda: "BUSY" in row(app, " mta1") and "mta3" not in screen(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, NodeDetailScreen))
        watching.give(snapshot(mta("another")))
        await wait_for(pilot, lambda: "It is not watched any more." in screen(app))


async def test_hostile_versions_and_errors_are_text_and_ascii_terminals_get_ascii() -> None:
    bad = replace(DEFECTIVE, version=HOSTILE)
    evil = mta(HOSTILE, capability=bad, info=None, errors={"metrics": f"{HOSTILE} [/x]"}, liveness=HOSTILE)
    app = app_on(None, snapshot(evil), ascii=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        assert all(line.isascii() and line.isprintable() for line in frame_of(app))
        assert "[/x]" in screen(app)
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, NodeDetailScreen))
        assert all(line.isascii() and line.isprintable() for line in frame_of(app))


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "-"), (812, "812 B"), (2_400, "2.4 kB"), (24_000, "24 kB"), (999_600, "1.0 MB"), (124_000_000, "124 MB")],
)
def test_sizes_are_short(size: int, text: str) -> None:
    assert size_text(size) == text


def test_how_long_an_answer_took_is_short_and_unknown_where_nobody_measured() -> None:
    times = [took_text(Timed(None, 100.0 + took, 100.0)) for took in (0.0, 0.0042, 0.9, 3.44, 120.0)]
    assert times == ["0ms", "4ms", "900ms", "3.4s", "2m"]
    assert took_text(None) == took_text(Timed(None, 100.0)) == "-"


def test_what_is_wrong_is_amber_or_red() -> None:
    looks = {
        line[0].text.strip(): line[1].look
        for line in node_facts(STALE, snapshot(STALE), START, settings(), 400, insecure=True)
    }
    assert looks["error"] is Look.RED
    assert {looks[label] for label in ("state", "liveness", "tls", "cannot", "up", "clock")} == {Look.AMBER}
