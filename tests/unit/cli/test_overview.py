"""`overview`: the whole fleet once, as Prometheus sees it, with exit codes for scripts."""

import pytest

from tests.prometheus_api import fleet, saying
from tests.unit.cli.desk import NODE, Desk

PROFILE = f"""
[profile.prod.prometheus]
url = "https://mimir.example/prometheus"
match = 'job="kumomta"'
[[profile.prod.nodes]]
name = "mta1"
url = "{NODE}"
"""
ALL_UP = {"mta1:8000": 9.0, "mta2:8000": 4.0}


@pytest.fixture
def configured(desk: Desk) -> Desk:
    desk.configure(PROFILE)
    fleet(desk.prometheus, ages=ALL_UP)
    return desk


def run(desk: Desk, *words: str) -> int:
    return desk.run("overview", "--profile", "prod", *words)


def test_it_prints_totals_rates_and_the_largest_queues(configured: Desk) -> None:
    assert run(configured) == 0
    assert configured.out.splitlines() == [
        "1,000 messages in 4 queues on 2 of 2 instances, from https://mimir.example/prometheus, scraped 9s ago",
        "per minute: received 90, delivered 20, failed for now 5, growth 90",
        "MESSAGES  PER MIN  QUEUE",
        "     900     +100  promo:acme@yahoo.com",
        "     100        -  news:zenith@aol.com",
    ]
    assert "1 instance there is no node of ours" in configured.err
    assert "a bounce is previewed from the nodes themselves" in configured.err


def test_json_has_raw_names_ages_and_the_graph(configured: Desk) -> None:
    name = 'evil\x1b"x@hold.example'
    configured.prometheus.vectors["topk("] = [({"queue": name}, 7)]
    told = configured.json("overview", "--profile", "prod", "--hours", "6")
    assert told["top"] == [{"name": name, "messages": 7, "per_min": None}]
    assert (told["messages"], told["queues"], told["counter"], told["scraped_age_s"]) == (1000, 4, 1003, 9.0)
    assert told["per_min"] == {"received": 90.0, "delivered": 20.0, "failed_for_now": 5.0, "growth": 90.0}
    assert [each["node"] for each in told["instances"]] == ["mta1", None]
    assert (told["graph"]["hours"], len(told["graph"]["points"])) == (6, 120)


def test_each_query_has_the_matchers_and_only_nodes_in_doubt_are_asked(configured: Desk) -> None:
    run(configured)
    assert all('{job="kumomta"' in query for query in configured.prometheus.queries)
    assert configured.node.requests == []


def test_a_node_that_only_prometheus_cannot_read_is_told(configured: Desk) -> None:
    fleet(configured.prometheus, ages={"mta1:8000": None, "mta2:8000": 4.0})
    assert run(configured) == 7
    assert "Prometheus cannot scrape mta1 though it answers us" in configured.err


def test_a_part_that_fails_is_told_and_the_rest_printed(configured: Desk) -> None:
    configured.prometheus.failing = {"rate(": lambda _request: saying(422, {"error": "too many samples"})}
    assert run(configured) == 7
    assert "1,000 messages" in configured.out
    assert "too many samples (rates are not new)" in configured.err


def test_a_server_that_does_not_answer_is_told_with_its_url(configured: Desk) -> None:
    configured.prometheus.failure = lambda _request: saying(503, b"")
    assert run(configured) == 3
    assert configured.out == ""
    assert "Prometheus https://mimir.example/prometheus: not ready" in configured.err


def test_its_secret_is_fetched_for_the_overview_only(configured: Desk) -> None:
    login = 'credentials = { user = "ops", password_file = "/nowhere" }'
    configured.configure(PROFILE.replace("[[profile", f"{login}\n[[profile"))
    assert configured.run("status", "--profile", "prod") == 0
    assert run(configured) == 2
    assert "prometheus: " in configured.err
    assert "/nowhere" in configured.err


def test_without_prometheus_it_says_how_to_configure_one(desk: Desk) -> None:
    assert desk.run("overview") == 2
    assert "[profile.NAME.prometheus]" in desk.err
