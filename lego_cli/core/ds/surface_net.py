"""DS, the surface deformation network: a template point and a code in, a displaced point out (LeGO, section DS).

Two networks with one interface: :class:`BasisNet`, a neural basis field (the default), and
:class:`HyperNet`, LeGO's hyper-network, kept so that both are always compared in one run.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from lego_cli.core.ds.template_space import PartBoxes
from lego_cli.core.tensors import load_tensors, save_tensors
from lego_cli.errors import LegoError
from lego_cli.nn import Siren
from lego_cli.nn.network_file import damaged, filled, sizes_of

METRES_PER_UNIT = 0.15
"""Template points are divided by this before they enter a sine layer."""


class Prepared(NamedTuple):
    """What a network keeps about template points: where they stand, and its own features of them."""

    placed: Tensor  # (Q, 3)
    features: Tensor  # the network's own


class SurfaceNet(Protocol):
    """What DS is to everyone else. ``Q`` points, ``B`` codes; positions in metres, canonical frame."""

    shape_size: int
    expression_size: int

    def prepare(self, points: Tensor) -> Prepared:
        """Everything that depends on the template points ``(Q, 3)`` alone; made once per topology."""
        ...

    def decode(self, prepared: Prepared, shape: Tensor, expression: Tensor) -> Tensor:
        """Codes ``(B, shape_size)``, ``(B, expression_size)`` to points ``(B, Q, 3)``."""
        ...


@dataclass(frozen=True)
class BasisSizes:
    """Sizes of the neural basis field."""

    shape: int = 360  # whitened identity coefficients
    expression: int = 52
    terms: int = 312  # expression terms, several per action: how an action differs between heads
    width: int = 256
    layers: int = 3
    features: int = 512  # basis functions that the trunk gives at each point
    frequency: float = 30.0


class BasisNet(nn.Module):
    """A neural basis field: one sine trunk gives the basis functions of a point, the code mixes them.

    ``DS(x, z) = place(x) + phi(x) . M(z)``: ``phi`` is the trunk, ``M`` linear in the coefficients
    ``[1, shape, e_a (u_t . [1, shape])]``, where each term ``t`` belongs to one action ``a``. Evaluated from the right,
    a head costs one ``(3, F) @ (F, Q)`` product.
    """

    def __init__(self, boxes: PartBoxes, sizes: BasisSizes | None = None) -> None:
        super().__init__()
        self.boxes = boxes
        self.sizes = s = sizes or BasisSizes()
        self.shape_size, self.expression_size = s.shape, s.expression
        self.trunk = Siren(3, s.width, s.layers, s.features, s.frequency)
        self.mixing: Tensor
        self.term_action: Tensor
        self.term_weight: Tensor
        self.register_buffer("mixing", torch.zeros(1 + s.shape + s.terms, 3 * (s.features + 1)))
        self.register_buffer("term_action", torch.zeros(s.terms, dtype=torch.int64))
        self.register_buffer("term_weight", torch.zeros(s.terms, 1 + s.shape))

    def features(self, points: Tensor) -> Tensor:
        """Template points ``(Q, 3)`` to ``(Q, F + 1)`` basis functions, the last one constant."""
        features = torch.sin(self.trunk(points / METRES_PER_UNIT))
        return torch.cat([features, torch.ones_like(features[:, :1])], dim=1)

    def prepare(self, points: Tensor) -> Prepared:
        """Basis functions of the points as ``(F + 1, Q)``: products with few rows are fast, with few columns slow."""
        return Prepared(self.boxes.place(points), self.features(points).T.contiguous())

    def coefficients(self, shape: Tensor, expression: Tensor) -> Tensor:
        """Codes to ``(B, 1 + shape + terms)`` mixing coefficients."""
        affine = torch.cat([torch.ones_like(shape[:, :1]), shape], dim=1)
        terms = expression[:, self.term_action] * (affine @ self.term_weight.T)
        return torch.cat([affine, terms], dim=1)

    def decode(self, prepared: Prepared, shape: Tensor, expression: Tensor) -> Tensor:
        """Codes to points ``(B, Q, 3)``."""
        mixed = (self.coefficients(shape, expression) @ self.mixing).view(3 * len(shape), -1)
        moved = (mixed @ prepared.features).view(len(shape), 3, -1)
        return prepared.placed + moved.transpose(1, 2)


@dataclass(frozen=True)
class HyperSizes:
    """Sizes of LeGO's hyper-network; LeGO's own hidden size is 256."""

    shape: int = 360
    expression: int = 52
    hidden: int = 64
    shape_latent: int = 256
    expression_latent: int = 64
    frequency: float = 30.0


class HyperNet(nn.Module):
    """LeGO's DS: mappers give a latent, one head per tensor predicts the weights of a sine network (DD3C, LeGO 3.1)."""

    def __init__(self, boxes: PartBoxes, sizes: HyperSizes | None = None) -> None:
        super().__init__()
        self.boxes = boxes
        self.sizes = s = sizes or HyperSizes()
        self.shape_size, self.expression_size = s.shape, s.expression
        self.shape_mapper = _mapper(s.shape, 512, s.shape_latent)
        self.expression_mapper = _mapper(s.expression, 128, s.expression_latent)
        widths = [3, s.hidden, s.hidden, s.hidden, s.hidden, 3]
        self.layer_sizes = list(pairwise(widths))
        latent = s.shape_latent + s.expression_latent
        self.heads = nn.ModuleList(
            _weight_head(latent, n, o, s.frequency, i) for i, (n, o) in enumerate(self.layer_sizes)
        )

    def prepare(self, points: Tensor) -> Prepared:
        """The points themselves: nothing else is shared between codes."""
        return Prepared(self.boxes.place(points), points / METRES_PER_UNIT)

    def decode(self, prepared: Prepared, shape: Tensor, expression: Tensor) -> Tensor:
        """Codes to points ``(B, Q, 3)``: ``x + field(x; z)``."""
        latent = torch.cat([self.shape_mapper(shape), self.expression_mapper(expression)], dim=1)
        x = prepared.features.expand(len(shape), -1, -1)
        for i, ((inputs, outputs), head) in enumerate(zip(self.layer_sizes, self.heads, strict=True)):
            weights = head(latent)
            matrix = weights[:, : inputs * outputs].view(-1, inputs, outputs)
            x = torch.baddbmm(weights[:, None, inputs * outputs :], x, matrix)
            if i < len(self.layer_sizes) - 1:
                x = torch.sin(self.sizes.frequency * x)
        return prepared.placed + METRES_PER_UNIT * x


def _mapper(inputs: int, hidden: int, outputs: int) -> nn.Module:
    middle = max(hidden // 2, outputs)
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, middle), nn.ReLU(), nn.Linear(middle, outputs)
    )


def _weight_head(latent: int, inputs: int, outputs: int, frequency: float, layer: int) -> nn.Module:
    """Predicts one layer's weights and biases; starts at a sine initialisation with a faint dependence on z."""
    head = nn.Sequential(
        nn.Linear(latent, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, (inputs + 1) * outputs)
    )
    last = head[-1]
    assert isinstance(last, nn.Linear)
    bound = 1 / inputs if layer == 0 else (6 / inputs) ** 0.5 / frequency
    with torch.no_grad():
        last.weight.mul_(0.01)
        last.bias[: inputs * outputs].uniform_(-bound, bound)
        last.bias[inputs * outputs :].uniform_(-bound, bound)
        if layer == 4:
            last.bias.mul_(0.1)
    return head


NETWORKS = {"basis": (BasisNet, BasisSizes), "hypernet": (HyperNet, HyperSizes)}


def save_surface_net(net: BasisNet | HyperNet, path: Path, provenance: dict[str, str]) -> None:
    """Write weights (half precision) and sizes as one safetensors file."""
    kind = "basis" if isinstance(net, BasisNet) else "hypernet"
    sizes = {k: repr(v) for k, v in asdict(net.sizes).items()}
    tensors = {k: v.half() if v.is_floating_point() else v.int() for k, v in net.state_dict().items()}
    save_tensors(path, tensors, {"kind": kind, **{f"size.{k}": v for k, v in sizes.items()}, **provenance})


def load_surface_net(path: Path) -> BasisNet | HyperNet:
    """Read a network that :func:`save_surface_net` wrote. Raises LegoError for any other file."""
    tensors, meta = load_tensors(path)
    if meta.get("kind") not in NETWORKS:
        raise LegoError(f"{path} is not a surface network", "train one with: lego train ds -o FILE")
    make_net, make_sizes = NETWORKS[meta["kind"]]
    sizes = sizes_of(path, meta, make_sizes, make_sizes())
    box, offset = (tensors.get(f"boxes.{name}") for name in ("box", "offset"))
    if box is None or offset is None or box.shape != (len(offset), 2, 3) or offset.shape != (len(offset), 3):
        raise damaged(path)
    boxes = PartBoxes(box.float(), offset.float())
    net: BasisNet | HyperNet = filled(path, lambda: make_net(boxes, sizes), tensors)
    return net
