"""What a run ended with: a value, a refusal, or a finding."""

from __future__ import annotations

import hashlib
import re
import traceback
import unicodedata
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from lego_cli.errors import LegoError

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(str(ROOT / name) + "/" for name in ("lego_cli", "plugins", "renderers", "topologies"))
LONGEST = 1000  # letters of a line that somebody is to read
READ, REFUSED, BUG, CRASH, HANG, MEMORY = range(6)
NAMES = ("read", "refused", "bug", "crash", "hang", "memory")
_FRAME = re.compile(r'File "(.+?)", line (\d+)')


@dataclass(frozen=True)
class Finding:
    """What was found: of which kind, by which run, and where."""

    kind: str  # bug, crash, hang or memory
    reader: str
    seed: int
    what: str  # the exception's type, the signal, or how much
    place: str  # innermost line of ours, file:line
    trace: str

    @property
    def key(self) -> str:
        """Equal for findings that are one and the same, fit for a file's name."""
        what = self.what.partition(":")[0] if self.kind in ("bug", "crash") else ""
        return re.sub(r"[^\w.-]+", "-", f"{self.kind}-{what}-{self.place or self.reader}")[:150]

    def as_dict(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)


def judged(read: Callable[[Path], object], path: Path) -> tuple[int, str, str]:
    """How reading ended: a verdict, and for a bug what it was and its trace. Warnings are errors."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read(path)
    except LegoError as error:
        fault = _ugly(error.message) or _ugly(error.hint)
        return (BUG, f"LegoError {fault}", traceback.format_exc()) if fault else (REFUSED, "", "")
    except MemoryError:
        return BUG, "MemoryError", traceback.format_exc()
    except BaseException as error:
        return BUG, f"{type(error).__name__}: {str(error)[:300]}", traceback.format_exc(limit=-60)
    return READ, "", ""


def _ugly(text: str) -> str:
    """What is wrong with a line that a user is to read; empty for nothing."""
    if not text.strip():
        return "says nothing"
    if len(text) > LONGEST:
        return "is endless"
    wild = [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c not in "\u200c\u200d"]
    return "is not printable" if wild else ""


def innermost(trace: str, last: bool = True) -> str:
    """The line of ours that a trace ends in; ``last`` where it lies at the end, as Python prints it."""
    frames = [(file, line) for file, line in _FRAME.findall(trace) if file.startswith(OURS)]
    if not frames:
        return ""
    file, line = frames[-1 if last else 0]
    return f"{Path(file).relative_to(ROOT)}:{line}"


def digest(data: bytes) -> str:
    """A few letters for some bytes."""
    return hashlib.sha256(data).hexdigest()[:10]
