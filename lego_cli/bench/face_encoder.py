"""``lego bench face-encoder``: how well embeddings tell apart unseen people, expressions and styles."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, normalize

from lego_cli.api import Report, silent
from lego_cli.bench.options import BenchFaceOptions
from lego_cli.core.face_encoder.clay_pictures import ClayPictures
from lego_cli.core.face_encoder.face_cameras import VIEWS
from lego_cli.core.face_encoder.face_pool import visible_expressions
from lego_cli.errors import ExitCode, LegoError
from lego_cli.nn import PARTS, FaceNet

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel, Renderer, StyleRecipe
    from lego_cli.registry import Registry

    Encoders = Mapping[str, Callable[[Tensor], Tensor]]

RIDGES = (0.01, 0.1, 1.0, 10.0)  # of the mean square of an embedding; the best one counts, for every encoder alike
POOLED = 4  # pixels along each side that make one of the raw ones
READ_VIEW = "face_front"
TIMED, REPEATS = 50, 5  # pictures at once, and times


@dataclass(frozen=True)
class Sitters:
    """Every one of ``P`` people in each of ``S`` styles (the first one none) with each of ``E`` expressions."""

    heads: Tensor  # (N, V, 3) metres
    labels: Tensor  # (N, 3) by part: who, with which expression, in which style


def bench_face_encoder(
    head: HeadModel,
    recipes: Sequence[StyleRecipe],
    renderer: Renderer,
    net: FaceNet,
    options: BenchFaceOptions | None = None,
    report: Report = silent,
) -> dict[str, float]:
    """Neighbours found and expressions read by the network, by itself before any training, and by raw pixels.

    ``ENCODER_PART_found`` is the share of pictures whose nearest neighbour, among those that differ in both other
    respects, is of the right person (expression, style); ``..._together`` the same of heads by all views at once;
    ``chance_PART_found`` is what guessing finds; ``ENCODER_r2`` is the share of the variance of expression values that
    a linear map reads off the front of new faces.
    """
    o = _checked(options or BenchFaceOptions())
    pictures = ClayPictures(head, renderer, net.sizes.picture)
    sitters = unseen_sitters(head, recipes, o)
    encoders = named_encoders(net)
    figures = _chances(sitters.labels)
    found: dict[str, list[Tensor]] = {name: [] for name in encoders}
    for k, view in enumerate(o.views):
        for name, embedding in _embedded(encoders, pictures, sitters.heads, view, o.seed + k).items():
            found[name].append(embedding)
        report("views", k + 1, len(o.views))
    for name, embeddings in found.items():
        figures |= retrieval(name, embeddings, sitters.labels)
    figures |= readings(head, recipes, pictures, encoders, o)
    return figures | speed(net) | {"parameters": float(sum(p.numel() for p in net.parameters()))}


def authored(registry: Registry) -> list[StyleRecipe]:
    """The recipes of all built-in styles that have one, in order of their names."""
    built_in = [entry for entry in registry.entries("styles") if entry.owner.built_in]
    sources = [registry.get("styles", registry.reached_as(entry)) for entry in built_in]
    return [source.recipe for source in sources if source.recipe is not None]


def _checked(o: BenchFaceOptions) -> BenchFaceOptions:
    """The options with all views where none is named."""
    unknown = [view for view in o.views if view not in VIEWS]
    if unknown:
        raise LegoError(f"no view called '{unknown[0]}'", f"known views: {', '.join(VIEWS)}", ExitCode.USAGE)
    if min(o.people, o.expressions) < 2 or o.readers < 4:
        raise LegoError("that leaves nothing to tell apart", "2 people and expressions, 4 readers", ExitCode.USAGE)
    return replace(o, views=o.views or tuple(VIEWS))


def named_encoders(net: FaceNet) -> Encoders:
    """The network and its parts, the same network as it begins, and the pixels."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        untrained = FaceNet(net.sizes).eval().requires_grad_(False)
    parts = {name: _part(net, name) for name in PARTS}
    return {"whole": net, **parts, "untrained": untrained, "pixels": _pixels}


def _part(net: FaceNet, name: str) -> Callable[[Tensor], Tensor]:
    return lambda pictures: net.part(net(pictures), name)


def _pixels(pictures: Tensor) -> Tensor:
    return normalize(avg_pool2d(pictures[:, :1] - 0.5, POOLED).flatten(1))


def unseen_sitters(head: HeadModel, recipes: Sequence[StyleRecipe], o: BenchFaceOptions) -> Sitters:
    """Adults of seeds that no training uses, in styles that no training used."""
    neutral = head.neutral(head.sample(o.people, "adult", o.seed))
    worn = np.stack([np.stack([one, *(r.apply(head, one) for r in recipes)]) for one in neutral])
    codes = visible_expressions(o.expressions, o.seed).unique(dim=0).numpy()
    people, styles, count = *worn.shape[:2], len(codes)
    flat = worn.reshape(-1, *worn.shape[2:]).repeat(count, 0)
    posed = head.posed(flat, np.tile(codes, (people * styles, 1)))
    who, style, code = np.indices((people, styles, count)).reshape(3, -1)
    return Sitters(torch.from_numpy(posed).float(), torch.from_numpy(np.stack([who, code, style], 1)))


def _embedded(
    encoders: Encoders, pictures: ClayPictures, heads: Tensor, view: str, seed: int
) -> dict[str, Tensor]:  # fmt: skip
    """Embeddings ``(N, D)`` of the same pictures by every encoder."""
    generator = torch.Generator().manual_seed(seed)
    drawn = [pictures(part, view, generator) for part in heads.split(64)]
    with torch.inference_mode():
        return {name: torch.cat([encode(part) for part in drawn]) for name, encode in encoders.items()}


def retrieval(name: str, embeddings: Sequence[Tensor], labels: Tensor) -> dict[str, float]:
    """Shares of right nearest neighbours of one encoder, view by view and by all views at once."""
    figures = {}
    for k, part in enumerate(PARTS):
        allowed = _other_in_all_but(labels, k)
        single = [_found(e, labels[:, k], allowed) for e in embeddings]
        figures[f"{name}_{part}_found"] = statistics.fmean(single)
        figures[f"{name}_{part}_together"] = _found(torch.cat(list(embeddings), dim=1), labels[:, k], allowed)
    return figures


def _other_in_all_but(labels: Tensor, part: int) -> Tensor:
    """``(N, N)`` pairs that differ in both other respects."""
    apart = labels[:, None] != labels
    others = [k for k in range(labels.shape[1]) if k != part]
    return apart[..., others].all(2)


def _found(embedding: Tensor, label: Tensor, allowed: Tensor) -> float:
    unit = normalize(embedding)
    nearest = (unit @ unit.T).masked_fill(~allowed, -torch.inf).argmax(1)
    return float((label[nearest] == label).double().mean())


def _chances(labels: Tensor) -> dict[str, float]:
    return {f"chance_{part}_found": 1 / len(labels[:, k].unique()) for k, part in enumerate(PARTS)}


def readings(
    head: HeadModel, recipes: Sequence[StyleRecipe], pictures: ClayPictures, encoders: Encoders, o: BenchFaceOptions
) -> dict[str, float]:
    """``ENCODER_r2``: ridge regression of expression values, fitted to three quarters of the faces."""
    people = head.neutral(head.sample(o.readers, "adult", o.seed + 1))
    worn = [people[k] if k % 2 else _styled(head, recipes, people[k], k) for k in range(o.readers)]
    codes = visible_expressions(o.readers, o.seed + 1)
    heads = torch.from_numpy(head.posed(np.stack(worn), codes.numpy())).float()
    embedded = _embedded(encoders, pictures, heads, READ_VIEW, o.seed)
    return {f"{name}_r2": r_squared(embedding.double(), codes.double()) for name, embedding in embedded.items()}


def _styled(head: HeadModel, recipes: Sequence[StyleRecipe], neutral: Floats, number: int) -> Floats:
    return recipes[number // 2 % len(recipes)].apply(head, neutral) if recipes else neutral


def r_squared(inputs: Tensor, values: Tensor) -> float:
    """Share of the variance of ``values (N, C)`` that inputs ``(N, D)`` explain in the last quarter of the rows."""
    first = 3 * len(inputs) // 4
    mean, middle = inputs[:first].mean(0), values[:first].mean(0)
    x, y = inputs[:first] - mean, values[:first] - middle
    square = x.T @ x
    unit = square.diagonal().mean() * torch.eye(len(square), dtype=square.dtype)
    slopes = torch.stack([torch.linalg.solve(square + ridge * unit, x.T @ y) for ridge in RIDGES])
    off = (inputs[first:] - mean) @ slopes + middle - values[first:]
    return float((1 - off.square().sum((1, 2)) / (values[first:] - middle).square().sum()).max())


def speed(net: FaceNet) -> dict[str, float]:
    """Milliseconds of 50 pictures, there and back, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        pictures = torch.rand(TIMED, 3, net.sizes.picture, net.sizes.picture, requires_grad=True)
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            net(pictures).sum().backward()
            times.append(1000 * (time.perf_counter() - start))
    finally:
        torch.set_num_threads(threads)
    return {f"both_ways_{TIMED}_ms": min(times)}
