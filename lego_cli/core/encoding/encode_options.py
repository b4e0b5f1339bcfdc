"""Options of encoders; free of torch, so that ``--help`` can read them."""

from __future__ import annotations

from dataclasses import dataclass

from lego_cli.errors import ExitCode, LegoError
from lego_cli.options import option

ENCODERS = ("mage", "fit")
QUALITIES = ("draft", "normal", "high")


@dataclass(frozen=True)
class EncodeOptions:
    """How a mesh becomes a code. Raises LegoError (exit code 2) for a word that means nothing."""

    encoder: str = option(
        "mage", "mage: learned, then refined; fit: searched and fitted.", panel="Advanced", words=ENCODERS
    )
    quality: str = option(
        "normal", "draft: what MAGE says; normal: refined; high: for longer.", panel="Speed", words=QUALITIES
    )
    neutral: bool = option(False, "The face is neutral: look for no expression.", panel="Advanced")

    def __post_init__(self) -> None:
        for value, known, flag in ((self.encoder, ENCODERS, "--encoder"), (self.quality, QUALITIES, "--quality")):
            if value not in known:
                raise LegoError(f"{flag} has no '{value}'", f"choose {' or '.join(known)}", ExitCode.USAGE)
