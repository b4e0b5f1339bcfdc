"""What the recipes need of a head model beyond the public protocol: named sliders and authored people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from lego_cli.api import HeadModel, LegoError

if TYPE_CHECKING:
    from lego_cli.api import Floats


@runtime_checkable
class SliderHead(HeadModel, Protocol):
    """A head model whose shape can be changed by named sliders."""

    slider_names: tuple[str, ...]

    def slider(self, name: str) -> Floats:
        """``(V, 3)`` displacement of one slider at full strength on an adult, metres."""
        ...

    def parameters(self, **values: float) -> Floats:
        """``(P,)`` parameters of one authored person."""
        ...


def with_sliders(head: HeadModel) -> SliderHead:
    """The same head model, seen as one with sliders; raises LegoError when it has none."""
    if not (hasattr(head, "slider") and hasattr(head, "parameters")):
        raise LegoError(f"head model '{head.name}' has no sliders", "style recipes need the head model 'anny'")
    return cast("SliderHead", head)
