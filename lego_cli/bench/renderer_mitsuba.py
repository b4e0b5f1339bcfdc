"""Mitsuba 3 behind our protocol, for ``lego bench renderer``: masks of one head, with projective sampling."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
import trimesh
from torch import Tensor
from torch.autograd.function import once_differentiable

from lego_cli.api import Cameras, Shading

SAMPLES = 4  # a pixel, for the picture and for its outline


class MitsubaRival:
    """``direct_projective`` (Zhang et al. 2023), variant ``llvm_ad_rgb``; the head shines, so its picture is its mask.

    Needs libLLVM 16 or later, by ``DRJIT_LIBLLVM_PATH`` where the system's is older: with Debian 12's the process
    aborts.
    """

    name = "mitsuba"

    def __init__(self) -> None:
        import mitsuba

        mitsuba.set_variant("llvm_ad_rgb")
        mitsuba.set_log_level(mitsuba.LogLevel.Error)

    def render(
        self,
        vertices: Tensor,
        faces: Tensor,
        cameras: Cameras,
        size: tuple[int, int],
        attributes: Tensor | None = None,
        shading: Shading | None = None,
    ) -> dict[str, Tensor]:
        """The mask of one head ``(1, V, 3)`` from every camera."""
        return {"mask": _Masks.apply(vertices[0], faces, cameras, size)}  # type: ignore[no-untyped-call]


class _Masks(torch.autograd.Function):
    """``(V, 3)`` to ``(B, 1, H, W)``, one camera after the other, since batches of sensors have no such gradients."""

    @staticmethod
    def forward(ctx: Any, vertices: Tensor, faces: Tensor, cameras: Cameras, size: tuple[int, int]) -> Tensor:
        import drjit
        import mitsuba

        scene = mitsuba.load_dict(_scene(vertices.detach().numpy(), faces.numpy(), cameras, size))
        params = mitsuba.traverse(scene)
        ctx.key = next(key for key in params.keys() if key.endswith("vertex_positions"))  # noqa: SIM118 - no mapping
        drjit.enable_grad(params[ctx.key])
        params.update()
        ctx.images = [mitsuba.render(scene, params, sensor=k, spp=SAMPLES) for k in range(len(cameras.eye))]
        ctx.params = params
        return torch.from_numpy(np.stack([np.array(image)[None, ..., 0] for image in ctx.images]))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None]:
        import drjit
        import mitsuba

        for image, each in zip(ctx.images, grad.contiguous().numpy(), strict=True):
            weight = mitsuba.TensorXf(np.repeat(each[0][..., None], 3, axis=2) / 3)
            drjit.backward(drjit.sum(image * weight, axis=None))
        found = np.array(drjit.grad(ctx.params[ctx.key])).reshape(-1, 3)
        return torch.from_numpy(found.astype(np.float32)), None, None, None


def _scene(vertices: np.ndarray, faces: np.ndarray, cameras: Cameras, size: tuple[int, int]) -> dict[str, Any]:
    """The head as a lamp, and a sensor for each camera."""
    import mitsuba

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "head.ply"
        trimesh.Trimesh(vertices, faces, process=False).export(path)
        lamp = {"type": "area", "radiance": {"type": "rgb", "value": 1.0}}
        head = mitsuba.load_dict({"type": "ply", "filename": str(path), "face_normals": True, "emitter": lamp})
    film = {"type": "hdrfilm", "height": size[0], "width": size[1], "rfilter": {"type": "box"}, "pixel_format": "rgb"}
    integrator = {"type": "direct_projective", "sppc": SAMPLES, "sppp": SAMPLES, "sppi": 0}
    scene: dict[str, Any] = {"type": "scene", "integrator": integrator, "head": head}
    for k in range(len(cameras.eye)):
        eye, target, up = (x[k].tolist() for x in (cameras.eye, cameras.target, cameras.up))
        scene[f"camera_{k}"] = {
            "type": "perspective",
            "fov": float(cameras.fov[k]),
            "fov_axis": "y",
            "to_world": mitsuba.ScalarTransform4f().look_at(origin=eye, target=target, up=up),
            "film": film,
        }
    return scene
