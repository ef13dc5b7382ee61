"""The command `kumo-tui`: the group of all commands, and one clear message for everything that goes wrong."""

import io
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

import click

from kumo_tui import __version__
from kumo_tui.cli.bounce import bounce_command
from kumo_tui.cli.compose import Call, Surroundings
from kumo_tui.cli.dashboard import check_terminal
from kumo_tui.cli.demo import demo_command, simulate_command
from kumo_tui.cli.doctor import doctor_command
from kumo_tui.cli.exits import Exit, exit_of_error
from kumo_tui.cli.history import history_command
from kumo_tui.cli.loop import Ended
from kumo_tui.cli.options import Options, with_global_options
from kumo_tui.cli.output import say
from kumo_tui.cli.overview import overview_command
from kumo_tui.cli.profiles import open_dashboards
from kumo_tui.cli.reading import directives_command, queues_command, status_command
from kumo_tui.cli.release import release_command
from kumo_tui.cli.report import report_command
from kumo_tui.cli.stop import stop_command
from kumo_tui.cli.watch import watch_command
from kumo_tui.errors import KumoTuiError
from kumo_tui.text import one_line

NAME = "kumo-tui"


@click.group(NAME, invoke_without_command=True)
@click.version_option(__version__, prog_name=NAME)
@with_global_options
@click.pass_context
def commands(ctx: click.Context, given: Options) -> int | None:
    """See the queues of KumoMTA nodes, bounce the right ones, watch it happen.

    Without a command it opens the dashboard. The nodes are those of --profile or --endpoint, else of the
    config file, else KUMO_KCLI_ENDPOINT, else http://127.0.0.1:8000.
    """
    call = ctx.obj = replace(ctx.obj or Call(Surroundings()), options=given)
    if ctx.invoked_subcommand is not None:
        return None
    check_terminal(call)
    return open_dashboards(call)


for _command in (
    status_command,
    queues_command,
    directives_command,
    overview_command,
    watch_command,
    bounce_command,
    stop_command,
    release_command,
    history_command,
    report_command,
    doctor_command,
    demo_command,
    simulate_command,
):
    commands.add_command(_command)


def outcome(words: Sequence[str], surroundings: Surroundings) -> int:
    """Run one command line and return its exit code; what went wrong is one message on standard error."""
    try:
        code = commands.main(list(words), prog_name=NAME, standalone_mode=False, obj=Call(surroundings))
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else NAME
        say(f"{command}: {error.format_message()} Try '{command} --help'.")
        return Exit.USAGE
    except click.ClickException as error:
        say(f"{NAME}: {error.format_message()}")
        return Exit.USAGE
    except (click.Abort, Ended) as end:
        return end.code if isinstance(end, Ended) else Exit.INTERRUPTED
    except KumoTuiError as error:
        say(f"{NAME}: {error}")
        return exit_of_error(error)
    except Exception as error:  # noqa: BLE001  # the last resort: an operator gets words, never a traceback
        say(f"{NAME}: a mistake in kumo-tui: {type(error).__name__}: {one_line(str(error))}")
        return Exit.BROKEN
    return int(code or 0)


def run() -> NoReturn:
    """The console entry: ends the process with the command's exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(outcome(sys.argv[1:], Surroundings()))


if __name__ == "__main__":
    run()
