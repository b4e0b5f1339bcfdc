"""A head comes out the same, whatever number of threads there is; the record says how many did the work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from threadpoolctl import threadpool_info

from lego_cli.assets import data_file
from lego_cli.core.threads import one_thread, threads

MAIN = "from lego_cli.cli.main import main; main()"
COMMAND = "stylize in.obj --style pixar --quality draft -q"


def counts() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_one_thread_is_one_and_goes_back():
    usual, before = torch.get_num_threads(), counts()
    torch.set_num_threads(2)
    with one_thread():
        assert threads() == 1
        assert counts() == {1}
        with one_thread():
            assert threads() == 1
    assert threads() == 2
    assert counts() == before
    torch.set_num_threads(usual)


def test_what_needs_no_torch_does_not_get_it():
    code = "from lego_cli.core.threads import one_thread\nimport sys\n"
    code += "with one_thread(load=False):\n    pass\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core has no second thread")
def test_one_and_two_threads_give_the_same_bytes(tmp_path):
    made = {}
    for number in ("1", "2"):
        folder = tmp_path / number
        folder.mkdir()
        (folder / "in.obj").write_bytes(data_file("demo_head.obj").read_bytes())
        environment = {**os.environ, "OMP_NUM_THREADS": number, "OPENBLAS_NUM_THREADS": number}
        for words in (["-o", "out.glb"], ["--topology", "keep"]):
            command = [sys.executable, "-c", MAIN, *COMMAND.split(), *words]
            subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        record = json.loads((folder / "out.glb.run.json").read_text())
        assert (record["deterministic"], record["threads"]) == (True, 1)
        made[number] = {name: (folder / name).read_bytes() for name in ("out.glb", "in.pixar.keep.obj")}
    assert made["1"] == made["2"]
    assert Path(record["results"][0]["path"]).name == "out.glb"
