"""The last look at a confirmation before anything is sent (DESIGN 3, rules 6 and 7)."""

from collections.abc import Sequence

from kumo_tui.act.limits import limits_of
from kumo_tui.act.ports import Confirmed
from kumo_tui.act.token import confirm_token, is_confirmed
from kumo_tui.config import Settings
from kumo_tui.errors import Refused
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.units import age_text


def check_draft_holds(confirmed: Confirmed) -> None:
    """Raise Refused unless the draft is complete and is what was previewed."""
    if not confirmed.checked.is_ready:
        problems = confirmed.checked.problems.items()
        raise Refused(" ".join(f"{field}: {words}" for field, words in problems) or "The bounce is incomplete.")
    is_other = confirmed.checked.nodes != confirmed.preview.chosen
    if confirmed.checked.selector != confirmed.preview.selector or is_other:
        raise Refused("What was previewed is not what would be sent.", "Look at a new preview.")


def check_confirmed(
    confirmed: Confirmed, words: Sequence[str], snapshot: Snapshot, settings: Settings, now: float
) -> None:
    """Raise Refused for rules that stand against it (`words`), an old preview, or a text that is not the token."""
    if words:
        raise Refused(" ".join(words), "Nothing was sent.")
    age = confirmed.preview.age_s(now)
    if age > settings.act.max_preview_age_s:
        raise Refused(f"The preview is {age_text(age)} old.", "Look at a new one and confirm again.")
    token = confirm_token(confirmed.preview, snapshot, limits_of(settings, snapshot.profile))
    if confirmed.typed is not None and not is_confirmed(confirmed.typed, token):
        raise Refused("What was typed is not what was asked for.", "Nothing was sent.")
