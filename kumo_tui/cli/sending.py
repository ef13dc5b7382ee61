"""What `bounce` does once its options hold: preview, refuse or send, settle, follow."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace

from kumo_tui.act.cautions import Caution, cautions_for
from kumo_tui.act.draft import Checked
from kumo_tui.act.ports import Confirmed
from kumo_tui.act.preview import unread_nodes
from kumo_tui.act.stake import Stake, stake_of
from kumo_tui.cli.answers import (
    answer_json,
    preview_json,
    print_answer,
    print_preview,
    refused_json,
    requests_json,
    say_cautions,
)
from kumo_tui.cli.compose import Call, House, build_house, opened
from kumo_tui.cli.exits import Exit, exit_of_sending, gravest
from kumo_tui.cli.follow import Followed, Follower, Until
from kumo_tui.cli.output import print_json, say
from kumo_tui.cli.reading import say_what_is_wrong, trouble_of
from kumo_tui.cli.watch import follow_to_end
from kumo_tui.clock import Clock
from kumo_tui.errors import Refused
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.preview import Preview
from kumo_tui.model.snapshot import NodeSnapshot
from kumo_tui.units import count_text

__all__ = ["Asked", "refused_json", "run_bounce"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A bounce as it was asked for. `until` is how far to follow, None when not at all; seconds elsewhere.

    `despite_collateral` lets it go on when it takes other queues' mail.
    """

    checked: Checked
    dry_run: bool
    expect: int | None
    at_most: int | None
    partial: bool
    settle_s: float
    until: Until | None
    despite_collateral: bool = False


async def run_bounce(call: Call, asked: Asked) -> Exit:
    """Preview, then print or send. Raises Refused or JournalError when nothing may be sent."""
    async with opened(build_house(call)) as house:
        return await _Bounce(house, asked, as_json=call.options.json).run()


class _Bounce:
    """One run of `bounce` on a house."""

    def __init__(self, house: House, asked: Asked, *, as_json: bool) -> None:
        self._house = house
        self._asked = asked
        self._as_json = as_json
        self._tag = house.acts.new_tag()

    async def run(self) -> Exit:
        selector = self._asked.checked.selector
        if selector is None:
            raise Refused("Nothing is selected.")
        preview = await self._house.acts.fresh_preview(selector)
        unread = unread_nodes(self._house.watcher.snapshot)
        if len(unread) == len(self._house.target.nodes):
            return self._nothing_read(unread)
        self._check_unread(unread)
        preview = _without(preview, unread)
        stake = await self._stake(preview)
        if self._asked.dry_run:
            return self._dry_run(preview, stake, unread)
        self._refuse(preview)
        say_cautions(self._cautions(preview, stake))
        return await self._send(preview, stake, unread)

    def _nothing_read(self, unread: Sequence[NodeSnapshot]) -> Exit:
        say_what_is_wrong(unread)
        if self._as_json:
            words = "; ".join(trouble_of(node) or node.state.value for node in unread)
            print_json(refused_json(f"No node could be read: {words}"))
        return Exit.UNREADABLE

    def _check_unread(self, unread: Sequence[NodeSnapshot]) -> None:
        if not unread:
            return
        words = " ".join(trouble_of(node) or f"{node.name} is {node.state.value}." for node in unread)
        if not self._asked.partial:
            raise Refused(f"Not every target node can be read: {words}", "--partial leaves such nodes out.")
        say(f"left out: {words}")

    async def _stake(self, preview: Preview) -> Stake:
        """What a plain bounce may cost here, after the nodes were asked what feeds their ready queues."""
        house = self._house
        feeders = await house.acts.feeders(preview)
        return stake_of(preview, house.watcher.snapshot, house.settings, feeders)

    def _dry_run(self, preview: Preview, stake: Stake, unread: Sequence[NodeSnapshot]) -> Exit:
        plan = self._house.acts.plan(preview, self._asked.checked, self._tag)
        cautions = self._cautions(preview, stake)
        snapshot = self._house.watcher.snapshot
        if not self._as_json:
            print_preview(preview, plan, cautions)
        self._refuse(preview)
        if self._as_json:
            print_json(
                {
                    "preview": preview_json(preview, snapshot, stake),
                    "warnings": [caution.text for caution in cautions],
                    "requests": requests_json(plan),
                }
            )
        return Exit.PARTLY if unread else Exit.DONE

    def _cautions(self, preview: Preview, stake: Stake) -> Sequence[Caution]:
        limits, snapshot = self._house.settings.act, self._house.watcher.snapshot
        slips = [Caution(f"{field}: {words}") for field, words in self._asked.checked.questions.items()]
        return [*cautions_for(preview, snapshot, limits.max_preview_age_s, stake), *slips]

    def _refuse(self, preview: Preview) -> None:
        """Raise Refused for every rule that forbids this bounce, the wanted count among them."""
        words = list(self._house.acts.refusals(preview, self._asked.checked, partial=self._asked.partial))
        counted, expect, at_most = count_text(preview.messages), self._asked.expect, self._asked.at_most
        if expect is not None and preview.messages != expect:
            words.append(f"The preview counts {counted} messages, not {count_text(expect)} (--expect).")
        if at_most is not None and preview.messages > at_most:
            words.append(f"The preview counts {counted} messages, more than {count_text(at_most)} (--at-most).")
        if words:
            raise Refused(" ".join(words), "Nothing was sent.")

    async def _send(self, preview: Preview, stake: Stake, unread: Sequence[NodeSnapshot]) -> Exit:
        house, asked = self._house, self._asked
        if asked.despite_collateral:
            house.acts.guardian.spare(self._tag)
        if asked.until is not None:
            house.acts.guardian.start()
        try:
            await house.acts.bounce(Confirmed(preview, asked.checked, self._tag, None, asked.partial))
        except asyncio.CancelledError:
            say(f"Interrupted: it may have been sent. Look for operation {self._tag} with `kumo-tui directives`.")
            raise
        follower = Follower(house.watcher, Followed(self._tag, self._tag))
        try:
            code = await self._after(follower, preview, unread)
        except asyncio.CancelledError:
            say(f"Interrupted: the bounce goes on. Follow it with `kumo-tui watch {self._tag}`.")
            raise
        if not stake.plain_is_exact and self._is_live(follower):
            say(
                "Nobody watches it from here: other queues' mail that it may take is not noticed until "
                f"`kumo-tui watch {self._tag}` or the dashboard runs."
            )
        return code

    async def _after(self, follower: Follower, preview: Preview, unread: Sequence[NodeSnapshot]) -> Exit:
        """Settle what is unknown, say what came of it, and follow when asked to."""
        house = self._house
        if ActState.UNKNOWN in self._states(follower):
            say("The outcome is not known on every node: looking for it in the lists.")
            await within(house.clock, self._asked.settle_s, follower.settled())
        sight = follower.look(house.watcher.snapshot)
        status = follower.status(house.watcher.snapshot)
        asked_nodes = {act.node for act in status.operation.acts}
        late = [node.node for node in preview.nodes if node.node not in asked_nodes]
        left_out = [*_not_asked(unread), *(_lost_before(name) for name in late)]
        if self._as_json:
            print_json(answer_json(status, left_out, sight))
        else:
            print_answer(status, left_out, is_followed=self._asked.until is not None)
        code = exit_of_sending((act.state for act in status.operation.acts), len(left_out))
        if self._asked.until is None or ActState.ACCEPTED not in self._states(follower):
            return code
        return gravest(code, await follow_to_end(follower, self._asked.until, as_json=self._as_json))

    def _is_live(self, follower: Follower) -> bool:
        """Whether a node may have it in its list."""
        nodes = follower.status(self._house.watcher.snapshot).nodes
        return any(not node.verdict.is_final for node in nodes)

    def _states(self, follower: Follower) -> set[ActState]:
        return {act.state for act in follower.status(self._house.watcher.snapshot).operation.acts}


async def within(clock: Clock, seconds: float, work: Awaitable[None]) -> None:
    """Wait for the work, but no longer than this; what is left of it is cancelled."""
    working = asyncio.ensure_future(work)
    timer = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({working, timer}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        working.cancel()
        timer.cancel()
        await asyncio.gather(working, timer, return_exceptions=True)


def _without(preview: Preview, unread: Sequence[NodeSnapshot]) -> Preview:
    names = {node.name for node in unread}
    return replace(preview, nodes=tuple(node for node in preview.nodes if node.node not in names))


def _not_asked(unread: Sequence[NodeSnapshot]) -> list[NodeAct]:
    return [
        NodeAct(node.name, ActState.REJECTED, None, f"left out: {trouble_of(node) or node.state.value}")
        for node in unread
    ]


def _lost_before(name: str) -> NodeAct:
    return NodeAct(name, ActState.REJECTED, None, f"left out: {name} could not be read just before the bounce")
