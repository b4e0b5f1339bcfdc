"""Codes, weights and checkpoints: a small DS stands in for the shipped one, as its files are read the same way."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import nn

from lego_cli.api import ARKIT
from lego_cli.core.ds.surface_net import BasisNet, BasisSizes, HyperNet, HyperSizes, load_surface_net, save_surface_net
from lego_cli.core.ds.template_space import PartBoxes
from lego_cli.core.encoding.code_file import SavedCode, Source, read_code, write_code
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.stylist import Code
from lego_cli.core.training_run import TrainingRun

from .sample import Sample, written

SHAPE, VERTICES = 6, 5
OPTIONS = {"steps": 4, "seed": 0}


@cache
def stylist() -> Any:
    """What a code file is checked against: a head model's name and size, and a DS of two numbers."""
    torch.manual_seed(0)
    net = nn.Linear(2, 1)
    net.shape_size = SHAPE  # type: ignore[assignment]
    return SimpleNamespace(head=SimpleNamespace(name="anny", vertices=np.zeros((VERTICES, 3))), net=net)


def codes() -> list[Sample]:
    """Somebody smiling with detail, and nobody in particular."""
    expression = np.zeros(52)
    expression[ARKIT.index("jawOpen")] = 0.25
    detail = np.random.default_rng(0).normal(0, 1e-3, (VERTICES, 3))
    place = Similarity(2.0, np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]), np.array([1.0, 2, 3]))
    full = SavedCode(Code(np.linspace(-1, 1, SHAPE), expression, detail), place, {"mean": 0.3}, "mm", "+x", 0,
                     (Source("a.obj", "0" * 64),))  # fmt: skip
    bare = SavedCode(Code(np.zeros(SHAPE), np.zeros(52)), Similarity(1.0, np.eye(3), np.zeros(3)))
    made = [written("ann.json", lambda path, saved=saved: write_code(saved, path, stylist())) for saved in (full, bare)]
    return made


def code(path: Path) -> object:
    """Read a code."""
    return read_code(path, stylist())


def weights() -> list[Sample]:
    """Both networks of DS, as small as they come."""
    torch.manual_seed(0)
    boxes = PartBoxes(torch.tensor([[[-1.0] * 3, [1.0] * 3]] * 2).reshape(2, 2, 3), torch.zeros(2, 3))
    basis = BasisNet(boxes, BasisSizes(shape=3, expression=4, terms=5, width=6, layers=2, features=7))
    hyper = HyperNet(boxes, HyperSizes(shape=3, expression=4, hidden=2, shape_latent=3, expression_latent=2))
    return [written("ds.safetensors", lambda path, net=net: save_surface_net(net, path, {})) for net in (basis, hyper)]


def net(path: Path) -> object:
    """Read a DS."""
    return load_surface_net(path)


def run(path: Path | None, steps: int) -> TrainingRun:
    """A training run of a small network."""
    torch.manual_seed(0)
    return TrainingRun("fit", nn.Linear(3, 2), steps, 1e-3, OPTIONS, path)


def checkpoints() -> list[Sample]:
    """What a run of a few steps leaves behind."""

    def train(path: Path) -> None:
        made = run(path, 4)
        made.train(lambda _: made.module(torch.ones(1, 3)).square().mean())

    return [written("run.pt", train)]


def checkpoint(path: Path) -> object:
    """Go on from a checkpoint for a step or two."""
    made = run(path, 6)
    return made.train(lambda _: made.module(torch.ones(1, 3)).square().mean())
