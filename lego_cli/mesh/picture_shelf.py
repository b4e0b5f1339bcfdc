"""The pictures of one mesh: each is read once, and all together take no more memory than is bearable."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from lego_cli.api import LegoError, Texture
from lego_cli.mesh.notes import Notes
from lego_cli.mesh.side_files import SideFileError
from lego_cli.mesh.texture import MOST_PIXELS, is_kept, picture_size, texture_of

MOST_BYTES = 384 << 20  # of all pictures together, as they are kept
MOST_CONVERTED = 8 * MOST_PIXELS  # pixels of those that are turned into PNG


class PictureShelf:
    """Textures by where they come from; what cannot be had becomes a note."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._made: dict[Hashable, Texture | None] = {}
        self._bytes = self._pixels = 0

    def texture(self, place: Hashable, name: str, read: Callable[[], bytes]) -> Texture | None:
        """The texture at ``place``, called ``name`` in notes; ``read`` gives its file and may raise."""
        if place not in self._made:
            self._made[place] = None
            try:
                self._made[place] = self._texture(read(), name)
            except SideFileError as error:
                self._notes.add(f"{name} {error}")
            except LegoError as error:
                self._notes.add(error.message)
        return self._made[place]

    def _texture(self, data: bytes, name: str) -> Texture:
        if not is_kept(data):
            wide, high = picture_size(data, name)
            self._pixels += wide * high
            if self._pixels > MOST_CONVERTED:
                raise SideFileError("is left out: there are too many pictures that are neither PNG nor JPEG")
        texture = texture_of(data, name)
        if self._bytes + len(texture.data) > MOST_BYTES:
            raise SideFileError(f"is left out: the pictures have more than {MOST_BYTES >> 20} MB together")
        self._bytes += len(texture.data)
        return texture
