"""Whether a node takes mail: it says so at an endpoint of its own, and answers everything else meanwhile."""

from kumo_tui.errors import NodeError
from kumo_tui.model.capability import Capability
from kumo_tui.node.client import LIVENESS, NodeClient

EVERY_S = 10.0


class Liveness:
    """What the node said last, clean; None where it said nothing.

    `OK`, or why it takes no mail: `load shedding`, `storage is too full` and the like (KUMOMTA.md 1.12).
    """

    def __init__(self, client: NodeClient) -> None:
        self.words: str | None = None
        self._client = client
        self._asked_at = float("-inf")

    async def look(self, now: float, capability: Capability | None, *, at_once: bool) -> None:
        """Ask now and then, or `at_once`; nothing of a build that has no such endpoint. Never raises NodeError."""
        if capability is not None and LIVENESS not in capability.paths:
            self.forget()
        elif at_once or now - self._asked_at >= EVERY_S:
            self._asked_at = now
            try:
                self.words = await self._client.liveness()
            except NodeError:
                self.words = None

    def forget(self) -> None:
        """Nothing of what was said holds any more; it is asked anew at the next look."""
        self.words, self._asked_at = None, float("-inf")
