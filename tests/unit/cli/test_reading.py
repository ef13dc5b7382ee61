import json

from kumo_tui.sim import Fault
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

HOSTILE = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"

[[node.standing]]
queues = ["evil\\u001b]52;c;x\\u0007[/b]:t@d.example", ":@d.example", "r@d.example!", "d.example"]
messages = 5
due_in = [86400, 86400]
"""

DOWN = "http://gone:8000"


def test_status_json_has_exactly_the_names_of_the_contract(desk: Desk) -> None:
    status = desk.json("status")
    assert desk.code == 0
    names = ["profile", "taken_at", "nodes_read", "nodes_total", "nodes", "messages", "queues", "directives"]
    assert list(status) == [*names, "operations", "stops", "open_operations"]
    assert status["nodes"] == [
        {
            "name": "mta1:8000",
            "url": "http://mta1:8000",
            "state": "ok",
            "version": "2026.06.23-f3af1cd0",
            "messages": 360,
            "queues": 6,
            "age_s": 0.0,
            "error": None,
        }
    ]
    assert (status["profile"], status["messages"], status["queues"]) == (None, 360, 6)
    assert status["taken_at"] == "2026-11-21T12:00:00.000Z"


def test_status_names_the_profile_and_its_nodes(desk: Desk) -> None:
    desk.configure('[profile.prod]\nproduction = true\nnodes = [{ name = "one", url = "http://mta1:8000" }]\n')
    status = desk.json("status", "--profile", "prod")
    assert (status["profile"], status["nodes"][0]["name"]) == ("prod", "one")
    desk.run("--profile", "prod", "status")
    assert desk.out.startswith("prod (production): 360 messages")


def test_a_node_that_is_down_is_in_the_status_and_the_exit_code_says_partly(desk: Desk) -> None:
    status = desk.json("--endpoint", "http://mta1:8000", "--endpoint", DOWN, "status")
    assert desk.code == 7
    assert [node["state"] for node in status["nodes"]] == ["ok", "down"]
    assert status["nodes"][1]["messages"] is None
    assert (status["nodes_read"], status["nodes_total"]) == (1, 2)
    assert "refuses connections" in status["nodes"][1]["error"]
    assert desk.err.count("\n") == 1


def test_no_node_read_is_3_with_one_line_of_words(desk: Desk) -> None:
    for command in ("status", "queues", "directives"):
        assert desk.run(command, "--endpoint", DOWN) == 3
        assert (desk.out, desk.err.count("\n")) == ("", 1)
        assert "gone:8000" in desk.err


def test_broken_answers_are_one_clear_line_each(desk: Desk) -> None:
    for kind in ("html", "empty", "list", "truncate", "cut", "half_reply", "error"):
        desk.node.faults.add(Fault(kind, "/metrics"))
        assert desk.run("queues") == 3, kind
        assert (desk.out, desk.err.count("\n")) == ("", 1), kind
        assert "Traceback" not in desk.err
        desk.node.faults.clear()


def test_directives_that_cannot_be_read_are_not_an_empty_list_of_success(desk: Desk) -> None:
    desk.node.faults.add(Fault("html", "/api/admin/bounce/v1"))
    answer = desk.json("directives")
    assert (answer["nodes_read"], answer["nodes_total"], answer["directives"]) == (0, 1, [])
    assert desk.code == 3
    assert "not kumod" in desk.err


def test_queues_json_is_largest_first_with_the_parts_of_each_name(desk: Desk) -> None:
    answer = desk.json("queues")
    assert [queue["messages"] for queue in answer["queues"]] == [120, 120, 30, 30, 30, 30]
    assert answer["queues"][0] == {
        "name": "promo:acme@gmail.com",
        "messages": 120,
        "by_node": {"mta1:8000": 120},
        "campaign": "promo",
        "tenant": "acme",
        "domain": "gmail.com",
        "routing_domain": None,
    }
    assert (answer["nodes_read"], answer["nodes_total"], answer["messages"]) == (1, 1, 360)


def test_limit_cuts_the_list_and_never_the_totals(desk: Desk) -> None:
    answer = desk.json("queues", "--limit", "2")
    assert (len(answer["queues"]), answer["messages"]) == (2, 360)
    desk.run("queues", "--limit", "2")
    assert desk.out.splitlines()[0].startswith("360 messages in 6 queues")
    assert desk.out.splitlines()[-1] == "showing 2 of 6"


def test_queues_can_be_sorted_by_name(desk: Desk) -> None:
    names = [queue["name"] for queue in desk.json("queues", "--sort", "name")["queues"]]
    assert names == sorted(names)
    assert names[0] == "acme@web.de"


def test_names_are_raw_in_json_and_harmless_in_text(make_desk: MakeDesk) -> None:
    desk = make_desk(HOSTILE)
    queues = {queue["name"]: queue for queue in desk.json("queues")["queues"]}
    assert "\x1b" not in desk.out
    assert queues["evil\x1b]52;c;x\x07[/b]:t@d.example"]["tenant"] == "t"
    assert queues[":@d.example"]["campaign"] == ""
    assert queues[":@d.example"]["tenant"] == ""
    assert (queues["r@d.example!"]["campaign"], queues["r@d.example!"]["routing_domain"]) == (None, "")
    assert (queues["d.example"]["tenant"], queues["d.example"]["routing_domain"]) == (None, None)
    desk.run("queues")
    assert "\x1b" not in desk.out
    assert "\x07" not in desk.out
    assert "evil\\x1b]52;c;x\\x07[/b]:t@d.example [escaped]" in desk.out


def test_queues_of_several_nodes_are_summed_and_told_apart(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    answer = desk.json("queues", "--limit", "1")
    assert answer["nodes_read"] == 3
    first = answer["queues"][0]
    assert first["messages"] == sum(first["by_node"].values())
    assert list(first["by_node"]) == ["mta1:8000", "mta2:8000", "mta3:8000"]


def test_the_queues_of_one_node_alone_are_its_own(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    whole = desk.json("queues")
    alone = desk.json("queues", "--node", "mta2:8000")
    assert (alone["nodes_read"], alone["nodes_total"], desk.code) == (1, 1, 0)
    names = {queue["name"] for queue in alone["queues"]}
    assert "welcome:orbit@hold.example" in names
    by_node = {queue["name"]: queue["by_node"]["mta2:8000"] for queue in whole["queues"]}
    standing = {queue["name"]: queue["messages"] for queue in alone["queues"]}
    held = [name for name in by_node if name.endswith(("aol.com", "gmx.de", "icloud.com"))]
    assert {name: standing[name] for name in held} == {name: by_node[name] for name in held}
    assert alone["messages"] == sum(standing.values()) < whole["messages"]


def test_the_directives_of_one_node_alone(make_desk: MakeDesk) -> None:
    desk = make_desk("demo")
    assert {each["node"] for each in desk.json("directives", "--node", "mta1:8000")["directives"]} == {"mta1:8000"}


def test_a_node_that_is_not_there_is_named_with_those_that_are(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    desk.run("queues", "--node", "mta9")
    assert desk.code == 2
    assert "no node 'mta9'" in desk.err and "mta1:8000, mta2:8000, mta3:8000" in desk.err


def test_directives_json_says_what_the_node_lists_and_whose_it_is(desk: Desk) -> None:
    operation = desk.json(
        "bounce", "--campaign", "promo", "--reason", "bad", "--plain", "--yes", "--expect", "240"
    )["operation"]
    (directive,) = desk.json("directives")["directives"]
    assert list(directive) == [
        *("node", "id", "scope", "campaign", "tenant", "domain", "routing_domain", "reason", "remaining_s"),
        *("total_bounced", "bounced", "operation"),
    ]
    assert (directive["scope"], directive["campaign"], directive["tenant"]) == ("campaign=promo", "promo", None)
    assert (directive["operation"], directive["reason"]) == (operation, f"bad [kt:{operation}]")
    assert 299 < directive["remaining_s"] <= 300
    desk.run("directives")
    assert "campaign=promo  bad" in desk.out


def test_json_is_one_line_of_ascii(make_desk: MakeDesk) -> None:
    desk = make_desk(HOSTILE)
    desk.run("--json", "queues")
    assert desk.out.isascii()
    assert json.loads(desk.out)["messages"] == 20


def test_what_nobody_could_read_is_null_and_not_nothing(desk: Desk) -> None:
    desk.node.kill()
    status = desk.json("status")
    assert desk.code == 3
    assert [status[key] for key in ("messages", "queues", "directives", "operations")] == [None] * 4


def test_queues_that_nobody_could_read_are_not_none(desk: Desk) -> None:
    desk.node.kill()
    answer = desk.json("queues")
    assert (desk.code, answer["nodes_read"], answer["messages"]) == (3, 0, None)


def test_directives_of_two_of_three_nodes_say_so_where_they_are_printed(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    desk.fleet.nodes["mta3"].kill()
    answer = desk.json("directives")
    assert (desk.code, answer["nodes_read"], answer["nodes_total"]) == (7, 2, 3)
    desk.run("directives")
    assert desk.out.startswith("2 of 3 nodes read\n")


def test_where_every_node_is_off_nothing_is_read_and_it_is_said_why(desk: Desk) -> None:
    desk.configure('[profile.lab]\nnodes = [{ url = "http://mta1:8000", name = "mta1", enabled = false }]\n')
    for command in ("status", "queues", "directives"):
        assert desk.run(command, "--profile", "lab") == 3
        assert desk.err == "nothing was read: mta1 is off (enabled = false).\n"
