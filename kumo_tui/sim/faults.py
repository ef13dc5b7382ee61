"""Faults that a test or a training can set on a running node, per endpoint."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

Kind = Literal[
    "delay",
    "delay_reply",
    "hang",
    "hang_reply",
    "cut",
    "cut_reply",
    "half_reply",
    "error",
    "error_after",
    "html",
    "empty",
    "list",
    "garbage",
    "truncate",
]
KINDS: tuple[str, ...] = get_args(Kind)
BEFORE: frozenset[Kind] = frozenset({"delay", "hang", "cut", "error", "html", "empty", "list"})


@dataclass(frozen=True)
class Fault:
    """One misbehaviour.

    ``kind``: ``delay`` waits ``seconds`` before anything, ``delay_reply`` after the act; ``hang`` and
    ``hang_reply`` never answer; ``cut`` closes before the act, ``cut_reply`` after it, ``half_reply`` after half
    of the answer; ``error`` answers 500 and does nothing, ``error_after`` does it and answers 500; ``html``,
    ``empty`` and ``list`` answer 200 with a web page, nothing, or ``[]``, and do nothing; ``garbage`` puts
    nonsense lines into /metrics, ``truncate`` ends it in the middle. ``path`` is the beginning of the paths
    concerned, ``method`` a method or ``*``; ``times`` is how often it strikes (``None``: until cleared).
    """

    kind: Kind
    path: str = "/"
    method: str = "*"
    seconds: float = 0.0
    times: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}, expected one of {', '.join(KINDS)}")

    def concerns(self, method: str, path: str) -> bool:
        """Say whether a request is struck."""
        return path.startswith(self.path) and self.method in ("*", method)


class Faults:
    """The faults of one node, in the order they were added."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Add a fault behind those that are set."""
        self.active.append(fault)

    def clear(self) -> None:
        """Remove all faults."""
        self.active.clear()

    def strike(self, method: str, path: str) -> list[Fault]:
        """Return the faults that concern a request and count this strike."""
        struck = [fault for fault in self.active if fault.concerns(method, path)]
        left: list[Fault] = []
        for fault in self.active:
            if fault.times is None or not fault.concerns(method, path):
                left.append(fault)
            elif fault.times > 1:
                left.append(replace(fault, times=fault.times - 1))
        self.active = left
        return struck
