"""Small performances in every form that a driver reads."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import numpy as np
from scipy.io import savemat
from scipy.sparse import csc_matrix

from lego_cli.api import ARKIT

from .sample import Sample, alone

FRAMES = 4
SHAPES = [name for name in ARKIT if name != "tongueOut"]
TABLE = np.round(np.random.default_rng(5).random((FRAMES, len(ARKIT))), 3)
FEW = 8  # columns of most samples: enough to be recognised


def tables() -> list[Sample]:
    """Live Link as the app writes it, by seconds, in percent with semicolons; MediaPipe's."""
    names = [name[0].upper() + name[1:] for name in ARKIT[:FEW]]
    turns = ["HeadYaw", "HeadPitch", "HeadRoll", "LeftEyeYaw"]
    rows = [[*row[:FEW], 0.1, -0.2, 0.05, 0.3] for row in TABLE]
    codes = [f"14:32:11:{58 + k}.{k}23" if k < 2 else f"14:32:12:0{k - 2}.500" for k in range(FRAMES)]
    live = _csv(
        [["Timecode", "BlendShapeCount", *names, *turns], *([c, 61, *r] for c, r in zip(codes, rows, strict=True))]
    )
    seconds = _csv([["time", *names], *([k / 30, *r[:FEW]] for k, r in enumerate(rows))])
    percent = _csv(
        [["Timecode", *names], *([c, *(f"{100 * x:.1f}" for x in r[:FEW])] for c, r in zip(codes, rows, strict=True))]
    )
    wide = _csv([["Timecode", "BlendShapeCount", *ARKIT], *([c, 52, *r] for c, r in zip(codes, TABLE, strict=True))])
    quoted = _csv(
        [
            ['"frame"', '"timestamp_ms"', "_neutral", *SHAPES[:FEW]],
            *([k, 33 * k, 0, *r[:FEW]] for k, r in enumerate(rows)),
        ]
    )
    semicolons = percent.replace(",", ";").replace(".", ",")
    broken = live.replace("0.1,", ",", 2).replace("\n14:32:12:00.500,61", "\n14:32:12:00.500,0")
    texts = (live, seconds, wide, quoted, "sep=;\n" + semicolons, broken, percent)
    return [alone(f"take{k}.csv", text) for k, text in enumerate(texts)]


def _csv(rows: list[list[Any]]) -> str:
    return "\n".join(",".join(map(str, row)) for row in rows) + "\n"


def mediapipes() -> list[Sample]:
    """Results as people dump them from Python and JavaScript, by frames, by lines, alone."""
    named = [list(zip(["_neutral", *SHAPES[:FEW]], [0.0, *row[:FEW]], strict=True)) for row in TABLE.tolist()]
    python = [
        [{"category_name": n, "score": s, "index": i, "display_name": ""} for i, (n, s) in enumerate(r)] for r in named
    ]
    matrix = np.eye(4)
    matrix[:3, 3] = 3, -2, -40
    objects = [{"timestamp_ms": 33 * k, "face_blendshapes": [p], "facial_transformation_matrixes": [matrix.tolist()]}
               for k, p in enumerate(python)]  # fmt: skip
    script = {"fps": 30, "frames": [{"timestamp": 33.3 * k, "faceBlendshapes": [
        {"categories": [{"categoryName": n, "score": s} for n, s in r], "headIndex": -1}],
        "facialTransformationMatrixes": [{"rows": 4, "columns": 4, "data": matrix.T.ravel().tolist()}]}
        for k, r in enumerate(named)]}  # fmt: skip
    plain = [{"time": k / 30, "blendshapes": dict(r)} for k, r in enumerate(named)]
    flat = [dict(r) | {"timestamp_ms": 33 * k} for k, r in enumerate(named)]
    trees = (python, objects, script, plain, flat, python[0])
    lines = "\n".join(map(json.dumps, flat)), "\n".join(map(json.dumps, objects)) + "\n"
    return [*(alone(f"take{k}.json", json.dumps(tree)) for k, tree in enumerate(trees)),
            *(alone(f"take{k}.jsonl", text) for k, text in enumerate(lines))]  # fmt: skip


def audio2faces() -> list[Sample]:
    """Exports in ARKit's names and in its own."""
    own = ["browLowerL", "browLowerR", "innerBrowRaiserL", "jawDrop", "jawForward", "lipsPucker"]
    found = []
    for names in (list(ARKIT[:FEW]), own):
        tree = {"exportFps": 30.0, "trackPath": "a.wav", "numPoses": len(names), "numFrames": FRAMES,
                "facsNames": names, "weightMat": TABLE[:, : len(names)].tolist(), "joints": []}  # fmt: skip
        found.append(alone("export.json", json.dumps(tree)))
    return found


def own_tracks() -> list[Sample]:
    """Our own: evenly timed with a head, with times, of other rigs."""
    base = {"format": "lego-track", "version": 1}
    table = [[*row[:3], None] for row in TABLE.tolist()]
    trees = (
        {**base, "rig": "arkit", "fps": 30, "controls": list(ARKIT[:4]), "values": table, "head": [[1, 2, 3]] * FRAMES,
         "notes": ["made by hand"]},
        {**base, "rig": "emotions", "times": [0, 0.1, 0.2, 0.4], "controls": ["happy", "sad"],
         "values": [[0.5, 1]] * 4},
        {**base, "rig": "vrm", "fps": 24.5, "controls": ["aa", "blink", "happy"], "values": [[0.5, 1, 0]] * 2},
        {**base, "rig": "flame", "fps": 25, "controls": ["exp_000", "jaw_x"], "values": [[0.5, 0.1]]},
        {**base, "rig": "meta", "fps": 72, "controls": ["JawDrop", "LipSuckLT", "nothing"],
         "values": [[0.5, 1, 0]] * 3},
    )  # fmt: skip
    return [alone("a.json", json.dumps(tree)) for tree in trees]


def flame_npzs() -> list[Sample]:
    """Codes as NPZ: compressed and not, in several shapes and names, with text and flags among them."""
    rng = np.random.default_rng(1)
    forms: tuple[dict[str, Any], ...] = (
        {"exp": rng.normal(size=(FRAMES, 10)), "pose": rng.normal(0, 0.1, (FRAMES, 6)), "fps": np.array(25)},
        {"expcode": rng.normal(size=(FRAMES, 1, 5)).astype("f4"), "jaw_pose": np.zeros((FRAMES, 1, 3)),
         "shape": np.ones(9)},
        {"expression": rng.normal(size=5), "full_pose": np.zeros((1, 15)), "name": np.array("ann")},
        {"expr": rng.integers(0, 2, (FRAMES, 3)), "jaw": np.zeros((FRAMES, 3), ">f8"),
         "eyes": np.zeros((FRAMES, 6), "f2"),
         "neck": np.zeros((FRAMES, 3)), "global_pose": np.full((FRAMES, 3), 0.1), "seen": np.ones(FRAMES, bool)},
    )  # fmt: skip
    found = []
    for form in forms:
        for save in (np.savez, np.savez_compressed):
            stream = io.BytesIO()
            save(stream, **form)
            found.append(alone("codes.npz", stream.getvalue()))
    return found


def flame_mats() -> list[Sample]:
    """The same as MATLAB files: versions 4 and 5, compressed, big-endian, with structs, cells, sparse and text."""
    rng = np.random.default_rng(2)
    codes = {"exp": rng.normal(size=(FRAMES, 6)), "pose": np.zeros((FRAMES, 6)), "fps": np.array([[25.0]])}
    more = codes | {
        "info": {"name": "ann", "deep": {"a": np.eye(2)}}, "cells": np.array([np.eye(2), "text", 3], dtype=object),
        "sparse": csc_matrix(np.eye(4)), "words": ["ab", "cd"], "flags": np.array([[True, False]]),
        "wide": np.array([[1 + 2j]]), "few": np.array([[1, 2]], np.int8), "jaw_pose": np.zeros((FRAMES, 3), np.float32),
    }  # fmt: skip
    known = {"exp": csc_matrix(np.eye(4)), "jaw": np.array([["a", "b"]], dtype=object), "Pose": {"a": 1}}
    found = []
    for table, options in (
        (codes, {}), (codes, {"do_compression": True}), (codes, {"format": "4"}), (more, {}),
        (more, {"do_compression": True}), (known, {}),
        ({"exp": np.zeros((3, 2, 5)), "jaw": np.zeros((6, 3), np.uint8)}, {}),
    ):  # fmt: skip
        stream = io.BytesIO()
        savemat(stream, table, **options)
        data = stream.getvalue()
        dated = data if options.get("format") else b"MATLAB 5.0 MAT-file".ljust(116) + data[116:]
        found.append(alone("codes.mat", dated))
    return [*found, alone("codes.mat", big_endian_mat())]


def big_endian_mat() -> bytes:
    """One array of doubles as a big-endian machine writes it."""

    def element(kind: int, data: bytes) -> bytes:
        return struct.pack(">II", kind, len(data)) + data + b"\0" * (-len(data) % 8)

    parts = element(6, struct.pack(">II", 6, 0)), element(5, struct.pack(">ii", 2, 3)), element(1, b"exp")
    matrix = element(14, b"".join(parts) + element(9, struct.pack(">6d", *range(6))))
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\1\0MI" + matrix
