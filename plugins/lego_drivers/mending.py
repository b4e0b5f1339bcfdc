"""From the numbers of a file to a track: gaps filled, times rising from zero, and a note for all that was mended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError, Track

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

PERCENT = 2.0  # shares never go beyond this, percentages always do
LARGEST = 1e6  # of a value or an angle: what is beyond it is a broken number, and as good as missing
LATEST = 1e11  # seconds, of a clock; dates in seconds are 2e9
SHORTEST = 0.9e-4  # seconds from frame to frame, on average: ten thousand a second, and no camera takes as many
LONGEST = 4 * 3600.0  # seconds that a performance lasts
NAMED, LETTERS = 5, 60  # names that a note lists, and how much of each


def finished(
    path: Path,
    rig: str,
    controls: Sequence[str],
    values: Floats,
    times: Floats | None = None,
    fps: float = 60.0,
    head: Floats | None = None,
    notes: Sequence[str] = (),
    shares: bool = True,
) -> Track:
    """A track of ``values (T, C)``, in which NaN is missing, at ``times (T,)`` seconds, or at ``fps``.

    ``shares`` says that values should run from 0 to 1, so that percentages are recognised. Raises LegoError when
    there is nothing to read, or it would last more than :data:`LONGEST`.
    """
    values = np.array(values, np.float64)
    if not len(values):
        raise LegoError(f"{path.name} has no frames", "record or export the performance again")
    values[~(np.abs(values) <= LARGEST)] = np.nan
    if not len(controls) or not np.isfinite(values).any():
        raise LegoError(f"{path.name} has no values of a face", "was a face seen? record or export it again")
    said = list(notes)
    order, times = _times(times, len(values), fps, said)
    if times[-1] > LONGEST:
        message = f"{path.name} would last {times[-1] / 3600:.4g} hours, by its times or its frames a second"
        raise LegoError(message, "look at its times; a performance lasts four hours at most")
    values, head = values[order], None if head is None else np.array(head, np.float64)[order]
    values = _filled(values, times, said, "values")
    if shares and np.abs(values).max() > PERCENT:
        said.append(f"values go up to {values.max():.4g}: taken as percent")
        values = values / 100
    if head is not None:
        head[~(np.abs(head) <= LARGEST)] = np.nan
        head = _filled(head, times, said, "head angles") if np.nan_to_num(head).any() else None
    return Track(rig, tuple(controls), values, times, head, tuple(said))


def _filled(values: Floats, times: Floats, notes: list[str], what: str) -> Floats:
    """NaN interpolated in time, held at the ends; a column of nothing else is 0."""
    missing = ~np.isfinite(values)
    if not missing.any():
        return values
    empty = missing.all(0)
    for column in np.flatnonzero(missing.any(0) & ~empty):
        there = ~missing[:, column]
        values[~there, column] = np.interp(times[~there], times[there], values[there, column])
    values[:, empty] = 0.0
    whole = int(missing.all(1).sum())
    if whole:
        notes.append(f"{whole} frames without {what}, filled from their neighbours")
    rest = int(missing[~missing.all(1)][:, ~empty].sum())
    if rest:
        notes.append(f"{rest} missing {what}, filled from their neighbours")
    if empty.any():
        notes.append(f"{int(empty.sum())} columns hold nothing, taken as 0")
    return values


def _times(times: Floats | None, count: int, fps: float, notes: list[str]) -> tuple[Ints, Floats]:
    """Which rows to keep, in which order, and their times from 0."""
    rows: Ints = np.arange(count, dtype=np.int64)
    if times is None:
        return rows, rows / fps
    times = np.array(times, np.float64)
    times[~(np.abs(times) <= LATEST)] = np.nan
    known = np.isfinite(times)
    if known.sum() < min(2, count) or (count > 1 and np.ptp(times[known]) < SHORTEST * (count - 1)):
        notes.append(f"no usable times: taken as {fps:g} frames a second")
        return rows, rows / fps
    if not known.all():
        notes.append(f"{int((~known).sum())} frames without a time, spaced between their neighbours")
        times = _spaced(times, known)
    if (np.diff(times) < 0).any():
        notes.append(f"{int((np.diff(times) < 0).sum())} frames came before an earlier one and were sorted")
        rows = np.argsort(times, kind="stable").astype(np.int64)
    fresh = np.diff(times[rows], prepend=-np.inf) > 0
    if not fresh.all():
        notes.append(f"{int((~fresh).sum())} frames at the time of another one were left out")
    rows = rows[fresh]
    return rows, times[rows] - times[rows[0]]


def _spaced(times: Floats, known: Floats) -> Floats:
    """Times of all rows from those of some, at the usual step beyond the first and the last."""
    rows = np.flatnonzero(known)
    step = float(np.median(np.diff(times[rows]) / np.diff(rows)))
    place = np.arange(len(times))
    spaced = np.interp(place, rows, times[rows])
    spaced[: rows[0]] = times[rows[0]] + step * (place[: rows[0]] - rows[0])
    spaced[rows[-1] :] = times[rows[-1]] + step * (place[rows[-1] :] - rows[-1])
    return spaced


def listed(names: Sequence[str]) -> str:
    """A few names, and how many more there are."""
    shown = ", ".join(name[:LETTERS] for name in names[:NAMED])
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown
