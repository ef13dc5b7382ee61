"""What a dry run tells of the mail: how far it reaches, the server's own queues, whatever else takes it too."""

import pytest

from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

REASON = ("--reason", "bad link", "--dry-run")
OWN = [
    "webhook.log_hook",
    "http://127.0.0.1:8008.tsa.kumomta",
    "http://h:8000/.xfer.kumomta.internal",
    "generator.kumomta.internal",
    "deferred_smtp_inject.kumomta.internal",
    *(f"hook{number}.log_hook" for number in range(20)),
]
BUSY = f"""
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"

[[node.standing]]
queues = ["promo:acme@yahoo.com", "promo:acme@gmail.com", "news:acme@gmail.com", "c:t@d.com!r.com"]
messages = 40
due_in = [86400, 86400]

[[node.standing]]
queues = {OWN}
messages = 3
due_in = [86400, 86400]

[[node.bounce]]
campaign = "promo"
reason = "over quota (rule_hash=17)"
seconds = 900

[[node.bounce]]
tenant = "acme"
reason = "wide"
seconds = 900

[[node.suspend]]
domain = "gmail.com"
reason = "look at gmail"
seconds = 900
"""


@pytest.fixture
def busy(make_desk: MakeDesk) -> Desk:
    return make_desk(BUSY)


def printed(desk: Desk, *words: str) -> str:
    """What a dry run prints for people."""
    desk.run("bounce", *words, *REASON)
    return str(desk.out)


def test_how_far_it_reaches_and_what_comes_on_top_is_told_with_the_digest(busy: Desk) -> None:
    busy.run("bounce", "--tenant", "acme", "--duration", "20m", *REASON)
    assert "would bounce 120 messages in 3 queues, 51% of mta1:8000: 1 tenant, 2 campaigns, 2 domains" in busy.out
    assert "and new mail that matches during 20m (one look does not tell how much comes)" in busy.out
    preview = busy.json("bounce", "--tenant", "acme", *REASON)["preview"]
    assert f"digest {preview['digest']}, data 0s old" in printed(busy, "--tenant", "acme")
    assert [preview[key] for key in ("node_messages", "tenants", "campaigns", "domains")] == [235, 1, 2, 2]


def test_every_one_of_the_servers_own_queues_is_named_with_its_mail(busy: Desk) -> None:
    preview = busy.json("bounce", "--everything", *REASON)["preview"]
    assert sorted((row["name"], row["messages"]) for row in preview["internal"]) == [
        (name, 3) for name in sorted(OWN)
    ]
    out = printed(busy, "--everything")
    _head, _title, own = out.partition("the server's own queues among them:")
    assert all(f"       3  {name}" in own for name in OWN)


def test_whatever_else_takes_this_mail_is_among_the_warnings(busy: Desk) -> None:
    plain = busy.json("bounce", "--campaign", "promo", "--plain", *REASON)["warnings"]
    assert any("the automation's directive" in text and "REPLACED" in text for text in plain)
    assert any("(tenant=acme) takes part of this mail too (80 of 80 messages there now)" in text for text in plain)
    assert any("stop (domain=gmail.com: look at gmail) holds part of this mail" in text for text in plain)
    narrow = busy.json("bounce", "--campaign", "promo", "--tenant", "acme", *REASON)["warnings"]
    assert any("(tenant=acme) takes all of this mail already, new mail too" in text for text in narrow)
    assert busy.posts == []


def test_all_four_parts_are_answered_with_the_exact_queue_to_type(busy: Desk) -> None:
    four = ("--campaign", "c", "--tenant", "t", "--domain", "d.com", "--routing-domain", "r.com")
    out = printed(busy, *four, "--plain")
    assert "new mail is NOT caught (server defect)" in out
    assert "--queue 'c:t@d.com!r.com'" in out
    exact = busy.json("bounce", "--queue", "c:t@d.com!r.com", "--plain", *REASON)
    assert exact["requests"][0]["body"]["queue_names"] == ["c:t@d.com!r.com"]
    assert not any("NOT caught" in text for text in exact["warnings"])
