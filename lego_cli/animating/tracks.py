"""Performances from files: which driver reads one, and whose controls are in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.api import match_controls
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.inputs import note_input
from lego_cli.user.rigs import absent

if TYPE_CHECKING:
    from lego_cli.api import Driver, Track
    from lego_cli.registry import Entry, Registry

START = 64 << 10  # bytes that drivers recognise a file by


def read_track(path: Path, registry: Registry, driver: str = "") -> Track:
    """The performance in a file, in its rig's own control names; ``driver`` is found by the file when empty.

    Raises LegoError for a file that no driver knows, or that its driver cannot read.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        raise LegoError(f"{path} {what}", "give a file: CSV, JSON, NPZ or MAT", ExitCode.USAGE)
    note_input(path)
    reader: Driver = registry.get("drivers", driver) if driver else _driver(path, registry)
    return with_rig_names(sound(reader.read(path), path), registry)


def sound(track: Track, path: Path) -> Track:
    """The track that a driver made of a file. Raises LegoError for one that cannot be played, whoever made it."""
    import numpy as np

    values, times, head = np.asarray(track.values), np.asarray(track.times), track.head
    count = len(times) if times.ndim == 1 else 0
    shapes = [(values, (count, len(track.controls))), *([] if head is None else [(np.asarray(head), (count, 3))])]
    fits = all(array.shape == shape and np.isfinite(array).all() for array, shape in shapes)
    if not (count and fits and np.isfinite(times).all() and times[0] == 0 and (np.diff(times) > 0).all()):
        raise LegoError(f"{path.name} was read as a performance that cannot be played", "tell the maker of its driver")
    return track


def with_rig_names(track: Track, registry: Registry) -> Track:
    """The same track with its controls spelt, and only those kept, as its rig has them.

    A rig that the user could add, but has not, leaves the track as it is. Raises LegoError when the rig is unknown, or
    has none of the controls.
    """
    if absent(track.rig, registry) or registry.find("rigs", track.rig).missing():
        return track
    match = match_controls(track.controls, registry.get("rigs", track.rig).controls)
    if not match.controls:
        message = (
            f"none of the controls is of rig '{track.rig}': {', '.join(name[:40] for name in track.controls[:4])} ..."
        )
        raise LegoError(message, f"see `lego rigs show {track.rig}`")
    if match.controls == track.controls:
        return track
    notes = list(track.notes)
    if match.unknown:
        shown = ", ".join(name[:40] for name in match.unknown[:5]) + (" ..." if len(match.unknown) > 5 else "")
        notes.append(f"{len(match.unknown)} controls that rig '{track.rig}' does not have, left out: {shown}")
    values = track.values[:, list(match.columns)]
    return replace(track, controls=match.controls, values=values, notes=tuple(notes))


def _driver(path: Path, registry: Registry) -> Driver:
    with path.open("rb") as file:
        start = file.read(START)
    known = registry.usable("drivers")
    drivers: dict[str, Driver] = {registry.reached_as(entry): made for entry, made in known}
    fitting = {name: driver for name, driver in drivers.items() if path.suffix.lower() in driver.suffixes}
    if not fitting:
        suffixes = sorted({suffix for driver in drivers.values() for suffix in driver.suffixes})
        message = f"no driver reads '{path.suffix or path.name}' files"
        raise LegoError(message, f"a performance is one of: {' '.join(suffixes)}", ExitCode.USAGE)
    found = [name for name, driver in fitting.items() if driver.recognises(path, start)]
    if len(found) == 1:
        return drivers[found[0]]
    if found:
        message = f"{path.name} could be read by {' and '.join(found)}"
        raise LegoError(message, "say which with --driver NAME", ExitCode.USAGE)
    could = "; ".join(_line(entry) for entry, _ in known if registry.reached_as(entry) in fitting)
    raise LegoError(f"{path.name} is no performance that a driver knows", f"{path.suffix} can be: {could}")


def _line(entry: Entry) -> str:
    return f"{entry.name} ({entry.summary})" if entry.summary else entry.name
