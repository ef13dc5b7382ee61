import pytest

from kumo_tui.cli.options import Options
from kumo_tui.cli.target import Target, choose_target
from kumo_tui.config import Settings
from kumo_tui.errors import ConfigError, InputError, KumoTuiError
from kumo_tui.profiles import NodeSettings, ProfileSettings


def profile(*urls: str, production: bool = False) -> ProfileSettings:
    return ProfileSettings(nodes=tuple(NodeSettings(url=url) for url in urls), production=production)


def settings(default: str = "", **profiles: ProfileSettings) -> Settings:
    return Settings(default_profile=default, profile=profiles)


def urls(target: Target) -> list[str]:
    return [node.url for node in target.nodes]


PROD = profile("http://a:1", "http://b:2", production=True)
LAB = profile("http://c:3")


def test_without_anything_the_default_endpoint_of_the_servers_own_tool_is_used() -> None:
    assert urls(choose_target(Options(), settings(), {})) == ["http://127.0.0.1:8000"]


def test_kumo_kcli_endpoint_replaces_the_default_endpoint() -> None:
    environ = {"KUMO_KCLI_ENDPOINT": "http://mta7:8000/"}
    assert urls(choose_target(Options(), settings(), environ)) == ["http://mta7:8000"]


def test_the_only_profile_is_used_without_being_named() -> None:
    target = choose_target(Options(), settings(prod=PROD), {"KUMO_KCLI_ENDPOINT": "http://other:1"})
    assert (target.profile, target.production, urls(target)) == ("prod", True, ["http://a:1", "http://b:2"])


def test_the_default_profile_is_used_among_several() -> None:
    assert choose_target(Options(), settings("lab", prod=PROD, lab=LAB), {}).profile == "lab"


def test_several_profiles_and_no_default_have_to_be_chosen_from() -> None:
    with pytest.raises(InputError, match="lab, prod"):
        choose_target(Options(), settings(prod=PROD, lab=LAB), {})


def test_endpoints_win_over_the_profiles_of_the_config() -> None:
    target = choose_target(Options(endpoints=("http://x:9",)), settings(prod=PROD), {})
    assert (target.profile, target.production, urls(target)) == ("", False, ["http://x:9"])


@pytest.mark.parametrize("url", ["http://b:2", "http://B:2/"])
def test_a_node_of_a_production_profile_is_production_by_its_url_too(url: str) -> None:
    known = settings(prod=PROD, lab=LAB)
    assert choose_target(Options(endpoints=("http://c:3", url)), known, {}).production
    assert not choose_target(Options(endpoints=("http://c:3", "http://b:3")), known, {}).production


def test_a_node_without_a_name_is_called_host_and_port() -> None:
    target = choose_target(Options(endpoints=("http://x:9",)), settings(), {})
    assert target.nodes[0].label == "x:9"


@pytest.mark.parametrize("name", ["prdo", "PROD"])
def test_an_unknown_profile_is_named_with_the_known_ones(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"{name}.*lab, prod"):
        choose_target(Options(profile=name), settings(prod=PROD, lab=LAB), {})


def test_endpoint_and_profile_together_are_refused() -> None:
    with pytest.raises(InputError):
        choose_target(Options(endpoints=("http://x:9",), profile="prod"), settings(prod=PROD), {})


def test_a_node_given_twice_is_refused_because_it_would_be_bounced_twice() -> None:
    with pytest.raises(ConfigError, match="twice"):
        choose_target(Options(endpoints=("http://x:9", "http://X:9/")), settings(), {})


def test_two_nodes_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="x:9"):
        choose_target(Options(endpoints=("http://x:9", "https://x:9")), settings(), {})


@pytest.mark.parametrize(
    "url", ["mta1:8000", "http://kim:s3cret@mta1:8000", "http://mta1:8000/metrics", "ftp://x"]
)
def test_a_url_that_is_none_is_refused_without_its_credentials(url: str) -> None:
    with pytest.raises(KumoTuiError) as caught:
        choose_target(Options(endpoints=(url,)), settings(), {})
    assert "s3cret" not in str(caught.value)


def test_credentials_in_the_environments_endpoint_are_not_echoed_either() -> None:
    with pytest.raises(InputError, match="KUMO_KCLI_ENDPOINT") as caught:
        choose_target(Options(), settings(), {"KUMO_KCLI_ENDPOINT": "http://kim:s3cret@mta1:8000"})
    assert "s3cret" not in str(caught.value)


def test_options_of_both_places_are_merged() -> None:
    before = Options(endpoints=("a",), profile="p", read_only=True)
    merged = before.merged(Options(endpoints=("b",), profile="q", json=True))
    assert merged == Options(endpoints=("a", "b"), profile="q", read_only=True, json=True)
