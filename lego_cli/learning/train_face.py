"""``lego train face-encoder``: the default head model's people in a family's styles, made and ready to learn from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lego_cli import assets
from lego_cli.api import Report, silent
from lego_cli.core.face_encoder.face_pool import make_pool
from lego_cli.core.face_encoder.train_face_encoder import FaceTraining, check
from lego_cli.core.training_options import TrainFaceOptions
from lego_cli.plugins import load_plugins
from lego_cli.registry import Registry
from lego_cli.renderer_choice import choose_renderer

if TYPE_CHECKING:
    from lego_cli.api import HeadModel, StyleFamily


def prepared(registry: Registry, options: TrainFaceOptions, report: Report = silent) -> FaceTraining:
    """A training with its pool of heads. Raises LegoError for options that leave nothing to train on."""
    check(options)
    alone = options.workers <= 1
    source = partial(_from, registry, options.family) if alone else partial(_loaded, options.family)
    pool = make_pool(source, options, report)
    return FaceTraining(assets.head_model(registry), choose_renderer(registry), pool, options)


def _from(registry: Registry, family: str) -> tuple[HeadModel, StyleFamily]:
    return assets.head_model(registry), registry.get("style_families", family)


def _loaded(family: str) -> tuple[HeadModel, StyleFamily]:
    """The same in a process of its own."""
    return _from(load_plugins().registry, family)
