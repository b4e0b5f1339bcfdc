"""Any head mesh in, the same person in a style out: what ``lego stylize`` calls."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.core.encoding.encode_options import ENCODERS, QUALITIES, EncodeOptions
from lego_cli.core.threads import one_thread
from lego_cli.errors import ExitCode, LegoError
from lego_cli.expression import action_values, expression_code, parse_expression
from lego_cli.options import number, option
from lego_cli.registry import Registry
from lego_cli.stylizing.looks import check_texture_size, with_looks

if TYPE_CHECKING:
    from lego_cli.api import Mesh
    from lego_cli.core.avatar import Avatar
    from lego_cli.core.colours.bake import Look
    from lego_cli.core.encoding.code_file import SavedCode
    from lego_cli.core.encoding.encoded import Encoded
    from lego_cli.core.motion.posable import Posable
    from lego_cli.core.stylist import Stylist

LOOK, ADVANCED = "Look", "Advanced"
FRAMES = ("input", "canonical")
KEEP = "keep"


@dataclass(frozen=True)
class StylizeOptions:
    """Options of ``lego stylize``."""

    style: tuple[str, ...] = option((), "STYLE or STYLE=WEIGHT; repeat to mix.", "--style", kind="styles", panel=LOOK)
    topology: str = option("head", "Mesh layout of the result; keep: the input's own.", kind="topologies", panel=LOOK)
    strength: float = option(1.0, "Scales all styles; 0 gives the person, over 1 exaggerates.", panel=LOOK)
    detail: float = option(1.0, "How much fine shape of the input is carried over.", panel=LOOK)
    expression: tuple[str, ...] = option(
        (), "NAME=VALUE: an ARKit name, or happy, sad, angry, surprised, disgusted, afraid. Replaces the input's own.",
        "--expression", kind="controls", metavar="NAME=VALUE", panel=LOOK,
    )  # fmt: skip
    encoder: str = option(
        "mage", "mage: learned, then refined; fit: searched and fitted.", panel=ADVANCED, words=ENCODERS
    )
    quality: str = option(
        "normal", "draft: what MAGE says; normal: refined; high: for longer.", panel=LOOK, words=QUALITIES
    )
    shapes: bool = option(True, "Put the 52 ARKit shapes into files that can hold them.", panel=LOOK)
    makeup: bool = option(
        True, "Paint skin, eyes, brows and lips in those files if the input has no colours.", panel=LOOK
    )
    texture: bool = option(True, "Carry the input's colours over (topology keep always does).", panel=LOOK)
    texture_size: int = option(0, "Pixels along each side of the new texture; 0: by the input.", panel=LOOK)
    frame: str = option(
        "input", "input: back where the input was; canonical: metres, Y up.", panel=ADVANCED, words=FRAMES
    )


@dataclass(frozen=True)
class Stylized:
    """One result: the mesh to write, and how it came about."""

    mesh: Mesh  # in the wanted frame
    canonical: Mesh  # the same in the canonical frame, metres
    encoded: Encoded | SavedCode
    avatar: Avatar
    posable: Posable  # the same, ready for other expressions
    metrics: dict[str, float]
    seconds: dict[str, float]
    roles: dict[str, int] = field(default_factory=dict)  # topology keep: vertices of skin, eyes, teeth, ...


class Stylizer:
    """Styles, topology and expression looked up once, then applied to any number of heads."""

    @one_thread()
    def __init__(self, registry: Registry, options: StylizeOptions | None = None, bare: bool = False) -> None:
        """Check every name and number before anything slow; ``bare`` allows people without a style.

        Raises LegoError (exit code 2) for a wrong one.
        """
        self.options = o = options or StylizeOptions()
        check_options(o, bare)
        self.encoding = EncodeOptions(o.encoder, o.quality)
        from lego_cli import assets

        actions = action_values(parse_expression(o.expression), registry)
        self.expression = expression_code(actions) if o.expression else None
        weights = parse_weights(o.style)
        self.topology = assets.topology(registry, o.topology)
        self.styles = [(assets.style(registry, name), weight * o.strength) for name, weight in weights.items()]
        self.stylist: Stylist = assets.stylist(registry)

    @one_thread()
    def __call__(self, mesh: Mesh) -> Stylized:
        """Stylise one mesh. Raises LegoError (exit code 1) when it is plainly no head."""
        from lego_cli.core.encoding.encode import encode

        start = time.perf_counter()
        encoded = encode(mesh, self.stylist, self.encoding)
        seconds = time.perf_counter() - start
        made = self._kept(mesh, encoded, seconds) if self.keeps else self._stylized(encoded, seconds)
        return with_looks(made, mesh, encoded, self)

    @one_thread()
    def from_code(self, saved: SavedCode) -> Stylized:
        """Stylise the person of a code file. Raises LegoError (exit code 2) for topology ``keep``."""
        refuse_keep(self.options)
        return self._stylized(saved, 0.0)

    def exemplar(self) -> SavedCode:
        """The person that the first of the styles was learned on, neutral, standing in the canonical frame."""
        import numpy as np

        from lego_cli.api import ARKIT
        from lego_cli.core.encoding.code_file import SavedCode
        from lego_cli.core.geometry.similarity import Similarity
        from lego_cli.core.stylist import Code

        shape = self.styles[0][0].shape.double().numpy()
        here = Similarity(1.0, np.eye(3), np.zeros(3))
        return SavedCode(Code(shape, np.zeros(len(ARKIT))), here, unit="m", up="+y")

    @cached_property
    def painted(self) -> Look | None:
        """What results wear in files with shapes when their input has no colours; None for their bare mesh."""
        from lego_cli.core.colours.made_up import made_up

        return None if self.keeps or not self.options.makeup else made_up(self.topology, self.stylist.head)

    @property
    def keeps(self) -> bool:
        """Whether results have the topology of their input."""
        return self.options.topology == KEEP

    def _kept(self, mesh: Mesh, encoded: Encoded, encode_seconds: float) -> Stylized:
        from lego_cli.core.keep.kept import KeptMesh
        from lego_cli.core.motion.posable import OnOwnMesh

        start = time.perf_counter()
        avatar = self.stylist.avatar(encoded.code, self.styles)
        kept = KeptMesh(mesh, encoded, self.stylist)
        made = kept.styled(avatar, self.expression, self.options.detail)
        canonical = made.with_vertices(encoded.transform.inverse(made.vertices))
        seconds = {"encode": encode_seconds, "decode": time.perf_counter() - start}
        metrics = {f"fit_{k}_mm": v for k, v in encoded.residual_mm.items()}
        shown = made if self.options.frame == "input" else canonical
        posable = OnOwnMesh(kept, avatar, self.options.detail)
        return Stylized(shown, canonical, encoded, avatar, posable, metrics, seconds, kept.roles)

    def _stylized(self, encoded: Encoded | SavedCode, encode_seconds: float) -> Stylized:
        from lego_cli.core.motion.posable import OnTopology

        start = time.perf_counter()
        avatar = self.stylist.avatar(encoded.code, self.styles, self.options.detail)
        person = self.stylist.avatar(encoded.code, (), self.options.detail)
        vertices = avatar.pose(self.topology, self.expression)
        canonical = self.topology.mesh.with_vertices(vertices)
        placed = encoded.transform.apply(vertices) if self.options.frame == "input" else vertices
        seconds = {"encode": encode_seconds, "decode": time.perf_counter() - start}
        metrics = {f"fit_{k}_mm": v for k, v in encoded.residual_mm.items()}
        posable = OnTopology(avatar, person, self.topology)
        return Stylized(canonical.with_vertices(placed), canonical, encoded, avatar, posable, metrics, seconds)


def stylize(mesh: Mesh | Path, registry: Registry, options: StylizeOptions | None = None) -> Stylized:
    """Stylise one head mesh, given as a mesh or a file."""
    from lego_cli.mesh.read import read_mesh

    return Stylizer(registry, options)(read_mesh(mesh) if isinstance(mesh, Path) else mesh)


def refuse_keep(o: StylizeOptions) -> None:
    """Raise LegoError where there is no mesh whose topology could be kept: codes, and people between people."""
    if o.topology == KEEP:
        hint = "give the mesh itself, or another --topology (lego topologies list)"
        raise LegoError("--topology keep needs a mesh, and a code has none", hint, ExitCode.USAGE)


def parse_weights(values: Sequence[str]) -> dict[str, float]:
    """``("pixar=0.7", "elf")`` to names and weights. Raises LegoError for a weight that is no number."""
    weights: dict[str, float] = {}
    for value in values:
        name, equals, amount = value.partition("=")
        weight = number(amount) if equals else 1.0
        if not abs(weight) <= 10:
            raise LegoError(f"'{value}' has no usable number", "write NAME=0.7", ExitCode.USAGE)
        weights[name] = weights.get(name, 0.0) + weight
    return weights


def check_options(o: StylizeOptions, bare: bool = False) -> None:
    """Raise LegoError (exit code 2) for numbers out of range, and without a style unless ``bare``."""
    if not o.style and not bare:
        raise LegoError("no style given", "add one: --style pixar (all of them: lego styles list)", ExitCode.USAGE)
    if o.frame not in FRAMES:
        raise LegoError(f"--frame has no '{o.frame}'", f"choose {' or '.join(FRAMES)}", ExitCode.USAGE)
    check_texture_size(o.texture_size)
    for amount, flag in ((o.strength, "--strength"), (o.detail, "--detail")):
        if not 0 <= amount <= 2:
            raise LegoError(f"{flag} {amount} is out of range", "choose a number from 0 to 2", ExitCode.USAGE)
