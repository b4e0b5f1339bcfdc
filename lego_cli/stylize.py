"""Any head mesh in, the same person in a style out: what ``lego stylize`` calls."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.errors import ExitCode, LegoError
from lego_cli.expression import action_values, expression_code, parse_expression
from lego_cli.options import option
from lego_cli.registry import Registry

if TYPE_CHECKING:
    from lego_cli.api import Mesh
    from lego_cli.core.avatar import Avatar, Stylist
    from lego_cli.core.code_file import SavedCode
    from lego_cli.core.fit_encoder import Encoded

LOOK, ADVANCED = "Look", "Advanced"
ENCODERS = ("fit",)
FRAMES = ("input", "canonical")


@dataclass(frozen=True)
class StylizeOptions:
    """Options of ``lego stylize``."""

    style: tuple[str, ...] = option((), "STYLE or STYLE=WEIGHT; repeat to mix.", "--style", kind="styles", panel=LOOK)
    topology: str = option("head", "Mesh layout of the result.", kind="topologies", panel=LOOK)
    strength: float = option(1.0, "Scales all styles; 0 gives the person, over 1 exaggerates.", panel=LOOK)
    detail: float = option(1.0, "How much fine shape of the input is carried over.", panel=LOOK)
    expression: tuple[str, ...] = option(
        (), "NAME=VALUE: an ARKit name or happy, sad, angry, surprised, neutral. Replaces the input's own.",
        "--expression", metavar="NAME=VALUE", panel=LOOK,
    )  # fmt: skip
    encoder: str = option("fit", "How the input becomes a code.", panel=ADVANCED)
    frame: str = option("input", "input: back where the input was; canonical: metres, Y up.", panel=ADVANCED)


@dataclass(frozen=True)
class Stylized:
    """One result: the mesh to write, and how it came about."""

    mesh: Mesh  # in the wanted frame
    canonical: Mesh  # the same in the canonical frame, metres
    encoded: Encoded | SavedCode
    avatar: Avatar
    metrics: dict[str, float]
    seconds: dict[str, float]


class Stylizer:
    """Styles, topology and expression looked up once, then applied to any number of heads."""

    def __init__(self, registry: Registry, options: StylizeOptions | None = None) -> None:
        """Check every name and number before anything slow. Raises LegoError (exit code 2) for a wrong one."""
        self.options = o = options or StylizeOptions()
        _check(o)
        from lego_cli import assets

        actions = action_values(parse_expression(o.expression), registry)
        self.expression = expression_code(actions) if o.expression else None
        weights = parse_weights(o.style)
        self.topology = assets.topology(registry, o.topology)
        self.styles = [(assets.style(registry, name), weight * o.strength) for name, weight in weights.items()]
        self.stylist: Stylist = assets.stylist(registry)

    def __call__(self, mesh: Mesh) -> Stylized:
        """Stylise one mesh. Raises LegoError (exit code 1) when it is plainly no head."""
        from lego_cli.core.fit_encoder import encode_by_fit

        start = time.perf_counter()
        encoded = encode_by_fit(mesh, self.stylist)
        return self._stylized(encoded, time.perf_counter() - start)

    def from_code(self, saved: SavedCode) -> Stylized:
        """Stylise the person of a code file. Raises LegoError (exit code 2) for topology ``keep``."""
        refuse_keep(self.options)
        return self._stylized(saved, 0.0)

    def _stylized(self, encoded: Encoded | SavedCode, encode_seconds: float) -> Stylized:
        start = time.perf_counter()
        avatar = self.stylist.avatar(encoded.code, self.styles, self.options.detail)
        vertices = avatar.pose(self.topology, self.expression)
        canonical = self.topology.mesh.with_vertices(vertices)
        placed = encoded.transform.apply(vertices) if self.options.frame == "input" else vertices
        seconds = {"encode": encode_seconds, "decode": time.perf_counter() - start}
        metrics = {f"fit_{k}_mm": v for k, v in encoded.residual_mm.items()}
        return Stylized(canonical.with_vertices(placed), canonical, encoded, avatar, metrics, seconds)


def stylize(mesh: Mesh | Path, registry: Registry, options: StylizeOptions | None = None) -> Stylized:
    """Stylise one head mesh, given as a mesh or a file."""
    from lego_cli.mesh.read import read_mesh

    return Stylizer(registry, options)(read_mesh(mesh) if isinstance(mesh, Path) else mesh)


def refuse_keep(o: StylizeOptions) -> None:
    """Raise LegoError where there is no mesh whose topology could be kept: codes, and people between people."""
    if o.topology == "keep":
        hint = "give the mesh itself, or another --topology (lego topologies list)"
        raise LegoError("--topology keep needs a mesh, and a code has none", hint, ExitCode.USAGE)


def parse_weights(values: Sequence[str]) -> dict[str, float]:
    """``("pixar=0.7", "elf")`` to names and weights. Raises LegoError for a weight that is no number."""
    weights: dict[str, float] = {}
    for value in values:
        name, equals, number = value.partition("=")
        weights[name] = weights.get(name, 0.0) + (_number(number, value) if equals else 1.0)
    return weights


def _number(text: str, whole: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) <= 10:  # also true for NaN
        raise LegoError(f"'{whole}' has no usable number", "write NAME=0.7", ExitCode.USAGE)
    return number


def _check(o: StylizeOptions) -> None:
    if not o.style:
        raise LegoError("no style given", "add one: --style pixar (all of them: lego styles list)", ExitCode.USAGE)
    for value, known, flag in ((o.encoder, ENCODERS, "--encoder"), (o.frame, FRAMES, "--frame")):
        if value not in known:
            raise LegoError(f"{flag} has no '{value}'", f"choose {' or '.join(known)}", ExitCode.USAGE)
    for number, flag in ((o.strength, "--strength"), (o.detail, "--detail")):
        if not 0 <= number <= 2:
            raise LegoError(f"{flag} {number} is out of range", "choose a number from 0 to 2", ExitCode.USAGE)
