"""Surfaces, similarities and sparse solves: what everything else in the core measures with."""
