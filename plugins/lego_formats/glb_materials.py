"""Materials of a scene: how surfaces look, each picture embedded once."""

from __future__ import annotations

from typing import Any

from lego_cli.api import LegoError, Mesh, Surface
from lego_formats.glb_file import GlbFile

_MEDIA = ("image/png", "image/jpeg")


class GlbMaterials:
    """Adds the materials of one mesh to a file when they are asked for."""

    def __init__(self, file: GlbFile, mesh: Mesh, textured: bool) -> None:
        self._file = file
        self._mesh = mesh
        self._textured = textured  # a texture without UVs is an error in glTF
        self._known: dict[int, int] = {}

    def index(self, number: int) -> int:
        """The file's index of material ``number`` of the mesh; -1 is a plain one."""
        if number not in self._known:
            name = self._mesh.materials[number] if number >= 0 else ""
            self._known[number] = self._file.add("materials", self._entry(name or "default"))
        return self._known[number]

    def _entry(self, name: str) -> dict[str, Any]:
        """A matt material: the default of glTF is polished metal."""
        surface = self._mesh.surfaces.get(name, Surface())
        look: dict[str, Any] = {"metallicFactor": 0.0, "roughnessFactor": float(surface.roughness)}
        if tuple(surface.colour) != (1.0, 1.0, 1.0):
            look["baseColorFactor"] = [*map(float, surface.colour), 1.0]
        if surface.texture is not None and self._textured:
            look["baseColorTexture"] = {"index": self._texture(surface)}
        entry: dict[str, Any] = {"name": name, "pbrMetallicRoughness": look}
        if surface.cutout:
            entry |= {"alphaMode": "MASK", "alphaCutoff": 0.5, "doubleSided": True}
        return entry

    def _texture(self, surface: Surface) -> int:
        texture = surface.texture
        if texture is None or texture.media not in _MEDIA:
            raise LegoError(
                f"a texture is of kind {texture.media if texture else None}", "use PNG or JPEG: glTF knows no other"
            )
        image = {"bufferView": self._file.add_view(texture.data), "mimeType": texture.media}
        return self._once("textures", {"source": self._once("images", image)})

    def _once(self, key: str, item: dict[str, Any]) -> int:
        entries = self._file.tree.get(key, [])
        return entries.index(item) if item in entries else self._file.add(key, item)
