"""Rigged heads for tests of file formats: a real one of the head model, and small ones that are odd on purpose."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from lego_cli import assets
from lego_cli.api import ARKIT, Clip, Corrective, Mesh, RiggedHead, Surface, Texture
from lego_cli.core.stylist import Code
from lego_cli.plugins import load_plugins

PLACEMENT = np.array([[0.0, 0, 100, 3], [0, 100, 0, 150], [-100, 0, 0, -2], [0, 0, 0, 1]])  # cm, facing +X


def real_head(style: str = "pixar") -> RiggedHead:
    """A stylised head of eleven parts with 52 shapes, a corrective, the plain head and two clips."""
    registry = load_plugins(False).registry
    stylist, topology = assets.stylist(registry), assets.topology(registry, "head")
    code = Code(np.zeros(stylist.net.shape_size), np.zeros(len(ARKIT)))
    avatar = stylist.avatar(code, [(assets.style(registry, style), 1.0)])
    neutral = avatar.pose(topology, np.zeros(len(ARKIT)))
    shapes = np.stack([avatar.pose(topology, row) - neutral for row in np.eye(len(ARKIT))]).astype(np.float32)
    both = ("eyeBlinkLeft", "eyeSquintLeft")
    values = np.isin(ARKIT, both).astype(float)
    missing = avatar.pose(topology, values) - neutral - np.tensordot(values, shapes, 1)
    mesh = topology.mesh.with_vertices(neutral.astype(np.float64))
    colours = 0.2 + 0.6 * np.random.default_rng(0).random((len(neutral), 3))
    eyes = {side: neutral[topology.parts[side]].mean(axis=0) for side in ("eye_left", "eye_right")}
    plain = stylist.avatar(code).pose(topology, np.zeros(len(ARKIT)))
    return RiggedHead(
        name="Anna",
        mesh=replace(mesh, colours=colours),
        controls=ARKIT,
        shapes=shapes,
        correctives=(Corrective("eyeBlinkLeft_x_eyeSquintLeft", both),),
        corrective_shapes=missing[None].astype(np.float32),
        plain=plain.astype(np.float64),
        eyes=eyes,
        mixes={"happy": {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9}, "vrm:aa": {"jawOpen": 0.5}},
        clips=(clip("talk", ARKIT, "jawOpen"), clip("nod", ARKIT, "eyeBlinkLeft", head=True)),
        placement=PLACEMENT,
        licence="CC0 head model; style pixar of lego",
    )


def clip(name: str, controls: tuple[str, ...], moved: str, head: bool = False) -> Clip:
    """A second of one control going up and down, at 25 keys."""
    times = np.arange(25) / 24
    values = np.zeros((25, len(controls)))
    values[:, controls.index(moved)] = np.sin(np.pi * times) ** 2
    turns = np.stack([0.5 * np.sin(3 * times), -0.2 * times, 0.1 * np.cos(times)], axis=1)
    return Clip(name, times, values, turns if head else None)


def picture(colour: tuple[int, int, int], media: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, media)
    return file.getvalue()


def odd_head() -> RiggedHead:
    """A grid of quads with a triangle and a pentagon, UV seams, two materials in a group that share a picture.

    One shape moves a single vertex, one moves nothing; a second group is moved by none, a third is an eye.
    """
    size = 6
    x, y = np.meshgrid(np.arange(size), np.arange(size))
    grid = np.stack([x.ravel(), y.ravel(), np.sin(x.ravel()) / 3], axis=1) / 20.0
    vertices = np.concatenate([grid, grid[:9] + np.array([0, 0, 1]), grid[:9] * 0.2 + 0.1])
    faces = [[i, i + 1, i + 1 + size, i + size] for i in range(size * size - size) if i % size < size - 1]
    faces[3:4] = [[3, 4, 10], [3, 10, 9]]
    groups = [0] * len(faces)
    for offset, group in ((36, 1), (45, 2)):
        block = [[0, 1, 4, 3], [1, 2, 5, 4], [4, 5, 8], [3, 4, 8, 7, 6]]
        faces += [[offset + corner for corner in face] for face in block]
        groups += [group] * len(block)
    sizes = np.array([len(face) for face in faces])
    corners = np.array([corner for face in faces for corner in face])
    uvs = np.random.default_rng(1).random((len(vertices) + 10, 2))
    corner_uv = np.where(np.arange(len(corners)) % 7 == 0, len(vertices) + corners % 10, corners)
    texture = Texture(picture((200, 120, 90)))
    mesh = Mesh(
        vertices, sizes, corners, uvs, corner_uv,
        groups=("skin", "hat", "eye_left"), face_group=np.array(groups), materials=("face", "lips", "glass"),
        face_material=np.where(np.array(groups) == 0, np.arange(len(groups)) % 2, 2),
        surfaces={
            "face": Surface((1.0, 0.9, 0.8), 0.5, texture), "lips": Surface(texture=Texture(texture.data)),
            "glass": Surface(texture=Texture(picture((1, 2, 3), "JPEG"), "image/jpeg")),
        },
    )  # fmt: skip
    shapes = np.zeros((3, len(vertices), 3), np.float32)
    shapes[0, 14] = [0, 0, 0.01]
    shapes[2, :36, 2] = 0.02 * np.cos(np.arange(36))
    shapes[2, 45:] = [0.01, 0, 0]
    names = ("one", "nothing", "wave")
    eyes = {"eye_left": vertices[45:].mean(axis=0)}
    return RiggedHead("odd", mesh, names, shapes, eyes=eyes, pivot=(0.0, 0.1, 0.0), clips=(clip("go", names, "wave"),))
