"""One head in one style, as a mesh and as a picture."""

import sys
from pathlib import Path

import lego_cli

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
head = lego_cli.stylize(lego_cli.demo_head(), style="pixar", topology="mask")
head.save(out / "pixar.obj", force=True)
lego_cli.render(head, views="front,three_quarter", size=256).save(out / "pixar.png", force=True)
print(head, f"understood to {head.metrics['fit_mean_mm']:.2f} mm")
