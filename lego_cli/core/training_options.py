"""Options of everything that is trained; free of torch, so that ``--help`` can read them."""

from __future__ import annotations

from dataclasses import dataclass

from lego_cli.options import option


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
class DeltaOptions:
    """Options of the fit of a style's displacement field, and of ``lego train style``."""

    steps: int = option(4000, "Optimiser steps.", panel="Speed")
    batch: int = option(2048, "Template points per step.", panel="Speed")
    samples: int = option(12000, "Surface points beside the vertices.", panel="Advanced")
    width: int = option(128, "Width of the sine field.", panel="Advanced")
    layers: int = option(3, "Layers of the sine field.", panel="Advanced")
    learning_rate: float = option(6e-3, "Highest learning rate.", panel="Advanced")
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
