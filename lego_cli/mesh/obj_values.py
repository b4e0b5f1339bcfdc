"""The numbers of OBJ lines: positions, colours, UVs and normals, and the corners of faces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.mesh.obj_lines import ObjLines

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

ABSENT = np.iinfo(np.int64).min  # no vt or vn at this corner
_COMMENT = re.compile(rb"(?<=[ \t])#[^\n]*")  # not in "-1.#IND", which is a broken number
_NUMBER = re.compile(rb"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_CORNER = re.compile(rb"[+-]?\d+(/([+-]?\d+)?){0,2}")
_CORNER_BYTES = b"0123456789+-/ \t\r\nf"


def read_numbers(lines: ObjLines, kind: str, least: int) -> tuple[Floats, Ints]:
    """``(n, k)`` numbers of all lines of one kind, short rows filled with NaN, and ``(n,)`` the length of each row.

    Raises :class:`LegoError` with the line number for what is no finite number or for fewer than ``least`` of them.
    """
    chosen = lines.select(kind)
    texts = lines.texts(chosen)
    tokens = b"\n".join(texts).split()
    width, count = len(tokens) // max(len(texts), 1), len(texts)
    word = kind.encode()
    if count and len(tokens) == width * count and width > least and tokens[::width].count(word) == count:
        del tokens[::width]
        rows = _regular_rows(tokens, count)
        if rows is not None:
            return rows, np.full(count, width - 1, dtype=np.int64)
    return _irregular_rows(lines, chosen, texts, least)


def read_corners(lines: ObjLines) -> tuple[Ints, Ints]:
    """``(F,)`` face sizes and ``(C, 3)`` v, vt and vn numbers as written, :data:`ABSENT` where there is none."""
    chosen = lines.select("f")
    texts = lines.texts(chosen)
    parsed = _corner_table(texts)
    if parsed is None:
        _explain_faces(lines, chosen, texts)
        raise lines.error(int(chosen[0]), "a face that cannot be understood", _FACE_HINT)
    return parsed


def _regular_rows(tokens: list[bytes], count: int) -> Floats | None:
    """All numbers at once, or None where a closer look is needed."""
    try:
        values = np.array(list(map(float, tokens)), dtype=np.float64)
    except ValueError:
        return None
    tame = bool(np.isfinite(values).all()) and not any(b"_" in token for token in tokens)
    return values.reshape(count, -1) if tame else None


def _irregular_rows(lines: ObjLines, chosen: Ints, texts: list[bytes], least: int) -> tuple[Floats, Ints]:
    rows = []
    for line, text in zip(chosen.tolist(), texts, strict=True):
        tokens = _COMMENT.sub(b"", text).split()[1:]
        bad = next((token for token in tokens if not _is_finite(token)), None)
        if bad is not None:
            raise lines.error(line, *_number_fault(bad))
        if len(tokens) < least:
            raise lines.error(line, f"{len(tokens)} numbers where {least} are needed", _NUMBER_HINT)
        rows.append([float(token) for token in tokens])
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    values = np.full((len(rows), min(max(lengths, default=least), 8)), np.nan)
    for row, numbers in enumerate(rows):
        values[row, : len(numbers)] = numbers[: values.shape[1]]
    return values, lengths


_NUMBER_HINT = "export the mesh again as Wavefront OBJ, or mend that line in a text editor"
_FACE_HINT = "a face reads 'f 1 2 3', 'f 1/1 2/2 3/3' or 'f 1/1/1 2/2/2 3/3/3'; export the mesh again"


def _is_finite(token: bytes) -> bool:
    return _NUMBER.fullmatch(token) is not None and bool(np.isfinite(float(token)))


def _number_fault(token: bytes) -> tuple[str, str]:
    shown = token[:30].decode("utf-8", "replace")
    if b"," in token:
        return f"{shown!r} has a decimal comma", "export again with a point as the decimal sign (English number format)"
    if re.match(rb"[+-]?(nan|inf|\d)", token.replace(b"1.#", b"nan").lower()):
        return f"{shown!r} is not a finite number", "repair the mesh in a 3D program (merge or delete that point)"
    return f"{shown!r} is not a number", _NUMBER_HINT


def _corner_table(texts: list[bytes]) -> tuple[Ints, Ints] | None:
    """Face sizes and corners of lines ``f ...``, or None when some line is not as it should be."""
    text = b"\n".join(texts) + b"\n"
    if b"#" in text:
        text = _COMMENT.sub(b"", text)
    if text.translate(None, _CORNER_BYTES) or text.count(b"f") != len(texts):
        return None
    raw = np.frombuffer(text, dtype=np.uint8)
    slash, word = raw == ord("/"), raw == ord("f")
    gap = raw <= 32
    token_start = ~gap & np.concatenate([[True], gap[:-1]])
    number_start = token_start & ~word
    number_start[1:] |= slash[:-1] & ~gap[1:] & ~slash[1:]
    values = _integers(text.replace(b"f", b" ").replace(b"/", b" "), int(number_start.sum()))
    token_at = np.flatnonzero(token_start)
    slashes = np.concatenate([[0], np.cumsum(slash)])
    per_token = np.diff(slashes[np.append(token_at, len(raw))])
    if values is None or per_token.max(initial=0) > 2 or slash[token_at].any():
        return None
    at = np.flatnonzero(number_start)
    token = np.searchsorted(token_at, at, side="right") - 1
    is_word = word[token_at]
    corner = np.cumsum(~is_word) - 1
    fields = np.full((int((~is_word).sum()), 3), ABSENT, dtype=np.int64)
    fields[corner[token], slashes[at] - slashes[token_at[token]]] = values
    sizes = np.diff(np.append(np.flatnonzero(is_word), len(token_at))) - 1
    sound = bool((sizes >= 3).all() and (values != 0).all() and (fields[:, 0] != ABSENT).all())
    return (sizes, fields) if sound else None


def _integers(text: bytes, count: int) -> Ints | None:
    try:
        values = np.array(list(map(int, text.split())), dtype=np.int64)
    except (ValueError, OverflowError):
        return None
    return values if len(values) == count else None


def _explain_faces(lines: ObjLines, chosen: Ints, texts: list[bytes]) -> None:
    """Raise the error of the first line that is wrong."""
    for line, text in zip(chosen.tolist(), texts, strict=True):
        tokens = _COMMENT.sub(b"", text).split()[1:]
        for token in tokens:
            shown = token[:30].decode("utf-8", "replace")
            if not _CORNER.fullmatch(token):
                raise lines.error(line, f"{shown!r} is no corner of a face", _FACE_HINT)
            numbers = [int(part[:40]) for part in token.split(b"/") if part]
            if 0 in numbers:
                raise lines.error(line, f"index 0 in {shown!r}", "OBJ counts from 1: export the mesh again")
            if max(map(abs, numbers)) >= 2**62:
                raise lines.error(line, f"index out of range in {shown!r}", _FACE_HINT)
        if len(tokens) < 3:
            raise lines.error(line, f"a face with {len(tokens)} corners", "delete that line, or export the mesh again")
