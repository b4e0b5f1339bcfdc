"""Pictures that image losses compare: only the heads may differ in them, not cameras, light or what is behind."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lego_cli.core.dt.view_embeddings import ViewEmbeddings
from lego_renderers.torch_renderer import TorchRenderer

pytestmark = pytest.mark.slow


class Pixels:
    """An encoder that leaves pictures as they are."""

    size = 40

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures.flatten(1)


@pytest.fixture(scope="module")
def views(head) -> ViewEmbeddings:
    return ViewEmbeddings(head, TorchRenderer(), Pixels())


@pytest.fixture(scope="module")
def mean(head) -> torch.Tensor:
    return torch.from_numpy(np.asarray(head.vertices, np.float32))[None]


def test_the_same_head_looks_the_same_wherever_it_stands_in_a_batch(views, mean):
    """Else a style direction would be the difference of two cameras."""
    twins, alone = views(mean.expand(2, -1, -1), 0), views(mean, 0)
    torch.testing.assert_close(twins[0], twins[1], atol=1e-5, rtol=0)
    torch.testing.assert_close(twins[:1], alone, atol=1e-5, rtol=0)
    assert not torch.allclose(views(mean, 1), alone, atol=0.02), "the next set-up has other cameras and light"
    torch.testing.assert_close(views(mean, views.setups), alone, atol=1e-5, rtol=0)


def test_clay_is_lit_from_above_before_white(views, mean):
    pictures = views.pictures(mean, 0)
    front = pictures[0].mean(0)
    assert pictures.shape == (10, 3, 40, 40)
    assert front[0, 0] >= 1
    assert 0.3 < front[15:25, 15:25].mean() < 0.95
    upper, lower = (front[rows, 10:30][front[rows, 10:30] < 0.999].mean() for rows in (slice(4, 14), slice(28, 38)))
    assert upper > lower + 0.03
