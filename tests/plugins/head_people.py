"""People and measurements that the head model's tests share."""

from __future__ import annotations

import numpy as np

from lego_cli.api import ARKIT


def expression(**values: float) -> np.ndarray:
    """(52,) code; a name without its side sets both sides."""
    code = np.zeros(len(ARKIT), np.float32)
    for name, value in values.items():
        chosen = [k for k, action in enumerate(ARKIT) if action in (name, f"{name}Left", f"{name}Right")]
        assert chosen, name
        code[chosen] = value
    return code


def people_of_all_ages(head) -> np.ndarray:
    """(30, V, 3): ten adults, eight of all ages, eight babies and newborns, four wide ones."""
    babies = head.sample(8, "plausible", 4)
    babies[:, 0] = np.linspace(-0.33, 0.1, 8)
    groups = [head.sample(10, "adult", 1), head.sample(8, "plausible", 2), babies, head.sample(4, "wide", 3)]
    return head.neutral(np.concatenate(groups))


def skin_normals(head, heads: np.ndarray) -> np.ndarray:
    """(B, F, 3) unit normals of the skin's quads."""
    quads = head.mesh.corner_vertex.reshape(-1, 4)[head.mesh.face_group == head.mesh.groups.index("skin")]
    a, b, c, d = (heads[:, quads[:, k]] for k in range(4))
    across = np.cross(c - a, d - b)
    return across / np.maximum(np.linalg.norm(across, axis=2, keepdims=True), 1e-12)


RAYS = 48  # along each side of a window


def visible(head, vertices: np.ndarray, parts: tuple[str, ...], centre: np.ndarray, width: float, yaw: float) -> int:
    """How many of 48 x 48 parallel rays over a square around ``centre`` first meet one of ``parts``.

    Lashes are left out: they are cards with holes. ``yaw`` degrees turns the head to its right.
    """
    a = np.radians(yaw)
    turn = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    points = (vertices - centre) @ turn.T / width * RAYS + [RAYS / 2, RAYS / 2, 0]
    group = head.mesh.face_group[head.mesh.triangle_face()]
    solid = np.isin(group, [head.mesh.groups.index(name) for name in head.parts if not name.startswith("lashes")])
    corners, group = points[head.mesh.triangles()[solid]], group[solid]
    low = np.clip(np.ceil(corners[..., :2].min(1)), 0, RAYS).astype(int)
    size = np.maximum(np.clip(np.floor(corners[..., :2].max(1)) + 1, 0, RAYS).astype(int) - low, 0)
    count = size.prod(1)
    triangle = np.repeat(np.arange(len(count)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    ray = low[triangle] + np.stack([step % size[triangle, 0], step // np.maximum(size[triangle, 0], 1)], 1)
    depth = _depth(ray, corners[triangle])
    order = np.argsort(depth, kind="stable")  # later writes win: the nearest surface stays
    order = order[np.isfinite(depth[order])]
    seen = np.full((RAYS, RAYS), -1)
    seen[ray[order, 1], ray[order, 0]] = group[triangle[order]]
    return int(np.isin(seen, [head.mesh.groups.index(name) for name in parts]).sum())


def _depth(ray: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Height along z at which each ray meets its triangle, minus infinity where it misses."""
    a, u, v = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    area = np.where(np.abs(area) < 1e-12, np.inf, area)
    p = ray - a[:, :2]
    s = (p[:, 0] * v[:, 1] - p[:, 1] * v[:, 0]) / area
    t = (u[:, 0] * p[:, 1] - u[:, 1] * p[:, 0]) / area
    hit = (s >= 0) & (t >= 0) & (s + t <= 1) & np.isfinite(area)
    return np.where(hit, a[:, 2] + s * u[:, 2] + t * v[:, 2], -np.inf)
