"""The command line looks for what an earlier run left open before it acts itself."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from kumo_tui.journal.durable import open_journal
from kumo_tui.journal.port import Intent
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.selector import Criteria
from tests.unit.cli.desk import Desk

TAG = "7F3A2C"
BODY = {"campaign": "old", "reason": f"bad link [kt:{TAG}]", "duration": "300s"}
PROMO = ("bounce", "--campaign", "promo", "--reason", "bad link", "--plain", "--yes", "--expect", "240")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "journal.db"
    monkeypatch.setenv("KUMO_TUI_JOURNAL", str(path))
    return path


def killed(desk: Desk, file: Path, node: str = "mta1:8000", baseline: Mapping[str, int] | None = None) -> None:
    """An earlier run wrote its intent and was killed."""
    with_intent = (NodeAct(node, ActState.INTENT),)
    at = desk.clock.now()
    operation = Operation(TAG, Criteria(campaign="old"), "bad link", 300, False, "ann", at, "", with_intent)
    journal = open_journal(file, desk.clock)
    url = f"http://{node}/api/admin/bounce/v1"
    journal.record_intent(operation, [Intent(node, "POST", url, "{}", baseline or {})])
    journal.close()


async def placed(desk: Desk) -> None:
    transport = httpx.ASGITransport(desk.node.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://mta1:8000") as client:
        await client.post("/api/admin/bounce/v1", json=BODY)


def state(desk: Desk, file: Path) -> NodeAct:
    journal = open_journal(file, desk.clock)
    recorded = journal.operation(TAG)
    journal.close()
    assert recorded is not None
    return recorded.operation.acts[0]


def test_what_never_left_is_told_before_the_next_bounce_and_nothing_is_sent_for_it(desk: Desk, file: Path) -> None:
    killed(desk, file)
    desk.clock.jump(10)
    answer = desk.json(*PROMO)
    assert desk.code == 0
    assert f"first: what became of op {TAG} on mta1:8000 is being looked for." in desk.err
    assert f"op {TAG}: mta1:8000 REJECTED: not in the node's list after it: it was not done" in desk.err
    assert state(desk, file).state is ActState.REJECTED
    assert len(desk.posts) == 1
    assert answer["operation"] != TAG


def test_what_had_left_is_adopted_by_its_tag(desk: Desk, file: Path) -> None:
    killed(desk, file)
    asyncio.run(placed(desk))
    desk.json(*PROMO)
    assert desk.code == 0
    assert state(desk, file).state is ActState.ACCEPTED
    assert len(desk.posts) == 2


def test_what_stands_open_on_another_node_holds_up_nothing(desk: Desk, file: Path) -> None:
    killed(desk, file, node="mta9:8000")
    assert desk.run(*PROMO) == 0
    assert TAG not in desk.err
    assert state(desk, file).state is ActState.INTENT
    desk.run("doctor")
    assert f", {TAG}. The next command that reads their nodes goes on with them." in desk.out
