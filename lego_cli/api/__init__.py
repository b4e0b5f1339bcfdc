"""Everything that a plugin may import, beside :mod:`lego_cli.nn`: the hook marker, the mesh and the protocols.

Importing this module is cheap on purpose (no numpy, no torch): plugins import it to be listed.

Frames and units: metres, +Y up, +Z out of the face, +X the subject's left; left and right are always the
subject's. Expression values run from 0 to 1. Images are ``(B, 3, H, W)`` floats in 0..1 with row 0 on top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lego_cli.api.control_names import NameMatch, control_key, match_controls
from lego_cli.api.exporters import Exporter, RiggedExporter
from lego_cli.api.heads import HeadModel, Topology
from lego_cli.api.mesh import Mesh, ObjSource, Surface, Texture
from lego_cli.api.pictures import Cameras, DirectionalLight, HarmonicLight, Light, Renderer, Shading
from lego_cli.api.register import Register, Report, hookimpl, silent
from lego_cli.api.rigs import ARKIT, Clip, Corrective, Driver, LinearRig, Rig, RiggedHead, RigImporter, ShapeRig, Track
from lego_cli.api.styles import ImageEncoder, StyleBatch, StyleFamily, StyleLoss, StyleRecipe, StyleSource
from lego_cli.arrays import read_arrays, write_arrays
from lego_cli.errors import ExitCode, LegoError, one_line
from lego_cli.files.inputs import input_bytes
from lego_cli.files.json_text import parsed_json

if TYPE_CHECKING:
    from lego_cli.api.mesh import Floats as Floats
    from lego_cli.api.mesh import Ints as Ints

__all__ = [
    "ARKIT",
    "Cameras",
    "Clip",
    "Corrective",
    "DirectionalLight",
    "Driver",
    "ExitCode",
    "Exporter",
    "HarmonicLight",
    "HeadModel",
    "ImageEncoder",
    "LegoError",
    "Light",
    "LinearRig",
    "Mesh",
    "NameMatch",
    "ObjSource",
    "Register",
    "Renderer",
    "Report",
    "Rig",
    "RigImporter",
    "RiggedExporter",
    "RiggedHead",
    "Shading",
    "ShapeRig",
    "StyleBatch",
    "StyleFamily",
    "StyleLoss",
    "StyleRecipe",
    "StyleSource",
    "Surface",
    "Texture",
    "Topology",
    "Track",
    "control_key",
    "hookimpl",
    "input_bytes",
    "match_controls",
    "one_line",
    "parsed_json",
    "read_arrays",
    "silent",
    "write_arrays",
]
