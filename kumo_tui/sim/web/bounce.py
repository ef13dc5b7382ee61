"""/api/admin/bounce/v1 (KUMOMTA.md 1.1)."""

from typing import Any

from kumo_tui.sim import durations
from kumo_tui.sim.engine import acts
from kumo_tui.sim.engine.directives import Entry
from kumo_tui.sim.web.host import Host
from kumo_tui.sim.web.reading import read_json
from kumo_tui.sim.web.replies import Call, Reply, json_reply, text_reply
from kumo_tui.sim.web.requests import bounce_request, cancel_request, criteria_of, seconds_of


def create(host: Host, call: Call) -> Reply:
    """POST: place a directive and sweep."""
    values = read_json(call, bounce_request(host.version))
    entry = acts.bounce(
        host.engine,
        criteria_of(values),
        values["reason"],
        seconds_of(values, host.utc()),
        values["suppress_logging"],
    )
    return json_reply({"id": entry.id, "bounced": {}, "total_bounced": 0})


def listing(host: Host, _call: Call) -> Reply:
    """GET: the entries, each with what it has bounced."""
    now = host.engine.now
    return json_reply([_shown(entry, now) for entry in host.engine.bounces.listed(now)])


def cancel(host: Host, call: Call) -> Reply:
    """DELETE: remove an entry by id."""
    wanted = read_json(call, cancel_request("BounceV1CancelRequest"))["id"]
    if host.engine.bounces.remove(wanted):
        return text_reply(f"removed {wanted}")
    return text_reply(f"bounce entry {wanted} not found", 404)


def remaining(entry: Entry, now: float) -> str:
    """Write the time that an entry has left, to the nanosecond as the server does."""
    return durations.render(max(0, round((entry.expires - now) * durations.NS)))


def _shown(entry: Entry, now: float) -> dict[str, Any]:
    wanted = entry.criteria
    return {
        "id": entry.id,
        "campaign": wanted.campaign,
        "tenant": wanted.tenant,
        "domain": wanted.domain,
        "routing_domain": wanted.routing_domain,
        "reason": entry.reason,
        "duration": remaining(entry, now),
        "bounced": entry.bounced,
        "total_bounced": sum(entry.bounced.values()),
    }
