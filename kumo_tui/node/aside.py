"""Work on large values, done beside the event loop: a key that is pressed meanwhile must show."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

# What is done with so many entries, or read from so many bytes, takes about as long as a frame.
LARGE_ENTRIES = 20_000
LARGE_BYTES = 512 * 1024

Given = ParamSpec("Given")
Result = TypeVar("Result")


async def aside(
    is_large: bool, work: Callable[Given, Result], *values: Given.args, **named: Given.kwargs
) -> Result:
    """The result of this work, which only computes: in a thread where it is large, else at once.

    It should be made of many small steps: a step of the interpreter's own, over all of it, lets nobody else run.
    """
    return await asyncio.to_thread(work, *values, **named) if is_large else work(*values, **named)
