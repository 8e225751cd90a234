"""Money, quantities, counts and scores: exact decimals, never by way of a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.common import (
    KEY,
    MONEY_DTYPE,
    NOTE,
    WHY,
    Parsed,
    ParseOptions,
    Place,
    Reading,
    notes_of,
    over_distinct,
    why_of,
)
from salesmetrics.ingest.parse.number_text import read_bodies
from salesmetrics.ingest.parse.text import TYPED_NULL_WORDS, blank, cleaned

if TYPE_CHECKING:
    from collections.abc import Callable

    from salesmetrics.ingest.parse.common import ParseOptions

__all__ = ["LONG", "SAMPLE", "Style", "Uniform", "parse_numbers", "read_uniform"]

Mark = Literal["point", "comma"]

_THREE_AFTER_POINT = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
_PROOF_OF_POINT = r"^[+-]?(?:[0-9]*\.(?:[0-9]{1,2}|[0-9]{4,})|0\.[0-9]*|[0-9]{4,}\.[0-9]*)$"
_FINE = r"^[+-]?(?:[0-9]*\.[0-9]{4,}|0?\.[0-9]{3}|[0-9]{4,}\.[0-9]{3})$"
"""Three decimals and more, and no groups of thousands: such decimals are usual in the column."""
_SHORTEST = r"^[^.]*\.[0-9]$"
"""One decimal: a machine wrote it, which leaves out trailing zeros and so never writes ``20.100``."""
# A cast rounds what has more than 8 decimals, and an exponent can hide decimals.
_MAY_ROUND = r"[eE]|\.[0-9]{9}"
_ROUNDED = r"\.[0-9]{8}[0-9]*[1-9][0-9]*$"
_SAMPLE = 1000
TWO_WAYS = (
    "a number that reads two ways: the separator may be a decimal mark or group thousands (settle it with `--decimal`)"
)
BROKEN = "a number with an invisible character between its digits"


@dataclass(frozen=True, slots=True)
class Style:
    """What the type of a column says about its numbers.

    Args:
        exact: More than 8 decimals that are not zero make a value bad; otherwise it is rounded to 8, which is noted.
        ambiguous: How a text such as ``1,234`` reads by the type alone: ``whole`` numbers can only be groups (unless they
            end in 000), a ``fraction`` can only be decimals, ``any`` is left to the column.
        money: Amounts have two decimals as a rule: three are believed only where the column shows that it has them.
        silent: Nothing is refused: what reads two ways is bad. And rounding is not noted.
    """

    exact: bool = False
    ambiguous: Literal["any", "whole", "fraction"] = "any"
    money: bool = False
    silent: bool = False


def parse_numbers(text: pl.Series, options: ParseOptions, place: Place, style: Style | None = None) -> Parsed:
    """Parse numbers as ``Decimal(38, 8)``, the decimal mark decided once per column.

    A text without separator, with both separators (``1.200,00``), with a separator not followed by exactly three digits
    (``900,50``), with a repeated separator (``1,234,567``), or with groups by space or apostrophe reads one way only. What
    reads two ways (``1,234``, ``1.234``) is settled, in this order, by:

    1. ``options.decimal``;
    2. the values of the column that read one way only (when these prove both marks, nothing is settled);
    3. a value that ends in 0 (``1,230``) beside a whole number below 1000 (``732``): decimals would be kept to the last zero
       in the one and be left out in the other, so the separator groups thousands (money and counts only);
    4. ``options.decimal_beside``, where the separator then groups thousands;
    5. otherwise the column is refused; where only few of its cells read two ways, ``options.undecided`` can make these bad.

    A value such as ``20.100`` whose separator is the decimal mark by rules 2 to 4 is bad all the same, unless the column shows
    that it has such decimals: three and more in a value that reads one way, or the shortest writing of a machine.

    Args:
        text: The cells (String).
        options: ``decimal``, ``decimal_beside``, ``undecided``, ``symbols`` and ``null_words`` are used.
        place: Named in the error; ``place.text`` is the whole column, of which ``text`` may be a part.
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
    why = parsed.why
    return Parsed(
        spread(parsed.values, others),
        spread(parsed.bad, nothing),
        parsed.how,
        currency,
        why=None if why is None else spread(why, pl.Series([None], dtype=pl.String).new_from_index(0, len(others))),
        notes={code: spread(cells, nothing) for code, cells in parsed.notes.items()},
    )


def _parse(text: pl.Series, options: ParseOptions, place: Place, style: Style) -> Parsed:
    fast, rest, plain = _fast(text, options, style)
    reader = _reader(options, place, style, plain)
    frame, how = over_distinct(text, fast, rest, reader)
    currency = frame["currency"] if "currency" in frame.columns and frame["currency"].count() else None
    if not how and text.head(_SAMPLE).str.contains(_PROOF_OF_POINT).any():
        how = ("decimal point",)
    notes = notes_of(frame)
    if not style.exact and not style.silent:
        long = (text.str.len_bytes() > 10) & ~rest
        rounded = _where(text, long, _ROUNDED)
        if rounded.any() or "numbers_rounded" in notes:
            notes["numbers_rounded"] = rounded | notes.get("numbers_rounded", rounded)
    _note_shortened(notes, text, rest, style)
    values = frame["value"].alias(text.name)
    return Parsed(values, frame["bad"], "; ".join(how) or "plain number", currency, why=why_of(frame), notes=notes)


def _note_shortened(notes: dict[str, pl.Series], text: pl.Series, rest: pl.Series, style: Style) -> None:
    """Keep the note of shortened numbers (``1.2E+04``, ``12k``) where they are few: a column of them is written so."""
    found = notes.pop("numbers_scaled", None)
    if not style.money or style.silent:
        return
    exponents = _where(text, ~rest, "[eE]")
    found = exponents if found is None else exponents | found
    if 0 < int(found.sum()) * 2 < text.len() - text.null_count():
        notes["numbers_scaled"] = found


@dataclass(frozen=True, slots=True)
class _PlainEvidence:
    """What the cells that need no slow reading say about the column's decimal mark and its decimals."""

    point: bool
    small: bool
    fine: bool
    shortest: bool


def _fast(
    text: pl.Series, options: ParseOptions, style: Style
) -> tuple[pl.Series, pl.Series, Callable[[], _PlainEvidence]]:
    """Cast what is plain. Returns values, the cells left over, and the evidence of the plain ones (on demand).

    The patterns are looked for only where they can be: a text of at most 10 bytes that the cast rounds is smaller than 1
    (``.123456789``, ``12.5e-9``), and one to three digits with three decimals are smaller than 1000 and 5 to 8 bytes.
    """
    values = text.cast(MONEY_DTYPE, strict=False)
    length = text.str.len_bytes()
    may_round = _MAY_ROUND if style.exact else "[eE]"
    rest = _where(text, (length > 10) | values.is_between(-1, 1, closed="none"), may_round)
    if values.null_count() > text.null_count():
        rest |= values.is_null() & (text != "").fill_null(value=False)
    if options.decimal == "comma":
        rest |= text.str.contains(".", literal=True).fill_null(value=False)
    elif options.decimal is None and (rest.any() or not _takes_three(text.drop_nulls().head(_SAMPLE), style)):
        rest |= _where(
            text, length.is_between(5, 8) & values.is_between(-1000, 1000, closed="none"), _THREE_AFTER_POINT
        )

    def evidence() -> _PlainEvidence:
        settled = text.filter(~rest).drop_nulls()
        shapes = (_PROOF_OF_POINT, r"^[+-]?[1-9][0-9]{0,2}$", _FINE, _SHORTEST)
        return _PlainEvidence(*(bool(settled.str.contains(shape).any()) for shape in shapes))

    return values, rest, evidence


def _takes_three(sample: pl.Series, style: Style) -> bool:
    """Whether the first cells prove that a point with three digits behind it is a decimal mark in this column."""
    return bool(sample.str.contains(_PROOF_OF_POINT if style.ambiguous == "fraction" else _FINE).any())


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
        bodies = read_bodies(texts.filter(~empty), options.symbols)
        mark, how, doubtful = _decide(bodies, options, place, style, plain)
        table = _values(bodies, mark, style, doubtful)
        blanks = texts.filter(empty).to_frame(KEY).with_columns(bad=pl.lit(value=False))
        return Reading(pl.concat([table, blanks], how="diagonal"), (*how, *_extras(bodies)))

    return read


_TWO_WAYS = pl.col("separated") & pl.col("point").is_not_null() & pl.col("comma").is_not_null()


def _decide(
    bodies: pl.DataFrame, options: ParseOptions, place: Place, style: Style, plain: Callable[[], _PlainEvidence]
) -> tuple[Mark | None, tuple[str, ...], pl.Expr]:
    """The decimal mark of the column (``None`` when no value needs one mark rather than the other), and which texts stay doubtful."""
    nothing = pl.lit(value=False)
    if options.decimal:
        return options.decimal, (f"decimal {options.decimal}",), nothing
    separated = pl.col("separated")
    only_point = bool(
        bodies.select((separated & pl.col("comma").is_null() & pl.col("point").is_not_null()).any()).item()
    )
    only_comma = bool(
        bodies.select((separated & pl.col("point").is_null() & pl.col("comma").is_not_null()).any()).item()
    )
    unclear = bodies.filter(_TWO_WAYS)
    evidence = plain()
    only_point |= evidence.point
    if len(unclear) and style.ambiguous != "any":
        by_type = _by_type(unclear, style)
        only_point, only_comma = only_point or "point" in by_type, only_comma or "comma" in by_type
    if only_point != only_comma:
        mark: Mark = "point" if only_point else "comma"
        return mark, (f"decimal {mark}",), _unproven(bodies, unclear, mark, style, evidence)
    if not len(unclear):
        return None, (("decimal point and comma, each plain by itself",) if only_point else ()), nothing
    settled = None if only_point else _by_neighbours(bodies, unclear, evidence, options.decimal_beside, style)
    if settled is not None:
        return (*settled, nothing)
    if style.silent or (options.undecided == "reject" and place.are_few(unclear[KEY])):
        return None, (), _TWO_WAYS
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


def _unproven(
    bodies: pl.DataFrame, unclear: pl.DataFrame, mark: Mark, style: Style, evidence: _PlainEvidence
) -> pl.Expr:
    """Texts such as ``20.100`` among ``1,000.00``: the mark says decimals, and nothing in the column has three of them."""
    if style.ambiguous == "fraction" or not (unclear["mark"] == mark).any():
        return pl.lit(value=False)
    places = _decimals(bodies.filter(pl.col("separated") & ~_TWO_WAYS & ~pl.col("scaled"))[mark])
    if (places >= 3).any() or (mark == "point" and evidence.fine):
        return pl.lit(value=False)
    doubtful = _TWO_WAYS & (pl.col("mark") == mark) & ~pl.col("scaled")
    shortest = (places == 1).any() or (mark == "point" and evidence.shortest)
    if shortest or not style.money:
        doubtful &= pl.col(mark).str.ends_with("0")
    return doubtful


def _decimals(plain: pl.Series) -> pl.Series:
    """How many decimals numbers in plain writing have; 0 where there are none."""
    return plain.str.extract(r"\.([0-9]*)", 1).str.len_bytes().fill_null(0)


def _by_neighbours(
    bodies: pl.DataFrame, unclear: pl.DataFrame, evidence: _PlainEvidence, beside: Mark | None, style: Style
) -> tuple[Mark, tuple[str, ...]] | None:
    """The mark that whole numbers, or other columns, leave for those that read two ways: their separator groups (rules 3 and 4)."""
    written = set(unclear["mark"].to_list())
    if len(written) != 1:
        return None
    mark: Mark = "point" if written == {"comma"} else "comma"
    whole = bodies.filter(~pl.col("separated"))["point"].drop_nulls()
    small = evidence.small or whole.str.contains(r"^-?[0-9]{1,3}$").any()
    counted = style.money or style.ambiguous == "whole"  # rates and weights are written with zeros at the end
    if counted and small and unclear["point"].str.ends_with("0").any():
        return mark, (f"decimal {mark} (the other separator groups thousands)",)
    return (mark, (f"decimal {mark}",)) if beside == mark else None


def _by_type(unclear: pl.DataFrame, style: Style) -> set[str]:
    """The marks that the column's type leaves for texts such as ``1,234``."""
    if style.ambiguous == "fraction":
        return set(unclear["mark"].to_list())
    other = {"point": "comma", "comma": "point"}
    return {other[mark] for mark in unclear.filter(~pl.col("point").str.contains("000$"))["mark"].to_list()}


def _values(bodies: pl.DataFrame, mark: Mark | None, style: Style, doubtful: pl.Expr) -> pl.DataFrame:
    """Distinct texts with their value, whether they are bad and why, and what is to be noted, under the decided mark."""
    chosen = bodies[mark] if mark else bodies.select(pl.coalesce("point", "comma")).to_series()
    value = chosen.cast(MONEY_DTYPE, strict=False)
    kept = value.is_not_null()
    long = kept & chosen.str.contains(_MAY_ROUND).fill_null(value=False)
    past = long.arg_true().filter(_places(chosen.filter(long)) > MONEY_DTYPE.scale)
    rounded = pl.repeat(value=False, n=len(kept), dtype=pl.Boolean, eager=True)
    rounded = rounded.scatter(past, True) if len(past) else rounded  # noqa: FBT003
    if style.exact:
        kept &= ~rounded
    table = bodies.with_columns(doubtful.fill_null(value=False).alias("doubtful"), kept.alias("kept"))
    table = table.select(
        KEY,
        "currency",
        value.alias("value"),
        (~pl.col("kept") | pl.col("doubtful")).alias("bad"),
        pl.when("broken").then(pl.lit(BROKEN)).when("doubtful").then(pl.lit(TWO_WAYS)).alias(WHY),
        pl.col("hidden").alias(f"{NOTE}invisible_marks"),
        (rounded & (not style.exact and not style.silent)).alias(f"{NOTE}numbers_rounded"),
        pl.col("scaled").alias(f"{NOTE}numbers_scaled"),
    )
    good = ~pl.col("bad")
    return table.with_columns(pl.when(good).then(pl.col("value", "currency")), pl.col(f"^{NOTE}.*$") & good)


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
    if bodies["scaled"].any():
        words.append("thousands words such as K and M")
    return tuple(words)


# --- amounts that are nearly all written in one way (``€ 2.193,17``): those are read by that way, all others one by one ---


LONG = 20_000
"""Shorter columns are read soon enough."""
SAMPLE = 500
_SHARE = 0.5
_CELL = re.compile(r"([^0-9+\-()]*)[0-9][0-9.,'\u00a0\u202f ]*[.,][0-9]{2}([^0-9+\-()]*)")
_SPACES = ("'", " ", "\u00a0", "\u202f")
_MARKS = {".": (",", *_SPACES), ",": (".", *_SPACES)}
_NAMES = {".": "point", ",": "comma"}


@dataclass(frozen=True, slots=True)
class Uniform:
    """The cells of one writing.

    Args:
        mask: Boolean per cell: it is written so.
        values: Decimal(38, 8), one per true cell of ``mask``.
    """

    mask: pl.Series
    values: pl.Series


def read_uniform(text: pl.Series, options: ParseOptions) -> Uniform | None:
    """Read the cells of the commonest writing, if it leaves no doubt.

    One sign or word before or behind, groups of three digits, and exactly two decimals: such a text reads one way only,
    whatever the rest of the column holds. Nothing else is read here.

    Args:
        text: The cells (String).
        options: ``decimal`` is used: a mark that contradicts it is not read here.

    >>> import polars as pl
    >>> from salesmetrics.ingest.parse.common import ParseOptions
    >>> column = pl.Series(["€ 2.193,17", "€ 12,50", "€ 1.000,00 (net)"] * LONG)
    >>> [str(value) for value in read_uniform(column, ParseOptions()).values.head(2)]
    ['2193.17000000', '12.50000000']
    """
    if len(text) < LONG:
        return None
    sample = text.drop_nulls().head(SAMPLE)
    written = next((found for cell in sample.to_list() if (found := _CELL.fullmatch(cell))), None)
    if written is None:
        return None
    for mark, groups in _MARKS.items():
        if options.decimal not in (None, _NAMES[mark]):
            continue
        for group in groups:
            if not (written[1] or written[2] or sample.str.contains(group, literal=True).any()):
                continue  # plain numbers: a cast reads them
            whole = _pattern(written[1], group, mark, written[2])
            if sample.str.contains(whole).sum() > _SHARE * len(sample):
                return _read(text, written[1], group, mark, written[2])
    return None


def _pattern(before: str, group: str, mark: str, behind: str) -> str:
    grouped = f"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})*"
    return f"^{re.escape(before)}{grouped}{re.escape(mark)}[0-9]{{2}}{re.escape(behind)}$"


def _read(text: pl.Series, before: str, group: str, mark: str, behind: str) -> Uniform | None:
    mask = text.str.contains(_pattern(before, group, mark, behind)).fill_null(value=False)
    if mask.sum() < max(_SHARE * len(text), 2 * SAMPLE):
        return None
    bodies = text.filter(mask).str.strip_prefix(before).str.strip_suffix(behind)
    plain = bodies.str.replace_all(group, "", literal=True).str.replace(mark, ".", literal=True)
    return Uniform(mask, plain.cast(MONEY_DTYPE))
