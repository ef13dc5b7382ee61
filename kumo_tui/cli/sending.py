"""What `bounce` does once its options hold: preview, the way it goes, a dry run or a refusal, else the act."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kumo_tui.act.caution import Caution
from kumo_tui.act.cautions import cautions_for
from kumo_tui.act.draft import Checked, How
from kumo_tui.act.requests import PlannedRequest
from kumo_tui.act.stake import Stake, stake_of
from kumo_tui.act.taking_part import way_out
from kumo_tui.cli.answers import preview_json, print_preview, refused_json, requests_json, say_cautions
from kumo_tui.cli.clean_sending import send_clean
from kumo_tui.cli.compose import Call, House, build_house, opened
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.follow import Until
from kumo_tui.cli.limits import Explicit, missing_words
from kumo_tui.cli.looking import LEAVE_OUT, Looked, look, say_absent
from kumo_tui.cli.output import print_json, say
from kumo_tui.cli.plain_sending import Sending, send_plain
from kumo_tui.cli.standing import say_unattended
from kumo_tui.cli.way import Way, be_sure_of_stops, choose_way, leave_out_unable
from kumo_tui.errors import Refused
from kumo_tui.model.preview import Preview
from kumo_tui.units import count_text


@dataclass(frozen=True, slots=True)
class Asked:
    """A bounce as it was asked for. `how` is the way that was chosen, None for what is right here.

    `until` is how far to follow, None when nothing was said; `settle_s` seconds. `explicit` is how much was said
    to be meant. `despite_collateral` lets a plain one go on when it takes other queues' mail.
    """

    checked: Checked
    how: How | None
    dry_run: bool
    expect: int | None
    at_most: int | None
    partial: bool
    settle_s: float
    until: Until | None
    explicit: Explicit
    detach: bool = False
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

    async def run(self) -> Exit:
        house, asked = self._house, self._asked
        looked = await look(house, asked.checked, partial=asked.partial)
        if looked.is_blind:
            words = looked.blind_words()
            if self._as_json:
                print_json(refused_json(words))
            return Exit.UNREADABLE
        await be_sure_of_stops(house, looked.preview)
        stake = await self._stake(looked.preview)
        if asked.partial:
            cut = leave_out_unable(house, looked, asked.how, stake)
            looked, stake = cut, stake if cut is looked else await self._stake(cut.preview)
        way = choose_way(house, looked, asked.how, stake, partial=asked.partial)
        say(f"{way.how.value} bounce: {way.why}")
        say_absent(house, looked)
        say_unattended(house, but=way.waiting.tag if way.waiting else "")
        tag = way.waiting.tag if way.waiting else house.acts.new_tag()
        if asked.dry_run:
            return self._dry_run(looked, stake, way, tag)
        self._refuse(looked, way)
        say_cautions(self._cautions(looked.preview, stake, way))
        sending = Sending(
            house, looked, looked.checked, tag, stake, asked.settle_s, partial=asked.partial, as_json=self._as_json
        )
        if way.how is How.CLEAN:
            return await send_clean(sending, None if asked.detach else asked.until or Until.DONE)
        return await send_plain(sending, asked.until, despite_collateral=asked.despite_collateral)

    async def _stake(self, preview: Preview) -> Stake:
        """What a plain bounce may cost here, after the nodes were asked what feeds their ready queues."""
        house = self._house
        feeders = await house.acts.feeders(preview)
        return stake_of(preview, house.watcher.snapshot, house.settings, feeders)

    def _dry_run(self, looked: Looked, stake: Stake, way: Way, tag: str) -> Exit:
        preview = looked.preview
        plan, cautions = self._plan(preview, way, tag), self._cautions(preview, stake, way)
        if not self._as_json:
            duration_s = self._asked.checked.duration_s or 0
            print_preview(preview, self._house.watcher.snapshot, plan, cautions, duration_s)
        self._refuse(looked, way)
        if self._as_json:
            print_json(
                {
                    "preview": preview_json(preview, self._house.watcher.snapshot, stake),
                    "mode": way.how.value,
                    "why": way.why,
                    "warnings": [caution.text for caution in cautions],
                    "requests": requests_json(plan),
                }
            )
        return Exit.PARTLY if looked.is_partial else Exit.DONE

    def _plan(self, preview: Preview, way: Way, tag: str) -> Sequence[PlannedRequest]:
        """The requests as they would leave; what is stopped already is not stopped again."""
        if way.how is How.PLAIN:
            return self._house.acts.plan(preview, self._asked.checked, tag)
        plan = self._house.acts.clean.plan(preview, self._asked.checked, tag)
        return [request for request in plan if way.waiting is None or request.step != "stop"]

    def _cautions(self, preview: Preview, stake: Stake, way: Way) -> Sequence[Caution]:
        limits, snapshot = self._house.settings.act, self._house.watcher.snapshot
        slips = [Caution(f"{field}: {words}") for field, words in self._asked.checked.questions.items()]
        if self._asked.dry_run:
            slips += [Caution(f"with --yes: {words}") for words in self._missing(preview)]
        found = [*cautions_for(preview, snapshot, limits.max_preview_age_s, stake), *slips]
        return [caution for caution in found if caution.concerns(is_clean=way.how is not How.PLAIN)]

    def _missing(self, preview: Preview) -> Iterator[str]:
        """What the command line lacks for this bounce."""
        return missing_words(self._house, preview, self._asked.explicit)

    def _refuse(self, looked: Looked, way: Way) -> None:
        """Raise Refused for every rule that forbids this bounce, the wanted count among them."""
        asked, acts, preview = self._asked, self._house.acts, looked.preview
        rules = acts.clean.refusals if way.how is How.CLEAN else acts.refusals
        words = list(rules(preview, looked.checked, partial=asked.partial))
        if not asked.dry_run:
            words += self._missing(preview)
        counted = count_text(preview.messages)
        if asked.expect is not None and preview.messages != asked.expect:
            words.append(f"The preview counts {counted} messages, not {count_text(asked.expect)} (--expect).")
        if asked.at_most is not None and preview.messages > asked.at_most:
            words.append(
                f"The preview counts {counted} messages, more than {count_text(asked.at_most)} (--at-most)."
            )
        if words:
            hint = f" {LEAVE_OUT}" if way_out(preview, self._house.watcher.snapshot, way.how) else ""
            raise Refused(" ".join(words), f"Nothing was sent.{hint}")
