"""`salesmetrics schema`: the JSON Schema of the JSON output."""

from __future__ import annotations

import sys


def schema() -> None:
    """The JSON Schema of the JSON output."""
    from salesmetrics.render import write_json
    from salesmetrics.render.output import write_output

    write_output(write_json.dumps(write_json.schema()), None, sys.stdout)
