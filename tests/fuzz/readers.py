"""Every reader: a name, what makes its samples, and what opens a file. A new reader is a new line here."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch

from lego_cli.animating.retarget import to_arkit
from lego_cli.animating.track_options import TrackOptions, prepared
from lego_cli.animating.tracks import read_track
from lego_cli.api import Mesh, ShapeRig, read_arrays
from lego_cli.core.dt.style_file import read_style
from lego_cli.mesh.components import mesh_report
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.rigged_gltf import read_rigged
from lego_cli.mesh.texture import texture_of, texture_pixels, texture_size
from lego_cli.plugins import load_plugins
from lego_cli.registry import Registry
from lego_cli.user.rigs import absent
from lego_cli.user.rigs import load as load_rig
from lego_cli.user.topology_file import read_topology
from lego_cli.view_files import read_recorded, require_viewable

from . import meshes, models, own_files, scenes, tracks
from .pictures import pictures
from .reader import Reader

PREPARED = TrackOptions(neutral="auto", smooth=0.05, gain=("1.1",), fps=24)


@cache
def registry() -> Registry:
    """All that ships with lego."""
    return load_plugins(third_party=False).registry


def mesh(path: Path) -> object:
    """What ``lego inspect`` does, and the pixels of its textures."""
    found = read_mesh(path)
    return mesh_report(found), _pixels(found)


def rigged(path: Path) -> object:
    """A head with its shapes, posed half-way."""
    head = read_rigged(path)
    small = 0 < len(head.controls) * len(head.mesh.vertices) < 1_000_000
    return head.posed(np.full((1, len(head.controls)), 0.5)) if small else head


def texture(path: Path) -> object:
    """A picture file as a texture, and its pixels."""
    found = texture_of(path.read_bytes(), path.name)
    return texture_size(found), texture_pixels(found).shape


def track(path: Path) -> object:
    """What ``lego retarget`` does before it solves for another rig; rigs that only users have are not here."""
    found = prepared(read_track(path, registry()), PREPARED)
    return found if absent(found.rig, registry()) else to_arkit(found, registry())


def flame(path: Path) -> object:
    """What ``lego rigs add flame`` does."""
    return _added("flame", path)


def ict(path: Path) -> object:
    """What ``lego rigs add ict`` does."""
    return _added("ict", path)


def rig(path: Path) -> object:
    """A rig of the user's, and how it poses."""
    return _posed(load_rig(path, registry()))


def style(path: Path) -> object:
    """A style, and what it does to two points of its own exemplar."""
    found = read_style(path)
    return found.displacement(torch.zeros(2, 3), found.shape)


def arrays(path: Path) -> object:
    """Named arrays."""
    return read_arrays(path, "the arrays", "make them again")


def recorded(path: Path) -> object:
    """The record of a result."""
    return read_recorded(path.with_name(path.name.removesuffix(".run.json")))


def _pixels(found: Mesh) -> list[object]:
    return [texture_pixels(look.texture).shape for look in found.surfaces.values() if look.texture is not None]


def _added(importer: str, path: Path) -> object:
    reader = registry().get("rig_importers", importer)
    return _posed(reader.rig("mine", reader.convert(path)))


def _posed(found: object) -> object:
    return found.posed(np.zeros((1, len(found.controls)))) if isinstance(found, ShapeRig) else found


READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        Reader("obj", meshes.objs, mesh),
        Reader("ply", meshes.plys, mesh),
        Reader("stl", meshes.stls, mesh),
        Reader("off", meshes.offs, mesh),
        Reader("glb", meshes.glbs, mesh),
        Reader("gltf", lambda: scenes.foreign_files(".gltf"), mesh),
        Reader("vrm", meshes.vrms, rigged),
        Reader("rigged", lambda: [*meshes.glbs(), *scenes.foreign_files(".gltf")], rigged),
        Reader("viewer", lambda: [*meshes.glbs(), *meshes.vrms()], require_viewable),
        Reader("texture", pictures, texture),
        Reader("csv", tracks.tables, track),
        Reader("mediapipe", tracks.mediapipes, track),
        Reader("audio2face", tracks.audio2faces, track),
        Reader("track", tracks.own_tracks, track),
        Reader("codes_npz", tracks.flame_npzs, track),
        Reader("mat", tracks.flame_mats, track),
        Reader("pickle", models.flame_pickles, flame),
        Reader("flame_npz", models.flame_npzs, flame),
        Reader("ict", models.ict_folders, ict),
        Reader("rig", models.user_rigs, rig),
        Reader("topology", models.user_topologies, read_topology),
        Reader("style", models.styles, style),
        Reader("code", own_files.codes, own_files.code),
        Reader("record", models.records, recorded),
        Reader("arrays", tracks.flame_npzs, arrays),
        Reader("weights", own_files.weights, own_files.net),
        Reader("checkpoint", own_files.checkpoints, own_files.checkpoint),
    )
}
