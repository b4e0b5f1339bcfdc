"""The face encoder that ships with the package."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from lego_cli.nn import FaceNet, load_face_net

DATA = Path(__file__).with_name("data")
DEFAULT = DATA / "face.safetensors"


class FaceEncoder:
    """Identity, expression and style of a clay head, each of length one. Implements ``lego_cli.api.ImageEncoder``.

    It was trained on grey clay before white, lit anyhow, in LeGO's ten views.
    """

    name = "face"

    def __init__(self, path: Path = DEFAULT) -> None:
        self.net: FaceNet = load_face_net(path)
        self.size = self.net.sizes.picture

    def __call__(self, pictures: Tensor) -> Tensor:
        """``(B, 3, size, size)`` pictures, 0..1, to ``(B, D)`` embeddings, on the device of the pictures."""
        found: Tensor = self.net.to(pictures.device)(pictures)
        return found


class JudgeEncoder(FaceEncoder):
    """The same network, learned from other heads: for measuring what was learned with the first one."""

    name = "judge"

    def __init__(self) -> None:
        super().__init__(DATA / "judge.safetensors")
