"""Files that once killed the process, took gigabytes or said "a bug in lego": ``python -m fuzz.past OUT`` tries all."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from . import past_containers, past_texts
from .campaign import SPACE, Campaign, Plan
from .reader import Reader
from .readers import READERS
from .sample import Sample


class Fixed(Reader):
    """A reader whose runs are its samples as they are."""

    def spoilt(self, seed: int) -> tuple[int, dict[str, bytes]]:
        """Sample ``seed``, nothing changed."""
        return seed % SPACE, {}


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
    """Every one, in processes that they may kill; findings as JSON, by reader and place in its list."""
    readers = [Fixed(name, lambda made=made: [*made.values()], READERS[name].read) for name, made in past().items()]
    found = []
    for reader in readers:
        campaign = Campaign([reader], Plan(runs=len(reader.known), seed=0, out=Path(sys.argv[1])), warm=False)
        campaign.run()
        found += [finding.as_dict() for finding in campaign.findings.values()]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
