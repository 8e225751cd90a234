"""`python -m salesmetrics` and the `salesmetrics` command."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn

from salesmetrics.cli.limits import guard
from salesmetrics.errors import ExitCode


def main() -> NoReturn:
    """Load the program and run it."""
    # New objects between two collections of garbage: the default looks through all that is imported again and again, and
    # what a report makes is freed without it.
    gc.set_threshold(500_000)
    try:
        guard()
        from salesmetrics.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
