"""Files that once killed the process, took gigabytes or said "a bug in lego": ``python -m fuzz.past OUT RUNS``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from . import past_containers, past_texts
from .campaign import SPACE, Campaign, Plan
from .reader import Reader
from .readers import READERS
from .sample import Sample
from .verdict import Finding


class Fixed(Reader):
    """A reader whose runs are its samples as they are."""

    def spoilt(self, seed: int) -> tuple[int, dict[str, bytes]]:
        """Sample ``seed``, nothing changed."""
        return seed % SPACE, {}


@cache
def past() -> dict[str, dict[str, Sample]]:
    """What was found, by reader and by what is wrong with it."""
    found: dict[str, Callable[[], dict[str, Sample]]] = {
        "mat": past_containers.mats,
        "pickle": past_containers.pickles,
        "codes_npz": past_containers.npzs,
        "arrays": past_containers.npzs,
        "style": past_containers.styles,
        "glb": past_texts.scenes,
        "rigged": past_texts.scenes,
        "viewer": past_texts.scenes,
        "track": past_texts.takes,
        "mediapipe": past_texts.recordings,
    }
    return {name: make() for name, make in found.items()} | past_texts.others() | past_texts.own()


def main() -> None:
    """All of them, and the first runs of every reader, in processes that they may kill; what was found as JSON."""
    out, runs = Path(sys.argv[1]), int(sys.argv[2])
    fresh = Campaign([*READERS.values()], Plan(runs=runs, seed=0, out=out))
    fresh.run()
    again: list[Finding] = []
    for name, made in past().items():
        reader = Fixed(name, lambda made=made: [*made.values()], READERS[name].read)
        campaign = Campaign([reader], Plan(runs=len(made), seed=0, out=out), warm=False)
        campaign.run()
        again += campaign.findings.values()
    rows = {name: figures.row() for name, figures in fresh.figures.items()}
    found = [finding.as_dict() for finding in fresh.findings.values()]
    print(json.dumps({"readers": rows, "findings": found, "again": [finding.as_dict() for finding in again]}))


if __name__ == "__main__":
    main()
