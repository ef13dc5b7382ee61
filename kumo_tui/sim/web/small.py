"""The small endpoints: liveness, machine info, metrics, rebind and the like (KUMOMTA.md 1.8, 1.12, 5.1)."""

from kumo_tui.sim.engine import acts
from kumo_tui.sim.machine import READY_AFTER_S
from kumo_tui.sim.web.host import Host
from kumo_tui.sim.web.reading import Query, read_json
from kumo_tui.sim.web.replies import TEXT, Call, Reply, error_reply, json_reply, text_reply
from kumo_tui.sim.web.requests import criteria_of, log_filter_request, rebind_request


def liveness(host: Host, _call: Call) -> Reply:
    """GET check-liveness: 200, or 503 with the reason while it takes no mail."""
    reason = host.machine.takes_no_mail
    return Reply(503, reason.encode()) if reason else Reply(200, b"OK")


def machine_info(host: Host, _call: Call) -> Reply:
    """GET machine-info: 503 for a moment after a start."""
    if host.engine.now < host.machine.started + READY_AFTER_S:
        return error_reply("machine info not yet available", 503)
    return json_reply(host.machine.info())


def metrics(host: Host, call: Call) -> Reply:
    """GET metrics: the text document, streamed."""
    prefix = Query(call).text("prefix") or ""
    packed = "gzip" in call.headers.get("accept-encoding", "")
    return Reply(200, b"", TEXT, stream=host.metrics.text(packed=packed, prefix=prefix))


def metrics_json(host: Host, _call: Call) -> Reply:
    """GET metrics.json: one document, JSON only while no name breaks it."""
    return Reply(200, b"", "application/json; charset=utf-8", stream=host.metrics.json())


def rebind(host: Host, call: Call) -> Reply:
    """POST rebind: accepted at once, done a moment later."""
    values = read_json(call, rebind_request())
    acts.rebind(host.engine, criteria_of(values), values["data"], values["always_flush"])
    return json_reply({})


def bump_config_epoch(_host: Host, _call: Call) -> Reply:
    """POST bump-config-epoch: nothing to read again here."""
    return Reply(200)


def memory_stats(host: Host, _call: Call) -> Reply:
    """GET memory/stats: a text not meant for machines."""
    return text_reply(f"messages: {host.engine.message_count}\n")


def set_log_filter(_host: Host, call: Call) -> Reply:
    """POST set_diagnostic_log_filter: accepted, without effect."""
    read_json(call, log_filter_request())
    return Reply(200)


def not_simulated(_host: Host, call: Call) -> Reply:
    """Endpoints that the build lists and the simulator does not act on."""
    return error_reply(f"{call.path} is not simulated", 500)
