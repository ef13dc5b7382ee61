"""What a node says about its machine and process (``/api/machine-info``), and its faked resources."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kumo_tui.sim.web.replies import timestamp

LEAST_FREE_PERCENT = 10
FREE_PERCENT = 29
READY_AFTER_S = 0.5
"""Machine info answers 503 this long after a start (KUMOMTA.md 0)."""


@dataclass
class Machine:
    """One machine and the process on it. ``started`` is engine time, ``online_since`` its calendar time.

    ``hook_is_full`` while nothing gets through the log hook; ``hook_was_full`` counts how often that was met.
    """

    name: str
    number: int
    version: str
    online_since: datetime
    started: float
    load_shedding: bool = False
    write_stopped: bool = False
    process_kind: str = "kumod"
    hook_is_full: bool = False
    hook_was_full: int = 0
    disk_free_percent: int = FREE_PERCENT

    @property
    def holds_up(self) -> bool:
        """Whether nothing can be logged or removed: the spool is unhealthy, or the log hook's buffer is full."""
        return self.load_shedding or self.write_stopped or self.hook_is_full

    @property
    def takes_no_mail(self) -> str:
        """Why it takes no mail, as check-liveness says it; empty while it takes it."""
        if self.load_shedding:
            return "load shedding"
        return "storage is too full" if self.disk_free_percent < LEAST_FREE_PERCENT else ""

    @property
    def node_id(self) -> str:
        return f"00000000-0000-4000-8000-{self.number:012x}"

    def info(self) -> dict[str, Any]:
        """Return the JSON of ``/api/machine-info``."""
        return {
            "node_id": self.node_id,
            "hostname": self.name,
            "mac_address": f"02:00:00:00:00:{self.number:02x}",
            "num_cores": 2,
            "kernel_version": "6.18.44",
            "platform": "linux/x86_64",
            "distribution": "debian",
            "os_version": "Linux (Debian GNU/Linux 12)",
            "total_memory_bytes": 25_276_514_304,
            "container_runtime": None,
            "cpu_brand": "simulated",
            "fingerprint": f"machine_uid=0,node_id={self.node_id}",
            "online_since": timestamp(self.online_since),
            "process_kind": self.process_kind,
            "version": self.version,
        }
