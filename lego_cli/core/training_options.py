"""Options of everything that is trained; free of torch, so that ``--help`` can read them."""

from __future__ import annotations

from dataclasses import dataclass

from lego_cli.errors import ExitCode, LegoError
from lego_cli.options import option

WIDEST, DEEPEST = 1024, 16
"""The largest field of a style: what is larger in a file is damage."""


@dataclass(frozen=True)
class TrainDsOptions:
    """Options of ``lego train ds``."""

    network: str = option("basis", "basis (neural basis field) or hypernet (LeGO's).")
    steps: int = option(8000, "Optimiser steps.", panel="Speed")
    batch: int = option(2048, "Template points per step.", panel="Speed")
    heads: int = option(16, "Codes per step (hypernet only).", panel="Speed")
    learning_rate: float = option(4e-3, "Highest learning rate.", panel="Advanced")
    samples: int = option(40000, "Surface points, beside the vertices, that the mixing is solved on.", panel="Advanced")
    people: int = option(4000, "Heads behind the identity modes.", panel="Advanced")
    fields: int = option(256, "Spatial functions that the trunk is trained on (basis only).", panel="Advanced")
    seed: int = option(0, "Seed of everything random.", panel="Advanced")


@dataclass(frozen=True)
class FieldOptions:
    """Options of the network that keeps a style's displacements."""

    field_steps: int = option(1200, "Optimiser steps of the network that keeps the style.", panel="Speed")
    batch: int = option(1024, "Template points per step.", panel="Advanced")
    samples: int = option(12000, "Surface points beside the vertices.", panel="Advanced")
    width: int = option(128, "Width of the sine field.", panel="Advanced")
    layers: int = option(3, "Layers of the sine field.", panel="Advanced")
    field_rate: float = option(6e-3, "Highest learning rate of the field.", panel="Advanced")
    seed: int = option(0, "Seed of everything random.", panel="Advanced")


@dataclass(frozen=True)
class FinetuneOptions(FieldOptions):
    """Options of one-shot fine-tuning, ``lego finetune`` and ``lego train style``."""

    steps: int = option(16, "Steps with the losses; 0 stops at the style prior.", panel="Speed")
    people: int = option(2, "People in each step.", panel="Speed")
    prior: float = option(1.0, "How far to trust the style prior; 0 is delta transfer.", panel="Look")
    symmetry: float = option(0.25, "A style is made symmetric where it is so but for this share.", panel="Look")
    loss: tuple[str, ...] = option(
        (), "Weight of a style loss, 0 leaves it out; repeat for several.", "--loss", metavar="NAME=WEIGHT",
        kind="style_losses", panel="Advanced",
    )  # fmt: skip
    image_encoder: str = option("face", "What looks at pictures.", kind="image_encoders", panel="Advanced")
    learning_rate: float = option(3e-3, "Highest learning rate.", panel="Advanced")
    anchor: float = option(0.3, "What holds fine-tuning near its start.", panel="Advanced")

    def __post_init__(self) -> None:
        """Raises LegoError (exit code 2) for numbers that nothing can be learned with."""
        least = {
            "steps": 0,
            "people": 1,
            "field_steps": 1,
            "batch": 1,
            "samples": 1,
            "width": 1,
            "layers": 1,
            "seed": 0,
        }
        for name, low in least.items():
            if getattr(self, name) < low:
                flag = f"--{name.replace('_', '-')}"
                raise LegoError(f"{flag} {getattr(self, name)} is too small", f"give {low} or more", ExitCode.USAGE)
        for name, high in (("width", WIDEST), ("layers", DEEPEST)):
            if getattr(self, name) > high:
                message = f"--{name} {getattr(self, name)} is more than a style file may hold"
                raise LegoError(message, f"give {high} or less", ExitCode.USAGE)
        if not 0 <= self.prior <= 2:
            raise LegoError(f"--prior {self.prior} is out of range", "choose a number from 0 to 2", ExitCode.USAGE)


@dataclass(frozen=True)
class TrainPriorOptions:
    """Options of ``lego train prior``."""

    styles: int = option(1400, "Random styles to learn from.", panel="Speed")
    people: int = option(12, "People that each is applied to, beside its exemplar.", panel="Speed")
    steps: int = option(1500, "Optimiser steps.", panel="Speed")
    trunk_steps: int = option(8000, "Optimiser steps of the field that new styles start from.", panel="Speed")
    workers: int = option(1, "Processes that apply styles.", panel="Speed")
    device: str = option("cpu", "Where it is trained: cpu or cuda.", panel="Speed")
    family: str = option("authored", "Where the styles are drawn from.", kind="style_families", panel="Advanced")
    learning_rate: float = option(3e-3, "Highest learning rate.", panel="Advanced")
    seed: int = option(0, "Seed of everything random.", panel="Advanced")


@dataclass(frozen=True)
class TrainMageOptions:
    """Options of ``lego train mage``."""

    steps: int = option(1500, "Optimiser steps of the cascade of code networks.", panel="Speed")
    point_steps: int = option(2000, "Optimiser steps of the point network.", panel="Speed")
    batch: int = option(32, "Heads per step.", panel="Speed")
    samples: int = option(6000, "Surface samples of each head for the cascade, half to twice that.", panel="Advanced")
    point_samples: int = option(256, "Surface samples of each head for the point network.", panel="Advanced")
    learning_rate: float = option(1e-3, "Highest learning rate of the code networks.", panel="Advanced")
    point_rate: float = option(2e-3, "Highest learning rate of the point network.", panel="Advanced")
    seed: int = option(0, "Seed of everything random.", panel="Advanced")


@dataclass(frozen=True)
class TrainFaceOptions:
    """Options of ``lego train face-encoder``."""

    steps: int = option(3000, "Optimiser steps.", panel="Speed")
    minutes: float = option(0.0, "Take fewer steps where they would last longer than this; 0: never.", panel="Speed")
    blocks: int = option(480, "Blocks of heads in the pool; all that training ever sees.", panel="Speed")
    batch: int = option(2, "Blocks per view and step.", panel="Speed")
    views: int = option(2, "Views per step, out of the ten.", panel="Speed")
    workers: int = option(1, "Processes that make heads.", panel="Speed")
    device: str = option("cpu", "Where the network is trained and pictures are drawn: cpu or cuda.", panel="Speed")
    family: str = option("authored", "Family of styles.", kind="style_families", panel="Advanced")
    people: int = option(6, "People in a block.", panel="Advanced")
    styles: int = option(4, "Styles in a block, the first one none.", panel="Advanced")
    expressions: int = option(6, "Expressions in a block.", panel="Advanced")
    learning_rate: float = option(3e-3, "Highest learning rate.", panel="Advanced")
    seed: int = option(0, "Seed of everything random.", panel="Advanced")
