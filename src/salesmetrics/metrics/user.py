"""Custom KPIs: SQL expressions over measures and KPIs, checked before anything is computed."""

from __future__ import annotations

import math
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import FORMER_NAMES, Catalog, split_name
from salesmetrics.metrics.definition import Direction, Kpi, Number, Ratio, Shape, Undefined, Unit, as_decimal
from salesmetrics.metrics.sql import (
    AGGREGATES,
    Binary,
    Column,
    Literal,
    Node,
    SqlError,
    Unary,
    columns,
    functions,
    polars_cause,
    to_polars,
)
from salesmetrics.metrics.sql_parser import parse
from salesmetrics.schema.message import Message, Told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["UserKpi", "with_user_kpis"]

FAMILY, SOURCE = Told("custom"), Told("settings file")
DOC = "Defined in the settings file: {expression:typed}"
HEADLINE = 5
"""The place of a KPI of the user's own among the headlines: behind the four that every report of deals begins with."""
_EXAMPLE = Message("kpi_example")


class UserKpi(msgspec.Struct, frozen=True):
    """A KPI as its user writes it.

    Attributes:
        id: Its name.
        expression: SQL over measures and KPIs, for example ``calls / won_deals``.
        title: Its name on screen.
        unit: Its unit.
        direction: Which way is better.
        description: What it means.
        headline: Whether a report shows it first.
    """

    id: str
    expression: str
    title: str
    unit: Unit = "x"
    direction: Direction = "neutral"
    description: str = ""
    headline: bool = True


def with_user_kpis(catalog: Catalog, own: Sequence[UserKpi], path: str) -> Catalog:
    """The catalogue with the user's KPIs behind its own.

    Args:
        catalog: What there is already.
        own: The user's KPIs; they may rest on each other.
        path: The file that they come from, for messages.

    Raises:
        SalesmetricsError: ``kpi_invalid``: an unknown name, a name taken twice, an aggregate, a circle, or no SQL.
    """
    kpis = dict(catalog.kpis)
    waiting = {item.id: item for item in own}
    for item in own:
        if item.id in catalog.kpis or item.id in catalog.measures:
            raise _invalid(path, item, Message("kpi_name_taken"), Message("other_name"))
    trees = {item.id: _tree(item, path) for item in own}
    inputs = {name: tuple(columns(tree)) for name, tree in trees.items()}
    while waiting:
        ready = [item for item in waiting.values() if not set(inputs[item.id]) & waiting.keys()]
        if not ready:
            circle = " → ".join([*waiting, next(iter(waiting))])
            cause = Message("kpi_circle", circle=circle)
            raise _invalid(path, next(iter(waiting.values())), cause, Message("break_circle"))
        for item in ready:
            _check_names(item, inputs[item.id], catalog, kpis, path)
            kpis[item.id] = _definition(item, _Expression(item, trees[item.id], path), catalog, kpis)
            del waiting[item.id]
    return replace(catalog, kpis=kpis)


def _tree(item: UserKpi, path: str) -> Node:
    try:
        tree = parse(item.expression)
    except SqlError as error:
        raise _not_allowed(path, item, error) from error
    for name in functions(tree):
        if name in AGGREGATES:
            raise _invalid(path, item, Message("kpi_aggregates", function=name.lower()), Message("use_measure"))
    if not columns(tree):
        raise _invalid(path, item, Message("kpi_without_input", expression=item.expression), _EXAMPLE)
    return tree


def _check_names(item: UserKpi, names: Sequence[str], catalog: Catalog, kpis: Mapping[str, Kpi], path: str) -> None:
    for name in names:
        base, _ = split_name(name)
        measure = catalog.measures.get(base)
        if measure is not None and base not in kpis and measure.shape != "number":
            raise _invalid(path, item, Message("kpi_of_sample", name=name), Message("use_kpi"))
        if measure is None and base not in kpis:
            known = [*kpis, *(one for one in catalog.measures if one not in FORMER_NAMES)]
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = Message("did_you_mean", near=near[0]) if near else None
            raise _invalid(path, item, Message("no_measure_or_kpi", name=name), Message("list_measures", near=hint))


def _definition(item: UserKpi, expression: _Expression, catalog: Catalog, kpis: Mapping[str, Kpi]) -> Kpi:
    inputs = tuple(columns(expression.tree))
    # Whatever Polars has against it is found on numbers made up for it, not in the middle of a report.
    expression.parts(**{name: float(number) for number, name in enumerate(inputs, start=2)})
    bases = {_basis(split_name(name)[0], catalog, kpis) for name in inputs}
    return Kpi(
        id=item.id,
        title=item.title,
        family=FAMILY,
        unit=item.unit,
        direction=item.direction,
        formula=item.expression,
        basis=bases.pop() if len(bases) == 1 else "mixed",
        inputs=inputs,
        optional=(),
        parts=expression.parts,
        parts_of_all=expression.parts_of_all,
        doc=item.description
        or Told(
            f"Defined in the settings file: {item.expression}",
            DOC,
            expression=item.expression,
        ),
        source=SOURCE,
        headline=HEADLINE if item.headline else None,
        idea=item.id,
    )


def _basis(name: str, catalog: Catalog, kpis: Mapping[str, Kpi]) -> Any:
    return catalog.measures[name].basis if name in catalog.measures else kpis[name].basis


class _Expression(msgspec.Struct, frozen=True):
    """What a KPI of the user's own is computed by."""

    item: UserKpi
    tree: Node
    path: str

    def parts(self, **inputs: Number) -> Shape:
        """The expression as a function of its inputs; a division at its top keeps its two sides apart."""
        if all(isinstance(as_decimal(value), (int, float, Decimal)) for value in inputs.values()):
            return self.parts_of_all([inputs])[0]
        # Inputs that are no numbers (columns in their place) take the arithmetic themselves.
        if not (isinstance(self.tree, Binary) and self.tree.operator == "/"):
            return _arithmetic(self.tree, inputs)
        return Ratio(_arithmetic(self.tree.left, inputs), _arithmetic(self.tree.right, inputs))

    def parts_of_all(self, inputs: Sequence[Mapping[str, Number]]) -> list[Shape]:
        """The expression for many sets of inputs, which are numbers, in one query."""
        if not (isinstance(self.tree, Binary) and self.tree.operator == "/"):
            return self._values(self.tree, inputs)
        sides = zip(self._values(self.tree.left, inputs), self._values(self.tree.right, inputs), strict=True)
        return [next((side for side in pair if isinstance(side, Undefined)), Ratio(*pair)) for pair in sides]

    def _values(self, tree: Node, inputs: Sequence[Mapping[str, Number]]) -> list[Any]:
        import polars as pl

        if not inputs:
            return []
        rows = pl.DataFrame({name: [float(as_decimal(row[name])) for row in inputs] for name in inputs[0]})
        try:
            values = rows.with_columns(to_polars(tree).alias(_VALUE))[_VALUE].to_list()
        except SqlError as error:
            raise _not_allowed(self.path, self.item, error) from error
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, TypeError, ValueError, OverflowError) as error:
            raise _not_allowed(self.path, self.item, SqlError(polars_cause(error))) from error
        return [self._checked(value) for value in values]

    def _checked(self, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, type(None))):
            none = SqlError(Message("sql_no_number"), Message("case_example"))
            raise _not_allowed(self.path, self.item, none)
        if value is None or not math.isfinite(value):
            return Undefined("zero_denominator")
        return int(value) if isinstance(value, float) and value.is_integer() else value


_VALUE = "\0"
"""The name of the result: no input can have it."""


def _arithmetic(tree: Node, inputs: Mapping[str, Any]) -> Any:
    """Sums, differences and multiples; TypeError for what is none of them."""
    match tree:
        case Column(name):
            return inputs[name]
        case Literal("number", text):
            return int(text) if text.isdigit() else float(text)
        case Unary("-", inner):
            return _arithmetic(inner, inputs) * -1
        case Binary("+", left, right):
            return _arithmetic(left, inputs) + _arithmetic(right, inputs)
        case Binary("-", left, right):
            return _arithmetic(left, inputs) - _arithmetic(right, inputs)
        case Binary("*", left, right):
            return _arithmetic(left, inputs) * _arithmetic(right, inputs)
    raise TypeError("not a sum over records")


def _not_allowed(path: str, item: UserKpi, error: SqlError) -> SalesmetricsError:
    return _invalid(
        path, item, Message("value_refused", value=item.expression, cause=error.cause), error.fix or _EXAMPLE
    )


def _invalid(path: str, item: UserKpi, cause: Message, fix: Message) -> SalesmetricsError:
    return SalesmetricsError("kpi_invalid", path=path, name=item.id, cause=cause, fix=fix)
