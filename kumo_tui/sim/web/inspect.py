"""The endpoints that show single messages and ready queues (KUMOMTA.md 1.4 to 1.7)."""

from datetime import timedelta
from typing import Any

from kumo_tui.sim import durations
from kumo_tui.sim.engine.dispatch import Dispatcher
from kumo_tui.sim.engine.identity import message_id, message_number
from kumo_tui.sim.engine.mail import Run
from kumo_tui.sim.engine.names import parse
from kumo_tui.sim.web.host import Host
from kumo_tui.sim.web.path_config import path_config
from kumo_tui.sim.web.reading import Query
from kumo_tui.sim.web.replies import Call, Reply, error_reply, json_reply, timestamp


def scheduled(host: Host, call: Call) -> Reply:
    """GET inspect-sched-q: counts, configuration and a sample of messages."""
    query = Query(call)
    name = query.required("queue_name")
    want_body = query.flag("want_body")
    limit = query.limit("limit")
    queue = host.engine.book.get(name)
    if queue is None:
        if host.version.real_status_codes:
            return error_reply(f"no such queue {name}", 404)
        return error_reply(f"not such queue {name}", 500)
    left = queue.count if limit is None else min(limit, queue.count)
    messages: list[dict[str, Any]] = []
    for run in queue.runs:
        shown = range(run.first, run.first + min(run.count, left))
        messages += [_message(host, name, run, n, want_body=want_body, waiting=True) for n in shown]
        left -= len(shown)
        if not left:
            break
    return json_reply(
        {
            "queue_name": name,
            "messages": messages,
            "num_scheduled": queue.count,
            "queue_config": _queue_config(host, name),
            "delayed_metric": queue.count,
            "now": _at(host, host.engine.now),
            "last_changed": _at(host, queue.changed_at),
        }
    )


def message(host: Host, call: Call) -> Reply:
    """GET inspect-message: one message by its spool id."""
    query = Query(call)
    wanted = query.spool_id("id")
    want_body = query.flag("want_body")
    number = message_number(wanted)
    for queue in host.engine.book:
        for run in queue.runs:
            if run.first <= number < run.first + run.count:
                found = _message(host, queue.name, run, number, want_body=want_body, waiting=False)
                if found["id"] == wanted:
                    return json_reply(found)
    folders = "/".join((wanted[:2], wanted[2:4], wanted[4:6], wanted[6:8], wanted[8:]))
    spool = f"/var/spool/kumomta/meta/data/{folders}"
    return error_reply(f'failed to load {wanted} from "{spool}": No such file or directory (os error 2)', 500)


def ready(host: Host, call: Call) -> Reply:
    """GET inspect-ready-q: state, limits and connections of a ready queue."""
    query = Query(call)
    name = query.required("queue_name")
    with_feeders = query.flag("include_scheduled_queues")
    found = host.engine.ready.get(name)
    if found is None:
        return error_reply(f"no such ready queue {name}", 404)
    engine = host.engine
    suspended = engine.ready_suspension(name)
    held = {"id": suspended.id, "reason": suspended.reason} if suspended else None
    rate = found.provider.rate
    shown: dict[str, Any] = {
        "queue_name": name,
        "mx": None,
        "egress_source": found.source,
        "egress_pool": found.provider.pool,
        "protocol": "smtp_client",
        "state": {
            "ready_count": len(found.messages),
            "connection_count": len(found.dispatchers),
            "connection_rate_throttled": None,
            "connection_limited": None,
            "suspended": held,
            "watchdog_threshold": "10m",
        },
        "path_config": path_config(found.provider),
        "constraints": {
            "max_concurrent_dispatchers": _ceiling(found.provider.connections, ""),
            "max_message_rate": _ceiling(rate, "/s") if rate else None,
            "max_message_rate_declared": None,
            "max_connection_rate": None,
            "max_source_selection_rate": None,
        },
    }
    if with_feeders:
        shown["scheduled_queue_names"] = engine.feeders(found)
    shown["dispatchers"] = [_dispatcher(host, d) for d in found.dispatchers]
    shown["now"] = _at(host, engine.now)
    return json_reply(shown)


def ready_states(_host: Host, call: Call) -> Reply:
    """No connection is ever limited here; a message rate is no state of this list (as recorded)."""
    Query(call).refuse_list("queues")
    return json_reply({"states_by_ready_queue": {}})


def _at(host: Host, moment: float) -> str:
    return timestamp(host.utc() + timedelta(seconds=moment - host.engine.now))


def _message(host: Host, name: str, run: Run, number: int, *, want_body: bool, waiting: bool) -> dict[str, Any]:
    parts = parse(name)
    created = host.utc() + timedelta(seconds=run.created - host.engine.now)
    meta = {
        "hostname": host.machine.name,
        "http_auth": "127.0.0.1",
        "received_from": "127.0.0.1",
        "received_via": "127.0.0.1",
        "reception_protocol": "HTTP",
    }
    meta |= {key: value for key in ("campaign", "tenant") if (value := getattr(parts, key))}
    recipient = f"u{number}@{parts.domain}"
    shown: dict[str, Any] = {
        "sender": "sender@example.com",
        "recipient": recipient,
        "meta": dict(sorted(meta.items())),
        "data": _body(recipient, meta) if want_body else None,
    }
    if waiting:
        shown |= {"due": _at(host, run.due), "num_attempts": run.attempts}
    if host.version.message_scheduling and host.engine.routes.of(name).hold:
        shown["scheduling"] = {"first_attempt": _at(host, run.due)}
    return {"id": message_id(number, created), "message": shown}


def _body(recipient: str, meta: dict[str, str]) -> str:
    head = ["From: <sender@example.com>", f"To: <{recipient}>", "Subject: simulated", "Mime-Version: 1.0"]
    head += [f"X-{key.title()}: {meta[key]}" for key in ("tenant", "campaign") if key in meta]
    return "\r\n".join([*head, "", "hello", ""])


def _queue_config(host: Host, name: str) -> dict[str, Any]:
    retry = durations.render(round(host.engine.settings.retry_interval * durations.NS))
    return {
        "egress_pool": host.engine.routes.of(name).pool,
        "max_age": "7days",
        "max_message_rate": None,
        "max_retry_interval": None,
        "protocol": {"smtp": {}},
        "provider_name": None,
        "reap_interval": durations.render(round(host.engine.settings.reap_interval * durations.NS)),
        "refresh_interval": "1m",
        "refresh_strategy": "Ttl",
        "retry_interval": retry,
        "shrink_policy": [],
        "strategy": "SingletonTimerWheel",
        "timerwheel_tick_interval": None,
    }


def _ceiling(value: float, unit: str) -> dict[str, Any]:
    return {"value": float(value), "source": {"kind": "primary"}, "display": f"{value:g}{unit}"}


def _dispatcher(host: Host, dispatcher: Dispatcher) -> dict[str, Any]:
    now = host.engine.now
    age = max(0.0, now - dispatcher.started)
    return {
        "session_id": dispatcher.session_id,
        "started_at": _at(host, dispatcher.started),
        "age": durations.render(round(age * durations.NS)),
        "phase": dispatcher.phase(now),
        "detail": None,
        "time_in_current_phase": durations.render(round((now - dispatcher.last_taken) * durations.NS)),
        "messages_delivered": dispatcher.delivered,
        "messages_transfailed": dispatcher.transfailed,
        "messages_failed": 0,
        "delivered_this_connection": 0,
        "overall_rate_per_sec": dispatcher.delivered / age if age else 0.0,
    }
