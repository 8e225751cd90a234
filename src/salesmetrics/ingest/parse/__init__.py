"""Text becomes values: one parser per column type, each deciding once per column what its cells mean."""

from __future__ import annotations

from salesmetrics.ingest.parse.column import parse_column
from salesmetrics.ingest.parse.common import Parsed, ParseOptions
from salesmetrics.ingest.parse.currency import parse_currency
from salesmetrics.ingest.parse.dates import date_orders
from salesmetrics.ingest.parse.text import scientific_ids

__all__ = ["ParseOptions", "Parsed", "date_orders", "parse_column", "parse_currency", "scientific_ids"]
