"""Kills commands at random moments, and looks at what is left: ``python tests/kills/kill_runs.py --times 20``.

Each command runs again and again over its own older results, in two versions in turn, and is ended by SIGKILL, SIGTERM
or Ctrl-C somewhere on its way. After every one: no file is torn, no record is about another file, and after the next
whole run nothing else lies in the folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
MAIN = "from lego_cli.cli.main import main; main()"
KILLS = {"KILL": signal.SIGKILL, "TERM": signal.SIGTERM, "INT": signal.SIGINT}
ENDED = {"KILL": {-9}, "TERM": {143}, "INT": {130}}
PATIENCE = 60  # seconds that a run may take to end once it is asked to
WHOLE_EVERY = 5  # kills between two runs that are left alone


@dataclass(frozen=True)
class Case:
    """A command in two versions, the files that it makes, and what is right for each."""

    versions: tuple[list[str], list[str]]
    made: tuple[str, ...]  # everything that lies in the folder after a whole run, beside the inputs
    prepare: Callable[[Path], None]
    checks: dict[str, Callable[[Path], None]] = field(default_factory=dict)


def head_obj(folder: Path) -> None:
    """The head that ships with lego, as the input."""
    shutil.copyfile(ROOT / "lego_cli/data/demo_head.obj", folder / "in.obj")


def head_and_take(folder: Path) -> None:
    """The same, and a short performance."""
    head_obj(folder)
    values = [[frame / 10] for frame in range(10)]
    track = {"format": "lego-track", "version": 1, "rig": "arkit", "fps": 30, "controls": ["jawOpen"], "values": values}
    (folder / "take.json").write_text(json.dumps(track))


def pair(folder: Path) -> None:
    """The head, and the same with a longer nose."""
    head_obj(folder)
    (folder / "pair").mkdir()
    lines = (folder / "in.obj").read_text().splitlines()
    points = [[float(word) for word in line.split()[1:4]] for line in lines if line.startswith("v ")]
    front, tall = max(p[2] for p in points), max(p[1] for p in points) - min(p[1] for p in points)
    shutil.move(folder / "in.obj", folder / "pair" / "identity.obj")
    moved = (f"v {x} {y} {z + 0.2 * tall * 2 ** -(((z - front) / (0.1 * tall)) ** 2)}" for x, y, z in points)
    styled = [next(moved) if line.startswith("v ") else line for line in lines]
    (folder / "pair" / "style.obj").write_text("\n".join(styled) + "\n")


def whole_obj(path: Path) -> None:
    """An OBJ that ends with a whole line, all its faces there."""
    text = path.read_text()
    assert text.endswith("\n"), "torn"
    assert text.count("\nf ") > 1000


def whole_picture(path: Path) -> None:
    """A picture whose last pixel can be decoded."""
    with Image.open(path) as picture:
        picture.load()


def whole_glb(path: Path) -> None:
    """A binary glTF as long as it says."""
    data = path.read_bytes()
    assert int.from_bytes(data[8:12], "little") == len(data)


def whole_page(path: Path) -> None:
    """A page to its last tag."""
    assert path.read_text().rstrip().endswith("</html>")


def whole_style(path: Path) -> None:
    """A style that can be read."""
    from lego_cli.core.dt.style_file import read_style

    read_style(path)


def whole_net(path: Path) -> None:
    """A face encoder that can be read."""
    from lego_cli.nn import load_face_net

    load_face_net(path)


def right_record(path: Path) -> None:
    """A record that is about the files as they are, and about the version that made them."""
    record = json.loads(path.read_text())
    for result in record["results"]:
        found = hashlib.sha256((path.parent / result["path"]).read_bytes()).hexdigest()
        assert found == result["sha256"], f"a record about another {result['path']}"


STYLIZE = "stylize in.obj --style pixar --quality draft --preview --force -o out.obj"
ANIMATE = "animate in.obj --style pixar --quality draft --drive take.json --force -o out.glb -o out.html"
FINETUNE = "finetune --exemplar pair --name clay --samples 300 --field-steps 30 --steps 1 --people 1 --force"
TRAIN = "train face-encoder --steps 12 --blocks 1 --people 2 --styles 2 --expressions 2 --batch 1 --views 1 --force"
CASES = {
    "stylize": Case(
        (STYLIZE.split(), [*STYLIZE.split(), "--strength", "0.4"]),
        ("out.obj", "out.obj.run.json", "out.preview.png"),
        head_obj,
        {"out.obj": whole_obj, "out.preview.png": whole_picture, "out.obj.run.json": right_record},
    ),
    "animate": Case(
        (ANIMATE.split(), [*ANIMATE.split(), "--strength", "0.4"]),
        ("out.glb", "out.html", "out.glb.run.json"),
        head_and_take,
        {"out.glb": whole_glb, "out.html": whole_page, "out.glb.run.json": right_record},
    ),
    "finetune": Case(
        (FINETUNE.split(), FINETUNE.split()),  # a checkpoint of other options would rightly be refused
        ("clay.lego", "clay.lego.run.json", "clay.png"),
        pair,
        {"clay.lego": whole_style, "clay.png": whole_picture, "clay.lego.run.json": right_record},
    ),
    "train": Case((TRAIN.split(), TRAIN.split()), ("face.safetensors",), head_obj, {"face.safetensors": whole_net}),
}
FINETUNED = "home/styles/clay.lego"


def run(words: list[str], folder: Path, end: tuple[str, float] | None = None) -> tuple[int, str]:
    """Run a command in ``folder``, ended by a signal after some seconds; its exit code and what it said."""
    environment = {**os.environ, "LEGO_HOME": str(folder / "home"), "OMP_NUM_THREADS": "1"}
    usual = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    command = [sys.executable, "-c", MAIN, *words, "-q"]
    said: dict = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=folder, env=environment, **said, **usual) as process:
        if end is not None:
            try:
                process.wait(end[1])
            except subprocess.TimeoutExpired:
                process.send_signal(KILLS[end[0]])
        _, text = process.communicate(timeout=None if end is None else PATIENCE)
    return process.returncode, text


def whole(words: list[str], folder: Path) -> float:
    """Run a command to its end; how many seconds it takes."""
    started = time.monotonic()
    code, said = run(words, folder)
    assert code == 0, said
    return time.monotonic() - started


def look(case: Case, folder: Path) -> None:
    """Raise AssertionError unless every file that is there is whole and right."""
    for name, check in case.checks.items():
        if (folder / name).exists():
            check(folder / name)
    if (folder / FINETUNED).exists():
        whole_style(folder / FINETUNED)


def litter(case: Case, folder: Path, inputs: set[str]) -> set[str]:
    """What lies in the folder and in the user's own, and should not."""
    there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file() or file.suffix == ".tmp"}
    return there - inputs - set(case.made) - {FINETUNED}


def kills(name: str, folder: Path, times: int, seed: int) -> Iterator[tuple[str, str]]:
    """The signal and the outcome of each of ``times`` ended runs by each signal."""
    case, chance = CASES[name], random.Random(f"{name} {seed}")
    case.prepare(folder)
    inputs = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    for version in case.versions:
        lasts = whole(version, folder)
    todo = [kill for kill in KILLS for _ in range(times)]
    chance.shuffle(todo)
    for number, kill in enumerate(todo):
        code, said = run(case.versions[number % 2], folder, (kill, chance.uniform(0, lasts)))
        look(case, folder)
        if code == 0:
            yield kill, "was done before"
        else:
            assert code in ENDED[kill], f"{kill}: exit code {code}, {said}"
            assert kill == "KILL" or said.startswith("error: interrupted\nhint: "), said
            yield kill, "ended"
        if (number + 1) % WHOLE_EVERY == 0 or number + 1 == len(todo):
            lasts = whole(case.versions[number % 2], folder)  # anew: machines are busier at times
            look(case, folder)
            assert not litter(case, folder, inputs), litter(case, folder, inputs)
            assert all((folder / made).exists() for made in case.made)


def main() -> int:
    """Print what became of each case; exit code 1 where something was torn, wrong or left."""
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="kills of each command by each signal")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    given = parser.parse_args()
    failed = 0
    for name in given.cases:
        with tempfile.TemporaryDirectory() as folder:
            outcomes: Counter[str] = Counter()
            try:
                for kill, outcome in kills(name, Path(folder), given.times, given.seed):
                    outcomes[f"{kill} {outcome}"] += 1
                print(
                    f"{name:<9} {', '.join(f'{what} {count}' for what, count in sorted(outcomes.items()))}", flush=True
                )
            except AssertionError as wrong:
                failed += 1
                print(f"{name:<9} WRONG after {sum(outcomes.values())}: {wrong}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
