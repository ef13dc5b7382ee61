"""Bounce directives and suspensions as a node lists them, and what their scope honestly is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kumo_tui.model.names import Part, QueueParts, format_name
from kumo_tui.model.selector import Criteria
from kumo_tui.model.tags import guard_tag, is_automation, reason_tag, untagged


@dataclass(frozen=True, slots=True)
class Directive:
    """One entry of a node's bounce list (KUMOMTA.md 1.1). Strings are raw.

    `remaining_s` is the time left when the node answered. `bounced` is messages per raw queue name,
    `total_bounced` their sum. Exact queue names, the creation time and the author are not listed. `flaw` says in
    clean words why the entry could not be read in full: what could not is empty, and `id` may be.
    """

    id: str
    campaign: str | None
    tenant: str | None
    domain: str | None
    routing_domain: str | None
    reason: str
    remaining_s: float
    total_bounced: int = 0
    bounced: Mapping[str, int] = field(default_factory=dict)
    flaw: str = ""

    @property
    def may_be_anyones(self) -> bool:
        """Whether what names it could not be read: a list with it does not show that another is not there."""
        return bool(self.flaw) and not (self.id and self.reason)

    @property
    def criteria(self) -> Criteria | None:
        """The listed criteria; None when there are none, which does not mean everything."""
        return criteria_of(self.campaign, self.tenant, self.domain, self.routing_domain)

    @property
    def is_criteria_free(self) -> bool:
        """Everything, or an exact list: the server does not say (KUMOMTA.md 0.5)."""
        return self.criteria is None

    @property
    def tag(self) -> str | None:
        """Our tag, from the guard domain or from the end of the reason; None when neither has one."""
        return guard_tag(self.domain) or reason_tag(self.reason)

    @property
    def is_exact(self) -> bool:
        """Whether a guard domain shows that some kumo-tui made it for exact queues."""
        return guard_tag(self.domain) is not None

    @property
    def is_automation(self) -> bool:
        """Whether the server's own automation made it; such an entry may come back after a cancel."""
        return is_automation(self.reason)

    @property
    def words(self) -> str:
        """The reason without our tag, raw."""
        return untagged(self.reason)

    def scope_text(self) -> str:
        """What the entry matches, as far as the list tells, in clean text."""
        if self.is_exact:
            return f"exact queues (kumo-tui {self.tag})"
        criteria = self.criteria
        if criteria is None:
            return "an entry that cannot be read" if self.flaw else "everything or exact queues"
        return criteria.describe()


@dataclass(frozen=True, slots=True)
class Suspension:
    """One entry of a node's list of suspended scheduled queues (KUMOMTA.md 1.2). Strings are raw.

    There is no routing domain, no counter and no list of exact names in it. `flaw` as in `Directive`.
    """

    id: str
    campaign: str | None
    tenant: str | None
    domain: str | None
    reason: str
    remaining_s: float
    flaw: str = ""

    @property
    def may_be_anyones(self) -> bool:
        """Whether what names it could not be read: a list with it does not show that another is not there."""
        return bool(self.flaw) and not (self.id and self.reason)

    @property
    def criteria(self) -> Criteria | None:
        """The listed criteria; None for everything or an exact list."""
        return criteria_of(self.campaign, self.tenant, self.domain, None)

    @property
    def tag(self) -> str | None:
        """Our tag, None when it is not ours."""
        return guard_tag(self.domain) or reason_tag(self.reason)

    @property
    def is_exact(self) -> bool:
        """Whether a guard domain shows that some kumo-tui made it for exact queues."""
        return guard_tag(self.domain) is not None

    def scope_text(self) -> str:
        """What the entry stops, as far as the list tells, in clean text."""
        if self.is_exact:
            return f"exact queues (kumo-tui {self.tag})"
        criteria = self.criteria
        if criteria is None:
            return "an entry that cannot be read" if self.flaw else "everything or exact queues"
        return criteria.describe()


def criteria_of(
    campaign: str | None, tenant: str | None, domain: str | None, routing_domain: str | None
) -> Criteria | None:
    """Criteria of listed values, None when all are absent."""
    if campaign is None and tenant is None and domain is None and routing_domain is None:
        return None
    return Criteria(campaign, tenant, domain, routing_domain)


def misses_new_mail(criteria: Criteria) -> bool:
    """Whether a directive of these criteria sweeps but never catches new mail: all four are given (2.3)."""
    return len(criteria.given()) == len(Part)


def only_queue(criteria: Criteria) -> str | None:
    """The raw name of the one queue that criteria of all four parts mean, None for all others.

    None also where a part holds a separator, so that no name splits into such parts (KUMOMTA.md 4.1).
    """
    if criteria.domain is None or not misses_new_mail(criteria):
        return None
    name = format_name(QueueParts(criteria.campaign, criteria.tenant, criteria.domain, criteria.routing_domain))
    return name if criteria.matches(name) else None


@dataclass(frozen=True, slots=True)
class ReadyQueue:
    """One egress queue `source->site@protocol`, from the per-queue series of `/metrics` (KUMOMTA.md 4.2).

    `waiting` is `ready_count`; the other three are counters that restart at 0 when the queue is forgotten.
    """

    name: str
    waiting: int = 0
    connections: int = 0
    delivered: int = 0
    transfailed: int = 0
    failed: int = 0

    @property
    def site(self) -> str:
        """The part after the source, without the protocol: what the queue delivers to."""
        return self.name.partition("->")[2].rpartition("@")[0] or self.name
