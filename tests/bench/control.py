"""The control: a Textual DataTable of as many rows, one cell of which changes every two seconds.

Run as a program: `python -m tests.bench.control ROWS CHANGED`.
"""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable

EVERY_S = 2.0


class Control(App[None]):
    """`changed` of `rows` rows get another number of messages every two seconds."""

    def __init__(self, rows: int, changed: int) -> None:
        super().__init__()
        self.rows, self.changed, self.turn = rows, changed, 0

    def compose(self) -> ComposeResult:
        """The table alone."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill it, and begin."""
        table = self.query_one(DataTable)
        for title in ("queue", "messages", "per min", "bounced", "share", "state"):
            table.add_column(title, key=title)
        for row in range(self.rows):
            table.add_row(f"promo:acme@mail{row}.example", "0", "0", "-", "1%", "growing", key=str(row))
        self.set_interval(EVERY_S, self.change)

    def change(self) -> None:
        """The next numbers."""
        self.turn += 1
        table = self.query_one(DataTable)
        for row in range(self.changed):
            table.update_cell(str(row), "messages", f"{self.turn * 7 + row:,}")


if __name__ == "__main__":
    Control(int(sys.argv[1]), int(sys.argv[2])).run()
