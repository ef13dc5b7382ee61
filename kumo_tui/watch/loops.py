"""Small things that every loop of the watch needs."""

import asyncio
from typing import Any


def surface(what: str, error: Exception) -> None:
    """Hand a mistake to the event loop, which shows or logs it."""
    asyncio.get_running_loop().call_exception_handler({"message": what, "exception": error})


async def first_of(*waits: Any) -> None:
    """Wait until the first of these is done, and end the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
