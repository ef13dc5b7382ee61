"""From the settings of a profile's Prometheus to the watch over it."""

from collections.abc import Callable, Mapping
from typing import Protocol

from kumo_tui.clock import Clock
from kumo_tui.errors import ConfigError
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.node.login import Login, Logins
from kumo_tui.node.prometheus import PrometheusClient
from kumo_tui.node.promql import Queries
from kumo_tui.node.tls import tls_context
from kumo_tui.profiles import ProfileSettings
from kumo_tui.prometheus_settings import PrometheusSettings
from kumo_tui.watch.overview import OverviewWatch


class Fleet(Protocol):
    """The watch over the nodes."""

    @property
    def snapshot(self) -> Snapshot:
        """The last snapshot."""


def make_prometheus(settings: PrometheusSettings, clock: Clock, login: Login | None) -> PrometheusClient:
    """The client of one Prometheus. Raises ConfigError when its certificates cannot be used."""
    try:
        is_tls = settings.url.startswith("https:")
        verify = tls_context(ca_file=settings.ca_file, insecure=settings.insecure) if is_tls else True
    except ConfigError as error:
        raise ConfigError(f"prometheus: {error.what}", error.next_step) from error
    return PrometheusClient(
        settings.url,
        clock=clock,
        timeout_s=settings.timeout_s,
        verify=verify,
        login=login,
        tenant=settings.tenant,
    )


def overview_watch(
    profile: ProfileSettings,
    clock: Clock,
    logins: Logins,
    fleet: Fleet,
    called: Mapping[str, str],
    make: Callable[[PrometheusSettings, Clock, Login | None], PrometheusClient] = make_prometheus,
) -> OverviewWatch | None:
    """The watch over a profile's Prometheus, None where it has none. Asks nothing; raises ConfigError.

    `called` has what Prometheus calls a node, by its name, and may change.
    """
    settings = profile.prometheus
    if settings is None:
        return None
    return OverviewWatch(
        make(settings, clock, logins.of("prometheus", settings.credentials)),
        Queries(settings.match, settings.instance_label),
        clock,
        fleet=lambda: fleet.snapshot,
        called=lambda: called,
        every_s=settings.every_s,
        insecure=settings.insecure,
    )
