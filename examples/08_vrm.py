"""The same for an avatar that knows only VRM's vowels and emotions: what they can play of a performance."""

import json
import sys
from pathlib import Path

import lego_cli

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
out.mkdir(parents=True, exist_ok=True)
track = {
    "format": "lego-track",
    "version": 1,
    "rig": "arkit",
    "fps": 10,
    "controls": ["jawOpen", "mouthSmileLeft", "mouthSmileRight"],
    "values": [[0, 0, 0], [0.3, 0.2, 0.2], [0.6, 0.5, 0.5], [0.2, 0.9, 0.9]],
}
(out / "smile.json").write_text(json.dumps(track))
played = lego_cli.animate("elf", out / "smile.json", rig="vrm")
print(played, *played.notes, sep="\n")
played.save(out / "elf.vrm", force=True)
