"""Days and instants: several formats in one column, the order of day and month decided per column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.blanks import TYPED_NULL_WORDS, blank, cleaned
from salesmetrics.ingest.parse.common import KEY, Parsed, ParseOptions, Place, Reading, over_distinct, plain_text
from salesmetrics.ingest.parse.dateshapes import date_parts, real_date
from salesmetrics.ingest.parse.fastdates import INSTANT_DTYPE, Order, nothing_fast, read_fast

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["INSTANT_DTYPE", "Order", "date_orders", "parse_dates"]

_SERIAL_ZERO = pl.date(1899, 12, 30)
_SERIALS = (20_000, 80_000)
_NO_DATE = (
    r"^(?:0000-00-00|0001-01-01|9999-12-31|1900-01-00|00?[./]00?[./]0000|31[./]12[./]9999|12/31/9999)(?:[T ].*)?$"
)
_ORDER_NAMES = {"dmy": ("day", "month"), "mdy": ("month", "day")}


def parse_dates(text: pl.Series, options: ParseOptions, place: Place, *, instant: bool) -> Parsed:
    """Parse dates as ``Date``, or as ``Datetime("us")`` when ``instant``.

    Read alike in every column: ISO dates and times (``T`` or space, fractions, offsets), ``20240305``, month names, epoch
    seconds, milliseconds and microseconds; and serial days of a spreadsheet (20000–80000, which is 1954–2119) when the whole
    column consists of them.

    Numeric dates with the year last are decided per column and separator: a number above 12 proves which one is the day.
    Dots are day-first by convention everywhere, so only ``options.date_order = "mdy"`` makes them month-first. With ``/``,
    ``-`` or a space, a column that proves nothing is refused, and so is one that proves both orders.
    ``options.date_order`` settles all of them; then a date that fits the other order only is bad. ``ymd`` concerns two-digit
    years (``24-03-05``).

    An offset is applied when ``options.timezone`` names a zone (a date that carries no offset is taken as written);
    without it the wall clock stays as written. An epoch is UTC. A time without a date is bad.
    Dates that stand for "none" (``0000-00-00``, ``0001-01-01``, ``1900-01-00``, ``9999-12-31``) are blank.

    Raises:
        SalesmetricsError: ``date_order_ambiguous``, ``date_order_mixed``, or ``option_invalid`` for an unknown time zone.
    """
    dtype: pl.DataType = INSTANT_DTYPE if instant else pl.Date()
    fast = read_fast(text, dtype, options)
    if fast.proven and fast.rest.any():
        others = date_orders(text.filter(fast.rest))
        if any(others.get(sep, set()) - {order} for sep, order in fast.proven.items()):
            fast = nothing_fast(text, dtype)  # both orders are proven: the slow reading names the two cells
    alone = fast.values.count() == 0
    reader = _reader(options, place, dtype, proven=fast.proven, serials=alone)
    frame, how = over_distinct(text, fast.values, fast.rest, reader)
    words = dict.fromkeys([*([fast.name] if fast.name else []), *how])
    uniform = bool(fast.name) and not how
    return Parsed(frame["value"].alias(text.name), frame["bad"], ", ".join(words) or "no dates", uniform=uniform)


def _reader(
    options: ParseOptions, place: Place, dtype: pl.DataType, *, proven: dict[str, Order], serials: bool
) -> Callable[[pl.Series], Reading]:
    def read(texts: pl.Series) -> Reading:
        words = TYPED_NULL_WORDS | options.null_words
        tidy = cleaned(texts)
        none = tidy.str.contains(_NO_DATE)
        empty = none | blank(tidy, words)
        parts = date_parts(texts.filter(~empty))
        orders = _settle(parts, options, place, proven)
        table = _values(parts, orders, options, dtype, serials=serials and _all_serial(parts))
        blanks = texts.filter(empty).to_frame(KEY).with_columns(bad=pl.lit(value=False))
        how = _words(table.filter(~pl.col("bad"))["shape"], orders)
        if none.any():
            how = (*how, "days such as 9999-12-31 as blank")
        return Reading(pl.concat([table.drop("shape"), blanks], how="diagonal"), how)

    return read


def _all_serial(parts: pl.DataFrame) -> bool:
    """Whether every text is a serial day of a spreadsheet."""
    day = pl.when(pl.col("number").str.contains(r"^[0-9]{5}(?:\.|$)")).then(
        pl.col("number").cast(pl.Float64, strict=False)
    )
    return bool(parts.select(day.is_between(*_SERIALS).fill_null(value=False).all()).item())


def _fits(order: Order) -> pl.Expr:
    """Whether a numeric date is a day of the calendar in this order."""
    first, second = pl.col("first"), pl.col("second")
    day, month = (first, second) if order == "dmy" else (second, first)
    return real_date(pl.col("year"), month, day).is_not_null()


def _seen(parts: pl.DataFrame) -> pl.DataFrame:
    """Numeric dates with what proves an order: ``dmy`` and ``mdy`` (Boolean: the date exists in that order)."""
    return parts.filter((pl.col("shape") == "numeric") & ~pl.col("wrong")).with_columns(
        dmy=_fits("dmy"), mdy=_fits("mdy"), same=pl.col("first") == pl.col("second")
    )


def date_orders(text: pl.Series) -> dict[str, set[Order]]:
    """Orders of day and month that a column proves, by separator; so that one column can settle another.

    >>> date_orders(pl.Series(["25/12/2024", "03/04/2024", "05-06-2024"]))
    {'-': set(), '/': {'dmy'}}
    """
    seen = _seen(date_parts(plain_text(text).drop_nulls().unique().alias(KEY)))
    return {sep: _proven(seen.filter(pl.col("sep") == sep)) for sep in sorted(seen["sep"].unique())}


def _proven(seen: pl.DataFrame) -> set[Order]:
    orders: set[Order] = set()
    if seen.select((pl.col("dmy") & ~pl.col("mdy")).any()).item():
        orders.add("dmy")
    if seen.select((pl.col("mdy") & ~pl.col("dmy")).any()).item():
        orders.add("mdy")
    return orders


def _settle(parts: pl.DataFrame, options: ParseOptions, place: Place, known: dict[str, Order]) -> dict[str, Order]:
    """The order of day and month of each separator in the column."""
    seen = _seen(parts)
    orders: dict[str, Order] = {}
    for sep in sorted(seen["sep"].unique()):
        mine = seen.filter(pl.col("sep") == sep)
        if options.date_order in ("dmy", "mdy"):
            orders[sep] = options.date_order
            continue
        proven = _proven(mine) | ({known[sep]} if sep in known else set())
        if sep == ".":
            orders[sep] = "dmy"
        elif len(proven) == 1:
            orders[sep] = proven.pop()
        elif proven:
            raise _mixed(mine, place)
        else:
            unclear = mine.filter(pl.col("dmy") & pl.col("mdy") & ~pl.col("same"))
            settled_by_option = options.date_order == "ymd" and bool(unclear["short"].all())
            if len(unclear) and not settled_by_option:
                raise _ambiguous(unclear, place)
            orders[sep] = "dmy"
    return orders


def _ambiguous(unclear: pl.DataFrame, place: Place) -> SalesmetricsError:
    first = unclear.sort(KEY).row(0, named=True)
    one, two, year = first["first"], first["second"], first["year"]
    return SalesmetricsError(
        "date_order_ambiguous",
        column=place.header,
        path=place.path,
        value=first[KEY],
        row=place.row_of(first[KEY]),
        first=_in_words(one, two, year),
        second=_in_words(two, one, year),
    )


def _mixed(seen: pl.DataFrame, place: Place) -> SalesmetricsError:
    day_first = seen.filter(pl.col("dmy") & ~pl.col("mdy")).sort(KEY)[KEY][0]
    month_first = seen.filter(pl.col("mdy") & ~pl.col("dmy")).sort(KEY)[KEY][0]
    return SalesmetricsError(
        "date_order_mixed",
        column=place.header,
        path=place.path,
        value=day_first,
        row=place.row_of(day_first),
        other=month_first,
        other_row=place.row_of(month_first),
    )


def _in_words(day: int, month: int, year: int) -> str:
    names = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{day} {names[month - 1]} {year}"


def _values(
    parts: pl.DataFrame, orders: dict[str, Order], options: ParseOptions, dtype: pl.DataType, *, serials: bool
) -> pl.DataFrame:
    """Distinct texts with ``value``, ``bad`` and the name of their ``shape``."""
    order = pl.col("sep").replace_strict(orders, default=None, return_dtype=pl.String)
    day_first = order == "dmy"
    numeric = pl.col("shape") == "numeric"
    first, second = pl.col("first"), pl.col("second")
    year = pl.col("year")
    day = pl.when(numeric).then(pl.when(day_first).then(first).otherwise(second)).otherwise("day")
    month = pl.when(numeric).then(pl.when(day_first).then(second).otherwise(first)).otherwise("month")
    if options.date_order == "ymd":
        turned = numeric & pl.col("short")
        short = year % 100
        year = pl.when(turned).then(first + pl.when(first > 68).then(1900).otherwise(2000)).otherwise(year)
        month, day = pl.when(turned).then(second).otherwise(month), pl.when(turned).then(short).otherwise(day)
    written = real_date(year, month, day).cast(INSTANT_DTYPE) + pl.duration(microseconds=pl.col("time").fill_null(0))
    wall = pl.when(pl.col("shape") == "number").then(_from_number(serials=serials)).otherwise(written)
    zoned = _moved(wall, options)
    named = pl.when(numeric).then(pl.concat_str(pl.col("sep"), order)).otherwise("shape")
    return parts.select(
        KEY, pl.when(~pl.col("wrong")).then(zoned.cast(dtype)).alias("value"), named.alias("shape")
    ).with_columns(bad=pl.col("value").is_null())


def _from_number(*, serials: bool) -> pl.Expr:
    """A serial day of a spreadsheet (only when the whole column is serial), or an epoch by its number of digits."""
    number = pl.col("number")
    whole = number.str.extract(r"^([0-9]+)", 1)
    value = number.cast(pl.Float64, strict=False)
    zero = pl.lit(0, dtype=pl.Int64).cast(INSTANT_DTYPE)
    seconds = (value * 86_400).round() if serials else pl.lit(None, dtype=pl.Float64)
    serial = pl.datetime(1899, 12, 30) + pl.duration(seconds=seconds.cast(pl.Int64))
    epoch = zero + pl.duration(
        microseconds=(value * (10.0 ** (16 - whole.str.len_bytes().cast(pl.Int64)))).cast(pl.Int64)
    )
    return pl.when(whole.str.len_bytes() == 5).then(serial.cast(INSTANT_DTYPE)).otherwise(epoch)


def _moved(wall: pl.Expr, options: ParseOptions) -> pl.Expr:
    """Wall clocks in the asked zone where an offset is known; elsewhere as written."""
    if options.timezone is None:
        return wall
    _check_zone(options.timezone)
    epoch = (pl.col("shape") == "number") & pl.col("number").str.contains("^[0-9]{10}")
    offset = pl.when(epoch).then(0).otherwise("offset")
    instant = (wall - pl.duration(minutes=offset)).dt.replace_time_zone("UTC")
    there = instant.dt.convert_time_zone(options.timezone).dt.replace_time_zone(None)
    return pl.when(offset.is_not_null()).then(there).otherwise(wall)


def _check_zone(zone: str) -> None:
    try:
        pl.Series([0]).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    except pl.exceptions.PolarsError as error:
        raise SalesmetricsError(
            "option_invalid",
            option="--timezone",
            value=zone,
            cause="no such time zone",
            fix="use a name such as `Europe/Berlin`",
        ) from error


def _words(shapes: pl.Series, orders: dict[str, Order]) -> tuple[str, ...]:
    """Names of the shapes seen, commonest first."""
    names = {
        "iso": "year-month-day",
        "compact": "yearmonthday",
        "name": "month by name",
        "number": "serial day or epoch",
    }
    for sep, order in orders.items():
        names[sep + order] = sep.join((*_ORDER_NAMES[order], "year"))
    counts = shapes.drop_nulls().value_counts(sort=True).sort(["count", shapes.name], descending=[True, False])
    return tuple(names.get(shape, shape) for shape in counts[shapes.name])
