"""What the operator chose: Criteria, ExactQueues or Everything. None can be built empty (DESIGN 3, rule 1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kumo_tui.errors import InputError
from kumo_tui.model.names import Part, QueueParts, parse_name
from kumo_tui.text import clean, plural


@dataclass(frozen=True, slots=True)
class Criteria:
    """Queues whose name has all of the given parts, compared as they are (KUMOMTA.md 2.1).

    None means "any, also absent". "" matches a part that is present and empty; no form produces it from a
    blank field. Raises InputError when nothing is given.
    """

    campaign: str | None = None
    tenant: str | None = None
    domain: str | None = None
    routing_domain: str | None = None

    def __post_init__(self) -> None:
        if not self.given():
            hint = "Give a campaign, tenant or domain, or choose everything explicitly."
            raise InputError("scope", "nothing is selected.", hint)

    def given(self) -> Mapping[Part, str]:
        """The parts that were given, in the order of a queue name."""
        values = (self.campaign, self.tenant, self.domain, self.routing_domain)
        return {part: value for part, value in zip(Part, values, strict=True) if value is not None}

    def matches_parts(self, parts: QueueParts) -> bool:
        """Whether a queue of these parts is meant."""
        return (
            (self.campaign is None or self.campaign == parts.campaign)
            and (self.tenant is None or self.tenant == parts.tenant)
            and (self.domain is None or self.domain == parts.domain)
            and (self.routing_domain is None or self.routing_domain == parts.routing_domain)
        )

    def matches(self, name: str) -> bool:
        """Whether the queue of this raw name is meant."""
        return self.matches_parts(parse_name(name))

    def hints(self) -> tuple[str, str]:
        """Two texts that the raw name of every queue that is meant holds; "" where nothing can be said.

        To look for them is much faster than to parse each of 100,000 names.
        """
        left = "" if self.campaign is None else f"{self.campaign}:"
        left += "" if self.tenant is None else f"{self.tenant}@"
        right = self.domain or ""
        right += "" if self.routing_domain is None else f"!{self.routing_domain}"
        return left, right

    def describe(self) -> str:
        """`campaign=promo tenant=acme`, in clean text."""
        return " ".join(f"{part}={_shown(value)}" for part, value in self.given().items())


@dataclass(frozen=True, slots=True)
class ExactQueues:
    """Exactly these queues, by raw name. Raises InputError when the set is empty."""

    names: frozenset[str]

    def __post_init__(self) -> None:
        if not self.names:
            raise InputError("scope", "no queue is selected.", "Mark queues with Space, or give a --queue.")

    @classmethod
    def of(cls, names: Iterable[str]) -> "ExactQueues":
        """A selector of these names; the same name twice counts once."""
        return cls(frozenset(names))

    def matches(self, name: str) -> bool:
        """Whether the queue of this raw name is meant."""
        return name in self.names

    def describe(self) -> str:
        """`queue promo:acme@yahoo.com` for one name, `3 exact queues` for more."""
        if len(self.names) == 1:
            return f"queue {clean(next(iter(self.names)))}"
        return plural(len(self.names), "exact queue")


@dataclass(frozen=True, slots=True)
class Everything:
    """Every queue of the node, the server's own ones too. Chosen as such, never arrived at."""

    def matches(self, name: str) -> bool:
        """True for every queue."""
        return True

    def describe(self) -> str:
        """`EVERYTHING`."""
        return "EVERYTHING"


Selector = Criteria | ExactQueues | Everything


def _shown(value: str) -> str:
    return clean(value) if value else '""'
