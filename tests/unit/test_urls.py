"""Node URLs: what is taken, what is refused in words, and what follows for nodes behind ssh."""

import shlex

import pytest

from kumo_tui.profiles import NodeSettings, ProfileSettings
from kumo_tui.urls import SshWay, check_url, is_plain_http, label_of, place_of, seen_there, ssh_way, typed_there


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("ssh://mta1", "ssh://mta1/127.0.0.1:8000"),
        ("ssh://mta1/", "ssh://mta1/127.0.0.1:8000"),
        ("ssh://ops@mta1:2222/127.0.0.1:8001", "ssh://ops@mta1:2222/127.0.0.1:8001"),
        ("ssh://Mta1/127.0.0.1:8000/", "ssh://Mta1/127.0.0.1:8000"),
        ("ssh://mta1/[::1]:8000", "ssh://mta1/[::1]:8000"),
        ("ssh://ops@[2001:db8::1]:22/localhost:8000", "ssh://ops@[2001:db8::1]:22/localhost:8000"),
        ("ssh://bastion.example.com/mta1.internal:8000", "ssh://bastion.example.com/mta1.internal:8000"),
    ],
)
def test_a_url_of_ssh_names_a_machine_and_the_listener_as_seen_from_there(url: str, kept: str) -> None:
    assert check_url(url) == kept
    assert check_url(kept) == kept


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ssh://-oProxyCommand=id/127.0.0.1:8000", "no host and port that ssh can log in to"),
        ("ssh://-l@mta1/127.0.0.1:8000", "a user name that is none"),
        ("ssh://a b@mta1/", "no blanks"),
        ("ssh://mta1\n/", "no blanks"),
        ("ssh://mta1\x1b/", "no control characters"),
        ("ssh://ops:secret@mta1/", "must not hold a password"),
        ("ssh://ops:sec/secret@mta1/127.0.0.1:8000", "must not hold a password"),
        ("ssh://ops:secret#x@mta1/", "must not hold a password"),
        ("ssh://@mta1/", "a user name that is none"),
        ("ssh:///127.0.0.1:8000", "no host and port that ssh can log in to"),
        ("ssh://mta1:0/", "no host and port that ssh can log in to"),
        ("ssh://mta1:ssh/", "no host and port that ssh can log in to"),
        ("ssh://mta1:70000/", "no host and port that ssh can log in to"),
        ("ssh://mta$(id)/", "no host and port that ssh can log in to"),
        ("ssh://%h/", "no host and port that ssh can log in to"),
        ("ssh://::1/127.0.0.1:8000", "no host and port that ssh can log in to"),
        ("ssh://mta1/127.0.0.1", "no host and port of a listener"),
        ("ssh://mta1/127.0.0.1:0", "no host and port of a listener"),
        ("ssh://mta1/127.0.0.1:99999999999", "no host and port of a listener"),
        ("ssh://mta1/-x:8000", "no host and port of a listener"),
        ("ssh://mta1//var/run/kumod.sock", "no host and port of a listener"),
        ("ssh://mta1/127.0.0.1:8000/metrics", "no host and port of a listener"),
        ("ssh://mta1/127.0.0.1:8000?x=1", "no host and port of a listener"),
        ("ssh://mta1/[::zz]:8000", "no host and port of a listener"),
        ("SSH://mta1/", "has no http://, https:// or ssh:// in front"),
    ],
)
def test_what_ssh_could_take_for_something_else_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        check_url(url)
    assert "secret" not in str(caught.value)


def test_the_way_of_an_endpoint_is_that_of_its_node() -> None:
    way = SshWay("ops", "mta1", 2222, "127.0.0.1:8000")
    assert ssh_way("ssh://ops@mta1:2222/127.0.0.1:8000") == way
    assert ssh_way("ssh://ops@mta1:2222/127.0.0.1:8000/api/admin/bounce/v1") == way
    assert ssh_way("http://mta1:8000") is None
    assert way.destination == "ops@mta1"
    assert way.http_url == "http://127.0.0.1:8000"
    assert ssh_way("ssh://[::1]/[::1]:8000") == SshWay("", "::1", 0, "[::1]:8000")


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("ssh://ops@mta1/127.0.0.1:8000", "mta1"),
        ("ssh://ops@mta1:2222/127.0.0.1:8000", "mta1:2222"),
        ("ssh://[::1]:22/127.0.0.1:8000", "[::1]:22"),
        ("http://mta1:8000", "mta1:8000"),
    ],
)
def test_a_node_without_a_name_is_called_by_the_machine_that_is_logged_in_to(url: str, label: str) -> None:
    assert label_of(url) == label
    assert NodeSettings(url=url).label == label


def test_an_endpoint_is_shown_as_it_is_seen_and_typed_on_that_machine() -> None:
    url = "ssh://ops@mta1:2222/[::1]:8000/api/admin/bounce/v1"
    assert seen_there(url) == "http://[::1]:8000/api/admin/bounce/v1"
    assert seen_there("https://mta1:8000/metrics") == "https://mta1:8000/metrics"
    command = "curl -sS 'http://[::1]:8000/metrics' --data-binary '{\"a\": \"it'\"'\"'s\"}'"
    typed = typed_there(url, command)
    assert shlex.split(typed) == ["ssh", "-p", "2222", "ops@mta1", command]
    assert typed_there("http://mta1:8000/x", command) == command


def test_credentials_within_ssh_are_in_the_clear_only_beyond_the_machine_that_is_logged_in_to() -> None:
    assert not is_plain_http("ssh://mta1/127.0.0.1:8000")
    assert not is_plain_http("ssh://mta1/[::1]:8000")
    assert is_plain_http("ssh://bastion/mta1.internal:8000")
    login = {"token_env": "MTA1_TOKEN"}
    ProfileSettings.model_validate({"nodes": [{"url": "ssh://mta1/", "credentials": login}]})
    with pytest.raises(ValueError, match="in the clear"):
        ProfileSettings.model_validate({"nodes": [{"url": "ssh://bastion/mta1:8000", "credentials": login}]})


@pytest.mark.parametrize("setting", [{"ca_file": "/x.pem"}, {"client_cert": "/x.pem"}, {"insecure": True}])
def test_what_is_about_certificates_is_refused_where_no_certificate_is_looked_at(
    setting: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match=r"has no effect at ssh://mta1/127\.0\.0\.1:8000"):
        NodeSettings.model_validate({"url": "ssh://mta1/", **setting})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://mta1:8000", "http://MTA1:8000"),
        ("http://mta1:8000", "http://mta1.:8000"),
        ("http://mta1", "http://mta1:80"),
        ("https://mta1", "https://mta1:443"),
        ("http://localhost:8000", "http://127.0.0.1:8000"),
        ("http://LocalHost:8000", "http://[::1]:8000"),
        ("http://127.0.0.1:8000", "http://[::ffff:127.0.0.1]:8000"),
        ("http://[2001:db8::1]:8000", "http://[2001:DB8:0::1]:8000"),
        ("ssh://ops@mta1/127.0.0.1:8000", "ssh://kim@MTA1/localhost:8000"),
    ],
)
def test_two_spellings_of_one_address_are_one_place(one: str, other: str) -> None:
    assert place_of(check_url(one)) == place_of(check_url(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://mta1:8000", "http://mta2:8000"),
        ("http://mta1:8000", "http://mta1:8001"),
        ("http://127.0.0.1:8000", "http://127.0.0.2:8000"),
        ("http://127.0.0.1:8000", "ssh://mta1/127.0.0.1:8000"),
        ("ssh://mta1/127.0.0.1:8000", "ssh://mta2/127.0.0.1:8000"),
        ("ssh://mta1:22/127.0.0.1:8000", "ssh://mta1:2222/127.0.0.1:8000"),
    ],
)
def test_two_addresses_are_two_places(one: str, other: str) -> None:
    assert place_of(check_url(one)) != place_of(check_url(other))
