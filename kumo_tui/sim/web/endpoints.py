"""Which paths and methods a build has (KUMOMTA.md 8), and who answers them."""

from collections.abc import Callable, Mapping
from functools import cache

from kumo_tui.sim.versions import Version
from kumo_tui.sim.web import bounce, inspect, small, suspend
from kumo_tui.sim.web.host import Host
from kumo_tui.sim.web.openapi import document
from kumo_tui.sim.web.replies import Call, Reply, json_reply

Handler = Callable[[Host, Call], Reply]
Methods = Mapping[str, Handler]
_ALWAYS: dict[str, Methods] = {
    "/api/admin/bounce/v1": {"POST": bounce.create, "DELETE": bounce.cancel, "GET": bounce.listing},
    "/api/admin/suspend/v1": {"POST": suspend.create, "DELETE": suspend.cancel, "GET": suspend.listing},
    "/api/admin/suspend-ready-q/v1": {
        "POST": suspend.create_ready,
        "DELETE": suspend.cancel_ready,
        "GET": suspend.listing_ready,
    },
    "/api/admin/rebind/v1": {"POST": small.rebind},
    "/api/admin/inspect-message/v1": {"GET": inspect.message},
    "/api/admin/set_diagnostic_log_filter/v1": {"POST": small.set_log_filter},
    "/api/admin/trace-smtp-client/v1": {"GET": small.not_simulated},
    "/api/admin/trace-smtp-server/v1": {"GET": small.not_simulated},
    "/api/check-liveness/v1": {"GET": small.liveness},
    "/api/inject/v1": {"POST": small.not_simulated},
    "/metrics": {"GET": small.metrics},
    "/metrics.json": {"GET": small.metrics_json},
}
_SINCE: tuple[tuple[tuple[int, int, int], dict[str, Methods]], ...] = (
    ((2024, 11, 8), {"/api/admin/bump-config-epoch": {"POST": small.bump_config_epoch}}),
    (
        (2025, 1, 23),
        {
            "/api/admin/ready-q-states/v1": {"GET": inspect.ready_states},
            "/api/admin/memory/stats": {"GET": small.memory_stats},
        },
    ),
    ((2025, 1, 29), {"/api/admin/inspect-sched-q/v1": {"GET": inspect.scheduled}}),
    (
        (2025, 12, 2),
        {
            "/api/admin/xfer/v1": {"POST": small.not_simulated},
            "/api/admin/xfer/cancel/v1": {"POST": small.not_simulated},
            "/api/xfer/inject/v1": {"POST": small.not_simulated},
        },
    ),
    ((2026, 3, 4), {"/api/machine-info": {"GET": small.machine_info}}),
    ((2026, 4, 9), {"/api/admin/task-dump": {"GET": small.not_simulated}}),
    (
        (2026, 6, 24),
        {
            "/api/admin/inspect-ready-q/v1": {"GET": inspect.ready},
            "/api/admin/abort-ready-q-conn/v1": {"POST": small.not_simulated},
            "/api/admin/resolve-egress-path/v1": {"GET": small.not_simulated},
            "/api/admin/spool-compact/v1": {"POST": small.not_simulated},
        },
    ),
)


def _openapi(host: Host, _call: Call) -> Reply:
    listed = {path: tuple(methods) for path, methods in endpoints(host.version).items() if path not in _UNLISTED}
    return json_reply(document(host.version, listed))


_UNLISTED: dict[str, Methods] = {
    "/api-docs/openapi.json": {"GET": _openapi},
    "/rapidoc": {"GET": small.not_simulated},
}


@cache
def endpoints(version: Version) -> Mapping[str, Methods]:
    """Return every path of a build with the handlers of its methods."""
    found = dict(_ALWAYS)
    for since, added in _SINCE:
        if version.date >= since:
            found |= added
    return found | _UNLISTED


def allow_header(methods: Methods) -> str:
    """Write the ``Allow`` header in the server's order; GET brings HEAD."""
    shown = ",".join(methods)
    return f"{shown},HEAD" if "GET" in methods else shown
