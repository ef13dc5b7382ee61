"""The simulator's own reading of queue names: the vectors of KUMOMTA.md 4.1."""

import pytest

from kumo_tui.sim.engine.names import compose, parse

VECTORS = [
    ("d", None, None, "d", None),
    ("d!r", None, None, "d", "r"),
    ("t@d", None, "t", "d", None),
    ("t@d!r", None, "t", "d", "r"),
    ("c:t@d", "c", "t", "d", None),
    ("c:t@d!r", "c", "t", "d", "r"),
    ("c:@d", "c", "", "d", None),
    ("c:@d!r", "c", "", "d", "r"),
    ("@d", None, "", "d", None),
    (":@d", "", "", "d", None),
    ("foo.com:2025", None, None, "foo.com:2025", None),
    ("a:b:t@d", "a", "b:t", "d", None),
    ("t@d!r!r2", None, "t", "d", "r!r2"),
    ("a!b:t@d", "a!b", "t", "d", None),
    ("c:u@x.com@d", "c", "u", "x.com@d", None),
    ("", None, None, "", None),
    ("http://127.0.0.1:8008.tsa.kumomta", None, None, "http://127.0.0.1:8008.tsa.kumomta", None),
    ("http://u:p@h:8000/.xfer", "http", "//u:p", "h:8000/.xfer", None),
]


@pytest.mark.parametrize(("name", "campaign", "tenant", "domain", "routing_domain"), VECTORS)
def test_a_name_is_split_at_the_first_separators(
    name: str, campaign: str | None, tenant: str | None, domain: str, routing_domain: str | None
) -> None:
    assert parse(name) == (campaign, tenant, domain, routing_domain)


def test_a_campaign_without_tenant_is_written_with_an_empty_one() -> None:
    assert compose("c", None, "d", None) == "c:@d"
    assert compose("c", "t", "d", "r") == "c:t@d!r"
    assert compose(None, "t", "d", None) == "t@d"
    assert compose(None, None, "d", "r") == "d!r"
