"""What a thing needs, checked without importing it."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import ModuleSpec

import pytest
import torch

from lego_cli import needs
from lego_cli.errors import ExitCode, LegoError
from lego_cli.registry import Entry, Owner, Registry
from lego_cli.renderer_choice import choose_renderer, renderer_name

PIP = needs.pip_install().rstrip()
OURS, THEIRS = Owner("renderers", "lego", "1", built_in=True), Owner("r", "rival", "1")


@pytest.fixture(autouse=True)
def _asked_anew():
    needs.cuda_there.cache_clear()
    yield
    needs.cuda_there.cache_clear()


def test_the_build_of_torch_is_what_torch_says_itself():
    assert needs.torch_cuda_build() == torch.version.cuda
    assert needs.cuda_there() == torch.cuda.is_available()


@pytest.mark.parametrize(
    ("text", "build"),
    [
        ("cuda: Optional[str] = '12.8'\nhip: Optional[str] = None\n", "12.8"),
        ('cuda: str | None = "13.0"\n', "13.0"),
        ("cuda = '11.8'\n", "11.8"),
        ("__version__ = '2.9.0+cpu'\ncuda: Optional[str] = None\n", None),
    ],
)
def test_a_cuda_build_needs_a_device_too(text, build, tmp_path, monkeypatch):
    (tmp_path / "version.py").write_text(text)
    spec = ModuleSpec("torch", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(needs.importlib.util, "find_spec", lambda name: spec)
    assert needs.torch_cuda_build() == build
    monkeypatch.setattr(needs, "_driver_devices", lambda: 1)
    assert needs.cuda_there() == (build is not None)
    needs.cuda_there.cache_clear()
    monkeypatch.setattr(needs, "_driver_devices", lambda: 0)
    assert not needs.cuda_there()


@pytest.mark.parametrize(("start", "count", "there"), [(0, 0, 0), (0, 2, 2), (100, 2, 0), (0, None, 0)])
def test_the_driver_itself_is_asked_for_devices(start, count, there, monkeypatch):
    """A CUDA build on a machine without a GPU, or with a driver that does not start, must not choose CUDA."""

    class Driver:
        def cuInit(self, flags):  # noqa: N802
            return start

        def cuDeviceGetCount(self, pointer):  # noqa: N802
            pointer._obj.value = count or 0
            return 0 if count is not None else 3

    monkeypatch.setattr(needs.ctypes, "CDLL", lambda name: Driver())
    assert needs._driver_devices() == there


def test_a_machine_without_a_driver_has_no_device(monkeypatch):
    def none(name):
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(needs.ctypes, "CDLL", none)
    assert needs._driver_devices() == 0


@pytest.mark.parametrize("need", ["module:open_clip", "module:nosuchmodule", "file:face.bin", "device:cuda"])
def test_every_need_has_a_remedy_that_can_be_followed(need, tmp_path):
    said = needs.remedy(need)
    wanted = {"module:open_clip": f"{PIP} open_clip_torch torchvision", "module:nosuchmodule": f"{PIP} nosuchmodule"}
    wanted |= {"file:face.bin": str(needs.needed_file("face.bin")), "device:cuda": "lego doctor"}
    assert wanted[need] in said


def test_nothing_is_imported_to_find_out():
    code = "import sys; from lego_cli import needs; needs.missing(('module:torch', 'module:trimesh', 'device:cuda'))"
    code += "; assert 'torch' not in sys.modules and 'trimesh' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize("need", ["torch", "module:", "device:tpu", "file:", "modul:torch"])
def test_a_need_of_another_form_is_a_mistake(need):
    with pytest.raises(ValueError, match="unknown need"):
        needs.missing((need,))


def test_a_module_inside_a_missing_package_is_missing():
    assert needs.missing(("module:no_such_package.part", "module:json.decoder")) == ("module:no_such_package.part",)


def renderers(*entries: tuple[str, Owner, tuple[str, ...]]) -> Registry:
    registry = Registry()
    for name, owner, needed in entries:
        registry.add(Entry("renderers", name, lambda name=name: f"the {name} one", owner, "", needed))
    return registry


def test_auto_takes_the_best_that_can_run_here():
    torch_one, fast = ("torch", OURS, ()), ("nvdiffrast", OURS, ())
    assert renderer_name(renderers(torch_one, fast)) == "nvdiffrast"
    assert renderer_name(renderers(torch_one, ("nvdiffrast", OURS, ("module:no_such_module",)))) == "torch"
    assert renderer_name(renderers(torch_one, ("numba", OURS, ()), fast)) == "nvdiffrast"
    assert renderer_name(renderers(torch_one, ("numba", OURS, ()))) == "numba"
    assert choose_renderer(renderers(torch_one, fast), "torch") == "the torch one"


def test_auto_never_takes_a_third_partys_renderer_unasked():
    assert renderer_name(renderers(("torch", OURS, ()), ("nvdiffrast", THEIRS, ()))) == "torch"
    with pytest.raises(LegoError) as caught:
        renderer_name(renderers(("magic", THEIRS, ())))
    assert caught.value.code == ExitCode.MISSING
