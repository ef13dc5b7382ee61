"""Plain against clean, counted per message from the delivery log of the simulator, as one table: `make accounts`.

All of it runs in this process on a clock that is moved by hand: the same seed gives the same table everywhere. The
seed moves the moment of the act within a second.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence

from kumo_tui.act.draft import Draft
from kumo_tui.units import count_text
from tests.bench.account import TOLERANCE_S, Account, Case, How, take_account
from tests.slow_world import REQUEST_S

REASON = "bad link"

CASES = (
    Case(
        "backlog of two tenants",
        "two-tenants",
        Draft(tenant="s1", reason=REASON, duration="20s"),
        act_at=2.0,
        seconds=20,
    ),
    Case(
        "meant behind other mail",
        "behind-other-mail",
        Draft(campaign="promo", reason=REASON, duration="1m"),
        act_at=2.0,
        seconds=60,
    ),
    Case(
        "two sources",
        "two-sources",
        Draft(campaign="promo", reason=REASON, duration="1m"),
        act_at=2.0,
        seconds=60,
    ),
    Case(
        "new mail all the time",
        "shared-backlog",
        Draft(tenant="s1", reason=REASON, duration="1m"),
        act_at=4.0,
        seconds=60,
    ),
    Case(
        "campaign over 500 queues",
        "campaign-500",
        Draft(campaign="mailing-0", reason=REASON, duration="1m"),
        act_at=4.0,
        seconds=60,
    ),
)

Column = tuple[str, str, Callable[[Account], str]]

COLUMNS: Sequence[Column] = (
    ("", "meant", lambda account: count_text(account.meant)),
    ("", "bounced", lambda account: count_text(account.bounced)),
    ("delivered", "before", lambda account: count_text(account.before)),
    ("delivered", "in flight", lambda account: count_text(account.in_flight)),
    ("delivered", "LEAKED", lambda account: count_text(account.leaked)),
    ("not meant", "BOUNCED", lambda account: count_text(account.others_bounced)),
    ("not meant", "delayed", lambda account: count_text(account.others_delayed)),
    ("", "seconds", lambda account: f"{account.ended_s:.0f}"),
    ("", "counted", lambda account: f"{count_text(account.counted)}/{count_text(account.real)}"),
)

_ROUND_TRIP = f"{REQUEST_S * 2000:.0f} ms"

LEGEND = f"""\
meant      received in queues that match before the time of the bounce was over
before     delivered before the act, so none of its business
in flight  in a connection's hands when the act arrived: nothing can call it back
LEAKED     delivered after the act, though meant and not in flight
BOUNCED    of queues that do not match
delayed    of queues that do not match: deferred, or delivered {TOLERANCE_S:g} s later than without any act
seconds    from the act until the operation was over
counted    what kumo-tui says it bounced / what it did bounce, also of mail that came after the time was over
Plain is one POST, left alone until its end; clean is stop, sweeps, release. Each request takes {_ROUND_TRIP}.
"""

Row = tuple[str, How, Account]


async def rows(seed: int, cases: Sequence[Case] = CASES) -> list[Row]:
    """Every case plain and clean."""
    return [(case.title, how, await take_account(case, how, seed)) for case in cases for how in How]


def as_text(table: Sequence[Row]) -> Iterator[str]:
    """The table in columns of even width."""
    cells = [[title if how is How.PLAIN else "", how.value, *_cells(account)] for title, how, account in table]
    heads = [["", "", *(over for over, _name, _of in COLUMNS)], ["", "", *(name for _over, name, _of in COLUMNS)]]
    heads[0] = [over if index == 0 or over != heads[0][index - 1] else "" for index, over in enumerate(heads[0])]
    widths = [max(len(row[place]) for row in (*heads[1:], *cells)) for place in range(len(heads[0]))]
    for row in (*heads, *cells):
        left = (cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True))
        right = (cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True))
        yield "  ".join((*left, *right)).rstrip()


def as_markdown(table: Sequence[Row]) -> Iterator[str]:
    """The table for a Markdown document."""
    names = [f"{over} {name}".strip() for over, name, _of in COLUMNS]
    yield "| " + " | ".join(("mail", "bounce", *names)) + " |"
    yield "|---|---|" + "---:|" * len(names)
    for title, how, account in table:
        yield "| " + " | ".join((title, how.value, *_cells(account))) + " |"


def _cells(account: Account) -> list[str]:
    return [of(account) for _over, _name, of in COLUMNS]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one table per seed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.accounts", description=__doc__)
    parser.add_argument("--seed", type=int, action="append", help="may be given several times (default: 1)")
    parser.add_argument("--markdown", action="store_true", help="as a Markdown table, without the legend")
    chosen = parser.parse_args(arguments)
    for seed in chosen.seed or [1]:
        table = asyncio.run(rows(seed))
        lines = as_markdown(table) if chosen.markdown else as_text(table)
        sys.stdout.write("\n".join((f"seed {seed}\n", *lines)) + "\n\n")
    if not chosen.markdown:
        sys.stdout.write(LEGEND)


if __name__ == "__main__":
    main()
