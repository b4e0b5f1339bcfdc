"""Distributions of one module, as pip would leave them behind, written in no time."""

from __future__ import annotations

from pathlib import Path

HEAD = "from lego_cli.api import hookimpl\n"
GOOD = (
    HEAD
    + """
@hookimpl
def register_rigs(register):
    register("fine", dict, "a rig of a good plugin")
@hookimpl
def commands(app):
    @app.command("greet")
    def greet():
        import os, subprocess, sys
        print("by Python", flush=True)
        subprocess.run([sys.executable, "-c", "print('by a child')"])
        os.write(1, b"by number\\n")
"""
)


def install(folder: Path, name: str, hooks: str, entry: str = "", metadata: str | None = None) -> None:
    """Put a distribution into a folder for ``PYTHONPATH``; its hooks are the module ``NAME_hooks``."""
    facts = folder / f"{name}-1.0.dist-info"
    facts.mkdir(parents=True)
    if metadata is None:
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    (facts / "METADATA").write_text(metadata)
    (facts / "entry_points.txt").write_text(entry or f"[lego]\n{name} = {name}_hooks\n")
    (folder / f"{name}_hooks.py").write_text(hooks)
