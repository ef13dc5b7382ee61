"""/api/admin/suspend/v1 and /api/admin/suspend-ready-q/v1 (KUMOMTA.md 1.2 and 1.3)."""

from datetime import timedelta

from kumo_tui.sim.engine import acts
from kumo_tui.sim.web.bounce import remaining
from kumo_tui.sim.web.host import Host
from kumo_tui.sim.web.reading import read_json
from kumo_tui.sim.web.replies import Call, Reply, json_reply, text_reply, timestamp
from kumo_tui.sim.web.requests import (
    cancel_request,
    criteria_of,
    seconds_of,
    suspend_ready_request,
    suspend_request,
)


def create(host: Host, call: Call) -> Reply:
    """POST: suspend scheduled queues."""
    values = read_json(call, suspend_request(host.version))
    seconds = seconds_of(values, host.utc())
    entry = acts.suspend(host.engine, criteria_of(values), values["reason"], seconds)
    return json_reply({"id": entry.id})


def listing(host: Host, _call: Call) -> Reply:
    """GET: the suspensions of scheduled queues."""
    now = host.engine.now
    return json_reply(
        [
            {
                "id": entry.id,
                "campaign": entry.criteria.campaign,
                "tenant": entry.criteria.tenant,
                "domain": entry.criteria.domain,
                "reason": entry.reason,
                "duration": remaining(entry, now),
            }
            for entry in host.engine.suspensions.listed(now)
        ]
    )


def cancel(host: Host, call: Call) -> Reply:
    """DELETE: release one suspension."""
    wanted = read_json(call, cancel_request("SuspendV1CancelRequest"))["id"]
    if host.engine.suspensions.remove(wanted):
        return text_reply(f"removed {wanted}")
    return text_reply(f"suspend entry {wanted} not found", 404)


def create_ready(host: Host, call: Call) -> Reply:
    """POST: hold one ready queue."""
    values = read_json(call, suspend_ready_request(host.version))
    seconds = seconds_of(values, host.utc())
    entry = acts.suspend_ready(host.engine, values["name"], values["reason"], seconds)
    return json_reply({"id": entry.id})


def listing_ready(host: Host, _call: Call) -> Reply:
    """GET: the held ready queues; reading forgets what has expired."""
    engine = host.engine
    engine.ready_suspensions = {
        name: entry for name, entry in engine.ready_suspensions.items() if entry.expires > engine.now
    }
    return json_reply(
        [
            {
                "id": entry.id,
                "name": name,
                "reason": entry.reason,
                "duration": remaining(entry, engine.now),
                "expires": timestamp(host.utc() + timedelta(seconds=entry.expires - engine.now)),
            }
            for name, entry in engine.ready_suspensions.items()
        ]
    )


def cancel_ready(host: Host, call: Call) -> Reply:
    """DELETE: let a ready queue go."""
    wanted = read_json(call, cancel_request("SuspendV1CancelRequest"))["id"]
    if acts.release_ready(host.engine, wanted):
        return text_reply(f"removed {wanted}")
    return text_reply(f"suspend-ready-q entry {wanted} not found", 404)
