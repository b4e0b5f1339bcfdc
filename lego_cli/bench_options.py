"""What ``lego bench`` measures on, and its options; cheap to import."""

from __future__ import annotations

from dataclasses import dataclass

from lego_cli.core.encode_options import ENCODERS, QUALITIES, EncodeOptions
from lego_cli.options import option

UNSEEN = 900_001
"""First seed of heads that no training uses."""
GIVEN, EXPRESSION = "given", "expression"
VARIANTS = (GIVEN, "subdivided", "decimated", "noisy", "rotated", "neckless", EXPRESSION)
"""What is done to a head. Codes of all others are held against ``given``; ``expression`` makes another face."""


@dataclass(frozen=True)
class BenchEncoderOptions:
    """Options of ``lego bench encoder``."""

    heads: int = option(16, "Unseen heads: adult and wide in turn, every other pair with an expression.")
    encoder: tuple[str, ...] = option(ENCODERS, "Encoder to measure; repeat for several.", metavar="NAME")
    quality: str = option(EncodeOptions.quality, f"How hard encoders try: {', '.join(QUALITIES)}.")
    variants: tuple[str, ...] = option(VARIANTS, "What is done to the heads.", "--variant", metavar="NAME")
    rivals: bool = option(True, "Run trimesh.registration.nricp_amberg on some of the same meshes.")
    rival_heads: int = option(4, "How many heads that is; each takes it about a minute.")
    seed: int = option(UNSEEN, f"First seed of the heads; training uses none from {UNSEEN} on.")
