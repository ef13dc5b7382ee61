"""The JSON answers: strict about types, lenient about unknown fields."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.node import wire
from kumo_tui.node.capability import read_capability
from kumo_tui.node.wire import WireError

ENTRY = {
    "id": "fa7eeed2-8d10-4d09-9192-3d324745caab",
    "campaign": "promo",
    "tenant": None,
    "domain": "a.example",
    "routing_domain": None,
    "reason": "x\x1b[2J",
    "duration": "4m 58s 932ms",
    "bounced": {'"} 5': 2},
    "total_bounced": 2,
}
INFO = {"node_id": "n", "version": "2026.08.04", "online_since": "2026-11-21T00:07:46.084898121Z"}
MESSAGE = {"sender": "s@a.example", "recipient": "u@a.example", "meta": {}, "data": None}
SAMPLE = {"num_scheduled": 9, "messages": [{"id": "e12912b7e53e11f184676a9c44ca8524", "message": MESSAGE}]}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "kumod", "version": "2026.08.04-x"},
    "paths": {"/metrics": {}},
    "components": {
        "schemas": {
            "BounceV1Request": {"properties": {"reason": {}, "queue_names": {}}, "additionalProperties": False},
            "SuspendV1Request": {"properties": {"reason": {}}},
            "Other": {"anyOf": []},
        }
    },
}


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()


def without(value: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: kept for name, kept in value.items() if name != key}


def test_a_bounce_list_becomes_directives_with_raw_strings() -> None:
    (directive,) = wire.read_directives(dumped([ENTRY | {"new_field": [1]}]))
    assert directive == Directive(
        id=ENTRY["id"],
        campaign="promo",
        tenant=None,
        domain="a.example",
        routing_domain=None,
        reason="x\x1b[2J",
        remaining_s=pytest.approx(298.932),
        total_bounced=2,
        bounced={'"} 5': 2},
    )


def test_a_suspension_list_becomes_suspensions() -> None:
    (suspension,) = wire.read_suspensions(dumped([ENTRY]))
    assert suspension == Suspension(ENTRY["id"], "promo", None, "a.example", "x\x1b[2J", pytest.approx(298.932))


@pytest.mark.parametrize("key", ["id", "reason", "duration", "bounced", "total_bounced"])
def test_an_entry_without_a_required_field_is_shown_without_it_and_says_so(key: str) -> None:
    odd, sound = wire.read_directives(dumped([without(ENTRY, key), ENTRY]))
    assert odd.flaw == f"entry 0: {key}: Field required"
    assert sound.flaw == ""
    (whole,) = wire.read_directives(dumped([ENTRY]))
    blank = {"id": "", "reason": "", "duration": 0.0, "bounced": {}, "total_bounced": 0}
    field = "remaining_s" if key == "duration" else key
    assert odd == replace(whole, **{field: blank[key]}, flaw=odd.flaw)
    assert odd.may_be_anyones is (key in ("id", "reason"))


@pytest.mark.parametrize(
    "change",
    [
        {"id": 5},
        {"id": ""},
        {"campaign": 5},
        {"tenant": False},
        {"reason": None},
        {"duration": 300},
        {"duration": ""},
        {"duration": "soon"},
        {"duration": "PT5M"},
        {"duration": "-5s"},
        {"duration": "9" * 400 + "s"},
        {"total_bounced": -1},
        {"total_bounced": True},
        {"total_bounced": 1.0},
        {"total_bounced": "1"},
        {"total_bounced": 2**63},
        {"bounced": []},
        {"bounced": {"a": -1}},
        {"bounced": {"a": True}},
        {"bounced": {"a": None}},
        {"bounced": {"a": 2**64}},
    ],
)
def test_an_entry_of_another_shape_hides_no_other_and_is_shown_as_far_as_it_can_be_read(
    change: dict[str, object],
) -> None:
    odd, sound = wire.read_directives(dumped([ENTRY | change, ENTRY]))
    (key,) = change
    assert odd.flaw.startswith(f"entry 0: {key}")
    assert sound.flaw == ""
    assert (odd.id, odd.reason, odd.domain) == (
        "" if key == "id" else sound.id,
        "" if key == "reason" else sound.reason,
        sound.domain,
    )


@pytest.mark.parametrize("entry", [5, "x", None, []])
def test_what_is_no_entry_at_all_is_shown_as_one_that_may_be_anything(entry: object) -> None:
    odd, sound = wire.read_directives(dumped([entry, ENTRY]))
    assert odd.is_criteria_free
    assert odd.may_be_anyones
    assert odd.scope_text() == "an entry that cannot be read"
    assert sound.flaw == ""
    stop, other = wire.read_suspensions(dumped([entry, ENTRY]))
    assert (stop.scope_text(), stop.may_be_anyones, other.flaw) == ("an entry that cannot be read", True, "")


def test_words_about_an_odd_answer_are_clean_and_short() -> None:
    (odd,) = wire.read_directives(dumped([ENTRY | {"bounced": {"\x1b]52;c;x\x07" + "y" * 9000: -1}}]))
    assert odd.flaw.isprintable()
    assert len(odd.flaw) <= 180


def test_a_list_of_seventy_thousand_queues_is_read_key_by_key() -> None:
    bounced = {f"promo{number}:acme@d{number}.example": number for number in range(70_000)}
    (directive,) = wire.read_directives(dumped([ENTRY | {"bounced": bounced, "total_bounced": 5}]))
    assert directive.bounced == bounced


READERS = [
    wire.read_directives,
    wire.read_suspensions,
    wire.read_created,
    wire.read_machine_info,
    wire.read_sample,
    read_capability,
]


@given(st.binary())
def test_no_bytes_do_more_than_being_refused(body: bytes) -> None:
    for read in READERS:
        if not (read in READERS[:2] and body.strip() == b"[]"):
            with pytest.raises(WireError):
                read(body)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "body", [b"", b"null", b'"\xff"', b'"\\ud800"', b"[" * 100_000, b'{"id":"\\ud800"}', b"NaN"]
)
def test_what_is_no_answer_is_refused(read: Callable[[bytes], object], body: bytes) -> None:
    with pytest.raises(WireError):
        read(body)


def test_machine_info_tells_its_time_in_utc_with_nine_digits_cut_to_six() -> None:
    info = wire.read_machine_info(dumped(INFO))
    assert info.online_since == datetime(2026, 11, 21, 0, 7, 46, 84898, tzinfo=UTC)
    assert wire.read_machine_info(
        dumped(INFO | {"online_since": "2026-11-21T02:07:46+02:00"})
    ).online_since == datetime(2026, 11, 21, 0, 7, 46, tzinfo=UTC)


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-11-21T00:07:46", 5, None, True])
def test_a_time_that_is_none_or_without_its_zone_is_refused(moment: object) -> None:
    with pytest.raises(WireError, match="online_since"):
        wire.read_machine_info(dumped(INFO | {"online_since": moment}))


def test_a_sample_tells_several_recipients_and_leaves_unknown_what_is_absent() -> None:
    several = SAMPLE | {"messages": [{"id": "no uuid", "message": MESSAGE | {"recipient": ["a", "b"]}}]}
    (message,) = wire.read_sample(dumped(several)).messages
    assert message.recipients == ("a", "b")
    assert (message.due, message.attempts, message.created_at) == (None, None, None)


@pytest.mark.parametrize(
    ("spool_id", "created"),
    [
        ("e12912b7e53e11f184676a9c44ca8524", datetime(2026, 11, 21, 0, 2, 45, 927700, tzinfo=UTC)),
        ("e12912b7-e53e-11f1-8467-6a9c44ca8524", datetime(2026, 11, 21, 0, 2, 45, 927700, tzinfo=UTC)),
        ("00000000-0000-4000-8000-00000000dead", None),
        ("zz", None),
    ],
)
def test_the_creation_time_is_read_off_a_version_1_id(spool_id: str, created: datetime | None) -> None:
    sample = SAMPLE | {"messages": [{"id": spool_id, "message": MESSAGE}]}
    (message,) = wire.read_sample(dumped(sample)).messages
    if created is None:
        assert message.created_at is None
    else:
        assert message.created_at is not None
        assert abs((message.created_at - created).total_seconds()) < 1


def test_a_description_is_reduced_to_fields_paths_and_strictness() -> None:
    capability = read_capability(dumped(DOCUMENT))
    assert capability.version == "2026.08.04-x"
    assert capability.bounce_fields == {"reason", "queue_names"}
    assert capability.bounce_is_strict
    assert capability.suspend_fields == {"reason"}
    assert capability.paths == {"/metrics"}


@pytest.mark.parametrize(
    "extra", [{}, {"additionalProperties": True}, {"additionalProperties": {}}, {"additionalProperties": 0}]
)
def test_only_a_literal_false_forbids_unknown_fields(extra: dict[str, object]) -> None:
    schemas = {"BounceV1Request": {"properties": {"queue_names": {}}} | extra}
    capability = read_capability(dumped(DOCUMENT | {"components": {"schemas": schemas}}))
    assert not capability.bounce_is_strict
    assert not capability.exact_bounce
    assert capability.suspend_fields == frozenset()


@pytest.mark.parametrize("field", [False, True, None, "string", 5, []])
def test_a_field_without_a_schema_is_not_listed(field: object) -> None:
    schemas = {
        "BounceV1Request": {"properties": {"queue_names": field, "reason": {}}, "additionalProperties": False},
        "SuspendV1Request": {"properties": {"queue_names": field}},
    }
    capability = read_capability(dumped(DOCUMENT | {"components": {"schemas": schemas}}))
    assert capability.bounce_fields == {"reason"}
    assert not (capability.exact_bounce or capability.exact_stop)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/BounceV1Request"},
        {"allOf": [{"properties": {"queue_names": {}}}], "additionalProperties": False},
        [],
        None,
    ],
)
def test_a_description_that_refers_elsewhere_is_refused(schema: object) -> None:
    with pytest.raises(WireError):
        read_capability(dumped(DOCUMENT | {"components": {"schemas": {"BounceV1Request": schema}}}))


@pytest.mark.parametrize(
    "change",
    [
        {"info": {}},
        {"info": {"version": 5}},
        {"info": {"version": ""}},
        {"paths": {}},
        {"paths": []},
        {"components": {}},
        {"components": {"schemas": {}}},
        {"components": {"schemas": {"BounceV1Request": {}}}},
        {"components": {"schemas": {"BounceV1Request": {"properties": ["queue_names"]}}}},
    ],
)
def test_a_description_of_another_shape_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(WireError):
        read_capability(dumped(DOCUMENT | change))
