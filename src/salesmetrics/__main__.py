"""`python -m salesmetrics` and the `salesmetrics` command."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os

# `signal` itself takes some thousandths of a second to import, in which nobody would have been listening yet.
# From the first moment on an interrupt ends the process, and not with a traceback of whatever is being imported.
# A container's first process does not even notice a request to end that it has no handler for.
_INTERRUPTED = 130
"""After Ctrl-C a thread may still be within Polars, which nobody can ask to stop, and Python waits for all threads."""
for _wanted in (_signal.SIGINT, _signal.SIGTERM, getattr(_signal, "SIGHUP", None)):
    if _wanted is not None and _signal.getsignal(_wanted) in (_signal.default_int_handler, _signal.SIG_DFL):
        _signal.signal(_wanted, lambda number, _frame: os._exit(128 + number))

import gc  # noqa: E402
import sys  # noqa: E402

from salesmetrics.cli.limits import guard  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Load the program and run it."""
    _keep_streams()
    # New objects between two collections of garbage: the default looks through all that is imported again and again, and
    # what a report makes is freed without it.
    gc.set_threshold(500_000)
    guard()
    from salesmetrics.cli.app import main as run

    code = run()
    if code == _INTERRUPTED:
        os._exit(code)
    gc.freeze()  # what is left goes with the process: nothing is gained by looking for what nobody refers to
    sys.exit(code)


def _keep_streams() -> None:
    """Stand in for streams that are closed: a file that is opened would take their number, and get what is written to them."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


if __name__ == "__main__":
    main()
