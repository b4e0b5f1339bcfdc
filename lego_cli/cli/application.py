"""Puts the commands together, runs one, and turns what went wrong into two lines and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from typing import Annotated

import typer

import lego_cli
from lego_cli.cli import COMMANDS, session, signals
from lego_cli.cli.console import DEBUG, NORMAL, QUIET, console
from lego_cli.cli.extensions import add_plugin_commands
from lego_cli.cli.flags import global_flags_first
from lego_cli.cli.told_errors import as_lego_error
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.inputs import guarding
from lego_cli.quarantine import guard

EXAMPLES = "Start with:  lego stylize --demo  |  lego styles list  |  lego plugins list"


def command_line(arguments: list[str]) -> int:
    """Run one command line in a process of its own; returns its exit code."""
    # Waiting OpenMP threads must sleep: spinning ones made steps up to 35 times slower beside other jobs.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started us: lego ... >&-
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (open to the end)
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a file name must not be able to stop a command
    return run(arguments)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; prints, but never raises or exits."""
    arguments = global_flags_first(arguments)
    console.verbosity = NORMAL
    guard.interrupted = signals.interrupted
    try:
        with guarding():
            command = typer.main.get_command(build_app(third_party="--no-plugins" not in arguments))
            code = command.main(arguments, prog_name="lego", standalone_mode=False)
        return _ended(int(code) if isinstance(code, int) else int(ExitCode.DONE))
    except SystemExit as stop:
        return _ended(stop.code if isinstance(stop.code, int) else int(ExitCode.FAILED))
    except KeyboardInterrupt:
        return _ended(int(ExitCode.INTERRUPTED))
    except BaseException as error:
        if signals.interrupted() and not isinstance(error, LegoError):  # native code made something else of it
            return _ended(int(ExitCode.INTERRUPTED))
        return _failed(error)


def _failed(error: BaseException) -> int:
    known = as_lego_error(error)
    if not known.message:  # a group without its sub-command printed its help
        return int(known.code)
    if console.verbosity >= DEBUG:
        traceback.print_exception(error)
    console.error(known)
    return _code(known.code)


def _ended(code: int) -> int:
    """The exit code; an interruption is told, since Typer turns it into a bare code."""
    if code == ExitCode.INTERRUPTED:
        console.error(LegoError(signals.INTERRUPTED, signals.WHOLE))
    return _code(code)


def _code(code: int) -> int:
    """What the shell is told: which signal it was that ended a run."""
    return signals.exit_code() if code == ExitCode.INTERRUPTED else int(code)


def build_app(third_party: bool = True) -> typer.Typer:
    """The Typer application with our commands and those of plugins."""
    help_flags = {"help_option_names": ["-h", "--help"]}
    app = typer.Typer(name="lego", pretty_exceptions_enable=False, epilog=EXAMPLES, context_settings=help_flags)
    app.callback(invoke_without_command=True)(top)
    for name in COMMANDS:
        importlib.import_module(f"lego_cli.cli.{name}").register(app)
    add_plugin_commands(app, session.start(third_party))
    return app


def top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes and no progress.")] = False,
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Say more; -vv adds tracebacks.")] = 0,
    no_plugins: Annotated[bool, typer.Option("--no-plugins", help="Leave third-party plugins out.")] = False,
) -> None:
    """Any head mesh plus one example of a style, out comes a stylised, animatable head."""
    console.verbosity = QUIET if quiet else min(verbose, DEBUG)
    if version:
        console.line(f"lego {lego_cli.__version__}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        console.line(context.get_help())
        raise typer.Exit()
    if context.invoked_subcommand not in ("plugins", "doctor"):
        for failure in session.loaded().failures():
            console.note(f"note: {failure}")
