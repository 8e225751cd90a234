"""Days and instants: several formats in one column, the order of day and month decided per column."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.common import KEY, NOTE, WHY, Parsed, ParseOptions, notes_of, plain_text, spread, why_of
from salesmetrics.ingest.parse.date_text import (
    INSTANT_DTYPE,
    THAI,
    THAI_YEARS,
    YEAR_FIRST,
    Fast,
    Order,
    date_parts,
    form_of,
    in_order,
    nothing_fast,
    read_fast,
    real_date,
    year_last,
)
from salesmetrics.ingest.parse.evidence import CELLS, ROW, TEXT, Evidence, Part, Sample, distinct_texts, sorts_of
from salesmetrics.ingest.parse.instants import (
    OFFSET,
    UTC,
    check_zone,
    instants_of,
    notes_of_offsets,
    offset_east,
    usual_offset,
    wall_in,
)
from salesmetrics.ingest.parse.text import TYPED_NULL_WORDS, blank, cleaned
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["INSTANT_DTYPE", "DateLook", "DateParser", "DateReading", "Order", "date_orders"]

_SERIAL_ZERO = pl.date(1899, 12, 30)
_SERIALS = (20_000, 80_000)
_NO_DATE = r"^(?:0{1,8}|0000-00-00|0001-01-01|9999-12-31|1900-01-00|00?[./]00?[./]0000|31[./]12[./]9999|12/31/9999)(?:[T ].*)?$"
_HALF_CENTURY = 50
_EACH = "each"
"""Instead of an order: each date of the column is by itself, and bad where it reads more than one way."""
MANY_WAYS = "date_of_several_readings"
SERIAL = "serial_among_dates"


class DateLook(Struct, frozen=True):
    """One look at a part, which its evidence and its reading share.

    Args:
        part: The cells.
        fast: What the strict format of the column reads, and which cells it leaves.
        parts: The distinct texts that it leaves, taken apart, with ``cells:`` and ``row:``.
        blanks: Those of them that mean "no value" (String).
        no_dates: Some of these are days such as 9999-12-31.
    """

    part: Part
    fast: Fast
    parts: pl.DataFrame
    blanks: pl.Series
    no_dates: bool = False


class DateReading(Struct, frozen=True):
    """How the dates of a column are read.

    Args:
        orders: Separator → the order of day and month, or that each date is by itself.
        newest: The newest year of four digits.
        thai: Years of the Buddhist calendar are the rule.
        serials: Serial days of a spreadsheet are the rule.
        zulu: Cells of the strict format are written in UTC.
        offset: The offset of most cells, in minutes east of UTC; None where none is written.
        how: What was recognised.
        uniform: All cells are written in the strict format.
    """

    orders: Mapping[str, str]
    newest: int | None
    thai: bool
    serials: bool
    zulu: bool
    offset: int | None
    how: Message
    uniform: bool


class DateParser(Struct, frozen=True):
    """Dates as ``Date``, or as ``Datetime("us")`` when ``instant``.

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

    Args:
        options: ``date_order``, ``date_order_beside``, ``undecided``, ``timezone`` and ``null_words`` are used.
        instant: The column holds instants rather than days.
        header: Header of the column, for errors.
        path: Its file, for errors.
    """

    options: ParseOptions
    instant: bool
    header: str = ""
    path: str = ""

    @property
    def dtype(self) -> pl.DataType:
        """Of the values."""
        return INSTANT_DTYPE if self.instant else pl.Date()

    def look(self, part: Part, sample: Sample, *, alone: bool = False) -> DateLook:
        """Take a part apart.

        Args:
            part: The cells.
            sample: The first cells of the column.
            alone: The part is the whole column, so that it may prove the order of day and month by itself.
        """
        form = form_of(sample.cells[TEXT], self.options)
        fast = read_fast(part.text, self.dtype, form, self.options, alone=alone)
        look = self._looked(part, fast)
        if fast.proven and look.parts.height:
            seen = _seen(_century(look.parts))
            if any(_proven(seen.filter(pl.col("sep") == sep)) - {order} for sep, order in fast.proven.items()):
                # Both orders are proven: the slow reading names the two cells.
                return self._looked(part, nothing_fast(part.text, self.dtype))
        return look

    def _looked(self, part: Part, fast: Fast) -> DateLook:
        rest = fast.rest & (part.text != "").fill_null(value=False)
        fast = replace(fast, rest=rest)
        if not rest.any():
            return DateLook(part, fast, pl.DataFrame(), pl.Series([], dtype=pl.String))
        texts = distinct_texts(part, rest)
        tidy = cleaned(texts.get_column(KEY))
        none = tidy.str.contains(_NO_DATE)
        empty = none | blank(tidy, TYPED_NULL_WORDS | self.options.null_words)
        parts = date_parts(texts.filter(~empty))
        return DateLook(part, fast, parts, texts.get_column(KEY).filter(empty), bool(none.any()))

    def evidence(self, look: DateLook) -> Evidence:
        """What a part shows of the order of day and month, of the years, and of what is the rule in the column."""
        sorts = sorts_of(look.parts.with_columns(_features()), _FEATURES) if look.parts.width else pl.DataFrame()
        fast, text = look.fast, look.part.text
        counts = {"written": int((text != "").sum()), "fast": len(text) - fast.values.null_count()}
        facts = {f"proven:{sep}{order}" for sep, order in fast.proven.items()}
        newest = fast.values.max()
        year = None if newest is None else int(newest.year)  # type: ignore[union-attr]
        return Evidence(sorts, counts, frozenset(facts | ({"no_dates"} if look.no_dates else set())), year)

    def decide(self, evidence: Evidence, sample: Sample) -> DateReading:
        """The reading of the column.

        Args:
            evidence: That of all parts.
            sample: The first cells of the column.

        Raises:
            SalesmetricsError: ``date_order_ambiguous`` or ``date_order_mixed``; ``option_invalid`` for an unknown time zone.
        """
        if self.options.timezone is not None:
            check_zone(self.options.timezone)
        form = form_of(sample.cells[TEXT], self.options)
        proven = {fact[7]: fact[8:] for fact in evidence.facts if fact.startswith("proven:")}
        numeric = form is not None and bool(form.sep)
        shape = None if form is None else form.shape
        last = numeric or year_last(shape)
        known = _Known(self.header, self.path, evidence, proven, numeric=last and bool(evidence.count("fast")))
        zulu = form is not None and form.zulu
        shapes: tuple[Message, ...] = ()
        orders: dict[str, str] = {}
        thai = serials = False
        newest, offset = evidence.highest, None
        if evidence.sorts.width:
            thai, newest = _years(evidence.sorts, evidence)
            sorts = _with_whole_years(evidence.sorts, newest, thai=thai)
            orders = _settle(sorts, self.options, known)
            serials = _are_serial(sorts, evidence)
            good = _read_sorts(sorts, orders, self.options, serials=serials)
            shapes = _shapes(good, orders)
            offset = usual_offset(good, evidence.count("fast") if zulu else 0)
        if form is not None and form.sep in proven:
            shape = in_order(form.sep, proven[form.sep])
        uniform = shape is not None and not shapes
        if form is not None and form.sep and shape is None:
            first = in_order(form.sep, orders.get(form.sep))
            shape = first if first in shapes else None
        if "no_dates" in evidence.facts:
            shapes, uniform = (*shapes, Message("days_as_blank")), False
        seen = tuple(dict.fromkeys([*([] if shape is None else [shape]), *shapes]))
        how = Message("date_shapes", shapes=seen) if seen else Message("no_dates_read")
        return DateReading(orders, newest, thai, serials, zulu, offset, how, uniform)

    def apply(self, look: DateLook, reading: DateReading) -> Parsed:
        """Read a part as its column is read."""
        text, fast, options = look.part.text, look.fast, self.options
        table = pl.DataFrame()
        if look.parts.width:
            parts = _with_whole_years(look.parts, reading.newest, thai=reading.thai)
            table = _values(parts, reading.orders, options, self.dtype, serials=reading.serials)
        frame = spread(text, fast.values, fast.rest, table, look.blanks)
        values = frame["value"].alias(text.name)
        zulu = fast.values.is_not_null() if reading.zulu else None
        notes = notes_of(frame)
        if options.timezone is None and reading.offset is not None:
            timed = values.dt.time() != time() if self.instant else values.is_null()
            notes |= notes_of_offsets(
                frame, zulu, (timed & values.is_not_null()).fill_null(value=False), reading.offset
            )
        utc = instants_of(values, frame, options.timezone, zulu=zulu) if self.instant else None
        return Parsed(
            values, frame["bad"], reading.how, uniform=reading.uniform, why=why_of(frame), notes=notes, utc=utc
        )


class _Known(Struct, frozen=True):
    """What is known of a column beside its sorts of text: where it stands, and what its strict format has proven."""

    header: str
    path: str
    evidence: Evidence
    proven: Mapping[str, str]
    numeric: bool

    def are_few(self, sorts: pl.DataFrame, more: int = 0) -> bool:
        """Whether at most half of the filled cells are of these sorts, ``more`` cells counted with them."""
        return 2 * (int(sorts[CELLS].sum()) + more) <= self.evidence.count("written")


_FEATURES = (
    "shape", "sep", "year", "first", "second", "short", "thai", WHY, "wrong", "offset", "serial", "five", "real",
)  # fmt: skip
"""What tells one sort of date text from another: all but the day that it names, the time, and the digits of an epoch."""


def _features() -> list[pl.Expr]:
    real = real_date(pl.col("year"), pl.col("month"), pl.col("day"))
    five = (pl.col("shape") == "number") & (pl.col("number").str.extract("^([0-9]+)", 1).str.len_bytes() == 5)
    return [
        offset_east().alias("offset"),
        _serial().alias("serial"),
        five.fill_null(value=False).alias("five"),
        real.is_not_null().alias("real"),
    ]


def _serial() -> pl.Expr:
    """Whether a text can be a serial day of a spreadsheet."""
    digits = pl.col("number").str.extract(r"^([0-9]{5})(?:\.|$)", 1).cast(pl.Int32)
    return digits.is_between(*_SERIALS, closed="left").fill_null(value=False)


def _are_serial(sorts: pl.DataFrame, evidence: Evidence) -> bool:
    """Whether serial days are the rule in the column: all of it, or more than half."""
    serial = sorts.filter("serial")
    alone = len(serial) == len(sorts) and not evidence.count("fast")
    return bool(len(serial)) and (alone or 2 * int(serial[CELLS].sum()) > evidence.count("written"))


def _years(sorts: pl.DataFrame, evidence: Evidence) -> tuple[bool, int | None]:
    """Whether years of the Buddhist calendar are the rule in the column, and its newest year of four digits."""
    thai = sorts.filter("thai")
    ours = sorts.filter(
        ~pl.col("thai") & ~pl.col("short") & pl.col(WHY).is_null() & pl.col("year").is_between(1900, 2199)
    )
    others = bool(len(ours) or evidence.count("fast"))
    is_rule = bool(len(thai)) and (not others or 2 * int(thai[CELLS].sum()) > evidence.count("written"))
    years = [ours["year"].max(), thai["year"].max() if is_rule else None, evidence.highest]
    return is_rule, max((int(str(year)) for year in years if year is not None), default=None)


def _with_whole_years(parts: pl.DataFrame, newest: int | None, *, thai: bool) -> pl.DataFrame:
    """Years of two digits as those nearest to the newest of four, and Buddhist years refused where they are not the rule."""
    if not thai and parts["thai"].any():
        parts = parts.with_columns(pl.when("thai").then(pl.lit(THAI)).otherwise(WHY).alias(WHY))
    if not parts["short"].any():
        return parts
    ahead = THAI_YEARS if thai else 0
    nearest = None if newest is None else newest + ahead
    year = pl.col("year")
    whole = (_nearest(year, nearest) if nearest else year + 2000) - ahead
    turned = pl.col("first").cast(pl.Int32)  # the year where `ymd` holds
    turned = (_nearest(turned, nearest) if nearest else turned + 2000) - ahead
    return parts.with_columns(
        pl.when("short").then(whole).otherwise(year).alias("year"),
        pl.when("short").then(turned).alias("turned"),
        year.alias("written"),
    )


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
    seen = _seen(_century(date_parts(plain_text(text).drop_nulls().unique().alias(KEY).to_frame())))
    return {sep: _proven(seen.filter(pl.col("sep") == sep)) for sep in sorted(seen["sep"].unique())}


def _century(parts: pl.DataFrame) -> pl.DataFrame:
    """Two-digit years as those of this century: enough to see which of two numbers can be a month."""
    return parts.with_columns(pl.when("short").then(pl.col("year") + 2000).otherwise("year").alias("year"))


def _proven(seen: pl.DataFrame) -> set[Order]:
    orders: set[Order] = set()
    if seen.select((pl.col("dmy") & ~pl.col("mdy")).any()).item():
        orders.add("dmy")
    if seen.select((pl.col("mdy") & ~pl.col("dmy")).any()).item():
        orders.add("mdy")
    return orders


def _settle(sorts: pl.DataFrame, options: ParseOptions, known: _Known) -> dict[str, str]:
    """The order of day and month of each separator in the column, or that each date is by itself."""
    seen = _seen(sorts)
    orders: dict[str, str] = {}
    few = _are_few(seen, sorts, known)
    for sep in sorted(seen["sep"].unique()):
        mine = seen.filter(pl.col("sep") == sep)
        if options.date_order in ("dmy", "mdy"):
            orders[sep] = options.date_order
            continue
        if options.date_order is None and options.date_order_beside is None and not few:
            _check_year_first(mine, known)
        proven: set[str] = {*_proven(mine), *([known.proven[sep]] if sep in known.proven else [])}
        if few and (len(proven) > 1 or (bool(mine["short"].any()) and options.date_order != "ymd")):
            orders[sep] = _EACH
        elif sep == ".":
            orders[sep] = "dmy"
        elif len(proven) == 1:
            orders[sep] = proven.pop()
        elif proven:
            raise _mixed(mine, known)
        else:
            orders[sep] = _unproven(mine, options, known, few=few)
    return orders


def _are_few(seen: pl.DataFrame, sorts: pl.DataFrame, known: _Known) -> bool:
    """Whether the numeric dates with the year last are few beside dates of other writings."""
    if not len(seen):
        return False
    others = len(sorts.filter(pl.col("shape").is_not_null() & (pl.col("shape") != "numeric")))
    read = known.evidence.count("fast")
    return bool(others or (read and not known.numeric)) and known.are_few(seen, read if known.numeric else 0)


def _unproven(mine: pl.DataFrame, options: ParseOptions, known: _Known, *, few: bool) -> str:
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
    raise _ambiguous(unclear, known)


def _check_year_first(mine: pl.DataFrame, known: _Known) -> None:
    """Refuse dates of two-digit years that may well have the year first: what stands last varies more than what stands first."""
    if not mine["short"].all() or "turned" not in mine.columns:
        return
    ymd = mine.with_columns(ymd=real_date(pl.col("turned"), pl.col("second"), pl.col("written")))
    if ymd["ymd"].null_count() or mine["first"].n_unique() >= mine["written"].n_unique():
        return
    first = (
        ymd.filter((pl.col("dmy") | pl.col("mdy")) & (pl.col("first") != pl.col("written")))
        .sort(TEXT)
        .row(0, named=True)
    )
    one, two = (first["first"], first["second"]) if first["dmy"] else (first["second"], first["first"])
    raise _two_readings(
        first,
        known,
        _in_words(one, two, first["year"]),
        _in_words(first["written"], first["second"], first["turned"]),
        ("dmy" if first["dmy"] else "mdy", "ymd"),
    )


def _ambiguous(unclear: pl.DataFrame, known: _Known) -> SalesmetricsError:
    first = unclear.sort(TEXT).row(0, named=True)
    one, two, year = first["first"], first["second"], first["year"]
    return _two_readings(first, known, _in_words(one, two, year), _in_words(two, one, year), ("dmy", "mdy"))


def _two_readings(
    sort: Mapping[str, Any], known: _Known, first: str, second: str, orders: tuple[str, str]
) -> SalesmetricsError:
    return SalesmetricsError(
        "date_order_ambiguous",
        column=known.header,
        path=known.path,
        value=sort[TEXT],
        row=sort[ROW],
        first=first,
        second=second,
        order=orders[0],
        other_order=orders[1],
    )


def _mixed(seen: pl.DataFrame, known: _Known) -> SalesmetricsError:
    day_first = seen.filter(pl.col("dmy") & ~pl.col("mdy")).sort(TEXT).row(0, named=True)
    month_first = seen.filter(pl.col("mdy") & ~pl.col("dmy")).sort(TEXT).row(0, named=True)
    return SalesmetricsError(
        "date_order_mixed",
        column=known.header,
        path=known.path,
        value=day_first[TEXT],
        row=day_first[ROW],
        other=month_first[TEXT],
        other_row=month_first[ROW],
    )


def _in_words(day: int, month: int, year: int) -> str:
    names = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip
    return f"{day} {names[month - 1]} {year}"


def _by_orders(parts: pl.DataFrame, orders: Mapping[str, str], options: ParseOptions) -> pl.DataFrame:
    """Of dates with the year last: ``order``, the day by each order and the one that holds (``last``), and ``many`` readings.

    In steps, each a column: one expression of them all repeats its parts, and takes longer to plan than dates to read.
    """
    order = pl.col("sep").replace_strict(orders, default=None, return_dtype=pl.String)
    first, second, year = pl.col("first"), pl.col("second"), pl.col("year")
    ymd: pl.Expr = pl.lit(None, dtype=pl.Date)
    if "turned" in parts.columns:
        ymd = pl.when("short").then(real_date(pl.col("turned"), second, pl.col("written")))
    days = parts.with_columns(
        order=order, dmy=real_date(year, second, first), mdy=real_date(year, first, second), ymd=ymd
    )
    order, dmy, mdy = pl.col("order"), pl.col("dmy"), pl.col("mdy")
    numeric = pl.col("shape") == "numeric"
    day_first = (order == "dmy") | ((order == _EACH) & dmy.is_not_null())
    last: pl.Expr = pl.when(day_first).then(dmy).otherwise(mdy)
    if options.date_order == "ymd":
        last = pl.when(numeric & pl.col("short")).then("ymd").otherwise(last)
    differ = dmy.is_not_null() & mdy.is_not_null() & (dmy != mdy) & (pl.col("sep") != ".")
    many = (differ | pl.col("ymd").is_not_null()).fill_null(value=False)
    return days.with_columns(last=last, many=numeric & (order == _EACH) & many)


def _read_sorts(
    sorts: pl.DataFrame, orders: Mapping[str, str], options: ParseOptions, *, serials: bool
) -> pl.DataFrame:
    """The sorts of text that are dates under what is decided."""
    number = ~pl.col("five") | (pl.col("serial") & serials)
    date = pl.when(pl.col("shape") == "numeric").then(pl.col("last").is_not_null()).otherwise("real")
    return _by_orders(sorts, orders, options).filter(
        pl.when(pl.col("shape") == "number").then(number).otherwise(date)
        & pl.col("shape").is_not_null()
        & ~pl.col("wrong")
        & ~pl.col("many")
        & pl.col(WHY).is_null()
    )


def _values(
    parts: pl.DataFrame, orders: Mapping[str, str], options: ParseOptions, dtype: pl.DataType, *, serials: bool
) -> pl.DataFrame:
    """Distinct texts with ``value``, ``bad`` and why, and what is to be noted."""
    numeric = pl.col("shape") == "numeric"
    parts = _by_orders(parts, orders, options).with_columns(
        date=pl.when(numeric).then("last").otherwise(real_date(pl.col("year"), pl.col("month"), pl.col("day"))),
        offset=offset_east(),
        good=~pl.col("wrong") & ~pl.col("many") & pl.col(WHY).is_null(),
    )
    written = pl.col("date").cast(INSTANT_DTYPE) + pl.duration(microseconds=pl.col("time").fill_null(0))
    wall = pl.when(pl.col("shape") == "number").then(_from_number(serials=serials)).otherwise(written)
    parts = parts.with_columns(wall=pl.when("good").then(wall))
    table = parts.select(
        KEY,
        wall_in(options.timezone).cast(dtype).alias("value"),
        (pl.col("wall") - pl.duration(minutes=pl.col("offset"))).cast(INSTANT_DTYPE).alias(UTC),
        pl.when("good").then("offset").alias(OFFSET),
        pl.coalesce(WHY, pl.when("many").then(pl.lit(MANY_WAYS)), _why_unread(serials=serials)).alias(WHY),
        pl.col("short").fill_null(value=False).alias(f"{NOTE}years_short"),
        pl.col("thai").fill_null(value=False).alias(f"{NOTE}years_thai"),
    )
    unread = pl.col("value").is_null()
    return table.with_columns(
        pl.when(unread).then(WHY).alias(WHY), pl.col(f"^{NOTE}.*$") & ~unread, unread.alias("bad")
    )


def _why_unread(*, serials: bool) -> pl.Expr:
    """Why a text that has the shape of a date is none."""
    order = pl.col("order")
    serial = (pl.col("shape") == "number") & (pl.col("number").str.extract("^([0-9]+)", 1).str.len_bytes() == 5)
    numeric = (pl.col("shape") == "numeric") & ~pl.col("wrong")
    day_first = (order == "dmy") & pl.col("mdy").is_not_null()
    month_first = (order == "mdy") & pl.col("dmy").is_not_null()
    shaped = pl.col("shape").is_not_null() & ~pl.col("wrong") & (pl.col("shape") != "number")
    return (
        pl.when(serial & (not serials))
        .then(pl.lit(SERIAL))
        .when(numeric & day_first)
        .then(pl.lit("not_day_first"))
        .when(numeric & month_first)
        .then(pl.lit("not_month_first"))
        .when(shaped)
        .then(pl.lit("not_in_the_calendar"))
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


def _shapes(good: pl.DataFrame, orders: Mapping[str, str]) -> tuple[Message, ...]:
    """The shapes seen, those of most cells first."""
    names: dict[str, Message] = {
        "iso": YEAR_FIRST,
        "compact": Message("ymd", sep=""),
        "name": Message("month_by_name"),
        "number": Message("serial_or_epoch"),
    }
    for sep, order in orders.items():
        names[sep + order] = in_order(sep, order) or Message("each_by_itself")
    order_of = pl.col("sep").replace_strict(orders, default=None, return_dtype=pl.String)
    named = pl.when(pl.col("shape") == "numeric").then(pl.concat_str(pl.col("sep"), order_of)).otherwise("shape")
    counts = good.group_by(named.alias("named")).agg(pl.col(CELLS).sum()).sort(CELLS, "named", descending=[True, False])
    return tuple(names[shape] for shape in counts["named"])
