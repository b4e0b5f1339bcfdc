"""DT as a field: what a style does to the exemplar at a template point, and how that answers to another person."""

from __future__ import annotations

from dataclasses import asdict

import torch
from torch import Tensor, nn

from lego_cli.api import Report, silent
from lego_cli.core.ds.surface_net import METRES_PER_UNIT
from lego_cli.core.training_options import FieldOptions
from lego_cli.core.training_run import TrainingRun
from lego_cli.nn import Siren

FINE = 0.25  # of the learning rate, from a trunk that was trained before
RIDGE = 1e-6  # of the mean diagonal, in the closed-form solution of the last layer


class StyleField(nn.Module):
    """Template points to displacements in the mean head's frames, metres: one sine network for all of them.

    The first displacement is the exemplar's own. The others are responses: how it changes for a person who differs
    from the exemplar's identity by one unit along a direction of the shape code (``Style.directions``).
    """

    def __init__(self, width: int = 128, layers: int = 3, responses: int = 0, frequency: float = 30.0) -> None:
        super().__init__()
        self.responses = responses
        self.net = Siren(3, width, layers, 3 * (1 + responses), frequency)
        self.scale: Tensor
        self.register_buffer("scale", torch.tensor(1.0))

    def forward(self, points: Tensor) -> Tensor:
        """Template points ``(Q, 3)`` to ``(Q, 1 + responses, 3)``."""
        fields: Tensor = self.scale * self.net(points / METRES_PER_UNIT)
        return fields.view(len(points), 1 + self.responses, 3)


def fit_style_field(
    points: Tensor,
    fields: Tensor,
    weight: Tensor,
    options: FieldOptions | None = None,
    report: Report = silent,
    trunk: Siren | None = None,
) -> StyleField:
    """Fit a field to displacements ``fields (P, 1 + R, 3)`` known at template ``points (P, 3)``.

    ``weight (P,)`` says how much an error counts where. The network starts from the sine layers of ``trunk``, if there
    is one, with its last layer solved; then it is trained, and the last layer solved again.
    """
    o = options or FieldOptions()
    torch.manual_seed(o.seed)
    field = StyleField(o.width, o.layers, fields.shape[1] - 1)
    field.scale.fill_(float(fields[:, 0].square().mean().sqrt().clamp(min=1e-6)))
    wanted, inputs = fields.flatten(1) / field.scale, points / METRES_PER_UNIT
    if trunk is not None:
        for own, known in zip(field.net.linears[:-1], trunk.linears[:-1], strict=True):
            own.load_state_dict(known.state_dict())
        with torch.no_grad():
            _solve_last_layer(field.net, inputs, wanted, weight)

    def loss(step: int) -> Tensor:
        generator = torch.Generator().manual_seed(o.seed * 1_000_003 + step)
        pick = torch.randint(len(points), (o.batch,), generator=generator).to(points.device)
        error = (field.net(inputs[pick]) - wanted[pick]) * (1000 * field.scale)  # mm
        return (error.square().sum(1) * weight[pick]).mean()

    field.to(points.device)
    rate = o.field_rate if trunk is None else FINE * o.field_rate
    TrainingRun("fit field", field.net, o.field_steps, rate, asdict(o), report=report).train(loss)
    with torch.no_grad():
        _solve_last_layer(field.net, inputs, wanted, weight)
    return field.eval().requires_grad_(False)


def _solve_last_layer(net: Siren, inputs: Tensor, wanted: Tensor, weight: Tensor) -> None:
    """Weighted ridge regression from the last sine layer to what is wanted, pulled towards what was trained."""
    x = inputs
    for linear in net.linears[:-1]:
        x = torch.sin(linear(x))
    last = net.linears[-1]
    assert isinstance(last, nn.Linear)
    root = weight.double().sqrt()[:, None]
    features = torch.cat([x, torch.ones_like(x[:, :1])], dim=1).double() * root
    left = wanted.double() * root - features @ torch.cat([last.weight, last.bias[:, None]], dim=1).double().T
    gram = features.T @ features
    ridge = RIDGE * gram.diagonal().mean() * torch.eye(len(gram), dtype=torch.float64, device=gram.device)
    change = torch.linalg.solve(gram + ridge, features.T @ left).T.float()
    last.weight.add_(change[:, :-1])
    last.bias.add_(change[:, -1])
