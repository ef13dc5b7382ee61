"""How far a bounce reaches, in words: share, tenants, campaigns, domains, and the new mail that it catches too."""

from collections.abc import Sequence

from kumo_tui.model.names import Part
from kumo_tui.model.preview import NodePreview, Preview
from kumo_tui.text import clean, plural
from kumo_tui.units import count_text, duration_text, percent_text

# Shares of more nodes than these are told by the largest.
MOST_NODES = 3


def blast_words(preview: Preview, target: str, servers: int) -> Sequence[str]:
    """`38% of prod`, `2 tenants`, `1 campaign`, `61 domains`; the share never of more nodes than it was taken of.

    `servers` is how many there are in the target: of fewer it is `38% of mta2`, `38% of what 2 of 3 nodes hold`.
    """
    whole = clean(target) if len(preview.nodes) >= servers else part_words(preview, servers)
    whole = f"what {whole} hold" if 1 < len(preview.nodes) < servers else whole
    return (
        f"{percent_text(preview.messages, preview.node_messages)} of {whole}",
        plural(preview.distinct(Part.TENANT), "tenant"),
        plural(preview.distinct(Part.CAMPAIGN), "campaign"),
        plural(preview.distinct(Part.DOMAIN), "domain"),
    )


def part_words(preview: Preview, servers: int) -> str:
    """`3 nodes` where they are all, else `2 of 3 nodes`, or the name of the only one."""
    taken = len(preview.nodes)
    if taken >= servers:
        return plural(taken, "node")
    return clean(preview.nodes[0].node) if taken == 1 else f"{taken} of {plural(servers, 'node')}"


def node_shares(preview: Preview) -> str:
    """`27% of mta1, 100% of mta2`; of many nodes the one that loses most; empty where there is one node only."""
    if len(preview.nodes) < 2:
        return ""
    if len(preview.nodes) <= MOST_NODES:
        return ", ".join(map(_share, preview.nodes))
    most = max(preview.nodes, key=lambda node: node.matched.total / max(1, node.node_messages))
    return f"at most {_share(most)}"


def new_mail_words(preview: Preview, duration_s: int) -> str:
    """`new mail that matches during 5m (lately 1,240/min)`: what comes on top of the preview."""
    return f"new mail that matches during {duration_text(duration_s)}{lately_words(preview)}"


def lately_words(preview: Preview) -> str:
    """` (lately 1,240/min)`: how fast this mail grows; empty where it does not, or where that is not known yet."""
    growth = preview.growth_per_min
    return f" (lately {count_text(round(growth))}/min)" if growth and growth >= 1 else ""


def _share(node: NodePreview) -> str:
    return f"{percent_text(node.matched.total, node.node_messages)} of {clean(node.node)}"
