"""Runs one after the other in a process of its own, which may be killed by any of them."""

from __future__ import annotations

import faulthandler
import json
import mmap
import os
import resource
import shutil
import signal
import struct
import time
from dataclasses import dataclass
from pathlib import Path

from .reader import Reader
from .verdict import BUG, MEMORY, Finding, innermost, judged

MOST_RUNS = 4000
MOST_SECONDS = 5.0  # of the clock, that a run may take
MOST_MEMORY = 1 << 30  # bytes that a run may take
ADDRESS_SPACE = 4 << 30  # beyond what a process has when it starts
_HEAD = struct.Struct("<qd")  # runs done, and when the current one started
_RUN = struct.Struct("<Bff")  # verdict, CPU seconds, MB


class Notes:
    """Memory that a batch shares with its parent: where it is, and how each run ended."""

    def __init__(self) -> None:
        self._map = mmap.mmap(-1, _HEAD.size + MOST_RUNS * _RUN.size)

    def start(self, number: int) -> None:
        """Say that run ``number`` of the batch begins."""
        _HEAD.pack_into(self._map, 0, number, time.monotonic())

    def end(self, number: int, verdict: int, seconds: float, megabytes: float) -> None:
        """Say how run ``number`` ended; the next one has not begun."""
        _RUN.pack_into(self._map, _HEAD.size + number * _RUN.size, verdict, seconds, megabytes)
        _HEAD.pack_into(self._map, 0, number + 1, 0.0)

    @property
    def done(self) -> int:
        """How many runs have ended."""
        return _HEAD.unpack_from(self._map, 0)[0]

    @property
    def since(self) -> float:
        """When the current run began, 0 between runs."""
        return _HEAD.unpack_from(self._map, 0)[1]

    def run(self, number: int) -> tuple[int, float, float]:
        """Verdict, CPU seconds and MB of a run that has ended."""
        return _RUN.unpack_from(self._map, _HEAD.size + number * _RUN.size)


@dataclass(frozen=True)
class Bounds:
    """What is a finding."""

    seconds: float = MOST_SECONDS
    memory: int = MOST_MEMORY


def run_batch(
    reader: Reader, first: int, count: int, seconds: float, folder: Path, notes: Notes, bounds: Bounds
) -> None:
    """Runs ``first`` to ``first + count`` until ``seconds`` are over; never returns.

    Findings go to ``findings`` in the folder, one a line, what the fault handler says to ``trace``, all else that is
    said to ``noise``.
    """
    _shut_in(folder)
    homes = [_home(reader, number, folder) for number in range(len(reader.known))]
    base, parent = _peak(), os.getppid()
    end = time.monotonic() + seconds
    with (folder / "findings").open("a", encoding="utf-8") as findings:
        for number in range(count):
            sample, changed = reader.spoilt(first + number)
            fill(homes[sample], changed)
            path = homes[sample] / reader.known[sample].main
            notes.start(number)
            signal.setitimer(signal.ITIMER_REAL, bounds.seconds)
            before = time.process_time()
            verdict, what, trace = judged(reader.read, path)
            spent = time.process_time() - before
            signal.setitimer(signal.ITIMER_REAL, 0)
            taken = max(_peak() - base, 0)
            if verdict == BUG:
                findings.write(_line("bug", reader, first + number, what, trace))
            if taken > bounds.memory:
                verdict = MEMORY
                findings.write(_line("memory", reader, first + number, f"{taken >> 20} MB", trace))
            findings.flush()
            notes.end(number, verdict, spent, taken / 2**20)
            if (
                time.monotonic() > end or os.getppid() != parent or taken > bounds.memory // 8
            ):  # the next one is measured from fresh
                break
            fill(homes[sample], {name: reader.known[sample].files[name] for name in changed})
    os._exit(0)


def _home(reader: Reader, number: int, folder: Path) -> Path:
    """A folder with all files of a sample."""
    home = folder / f"{number}"
    shutil.rmtree(home, ignore_errors=True)
    return fill(home, dict(reader.known[number].files))


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder."""
    for name, data in files.items():
        place = folder / name
        if not place.parent.is_dir():
            place.parent.mkdir(parents=True)
        place.write_bytes(data)
    return folder


def _shut_in(folder: Path) -> None:
    """Bounds on memory, no terminal, and traces of what ends the process."""
    trace = (folder / "trace").open("wb", buffering=0)
    faulthandler.enable(trace)
    faulthandler.register(signal.SIGALRM, trace, all_threads=False, chain=False)
    noise = os.open(folder / "noise", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(noise, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    limit = pages * resource.getpagesize() + ADDRESS_SPACE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _peak() -> int:
    """Bytes that the process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _line(kind: str, reader: Reader, seed: int, what: str, trace: str) -> str:
    return json.dumps(Finding(kind, reader.name, seed, what, innermost(trace), trace).as_dict()) + "\n"
