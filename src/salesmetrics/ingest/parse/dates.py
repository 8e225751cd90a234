"""Days and instants: several formats in one column, the order of day and month decided per column."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar import utc_of_wall
from salesmetrics.calendar.model import zone_refused
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.common import (
    KEY,
    NOTE,
    WHY,
    Parsed,
    ParseOptions,
    Place,
    Reading,
    notes_of,
    over_distinct,
    plain_text,
    why_of,
)
from salesmetrics.ingest.parse.date_text import (
    INSTANT_DTYPE,
    THAI,
    THAI_YEARS,
    Fast,
    Order,
    date_parts,
    nothing_fast,
    read_fast,
    real_date,
)
from salesmetrics.ingest.parse.text import TYPED_NULL_WORDS, blank, cleaned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["INSTANT_DTYPE", "OFFSET", "UTC", "Order", "date_orders", "instants_of", "notes_of_offsets", "parse_dates"]

_SERIAL_ZERO = pl.date(1899, 12, 30)
_SERIALS = (20_000, 80_000)
_NO_DATE = r"^(?:0{1,8}|0000-00-00|0001-01-01|9999-12-31|1900-01-00|00?[./]00?[./]0000|31[./]12[./]9999|12/31/9999)(?:[T ].*)?$"
_ORDER_NAMES = {"dmy": ("day", "month"), "mdy": ("month", "day")}
_HALF_CENTURY = 50
_EACH = "each"
"""Instead of an order: each date of the column is by itself, and bad where it reads more than one way."""
MANY_WAYS = "a date that reads more than one way (settle it with `--date-order`)"
SERIAL = "a serial day of a spreadsheet among written dates"


def parse_dates(text: pl.Series, options: ParseOptions, place: Place, *, instant: bool) -> Parsed:
    """Parse dates as ``Date``, or as ``Datetime("us")`` when ``instant``.

    Read alike in every column: ISO dates and times (``T`` or space, fractions, offsets), ``20240305``, month names, epoch
    seconds, milliseconds, microseconds and nanoseconds; and serial days of a spreadsheet (20000–80000, which is 1954–2119)
    when more than half of the column consists of them.

    Numeric dates with the year last are decided per column and separator: a number above 12 proves which one is the day.
    Dots are day-first by convention everywhere, so only ``options.date_order = "mdy"`` makes them month-first. With ``/``,
    ``-`` or a space, a column that proves nothing is refused, and so is one that proves both orders.
    ``options.date_order`` settles all of them; then a date that fits the other order only is bad. ``ymd`` concerns two-digit
    years (``24-03-05``). What ``options.date_order_beside`` says holds where the column proves nothing.
    Where such dates are few beside dates of other writings, nothing that they could prove would be worth much: each that reads
    more than one way is then bad (with ``options.undecided``; one with a two-digit year always).

    A two-digit year is the one nearest to the newest year of four digits in the column, and 20xx where there is none.
    Years of the Buddhist calendar (2569) are read where they are the rule in the column; other calendars are bad, by name.

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
    reader = _reader(options, place, dtype, fast)
    frame, how = over_distinct(text, fast.values, fast.rest, reader)
    words = dict.fromkeys([*([fast.name] if fast.name else []), *how])
    uniform = bool(fast.name) and not how
    values = frame["value"].alias(text.name)
    said = ", ".join(words) or "no dates"
    zulu = fast.values.is_not_null() if fast.zulu else None
    notes = notes_of(frame)
    if options.timezone is None:
        timed = values.dt.time() != time() if instant else values.is_null()
        notes |= notes_of_offsets(frame, zulu, (timed & values.is_not_null()).fill_null(value=False))
    utc = instants_of(values, frame, options.timezone, zulu=zulu) if instant else None
    return Parsed(values, frame["bad"], said, uniform=uniform, why=why_of(frame), notes=notes, utc=utc)


def _reader(options: ParseOptions, place: Place, dtype: pl.DataType, fast: Fast) -> Callable[[pl.Series], Reading]:
    def read(texts: pl.Series) -> Reading:
        words = TYPED_NULL_WORDS | options.null_words
        tidy = cleaned(texts)
        none = tidy.str.contains(_NO_DATE)
        empty = none | blank(tidy, words)
        parts = _with_whole_years(date_parts(texts.filter(~empty)), fast, place)
        orders = _settle(parts, options, place, fast)
        table = _values(parts, orders, options, dtype, serials=_are_serial(parts, fast, place))
        blanks = texts.filter(empty).to_frame(KEY).with_columns(bad=pl.lit(value=False))
        how = _words(table.filter(~pl.col("bad"))["shape"], orders)
        if none.any():
            how = (*how, "days such as 9999-12-31 as blank")
        return Reading(pl.concat([table.drop("shape"), blanks], how="diagonal"), how)

    return read


def _serial() -> pl.Expr:
    """Whether a text can be a serial day of a spreadsheet."""
    digits = pl.col("number").str.extract(r"^([0-9]{5})(?:\.|$)", 1).cast(pl.Int32)
    return digits.is_between(*_SERIALS, closed="left").fill_null(value=False)


def _are_serial(parts: pl.DataFrame, fast: Fast, place: Place) -> bool:
    """Whether serial days are the rule in the column: all of it, or more than half."""
    serial = parts.filter(_serial())
    alone = len(serial) == len(parts) and not fast.values.count()
    return bool(len(serial)) and (alone or not place.are_few(serial[KEY]))


def _with_whole_years(parts: pl.DataFrame, fast: Fast, place: Place) -> pl.DataFrame:
    """Years of two digits as those nearest to the newest of four, and Buddhist years refused where they are not the rule."""
    thai = parts.filter("thai")
    ours = parts.filter(
        ~pl.col("thai") & ~pl.col("short") & pl.col(WHY).is_null() & pl.col("year").is_between(1900, 2199)
    )
    is_rule = bool(len(thai)) and (not (len(ours) or fast.values.count()) or not place.are_few(thai[KEY]))
    if len(thai) and not is_rule:
        parts = parts.with_columns(pl.when("thai").then(pl.lit(THAI)).otherwise(WHY).alias(WHY))
    if not parts["short"].any():
        return parts
    years = [y for y in (ours["year"].max(), thai["year"].max() if is_rule else None, _newest(fast)) if y is not None]
    newest = max(int(str(y)) for y in years) + (THAI_YEARS if is_rule else 0) if years else None
    year = pl.col("year")
    whole = (_nearest(year, newest) if newest else year + 2000) - (THAI_YEARS if is_rule else 0)
    turned = pl.col("first").cast(pl.Int32)  # the year where `ymd` holds
    turned = (_nearest(turned, newest) if newest else turned + 2000) - (THAI_YEARS if is_rule else 0)
    return parts.with_columns(
        pl.when("short").then(whole).otherwise(year).alias("year"),
        pl.when("short").then(turned).alias("turned"),
        year.alias("written"),
    )


def _newest(fast: Fast) -> int | None:
    newest = fast.values.max()
    return None if newest is None else int(newest.year)  # type: ignore[union-attr]


def _nearest(two_digits: pl.Expr, newest: int) -> pl.Expr:
    """The year with these last two digits that is at most 50 years from ``newest``."""
    year = two_digits + newest // 100 * 100
    far = pl.when(year - newest > _HALF_CENTURY).then(-100).when(newest - year > _HALF_CENTURY).then(100).otherwise(0)
    return year + far


def _fits(order: Order) -> pl.Expr:
    """Whether a numeric date is a day of the calendar in this order."""
    first, second = pl.col("first"), pl.col("second")
    day, month = (first, second) if order == "dmy" else (second, first)
    return real_date(pl.col("year"), month, day).is_not_null()


def _seen(parts: pl.DataFrame) -> pl.DataFrame:
    """Numeric dates with what proves an order: ``dmy`` and ``mdy`` (Boolean: the date exists in that order)."""
    known = (pl.col("shape") == "numeric") & ~pl.col("wrong")
    return parts.filter(known).with_columns(
        dmy=_fits("dmy"), mdy=_fits("mdy"), same=pl.col("first") == pl.col("second")
    )


def date_orders(text: pl.Series) -> dict[str, set[Order]]:
    """Orders of day and month that a column proves, by separator; so that one column can settle another.

    >>> date_orders(pl.Series(["25/12/2024", "03/04/2024", "05-06-2024"]))
    {'-': set(), '/': {'dmy'}}
    """
    parts = date_parts(plain_text(text).drop_nulls().unique().alias(KEY))
    seen = _seen(parts.with_columns(pl.when("short").then(pl.col("year") + 2000).otherwise("year").alias("year")))
    return {sep: _proven(seen.filter(pl.col("sep") == sep)) for sep in sorted(seen["sep"].unique())}


def _proven(seen: pl.DataFrame) -> set[Order]:
    orders: set[Order] = set()
    if seen.select((pl.col("dmy") & ~pl.col("mdy")).any()).item():
        orders.add("dmy")
    if seen.select((pl.col("mdy") & ~pl.col("dmy")).any()).item():
        orders.add("mdy")
    return orders


def _settle(parts: pl.DataFrame, options: ParseOptions, place: Place, fast: Fast) -> dict[str, str]:
    """The order of day and month of each separator in the column, or that each date is by itself."""
    seen = _seen(parts)
    orders: dict[str, str] = {}
    few = _are_few(seen, parts, place, fast)
    for sep in sorted(seen["sep"].unique()):
        mine = seen.filter(pl.col("sep") == sep)
        if options.date_order in ("dmy", "mdy"):
            orders[sep] = options.date_order
            continue
        if options.date_order is None and options.date_order_beside is None and not few:
            _check_year_first(mine, place)
        proven = _proven(mine) | ({fast.proven[sep]} if sep in fast.proven else set())
        if few and (len(proven) > 1 or (bool(mine["short"].any()) and options.date_order != "ymd")):
            orders[sep] = _EACH
        elif sep == ".":
            orders[sep] = "dmy"
        elif len(proven) == 1:
            orders[sep] = proven.pop()
        elif proven:
            raise _mixed(mine, place)
        else:
            orders[sep] = _unproven(mine, options, place, few=few)
    return orders


def _are_few(seen: pl.DataFrame, parts: pl.DataFrame, place: Place, fast: Fast) -> bool:
    """Whether the numeric dates with the year last are few beside dates of other writings."""
    if not len(seen):
        return False
    others = len(parts.filter(pl.col("shape").is_not_null() & (pl.col("shape") != "numeric")))
    read = fast.values.count()
    return bool(others or (read and not fast.numeric)) and place.are_few(seen[KEY], read if fast.numeric else 0)


def _unproven(mine: pl.DataFrame, options: ParseOptions, place: Place, *, few: bool) -> str:
    """What holds for dates of one separator of which none proves its order."""
    unclear = mine.filter(pl.col("dmy") & pl.col("mdy") & ~pl.col("same") & pl.col(WHY).is_null())
    if not len(unclear) or (options.date_order == "ymd" and bool(unclear["short"].all())):
        return "dmy"
    if options.date_order_beside:
        return options.date_order_beside
    if unclear["thai"].all():
        return "dmy"  # nobody writes the month first in that calendar
    if few and options.undecided == "reject":
        return _EACH
    raise _ambiguous(unclear, place)


def _check_year_first(mine: pl.DataFrame, place: Place) -> None:
    """Refuse dates of two-digit years that may well have the year first: what stands last varies more than what stands first."""
    if not mine["short"].all() or "turned" not in mine.columns:
        return
    ymd = mine.with_columns(ymd=real_date(pl.col("turned"), pl.col("second"), pl.col("written")))
    if ymd["ymd"].null_count() or mine["first"].n_unique() >= mine["written"].n_unique():
        return
    first = (
        ymd.filter((pl.col("dmy") | pl.col("mdy")) & (pl.col("first") != pl.col("written")))
        .sort(KEY)
        .row(0, named=True)
    )
    one, two = (first["first"], first["second"]) if first["dmy"] else (first["second"], first["first"])
    raise _two_readings(
        first[KEY],
        place,
        _in_words(one, two, first["year"]),
        _in_words(first["written"], first["second"], first["turned"]),
        f"`--date-order {'dmy' if first['dmy'] else 'mdy'}` or `--date-order ymd`",
    )


def _ambiguous(unclear: pl.DataFrame, place: Place) -> SalesmetricsError:
    first = unclear.sort(KEY).row(0, named=True)
    one, two, year = first["first"], first["second"], first["year"]
    options = "`--date-order dmy` or `--date-order mdy`"
    return _two_readings(first[KEY], place, _in_words(one, two, year), _in_words(two, one, year), options)


def _two_readings(value: str, place: Place, first: str, second: str, options: str) -> SalesmetricsError:
    return SalesmetricsError(
        "date_order_ambiguous",
        column=place.header,
        path=place.path,
        value=value,
        row=place.row_of(value),
        first=first,
        second=second,
        options=options,
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
    parts: pl.DataFrame, orders: Mapping[str, str], options: ParseOptions, dtype: pl.DataType, *, serials: bool
) -> pl.DataFrame:
    """Distinct texts with ``value``, ``bad`` and why, the name of their ``shape``, and what is to be noted."""
    order = pl.col("sep").replace_strict(orders, default=None, return_dtype=pl.String)
    numeric = pl.col("shape") == "numeric"
    first, second, year = pl.col("first"), pl.col("second"), pl.col("year")
    dmy, mdy = real_date(year, second, first), real_date(year, first, second)
    day_first = (order == "dmy") | ((order == _EACH) & dmy.is_not_null())
    ymd: pl.Expr = pl.lit(None, dtype=pl.Date)
    if "turned" in parts.columns:
        ymd = pl.when("short").then(real_date(pl.col("turned"), second, pl.col("written")))
    last: pl.Expr = pl.when(day_first).then(dmy).otherwise(mdy)
    if options.date_order == "ymd":
        last = pl.when(numeric & pl.col("short")).then(ymd).otherwise(last)
    different = (dmy.is_not_null() & mdy.is_not_null() & (dmy != mdy) & (pl.col("sep") != ".")) | ymd.is_not_null()
    many = numeric & (order == _EACH) & different.fill_null(value=False)
    date = pl.when(numeric).then(last).otherwise(real_date(year, pl.col("month"), pl.col("day")))
    written = date.cast(INSTANT_DTYPE) + pl.duration(microseconds=pl.col("time").fill_null(0))
    wall = pl.when(pl.col("shape") == "number").then(_from_number(serials=serials)).otherwise(written)
    named = pl.when(numeric).then(pl.concat_str(pl.col("sep"), order)).otherwise("shape")
    good = ~pl.col("wrong") & ~many & pl.col(WHY).is_null()
    table = parts.select(
        KEY,
        pl.when(good).then(_moved(wall, options).cast(dtype)).alias("value"),
        pl.when(good).then(wall - pl.duration(minutes=_offset())).cast(INSTANT_DTYPE).alias(UTC),
        pl.when(good).then(_offset()).alias(OFFSET),
        named.alias("shape"),
        pl.coalesce(WHY, pl.when(many).then(pl.lit(MANY_WAYS)), _why_unread(order, serials=serials)).alias(WHY),
        pl.col("short").fill_null(value=False).alias(f"{NOTE}years_short"),
        pl.col("thai").fill_null(value=False).alias(f"{NOTE}years_thai"),
    )
    unread = pl.col("value").is_null()
    return table.with_columns(
        pl.when(unread).then(WHY).alias(WHY), pl.col(f"^{NOTE}.*$") & ~unread, unread.alias("bad")
    )


def _why_unread(order: pl.Expr, *, serials: bool) -> pl.Expr:
    """Why a text that has the shape of a date is none."""
    serial = (pl.col("shape") == "number") & (pl.col("number").str.extract("^([0-9]+)", 1).str.len_bytes() == 5)
    numeric = (pl.col("shape") == "numeric") & ~pl.col("wrong")
    day_first = (order == "dmy") & _fits("mdy")
    month_first = (order == "mdy") & _fits("dmy")
    shaped = pl.col("shape").is_not_null() & ~pl.col("wrong") & (pl.col("shape") != "number")
    return (
        pl.when(serial & (not serials))
        .then(pl.lit(SERIAL))
        .when(numeric & day_first)
        .then(pl.lit("not a date in the order day, month, year"))
        .when(numeric & month_first)
        .then(pl.lit("not a date in the order month, day, year"))
        .when(shaped)
        .then(pl.lit("not a day of the calendar"))
    )


def _from_number(*, serials: bool) -> pl.Expr:
    """A serial day of a spreadsheet (only when the whole column is serial), or an epoch by its number of digits."""
    number = pl.col("number")
    whole = number.str.extract(r"^([0-9]+)", 1)
    digits = whole.str.len_bytes().cast(pl.Int64)
    value = number.cast(pl.Float64, strict=False)
    zero = pl.lit(0, dtype=pl.Int64).cast(INSTANT_DTYPE)
    seconds = (value * 86_400).round() if serials else pl.lit(None, dtype=pl.Float64)
    serial = pl.when(_serial()).then(pl.datetime(1899, 12, 30) + pl.duration(seconds=seconds.cast(pl.Int64)))
    scaled = (value * (10.0 ** (16 - digits))).cast(pl.Int64, strict=False)
    micro = pl.when(digits > 16).then(whole.cast(pl.Int64, strict=False) // 1000).otherwise(scaled)
    epoch = zero + pl.duration(microseconds=micro)
    return pl.when(digits == 5).then(serial.cast(INSTANT_DTYPE)).otherwise(epoch)


def _moved(wall: pl.Expr, options: ParseOptions) -> pl.Expr:
    """Wall clocks in the asked zone where an offset is known; elsewhere as written."""
    if options.timezone is None:
        return wall
    _check_zone(options.timezone)
    offset = _offset()
    instant = (wall - pl.duration(minutes=offset)).dt.replace_time_zone("UTC")
    there = instant.dt.convert_time_zone(options.timezone).dt.replace_time_zone(None)
    return pl.when(offset.is_not_null()).then(there).otherwise(wall)


def _offset() -> pl.Expr:
    """Minutes east of UTC, where a text says it; an epoch is UTC."""
    epoch = (pl.col("shape") == "number") & pl.col("number").str.contains("^[0-9]{10}")
    return pl.when(epoch).then(0).otherwise("offset")


def _check_zone(zone: str) -> None:
    try:
        pl.Series([0]).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    except pl.exceptions.PolarsError as error:
        raise zone_refused(zone) from error


def _words(shapes: pl.Series, orders: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the shapes seen, commonest first."""
    names = {
        "iso": "year-month-day",
        "compact": "yearmonthday",
        "name": "month by name",
        "number": "serial day or epoch",
    }
    for sep, order in orders.items():
        names[sep + order] = sep.join((*_ORDER_NAMES[order], "year")) if order != _EACH else "each date by itself"
    counts = shapes.drop_nulls().value_counts(sort=True).sort(["count", shapes.name], descending=[True, False])
    return tuple(names.get(shape, shape) for shape in counts[shapes.name])


# --- the instant behind a wall clock: known where a UTC offset is written, or where the zone is named ---


UTC, OFFSET = "__utc__", "__offset__"
"""Columns of a reading: the instant as the clock in UTC, and minutes east of it as written."""


def instants_of(
    values: pl.Series, frame: pl.DataFrame, zone: str | None, *, zulu: pl.Series | None
) -> pl.Series | None:
    """The instants of a column as clocks in UTC; None where no cell says, or no zone is named.

    Args:
        values: Wall clocks.
        frame: What the slow reading gave, with ``__utc__`` where it met an offset.
        zone: The zone of clocks without an offset.
        zulu: Cells that are written in UTC.
    """
    found = frame[UTC] if UTC in frame.columns else values.clear().extend_constant(None, len(values))
    if zulu is not None:
        found = values.zip_with(zulu, found)
    if zone is not None:
        wall = values.alias("wall").to_frame()
        found = found.zip_with(found.is_not_null(), wall.select(utc_of_wall(pl.col("wall"), zone)).to_series())
    return found.cast(INSTANT_DTYPE) if found.count() else None


def notes_of_offsets(frame: pl.DataFrame, zulu: pl.Series | None, timed: pl.Series) -> Mapping[str, pl.Series]:
    """The cells whose offset is not that of most, and those with a time of day and no offset beside others that have one.

    Args:
        frame: What the slow reading gave, with ``__offset__`` where it met an offset.
        zulu: Cells that are written in UTC.
        timed: Cells with a time of day.
    """
    if OFFSET not in frame.columns or not frame[OFFSET].count():
        return {}
    offsets = frame[OFFSET]
    if zulu is not None:
        offsets = pl.select(pl.when(zulu).then(0).otherwise(offsets).alias(OFFSET)).to_series()
    most = offsets.drop_nulls().value_counts(sort=True, name="n").sort("n", OFFSET, descending=[True, False])[OFFSET][0]
    notes = {"offsets_differ": (offsets != most).fill_null(value=False), "offsets_missing": offsets.is_null() & timed}
    return {code: cells for code, cells in notes.items() if cells.any()}
