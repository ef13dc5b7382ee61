"""Whatever the program sends in a test is seen and judged."""

import httpx

from kumo_tui.node.client import BOUNCE, NodeClient
from tests.fakes import FakeClock


async def test_an_act_of_the_program_is_seen_and_what_others_ask_is_not(
    lawful_requests: list[tuple[str, str, str]],
) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, text="removed 552016f1"))
    client = NodeClient("mta1", "http://127.0.0.1:8000", clock=FakeClock(), transport=transport)
    await client.cancel_bounce("552016f1")
    await client.aclose()
    async with httpx.AsyncClient(transport=transport, trust_env=False) as others:
        await others.post(f"http://127.0.0.1:8000{BOUNCE}", json={"reason": "theirs"})
    assert lawful_requests == [("DELETE", BOUNCE, '{"id": "552016f1"}')]
