"""Damaged files for every reader: ``make fuzz``. The table of readers is in ``readers.py``."""
