"""DT as delta transfer: the exemplar's displacement as a small sine field over template points, in local frames."""

from __future__ import annotations

from dataclasses import asdict

import torch
from torch import Tensor, nn

from lego_cli.api import Report, silent
from lego_cli.core.surface_net import METRES_PER_UNIT
from lego_cli.core.training_options import DeltaOptions
from lego_cli.core.training_run import TrainingRun
from lego_cli.nn import Siren


class DeltaField(nn.Module):
    """Template point ``(Q, 3)`` to the style's displacement ``(Q, 3)`` there, metres, in the mean head's frame."""

    def __init__(self, width: int = 128, layers: int = 3, frequency: float = 30.0) -> None:
        super().__init__()
        self.net = Siren(3, width, layers, 3, frequency)
        self.scale: Tensor
        self.register_buffer("scale", torch.tensor(1.0))

    def forward(self, points: Tensor) -> Tensor:
        """Template points to displacements."""
        return self.scale * self.net(points / METRES_PER_UNIT)


def fit_delta_field(
    points: Tensor, delta: Tensor, weight: Tensor, options: DeltaOptions | None = None, report: Report = silent
) -> DeltaField:
    """Fit a field to displacements ``delta (P, 3)`` known at template ``points (P, 3)``, weights ``weight (P,)``."""
    o = options or DeltaOptions()
    torch.manual_seed(o.seed)
    field = DeltaField(o.width, o.layers)
    field.scale.fill_(float(delta.square().mean().sqrt().clamp(min=1e-6)))
    scaled, inputs = delta / field.scale, points / METRES_PER_UNIT

    def loss(step: int) -> Tensor:
        generator = torch.Generator().manual_seed(o.seed * 1_000_003 + step)
        pick = torch.randint(len(points), (o.batch,), generator=generator)
        error = (field.net(inputs[pick]) - scaled[pick]) * (1000 * field.scale)  # mm
        return (error.square().sum(1) * weight[pick]).mean()

    TrainingRun("train style", field.net, o.steps, o.learning_rate, asdict(o), report=report).train(loss)
    return field.eval().requires_grad_(False)
