"""Numerical parts worth sharing with plugins: a sine network, local frames, and the network that looks at faces.

Each is imported when it is first asked for: local frames need no torch, and what uses them alone starts quicker.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lego_cli.nn.face_net import EXPRESSION, IDENTITY, PARTS, STYLE, FaceNet, FaceSizes, load_face_net
    from lego_cli.nn.local_frames import LocalFrames, spread
    from lego_cli.nn.siren import Siren

__all__ = [
    "EXPRESSION",
    "IDENTITY",
    "PARTS",
    "STYLE",
    "FaceNet",
    "FaceSizes",
    "LocalFrames",
    "Siren",
    "load_face_net",
    "spread",
]

_MODULES = {"LocalFrames": "local_frames", "spread": "local_frames", "Siren": "siren"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'face_net')}"), name)
