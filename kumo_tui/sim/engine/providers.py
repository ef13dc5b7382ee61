"""Where mail goes: destinations as a scenario describes them, and the route of a queue."""

from dataclasses import dataclass, field, replace

from kumo_tui.sim.engine.names import parse


@dataclass(frozen=True)
class Provider:
    """One destination.

    ``rate`` is messages per second of each of its ready queues (``None``: no throttle), ``latency`` the seconds a
    delivery takes, ``deferred`` the share of deliveries that fail for now, ``defers`` the campaigns of which all
    fail for now, ``hold`` the seconds new mail waits before its first attempt (0: at once). A connection takes
    ``batch`` messages into its hands at a time, and ends after ``max_deliveries``.
    """

    site: str
    domains: tuple[str, ...] = ()
    sources: tuple[str, ...] = ("unspecified",)
    pool: str = "unspecified"
    rate: float | None = None
    latency: float = 0.05
    connections: int = 10
    max_ready: int = 1024
    deferred: float = 0.0
    defers: frozenset[str] = frozenset()
    hold: float = 0.0
    batch: int = 1
    max_deliveries: int = 1024


@dataclass
class Routes:
    """Finds the provider of a queue by its routing domain, else its domain; unknown domains are their own site."""

    providers: tuple[Provider, ...]
    default: Provider = field(default_factory=lambda: Provider(site=""))

    def __post_init__(self) -> None:
        self._by_domain = {domain: p for p in self.providers for domain in p.domains}

    def of(self, queue: str) -> Provider:
        """Return the provider that takes the mail of a queue."""
        parts = parse(queue)
        target = parts.domain if parts.routing_domain is None else parts.routing_domain
        found = self._by_domain.get(target)
        if found is None:
            found = self._by_domain[target] = replace(self.default, site=self.default.site or target)
        return found

    def site_of(self, queue: str) -> str:
        """Return the site name of the provider of a queue."""
        return self.of(queue).site
