"""Heads that play performances: tracks, retargeting, rigged heads and their files."""
