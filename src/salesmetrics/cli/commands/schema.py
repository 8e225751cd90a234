"""`salesmetrics schema`: the JSON Schema of the JSON output."""

from __future__ import annotations

import sys


def schema() -> None:
    """The JSON Schema of the JSON output."""
    from salesmetrics.answers import json_schema
    from salesmetrics.render.output import write_output
    from salesmetrics.render.write_json import dumps

    write_output(dumps(json_schema.schema()), None, sys.stdout)
