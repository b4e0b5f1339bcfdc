"""The style prior: what is known, before any example, of how a style's displacement changes from person to person.

Delta transfer gives everybody the exemplar's displacement. A style means something else: a nose that shall be small
moves further on who has a large one. How much, and along which directions, is learned once from many authored styles
(``train_style_prior``); for a new exemplar a small network reads it off the one displacement that there is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from lego_cli.core.tensors import load_tensors, save_tensors
from lego_cli.errors import LegoError
from lego_cli.nn import Siren
from lego_cli.nn.network_file import filled, sizes_of

KIND = "style prior"
FAR = 2.5  # standard deviations: styles further away than any that was learned from count as that far
QUIET, LOUD = 0.0003, 0.0015  # metres that an exemplar moves the skin: up to here nothing answers, from here all does


@dataclass(frozen=True)
class PriorSizes:
    """Sizes of the style prior."""

    vertices: int = 4956
    shape: int = 360  # of the shape code
    modes: int = 96  # along which displacements change
    looks: int = 48  # directions of the shape code that matter
    summary: int = 64  # numbers that stand for an exemplar's displacement
    marks: int = 600  # vertices that these are read at
    experts: int = 8  # ways to answer, mixed for each exemplar
    hidden: int = 48
    width: int = 128  # of the field that new styles start from
    layers: int = 3


class StylePrior(nn.Module):
    """From an exemplar's displacement and code to the matrix of answers ``A`` of :class:`~lego_cli.core.dt.dt.DT`."""

    def __init__(self, sizes: PriorSizes | None = None, dropout: float = 0.0) -> None:
        super().__init__()
        self.sizes = s = sizes or PriorSizes()
        self.modes: Tensor
        self.reading: Tensor
        self.usual: Tensor
        self.register_buffer("modes", torch.zeros(s.modes, s.vertices, 3))  # metres
        self.marks: Tensor
        self.register_buffer("marks", torch.zeros(s.marks, dtype=torch.int64))
        self.register_buffer("reading", torch.zeros(s.summary, s.marks, 3))  # per metre
        self.register_buffer("usual", torch.zeros(s.marks, 3))  # the mean style's displacement, metres
        self.looks = nn.Parameter(torch.randn(s.looks, s.shape) / s.shape**0.5)
        self.experts = nn.Parameter(0.02 * torch.randn(s.experts, s.modes, s.looks))
        self.trunk = Siren(3, s.width, s.layers, 1)  # its sine layers know the displacements of many styles
        self.gauge: Tensor
        self.register_buffer("gauge", torch.zeros(s.modes, s.marks, 3))  # displacements at marks to modes
        last = nn.Linear(s.hidden, s.experts)
        features = 2 * s.summary + s.looks + s.experts
        self.mixer = nn.Sequential(
            nn.Linear(features, s.hidden), nn.ReLU(), nn.Dropout(dropout), last
        )  # fmt: skip
        with torch.no_grad():
            last.bias.fill_(0.3)

    def read(self, delta: Tensor) -> Tensor:
        """Displacements ``(B, V, 3)`` of exemplars, in the mean head's frames, to ``(B, summary + modes)`` numbers."""
        seen = delta[:, self.marks]
        summary = torch.einsum("smc,bmc->bs", self.reading, seen - self.usual)
        return torch.cat([summary, torch.einsum("rmc,bmc->br", self.gauge, seen)], dim=1)

    def answers(self, read: Tensor, shape: Tensor) -> Tensor:
        """What was read of exemplars, and their codes ``(B, K)``, to ``A (B, R, Q)``."""
        return torch.einsum("be,erq->brq", self.shares(read, shape), self.experts)

    def shares(self, read: Tensor, shape: Tensor) -> Tensor:
        """The same to how much each expert has to say, ``(B, E)``.

        The mixer is told which regions move and how far, who the exemplar is, and how far the displacement looks like
        each expert's own answer to that person: all that one pair says about how a style treats people.
        """
        summary, along = read.split([self.sizes.summary, self.sizes.modes], dim=1)
        person = shape @ self.looks.T
        own = torch.einsum("erq,bq->ber", self.experts, person)
        alike = torch.einsum("ber,br->be", own, along) / (own.square().sum(2) + 1.0)
        summary, alike = summary.clamp(-FAR, FAR), alike.clamp(-FAR, FAR)
        shares: Tensor = self.mixer(torch.cat([summary, summary.abs(), person.clamp(-FAR, FAR), alike], dim=1))
        return shares


def audible(delta: Tensor, spread: Callable[[Tensor], Tensor]) -> Tensor:
    """``(V,)`` 0..1: where the exemplar is changed at all, with a soft border; elsewhere nobody is.

    ``delta (V, 3)`` metres; ``spread`` hands values ``(V,)`` on to their surroundings.
    """
    size = spread(delta.norm(dim=1))
    t = ((size - QUIET) / (LOUD - QUIET)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def save_style_prior(prior: StylePrior, path: Path, provenance: dict[str, str]) -> None:
    """Write weights (half precision) and sizes as one safetensors file."""
    tensors = {k: v.half() if v.is_floating_point() else v.int() for k, v in prior.state_dict().items()}
    sizes = {f"size.{k}": str(v) for k, v in asdict(prior.sizes).items()}
    save_tensors(path, tensors, {"kind": KIND, **sizes, **provenance})


def load_style_prior(path: Path) -> StylePrior:
    """Read what :func:`save_style_prior` wrote. Raises LegoError for any other file."""
    tensors, meta = load_tensors(path)
    if meta.get("kind") != KIND:
        raise LegoError(f"{path} is no style prior", "train one with: lego train prior -o FILE")
    sizes = sizes_of(path, meta, PriorSizes, PriorSizes())
    return filled(path, lambda: StylePrior(sizes), tensors)
