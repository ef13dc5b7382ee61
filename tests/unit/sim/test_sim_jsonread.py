"""Faults in JSON bodies, with the position at which the server's deserialiser notices them."""

import pytest

from kumo_tui.sim.versions import Version
from kumo_tui.sim.web.fields import uuid_fault
from kumo_tui.sim.web.jsonread import JsonFaultError
from kumo_tui.sim.web.requests import bounce_request, rebind_request, suspend_request

NEW = Version("2026.06.23-f3af1cd0")


def _fault(body: str, *, version: Version = NEW) -> JsonFaultError:
    with pytest.raises(JsonFaultError) as caught:
        bounce_request(version).read(body.encode())
    return caught.value


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{", "EOF while parsing an object at line 1 column 1"),
        ('{"reason"', "reason: EOF while parsing an object at line 1 column 9"),
        ('{"reason" 1', "reason: expected `:` at line 1 column 11"),
        ('{"reason":"x",}', "trailing comma at line 1 column 15"),
        ('{reason:"x"}', "key must be a string at line 1 column 2"),
        ('{"reason":"x" "a"}', "expected `,` or `}` at line 1 column 15"),
        ('{"reason":"x"', "EOF while parsing an object at line 1 column 13"),
        ('{"reason":"x', "reason: EOF while parsing a string at line 1 column 12"),
        ('{"reason":"\\q"}', "reason: invalid escape at line 1 column 13"),
        ('{\n"reason":\n nul}', "reason: expected ident at line 3 column 5"),
        ('{"duration":1e999}', "duration: number out of range at line 1 column 17"),
        ('{"reason":"x"} ,', "trailing characters at line 1 column 16"),
        ("nope", "expected ident at line 1 column 2"),
    ],
)
def test_bad_syntax_is_named_where_it_is(body: str, text: str) -> None:
    fault = _fault(body)
    assert (fault.text, fault.syntax) == (text, True)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('"x"', 'invalid type: string "x", expected struct BounceV1Request at line 1 column 3'),
        ("null", "invalid type: null, expected struct BounceV1Request at line 1 column 4"),
        ('{"reason":1.5}', "reason: invalid type: floating point `1.5`, expected a string at line 1 column 13"),
        ('{"reason":["x"]}', "reason: invalid type: sequence, expected a string at line 1 column 10"),
        (
            '{"reason":"x","queue_names":["a",5]}',
            "queue_names[1]: invalid type: integer `5`, expected a string at line 1 column 34",
        ),
        ('{"reason":"a","reason":"b"}', "reason: duplicate field `reason` at line 1 column 22"),
    ],
)
def test_wrong_types_are_named_with_their_path(body: str, text: str) -> None:
    fault = _fault(body)
    assert (fault.text, fault.syntax) == (text, False)


def test_values_are_read_as_written() -> None:
    body = '{"reason":"\\u00e9\\ud83d\\ude00\\n","duration":"2m","queue_names":["b","a","b"],"tenant":null}'
    values = bounce_request(NEW).read(body.encode())
    assert values["reason"] == "é😀\n"
    assert values["duration"] == 120 * 10**9
    assert values["queue_names"] == {"a", "b"}
    assert values["tenant"] is None
    assert values["suppress_logging"] is False


def test_a_positional_body_is_read_like_an_object() -> None:
    assert bounce_request(NEW).read(b'["c","t","d",null,"why"]')["reason"] == "why"


def test_fields_of_requests_depend_on_the_version() -> None:
    old, middle = Version("2024.11.08-d383b033"), Version("2025.10.06-5ec871ab")
    body = '{"reason":"x","queue_names":["a"]}'
    assert "queue_names" not in bounce_request(old).read(body.encode())
    assert "unknown field `queue_names`" in _fault(body, version=middle).text
    for version in (old, middle):
        assert "queue_names" not in suspend_request(version).read(body.encode())
    assert suspend_request(NEW).read(body.encode())["queue_names"] == {"a"}


def test_rebind_ignores_unknown_fields_and_needs_data() -> None:
    values = rebind_request().read(b'{"reason":"x","data":{"a":"b"},"queue_names":["q"],"nonsense":{"a":[1,{}]}}')
    assert values["data"] == {"a": "b"}
    with pytest.raises(JsonFaultError, match="missing field `data`"):
        rebind_request().read(b'{"reason":"x"}')


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("0123456789abcdef0123456789abcdef", None),
        ("00000000-0000-4000-8000-00000000dead", None),
        ("zz", "invalid character: found `z` at 0"),
        ("abc", "invalid length: expected length 32 for simple format, found 3"),
        ("a-b", "invalid group count: expected 5, found 2"),
        ("0-0000-4000-8000-00000000dead", "invalid group length in group 0: expected 8, found 1"),
    ],
)
def test_uuids_are_checked_in_the_servers_words(text: str, fault: str | None) -> None:
    assert uuid_fault(text) == fault
