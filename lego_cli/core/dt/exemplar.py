"""The exemplar: one person and the same person in a style, both at the head model's vertices, however they came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.spatial.transform import Rotation

from lego_cli.core.avatar import EYES, rest_displacement, scale_and_shift, turned
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.ds.surface_net import BasisNet
from lego_cli.core.encoding.encode import encode
from lego_cli.core.encoding.encode_options import EncodeOptions
from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.geometry.nearest_place import PlaceFinder
from lego_cli.core.geometry.similarity import Similarity, best_similarities
from lego_cli.core.geometry.smooth_field import SmoothField
from lego_cli.core.keep.own_topology import own_places
from lego_cli.errors import LegoError
from lego_cli.nn import spread

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Mesh, StyleRecipe
    from lego_cli.core.encoding.encoded import Encoded
    from lego_cli.core.stylist import Stylist

NEUTRAL = EncodeOptions(quality="high", neutral=True)
SAME_DEGREES, SAME_SCALE, SAME_SHIFT = 15.0, 1.6, 0.07  # metres; up to here two files stand in one frame
ROUNDS, NEAR = 10, 0.004  # of the search for what moved least; metres that count as little
TURN = 0.015  # metres that a unit of difference between normals counts
CENTRES = 0.012  # metres between skin places that carry what lies inside
COUNTERPART = 0.25  # of a style's own code: the person whom an unaccompanied style mesh is taken to be
MIRRORED = np.array([-1.0, 1.0, 1.0])
MOST_CODE = 1.5  # standard deviations of that person


@dataclass(frozen=True, eq=False)
class Exemplar:
    """One pair at the head model's vertices; canonical frame, metres."""

    shape: Floats  # (K,) code of the identity
    identity: Floats  # (V, 3)
    styled: Floats  # (V, 3)
    trust: Floats  # (S,) 0..1: where the skin of both was measured
    way: str  # how the two correspond, in words
    lengths: tuple[float, float] = (0.0, 0.0)  # of both codes, root mean square; 0 when not encoded
    paired: bool = True  # whether the person was given; a guessed one says nothing of how the style treats people

    @property
    def delta(self) -> Floats:
        """``(V, 3)`` from the identity to its styled head."""
        return self.styled - self.identity


def exemplar_of_recipe(recipe: StyleRecipe, stylist: Stylist) -> Exemplar:
    """The pair that an authored style is shown on."""
    identity = np.asarray(recipe.exemplar(stylist.head), np.float64)
    styled = np.asarray(recipe.apply(stylist.head, identity), np.float64)
    return exemplar_of_heads(identity, styled, stylist)


def exemplar_of_heads(identity: Floats, styled: Floats, stylist: Stylist) -> Exemplar:
    """A pair in the head model's own vertex order."""
    return Exemplar(_code(identity, stylist), identity, styled, np.ones(len(stylist.skin)), "vertex by vertex")


def exemplar_of_meshes(identity: Mesh, style: Mesh, stylist: Stylist) -> Exemplar:
    """Two files. Raises LegoError (exit code 1) when one of them is no head."""
    encoded = _encoded(identity, stylist)
    person = _whole(encoded, stylist)
    if not same_topology(identity, style):
        other = _encoded(style, stylist)
        styled = _in_frame(encoded, other, person, _whole(other, stylist), stylist)
        trust = np.minimum(encoded.registered.trust, other.registered.trust)
        way, lengths = "two topologies, each registered", (_length(encoded), _length(other))
        return Exemplar(_code(person, stylist), person, styled, trust, way, lengths)
    moved, trust = _carried(identity, style, encoded, person, stylist)
    way, lengths = "one topology, vertex by vertex", (_length(encoded), _length_or_none(style, stylist))
    return Exemplar(_code(person, stylist), person, person + moved, trust, way, lengths)


def exemplar_of_style(style: Mesh, stylist: Stylist) -> Exemplar:
    """A style mesh without its person: the neutral counterpart is a plain person who resembles it."""
    encoded = _encoded(style, stylist)
    code = np.clip(COUNTERPART * encoded.code.shape, -MOST_CODE, MOST_CODE)
    styled, person = _whole(encoded, stylist), stylist.neutral(code)
    return Exemplar(code, person, styled, encoded.registered.trust, "style alone, its person estimated", paired=False)


def same_topology(a: Mesh, b: Mesh) -> bool:
    """Whether two meshes have the same faces over as many vertices."""
    return len(a.vertices) == len(b.vertices) and np.array_equal(a.corner_vertex, b.corner_vertex)


def _encoded(mesh: Mesh, stylist: Stylist) -> Encoded:
    """A neutral face, understood. Raises LegoError, which names the file, when it is none."""
    try:
        return encode(mesh, stylist, NEUTRAL)
    except LegoError as error:
        where = f"{mesh.path.name}: " if mesh.path else ""
        raise LegoError(f"{where}{error.message}", error.hint, error.code) from error


def _length(encoded: Encoded) -> float:
    return float(np.sqrt((encoded.code.shape**2).mean()))


def _length_or_none(style: Mesh, stylist: Stylist) -> float:
    """Of a styled mesh, which may be too strange for a code."""
    try:
        return _length(encode(style, stylist, EncodeOptions(neutral=True)))
    except LegoError:
        return 0.0


def _code(person: Floats, stylist: Stylist) -> Floats:
    assert isinstance(stylist.net, BasisNet)
    return np.asarray(ShapeSolver(stylist.head, stylist.net)(person[None])[0])


def _whole(encoded: Encoded, stylist: Stylist) -> Floats:
    """``(V, 3)`` the head of an encoded file: skin as registered, and what lies inside carried along."""
    decoded = stylist.neutral(encoded.code.shape)
    moved = np.zeros_like(decoded)
    moved[stylist.skin] = encoded.registered.vertices - decoded[stylist.skin]
    return stylist.head.seated(decoded[None], (decoded + _inside_along(decoded, moved, stylist))[None])[0].astype(float)


def _inside_along(person: Floats, moved: Floats, stylist: Stylist) -> Floats:
    """Displacements ``(V, 3)``, known on the skin, carried to what lies inside the head; eyeballs stay balls."""
    skin = stylist.skin
    centres = skin[spread(person[skin], CENTRES)]
    inner = np.setdiff1d(np.arange(len(person)), skin)
    result = moved.copy()
    result[inner] = RBFInterpolator(person[centres], moved[centres], kernel="linear", neighbors=60)(person[inner])
    for eye, margin in zip(EYES, ("eye_left", "eye_right"), strict=True):
        index, rim = stylist.head.parts[eye], np.asarray(stylist.head.landmarks[margin])
        _, scale, _ = scale_and_shift(person[rim], (person + moved)[rim])
        centre = person[index].mean(0)
        result[index] = (scale - 1) * (person[index] - centre) + _ball_shift(person, moved, index, rim, scale)
    return result


def _ball_shift(person: Floats, moved: Floats, ball: Ints, rim: Ints, scale: float) -> Floats:
    """``(3,)`` how far an eyeball goes so that it lies behind its lids as before, in its own size."""
    arm = person[rim].mean(0) - person[ball].mean(0)
    return np.asarray((person + moved)[rim].mean(0) - scale * arm - person[ball].mean(0))


def _in_frame(first: Encoded, second: Encoded, person: Floats, head: Floats, stylist: Stylist) -> Floats:
    """The second file's head ``(V, 3)`` in the first one's frame: as the files stand if they stand alike, else laid
    where the skin that a style changes least agrees with the person's; an encoder's own idea of size is no style.
    """
    between = first.transform.inverted().after(second.transform)
    if _alike(between):
        return between.apply(head)
    return _least_moved(person[stylist.skin], head[stylist.skin]).inverse(head)


def _alike(between: Similarity) -> bool:
    """Whether two heads ``between`` whose frames this is stand in one place, but for what a style may do."""
    turned = np.degrees(Rotation.from_matrix(between.rotation).magnitude())
    near = np.linalg.norm(between.translation) < SAME_SHIFT
    return bool(turned < SAME_DEGREES and near and 1 / SAME_SCALE < between.scale < SAME_SCALE)


def _carried(identity: Mesh, style: Mesh, encoded: Encoded, person: Floats, stylist: Stylist) -> tuple[Floats, Floats]:
    """Displacements ``(V, 3)`` of a pair of one topology, and where the skin was found on it ``(S,)``."""
    before = encoded.transform.inverse(identity.vertices)
    after = _aligned(before, encoded.transform.inverse(style.vertices))
    fields, skin = head_fields(stylist), stylist.skin
    found = PlaceFinder(before, identity.triangles(), TURN)(person[skin], fields.normals(person[skin]))
    way = np.einsum("nk,nkc->nc", found.weights, (after - before)[found.corners])
    trust = np.interp(found.distance, [0.002, 0.005], [1, 0]) * np.interp(found.cosine, [0.3, 0.7], [0, 1])
    length = np.full(len(skin), 0.002)
    moved = np.zeros_like(person)
    moved[skin] = SmoothField(person[skin], fields.corners, np.maximum(trust, 1e-4), length, trust)(way)
    moved = _inside_along(person, moved, stylist)
    places = own_places(identity, encoded, stylist)
    for eye in EYES:
        own = np.flatnonzero(places.role[places.own.index] == eye)
        if len(own) > 10:
            centre, scale, goal = scale_and_shift(before[own], after[own])
            index = stylist.head.parts[eye]
            moved[index] = goal + scale * (person[index] - centre) - person[index]
    changed = stylist.head.seated(person[None], (person + moved)[None])[0].astype(np.float64)
    return changed - person, trust


def _aligned(before: Floats, after: Floats) -> Floats:
    """The styled vertices in the frame of the others: as they are when that is plausible, else by what moved least."""
    found = _least_moved(before, after)
    return after if _alike(found) else found.inverse(after)


def _least_moved(before: Floats, after: Floats) -> Similarity:
    """The similarity between two point sets ``(N, 3)`` under which most of them hardly move."""
    weight = np.ones((1, len(before)))
    for _ in range(ROUNDS):
        scale, rotation, shift = best_similarities(before[None], after[None], weight)
        found = Similarity(float(scale[0]), rotation[0], shift[0])
        away = np.linalg.norm(found.inverse(after) - before, axis=1)
        weight = (1 / (1 + (away / NEAR) ** 2))[None]
    return found


def unevenness(exemplar: Exemplar, stylist: Stylist) -> float:
    """How much the style does one side only, as a share of what it does."""
    delta = rest_displacement(stylist, exemplar.identity, exemplar.styled)
    uneven = (delta - delta[stylist.head.mirror] * MIRRORED)[stylist.skin]
    size = np.linalg.norm(delta[stylist.skin], axis=1).mean()
    return float(np.linalg.norm(uneven, axis=1).mean() / max(size, 1e-9))


def with_symmetry(exemplar: Exemplar, stylist: Stylist, tolerance: float) -> Exemplar:
    """The pair with a symmetric displacement, where the style is symmetric but for ``tolerance`` of its size.

    Small differences between the sides come from the person and from registration, not from the style.
    """
    if unevenness(exemplar, stylist) > tolerance:
        return exemplar
    delta = rest_displacement(stylist, exemplar.identity, exemplar.styled)
    even = turned(stylist.turns(exemplar.identity), (delta + delta[stylist.head.mirror] * MIRRORED) / 2)
    return replace(exemplar, styled=exemplar.identity + even)
