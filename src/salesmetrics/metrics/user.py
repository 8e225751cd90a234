"""KPIs of the user's own: SQL expressions over measures and KPIs, checked before anything is computed."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import Catalog, split_name
from salesmetrics.metrics.definition import Direction, Kpi, Number, Ratio, Shape, Undefined, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["UserKpi", "with_user_kpis"]

FAMILY = "custom"
_AGGREGATES = re.compile(
    r"\b(sum|avg|mean|median|min|max|count|stddev|stdev|variance|var|quantile\w*|first|last|array_agg)\s*\(",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class UserKpi:
    """A KPI as its user writes it.

    Attributes:
        id: Its name.
        expression: SQL over measures and KPIs, for example ``calls / won_deals``.
        title: Its name on screen.
        unit: Its unit.
        direction: Which way is better.
        description: What it means.
    """

    id: str
    expression: str
    title: str
    unit: Unit = "x"
    direction: Direction = "neutral"
    description: str = ""


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
            raise _invalid(path, item, "there is a KPI or measure of this name already", "choose another name")
    inputs = {item.id: _inputs(item, path) for item in own}
    while waiting:
        ready = [item for item in waiting.values() if not set(inputs[item.id]) & waiting.keys()]
        if not ready:
            circle = " → ".join([*waiting, next(iter(waiting))])
            raise _invalid(path, next(iter(waiting.values())), f"it rests on itself: {circle}", "break the circle")
        for item in ready:
            _check_names(item, inputs[item.id], catalog, kpis, path)
            kpis[item.id] = _definition(item, inputs[item.id], catalog, kpis)
            del waiting[item.id]
    return replace(catalog, kpis=kpis)


def _inputs(item: UserKpi, path: str) -> tuple[str, ...]:
    import polars as pl

    aggregate = _AGGREGATES.search(item.expression)
    if aggregate:
        cause = (
            f"`{aggregate[1]}` aggregates records, and a KPI is arithmetic over measures, which are aggregates already"
        )
        raise _invalid(path, item, cause, "use a measure or KPI: `salesmetrics kpis` lists them")
    try:
        names = pl.sql_expr(item.expression).meta.root_names()
    except (pl.exceptions.PolarsError, TypeError) as error:
        first = (str(error).strip() or "no SQL").splitlines()[0]
        raise _invalid(
            path, item, f"`{item.expression}` is not an SQL expression: {first}", "for example `calls / won_deals`"
        ) from error
    if not names:
        raise _invalid(
            path, item, f"`{item.expression}` names no measure and no KPI", "for example `calls / won_deals`"
        )
    return tuple(dict.fromkeys(names))


def _check_names(item: UserKpi, names: Sequence[str], catalog: Catalog, kpis: Mapping[str, Kpi], path: str) -> None:
    for name in names:
        base, _ = split_name(name)
        measure = catalog.measures.get(base)
        if measure is not None and base not in kpis and measure.shape != "number":
            raise _invalid(path, item, f"`{name}` is a list of values, not a number", "use a KPI that rests on it")
        if measure is None and base not in kpis:
            near = get_close_matches(name, [*kpis, *catalog.measures], n=1, cutoff=0.5)
            hint = f"did you mean `{near[0]}`? " if near else ""
            raise _invalid(path, item, f"there is no measure or KPI `{name}`", f"{hint}`salesmetrics kpis` lists them")


def _definition(item: UserKpi, inputs: tuple[str, ...], catalog: Catalog, kpis: Mapping[str, Kpi]) -> Kpi:
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
        parts=_parts(item.expression),
        doc=item.description or f"Defined in the settings file: {item.expression}",
        source="settings file",
    )


def _basis(name: str, catalog: Catalog, kpis: Mapping[str, Kpi]) -> Any:
    return catalog.measures[name].basis if name in catalog.measures else kpis[name].basis


def _parts(expression: str) -> Callable[..., Shape]:
    """The expression as a function of its inputs; a division at its top keeps its two sides apart."""
    sides = _sides(expression)

    def parts(**inputs: Number) -> Shape:
        if sides is None:
            return _evaluate(expression, inputs)
        top, bottom = (_evaluate(side, inputs) for side in sides)
        for value in (top, bottom):
            if isinstance(value, Undefined):
                return value
        return Ratio(top, bottom)

    return parts


def _sides(expression: str) -> tuple[str, str] | None:
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError:
        return None
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div):
        return ast.unparse(tree.left), ast.unparse(tree.right)
    return None


def _evaluate(expression: str, inputs: Mapping[str, Number]) -> Any:
    """The value of an expression; inputs that are no numbers (columns in their place) take its arithmetic themselves."""
    import polars as pl

    if not all(isinstance(value, (int, float, Decimal)) for value in inputs.values()):
        return _arithmetic(ast.parse(expression.strip(), mode="eval").body, inputs)
    row = pl.DataFrame({name: [float(value)] for name, value in inputs.items()})
    value = row.select(pl.sql_expr(expression).alias("value")).item()
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return Undefined("zero_denominator")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _arithmetic(node: ast.expr, inputs: Mapping[str, Any]) -> Any:
    """Sums, differences and multiples; TypeError for what is none of them."""
    match node:
        case ast.Name(name) if name in inputs:
            return inputs[name]
        case ast.Constant(int() | float() as value):
            return value
        case ast.UnaryOp(ast.USub(), inner):
            return _arithmetic(inner, inputs) * -1
        case ast.BinOp(left, ast.Add(), right):
            return _arithmetic(left, inputs) + _arithmetic(right, inputs)
        case ast.BinOp(left, ast.Sub(), right):
            return _arithmetic(left, inputs) - _arithmetic(right, inputs)
        case ast.BinOp(left, ast.Mult(), right):
            return _arithmetic(left, inputs) * _arithmetic(right, inputs)
    raise TypeError("not a sum over records")


def _invalid(path: str, item: UserKpi, cause: str, fix: str) -> SalesmetricsError:
    return SalesmetricsError("kpi_invalid", path=path, name=item.id, cause=cause, fix=fix)
