"""Faults on real ports: what a client meets, and whether the node acted (``Fault`` names the kinds)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sim_stage import stage

from kumo_tui.sim import Fault, ManualClock, SimNode, load_scenario, parse_scenario, serving
from kumo_tui.sim.fleet import Fleet

LIST = "/api/admin/bounce/v1"
BODY = {"campaign": "promo", "reason": "x", "duration": "60s"}


@asynccontextmanager
async def _served() -> AsyncIterator[tuple[SimNode, ManualClock, httpx.AsyncClient]]:
    clock = ManualClock()
    fleet = Fleet(load_scenario("quiet"), clock)
    async with serving(fleet) as running, httpx.AsyncClient(base_url=running.urls["mta1"]) as client:
        yield fleet.nodes["mta1"], clock, client


def _directives(node: SimNode) -> int:
    return len(node.engine.bounces.listed(node.engine.now))


@pytest.mark.parametrize(
    ("kind", "acted"), [("cut", 0), ("cut_reply", 1), ("half_reply", 1), ("hang", 0), ("hang_reply", 1)]
)
async def test_a_lost_answer_says_nothing_about_the_act(kind: str, acted: int) -> None:
    async with _served() as (node, _, client):
        node.faults.add(Fault(kind, path=LIST, method="POST"))  # type: ignore[arg-type]  # parametrized
        with pytest.raises(httpx.TransportError):
            await client.post(LIST, json=BODY, timeout=0.3)
        assert _directives(node) == acted
        node.faults.clear()
        assert (await client.post(LIST, json=BODY)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "text", "acted"),
    [
        ("error", 500, "Error: simulated failure", 0),
        ("error_after", 500, "Error: simulated failure", 1),
        ("empty", 200, "", 0),
        ("list", 200, "[]", 0),
    ],
)
async def test_a_wrong_answer_is_given_with_or_without_the_act(
    kind: str, status: int, text: str, acted: int
) -> None:
    async with _served() as (node, _, client):
        node.faults.add(Fault(kind, path=LIST, times=1))  # type: ignore[arg-type]  # parametrized
        answer = await client.post(LIST, json=BODY)
        assert (answer.status_code, answer.text, _directives(node)) == (status, text, acted)
        assert (await client.post(LIST, json=BODY)).json()["bounced"] == {}


async def test_a_web_page_is_answered_instead_of_data() -> None:
    async with _served() as (node, _, client):
        node.faults.add(Fault("html", path="/metrics"))
        answer = await client.get("/metrics")
        assert answer.headers["content-type"] == "text/html"
        assert (await client.get("/api/check-liveness/v1")).text == "OK"


@pytest.mark.parametrize(("kind", "acted"), [("delay", 0), ("delay_reply", 1)])
async def test_a_delay_runs_on_the_clock_of_the_fleet(kind: str, acted: int) -> None:
    async with _served() as (node, clock, client):
        node.faults.add(Fault(kind, method="POST", seconds=5))  # type: ignore[arg-type]  # parametrized
        posting = asyncio.create_task(client.post(LIST, json=BODY))
        while not any(request.method == "POST" for request in node.requests):
            await client.get("/api/check-liveness/v1")
        assert _directives(node) == acted
        assert not posting.done()
        clock.advance(5)
        assert (await posting).status_code == 200


async def test_metrics_with_garbage_still_hold_the_good_lines() -> None:
    async with _served() as (node, _, client):
        node.faults.add(Fault("garbage", path="/metrics"))
        text = (await client.get("/metrics")).content
        assert b"\x00\xff not a number" in text
        assert b'scheduled_count{queue="promo:acme@gmail.com"} 120\n' in text


async def test_a_truncated_stream_breaks_off_in_the_middle() -> None:
    async with _served() as (node, _, client):
        node.faults.add(Fault("truncate", path="/metrics", times=1))
        received = b""
        with pytest.raises(httpx.TransportError):
            async with client.stream("GET", "/metrics") as answer:
                async for chunk in answer.aiter_raw():
                    received += chunk
        assert received.startswith(b"# HELP")
        assert (await client.get("/metrics")).text.endswith("\n")


@pytest.mark.parametrize("duration", ["1e30", "-0.5", "18446744073709551615", '"300000000000years"'])
async def test_four_spellings_of_a_duration_kill_the_node(duration: str) -> None:
    async with _served() as (node, _, client):
        body = f'{{"domain":"nobody.invalid","reason":"x","duration":{duration}}}'
        with pytest.raises(httpx.TransportError):
            await client.post(LIST, content=body, headers={"content-type": "application/json"})
        assert not node.alive
        with pytest.raises(httpx.TransportError):
            await client.get("/api/check-liveness/v1")
        assert [request.status for request in node.requests] == [0, 0]


async def test_the_control_api_acts_on_a_node_in_any_state() -> None:
    async with _served() as (node, clock, client):
        await client.post("/_sim/inject", json={"queue": "promo:acme@gmail.com", "count": 5})
        assert (await client.post("/_sim/kill")).json() == {"alive": False}
        with pytest.raises(httpx.TransportError):
            await client.get("/metrics")
        assert (await client.post("/_sim/restart")).json() == {"alive": True}
        assert (await client.get("/api/machine-info")).status_code == 503
        clock.advance(1)
        assert (await client.get("/api/machine-info")).status_code == 200
        assert (await client.get("/_sim/tally")).json()["promo:acme@gmail.com"]["injected"] == 125
        logged = (await client.get("/_sim/requests")).json()
        assert [(r["path"], r["status"]) for r in logged] == [
            ("/metrics", 0),
            ("/api/machine-info", 503),
            ("/api/machine-info", 200),
        ]
        assert not any(r.path.startswith("/_sim") for r in node.requests)


async def test_faults_are_set_and_cleared_through_the_control_api() -> None:
    async with _served() as (node, clock, client):
        await client.post("/_sim/faults", json={"kind": "error", "path": "/metrics"})
        await client.post("/_sim/faults", json={"clock_offset": 3600, "load_shedding": True})
        assert (await client.get("/metrics")).status_code == 500
        answer = await client.get("/api/check-liveness/v1")
        assert (answer.status_code, answer.text) == (503, "load shedding")
        assert answer.headers["date"] == "Sat, 21 Nov 2026 01:00:00 GMT"
        await client.delete("/_sim/faults")
        text = (await client.get("/metrics")).text
        assert "rocks_spool_load_shed_active" not in text
        refused = await client.post("/_sim/faults", json={"kind": "nonsense"})
        assert refused.status_code == 400
        assert "expected one of" in refused.text
        assert node.faults.active == []
        assert clock.monotonic() == 0


async def test_what_holds_a_sweep_up_is_set_in_the_metrics_and_cleared_through_the_control_api() -> None:
    async with _served() as (node, _clock, client):
        await client.post("/_sim/faults", json={"write_stopped": True, "hook_full": 70})
        text = (await client.get("/metrics")).text
        assert 'rocks_spool_write_stopped{path="/var/spool/kumomta/data"} 1' in text
        assert 'log_hook_backlog_count{logger="webhook"} 70' in text
        assert (await client.get("/api/check-liveness/v1")).status_code == 200
        assert node.engine.sweeper.held
        await client.delete("/_sim/faults")
        text = (await client.get("/metrics")).text
        assert "rocks_spool_write_stopped" not in text
        assert 'log_hook_backlog_count{logger="webhook"} 70' in text
        assert not node.engine.sweeper.held


async def test_a_node_whose_disk_is_too_full_says_so_in_liveness_alone_and_answers_everything_else() -> None:
    async with _served() as (_node, _clock, client):
        await client.post("/_sim/faults", json={"disk_free_percent": 9})
        refused = await client.get("/api/check-liveness/v1")
        assert (refused.status_code, refused.text) == (503, "storage is too full")
        assert 'disk_free_percent{name="data spool"} 9' in (await client.get("/metrics")).text
        assert (await client.get("/api/admin/bounce/v1")).status_code == 200
        await client.delete("/_sim/faults")
        assert (await client.get("/api/check-liveness/v1")).text == "OK"


def test_a_process_that_never_had_a_message_has_no_families_about_messages() -> None:
    plan = parse_scenario('[[node]]\nname = "mta1"\nversion = "2026.06.23-f3af1cd0"\n', "empty.toml")
    node = Fleet(plan, ManualClock()).nodes["mta1"]

    def families() -> set[str]:
        text = b"".join(piece.raw for piece in node.metrics.text(packed=False)).decode()
        return {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")}

    wanted = {"message_count", "scheduled_count_total", "scheduled_queue_count"}
    assert not wanted & families()
    assert "tokio_elapsed" in families()
    node.inject("a@x.example", 1)
    assert wanted <= families()


async def test_gzip_and_plain_metrics_are_the_same_text() -> None:
    async with _served() as (_, _clock, client):
        plain = await client.get("/metrics", headers={"accept-encoding": "identity"})
        packed = await client.get("/metrics", headers={"accept-encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert plain.headers["transfer-encoding"] == packed.headers["transfer-encoding"] == "chunked"
        assert packed.text == plain.text


async def test_a_prefix_renames_every_family() -> None:
    async with _served() as (_, _clock, client):
        text = (await client.get("/metrics", params={"prefix": "x_"})).text
        twice = await client.get("/metrics?prefix=a&prefix=b")
    assert all(line.startswith(("x_", "# HELP x_", "# TYPE x_")) for line in text.splitlines())
    assert 'x_scheduled_count{queue="promo:acme@gmail.com"} 120' in text
    assert twice.status_code == 400


def test_a_fault_strikes_as_often_as_asked() -> None:
    node, _ = stage()
    node.faults.add(Fault("cut", path="/metrics", times=2))
    struck = [len(node.faults.strike("GET", path)) for path in ("/metrics", "/api", "/metrics", "/metrics")]
    assert struck == [1, 0, 1, 0]


def test_requests_are_logged_with_query_and_body() -> None:
    async def ask() -> None:
        clock = ManualClock()
        node = Fleet(load_scenario("quiet"), clock).nodes["mta1"]
        transport = httpx.ASGITransport(node.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://mta1") as client:
            clock.advance(2.5)
            await client.post(f"{LIST}?a=b", json=BODY)
        (logged,) = node.requests
        assert (logged.method, logged.path, logged.query, logged.status, logged.at) == (
            "POST",
            LIST,
            "a=b",
            200,
            2.5,
        )
        assert json.loads(logged.body) == BODY

    asyncio.run(ask())
