"""doctor: what works here and what does not, one line each, and what to do about it."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from kumo_tui.cli.check_journal import check_journal, move_damaged
from kumo_tui.cli.check_nodes import Examined, examine, profile_checks
from kumo_tui.cli.checks import (
    Check,
    Health,
    check_program,
    check_settings,
    check_terminal_facts,
    look_at_terminal,
)
from kumo_tui.cli.compose import Call, journal_file
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.locale_text import is_utf8
from kumo_tui.cli.log_file import LogFile, log_start
from kumo_tui.cli.options import Options, with_global_options
from kumo_tui.cli.output import print_json, print_text
from kumo_tui.cli.target import Target, choose_target
from kumo_tui.config import Settings
from kumo_tui.errors import ConfigError, InputError
from kumo_tui.journal.place import shown

_MARKS: Mapping[Health, tuple[str, str]] = {
    Health.OK: ("✓", "+"),
    Health.WARNING: ("!", "!"),
    Health.FAILED: ("✗", "x"),
}

_AFTER_MOVE = (
    "The next command begins a new one. What stood open in the old one is not followed any more: "
    "`kumo-tui directives` shows what the nodes list; stops of ours stand until their own end."
)


@click.command("doctor")
@click.option(
    "--set-aside-journal", is_flag=True, help="Rename a damaged journal, so that a new one is begun; keeps it."
)
@with_global_options
@click.pass_obj
def doctor_command(call: Call, given: Options, *, set_aside_journal: bool) -> Exit:
    """What works here and what does not: program, terminal, config, journal, nodes.

    Nodes are only read. Exit 0: nothing failed; 2: the config; 3: no node could be read; 4: the journal forbids
    acts; 7: some nodes could not be read.
    """
    call = Call(call.surroundings, call.options.merged(given))
    if set_aside_journal:
        return _set_aside(call)
    settings, checks = check_settings(call.options, call.surroundings.environ)
    nodes, examined = _look_at_nodes(call, settings)
    facts = look_at_terminal(call.surroundings.environ, is_terminal=call.surroundings.is_terminal())
    ascii_only = settings.ascii if settings is not None else None
    everything = [
        *check_program(),
        *check_terminal_facts(facts, ascii_only=ascii_only),
        *checks,
        *check_journal(_journal_of(call, settings), call.surroundings.clock),
        *nodes,
        *(check for each in examined for check in each.checks),
    ]
    code = exit_of(everything, examined)
    if call.options.json:
        print_json({"exit": int(code), "checks": [_check_json(check) for check in everything]})
    else:
        _print(everything, ascii_only=bool(ascii_only) or not is_utf8(facts.encoding))
    return code


def exit_of(checks: Sequence[Check], examined: Sequence[Examined]) -> Exit:
    """The exit code of all that was found."""
    failed = {check.area for check in checks if check.health is Health.FAILED}
    asked = [each for each in examined if each.is_asked]
    read = sum(1 for each in asked if each.is_read)
    if "config" in failed:
        return Exit.USAGE
    if not read:
        return Exit.UNREADABLE
    if "journal" in failed:
        return Exit.REFUSED
    return Exit.DONE if read == len(asked) else Exit.PARTLY


def _look_at_nodes(call: Call, settings: Settings | None) -> tuple[list[Check], list[Examined]]:
    """What is to be said of the choice of nodes, and of each of them."""
    try:
        target = _target_of(call, settings)
        if target is None:
            words = "which nodes are meant is not known: the config does not load."
            return [Check("nodes", Health.WARNING, words, "Name one with --endpoint to have it looked at.")], []
        known, world = settings or Settings.model_construct(), call.surroundings
        with LogFile(known.log, world.clock):
            log_start(known, world.environ, {node.label: node.url for node in target.nodes})
            checks = list(profile_checks(target, known))
            return checks, asyncio.run(examine(target.nodes, known, world))
    except (ConfigError, InputError) as error:
        return [Check("config", Health.FAILED, error.what, error.next_step)], []


def _target_of(call: Call, settings: Settings | None) -> Target | None:
    """The nodes that are meant; None when only the settings could tell."""
    if settings is None and not call.options.endpoints:
        return None
    known, world = settings or Settings.model_construct(), call.surroundings
    return choose_target(call.options, known, world.environ, world.lists())


def _journal_of(call: Call, settings: Settings | None) -> Path:
    return journal_file(settings or Settings.model_construct(), call.surroundings.environ)


def _set_aside(call: Call) -> Exit:
    path = journal_file(call.options.settings(), call.surroundings.environ)
    aside = move_damaged(path, call.surroundings.clock)
    if call.options.json:
        print_json({"journal": str(path), "set_aside": str(aside)})
    else:
        print_text(f"{shown(path)} is {shown(aside)} now.", _AFTER_MOVE)
    return Exit.DONE


def _check_json(check: Check) -> dict[str, Any]:
    return {
        "area": check.area,
        "node": check.node,
        "state": check.health.value,
        "what": check.what,
        "next_step": check.next_step or None,
    }


def _print(checks: Sequence[Check], *, ascii_only: bool) -> None:
    areas = [f"node {check.node}" if check.node else check.area for check in checks]
    width = max(map(len, areas))
    for area, check in zip(areas, checks, strict=True):
        mark = _MARKS[check.health][1 if ascii_only else 0]
        print_text(f"{mark} {area:<{width}}  {check.what} {check.next_step}".rstrip())
