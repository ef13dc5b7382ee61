"""A stop confirmed node by node from the command line: which nodes, what is said, and how it ends."""

import pytest

from kumo_tui.cli.exits import Exit
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk
from tests.unit.cli.test_fleet_acts import BOUNCE, NEW, PROMO, SUSPEND, acted_on, desk_of

TWO, THIRD = ("--node", "mta1", "--node", "mta2"), ("--node", "mta3")
BOUNCED = ("--yes", "--at-most", "100", "--duration", "5s", "--json")


@pytest.fixture
def stopped(make_desk: MakeDesk) -> Desk:
    """A fleet of three on which promo is stopped."""
    desk = desk_of(make_desk, NEW, NEW, NEW)
    desk.run("stop", "--campaign", "promo", "--profile", "lab", "--reason", "look first")
    assert desk.code == Exit.DONE
    return desk


def test_on_some_nodes_it_is_bounced_and_ends_partly_done_with_the_way_on_named(stopped: Desk) -> None:
    lines = stopped.lines(*PROMO, *TWO, *BOUNCED)
    assert stopped.code == Exit.PARTLY
    last, tag = lines[-1], lines[0]["operation"]
    assert [(node["node"], node["state"]) for node in lines[0]["nodes"]] == [
        ("mta1", "accepted"),
        ("mta2", "accepted"),
    ]
    verdicts = {name: (node["verdict"], node["held"]) for name, node in last["nodes"].items()}
    assert verdicts == {"mta1": ("done", False), "mta2": ("done", False), "mta3": ("stopped", True)}
    assert last["partial"] is True
    assert "partly done: only stopped on mta3, nothing is bounced there" in stopped.err
    assert (
        f"`kumo-tui bounce --campaign promo --node mta3` bounces it, `kumo-tui release {tag}` ends it"
        in stopped.err
    )
    assert acted_on(stopped, SUSPEND) == ["mta1", "mta2", "mta3"]
    assert set(acted_on(stopped, BOUNCE)) == {"mta1", "mta2"}


def test_a_node_that_is_left_out_is_told_of_once_and_not_as_one_that_took_it(stopped: Desk) -> None:
    stopped.fleet.nodes["mta3"].kill()
    lines = stopped.lines(*PROMO, "--partial", *BOUNCED)
    assert [(node["node"], node["state"]) for node in lines[0]["nodes"]] == [
        ("mta1", "accepted"),
        ("mta2", "accepted"),
        ("mta3", "rejected"),
    ]
    assert stopped.code == Exit.PARTLY


def test_what_is_left_is_bounced_in_the_same_operation_and_that_is_done(stopped: Desk) -> None:
    first = stopped.lines(*PROMO, *TWO, *BOUNCED)[0]["operation"]
    lines = stopped.lines(*PROMO, *THIRD, *BOUNCED)
    assert (stopped.code, lines[0]["operation"], lines[-1]["verdict"]) == (Exit.DONE, first, "done")
    assert acted_on(stopped, SUSPEND) == ["mta1", "mta2", "mta3"]
    (found,) = stopped.json("history", "--profile", "lab", "--json")["operations"]
    assert (found["verdict"], found["partial"]) == ("done", False)
    assert [node["held"] for node in found["nodes"].values()] == [False, False, False]


def test_what_was_bounced_first_is_not_bounced_again_with_it(stopped: Desk) -> None:
    stopped.lines(*PROMO, *TWO, *BOUNCED)
    stopped.run(*PROMO, "--yes", "--at-most", "200", "--duration", "5s")
    assert stopped.code == Exit.REFUSED
    assert "It is not stopped on mta1, mta2." in stopped.err


def test_who_follows_is_told_where_nothing_is_swept_and_is_not_kept_waiting(stopped: Desk) -> None:
    tag = stopped.lines(*PROMO, *TWO, *BOUNCED)[0]["operation"]
    stopped.run("watch", tag, "--profile", "lab")
    assert stopped.code == Exit.PARTLY
    assert f"op {tag} is not confirmed on mta3, nothing is swept" in stopped.err
    report = stopped.json("history", "--profile", "lab", "--json")["operations"][0]
    assert (report["verdict"], report["partial"]) == ("stopped", True)


def test_a_stop_that_a_restart_forgot_is_no_end_as_asked_though_it_was_confirmed_elsewhere_only(
    stopped: Desk,
) -> None:
    stopped.fleet.nodes["mta3"].restart()
    lines = stopped.lines(*PROMO, *TWO, *BOUNCED)
    assert (lines[-1]["nodes"]["mta3"]["verdict"], stopped.code) == ("lost", Exit.ENDED_OTHERWISE)
    assert "the stop was lost: what stood or came back since may have gone out" in stopped.err


def test_a_release_lets_go_what_is_left_and_the_whole_is_partial(stopped: Desk) -> None:
    tag = stopped.lines(*PROMO, *TWO, *BOUNCED)[0]["operation"]
    stopped.run("release", tag, "--profile", "lab")
    assert stopped.code == Exit.DONE
    (found,) = stopped.json("history", "--profile", "lab", "--json")["operations"]
    assert (found["verdict"], found["partial"]) == ("partial", True)
