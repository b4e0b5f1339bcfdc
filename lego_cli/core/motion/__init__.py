"""Heads that take expressions: poses, shapes and correctives, contacts, and the motion of other rigs."""
