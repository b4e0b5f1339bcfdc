"""Heads that take expressions, on a topology or on the user's own mesh: what rigs and animations are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from lego_cli.api import ARKIT

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Mesh, Topology
    from lego_cli.core.avatar import Avatar
    from lego_cli.core.keep.kept import KeptMesh

STILL = np.zeros(len(ARKIT))


class Posable(Protocol):
    """A styled person on a mesh, canonical frame, metres."""

    @property
    def avatar(self) -> Avatar:
        """The styled person."""
        ...

    @property
    def mesh(self) -> Mesh:
        """Faces, UVs and groups; its positions are not used."""
        ...

    @property
    def parts(self) -> Mapping[str, Ints]:
        """Part name (``eye_left``, ``teeth_upper`` ...) to its vertices, as far as they are known."""
        ...

    def poses(self, expressions: Floats) -> Floats:
        """Expressions ``(B, 52)`` to vertices ``(B, V, 3)``."""
        ...

    def plain(self) -> Floats:
        """``(V, 3)`` the neutral person without the style."""
        ...


@dataclass(frozen=True, eq=False)
class OnTopology:
    """An avatar on a topology; ``person`` is the same without a style."""

    avatar: Avatar
    person: Avatar
    topology: Topology

    @property
    def mesh(self) -> Mesh:
        """The topology's mesh."""
        return self.topology.mesh

    @property
    def parts(self) -> Mapping[str, Ints]:
        """The topology's parts."""
        return self.topology.parts

    def poses(self, expressions: Floats) -> Floats:
        """See :class:`Posable`."""
        return self.avatar.poses(self.topology, expressions)

    def plain(self) -> Floats:
        """See :class:`Posable`."""
        return self.person.pose(self.topology, STILL)


@dataclass(frozen=True, eq=False)
class OnOwnMesh:
    """An avatar on the mesh that its person came from."""

    kept: KeptMesh
    avatar: Avatar
    detail: float = 1.0

    @property
    def mesh(self) -> Mesh:
        """The user's mesh."""
        return self.kept.mesh

    @property
    def parts(self) -> Mapping[str, Ints]:
        """Vertices of the file by their roles."""
        role = self.kept.places.role[self.kept.places.own.index]
        return {str(name): np.flatnonzero(role == name) for name in np.unique(role)}

    def poses(self, expressions: Floats) -> Floats:
        """See :class:`Posable`."""
        plain = self.kept.in_style(self.avatar)
        given = self.kept.encoded.transform.inverse(self.mesh.vertices)
        moved = (self.kept.displacement(plain, expression, self.detail) for expression in np.asarray(expressions))
        return np.stack([given + each[self.kept.places.own.index] for each in moved])

    def plain(self) -> Floats:
        """See :class:`Posable`."""
        return OnOwnMesh(self.kept, self.kept.person, self.detail).poses(STILL[None])[0]
