"""What the command line asks for where much is at stake, as the dialog does by keys (DESIGN 3, rule 8)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kumo_tui.act.limits import Limit, Limits, limits_of
from kumo_tui.cli.compose import House
from kumo_tui.cli.options import Options
from kumo_tui.cli.target import ENDPOINT_VARIABLE, Target
from kumo_tui.model.preview import Preview
from kumo_tui.text import clean, plural
from kumo_tui.units import count_text


@dataclass(frozen=True, slots=True)
class Explicit:
    """What the command line says of how much is meant.

    `expected`: the exact count. `named`: the target, there or as the endpoint in the environment, and not left to
    the config file. `means_everything`: that option.
    """

    expected: bool
    named: bool
    means_everything: bool


def is_named(options: Options, target: Target, environ: Mapping[str, str]) -> bool:
    """Whether whoever typed the command said which nodes it is about."""
    by_environment = not target.profile and bool(environ.get(ENDPOINT_VARIABLE, "").strip())
    return bool(options.endpoints or options.profile) or by_environment


def missing_words(house: House, preview: Preview, explicit: Explicit) -> Iterator[str]:
    """What this bounce still needs on its command line, by the demands of its dialog, one sentence each.

    Who gives the exact count has looked, at this target, just now: nothing else is asked for.
    """
    if explicit.expected:
        return
    limits = limits_of(house.settings, house.target.profile)
    demands = limits.demands(preview, production=house.target.production)
    if demands.everything and not explicit.means_everything:
        yield everything_words(house.target)
    if limits.wait.is_passed(preview):
        yield f"{_over(preview, limits.wait)} needs --expect, the exact count: --at-most is not enough."
    if demands.name and not explicit.named:
        why, naming = _why_named(house, preview, limits), _naming(house.target)
        yield f"{why} must name its target: add {naming}, or give the exact count with --expect."


def everything_words(target: Target) -> str:
    """What --everything would hit, and what it still needs."""
    nodes = ", ".join(clean(node.label) for node in target.nodes)
    return (
        f"--everything bounces every message in every queue, the server's own too, on {nodes}. "
        "Give its exact count with --expect, or add --i-mean-everything; --dry-run counts what it would hit."
    )


def _over(preview: Preview, limit: Limit) -> str:
    size, most = plural(preview.messages, "message"), count_text(limit.above or 0)
    return f"A bounce of {size}, over the limit of {most} ({limit.key}),"


def _why_named(house: House, preview: Preview, limits: Limits) -> str:
    if house.target.production:
        return "A bounce on production"
    return _over(preview, limits.name) if limits.name.is_passed(preview) else "A bounce of EVERYTHING"


def _naming(target: Target) -> str:
    if target.profile:
        return f"--profile {clean(target.profile)}"
    return " ".join(f"--endpoint {node.url}" for node in target.nodes)
