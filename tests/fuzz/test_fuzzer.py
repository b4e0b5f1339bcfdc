"""The fuzzer itself: what is wrong with a reader is found, and charged to the run that did it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from random import Random

import pytest

from .__main__ import main
from .campaign import SPACE
from .faulty import BAIT, READERS, RUNS, SEED
from .mutators.by_suffix import MUTATORS
from .readers import READERS as REAL

ENDS = {"crash": "crash", "leave": "crash", "hang": "hang", "gorge": "memory", "bug": "bug", "warn": "bug",
        "mumble": "bug", "refuse": "refused"}  # fmt: skip
SAYS = {"crash": "SIGSEGV", "leave": "exit 0", "hang": "over 1 s", "bug": "KeyError", "warn": "UserWarning: careful",
        "mumble": "says nothing", "gorge": " MB"}  # fmt: skip


def fuzz(*arguments: object, module: str = "fuzz") -> subprocess.CompletedProcess[str]:
    """The fuzzer in a process of its own, as ``make fuzz`` starts it."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=env, timeout=300)


@pytest.fixture(scope="module")
def campaign(tmp_path_factory) -> tuple[dict, Path]:
    """All broken readers, and the folder of findings."""
    out = tmp_path_factory.mktemp("findings")
    return json.loads(fuzz(out, module="fuzz.faulty").stdout), out


def stumbles(name: str) -> list[int]:
    """The runs in which a broken reader does what it should not."""
    reader = next(reader for reader in READERS if reader.name == name)
    runs = range(SEED * SPACE, SEED * SPACE + RUNS)
    return [seed for seed in runs if not reader.files(seed)["a.bin"].startswith(BAIT)]


@pytest.mark.slow
@pytest.mark.parametrize("name", ENDS)
def test_every_fault_is_charged_to_its_run(campaign, name):
    found, out = campaign
    row, wrong = found["readers"][name], stumbles(name)
    assert wrong
    assert (row["runs"], row[ENDS[name]], row["read"]) == (RUNS, len(wrong), RUNS - len(wrong))
    mine = [finding for finding in found["findings"] if finding["reader"] == name]
    if ENDS[name] == "refused":
        assert not mine
        return
    assert len(mine) == 1, "the same fault is one finding"
    assert mine[0]["kind"] == ENDS[name]
    assert SAYS[name] in mine[0]["what"]
    assert mine[0]["seed"] in wrong
    saved = [folder for folder in out.iterdir() if f"RUN={mine[0]['seed']}\n" in (folder / "finding.txt").read_text()
             and f"READERS={name} " in (folder / "finding.txt").read_text()]  # fmt: skip
    reader = next(reader for reader in READERS if reader.name == name)
    assert (saved[0] / "files/a.bin").read_bytes() == reader.files(mine[0]["seed"])["a.bin"]


def digests() -> str:
    """A line for each reader: a few of its runs, as a hash."""
    lines = []
    for reader in REAL.values():
        runs = b"".join(data for seed in range(7, 12) for data in reader.files(seed).values())
        lines.append(f"{reader.name} {hashlib.sha256(runs).hexdigest()}\n")
    return "".join(lines)


@pytest.mark.slow
def test_a_run_is_the_same_bytes_in_another_process():
    """Otherwise a finding could not be made again from its number."""
    code = "from fuzz.test_fuzzer import digests; print(digests(), end='')"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    again = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=120, env=env
    )
    assert again.stdout == digests()


def sound_files() -> list[tuple[str, bytes]]:
    """Every sample of every reader by name, and what lies in those that are archives."""
    files = [file for reader in REAL.values() for sample in reader.known for file in sample.files.items()]
    archives = [zipfile.ZipFile(io.BytesIO(data)) for name, data in files if name.endswith((".lego", ".npz"))]
    return files + [(name, archive.read(name)) for archive in archives for name in archive.namelist()]


@pytest.mark.parametrize("suffix", MUTATORS)
def test_every_mutator_changes_sound_files(suffix):
    """One that cannot read its own samples would never find anything, and nobody would see it."""
    sound = [data for name, data in sound_files() if name.endswith(suffix)]
    assert sound
    dice = Random(1)
    for mutator in MUTATORS[suffix]:
        ends = []
        for _ in range(60):
            data = dice.choice(sound)
            try:
                ends.append(mutator(data, dice) != data)
            except (ValueError, KeyError):
                ends.append(False)
        assert sum(ends) >= 0.6 * len(ends), mutator


def test_a_run_can_be_made_again_by_its_number(capsys):
    assert main(["--readers", "off", "--run", "1000000003"]) == 0
    assert capsys.readouterr().out.startswith("off 1000000003: changed ")


def test_an_unknown_reader_is_told(capsys):
    assert main(["--readers", "fbx"]) == 2
    assert "there are: obj, ply" in capsys.readouterr().err
