"""The constraints of the records as Polars expressions. Own file: a test holds its verdicts against those of Pydantic.

The records stay the only place where a constraint is written. It becomes one expression per field; the Pydantic model made
of the same declaration sees one value per broken constraint, for its verdict.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from salesmetrics.ingest.table.table import ROW, RejectedRow
from salesmetrics.schema.kinds import columns_of
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

    from salesmetrics.schema.fields import Column
    from salesmetrics.schema.kinds import Kind

__all__ = ["Rule", "compile_rules", "invalid_rows", "suspect_fields"]


class Rule(msgspec.Struct, frozen=True):
    """One constraint of one field.

    Args:
        field: Canonical column.
        name: The constraint, for example ``ge``.
        broken: Boolean per row: the value breaks the constraint. Null values break none but ``required``.
        suspect: Boolean per row, true at least wherever ``broken`` is, and cheaper: when it is nowhere true, ``broken`` is
            never computed.
    """

    field: str
    name: str
    broken: pl.Expr
    suspect: pl.Expr


def compile_rules(columns: Mapping[str, Column], *, trimmed: bool = False) -> tuple[Rule, ...]:
    """Compile the constraints of a kind, in the order of its fields.

    Args:
        columns: Field → its column, as :func:`~salesmetrics.schema.kinds.columns_of` gives it.
        trimmed: No text has white space at its ends, so that only an empty one can be too short.

    >>> from salesmetrics.schema.kinds import columns_of
    >>> [(rule.field, rule.name) for rule in compile_rules(columns_of("surveys"))][:2]
    [('id', 'min_length'), ('type', 'min_length')]
    """
    return tuple(rule for name, column in columns.items() for rule in _rules_of(name, column, trimmed=trimmed))


def invalid_rows(
    frame: pl.DataFrame,
    kind: Kind,
    raw: Mapping[str, pl.Series],
    headers: Mapping[str, str],
    *,
    trimmed: bool = False,
) -> tuple[pl.Series, list[RejectedRow]]:
    """Find the rows that the model of ``kind`` refuses.

    Args:
        frame: Canonical columns (any subset of the model's fields; other columns are not looked at) and ``__row__``.
        kind: The kind of record.
        raw: Field → the cells as read, for the ``value`` of a rejection; without it the parsed value is shown.
        headers: Field → header in the export.
        trimmed: No text has white space at its ends.

    Returns:
        Boolean per row: the row is refused; and one rejection per offending cell, in order of rows and fields. A row with
        two offending cells has two rejections: count rows by the mask.
    """
    columns = columns_of(kind)
    found: list[tuple[Rule, pl.Series]] = []
    if broken := _suspects(frame, kind, trimmed=trimmed):
        masks = frame.select(
            rule.broken.fill_null(value=False).alias(str(number)) for number, rule in enumerate(broken)
        )
        found = [(rule, mask) for rule, mask in zip(broken, masks.get_columns(), strict=True) if mask.any()]
    invalid = pl.repeat(value=False, n=len(frame), dtype=pl.Boolean, eager=True)
    cells: dict[tuple[int, int], RejectedRow] = {}
    for rule, mask in found:
        invalid |= mask
        place = list(columns).index(rule.field)
        shown = raw[rule.field] if rule.field in raw else frame[rule.field]
        for rejection in _rejections(frame, kind, rule.field, mask, shown, headers.get(rule.field, rule.field)):
            cells.setdefault((rejection.row, place), rejection)
    return invalid, [cells[key] for key in sorted(cells)]


def suspect_fields(frame: pl.DataFrame, kind: Kind) -> list[str]:
    """The fields of which a value may be one that the model of ``kind`` refuses, in order of columns.

    Args:
        frame: Canonical columns.
        kind: The kind of record.
    """
    return [name for name in frame.columns if name in {rule.field for rule in _suspects(frame, kind, trimmed=False)}]


def _suspects(frame: pl.DataFrame, kind: Kind, *, trimmed: bool) -> list[Rule]:
    """The rules that some row may break."""
    rules = [rule for rule in compile_rules(columns_of(kind), trimmed=trimmed) if rule.field in frame.columns]
    if not rules:
        return []
    suspects = frame.select(rule.suspect.any().alias(str(number)) for number, rule in enumerate(rules)).row(0)
    return [rule for rule, suspect in zip(rules, suspects, strict=True) if suspect]


def _rejections(
    frame: pl.DataFrame, kind: Kind, field: str, mask: pl.Series, shown: pl.Series, header: str
) -> Iterator[RejectedRow]:
    """One rejection per true row of ``mask``. All break the same constraint, so one of them asks Pydantic for its verdict."""
    reason = _reason(kind, field, frame[field].filter(mask)[0])
    for row, value in zip(frame[ROW].filter(mask).to_list(), shown.filter(mask).to_list(), strict=True):
        yield RejectedRow(row, header, None if value is None else str(value), reason, cell=True)


def _reason(kind: Kind, field: str, value: object) -> Message:
    """What a value is by Pydantic's verdict: less than 0, after 2199-12-31.

    Raises:
        AssertionError: Pydantic accepts what the compiled rule refuses: the rule is wrong.
    """
    # Pydantic is not imported for a report without a refused row.
    from pydantic import ValidationError

    from salesmetrics.schema.models import model_of

    try:
        model_of(kind).model_validate({field: value})
    except ValidationError as error:
        for item in error.errors(include_url=False):
            if item["loc"] == (field,):
                return _verdict(item)
    raise AssertionError(f"{kind}.{field}: the rule refuses {value!r}, the model does not")


def _verdict(item: ErrorDetails) -> Message:
    bounds = item.get("ctx", {})
    of_time = isinstance(item["input"], date)  # an instant is a date, too
    below, above = ("before_day", "after_day") if of_time else ("less_than", "more_than")
    match item["type"]:
        case "greater_than_equal":
            return Message(below, bound=bounds["ge"])
        case "less_than_equal":
            return Message(above, bound=bounds["le"])
        case "decimal_max_digits" | "decimal_whole_digits":
            return Message("number_too_large")
        case _:
            message = item["msg"]
            return Message("refused_by_model", verdict=f"{message[0].lower()}{message[1:]}")


def _rules_of(name: str, column: Column, *, trimmed: bool) -> Iterator[Rule]:
    """The rules of one field."""
    value = pl.col(name)
    if column.min_length is not None:
        yield _min_length(name, column.min_length, trimmed=trimmed)
    if column.ge is not None:
        yield _simple(name, "ge", value < pl.lit(column.ge))
    if column.le is not None:
        yield _simple(name, "le", value > pl.lit(column.le))
    if column.max_digits is not None and column.decimal_places is not None:
        # By way of text: a decimal as a literal would have Polars load numpy.
        bound = pl.lit(f"1{'0' * (column.max_digits - column.decimal_places)}").cast(pl.Decimal(38, 8))
        yield _simple(name, "max_digits", (value >= bound) | (value <= -bound))
        yield _simple(name, "decimal_places", value.round(column.decimal_places) != value)


def _simple(name: str, constraint: str, broken: pl.Expr) -> Rule:
    return Rule(name, constraint, broken, broken)


def _min_length(name: str, least: int, *, trimmed: bool) -> Rule:
    """Length in characters, after white space at both ends is taken away.

    Only a text that is short in bytes, or begins with white space, can be too short: a comparison of prefixes finds the
    latter without looking at the whole text (white space sorts before ``!``, or lies between U+0085 and U+3000). The empty
    text sorts before ``!``, too.
    """
    column = pl.col(name)
    spaced = column == "" if trimmed else (column < "!") | ((column >= "\u0085") & (column < "\u3001"))
    suspect = (column.str.len_bytes() < least * 4) | spaced if least > 1 else spaced
    return Rule(name, "min_length", column.str.strip_chars().str.len_chars() < least, suspect)
