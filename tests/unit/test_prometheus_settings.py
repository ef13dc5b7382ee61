"""How Prometheus is asked: a URL with a path, matchers that stay in their braces, no secret in the clear."""

from typing import Any

import pytest
from pydantic import ValidationError

from kumo_tui.prometheus_settings import PrometheusSettings, check_base_url, check_matchers, instance_names


def settings(**values: Any) -> PrometheusSettings:
    return PrometheusSettings.model_validate({"url": "http://127.0.0.1:9090", **values})


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("http://prom:9090", "http://prom:9090"),
        ("http://prom:9090/", "http://prom:9090"),
        ("https://mimir/prometheus", "https://mimir/prometheus"),
        ("https://thanos.example/a/b-c/", "https://thanos.example/a/b-c"),
    ],
)
def test_a_url_may_have_a_path(written: str, taken: str) -> None:
    assert check_base_url(written) == taken


@pytest.mark.parametrize(
    "url",
    [
        "prom:9090",
        "ssh://prom/127.0.0.1:9090",
        "http://ops:secret@prom:9090",
        "http://ops:secret\u2100@prom:9090",
        "http://prom/?query=up",
        "http://prom/#graph",
        "http://prom/../x",
        "http://prom/%2e%2e/x",
        "http://",
    ],
)
def test_a_url_that_is_none_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_base_url(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("", ""),
        ('job="kumomta"', 'job="kumomta"'),
        (' job = "kumomta" , dc =~ "eu-.+" ', 'job="kumomta",dc=~"eu-.+"'),
        ('job!="x",host!~"a\\\\.b"', 'job!="x",host!~"a\\\\.b"'),
        ('job="with \\" and } inside"', 'job="with \\" and } inside"'),
    ],
)
def test_matchers_are_taken(written: str, taken: str) -> None:
    assert check_matchers(written) == taken


@pytest.mark.parametrize(
    "text",
    [
        "kumomta",
        "job=kumomta",
        "job='kumomta'",
        'job="kumomta"}',
        'job="a"} or up{job="b"',
        'job="a" or up',
        'job="a\\"',
        'job="a',
        'job="a\n"',
        '{job="a"}',
        'job="a",,x="b"',
        ',job="a"',
        '__name__="up"',
        'job="\\q"',
        '1a="b"',
    ],
)
def test_matchers_that_would_leave_their_braces_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="match"):
        check_matchers(text)


def test_credentials_do_not_travel_in_the_clear() -> None:
    login = {"user": "ops", "password": "hunter2"}
    assert settings(credentials=login).credentials is not None
    assert settings(url="https://prom", credentials=login).credentials is not None
    with pytest.raises(ValidationError, match="in the clear") as caught:
        settings(url="http://prom:9090", credentials=login)
    assert "hunter2" not in str(caught.value.errors(include_input=False))
    assert settings(url="http://prom:9090", credentials=login, allow_plain_http=True).allow_plain_http


@pytest.mark.parametrize(
    "values",
    [
        {"url": "https://prom", "ca_file": "ca.pem", "insecure": True},
        {"ca_file": "ca.pem"},
        {"instance_label": "a b"},
        {"tenant": "a\r\nX: y"},
        {"tenant": "a b"},
        {"every_s": 0},
        {"timeout_s": 0},
        {"metrics_every_s": -1},
        {"unknown": 1},
    ],
)
def test_settings_without_sense_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**values)


@pytest.mark.parametrize(
    ("url", "given", "names"),
    [
        ("http://mta1:8000", "", ("mta1:8000", "mta1", "m")),
        ("https://mta1.example", "", ("mta1.example", "mta1.example:443", "m")),
        ("http://mta1:8000", "dc1/mta1", ("dc1/mta1",)),
        ("ssh://ops@mta1:2222/127.0.0.1:8000", "", ("mta1:8000", "mta1", "m")),
        ("ssh://ops@[fd00::1]:2222/[::1]:8000", "", ("[fd00::1]:8000", "fd00::1:8000", "fd00::1", "m")),
        ("ssh://bastion/10.0.0.5:8000", "", ("10.0.0.5:8000", "10.0.0.5", "m")),
        ("http://[::1]:8000", "", ("[::1]:8000", "::1:8000", "::1", "m")),
    ],
)
def test_a_node_may_be_called_by_its_address_its_host_or_its_name(
    url: str, given: str, names: tuple[str, ...]
) -> None:
    assert instance_names("m", url, given) == names
