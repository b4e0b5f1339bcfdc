"""A person is a few hundred numbers: encode a mesh, change them, keep them as a file, make a head of them again."""

import sys
from pathlib import Path

import lego_cli

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
person = lego_cli.encode(lego_cli.demo_head(), quality="draft")
print(person, f"mean distance {person.metrics['mean']:.2f} mm")
stronger = person.with_shape(1.5 * person.shape).with_expression({"happy": 0.6})  # away from the mean head
file = stronger.save(out / "stronger.code.json", force=True)
again = lego_cli.encode(file)  # a code file is read, not encoded
lego_cli.stylize(again, style="pixar").save(out / "stronger.obj", force=True)
