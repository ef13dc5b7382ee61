"""Reading the overview: several queries at once, and what their answers say together. One part, one failure."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kumo_tui.model.overview import (
    FleetRates,
    Graph,
    InstanceFigure,
    Point,
    Queued,
    QueueFigure,
    Rates,
    Span,
)
from kumo_tui.model.scrapes import Target
from kumo_tui.node.prometheus import Matrix, PrometheusClient, Sample, Vector
from kumo_tui.node.promql import CHANGE_S, QUEUE_LABEL, Queries

Value = TypeVar("Value")

TOP = 50
POINTS = 120


@dataclass(frozen=True, slots=True)
class Read(Generic[Value]):
    """What a part says, and the server's warnings about it."""

    value: Value
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """The targets, and the server's own time at which it told (seconds since 1970)."""

    targets: tuple[Target, ...]
    server_now: float | None


class OverviewReader:
    """Asks one server the queries of the overview. Every method raises NodeError and nothing else."""

    def __init__(self, client: PrometheusClient, queries: Queries) -> None:
        self._client = client
        self._queries = queries

    async def targets(self) -> Read[Seen]:
        """What is scraped, and how old its newest samples are."""
        queries = self._queries
        up, stamps, repeated = await self._all(queries.up, queries.scraped_at, queries.copies)
        told = [*up.samples, *stamps.samples]
        working = {self._instance(sample): sample.value >= 1 for sample in up.samples}
        ages = {self._instance(sample): max(0.0, sample.at - sample.value) for sample in stamps.samples}
        copies = {self._instance(sample): _count(sample.value) for sample in repeated.samples}
        targets = tuple(
            Target(instance, working.get(instance), ages.get(instance), copies.get(instance, 1))
            for instance in sorted(working.keys() | ages.keys())
        )
        now = max((sample.at for sample in told), default=None)
        return Read(Seen(targets, now), _warnings(up, stamps, repeated))

    async def queued(self) -> Read[Queued]:
        """What stands in scheduled queues, and the largest of them with their change."""
        queries = self._queries
        messages, queues, standing, counter, top = answers = await self._all(
            queries.messages_by_instance,
            queries.queues_by_instance,
            queries.queues,
            queries.counter,
            queries.top(TOP),
        )
        figures = sorted(_by_queue(top).items(), key=lambda item: (-item[1], item[0]))
        before, late = await self._before([name for name, _count in figures])
        counts = {self._instance(sample): _count(sample.value) for sample in queues.samples}
        instances = {
            instance: InstanceFigure(instance, _count(sample.value), counts.get(instance, 0))
            for sample in messages.samples
            for instance in [self._instance(sample)]
        }
        return Read(
            Queued(
                messages=sum(each.messages for each in instances.values()),
                queues=_count(_only(standing) or 0.0),
                counter=None if (total := _only(counter)) is None else _count(total),
                top=tuple(QueueFigure(name, count, _change(count, before.get(name))) for name, count in figures),
                instances=instances,
            ),
            _warnings(*answers, late),
        )

    async def rates(self) -> Read[FleetRates]:
        """Messages a minute, per instance and together."""
        queries = self._queries
        answers = await self._all(queries.received, queries.delivered, queries.failed_for_now, queries.growth)
        columns = [{self._instance(each): each.value for each in answer.samples} for answer in answers]
        instances = {
            instance: Rates(*(column.get(instance) for column in columns))
            for instance in sorted(set().union(*columns))
        }
        total = Rates(*(sum(column.values()) if column else None for column in columns))
        return Read(FleetRates(total, instances), _warnings(*answers))

    async def graph(self, span: Span, server_now: float) -> Read[Graph]:
        """The messages over the last hours, by each node's own counter: one series, however many queues."""
        step = span * 3600 / POINTS
        end = server_now // step * step
        start = end - step * (POINTS - 1)
        messages, counted = await _together(
            self._client.over_time(self._queries.counter, start=start, end=end, step_s=step),
            self._client.over_time(self._queries.counted_instances, start=start, end=end, step_s=step),
        )
        values, instances = _at_steps(messages, start, step), _at_steps(counted, start, step)
        points = tuple(
            Point(None if number not in values else max(0.0, values[number]), int(instances.get(number, 0)))
            for number in range(POINTS)
        )
        return Read(Graph(span, step, points), tuple(dict.fromkeys(messages.warnings + counted.warnings)))

    async def _before(self, names: Sequence[str]) -> tuple[Mapping[str, int], Vector]:
        answer = await self._client.instant(self._queries.before(names)) if names else Vector(())
        return _by_queue(answer), answer

    async def _all(self, *queries: str) -> list[Vector]:
        """The answers to several queries at once; where one fails, the others are not waited for."""
        return await _together(*(self._client.instant(query) for query in queries))

    def _instance(self, sample: Sample) -> str:
        return sample.labels.get(self._queries.label, "")


async def _together(*asked: Awaitable[Value]) -> list[Value]:
    """What several give; the first error ends them all."""
    tasks = [asyncio.ensure_future(each) for each in asked]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _by_queue(answer: Vector) -> dict[str, int]:
    return {
        name: _count(sample.value)
        for sample in answer.samples
        if (name := sample.labels.get(QUEUE_LABEL)) is not None
    }


def _count(value: float) -> int:
    return max(0, round(value))


def _only(answer: Vector) -> float | None:
    """The value of an answer of one series, None where there is none."""
    return answer.samples[0].value if answer.samples else None


def _change(count: int, before: int | None) -> float | None:
    return None if before is None else (count - before) * 60 / CHANGE_S


def _at_steps(matrix: Matrix, start: float, step: float) -> dict[int, float]:
    """The values of the only series by the number of their step."""
    points = matrix.series[0].points if matrix.series else ()
    return {round((at - start) / step): value for at, value in points}


def _warnings(*answers: Vector) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words for answer in answers for words in answer.warnings))
