"""Running other people's code at load time so that nothing which it does to this process outlives it."""

from lego_cli.quarantine.guard import MORE, Overdue, described, is_interruption, quarantine, time_limit
from lego_cli.quarantine.streams import own_output, results_apart

__all__ = [
    "MORE",
    "Overdue",
    "described",
    "is_interruption",
    "own_output",
    "quarantine",
    "results_apart",
    "time_limit",
]
