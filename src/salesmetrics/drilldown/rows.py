"""The records behind a KPI: numerator, denominator, left out. Own file: the answer of `rows`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
from msgspec.structs import replace

from salesmetrics.drilldown.forms import (
    RESULTS,
    Term,
    Values,
    column_of,
    constant_of,
    form_of,
    how_made,
    measures_behind,
)
from salesmetrics.drilldown.record_frames import DAILY, ONE_PER, Asked, record_frame
from salesmetrics.engine.compute import NO_CURRENCY, Keys, value_table
from salesmetrics.engine.metric import cell_order
from salesmetrics.engine.moments import seen_by
from salesmetrics.engine.prepare import prepare
from salesmetrics.engine.request import windows_of
from salesmetrics.entities.currency import UNRATED
from salesmetrics.entities.days import MONEY
from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.laid import united
from salesmetrics.metrics.catalog import split_name
from salesmetrics.metrics.definition import (
    DifferenceInDifferences,
    Incidence,
    Mean,
    MedianTimeToEvent,
    NetScore,
    Quantile,
    Ratio,
    Tally,
    Undefined,
    as_decimal,
)
from salesmetrics.metrics.rep_results import by_rep
from salesmetrics.metrics.settings import PREFIX
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Measure

__all__ = [
    "ADDS",
    "AMOUNT",
    "GIVEN",
    "PLANS",
    "ROLES",
    "Records",
    "constants_of",
    "kpi_rows",
    "records_behind",
    "rep_rows",
    "roles_of",
]


GIVEN = "given"
"""The entity of a row that is no record: a number that the settings give, or the length of a period."""
SHOWN = (
    "id",
    "name",
    "account",
    "company",
    ONE_PER,
    "owner",
    "team",
    "stage",
    "status",
    "type",
    "activity_type",
    "survey_type",
    "score",
    "outcome",
    "amount",
    "currency",
)
PERIODS = ("region", "product", "category", "period", "start", "end", "date")
"""What identifies a record of many days beside its owner and team."""
DATES = (
    "created",
    "closed",
    "known_from",
    "was_expected",
    "expected_close",
    "occurred",
    "entered",
    "issued",
    "paid_on",
    "day",
    "answered",
)
PLANS = {"was_expected": "earlier_plan", "expected_close": "planned_close"}
"""What the close dates of a history are called: the one that counted, and the one that it replaced."""

IDENTIFYING = frozenset({*SHOWN, *PERIODS, *DATES, *PLANS.values()})

Pairs = dict[tuple[str, str], "Measure"]


ADDS = "__adds__"
"""Whether what a record adds is part of a sum; the values of a median, say, are not."""


class Records(NamedTuple):
    """Records, in a line how they make the number, and the columns that identify them."""

    frame: pl.DataFrame
    how: Message
    shown: tuple[str, ...]


def kpi_rows(request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog) -> pl.DataFrame:
    """The frame of :func:`records_behind`, with the columns that identify a record."""
    found = records_behind(request, frames, catalog)
    return found.frame.select(found.shown)


def records_behind(
    request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog, *, besides: Sequence[str] = ()
) -> Records:
    """The records behind one KPI, in the order of the files.

    The columns add up to what the report says: numerator, denominator, n, and the value of a plain sum. What a measure
    counts once (an account, a rep and a day) stands on the first record of it, with 0 on its others. A KPI that is no sum
    over records comes down to its parts, each under its own name in ``kpi`` and over the span of the KPI asked for, so
    that one unit stands under one name. A quota or a cost is one record with its whole amount, however many of its days
    count. A number that belongs to no record is a row of the entity ``given``.

    Args:
        request: What is asked for; ``kpis`` holds one id.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.
        besides: Further columns of the records.

    Returns:
        A frame with ``kpi``, ``entity``, ``row`` (UInt32: number in the file), ``numerator``, ``denominator`` and
        ``value`` (Decimal(38, 12): what the record adds), ``n`` (Int64), ``left_out`` (String: reason codes), ``ended``
        (String: how a wait ended), and what identifies the record.

    Raises:
        SalesmetricsError: As for a report.
    """
    setup = prepare(request, frames, catalog)
    kpi = setup.plan.kpis[0]
    request = seen_by(request, kpi, catalog)
    source = replace(setup.source, as_of=request.as_of)
    windows = windows_of(request, source.frames, kpi, catalog)
    apart = source.several and catalog.is_money(kpi)
    asked = Asked(request, source, setup.plan.measures, windows, apart, tuple(besides))
    found = _of_kpi(asked, kpi, "")
    parts = [frame for frames_of_part in found.values() for frame in frames_of_part if frame.height]
    if not parts:
        raise SalesmetricsError("report_empty", cause=Message("no_record_behind"), fix=Message("other_period"))
    form = form_of(kpi, catalog, asked.there, asked.given)
    behind = measures_behind(kpi, catalog)
    counted = {name: m for (name, _), m in behind.items() if name in asked.there}
    frame = united(parts)
    usual = [name for part in parts for name in part.columns if name not in besides or name in IDENTIFYING]
    if ADDS not in frame.columns:
        frame = frame.with_columns(pl.lit(value=True).alias(ADDS))
    shown = tuple(name for name in frame.columns if name in usual and name != ADDS)
    return Records(frame, how_made(kpi, form, counted.values(), found), shown)


def _of_kpi(asked: Asked, kpi: Kpi, shift: str) -> dict[str, list[pl.DataFrame]]:
    """The records of a KPI, or of its parts, by the name that they stand under."""
    catalog = asked.source.catalog
    label = f"{kpi.id}_{shift}" if shift else kpi.id
    if RESULTS in kpi.inputs:
        return {label: [rep_rows(asked, kpi, label, shift)]}
    form = form_of(kpi, catalog, asked.there, asked.given, shift)
    excluded = {code: (name, shift) for code, name in kpi.excluded.items() if name in asked.there}
    if form is None:
        return _of_parts(asked, kpi, shift, label, excluded)
    measures = {pair: m for pair, m in measures_behind(kpi, catalog, shift).items() if pair[0] in asked.there}
    if isinstance(form, DifferenceInDifferences):
        return {
            side: _of_form(asked, side, Ratio(*form[i]), measures, shares=True, strict=True)
            for i, side in enumerate(DifferenceInDifferences._fields)
        }
    n = (kpi.n, shift) if kpi.n and kpi.n in asked.there else None
    shares = kpi.interval == "wilson"
    return {label: _of_form(asked, label, form, measures, excluded=excluded, n=n, shares=shares)}


def _of_parts(
    asked: Asked, kpi: Kpi, shift: str, label: str, excluded: Mapping[str, tuple[str, str]]
) -> dict[str, list[pl.DataFrame]]:
    catalog = asked.source.catalog
    found: dict[str, list[pl.DataFrame]] = {}
    told: set[tuple[str, str]] = set()
    for name in kpi.inputs:
        base, own = split_name(name)
        at = own or shift
        measure = catalog.measures.get(base)
        if name.startswith(PREFIX) or (measure is not None and measure.per == ()):
            found[name] = [_given(name, {"value": asked.given(base if own else name, at)})]
        elif measure is not None and base in asked.there:
            column = pl.col(f"{base}:{at}")
            form = Term(column) if measure.shape == "number" else Values(column, measure.shape)
            found[f"{base}_{at}" if at else base] = _of_form(asked, name, form, {(base, at): measure})
        elif base in catalog.kpis and measure is None and not (own and shift):
            found |= _of_kpi(asked, catalog.kpis[base], at)
            told |= _told(catalog.kpis[base], catalog)
    untold = {code: pair for code, pair in excluded.items() if (code, pair[0]) not in told}
    if untold:
        found[label] = _of_form(asked, label, None, {}, excluded=untold)
    return found


def _told(kpi: Kpi, catalog: Catalog) -> set[tuple[str, str]]:
    """What a KPI or one of its parts leaves out."""
    parts = [
        catalog.kpis[b]
        for name in kpi.inputs
        if (b := split_name(name)[0]) not in catalog.measures and b in catalog.kpis
    ]
    return set(kpi.excluded.items()).union(*(_told(part, catalog) for part in parts))


def _of_form(
    asked: Asked,
    label: str,
    form: Any,
    measures: Pairs,
    *,
    excluded: Mapping[str, tuple[str, str]] | None = None,
    n: tuple[str, str] | None = None,
    shares: bool = False,
    strict: bool = False,
) -> list[pl.DataFrame]:
    """The records that make one number, entity by entity; also those that count but come to 0, unless ``strict``."""
    known = asked.source.catalog.measures
    left_out = excluded or {}
    wanted = {**measures, **{pair: known[pair[0]] for pair in (*left_out.values(), *((n,) if n else ()))}}
    counts = isinstance(form, Term) and all(m.unit == "count" for m in measures.values())
    counted = pl.col(":".join(n)) if n else form.column if counts else None
    roles = roles_of(form, counted, shares=shares)
    adds = not isinstance(form, (Quantile, Incidence, MedianTimeToEvent, Values))
    found = []
    for entity in dict.fromkeys(m.entity for m in wanted.values()):
        own = {pair: m for pair, m in wanted.items() if m.entity == entity}
        frame = record_frame(asked, entity, own)
        if not frame.height:
            continue
        said = [
            pl.when(pl.col(":".join(pair)) > 0).then(_reason(code, known[pair[0]], frame))
            for code, pair in left_out.items()
        ]
        reasons = pl.concat_str(said, separator=", ", ignore_nulls=True) if said else pl.lit("")
        listed = [] if strict else [pair for pair in own if pair in measures or pair == n]
        frame = _with_blanks(frame, wanted).with_columns(**roles, left_out=reasons.replace("", None).cast(pl.String))
        unknown = pl.col("left_out").is_not_null() & (pl.col("value") == 0)
        frame = frame.with_columns(value=pl.when(~unknown.fill_null(value=False)).then("value"))
        behind = [pl.col(role).fill_null(0) != 0 for role in (*ROLES, "n")]
        some = [_has_any(frame, "?".join(pair)) for pair in listed]
        frame = frame.filter(pl.any_horizontal([*behind, *some, pl.col("left_out").is_not_null()]))
        found.append(_shown(frame, label, entity, asked.besides).with_columns(pl.lit(adds).alias(ADDS)))
    constants = constants_of(form)
    return [*found, _given(label, constants)] if constants else found


def _reason(code: str, measure: Measure, frame: pl.DataFrame) -> pl.Expr:
    """Why a record is left out: for want of an exchange rate rather than of an amount, where it is marked so."""
    if not measure.lacks_money or UNRATED not in frame.columns:
        return pl.lit(code)
    return pl.when(UNRATED).then(pl.lit("missing_rate")).otherwise(pl.lit(code))


def _with_blanks(frame: pl.DataFrame, wanted: Pairs) -> pl.DataFrame:
    """The measures that the records of this entity have no part in: nothing of a sum, no value of a sample."""
    return frame.with_columns(
        (pl.lit(0) if m.shape == "number" else pl.lit(None, pl.List(pl.Int64))).alias(":".join(pair))
        for pair, m in wanted.items()
        if ":".join(pair) not in frame.columns
    )


def _has_any(frame: pl.DataFrame, name: str) -> pl.Expr:
    if name not in frame.columns:
        return pl.lit(value=False)
    column = pl.col(name)
    return (column.list.len() > 0 if isinstance(frame[name].dtype, pl.List) else column != 0).fill_null(value=False)


def _given(label: str, numbers: Mapping[str, Any]) -> pl.DataFrame:
    """A row for numbers that no record gives; without a row where they are none."""
    known = {role: Decimal(str(n)) for role, n in numbers.items() if isinstance(n, (int, float, Decimal))}
    row = {"kpi": label, "entity": GIVEN, **{role: known.get(role) for role in ROLES}}
    schema: dict[str, Any] = {"kpi": pl.String, "entity": pl.String, **dict.fromkeys(ROLES, AMOUNT)}
    return pl.DataFrame([row] if known else [], schema=schema).select(
        "kpi", "entity", pl.lit(None, pl.UInt32).alias("row"), *ROLES
    )


def _shown(frame: pl.DataFrame, label: str, entity: str, besides: Sequence[str]) -> pl.DataFrame:
    more = PERIODS if entity in DAILY else ()
    usual = (*SHOWN, *more, *DATES)
    names: Iterable[str] = [name for name in dict.fromkeys((*usual, *besides)) if name in frame.columns]
    row = pl.col("__row__") if "__row__" in frame.columns else pl.lit(None, pl.UInt32)
    shown = frame.select(
        pl.lit(label).alias("kpi"),
        pl.lit(entity).alias("entity"),
        row.alias("row"),
        *ROLES,
        "n",
        "left_out",
        "ended",
        *names,
    )
    return shown.rename(PLANS) if entity == "close_plans" else shown


# --- what a record adds to each of the numbers that a report says of a KPI ---


AMOUNT = pl.Decimal(38, 12)
ROLES = ("numerator", "denominator", "value")

_ENDED = {0: "not yet", 1: "event", 2: "other"}


def roles_of(form: Any, n: pl.Expr | None, *, shares: bool) -> dict[str, pl.Expr]:
    """The columns of a record.

    Args:
        form: What the KPI is over its records (:func:`salesmetrics.drilldown.forms.form_of`).
        n: What a record adds to the count that the KPI names; None where it names none.
        shares: Whether the KPI is a share of its denominator, which then is what it is of (n).

    Returns:
        ``numerator``, ``denominator`` and ``value`` (Decimal(38, 12)), ``n`` (Int64) and ``ended`` (String: ``event``,
        ``other`` or ``not yet``); those that say nothing are null.
    """
    found: Mapping[str, Any] = {}
    match form:
        case Ratio(top, bottom):
            counted = n if n is not None else column_of(bottom) if shares else None
            found = {"numerator": column_of(top), "denominator": column_of(bottom), "n": counted}
        case Tally(part, whole):
            found = {"numerator": column_of(part), "denominator": column_of(whole), "n": column_of(whole)}
        case NetScore(up, down, whole):
            found = {"numerator": column_of(up - down), "denominator": column_of(whole), "n": column_of(whole)}
        case Mean(values) if isinstance(values, Values):
            value = _value(values)
            known = value.is_not_null().cast(pl.Int64)
            found = {"value": value, "numerator": value, "denominator": known, "n": known}
        case Quantile(values, _) | Incidence(values, _):
            found = _of_values(values, 1, None)
        case MedianTimeToEvent(values, _, per):
            found = _of_values(values, per, None)
        case Values():
            found = _of_values(form, 1, n)
        case Term(column=column):
            found = {"value": column, "n": n}
    empty = {**dict.fromkeys((*ROLES, "n", "ended")), **found}
    filled = {name: pl.lit(None) if column is None else column for name, column in empty.items()}
    amounts = {name: filled[name].cast(AMOUNT) for name in ROLES}
    return amounts | {"n": filled["n"].cast(pl.Int64), "ended": filled["ended"].cast(pl.String)}


def _of_values(values: Any, per: int, n: pl.Expr | None) -> dict[str, Any]:
    value = _value(values)
    if values.shape == "sample":
        return {"value": value, "n": value.is_not_null() if n is None else n}
    codes = values.column.list.first()
    ended = (codes % 4).replace_strict(_ENDED, return_dtype=pl.String)
    return {"value": value / per if per > 1 else value, "ended": ended, "n": value.is_not_null() if n is None else n}


def _value(values: Values) -> pl.Expr:
    """The value of a record, or the time to its end: codes are four times the time, plus how it ended."""
    first = values.column.list.first()
    return first if values.shape == "sample" else first // 4


def constants_of(form: Any) -> dict[str, Any]:
    """What of a KPI belongs to no record: a market size, say, that a setting gives."""
    match form:
        case Ratio(top, bottom) | Tally(top, bottom):
            found = {"numerator": constant_of(top), "denominator": constant_of(bottom)}
        case Term():
            found = {"value": form.constant}
        case _:
            return {}
    return found if any(found.values()) else {}


# --- the reps behind a KPI of targets: what each of them adds to it ---


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
        shift: The earlier period that they are of.

    Returns:
        The columns of :func:`salesmetrics.drilldown.rows.kpi_rows`, with ``owner``, ``amount`` and ``quota`` (Decimal(38, 8)).
        ``value`` is the pay where the KPI is an amount, else null.
    """
    source = asked.source
    table = value_table(source, [kpi], {"": asked.windows[shift]}, Keys())
    rows = []
    for cell in sorted(table.cells(), key=cell_order):
        if source.several and cell.currency is NO_CURRENCY:
            continue
        values = table.values([cell])
        settings = {
            name: values.settings.value(name.removeprefix("setting_")) for name in kpi.inputs if name != RESULTS
        }
        code = cell.currency if source.several and cell.currency is not NO_CURRENCY else None
        results = list(values.column(RESULTS, [])[0])
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
