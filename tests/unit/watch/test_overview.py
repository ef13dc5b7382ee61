"""The watch over Prometheus: what it reads and how often, what stays when it fails, and which words say so."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import httpx
import pytest

from kumo_tui.model.overview import Ailment, Overview, Part, Rates, Span
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.node.prometheus import PrometheusClient
from kumo_tui.node.promql import Queries
from kumo_tui.watch.overview import OverviewWatch
from kumo_tui.watch.overview_words import notes
from tests.fakes import FakeClock, settle
from tests.prometheus_api import FakePrometheus, fleet, saying
from tests.ui.worlds import node, snapshot

URL = "http://prom:9090"
NODES = ("mta1", "mta2", "mta3")


class House:
    """A Prometheus, our nodes, and the watch over it."""

    def __init__(self, match: str = "", called: Mapping[str, str] | None = None) -> None:
        self.clock = FakeClock()
        self.prometheus = FakePrometheus()
        fleet(self.prometheus)
        self.nodes: Snapshot = snapshot(
            *(replace(node(name, {"a@x.example": 1}), url=f"http://{name}:8000") for name in NODES)
        )
        client = PrometheusClient(URL, clock=self.clock, transport=self.prometheus)
        self.watch = OverviewWatch(
            client,
            Queries(match),
            self.clock,
            fleet=lambda: self.nodes,
            called=lambda: called or {},
            jitter=lambda: 1.0,
        )

    @property
    def overview(self) -> Overview:
        return self.watch.overview

    def asked(self, piece: str) -> int:
        return sum(1 for query in self.prometheus.queries if piece in query)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.watch.stop()


async def test_everything_is_read_at_once(house: House) -> None:
    read = await house.watch.read_once()
    assert read.troubles == {}
    assert read.queued is not None
    queued = read.queued.value
    assert (queued.messages, queued.queues, queued.counter) == (1000, 4, 1003)
    assert [(queue.name, queue.messages, queue.per_min) for queue in queued.top] == [
        ("promo:acme@yahoo.com", 900, 100.0),
        ("news:zenith@aol.com", 100, None),
    ]
    assert queued.instances["mta1:8000"].queues == 3
    assert read.rates is not None
    assert read.rates.value.total == Rates(90.0, 20.0, 5.0, 90.0)
    assert read.graph is not None
    assert len(read.graph.value.points) == 120
    assert read.graph.value.most == 800.0


async def test_ages_are_those_of_the_samples_and_grow(house: House) -> None:
    await house.watch.read_once()
    house.clock.jump(12)
    now = house.clock.monotonic()
    assert house.overview.age_s(now) == 12.0
    assert house.overview.scraped_ago_s(now) == 21.0


async def test_a_node_that_cannot_be_scraped_is_found_with_the_name_that_does_it(
    house: House,
) -> None:
    assert (await house.watch.read_once()).scrapes.failing == {"mta3": ""}
    hostile = replace(node("mta3", {"fine@x": 1, 'quo"te@x': 2}), url="http://mta3:8000")
    house.nodes = snapshot(*house.nodes.nodes[:2], hostile)
    assert (await house.watch.read_once()).scrapes.failing == {"mta3": 'quo"te@x'}


async def test_configured_instances_are_used() -> None:
    house = House(called={"mta1": "mta3:8000"})
    assert (await house.watch.read_once()).scrapes.by_node == {
        "mta1": "mta3:8000",
        "mta2": "mta2:8000",
        "mta3": "mta3:8000",
    }
    await house.watch.stop()


TROUBLES = [
    (lambda _request: saying(503, b"starting"), Ailment.NOT_READY, "not ready"),
    (lambda _request: saying(400, {"error": "bad query"}), Ailment.REFUSED, "bad query"),
    (lambda _request: saying(422, {"error": "too many samples"}), Ailment.REFUSED, "too many samples"),
    (lambda _request: saying(401, b"no"), Ailment.NOT_ALLOWED, "not allowed"),
    (lambda _request: saying(200, b"<html>"), Ailment.ODD, "web page"),
]


def raising(error: Exception) -> object:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise error

    return answer


@pytest.mark.parametrize(
    ("answer", "ailment", "words"),
    [
        *TROUBLES,
        (raising(httpx.ConnectError("x")), Ailment.DOWN, "no connection"),
        (raising(httpx.ReadTimeout("x")), Ailment.SLOW, "silent for 10 s"),
    ],
)
async def test_what_is_wrong_is_told_apart_and_the_last_good_data_stays(
    house: House, answer: object, ailment: Ailment, words: str
) -> None:
    await house.watch.read_once()
    before = house.overview.queued
    house.prometheus.failure = answer  # type: ignore[assignment]  # one of the answers above
    house.clock.jump(60)
    read = await house.watch.read_once()
    assert read.trouble is not None
    assert read.trouble.ailment is ailment
    assert words in read.trouble.what
    assert URL in read.trouble.what
    assert read.trouble.next_step
    assert read.queued is before
    assert read.age_s(house.clock.monotonic()) == 60.0


async def test_one_query_that_fails_costs_one_part(house: House) -> None:
    house.prometheus.failing = {"topk(": lambda _request: saying(422, {"error": "too many samples"})}
    read = await house.watch.read_once()
    assert set(read.troubles) == {Part.QUEUES}
    assert read.rates is not None
    assert read.graph is not None


@pytest.mark.parametrize(
    ("ages", "words"),
    [
        ({}, "Nothing matches there"),
        ({"mta1:8000": None}, "The scrape of each of its 1 target fails"),
    ],
)
async def test_no_metric_of_kumomta_is_a_trouble_of_its_own(ages: Mapping[str, float | None], words: str) -> None:
    house = House('job="kumo"')
    house.prometheus.vectors = {"(up{": [({"instance": name}, 0) for name in ages]}
    read = await house.watch.read_once()
    assert read.trouble is not None
    assert read.trouble.ailment is Ailment.EMPTY
    assert 'no metric of KumoMTA with {job="kumo"}' in read.trouble.what
    assert words in read.trouble.next_step
    assert not house.asked("topk(")
    await house.watch.stop()


async def test_targets_that_are_not_kumomta_are_said_to_be_none(house: House) -> None:
    house.prometheus.vectors = {"(up{": [({"instance": "db:9100"}, 1)]}
    trouble = (await house.watch.read_once()).trouble
    assert trouble is not None
    assert "none of them KumoMTA" in trouble.next_step


async def test_warnings_of_answers_that_are_not_whole_are_kept(house: House) -> None:
    house.prometheus.warnings = ["store eu is gone"]
    assert (await house.watch.read_once()).warnings == ("store eu is gone",)


async def test_a_fleet_without_queues_has_none(house: House) -> None:
    for piece in ("sum by (instance) ((scheduled", "count by (instance) ((", "count(sum by (queue)", "topk("):
        house.prometheus.vectors.pop(piece)
    read = await house.watch.read_once()
    assert read.queued is not None
    assert (read.queued.value.messages, read.queued.value.queues, read.queued.value.top) == (0, 0, ())
    assert not house.asked("offset")


async def test_while_nobody_looks_only_targets_are_read_and_seldom(house: House) -> None:
    house.watch.start()
    await settle()
    await house.clock.advance(180)
    assert house.asked("(up{") in (3, 4)
    assert house.asked("topk(") == 0


async def test_who_looks_gets_everything_at_once_and_every_15_s(house: House) -> None:
    house.watch.start()
    await settle()
    house.watch.open()
    await settle()
    assert house.asked("topk(") == 1
    await house.clock.advance(61)
    assert house.asked("topk(") in (4, 5)
    house.watch.close()
    await house.clock.advance(16)
    before = house.asked("topk(")
    await house.clock.advance(120)
    assert house.asked("topk(") == before


async def test_a_failing_server_is_asked_less_often(house: House) -> None:
    house.prometheus.failure = lambda _request: saying(503, b"")
    house.watch.start()
    house.watch.open()
    await settle()
    before = len(house.prometheus.queries)
    await house.clock.advance(300)
    assert (len(house.prometheus.queries) - before) / 3 <= 7


async def test_the_graph_goes_back_as_far_as_is_wanted_and_is_not_read_each_time(house: House) -> None:
    await house.watch.read_once()
    await house.watch.read_once()
    assert house.asked("count(scheduled_count_total") == 1
    house.watch.look_back(Span.DAY)
    read = await house.watch.read_once()
    assert read.graph is not None
    assert (read.graph.value.span, read.graph.value.step_s) == (Span.DAY, 720.0)


async def test_a_listener_that_fails_does_not_end_the_reading(house: House) -> None:
    heard: list[Overview] = []

    def fail(_overview: Overview) -> None:
        raise RuntimeError("no")

    house.watch.subscribe(fail)
    house.watch.subscribe(heard.append)
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    await house.watch.read_once()
    assert heard


async def test_instances_that_are_stored_twice_count_twice_and_that_is_said(house: House) -> None:
    house.prometheus.vectors = {
        ") > 1": [({"instance": "mta1:8000"}, 2), ({"instance": "mta2:8000"}, 2)],
        **house.prometheus.vectors,
    }
    read = await house.watch.read_once()
    assert read.scrapes.repeated == {"mta1": 2, "mta2": 2}
    assert [note.words for note in notes(read, house.nodes) if "count" in note.words] == [
        "mta1, mta2: stored there more than once, by several jobs or replicas: these sums count them as often; "
        "match can narrow them"
    ]
