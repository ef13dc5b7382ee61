"""``/api-docs/openapi.json``: reduced to what tells a client which fields and paths a build knows."""

from collections.abc import Mapping
from typing import Any

from kumo_tui.sim.versions import Version

Schema = dict[str, Any]
_STRING: Schema = {"type": "string"}
_TEXT: Schema = {"type": ["string", "null"]}
_UUID: Schema = {"type": "string", "format": "uuid"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_MAYBE_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_COUNT_PER_QUEUE: Schema = {"type": "object", "additionalProperties": _COUNT, "propertyNames": _STRING}
_NAMES: Schema = {"type": "array", "items": _STRING}


def document(version: Version, paths: Mapping[str, tuple[str, ...]]) -> Schema:
    """Build the document; ``paths`` gives the methods of every listed path."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "kumod", "version": version.text},
        "paths": {path: {method.lower(): {} for method in methods} for path, methods in sorted(paths.items())},
        "components": {"schemas": _schemas(version)},
    }


def _object(required: str, properties: Schema, *, closed: bool = False) -> Schema:
    made: Schema = {"type": "object", "required": required.split(), "properties": properties}
    return made | {"additionalProperties": False} if closed else made


def _schemas(version: Version) -> Schema:
    found = _bounce_schemas(version) | _suspend_schemas(version)
    found["InspectMessageV1Response"] = _object(
        "id message", {"id": _ref("SpoolId"), "message": _ref("MessageInformation")}
    )
    found["MessageInformation"] = _message_information(version)
    if version.since(2025, 1, 29):
        found["InspectQueueV1Response"] = _inspect_queue()
    if version.machine_info:
        found["MachineInfoV1"] = _machine_info()
    return found


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _bounce_schemas(version: Version) -> Schema:
    request = dict.fromkeys(("campaign", "tenant", "domain", "routing_domain", "duration"), _TEXT)
    request |= {"reason": _STRING, "suppress_logging": {"type": "boolean", "default": False}}
    if version.bounce_expires:
        request["expires"] = _MAYBE_TIME
    if version.queue_names:
        request["queue_names"] = _NAMES
    entry = dict.fromkeys(("campaign", "tenant", "domain", "routing_domain"), _TEXT)
    entry |= {"id": _UUID, "reason": _STRING, "duration": _STRING}
    entry |= {"bounced": _COUNT_PER_QUEUE, "total_bounced": _COUNT}
    response = {
        "id": _UUID,
        "bounced": _COUNT_PER_QUEUE | {"deprecated": True},
        "total_bounced": _COUNT | {"deprecated": True},
    }
    return {
        "BounceV1Request": _object("reason", request, closed=version.rejects_unknown_bounce_fields),
        "BounceV1Response": _object("id bounced total_bounced", response),
        "BounceV1ListEntry": _object("id reason duration bounced total_bounced", entry),
        "BounceV1CancelRequest": _object("id", {"id": _UUID}),
    }


def _suspend_schemas(version: Version) -> Schema:
    request = dict.fromkeys(("campaign", "tenant", "domain", "duration"), _TEXT) | {"reason": _STRING}
    if version.suspend_expires:
        request["expires"] = _MAYBE_TIME
    if version.queue_names:
        request["queue_names"] = _NAMES
    entry = dict.fromkeys(("campaign", "tenant", "domain"), _TEXT)
    entry |= {"id": _UUID, "reason": _STRING, "duration": _STRING}
    ready = {"name": _STRING, "reason": _STRING, "duration": _TEXT, "expires": _MAYBE_TIME}
    return {
        "SuspendV1Request": _object("reason", request),
        "SuspendV1Response": _object("id", {"id": _UUID}),
        "SuspendV1ListEntry": _object("id reason duration", entry),
        "SuspendV1CancelRequest": _object("id", {"id": _UUID}),
        "SuspendReadyQueueV1Request": _object("name reason", ready),
    }


def _message_information(version: Version) -> Schema:
    address = {"type": "string", "format": "email"}
    properties: Schema = {
        "sender": _STRING,
        "recipient": {"type": "array", "items": address} if version.several_recipients else address,
        "meta": {"type": "object"},
        "data": _TEXT,
        "due": _MAYBE_TIME,
        "num_attempts": {"type": ["integer", "null"], "format": "u-int16", "minimum": 0},
    }
    if version.message_scheduling:
        properties["scheduling"] = {"type": "object"}
    return _object("sender recipient meta", properties)


def _inspect_queue() -> Schema:
    properties = {
        "queue_name": _STRING,
        "messages": {"type": "array", "items": _ref("InspectMessageV1Response")},
        "num_scheduled": _COUNT,
        "queue_config": {"type": "object"},
        "delayed_metric": _COUNT,
        "now": _TIME,
        "last_changed": _TIME,
    }
    return _object("queue_name messages num_scheduled queue_config delayed_metric now last_changed", properties)


def _machine_info() -> Schema:
    texts = (
        "node_id hostname mac_address platform distribution os_version cpu_brand fingerprint process_kind version"
    )
    properties: Schema = dict.fromkeys(texts.split(), _STRING)
    properties |= {"container_runtime": _TEXT, "kernel_version": _TEXT, "num_cores": _COUNT, "online_since": _TIME}
    properties["total_memory_bytes"] = {"type": "integer", "format": "u-int64", "minimum": 0}
    required = (
        "node_id hostname mac_address num_cores platform distribution os_version total_memory_bytes "
        "cpu_brand fingerprint online_since process_kind version"
    )
    return _object(required, properties)
