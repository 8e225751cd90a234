"""Amounts of several currencies in one, at rates that the user gives."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar.steps import days_later
from salesmetrics.entities.accounts import account_keys, ids_by_name
from salesmetrics.entities.days import END, MONEY, START, with_days
from salesmetrics.entities.declared import MONEY_COLUMNS
from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.currencies import CRM_DEFAULT, CRM_DEFAULT_ID
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message, kind_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from salesmetrics.calendar import Calendar
    from salesmetrics.schema.provenance import Finding

__all__ = ["UNRATED", "convert", "rate_table", "still_true", "with_one_currency", "with_potential", "with_prices"]

UNRATED = "__unrated__"
"""Marks records whose money has no exchange rate; after the name of a measure, the part of it that these make."""


DAY_RATE_HOLDS = 31
"""Days for which the rate of a day holds at most, where no later one follows."""

DAYS: Mapping[str, tuple[str, ...]] = {
    "deals": ("closed",),
    "leads": ("created",),
    "invoices": ("issued",),
    "quotas": (START,),
    "costs": (START,),
}
"""The day whose rate converts an amount, by kind; what has none, such as an open deal, takes the as-of date.

Recurring revenue takes that of the as-of date throughout, so that a customer who leaves leaves nothing behind.
"""


def convert(
    frames: Mapping[str, pl.DataFrame], code: str, as_of: date | None, calendar: Calendar
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """All amounts in one currency.

    A deal takes the rate of its close date, an open one that of the as-of date; a quota or a cost that of the first day of
    its period; recurring revenue that of the as-of date. An amount without a rate becomes unknown: it is
    counted, not priced, and its record is marked.

    Args:
        frames: Canonical frames by kind, ``rates`` among them.
        code: The currency wanted.
        as_of: The report date.
        calendar: What quarters and years are.

    Returns:
        The frames, their amounts (Decimal(38, 8)) in that currency, and what could not be converted.

    Raises:
        SalesmetricsError: ``option_invalid``: there are amounts in other currencies and no rates, or none to this one, or no file
            names a currency.
    """
    priced = {kind: frame for kind, frame in frames.items() if _is_priced(kind, frame)}
    if not priced:
        raise _refused(code, Message("no_currency_named"), Message("add_currency_column"))
    others = {c for frame in priced.values() for c in frame["currency"].unique().to_list()} - {code}
    if others - {None} and "rates" not in frames:
        also = any((frame["currency"] == code).any() for frame in priced.values())
        named = sorted(o for o in others if o)
        cause = Message("amounts_also_in" if also else "amounts_in", currencies=named)
        raise _refused(code, cause, _way_out(named, code))
    if others - {None}:
        _check_target(frames["rates"], code)
    rates = rate_table(frames["rates"], code, calendar) if "rates" in frames else _no_rates()
    made, findings = dict(frames), []
    if "rates" in frames and _is_undated(frames["rates"]):
        findings.append(finding("rates_undated", kind="rates", count=frames["rates"].height))
    if "stages" in frames and "deals" in priced:
        made["stages"] = _as_deals(frames["stages"], priced["deals"], code, rates, as_of, calendar)
    for kind, frame in priced.items():
        made[kind], note = _converted(kind, frame, code, rates, as_of, calendar)
        findings += [note] if note else []
    return made, findings


def still_true(findings: Iterable[Finding], code: str | None) -> list[Finding]:
    """The findings about files that hold of the numbers too: once all amounts are in one currency, none are kept apart.

    What has no rate is said by :func:`convert`.

    Args:
        findings: What is known about the files.
        code: The currency that amounts were converted to; None where they were not.
    """
    return [item for item in findings if code is None or item.code != "currencies_mixed"]


def rate_table(rates: pl.DataFrame, code: str, calendar: Calendar) -> pl.DataFrame:
    """What an amount is multiplied with and divided by to be in one currency, by currency and range of days.

    A rate is what one unit of ``currency`` was worth in ``to_currency`` (in the currency wanted, where the file does not
    say). Where only the opposite is given it is divided by; where both currencies are given against a third one for the
    same days, that leads across. The rate of a period holds in it, that of a day until the next one; where the file has
    no column for either, its rates hold on all days.

    Args:
        rates: Canonical rates.
        code: The currency wanted.
        calendar: What quarters and years are.

    Returns:
        ``from`` (String), ``__start__``, ``__end__`` (Date), ``times`` and ``over`` (Decimal(38, 8)), one row per currency
        and first day.
    """
    always = {START: pl.lit(date.min), END: pl.lit(date.max)}
    placed = rates.with_columns(**always) if _is_undated(rates) else with_days(rates, calendar)
    frame = placed.filter(pl.col(START).is_not_null() & (pl.col("rate") > 0))
    target = pl.col("to_currency").fill_null(code) if "to_currency" in frame.columns else pl.lit(code)
    rows = _held(frame.select(START, END, "rate", source=pl.col("currency"), target=target))
    one = pl.lit(1, dtype=MONEY)
    parts = [
        rows.filter(pl.col("target") == code).select(
            START, END, pl.col("source").alias("from"), times="rate", over=one
        ),
        rows.filter(pl.col("source") == code).select(
            START, END, pl.col("target").alias("from"), times=one, over="rate"
        ),
    ]
    base = rows.filter(pl.col("target") == code).select(START, END, "source", times="rate")
    across = rows.filter(pl.col("target") != code).join(base, on=[START, END, "source"], how="inner")
    parts.append(across.select(START, END, pl.col("target").alias("from"), "times", over=pl.col("rate")))
    table = pl.concat([part.cast({"times": MONEY, "over": MONEY}) for part in parts])
    return table.unique(["from", START], keep="first", maintain_order=True).sort("from", START)


def _way_out(named: list[str], code: str) -> Message:
    """What to type: rates, or what a sign stands for that is no code of a currency."""
    signs = [name for name in named if not re.fullmatch("[A-Z]{3}", name)]
    if not signs:
        return Message("add_rates")
    sign = CRM_DEFAULT_ID if signs[0] == CRM_DEFAULT else signs[0]
    return Message("sign_or_rates", named=signs[0], sign=sign, code=code)


def _check_target(rates: pl.DataFrame, code: str) -> None:
    """Refuse a currency that no rate leads to. Rates that do not say what they lead to are for the one wanted."""
    if "to_currency" not in rates.columns or rates["to_currency"].null_count():
        return
    usable = rates.filter(pl.col("rate") > 0)
    known = {c for name in ("currency", "to_currency") for c in usable[name].drop_nulls()}
    if code not in known:
        cause = Message("no_rate_to" if known else "no_rate_at_all", currency=code, known=sorted(known))
        raise _refused(code, cause, Message("check_code"))


def _is_undated(rates: pl.DataFrame) -> bool:
    return not {"date", "period"} & set(rates.columns)


def _held(rows: pl.DataFrame) -> pl.DataFrame:
    """Rates of single days hold until the next one of the same pair."""
    rows = rows.unique().sort("source", "target", START, END, "rate")
    following = pl.col(START).shift(-1).over("source", "target")
    last = days_later(pl.col(START), DAY_RATE_HOLDS)
    single = pl.col(END) == days_later(pl.col(START))
    return rows.with_columns(
        pl.when(single).then(pl.min_horizontal(following.fill_null(last), last)).otherwise(pl.col(END)).alias(END)
    )


def _no_rates() -> pl.DataFrame:
    return pl.DataFrame(schema={"from": pl.String, START: pl.Date, END: pl.Date, "times": MONEY, "over": MONEY})


def _is_priced(kind: str, frame: pl.DataFrame) -> bool:
    return "currency" in frame.columns and bool(set(MONEY_COLUMNS.get(kind, ())) & set(frame.columns))


def _converted(
    kind: str, frame: pl.DataFrame, code: str, rates: pl.DataFrame, as_of: date | None, calendar: Calendar
) -> tuple[pl.DataFrame, Finding | None]:
    columns = [name for name in MONEY_COLUMNS[kind] if name in frame.columns]
    placed = with_days(frame, calendar) if START in DAYS.get(kind, ()) else frame
    days = [pl.col(name).cast(pl.Date) for name in DAYS.get(kind, ()) if name in placed.columns]
    day = pl.coalesce(*days, pl.lit(as_of, dtype=pl.Date)) if days else pl.lit(as_of, dtype=pl.Date)
    rows = placed.with_row_index("__nth__").with_columns(pl.min_horizontal(day, pl.lit(as_of)).alias("__day__"))
    found = (
        rows.select("__nth__", "__day__", "currency")
        .filter(pl.col("currency").is_not_null() & pl.col("__day__").is_not_null())
        .sort("__day__")
        .join_asof(
            rates.sort(START),
            left_on="__day__",
            right_on=START,
            by_left="currency",
            by_right="from",
            strategy="backward",
            check_sortedness=False,
        )
        .filter(pl.col("__day__") < pl.col(END))
        .select("__nth__", "times", "over")
    )
    joined = rows.join(found, on="__nth__", how="left", maintain_order="left")
    own = (pl.col("currency") == code).fill_null(value=False)
    lost = joined.filter(~own & pl.col("times").is_null() & pl.any_horizontal(pl.col(columns).is_not_null()))
    made = joined.with_columns(
        pl.when(own)
        .then(pl.col(name))
        .otherwise((pl.col(name) * pl.col("times") / pl.col("over")).cast(MONEY))
        .alias(name)
        for name in columns
    ).with_columns(currency=pl.lit(code))
    if not lost.height:
        return made.select(frame.columns), None
    unrated = pl.col("__nth__").is_in(lost["__nth__"].implode()).alias(UNRATED)
    return made.select(*frame.columns, unrated), _unpriced(kind, lost)


def _as_deals(
    stages: pl.DataFrame, deals: pl.DataFrame, code: str, rates: pl.DataFrame, as_of: date | None, calendar: Calendar
) -> pl.DataFrame:
    """A stage history with its amounts at the rates of their deals; what has no rate is said of the deals."""
    if not {"deal_id", "amount"} <= set(stages.columns) or "id" not in deals.columns:
        return stages
    own = [name for name in ("currency", "closed") if name in deals.columns]
    terms = deals.select("id", *own).drop_nulls("id").unique("id", keep="first", maintain_order=True)
    joined = stages.drop(own, strict=False).join(
        terms, left_on="deal_id", right_on="id", how="left", maintain_order="left"
    )
    if "__state__" in stages.columns and {"currency"} <= set(own) & set(stages.columns):
        # Between exports a deal may have changed its currency.
        then = pl.coalesce(stages.get_column("currency"), pl.col("currency"))
        joined = joined.with_columns(currency=then)
    made, _ = _converted("deals", joined, code, rates, as_of, calendar)
    return made.drop(own)


def _unpriced(kind: str, lost: pl.DataFrame) -> Finding:
    codes = lost["currency"].unique().sort(nulls_last=True).to_list()
    named = tuple(Message("no_currency") if code is None else code for code in codes)
    return finding("rate_missing", kind=kind, column="currency", count=lost.height, currencies=named)


def _refused(code: str, cause: Message, fix: Message) -> SalesmetricsError:
    return SalesmetricsError("option_invalid", option="--currency", value=code, cause=cause, fix=fix)


# --- what one file tells about the records of another: prices of products, the one currency of all files ---


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
    money = {kind: frame for kind, frame in frames.items() if set(MONEY_COLUMNS.get(kind, ())) & set(frame.columns)}
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
    note = finding("currency_assumed", count=count, kinds=tuple(map(kind_word, bare)), currency=code)
    return {**frames, **filled}, [note]


def _ambiguous(count: int, names: list[str]) -> Finding:
    return finding("products_ambiguous", kind="deals", column="product", count=count, products=tuple(names[:5]))
