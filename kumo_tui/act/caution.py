"""One thing to think of before a confirmation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caution:
    """One line before a confirmation: clean text, and whether it calls for a second thought.

    `counts_ready` marks the line about ready queues, for screens that show that count in a place of its own;
    `of_plain` marks what only a plain bounce costs, `of_clean` what only a clean one meets.
    """

    text: str
    serious: bool = False
    counts_ready: bool = False
    of_plain: bool = False
    of_clean: bool = False

    def concerns(self, *, is_clean: bool) -> bool:
        """Whether it is to be told before a bounce of this kind."""
        return not (self.of_plain if is_clean else self.of_clean)
