"""The viewer: one HTML page that holds a head, three.js and all controls, and needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import lego_cli
from lego_cli import assets
from lego_cli.files.atomic import atomic_write
from lego_cli.files.outputs import refuse_overwrite

HASHES = "script-src 'sha256-{script}'; style-src 'sha256-{style}'"
POLICY = f"default-src 'none'; {HASHES}; img-src data: blob:; connect-src blob:; base-uri 'none'; form-action 'none'"
"""The page's own: nothing but its own script and style runs. Textures out of the GLB are blobs."""


def view_page(
    glb: bytes,
    title: str,
    input_glb: bytes | None = None,
    *,
    upright: Sequence[float] | None = None,
    input_upright: Sequence[float] | None = None,
    same_frame: bool = False,
    foreign: bool = False,
    input_foreign: bool = False,
    mixes: Mapping[str, Mapping[str, float]] | None = None,
) -> str:
    """The page of a binary glTF, with ``input_glb`` beside it.

    ``upright`` and ``input_upright`` are ``(16,)`` matrices, by columns, to metres with +Y up and the face along +Z;
    with ``same_frame`` both then stand in one place, otherwise the input is scaled to the result by its bounding box.
    ``foreign`` files keep the materials they come with. ``mixes`` are emotions, name to control values, for files that
    bring none. Bytes are embedded as they are: see :func:`lego_cli.view_files.require_viewable`.
    """
    facts = {
        "title": title,
        "upright": upright,
        "input_upright": input_upright,
        "input_same_frame": same_frame,
        "foreign": foreign,
        "input_foreign": input_foreign,
        "mixes": mixes or {},
    }
    script, style = (_part(name) for name in ("viewer.js", "viewer.css"))
    filled = {
        "csp": POLICY.format(script=_sha256(script), style=_sha256(style)),
        "generator": f"lego {lego_cli.__version__}",
        "title": html.escape(title),
        "style": style,
        "script": script,
        "licences": html.escape(f"three.js\n\n{_part('THREE-LICENSE.txt')}", quote=False),
        "facts": _json_block(facts),
        "result": base64.b64encode(glb).decode("ascii"),
        "input": base64.b64encode(input_glb).decode("ascii") if input_glb else "",
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: filled[match[1]], _part("page.html"))


def write_page(
    path: Path, glb: bytes, title: str, input_glb: bytes | None = None, force: bool = False, **more: Any
) -> None:
    """Write :func:`view_page` to ``path``; the very same page may be there already.

    Raises LegoError when another file is there and ``force`` is off.
    """
    page = view_page(glb, title, input_glb, **more).encode()  # the policy's hashes are of these very bytes
    if path.is_file() and path.stat().st_size == len(page) and path.read_bytes() == page:
        return
    refuse_overwrite(path, force=force)
    with atomic_write(path) as temporary:
        temporary.write_bytes(page)


def _part(name: str) -> str:
    return assets.data_file(f"viewer/{name}").read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _json_block(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")
