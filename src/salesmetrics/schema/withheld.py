"""What the files leave so unsure that no number may rest on it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Withheld"]


class Withheld(NamedTuple):
    """A fact of a kind of record that cannot be known: every measure that rests on it is undefined with the reason.

    Attributes:
        kind: Kind of file, such as ``deals``.
        fact: A canonical column of that kind, such as ``amount`` or ``outcome``; or a fact that measures declare beside
            their columns, such as ``lost``.
        reason: Code of the reason, as it stands in the report.
    """

    kind: str
    fact: str
    reason: str
