"""`salesmetrics schema`: the JSON Schema of the JSON output."""

from __future__ import annotations

import sys


def schema() -> None:
    """The JSON Schema of the JSON output."""
    from salesmetrics.render import envelope
    from salesmetrics.render.output import write_output

    write_output(envelope.dumps(envelope.schema()), None, sys.stdout)
