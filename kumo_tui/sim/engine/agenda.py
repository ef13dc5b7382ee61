"""What happens when: callbacks ordered by engine time, then by the order of asking."""

import heapq
from collections.abc import Callable
from itertools import count

Action = Callable[[float], None]


class Agenda:
    """A heap of actions. ``run_until`` moves ``now`` from action to action, so results do not depend on steps."""

    def __init__(self, now: float) -> None:
        self.now = now
        self._heap: list[tuple[float, int, Action]] = []
        self._order = count()

    def at(self, when: float, action: Action) -> None:
        """Ask for ``action(when)``; a moment that has passed means as soon as time moves."""
        heapq.heappush(self._heap, (max(when, self.now), next(self._order), action))

    def run_until(self, end: float) -> None:
        """Run all actions up to `end`, in order, and stand at `end`."""
        while self._heap and self._heap[0][0] <= end:
            when, _, action = heapq.heappop(self._heap)
            self.now = when
            action(when)
        self.now = max(self.now, end)
