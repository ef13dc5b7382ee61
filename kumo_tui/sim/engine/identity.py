"""Identifiers: random (v4) ones for directives and sessions, time-based (v1) ones for messages."""

import random
import uuid
from datetime import UTC, datetime

_GREGORIAN_TO_UNIX_100NS = 0x01B21DD213814000
_NODE_PREFIX = 0x020000000000
_NUMBER_MASK = 0xFFFFFFFFFF


def random_id(rng: random.Random) -> str:
    """Return a hyphenated v4 UUID from the simulation's own randomness."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def message_id(number: int, created: datetime) -> str:
    """Return the 32 hex characters of a v1 UUID: its time is ``created``, its node holds ``number``."""
    ticks = int(created.replace(tzinfo=UTC).timestamp() * 10_000_000) + _GREGORIAN_TO_UNIX_100NS
    made = uuid.UUID(
        fields=(
            ticks & 0xFFFFFFFF,
            (ticks >> 32) & 0xFFFF,
            ((ticks >> 48) & 0x0FFF) | 0x1000,
            0x80 | ((number >> 8) & 0x3F),
            number & 0xFF,
            _NODE_PREFIX | (number & _NUMBER_MASK),
        )
    )
    return made.hex


def message_number(hex_id: str) -> int:
    """Return the number that ``message_id`` put into an id."""
    return uuid.UUID(hex_id).node & _NUMBER_MASK
