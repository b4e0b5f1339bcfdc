"""Losses in TensorBoard, when asked: a report that also writes its figures there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.errors import ExitCode, LegoError
from lego_cli.needs import pip_install

if TYPE_CHECKING:
    from lego_cli.api import Report


@contextmanager
def logged(report: Report, folder: Path | None) -> Iterator[Report]:
    """``report``, with every figure in ``folder`` as well. Raises LegoError (exit code 3) without tensorboard."""
    if folder is None:
        yield report
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise LegoError("--tensorboard needs tensorboard", pip_install("tensorboard"), ExitCode.MISSING) from error
    writer = SummaryWriter(str(folder))

    def both(stage: str, done: int, total: int, **figures: float) -> None:
        for name, value in figures.items():
            writer.add_scalar(f"{stage}/{name}", value, done)
        report(stage, done, total, **figures)

    try:
        yield both
    finally:
        writer.close()
