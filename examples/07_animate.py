"""A face that was recorded with Live Link Face plays a style, as a GLB for a game engine."""

import sys
from pathlib import Path

import numpy as np

import lego_cli
from lego_cli.api import ARKIT

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)
take = out / "take.csv"  # yours comes out of the app
names = [name[0].upper() + name[1:] for name in ARKIT]
lines = ["Timecode,BlendShapeCount," + ",".join(names)]
for frame in range(61):
    speaks = {"JawOpen": 0.3 + 0.3 * np.sin(frame / 4), "MouthFunnel": 0.2, "BrowInnerUp": frame / 60}
    values = ",".join(f"{speaks.get(name, 0):.4f}" for name in names)
    lines.append(f"10:00:{frame // 60:02d}:{frame % 60:02d}.000,52,{values}")
take.write_text("\n".join(lines) + "\n")

played = lego_cli.animate("pixar", take, smooth=0.05)  # or a mesh: animate("in.obj", take, style="pixar")
print(played)
played.save(out / "pixar_take.glb", force=True)
