"""A head that plays: what :func:`lego_cli.animate` gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.files.inputs import Inputs
from lego_cli.library.inputs import read_so_far, without_inputs
from lego_cli.library.pictures import Shown, png
from lego_cli.library.shared import renderer_of

if TYPE_CHECKING:
    from lego_cli.animating.animation import Animated, AnimateOptions
    from lego_cli.api import Clip, Floats, Ints, Mesh, RiggedHead
    from lego_cli.registry import Registry

STILLS, STILL_SIZE = 4, 256  # of the strip that notebooks show


@dataclass(frozen=True, eq=False, repr=False)
class Performance(Shown):
    """A head with 52 shapes and the clip that it plays."""

    animated: Animated
    options: AnimateOptions
    fps: float  # of films; 0: their own rate
    registry: Registry
    inputs: Inputs = field(default_factory=read_so_far)

    @property
    def rigged(self) -> RiggedHead:
        """The head with shapes, correctives, mixes and clip."""
        return self.animated.head

    @property
    def mesh(self) -> Mesh:
        """The neutral head: metres, canonical frame."""
        return self.rigged.mesh

    @property
    def clip(self) -> Clip:
        """What it plays."""
        return self.animated.clip

    @property
    def times(self) -> Floats:
        """``(T,)`` seconds from 0."""
        return self.clip.times

    @property
    def expression(self) -> Floats:
        """``(T, C)`` the controls over time; ``rigged.controls`` names them."""
        return self.clip.values

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended, left out or cut off on the way."""
        return self.animated.notes

    def vertices_at(self, seconds: float) -> Floats:
        """``(V, 3)`` the face at a time, without the turn of the head; metres, canonical frame."""
        clip = self.clip
        values = np.array([[np.interp(seconds, clip.times, column) for column in clip.values.T]])
        return self.rigged.posed(values)[0]

    @without_inputs
    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write a scene (GLB, VRM, USD), a page (HTML), a film (GIF, WebP, MP4), or for a folder frames.

        Raises LegoError for other suffixes, and for what is there unless ``force`` is on.
        """
        from lego_cli.animating.animate_files import check_outputs, write_animated

        path = Path(path)
        check_outputs((path,), self.registry, self.options, force)
        renderer = renderer_of(self.registry)
        write_animated(self.animated, path, self.registry, renderer, self.options, self.fps, force)
        return path

    @cached_property
    def loudest(self) -> float:
        """The time at which the face moves most."""
        return float(self.times[np.argmax(np.abs(self.expression).sum(1))])

    def drawn(self) -> tuple[Mesh, Mapping[str, Ints] | None]:
        """See :class:`Shown`; at its loudest."""
        mesh = self.mesh.with_vertices(self.vertices_at(self.loudest))
        if self.animated.landmarks is not None:  # what is painted here is finer than the picture in the file
            mesh = replace(mesh, surfaces={})
        return mesh, self.animated.landmarks

    def __repr__(self) -> str:
        seconds = float(self.times[-1])
        return f"<Performance: {self.rigged.name} plays {self.clip.name}, {len(self.times)} frames, {seconds:.2f} s>"

    def _repr_png_(self) -> bytes | None:
        from lego_cli.preview import Finish, contact_sheet
        from lego_cli.preview.film import Film, play

        clip, at = self.clip, np.linspace(0, len(self.times) - 1, STILLS + 2)[1:-1].round().astype(int)
        turns = None if clip.head is None else clip.head[at]
        few = replace(clip, times=clip.times[at], values=clip.values[at], head=turns)
        film = Film(self.options.view, STILL_SIZE, Finish(background=self.options.background))
        head = replace(self.rigged, mesh=self.drawn()[0].with_vertices(self.mesh.vertices))
        pictures = play(head, few, renderer_of(self.registry), film, self.animated.landmarks)
        return png(contact_sheet([[(f"{t:.1f} s", p) for t, p in zip(few.times, pictures, strict=True)]]))
