"""``python -m fuzz``: see ``make fuzz`` and CONTRIBUTING.md."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # processes are forked


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 1 where there is a finding."""
    asked = _parser().parse_args(arguments)
    os.environ["LEGO_HOME"] = tempfile.mkdtemp(prefix="fuzz-home-")  # nothing of whoever runs it
    try:
        return _asked(asked)
    finally:
        shutil.rmtree(os.environ["LEGO_HOME"], ignore_errors=True)


def _asked(asked: argparse.Namespace) -> int:
    from .campaign import Campaign, Plan
    from .figures import table
    from .readers import READERS

    unknown = [name for name in asked.readers if name not in READERS]
    if unknown:
        print(f"no reader {unknown[0]}; there are: {', '.join(READERS)}", file=sys.stderr)
        return 2
    readers = [READERS[name] for name in asked.readers or READERS]
    if asked.guided:
        from .guided import guided

        return guided(readers, asked.minutes, asked.seed, asked.out)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # figures so far, and nothing left behind
    plan = Plan(asked.minutes, asked.runs, asked.workers, asked.seed, asked.out)
    if asked.run is not None:
        return _again(readers[0], asked.run)
    campaign, start = Campaign(readers, plan), time.monotonic()
    campaign.run()
    if asked.json:
        found = [finding.as_dict() for finding in campaign.findings.values()]
        print(json.dumps({"readers": {n: f.row() for n, f in campaign.figures.items()}, "findings": found}))
    else:
        print(table(campaign.figures))
        runs = sum(f.runs for f in campaign.figures.values())
        print(f"{runs:,} runs in {(time.monotonic() - start) / 60:.1f} minutes, {len(campaign.findings)} findings")
        for finding in campaign.findings.values():
            print(f"{finding.reader} {finding.seed}: {finding.kind}, {finding.what[:120]!r} at {finding.place}")
    return 1 if campaign.findings else 0


def _again(reader: object, seed: int) -> int:
    """One run in this very process, with its trace, for a debugger."""
    from .batch import fill
    from .reader import Reader
    from .verdict import BUG, NAMES, judged

    assert isinstance(reader, Reader)
    number, changed = reader.spoilt(seed)
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), reader.files(seed))
        verdict, what, trace = judged(reader.read, Path(folder) / reader.known[number].main)
    print(f"{reader.name} {seed}: changed {', '.join(changed)}; {NAMES[verdict]} {what}\n{trace}".rstrip())
    return 1 if verdict == BUG else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("fuzz", description="Damaged files for every reader.")
    add = parser.add_argument
    add("--minutes", type=float, default=5.0, help="of the clock, all readers together")
    add("--runs", type=int, default=0, help="of each reader, instead of minutes")
    add(
        "--readers", type=lambda text: [name for name in text.split(",") if name], default=[], help="names, with commas"
    )
    add("--seed", type=int, default=1, help="other seeds, other files")
    add("--run", type=int, help="this run of the first reader once more")
    add("--workers", type=int, default=2, help="processes")
    add("--out", type=Path, default=Path(__file__).parent / "findings", help="folder of findings")
    add("--guided", action="store_true", help="led by coverage, with atheris")
    add("--json", action="store_true", help="figures as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
