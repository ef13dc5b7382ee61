"""When what polls have found is told: at once, or together where many nodes tell something one after the other."""

import asyncio
from collections.abc import Awaitable, Callable

from kumo_tui.clock import Clock
from kumo_tui.watch.loops import surface

# A screen that changes more often tells nobody more: polls of more nodes than this are told together.
SEVERAL_NODES = 8
TOGETHER_S = 0.25

# Telling takes a fifth of the time at most.
REST = 4.0

# While something is prepared, more comes in; what is not prepared in so many rounds is told all the same.
MOST_ROUNDS = 5


class Publishing:
    """Tells of polls by calling `publish`, which takes a snapshot of everything as it is then.

    `prepare` computes beside the event loop what a snapshot of many nodes needs, and returns whether that is still
    all that one would need now; `nodes` is how many are polled.
    What is asked for while nothing may be told yet is told once, a moment later.
    """

    def __init__(
        self,
        publish: Callable[[], object],
        prepare: Callable[[], Awaitable[bool]],
        nodes: Callable[[], int],
        clock: Clock,
    ) -> None:
        self._publish = publish
        self._prepare = prepare
        self._nodes = nodes
        self._clock = clock
        self._not_before = float("-inf")
        self._task: asyncio.Task[None] | None = None

    @property
    def prepares(self) -> bool:
        """Whether there are so many nodes that what polls find is prepared, and told together."""
        return self._nodes() > SEVERAL_NODES

    def soon(self) -> None:
        """Tell of what was found: now, unless that was just done or is much to sum up."""
        if self._task is not None:
            return
        if self._clock.monotonic() >= self._not_before and not self.prepares:
            self._tell(self._clock.monotonic())
        else:
            self._task = asyncio.create_task(self._tell_later())

    async def stop(self) -> None:
        """Tell nothing more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _tell_later(self) -> None:
        try:
            if (early_s := self._not_before - self._clock.monotonic()) > 0:
                await self._clock.sleep(early_s)
            began = self._clock.monotonic()
            for _round in range(MOST_ROUNDS):
                if await self._prepare():
                    break
            self._tell(began)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must be seen, and the telling go on
            surface("telling of the nodes failed", error)
        finally:
            self._task = None

    def _tell(self, began: float) -> None:
        self._publish()
        ended = self._clock.monotonic()
        least_s = TOGETHER_S if self.prepares else 0.0
        self._not_before = ended + max(least_s, REST * (ended - began))
