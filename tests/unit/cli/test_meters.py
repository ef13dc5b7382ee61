"""What `bounce --follow` and `watch` say about mail that was missed or taken along."""

import pytest

from kumo_tui.sim import Kind
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

YES = ("--reason", "x", "--plain", "--yes", "--at-most", "10000")
MEANT_BEHIND = ("bounce", "--campaign", "promo", *YES)
S1 = ("bounce", "--tenant", "s1", *YES)


@pytest.fixture
def behind(make_desk: MakeDesk) -> Desk:
    """The mail that is meant stands behind other mail in one ready queue."""
    desk = make_desk("behind-other-mail")
    desk.clock.jump(1)
    return desk


@pytest.fixture
def shared(make_desk: MakeDesk) -> Desk:
    """Two tenants take turns in one ready queue."""
    desk = make_desk("two-tenants")
    desk.clock.jump(1)
    return desk


def test_no_more_leaked_than_the_ready_queue_delivered(behind: Desk) -> None:
    _answer, *lines = behind.lines(*MEANT_BEHIND, "--follow", "--duration", "2m")
    leaked = behind.node.log.count(Kind.DELIVERY, tenant="acme")
    assert leaked > 0
    assert lines[-1]["leak_at_most"] >= leaked
    counted = [line["leak_at_most"] for line in lines]
    assert counted == sorted(counted)


def test_what_connections_held_when_it_began_stays_the_same(shared: Desk) -> None:
    _answer, *lines = shared.lines(*S1, "--follow", "--duration", "10s")
    assert {line["in_flight"] for line in lines} == {1}


def test_collateral_that_grows_is_told_from_collateral_that_stands(shared: Desk) -> None:
    _answer, *lines = shared.lines(*S1, "--follow", "--duration", "40s")
    grows = [(line["collateral"], line["collateral_grows"]) for line in lines]
    assert any(grew for _count, grew in grows)
    assert grows[-1][0] > 0
    assert not grows[-1][1]


def test_what_was_delivered_before_anybody_looked_is_not_known(behind: Desk) -> None:
    operation = behind.json(*MEANT_BEHIND, "--duration", "2m")["operation"]
    behind.clock.jump(20)
    *_, last = behind.lines("watch", operation)
    assert (last["leak_at_most"], last["in_flight"]) == (None, None)
    assert "went out since they were first read here, after the act" in behind.err


def test_the_last_word_says_what_went_out(behind: Desk) -> None:
    assert behind.run(*MEANT_BEHIND, "--follow", "--duration", "2m") == 0
    assert "messages from these ready queues went out meanwhile" in behind.err


def test_mail_that_still_waits_at_the_end_is_exit_8(behind: Desk) -> None:
    assert behind.run(*MEANT_BEHIND, "--follow", "--duration", "5s") == 8
    assert "that waited in ready queues may wait there still" in behind.err
