"""Style losses that come with lego."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl

LOSSES = {
    "vertex": ("vertex:VertexLoss", "LeGO's vertex reconstruction: squared distance to the exemplar, mm²"),
    "image": ("image:ImageLoss", "LeGO's image reconstruction: pictures of the exemplar look as they should"),
    "across-domain": ("image:AcrossDomainLoss", "LeGO's style direction: styling looks alike on everybody"),
    "in-domain": ("image:InDomainLoss", "LeGO's identity direction: people look as different as without the style"),
    "normal": ("normal:NormalLoss", "LeGO's style loss: surface normals of the styled exemplar"),
    "edge": ("guard:EdgeLoss", "edges stretch as the exemplar's do"),
    "fold": ("guard:FoldLoss", "no face turns further than the exemplar's does"),
}


@hookimpl
def register_style_losses(register: Register) -> None:
    """The losses of LeGO (arXiv 2403.15227, section 3.3), and two guards of ours."""
    for name, (where, summary) in LOSSES.items():
        register(name, f"lego_losses.{where}", summary, needs=("module:torch",))
