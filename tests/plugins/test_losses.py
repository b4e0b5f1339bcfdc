"""The style loss: zero for equal heads, in mm², and with the gradient that moves a head to its exemplar."""

from __future__ import annotations

import pytest
import torch

from lego_losses.vertex import VertexLoss


def test_a_shift_of_two_millimetres_is_four():
    head = torch.rand(3, 50, 3)
    assert VertexLoss()(head, head).item() == 0.0
    assert VertexLoss()(head + torch.tensor([0.0, 0.002, 0.0]), head).item() == pytest.approx(4.0, rel=1e-4)


def test_one_exemplar_serves_a_batch():
    heads, exemplar = torch.rand(2, 50, 3), torch.rand(50, 3)
    whole = VertexLoss()(heads, exemplar)
    assert whole.item() == pytest.approx(
        (VertexLoss()(heads[:1], exemplar) + VertexLoss()(heads[1:], exemplar)).item() / 2
    )


def test_its_gradient_points_away_from_the_exemplar():
    head, exemplar = torch.rand(1, 20, 3, requires_grad=True), torch.rand(20, 3)
    VertexLoss()(head, exemplar).backward()
    direction = torch.nn.functional.cosine_similarity(head.grad.flatten(), (head - exemplar).detach().flatten(), dim=0)
    assert direction.item() == pytest.approx(1.0, abs=1e-5)
