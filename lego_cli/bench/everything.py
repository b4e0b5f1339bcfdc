"""``lego bench all``: every figure of the README and the docs, one bench after the other, each in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from lego_cli.api import Report, silent
from lego_cli.errors import LegoError
from lego_cli.needs import install_extra

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("ds",),
    ("rig",),
    ("encoder", "--variant", "given", "--variant", "subdivided", "--variant", "decimated", "--variant", "neckless",
     "--rival-heads", "2"),
    ("encoder", "--encoder", "mage", "--quality", "draft", "--no-rivals"),
    ("face-encoder",),
    ("renderer",),
    ("style", "--learn"),
)  # fmt: skip
"""What is typed after ``lego bench``; the longest comes last."""

START = "from lego_cli.cli.main import main; main()"


def bench_all(
    report: Report = silent, commands: tuple[tuple[str, ...], ...] = COMMANDS
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each command and its figures, as soon as it is done. Raises LegoError for a bench that fails."""
    for done, command in enumerate(commands):
        report(f"bench {command[0]}", done, len(commands))
        child = subprocess.run(
            [sys.executable, "-c", START, "bench", *command, "--json"], check=False, stdout=subprocess.PIPE, text=True
        )
        if child.returncode:
            said = f"lego bench {' '.join(command)} ended with {child.returncode}"
            raise LegoError(said, f"run it alone to see why; most need: {install_extra('bench')}")
        yield command, json.loads(child.stdout)
    report("bench", len(commands), len(commands))
