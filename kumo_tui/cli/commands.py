"""The group of all commands, and one clear message for everything that goes wrong."""

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

import click

from kumo_tui import __version__
from kumo_tui.cli.compose import Call, Surroundings
from kumo_tui.cli.dashboard import check_terminal
from kumo_tui.cli.exits import Exit, exit_of_error
from kumo_tui.cli.loop import Ended
from kumo_tui.cli.options import Options, with_global_options
from kumo_tui.cli.output import say
from kumo_tui.cli.profiles import open_dashboards
from kumo_tui.errors import KumoTuiError
from kumo_tui.text import one_line

NAME = "kumo-tui"

# In which module of this room each command is. The dashboard needs none of them, and no command another one.
MODULES = {
    "status": "reading",
    "queues": "reading",
    "directives": "reading",
    "overview": "overview",
    "watch": "watch",
    "bounce": "bounce",
    "stop": "stop",
    "release": "release",
    "history": "history",
    "report": "report",
    "doctor": "doctor",
    "demo": "demo",
    "simulate": "demo",
}


class Commands(click.Group):
    """The group of all commands; a command is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in alphabetical order."""
        del ctx
        return sorted(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, None where there is none."""
        del ctx
        if cmd_name not in MODULES:
            return None
        module = import_module(f"kumo_tui.cli.{MODULES[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.group(NAME, cls=Commands, invoke_without_command=True)
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
