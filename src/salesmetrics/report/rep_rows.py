"""The reps behind a KPI of targets: what each of them adds to it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.metrics.definition import Ratio, Undefined, as_decimal
from salesmetrics.metrics.rep_results import by_rep
from salesmetrics.report.cells import NO_CURRENCY, value_table
from salesmetrics.report.compute import Keys
from salesmetrics.report.days import MONEY
from salesmetrics.report.forms import RESULTS
from salesmetrics.report.metric import cell_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.report.record_frames import Asked

__all__ = ["rep_rows"]

COLUMNS: dict[str, Any] = {
    "kpi": pl.String,
    "entity": pl.String,
    "row": pl.UInt32,
    "numerator": MONEY,
    "denominator": MONEY,
    "value": MONEY,
    "n": pl.Int64,
    "left_out": pl.String,
    "owner": pl.String,
    "amount": MONEY,
    "quota": MONEY,
    "currency": pl.String,
}


def rep_rows(asked: Asked, kpi: Kpi, label: str, shift: str) -> pl.DataFrame:
    """One row per rep: the amount won, the quota, and what follows for the KPI.

    Args:
        asked: What records are listed for.
        kpi: A KPI of ``rep_results``, which is money: with several currencies there is a row per rep and currency.
        label: The name that the rows stand under.
        shift: The earlier stretch that they are of.

    Returns:
        The columns of :func:`salesmetrics.report.rows.kpi_rows`, with ``owner``, ``amount`` and ``quota`` (Decimal(38, 8)).
        ``value`` is the pay where the KPI is an amount, else null.
    """
    source = asked.source
    table = value_table(source, [kpi], {"": asked.windows[shift]}, Keys())
    rows = []
    for cell in sorted(table.cells(), key=cell_order):
        if source.several and cell.currency is NO_CURRENCY:
            continue
        values = table.values(cell)
        settings = {
            name: values.settings.value(name.removeprefix("setting_")) for name in kpi.inputs if name != RESULTS
        }
        code = cell.currency if source.several and cell.currency is not NO_CURRENCY else None
        results = list(values.by_shift[""].get(RESULTS, []))
        rows += [_row(kpi, rep, results, settings) | {"kpi": label, "currency": code} for rep in by_rep(results)]
    frame = pl.DataFrame(rows, schema=COLUMNS, orient="row")
    return frame if source.several else frame.drop("currency")


def _row(
    kpi: Kpi, result: Mapping[str, Any], results: Sequence[Mapping[str, Any]], settings: Mapping[str, Any]
) -> dict[str, Any]:
    shape = kpi.parts(**{RESULTS: [row for row in results if row["owner"] == result["owner"]]}, **settings)
    if result["quota"] <= 0:
        return {"kpi": kpi.id, "entity": "rep_targets", "left_out": "no_quota", "owner": result["owner"]}
    left_out = "ramping_up" if result["ramping"] and "ramping_up" in kpi.excluded else None
    parts: dict[str, Any] = {"numerator": None, "denominator": None, "value": None, "n": 1}
    if isinstance(shape, Ratio):
        parts |= {"numerator": Decimal(int(shape[0])), "denominator": Decimal(int(shape[1])), "n": int(shape[1])}
    elif not isinstance(shape, Undefined):
        parts["value"] = shape
    known = {"owner": result["owner"], "amount": result["won"], "quota": as_decimal(result["quota"])}
    return {"kpi": kpi.id, "entity": "rep_targets", "row": None, **parts, "left_out": left_out, **known}
