"""Lets torchvision be imported where its compiled library cannot be loaded.

Builds of torchvision for CUDA do not load beside a torch for the CPU, and the import then dies of two operators that
nobody has declared. Neither is used here; declaring them is enough.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path

import torch

SCHEMAS = ("nms", "qnms")


@cache
def importable_torchvision() -> torch.library.Library | None:
    """Call before anything imports torchvision. Returns what keeps the declarations alive, None if none were needed."""
    found = importlib.util.find_spec("torchvision")
    if "torchvision" in sys.modules or found is None or found.origin is None:
        return None
    try:
        for compiled in Path(found.origin).parent.glob("_C*"):
            torch.ops.load_library(str(compiled))
    except OSError:
        library = torch.library.Library("torchvision", "FRAGMENT")
        for name in SCHEMAS:
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        return library
    return None
