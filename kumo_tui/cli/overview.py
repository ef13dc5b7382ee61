"""overview: the whole fleet once, as Prometheus sees it."""

from collections.abc import Iterator
from typing import Any

import click

from kumo_tui.cli.compose import Call, build_house, opened
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.loop import run_loop
from kumo_tui.cli.options import Options, with_global_options
from kumo_tui.cli.output import print_json, print_table, print_text, rounded, say, shown_name
from kumo_tui.errors import ConfigError
from kumo_tui.model.overview import Overview, Rates, Span
from kumo_tui.model.scrapes import Target
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import plural
from kumo_tui.units import age_text, count_text
from kumo_tui.watch.overview_words import HOW_TO_CONFIGURE, node_scrape_words, notes


@click.command("overview")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="At most so many queues.")
@click.option(
    "--hours",
    type=click.Choice([str(span.value) for span in Span]),
    default="1",
    show_default=True,
    help="How far the graph of --json goes back.",
)
@with_global_options
@click.pass_obj
def overview_command(call: Call, given: Options, *, limit: int, hours: str) -> Exit:
    """The whole fleet as Prometheus sees it: totals, rates, the largest queues."""
    options = call.options.merged(given)
    overview, fleet = run_loop(_read(Call(call.surroundings, options), Span(int(hours))))
    now = call.surroundings.clock.monotonic()
    if options.json:
        print_json(overview_json(overview, fleet, now, limit))
    elif overview.queued is not None:
        _print(overview, now, limit)
    for note in notes(overview, fleet):
        say(note.words)
    if overview.queued is None:
        return Exit.UNREADABLE
    is_whole = not overview.troubles and not overview.warnings and overview.scraped == len(overview.known)
    return Exit.DONE if is_whole and not overview.scrapes.unknown else Exit.PARTLY


async def _read(call: Call, span: Span) -> tuple[Overview, Snapshot]:
    """The overview; the nodes are read too where one cannot be scraped: only they tell what that means."""
    async with opened(build_house(call)) as house:
        watch = house.overview()
        if watch is None:
            raise ConfigError(HOW_TO_CONFIGURE)
        try:
            watch.look_back(span)
            overview = await watch.read_once()
            if overview.scrapes.failing:
                await house.watcher.look_quickly()
                overview = await watch.read_once(whole=False)
        finally:
            await watch.stop()
        return overview, house.watcher.snapshot


def overview_json(overview: Overview, fleet: Snapshot, now: float, limit: int) -> dict[str, Any]:
    """The object of `overview --json`: raw names, rates a minute, ages in seconds; null where nothing is known."""
    queued, rates, graph = overview.queued, overview.rates, overview.graph
    top = queued.value.top[:limit] if queued else ()
    return {
        "profile": fleet.profile or None,
        "url": overview.url,
        "age_s": rounded(overview.age_s(now)),
        "scraped_age_s": rounded(overview.scraped_ago_s(now)),
        "messages": queued.value.messages if queued else None,
        "queues": queued.value.queues if queued else None,
        "counter": queued.value.counter if queued else None,
        "per_min": _rates_json(rates.value.total) if rates else None,
        "top": [{"name": each.name, "messages": each.messages, "per_min": each.per_min} for each in top],
        "instances": [_instance_json(overview, target, now) for target in overview.known],
        "failing": {
            node: {"queue": name or None, "words": node_scrape_words(overview, fleet, node) or None}
            for node, name in overview.scrapes.failing.items()
        },
        "unknown": list(overview.scrapes.unknown),
        "strangers": overview.scrapes.strangers,
        "graph": {
            "hours": graph.value.span.value,
            "step_s": graph.value.step_s,
            "points": [[point.messages, point.instances] for point in graph.value.points],
        }
        if graph
        else None,
        "troubles": [
            {"part": part.value, "state": each.ailment.value, "error": f"{each.what} {each.next_step}".strip()}
            for part, each in overview.troubles.items()
        ],
        "warnings": list(overview.warnings),
    }


def _instance_json(overview: Overview, target: Target, now: float) -> dict[str, Any]:
    nodes = {instance: node for node, instance in overview.scrapes.by_node.items()}
    figure = overview.queued.value.instances.get(target.instance) if overview.queued else None
    rates = overview.rates.value.instances.get(target.instance) if overview.rates else None
    age = overview.targets.age_s(now) if overview.targets else 0.0
    return {
        "instance": target.instance,
        "node": nodes.get(target.instance),
        "up": target.up,
        "scraped_age_s": None if target.scraped_ago_s is None else rounded(target.scraped_ago_s + age),
        "messages": figure.messages if figure else None,
        "queues": figure.queues if figure else None,
        "per_min": _rates_json(rates) if rates else None,
    }


def _rates_json(rates: Rates) -> dict[str, float | None]:
    return {
        "received": rounded(rates.received),
        "delivered": rounded(rates.delivered),
        "failed_for_now": rounded(rates.failed_for_now),
        "growth": rounded(rates.growth),
    }


def _print(overview: Overview, now: float, limit: int) -> None:
    queued = overview.queued
    if queued is None:
        return
    scraped = overview.scraped_ago_s(now)
    ages = f", scraped {age_text(scraped)} ago" if scraped is not None else ""
    stood = queued.value
    print_text(
        f"{plural(stood.messages, 'message')} in {plural(stood.queues, 'queue')} on {overview.scraped} of "
        f"{plural(len(overview.known), 'instance')}, from {overview.url}{ages}"
    )
    if overview.rates is not None:
        print_text(f"per minute: {', '.join(_rate_words(overview.rates.value.total))}")
    rows = [
        (
            count_text(each.messages),
            _change_text(each.per_min),
            shown_name(each.name),
        )
        for each in stood.top[:limit]
    ]
    if rows:
        print_table(("MESSAGES", "PER MIN", "QUEUE"), rows, right=frozenset({0, 1}))


def _change_text(per_min: float | None) -> str:
    return "-" if per_min is None else f"{per_min:+,.0f}"


def _rate_words(rates: Rates) -> Iterator[str]:
    words = {
        "received": rates.received,
        "delivered": rates.delivered,
        "failed for now": rates.failed_for_now,
        "growth": rates.growth,
    }
    for word, value in words.items():
        yield f"{word} -" if value is None else f"{word} {value:,.0f}"
