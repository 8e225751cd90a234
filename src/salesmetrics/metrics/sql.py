"""SQL expressions as trees of a few known nodes. What users write becomes such a tree, and only the tree is ever evaluated.

Polars' own SQL can read files and addresses (``amount IN (SELECT amount FROM read_csv('…'))``), so no text of a user reaches
it: :func:`to_polars` writes the tree anew. There is no node for a subquery, a table, a statement or a window, and no call
and no cast but those of :data:`FUNCTIONS` and :data:`TYPES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from salesmetrics.errors import RefusedError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

__all__ = [
    "AGGREGATES",
    "ARITHMETIC",
    "BINDING",
    "COMPARISONS",
    "FUNCTIONS",
    "TYPES",
    "Between",
    "Binary",
    "Call",
    "Case",
    "Cast",
    "Chain",
    "Column",
    "In",
    "Is",
    "Literal",
    "Node",
    "SqlError",
    "Unary",
    "columns",
    "functions",
    "polars_cause",
    "rebuilt",
    "text_of",
    "to_polars",
    "walk",
]


class SqlError(RefusedError):
    """An expression that is not allowed."""


class Column(msgspec.Struct, frozen=True):
    """A name."""

    name: str


class Literal(msgspec.Struct, frozen=True):
    """A value as it is written, without quotes; ``kind`` is number, text, word (TRUE, FALSE, NULL) or a word of ``TYPED``."""

    kind: str
    text: str


class Unary(msgspec.Struct, frozen=True):
    """``NOT``, ``-`` or ``+`` before an operand."""

    operator: str
    operand: Node


class Binary(msgspec.Struct, frozen=True):
    """Two operands with an operator between them."""

    operator: str
    left: Node
    right: Node


class Chain(msgspec.Struct, frozen=True):
    """Operands joined by ``AND`` or by ``OR``."""

    operator: str
    items: tuple[Node, ...]


class Between(msgspec.Struct, frozen=True):
    """``operand [NOT] BETWEEN low AND high``."""

    operand: Node
    low: Node
    high: Node
    negated: bool = False


class In(msgspec.Struct, frozen=True):
    """``operand [NOT] IN (items)``."""

    operand: Node
    items: tuple[Node, ...]
    negated: bool = False


class Is(msgspec.Struct, frozen=True):
    """``operand IS what``: NULL, TRUE or FALSE, or NOT one of them."""

    operand: Node
    what: str


class Call(msgspec.Struct, frozen=True):
    """A function."""

    name: str
    arguments: tuple[Node, ...]


class Cast(msgspec.Struct, frozen=True):
    """A value as another type; ``lenient`` makes what does not fit null."""

    operand: Node
    type: str
    lenient: bool


class Case(msgspec.Struct, frozen=True):
    """``CASE [subject] WHEN … THEN … ELSE … END``."""

    subject: Node | None
    branches: tuple[tuple[Node, Node], ...]
    default: Node | None


Node = Column | Literal | Unary | Binary | Chain | Between | In | Is | Call | Cast | Case


class Function(NamedTuple):
    """How many arguments a function takes, and what it gives: number, text, date, truth, or empty where that depends."""

    least: int
    most: int
    gives: str = "number"


MANY = 20

AGGREGATES = frozenset({"AVG", "COUNT", "MAX", "MEDIAN", "MIN", "STDDEV", "SUM", "VARIANCE"})

AGGREGATES = frozenset({"AVG", "COUNT", "MAX", "MEDIAN", "MIN", "STDDEV", "SUM", "VARIANCE"})
"""Functions over all records."""

FUNCTIONS: dict[str, Function] = {
    **dict.fromkeys(
        ("ABS", "CBRT", "CEIL", "CEILING", "EXP", "FLOOR", "LN", "LOG10", "LOG2", "SIGN", "SQRT"), Function(1, 1)
    ),
    **dict.fromkeys(("DIV", "LOG", "MOD", "POW", "POWER"), Function(2, 2)),
    "ROUND": Function(1, 2),
    **dict.fromkeys(("CHARACTER_LENGTH", "CHAR_LENGTH", "LENGTH", "OCTET_LENGTH"), Function(1, 1)),
    **dict.fromkeys(("INITCAP", "LOWER", "REVERSE", "UPPER"), Function(1, 1, "text")),
    **dict.fromkeys(("LTRIM", "RTRIM", "TRIM"), Function(1, 2, "text")),
    **dict.fromkeys(("LEFT", "RIGHT"), Function(2, 2, "text")),
    **dict.fromkeys(("REPLACE", "SPLIT_PART"), Function(3, 3, "text")),
    **dict.fromkeys(("SUBSTR", "SUBSTRING"), Function(2, 3, "text")),
    "CONCAT": Function(1, MANY, "text"),
    "CONCAT_WS": Function(2, MANY, "text"),
    **dict.fromkeys(("POSITION", "STRPOS"), Function(2, 2)),
    **dict.fromkeys(("ENDS_WITH", "REGEXP_LIKE", "STARTS_WITH"), Function(2, 2, "truth")),
    **dict.fromkeys(("COALESCE", "GREATEST", "LEAST"), Function(1, MANY, "")),
    **dict.fromkeys(("IFNULL", "NULLIF"), Function(2, 2, "")),
    "IF": Function(3, 3, ""),
    "DATE": Function(1, 2, "date"),
    "STRPTIME": Function(2, 2, "date"),
    "STRFTIME": Function(2, 2, "text"),
    **dict.fromkeys(("DATE_PART", "EXTRACT"), Function(2, 2)),
    **dict.fromkeys(("AVG", "COUNT", "STDDEV", "SUM", "VARIANCE"), Function(1, 1)),
    **dict.fromkeys(("MAX", "MEDIAN", "MIN"), Function(1, 1, "")),
}
"""Every function that may be called. None of them reads anything, looks at a clock, or makes much out of little."""

TYPES: dict[str, str] = {
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INT", "INTEGER", "BIGINT", "FLOAT", "REAL", "DOUBLE", "DECIMAL", "NUMERIC"), "number"
    ),
    **dict.fromkeys(("VARCHAR", "TEXT", "STRING"), "text"),
    "BOOLEAN": "truth",
    **dict.fromkeys(("DATE", "TIMESTAMP", "DATETIME"), "date"),
}
"""Types that a value may be cast to, and what they hold."""

COMPARISONS = frozenset({"=", "==", "<>", "!=", "<", ">", "<=", ">=", "<=>"})
ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%"})
PATTERNS = frozenset({"~", "~*", "!~", "!~*", "^@"})
LIKES = frozenset({"LIKE", "ILIKE", "RLIKE", "REGEXP"})

# Higher binds tighter, as in the SQL of Polars.
NOT, IS, LIKE, COMPARE, TIMES = 15, 17, 19, 20, 40
BINDING: dict[str, int] = {
    "OR": 5,
    "AND": 10,
    "NOT": NOT,
    "IS": IS,
    **dict.fromkeys(LIKES, LIKE),
    **dict.fromkeys(("IN", "BETWEEN", *COMPARISONS, *PATTERNS), COMPARE),
    "|": 21,
    "&": 23,
    **dict.fromkeys(("+", "-"), 30),
    **dict.fromkeys(("*", "/", "//", "%", "||"), TIMES),
    "::": 50,
    "^@": 55,
}


def _children(node: Node) -> Iterator[Node]:
    match node:
        case Unary() | Is() | Cast():
            yield node.operand
        case Binary():
            yield from (node.left, node.right)
        case Chain():
            yield from node.items
        case Between():
            yield from (node.operand, node.low, node.high)
        case In():
            yield from (node.operand, *node.items)
        case Call():
            yield from node.arguments
        case Case():
            yield from (item for item in (node.subject, node.default) if item is not None)
            yield from (item for branch in node.branches for item in branch)


def walk(node: Node) -> Iterator[Node]:
    """A tree, node by node, in the order that it is written."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += reversed(list(_children(found)))


def columns(node: Node) -> list[str]:
    """The names in a tree, each once.

    >>> from salesmetrics.metrics.sql_parser import parse
    >>> columns(parse("calls / (calls + won_deals)"))
    ['calls', 'won_deals']
    """
    return list(dict.fromkeys(item.name for item in walk(node) if isinstance(item, Column)))


def functions(node: Node) -> list[str]:
    """The functions in a tree, each once.

    >>> from salesmetrics.metrics.sql_parser import parse
    >>> functions(parse("ROUND(ABS(amount), 2) > 5"))
    ['ROUND', 'ABS']
    """
    return list(dict.fromkeys(item.name for item in walk(node) if isinstance(item, Call)))


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """A tree with each node changed, the innermost first."""
    found: dict[Node, Node] = {child: rebuilt(child, change) for child in _children(node)}
    match node:
        case Unary() | Is() | Cast():
            node = replace(node, operand=found[node.operand])
        case Binary():
            node = replace(node, left=found[node.left], right=found[node.right])
        case Chain():
            node = replace(node, items=tuple(found[item] for item in node.items))
        case Between():
            node = replace(node, operand=found[node.operand], low=found[node.low], high=found[node.high])
        case In():
            node = replace(node, operand=found[node.operand], items=tuple(found[item] for item in node.items))
        case Call():
            node = replace(node, arguments=tuple(found[item] for item in node.arguments))
        case Case(subject, branches, default):
            node = Case(
                subject and found[subject],
                tuple((found[condition], found[value]) for condition, value in branches),
                default and found[default],
            )
    return change(node)


_ATOM = 100


def _binding(node: Node) -> int:
    match node:
        case Chain() | Unary("NOT"):
            return BINDING[node.operator]
        case Unary():
            return TIMES
        case Binary():
            # What follows DISTINCT FROM would be taken in by a parser that goes on.
            return 0 if node.operator.startswith("IS ") else BINDING[node.operator.removeprefix("NOT ")]
        case Is():
            return IS
        case Between() | In():
            return COMPARE
    return _ATOM


def text_of(node: Node) -> str:
    r"""A tree as SQL: names in quotes, and nothing in it that the tree does not say.

    >>> from salesmetrics.metrics.sql_parser import parse
    >>> text_of(parse("won and (lost or Owner::text = 'O''Hara')"))
    '"won" AND ("lost" OR CAST("Owner" AS TEXT) = \'O\'\'Hara\')'
    """
    match node:
        case Column():
            return '"' + node.name.replace('"', '""') + '"'
        case Literal():
            return _literal_text(node)
        case Chain():
            return f" {node.operator} ".join(_in(item, BINDING[node.operator] + 1) for item in node.items)
        case Unary():
            return f"{node.operator} {_in(node.operand, _binding(node) + 1)}"
        case Binary():
            own = _binding(node)
            right = _in(node.right, _ATOM) if own == 0 else _in(node.right, own + 1)
            return f"{_in(node.left, own or _ATOM)} {node.operator} {right}"
        case Is():
            return f"{_in(node.operand, IS)} IS {node.what}"
        case Between():
            sides = f"{_in(node.low, COMPARE + 1)} AND {_in(node.high, COMPARE + 1)}"
            return f"{_in(node.operand, COMPARE)} {'NOT ' * node.negated}BETWEEN {sides}"
        case In():
            return f"{_in(node.operand, COMPARE)} {'NOT ' * node.negated}IN ({', '.join(map(text_of, node.items))})"
        case Cast():
            return f"{'TRY_' * node.lenient}CAST({text_of(node.operand)} AS {node.type})"
        case Call():
            return _call_text(node)
        case Case():
            return _case_text(node)


def _in(node: Node, binding: int) -> str:
    return text_of(node) if _binding(node) >= binding else f"({text_of(node)})"


def _literal_text(node: Literal) -> str:
    quoted = "'" + node.text.replace("'", "''") + "'"
    return quoted if node.kind == "text" else node.text if node.kind in {"number", "word"} else f"{node.kind} {quoted}"


def _call_text(node: Call) -> str:
    if node.name in {"EXTRACT", "DATE_PART"} and isinstance(node.arguments[0], Literal):
        return f"EXTRACT({node.arguments[0].text} FROM {text_of(node.arguments[1])})"
    if node.name == "POSITION":
        return f"STRPOS({text_of(node.arguments[1])}, {text_of(node.arguments[0])})"
    return f"{node.name}({', '.join(map(text_of, node.arguments))})"


def _case_text(node: Case) -> str:
    parts = ["CASE", *([text_of(node.subject)] if node.subject is not None else [])]
    parts += [f"WHEN {text_of(condition)} THEN {text_of(value)}" for condition, value in node.branches]
    parts += [f"ELSE {text_of(node.default)}"] if node.default is not None else []
    return " ".join([*parts, "END"])


def to_polars(node: Node) -> pl.Expr:
    """A tree as an expression of Polars.

    Raises:
        SqlError: Polars has no such expression.
    """
    import polars as pl

    try:
        return pl.sql_expr(text_of(node))
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        raise SqlError(polars_cause(error)) from error


def polars_cause(error: BaseException) -> Message:
    r"""What Polars says of an expression, in one line.

    >>> polars_cause(ValueError("no such type\nhelp: none"))
    Message(code='polars_refused', details={'error': 'no such type'})
    """
    return Message("polars_refused", error=(str(error).strip() or type(error).__name__).splitlines()[0])
