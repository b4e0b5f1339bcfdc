"""Once round a mesh file: a turntable that loops."""

import sys
from pathlib import Path

import lego_cli

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
turn = lego_cli.render(lego_cli.demo_head(), turn=12, size=128, fps=10, clay=True, background="#d8dce2")
turn.save(out / "turntable.gif", force=True)
print(turn)
