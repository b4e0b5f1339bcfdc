"""How many threads do the work: one where results must not depend on it, as many as there are where they may.

Sums that are split among threads are rounded in another order. What is done for one head is small, and not faster on
several threads, so it is done on one; learning uses all, and its record says how many there were.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread(load: bool = True) -> Iterator[None]:
    """In the block, or the function that it decorates, torch and BLAS work on one thread.

    Without ``load``, torch is not imported for this: what needs none does without.
    """
    from threadpoolctl import threadpool_limits

    torch = importlib.import_module("torch") if load else sys.modules.get("torch")
    usual = threads() if torch else 1
    with threadpool_limits(limits=1, user_api="blas"):
        if torch:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if torch:
                torch.set_num_threads(usual)


def threads() -> int:
    """How many threads torch works on outside of :func:`one_thread`."""
    import torch

    return int(torch.get_num_threads())
