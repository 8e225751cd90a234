"""On how many examples a property is tried: a third in the daily run, all of them in ``make test-full``."""

from __future__ import annotations

from hypothesis import settings

__all__ = ["FULL", "QUICK", "tries"]

FULL, QUICK = "full", "quick"
"""Names of profiles of Hypothesis; ``pytest --hypothesis-profile=full`` chooses."""
FEWEST = 5


def tries(most: int) -> int:
    """The examples of a property that is to be tried on so many when there is time."""
    return most if settings.get_current_profile_name() == FULL else min(most, max(FEWEST, most // 3))
