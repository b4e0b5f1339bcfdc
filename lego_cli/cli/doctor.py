"""``lego doctor``: what this machine has, and what ``auto`` would choose."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib import metadata
from typing import Any

import typer

import lego_cli
from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.description import describe
from lego_cli.cli.flags import JsonFlag
from lego_cli.errors import LegoError
from lego_cli.files import folders
from lego_cli.needs import EXTRAS, module_there
from lego_cli.renderer_choice import renderer_name
from lego_cli.user.styles import USER

USERS_KINDS = ("styles", "topologies", "rigs")  # what a user may add
PACKAGES = ("torch", "numpy", "scipy", "trimesh", "safetensors", "pillow", "typer", "rich", "pluggy")


def register(app: typer.Typer) -> None:
    """Add ``lego doctor``."""
    app.command("doctor")(doctor)


def doctor(as_json: JsonFlag = False) -> None:
    """Show versions, devices, renderers, optional packages and programs, what is yours, and plugins that failed."""
    data = {
        "versions": _versions(),
        "compute": _compute(),
        "renderers": {e.full_name: describe(e)["status"] for e in session.registry().entries("renderers")},
        "renderer_hints": {e.full_name: e.hint for e in session.registry().entries("renderers") if e.missing()},
        "auto_renderer": _auto_renderer(),
        "extras": {extra.module: _extra_status(extra.module) for extra in EXTRAS},
        "programs": {"ffmpeg": shutil.which("ffmpeg") or "missing: put it on the PATH; only MP4 needs it"},
        "yours": {kind: _yours(kind) for kind in USERS_KINDS},
        "folders": {
            "LEGO_HOME": os.environ.get("LEGO_HOME", "not set"),
            "data": str(folders.data_folder()),
            "models": str(folders.models_folder()),
        },
        "plugins": {f"{p.owner.distribution}:{p.owner.plugin}": p.status for p in session.loaded().plugins},
    }
    console.result(data, as_json, lambda: _show(data))


def _versions() -> dict[str, str]:
    packages = {name: _version(name) or "missing" for name in PACKAGES}
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return {"lego": lego_cli.__version__, "python": platform.python_version(), "system": system, **packages}


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _compute() -> dict[str, Any]:
    try:
        import torch
    except (ImportError, OSError) as error:  # a torch whose libraries do not load
        return {"torch": f"cannot be imported: {error}"}
    gpus = [torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count())]
    devices = ["cpu"] + [f"cuda:{i} {gpu.name}, {gpu.total_memory / 2**30:.0f} GiB" for i, gpu in enumerate(gpus)]
    return {
        "devices": devices + (["mps"] if torch.backends.mps.is_available() else []),
        "cores": os.cpu_count(),
        "torch_threads": torch.get_num_threads(),
        "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "not set"),
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "not set"),
    }


def _auto_renderer() -> str:
    try:
        return renderer_name(session.registry())
    except LegoError:
        return "none"


def _yours(kind: str) -> list[str]:
    registry = session.registry()
    return [registry.reached_as(entry) for entry in registry.entries(kind) if entry.owner == USER]


def _extra_status(module: str) -> dict[str, str]:
    extra = next(extra for extra in EXTRAS if extra.module == module)
    there = module_there(module)
    status = _version(extra.distribution) or "present" if there else f"missing: {extra.install}"
    return {"status": status, "purpose": extra.purpose}


def _show(data: dict[str, Any]) -> None:
    console.block(data["versions"])
    console.block(data["compute"])
    console.line("Renderers")
    renderers: dict[str, str] = {}
    for name, status in data["renderers"].items():
        renderers[name] = status + (" (auto)" if name == f"lego:{data['auto_renderer']}" else "")
        renderers[" " * len(renderers)] = data["renderer_hints"].get(name, "")  # below it, under a blank name
    console.block(renderers or {"none": "no plugin"})
    console.line("Optional packages")
    console.block({name: f"{facts['status']}   for {facts['purpose']}" for name, facts in data["extras"].items()})
    console.line("Programs")
    console.block(data["programs"])
    if any(data["yours"].values()):
        console.line("Yours, beside what is installed")
        console.block(data["yours"])
    console.line("Folders")
    console.block(data["folders"])
    broken = {name: status for name, status in data["plugins"].items() if status != "ok"}
    console.line("Plugins" if broken else f"Plugins: {len(data['plugins'])}, all ok")
    console.block(broken)
    if sys.prefix == sys.base_prefix:
        console.note("note: this Python is not a virtual environment", level=1)
