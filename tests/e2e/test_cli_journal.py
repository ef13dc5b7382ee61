"""What a killed process left is found again, on real ports and by real processes."""

from tests.e2e.cli_fleet import serving

PROMO = (
    "bounce",
    "--campaign",
    "promo",
    "--reason",
    "bad link",
    "--plain",
    "--yes",
    "--at-most",
    "100000",
    "--duration",
    "15s",
)


def test_a_bounce_whose_process_was_killed_before_the_answer_is_adopted_and_never_sent_again() -> None:
    with serving("quiet") as fleet:
        fleet.fault(kind="delay_reply", path="/api/admin/bounce/v1", method="POST", seconds=60.0)
        with fleet.running(*PROMO) as process:
            fleet.wait(lambda: bool(fleet.acts()), "the bounce")
            process.kill()
        fleet.mend()
        listed = fleet.json("directives")[1][0]["directives"][0]
        code, lines = fleet.json("watch", listed["operation"])
        assert (code, lines[-1]["verdict"]) == (0, "done")
        assert lines[-1]["baseline"] == lines[-1]["bounced"] > 0
        assert lines[0]["nodes"] != {}
        assert [request["method"] for request in fleet.acts()] == ["POST"]
