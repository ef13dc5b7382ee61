"""Families that a dashboard has no use for: a reader must skip them (about 450 lines on a real node)."""

from kumo_tui.sim.metrics.family import Family, Histogram, Labels

_CACHES = [
    "acl_check",
    "acl_definition",
    "dkim_key_cache",
    "dkim_signer_cache",
    "dns_resolver_ip",
    "dns_resolver_ipv4",
    "dns_resolver_ipv6",
    "dns_resolver_mx",
    "egress_source_pools",
    "egress_source_sources",
    "http_server_auth",
    "mod_filesystem_glob_cache",
    "mta_sts_policy",
    "rustls_client_config",
    "smtp_dispatcher_broken_tls",
    "smtp_dispatcher_client_certificate",
    "smtp_server_tls_config",
]
_CACHE_COUNTERS = ["error", "evict", "expire", "hit", "insert", "lookup", "miss", "populated", "stale"]
_EVENTS = ["context-creation", "get_acl_definition", "get_queue_config", "http_message_generated", "init"]
_TOKIO = [
    "budget_forced_yield_count",
    "io_driver_ready_count",
    "num_remote_schedules",
    "total_busy_duration",
    "total_local_schedule_count",
    "total_noop_count",
    "total_overflow_count",
    "total_park_count",
    "total_polls_count",
    "total_steal_count",
    "total_steal_operations",
]

_LATENCIES = (
    *("message_save_latency", "message_data_load_latency", "message_meta_load_latency"),
    *("queue_insert_latency", "queue_resolve_latency", "timeq_pop_interval", "timeq_pop_latency"),
)


def ballast(messages_seen: int) -> list[Family]:
    """Return the families; their numbers depend on how many messages the process has seen."""
    made = [_by_cache(f"lruttl_{word}_count", "counter", messages_seen // 9) for word in _CACHE_COUNTERS]
    made += [_by_cache("lruttl_cache_size", "gauge", 18), _by_cache("lruttl_waiting_populate", "gauge", 0)]
    made += [Family(f"tokio_{word}", "counter", (((), messages_seen % 997),)) for word in _TOKIO]
    made += [
        Family("tokio_global_queue_depth", "gauge", (((), 0),)),
        Family("tokio_total_local_queue_depth", "gauge", (((), 0),)),
        Family("tokio_workers_count", "gauge", (((), 2),)),
        Family("lua_count", "gauge", (((), 2),)),
        Family("lua_load_count", "counter", (((), 4),)),
        Family("lua_spare_count", "gauge", (((), 2),)),
        Family("lua_event_latency", "histogram", tuple(_latency("event", e, messages_seen) for e in _EVENTS)),
        Family("lua_event_started", "counter", tuple(((("event", e),), messages_seen) for e in _EVENTS)),
        Family("log_submit_latency", "histogram", (_latency("logger", "dir-/var/log/kumomta", messages_seen),)),
    ]
    made += [
        Family(name, "histogram", (((), Histogram(messages_seen, messages_seen * 0.0005)),)) for name in _LATENCIES
    ]
    return made


def _by_cache(name: str, kind: str, value: int) -> Family:
    return Family(name, kind, tuple(((("cache_name", cache),), value) for cache in _CACHES))


def _latency(label: str, value: str, observed: int) -> tuple[Labels, Histogram]:
    return ((label, value),), Histogram(observed, observed * 0.00031)
