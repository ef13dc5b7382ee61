"""Queue names are split exactly as the server splits them (KUMOMTA.md 4.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.model.names import Part, QueueParts, format_name, is_ambiguous, is_internal, parse_name

VECTORS = [
    ("d", (None, None, "d", None)),
    ("d!r", (None, None, "d", "r")),
    ("t@d", (None, "t", "d", None)),
    ("t@d!r", (None, "t", "d", "r")),
    ("c:t@d", ("c", "t", "d", None)),
    ("c:t@d!r", ("c", "t", "d", "r")),
    ("c:@d", ("c", "", "d", None)),
    ("c:@d!r", ("c", "", "d", "r")),
    ("@d", (None, "", "d", None)),
    (":@d", ("", "", "d", None)),
    ("foo.com:2025", (None, None, "foo.com:2025", None)),
    ("a:b:t@d", ("a", "b:t", "d", None)),
    ("t@d!r!r2", (None, "t", "d", "r!r2")),
    ("a!b:t@d", ("a!b", "t", "d", None)),
    ("c:u@x.com@d", ("c", "u", "x.com@d", None)),
    ("", (None, None, "", None)),
    ("http://127.0.0.1:8008.tsa.kumomta", (None, None, "http://127.0.0.1:8008.tsa.kumomta", None)),
    ("http://h:8000/.xfer.kumomta.internal", (None, None, "http://h:8000/.xfer.kumomta.internal", None)),
    (
        "http://u:p@h:8000/.xfer.kumomta.internal",
        ("http", "//u:p", "h:8000/.xfer.kumomta.internal", None),
    ),
]

PLAIN = st.text(st.characters(blacklist_characters="@:!"), max_size=8)
OPTIONAL = st.none() | PLAIN


@pytest.mark.parametrize(("name", "parts"), VECTORS)
def test_a_name_is_split_at_the_first_separators(name: str, parts: tuple[str | None, ...]) -> None:
    assert parse_name(name) == parts


def test_a_campaign_without_tenant_is_written_with_an_empty_one() -> None:
    assert format_name(QueueParts("c", None, "d", None)) == "c:@d"
    assert parse_name("c:@d").tenant == ""


@given(OPTIONAL, OPTIONAL, PLAIN, OPTIONAL)
def test_parts_without_separators_come_back(
    campaign: str | None, tenant: str | None, domain: str, routing: str | None
) -> None:
    tenant = "" if campaign is not None and tenant is None else tenant
    parts = QueueParts(campaign, tenant, domain, routing)
    name = format_name(parts)
    assert parse_name(name) == parts
    assert format_name(parse_name(name)) == name
    assert not is_ambiguous(name)


@given(st.text(max_size=20))
def test_a_written_name_splits_into_what_it_was_written_from(name: str) -> None:
    assert format_name(parse_name(name)) == name


@given(st.text(max_size=20))
def test_a_part_is_looked_up_by_its_name(name: str) -> None:
    parts = parse_name(name)
    assert tuple(parts.get(part) for part in Part) == parts


@pytest.mark.parametrize("name", ["a:b:t@d", "c:u@x.com@d", "a!b:t@d", "t@d!r!r2", "d!r!r2"])
def test_separators_inside_a_part_are_noticed(name: str) -> None:
    assert is_ambiguous(name)


@pytest.mark.parametrize("name", ["c:t@d!r", "foo.com:2025", "t@[IPv6:2001:db8::1]", "t@foo.com:2025", "t@d!h:25"])
def test_a_port_or_an_address_literal_is_not_taken_for_a_separator(name: str) -> None:
    assert not is_ambiguous(name)


@pytest.mark.parametrize(
    ("name", "internal"),
    [
        ("webhook.log_hook", True),
        ("http://127.0.0.1:8008.tsa.kumomta", True),
        ("http://u:p@h:8000/.xfer.kumomta.internal", True),
        ("generator.kumomta.internal", True),
        ("promo:acme@yahoo.com", False),
        ("acme@log_hook.example.com", False),
    ],
)
def test_the_servers_own_queues_are_known(name: str, internal: bool) -> None:
    assert is_internal(name) is internal


def test_a_part_has_a_label_in_words() -> None:
    assert [part.label for part in Part] == ["campaign", "tenant", "domain", "routing domain"]
