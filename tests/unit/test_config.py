"""Settings: file < environment, every key documented, every mistake named with its place."""

import ast
import inspect
import itertools
import os
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from kumo_tui.config import (
    ActSettings,
    LogSettings,
    PollSettings,
    Settings,
    SshSettings,
    config_path,
    load_settings,
)
from kumo_tui.credentials import CredentialSettings
from kumo_tui.errors import ConfigError
from kumo_tui.profiles import NodeSettings, ProfileSettings
from kumo_tui.prometheus_settings import PrometheusSettings
from kumo_tui.urls import check_url

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("KUMO_TUI_")]:
        monkeypatch.delenv(name)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return path


def failure(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(written(tmp_path, text))
    return str(caught.value).replace(str(tmp_path), "")


def test_the_example_file_loads_and_says_the_defaults() -> None:
    assert load_settings(EXAMPLE) == Settings()


def test_the_example_file_sets_every_key_that_has_a_default() -> None:
    written_keys = tomllib.loads(EXAMPLE.read_text("utf-8"))
    defaults = Settings().model_dump(mode="json")
    profiles = defaults.pop("profile")
    assert profiles == {}
    assert defaults.pop("ascii") is None
    defaults["act"] = {key: value for key, value in defaults["act"].items() if value is not None}
    assert written_keys == defaults


def test_a_key_that_is_unset_by_default_is_in_the_example_as_a_comment() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    assert "# ascii = true" in lines
    unset = [key for key, value in Settings().act.model_dump().items() if value is None]
    shown = [key for key in unset if any(line.startswith(f"# {key} = ") for line in lines)]
    assert shown == unset
    assert unset == ["plain_is_exact", "refuse_above"]


def test_what_a_version_tells_of_plain_bounces_can_be_overridden(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert Settings().act.plain_is_exact is None
    assert load_settings(written(tmp_path, "[act]\nplain_is_exact = true\n")).act.plain_is_exact is True
    monkeypatch.setenv("KUMO_TUI_ACT__PLAIN_IS_EXACT", "false")
    assert load_settings(written(tmp_path, "[act]\nplain_is_exact = true\n")).act.plain_is_exact is False


def test_the_example_file_explains_every_key_in_the_line_before() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for before, line in itertools.pairwise(lines):
        if "=" in line and not line.startswith("#"):
            assert before.startswith("# "), line


def test_the_commented_profiles_of_the_example_load_and_show_every_key() -> None:
    text = EXAMPLE.read_text("utf-8").partition("For example a production fleet:\n#\n")[2]
    profiles = tomllib.loads("\n".join(line.removeprefix("#").strip() for line in text.splitlines()))
    settings = Settings(**profiles)
    assert set(settings.profile) == {"prod", "staging"}
    nodes = profiles["profile"]["prod"]["nodes"]
    assert set(profiles["profile"]["prod"]) == set(ProfileSettings.model_fields)
    assert {key for node in nodes for key in node} == set(NodeSettings.model_fields)
    assert set(profiles["profile"]["prod"]["prometheus"]) == set(PrometheusSettings.model_fields)


@pytest.mark.parametrize(
    "model",
    [
        Settings,
        ProfileSettings,
        NodeSettings,
        PollSettings,
        ActSettings,
        LogSettings,
        CredentialSettings,
        PrometheusSettings,
        SshSettings,
    ],
)
def test_every_setting_is_documented_in_the_code(model: type[BaseModel]) -> None:
    body = ast.parse(inspect.getsource(model)).body[0].body
    documented = {
        line.target.id
        for line, after in itertools.pairwise(body)
        if isinstance(line, ast.AnnAssign)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }
    assert documented == set(model.model_fields)


def test_another_ssh_is_a_list_and_never_empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Settings().ssh.command == ("ssh",)
    named = load_settings(written(tmp_path, '[ssh]\ncommand = ["ssh", "-F", "/etc/x"]\n'))
    assert named.ssh.command == ("ssh", "-F", "/etc/x")
    for wrong in ("[]", '[""]', '["ssh", "a\\u0000b"]', '"ssh -F /etc/x"'):
        assert "ssh.command" in failure(tmp_path, f"[ssh]\ncommand = {wrong}\n")
    monkeypatch.setenv("KUMO_TUI_SSH__COMMAND", '["ssh", "-4"]')
    assert load_settings(written(tmp_path, "")).ssh.command == ("ssh", "-4")


def test_without_a_file_the_defaults_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load_settings() == Settings()


def test_an_empty_variable_for_the_file_is_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("KUMO_TUI_CONFIG", "")
    assert load_settings() == Settings()


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KUMO_TUI_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(ConfigError, match="no such file"):
        load_settings()


def test_the_file_is_where_the_variable_says() -> None:
    assert config_path({"KUMO_TUI_CONFIG": "/etc/kumo.toml"}) == Path("/etc/kumo.toml")
    assert config_path({}).name == "config.toml"


def test_the_environment_overrides_single_keys_of_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUMO_TUI_READ_ONLY", "true")
    monkeypatch.setenv("KUMO_TUI_POLL__INTERVAL_S", "7")
    settings = load_settings(written(tmp_path, "read_only = false\n[poll]\ninterval_s = 3\nread_timeout_s = 4\n"))
    assert settings.read_only
    assert (settings.poll.interval_s, settings.poll.read_timeout_s) == (7.0, 4.0)


def test_variables_that_are_no_settings_disturb_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KUMO_TUI_JOURNAL", str(tmp_path / "journal.db"))
    assert load_settings(written(tmp_path, "")) == Settings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "[poll]\ninterval_s = 0\n",
            "/config.toml:2: poll.interval_s: Input should be greater than or equal to 0.5",
        ),
        ("\nread_olny = true\n", "/config.toml:2: read_olny: unknown key; known are default_profile, read_only"),
        (
            "[poll]  # how\n# x\nintervall = 1\n",
            "/config.toml:3: poll.intervall: unknown key; known are interval_s",
        ),
        ("poll.interval_s = 0\n", "/config.toml:1: poll.interval_s:"),
        ('theme = "pink"\n', "/config.toml:1: theme: Input should be 'kumo-dark', 'kumo-light', 'kumo-contrast'"),
        ("[profile.prod]\nproduction = true\n", "/config.toml:1: profile.prod: a profile needs nodes: [["),
        ('[act]\nmax_duration = "1M"\n', "/config.toml:2: act.max_duration: 1M: M is a month"),
        ('[act]\nmax_duration = "31d"\n', "/config.toml:2: act.max_duration: 31d is not between 1s and 30d"),
        ('[act]\ndefault_duration = "0s"\n', "/config.toml:2: act.default_duration: 0s is not between"),
        ('[act]\ndefault_duration = "2d"\n', "/config.toml:1: act: default_duration 2d is over max_duration 1d"),
        ("[poll\n", "/config.toml: not TOML:"),
        ("poll = 5\n", "/config.toml:1: poll: a table is expected."),
        ('[ssh]\ncommand = "ssh"\n', '/config.toml:2: ssh.command: a list is expected, as ["one", "two"].'),
        ('[profile.""]\nnodes = []\n', "/config.toml:1: profile: the name of a profile is blank."),
        (
            '[profile." prod"]\nnodes = []\n',
            "/config.toml:1: profile. prod: a name begins and ends with no blank.",
        ),
        ('[profile."a\\u001b[2J"]\nnodes = []\n', "a name holds no control characters."),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_what_is_expected(tmp_path: Path, text: str, words: str) -> None:
    assert words in failure(tmp_path, text)


def test_the_line_is_that_of_the_node_which_is_wrong(tmp_path: Path) -> None:
    text = (
        '[[profile.prod.nodes]]\nurl = "http://a:1"\n'
        '[[profile.prod.nodes]]\nurl = "ftp://b:1"\n'
        '[[profile.prod.nodes]]\nurl = "http://c:1"\n'
    )
    assert failure(tmp_path, text).startswith("/config.toml:4: profile.prod.nodes.1.url:")


def test_an_unknown_key_of_a_node_is_told_what_nodes_know(tmp_path: Path) -> None:
    text = '[[profile.act.nodes]]\nurl = "http://a:1"\npassword = "x"\n'
    assert "known are url, name, ca_file, client_cert, client_key, insecure" in failure(tmp_path, text)


def test_a_mistake_in_the_environment_is_blamed_on_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUMO_TUI_POLL__INTERVAL_S", "0")
    words = failure(tmp_path, "[poll]\ninterval_s = 2.0\n")
    assert words.startswith("environment variable KUMO_TUI_POLL__INTERVAL_S: poll.interval_s:")


@pytest.mark.parametrize("variable", ["KUMO_TUI_PROFILE", "KUMO_TUI_POLL"])
def test_a_section_in_a_variable_that_is_no_json_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    monkeypatch.setenv(variable, "prod")
    assert failure(tmp_path, "").startswith(f"environment variable {variable}: not JSON, as a section or a list")


def test_a_list_in_a_variable_that_is_no_json_is_named_and_a_good_one_beside_it_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUMO_TUI_SSH", '{"command": ["ssh"]}')
    monkeypatch.setenv("KUMO_TUI_SSH__COMMAND", "ssh -v")
    assert failure(tmp_path, "").startswith("environment variable KUMO_TUI_SSH__COMMAND: not JSON")


def test_who_names_the_profile_in_the_variable_of_the_section_is_told_the_other_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUMO_TUI_PROFILE", "prod")
    assert "KUMO_TUI_DEFAULT_PROFILE, or --profile, names a profile" in failure(tmp_path, "")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("HTTPS://mta1.example.com", "https://mta1.example.com"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://mta1:8000?", "http://mta1:8000"),
    ],
)
def test_a_url_is_kept_as_scheme_host_and_port(url: str, kept: str) -> None:
    assert check_url(url) == kept


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000",
        "ftp://mta1:8000",
        "http://",
        "http://mta1:0",
        "http://mta1:99999",
        "http://mta1:port",
        "http://mta1:8000/api",
        "http://mta1:8000?x=1",
        "http://mta1:8000#x",
        "http://user:secret@mta1:8000",
        "http://user:sec/secret@mta1:8000",
        "http:/user:secret@mta1:8000",
        "http://user:secret#x@mta1:8000",
        "http://user:secret\u2100@mta1:8000",
        "user:secret@mta1:8000",
        "http://mta 1:8000",
        "http://mta1\n:8000",
        "http://[::1:8000",
        "",
    ],
)
def test_what_is_no_node_url_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        check_url(url)
    assert "secret" not in str(caught.value)


def test_a_node_is_called_as_named_or_by_host_and_port() -> None:
    assert NodeSettings(url="http://mta1:8000", name="first").label == "first"
    assert NodeSettings(url="http://mta1:8000").label == "mta1:8000"


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ({"url": "http://a:1", "name": "x"}, {"url": "http://b:1", "name": "x"}, "called 'x'"),
        (
            {"url": "http://a:1", "name": "x"},
            {"url": "http://A:1/", "name": "y"},
            "one server: http://A:1, once as http://a:1",
        ),
        ({"url": "http://a:1"}, {"url": "http://b:1", "name": "a:1"}, "called 'a:1'"),
    ],
)
def test_a_node_that_is_there_twice_is_refused(first: dict[str, str], second: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ProfileSettings(nodes=(NodeSettings(**first), NodeSettings(**second)))


def test_of_two_nodes_of_one_name_both_places_in_the_file_are_named(tmp_path: Path) -> None:
    node = '[[profile.prod.nodes]]\nurl = "http://{}:1"\nname = "mta1"\n'
    words = failure(tmp_path, "\n".join(node.format(host) for host in "ab"))
    assert "profile.prod: two nodes are called 'mta1' (lines 1 and 5)" in words


def test_of_two_nodes_in_one_line_their_places_in_the_list_are_named(tmp_path: Path) -> None:
    words = failure(tmp_path, '[profile.prod]\nnodes = [{ url = "http://a:1" }, { url = "http://A:1" }]\n')
    assert "(nodes 1 and 2 of its list)" in words


@pytest.mark.parametrize(
    ("defaults", "words"),
    [
        ('{ client_key = "/k" }', "client_key needs a client_cert"),
        ('{ insecure = true, ca_file = "/c" }', "ca_file has no effect where insecure is set"),
    ],
)
def test_what_is_wrong_with_the_defaults_for_nodes_of_a_list_is_said_before_there_are_any(
    tmp_path: Path, defaults: str, words: str
) -> None:
    text = f'[profile.prod]\nnodes_file = "/n"\nnode_defaults = {defaults}\n'
    assert words in failure(tmp_path, text)


def test_a_node_name_with_control_characters_is_refused() -> None:
    with pytest.raises(ValidationError, match="control characters"):
        NodeSettings(url="http://a:1", name="x\x1b[2J")


@pytest.mark.parametrize("name", [" ", "mta1 ", " mta1"])
def test_a_node_name_that_looks_like_another_or_like_none_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="begins and ends with no blank"):
        NodeSettings(url="http://a:1", name=name)


def test_a_plain_bounce_with_collateral_is_cancelled_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, "")).act.stop_at_collateral
    assert not load_settings(written(tmp_path, "[act]\nstop_at_collateral = false\n")).act.stop_at_collateral


@pytest.mark.parametrize("key", ["name_above", "wait_above", "refuse_above"])
def test_a_limit_is_a_number_of_messages(tmp_path: Path, key: str) -> None:
    loaded = load_settings(written(tmp_path, f"[act]\n{key} = 0\n"))
    assert getattr(loaded.act, key) == 0
    assert f"/config.toml:2: act.{key}: Input should be" in failure(tmp_path, f"[act]\n{key} = -1\n")
    nodes = '[[profile.prod.nodes]]\nurl = "http://a:1"\n'
    words = failure(tmp_path, f"[profile.prod]\n{key} = -1\n{nodes}")
    assert f"/config.toml:2: profile.prod.{key}: Input should be" in words
