"""What commands start from: the head model, its DS, styles and topologies, by name or by file."""

from __future__ import annotations

import shlex
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.inputs import note_input
from lego_cli.registry import Registry

if TYPE_CHECKING:
    from lego_cli.api import HeadModel, Topology
    from lego_cli.core.ds.surface_net import BasisNet
    from lego_cli.core.dt.style_file import Style
    from lego_cli.core.dt.style_prior import StylePrior
    from lego_cli.core.encoding.mage import Mage
    from lego_cli.core.stylist import Stylist

HEAD_MODEL = "anny"


def data_file(name: str) -> Path:
    """A file that ships with the package."""
    return Path(str(resources.files("lego_cli") / "data" / name))


def head_model(registry: Registry) -> HeadModel:
    """The default head model."""
    head: HeadModel = registry.get("head_models", HEAD_MODEL)
    return head


@cache
def surface_net(path: Path | None = None) -> BasisNet:
    """DS from a file, the shipped one when omitted. Raises LegoError when it is no neural basis field."""
    from lego_cli.core.ds.surface_net import BasisNet, load_surface_net

    net = load_surface_net(path or data_file("ds.safetensors"))
    if not isinstance(net, BasisNet):
        raise LegoError(f"{path} is a hyper-network", "stylising needs: lego train ds --network basis", ExitCode.USAGE)
    return net


@cache
def mage() -> Mage:
    """The MAGE encoder that ships with the package."""
    from lego_cli.core.encoding.mage import load_mage

    return load_mage(data_file("mage.safetensors"))


@cache
def style_prior() -> StylePrior:
    """The style prior that ships with the package."""
    from lego_cli.core.dt.style_prior import load_style_prior

    return load_style_prior(data_file("style_prior.safetensors"))


def stylist(registry: Registry) -> Stylist:
    """The default head model with its DS and its encoder; made once for each registry, as it takes a while."""
    return _stylist(head_model(registry))  # type: ignore[arg-type]  # a protocol cannot say that it is hashable


@lru_cache(maxsize=2)
def _stylist(head: HeadModel) -> Stylist:
    from lego_cli.core.stylist import Stylist
    from lego_cli.core.threads import one_thread

    with one_thread():
        return Stylist(head, surface_net(), mage)


def style_path(registry: Registry, name: str) -> Path:
    """Where a style lies: a ``.lego`` file, or what the registry knows by that name (``user:NAME`` is the user's)."""
    if name.endswith(".lego"):
        return Path(name)
    source: Any = registry.get("styles", name)
    return Path(source.file)


def style(registry: Registry, name: str) -> Style:
    """A style by name or file. Raises LegoError for an unknown name, a recipe not yet learned, or a damaged file."""
    from lego_cli.core.dt.style_file import read_style

    path = style_path(registry, name)
    if name.endswith(".lego"):
        note_input(path)
    if not path.is_file() and not name.endswith(".lego") and registry.get("styles", name).recipe is not None:
        hint = f"learn it from its recipe: lego train style {shlex.quote(name)} -o {shlex.quote(str(path))}"
        raise LegoError(f"style '{name}' has no file yet", hint, ExitCode.MISSING)
    return read_style(path)


def topology(registry: Registry, name: str) -> Topology:
    """A topology by name. Raises LegoError with the nearest names."""
    found: Topology = registry.get("topologies", name)
    return found
