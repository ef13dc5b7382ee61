"""What lives as long as the process is no garbage: the collector need not look at it, again and again.

It would take a seventh of the start, and later hold up the screen while it looks through all modules and tables.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# So many new containers before the collector looks through the young ones (Python's own number is 700). It looks
# at each name of a table that was just made: that takes long, for the few kB that it finds.
NEW_CONTAINERS = 10_000


def look_for_garbage_seldom() -> None:
    """Let the collector run less often, for the rest of the process."""
    gc.set_threshold(NEW_CONTAINERS, *gc.get_threshold()[1:])


@contextmanager
def lasting() -> Iterator[None]:
    """What is made inside, as modules are, lives as long as the process: the collector leaves it alone.

    And all that was there before it, for good: begin it before there is anything that may be left again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
