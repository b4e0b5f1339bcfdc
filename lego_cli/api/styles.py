"""Styles: recipes, learned files, and what learning one looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from lego_cli.api.heads import HeadModel

if TYPE_CHECKING:
    import torch

    from lego_cli.api.mesh import Floats


class StyleRecipe(Protocol):
    """An authored style: the same intent applied to any head. The truth that learned styles are measured against."""

    name: str
    summary: str
    licence: str

    def exemplar(self, head: HeadModel) -> Floats:
        """The neutral identity ``(V, 3)`` that the style is shown on once, to be learned from."""
        ...

    def apply(self, head: HeadModel, neutral: Floats) -> Floats:
        """Neutral head ``(V, 3)`` to the same head in this style ``(V, 3)``."""
        ...


@dataclass(frozen=True)
class StyleSource:
    """What a plugin registers for a style: where its learned file lies, and the recipe if it was authored by one."""

    name: str
    file: Path
    recipe: StyleRecipe | None = None


class StyleFamily(Protocol):
    """Any number of authored styles, drawn at random: what a prior of how styles treat people is learned from."""

    name: str

    def draw(self, seed: int) -> StyleRecipe:
        """One style; the same seed gives the same one."""
        ...


@runtime_checkable
class ImageEncoder(Protocol):
    """Pictures to embeddings that tell faces apart as people do. Frozen: gradients reach the pictures alone."""

    name: str
    size: int  # pixels along each side of the pictures that it is made for

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """``(B, 3, size, size)`` pictures, 0..1 in sRGB, row 0 on top, to ``(B, D)`` embeddings."""
        ...


@dataclass(frozen=True)
class StyleBatch:
    """What style losses look at in one step of fine-tuning, in LeGO's notation; metres, the head model's vertices.

    ``embed`` draws heads ``(B, V, 3)`` from the cameras of this step and gives ``(B, views, D)`` embeddings; the
    embeddings of ``source`` and ``target`` are kept, since these never change.
    """

    source: torch.Tensor  # (V, 3) M_S, the exemplar's identity
    target: torch.Tensor  # (V, 3) M_T, its styled head
    made: torch.Tensor  # (V, 3) M_T*, what DT makes of that identity
    people: torch.Tensor  # (B, V, 3) M_S^s, DS of sampled codes
    styled: torch.Tensor  # (B, V, 3) M_T^s, DT of the same codes
    still: torch.Tensor  # (B, V, 3) DT of the same shapes with the exemplar's own expression
    triangles: torch.Tensor  # (F, 3) of the skin
    embed: Callable[[torch.Tensor], torch.Tensor]


class StyleLoss(Protocol):
    """How far DT is from what a style should be."""

    name: str
    weight: float  # in the default set; 0 leaves it out
    pictures: bool  # whether it asks for embeddings

    def __call__(self, batch: StyleBatch) -> torch.Tensor:
        """One differentiable number."""
        ...
