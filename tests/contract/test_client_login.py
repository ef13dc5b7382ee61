"""The client logs in where it is told to, nowhere else, and again only for a reading whose secret has changed."""

import io
from collections.abc import Iterator
from types import TracebackType

import httpx
import pytest
from rich.console import Console
from rich.traceback import Traceback

from kumo_tui.credentials import CredentialSettings
from kumo_tui.errors import NodeError, Unauthorized
from kumo_tui.node.client import NodeClient
from kumo_tui.node.login import Login, Logins
from kumo_tui.sim import Fleet, ManualClock, SimNode, parse_scenario
from kumo_tui.sim.web.access import Access, User
from tests.contract.replay import START
from tests.fakes import FakeClock
from tests.unit.node.served import Served
from tests.unit.node.test_login import Vault

SECRET = "hunter2-Tr0ub4dor"
OPS = CredentialSettings(user="ops", password=SECRET)
VIEWER = CredentialSettings(user="viewer", password=SECRET)
_NODE = '[[node]]\nname = "mta1"\nversion = "{version}"\ntrust_hosts = {trust}\n'
USERS = (User("ops", "admin", SECRET), User("viewer", "viewer", SECRET), User("bot", "admin", token=SECRET))
BODY = {"reason": "x", "duration": "300s", "domain": "a.example"}


def login(credentials: CredentialSettings) -> Login | None:
    return Logins({}).of("mta1", credentials)


def node(*, trust: bool = False, version: str = "2026.08.04-3ebc1e85") -> SimNode:
    text = _NODE.format(version=version, trust=str(trust).lower())
    found = Fleet(parse_scenario(text, "login.toml"), ManualClock(START)).nodes["mta1"]
    found.access = Access(trust, USERS)
    return found


def client(of: SimNode, by: Login | None) -> NodeClient:
    wire = httpx.ASGITransport(app=of.app)
    return NodeClient("mta1", "http://127.0.0.1:8000", clock=FakeClock(), transport=wire, login=by)


@pytest.mark.parametrize(
    "credentials", [OPS, CredentialSettings(token=SECRET)], ids=["a password", "a bearer token"]
)
async def test_a_login_that_is_let_in_reads_and_acts(credentials: CredentialSettings) -> None:
    mta = node()
    by = client(mta, login(credentials))
    assert await by.list_directives() == ()
    await by.read_metrics()
    assert await by.post_bounce(BODY)


@pytest.mark.parametrize(
    ("credentials", "trust", "version", "said", "next_step"),
    [
        (
            CredentialSettings(user="ops", password="wrong"),
            True,
            "2026.08.04-3ebc1e85",
            "mta1: not allowed: GET /api/admin/bounce/v1 (401): HttpBasicAuth Authentication Failed for ops.",
            "Check this node's credentials in the config; the node keeps a wrong answer for 60 s.",
        ),
        (
            None,
            False,
            "2026.08.04-3ebc1e85",
            "<Unauthenticated>@ ip=127.0.0.1 not permitted GET",
            "Trust this host, or give the node credentials in the config that its access rules let in.",
        ),
        (
            OPS,
            True,
            "2025.12.02-67ee9e96",
            "mta1: not allowed: GET /api/admin/bounce/v1 (401): Trusted IP required.",
            "Its version lets no login in there: trust this host, and set credentials = {} for the node.",
        ),
        (
            None,
            False,
            "2025.12.02-67ee9e96",
            "is not a trusted host, and no Authorization header is present.",
            "Trust this host, or give the node credentials in the config that its access rules let in.",
        ),
    ],
)
async def test_a_refusal_names_the_node_and_what_follows(
    credentials: CredentialSettings | None, trust: bool, version: str, said: str, next_step: str
) -> None:
    by = client(node(trust=trust, version=version), login(credentials) if credentials else None)
    with pytest.raises(Unauthorized) as caught:
        await by.list_directives()
    assert said in caught.value.what
    assert caught.value.what.startswith("mta1: not allowed: GET /api/admin/bounce/v1 (401)")
    assert caught.value.next_step == next_step


async def test_a_viewer_is_told_of_the_access_rules_when_an_act_is_refused() -> None:
    mta = node()
    by = client(mta, login(VIEWER))
    assert await by.list_directives() == ()
    with pytest.raises(Unauthorized, match=r"not permitted POST.*per path and method"):
        await by.post_bounce(BODY)
    assert [request.method for request in mta.requests] == ["GET", "POST"]


@pytest.mark.parametrize(
    ("status", "words"), [(403, "a proxy in between"), (400, "Check this node's credentials")]
)
async def test_what_else_refuses_a_login_is_told_apart(status: int, words: str) -> None:
    served = Served(
        lambda _request: httpx.Response(status, text="Malformed Authorization header"[: 999 * (status == 400)])
    )
    with pytest.raises(Unauthorized, match=words):
        await served.client.list_directives()


def changing(*accepted: str) -> Iterator[str]:
    yield from accepted
    while True:
        yield accepted[-1]


def rotating(secrets: Vault, accepted: Iterator[str]) -> Served:
    """A node whose next accepted token is told by `accepted`, one a request."""

    def answer(request: httpx.Request) -> httpx.Response:
        is_in = request.headers["authorization"] == f"Bearer {next(accepted)}"
        if not is_in:
            return httpx.Response(401, text="BearerToken Authentication Failed for")
        return httpx.Response(200, text='{"id":"a"}' if request.method == "POST" else "[]")

    return Served(answer, login=Login(CredentialSettings(token_command=["token"]), secrets))


async def test_a_reading_that_is_refused_goes_once_more_with_a_secret_that_has_changed() -> None:
    vault = Vault("old", "new")
    served = rotating(vault, changing("old", "new"))
    await served.client.list_directives()
    await served.client.list_directives()
    sent = [request.headers["authorization"] for request in served.requests]
    assert sent == ["Bearer old", "Bearer old", "Bearer new"]


async def test_a_secret_that_stays_wrong_is_never_asked_for_in_a_loop() -> None:
    vault = Vault("old", "wrong", "wrong", "wrong")
    served = rotating(vault, changing("old", "new"))
    await served.client.list_directives()
    for _ in range(4):
        with pytest.raises(Unauthorized):
            await served.client.list_directives()
    assert vault.asked == 2
    assert len(served.requests) == 6


async def test_an_act_that_is_refused_is_sent_once_and_the_next_reading_changes_the_secret() -> None:
    vault = Vault("old", "new")
    served = rotating(vault, changing("old", "new"))
    await served.client.list_directives()
    with pytest.raises(Unauthorized):
        await served.client.post_bounce(BODY)
    assert [request.method for request in served.requests] == ["GET", "POST"]
    assert vault.asked == 1
    await served.client.list_directives()
    assert await served.client.post_bounce(BODY) == "a"


async def test_a_login_stays_with_its_node() -> None:
    served = Served(
        lambda _request: httpx.Response(307, headers={"location": "http://evil.example/"}), login=login(OPS)
    )
    with pytest.raises(NodeError, match="redirected"):
        await served.client.list_directives()
    assert [request.url.host for request in served.requests] == ["mta1.example"]


async def test_a_proxy_that_repeats_what_it_was_sent_puts_no_secret_into_our_words() -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, text=f"who are you? {request.headers['authorization']} {request.url}")

    for credentials in (OPS, CredentialSettings(token=SECRET)):
        by = login(credentials)
        assert by is not None
        served = Served(echo, login=by)
        with pytest.raises(Unauthorized, match=r"who are you\? B\w+ \*\*\*") as caught:
            await served.client.list_directives()
        assert by.header().get_secret_value().partition(" ")[2] not in f"{caught.value}"


async def crash(by: NodeClient) -> str:
    """What a crash screen would show, with all variables of all frames, of a request that fails."""
    shown = io.StringIO()
    with pytest.raises(NodeError) as caught:
        await by.list_directives()
    frames = Traceback.from_exception(
        caught.type, caught.value, caught.tb, show_locals=True, locals_max_length=None, locals_max_string=None
    )
    Console(file=shown, width=400).print(frames)
    return shown.getvalue()


def failing(request: httpx.Request) -> httpx.Response:
    raw_headers = request.headers.raw
    raise httpx.WriteError(f"{len(raw_headers)} headers")


async def test_a_crash_screen_with_all_variables_shows_no_secret() -> None:
    by = login(OPS)
    assert by is not None
    shown = await crash(Served(failing, login=by).client)
    assert "locals" in shown
    for secret in (SECRET, by.header().get_secret_value().removeprefix("Basic ")):
        assert secret not in shown
    own = Traceback.extract(httpx.WriteError, *raised(by), show_locals=True, locals_max_string=None)
    assert by.header().get_secret_value() in str(own), "the search finds what is there"


def raised(by: Login) -> tuple[httpx.WriteError, TracebackType | None]:
    request = httpx.Request("GET", "http://x", headers={"authorization": by.header().get_secret_value()})
    try:
        failing(request)
    except httpx.WriteError as error:
        return error, error.__traceback__
    raise AssertionError
