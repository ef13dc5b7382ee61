"""The overview: what Prometheus says of the whole fleet. Each part has its own age, and may be missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from kumo_tui.model.scrapes import Scrapes, Target
from kumo_tui.model.snapshot import Timed


class Span(IntEnum):
    """How far the graph looks back, in hours."""

    HOUR = 1
    SHIFT = 6
    DAY = 24

    @property
    def next(self) -> "Span":
        """The next longer one, the shortest after the longest."""
        spans = list(Span)
        return spans[(spans.index(self) + 1) % len(spans)]


class Part(StrEnum):
    """What is asked for on its own, and may fail on its own."""

    TARGETS = "targets"
    QUEUES = "queues"
    RATES = "rates"
    GRAPH = "graph"


class Ailment(StrEnum):
    """What is wrong with what was asked."""

    DOWN = "down"
    SLOW = "slow"
    REFUSED = "refused"
    NOT_ALLOWED = "not allowed"
    NOT_ASKED = "not asked"
    NOT_READY = "not ready"
    ODD = "odd answer"
    EMPTY = "no metrics of KumoMTA"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a part could not be read, in clean words that name the server's URL, and what to do."""

    ailment: Ailment
    what: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class QueueFigure:
    """One of the largest queues: its raw name, messages, and change a minute (None: not known)."""

    name: str
    messages: int
    per_min: float | None = None


@dataclass(frozen=True, slots=True)
class InstanceFigure:
    """Messages in the scheduled queues of one instance, and how many of these have any."""

    instance: str
    messages: int
    queues: int


@dataclass(frozen=True, slots=True)
class Queued:
    """What stands in scheduled queues: the sum over queues, as polling counts it, and the largest of them.

    `counter` is the sum of the nodes' own `scheduled_count_total`, None where no node has it.
    """

    messages: int
    queues: int
    counter: int | None
    top: tuple[QueueFigure, ...] = ()
    instances: Mapping[str, InstanceFigure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rates:
    """Messages a minute: of one instance, or of all. None where nothing is known."""

    received: float | None = None
    delivered: float | None = None
    failed_for_now: float | None = None
    growth: float | None = None


@dataclass(frozen=True, slots=True)
class FleetRates:
    """The rates of all instances together, and of each."""

    total: Rates
    instances: Mapping[str, Rates] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """Messages in scheduled queues at one moment, summed over so many instances; None where nothing was stored."""

    messages: float | None
    instances: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """The messages of the last hours, oldest first, one point every `step_s`."""

    span: Span
    step_s: float
    points: tuple[Point, ...]

    @property
    def most(self) -> float:
        """The highest point."""
        return max((point.messages for point in self.points if point.messages is not None), default=0.0)

    @property
    def instances(self) -> int:
        """The most instances that were ever summed: a point of fewer is not whole."""
        return max((point.instances for point in self.points), default=0)

    def is_whole(self, point: Point) -> bool:
        """Whether every instance that was there at any time is in this point."""
        return point.instances >= self.instances


@dataclass(frozen=True, eq=False)
class Overview:
    """Everything that is known from Prometheus: the last good answers, each with its own time, and what is wrong.

    `url` holds no credentials; `read_at` is monotonic seconds of the last reading, good or not, None before it;
    `every_s` is how long it is left alone now. `warnings` are the server's own about answers that are not whole.
    """

    url: str
    span: Span = Span.HOUR
    every_s: float = 60.0
    insecure: bool = False
    targets: Timed[tuple[Target, ...]] | None = None
    queued: Timed[Queued] | None = None
    rates: Timed[FleetRates] | None = None
    graph: Timed[Graph] | None = None
    scrapes: Scrapes = field(default_factory=Scrapes)
    troubles: Mapping[Part, Trouble] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    read_at: float | None = None

    @property
    def trouble(self) -> Trouble | None:
        """The gravest trouble: what keeps from all of it first."""
        return next((self.troubles[part] for part in Part if part in self.troubles), None)

    @property
    def known(self) -> tuple[Target, ...]:
        """The targets that were last told."""
        return self.targets.value if self.targets else ()

    @property
    def scraped(self) -> int:
        """How many targets have metrics of KumoMTA and did not fail."""
        return sum(1 for target in self.known if target.has_metrics and target.up is not False)

    def age_s(self, now: float) -> float | None:
        """Seconds since the answer that the totals are from, None before it."""
        return self.queued.age_s(now) if self.queued else None

    def scraped_ago_s(self, now: float) -> float | None:
        """How old the oldest sample is that is in the sums, None where nobody knows."""
        if self.targets is None:
            return None
        ages = [target.scraped_ago_s for target in self.known if target.scraped_ago_s is not None]
        return max(ages) + self.targets.age_s(now) if ages else None
