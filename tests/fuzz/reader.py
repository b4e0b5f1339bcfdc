"""A reader of ours: what it is called, sound files for it, and what opens one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePath
from random import Random

from .mutators import plain
from .mutators.by_suffix import inner
from .sample import Sample

MOST_BYTES = 1 << 20  # of a spoilt file: larger ones are slow and find nothing else


@dataclass(frozen=True, eq=False)
class Reader:
    """``read`` gives a value or raises LegoError, whatever is in the file; ``samples`` are made once."""

    name: str
    samples: Callable[[], Sequence[Sample]]
    read: Callable[[Path], object]

    @cached_property
    def known(self) -> Sequence[Sample]:
        """The samples, made once."""
        return self.samples()

    def spoilt(self, seed: int) -> tuple[int, dict[str, bytes]]:
        """Run ``seed``: the number of a sample, and those of its files that are changed. Always the same."""
        dice = Random(f"{self.name} {seed}")
        number = dice.randrange(len(self.known))
        sample = self.known[number]
        changed: dict[str, bytes] = {}
        for _ in range(dice.choice((1, 1, 1, 1, 2, 2, 3, 6))):
            name = _which(sample, dice)
            data = changed.get(name, sample.files[name])
            changed[name] = self._once(name, data, dice)[:MOST_BYTES]
        return number, changed

    def files(self, seed: int) -> dict[str, bytes]:
        """All files of run ``seed``."""
        number, changed = self.spoilt(seed)
        return {**self.known[number].files, **changed}

    def _once(self, name: str, data: bytes, dice: Random) -> bytes:
        if dice.random() < 0.04:
            return plain.spliced(data, dice, dice.choice(self._alike(PurePath(name).suffix)))
        return inner(name, data, dice)

    @cache  # noqa: B019 - readers live as long as the process
    def _alike(self, suffix: str) -> list[bytes]:
        return [d for sample in self.known for name, d in sample.files.items() if PurePath(name).suffix == suffix]


def _which(sample: Sample, dice: Random) -> str:
    names = sorted(sample.files)
    return sample.main if sample.main in sample.files and dice.random() < 0.7 else dice.choice(names)
