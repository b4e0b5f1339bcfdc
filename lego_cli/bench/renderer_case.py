"""What renderers are measured on: a head, ten views of it, and how its pictures change when it is deformed."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from lego_cli import assets
from lego_cli.api import Cameras
from lego_cli.needs import cuda_there
from lego_cli.preview.framing import Frame
from lego_cli.renderer_choice import choose_renderer

if TYPE_CHECKING:
    from lego_cli.api import Renderer
    from lego_cli.bench.renderer import BenchRendererOptions
    from lego_cli.registry import Registry

STEP = 0.0007  # metres that a deformation moves the head either way: half a pixel of the picture
LAYERS = {"mask": "mask", "attributes": "colour"}


@dataclass(frozen=True)
class Case:
    """One head, its views, and the truth of the first view."""

    vertices: Tensor  # (V, 3)
    faces: Tensor  # (F, 3)
    cameras: Cameras
    size: int
    pictures: dict[str, Tensor]  # layer: (1, C, S, S)
    slopes: dict[str, Tensor]  # layer: (10,) change of the weighted picture with each deformation

    @property
    def colours(self) -> Tensor:
        """Vertex colours ``(1, V, 3)``, smooth over the head; they stay with the vertices."""
        return _colours(self.vertices)


def make_case(registry: Registry, count: int, options: BenchRendererOptions) -> Case:
    """The mean head with about ``count`` faces. The truth is drawn with many samples a pixel."""
    vertices, faces = _head(registry, count)
    angles = [(30 + 360 * k / options.views, 5.0) for k in range(options.views)]
    cameras = Frame.of(vertices.double().numpy()).cameras(angles)
    renderer = choose_renderer(registry)

    def picture(shape: Tensor) -> dict[str, Tensor]:
        fine = options.size * options.fine
        drawn = renderer.render(shape[None], faces, first_of(cameras), (fine, fine), _colours(vertices))
        return {name: avg_pool2d(drawn[name], options.fine).double() for name in LAYERS}

    with torch.no_grad():
        slopes: dict[str, list[Tensor]] = {name: [] for name in LAYERS}
        for change in deformations(vertices):
            after, before = picture(vertices + STEP * change), picture(vertices - STEP * change)
            for name in LAYERS:
                slope = (after[name] - before[name]) / (2 * STEP)
                slopes[name].append((slope * weights(name, options.size)).sum())
        truth = {name: torch.stack(each).float() for name, each in slopes.items()}
        pictures = {name: each.float() for name, each in picture(vertices).items()}
    return Case(vertices, faces, cameras, options.size, pictures, truth)


def first_of(cameras: Cameras) -> Cameras:
    """The first camera alone."""
    return Cameras(cameras.eye[:1], cameras.target[:1], cameras.up[:1], cameras.fov[:1])


def weights(layer: str, size: int) -> Tensor:
    """Smooth random weights ``(1, 1 or 3, S, S)`` of pixels, the same for all."""
    coarse = torch.randn(1, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    weight = interpolate(coarse, size=(size, size), mode="bicubic")
    return weight[:, :1] if layer == "mask" else weight


def deformations(vertices: Tensor) -> list[Tensor]:
    """Ten smooth ways to change a head, of unit size: shifts, scale, yaw, a bend and waves along the radius."""
    local = (vertices - vertices.mean(0)) / (vertices - vertices.mean(0)).norm(dim=1).amax()
    zero = torch.zeros(len(local))
    turn = torch.stack([local[:, 2], zero, -local[:, 0]], dim=1)
    bend = torch.stack([local[:, 1] ** 2, zero, zero], dim=1)
    waves = [torch.sin(3 * k * local[:, k % 3] + k)[:, None] * local for k in range(1, 5)]
    return [*(torch.eye(3)[k].expand_as(local) for k in range(3)), local, turn, bend, *waves]


def _colours(vertices: Tensor) -> Tensor:
    return (0.5 + 0.5 * torch.sin(50 * vertices + torch.tensor([0.0, 1.0, 2.0])))[None]


def _head(registry: Registry, count: int) -> tuple[Tensor, Tensor]:
    """The skin of the mean head, refined and thinned out to about ``count`` triangles."""
    import fast_simplification
    import trimesh

    head = assets.head_model(registry)
    triangles = head.mesh.triangles()
    triangles = triangles[np.isin(triangles, head.parts["skin"]).all(1)]
    mesh = trimesh.Trimesh(np.asarray(head.vertices, np.float64), triangles, process=False)
    mesh.remove_unreferenced_vertices()
    while len(mesh.faces) < count:
        mesh = mesh.subdivide()
    points, faces = fast_simplification.simplify(
        np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces, np.int32), target_count=count
    )
    return torch.from_numpy(np.asarray(points, np.float32)), torch.from_numpy(np.asarray(faces, np.int64))


class Bench:
    """Measures one renderer on one case after the other, in its own process."""

    def __init__(self, name: str, threads: int) -> None:
        torch.set_num_threads(threads)
        self.device = "cuda" if cuda_there() and name not in ("numba", "deodr", "mitsuba") else "cpu"
        self.renderer = _renderer(name)
        self.start = _peak()

    def quality(self, case: Case) -> dict[str, float]:
        """Errors of image and gradient; the case is kept for the times."""
        self.case = case
        self.vertices = case.vertices.to(self.device)
        self.faces, self.colours = case.faces.to(self.device), case.colours.to(self.device)
        shape = self.vertices.clone()[None].requires_grad_()
        drawn = self.renderer.render(shape, self.faces, first_of(case.cameras), (case.size,) * 2, self.colours)
        figures: dict[str, float] = {}
        for layer, label in LAYERS.items():
            if layer not in drawn:
                continue
            figures[f"{label}_error"] = float((drawn[layer].detach().cpu() - case.pictures[layer]).abs().mean())
            shape.grad = None
            last = layer == "attributes" or "attributes" not in drawn
            (drawn[layer] * weights(layer, case.size).to(self.device)).sum().backward(retain_graph=not last)
            assert shape.grad is not None
            slope = torch.stack([(shape.grad[0].cpu() * d).sum() for d in deformations(case.vertices)])
            error = (slope - case.slopes[layer]).abs() / case.slopes[layer].abs().max()
            figures[f"{label}_gradient_error"] = float(error.mean())
        return figures

    def times(self) -> dict[str, float]:
        """Milliseconds an image, of one batch forward, and forward and backward; MB that the process grew by."""
        case, views = self.case, len(self.case.cameras.eye)
        _peak(anew=True)
        shape = self.vertices.clone()[None].requires_grad_()
        clocks = [self._clocks()]
        drawn = self.renderer.render(shape, self.faces, case.cameras, (case.size,) * 2, self.colours)
        clocks.append(self._clocks())
        sum(drawn[layer].square().sum() for layer in LAYERS if layer in drawn).backward()  # type: ignore[union-attr]
        clocks.append(self._clocks())
        figures: dict[str, float] = {}
        for kind, suffix in enumerate(("", "_wall")):
            first, middle, last = (clock[kind] * 1000 / views for clock in clocks)
            figures |= {f"forward{suffix}_ms": middle - first, f"both{suffix}_ms": last - first}
        memory = torch.cuda.max_memory_allocated() / 1e6 if self.device == "cuda" else _peak() - self.start
        return figures | {"memory_mb": memory}

    def _clocks(self) -> tuple[float, float]:
        if self.device == "cuda":
            torch.cuda.synchronize()
        return time.process_time(), time.perf_counter()


def _renderer(name: str) -> Renderer:
    from lego_cli.bench.renderer import RIVALS
    from lego_cli.plugins import load_plugins

    if name not in RIVALS:
        return choose_renderer(load_plugins().registry, name)
    if name == "mitsuba":
        from lego_cli.bench.renderer_mitsuba import MitsubaRival

        return MitsubaRival()
    from lego_cli.bench.renderer_rivals import DeodrRival

    return DeodrRival()


def _peak(anew: bool = False) -> float:
    """The most memory that this process has had, MB; on Linux since the last call that asked to count ``anew``."""
    status, counter = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if status.exists():
        if anew and os.access(counter, os.W_OK):
            counter.write_text("5")
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if "VmHWM" in line) / 1e3
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
