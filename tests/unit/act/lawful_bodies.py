"""Every request that could come of a draft."""

import contextlib

from kumo_tui.act.clean_requests import choose_batch, flush_body, plan_flush, stop_body
from kumo_tui.act.draft import Checked
from kumo_tui.act.due import needs_names
from kumo_tui.act.requests import bounce_body
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Everything, ExactQueues
from tests.lawful import BOUNCE, REBIND, SUSPEND
from tests.unit.act.worlds import ABLE, EXACT_PLAIN

TAG = "7F3A2C"


def bodies(checked: Checked, standing: QueueTable) -> list[tuple[str, str, dict[str, object]]]:
    """Every request that could come of a draft, on nodes of all abilities, plain and clean."""
    selector, seconds, reason = checked.selector, checked.duration_s, checked.reason
    if not checked.is_ready or selector is None or seconds is None:
        return []
    found = [
        ("POST", BOUNCE, bounce_body(selector, reason, seconds, TAG, suppress_logging=checked.suppress_logging))
    ]
    matched = standing.select(selector)
    names = tuple(matched.names) if needs_names(selector) else ()
    if isinstance(selector, ExactQueues):
        names = tuple(selector.names)
    with contextlib.suppress(ValueError):
        found.append(("POST", SUSPEND, stop_body(selector, names, reason, seconds, TAG)))
    counts = matched.nonempty().as_counts()
    for capability in (ABLE, EXACT_PLAIN, None):
        if counts and not isinstance(selector, Everything):
            batch = choose_batch(selector, counts, capability, (), reason, TAG)
            found += [] if isinstance(batch, str) else [("POST", BOUNCE, dict(batch.body))]
    if not isinstance(selector, Everything):
        wanted, _alone = plan_flush(selector, matched.names, standing)
        found += [("POST", REBIND, flush_body(given, reason, TAG)) for given in wanted]
    return found
