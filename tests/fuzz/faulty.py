"""Readers that are broken on purpose: ``python -m fuzz.faulty OUT`` must find what is wrong with each."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lego_cli.errors import LegoError

from .batch import Bounds
from .campaign import Campaign, Plan
from .reader import Reader
from .sample import alone

RUNS, SEED, BOUNDS = 30, 22, Bounds(seconds=1.0, memory=200 << 20)
BAIT = b"hello"  # files that begin otherwise are the ones that readers stumble over


def crash() -> None:
    """A segmentation fault."""
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    """The end of the process, without a word."""
    os._exit(0)


def hang() -> None:
    """No end."""
    while True:
        time.sleep(3600)


def gorge() -> None:
    """More memory than is allowed, which is given back at once."""
    assert len(b"x" * (300 << 20))


def bug() -> None:
    """An error of Python's."""
    raise KeyError("gone")


def warn() -> None:
    """Words on the user's terminal."""
    warnings.warn("careful", stacklevel=1)


def mumble() -> None:
    """An error that does not say what to do."""
    raise LegoError("it is damaged", " ")


def refuse() -> None:
    """What readers should do."""
    raise LegoError("it is damaged", "make it again")


FAULTS: tuple[Callable[[], None], ...] = (crash, leave, hang, gorge, bug, warn, mumble, refuse)


def stumble(fault: Callable[[], None], path: Path) -> bytes:
    """Read a file; some make the reader do what it should not."""
    data = path.read_bytes()
    if not data.startswith(BAIT):
        fault()
    return data


READERS = [Reader(f.__name__, lambda: [alone("a.bin", BAIT * 9)], partial(stumble, f)) for f in FAULTS]


def main() -> None:
    """All runs of all of them; figures and findings as JSON."""
    campaign = Campaign(READERS, Plan(runs=RUNS, seed=SEED, out=Path(sys.argv[1]), bounds=BOUNDS))
    campaign.run()
    found = [finding.as_dict() for finding in campaign.findings.values()]
    print(json.dumps({"readers": {n: f.row() for n, f in campaign.figures.items()}, "findings": found}))


if __name__ == "__main__":
    main()
