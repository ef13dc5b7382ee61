"""Acceptance scenario 21: marked queues that the filter hides are bounced too, and counted first."""

from pathlib import Path

from tests.e2e.afterwards import acts
from tests.e2e.scene import BOUNCES, scene

MARKED = [f"news:zenith@{letter}.q.example" for letter in "abcde"] + [f"promo:acme@{n}.q.example" for n in "123"]
NODE = f"""
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"

[[node.standing]]
queues = {MARKED}
messages = 10
due_in = [86400, 86400]

[[node.standing]]
queues = ["promo:acme@unmarked.q.example"]
messages = 1
due_in = [86400, 86400]
"""


def test_of_8_marked_queues_5_are_hidden_by_the_filter_and_the_preview_lists_and_counts_all_8(
    tmp_path: Path,
) -> None:
    with scene(NODE, tmp_path) as stage:
        stage.configure()
        with stage.dashboard(rows=40) as desk:
            desk.wait_for("showing 1-9 of 9 queues")
            desk.press(*["space"] * len(MARKED))
            desk.wait_for("8 marked")
            desk.show("promo", "showing 1-4 of 4 queues")
            desk.wait_for("8 marked (5 hidden)")
            desk.draft("typo", plain=True)
            desk.wait_for("8 queues, 5 hidden by filter · 80 messages")
            desk.wait_match(r"would hit now .*8 queues, 5 hidden by filter")
            desk.wait_match(r"\(●\) 8 marked, 5 hidden by filter +\( \) EVERYTHING")
            desk.wait(lambda text: all(name in text for name in MARKED), "all that are marked")
            assert "unmarked" not in desk.text
            desk.confirm(desk.review())
            desk.wait_for("SWEPT")
            desk.back("Directives")
            desk.quit()
        assert acts(stage) == [("POST", BOUNCES)]
        assert sorted(stage.bounces()[0]["queue_names"]) == sorted(MARKED)
