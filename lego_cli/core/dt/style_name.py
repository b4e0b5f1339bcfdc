"""The name of a style out of its file, without what makes it a style: no torch, a few milliseconds."""

from __future__ import annotations

from pathlib import Path

from lego_cli.core.dt.style_archive import read_name


def style_name(path: Path) -> str:
    """What the style in a ``.lego`` file is called: letters, digits and ``-_.+``, as file names may have anywhere.

    Raises LegoError when the file is missing, damaged or no style.
    """
    return read_name(path)
