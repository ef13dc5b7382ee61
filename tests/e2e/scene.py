"""A scene of an acceptance test: a simulated fleet on real ports, and the installed dashboard in a pty on it.

    with scene(NODE, tmp_path) as stage, stage.dashboard() as desk:
        desk.show("promo", "showing 1-2 of 2 queues")      # filter
        desk.draft("bad link", duration="30s", plain=True)  # the form, filled
        desk.confirm(desk.review())                       # the dialog, and the words that it asks for
        desk.wait_for("SWEPT")
        assert len(stage.bounces()) == 1                  # from the server's log

`stage.fleet` injects, breaks, kills and restarts (`cli_fleet.ServedFleet`). Every dashboard of a scene has the
same journal, so one that is killed and started again finds what the first wrote down. Waits are short (`QUICK`);
any other setting is given as an environment variable's end: `stage.dashboard(ACT__ANSWER_TIMEOUT_S="1")`.
"""

import contextlib
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.cli_fleet import KUMO_TUI, ServedFleet, environment, kumo_tui, serving, started
from tests.e2e.terminal import Terminal
from tests.waiting import PATIENCE_S

BOUNCES, STOPS = "/api/admin/bounce/v1", "/api/admin/suspend/v1"
QUICK = {"POLL__INTERVAL_S": "0.5", "ACT__ANSWER_TIMEOUT_S": "2", "ACT__SETTLE_S": "30"}

# A dialog takes no key within 0.4 s of its opening (DESIGN rule 7).
DEAF_S = 0.45

# The line of the form whose first field is how long.
DURATION = "│ for "


class Desk(Terminal):
    """The dashboard of a scene. It is killed with its block, unless it has ended: its goodbye takes a second."""

    def close(self) -> None:
        """End it without asking."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        super().close()

    def show(self, filter_text: str, shown: str) -> None:
        """Set the filter; `shown` is what the line above the directives says then."""
        self.press("/")
        self.type(filter_text)
        self.wait_for(f"/{filter_text}")
        self.press("enter")
        self.wait_for(shown)

    def draft(self, reason: str, *, duration: str | None = None, plain: bool = False, opened: str = "now") -> None:
        """Open the form with what the cursor, the filter and the marks suggest, and fill it."""
        self.press("b")
        self.wait_for(opened)
        self.type(reason)
        self.wait_for(f"[{reason} ")
        self.press("tab", "tab")
        self.wait_lit(DURATION)
        if duration:
            self.press("ctrl+u")
            self.type(duration)
            self.wait_for(f"[{duration} ")
        if plain:
            # Only what is drawn has a place in the order of Tab.
            self.wait_for("( ) plain")
            fields = 4 if " nodes [" in self.text else 3
            self.press(*["tab"] * fields, "down", "space")
            self.wait_for("(●) plain")

    def paste(self, text: str) -> None:
        """Paste, as a terminal that marks pastes does."""
        self.type(f"\x1b[200~{text}\x1b[201~")

    def review(self) -> str:
        """Go on from the form to the confirmation; what it asks to type."""
        self.onward("CANNOT BE UNDONE")
        return self.token

    @property
    def token(self) -> str:
        """What the confirmation on the screen asks to type."""
        self.wait(lambda text: bool(re.search(r"Type\s+(\S.*?)\s+to bounce", text)), "what to type")
        asked = re.search(r"Type\s+(\S.*?)\s+to bounce", self.text)
        assert asked is not None
        return asked[1]

    def type_confirmation(self, token: str) -> None:
        """Type this into the confirmation; the next Enter sends."""
        self.pump(DEAF_S)
        self.type(token)
        self.wait_for(f"[{token} ")
        self.pump(DEAF_S)

    def confirm(self, token: str) -> None:
        """Type this into the confirmation, and press Enter."""
        self.type_confirmation(token)
        self.press("enter")

    def back(self, piece: str) -> None:
        """Go back with Esc to where this text is; a key that follows Esc at once would be another one."""
        self.press("escape")
        self.wait_for(piece)

    def quit(self) -> None:
        """Quit, where nothing stands that is asked about."""
        self.press("q")
        assert self.wait_end() == 0


class Scene:
    """One fleet, one state folder."""

    def __init__(self, fleet: ServedFleet, folder: Path) -> None:
        self.fleet = fleet
        self._state = folder / "state"
        self._config = folder / "config.toml"

    def configure(self, text: str = "", *, production: bool = False, profile: str = "prod", **others: str) -> None:
        """Write a config file whose default profile has all nodes of the fleet; `text` comes before it.

        `others` are further nodes of the profile by name, at URLs that the fleet does not serve.
        """
        lines = [f'default_profile = "{profile}"', text, f"[profile.{profile}]"]
        lines.append(f"production = {str(production).lower()}")
        for name, url in {**self.fleet.urls, **others}.items():
            lines += [f"[[profile.{profile}.nodes]]", f'url = "{url}"', f'name = "{name}"']
        self._config.write_text("\n".join(lines) + "\n", "utf-8")

    def dashboard(
        self,
        *words: str,
        launcher: Sequence[str] = (KUMO_TUI,),
        rows: int = 24,
        columns: int = 80,
        **settings: str,
    ) -> Desk:
        """A dashboard on the fleet: on the profile of `configure`, or on every endpoint.

        `launcher` is what starts it, before the words of the command line.
        """
        target = [] if self._config.exists() else self.fleet.endpoints
        env = {f"KUMO_TUI_{key}": value for key, value in {**QUICK, **settings}.items()}
        env["XDG_STATE_HOME"] = str(self._state)
        if self._config.exists():
            env["KUMO_TUI_CONFIG"] = str(self._config)
        return Desk([*launcher, *target, *words], columns, rows, env)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the installed command on the profile of `configure`, with the journal of this scene."""
        return kumo_tui(*words, XDG_STATE_HOME=str(self._state), KUMO_TUI_CONFIG=str(self._config))

    @contextlib.contextmanager
    def running(self, *words: str) -> Iterator["subprocess.Popen[str]"]:
        """The same while it runs; ended afterwards whatever happens."""
        env = environment(XDG_STATE_HOME=str(self._state), KUMO_TUI_CONFIG=str(self._config))
        with started([KUMO_TUI, *words], env) as process:
            yield process

    @property
    def journal(self) -> Path:
        """The journal of this scene's dashboards."""
        return self._state / "kumo-tui" / "journal.db"

    def bounces(self, node: str = "mta1") -> list[dict[str, Any]]:
        """The bounces that arrived at a node: the bodies, oldest first."""
        return self._bodies(node, "POST", BOUNCES)

    def cancels(self, node: str = "mta1") -> list[dict[str, Any]]:
        """The cancels that arrived at a node: the bodies, oldest first."""
        return self._bodies(node, "DELETE", BOUNCES)

    def stops(self, node: str = "mta1") -> list[dict[str, Any]]:
        """The stops that arrived at a node: the bodies, oldest first."""
        return self._bodies(node, "POST", STOPS)

    def releases(self, node: str = "mta1") -> list[dict[str, Any]]:
        """The releases that arrived at a node: the bodies, oldest first."""
        return self._bodies(node, "DELETE", STOPS)

    def log(self, node: str = "mta1") -> dict[str, dict[str, int]]:
        """What a node says became of every message, by kind and queue; its plan needs `log = true`."""
        url = f"{self.fleet.urls[node]}/_sim/log"
        counts: dict[str, dict[str, int]] = httpx.get(url, trust_env=False, timeout=PATIENCE_S).json()["counts"]
        return counts

    def bounced(self, node: str = "mta1") -> int:
        """How many messages a node has bounced, by its own log."""
        return sum(self.log(node).get("AdminBounce", {}).values())

    def directives(self, node: str = "mta1") -> Sequence[dict[str, Any]]:
        """The directives that a node lists. The request is in its log too, as a GET."""
        return self._listed(node, BOUNCES)

    def standing(self, node: str = "mta1") -> Sequence[dict[str, Any]]:
        """The stops that a node lists. The request is in its log too, as a GET."""
        return self._listed(node, STOPS)

    def _listed(self, node: str, path: str) -> list[dict[str, Any]]:
        url = f"{self.fleet.urls[node]}{path}"
        found: list[dict[str, Any]] = httpx.get(url, trust_env=False, timeout=PATIENCE_S).json()
        return found

    def _bodies(self, node: str, method: str, path: str) -> list[dict[str, Any]]:
        found = [each for each in self.fleet.requests(node) if (each["method"], each["path"]) == (method, path)]
        return [json.loads(each["body"]) for each in found]


@contextlib.contextmanager
def scene(toml: str, folder: Path, *, speed: float = 1.0) -> Iterator[Scene]:
    """The fleet of this scenario text, `speed` simulated seconds a second; it ends with the block."""
    plan = folder / "scene.toml"
    plan.write_text(toml, "utf-8")
    with serving(str(plan), "--speed", str(speed)) as fleet:
        yield Scene(fleet, folder)
