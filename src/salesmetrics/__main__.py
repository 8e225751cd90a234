"""`python -m salesmetrics` and the `salesmetrics` command."""

import gc

# New objects between two collections of garbage: the default looks through all that is imported again and again, and what
# a report makes is freed without it.
gc.set_threshold(500_000)

from salesmetrics.cli.app import main  # noqa: E402

if __name__ == "__main__":
    main()
