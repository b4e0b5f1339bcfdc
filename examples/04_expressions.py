"""A sheet of expressions: emotions and ARKit actions, alone and together."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import lego_cli

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
head = lego_cli.stylize(lego_cli.demo_head(), style="elf", quality="draft")
faces = [
    "happy",
    "surprised",
    {"angry": 0.8, "jawOpen": 0.3},
    {"mouthSmileLeft": 0.8, "eyeBlinkLeft": 1},
]
tiles = [lego_cli.render(head.posed(face), views="three_quarter", size=192).pixels for face in faces]
out.mkdir(parents=True, exist_ok=True)
Image.fromarray(np.concatenate(tiles, axis=1)).save(out / "expressions.png")
