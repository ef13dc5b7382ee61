"""What each server version does (KUMOMTA.md 8). A version text is ``YYYY.MM.DD-hash`` or ``UNKNOWN-...``."""

import re
from dataclasses import dataclass

_DATED = re.compile(r"^(\d{4})\.(\d{2})\.(\d{2})(?:-\w+)?$")
_NEWEST = (9999, 1, 1)


@dataclass(frozen=True)
class Version:
    """One server build. The properties name behaviours, not releases."""

    text: str

    def __post_init__(self) -> None:
        if not (_DATED.match(self.text) or self.text.startswith("UNKNOWN-")):
            raise ValueError(f"not a server version: {self.text!r} (expected YYYY.MM.DD-hash)")

    @property
    def date(self) -> tuple[int, int, int]:
        """Year, month, day of the build; an unknown build counts as the newest."""
        found = _DATED.match(self.text)
        return (int(found[1]), int(found[2]), int(found[3])) if found else _NEWEST

    def since(self, year: int, month: int, day: int) -> bool:
        """Say whether the build is of this day or later."""
        return self.date >= (year, month, day)

    @property
    def rejects_unknown_bounce_fields(self) -> bool:
        return self.since(2025, 1, 23)

    @property
    def bounce_expires(self) -> bool:
        return self.since(2025, 1, 23)

    @property
    def suspend_expires(self) -> bool:
        return self.since(2024, 11, 8)

    @property
    def queue_names(self) -> bool:
        return self.since(2025, 12, 2)

    @property
    def match_all_outlives_its_end(self) -> bool:
        return self.since(2025, 3, 19)

    @property
    def four_criteria_miss_new_mail(self) -> bool:
        return self.since(2025, 12, 2)

    @property
    def dispatchers_remember(self) -> bool:
        return self.since(2025, 5, 6)

    @property
    def compressed_requests(self) -> bool:
        return self.since(2025, 10, 6)

    @property
    def real_status_codes(self) -> bool:
        return self.since(2025, 12, 2)

    @property
    def several_recipients(self) -> bool:
        return self.since(2025, 12, 2)

    @property
    def message_scheduling(self) -> bool:
        return self.since(2025, 5, 6)

    @property
    def access_lists(self) -> bool:
        return self.since(2026, 3, 4)

    @property
    def machine_info(self) -> bool:
        return self.since(2026, 3, 4)

    @property
    def unreleased(self) -> bool:
        """What only builds after the release 2026.06.23 have."""
        return self.date > (2026, 6, 23)

    @property
    def rich_durations(self) -> bool:
        """humantime 2.4: fractions, a bare ``0``, more spellings of units (KUMOMTA.md 3)."""
        return self.since(2025, 12, 2)

    @property
    def default_trust_text(self) -> bool:
        """401 names the address of the peer (KUMOMTA.md 6, before access lists)."""
        return self.since(2025, 10, 6)
