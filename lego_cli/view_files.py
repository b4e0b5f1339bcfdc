"""Files for the viewer: a mesh, the input it was made from, and how both are stood upright."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.errors import ExitCode, LegoError
from lego_cli.expression import rig_mixes
from lego_cli.files.atomic import scratch_folder
from lego_cli.files.inputs import note_input, refuse_inputs
from lego_cli.files.json_text import parsed_json
from lego_cli.files.outputs import record_place
from lego_cli.mesh.limits import ReadLimits
from lego_cli.options import option
from lego_cli.rendering import FRAME, axes_to_canonical
from lego_cli.run_record import digest
from lego_cli.view import write_page

if TYPE_CHECKING:
    from lego_cli.api import Floats
    from lego_cli.registry import Registry

MOST_RECORD = 4 << 20  # bytes; a real one has a few thousand
EMBEDDED = (".glb", ".vrm")  # shown as they are; anything else is read and converted
KNOWN_EXTENSIONS = frozenset(
    f"KHR_{name}"
    for name in """lights_punctual materials_anisotropy materials_clearcoat materials_diffuse_roughness
    materials_dispersion materials_emissive_strength materials_ior materials_iridescence materials_sheen
    materials_specular materials_transmission materials_unlit materials_volume mesh_quantization
    texture_transform""".split()
) | {
    "VRM",
    "VRMC_vrm",
    "VRMC_springBone",
    "VRMC_materials_mtoon",
    "EXT_materials_bump",
    "EXT_mesh_gpu_instancing",
    "EXT_texture_webp",
    "EXT_texture_avif",
}
"""What the viewer can do when a file says that it cannot do without."""


@dataclass(frozen=True)
class ViewOptions:
    """Options of ``lego view``."""

    up: str = option("y", "Axis that points up, where no run record tells: y, -y, z, ...", panel=FRAME)
    front: str = option("z", "Axis that the face looks along, where no run record tells.", panel=FRAME)


@dataclass(frozen=True)
class Recorded:
    """What the run record beside a result says of where things stand."""

    input: Path | None  # the input, when it still is what it was
    to_canonical: Floats | None  # (4, 4) from the input's frame
    framed_as_input: bool  # whether the result stands in the input's frame
    note: str = ""


def view_file(
    source: Path,
    output: Path,
    registry: Registry,
    options: ViewOptions | None = None,
    input_file: Path | None = None,
    find_input: bool = True,
    force: bool = False,
) -> dict[str, Any]:
    """Write the page of a mesh file; returns what was done, for ``--json``.

    The input shown beside it is ``input_file``, else what the run record beside ``source`` names. Raises LegoError.
    """
    o = options or ViewOptions()
    for given in filter(None, (source, input_file)):
        note_input(given)
    refuse_inputs(output)
    recorded = read_recorded(source)
    turned = _as_matrix(axes_to_canonical(o.up, o.front))
    shown = input_file or (recorded.input if find_input else None)
    known = recorded.to_canonical
    same = known is not None and (input_file is None or _same_file(input_file, recorded.input))
    write_page(
        output,
        glb_of(source, registry),
        source.name,
        glb_of(shown, registry) if shown else None,
        force,
        upright=_columns((known if recorded.framed_as_input else None) if known is not None else turned),
        input_upright=_columns(known if same else turned),
        same_frame=same,
        foreign=source.suffix.lower() in EMBEDDED,
        input_foreign=bool(shown and shown.suffix.lower() in EMBEDDED),
        mixes=rig_mixes(registry, "emotions"),  # for files with ARKit shapes and no emotions
    )
    found = {"file": str(source), "page": str(output), "input": str(shown or ""), "bytes": output.stat().st_size}
    return {**found, "note": recorded.note if find_input and not input_file else ""}


def glb_of(path: Path, registry: Registry) -> bytes:
    """A mesh file as binary glTF: .glb and .vrm as they are, others by way of our reader and the GLB exporter."""
    from lego_cli.exporter_choice import exporters_by_suffix
    from lego_cli.mesh.read import read_mesh
    from lego_cli.mesh.write import write_mesh

    if path.suffix.lower() in EMBEDDED:
        return require_viewable(path)
    mesh = read_mesh(path)
    with scratch_folder() as folder:
        made = folder / "shown.glb"
        write_mesh(mesh, made, exporters_by_suffix(registry))
        return made.read_bytes()


def require_viewable(path: Path) -> bytes:
    """The bytes of a binary glTF, unless it is damaged, compressed, or leaves parts of itself in other files."""
    from lego_cli.mesh.gltf_container import read_gltf_container

    if not path.is_file():
        raise LegoError(f"no file {path}", "check the spelling and the folder", ExitCode.USAGE)
    ReadLimits().require_bytes(path.name, path.stat().st_size)
    data = note_input(path).read_bytes()
    if data[:4] != b"glTF":
        raise LegoError(f"{path.name} is no binary glTF", "export it again as .glb")
    container = read_gltf_container(path, data, ReadLimits())
    outside = [part for key in ("buffers", "images") for part in container.items(key) if _elsewhere(part.get("uri"))]
    if outside:
        uri = str(outside[0]["uri"])[:80]
        raise LegoError(f"{path.name} leaves {uri!r} outside itself", "export it as one .glb with everything embedded")
    required = container.tree.get("extensionsRequired", [])
    unknown = sorted(set(map(str, required)) - KNOWN_EXTENSIONS) if isinstance(required, list) else []
    if unknown:
        raise LegoError(f"{path.name} needs {unknown[0]}, which the viewer lacks", "export it without that extension")
    return data


def read_recorded(source: Path) -> Recorded:
    """What ``FILE.run.json`` beside a result says; nothing when there is none, or it is about another file."""
    path = record_place(source)
    try:
        record = _table(path)
        named, stood = record["input"], record.get("canonical_to_input")
        recorded, made_of = Path(named["path"]), str(named["sha256"])
        framed = record.get("options", {}).get("frame", "input") == "input"
        matrix = _inverse(stood) if stood else None
        results = {str(result["sha256"]) for result in record["results"]}
        found = next((place for place in (recorded, path.parent / recorded) if place.is_file()), None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return Recorded(None, None, False)
    if not _is_one_of(source, results):
        return Recorded(None, None, False, f"{path.name} is not about {source.name} as it is now, and is left out")
    if found and not _is_one_of(found, {made_of}):
        return Recorded(None, matrix, framed, f"{found} has changed since, so it is not shown; --input shows it anyway")
    return Recorded(found, matrix, framed)


def _table(path: Path) -> dict[str, Any]:
    """The JSON object of a record. Raises OSError or ValueError for what is none."""
    with path.open("rb") as file:
        data = file.read(MOST_RECORD + 1)
    record = parsed_json(data.decode("utf-8")) if len(data) <= MOST_RECORD else None
    if not isinstance(record, dict):
        raise ValueError("no record")
    return record


def _is_one_of(path: Path, digests: set[str]) -> bool:
    """Whether a file is one of those with such a hash; one that is too large to be shown is not looked at."""
    try:
        return path.stat().st_size <= ReadLimits().max_bytes and digest(path) in digests
    except OSError:
        return False


def _elsewhere(uri: Any) -> bool:
    return isinstance(uri, str) and not uri.startswith("data:")


def _same_file(one: Path, other: Path | None) -> bool:
    return other is not None and other.exists() and one.exists() and one.samefile(other)


def _inverse(similarity: dict[str, Any]) -> Floats:
    """``(4, 4)`` inverse of a similarity as records have them. Raises ValueError for what is none."""
    import numpy as np

    matrix = np.eye(4)
    with np.errstate(all="ignore"):  # what is too large or too small is told below
        matrix[:3, :3] = float(similarity["scale"]) * np.asarray(similarity["rotation"], dtype=np.float64).reshape(3, 3)
        matrix[:3, 3] = np.asarray(similarity["translation"], dtype=np.float64)
        if not np.isfinite(matrix).all() or not 1e-30 < abs(np.linalg.det(matrix)) < np.inf:
            raise ValueError("no similarity")
        inverse: Floats = np.linalg.inv(matrix)
    if not np.isfinite(inverse).all():
        raise ValueError("no similarity")
    return inverse


def _as_matrix(rotation: Floats) -> Floats:
    import numpy as np

    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    return matrix


def _columns(matrix: Floats | None) -> list[float] | None:
    return None if matrix is None else [float(value) for value in matrix.T.reshape(-1)]
