"""bounce: the command, its options, and what the command line alone shows to be wrong with them."""

from dataclasses import dataclass
from typing import Any

import click

from kumo_tui.act.draft import Checked, Draft, Scope, check_draft
from kumo_tui.cli.compose import Call
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.follow import Until
from kumo_tui.cli.loop import run_loop
from kumo_tui.cli.options import Options, as_usage_error, not_blank, with_global_options
from kumo_tui.cli.output import print_json, say
from kumo_tui.cli.sending import Asked, refused_json, run_bounce
from kumo_tui.config import Settings
from kumo_tui.errors import InputError, JournalError, Refused
from kumo_tui.units import parse_duration

CRITERIA = ("campaign", "tenant", "domain", "routing_domain")

_EXCLUSIVE = (
    ("expect", "at_most"),
    ("clean", "plain"),
    ("clean", "despite_collateral"),
    ("follow", "detach"),
    ("follow", "dry_run"),
)

_SELECTORS = "--campaign, --tenant, --domain, --routing-domain, --queue or --everything"


@dataclass(frozen=True, slots=True)
class Given:
    """The options of bounce as they were typed."""

    campaign: str | None
    tenant: str | None
    domain: str | None
    routing_domain: str | None
    queue: tuple[str, ...]
    everything: bool
    reason: str
    ticket: str | None
    duration: str | None
    suppress_logging: bool
    dry_run: bool
    yes: bool
    expect: int | None
    at_most: int | None
    clean: bool
    plain: bool
    partial: bool
    settle: str | None
    follow: bool
    detach: bool
    until: str | None
    despite_collateral: bool

    @property
    def criteria(self) -> list[str]:
        """The criteria that were given, as options."""
        return [f"--{name.replace('_', '-')}" for name in CRITERIA if getattr(self, name) is not None]


_COUNT = click.IntRange(min=0)

_OPTIONS = (
    click.option("--campaign", callback=not_blank, help="Queues of this campaign."),
    click.option("--tenant", callback=not_blank, help="Queues of this tenant."),
    click.option("--domain", callback=not_blank, help="Queues of this recipient domain, in lower case."),
    click.option("--routing-domain", callback=not_blank, help="Queues routed by this domain."),
    click.option("--queue", multiple=True, callback=not_blank, help="Exactly this queue; repeat it for more."),
    click.option("--everything", is_flag=True, help="Every queue, the server's own ones too."),
    click.option("--reason", required=True, callback=not_blank, help="Why; the senders' logs may show it."),
    click.option("--ticket", callback=not_blank, help="A ticket number, added to the reason."),
    click.option("--duration", callback=not_blank, help="How long new mail is matched: 300s, 5m, 1h30m."),
    click.option("--suppress-logging", is_flag=True, help="No delivery log record for each message."),
    click.option("--dry-run", is_flag=True, help="Only say what would be hit and sent."),
    click.option("--yes", is_flag=True, help="Bounce; needs --expect or --at-most."),
    click.option("--expect", type=_COUNT, metavar="N", help="Refuse unless the preview counts N messages."),
    click.option("--at-most", type=_COUNT, metavar="N", help="Refuse if the preview counts more than N."),
    click.option("--clean", is_flag=True, help="Stop, then sweep (not available yet)."),
    click.option("--plain", is_flag=True, help="One request with a duration (the default)."),
    click.option("--partial", is_flag=True, help="Leave out nodes that cannot be read."),
    click.option("--settle", callback=not_blank, help="How long to look for an act of unknown outcome."),
    click.option("--follow", is_flag=True, help="Go on as `watch` does."),
    click.option("--detach", is_flag=True, help="Return when answered (the default)."),
    click.option("--until", type=click.Choice([until.value for until in Until]), help="With --follow: how far."),
    click.option(
        "--despite-collateral",
        is_flag=True,
        help="With --follow: go on when a plain bounce takes other queues' mail too. What follows the operation "
        "later goes by the setting act.stop_at_collateral.",
    ),
)


def _with_options(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command("bounce")
@_with_options
@with_global_options
@click.pass_obj
def bounce_command(call: Call, /, given: Options, **values: Any) -> Exit:
    """Bounce queued mail: --dry-run to look, --yes with --expect N to act.

    Mail that is bounced cannot be brought back.
    """
    options = call.options.merged(given)
    typed = Given(**values)
    _check_usage(typed)
    settings = options.settings()
    try:
        asked = _asked(typed, settings)
        return run_loop(run_bounce(Call(call.surroundings, options), asked))
    except (Refused, JournalError) as error:
        say(f"kumo-tui: refused: {error}")
        if options.json:
            print_json(refused_json(str(error)))
        return Exit.REFUSED


def _check_usage(typed: Given) -> None:
    """Raise UsageError for what the command line itself shows to be wrong."""
    if typed.queue and typed.criteria:
        raise click.UsageError(f"--queue and {typed.criteria[0]} exclude each other: a queue is exact.")
    if typed.everything and (typed.queue or typed.criteria):
        raise click.UsageError("--everything goes with no other selector.")
    if typed.dry_run == typed.yes:
        raise click.UsageError("say --dry-run to look, or --yes with --expect N to bounce.")
    if typed.yes and typed.expect is None and typed.at_most is None:
        raise click.UsageError("--yes needs --expect N or --at-most N: how many messages do you mean?")
    for one, other in _EXCLUSIVE:
        if getattr(typed, one) not in (None, False) and getattr(typed, other) not in (None, False):
            raise click.UsageError(f"--{one} and --{other.replace('_', '-')} exclude each other.")
    if typed.until is not None and not typed.follow:
        raise click.UsageError("--until needs --follow.")
    if typed.despite_collateral and not typed.follow:
        raise click.UsageError("--despite-collateral needs --follow: nobody else cancels it.")


def _asked(typed: Given, settings: Settings) -> Asked:
    """What is asked for, checked. Raises UsageError, or Refused for what is well formed and forbidden."""
    duration = typed.duration or settings.act.default_duration
    if _seconds(duration, "--duration") < 1:
        raise click.UsageError("--duration: 0 is no duration; at least 1s.")
    settle_s = float(_seconds(typed.settle, "--settle")) if typed.settle else settings.act.settle_s
    if not (typed.criteria or typed.queue or typed.everything):
        raise Refused(f"Nothing is selected: give {_SELECTORS}.")
    if typed.clean:
        raise Refused("The clean bounce is not available yet.", "Without --clean it is a plain bounce.")
    checked = _checked(typed, duration, settings)
    return Asked(
        checked=checked,
        dry_run=typed.dry_run,
        expect=typed.expect,
        at_most=typed.at_most,
        partial=typed.partial,
        settle_s=settle_s,
        until=Until(typed.until or Until.DONE) if typed.follow else None,
        despite_collateral=typed.despite_collateral,
    )


def _checked(typed: Given, duration: str, settings: Settings) -> Checked:
    scope = Scope.EVERYTHING if typed.everything else Scope.EXACT if typed.queue else Scope.MATCHING
    draft = Draft(
        scope=scope,
        campaign=typed.campaign or "",
        tenant=typed.tenant or "",
        domain=typed.domain or "",
        routing_domain=typed.routing_domain or "",
        names=typed.queue,
        reason=typed.reason,
        ticket=typed.ticket or "",
        duration=duration,
        suppress_logging=typed.suppress_logging,
    )
    checked = check_draft(draft, settings.act)
    if "reason" in checked.problems:
        raise click.UsageError(f"--reason: {checked.problems['reason']}")
    if checked.problems:
        raise Refused(" ".join(f"{_option(field)}: {words}" for field, words in checked.problems.items()))
    return checked


def _option(field: str) -> str:
    return "--duration" if field == "for" else f"--{field.replace('_', '-')}"


def _seconds(text: str, option: str) -> int:
    try:
        return parse_duration(text)
    except InputError as error:
        raise as_usage_error(error, option) from error
