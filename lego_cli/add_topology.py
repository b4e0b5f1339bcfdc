"""A studio's mesh becomes a topology: what ``lego topologies add`` calls."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lego_cli
from lego_cli import assets
from lego_cli.api import ARKIT, Report, silent
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.outputs import refuse_overwrite, require_own_place
from lego_cli.options import option
from lego_cli.user.styles import USER
from lego_cli.user.topologies import picture_path, topology_path

if TYPE_CHECKING:
    from lego_cli.api import Mesh, Renderer, Topology
    from lego_cli.core.encoding.encoded import Encoded
    from lego_cli.core.stylist import Stylist
    from lego_cli.core.wrapping.wrap import Wrap
    from lego_cli.core.wrapping.wrap_checks import Check
    from lego_cli.registry import Registry

STAGE, STEPS = "add", 4
LICENCE = "yours"


@dataclass(frozen=True)
class AddTopologyOptions:
    """Options of ``lego topologies add``."""

    neutral: bool = option(False, "The mesh is a face at rest: look for no expression in it.", "--neutral")
    style: str = option("pixar", "The style in the picture.", kind="styles")


@dataclass(frozen=True, eq=False)
class Added:
    """A wrapped mesh, how good the wrap is, and the expression that was found in it and undone."""

    wrap: Wrap
    checks: list[Check]
    expression: dict[str, float]


def add_topology(
    name: str,
    source: Path,
    registry: Registry,
    renderer: Renderer,
    options: AddTopologyOptions | None = None,
    picture: Path | None = None,
    force: bool = False,
    report: Report = silent,
) -> dict[str, Any]:
    """Wrap the mesh in ``source`` onto the head model and keep it as the user's topology ``name``.

    Returns where it lies, its picture and its checks. Raises LegoError (exit code 2) for a name that cannot be used or
    is there already, (exit code 1) for a mesh that is no head or that a check refuses; nothing is stored then.
    """
    from lego_cli.mesh.read import read_mesh
    from lego_cli.preview import write_picture
    from lego_cli.topology_picture import topology_picture
    from lego_cli.user.topology_file import write_topology

    options = options or AddTopologyOptions()
    file = free_path(name, force)
    shown = picture or picture_path(file)
    refuse_overwrite(picture, force=force, inputs=[source])
    style = assets.style(registry, options.style)
    mesh = read_mesh(source)
    report(STAGE, 1, STEPS)
    added = wrap_mesh(mesh, assets.stylist(registry), file.stem, options.neutral)
    report(STAGE, 2, STEPS)
    drawn = topology_picture(added.wrap, style, renderer)
    report(STAGE, 3, STEPS)
    refusal = _refusal(added.checks, source, picture)
    if refusal is None:
        write_topology(_documented(added, source, options), file)
    if refusal is None or picture:
        write_picture(drawn, shown)
    if refusal:
        raise refusal
    report(STAGE, STEPS, STEPS)
    return _summary(added, source, file, shown, registry)


def wrap_mesh(mesh: Mesh, stylist: Stylist, name: str, neutral: bool = False) -> Added:
    """A mesh laid onto the head model, at rest on the mean head, and checked. Raises LegoError when it is no head."""
    from lego_cli.core.geometry.mirrored_places import mirror_pairs, with_mirrored_places
    from lego_cli.core.keep.own_topology import as_topology, own_places
    from lego_cli.core.wrapping.mended_places import mended
    from lego_cli.core.wrapping.stand_off import stand_offs
    from lego_cli.core.wrapping.unfold import unfolded
    from lego_cli.core.wrapping.wrap import Wrap, at_rest
    from lego_cli.core.wrapping.wrap_checks import check_wrap

    if not len(mesh.face_sizes):
        raise LegoError("the mesh is a cloud of points, it has no faces", "give a surface mesh of a head")
    encoded = _encoded(mesh, stylist, neutral)
    places = mended(own_places(mesh, encoded, stylist), stylist.head)
    topology = replace(as_topology(mesh, places, stylist, name), offsets=stand_offs(places, stylist))
    pairs = mirror_pairs(mesh.vertices, encoded.transform.rotation[:, 0])
    if pairs is not None:
        topology = with_mirrored_places(topology, pairs, stylist.head)
    given = mesh.with_vertices(encoded.transform.inverse(mesh.vertices))
    wrap = unfolded(Wrap(given, at_rest(topology, stylist), encoded.registered.vertices, stylist))
    values = zip(ARKIT, encoded.code.expression.tolist(), strict=True)
    return Added(wrap, check_wrap(wrap, pairs), {k: round(v, 3) for k, v in values if v > 0.05})


def _encoded(mesh: Mesh, stylist: Stylist, neutral: bool) -> Encoded:
    from lego_cli.core.encoding.encode import encode
    from lego_cli.core.encoding.encode_options import EncodeOptions

    return encode(mesh, stylist, EncodeOptions(quality="high", neutral=neutral))


def free_path(name: str, force: bool) -> Path:
    """Where a new topology would lie. Raises LegoError (exit code 2) for a bad name, or one that is taken."""
    file = topology_path(name)
    if file.exists() and not force:
        hint = "add --force to replace it, or choose another name"
        raise LegoError(f"there is a topology '{file.stem}' of yours already", hint, ExitCode.USAGE)
    require_own_place(file)
    return file


def _refusal(checks: list[Check], source: Path, picture: Path | None) -> LegoError | None:
    from lego_cli.core.wrapping.wrap_checks import REFUSE

    failed = [check for check in checks if check.verdict == REFUSE]
    if not failed:
        return None
    why = "; ".join(f"{c.name} ({', '.join(f'{k} {v}' for k, v in c.figures.items())})" for c in failed)
    look = f"see {picture}" if picture else "see it with -o PICTURE.png"
    return LegoError(f"{source.name} does not lie well on the head: {why}", f"{failed[0].advice}; {look}")


def _documented(added: Added, source: Path, options: AddTopologyOptions) -> Topology:
    """The topology with what a person should know about it."""
    head = added.wrap.head
    provenance = {
        "source": source.name,
        "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "added_by": f"lego {lego_cli.__version__}",
        "head_model": f"{head.name}, {len(head.vertices)} vertices",
        "neutral": options.neutral,
        "expression_undone": added.expression,
    }
    topology = added.wrap.topology
    summary = f"{len(topology.points):,} vertices of {source.name}"
    facts = provenance | {"checks": [asdict(check) for check in added.checks]}
    return replace(topology, summary=summary, licence=LICENCE, facts=facts)


def _summary(added: Added, source: Path, file: Path, picture: Path, registry: Registry) -> dict[str, Any]:
    from lego_cli.core.wrapping.wrap_checks import worst

    mesh, name = added.wrap.given, file.stem
    others = {e.owner for e in registry.entries("topologies") if e.name == name} - {USER}
    return {
        "name": name,
        "reached_as": f"{USER.distribution}:{name}" if others else name,
        "source": str(source),
        "file": str(file),
        "picture": str(picture),
        "vertices": len(mesh.vertices),
        "faces": len(mesh.face_sizes),
        "expression_undone": added.expression,
        "verdict": worst(check.verdict for check in added.checks),
        "checks": [asdict(check) for check in added.checks],
    }
