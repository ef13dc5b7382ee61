"""The queries of the overview, in PromQL: which families, which labels (KUMOMTA.md 5.5)."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

QUEUE_LABEL = "queue"

# Rates need some scrapes to lie in their window; most are scraped every 15 to 60 s.
RATE_WINDOW = "5m"
GROWTH_WINDOW = "10m"
CHANGE_S = 300
KNOWN_WINDOW = "6h"

# A gauge that wrapped below zero (KUMOMTA.md 5.2).
_WRAPPED = "9223372036854775808"
_BY_SMTP = 'service="smtp_client"'

# It goes into a URL, of which proxies take 8 kB.
_LONGEST_PATTERN = 5_000


@dataclass(frozen=True, slots=True)
class Queries:
    """The queries with these label matchers in every selector; `label` tells the nodes apart.

    Families with a `service` label hold each queue and their sum by kind: only the sums are asked for.
    """

    match: str = ""
    label: str = "instance"

    @property
    def up(self) -> str:
        """Per instance whether its last scrape worked.

        By the jobs that scrape KumoMTA where any does: what another exporter of the same host answers says nothing
        of kumod. A job of which every scrape fails is known by what it stored before.
        """
        stored = " or ".join(
            f"last_over_time({self._select(family)}[{KNOWN_WINDOW}])"
            for family in ("scheduled_count_total", "message_count")
        )
        up, each = self._select("up"), f"max by ({self.label})"
        return f"{each} ({up} and on (job) ({stored})) or {each} ({up})"

    @property
    def scraped_at(self) -> str:
        """Per instance the time of its newest sample of KumoMTA; families appear with their first use."""
        families = ("scheduled_count_total", "message_count", "tokio_elapsed")
        stamps = " or ".join(f"timestamp({self._select(family)})" for family in families)
        return f"max by ({self.label}) ({stamps})"

    @property
    def copies(self) -> str:
        """Per instance how often its own counter is stored, where that is more than once: by two jobs, say."""
        return f"count by ({self.label}) ({self._select('scheduled_count_total')}) > 1"

    @property
    def messages_by_instance(self) -> str:
        """Messages in scheduled queues, per instance."""
        return f"sum by ({self.label}) ({self._queued})"

    @property
    def queues_by_instance(self) -> str:
        """Scheduled queues with messages, per instance."""
        return f"count by ({self.label}) ({self._queued} > 0)"

    @property
    def queues(self) -> str:
        """Scheduled queues with messages: the same name on several nodes is one queue."""
        return f"count(sum by ({QUEUE_LABEL}) ({self._queued}) > 0)"

    @property
    def counter(self) -> str:
        """The nodes' own count of messages in scheduled queues."""
        return f"sum({self._select('scheduled_count_total')})"

    @property
    def counted_instances(self) -> str:
        """How many instances are in `counter`."""
        return f"count({self._select('scheduled_count_total')})"

    def top(self, count: int) -> str:
        """The largest queues over all nodes."""
        return f"topk({count:d}, sum by ({QUEUE_LABEL}) ({self._queued}) > 0)"

    def before(self, names: Iterable[str]) -> str:
        """The messages of these queues, by raw name, CHANGE_S ago; names beyond a length are left out."""
        pattern, size = [], 0
        for name in names:
            pattern.append(re.escape(name))
            size += len(quote(json.dumps(pattern[-1])))
            if size > _LONGEST_PATTERN:
                pattern.pop()
                break
        # JSON's escapes are among those of a string in PromQL.
        only = f"{QUEUE_LABEL}=~{json.dumps('|'.join(pattern), ensure_ascii=False)}"
        return f"sum by ({QUEUE_LABEL}) ({self._select('scheduled_count', only)} offset {CHANGE_S}s < {_WRAPPED})"

    @property
    def delivered(self) -> str:
        """Messages delivered a minute by SMTP, per instance: log hooks deliver too."""
        return self._rate("total_messages_delivered", _BY_SMTP)

    @property
    def failed_for_now(self) -> str:
        """Transient failures a minute, per instance."""
        return self._rate("total_messages_transfail", _BY_SMTP)

    @property
    def received(self) -> str:
        """Messages received a minute, per instance; each listener is in the sum of its kind."""
        return self._rate("total_messages_received", 'service=~"esmtp_listener|http_listener"')

    @property
    def growth(self) -> str:
        """The change of the messages in scheduled queues a minute, per instance."""
        selector = self._select("scheduled_count_total")
        return f"sum by ({self.label}) (deriv({selector}[{GROWTH_WINDOW}])) * 60"

    @property
    def _queued(self) -> str:
        return f"({self._select('scheduled_count')} < {_WRAPPED})"

    def _rate(self, family: str, only: str) -> str:
        return f"sum by ({self.label}) (rate({self._select(family, only)}[{RATE_WINDOW}])) * 60"

    def _select(self, family: str, only: str = "") -> str:
        return f"{family}{{{','.join(part for part in (self.match, only) if part)}}}"
