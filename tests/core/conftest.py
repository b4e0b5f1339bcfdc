"""A small DS, trained once for all tests of the core."""

from __future__ import annotations

import pytest
import torch

from lego_cli.assets import mage, surface_net
from lego_cli.core.ds.surface_net import BasisNet, BasisSizes
from lego_cli.core.ds.train_ds import train_ds
from lego_cli.core.stylist import Stylist
from lego_cli.core.training_options import TrainDsOptions
from lego_heads.anny_head import AnnyHead, load

SIZES = BasisSizes(shape=12, terms=60, width=48, layers=2, features=64)
OPTIONS = TrainDsOptions(steps=60, batch=512, samples=2000, people=40, fields=48, seed=3)


@pytest.fixture(scope="session")
def head() -> AnnyHead:
    return load()


@pytest.fixture(scope="session")
def small_net(head) -> BasisNet:
    torch.set_num_threads(1)
    return train_ds(head, OPTIONS, sizes=SIZES)


@pytest.fixture(scope="session")
def stylist(head) -> Stylist:
    """The shipped DS."""
    return Stylist(head, surface_net(), mage)
