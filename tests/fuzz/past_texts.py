"""Scenes, performances, meshes, records and files of our own that readers once fell over."""

from __future__ import annotations

import json
import pickle
import struct
from typing import Any

from . import meshes, models, own_files, tracks
from .mutators.scene import joined
from .pictures import picture
from .sample import Sample, alone

_JSON = 0x4E4F534A


def scenes() -> dict[str, Sample]:
    """glTF that takes long or says too much."""

    def glb(tree: dict[str, Any]) -> Sample:
        return alone("a.glb", joined([(_JSON, json.dumps({"asset": {"version": "2.0"}} | tree).encode())]))

    chain = [*({"children": [k + 1]} for k in range(20_000)), {"mesh": 0}]
    novel = json.dumps({"asset": {"version": "2" * 9000}}).encode()
    return {
        "a chain of nodes": glb({"nodes": chain, "scenes": [{"nodes": [0]}], "meshes": [{"primitives": []}]}),
        "names without end": glb({"materials": [{"name": "a"}] * 20_000, "meshes": [{"primitives": [{}]}]}),
        "a version of a novel": alone("a.glb", joined([(_JSON, novel)])),
        "a tree of lists": alone("a.glb", joined([(_JSON, b'{"asset":' + b"[" * 50_000 + b"]" * 50_000 + b"}")])),
    }  # fmt: skip


def takes() -> dict[str, Sample]:
    """Performances with numbers that no float holds, and times that nobody lives to see."""
    base = {"format": "lego-track", "version": 1, "rig": "emotions", "controls": ["happy", "sad"]}

    def take(**more: Any) -> Sample:
        return alone("a.json", json.dumps(base | more))

    return {
        "a frame at the end of time": take(times=[0, 0.1, 1e308], values=[[0, 1]] * 3),
        "a frame after seventeen hours": take(times=[0, 0.1, 63_000], values=[[0, 1]] * 3),
        "values beyond measure": take(fps=30, values=[[0, 1e308], [0, -1e308], [0, 1]]),
        "a head that spins": take(fps=30, values=[[0, 1]] * 2, head=[[1e308, 0, 0], [-1e308, 0, 0]]),
        "a number of a thousand digits": take(fps=30, values=[[0, 10**999]]),
        "a version of a thousand digits": take(version=10**3000),
        "tables in the table": take(fps=30, values=[[[0], [1]], [[0], [1]]]),
        "frames without end": take(fps=1e-300, values=[[0, 1]] * 2),
    }  # fmt: skip


def recordings() -> dict[str, Sample]:
    """MediaPipe's results with the same."""
    tree = json.loads(tracks.mediapipes()[1].files["take1.json"])
    score, matrix, time = (json.loads(json.dumps(tree)) for _ in range(3))
    score[0]["face_blendshapes"][0][1]["score"] = 10**400
    matrix[0]["facial_transformation_matrixes"][0][0][0] = 1e300
    time[1]["timestamp_ms"] = 10**400
    trees = {"a huge score": score, "a huge turn": matrix, "a huge time": time}
    return {what: alone("take.json", json.dumps(tree)) for what, tree in trees.items()}


def others() -> dict[str, dict[str, Sample]]:
    """Readers with one or two."""
    folder = dict(models.ict_folders()[0].files)
    name = next(iter(folder))
    huge = {text: folder | {name: folder[name].replace(b"v ", f"v {text} ".encode(), 1)} for text in ("1e300", "nan")}
    place = folder | {name: folder[name].replace(b"f 4", b"f 99999999999999999999", 1)}
    deep = b'{"input": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    tiff = picture("TIFF").replace(struct.pack("<HHI", 257, 4, 1), struct.pack("<HHI", 257, 4, 1 << 20))
    stl = meshes.STL.replace("solid left", "solidkleft")
    record = json.loads(models.records()[0].files["out.glb.run.json"])
    record["canonical_to_input"]["rotation"][1][1] = 1e308
    number = meshes.OBJ.replace("v 1 1 0", "v 1 1 " + "1" * 300_000 + "x")
    first, *_, last = tracks.tables()[0].files["take0.csv"].decode().splitlines()
    untimed = "\n".join([first, *[f",{last.partition(',')[2]}"] * 9000, last])
    return {
        "obj": {"a number of many digits": alone("a.obj", number)},
        "csv": {"thousands of frames in a moment": alone("take.csv", untimed)},
        "ict": {"coordinates beyond measure": Sample("", huge["1e300"]), "no coordinates": Sample("", huge["nan"]),
                "a corner far away": Sample("", place)},
        "record": {"lists in lists": Sample("a.run.json", {"a.run.json": deep}),
                   "a head beyond measure": alone("a.run.json", json.dumps(record))},
        "texture": {"a tag larger than the file": alone("a.tif", tiff),
                    "a directory beyond all files": alone("a.tif", b"II+\0\x08\0\0\0" + b"\xff" * 8 + bytes(90)),
                    "a line of a million pixels": alone("a.tif", picture("TIFF").replace(
                        struct.pack("<HHII", 257, 4, 1, 5), struct.pack("<HHII", 257, 4, 1, 8 << 20)))},
        "stl": {"facets outside of a solid": alone("a.stl", stl)},
        "off": {"a face of words": alone("a.off", meshes.OFFS[0].replace("4 0 1 2 3", "4 0 1 2 " + "x" * 3000))},
    }  # fmt: skip


def own() -> dict[str, dict[str, Sample]]:
    """Weights and checkpoints of ours that are damaged."""
    data = own_files.weights()[0].files["ds.safetensors"]
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])

    def weights(**changes: str) -> Sample:
        text = json.dumps(header | {"__metadata__": header["__metadata__"] | changes}).encode()
        return alone("ds.safetensors", struct.pack("<Q", len(text)) + text + data[8 + size :])

    file = own_files.checkpoints()[0].files["run.pt"]
    return {
        "weights": {"a size that is a word": weights(**{"size.width": "wide"}),
                    "a size beyond memory": weights(**{"size.width": "1e9"}),
                    "a size that is not known": weights(**{"size.breadth": "3"})},
        "checkpoint": {"cut short": alone("run.pt", file[: len(file) // 2]), "empty": alone("run.pt", b""),
                       "text": alone("run.pt", b"hello\n"), "a number": alone("run.pt", pickle.dumps(1, 2))},
    }  # fmt: skip
