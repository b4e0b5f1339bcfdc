"""Styles are directions: take some of one and some of another, or more than all of one."""

import sys
from pathlib import Path

import lego_cli

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
person = lego_cli.encode(lego_cli.demo_head(), quality="draft")  # once, for all mixes
for name, mix in {"half": {"pixar": 0.5, "elf": 0.5}, "more": {"orc": 1.4}}.items():
    head = lego_cli.stylize(person, style=mix)
    head.save(out / f"{name}.obj", force=True)
    print(head)
