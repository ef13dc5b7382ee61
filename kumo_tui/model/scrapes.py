"""Which of our nodes Prometheus scrapes, by what it calls them, and why one may fail there that answers us."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kumo_tui.model.names import parse_name
from kumo_tui.text import clean, one_line

# A label's value as Prometheus reads it. kumod escapes nothing in a queue's name (KUMOMTA.md 5.2).
_READABLE = re.compile(r'(?:\\[^\n]|[^"\\])*')
_NAME_SHOWN = 48


@dataclass(frozen=True, slots=True)
class Target:
    """What Prometheus knows of one node. `instance` is its raw label.

    `up` is whether the last scrape worked, None where that is not stored. `scraped_ago_s` is how old the newest
    sample of a metric of KumoMTA was by the server's own clock, None where there is none. `copies` is how often
    its metrics are stored.
    """

    instance: str
    up: bool | None
    scraped_ago_s: float | None = None
    copies: int = 1

    @property
    def has_metrics(self) -> bool:
        """Whether it has metrics of KumoMTA."""
        return self.scraped_ago_s is not None


@dataclass(frozen=True, slots=True)
class Scrapes:
    """Our nodes and Prometheus's targets side by side.

    `failing` maps nodes whose scrape fails to the first queue name that breaks it, "" where none is known.
    `unknown` are nodes that it does not know; `strangers` counts targets with metrics of KumoMTA that are no nodes
    of ours; `by_node` gives each node's instance, raw. `repeated` maps what is stored several times to how often:
    our names, or raw instances of targets that are no nodes of ours.
    """

    failing: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    strangers: int = 0
    by_node: Mapping[str, str] = field(default_factory=dict)
    repeated: Mapping[str, int] = field(default_factory=dict)


def compare(targets: Sequence[Target], nodes: Mapping[str, Sequence[str]]) -> Scrapes:
    """Match targets with nodes; `nodes` has what each may be called. Which name breaks a scrape is left open."""
    by_instance = {target.instance: target for target in targets}
    by_node = {
        node: found
        for node, called in nodes.items()
        if (found := next((each for each in called if each in by_instance), None)) is not None
    }
    ours = {instance: node for node, instance in by_node.items()}
    return Scrapes(
        failing={node: "" for node, instance in by_node.items() if by_instance[instance].up is False},
        unknown=tuple(node for node in nodes if node not in by_node) if targets else (),
        strangers=sum(1 for target in targets if target.has_metrics and target.instance not in ours),
        by_node=by_node,
        repeated={ours.get(each.instance, each.instance): each.copies for each in targets if each.copies > 1},
    )


def breaks_scrape(name: str) -> bool:
    """Whether this raw queue name, unescaped in labels, makes Prometheus refuse the node's whole `/metrics`.

    Its campaign, tenant and domain are labels of their own, too (KUMOMTA.md 5.5).
    """
    if '"' not in name and "\\" not in name:
        return False
    parts = parse_name(name)
    labels = (name, parts.campaign or "", parts.tenant or "", parts.domain)
    return any(_READABLE.fullmatch(label) is None for label in labels)


def first_breaking(names: Iterable[str]) -> str:
    """The first raw name that breaks a scrape, empty where none does."""
    return next((name for name in names if breaks_scrape(name)), "")


def failing_words(node: str, name: str) -> str:
    """What is wrong with a node that answers us and not Prometheus; `name` is the queue name that does it."""
    cause = (
        f"the name of queue {one_line(name, _NAME_SHOWN)} breaks its /metrics"
        if name
        else "its page /targets says why, often that the node does not trust its host or listens on loopback only"
    )
    return (
        f"Prometheus cannot scrape {clean(node)} though it answers us: {cause}; "
        "its numbers are missing from the overview"
    )
