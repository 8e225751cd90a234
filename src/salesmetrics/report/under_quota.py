"""Which deals a quota is set against: those of whoever has one, on the days that it covers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.quotas import LEVELS
from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesmetrics.report.windows import Window

__all__ = ["quota_gaps", "with_under_quota"]


def with_under_quota(deals: pl.DataFrame, quotas: pl.DataFrame) -> pl.DataFrame:
    """Deals with ``under_quota`` (Boolean): on the day of the deal, whoever it belongs to had a quota.

    The day is that of the expected close while a deal is open, else that of its close. A quota of 0 is none. Quotas of
    a level that deals do not name, and those of the company, are for everybody. A quota of somebody for a product is for
    the deals of that product only.

    Args:
        deals: ``outcome``, ``closed``, ``expected_close``, ``currency`` and the levels, as far as they are known.
        quotas: Quotas by ``day`` with ``level`` and ``agreed``, as :func:`salesmetrics.report.quotas.quota_days` gives
            them; any other frame covers nothing.
    """
    nothing = deals.with_columns(under_quota=pl.lit(value=False))
    if not {"day", "level", "agreed"} <= set(quotas.columns):
        return nothing
    closed, due = (pl.col(name) if name in deals.columns else None for name in ("closed", "expected_close"))
    days = [day for day in (closed, due) if day is not None]
    if not days or "outcome" not in deals.columns:
        return nothing
    frame = deals.with_columns(
        __of__=pl.when(pl.col("outcome") == "open").then(days[-1]).otherwise(days[0]).cast(pl.Date)
    )
    under = pl.lit(value=False)
    found = [keys for level in (*LEVELS, "company") for keys in _keys(quotas, deals, level) if keys.height]
    for i, covered in enumerate(found):
        flag, keys = f"__{i}__", [key for key in covered.columns if key != "day"]
        covered = covered.rename({"day": "__of__"}).with_columns(pl.lit(value=True).alias(flag))
        frame = frame.join(covered, on=["__of__", *keys], how="left", maintain_order="left")
        under |= pl.col(flag).fill_null(value=False)
    return frame.with_columns(under_quota=under).select(*deals.columns, "under_quota")


def _keys(quotas: pl.DataFrame, deals: pl.DataFrame, level: str) -> Iterator[pl.DataFrame]:
    """The days on which each name of a level has a quota, each currency by itself: for all products, and for one."""
    shared = [name for name in ("currency", level) if name in quotas.columns and name in deals.columns]
    rows = quotas.filter((pl.col("level") == level) & (pl.col("agreed") > 0))
    if level != "product" and "product" in quotas.columns and "product" in deals.columns:
        yield rows.filter(pl.col("product").is_not_null()).select("day", *shared, "product").drop_nulls().unique()
        rows = rows.filter(pl.col("product").is_null())
    yield rows.select("day", *shared).drop_nulls().unique()


def quota_gaps(deals: pl.DataFrame | None, quotas: pl.DataFrame, window: Window) -> list[Finding]:
    """What has to be said of sales and days in a period that no quota covers.

    Args:
        deals: Deals with ``under_quota``, ``closed``, ``outcome`` and ``amount``.
        quotas: Quotas by ``day`` with ``level`` and ``agreed``.
        window: The period; without a beginning and an end there is nothing to say.
    """
    end = window.whole or window.end
    if window.start is None or end is None or not {"day", "level", "agreed"} <= set(quotas.columns):
        return []
    inside = pl.col("day").is_between(window.start, end, closed="left")
    there = quotas.filter(inside & (pl.col("agreed") > 0))
    if there.is_empty():
        return []
    findings = _partial(there, (end - window.start).days)
    level = next((name for name in LEVELS if (there["level"] == name).any()), None)
    if deals is None or level is None or not {level, "closed", "amount", "outcome"} <= set(deals.columns):
        return findings
    won = deals.filter((pl.col("outcome") == "won") & pl.col("closed").is_between(window.start, end, closed="left"))
    named = there[level].drop_nulls().unique()
    left_out = won.filter(~pl.col("under_quota") & ~pl.col(level).is_in(named.implode()).fill_null(value=False))
    return [*findings, _without(left_out, won[level].n_unique(), level)] if left_out.height else findings


def _without(left_out: pl.DataFrame, everybody: int, level: str) -> Finding:
    owners = left_out[level].n_unique()
    return Finding(
        code="quota_owners_missing",
        severity=Severity.WARNING,
        kind="deals",
        column=level,
        count=left_out.height,
        message=f"{owners} of {everybody} {level}s with won deals have no quota in the period: their {_amounts(left_out)} is"
        " left out of attainment, gap, pacing and coverage",
        hint="add their quotas, and check that names are spelt alike in both files",
    )


def _amounts(deals: pl.DataFrame) -> str:
    code = pl.col("currency") if "currency" in deals.columns else pl.lit(None, dtype=pl.String).alias("currency")
    sums = deals.group_by(code).agg(pl.col("amount").sum()).sort("currency", nulls_last=True).rows()
    return " and ".join(f"{Decimal(amount):,.0f}{f' {currency}' if currency else ''}" for currency, amount in sums)


def _partial(there: pl.DataFrame, whole: int) -> list[Finding]:
    together = there["day"].n_unique()
    keys = [name for name in LEVELS if name in there.columns]
    each = there.group_by(*keys).agg(pl.col("day").n_unique()) if keys else there.select(pl.col("day").n_unique())
    short = each.filter(pl.col("day") < whole).height
    if not short:
        return []
    said = f"quotas cover {together} of {whole} days of the period"
    if together == whole:
        said = f"{short} of {each.height} quotas cover only a part of the period"
    return [
        Finding(
            code="quota_days_partial",
            severity=Severity.WARNING,
            kind="quotas",
            count=short,
            message=f"{said}: only sales of the days that they cover are set against them",
            hint="ask for a period that quotas are given for, or add the missing quotas",
        )
    ]
