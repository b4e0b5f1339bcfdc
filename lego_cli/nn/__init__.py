"""Numerical parts worth sharing with plugins: a sine network, local frames, and the network that looks at faces."""

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
