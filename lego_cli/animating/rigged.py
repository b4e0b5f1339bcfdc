"""A stylised head as a rigged one: shapes, correctives, eyes and named mixes, for files that tools animate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import ARKIT, LegoError, RiggedHead
from lego_cli.core.motion.posable import Posable
from lego_cli.core.motion.rigging import shapes_of
from lego_cli.core.threads import one_thread
from lego_cli.expression import rig_mixes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lego_cli.api import Clip, Floats, Mesh
    from lego_cli.core.avatar import Avatar
    from lego_cli.core.geometry.similarity import Similarity
    from lego_cli.registry import Registry
    from lego_cli.stylizing.stylizer import Stylized, Stylizer

EYES = ("eye_left", "eye_right")
NECK = 0.7  # of the way from the ears down to the chin
OWN = 0.9  # share of a group's vertices that are an eyeball's: the group is that eye


@one_thread()
def rigged(
    stylized: Stylized, stylizer: Stylizer, registry: Registry, name: str, clips: Sequence[Clip] = ()
) -> RiggedHead:
    """The result of ``lego stylize`` with the 52 ARKit shapes; it stands as the result does, in its own expression.

    Raises :class:`LegoError` for a topology without faces.
    """
    posable = stylized.posable
    if not len(posable.mesh.face_sizes):
        raise LegoError("a cloud of points has no shapes", "choose a --topology with faces (lego topologies list)")
    expression = stylizer.expression if stylizer.expression is not None else stylized.encoded.code.expression
    mesh = stylized.canonical
    if not mesh.surfaces and mesh.colours is None and stylizer.painted is not None:
        mesh = stylizer.painted.worn_by(mesh)
    head = rigged_head(posable, mesh, registry, name, clips)
    placed = stylized.encoded.transform if stylizer.options.frame == "input" else None
    return replace(head, pose=np.asarray(expression, np.float64), placement=_matrix(placed))


def rigged_head(posable: Posable, mesh: Mesh, registry: Registry, name: str, clips: Sequence[Clip] = ()) -> RiggedHead:
    """A head that takes expressions as one with shapes; ``mesh`` brings faces, UVs, groups and looks."""
    neutral, shapes, correctives, corrective_shapes = shapes_of(posable.poses)
    plain = posable.plain()
    return RiggedHead(
        name,
        replace(mesh, vertices=neutral, normals=None, corner_normal=None, source=None),
        ARKIT,
        shapes,
        correctives,
        corrective_shapes,
        plain=plain if np.abs(plain - neutral).max() > 1e-6 else None,
        eyes=_eye_centres(posable.parts, mesh, neutral),
        pivot=_pivot(posable.avatar),
        mixes=rig_mixes(registry, "emotions") | rig_mixes(registry, "vrm", "vrm:"),
        clips=tuple(clips),
    )


def _eye_centres(parts: Mapping[str, Any], mesh: Mesh, vertices: Floats) -> dict[str, Floats]:
    """The group that is an eyeball, where there is one, to what it turns about."""
    if mesh.face_group is None:
        return {}
    centres = {}
    group = np.repeat(mesh.face_group, mesh.face_sizes)
    for eye in EYES:
        ball = np.asarray(parts.get(eye, ()), np.int64)
        if not len(ball):
            continue
        for number in np.unique(group[np.isin(mesh.corner_vertex, ball)]):
            used = np.unique(mesh.corner_vertex[group == number])
            if number >= 0 and np.isin(used, ball).mean() > OWN:
                centres[mesh.groups[number]] = vertices[ball].mean(0)
    return centres


def _pivot(avatar: Avatar) -> tuple[float, float, float]:
    """What a head nods and turns about: between the ears, most of the way down to the chin."""
    marks, vertices = avatar.stylist.head.landmarks, avatar.neutral
    ears = np.mean([vertices[marks[f"ear_{side}"]].mean(0) for side in ("left", "right")], axis=0)
    chin = vertices[np.atleast_1d(marks["chin"])[0]]
    return (0.0, float(ears[1] + NECK * (chin[1] - ears[1])), float(ears[2]))


def _matrix(placed: Similarity | None) -> Floats | None:
    """``(4, 4)`` of a similarity; None for none, and for one that changes nothing."""
    if placed is None:
        return None
    matrix = np.eye(4)
    matrix[:3, :3] = placed.scale * placed.rotation
    matrix[:3, 3] = placed.translation
    return None if np.allclose(matrix, np.eye(4), atol=1e-9) else matrix
