"""A node that hangs from the start keeps nobody from hearing of the others."""

import json

from tests.e2e.cli_fleet import serving


def test_a_node_that_hangs_is_left_out_after_the_timeout_and_named() -> None:
    with serving("fleet") as fleet:
        fleet.fault("mta2", kind="hang")
        done = fleet.run("status", "--json", "--timeout", "5s")
        told = json.loads(done.stdout)
        assert (done.returncode, told["nodes_read"], told["nodes_total"]) == (7, 2, 3)
        states = [node["state"] for node in told["nodes"]]
        assert states == ["ok", "down", "ok"]
        assert "silent for 5 s" in done.stderr and done.stderr.count("\n") == 1
        fleet.mend()
        assert fleet.run("status", "--timeout", "5s").returncode == 0
