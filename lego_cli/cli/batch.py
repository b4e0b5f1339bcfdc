"""Commands with many inputs: one that fails is reported, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import typer

from lego_cli.cli import signals
from lego_cli.cli.console import console
from lego_cli.cli.told_errors import as_lego_error
from lego_cli.errors import ExitCode, LegoError

Place = TypeVar("Place")
Record = dict[str, Any]


def run_batch(
    stage: str, places: Mapping[Path, Place], work: Callable[[Path, Place], Record], as_json: bool,
    say: Callable[[Record], None],
) -> None:  # fmt: skip
    """Do ``work`` on every input and print its records; exit code 1 if some of several failed.

    Raises what a lone input fails with.
    """
    records, failures = [], {}
    with console.progress() as report:
        for done, (source, place) in enumerate(places.items()):
            signals.check()
            try:
                records.append(work(source, place))
            except Exception as failure:  # such as memory that ran out: the next head may be smaller
                if len(places) == 1:
                    raise
                error = as_lego_error(failure)
                named = source.name in error.message
                console.error(error if named else LegoError(f"{source}: {error.message}", error.hint))
                failures[str(source)] = error.message
            report(stage, done + 1, len(places))
    data: Any = records[0] if len(places) == 1 else {"results": records, "failures": failures}
    if records:
        console.result(data, as_json, lambda: _say_all(records, say))
    if failures:
        raise typer.Exit(ExitCode.FAILED)


def _say_all(records: list[Record], say: Callable[[Record], None]) -> None:
    for record in records:
        say(record)
