"""What fitting needs to know of a head model and its DS: linear fields at the skin, and how far to trust each place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.sparse import coo_array, csr_array

from lego_cli.core.geometry.oriented import Triangles
from lego_cli.core.geometry.visible import openness

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.stylist import Stylist


@dataclass(frozen=True, eq=False)
class HeadFields:
    """Fields of the ``S`` skin vertices, metres: DS is linear in the shape code and, for one shape, in each action."""

    stylist: Stylist
    mean: Floats  # (S, 3)
    modes: Floats  # (S, 3, K)
    corners: Ints  # (T, 3) triangles of the skin, numbered within it
    trust: Floats  # (S,) 0..1, how far a match at this vertex means anything
    front: np.ndarray  # (S,) bool, the front of the face
    landmarks: dict[str, Ints]  # the head model's, numbered within the skin

    def posed(self, shape: Floats, expression: Floats) -> Floats:
        """``(S, 3)`` the skin of a code."""
        return self.stylist.decode(self.stylist.prepared, shape, expression)[self.stylist.skin]

    def actions(self, shape: Floats) -> Floats:
        """``(S, 3, A)`` how each action moves the skin of this shape."""
        net, prepared = self.stylist.net, self.stylist.prepared
        with torch.inference_mode():
            code = torch.from_numpy(np.asarray(shape, np.float32)).expand(net.expression_size, -1)
            still = net.decode(prepared, code[:1], torch.zeros(1, net.expression_size))
            moved = net.decode(prepared, code, torch.eye(net.expression_size)) - still
        return np.ascontiguousarray(moved.double().numpy()[:, self.stylist.skin].transpose(1, 2, 0))

    def normals(self, vertices: Floats) -> Floats:
        """``(S, 3)`` unit normals of the skin at these positions."""
        return Triangles(vertices, self.corners, np.zeros(len(self.corners), np.int64)).vertex_normals()

    @cached_property
    def seen(self) -> Floats:
        """(S,) 0..1, how far each place of the mean head can be seen from outside: 0 in folds and at open edges."""
        visible = np.interp(openness(self.mean, self.normals(self.mean)), [0.2, 0.4], [0, 1])
        visible[_rim(self.corners)] = 0
        return visible

    @cached_property
    def neighbours(self) -> csr_array:
        """(S, S) the mean over each vertex's neighbours."""
        start, end = self.corners.reshape(-1), np.roll(self.corners, -1, axis=1).reshape(-1)
        rows, columns = np.concatenate([start, end]), np.concatenate([end, start])
        graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(self.mean),) * 2).tocsr()
        graph.data[:] = 1.0
        return csr_array(graph.multiply(1 / np.maximum(graph.sum(1), 1)[:, None]))


@lru_cache(maxsize=2)
def head_fields(stylist: Stylist) -> HeadFields:
    """The fields of a head model and its DS; made once for each."""
    net, prepared, skin = stylist.net, stylist.prepared, stylist.skin
    with torch.inference_mode():
        still = torch.zeros(1, net.expression_size)
        mean = net.decode(prepared, torch.zeros(1, net.shape_size), still)
        steps = net.decode(prepared, torch.eye(net.shape_size), still.expand(net.shape_size, -1)) - mean
    mean_skin = mean[0].double().numpy()[skin]
    modes = np.ascontiguousarray(steps.double().numpy()[:, skin].transpose(1, 2, 0))
    place = np.full(len(stylist.head.vertices), -1)
    place[skin] = np.arange(len(skin))
    triangles = place[stylist.head.mesh.triangles()]
    corners = triangles[(triangles >= 0).all(1)]
    landmarks = {name: place[index] for name, index in stylist.head.landmarks.items() if (place[index] >= 0).all()}
    front = _front(mean_skin, landmarks)
    return HeadFields(
        stylist, mean_skin, modes, corners, _trust(mean_skin, corners, landmarks, front), front, landmarks
    )


def _front(mean: Floats, landmarks: dict[str, Ints]) -> np.ndarray:
    """Forehead to chin, without the cheeks' backs: a box in units of the distance from eyes to chin."""
    unit = -mean[landmarks["chin"][0], 1] + mean[landmarks["ibug68"][27], 1]
    x, y, z = mean.T / unit
    deep = mean[landmarks["nose_tip"][0], 2] / unit
    return (z > deep - 0.62) & (np.abs(x) < 0.52) & (y > -1.04) & (y < 0.58)


def _trust(mean: Floats, corners: Ints, landmarks: dict[str, Ints], front: np.ndarray) -> Floats:
    unit = float(np.linalg.norm(mean[landmarks["chin"][0]] - mean[landmarks["ibug68"][27]]))
    trust = np.where(front, 1.0, 0.35)
    for side in ("ear_left", "ear_right"):
        middle = mean[landmarks[side]].mean(0)
        trust[np.linalg.norm(mean - middle, axis=1) < 0.33 * unit] = 0.08
    below = mean[landmarks["chin"][0], 1] - mean[:, 1]
    trust *= np.where(front, 1, np.interp(below / unit, [-0.15, 0.1], [1, 0.25]))
    normals = Triangles(mean, corners, np.zeros(len(corners), np.int64)).vertex_normals()
    trust *= np.interp(openness(mean, normals), [0.25, 0.5], [0, 1])
    trust[_rim(corners)] = 0
    return trust


def _rim(corners: Ints) -> Ints:
    """Vertices at open edges."""
    edge = np.sort(np.stack([corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)], axis=1), axis=1)
    pairs, uses = np.unique(edge, axis=0, return_counts=True)
    return np.unique(pairs[uses == 1])
