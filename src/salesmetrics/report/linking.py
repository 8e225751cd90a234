"""What one file tells about the records of another: prices of products, the one currency of all files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.accounts import account_keys, ids_by_name
from salesmetrics.report.days import MONEY
from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["MONEY_KINDS", "with_one_currency", "with_potential", "with_prices"]

MONEY_KINDS: Mapping[str, tuple[str, ...]] = {
    "deals": ("amount", "list_price", "cost"),
    "leads": ("amount",),
    "customers": ("mrr", "potential"),
    "revenue": ("amount", "mrr"),
    "invoices": ("amount", "paid_amount"),
    "quotas": ("amount",),
    "costs": ("amount",),
    "products": ("list_price", "cost"),
}
"""The columns of money, by kind of file."""


def with_prices(deals: pl.DataFrame, products: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Deals with the list price and the cost that their own export does not give, from the price list.

    A deal names its product by name, SKU or id, exactly as the price list does. What the price list gives is per unit,
    so it takes the quantity of the deal: an unknown quantity is not 1. What the deal itself says comes first.

    Args:
        deals: ``product`` (String), ``quantity`` (Decimal), and ``list_price`` and ``cost`` (Decimal) where known.
        products: ``name``, ``sku`` or ``id`` (String), ``list_price`` and ``cost`` (Decimal), ``currency`` where known.

    Returns:
        Deals with ``list_price`` and ``cost`` (Decimal(38, 8)) as far as they can be told, and what has to be said.
    """
    if "product" not in deals.columns or "quantity" not in deals.columns:
        return deals, []
    prices = [name for name in ("list_price", "cost") if name in products.columns]
    keys = [name for name in ("name", "sku", "id") if name in products.columns]
    if not prices or not keys:
        return deals, []
    coded = "currency" in products.columns and "currency" in deals.columns
    columns = [*prices, *(["currency"] if coded else [])]
    rows = pl.concat([products.select(pl.col(key).alias("__key__"), *columns) for key in keys])
    rows = rows.filter(pl.col("__key__").is_not_null()).unique(maintain_order=True)
    twice = rows.filter(~pl.col("__key__").is_unique())["__key__"].unique()
    rows = rows.filter(pl.col("__key__").is_unique()).rename({name: f"__{name}__" for name in columns})
    joined = deals.join(rows, left_on="product", right_on="__key__", how="left", maintain_order="left")
    fits = pl.lit(value=True)
    if coded:
        fits = (pl.col("__currency__") == pl.col("currency")).fill_null(pl.col("__currency__").is_null())
    made = []
    for name in prices:
        worth = pl.when(fits).then((pl.col(f"__{name}__") * pl.col("quantity")).cast(MONEY))
        made.append(pl.coalesce([pl.col(name), worth] if name in deals.columns else [worth]).alias(name))
    linked = joined.with_columns(made).drop([f"__{name}__" for name in columns])
    used = deals["product"].is_in(twice.implode()).sum() if len(twice) else 0
    return linked, [_ambiguous(int(used), twice.sort().to_list())] if used else []


def with_potential(deals: pl.DataFrame, customers: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """Deals with ``has_potential`` (Boolean): their customer's potential is known.

    Args:
        deals: ``account_id`` or ``account`` (String).
        customers: ``potential`` (Decimal), and ``id`` or ``name`` (String) to find the customer by, as accounts are told
            apart everywhere; ``started`` (Date) where known.
        as_of: Customers who come later have no potential yet.

    Returns:
        The deals; unchanged where the two files have no key in common.
    """
    if "potential" not in customers.columns or not {"account_id", "account"} & set(deals.columns):
        return deals
    if not {"id", "name"} & set(customers.columns):
        return deals
    own = customers.rename({"id": "account_id", "name": "account"}, strict=False)
    names = ids_by_name([deals, own]) if "account" in deals.columns or "account" in own.columns else None
    shared = {"account_id", "account"} & set(deals.columns) & set(own.columns)
    if not shared and names is None:
        return deals
    here = pl.col("potential").is_not_null()
    if as_of is not None and "started" in customers.columns:
        here &= (pl.col("started") <= as_of).fill_null(value=True)
    known = account_keys(own.filter(here), names).drop_nulls().unique()
    found = account_keys(deals, names).is_in(known.implode())
    return deals.with_columns(has_potential=found.fill_null(value=False))


def with_one_currency(frames: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """Frames in which a file of money without a currency column takes the one currency that all others have.

    Where the others have several, nothing is assumed.

    Args:
        frames: Frames by kind.
    """
    money = {kind: frame for kind, frame in frames.items() if set(MONEY_KINDS.get(kind, ())) & set(frame.columns)}
    coded = {kind: frame for kind, frame in money.items() if "currency" in frame.columns}
    bare = [kind for kind in money if kind not in coded]
    if not bare:
        return dict(frames), []
    known = {code for frame in coded.values() for code in frame["currency"].drop_nulls().unique().to_list()}
    if len(known) != 1:
        return dict(frames), []
    (code,) = known
    filled = {kind: frames[kind].with_columns(currency=pl.lit(code)) for kind in bare}
    count = sum(frame.height for frame in filled.values())
    note = Finding(
        code="currency_assumed",
        severity=Severity.NOTE,
        count=count,
        message=f"{' and '.join(bare)} have no currency column: their amounts are taken to be in {code}, like all others",
        hint="add a currency column if that is wrong",
    )
    return {**frames, **filled}, [note]


def _ambiguous(count: int, names: list[str]) -> Finding:
    listed = ", ".join(f"`{name}`" for name in names[:5])
    return Finding(
        code="products_ambiguous",
        severity=Severity.WARNING,
        kind="deals",
        column="product",
        count=count,
        message=f"products that stand on the price list with different prices take none of them: {listed}",
        hint="make names on the price list unique",
    )
