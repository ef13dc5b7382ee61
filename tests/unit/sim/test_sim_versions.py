"""What differs between server versions (KUMOMTA.md 6 and 8)."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sim_stage import HELD, NEW, OLD, stage, standing

from kumo_tui.sim import SimNode
from kumo_tui.sim.versions import Version

MIDDLE = "2025.10.06-5ec871ab"
NAMED = "2025.12.02-67ee9e96"
MAIN = "2026.08.04-3ebc1e85"
NAMES_ONLY = {"queue_names": ["t@hold.example"], "reason": "x", "duration": "60s"}
BOUNCE = "/api/admin/bounce/v1"
USERS = """
trust_hosts = false
[[node.user]]
name = "op"
role = "admin"
password = "pw"
[[node.user]]
name = "bot"
role = "viewer"
token = "abc"
"""


async def _client(node: SimNode) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(node.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


async def _ask(node: SimNode, method: str, path: str, **options: object) -> httpx.Response:
    async for client in _client(node):
        return await client.request(method, path, **options)  # type: ignore[arg-type]  # passed on
    raise AssertionError


@pytest.mark.parametrize(
    ("version", "status", "left"),
    [(OLD, 200, 0), (MIDDLE, 422, 5), (NAMED, 200, 5), (NEW, 200, 5), (MAIN, 200, 5)],
)
async def test_names_alone_are_everything_on_old_servers(version: str, status: int, left: int) -> None:
    node, _ = stage(HELD, version)
    node.inject("other@hold.example", 5)
    answer = await _ask(node, "POST", BOUNCE, json=NAMES_ONLY)
    assert answer.status_code == status
    assert standing(node, "other@hold.example") == left


@pytest.mark.parametrize(("version", "deferred"), [(OLD, 5), (MIDDLE, 5), (NAMED, 0), (NEW, 0)])
async def test_names_alone_suspend_everything_before_2025_12_02(version: str, deferred: int) -> None:
    node, _ = stage("", version)
    answer = await _ask(node, "POST", "/api/admin/suspend/v1", json=NAMES_ONLY)
    assert answer.status_code == 200
    node.inject("other@elsewhere.example", 5)
    assert node.tally["other@elsewhere.example"].transfailed == deferred


@pytest.mark.parametrize(
    ("version", "path", "status"),
    [
        (OLD, "/api/machine-info", 404),
        (NAMED, "/api/machine-info", 404),
        (NEW, "/api/machine-info", 200),
        (OLD, "/api/admin/inspect-sched-q/v1", 404),
        (MIDDLE, "/api/admin/inspect-sched-q/v1", 400),
        (NEW, "/api/admin/inspect-ready-q/v1", 404),
        (MAIN, "/api/admin/inspect-ready-q/v1", 400),
        (OLD, "/api/admin/ready-q-states/v1", 404),
        (NEW, "/api/admin/ready-q-states/v1", 200),
    ],
)
async def test_endpoints_appear_with_their_release(version: str, path: str, status: int) -> None:
    node, _ = stage("", version)
    answer = await _ask(node, "GET", path)
    assert answer.status_code == status
    assert (answer.text == "") == (status == 404)
    document = (await _ask(node, "GET", "/api-docs/openapi.json")).json()
    assert (path in document["paths"]) == (status != 404)


@pytest.mark.parametrize(
    ("version", "names", "closed"),
    [(OLD, False, False), (MIDDLE, False, True), (NAMED, True, True), (MAIN, True, True)],
)
async def test_the_document_tells_what_a_probe_must_know(version: str, names: bool, closed: bool) -> None:
    node, _ = stage("", version)
    schemas = (await _ask(node, "GET", "/api-docs/openapi.json")).json()["components"]["schemas"]
    bounce = schemas["BounceV1Request"]
    assert ("queue_names" in bounce["properties"]) == names
    assert ("queue_names" in schemas["SuspendV1Request"]["properties"]) == names
    assert (bounce.get("additionalProperties") is False) == closed
    assert "additionalProperties" not in schemas["SuspendV1Request"]


@pytest.mark.parametrize(
    ("version", "status", "text"), [(MIDDLE, 500, "not such queue q"), (NAMED, 404, "no such queue q")]
)
async def test_handler_errors_have_real_codes_since_2025_12_02(version: str, status: int, text: str) -> None:
    node, _ = stage("", version)
    answer = await _ask(node, "GET", "/api/admin/inspect-sched-q/v1?queue_name=q")
    assert (answer.status_code, answer.text) == (status, f"Error: {text}")


@pytest.mark.parametrize(
    ("version", "headers", "text"),
    [
        (OLD, {}, "Missing Authorization header"),
        (MIDDLE, {}, "127.0.0.1 is not a trusted host, and no Authorization header is present"),
        (MIDDLE, {"authorization": "Basic b3A6cHc="}, "Trusted IP required"),
        (MIDDLE, {"authorization": "Basic b3A6bm8="}, "Invalid Authorization"),
        (NEW, {}, "<Unauthenticated>@ ip=127.0.0.1 not permitted POST on http_listener/127.0.0.1:8000" + BOUNCE),
        (
            NEW,
            {"authorization": "Bearer abc"},
            "id=[bot]@ ip=127.0.0.1 not permitted POST on http_listener/127.0.0.1:8000" + BOUNCE,
        ),
        (NEW, {"authorization": "Bearer no"}, "BearerToken Authentication Failed for "),
        (NEW, {"authorization": "Basic b3A6bm8="}, "HttpBasicAuth Authentication Failed for op"),
    ],
)
async def test_refusals_name_their_reason(version: str, headers: dict[str, str], text: str) -> None:
    node, _ = stage(USERS, version)
    answer = await _ask(node, "POST", BOUNCE, json=NAMES_ONLY, headers=headers)
    assert (answer.status_code, answer.text) == (401, text)
    assert "www-authenticate" not in answer.headers


async def test_a_login_with_the_right_role_may_act_since_access_lists() -> None:
    node, _ = stage(USERS, NEW)
    assert (await _ask(node, "POST", BOUNCE, json=NAMES_ONLY, auth=("op", "pw"))).status_code == 200
    viewer = {"authorization": "Bearer abc"}
    assert (await _ask(node, "GET", BOUNCE, headers=viewer)).status_code == 200
    broken = await _ask(node, "GET", BOUNCE, headers={"authorization": "Basic !!"})
    assert (broken.status_code, broken.text) == (400, "Malformed Authorization header")


async def test_credentials_cost_a_trusted_host_its_access_before_access_lists() -> None:
    node, _ = stage(USERS.replace("false", "true"), MIDDLE)
    assert (await _ask(node, "GET", BOUNCE)).status_code == 200
    answer = await _ask(node, "GET", BOUNCE, auth=("op", "pw"))
    assert (answer.status_code, answer.text) == (401, "Trusted IP required")
    assert (await _ask(node, "PUT", BOUNCE)).status_code == 405


def test_a_version_text_must_be_one() -> None:
    assert Version("UNKNOWN-abc").date > Version(MAIN).date > Version(NEW).date
    with pytest.raises(ValueError, match="not a server version"):
        Version("1.2.3")
