"""Any head mesh plus one example of a style, out comes a stylised, animatable head.

``import lego_cli`` is cheap: what is named here is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lego_cli.errors import LegoError
    from lego_cli.library import (
        LearnedStyle,
        Performance,
        Person,
        Picture,
        StylizedHead,
        animate,
        demo_head,
        encode,
        finetune,
        read_mesh,
        render,
        stylize,
        write_mesh,
    )

__version__ = "0.1.0"

__all__ = [
    "LearnedStyle",
    "LegoError",
    "Performance",
    "Person",
    "Picture",
    "StylizedHead",
    "animate",
    "demo_head",
    "encode",
    "finetune",
    "read_mesh",
    "render",
    "stylize",
    "write_mesh",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module("lego_cli.errors" if name == "LegoError" else "lego_cli.library"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
