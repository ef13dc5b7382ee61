"""Acceptance scenario 18: names that would act on a terminal or a screen are clicked, marked and bounced."""

from pathlib import Path

import httpx

from tests.e2e.afterwards import acts
from tests.e2e.cli_fleet import serving
from tests.e2e.scene import BOUNCES, Desk, Scene
from tests.e2e.test_hostile_names import FORBIDDEN, OF_THE_NAME

# What is shown of a name, and the name: a click that would quit, an escape sequence, a quote, a forged sample.
NAMES = {
    "[@click=app.quit]x[/]@hold": "[@click=app.quit]x[/]@hold.z.example",
    "evil\\x1b]52;c;aGVsbG8=\\x07t@hold": "evil\x1b]52;c;aGVsbG8=\x07t@hold.z.example",
    'quo"te@hold': 'quo"te@hold.z.example',
    '"} 5 scheduled_count{queue="forged@hold': '"} 5 scheduled_count{queue="forged@hold.z.example',
}


def test_hostile_names_are_flagged_do_nothing_when_clicked_and_are_bounced_by_their_exact_raw_form(
    tmp_path: Path,
) -> None:
    with serving("hostile") as fleet:
        stage = Scene(fleet, tmp_path)
        stage.configure()
        with stage.dashboard(columns=120, rows=40, MOUSE="true") as desk:
            for shown in NAMES:
                desk.wait_for(shown)
                _click(desk, shown)
                desk.press("space")
            desk.wait_for("4 marked")
            assert " ⚠evil" in desk.line_with("evil").replace("●", " ")
            assert "⚠" not in desk.line_with("promo:acme@gmail.com")
            desk.draft("hostile names", plain=True)
            desk.wait_for("4 queues · 4 messages")
            desk.confirm(desk.review())
            desk.wait_for("SWEPT")
            desk.back("Directives")
            desk.quit()
            raw = bytes(desk.raw)
        assert [piece for piece in (*FORBIDDEN, OF_THE_NAME) if piece in raw] == []
        assert acts(stage) == [("POST", BOUNCES)]
        assert sorted(stage.bounces()[0]["queue_names"]) == sorted(NAMES.values())
        assert _bounced(stage) == set(NAMES.values())


def _bounced(stage: Scene) -> set[str]:
    """The queues of which the node has bounced mail, by its own count."""
    tally = httpx.get(f"{stage.fleet.urls['mta1']}/_sim/tally", trust_env=False).json()
    return {name for name, counts in tally.items() if counts["bounced"]}


def _click(desk: Desk, shown: str) -> None:
    """Press and release the button in the middle of a name, as terminals report it; the cursor goes there."""
    row = desk.lines.index(desk.line_with(shown))
    column = desk.lines[row].index(shown) + 3
    for end in "Mm":
        desk.type(f"\x1b[<0;{column + 1};{row + 1}{end}")
    desk.wait(
        lambda _text: any(shown in line and line.startswith("›") for line in desk.lines), "the cursor to follow"
    )
