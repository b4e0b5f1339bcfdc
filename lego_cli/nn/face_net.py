"""A small network that looks at pictures of clay heads and tells apart who, with which expression, in which style."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.nn.functional import normalize

from lego_cli.errors import ExitCode, LegoError
from lego_cli.nn.network_file import LARGEST, MOST_LAYERS, filled

PARTS = IDENTITY, EXPRESSION, STYLE = ("identity", "expression", "style")
"""What the embedding is made of, in this order; each part has length one."""

KIND = "face"
STEADY = 10.0  # times larger weights of the last map, whose scale does not matter: steps turn it that much less
GROUP = 8  # channels that are normalised together


@dataclass(frozen=True)
class FaceSizes:
    """Sizes of a :class:`FaceNet`."""

    picture: int = 112  # pixels along each side
    channels: tuple[int, ...] = (24, 48, 96, 160, 192)  # of the convolutions; all but the last halve the picture
    places: int = 32  # channels that keep their place in the picture until the end
    part: int = 64  # numbers of each part of the embedding


class FaceNet(nn.Module):
    """Strided convolutions over the grey picture, then one linear map that still sees where everything is.

    Group norm, which holds for any mixture of views; a smooth activation, since style losses follow the gradient back
    to the picture. The batch norm at the end keeps training from making all embeddings equal, which contrast rewards
    before anything is learned; later it is a fixed shift and scale.
    """

    def __init__(self, sizes: FaceSizes | None = None) -> None:
        super().__init__()
        self.sizes = sizes or FaceSizes()
        widths = (1, *self.sizes.channels)
        last = len(self.sizes.channels) - 1
        stages = [_stage(a, b, 5 if k == 0 else 3, 1 if k == last else 2) for k, (a, b) in enumerate(pairwise(widths))]
        self.trunk = nn.Sequential(*stages, nn.Conv2d(widths[-1], self.sizes.places, 1))
        across = -(-self.sizes.picture // 2**last)
        self.embedding = nn.Linear(self.sizes.places * across**2, len(PARTS) * self.sizes.part, bias=False)
        with torch.no_grad():
            self.embedding.weight.mul_(STEADY)
        self.spread = nn.BatchNorm1d(len(PARTS) * self.sizes.part, affine=False)

    def forward(self, pictures: Tensor) -> Tensor:
        """``(B, 3, size, size)`` pictures, 0..1, to ``(B, 3 * part)`` embeddings."""
        side = self.sizes.picture
        if pictures.ndim != 4 or pictures.shape[1:] != (3, side, side):
            raise ValueError(f"expected (B, 3, {side}, {side}) pictures, got {tuple(pictures.shape)}")
        grey = 4 * (pictures.mean(1, keepdim=True) - 0.5)
        found = self.spread(self.embedding(self.trunk(grey).flatten(1)))
        return normalize(found.unflatten(1, (len(PARTS), -1)), dim=2).flatten(1)

    def part(self, embedding: Tensor, name: str) -> Tensor:
        """One part ``(B, part)`` of embeddings ``(B, 3 * part)``."""
        return embedding.unflatten(1, (len(PARTS), -1))[:, PARTS.index(name)]

    def described(self) -> dict[str, str]:
        """Kind and sizes, as the metadata of a file."""
        return {"kind": KIND, "sizes": json.dumps(asdict(self.sizes), sort_keys=True)}


def load_face_net(path: Path) -> FaceNet:
    """A trained network, frozen. Raises LegoError for a missing or damaged file, or one of another kind."""
    if not path.is_file():
        raise LegoError(f"no file {path}", "check the path", ExitCode.MISSING)
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
            meta = dict(file.metadata() or {})
        if meta.get("kind") != KIND:
            raise LegoError(f"{path} is no face encoder", "train one with: lego train face-encoder -o FILE")
        table = json.loads(meta["sizes"])
        sizes = FaceSizes(**{**table, "channels": tuple(table["channels"])})
        numbers = (sizes.picture, *sizes.channels, sizes.places, sizes.part)
        if len(numbers) > MOST_LAYERS or not all(isinstance(n, int) and 0 < n <= LARGEST for n in numbers):
            raise ValueError("sizes that no network has")
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise LegoError(f"{path} cannot be read: {error}", "the file is damaged; make or fetch it again") from error
    return filled(path, lambda: FaceNet(sizes), tensors)


def _stage(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Sequential:
    groups = max(1, outputs // GROUP)
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.GroupNorm(groups, outputs), nn.SiLU())
