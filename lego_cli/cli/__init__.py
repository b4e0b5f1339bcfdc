"""The command line: one file per command, each with ``register(app)``; the order here is the order in the help."""

from __future__ import annotations

COMMANDS: tuple[str, ...] = (
    "stylize", "animate", "finetune", "encode", "retarget", "render", "view", "convert", "train", "bench", "inspect",
    "nouns", "plugins", "doctor",
)  # fmt: skip
