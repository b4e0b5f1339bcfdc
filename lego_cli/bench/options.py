"""What ``lego bench`` measures on, and its options; cheap to import."""

from __future__ import annotations

from dataclasses import dataclass

from lego_cli.core.encoding.encode_options import ENCODERS, QUALITIES, EncodeOptions
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


@dataclass(frozen=True)
class BenchFaceOptions:
    """Options of ``lego bench face-encoder``."""

    people: int = option(8, "Unseen adults, each in every style with every expression.")
    expressions: int = option(4, "Unseen expressions.")
    readers: int = option(480, "Unseen faces that expressions are read from.")
    views: tuple[str, ...] = option((), "View; repeat for several, all ten when omitted.", "--view", metavar="NAME")
    seed: int = option(UNSEEN, f"First seed of the heads; training uses none from {UNSEEN} on.")


UNTOUCHED, WORLD, LOCAL, PAPER, OURS, TRUTH = "untouched", "world delta", "local delta", "paper", "ours", "truth"
METHODS = (UNTOUCHED, WORLD, LOCAL, OURS, PAPER, TRUTH)
"""What ``lego bench style`` compares; ``truth`` is the recipe itself, a reference for all but the distances."""


@dataclass(frozen=True)
class BenchStyleOptions:
    """Options of ``lego bench style``."""

    people: int = option(50, "Unseen people, half adults and half of the wide population.")
    methods: tuple[str, ...] = option(METHODS, "What to compare; repeat for several.", "--method", metavar="NAME")
    learn: bool = option(False, "Learn each style in this run, to tell time and memory; else as it is on disk.")
    image_encoder: str = option("face", "What looks at pictures while the paper's way learns.", kind="image_encoders")
    judge: str = option("judge", "An image encoder that styles were not learned with.", kind="image_encoders")
    seed: int = option(UNSEEN, f"First seed of the heads; training uses none from {UNSEEN} on.")


FILE, NO_CORRECTIVES, POSED = "file", "file, 52 alone", "posed"
COPY, TRANSFER = "delta copy", "deformation transfer"
RIG_METHODS = (POSED, FILE, NO_CORRECTIVES, COPY, TRANSFER)
"""What ``lego bench rig`` compares: our poses, what a file adds up to with and without correctives, and two rivals."""


@dataclass(frozen=True)
class BenchRigOptions:
    """Options of ``lego bench rig``."""

    people: int = option(2, "Unseen people: adult and wide in turn.")
    methods: tuple[str, ...] = option(RIG_METHODS, "What to compare; repeat for several.", "--method", metavar="NAME")
    seed: int = option(UNSEEN, f"First seed of the heads; training uses none from {UNSEEN} on.")
