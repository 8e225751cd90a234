"""`python -m salesmetrics` and the `salesmetrics` command."""

from salesmetrics.cli.app import main

if __name__ == "__main__":
    main()
