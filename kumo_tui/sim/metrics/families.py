"""The families that tell something about a node (KUMOMTA.md 5.5), read from its engine."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from kumo_tui.sim.engine.engine import Engine
from kumo_tui.sim.engine.ready import ReadyQueue
from kumo_tui.sim.machine import Machine
from kumo_tui.sim.metrics.ballast import ballast
from kumo_tui.sim.metrics.family import Family, Histogram, Labels, Number

_KIND = "smtp_client"
_SPOOL = "/var/spool/kumomta/data"
_DISKS = ("data spool", "log dir /var/log/kumomta", "meta spool")
_POOLS = ("httpinject", "localset", "logging", "qmaint", "readyq", "readyq_maint", "spoolin")


def crate_families(engine: Engine, machine: Machine) -> list[Family]:
    """Return what the prometheus library holds, sorted by name."""
    counters = engine.counters
    held = engine.message_count
    made = [
        _plain("memory_limit", "gauge", 18_957_385_728),
        _plain("memory_low_thresh", "gauge", 15_165_908_582),
        _plain("memory_usage", "gauge", 162_426_880 + 900 * held),
        _plain("memory_usage_rust", "gauge", 10_686_678 + 600 * held),
        _plain("process_cpu_usage_normalized", "gauge", 41),
        _plain("process_cpu_usage_sum", "gauge", 82),
        _plain("system_cpu_usage_normalized", "gauge", 54),
        _plain("system_cpu_usage_sum", "gauge", 109),
        _plain("tokio_elapsed", "counter", engine.now - machine.started),
        _plain("total_qmaint_runs", "counter", counters.promotions),
        _labelled("disk_free_bytes", "gauge", "name", dict.fromkeys(_DISKS, 79_344_611_328)),
        _labelled("disk_free_inodes", "gauge", "name", dict.fromkeys(_DISKS, 16_268_307)),
        _labelled("disk_free_inodes_percent", "gauge", "name", dict.fromkeys(_DISKS, 96)),
        _labelled("disk_free_percent", "gauge", "name", dict.fromkeys(_DISKS, machine.disk_free_percent)),
        _labelled("thread_pool_parked", "gauge", "pool", dict.fromkeys(_POOLS, 1)),
        _labelled("thread_pool_size", "gauge", "pool", dict.fromkeys(_POOLS, 1)),
    ]
    if machine.hook_was_full:
        hooks = {"webhook": machine.hook_was_full}
        made.append(_labelled("log_hook_backlog_count", "counter", "logger", hooks))
    if held or counters.received or engine.book.gauged:
        # A process that never had a message has none of these (KUMOMTA.md 5.4).
        made += [
            _plain("message_count", "gauge", held),
            _plain("message_data_resident_count", "gauge", held - engine.book.total),
            _plain("message_meta_resident_count", "gauge", held - engine.book.total),
            _plain("scheduled_count_total", "gauge", engine.book.total),
            _plain("scheduled_queue_count", "gauge", len(engine.book.by_name)),
        ]
    if engine.ready:
        seen = Histogram(counters.delivered, counters.delivered * 0.004)
        made.append(Family("deliver_message_latency_rollup", "histogram", (((("service", _KIND),), seen),)))
        made.append(_plain("total_readyq_runs", "counter", counters.promotions))
    if machine.load_shedding:
        made.append(_labelled("rocks_spool_load_shed_active", "gauge", "path", {_SPOOL: 1}))
    if machine.write_stopped:
        made.append(_labelled("rocks_spool_write_stopped", "gauge", "path", {_SPOOL: 1}))
    return sorted(made + ballast(counters.received), key=lambda family: family.name)


def streamed_before_queues(engine: Engine) -> list[Family]:
    """Return the server's own families up to the scheduled ones, in registration order."""
    connections = _by_service(engine, lambda ready: len(ready.dispatchers))
    return [
        _labelled("connection_count", "gauge", "service", {"esmtp_listener": 0, **connections}),
        _labelled("total_connections_denied", "counter", "service", {"esmtp_listener": 0}),
        _labelled("total_messages_received", "counter", "service", {"http_listener": engine.counters.received}),
    ]


def scheduled_sums(engine: Engine) -> list[Family]:
    """Return the sums over scheduled queues that stand before ``scheduled_count``."""
    book = engine.book
    by_campaign = {(("tenant", t), ("campaign", c)): n for (t, c), n in book.by_tenant_campaign.items()}
    return [
        _labelled("scheduled_by_domain", "gauge", "domain", book.by_domain),
        _labelled("scheduled_by_tenant", "gauge", "tenant", book.by_tenant),
        Family("scheduled_by_tenant_campaign", "gauge", tuple(by_campaign.items())),
    ]


def streamed_after_queues(engine: Engine) -> list[Family]:
    """Return the server's own families that follow ``scheduled_count``."""
    made = [*_queued(engine)]
    if engine.counters.ready_full:
        name = "delayed_due_to_ready_queue_full"
        made.append(_labelled(name, "counter", "queue", engine.counters.ready_full))
    if not engine.ready:
        return made
    made += [
        _labelled(
            "total_connection_count", "counter", "service", _by_service(engine, lambda r: r.connections_made)
        ),
        _labelled("ready_count", "gauge", "service", _by_service(engine, lambda r: len(r.messages))),
        _labelled("total_messages_delivered", "counter", "service", _by_service(engine, _delivered)),
        _labelled("total_messages_transfail", "counter", "service", _by_service(engine, _transfailed)),
        _labelled("total_messages_fail", "counter", "service", _by_service(engine, _nothing)),
        *_by_provider(engine),
        _labelled("ready_full", "counter", "service", _by_service(engine, lambda r: r.full, rollup=False)),
    ]
    if engine.settings.version.unreleased:
        aborted = _by_service(engine, _nothing, rollup=False)
        made.append(_labelled("dispatcher_watchdog_aborted_total", "counter", "service", aborted))
    return made


def _queued(engine: Engine) -> list[Family]:
    queued = Counter(engine.book.by_provider)
    for ready in engine.ready.values():
        queued[ready.provider.site] += len(ready.messages)
    pools = dict.fromkeys(queued, "unspecified")
    pools |= {ready.provider.site: ready.provider.pool for ready in engine.ready.values()}
    with_pool = {(("provider", site), ("pool", pools[site])): number for site, number in queued.items()}
    return [
        _labelled("queued_count_by_provider", "gauge", "provider", queued),
        Family("queued_count_by_provider_and_pool", "gauge", tuple(with_pool.items())),
    ]


def _by_provider(engine: Engine) -> list[Family]:
    made = []
    outcomes = {"fail": _nothing, "delivered": _delivered, "transfail": _transfailed}
    for word, value in outcomes.items():
        samples = tuple(
            (
                (("provider", r.provider.site), ("source", r.source), ("pool", r.provider.pool)),
                value(r),
            )
            for r in engine.ready.values()
        )
        made.append(Family(f"total_messages_{word}_by_provider_and_source", "counter", samples))
    for word, value in outcomes.items():
        total = _sum_by_site(engine.ready.values(), value)
        made.append(_labelled(f"total_messages_{word}_by_provider", "counter", "provider", total))
    connections = _sum_by_site(engine.ready.values(), lambda r: len(r.dispatchers))
    made.append(_labelled("connection_count_by_provider", "gauge", "provider", connections))
    pools = {r.provider.site: r.provider.pool for r in engine.ready.values()}
    with_pool = {(("provider", s), ("pool", pools[s])): n for s, n in connections.items()}
    made.append(Family("connection_count_by_provider_and_pool", "gauge", tuple(with_pool.items())))
    return made


def _delivered(ready: ReadyQueue) -> int:
    return ready.delivered


def _transfailed(ready: ReadyQueue) -> int:
    return ready.transfailed


def _connections_made(ready: ReadyQueue) -> int:
    return ready.connections_made


def _nothing(_ready: ReadyQueue) -> int:
    return 0


def _sum_by_site(queues: Iterable[ReadyQueue], value: Callable[[ReadyQueue], int]) -> Counter[str]:
    total: Counter[str] = Counter()
    for ready in queues:
        total[ready.provider.site] += value(ready)
    return total


def _by_service(engine: Engine, value: Callable[[ReadyQueue], int], *, rollup: bool = True) -> dict[str, int]:
    """Return one number per ready queue, and their sum under the bare kind."""
    numbers = {f"{_KIND}:{ready.name}": value(ready) for ready in engine.ready.values()}
    if rollup and numbers:
        numbers[_KIND] = sum(numbers.values())
    return numbers


def _plain(name: str, kind: str, value: Number) -> Family:
    return Family(name, kind, (((), value),))


def _labelled(name: str, kind: str, label: str, values: Mapping[str, int]) -> Family:
    samples: list[tuple[Labels, Number | Histogram]] = [(((label, key),), n) for key, n in values.items()]
    return Family(name, kind, tuple(samples))
