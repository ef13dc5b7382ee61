"""What the command line asks for where much is at stake, as the dialog does by keys (DESIGN 3, rule 8)."""

from collections.abc import Iterator

from kumo_tui.act.limits import Limit, limits_of
from kumo_tui.cli.compose import House
from kumo_tui.cli.target import Target
from kumo_tui.model.preview import Preview
from kumo_tui.text import clean, plural
from kumo_tui.units import count_text


def missing_words(house: House, preview: Preview, *, is_expected: bool) -> Iterator[str]:
    """What a bounce of this size still needs on its command line; `is_expected`: the exact count was given."""
    limits = limits_of(house.settings, house.target.profile)
    if limits.wait.is_passed(preview) and not is_expected:
        yield f"{_over(preview, limits.wait)} needs --expect, the exact count: --at-most is not enough."


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
