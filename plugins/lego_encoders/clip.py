"""CLIP's image tower by open_clip, with CLIP's own preprocessing as differentiable operations."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from lego_cli.api import ExitCode, LegoError
from lego_encoders.clip_weights import MODEL, ClipWeights, find_weights
from lego_encoders.torchvision_library import importable_torchvision

BATCH = 32  # pictures at once, which bounds the memory


class ClipEncoder:
    """Embeddings of length one. Implements ``lego_cli.api.ImageEncoder``."""

    name = "clip"

    def __init__(self, model: Any, preprocessing: dict[str, Any]) -> None:
        """An open_clip model, and what ``open_clip.get_model_preprocess_cfg`` says of it."""
        self.model = model.eval().requires_grad_(False)
        size = preprocessing["size"]
        self.size = int(size if isinstance(size, int) else size[-1])
        self.interpolation = preprocessing["interpolation"]
        self.mean, self.std = (torch.tensor(preprocessing[key])[:, None, None] for key in ("mean", "std"))

    def __call__(self, pictures: Tensor) -> Tensor:
        """``(B, 3, size, size)`` pictures, 0..1, to ``(B, D)``; pictures of other sizes are resized."""
        model = self.model.to(pictures.device)
        parts = [model.encode_image(part, normalize=True) for part in self.preprocessed(pictures).split(BATCH)]
        return torch.cat(parts)

    def preprocessed(self, pictures: Tensor) -> Tensor:
        """What open_clip's own transform makes of the same pictures, up to its rounding to bytes."""
        if pictures.ndim != 4 or pictures.shape[1] != 3 or pictures.shape[2] != pictures.shape[3]:
            raise ValueError(f"expected square pictures (B, 3, size, size), got {tuple(pictures.shape)}")
        if pictures.shape[2] != self.size:
            mode = "bilinear" if self.interpolation == "bilinear" else "bicubic"
            pictures = interpolate(pictures, (self.size, self.size), mode=mode, antialias=True, align_corners=False)
            pictures = pictures.clamp(0, 1)
        return (pictures - self.mean.to(pictures)) / self.std.to(pictures)


def load() -> ClipEncoder:
    """The model that the environment names, frozen. Raises LegoError (exit code 3) for missing or unfit weights."""
    keep_offline()
    importable_torchvision()
    weights = find_weights()
    import open_clip

    try:
        model = _made(weights)
    except Exception as error:  # open_clip raises whatever its parts do
        reason = str(error).strip().partition("\n")[0][:200]
        hint = f"{MODEL} must name the architecture of the weights; open_clip.list_models() has all names"
        message = f"{weights.path} cannot be used as CLIP's {weights.model}: {reason}"
        raise LegoError(message, hint, ExitCode.MISSING) from error
    return ClipEncoder(model, open_clip.get_model_preprocess_cfg(model))


def keep_offline() -> None:
    """Keep the libraries below from fetching what they lack; they read this once, when they are imported."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


def _made(weights: ClipWeights) -> Any:
    import open_clip

    if weights.path.is_dir():
        return open_clip.create_model(f"local-dir:{weights.path}")
    published = weights.settings
    forced = {key: published[key] for key in ("mean", "std", "interpolation", "resize_mode") if published.get(key)}
    return open_clip.create_model(
        weights.model,
        pretrained=str(weights.path),
        force_quick_gelu=bool(published.get("quick_gelu")),
        force_preprocess_cfg=forced or None,
        pretrained_text=False,
    )
