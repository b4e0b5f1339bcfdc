"""Unseen heads as meshes that no training saw, each with the place of every skin vertex of the head model on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial.transform import Rotation

from lego_cli.api import Mesh
from lego_cli.bench.options import EXPRESSION, GIVEN, VARIANTS
from lego_cli.core.ds.template_points import sparse_expressions
from lego_cli.core.geometry.similarity import Similarity

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel, Ints

HEAD_MM = 230.0
"""Chin to crown, the size that errors are told at."""
SIMPLE = 996  # vertices, as many as the simplified mesh of the LeGO release has
NOISE_MM, WARP_MM = 0.3, 1.5  # noise of a vertex along each axis; root mean square of the warp
NECK_MM, NECK_SLOPE = 2.0, 0.36  # the cut starts this far below the chin, and rises by this towards the nape
WAVES, WAVE_METRES = 6, (0.09, 0.2)  # plane waves of a warp, and how long they are
UNITS = (1.0, 100.0, 1000.0, 39.3701)  # of a metre: m, cm, mm, in


@dataclass(frozen=True)
class Person:
    """Someone unseen: neutral and posed ``(V, 3)`` canonical metres, and the same person with another expression."""

    population: str  # adult or wide; the latter also warped beyond the head model's span
    neutral: Floats
    expression: Floats  # (52,), zeros for every other person
    posed: Floats
    other: Floats  # posed differently
    height: float  # chin to crown, metres


@dataclass(frozen=True, eq=False)
class BenchMesh:
    """One person as a mesh of its own connectivity, with the truth."""

    mesh: Mesh
    skin: Ints  # (T, 3) triangles of ``mesh`` that are skin
    truth: Floats  # (S, 3) where each skin vertex of the head model lies on it, in the mesh's frame
    known: np.ndarray  # (S,) bool: whether that place is on the mesh, not cut away
    posed: Floats  # (S, 3) the person's skin as it was before anything was done to it, in the mesh's frame
    where: Similarity  # canonical frame to the mesh's
    millimetres: float  # mm on a head of 230 mm in one unit of the mesh


@dataclass(frozen=True)
class _Draft:
    """A mesh in the canonical frame while it is made."""

    vertices: Floats
    triangles: Ints
    skin: np.ndarray  # (T,) bool
    corners: Ints  # (S,) the vertices of the head model's skin among ``vertices``
    truth: Floats
    known: np.ndarray
    chin: Floats  # (3,)
    millimetre: float  # a millimetre on a head of 230 mm, metres


def unseen_people(head: HeadModel, count: int, seed: int) -> list[Person]:
    """``count`` people: adult and wide in turn, every other pair with an expression; a prefix of any longer list."""
    return [_person(head, "wide" if k % 2 else "adult", k % 4 > 1, seed + k) for k in range(count)]


def _person(head: HeadModel, population: str, expressive: bool, seed: int) -> Person:
    neutral = np.asarray(head.neutral(head.sample(1, population, seed))[0], np.float64)
    height = _height(head, neutral)
    if population == "wide":
        neutral = neutral + WARP_MM * height / HEAD_MM * smooth_warp(head, neutral, seed)
    drawn = sparse_expressions(16, seed).numpy().astype(np.float64)
    one, other = drawn[drawn.any(1)][:2]
    one = one * expressive
    posed = np.asarray(head.posed(np.stack([neutral, neutral]), np.stack([one, other])), np.float64)
    return Person(population, neutral, one, posed[0] if expressive else neutral, posed[1], _height(head, neutral))


def _height(head: HeadModel, neutral: Floats) -> float:
    chin, crown = (neutral[np.atleast_1d(head.landmarks[name])[0]] for name in ("chin", "crown"))
    return float(np.linalg.norm(crown - chin))


def smooth_warp(head: HeadModel, neutral: Floats, seed: int) -> Floats:
    """``(V, 3)`` a sum of long plane waves, of rms length 1 on the skin; eyeballs move as one."""
    rng = np.random.default_rng(seed)
    towards = rng.normal(size=(WAVES, 3))
    towards *= 2 * np.pi / rng.uniform(*WAVE_METRES, (WAVES, 1)) / np.linalg.norm(towards, axis=1, keepdims=True)
    waves: Floats = np.sin(neutral @ towards.T + rng.uniform(0, 2 * np.pi, WAVES)) @ rng.normal(size=(WAVES, 3))
    for eye in ("eye_left", "eye_right"):
        waves[head.parts[eye]] = waves[head.parts[eye]].mean(0)
    return waves / np.sqrt((waves[head.parts["skin"]] ** 2).sum(1).mean())


def bench_mesh(head: HeadModel, person: Person, variant: str, seed: int) -> BenchMesh:
    """A person in one of ``VARIANTS``. All but ``given`` come in a random unit and place and in shuffled order."""
    rng = np.random.default_rng([seed, VARIANTS.index(variant)])
    posed = person.other if variant == EXPRESSION else person.posed
    skin = np.asarray(head.parts["skin"])
    triangles = head.mesh.triangles()
    is_skin = np.asarray(np.isin(triangles, skin).all(1))
    chin = posed[np.atleast_1d(head.landmarks["chin"])[0]]
    known = np.ones(len(skin), dtype=bool)
    draft = _Draft(posed, triangles, is_skin, skin, posed[skin], known, chin, person.height / HEAD_MM)
    return _placed(MAKERS[variant](draft, rng), posed[skin], variant, rng)


def _as_given(draft: _Draft, rng: np.random.Generator) -> _Draft:
    return draft


def _subdivided(draft: _Draft, rng: np.random.Generator) -> _Draft:
    """One step of Loop's scheme on all parts; a vertex of the head model lies where the scheme moves it."""
    import trimesh

    vertices, triangles = trimesh.remesh.subdivide_loop(draft.vertices, draft.triangles, iterations=1)
    skin = np.repeat(draft.skin, 4)
    return replace(draft, vertices=vertices, triangles=triangles, skin=skin, truth=vertices[draft.corners])


def _decimated(draft: _Draft, rng: np.random.Generator) -> _Draft:
    """The skin alone, by quadric edge collapse; the truth is the point of it nearest to the place before."""
    import trimesh

    vertices, triangles = simplified(draft.vertices, draft.triangles[draft.skin], SIMPLE)
    truth = trimesh.proximity.closest_point(trimesh.Trimesh(vertices, triangles, process=False), draft.truth)[0]
    every = np.ones(len(triangles), dtype=bool)
    return replace(draft, vertices=vertices, triangles=triangles, skin=every, truth=truth)


def simplified(vertices: Floats, triangles: Ints, count: int) -> tuple[Floats, Ints]:
    """Quadric edge collapse to the most triangles that have at most ``count`` vertices."""
    import fast_simplification

    vertices, triangles = _compact(vertices, triangles)
    low, high = 100, 2 * count
    best = fast_simplification.simplify(vertices, triangles, target_count=low)
    while high - low > 1:
        middle = (low + high) // 2
        found = fast_simplification.simplify(vertices, triangles, target_count=middle)
        low, high, best = (middle, high, found) if len(found[0]) <= count else (low, middle, best)
    return np.asarray(best[0], np.float64), np.asarray(best[1], np.int64)


def _noisy(draft: _Draft, rng: np.random.Generator) -> _Draft:
    """Noise on every vertex, as of a scanner; the truth stays where the surface was."""
    noise = rng.normal(0, NOISE_MM * draft.millimetre, draft.vertices.shape)
    return replace(draft, vertices=draft.vertices + noise)


def _neckless(draft: _Draft, rng: np.random.Generator) -> _Draft:
    """The skin alone, cut off from just under the chin up to the nape."""
    away = draft.vertices - draft.chin
    below = away[:, 1] < -NECK_SLOPE * np.minimum(away[:, 2], 0) - NECK_MM * draft.millimetre
    stays = draft.skin & ~below[draft.triangles].any(1)
    triangles = draft.triangles[stays]
    known = np.isin(draft.corners, triangles)
    return replace(draft, triangles=triangles, skin=np.ones(len(triangles), dtype=bool), known=known)


MAKERS: dict[str, Callable[[_Draft, np.random.Generator], _Draft]] = {
    GIVEN: _as_given,
    "subdivided": _subdivided,
    "decimated": _decimated,
    "noisy": _noisy,
    "rotated": _as_given,
    "neckless": _neckless,
    EXPRESSION: _as_given,
}
"""How each variant is made. ``rotated`` is turned anyhow when it is placed; ``expression`` starts from another pose."""


def _placed(draft: _Draft, posed: Floats, variant: str, rng: np.random.Generator) -> BenchMesh:
    given = variant == GIVEN
    unit = 1.0 if given else float(rng.choice(UNITS))
    turn = Rotation.random(random_state=rng).as_matrix() if variant == "rotated" else np.eye(3)
    where = Similarity(unit, turn, np.zeros(3) if given else unit * rng.normal(0, 0.5, 3))
    order = np.arange(len(draft.triangles)) if given else rng.permutation(len(draft.triangles))
    vertices, triangles = _compact(draft.vertices, draft.triangles[order], None if given else rng)
    return BenchMesh(
        Mesh.from_faces(where.apply(vertices), triangles),
        triangles[draft.skin[order]],
        where.apply(draft.truth),
        draft.known,
        where.apply(posed),
        where,
        1 / (draft.millimetre * unit),
    )


def _compact(vertices: Floats, triangles: Ints, rng: np.random.Generator | None = None) -> tuple[Floats, Ints]:
    """Without unused vertices, in file order or in any."""
    used = np.unique(triangles)
    used = used if rng is None else rng.permutation(used)
    place: Any = np.full(len(vertices), -1)
    place[used] = np.arange(len(used))
    return vertices[used], place[triangles]
