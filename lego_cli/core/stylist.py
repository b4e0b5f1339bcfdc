"""A head model with its DS, ready to make avatars of codes on topologies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from lego_cli.core.avatar import Avatar
from lego_cli.core.ds.surface_net import Prepared, SurfaceNet
from lego_cli.nn import LocalFrames

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel, Ints, Topology
    from lego_cli.core.dt.style_file import Style
    from lego_cli.core.encoding.mage import Mage


@dataclass(frozen=True)
class Code:
    """What DS knows of a person: ``shape (K,)``, ``expression (52,)`` and the ``detail (V, 3)`` it cannot hold."""

    shape: Floats
    expression: Floats
    detail: Floats | None = None  # metres, at the head model's vertices, on the neutral identity


class Stylist:
    """A head model, its DS and its encoder, ready to make avatars; made once per process."""

    def __init__(self, head: HeadModel, net: SurfaceNet, mage: Callable[[], Mage] | None = None) -> None:
        """``mage`` loads the encoder; it is called when a mesh is to be encoded, never for a code."""
        self.head, self.net, self.load_mage = head, net, mage
        skin = np.asarray(head.parts["skin"])
        self.skin = skin
        self.frames = LocalFrames(head.vertices, skin, np.arange(len(head.vertices)))
        self.points = torch.from_numpy(np.asarray(head.template, np.float32))
        self.prepared = net.prepare(self.points)
        self.triangles = np.asarray(head.mesh.triangles())
        self._layouts: dict[str, Layout] = {}

    @cached_property
    def over(self) -> Ints:
        """``(V,)`` the skin vertex nearest to each vertex, itself on the skin: what the mouth's inside goes with."""
        mean = np.asarray(self.head.vertices, np.float64)
        nearest: Ints = self.skin[cKDTree(mean[self.skin]).query(mean)[1]]
        return nearest

    def neutral(self, shape: Floats) -> Floats:
        """Shape code ``(K,)`` to the neutral head ``(V, 3)`` at the head model's vertices."""
        return self.decode(self.prepared, shape, np.zeros(self.net.expression_size))

    def decode(self, prepared: Prepared, shape: Floats, expression: Floats) -> Floats:
        """``DS(points, shape, expression)`` as ``(Q, 3)`` float64."""
        return self.decode_all(prepared, shape, np.asarray(expression)[None])[0]

    def decode_all(self, prepared: Prepared, shape: Floats, expressions: Floats) -> Floats:
        """The same person with expressions ``(B, 52)``: ``(B, Q, 3)`` float64."""
        with torch.inference_mode():
            one, many = (torch.from_numpy(np.asarray(x, np.float32)) for x in (shape, expressions))
            return self.net.decode(prepared, one.expand(len(many), -1), many).double().numpy()

    def turns(self, neutral: Floats) -> Floats:
        """Local frames ``(V, 3, 3)`` of a neutral head against the mean head."""
        return self.frames(neutral[None])[0].astype(np.float64)

    def layout(self, topology: Topology) -> Layout:
        """The topology with everything that depends on it alone; the last one of each name is kept."""
        layout = self._layouts.get(topology.name)
        if layout is None or layout.topology is not topology:
            layout = self._layouts[topology.name] = Layout(topology, self)
        return layout

    def avatar(self, code: Code, styles: Sequence[tuple[Style, float]] = (), detail: float = 1.0) -> Avatar:
        """The person of ``code`` in a weighted sum of styles; ``detail`` scales what the code cannot hold."""
        return Avatar(self, code, styles, detail)


class Layout:
    """A topology prepared for one DS."""

    def __init__(self, topology: Topology, stylist: Stylist) -> None:
        self.topology = topology
        self.points = torch.from_numpy(np.asarray(topology.points, np.float32))
        self.prepared = stylist.net.prepare(self.points)
        count, width = topology.anchors.shape
        rows = np.repeat(np.arange(count), width)
        entries = (np.asarray(topology.weights, np.float64).reshape(-1), (rows, topology.anchors.reshape(-1)))
        self.carry: Any = csr_matrix(entries, shape=(count, len(stylist.head.vertices)))

    def carried(self, values: Floats) -> Floats:
        """Values at head-model vertices ``(V, ...)`` to values at the topology's ``(Q, ...)``."""
        return (self.carry @ values.reshape(len(values), -1)).reshape(-1, *values.shape[1:])
