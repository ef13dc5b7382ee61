"""The limits of a bounce: above how many messages more is asked for, or it is refused (DESIGN 3, rule 8)."""

from dataclasses import dataclass

from kumo_tui.config import Settings
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Everything
from kumo_tui.text import clean, plural
from kumo_tui.units import count_text


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of messages, and the key of the settings that gives it, clean. `above` None is no limit."""

    key: str
    above: int | None

    def is_passed(self, preview: Preview) -> bool:
        """Whether the preview counts more.

        Nothing else counts: mail in ready queues is known by an upper bound only, and new mail is not there yet.
        """
        return self.above is not None and preview.messages > self.above


@dataclass(frozen=True, slots=True)
class Demands:
    """What a bounce asks for beside its number of messages: the dialog by keys, the command line by options.

    `name`: the target by its name. `wait`: a look that lasts, on the command line the exact count that one gives.
    `everything`: that word, which is asked for EVERYTHING alone: typed for less it would soon mean nothing.
    """

    name: bool
    wait: bool
    everything: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for the bounces of one target: when its name is asked for, when to wait, what is refused."""

    name: Limit
    wait: Limit
    refuse: Limit

    def demands(self, preview: Preview, *, production: bool) -> Demands:
        """What a bounce of this preview asks for, in the dialog and on the command line alike."""
        everything = isinstance(preview.selector, Everything)
        return Demands(
            name=production or everything or self.name.is_passed(preview),
            wait=self.asks_to_wait(preview),
            everything=everything,
        )

    def asks_to_wait(self, preview: Preview) -> bool:
        """Whether too much is at stake for an answer given at once: above the limit, and for Everything."""
        return isinstance(preview.selector, Everything) or self.wait.is_passed(preview)

    def differ(self, one: Preview, other: Preview) -> bool:
        """Whether a limit lies between two previews of one selector."""
        return any(limit.is_passed(one) != limit.is_passed(other) for limit in (self.name, self.wait, self.refuse))

    def refusal(self, preview: Preview) -> str:
        """Why no bounce of this preview is sent, whoever confirms it; empty when its size is no reason."""
        if self.refuse.above is None or not self.refuse.is_passed(preview):
            return ""
        size, most = plural(preview.messages, "message"), count_text(self.refuse.above)
        return f"A bounce of {size} is over the limit of {most} ({self.refuse.key})."


def limits_of(settings: Settings, profile: str) -> Limits:
    """The limits of this profile, of every bounce when it is empty: a profile's own keys can only be stricter."""
    return Limits(*(_strictest(settings, profile, key) for key in ("name_above", "wait_above", "refuse_above")))


def _strictest(settings: Settings, profile: str, key: str) -> Limit:
    limit = Limit(f"act.{key}", getattr(settings.act, key))
    for name, chosen in settings.in_force(profile).items():
        own: int | None = getattr(chosen, key)
        if own is not None and (limit.above is None or own < limit.above):
            limit = Limit(f"profile.{clean(name)}.{key}", own)
    return limit
