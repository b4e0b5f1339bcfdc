"""``lego bench ds``: how exact DS is on heads it never saw, how fast it decodes, how large it is."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lego_cli.bench.options import UNSEEN
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.ds.surface_net import BasisNet, HyperNet, HyperSizes, SurfaceNet
from lego_cli.core.ds.template_points import SurfaceSampler, SurfaceSamples, sparse_expressions, unbroken_triangles

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel

LEGO_HIDDEN = 256


@dataclass(frozen=True)
class BenchDsOptions:
    """Options of ``lego bench ds``."""

    people: int = 60  # unseen heads of each population
    repeats: int = 30  # decodes behind each time
    seed: int = UNSEEN


def bench_ds(
    head: HeadModel,
    networks: dict[str, tuple[SurfaceNet, Path | None]],
    basis: BasisNet,
    options: BenchDsOptions | None = None,
) -> dict[str, float]:
    """Errors (mm on the skin, heads scaled to 230 mm) of every *trained* network, decode times of both kinds.

    ``networks`` maps a name to a network and its file. Codes of unseen heads are solved with ``basis``, whose shape
    code all networks share. The truth is the head model's neutral plus its actions.
    """
    o = options or BenchDsOptions()
    figures: dict[str, float] = {}
    solver = ShapeSolver(head, basis)
    for population, expressive in (("adult", False), ("adult", True), ("wide", False), ("wide", True)):
        neutral, posed, expression = unseen_heads(head, population, expressive, o)
        shape = torch.from_numpy(solver(neutral)).float()
        for name, (net, _) in networks.items():
            error = _errors(head, net, shape, expression, posed)
            label = f"{name}_{population}{'_expressions' if expressive else ''}"
            figures |= {f"{label}_mean_mm": float(error.mean()), f"{label}_p95_mm": float(np.percentile(error, 95))}
            figures |= {f"{label}_mean_of_max_mm": float(error.max(1).mean()), f"{label}_max_mm": float(error.max())}
    figures |= decode_times(head, basis, o)
    for name, (_, path) in networks.items():
        if path:
            figures[f"{name}_file_mb"] = path.stat().st_size / 1e6
    return figures | lego_sizes(basis)


def lego_sizes(basis: BasisNet) -> dict[str, float]:
    """LeGO's network at full size: millions of parameters, MB as float32, and MB of a style, which it saves together
    with the two moments of Adam.
    """
    with torch.device("meta"):
        net = HyperNet(basis.boxes, HyperSizes(hidden=LEGO_HIDDEN))
    millions = sum(parameter.numel() for parameter in net.parameters()) / 1e6
    return {"lego_parameters_m": millions, "lego_file_mb": 4 * millions, "lego_style_mb": 3 * 4 * millions}


def unseen_heads(
    head: HeadModel, population: str, expressive: bool, o: BenchDsOptions
) -> tuple[Floats, Floats, Tensor]:
    """Neutral heads, the same with expressions, and the expression codes, from seeds that training never uses."""
    neutral = head.neutral(head.sample(o.people, population, o.seed))
    expression = sparse_expressions(o.people, o.seed) * float(expressive)
    posed = np.stack([
        n + np.tensordot(e, head.actions(n), 1) if expressive else n
        for n, e in zip(neutral, expression.numpy(), strict=True)
    ])  # fmt: skip
    return neutral, posed, expression


def _errors(head: HeadModel, net: SurfaceNet, shape: Tensor, expression: Tensor, truth: Floats) -> Floats:
    """(B, points) distances in mm on heads scaled to 230 mm: at every skin vertex, and at as many places between."""
    skin = torch.from_numpy(np.asarray(head.parts["skin"]))
    sampler = SurfaceSampler(head)
    drawn = sampler.draw(3 * len(skin), torch.Generator().manual_seed(UNSEEN))
    on_skin = torch.isin(drawn.corners, skin).all(1)
    between = SurfaceSamples(drawn.corners[on_skin][: len(skin)], drawn.weights[on_skin][: len(skin)])
    template, heads = torch.from_numpy(np.asarray(head.template, np.float32)), torch.from_numpy(truth).float()
    points = torch.cat([template[skin], between.carry(template)])
    wanted = torch.cat([heads[:, skin], between.carry(heads.transpose(0, 1)).transpose(0, 1)], dim=1)
    with torch.inference_mode():
        found = net.decode(net.prepare(points), shape, expression)
    chin, crown = (heads[:, np.atleast_1d(head.landmarks[name])[0]] for name in ("chin", "crown"))
    return ((found - wanted).norm(dim=2) * (230 / (crown - chin).norm(dim=1))[:, None]).numpy()


def decode_times(head: HeadModel, basis: BasisNet, o: BenchDsOptions) -> dict[str, float]:
    """Milliseconds of one decode on one thread, both kinds interleaved in one run, at 5k and 16k points."""
    hyper = HyperNet(basis.boxes, HyperSizes(shape=basis.shape_size))  # weights do not change the time
    figures: dict[str, float] = {}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for label, count in (("5k", 5000), ("16k", 16000)):
            points = _surface_points(head, count)
            runs = {"basis": _decoder(basis, points), "hypernet": _decoder(hyper, points)}
            times: dict[str, list[float]] = {name: [] for name in runs}
            for _ in range(o.repeats):
                for name, run in runs.items():
                    times[name].append(_milliseconds(run))
            figures |= {f"{name}_decode_{label}_ms": statistics.median(t) for name, t in times.items()}
    finally:
        torch.set_num_threads(threads)
    return figures


def _decoder(net: SurfaceNet, points: Tensor) -> Callable[[], Tensor]:
    shape, expression = torch.randn(1, net.shape_size), torch.rand(1, net.expression_size)

    def run() -> Tensor:
        with torch.inference_mode():
            return net.decode(prepared, shape, expression)

    with torch.inference_mode():
        prepared = net.prepare(points)
    return run


def _milliseconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - start)


def _surface_points(head: HeadModel, count: int) -> Tensor:
    rng = np.random.default_rng(0)
    triangles = unbroken_triangles(head)
    corners = np.asarray(head.template)[triangles[rng.integers(len(triangles), size=count)]]
    return torch.from_numpy((corners * rng.dirichlet((1, 1, 1), count)[..., None]).sum(1).astype(np.float32))
