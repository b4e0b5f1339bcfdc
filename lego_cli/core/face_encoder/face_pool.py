"""Heads that a face encoder learns from: blocks in which everybody wears every style and every expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lego_cli.api import Report, silent
from lego_cli.core.ds.template_points import sparse_expressions
from lego_cli.core.training_options import TrainFaceOptions

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel, StyleFamily

    Source = Callable[[], tuple[HeadModel, StyleFamily]]

UNIT = 1.5e-5  # metres; positions are kept as 16-bit multiples of it, which reach half a metre
SEEDS = 900_000  # training seeds stay below; those of heads that are measured on lie above
HINT, FAINT = 0.4, 1.5  # value that an action has at least; sum of values below which an expression is left out
POPULATIONS = ("adult", "plausible", "wide")
SHARES = (0.5, 0.25, 0.25)


@dataclass(frozen=True)
class Block:
    """Heads of ``P`` people in ``S`` styles with ``E`` expressions, in that order, ``N = P S E``."""

    heads: Tensor  # (N, V, 3) int16, in UNIT
    labels: Tensor  # (N, 3) who, with which expression, in which style: equal numbers mean the same within a block
    codes: Tensor  # (N, 52)


class BlockMaker:
    """Makes the block of a number. Style 0 is a head's own; everything depends on the options and the number."""

    def __init__(self, head: HeadModel, family: StyleFamily, options: TrainFaceOptions) -> None:
        self.head, self.family, self.options = head, family, options

    def __call__(self, number: int) -> Block:
        """The block of that number."""
        o = self.options
        seed = self._seed(number)
        population = np.random.default_rng(seed).choice(POPULATIONS, p=SHARES)
        neutral = self.head.neutral(self.head.sample(o.people, str(population), seed))
        styles = [self.family.draw(self._seed(number * o.styles + k)) for k in range(1, o.styles)]
        worn = np.stack([np.stack([one, *(s.apply(self.head, one) for s in styles)]) for one in neutral])
        return _block(self.head, worn, visible_expressions(o.expressions, seed).numpy())

    def _seed(self, number: int) -> int:
        return int((self.options.seed * 104_729 + number) % SEEDS)


def visible_expressions(count: int, seed: int) -> Tensor:
    """``(count, 52)`` random expression codes that can be seen: some actions that are no hints, or none at all."""
    codes = sparse_expressions(8 * count + 64, seed)
    codes = torch.where(codes > 0, HINT + (1 - HINT) * codes, 0.0)
    total = codes.sum(1)
    return codes[(total == 0) | (total > FAINT)][:count]


def _block(head: HeadModel, worn: Floats, codes: Floats) -> Block:
    """Neutral heads ``(P, S, V, 3)``, each with every one of the ``(E, 52)`` expressions."""
    people, styles, expressions = *worn.shape[:2], len(codes)
    neutral = worn.reshape(people * styles, *worn.shape[2:])
    each = np.tile(codes, (len(neutral), 1))
    posed = head.posed(neutral.repeat(expressions, 0), each)
    whole = np.clip(np.round(posed / UNIT), -32767, 32767).astype(np.int16)
    who, style, code = np.indices((people, styles, expressions)).reshape(3, -1)
    same = (codes[:, None] == codes).all(2).argmax(1)  # two blank expressions are one
    labels = np.stack([who, same[code], style], axis=1)
    return Block(torch.from_numpy(whole), torch.from_numpy(labels), torch.from_numpy(each))


@dataclass(frozen=True)
class FacePool:
    """``K`` blocks, ready to be drawn from."""

    heads: Tensor  # (K, N, V, 3) int16, in UNIT
    labels: Tensor  # (K, N, 3) as in a block, made distinct between blocks: all but the blank expression and style 0
    codes: Tensor  # (K, N, 52)

    @staticmethod
    def of(blocks: list[Block]) -> FacePool:
        """Blocks side by side."""
        labels, codes = (torch.stack([getattr(b, name) for b in blocks]) for name in ("labels", "codes"))
        number = torch.arange(len(blocks))[:, None]
        who, expression, style = (labels[..., k] + labels.shape[1] * (number + 1) for k in range(3))
        expression = torch.where(codes.eq(0).all(2), 0, expression)
        style = torch.where(labels[..., 2] == 0, 0, style)
        return FacePool(torch.stack([b.heads for b in blocks]), torch.stack([who, expression, style], dim=2), codes)

    def to(self, device: str) -> FacePool:
        """The same pool on another device."""
        return FacePool(self.heads.to(device), self.labels.to(device), self.codes.to(device))


def make_pool(source: Source, options: TrainFaceOptions, report: Report = silent) -> FacePool:
    """Make all blocks, in ``options.workers`` processes when there are more than one.

    ``source`` makes the head model and the family of styles; it must be picklable, as each process calls it once.
    The pool does not depend on the number of processes.
    """
    blocks: list[Block] = []
    for block in _blocks(source, options):
        blocks.append(block)
        report("heads", len(blocks), options.blocks)
    return FacePool.of(blocks)


def _blocks(source: Source, options: TrainFaceOptions) -> Iterator[Block]:
    if options.workers <= 1:
        yield from map(BlockMaker(*source(), options), range(options.blocks))
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(options.workers, context, initializer=_begin, initargs=(source, options)) as workers:
        yield from (_opened(packed) for packed in workers.map(_made, range(options.blocks)))


_makers: list[BlockMaker] = []  # of a worker process


def _begin(source: Source, options: TrainFaceOptions) -> None:
    torch.set_num_threads(1)
    _makers[:] = [BlockMaker(*source(), options)]


def _made(number: int) -> tuple[Floats, ...]:
    """Plain arrays: tensors would travel as open files, of which a process may hold only so many."""
    block = _makers[0](number)
    return block.heads.numpy(), block.labels.numpy(), block.codes.numpy()


def _opened(packed: tuple[Floats, ...]) -> Block:
    return Block(*(torch.from_numpy(each) for each in packed))
