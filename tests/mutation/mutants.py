"""Mutants of a module: the same text with one small fault, made over its syntax tree.

What is changed is what a slip of the hand changes in a formula: a limit that is part of its range, a sign, a number by one, a
condition, and in expressions of Polars the name of a method or a step that falls out. Words, types and the docstring stay.
"""

from __future__ import annotations

import ast
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

__all__ = ["ROOMS", "ROOT", "SOURCE", "Mutant", "compiled", "modules", "mutants"]

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "salesmetrics"
ROOMS = ("statistics", "calendar", "metrics", "analysis")

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.MatMult: ast.Mult,
}
PAIRS = (
    ("min", "max"),
    ("any", "all"),
    ("first", "last"),
    ("head", "tail"),
    ("floor", "ceil"),
    ("is_null", "is_not_null"),
    ("min_horizontal", "max_horizontal"),
    ("any_horizontal", "all_horizontal"),
    ("minimum", "maximum"),
    ("sum", "mean"),
    ("cum_sum", "cum_count"),
    ("cumsum", "cumprod"),
    ("searchsorted", "digitize"),
)
SWAPPED = {**dict(PAIRS[:-1]), **{second: first for first, second in PAIRS[:-1] if second != "mean"}}
"""Functions and methods that are confused with each other."""
STEPS = frozenset({"abs", "clip", "drop_nulls", "fill_null", "filter", "reversed", "sort", "sorted", "unique"})
"""Functions and methods whose result can be mistaken for what they were given."""


class Mutant(NamedTuple):
    """One fault in one place: the module below the package, the line, its text, and the change as both sides are written."""

    module: str
    line: int
    end: int
    column: int
    text: str
    change: str
    number: int
    function: int
    """The first line of the function around it, 0 where it runs when the module is imported."""

    @property
    def lines(self) -> range:
        """The lines that it stands on."""
        return range(self.line, self.end + 1)

    @property
    def place(self) -> str:
        """Where it is, as an editor opens it."""
        return f"src/salesmetrics/{self.module}.py:{self.line}:{self.column + 1}"


def modules(room: str) -> list[str]:
    """The modules of a room that hold more than imports, as ``statistics/intervals``."""
    found = (path.relative_to(SOURCE).with_suffix("").as_posix() for path in sorted((SOURCE / room).rglob("*.py")))
    return [name for name in found if not name.endswith("__init__")]


@cache
def mutants(module: str) -> tuple[Mutant, ...]:
    """All mutants of a module, in the order of its text."""
    text, tree = _parsed(module)
    lines = text.splitlines()
    found = []
    for number, (node, changed, function) in enumerate(_changes(tree)):
        change = f"{ast.unparse(node)} → {ast.unparse(changed)}"
        line = lines[node.lineno - 1].strip()
        found.append(
            Mutant(module, node.lineno, node.end_lineno or node.lineno, node.col_offset, line, change, number, function)
        )
    return tuple(found)


def compiled(module: str, number: int | None) -> CodeType:
    """The code of a module with the mutant of this number in it; without a number as it stands."""
    _, tree = _parsed(module)
    if number is not None:
        for place, (node, changed, _) in enumerate(_changes(tree)):
            if place == number:
                tree = _Replace(node, ast.copy_location(changed, node)).visit(tree)
                break
        ast.fix_missing_locations(tree)
    return compile(tree, str(SOURCE / f"{module}.py"), "exec", dont_inherit=True)


def _parsed(module: str) -> tuple[str, ast.Module]:
    text = (SOURCE / f"{module}.py").read_text("utf-8")
    return text, ast.parse(text)


class _Replace(ast.NodeTransformer):
    def __init__(self, node: ast.AST, changed: ast.AST) -> None:
        self.node, self.changed = node, changed

    def visit(self, node: ast.AST) -> ast.AST:
        return self.changed if node is self.node else super().visit(node)


def _changes(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, ast.expr | ast.stmt, int]]:
    """Each node that has a mutant, with what stands in its place, and the first line of the outermost function that runs it."""

    def inside(node: ast.AST, function: int) -> Iterator[tuple[ast.expr | ast.stmt, ast.expr | ast.stmt, int]]:
        if isinstance(node, ast.expr | ast.stmt):
            for changed in _faults(node):
                yield node, changed, function
        if isinstance(node, ast.If | ast.IfExp | ast.While) and _plain(node.test):
            yield node.test, ast.UnaryOp(ast.Not(), node.test), function
        for name, value in ast.iter_fields(node):
            if name in _LEFT_OUT.get(type(node), ()):
                continue
            within = function
            if isinstance(node, ast.FunctionDef) and name == "body" and not function:
                within = min((node.lineno, *(decorator.lineno for decorator in node.decorator_list)))
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _says_nothing(child):
                    yield from inside(child, within)

    yield from inside(tree, 0)


_LEFT_OUT: dict[type[ast.AST], tuple[str, ...]] = {
    ast.AnnAssign: ("annotation",),
    ast.ClassDef: ("keywords",),
    ast.FunctionDef: ("returns",),
    ast.arg: ("annotation",),
}


def _says_nothing(node: ast.AST) -> bool:
    """Docstrings, what is there for types only, and guards that nothing runs into: ``strict`` of a ``zip``, ``frozen`` of a dataclass."""
    match node:
        case (
            ast.Expr(value=ast.Constant())
            | ast.If(test=ast.Name(id="TYPE_CHECKING"))
            | ast.keyword(arg="strict" | "frozen" | "slots")
        ):
            return True
    return False


def _faults(node: ast.expr | ast.stmt) -> Iterator[ast.expr | ast.stmt]:
    match node:
        case ast.Compare(ops=ops):
            for place, operator in enumerate(ops):
                changed = deepcopy(node)
                changed.ops[place] = COMPARISONS[type(operator)]()
                yield changed
        case ast.BinOp(left, operator, right) if type(operator) in OPERATORS and not _is_text(left):
            yield ast.BinOp(left, OPERATORS[type(operator)](), right)
        case ast.AugAssign(target, operator, value) if type(operator) in OPERATORS:
            yield ast.AugAssign(target, OPERATORS[type(operator)](), value)
        case ast.BoolOp(ast.And(), values):
            yield ast.BoolOp(ast.Or(), values)
        case ast.BoolOp(ast.Or(), values):
            yield ast.BoolOp(ast.And(), values)
        case ast.UnaryOp(ast.Not() | ast.Invert() | ast.USub(), operand):
            yield operand
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.Continue():
            yield ast.Break()
        case ast.Call(func, arguments, keywords):
            yield from _calls(func, arguments, keywords)


def _calls(func: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Iterator[ast.expr]:
    match func:
        case ast.Attribute(value, name) if name in SWAPPED:
            yield ast.Call(ast.Attribute(value, SWAPPED[name], ast.Load()), arguments, keywords)
        case ast.Attribute(value, name) if name in STEPS and not (
            isinstance(value, ast.Name) and value.id in ("np", "pl")
        ):
            yield value
        case ast.Name(name) if name in SWAPPED:
            yield ast.Call(ast.Name(SWAPPED[name], ast.Load()), arguments, keywords)
        case ast.Name(name) if name in STEPS and arguments:
            yield arguments[0]


def _plain(test: ast.expr) -> bool:
    """Whether a condition has no mutant of its own that would do the same."""
    return not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
