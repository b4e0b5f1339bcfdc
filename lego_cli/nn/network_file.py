"""From the tensors and the text of a file to a network: checked before anything is built in their sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from lego_cli.errors import LegoError

Net = TypeVar("Net", bound=nn.Module)
Sizes = TypeVar("Sizes")
DAMAGE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
LARGEST = 1 << 20  # of a size
MOST_LAYERS = 64


def sizes_of(path: Path, meta: Mapping[str, str], kind: Callable[..., Sizes], known: Any) -> Sizes:
    """The sizes ``size.NAME`` of a file's text, as the dataclass ``kind``; those of ``known`` tell what may be there.

    Raises LegoError for one that is not known, or that no network of ours has.
    """
    whole = {field.name: isinstance(getattr(known, field.name), int) for field in fields(known)}
    said = {key.removeprefix("size."): text for key, text in meta.items() if key.startswith("size.")}
    try:
        numbers = {name: int(text) if whole[name] else float(text) for name, text in said.items()}
    except (KeyError, ValueError):
        raise damaged(path) from None
    layers = (number for name, number in numbers.items() if name.endswith(("layers", "blocks", "stages")))
    if not all(0 < number <= LARGEST for number in numbers.values()) or any(n > MOST_LAYERS for n in layers):
        raise damaged(path)
    return kind(**numbers)


def filled(path: Path, make: Callable[[], Net], tensors: Mapping[str, Tensor]) -> Net:
    """The network that ``make`` makes with the ``tensors`` in it, frozen.

    What ``make`` makes is first compared without its memory. Raises LegoError where the tensors are others, or not
    finite.
    """
    try:
        with torch.device("meta"):
            wanted = {name: tensor.shape for name, tensor in make().state_dict().items()}
        finite = all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values())
        if wanted != {name: tensor.shape for name, tensor in tensors.items()} or not finite:
            raise ValueError("other weights")
        net = make()
        own = net.state_dict()
        net.load_state_dict({name: tensor.to(own[name].dtype) for name, tensor in tensors.items()})
    except DAMAGE:
        raise damaged(path) from None
    return net.eval().requires_grad_(False)


def damaged(path: Path) -> LegoError:
    """What is said of a file whose weights and sizes do not fit together."""
    return LegoError(f"{path} cannot be read: its weights are damaged", "make or fetch the file again")
