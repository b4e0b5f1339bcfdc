"""Recordings of Epic's Live Link Face app."""

from __future__ import annotations

from pathlib import Path

from lego_cli.api import ARKIT, Track, control_key
from lego_drivers.csv_table import header_of
from lego_drivers.face_table import COUNT, LEAST, face_columns, read_face_table
from lego_drivers.source import decoded
from lego_drivers.timecode import USUAL

NAMES = tuple(name[0].upper() + name[1:] for name in ARKIT)


class LiveLinkDriver:
    """CSV with a Timecode and ARKit's names, capitals or not, in any order."""

    name = "livelink"
    suffixes = (".csv",)

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether the first line has ARKit's names, and a timecode or the count that the app writes."""
        keys = {control_key(name) for name in header_of(decoded(start))[0]}
        return face_columns(keys) >= LEAST and bool(keys & {"timecode", COUNT})

    def read(self, path: Path) -> Track:
        """The recording; see :class:`lego_cli.api.Driver`."""
        return read_face_table(path, self.name, NAMES, USUAL)
