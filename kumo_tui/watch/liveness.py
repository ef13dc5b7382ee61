"""Whether a node takes mail: it says so at an endpoint of its own, and answers everything else meanwhile."""

from kumo_tui.errors import NoAnswer, NodeError
from kumo_tui.model.capability import Capability
from kumo_tui.node.client import LIVENESS, NodeClient

EVERY_S = 10.0

# A poll is over with it: it is waited for less than numbers are, and where it was silent it is seldom asked again.
PATIENCE_S = 5.0
SILENT_EVERY_S = 60.0


class Liveness:
    """What the node said last, clean; None where it said nothing.

    `OK`, or why it takes no mail: `load shedding`, `storage is too full` and the like (KUMOMTA.md 1.12).
    """

    def __init__(self, client: NodeClient) -> None:
        self.words: str | None = None
        self._client = client
        self._due_at = float("-inf")

    async def look(
        self, now: float, capability: Capability | None, *, at_once: bool, patience_s: float = PATIENCE_S
    ) -> None:
        """Ask now and then, or `at_once`; nothing of a build that has no such endpoint. Never raises NodeError.

        `patience_s` is how long the node is waited for elsewhere: here no longer than that.
        """
        if capability is not None and LIVENESS not in capability.paths:
            self.forget()
        elif at_once or now >= self._due_at:
            self.words, self._due_at = await self._told(min(PATIENCE_S, patience_s), now)

    async def _told(self, patience_s: float, now: float) -> tuple[str | None, float]:
        """What it says, and when it is asked again."""
        try:
            return await self._client.liveness(patience_s=patience_s), now + EVERY_S
        except NoAnswer:
            return None, now + SILENT_EVERY_S
        except NodeError:
            return None, now + EVERY_S

    def forget(self) -> None:
        """Nothing of what was said holds any more; it is asked anew at the next look."""
        self.words, self._due_at = None, float("-inf")
