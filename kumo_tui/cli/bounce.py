"""bounce: the command, its options, and what the command line alone shows to be wrong with them."""

from dataclasses import dataclass
from typing import Any

import click

from kumo_tui.act.draft import How
from kumo_tui.cli.answers import refused_json
from kumo_tui.cli.compose import Call, look_up
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.follow import Until
from kumo_tui.cli.limits import Explicit, everything_words, is_named
from kumo_tui.cli.loop import run_loop
from kumo_tui.cli.options import Options, not_blank, with_global_options
from kumo_tui.cli.output import print_json, say
from kumo_tui.cli.selecting import (
    Selected,
    check_selected,
    option,
    seconds_of,
    take_selected,
    with_options,
    with_selection,
)
from kumo_tui.cli.sending import Asked, run_bounce
from kumo_tui.config import Settings
from kumo_tui.errors import JournalError, Refused

_EXCLUSIVE = (
    ("expect", "at_most"),
    ("clean", "plain"),
    ("clean", "despite_collateral"),
    ("follow", "detach"),
    ("follow", "dry_run"),
)


@dataclass(frozen=True, slots=True)
class Given:
    """The options of bounce as they were typed."""

    selected: Selected
    duration: str | None
    suppress_logging: bool
    dry_run: bool
    yes: bool
    expect: int | None
    at_most: int | None
    i_mean_everything: bool
    clean: bool
    plain: bool
    partial: bool
    settle: str | None
    follow: bool
    detach: bool
    until: str | None
    despite_collateral: bool

    @property
    def how(self) -> How | None:
        """The way that was chosen, None when none was."""
        return How.CLEAN if self.clean else How.PLAIN if self.plain else None


_COUNT = click.IntRange(min=0)

_OPTIONS = (
    click.option("--duration", callback=not_blank, help="How long new mail is matched: 300s, 5m, 1h30m."),
    click.option("--suppress-logging", is_flag=True, help="No delivery log record for each message."),
    click.option("--dry-run", is_flag=True, help="Only say what would be hit and sent."),
    click.option("--yes", is_flag=True, help="Bounce; needs --expect or --at-most."),
    click.option("--expect", type=_COUNT, metavar="N", help="Refuse unless the preview counts N messages."),
    click.option("--at-most", type=_COUNT, metavar="N", help="Refuse if the preview counts more than N."),
    click.option("--i-mean-everything", is_flag=True, help="Needed with --everything and --at-most."),
    click.option(
        "--clean",
        is_flag=True,
        help="Stop, sweep until nothing comes back, release: exact. The default where a plain bounce is not.",
    ),
    click.option(
        "--plain",
        is_flag=True,
        help="One request with a duration; may take other queues' mail, and miss some. The default where exact.",
    ),
    click.option("--partial", is_flag=True, help="Leave out nodes that cannot be read, or cannot do it."),
    click.option("--settle", callback=not_blank, help="How long to look for an act of unknown outcome."),
    click.option("--follow", is_flag=True, help="Go on as `watch` does (the default of a clean bounce)."),
    click.option(
        "--detach",
        is_flag=True,
        help="Return when answered (the default of a plain bounce), or after the first sweep: `watch` must go on.",
    ),
    click.option("--until", type=click.Choice([until.value for until in Until]), help="With --follow: how far."),
    click.option(
        "--despite-collateral",
        is_flag=True,
        help="With --follow: go on when a plain bounce takes other queues' mail too. What follows the operation "
        "later goes by the setting act.stop_at_collateral.",
    ),
)


@click.command("bounce")
@with_selection
@with_options(_OPTIONS)
@with_global_options
@click.pass_obj
def bounce_command(call: Call, /, given: Options, **values: Any) -> Exit:
    """Bounce queued mail: --dry-run to look, --yes with --expect N to act.

    Mail that is bounced cannot be brought back. A stop of ours of the same mail that waits is gone on with. Large
    bounces need more: above act.wait_above --expect; above act.name_above and on production the target's name
    (--profile, --endpoint) or --expect.
    """
    options = call.options.merged(given)
    typed = Given(take_selected(values), **values)
    _check_usage(typed)
    meant = look_up(Call(call.surroundings, options))
    target, is_meant = meant.target, is_named(options, meant.target, call.surroundings.environ)
    explicit = Explicit(typed.expect is not None, is_meant, typed.i_mean_everything)
    if typed.yes and typed.selected.everything and not (explicit.expected or explicit.means_everything):
        raise click.UsageError(everything_words(target))
    try:
        asked = _asked(typed, meant.settings, explicit)
        return run_loop(run_bounce(Call(call.surroundings, options, meant), asked))
    except (Refused, JournalError) as error:
        say(f"kumo-tui: refused: {error}")
        if options.json:
            print_json(refused_json(str(error)))
        return Exit.REFUSED


def _check_usage(typed: Given) -> None:
    """Raise UsageError for what the command line itself shows to be wrong."""
    if typed.dry_run == typed.yes:
        raise click.UsageError("say --dry-run to look, or --yes with --expect N to bounce.")
    if typed.yes and typed.expect is None and typed.at_most is None:
        raise click.UsageError("--yes needs --expect N or --at-most N: how many messages do you mean?")
    for one, other in _EXCLUSIVE:
        if getattr(typed, one) not in (None, False) and getattr(typed, other) not in (None, False):
            raise click.UsageError(f"{option(one)} and {option(other)} exclude each other.")
    if typed.i_mean_everything and not typed.selected.everything:
        raise click.UsageError("--i-mean-everything goes with --everything only.")
    if typed.until is not None and not typed.follow:
        raise click.UsageError("--until needs --follow.")
    if typed.despite_collateral and not typed.follow:
        raise click.UsageError("--despite-collateral needs --follow: nobody else cancels it.")


def _asked(typed: Given, settings: Settings, explicit: Explicit) -> Asked:
    """What is asked for, checked. Raises UsageError, or Refused for what is well formed and forbidden."""
    settle_s = float(seconds_of(typed.settle, "--settle")) if typed.settle else settings.act.settle_s
    duration = typed.duration or settings.act.default_duration
    checked = check_selected(typed.selected, duration, settings.act, suppress_logging=typed.suppress_logging)
    return Asked(
        checked=checked,
        how=typed.how,
        dry_run=typed.dry_run,
        expect=typed.expect,
        at_most=typed.at_most,
        partial=typed.partial,
        settle_s=settle_s,
        until=Until(typed.until or Until.DONE) if typed.follow else None,
        explicit=explicit,
        detach=typed.detach,
        despite_collateral=typed.despite_collateral,
    )
