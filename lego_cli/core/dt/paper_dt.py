"""DT as LeGO fine-tunes it: a copy of DS whose weights all learn, from one pair, with LeGO's five losses and no more.

The rival of ``core/finetune_dt.py`` in ``lego bench style``.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from lego_cli.api import Report, silent
from lego_cli.core.ds.surface_net import BasisNet
from lego_cli.core.dt.tuning import Tuning
from lego_cli.core.training_run import TrainingRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lego_cli.api import Floats, StyleLoss
    from lego_cli.core.dt.crowd import Crowd
    from lego_cli.core.dt.exemplar import Exemplar
    from lego_cli.core.dt.view_embeddings import ViewEmbeddings
    from lego_cli.core.stylist import Stylist
    from lego_cli.core.training_options import FinetuneOptions

PAPER_LOSSES = ("vertex", "image", "across-domain", "in-domain", "normal")
NORMAL_WEIGHT = 0.3  # of the surface normals, beside the default weights of the other four
RATE = 1e-6  # the best of four by powers of three; the weights that mix basis functions are about 1e-5 themselves
STEPS = 100


class PaperDT(nn.Module):
    """All weights of DS, free; sees the head model's own template points."""

    def __init__(self, net: BasisNet, points: Tensor, shape: Tensor) -> None:
        super().__init__()
        self.net = deepcopy(net).requires_grad_(True)
        mixing = self.net.mixing
        del self.net.mixing
        self.net.mixing = nn.Parameter(mixing.clone())
        self.points = points
        self.shape: Tensor
        self.register_buffer("shape", shape)

    def heads(self, shape: Tensor) -> Tensor:
        """Codes ``(B, K)`` to styled neutral heads ``(B, V, 3)``."""
        return self.net.decode(self.net.prepare(self.points), shape, shape.new_zeros(len(shape), 52))


class PaperTuning(Tuning[PaperDT]):
    """The same batches, with the copy of DS in the place of DT."""

    def neutral(self, people: Crowd) -> Tensor:
        """See :class:`Tuning`."""
        return self.dt.heads(people.shape)

    def exemplar(self) -> Tensor:
        """See :class:`Tuning`."""
        return self.dt.heads(self.dt.shape[None])

    def held(self) -> Tensor:
        """Nothing holds it."""
        return torch.zeros(())


def finetune_paper(
    stylist: Stylist,
    exemplar: Exemplar,
    losses: Mapping[str, tuple[StyleLoss, float]],
    views: ViewEmbeddings | None,
    options: FinetuneOptions,
    report: Report = silent,
) -> PaperDT:
    """LeGO's fine-tuning of DS on one exemplar."""
    assert isinstance(stylist.net, BasisNet)
    torch.manual_seed(options.seed)
    dt = PaperDT(stylist.net, stylist.points, torch.from_numpy(np.asarray(exemplar.shape, np.float32)))
    tuning = PaperTuning(stylist, exemplar, dt, losses, views, options)
    TrainingRun("the paper's way", dt, STEPS, RATE, {}, report=report, squared=False).train(tuning.loss)
    return dt.eval()


def styled_heads(dt: PaperDT, codes: Floats) -> Floats:
    """Codes ``(N, K)`` to styled neutral heads ``(N, V, 3)``."""
    with torch.no_grad():
        return dt.heads(torch.from_numpy(np.asarray(codes, np.float32))).double().numpy()
