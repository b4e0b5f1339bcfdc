"""``lego bench renderer``: time, memory, image and gradient error of every renderer that runs here, and of rivals.

Each renderer has a process of its own, so that one's memory and crashes are not another's. They take turns, one
running at a time, and what is reported is the median of the turns.
"""

from __future__ import annotations

import multiprocessing
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from lego_cli.api import Report, silent
from lego_cli.errors import ExitCode, LegoError
from lego_cli.needs import install_extra, missing, remedy
from lego_cli.options import option

if TYPE_CHECKING:
    from lego_cli.registry import Registry

RIVALS = {"deodr": ("module:deodr",), "mitsuba": ("module:mitsuba",)}
"""Differentiable renderers that pip installs (extra ``bench``), and what each needs."""
TIMES = ("forward_ms", "both_ms", "forward_wall_ms", "both_wall_ms", "memory_mb")
QUALITY = ("mask_error", "colour_error", "mask_gradient_error", "colour_gradient_error")


@dataclass(frozen=True)
class BenchRendererOptions:
    """Options of ``lego bench renderer``."""

    renderer: tuple[str, ...] = option((), "Renderer to measure, rivals too; repeat for several; all when omitted.")
    faces: tuple[int, ...] = option((4000, 10_000, 30_000), "Triangles of the head; repeat for several.", metavar="N")
    size: int = option(224, "Pixels along each side of a picture.")
    views: int = option(10, "Pictures in one batch.")
    turns: int = option(7, "Batches behind each time; the median counts.")
    fine: int = option(8, "Samples along each side of a pixel in the reference.")
    threads: int = option(1, "Threads of torch.")


def bench_renderer(registry: Registry, options: BenchRendererOptions, report: Report = silent) -> dict[str, Any]:
    """Figures by renderer and number of faces, under ``results``; under ``left_out`` why others were not measured.

    Times are CPU milliseconds an image (``*_wall_ms``: by the clock), memory is what the process grew by in MB, errors
    are the mean over pixels, gradient errors shares of the largest derivative. Raises ``LegoError`` for unknown names.
    """
    from lego_cli.bench.renderer_case import make_case

    names, left_out = _chosen(registry, options.renderer)
    if lacking := missing(("module:fast_simplification",)):
        raise LegoError("lego bench renderer needs fast_simplification", remedy(lacking[0]), ExitCode.MISSING)
    cases = {}
    for done, count in enumerate(options.faces):
        report("reference", done, len(options.faces))
        cases[count] = make_case(registry, count, options)
    workers = {name: _Worker(name, options.threads) for name in names}
    results: dict[str, dict[str, dict[str, float]]] = {name: {} for name in names}
    try:
        for done, (count, case) in enumerate(cases.items()):
            report("measure", done, len(cases))
            for name, figures in _case_figures(workers, case, options.turns, left_out).items():
                results[name][str(count)] = figures
    finally:
        for worker in workers.values():
            worker.close()
    return {"results": {name: found for name, found in results.items() if found}, "left_out": left_out}


def _chosen(registry: Registry, wanted: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Names that can run here, and why the others cannot."""
    needs = {entry.name: (entry.needs, entry.hint) for entry in registry.entries("renderers")}
    needs |= {name: (each, install_extra("bench")) for name, each in RIVALS.items()}
    for name in wanted:
        if name not in needs:
            raise LegoError(f"no renderer called '{name}'", f"known: {', '.join(needs)}", ExitCode.USAGE)
    names, left_out = [], {}
    for name in wanted or needs:
        lacking = missing(needs[name][0])
        if lacking:
            left_out[name] = needs[name][1] or remedy(lacking[0])
        else:
            names.append(name)
    return names, left_out


def _case_figures(
    workers: dict[str, _Worker], case: Any, turns: int, left_out: dict[str, str]
) -> dict[str, dict[str, float]]:
    """All figures of one head; a worker that fails is left out from then on."""
    running = {name: worker for name, worker in workers.items() if name not in left_out}
    found: dict[str, dict[str, float]] = {}
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in running}
    for turn in range(-1, turns):  # the turn before the first warms up and measures quality
        for name, worker in running.items():
            if name in left_out:
                continue
            answer = worker.ask(("quality", case) if turn < 0 else ("time", None))
            if turn < 0 and not isinstance(answer, str):
                found[name] = answer
                answer = worker.ask(("time", None))
            if isinstance(answer, str):
                left_out[name] = answer
            elif turn >= 0:
                taken[name].append(answer)
    for name, times in taken.items():
        if times and name not in left_out:
            found[name] |= {key: statistics.median(each[key] for each in times) for key in TIMES}
    return {name: figures for name, figures in found.items() if name not in left_out}


class _Worker:
    """A process that draws with one renderer."""

    def __init__(self, name: str, threads: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, name, threads), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, task: tuple[str, Any]) -> dict[str, float] | str:
        """The figures, or why there are none."""
        try:
            self._pipe.send(task)
            answer: dict[str, float] | str = self._pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self._process.join()
            return f"its process ended with exit code {self._process.exitcode}"
        return answer

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.join(10)
        self._process.kill()


def _work(pipe: Connection, name: str, threads: int) -> None:
    from lego_cli.bench.renderer_case import Bench

    bench = None
    while True:
        try:
            task, case = pipe.recv()
        except EOFError:
            return
        try:
            bench = bench or Bench(name, threads)
            pipe.send(bench.quality(case) if task == "quality" else bench.times())
        except Exception as error:  # a rival may fail in any way; the others go on
            pipe.send(f"{type(error).__name__}: {error}")
