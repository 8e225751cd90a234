"""Which expressions are answered row by row, and which add up: a part of the rows at a time. Own file: of expressions, not of frames."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

__all__ = [
    "by_row",
    "by_row_tree",
    "column_of",
    "expr_of",
    "is_exact",
    "is_of_many",
    "is_one_value",
    "top_of",
    "tree_of",
    "way_of",
]


def way_of(expr: Any, empty: pl.DataFrame) -> str | None:
    """How what parts give for an expression is put together; None where it has to see all rows at once.

    Sums of floats do not add up to the last bit, so they see all rows, too.

    Args:
        expr: What is asked.
        empty: The frame that it is asked of, without its rows.

    >>> empty = pl.DataFrame(schema={"a": pl.Float64})
    >>> [way_of(expr, empty) for expr in (pl.col("a").sum(), (pl.col("a") > 1).sum(), pl.len(), pl.col("a").max())]
    [None, 'sum', 'sum', 'max']
    >>> [way_of(expr, empty) for expr in ((pl.col("a") > 1).any(), pl.col("a").median(), pl.col("a"))]
    ['any', None, None]
    """
    if not isinstance(expr, pl.Expr):
        return None
    tree = tree_of(expr)
    if tree == "Len" or "Len" in tree:
        return "sum"
    way, inner = top_of(tree)
    if way is None or not by_row_tree(inner):
        return None
    return way if way != "sum" or is_exact(expr, empty) else None


def is_exact(expr: pl.Expr, empty: pl.DataFrame) -> bool:
    """Whether sums of parts add up to the last digit."""
    return all(dtype.is_integer() or dtype.is_decimal() for dtype in empty.select(expr).dtypes)


def tree_of(expr: pl.Expr) -> Any:
    """An expression as Polars writes it, without its name."""
    return json.loads(expr.meta.undo_aliases().meta.serialize(format="json"))


def expr_of(tree: Any) -> pl.Expr:
    """The expression of a tree."""
    return pl.Expr.deserialize(json.dumps(tree).encode(), format="json")


def top_of(tree: Any) -> tuple[str | None, Any]:
    """What stands at the root of an expression, and what is below it."""
    if "Agg" in tree:
        (name, inner), *_ = tree["Agg"].items()
        way = {"Min": "min", "Max": "max", "Sum": "sum", "Count": "sum"}.get(name)
        return way, inner["input"] if isinstance(inner, dict) and "input" in inner else inner
    if "Function" in tree and len(tree["Function"]["input"]) == 1:
        function, inner = tree["Function"]["function"], tree["Function"]["input"][0]
        if function == "NullCount":
            return "sum", inner
        if isinstance(function, dict) and "Boolean" in function:
            known: dict[str, str] = {"Any": "any", "All": "all"}
            return next(
                (known[name] for name in known if {name: {"ignore_nulls": True}} == function["Boolean"]), None
            ), inner
    return None, None


def by_row(expr: Any) -> bool:
    """Whether each row of what an expression gives is made of one row."""
    return isinstance(expr, str) or (isinstance(expr, pl.Expr) and by_row_tree(tree_of(expr)))


def is_one_value(expr: Any) -> bool:
    """Whether it is one value, which beside a column is that of all rows."""
    return isinstance(expr, pl.Expr) and expr.meta.is_literal(allow_aliasing=True) and expr.meta.is_scalar()


def column_of(expr: pl.Expr) -> str | None:
    """The column that an expression is, whatever it is named; None where it is made of any."""
    tree = tree_of(expr)
    return str(tree["Column"]) if isinstance(tree, dict) and "Column" in tree else None


def is_of_many(expr: str | pl.Expr) -> bool:
    """Whether it is about columns that it does not name."""
    if isinstance(expr, str):
        return True
    return '"Selector"' in expr.meta.serialize(format="json")


def by_row_tree(tree: Any) -> bool:
    """The same of its tree; several columns at once are looked at as one."""
    expr = expr_of(_one_column(tree))
    return bool(expr.meta.root_names()) and _all_by_row(expr)


def _all_by_row(expr: pl.Expr) -> bool:
    """Whether that holds of an expression and of all within it: Polars itself looks at the outermost only.

    >>> [_all_by_row(expr) for expr in (pl.col("a") + 1, pl.col("a").is_in([1, 2]), pl.col("a") - pl.col("a").mean())]
    [True, True, False]
    >>> [_all_by_row(expr) for expr in (pl.col("a").is_in(pl.col("b").implode()), pl.col("a") + pl.lit(pl.Series([1, 2])))]
    [False, False]
    >>> _all_by_row(pl.when(pl.col("a") > 1).then(pl.col("b").sum())), _all_by_row(pl.when(pl.col("a") > 1).then("b"))
    (False, True)
    >>> _all_by_row(pl.col("a") < -pl.lit("1").cast(pl.Int64)), _all_by_row(pl.col("a") < pl.lit(1).sum())
    (True, False)
    """
    if expr.meta.is_literal(allow_aliasing=True):
        return expr.meta.is_scalar()
    try:
        one = expr.meta.is_scalar() and not expr.meta.root_names()  # made of values alone
        outer = expr.meta.is_row_separable() and (one or expr.meta.is_length_preserving())
    except pl.exceptions.InvalidOperationError:
        return False
    return outer and all(map(_all_by_row, expr.meta.pop()))


def _one_column(tree: Any) -> Any:
    if isinstance(tree, dict):
        if "Selector" in tree:
            return {"Column": "x"}
        if "Gather" in tree and "Literal" in tree["Gather"]["expr"]:
            return _one_column(tree["Gather"]["idx"])  # a table that is looked up row by row
        return {key: _one_column(value) for key, value in tree.items()}
    return [_one_column(item) for item in tree] if isinstance(tree, list) else tree
