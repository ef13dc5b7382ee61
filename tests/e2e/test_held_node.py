"""One node of three goes away after the stop: the others are bounced, and it is bounced there once it is back."""

from pathlib import Path

from tests.e2e.scene import Desk, scene
from tests.e2e.test_fleet_trouble import NEW, plan

THREE = plan(*((name, NEW, "log = true") for name in ("mta1", "mta2", "mta3")))
NODES = ("mta1", "mta2", "mta3")


def stop_promo(desk: Desk) -> None:
    desk.wait_for("showing 1-2 of 2 queues")
    desk.show("promo", "showing 1-1 of 1 queue")
    desk.press("s")
    desk.wait_for("It destroys nothing")
    desk.pump(0.6)
    desk.press("tab", "enter")
    desk.wait_for("STOPPED: nothing is bounced yet")


def test_what_answers_is_bounced_and_what_was_away_after_a_confirmation_of_its_own(tmp_path: Path) -> None:
    with scene(THREE, tmp_path) as stage:
        stage.configure('[act]\nquiet_after = "5s"\n')
        with stage.dashboard() as desk:
            stop_promo(desk)
            stage.fleet.fault("mta3", kind="cut")
            desk.wait_said("not known whether its stop holds")
            desk.press("b")
            desk.wait_said("goes on with the stop of op")
            desk.type("bad link")
            desk.wait_for("[bad link ")
            desk.press("tab", "tab", "ctrl+u")
            desk.type("10s")
            desk.wait_for("[10s ")
            desk.wait_said("mta3 takes no part")
            desk.press("f6")
            desk.wait_said("mta3 stays only stopped")
            token = desk.review()
            desk.wait_said("2 of 3 nodes: without mta3")
            desk.confirm(token)
            desk.wait_said("Only stopped on mta3")
            desk.wait_for("PARTIAL")
            desk.wait(lambda text: text.count("DONE") >= 2, "the end on two nodes")
            assert [stage.bounced(name) for name in ("mta1", "mta2")] == [500, 500]
            assert [len(stage.releases(name)) for name in ("mta1", "mta2")] == [1, 1]
            stage.fleet.mend()
            desk.wait_said("t bounces it there too")
            assert (stage.bounced("mta3"), len(stage.releases("mta3"))) == (0, 0)
            desk.press("t")
            desk.wait_said("goes on with the stop of op")
            token = desk.review()
            desk.wait_said("only mta3")
            desk.confirm(token)
            desk.wait_said("DONE: the stop is over")
            desk.back("Directives")
            desk.quit()
        assert [stage.bounced(name) for name in NODES] == [500, 500, 500]
        assert [len(stage.stops(name)) for name in NODES] == [1, 1, 1]
        assert [len(stage.releases(name)) for name in NODES] == [1, 1, 1]
