"""Money, quantities, counts and scores: exact decimals, never by way of a float."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.blanks import TYPED_NULL_WORDS, blank, cleaned
from salesmetrics.ingest.parse.bodies import read_bodies
from salesmetrics.ingest.parse.common import KEY, MONEY_DTYPE, Parsed, ParseOptions, Place, Reading, over_distinct
from salesmetrics.ingest.parse.uniform import SAMPLE, Uniform, read_uniform

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Style", "parse_numbers"]

Mark = Literal["point", "comma"]

_THREE_AFTER_POINT = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
_PROOF_OF_POINT = r"^[+-]?(?:[0-9]*\.(?:[0-9]{1,2}|[0-9]{4,})|0\.[0-9]*|[0-9]{4,}\.[0-9]*)$"
# A cast rounds what has more than 8 decimals, and an exponent can hide decimals: both go the exact way.
_MAY_ROUND = r"[eE]|\.[0-9]{9}"
_SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Style:
    """What the type of a column says about its numbers.

    Args:
        exact: More than 8 decimals that are not zero make a value bad; otherwise it is rounded to 8.
        ambiguous: How a text such as ``1,234`` reads by the type alone: ``whole`` numbers can only be groups (unless they
            end in 000), a ``fraction`` can only be decimals, ``any`` is left to the column.
    """

    exact: bool = True
    ambiguous: Literal["any", "whole", "fraction"] = "any"


def parse_numbers(text: pl.Series, options: ParseOptions, place: Place, style: Style | None = None) -> Parsed:
    """Parse numbers as ``Decimal(38, 8)``, the decimal mark decided once per column.

    A text without separator, with both separators (``1.200,00``), with a separator not followed by exactly three digits
    (``900,50``), with a repeated separator (``1,234,567``), or with groups by space or apostrophe reads one way only. What
    reads two ways (``1,234``, ``1.234``) is settled, in this order, by:

    1. ``options.decimal``;
    2. the values of the column that read one way only (when these prove both marks, nothing is settled);
    3. whole numbers of four or more digits without a separator, or groups by space or apostrophe: the column does not
       group by point or comma, so the separator is the decimal mark;
    4. a value that ends in 0 (``1,230``) beside a whole number below 1000 (``732``): decimals would be kept to the last zero
       in the one and be left out in the other, so the separator groups thousands;
    5. otherwise the column is refused.

    Args:
        text: The cells (String).
        options: ``decimal`` and ``null_words`` are used.
        place: Named in the error.
        style: What the column's type says.

    Raises:
        SalesmetricsError: ``decimal_ambiguous``.
    """
    style = style or Style()
    uniform = read_uniform(text, options)
    if uniform is not None:
        parsed = _with_uniform(text, uniform, options, place, style)
        if parsed is not None:
            return parsed
    return _parse(text, options, place, style)


def _with_uniform(
    text: pl.Series, uniform: Uniform, options: ParseOptions, place: Place, style: Style
) -> Parsed | None:
    """Read the cells that are written otherwise, with some of the uniform ones; None where the two ways disagree on these."""
    both = uniform.mask & (uniform.mask.cum_sum() <= SAMPLE)
    rest = ~uniform.mask | both
    parsed = parse_numbers(text.filter(rest), options, place, style)
    sample = both.filter(rest)
    values, others = uniform.values.head(SAMPLE), uniform.values.slice(SAMPLE)
    said = None if parsed.currency is None else parsed.currency.filter(sample).unique()
    if (
        parsed.bad.filter(sample).any()
        or not (parsed.values.filter(sample) == values).all()
        or (said is not None and len(said) != 1)
    ):
        return None
    place_of = pl.select(
        pl.when(rest).then(rest.cum_sum()).otherwise(len(parsed.values) + (~rest).cum_sum()) - 1
    ).to_series()

    def spread(read: pl.Series, more: pl.Series) -> pl.Series:
        return pl.concat([read, more.cast(read.dtype)], rechunk=True).gather(place_of).alias(text.name)

    nothing = pl.repeat(value=False, n=len(others), dtype=pl.Boolean, eager=True)
    currency = (
        None
        if said is None or parsed.currency is None
        else spread(parsed.currency, said.new_from_index(0, len(others)))
    )
    return Parsed(spread(parsed.values, others), spread(parsed.bad, nothing), parsed.how, currency)


def _parse(text: pl.Series, options: ParseOptions, place: Place, style: Style) -> Parsed:
    fast, rest, plain = _fast(text, options)
    reader = _reader(options, place, style, plain)
    frame, how = over_distinct(text, fast, rest, reader)
    currency = frame["currency"] if "currency" in frame.columns and frame["currency"].count() else None
    if not how and text.head(_SAMPLE).str.contains(_PROOF_OF_POINT).any():
        how = ("decimal point",)
    return Parsed(frame["value"].alias(text.name), frame["bad"], "; ".join(how) or "plain number", currency)


@dataclass(frozen=True, slots=True)
class _PlainEvidence:
    """What the cells that need no slow reading say about the column's decimal mark."""

    point: bool
    ungrouped: bool
    small: bool


def _fast(text: pl.Series, options: ParseOptions) -> tuple[pl.Series, pl.Series, Callable[[], _PlainEvidence]]:
    """Cast what is plain. Returns values, the cells left over, and the evidence of the plain ones (on demand).

    The patterns are looked for only where they can be: a text of at most 10 bytes that the cast rounds is smaller than 1
    (``.123456789``, ``12.5e-9``), and one to three digits with three decimals are smaller than 1000 and 5 bytes or more.
    """
    values = text.cast(MONEY_DTYPE, strict=False)
    length = text.str.len_bytes()
    rest = _where(text, (length > 10) | values.is_between(-1, 1, closed="none"), _MAY_ROUND)
    if values.null_count() > text.null_count():
        rest |= values.is_null() & (text != "").fill_null(value=False)
    proven = text.drop_nulls().head(_SAMPLE).str.contains(_PROOF_OF_POINT).any()
    if options.decimal == "comma":
        rest |= text.str.contains(".", literal=True).fill_null(value=False)
    elif options.decimal is None and (not proven or rest.any()):
        rest |= _where(text, (length > 4) & values.is_between(-1000, 1000, closed="none"), _THREE_AFTER_POINT)

    def evidence() -> _PlainEvidence:
        settled = text.filter(~rest).drop_nulls()
        point = settled.str.contains(_PROOF_OF_POINT).any()
        ungrouped = settled.str.contains(r"^[+-]?[0-9]{4,}$").any()
        return _PlainEvidence(point, ungrouped, settled.str.contains(r"^[+-]?[1-9][0-9]{0,2}$").any())

    return values, rest, evidence


def _where(text: pl.Series, candidates: pl.Series, pattern: str) -> pl.Series:
    """The candidates (Boolean, null is no) whose text holds the pattern."""
    found = candidates.fill_null(value=False)
    if not found.any():
        return found
    hits = text.filter(found).str.contains(pattern)
    nowhere = pl.repeat(value=False, n=len(text), dtype=pl.Boolean, eager=True)
    return nowhere.scatter(found.arg_true().filter(hits), True) if hits.any() else nowhere  # noqa: FBT003


def _reader(
    options: ParseOptions, place: Place, style: Style, plain: Callable[[], _PlainEvidence]
) -> Callable[[pl.Series], Reading]:
    def read(texts: pl.Series) -> Reading:
        empty = blank(cleaned(texts), TYPED_NULL_WORDS | options.null_words)
        bodies = read_bodies(texts.filter(~empty))
        mark, how = _decide(bodies, options, place, style, plain)
        table = _values(bodies, mark, style)
        blanks = texts.filter(empty).to_frame(KEY).with_columns(bad=pl.lit(value=False))
        return Reading(pl.concat([table, blanks], how="diagonal"), (*how, *_extras(bodies)))

    return read


def _decide(
    bodies: pl.DataFrame, options: ParseOptions, place: Place, style: Style, plain: Callable[[], _PlainEvidence]
) -> tuple[Mark | None, tuple[str, ...]]:
    """The decimal mark of the column; ``None`` when no value needs one mark rather than the other."""
    if options.decimal:
        return options.decimal, (f"decimal {options.decimal}",)
    two_ways = pl.col("separated") & pl.col("point").is_not_null() & pl.col("comma").is_not_null()
    only_point = bool(
        bodies.select((pl.col("separated") & pl.col("comma").is_null() & pl.col("point").is_not_null()).any()).item()
    )
    only_comma = bool(
        bodies.select((pl.col("separated") & pl.col("point").is_null() & pl.col("comma").is_not_null()).any()).item()
    )
    unclear = bodies.filter(two_ways)
    evidence = plain()
    only_point |= evidence.point
    if len(unclear) and style.ambiguous != "any":
        by_type = _by_type(unclear, style)
        only_point, only_comma = only_point or "point" in by_type, only_comma or "comma" in by_type
    if only_point != only_comma:
        mark: Mark = "point" if only_point else "comma"
        return mark, (f"decimal {mark}",)
    if not len(unclear):
        return None, (("decimal point and comma, each plain by itself",) if only_point else ())
    settled = None if only_point else _by_neighbours(bodies, unclear, evidence)
    if settled is not None:
        return settled
    first = unclear.sort(KEY).row(0, named=True)
    raise SalesmetricsError(
        "decimal_ambiguous",
        column=place.header,
        path=place.path,
        value=first[KEY],
        row=place.row_of(first[KEY]),
        first=first["point"],
        second=first["comma"],
    )


def _by_neighbours(
    bodies: pl.DataFrame, unclear: pl.DataFrame, evidence: _PlainEvidence
) -> tuple[Mark, tuple[str, ...]] | None:
    """The mark that the numbers without a separator leave for those that read two ways (rules 3 and 4)."""
    written = {"," if "," in key else "." for key in unclear[KEY]}
    if len(written) != 1:
        return None
    comma = written == {","}
    whole = bodies.filter(~pl.col("separated"))["point"].drop_nulls()
    if evidence.ungrouped or bodies["spaced"].any() or whole.str.contains(r"^-?[0-9]{4,}$").any():
        mark: Mark = "comma" if comma else "point"
        return mark, (f"decimal {mark} (larger numbers have no such separator)",)
    small = evidence.small or whole.str.contains(r"^-?[0-9]{1,3}$").any()
    if small and unclear["point"].str.ends_with("0").any():
        mark = "point" if comma else "comma"
        return mark, (f"decimal {mark} (the other separator groups thousands)",)
    return None


def _by_type(unclear: pl.DataFrame, style: Style) -> set[str]:
    """The marks that the column's type leaves for texts such as ``1,234``."""
    has_comma = pl.col(KEY).str.contains("[,，]")
    if style.ambiguous == "fraction":
        return set(unclear.select(pl.when(has_comma).then(pl.lit("comma")).otherwise(pl.lit("point"))).to_series())
    not_round = unclear.filter(~pl.col("point").str.contains("000$"))
    return set(not_round.select(pl.when(has_comma).then(pl.lit("point")).otherwise(pl.lit("comma"))).to_series())


def _values(bodies: pl.DataFrame, mark: Mark | None, style: Style) -> pl.DataFrame:
    """Distinct texts with their value and whether they are bad, under the decided mark."""
    chosen = bodies[mark] if mark else bodies.select(pl.coalesce("point", "comma")).to_series()
    value = chosen.cast(MONEY_DTYPE, strict=False)
    kept = value.is_not_null()
    if style.exact:
        doubtful = kept & chosen.str.contains(_MAY_ROUND).fill_null(value=False)
        fits = _places(chosen.filter(doubtful)) <= MONEY_DTYPE.scale
        rounded = doubtful.arg_true().filter(~fits)
        kept = kept.scatter(rounded, False) if len(rounded) else kept  # noqa: FBT003
    table = bodies.select(KEY, "currency").with_columns(value.alias("value"), (~kept).alias("bad"))
    return table.with_columns(pl.when(~pl.col("bad")).then(pl.col("value", "currency")))


def _places(plain: pl.Series) -> pl.Series:
    """How many decimals ``-12.340e-2`` has when trailing zeros are left out (3)."""
    digits = pl.col("n").str.extract(r"^-?([0-9.]*)", 1)
    decimals = digits.str.extract(r"\.([0-9]*)$", 1).fill_null("").str.len_bytes().cast(pl.Int64)
    bare = digits.str.replace(".", "", literal=True)
    significant = bare.str.strip_chars_end("0").str.len_bytes().cast(pl.Int64)
    zeros = bare.str.len_bytes().cast(pl.Int64) - significant
    exponent = pl.col("n").str.extract(r"e(-?[0-9]+)$", 1).cast(pl.Int64).fill_null(0)
    places = pl.when(significant == 0).then(0).otherwise(decimals - zeros - exponent)
    return plain.to_frame("n").select(places).to_series()


def _extras(bodies: pl.DataFrame) -> tuple[str, ...]:
    """What else `inspect` should say."""
    words = []
    if bodies["currency"].count():
        words.append("currency in the cells: " + ", ".join(sorted(bodies["currency"].drop_nulls().unique())))
    if bodies["unclear"].any():
        words.append("a currency sign that several currencies share")
    if bodies["scaled"].any():
        words.append("thousands words such as K and M")
    return tuple(words)
