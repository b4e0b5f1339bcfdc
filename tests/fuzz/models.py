"""Small models, rigs, topologies, styles, codes and records: what users add, and what lego itself has written."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import pickletools
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.sparse import coo_matrix, csc_matrix, csr_matrix

from lego_cli.api import Mesh, Topology
from lego_cli.arrays import write_arrays
from lego_cli.core.dt.style_field import StyleField
from lego_cli.core.dt.style_file import Style, write_style
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.obj import read_obj
from lego_cli.user.topology_file import write_topology
from lego_rigs.flame import flame_arrays
from lego_rigs.ict_shapes import NEUTRAL
from lego_rigs.named import read_map

from .meshes import OBJ
from .pictures import picture
from .sample import Sample, alone, written

VERTICES = 3


def flame_model() -> dict[str, np.ndarray]:
    """A made-up model of FLAME's make, with three expressions."""
    rng = np.random.default_rng(1)
    return {
        "v_template": rng.normal(size=(VERTICES, 3)),
        "shapedirs": np.round(rng.normal(size=(VERTICES, 3, 303)), 1).astype(np.float16),
        "posedirs": np.zeros((VERTICES, 3, 36), np.float32),
        "J_regressor": np.full((5, VERTICES), 1 / VERTICES),
        "weights": np.full((VERTICES, 5), 0.2),
        "kintree_table": np.array([[4294967295, 0, 1, 1, 1], [0, 1, 2, 3, 4]], np.uint32),
        "f": np.array([[0, 1, 2], [2, 1, 0]], np.uint32),
    }


def flame_pickles() -> list[Sample]:
    """In every protocol: plain, as published with chumpy and sparse arrays, and of text and scalars besides."""
    found, model = [], flame_model()
    package, module = types.ModuleType("chumpy"), types.ModuleType("chumpy.ch")
    chumpy = type("Ch", (), {"__module__": "chumpy.ch"})
    module.Ch = chumpy  # type: ignore[attr-defined]
    sys.modules.update({"chumpy": package, "chumpy.ch": module})
    try:
        for protocol, sparse in enumerate((csc_matrix, csr_matrix, csc_matrix, csr_matrix, csc_matrix, csr_matrix)):
            held = chumpy()
            held.x = np.asfortranarray(model["v_template"])  # type: ignore[attr-defined]
            table: dict[str, Any] = model | {"v_template": held, "J_regressor": sparse(model["J_regressor"])}
            table |= {"bs_type": "lrotmin", "scalar": np.float64(2), "more": [1, (2, {3}), None, 1 << 70, 2.5, b"x"]}
            if protocol % 2:
                del table["shapedirs"]  # a third of the size, for changes that hit the rest
            found.append(alone("model.pkl", pickletools.optimize(pickle.dumps(table, protocol))))
        found.append(alone("model.pkl", pickle.dumps(model, 2)))
    finally:
        del sys.modules["chumpy"], sys.modules["chumpy.ch"]
    small = {"v_template": np.eye(3), "weights": csc_matrix(np.eye(3)), "f": csr_matrix(np.eye(2))}
    scattered = model | {"J_regressor": coo_matrix(model["J_regressor"])}
    return [*found, *(alone("small.pkl", pickle.dumps(small, protocol)) for protocol in (0, 2, 4)),
            alone("scattered.pkl", pickle.dumps(scattered, 4))]  # fmt: skip


def flame_npzs() -> list[Sample]:
    """The model as NPZ."""
    found = []
    for save in (np.savez, np.savez_compressed):
        stream = io.BytesIO()
        save(stream, **flame_model(), allow_pickle=False)
        found.append(alone("model.npz", stream.getvalue()))
    return found


def ict_folders() -> list[Sample]:
    """A made-up FaceXModel of a few vertices."""
    rng = np.random.default_rng(4)
    faces = "usemtl a\nvt 0 0\nf 1/1 2/1 3/1 4/1\nf 4 3 5\n"

    def text() -> bytes:
        return ("".join("v {:.3f} {:.3f} {:.3f}\n".format(*row) for row in rng.normal(0, 5, (5, 3))) + faces).encode()

    names = [NEUTRAL, *(f"{name}.obj" for name in read_map("ict").controls[:21])]
    return [Sample("", {name: text() for name in names}), Sample("", {f"FaceXModel/{name}": text() for name in names})]


def user_rigs() -> list[Sample]:
    """Rigs as they are kept: one of FLAME, one of ICT-FaceKit."""
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "m.npz", **flame_model(), allow_pickle=False)
        flame = flame_arrays(Path(folder) / "m.npz")
    shapes = {"neutral": np.random.default_rng(0).normal(size=(5, 3)), "face_sizes": np.array([4, 3]),
              "corner_vertex": np.array([0, 1, 2, 3, 3, 2, 4]), "controls": np.array(["jawOpen", "jawLeft"]),
              "shapes": np.ones((2, 5, 3), np.float32)}  # fmt: skip
    found = []
    for importer, arrays in (("flame", flame), ("ict", shapes)):
        whole = arrays | {"format": np.array(["lego-rig 1"]), "importer": np.array([importer])}
        found.append(written("mine.npz", lambda path, whole=whole: write_arrays(path, whole)))
    return found


def user_topologies() -> list[Sample]:
    """One whose mesh is kept as arrays, one whose mesh is an OBJ file's text, one with offsets and facts."""
    rng = np.random.default_rng(7)
    vertices, faces = rng.normal(size=(5, 3)), np.array([[0, 1, 2], [2, 3, 4]])
    mesh = Mesh.from_faces(vertices, faces, uvs=vertices[:, :2], corner_uv=faces.reshape(-1), groups=("a",),
                           face_group=np.zeros(2, int), materials=("m",), face_material=np.zeros(2, int))  # fmt: skip
    text = read_obj(Path("a.obj"), OBJ.encode(), ReadLimits())
    found = []
    for own, offsets in ((mesh, None), (mesh, np.zeros((5, 3), np.float32)), (text, None)):
        topology = Topology(
            name="mine", mesh=own, points=rng.normal(size=(5, 3)).astype("f4"), anchors=np.zeros((5, 4), int),
            weights=np.full((5, 4), 0.25, "f4"), parts={"skin": np.arange(3), "rest": np.array([3, 4])},
            summary="a summary", licence="CC0", offsets=offsets, facts={"sha256": "00", "fit_mm": 0.5},
        )  # fmt: skip
        found.append(written("mine.npz", lambda path, topology=topology: write_topology(topology, path)))
    return found


def styles() -> list[Sample]:
    """Two small ones, one without responses."""
    found = []
    for width, layers, responses in ((8, 2, 3), (4, 1, 0)):
        torch.manual_seed(0)
        style = Style("clay", "CC0-1.0", "a summary", torch.randn(7), StyleField(width, layers, responses),
                      torch.randn(responses, 7), {"seed": 3.0, "by": "hand"}, picture("PNG"))  # fmt: skip
        found.append(written("clay.lego", lambda path, style=style: write_style(style, path)))
    return found


def records() -> list[Sample]:
    """Results with the records beside them: an input that is there, one that is gone, and none."""
    mesh = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
    stood = {"scale": 2.0, "rotation": np.eye(3).tolist(), "translation": [1, 2, 3]}
    base = {"command": "lego stylize a.obj", "options": {"frame": "input", "seed": 0}, "seconds": {"all": 1.5},
            "input": {"path": "in.obj", "sha256": hashlib.sha256(mesh).hexdigest()}, 
            "canonical_to_input": stood}  # fmt: skip
    base["results"] = [{"path": "out.glb", "sha256": hashlib.sha256(b"x").hexdigest()}]
    trees = (base, base | {"input": {"path": "gone.obj", "sha256": ""}}, base | {"options": {"frame": "canonical"}})
    name, beside = "out.glb.run.json", {"out.glb": b"x", "in.obj": mesh}
    return [Sample(name, {**beside, name: json.dumps(tree, indent=2).encode()}) for tree in trees]
