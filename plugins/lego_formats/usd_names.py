"""Names that USD allows for prims, distinct within a file."""

from __future__ import annotations


class UsdNames:
    """Hands names out; the same wanted name gives another one each time, and ``taken`` ones are not given."""

    def __init__(self, *taken: str) -> None:
        self._taken = set(taken)

    def valid(self, wanted: str) -> str:
        """``wanted`` as an identifier, numbered where it is taken."""
        from pxr import Tf

        plain = Tf.MakeValidIdentifier(wanted)
        name, number = plain, 2
        while name in self._taken:
            name, number = f"{plain}_{number}", number + 1
        self._taken.add(name)
        return name
