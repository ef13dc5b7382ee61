"""stop: suspend the scheduled queues that a selector matches. It bounces nothing, and can be taken back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from kumo_tui.act.draft import STOP_DURATION, Checked, How
from kumo_tui.act.due import needs_names
from kumo_tui.act.taking_part import absences, way_out
from kumo_tui.cli.answers import RELIED, print_requests, requests_json
from kumo_tui.cli.compose import Call, House, build_house, opened
from kumo_tui.cli.exits import Exit, exit_of_sending
from kumo_tui.cli.follow import Followed, Follower
from kumo_tui.cli.looking import LEAVE_OUT, Looked, look, say_absent, settle, without_unable
from kumo_tui.cli.loop import run_loop
from kumo_tui.cli.options import Options, not_blank, with_global_options
from kumo_tui.cli.output import print_json, print_text, rounded, say
from kumo_tui.cli.selecting import check_selected, seconds_of, take_selected, with_options, with_selection
from kumo_tui.cli.standing import Standing, bounce_words, say_unattended, standing_of, until_of
from kumo_tui.cli.way import be_sure_of_stops, refuse_a_second
from kumo_tui.config import Settings
from kumo_tui.errors import JournalError, Refused
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.text import plural
from kumo_tui.units import count_text, parse_duration

_OPTIONS = (
    click.option(
        "--duration",
        callback=not_blank,
        help=f"How long it stands at most: 300s, 1h30m (default: {STOP_DURATION}).",
    ),
    click.option("--dry-run", is_flag=True, help="Only say what would be stopped and sent."),
    click.option("--partial", is_flag=True, help="Leave out nodes that cannot be read, or cannot do it."),
    click.option("--settle", callback=not_blank, help="How long to look for a stop of unknown outcome."),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A stop as it was asked for; `settle_s` seconds."""

    checked: Checked
    dry_run: bool
    partial: bool
    settle_s: float


@click.command("stop")
@with_selection
@with_options(_OPTIONS)
@with_global_options
@click.pass_obj
def stop_command(
    call: Call,
    /,
    given: Options,
    *,
    duration: str | None,
    dry_run: bool,
    partial: bool,
    settle: str | None,
    **values: Any,
) -> Exit:
    """Stop queued mail without bouncing any: to look, to count, to decide.

    It ends by itself, by `release`, or with the `bounce` of the same selector, which goes on with it.
    """
    options = call.options.merged(given)
    selected = take_selected(values)
    settings = options.settings()
    settle_s = float(seconds_of(settle, "--settle")) if settle else settings.act.settle_s
    try:
        checked = check_selected(selected, duration or _default_duration(settings), settings.act)
        asked = Asked(checked, dry_run, partial, settle_s)
        return run_loop(_run(Call(call.surroundings, options), asked))
    except (Refused, JournalError) as error:
        say(f"kumo-tui: refused: {error}")
        if options.json:
            print_json(_refused_json(str(error)))
        return Exit.REFUSED


async def _run(call: Call, asked: Asked) -> Exit:
    async with opened(build_house(call)) as house:
        return await _Stop(house, asked, as_json=call.options.json).run()


class _Stop:
    """One run of `stop` on a house."""

    def __init__(self, house: House, asked: Asked, *, as_json: bool) -> None:
        self._house = house
        self._asked = asked
        self._as_json = as_json
        self._tag = house.acts.new_tag()

    async def run(self) -> Exit:
        house, asked = self._house, self._asked
        looked = await look(house, asked.checked, partial=asked.partial)
        if looked.is_blind:
            words = looked.blind_words()
            if self._as_json:
                print_json(_refused_json(words))
            return Exit.UNREADABLE
        if asked.partial:
            looked = without_unable(house, looked, How.CLEAN, stop_only=True)
        await be_sure_of_stops(house, looked.preview)
        say_unattended(house)
        say_absent(house, looked)
        refuse_a_second(house, looked.preview)
        self._refuse(looked)
        self._caution(looked)
        if asked.dry_run:
            return self._dry_run(looked)
        try:
            await house.acts.clean.stop(looked.preview, looked.checked, self._tag, partial=asked.partial)
            follower = Follower(house.watcher, Followed(self._tag, self._tag))
            await settle(house, follower, asked.settle_s)
            await house.watcher.look_quickly()
        except asyncio.CancelledError:
            ways = f"`kumo-tui status` shows it, `kumo-tui release {self._tag}` ends it"
            say(f"Interrupted: the stop of op {self._tag} may stand: {ways}.")
            raise
        return self._answer(looked, follower.status(house.watcher.snapshot))

    def _refuse(self, looked: Looked) -> None:
        acts, preview = self._house.acts.clean, looked.preview
        words = acts.stop_refusals(preview, looked.checked, partial=self._asked.partial)
        if words:
            able = way_out(preview, self._house.watcher.snapshot, How.CLEAN, stop_only=True)
            raise Refused(" ".join(words), f"Nothing was sent.{f' {LEAVE_OUT}' if able else ''}")

    def _caution(self, looked: Looked) -> None:
        for field, words in self._asked.checked.questions.items():
            say(f"note: {field}: {words}")
        preview = looked.preview
        if not preview.messages:
            listed = self._house.watcher.snapshot.queues
            misspelt = isinstance(preview.selector, Criteria) and not listed.holds(preview.selector)
            say(
                "CAUTION: no listed queue matches, is it spelt right?"
                if misspelt
                else "note: nothing stands in matching queues now."
            )

    def _dry_run(self, looked: Looked) -> Exit:
        preview, checked, acts = looked.preview, looked.checked, self._house.acts.clean
        plan = acts.stop_plan(preview, checked, self._tag)
        if self._as_json:
            snapshot = self._house.watcher.snapshot
            absent = [{"node": each.node, "why": each.text} for each in absences(preview, snapshot)]
            stopped = {"queues": preview.queues, "messages": preview.messages}
            print_json(
                {
                    "stopped": stopped,
                    "nodes": list(preview.node_names),
                    "absent": absent,
                    "requests": requests_json(plan),
                }
            )
        else:
            scope = preview.selector.describe()
            mail, queues = plural(preview.messages, "message"), plural(preview.queues, "queue")
            print_text(f"{scope}: would stop {mail} in {queues}")
            print_requests(plan)
        return Exit.PARTLY if looked.is_partial else Exit.DONE

    def _answer(self, looked: Looked, status: OperationStatus) -> Exit:
        left_out = looked.left_out(status.operation)
        acts, held = [*status.operation.acts, *left_out], standing_of(self._house, status)
        if self._as_json:
            print_json(self._json(status, acts, held))
        else:
            self._print(status, acts, held)
        if held and needs_names(status.operation.selector) and isinstance(status.operation.selector, Criteria):
            say(
                "note: it names the queues that are listed now. Matching queues that appear later are stopped "
                f"only while the dashboard or `kumo-tui watch {self._tag}` runs."
            )
        return exit_of_sending((act.state for act in status.operation.acts), len(left_out))

    def _json(self, status: OperationStatus, acts: Sequence[NodeAct], held: Standing) -> dict[str, Any]:
        queues, messages, _waiting = _sums(status)
        return {
            "operation": self._tag,
            "refused": None,
            "nodes": [
                {
                    "node": act.node,
                    "state": act.state.value,
                    "id": act.id,
                    "error": act.error,
                    "until_s": rounded(held.left_s.get(act.node)),
                    "relied": act.node in held.relied,
                }
                for act in acts
            ],
            "stopped": {"queues": queues, "messages": messages},
        }

    def _print(self, status: OperationStatus, acts: Sequence[NodeAct], held: Standing) -> None:
        operation = status.operation
        print_text(f"operation {self._tag}: {operation.selector.describe()}, stopped; nothing is bounced")
        for act in acts:
            left_s = held.left_s.get(act.node)
            until = f", until {until_of(self._house, left_s)}" if left_s is not None else ""
            print_text(f"{act.node} {act.state.value}: {act.id or act.error or RELIED}{until}")
        if all(act.state is ActState.REJECTED for act in acts):
            return
        queues, messages, waiting = _sums(status)
        back = f"; up to {count_text(waiting)} wait in ready queues and come back at their turn" if waiting else ""
        print_text(f"{plural(messages, 'message')} in {plural(queues, 'queue')} stopped{back}")
        print_text(
            f"bounce it with: {bounce_words(operation.selector)}; end it with: `kumo-tui release {self._tag}`"
        )


def _sums(status: OperationStatus) -> tuple[int, int, int]:
    """Queues and messages that stand stopped, and messages that may come back; before it was read, what stood."""
    standing: dict[str, int] = {}
    for node in status.nodes:
        if node.verdict.is_final or node.clean is None:
            continue
        counts = node.clean.standing if node.last_seen is not None else node.ledger.baseline
        for name, count in counts.items():
            standing[name] = standing.get(name, 0) + count
    waiting = sum(node.meters.may_wait for node in status.nodes if not node.verdict.is_final)
    return len(standing), sum(standing.values()), waiting


def _default_duration(settings: Settings) -> str:
    """What stands unless somebody says otherwise; never more than the settings allow."""
    longest = settings.act.max_duration
    return longest if parse_duration(longest) < parse_duration(STOP_DURATION) else STOP_DURATION


def _refused_json(words: str) -> dict[str, Any]:
    return {"operation": None, "refused": words, "nodes": [], "stopped": None}
