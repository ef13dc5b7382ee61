"""The exact requests of an act, to read and to copy: JSON bodies, curl and kcli commands."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from kumo_tui.act.requests import BOUNCE_PATH, PlannedRequest, kcli_command
from kumo_tui.text import is_altered
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.screens.leaving_once import Modal
from kumo_tui.ui.strips import Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines, folded, wrapped
from kumo_tui.ui.widgets.form import Dialog
from kumo_tui.ui.widgets.lines import Lines
from kumo_tui.units import count_text

# Terminals drop longer OSC 52 sequences, and a slow link should not carry them.
COPY_LIMIT = 48_000
SHOWN_LIMIT = 20_000


class RequestsScreen(Modal[None]):
    """Read-only: what would be sent to which node, byte for byte.

    The text goes to the terminal's clipboard by OSC 52 as well; a terminal may ignore that, so it is shown.
    """

    DEFAULT_CSS = """
    RequestsScreen { align: center middle; background: $background; }
    RequestsScreen #texts { scrollbar-size-vertical: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "back"),
        Binding("j", "copy_json", "copy JSON"),
        Binding("c", "copy_curl", "copy curl"),
        Binding("k", "copy_kcli", "copy kcli"),
    ]

    def __init__(self, requests: Sequence[PlannedRequest]) -> None:
        super().__init__()
        self._requests = tuple(requests)

    def compose(self) -> ComposeResult:
        """The three forms of each request, and what was copied."""
        with Dialog("Requests"):
            with VerticalScroll(id="texts"):
                for number, request in enumerate(self._requests):
                    yield from self._of_request(number, request)
            yield Lines(id="copied")
            yield Lines((Piece("j copy JSON   c copy curl   k copy kcli   arrows scroll   Esc back", Look.DIM),))

    def on_mount(self) -> None:
        """Copy the curl commands at once; they are what is asked for most."""
        self.query_one("#texts").focus()
        self.action_copy_curl()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_copy_json(self) -> None:
        """Copy the JSON bodies."""
        self._copy("JSON", [request.json_text() for request in self._requests])

    def action_copy_curl(self) -> None:
        """Copy the curl commands."""
        self._copy("curl", [self._curl(request) for request in self._requests])

    def action_copy_kcli(self) -> None:
        """Copy the kcli commands."""
        commands = [
            kcli_command(_base_url(request), request.body) for request in self._requests if _has_kcli(request)
        ]
        self._copy("kcli", commands)

    def _of_request(self, number: int, request: PlannedRequest) -> ComposeResult:
        yield _title(f"{request.step} on {request.node}   {request.method} {request.url}")
        yield _text(request.json_text(), f"json-{number}")
        yield _title("curl")
        yield _text(self._curl(request), f"curl-{number}")
        if _has_kcli(request):
            yield _title("kcli (asks nothing before it acts)")
            yield _text(kcli_command(_base_url(request), request.body), f"kcli-{number}")

    def _curl(self, request: PlannedRequest) -> str:
        """The curl command, with `***` for the secret where the node has a login."""
        host = dashboard_host(self)
        profile = host.settings.profile.get(host.snapshot.profile)
        login = profile.reached(request.node, _base_url(request)).credentials if profile else None
        return request.curl(login.curl_option if login else "")

    def _copy(self, what: str, texts: Sequence[str]) -> None:
        text = "\n".join(texts)
        if len(text) > COPY_LIMIT:
            words = f"{what}: {count_text(len(text))} characters are too many for the terminal's clipboard."
        elif any(is_altered(part) for part in texts):
            words = f"{what}: a name holds control characters; copy the JSON or curl form instead."
        else:
            self.app.copy_to_clipboard(text)
            words = f"{what} sent to the terminal's clipboard."
        self.query_one("#copied", Lines).show((Piece(words, Look.ACCENT),))


def _title(text: str) -> FittedLines:
    lines = FittedLines(classes="name")
    lines.fit(lambda width, _height: [(), *wrapped(text, width, Look.STRONG)])
    return lines


def _text(text: str, identity: str) -> FittedLines:
    shown = _shown(text)
    lines = FittedLines(id=identity)
    lines.fit(lambda width, _height: folded(shown, width))
    return lines


def _shown(text: str) -> str:
    """The text as far as anybody reads it."""
    cut = len(text) - SHOWN_LIMIT
    return text if cut <= 0 else f"{text[:SHOWN_LIMIT]} ... and {count_text(cut)} characters more"


def _has_kcli(request: PlannedRequest) -> bool:
    """Whether a `kcli bounce` says the same; the commands for stops have other options."""
    return request.method == "POST" and request.url.endswith(BOUNCE_PATH)


def _base_url(request: PlannedRequest) -> str:
    return request.url.partition("/api/")[0]
