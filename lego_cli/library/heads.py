"""Heads that come out of the Python functions: stylised ones, and people as codes."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import ARKIT
from lego_cli.errors import ExitCode, LegoError
from lego_cli.expression import action_values, expression_code, parse_expression
from lego_cli.files.inputs import Inputs
from lego_cli.files.outputs import refuse_overwrite
from lego_cli.library.inputs import read_so_far, without_inputs
from lego_cli.library.keywords import Names, as_texts
from lego_cli.library.pictures import Shown
from lego_cli.stylizing.encode_files import CodeMaker, code_place

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Mesh, RiggedHead
    from lego_cli.core.encoding.code_file import SavedCode
    from lego_cli.registry import Registry
    from lego_cli.stylizing.stylizer import Stylized, Stylizer


@dataclass(frozen=True, eq=False, repr=False)
class StylizedHead(Shown):
    """A person in a style, in one expression and ready for others: what :func:`lego_cli.stylize` gives."""

    made: Stylized
    stylizer: Stylizer
    registry: Registry
    name: str
    notes: tuple[str, ...] = ()  # what was left out when the input was read
    inputs: Inputs = field(default_factory=read_so_far)

    @property
    def mesh(self) -> Mesh:
        """The mesh in the frame that was asked for: vertices, faces, UVs, materials."""
        return self.made.mesh

    @property
    def expression(self) -> Floats:
        """``(52,)`` ARKit actions that it shows, in the order of ``lego_cli.api.ARKIT``."""
        chosen = self.stylizer.expression
        return np.asarray(self.made.encoded.code.expression if chosen is None else chosen, np.float64)

    @property
    def metrics(self) -> dict[str, float]:
        """How well the input was understood, millimetres on a head of 230 mm: ``fit_mean_mm``, ``fit_p95_mm``."""
        return dict(self.made.metrics)

    @cached_property
    def rigged(self) -> RiggedHead:
        """The head with its 52 shapes, correctives and mixes, as in files. Raises LegoError for point clouds."""
        from lego_cli.animating.rigged import rigged

        return rigged(self.made, self.stylizer, self.registry, self.name)

    @property
    def shapes(self) -> Floats:
        """``(52, V, 3)`` displacements of the ARKit shapes from the neutral head: metres, canonical frame."""
        return self.rigged.shapes

    def posed(self, expression: Names | Floats) -> StylizedHead:
        """The same head in another expression: ``"happy"``, ``{"jawOpen": 0.4}`` or ``(52,)`` ARKit actions.

        Raises LegoError for a name that no rig has.
        """
        wanted = expression_of(expression, self.registry)
        vertices = self.made.posable.poses(wanted[None])[0]
        canonical = self.made.canonical.with_vertices(vertices)
        back = self.stylizer.options.frame == "input"
        placed = self.made.encoded.transform.apply(vertices) if back else vertices
        made = replace(self.made, canonical=canonical, mesh=self.mesh.with_vertices(placed))
        stylizer = copy(self.stylizer)
        stylizer.expression = wanted
        return replace(self, made=made, stylizer=stylizer)

    @without_inputs
    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write it in the format of the suffix, with shapes where that holds them (GLB, VRM, USD).

        Raises LegoError for a suffix that nothing writes, and for files that are there unless ``force`` is on.
        """
        from lego_cli.exporter_choice import require_writers
        from lego_cli.stylizing.stylize_files import write_result

        path = Path(path)
        require_writers([path], self.registry)
        write_result(self.made, path, self.stylizer, self.registry, force)
        return path

    def drawn(self) -> tuple[Mesh, Mapping[str, Ints] | None]:
        """See :class:`Shown`."""
        from lego_cli.preview import carried_landmarks

        keeps, stylizer = self.stylizer.keeps, self.stylizer
        return self.made.canonical, None if keeps else carried_landmarks(stylizer.topology, stylizer.stylist.head)

    def __repr__(self) -> str:
        o = self.stylizer.options
        style = f" in {' + '.join(o.style)}" if o.style else ""
        return f"<StylizedHead: {self.name}{style}, topology {o.topology}, {len(self.vertices)} vertices>"


@dataclass(frozen=True, eq=False, repr=False)
class Person(Shown):
    """A person as a code, to keep, change and stylise: what :func:`lego_cli.encode` gives."""

    saved: SavedCode
    maker: CodeMaker
    registry: Registry
    name: str
    inputs: Inputs = field(default_factory=read_so_far)

    @property
    def shape(self) -> Floats:
        """``(K,)`` who it is."""
        return self.saved.code.shape

    @property
    def expression(self) -> Floats:
        """``(52,)`` ARKit actions, in the order of ``lego_cli.api.ARKIT``."""
        return self.saved.code.expression

    @property
    def metrics(self) -> dict[str, float]:
        """How far the code lies from the input, millimetres on a head of 230 mm: ``mean``, ``p95``."""
        return dict(self.saved.residual_mm)

    @cached_property
    def mesh(self) -> Mesh:
        """The person without a style, topology ``head``: metres, canonical frame."""
        topology = self.maker.topology
        return topology.mesh.with_vertices(self.maker.stylist.avatar(self.saved.code).pose(topology))

    def with_shape(self, shape: Floats) -> Person:
        """Somebody else with the same expression. Raises LegoError for numbers that are no ``(K,)`` shape."""
        numbers = np.asarray(shape, np.float64)
        if numbers.shape != self.shape.shape or not np.isfinite(numbers).all():
            hint = f"give {len(self.shape)} finite numbers"
            raise LegoError(f"{numbers.shape} numbers are no shape", hint, ExitCode.USAGE)
        return replace(self, saved=replace(self.saved, code=replace(self.saved.code, shape=numbers)))

    def with_expression(self, expression: Names | Floats) -> Person:
        """The same person in another expression, given as in :meth:`StylizedHead.posed`."""
        wanted = expression_of(expression, self.registry)
        return replace(self, saved=replace(self.saved, code=replace(self.saved.code, expression=wanted)))

    @without_inputs
    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write the code as JSON. Raises LegoError for another suffix, and for a file there unless ``force`` is on."""
        from lego_cli.core.encoding.code_file import write_code

        place = code_place(Path(path), Path(path), many=False)
        refuse_overwrite(place, force=force)
        write_code(self.saved, place, self.maker.stylist, asdict(self.maker.options))
        return place

    def drawn(self) -> tuple[Mesh, Mapping[str, Ints] | None]:
        """See :class:`Shown`."""
        from lego_cli.preview import carried_landmarks

        return self.mesh, carried_landmarks(self.maker.topology, self.maker.stylist.head)

    def __repr__(self) -> str:
        return f"<Person: {self.name}, {len(self.shape)} numbers, {np.count_nonzero(self.expression)} actions>"


def expression_of(expression: Names | Floats, registry: Registry) -> Floats:
    """``(52,)`` of names, or of numbers already. Raises LegoError for what is neither."""
    if isinstance(expression, np.ndarray):
        numbers = np.asarray(expression, np.float64)
        if numbers.shape != (len(ARKIT),) or not np.isfinite(numbers).all():
            hint = "give 52 finite numbers in the order of lego_cli.api.ARKIT, or names"
            raise LegoError(f"{numbers.shape} numbers are no expression", hint, ExitCode.USAGE)
        return numbers
    return expression_code(action_values(parse_expression(as_texts(expression)), registry)).astype(np.float64)
