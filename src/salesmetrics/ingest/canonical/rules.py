"""Validation of whole columns: the constraints of the Pydantic models as Polars expressions.

The models stay the only place where a constraint is written. Their metadata becomes one expression per field and
constraint; Pydantic itself sees one value per broken constraint, for its message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import annotated_types
import polars as pl
from pydantic import ValidationError

from salesmetrics.ingest.table.table import ROW, RejectedRow
from salesmetrics.schema.fields import Column
from salesmetrics.schema.kinds import KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

__all__ = ["Rule", "compile_rules", "invalid_rows"]


@dataclass(frozen=True, slots=True)
class Rule:
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


def compile_rules(model: type[BaseModel]) -> tuple[Rule, ...]:
    """Compile the constraints of a model, in the order of its fields.

    Raises:
        TypeError: The model has a constraint or a validator that this module cannot express.

    >>> from salesmetrics.schema.records import Survey
    >>> [(rule.field, rule.name) for rule in compile_rules(Survey)][:2]
    [('id', 'min_length'), ('type', 'min_length')]
    """
    decorators = model.__pydantic_decorators__
    if (
        decorators.field_validators
        or decorators.model_validators
        or decorators.validators
        or decorators.root_validators
    ):
        raise TypeError(f"{model.__name__} has validators: write their expressions beside them")
    strips = bool(model.model_config.get("str_strip_whitespace"))
    return tuple(rule for name, info in model.model_fields.items() for rule in _field_rules(name, info, strips=strips))


def invalid_rows(
    frame: pl.DataFrame,
    kind: Kind,
    raw: Mapping[str, pl.Series],
    headers: Mapping[str, str],
) -> tuple[pl.Series, list[RejectedRow]]:
    """Find the rows that the model of ``kind`` refuses.

    Args:
        frame: Canonical columns (any subset of the model's fields; other columns are not looked at) and ``__row__``.
        kind: The kind of record.
        raw: Field → the cells as read, for the ``value`` of a rejection; without it the parsed value is shown.
        headers: Field → header in the export.

    Returns:
        Boolean per row: the row is refused; and one rejection per offending cell, in order of rows and fields. A row with
        two offending cells has two rejections: count rows by the mask.
    """
    model = KINDS[kind]
    rules = [rule for rule in compile_rules(model) if rule.field in frame.columns]
    found: list[tuple[Rule, pl.Series]] = []
    if rules:
        suspects = frame.select(rule.suspect.any().alias(str(number)) for number, rule in enumerate(rules)).row(0)
        broken = [rule for rule, suspect in zip(rules, suspects, strict=True) if suspect]
        masks = frame.select(
            rule.broken.fill_null(value=False).alias(str(number)) for number, rule in enumerate(broken)
        )
        found = [(rule, mask) for rule, mask in zip(broken, masks.get_columns(), strict=True) if mask.any()]
    invalid = pl.repeat(value=False, n=len(frame), dtype=pl.Boolean, eager=True)
    cells: dict[tuple[int, int], RejectedRow] = {}
    for rule, mask in found:
        invalid |= mask
        place = list(model.model_fields).index(rule.field)
        shown = raw.get(rule.field, frame[rule.field])
        for rejection in _rejections(frame, model, rule.field, mask, shown, headers.get(rule.field, rule.field)):
            cells.setdefault((rejection.row, place), rejection)
    return invalid, [cells[key] for key in sorted(cells)]


def _rejections(
    frame: pl.DataFrame, model: type[BaseModel], field: str, mask: pl.Series, shown: pl.Series, header: str
) -> Iterator[RejectedRow]:
    """One rejection per true row of ``mask``. All break the same constraint, so one of them asks Pydantic for its verdict."""
    reason = _reason(model, field, frame[field].filter(mask)[0])
    for row, value in zip(frame[ROW].filter(mask).to_list(), shown.filter(mask).to_list(), strict=True):
        yield RejectedRow(row, header, None if value is None else str(value), reason, cell=True)


def _reason(model: type[BaseModel], field: str, value: object) -> str:
    """What a value is by Pydantic's verdict: "less than 0", "after 2199-12-31".

    Raises:
        AssertionError: Pydantic accepts what the compiled rule refuses: the rule is wrong.
    """
    try:
        model.model_validate({field: value})
    except ValidationError as error:
        for item in error.errors(include_url=False):
            if item["loc"] == (field,):
                return _in_words(item)
    raise AssertionError(f"{model.__name__}.{field}: the rule refuses {value!r}, the model does not")


def _in_words(item: ErrorDetails) -> str:
    bounds = item.get("ctx", {})
    of_time = isinstance(item["input"], date)  # an instant is a date, too
    below, above = ("before", "after") if of_time else ("less than", "more than")
    match item["type"]:
        case "greater_than_equal":
            return f"{below} {bounds['ge']}"
        case "less_than_equal":
            return f"{above} {bounds['le']}"
        case "decimal_max_digits" | "decimal_whole_digits":
            return "too large a number"
        case _:
            message = item["msg"]
            return f"refused: {message[0].lower()}{message[1:]}"


def _field_rules(name: str, info: FieldInfo, *, strips: bool) -> Iterator[Rule]:
    """The rules of one field."""
    inner = [part for part in get_args(info.annotation) if part is not type(None)] or [info.annotation]
    origin, metadata = _flatten(inner[0])
    column = pl.col(name)
    if info.is_required():
        yield Rule(name, "required", column.is_null(), column.is_null())
    allowed = _choices(origin)
    if allowed is not None:
        outside = ~column.is_in(allowed)
        yield Rule(name, "choice", outside, outside)
    for item in (*info.metadata, *metadata):
        yield from _constraint(name, item, strips=strips and origin is str)


def _flatten(annotation: Any) -> tuple[Any, list[Any]]:
    """The bare type and all its constraints, those inside ``Field(...)`` included."""
    if not hasattr(annotation, "__metadata__"):
        return annotation, []
    constraints: list[Any] = []
    for item in annotation.__metadata__:
        constraints.extend(item.metadata if hasattr(item, "metadata") else [item])
    return annotation.__origin__, constraints


def _choices(origin: Any) -> list[Any] | None:
    if get_origin(origin) is Literal:
        return list(get_args(origin))
    if isinstance(origin, type) and issubclass(origin, Enum):
        return [member.value for member in origin]
    return None


def _constraint(name: str, item: object, *, strips: bool) -> Iterator[Rule]:
    """The rules of one piece of metadata."""
    column = pl.col(name)
    match item:
        case Column():
            return
        case annotated_types.Ge(bound):
            yield _simple(name, "ge", column < pl.lit(bound))
        case annotated_types.Gt(bound):
            yield _simple(name, "gt", column <= pl.lit(bound))
        case annotated_types.Le(bound):
            yield _simple(name, "le", column > pl.lit(bound))
        case annotated_types.Lt(bound):
            yield _simple(name, "lt", column >= pl.lit(bound))
        case annotated_types.Interval():
            for part in item:
                yield from _constraint(name, part, strips=strips)
        case annotated_types.MinLen(least):
            yield _min_length(name, least, strips=strips)
        case annotated_types.MaxLen(most):
            text = column.str.strip_chars() if strips else column
            yield Rule(name, "max_length", text.str.len_chars() > most, column.str.len_bytes() > most)
        case _ if hasattr(item, "__dict__") and type(item).__name__ == "_PydanticGeneralMetadata":
            yield from _general(name, dict(vars(item)), strips=strips)
        case _:
            raise TypeError(f"{name}: no expression for {item!r}")


def _simple(name: str, constraint: str, broken: pl.Expr) -> Rule:
    return Rule(name, constraint, broken, broken)


def _min_length(name: str, least: int, *, strips: bool) -> Rule:
    """Length in characters, after stripping where the model strips.

    Only a text that is short in bytes, or begins with white space, can be too short: a comparison of prefixes finds the
    latter without looking at the whole text (white space sorts before ``!``, or lies between U+0085 and U+3000).
    """
    column = pl.col(name)
    text = column.str.strip_chars() if strips else column
    spaced = (column < "!") | ((column >= "\u0085") & (column < "\u3001"))
    short = column.str.len_bytes() < least * 4 if least > 1 else column == ""
    suspect = short
    if strips:  # the empty text sorts before "!", too
        suspect = short | spaced if least > 1 else spaced
    return Rule(name, "min_length", text.str.len_chars() < least, suspect)


def _general(name: str, words: dict[str, Any], *, strips: bool) -> Iterator[Rule]:
    """``max_digits`` with ``decimal_places``, and ``pattern``."""
    column = pl.col(name)
    digits, places, pattern = (words.pop(word, None) for word in ("max_digits", "decimal_places", "pattern"))
    left = {word: value for word, value in words.items() if value is not None}
    if left or (digits is None) != (places is None):
        raise TypeError(f"{name}: no expression for {left or 'max_digits without decimal_places'}")
    if digits is not None and places is not None:
        # By way of text: a decimal as a literal would have Polars load numpy.
        bound = pl.lit(f"1{'0' * (digits - places)}").cast(pl.Decimal(38, 8))
        yield _simple(name, "max_digits", (column >= bound) | (column <= -bound))
        yield _simple(name, "decimal_places", column.round(places) != column)
    if pattern is not None:
        text = column.str.strip_chars() if strips else column
        yield _simple(name, "pattern", ~text.str.contains(pattern))
