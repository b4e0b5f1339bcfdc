"""Runs led by coverage: atheris chooses among our mutations those that reach new lines. ``pip install atheris``."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from .mutators.by_suffix import inner
from .reader import Reader
from .verdict import BUG, innermost, judged

PRODUCTS = ("lego_cli", "lego_rigs", "lego_drivers")
LONGEST = 5  # seconds of a run


def guided(readers: Sequence[Reader], minutes: float, seed: int, out: Path) -> int:
    """Every reader in turn, in a process of its own that starts again after a crash; 1 where there is a finding."""
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not here: pip install atheris", file=sys.stderr)
        return 3
    before = set(out.glob("*")) if out.is_dir() else set()
    for reader in readers:
        end = time.monotonic() + 60 * minutes / len(readers)
        while (left := end - time.monotonic()) > 2:
            command = [sys.executable, "-m", f"{__package__}.guided", reader.name, str(out), str(int(left)), str(seed)]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            print(f"{reader.name}: {_summary(done.stderr)}", flush=True)
            if done.returncode not in (0, 77) and time.monotonic() - end < -2:
                _crashed(reader, out, done)
            seed += 1
    return 1 if out.is_dir() and set(out.glob("*")) - before else 0


def _summary(text: str) -> str:
    """The last line of libFuzzer's that tells how far it came."""
    lines = [line.strip() for line in text.splitlines() if " cov: " in line or line.startswith("Done ")]
    return "; ".join(lines[-2:])


def _crashed(reader: Reader, out: Path, done: subprocess.CompletedProcess[str]) -> None:
    """Keep what libFuzzer left of a crash, and what it said."""
    place = innermost(done.stderr, last=False)
    folder = out / f"guided-{reader.name}-{place.replace('/', '-').replace(':', '-') or 'crash'}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "finding.txt").write_text(done.stderr[-20_000:], encoding="utf-8")


def main() -> None:
    """One reader, until the time is over or the process dies: NAME OUT SECONDS SEED."""
    import atheris

    name, out, seconds, seed = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    with atheris.instrument_imports(include=list(PRODUCTS)):
        from .campaign import sound
        from .readers import READERS

        reader = READERS[name]
        sound(reader)  # imports what reading needs
    room = Path(tempfile.mkdtemp(prefix="fuzz-guided-"))
    corpus = room / "corpus"
    corpus.mkdir()
    alone = [sample for sample in reader.known if sample.main in sample.files]
    for number, sample in enumerate(alone):
        (corpus / f"{number}").write_bytes(sample.files[sample.main])
    for sample in alone:
        for file, data in sample.files.items():
            (room / file).parent.mkdir(parents=True, exist_ok=True)
            (room / file).write_bytes(data)
    main_file = room / alone[0].main

    def one(data: bytes) -> None:
        main_file.write_bytes(data)
        verdict, what, trace = judged(reader.read, main_file)
        if verdict == BUG:
            _keep(out, reader, what, trace, data)

    def mutate(data: bytes, most: int, dice: int) -> bytes:
        return inner(main_file.name, data, Random(dice))[:most]

    options = [f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=100000", f"-timeout={LONGEST}",
               "-rss_limit_mb=3000", f"-artifact_prefix={out}/guided-{name}-", str(corpus)]  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    atheris.Setup([sys.argv[0], *options], one, custom_mutator=mutate)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    atheris.Fuzz()


def _keep(out: Path, reader: Reader, what: str, trace: str, data: bytes) -> None:
    """Save the first of each kind."""
    place = innermost(trace).replace("/", "-").replace(":", "-")
    folder = out / f"guided-{reader.name}-{what.partition(':')[0].replace(' ', '-')}-{place}"
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / "bytes").write_bytes(data)
        (folder / "finding.txt").write_text(f"{what}\n{trace}", encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    main()
