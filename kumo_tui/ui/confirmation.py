"""What a confirmation dialog holds: the frozen preview, and what the world did since (DESIGN 3, rules 6 and 8)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kumo_tui.act.limits import Limits, limits_of
from kumo_tui.act.token import confirm_token, is_confirmed
from kumo_tui.config import Settings
from kumo_tui.model.preview import Drift, Hit, Preview, drift
from kumo_tui.text import clean, plural
from kumo_tui.ui.cells import cut_middle
from kumo_tui.ui.figures import Figures
from kumo_tui.units import age_text, count_text, signed_text

# How long so much has to stand on the screen before it can be confirmed.
WAIT_S = 5.0

# How long a text to type stands at least before queues that come and go make it new again, where they are few.
HOLD_S = 10.0

# Queues that came and went with more than this part of the messages make it new at once.
MUCH = 0.25

# Queues that are told by name, and in how many cells.
NAMES, NAME_WIDTH = 3, 40


@dataclass(frozen=True, eq=False)
class Confirmation:
    """The preview that would be confirmed now, and the newest one beside it.

    `max_age_s` is how old the frozen preview may be; `limits` are those of its target. `shown_at` is since when
    the operator sees how much is at stake, infinity before the dialog stands. `swapped` is what moved when it was
    last replaced under the operator's hands, at `swapped_at`, and `before` the preview that gave way; None while
    the first one stands. Every `now` is monotonic seconds.
    """

    frozen: Figures
    newest: Figures
    max_age_s: float
    limits: Limits
    shown_at: float = math.inf
    swapped: Drift | None = None
    before: Preview | None = None
    swapped_at: float = -math.inf

    @classmethod
    def of(cls, figures: Figures, settings: Settings) -> "Confirmation":
        """A dialog that is to open with this preview."""
        limits = limits_of(settings, figures.snapshot.profile)
        return cls(figures, figures, settings.act.max_preview_age_s, limits)

    def shown(self, now: float) -> "Confirmation":
        """The dialog as it opens."""
        return replace(self, shown_at=now)

    @property
    def token(self) -> str:
        """What must be typed for the frozen preview."""
        return confirm_token(self.frozen.preview, self.newest.snapshot, self.limits)

    @property
    def refusal(self) -> str:
        """Why what is frozen is never sent, empty where its size is no reason."""
        return self.limits.refusal(self.frozen.preview)

    @property
    def moved(self) -> Drift:
        """What moved since the frozen preview was taken."""
        return drift(self.frozen.preview, self.newest.preview)

    def seen(self, figures: Figures, now: float) -> "Confirmation":
        """The dialog after one more look at the nodes; an older look changes nothing."""
        if figures.preview.age_s(now) > self.newest.preview.age_s(now):
            return self
        return replace(self, newest=figures).settled(now)

    def settled(self, now: float) -> "Confirmation":
        """The dialog as it stands at this time: the newest preview takes the frozen one's place where it must.

        Where nothing moved it does so without a word. A mere change of the count waits until the frozen one is too
        old, so that a growing campaign can be confirmed at all; so do, for a while after the last replacement,
        few queues that come and go at every look. What moved is told all the same.
        """
        moved = self.moved
        if moved.is_none:
            return replace(self, frozen=self.newest)
        is_other = bool(moved.appeared or moved.vanished)
        if self.is_too_old(now) or (is_other and (not self.hold_s(now) or self._is_much(moved))):
            return self._swapped(moved, now)
        return self

    def _swapped(self, moved: Drift, now: float) -> "Confirmation":
        is_more = self.limits.asks_to_wait(self.newest.preview) and not self._must_wait
        return replace(
            self,
            frozen=self.newest,
            swapped=moved,
            before=self.frozen.preview,
            swapped_at=now,
            shown_at=now if is_more else self.shown_at,
        )

    def _is_much(self, moved: Drift) -> bool:
        """Whether what came and went is another bounce: a large part of it, or one that passes a limit."""
        old, new = self.frozen.preview, self.newest.preview
        came = sum(new.matched.messages_of(name) or 0 for name in moved.appeared)
        went = sum(old.matched.messages_of(name) or 0 for name in moved.vanished)
        return max(came, went) > MUCH * old.messages or self.limits.differ(old, new)

    def hold_s(self, now: float) -> float:
        """Seconds for which few queues that come and go leave the text to type as it is."""
        return max(0.0, self.swapped_at + HOLD_S - now)

    @property
    def _must_wait(self) -> bool:
        return self.limits.asks_to_wait(self.frozen.preview)

    def wait_s(self, now: float) -> float:
        """Seconds before which nothing is confirmed, because so much is at stake; 0 when they are over."""
        return max(0.0, min(WAIT_S, self.shown_at + WAIT_S - now)) if self._must_wait else 0.0

    def age_s(self, now: float) -> float:
        """Seconds since the oldest reading in what is frozen."""
        return self.frozen.preview.age_s(now)

    def is_too_old(self, now: float) -> bool:
        """Whether what is frozen may no longer be confirmed."""
        return self.age_s(now) > self.max_age_s

    def accepts(self, typed: str, now: float) -> bool:
        """Whether this text confirms the frozen preview at this time."""
        is_open = not (self.is_too_old(now) or self.wait_s(now) or self.refusal)
        return is_open and is_confirmed(typed, self.token)

    def status_text(self, now: float) -> str:
        """The line under the numbers: how old they are, and what moved since."""
        preview, moved = self.frozen.preview, self.moved
        age = f"data {age_text(self.age_s(now))} old"
        if self.is_too_old(now):
            return f"{age}: too old to confirm; {self._waiting_words(now)}"
        since = (
            ""
            if moved.is_none
            else f"; since then {drift_text(moved)}{_named(moved, self.newest.preview, preview)}"
        )
        return f"{age}, digest {preview.digest}{since}"

    def swapped_text(self) -> str:
        """What made the text to type new, the largest queues by name; empty while the first one stands."""
        if self.swapped is None or self.before is None:
            return ""
        names = _named(self.swapped, self.frozen.preview, self.before)
        return f"It moved: {drift_text(self.swapped)}{names}. The text to type is new."

    @property
    def hit(self) -> Hit:
        """The queues that would be confirmed now, and what came and went since they were first shown so."""
        moved = self.moved
        if moved.appeared or moved.vanished:
            return Hit(self.newest.preview, self.frozen.preview, moved)
        return Hit(self.frozen.preview, self.before, self.swapped)

    def _waiting_words(self, now: float) -> str:
        """Which nodes keep it from being confirmed, and what bounces without them."""
        nodes = self.frozen.preview.nodes
        silent = [clean(node.node) for node in nodes if now - node.at > self.max_age_s]
        if len(silent) == len(nodes):
            return "waiting for the nodes"
        left_out = "it" if len(silent) == 1 else "them"
        return f"waiting for {', '.join(silent)}. Esc, then F6 in the form, leaves {left_out} out"


def drift_text(moved: Drift) -> str:
    """`+9 queues, -3 queues, +1,204 messages`; empty when nothing moved."""
    words = []
    if moved.appeared:
        words.append(f"+{plural(len(moved.appeared), 'queue')}")
    if moved.vanished:
        words.append(f"-{plural(len(moved.vanished), 'queue')}")
    if moved.messages:
        words.append(f"{signed_text(moved.messages)} message{'' if abs(moved.messages) == 1 else 's'}")
    return ", ".join(words)


def _named(moved: Drift, new: Preview, old: Preview) -> str:
    """` (came: promo:a@x 12, 8 more; went: promo:b@y 3)`, the largest; empty where no queue came or went."""
    words = [
        f"{verb}: {_largest(names, preview)}"
        for verb, names, preview in (("came", moved.appeared, new), ("went", moved.vanished, old))
        if names
    ]
    return f" ({'; '.join(words)})" if words else ""


def _largest(names: Sequence[str], preview: Preview) -> str:
    shown = [
        f"{cut_middle(clean(name), NAME_WIDTH)} {count_text(preview.matched.messages_of(name) or 0)}"
        for name in names[:NAMES]
    ]
    more = [f"{len(names) - NAMES:,} more"] if len(names) > NAMES else []
    return ", ".join([*shown, *more])
