"""FLAME's topology: its licence allows no copy here, so a user's own copy would be read from the data folder."""

from __future__ import annotations

from typing import NoReturn

from lego_cli.api import ExitCode, LegoError


def load() -> NoReturn:
    """Raises LegoError (exit code 3): this version has no importer for FLAME's files."""
    raise LegoError(
        "topology 'FLAME' cannot be read by this version, which has no importer for FLAME's files",
        "use `--topology dense`, which plays its role; `lego topologies add` comes in a later release",
        ExitCode.MISSING,
    )
