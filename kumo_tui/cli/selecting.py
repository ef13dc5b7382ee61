"""The options that choose mail, and what is wrong with them: the same for `bounce` and `stop`."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import click

from kumo_tui.act.draft import Checked, Draft, Scope, check_draft
from kumo_tui.cli.options import as_usage_error, not_blank
from kumo_tui.config import ActSettings
from kumo_tui.errors import InputError, Refused
from kumo_tui.model.names import Part
from kumo_tui.units import parse_duration

SELECTORS = "--campaign, --tenant, --domain, --routing-domain, --queue or --everything"

_OPTIONS = (
    click.option("--campaign", callback=not_blank, help="Queues of this campaign."),
    click.option("--tenant", callback=not_blank, help="Queues of this tenant."),
    click.option("--domain", callback=not_blank, help="Queues of this recipient domain, in lower case."),
    click.option("--routing-domain", callback=not_blank, help="Queues routed by this domain."),
    click.option("--queue", multiple=True, callback=not_blank, help="Exactly this queue; repeat it for more."),
    click.option("--everything", is_flag=True, help="Every queue, the server's own ones too."),
    click.option("--reason", required=True, callback=not_blank, help="Why; the senders' logs may show it."),
    click.option("--ticket", callback=not_blank, help="A ticket number, added to the reason."),
    click.option(
        "--node", multiple=True, metavar="NAME", callback=not_blank, help="On this node alone; repeat it for more."
    ),
)


@dataclass(frozen=True, slots=True)
class Selected:
    """Which mail, and why, as it was typed."""

    campaign: str | None
    tenant: str | None
    domain: str | None
    routing_domain: str | None
    queue: tuple[str, ...]
    everything: bool
    reason: str
    ticket: str | None
    node: tuple[str, ...] = ()

    @property
    def criteria(self) -> list[str]:
        """The criteria that were given, as options."""
        return [option(part.value) for part in Part if getattr(self, part.value) is not None]

    @property
    def scope(self) -> Scope:
        """How the mail was chosen."""
        return Scope.EVERYTHING if self.everything else Scope.EXACT if self.queue else Scope.MATCHING


def with_options(options: tuple[Callable[[Any], Any], ...]) -> Callable[[Any], Any]:
    """Add options to a command, in this order."""

    def adding(command: Any) -> Any:
        for each in reversed(options):
            command = each(command)
        return command

    return adding


with_selection = with_options(_OPTIONS)


def take_selected(values: dict[str, Any]) -> Selected:
    """Take the selection out of what click gives. Raises UsageError when its options exclude each other."""
    selected = Selected(**{each.name: values.pop(each.name) for each in fields(Selected)})
    if selected.queue and selected.criteria:
        raise click.UsageError(f"--queue and {selected.criteria[0]} exclude each other: a queue is exact.")
    if selected.everything and (selected.queue or selected.criteria):
        raise click.UsageError("--everything goes with no other selector.")
    return selected


def check_selected(
    selected: Selected, duration: str, limits: ActSettings, *, suppress_logging: bool = False
) -> Checked:
    """What was typed, checked. Raises UsageError, or Refused for what is well formed and forbidden."""
    if seconds_of(duration, "--duration") < 1:
        raise click.UsageError("--duration: 0 is no duration; at least 1s.")
    if not (selected.criteria or selected.queue or selected.everything):
        raise Refused(f"Nothing is selected: give {SELECTORS}.")
    draft = Draft(
        scope=selected.scope,
        campaign=selected.campaign or "",
        tenant=selected.tenant or "",
        domain=selected.domain or "",
        routing_domain=selected.routing_domain or "",
        names=selected.queue,
        reason=selected.reason,
        ticket=selected.ticket or "",
        duration=duration,
        suppress_logging=suppress_logging,
        nodes=tuple(dict.fromkeys(selected.node)),
    )
    checked = check_draft(draft, limits)
    if "reason" in checked.problems:
        raise click.UsageError(f"--reason: {checked.problems['reason']}")
    if checked.problems:
        words = (
            f"{option('duration' if field == 'for' else field)}: {it}" for field, it in checked.problems.items()
        )
        raise Refused(" ".join(words))
    return checked


def seconds_of(text: str, name: str) -> int:
    """Seconds of a duration that was typed for this option. Raises UsageError."""
    try:
        return parse_duration(text)
    except InputError as error:
        raise as_usage_error(error, name) from error


def option(field: str) -> str:
    """The option of a field: `--routing-domain` of routing_domain."""
    return f"--{field.replace('_', '-')}"
