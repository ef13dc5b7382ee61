"""Two kumo-tui of one user on one journal: one sweeps, the other follows, takes over, and may let go."""

import asyncio
import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from kumo_tui.act.draft import Draft
from kumo_tui.act.requests import BOUNCE_PATH
from kumo_tui.errors import Refused
from kumo_tui.journal.durable import open_journal
from kumo_tui.journal.records import Recorded
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Kind
from tests.clean_world import World

DRAFT = Draft(tenant="s1", reason="bad link", duration="20s")


@pytest.fixture
async def first(tmp_path: Path) -> World:
    world = World("shared-backlog")
    world.journal_path = tmp_path / "journal.db"
    world.start_program()
    await world.poll()
    await world.play(3.0)
    return world


async def test_one_sweeps_and_the_other_follows_its_counts(first: World) -> None:
    operation = await first.bounce(DRAFT)
    second = first.beside()
    second.acts.clean.start()
    for _turn in range(6):
        await first.play(1.0, 1.0)
        await second.poll()
    mine, theirs = first.progress(operation.tag), second.progress(operation.tag)
    assert mine.clean is not None
    assert theirs.clean is not None
    assert mine.clean.sweeps > 2
    assert theirs.ledger.bounced == mine.ledger.bounced
    assert theirs.clean.sweeps == mine.clean.sweeps
    assert sum(mine.ledger.bounced.values()) <= first.count(Kind.ADMIN_BOUNCE, tenant="s1")


async def test_who_follows_rests_longer_the_longer_the_journal_takes_to_read(first: World) -> None:
    await first.bounce(DRAFT)
    second = first.beside()
    turns = second.acts.clean.sweeper._turns
    recall, read_at = turns._desk.recall, []

    def slowly(tag: str) -> Recorded | None:
        first.time.advance(1.0)
        read_at.append(first.clock.monotonic())
        return recall(tag)

    turns._desk = replace(turns._desk, recall=slowly)
    second.acts.clean.start()
    for _turn in range(30):
        await first.play(1.0, 1.0)
        await second.poll()
    rests = [later - earlier for earlier, later in itertools.pairwise(read_at)]
    assert rests
    assert min(rests) >= 10.0


async def test_the_end_that_one_reaches_is_the_end_for_the_other(first: World) -> None:
    operation = await first.bounce(DRAFT)
    second = first.beside()
    second.acts.clean.start()
    await first.play_until(lambda: first.progress(operation.tag).verdict.is_final)
    await second.play(8.0, 2.0)
    assert first.progress(operation.tag).verdict is Verdict.DONE
    assert second.progress(operation.tag).verdict is Verdict.DONE


async def test_the_other_takes_over_when_the_one_that_swept_is_gone(first: World) -> None:
    operation = await first.bounce(DRAFT)
    second = first.beside()
    second.acts.clean.start()
    await second.poll()
    await first.acts.clean.stop_running()
    await second.play_until(lambda: second.progress(operation.tag).verdict.is_final)
    assert second.progress(operation.tag).verdict is Verdict.DONE
    words = [event.text for event in second.status(operation.tag).operation.events]
    assert "kumo-tui goes on with it" in words
    counted = sum(second.progress(operation.tag).ledger.bounced.values())
    assert counted <= second.count(Kind.ADMIN_BOUNCE, tenant="s1")
    assert second.count(Kind.ADMIN_BOUNCE, tenant="s2") == 0


async def test_what_the_other_lets_go_is_no_loss_for_the_one_that_sweeps(first: World) -> None:
    operation = await first.bounce(DRAFT)
    second = first.beside()
    await second.poll()
    await second.acts.clean.end(operation.tag)
    await first.play(8.0, 2.0)
    assert first.progress(operation.tag).verdict is Verdict.CANCELLED


async def test_a_stop_is_confirmed_once_only(first: World) -> None:
    operation = await first.stop(DRAFT)
    second = first.beside()
    second.acts.clean.start()
    await second.poll()
    await first.acts.clean.bounce(first.confirmed(DRAFT, operation.tag))
    with pytest.raises(Refused):
        await second.acts.clean.bounce(second.confirmed(DRAFT, operation.tag))
    await first.poll()
    await second.play(4.0, 2.0)
    assert not second.status(operation.tag).operation.is_waiting


async def test_both_confirm_the_same_plain_bounce_at_once_and_one_takes_the_others_place(first: World) -> None:
    second = first.beside()
    await second.poll()
    sent = await asyncio.gather(
        first.acts.bounce(first.confirmed(DRAFT)), second.acts.bounce(second.confirmed(DRAFT))
    )
    for _turn in range(8):
        await first.play(1.0, 1.0)
        await second.poll()
    tags = {operation.tag for operation in sent}
    verdicts = [
        world.progress(operation.tag).verdict for world, operation in zip((first, second), sent, strict=True)
    ]
    assert verdicts.count(Verdict.REPLACED) == 1
    posts = [seen for seen in first.node.requests if (seen.method, seen.path) == ("POST", BOUNCE_PATH)]
    assert len(posts) == len(tags) == 2
    assert first.journal_path is not None
    journal = open_journal(first.journal_path, first.clock)
    history = {entry.tag: entry for entry in journal.history().entries}
    journal.close()
    assert history.keys() == tags
    (replaced,) = (entry for entry in history.values() if entry.replaced_by)
    assert {replaced.tag, replaced.replaced_by} == tags


async def test_both_confirm_the_same_clean_bounce_at_once_and_what_is_counted_is_counted_once(
    first: World,
) -> None:
    second = first.beside()
    await second.poll()
    first.acts.clean.start()
    second.acts.clean.start()
    both = (first.confirmed(DRAFT), second.confirmed(DRAFT))
    sent = await asyncio.gather(first.acts.clean.bounce(both[0]), second.acts.clean.bounce(both[1]))
    for _turn in range(60):
        await first.play(1.0, 1.0)
        await second.poll()
    ends = [world.progress(operation.tag) for world, operation in zip((first, second), sent, strict=True)]
    assert all(end.verdict.is_final for end in ends)
    assert first.count(Kind.ADMIN_BOUNCE, tenant="s2") == 0
    counted = sum(sum(end.ledger.bounced.values()) for end in ends)
    assert counted <= first.count(Kind.ADMIN_BOUNCE, tenant="s1")


@pytest.mark.odd_bodies
async def test_a_time_without_a_stop_is_remembered_by_the_next_start(first: World) -> None:
    theirs = {"tenant": "s1", "reason": "theirs", "duration": "5s"}
    await first.clients["mta1"].post_suspension(theirs)
    operation = await first.bounce(DRAFT)
    await first.play(8.0, 2.0)
    await first.acts.clean.stop_running()
    second = first.beside()
    second.acts.clean.start()
    await second.play_until(lambda: second.progress(operation.tag).verdict.is_final)
    progress = second.progress(operation.tag)
    assert progress.verdict is Verdict.DONE
    assert progress.note.startswith("not sure: somebody else's stop ended")
