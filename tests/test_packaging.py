"""The wheel, built from the source archive as an index would: ours alone, whole, small, and it runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SOURCES = ("lego_cli", "plugins", "renderers", "topologies")
FILES = ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in", "Makefile")
SDIST = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The source archive and the wheel made from it."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in SOURCES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in FILES:
        shutil.copy(ROOT / name, source / name)
    subprocess.run([sys.executable, "-c", SDIST, str(out)], cwd=source, check=True, capture_output=True, timeout=300)
    archive = next(out.glob("*.tar.gz"))
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(out), str(archive)], check=True, timeout=300)
    return archive, next(out.glob("*.whl"))


def shipped() -> set[str]:
    """Every file of our packages that a user needs, as it is called inside the wheel."""
    packages = [folder for root in SOURCES[1:] for folder in (ROOT / root).glob("lego_*")] + [ROOT / "lego_cli"]
    files = {file for package in packages for file in package.rglob("*") if file.is_file()}
    kept = {file for file in files if "__pycache__" not in file.parts and ".egg-info" not in str(file)}
    return {_inside(file) for file in kept if file.suffix in (".py", ".typed") or "data" in file.parts}


def _inside(file: Path) -> str:
    parts = file.relative_to(ROOT).parts
    return "/".join(parts if parts[0] == "lego_cli" else parts[1:])


def test_the_wheel_holds_our_packages_whole_and_nothing_else(built):
    names = set(zipfile.ZipFile(built[1]).namelist())
    roots = {name.partition("/")[0] for name in names}
    assert all(root.startswith("lego_") or root.endswith(".dist-info") for root in roots), roots
    assert shipped() <= names
    assert all(f"{root}/py.typed" in names for root in roots if not root.endswith(".dist-info"))


def test_the_wheel_is_small(built):
    assert built[1].stat().st_size < 30 << 20


def test_the_source_archive_has_the_licence(built):
    with tarfile.open(built[0]) as archive:
        assert any(name.endswith("/LICENSE") for name in archive.getnames())


def test_the_installed_wheel_lists_its_plugins(built, lego, tmp_path):
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(tmp_path), str(built[1])], check=True, timeout=300)
    done = lego("plugins", "show", "rigs", "-v", path=tmp_path)
    assert (done.returncode, "emotions" in done.stdout) == (0, True), done.stderr
    where = [sys.executable, "-c", "import lego_cli, lego_heads; print(lego_cli.__file__, lego_heads.__file__)"]
    found = subprocess.run(
        where, env={"PYTHONPATH": str(tmp_path)}, cwd="/", capture_output=True, text=True, check=True
    )
    assert found.stdout.count(str(tmp_path)) == 2
