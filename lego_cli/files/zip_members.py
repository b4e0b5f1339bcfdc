"""Members of a zip file of the user's, taken out of bytes in memory: nothing is unpacked beyond what was agreed on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

MOST_MEMBERS = 4096  # a megabyte or two of directory
ENTRY = b"PK\1\2"  # begins each entry of the directory
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MOST_RATIO = 1032  # of deflated data; what claims more lies
CHUNK = 1 << 20  # bytes


class ZipMembers:
    """The members of a zip file by name. All of its methods raise ``ValueError`` for what is damaged or too large."""

    def __init__(
        self, data: bytes, most_bytes: int, most_members: int = MOST_MEMBERS,
        wanted: Callable[[str], bool] = lambda name: True,
    ) -> None:  # fmt: skip
        """``most_bytes`` is what all members whose names are ``wanted`` may unpack to; others are passed over."""
        if data.count(ENTRY) > most_members:  # before the directory is parsed, which takes a kilobyte a member
            raise ValueError(f"it has more than {most_members} members")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except MemoryError:
            raise
        except Exception as error:  # zipfile fails on damage in many ways
            raise ValueError(_reason(error)) from None
        entries = self._archive.infolist()
        if len({entry.filename for entry in entries}) < len(entries):
            raise ValueError("it has two members of one name")
        self._entries = {entry.filename: entry for entry in entries if wanted(entry.filename)}
        if sum(entry.file_size for entry in self._entries.values()) > most_bytes:
            raise ValueError(f"it is too large: over {most_bytes >> 20} MB when unpacked")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the wanted members, in their order."""
        return tuple(self._entries)

    def size(self, name: str) -> int:
        """Bytes that a member says it unpacks to."""
        return self._entry(name).file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """What is in a member, a megabyte at a time; together as many bytes as :meth:`size` says."""
        entry, left = self._entry(name), self.size(name)
        if entry.compress_type not in METHODS or entry.file_size > MOST_RATIO * (entry.compress_size + 1):
            raise ValueError("it is packed in a way that files of this kind never are")
        try:
            with self._archive.open(entry) as file:
                while chunk := file.read(CHUNK):
                    left -= len(chunk)
                    yield chunk
        except (MemoryError, GeneratorExit):
            raise
        except Exception as error:  # a wrong checksum, broken data, a password, ...
            raise ValueError(_reason(error)) from None
        if left:
            raise ValueError("it is cut short")

    def read(self, name: str, most: int) -> bytes:
        """All of a member that unpacks to ``most`` bytes or fewer."""
        if self.size(name) > most:
            raise ValueError(f"{name} is too large: over {most / 2**20:.3g} MB")
        try:
            return b"".join(self.chunks(name))
        except ValueError as problem:
            raise ValueError(f"{name}: {problem}") from None

    def _entry(self, name: str) -> zipfile.ZipInfo:
        if name not in self._entries:
            raise ValueError(f"it has no {name}")
        return self._entries[name]


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
