"""The requests screen: what it shows of a node's login."""

import pytest

from kumo_tui.act.requests import PlannedRequest
from kumo_tui.config import Settings
from kumo_tui.credentials import CredentialSettings
from kumo_tui.profiles import NodeSettings, ProfileSettings
from kumo_tui.ui.screens.requests import RequestsScreen
from tests.ui.acting_world import ActingApp, open_screen, screen_text

SECRET = "hunter2-Tr0ub4dor"
BODY = {"reason": "x", "duration": "300s"}
OF_MTA1 = PlannedRequest("bounce", "mta1", "POST", "http://mta1:8000/api/admin/bounce/v1", BODY)


def logging_in(**credentials: str) -> Settings:
    node = NodeSettings(url="https://mta1:8000", name="mta1", credentials=CredentialSettings(**credentials))
    return Settings(profile={"prod": ProfileSettings(nodes=(node,))})


@pytest.mark.parametrize(
    ("credentials", "option"),
    [
        ({"user": "ops", "password": SECRET}, "-u 'ops:***'"),
        ({"token": SECRET}, "-H 'Authorization: Bearer ***'"),
    ],
)
async def test_a_curl_command_for_a_node_with_a_login_asks_for_the_secret(
    credentials: dict[str, str], option: str
) -> None:
    app = ActingApp(settings=logging_in(**credentials))
    async with app.run_test(size=(120, 40)) as pilot:
        await open_screen(pilot, RequestsScreen([OF_MTA1]))
        assert app.clipboard.startswith(f"curl {option} -sS -X POST http://mta1:8000/")
        assert option in screen_text(pilot)
        assert SECRET not in screen_text(pilot) + app.clipboard + app.export_screenshot()
