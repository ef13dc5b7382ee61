"""Names that a customer's mail headers can hold, on a real terminal."""

import json

from tests.e2e.cli_fleet import KUMO_TUI, serving
from tests.e2e.terminal import Terminal

# What the names of the hostile scenario would do to a terminal: set its clipboard, ring, change colours by a C1
# control, turn the direction of text, hide characters.
FORBIDDEN = (b"\x1b]52", b"\x07t@", "\x9b31m".encode(), "\u202e".encode(), "\u200b".encode())

# Showing the request copies it: a clipboard sequence of our own, not the one in the name.
OF_THE_NAME = b"\x1b]52;c;aGVsbG8="


def test_no_control_byte_of_a_name_reaches_the_terminal_and_the_raw_name_goes_to_the_server() -> None:
    with serving("hostile") as fleet, Terminal([KUMO_TUI, *fleet.endpoints], columns=120, rows=40) as terminal:
        terminal.wait_for("evil\\x1b]52;c;aGVsbG8=\\x07t@")
        for _page in range(3):
            terminal.press("pagedown")
            terminal.pump(0.3)
        terminal.press("/")
        terminal.type("evil")
        terminal.press("enter")
        terminal.wait_for("showing 1-1 of 1 queue")
        terminal.press("enter")
        terminal.wait_for("parts")
        terminal.press("escape")
        terminal.wait_for("Directives")
        terminal.press("space", "b")
        terminal.wait_for("1 queue · ")
        terminal.type("hostile name")
        assert [piece for piece in FORBIDDEN if piece in terminal.raw] == []
        terminal.press("f2")
        terminal.wait_for("queue_names")
        assert OF_THE_NAME not in terminal.raw
        sent = json.dumps("evil\x1b]52;c;aGVsbG8=\x07t@hold.z.example")[1:-1]
        terminal.wait(lambda _text: sent in "".join(line.strip("│ ") for line in terminal.lines), "the raw name")
