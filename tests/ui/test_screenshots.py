"""The pictures in `screenshots/` show the program as it is."""

from pathlib import Path

import pytest

from tests.screenshots import FOLDER, SIZES, render

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_the_committed_pictures_are_what_the_program_draws_now(columns: int, rows: int) -> None:
    fresh = await render(columns, rows)
    committed = {path.name for path in FOLDER.glob(f"*-{columns}x{rows}.svg")}
    assert committed == set(fresh)
    stale = [name for name, svg in fresh.items() if (FOLDER / name).read_text("utf-8") != svg]
    assert not stale, f"run `make screenshots`: {stale}"


def test_every_picture_that_the_readme_shows_exists() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    shown = [piece.partition(")")[0] for piece in text.split("](")[1:] if piece.startswith("screenshots/")]
    assert shown
    assert [name for name in shown if not (ROOT / name).exists()] == []
