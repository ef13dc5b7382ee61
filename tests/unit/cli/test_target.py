from pathlib import Path

import pytest

from kumo_tui.act.limits import Limit, limits_of
from kumo_tui.act.rights import order_of
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


def test_a_node_of_a_profile_brings_its_limits_and_its_read_only_by_its_url_too() -> None:
    strict = ProfileSettings.model_validate(
        {"nodes": [{"url": "http://127.0.0.1:8000"}], "read_only": True, "refuse_above": 5}
    )
    known = settings(lab=LAB, strict=strict)
    target = choose_target(Options(endpoints=("http://LOCALHOST:8000",)), known, {})
    assert (target.profile, target.bound_by) == ("", ("strict",))
    bound = known.bound_by(target.bound_by)
    assert order_of(bound, "") == "profile strict"
    assert limits_of(bound, "").refuse == Limit("profile.strict.refuse_above", 5)
    other = choose_target(Options(endpoints=("http://localhost:8001",)), known, {})
    assert (order_of(known.bound_by(other.bound_by), ""), other.bound_by) == ("", ())


def test_the_strictest_of_the_profiles_that_a_node_is_in_holds() -> None:
    one = ProfileSettings.model_validate({"nodes": [{"url": "http://a:1"}], "refuse_above": 50, "name_above": 1})
    other = ProfileSettings.model_validate({"nodes": [{"url": "http://A:1"}], "refuse_above": 9, "name_above": 2})
    known = settings(one=one, other=other)
    target = choose_target(Options(endpoints=("http://a:1",)), known, {})
    limits = limits_of(known.bound_by(target.bound_by), "")
    assert limits.refuse == Limit("profile.other.refuse_above", 9)
    assert limits.name == Limit("profile.one.name_above", 1)


def test_a_node_that_is_read_only_in_its_profile_is_so_by_its_url_too() -> None:
    kept = ProfileSettings.model_validate(
        {"nodes": [{"url": "http://a:1", "read_only": True, "enabled": False}, {"url": "http://b:2"}]}
    )
    target = choose_target(Options(endpoints=("http://b:2", "http://a:1")), settings(lab=kept), {})
    assert [(node.url, node.read_only, node.enabled) for node in target.nodes] == [
        ("http://b:2", False, True),
        ("http://a:1", True, True),
    ]


def test_a_node_of_a_list_is_known_by_its_url_too_and_a_list_that_cannot_be_had_may_have_any(
    tmp_path: Path,
) -> None:
    file = tmp_path / "nodes"
    known = settings(prod=ProfileSettings(nodes_file=file, production=True), lab=LAB)
    file.write_text("http://a:1\n")
    assert choose_target(Options(endpoints=("http://a:1",)), known, {}).production
    assert not choose_target(Options(endpoints=("http://b:1",)), known, {}).production
    file.write_text("nonsense\n")
    assert choose_target(Options(endpoints=("http://b:1",)), known, {}).production


def test_a_profile_has_the_nodes_of_its_list_and_says_which_profile_has_a_bad_one(tmp_path: Path) -> None:
    file = tmp_path / "nodes"
    known = settings(prod=ProfileSettings(nodes=PROD.nodes, nodes_file=file))
    file.write_text("http://c:3 mta3\n")
    assert urls(choose_target(Options(), known, {})) == ["http://a:1", "http://b:2", "http://c:3"]
    file.unlink()
    with pytest.raises(ConfigError, match=rf"profile prod: {file}: no such file\."):
        choose_target(Options(), known, {})


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
    with pytest.raises(ConfigError, match="Two nodes are one server: http://X:9, once as http://x:9"):
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
