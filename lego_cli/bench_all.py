"""``lego bench all``: every figure of the README and the docs, one bench after the other, each in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from lego_cli.api import Report, silent
from lego_cli.errors import LegoError

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("ds",),
    ("style", "--learn"),
    ("rig",),
    ("encoder", "--variant", "given", "--variant", "subdivided", "--variant", "decimated", "--variant", "neckless",
     "--rival-heads", "2"),
    ("encoder", "--encoder", "mage", "--quality", "draft", "--no-rivals"),
    ("face-encoder",),
    ("renderer",),
)  # fmt: skip
"""What is typed after ``lego bench``."""

START = "from lego_cli.cli.main import main; main()"


def bench_all(report: Report = silent, commands: tuple[tuple[str, ...], ...] = COMMANDS) -> dict[str, Any]:
    """Figures by command. Raises LegoError with the last words of a bench that fails."""
    found: dict[str, Any] = {}
    for done, command in enumerate(commands):
        report(f"bench {command[0]}", done, len(commands))
        child = subprocess.run(
            [sys.executable, "-c", START, "bench", *command, "--json"], check=False, stdout=subprocess.PIPE, text=True
        )
        if child.returncode:
            said = f"lego bench {' '.join(command)} ended with {child.returncode}"
            raise LegoError(said, "run it alone to see why; most need: pip install 'lego[bench]'")
        found[" ".join(command)] = json.loads(child.stdout)
    report("bench", len(commands), len(commands))
    return found
