"""Node lists that are kept elsewhere: taken whole, or refused with the place of what is wrong."""

import json
import os
import stat
import sys
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from kumo_tui.cli.list_command import printed_by
from kumo_tui.cli.node_lists import MOST_NODES, ListReader, parse_list
from kumo_tui.clock import SystemClock
from kumo_tui.errors import ConfigError
from kumo_tui.profiles import NodeSettings, ProfileSettings


def nodes_in(text: str) -> list[NodeSettings]:
    return [listed.node for listed in parse_list(text.encode(), "list")]


def refusal(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ConfigError) as caught:
        parse_list(raw, "list")
    words = str(caught.value)
    assert words.isprintable(), words
    return words


def reader(unwanted: Event | None = None) -> ListReader:
    return ListReader(os.environ, SystemClock(), unwanted or Event())


def python(script: str) -> tuple[str, ...]:
    """A program that runs this."""
    return (sys.executable, "-c", script)


def profile(**keys: Any) -> ProfileSettings:
    return ProfileSettings.model_validate(keys)


def failure(wanted: ProfileSettings) -> str:
    with pytest.raises(ConfigError) as caught:
        reader().nodes_of(wanted)
    words = str(caught.value)
    assert words.isprintable(), words
    return words


def test_a_line_is_a_url_and_a_name_and_a_hash_begins_a_comment() -> None:
    text = "\ufeff# the fleet\r\n\r\nhttp://a:1 mta1\r\n  https://b:2\t# no name\n\tssh://c  mta3   # by ssh\n"
    assert [(node.url, node.label) for node in nodes_in(text)] == [
        ("http://a:1", "mta1"),
        ("https://b:2", "b:2"),
        ("ssh://c/127.0.0.1:8000", "mta3"),
    ]


def test_a_json_array_says_how_a_node_is_watched_too() -> None:
    entries = [
        {"url": "http://a:1"},
        {"url": "http://b:2", "name": "mta2", "read_only": True, "enabled": False, "instance": "b:9"},
    ]
    first, second = nodes_in(json.dumps(entries))
    assert (first.label, first.read_only, first.enabled, first.instance) == ("a:1", False, True, "")
    assert (second.label, second.read_only, second.enabled, second.instance) == ("mta2", True, False, "b:9")


def test_the_profile_says_whom_to_trust_where_there_is_a_certificate(tmp_path: Path) -> None:
    file = tmp_path / "nodes"
    file.write_text("http://a:1\nhttps://b:2\n")
    wanted = profile(nodes_file=file, node_defaults={"ca_file": "/ca.pem", "allow_plain_http": True})
    plain, secure = reader().nodes_of(wanted)
    assert (plain.ca_file, plain.allow_plain_http) == (None, True)
    assert (secure.ca_file, secure.allow_plain_http) == (Path("/ca.pem"), True)
    assert wanted.reached("b:2", "https://b:2").ca_file == Path("/ca.pem")


@pytest.mark.parametrize("key", ["insecure", "ca_file", "credentials", "allow_plain_http", "urls"])
def test_a_list_decides_nothing_about_trust(key: str) -> None:
    words = refusal(json.dumps([{"url": "http://a:1"}, {"url": "http://b:2", key: True}]))
    assert f"list, entry 2: {key}: unknown key; known are url, name, enabled, read_only, instance" in words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://a:1\nmta2:8000\n", "list:2: url: 'mta2:8000' has no http://"),
        ("http://a:1 mta 1\n", "list:1: more than a URL and a name. A line of a list is URL [NAME]"),
        ("http://kim:s3cret@a:1\n", "list:1: url: a URL must not hold a user name or password"),
        ("http://a:1 \x1b[2J\n", "list:1: name: a name holds no control characters"),
        ("http://a:1\x1cmta1\n", "list:1: url: a URL holds no blanks and no control characters"),
        ("http://a:1 \x9b0m\n", "list:1: name: a name holds no control characters"),
        (f"http://a:1 {'x' * 41}\n", "list:1: name: String should have at most 40 characters"),
        ("<!DOCTYPE html>\n", "list:1: url: '<!DOCTYPE' has no http://"),
        ("", "list: it lists no node"),
        ("# nothing\n\n", "list: it lists no node"),
        ("[]", "list: it lists no node"),
        ('[{"url": "http://a:1"}', "list: not JSON: "),
        (
            '["http://a:1"]',
            'list, entry 1: an object is expected, as {"url": "http://mta1:8000", "name": "mta1"}.',
        ),
        ('[{"name": "mta1"}]', "list, entry 1: url: Field required"),
        ('[{"url": 7}]', "list, entry 1: url: Input should be a valid string"),
        (
            '[{"url": "http://a:1", "read_only": "no"}]',
            "list, entry 1: read_only: Input should be a valid boolean",
        ),
        ('[{"url": "http://a:1", "url": "http://b:1"}]', "list: not JSON: a key is given twice"),
        ("[" * 100_000, "list: not JSON: "),
        (b"http://a:1 \xff\n", "list: not UTF-8 text"),
        (bytes(range(128, 256)), "list: not UTF-8 text"),
    ],
)
def test_a_list_with_one_wrong_entry_is_refused_whole_with_its_place(text: str | bytes, words: str) -> None:
    said = refusal(text)
    assert words in said
    assert "s3cret" not in said


def test_a_list_of_very_many_is_none() -> None:
    lines = "".join(f"http://mta{number}:8000\n" for number in range(MOST_NODES + 1))
    assert "it lists 1,001 nodes, more than 1,000" in refusal(lines)


def test_the_nodes_of_config_file_and_program_come_in_this_order_with_the_profiles_login(tmp_path: Path) -> None:
    file = tmp_path / "nodes"
    file.write_text("https://b:2\n")
    wanted = profile(
        nodes=[{"url": "https://a:1", "credentials": {}}],
        nodes_file=file,
        nodes_command=python("print('https://c:3')"),
        credentials={"token_env": "TOKEN"},
    )
    found = reader().nodes_of(wanted)
    assert [node.url for node in found] == ["https://a:1", "https://b:2", "https://c:3"]
    assert [bool(node.credentials and node.credentials.scheme) for node in found] == [False, True, True]


def test_a_profile_without_a_list_runs_nothing() -> None:
    assert [node.url for node in reader().nodes_of(profile(nodes=[{"url": "http://a:1"}]))] == ["http://a:1"]


def test_no_listed_node_gets_credentials_in_the_clear(tmp_path: Path) -> None:
    file = tmp_path / "nodes"
    file.write_text("http://evil.example:80 mta9\n")
    login = {"token_env": "TOKEN"}
    words = failure(profile(nodes_file=file, credentials=login))
    assert f"{file}:1: node mta9: its credentials would cross the network in the clear" in words
    allowed = profile(nodes_file=file, credentials=login, node_defaults={"allow_plain_http": True})
    assert [node.label for node in reader().nodes_of(allowed)] == ["mta9"]


def test_of_a_node_that_is_listed_twice_both_places_are_named(tmp_path: Path) -> None:
    file = tmp_path / "nodes"
    file.write_text("http://a:1 mta1\nhttp://b:2 mta1\n")
    assert f"{file}:2, and {file}:1: two nodes are called 'mta1'" in failure(profile(nodes_file=file))
    file.write_text("http://LOCALHOST:8000\n")
    wanted = profile(nodes=[{"url": "http://127.0.0.1:8000"}], nodes_file=file)
    assert f"{file}:1, and node 1 of the config: two nodes are one server" in failure(wanted)


def test_a_file_that_is_not_there_or_is_none_is_named(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, words in ((tmp_path / "gone", "no such file"), (tmp_path, "no file"), (pipe, "no file")):
        assert f"{path}: {words}" in failure(profile(nodes_file=path))
    assert "/dev/zero: no file" in failure(profile(nodes_file="/dev/zero"))


def test_a_file_that_everybody_may_write_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "nodes"
    file.write_text("http://a:1\n")
    file.chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IWOTH)
    assert f"{file}: everybody may write it. Type: chmod o-w {file}" in failure(profile(nodes_file=file))


def test_a_file_that_is_far_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "nodes"
    with file.open("wb") as huge:
        huge.truncate(10_000_000)
    assert "more than 1,000,000 bytes: that is no node list" in failure(profile(nodes_file=file))


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "import sys; print('x', file=sys.stderr); sys.exit('no token\\x1b[2J!.')",
            "ended with exit code 1: no token",
        ),
        ("import os; os.kill(os.getpid(), 15)", "was ended by signal 15"),
        ("print('x' * 10_000_000)", "it printed more than 1,000,000 bytes"),
        ("import sys; sys.stderr.write('y' * 10_000_000); sys.exit(2)", "ended with exit code 2: yyy"),
        ("pass", "it lists no node"),
        ("print('\\x1b]52;c;aGk=\\x07')", ":1: url: a URL holds no blanks and no control characters"),
    ],
)
def test_a_program_that_fails_or_prints_no_list_is_named_with_its_last_line(script: str, words: str) -> None:
    said = failure(profile(nodes_command=python(script)))
    assert words in said
    assert Path(sys.executable).name in said


def test_a_program_that_is_not_there_is_named() -> None:
    assert "/no/such: cannot be run: No such file or directory" in failure(profile(nodes_command=["/no/such"]))
    assert "cannot be run" in failure(profile(nodes_command=["a\0b"]))


def test_arguments_are_given_as_they_are_and_no_shell_reads_them() -> None:
    script = "import sys; print('http://a:1', sys.argv[1].replace(' ', '_'))"
    wanted = profile(nodes_command=(*python(script), "$(id) ; x"))
    assert [node.label for node in reader().nodes_of(wanted)] == ["$(id)_;_x"]


def test_a_program_has_nothing_to_read_a_session_of_its_own_and_our_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FLEET", "mta1")
    script = "import os, sys; assert not sys.stdin.read(); print(f'http://s{os.getsid(0)}:1', os.environ['FLEET'])"
    (found,) = reader().nodes_of(profile(nodes_command=python(script)))
    assert found.name == "mta1"
    assert found.url != f"http://s{os.getsid(0)}:1"


def test_a_program_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    held = tmp_path / "held"
    os.mkfifo(held)
    reading = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    child = f"import time; kept = open({str(held)!r}, 'wb'); time.sleep(600)"
    script = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        "print('still waiting for the vault', file=sys.stderr, flush=True)\n"
        "time.sleep(600)\n"
    )
    with pytest.raises(ConfigError, match=r"did not end within 2 s: still waiting for the vault\."):
        printed_by(python(script), os.environ, SystemClock(), Event(), timeout_s=2)
    os.set_blocking(reading, True)
    # Comes to an end only once nobody has it open any more.
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_a_program_that_nobody_waits_for_any_more_is_ended() -> None:
    unwanted = Event()
    unwanted.set()
    with pytest.raises(ConfigError, match="was ended with kumo-tui"):
        printed_by(python("import time; time.sleep(600)"), os.environ, SystemClock(), unwanted)


def test_a_file_that_comes_in_pieces_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes, read = tmp_path / "nodes", os.read
    nodes.write_text("http://a:1\nhttp://b:2\n")
    monkeypatch.setattr(os, "read", lambda opened, size: read(opened, min(size, 11)))
    assert [node.label for node in reader().nodes_of(profile(nodes_file=nodes))] == ["a:1", "b:2"]
