"""history, report and doctor as installed: the journal outlives the nodes, and the doctor only reads."""

import json

from tests.e2e.cli_fleet import kumo_tui, serving

PROMO = ("bounce", "--campaign", "promo", "--reason", "bad |link|", "--yes", "--at-most", "100000", "--plain")


def test_history_and_report_tell_of_a_bounce_when_its_node_is_gone() -> None:
    with serving("quiet") as fleet:
        code, lines = fleet.json(*PROMO, "--duration", "5s", "--follow")
        assert code == 0
        tag = lines[0]["operation"]
    done = kumo_tui("history", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (found,) = json.loads(done.stdout)["operations"]
    assert (found["operation"], found["verdict"], found["bounced"]) == (tag, "done", 240)
    assert (found["baseline"], found["mode"], sum(found["queues"].values())) == (240, "plain", 240)
    report = kumo_tui("report", tag[:4])
    assert (report.returncode, report.stderr) == (0, "")
    assert "| why | bad \\|link\\| |" in report.stdout
    assert "curl -sS -X POST http://127.0.0.1:" in report.stdout
    rows = kumo_tui("report", tag, "--csv").stdout.splitlines()
    assert [row.split(",")[0].strip('"') for row in rows] == [
        "queue",
        "promo:acme@gmail.com",
        "promo:acme@yahoo.com",
    ]


def test_the_doctor_reads_every_node_and_changes_nothing() -> None:
    with serving("fleet") as fleet:
        code, (answer,) = fleet.json("doctor")
        assert (code, answer["exit"]) == (0, 0)
        looked_at = {check["node"] for check in answer["checks"] if check["node"]}
        assert looked_at == {url.removeprefix("http://") for url in fleet.urls.values()}
        assert fleet.acts() == []
        assert fleet.run("doctor").stdout.startswith("✓ program")
    down = kumo_tui("doctor", *fleet.endpoints)
    assert (down.returncode, down.stderr) == (3, "")
    assert "refuses connections" in down.stdout
