"""Acts on entries of others as `history` tells them: an object of `acts`, and a row among the operations."""

import json
from typing import Any

from kumo_tui.cli.output import rounded, utc_text
from kumo_tui.journal.other_act import LastListed, OtherAct
from kumo_tui.text import clean
from kumo_tui.units import count_text


def act_json(act: OtherAct) -> dict[str, Any]:
    """One object of `acts`; the entry as the node listed it last has the names of `directives --json`, raw."""
    return {
        "kind": act.kind.value,
        "at": utc_text(act.at),
        "who": act.who,
        "node": act.node,
        "id": act.id,
        "entry": _entry_json(act.entry) if act.entry else None,
        "request": {"method": act.method, "url": act.url, "body": json.loads(act.body)},
        "state": act.state.value,
        "error": act.error,
        "changes": [{"state": change.state.value, "at": utc_text(change.at)} for change in act.changes],
    }


def act_row(act: OtherAct) -> tuple[str, ...]:
    """The row of an act under the titles of the operations; it has no tag and no baseline."""
    total = act.entry.total if act.entry else None
    return (
        act.at.astimezone().strftime("%Y-%m-%d %H:%M"),
        "-",
        act.kind.value,
        act.outcome.upper(),
        "-" if total is None else count_text(total),
        "-",
        act.words,
        clean(act.entry.reason) if act.entry else "",
        clean(act.who),
    )


def _entry_json(entry: LastListed) -> dict[str, Any]:
    return {
        "scope": entry.scope,
        "campaign": entry.campaign,
        "tenant": entry.tenant,
        "domain": entry.domain,
        "routing_domain": entry.routing_domain,
        "reason": entry.reason,
        "remaining_s": rounded(entry.remaining_s),
        "total_bounced": entry.total,
        "bounced": dict(entry.queues),
    }
