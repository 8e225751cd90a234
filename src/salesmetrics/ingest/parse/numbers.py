"""Money, quantities, counts and scores: exact decimals, never by way of a float."""

from __future__ import annotations

import re
from typing import Literal

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.common import KEY, MONEY_DTYPE, NOTE, WHY, Parsed, ParseOptions, notes_of, spread, why_of
from salesmetrics.ingest.parse.evidence import CELLS, ROW, TEXT, Evidence, Part, Sample, distinct_texts, sorts_of
from salesmetrics.ingest.parse.number_text import read_bodies
from salesmetrics.ingest.parse.text import TYPED_NULL_WORDS, blank, cleaned
from salesmetrics.schema.message import Message

__all__ = ["NumberLook", "NumberParser", "NumberReading", "Style"]

Mark = Literal["point", "comma"]
Doubt = Literal["none", "two_ways", "mark", "mark_and_zero"]

_THREE_AFTER_POINT = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
_PROOF_OF_POINT = r"^[+-]?(?:[0-9]*\.(?:[0-9]{1,2}|[0-9]{4,})|0\.[0-9]*|[0-9]{4,}\.[0-9]*)$"
_FINE = r"^[+-]?(?:[0-9]*\.[0-9]{4,}|0?\.[0-9]{3}|[0-9]{4,}\.[0-9]{3})$"
"""Three decimals and more, and no groups of thousands: such decimals are usual in the column."""
_SHORTEST = r"^[^.]*\.[0-9]$"
"""One decimal: a machine wrote it, which leaves out trailing zeros and so never writes ``20.100``."""
# A cast rounds what has more than 8 decimals, and an exponent can hide decimals.
_MAY_ROUND = r"[eE]|\.[0-9]{9}"
_ROUNDED = r"\.[0-9]{8}[0-9]*[1-9][0-9]*$"
_STRICT = r"^-?[0-9]+(?:\.[0-9]{1,2})?$"
"""Digits with at most two decimals: these read one way in any column whose decimal mark may be a point."""
_PLAIN = (("point", _PROOF_OF_POINT), ("small", r"^[+-]?[1-9][0-9]{0,2}$"), ("fine", _FINE), ("shortest", _SHORTEST))
"""What cells that a cast reads show of the column's decimal mark and of its decimals."""
TWO_WAYS, BROKEN = "number_of_two_readings", "number_broken"
SCALED = "thousands_words"
"""Code of the reading of numbers with units of their own, such as 12k."""


class Style(Struct, frozen=True):
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


class NumberLook(Struct, frozen=True):
    """One look at a part, which its evidence and its reading share.

    Args:
        part: The cells.
        values: ``Decimal(38, 8)``: the cells that read one way whatever the rest of the column holds; null elsewhere.
        rest: Boolean: the cells that are neither read so nor empty.
        bodies: The distinct texts of the rest, taken apart, with ``cells:``, ``row:`` and what each of them shows.
        blanks: The distinct texts of the rest that mean "no value" (String).
        uniform: The cells of the commonest writing, which are read by it.
        example: One of them, taken apart.
        strict: All cells are digits with at most two decimals: nothing else has to be looked for.
        alone: The part is the whole column: what only counts beside other parts is not looked for.
    """

    part: Part
    values: pl.Series
    rest: pl.Series
    bodies: pl.DataFrame
    blanks: pl.Series
    uniform: pl.Series | None = None
    example: pl.DataFrame | None = None
    strict: bool = False
    alone: bool = False

    @property
    def plain(self) -> pl.Series:
        """Boolean: the cells that a cast alone reads, and the empty ones."""
        return ~self.rest if self.uniform is None else ~self.rest & ~self.uniform


class NumberReading(Struct, frozen=True):
    """How the numbers of a column are read.

    Args:
        mark: The decimal mark; None where no value needs one mark rather than the other.
        doubt: Which texts stay doubtful: none, all that read two ways, those of them whose separator would be the mark, or
            those of these that end in 0.
        how: What was recognised.
        shortened: Shortened numbers (``12k``) are few, so that each is worth a note.
    """

    mark: Mark | None
    doubt: Doubt
    how: Message
    shortened: bool


class NumberParser(Struct, frozen=True):
    """Numbers as ``Decimal(38, 8)``, the decimal mark decided once per column.

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
        options: ``decimal``, ``decimal_beside``, ``undecided``, ``symbols`` and ``null_words`` are used.
        style: What the column's type says.
        header: Header of the column, for errors.
        path: Its file, for errors.
    """

    options: ParseOptions
    style: Style = field(default_factory=Style)
    header: str = ""
    path: str = ""

    def look(self, part: Part, sample: Sample, *, alone: bool = False) -> NumberLook:
        """Take a part apart.

        Args:
            part: The cells.
            sample: The first cells of the column.
            alone: The part is the whole column: what only counts beside other parts need not be looked for.
        """
        uniform = read_uniform(part.text, self.options, sample.head(SAMPLE))
        example = None if uniform is None else self._example(uniform, part)
        if uniform is None or example is None:
            values, rest, strict = _fast(part.text, self.options, self.style, sample, alone=alone)
            return replace(self._looked(part, values, rest), strict=strict, alone=alone)
        others = (~uniform.mask).arg_true()
        values, rest = uniform.values, _no(len(part.text))
        if len(others):
            plain, left, _ = _fast(part.text.gather(others), self.options, self.style, sample, alone=alone)
            values = values.scatter(others, plain)
            rest = rest.scatter(others.filter(left), True) if left.any() else rest  # noqa: FBT003
        return replace(self._looked(part, values, rest), uniform=uniform.mask, example=example, alone=alone)

    def _looked(self, part: Part, values: pl.Series, rest: pl.Series) -> NumberLook:
        rest = rest & (part.text != "").fill_null(value=False)
        if not rest.any():
            return NumberLook(part, values, rest, pl.DataFrame(), _none(0))
        texts = distinct_texts(part, rest)
        empty = blank(cleaned(texts.get_column(KEY)), TYPED_NULL_WORDS | self.options.null_words)
        bodies = read_bodies(texts.filter(~empty), self.options.symbols).with_columns(_features())
        return NumberLook(part, values, rest, bodies, texts.get_column(KEY).filter(empty))

    def _example(self, uniform: Uniform, part: Part) -> pl.DataFrame | None:
        """One of the uniform cells taken apart; None where the slow reading of the first ones does not see the same number."""
        first = uniform.mask.arg_true().head(SAMPLE)
        texts = pl.DataFrame({KEY: part.text.gather(first), "value": uniform.values.gather(first)}).unique(KEY)
        places = pl.lit(0, dtype=pl.UInt32)
        bodies = read_bodies(texts.with_columns(places.alias(CELLS), places.alias(ROW)), self.options.symbols)
        one_way = pl.col("point").is_null() != pl.col("comma").is_null()
        same = pl.coalesce("point", "comma").cast(MONEY_DTYPE, strict=False) == pl.col("value")
        clear = one_way & same & ~pl.col("scaled") & ~pl.col("hidden")
        if bodies["currency"].n_unique() != 1 or not bodies.select(clear.fill_null(value=False).all()).item():
            return None
        return bodies.drop("value").head(1).with_columns(_features())

    def evidence(self, look: NumberLook) -> Evidence:
        """What a part shows of the decimal mark, and of how many decimals the column has."""
        text, bodies = look.part.text, look.bodies
        if look.uniform is not None and look.example is not None:
            example = look.example.with_columns(pl.lit(int(look.uniform.sum()), dtype=pl.UInt32).alias(CELLS))
            bodies = pl.concat([bodies, example.select(bodies.columns)]) if bodies.width else example
        sorts = sorts_of(bodies, _FEATURES) if bodies.width else pl.DataFrame()
        facts = {"left"} if look.rest.any() or look.uniform is not None else set()
        if self.options.decimal is None and (facts or not look.alone):
            settled = text.filter(look.plain).drop_nulls()
            doubts = not look.alone or (bool(sorts.width) and sorts.select(_TWO_WAYS.any()).item())
            shapes = _PLAIN if doubts else _PLAIN[:1]
            facts |= {name for name, shape in shapes if settled.str.contains(shape).any()}
        counts = {"written": int((text != "").sum()), "filled": len(text) - text.null_count()}
        if self.style.money and not self.style.silent and not look.strict:
            counts["exponents"] = int(_where(text, look.plain, "[eE]").sum())
        return Evidence(sorts, counts, frozenset(facts))

    def decide(self, evidence: Evidence, sample: Sample) -> NumberReading:
        """The reading of the column.

        Args:
            evidence: That of all parts.
            sample: The first cells of the column.

        Raises:
            SalesmetricsError: ``decimal_ambiguous``.
        """
        mark, doubt, how = self._mark(evidence) if "left" in evidence.facts else (None, "none", ())
        parts = (*how, *_extras(evidence.sorts))
        if not parts and sample.cells[TEXT].str.contains(_PROOF_OF_POINT).any():
            parts = (Message("decimal_point"),)
        short = 0
        if self.style.money and not self.style.silent:
            good = pl.col(f"{mark}_fits") if mark else pl.when("by_point").then("point_fits").otherwise("comma_fits")
            short = evidence.count("exponents")
            if evidence.sorts.width:
                scaled = evidence.sorts.filter(good & pl.col("scaled") & ~_doubtful(mark, doubt))
                short += int(scaled[CELLS].sum())
        said = Message("number_writing", parts=parts) if parts else Message("plain_number")
        return NumberReading(mark, doubt, said, 0 < 2 * short < evidence.count("filled"))

    def _mark(self, evidence: Evidence) -> tuple[Mark | None, Doubt, tuple[Message, ...]]:
        """The decimal mark (None when no value needs one mark rather than the other), what stays doubtful, and how."""
        sorts, style, options = evidence.sorts, self.style, self.options
        if options.decimal:
            return options.decimal, "none", (Message(f"decimal_{options.decimal}"),)
        separated, by_point, by_comma = (pl.col(name) for name in ("separated", "by_point", "by_comma"))
        only_point = bool(sorts.select((separated & by_point & ~by_comma).any()).item()) or "point" in evidence.facts
        only_comma = bool(sorts.select((separated & by_comma & ~by_point).any()).item())
        unclear = sorts.filter(_TWO_WAYS)
        if len(unclear) and style.ambiguous != "any":
            by_type = _by_type(unclear, style)
            only_point, only_comma = only_point or "point" in by_type, only_comma or "comma" in by_type
        if only_point != only_comma:
            mark: Mark = "point" if only_point else "comma"
            return mark, _unproven(sorts, unclear, mark, style, evidence.facts), (Message(f"decimal_{mark}"),)
        if not len(unclear):
            return None, "none", ((Message("decimal_point_and_comma"),) if only_point else ())
        settled = None if only_point else _by_neighbours(sorts, unclear, evidence.facts, options.decimal_beside, style)
        if settled is not None:
            return settled[0], "none", settled[1]
        few = 2 * int(unclear[CELLS].sum()) <= evidence.count("written")
        if style.silent or (options.undecided == "reject" and few):
            return None, "two_ways", ()
        first = unclear.sort(TEXT).row(0, named=True)
        ways = read_bodies(pl.DataFrame({KEY: [first[TEXT]]}), options.symbols).row(0, named=True)
        raise SalesmetricsError(
            "decimal_ambiguous",
            column=self.header,
            path=self.path,
            value=first[TEXT],
            row=first[ROW],
            first=ways["point"],
            second=ways["comma"],
        )

    def apply(self, look: NumberLook, reading: NumberReading) -> Parsed:
        """Read a part as its column is read."""
        text, style = look.part.text, self.style
        table = _values(look.bodies, reading, style) if look.bodies.width else pl.DataFrame()
        frame = spread(text, look.values, look.rest, table, look.blanks)
        currency = frame["currency"] if "currency" in frame.columns and frame["currency"].count() else None
        if look.uniform is not None and look.example is not None and look.example["currency"][0] is not None:
            named = look.example["currency"].new_from_index(0, len(text))
            currency = named.zip_with(look.uniform, _none(len(text)) if currency is None else currency)
        notes = notes_of(frame)
        found = notes.pop("numbers_scaled", None)
        if not style.exact and not style.silent and not look.strict:
            rounded = _where(text, (text.str.len_bytes() > 10) & look.plain, _ROUNDED)
            if rounded.any() or "numbers_rounded" in notes:
                notes["numbers_rounded"] = rounded | notes.get("numbers_rounded", rounded)
        if reading.shortened:
            exponents = _where(text, look.plain, "[eE]")
            notes["numbers_scaled"] = exponents if found is None else exponents | found
        values = frame["value"].alias(text.name)
        return Parsed(values, frame["bad"], reading.how, currency, why=why_of(frame), notes=notes)


def _no(length: int) -> pl.Series:
    return pl.repeat(value=False, n=length, dtype=pl.Boolean, eager=True)


def _none(length: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, length)


def _fast(
    text: pl.Series, options: ParseOptions, style: Style, sample: Sample, *, alone: bool
) -> tuple[pl.Series, pl.Series, bool]:
    """Cast what is plain. Returns values, the cells left over, and whether all are strictly plain.

    The patterns are looked for only where they can be: a text of at most 10 bytes that the cast rounds is smaller than 1
    (``.123456789``, ``12.5e-9``), and one to three digits with three decimals are smaller than 1000 and 5 to 8 bytes.
    """
    values = text.cast(MONEY_DTYPE, strict=False)
    first = sample.cells[TEXT]
    strict = options.decimal != "comma" and values.null_count() == text.null_count()
    if strict and first.str.contains(_STRICT).all() and text.str.contains(_STRICT).all():
        return values, _no(len(text)), True
    length = text.str.len_bytes()
    may_round = _MAY_ROUND if style.exact else "[eE]"
    rest = _where(text, (length > 10) | values.is_between(-1, 1, closed="none"), may_round)
    if values.null_count() > text.null_count():
        rest |= values.is_null() & (text != "").fill_null(value=False)
    if options.decimal == "comma":
        rest |= text.str.contains(".", literal=True).fill_null(value=False)
    elif options.decimal is None and (not alone or rest.any() or not _takes_three(first, style)):
        rest |= _where(
            text, length.is_between(5, 8) & values.is_between(-1000, 1000, closed="none"), _THREE_AFTER_POINT
        )
    return values, rest, False


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


_FEATURES = (
    "separated", "by_point", "by_comma", "mark", "scaled", "currency", "point_places", "comma_places", "point_zero", "comma_zero",
    "thousands", "small", "point_fits", "comma_fits",
)  # fmt: skip
"""What tells one sort of number text from another."""
_TWO_WAYS = pl.col("separated") & pl.col("by_point") & pl.col("by_comma")


def _features() -> list[pl.Expr]:
    """Of a text: whether it has a separator, can be read with a point or a comma, and what it would prove."""
    point, comma = pl.col("point"), pl.col("comma")
    places = {
        name: pl.col(name).str.extract(r"\.([0-9]*)", 1).str.len_bytes().fill_null(0) for name in ("point", "comma")
    }
    return [
        point.is_not_null().alias("by_point"),
        comma.is_not_null().alias("by_comma"),
        *(count.clip(upper_bound=3).cast(pl.UInt8).alias(f"{name}_places") for name, count in places.items()),
        *(pl.col(name).str.ends_with("0").fill_null(value=False).alias(f"{name}_zero") for name in places),
        point.str.contains("000$").fill_null(value=False).alias("thousands"),
        (~pl.col("separated") & point.str.contains("^-?[0-9]{1,3}$")).fill_null(value=False).alias("small"),
        *(pl.col(name).cast(MONEY_DTYPE, strict=False).is_not_null().alias(f"{name}_fits") for name in places),
    ]


def _doubtful(mark: Mark | None, doubt: Doubt) -> pl.Expr:
    """Whether a sort of text stays doubtful: ``20.100`` among ``1,000.00``, or all that read two ways."""
    if doubt == "none" or (mark is None and doubt != "two_ways"):
        return pl.lit(value=False)
    if doubt == "two_ways":
        return _TWO_WAYS
    doubtful = _TWO_WAYS & (pl.col("mark") == mark) & ~pl.col("scaled")
    return doubtful & pl.col(f"{mark}_zero") if doubt == "mark_and_zero" else doubtful


def _unproven(sorts: pl.DataFrame, unclear: pl.DataFrame, mark: Mark, style: Style, facts: frozenset[str]) -> Doubt:
    """Texts such as ``20.100`` among ``1,000.00``: the mark says decimals, and nothing in the column has three of them."""
    if style.ambiguous == "fraction" or not (unclear["mark"] == mark).any():
        return "none"
    clear = sorts.filter(pl.col("separated") & ~_TWO_WAYS & ~pl.col("scaled"))
    places = clear.filter(f"by_{mark}")[f"{mark}_places"]
    if (places >= 3).any() or (mark == "point" and "fine" in facts):
        return "none"
    shortest = (places == 1).any() or (mark == "point" and "shortest" in facts)
    return "mark_and_zero" if shortest or not style.money else "mark"


def _by_neighbours(
    sorts: pl.DataFrame, unclear: pl.DataFrame, facts: frozenset[str], beside: Mark | None, style: Style
) -> tuple[Mark, tuple[Message, ...]] | None:
    """The mark that whole numbers, or other columns, leave for those that read two ways: their separator groups (rules 3 and 4)."""
    written = set(unclear["mark"].to_list())
    if len(written) != 1:
        return None
    mark: Mark = "point" if written == {"comma"} else "comma"
    small = "small" in facts or sorts["small"].any()
    counted = style.money or style.ambiguous == "whole"  # rates and weights are written with zeros at the end
    if counted and small and unclear["point_zero"].any():
        return mark, (Message(f"decimal_{mark}_by_grouping"),)
    return (mark, (Message(f"decimal_{mark}"),)) if beside == mark else None


def _by_type(unclear: pl.DataFrame, style: Style) -> set[str]:
    """The marks that the column's type leaves for texts such as ``1,234``."""
    if style.ambiguous == "fraction":
        return set(unclear["mark"].to_list())
    other = {"point": "comma", "comma": "point"}
    return {other[mark] for mark in unclear.filter(~pl.col("thousands"))["mark"].to_list()}


def _values(bodies: pl.DataFrame, reading: NumberReading, style: Style) -> pl.DataFrame:
    """Distinct texts with their value, whether they are bad and why, and what is to be noted, under the decided mark."""
    mark = reading.mark
    chosen = bodies[mark] if mark else bodies.select(pl.coalesce("point", "comma")).to_series()
    value = chosen.cast(MONEY_DTYPE, strict=False)
    kept = value.is_not_null()
    long = kept & chosen.str.contains(_MAY_ROUND).fill_null(value=False)
    past = long.arg_true().filter(_places(chosen.filter(long)) > MONEY_DTYPE.scale)
    rounded = _no(len(kept)).scatter(past, True) if len(past) else _no(len(kept))  # noqa: FBT003
    if style.exact:
        kept &= ~rounded
    table = bodies.with_columns(
        _doubtful(mark, reading.doubt).fill_null(value=False).alias("doubtful"), kept.alias("kept")
    )
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


def _extras(sorts: pl.DataFrame) -> tuple[Message, ...]:
    """What else `inspect` should say."""
    parts = []
    if sorts.width and sorts["currency"].count():
        found = tuple(sorted(sorts["currency"].drop_nulls().unique()))
        parts.append(Message("currency_in_cells", currencies=found))
    if sorts.width and sorts["scaled"].any():
        parts.append(Message(SCALED))
    return tuple(parts)


# --- amounts that are nearly all written in one way (``€ 2.193,17``): those are read by that way, all others one by one ---


LONG = 20_000
"""Shorter columns are read soon enough."""
SAMPLE = 500
_SHARE = 0.5
_CELL = re.compile(r"([^0-9+\-()]*)[0-9][0-9.,'\u00a0\u202f ]*[.,][0-9]{2}([^0-9+\-()]*)")
_SPACES = ("'", " ", "\u00a0", "\u202f")
_MARKS = {".": (",", *_SPACES), ",": (".", *_SPACES)}
_NAMES = {".": "point", ",": "comma"}


class Uniform(Struct, frozen=True):
    """The cells of one writing.

    Args:
        mask: Boolean per cell: it is written so.
        values: Decimal(38, 8), null where the mask is false.
    """

    mask: pl.Series
    values: pl.Series


def read_uniform(text: pl.Series, options: ParseOptions, sample: pl.Series) -> Uniform | None:
    """Read the cells of the commonest writing, if it leaves no doubt.

    One sign or word before or behind, groups of three digits, and exactly two decimals: such a text reads one way only,
    whatever the rest of the column holds. Nothing else is read here.

    Args:
        text: The cells (String).
        options: ``decimal`` is used: a mark that contradicts it is not read here.
        sample: The first filled cells of the column (String).

    >>> from salesmetrics.ingest.parse.common import ParseOptions
    >>> column = pl.Series(["€ 2.193,17", "€ 12,50", "€ 1.000,00 (net)"] * LONG)
    >>> [str(value) for value in read_uniform(column, ParseOptions(), column.head(500)).values.head(2)]
    ['2193.17000000', '12.50000000']
    """
    if len(text) < LONG:
        return None
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
    plain = text if mask.all() else text.zip_with(mask, text.clear().extend_constant(None, 1))
    plain = plain.str.strip_prefix(before) if before else plain
    plain = plain.str.strip_suffix(behind) if behind else plain
    plain = plain.str.replace_all(group, "", literal=True)
    plain = plain if mark == "." else plain.str.replace(mark, ".", literal=True)
    return Uniform(mask, plain.cast(MONEY_DTYPE))
