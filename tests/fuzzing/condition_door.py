"""``--where``: an SQL condition of a user."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from unittest.mock import patch

import polars as pl
from ground import Door, by_words, outcome, typed, untouched

from salesmetrics.engine.where import apply_where, parsed
from salesmetrics.metrics import sql
from salesmetrics.metrics.sql import (
    BINDING,
    COMPARISONS,
    FUNCTIONS,
    LIKES,
    PATTERNS,
    TYPES,
    Call,
    Node,
    columns,
    rebuilt,
    text_of,
)
from salesmetrics.metrics.sql_parser import PARTS, TYPED, parse

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

__all__ = ["DOOR", "SQL_WORDS", "by_grammar", "printed_and_read_again"]

FRAMES = {
    "deals": pl.DataFrame(
        {
            "__row__": [2, 3, 4, 5, 6],
            "amount": [Decimal(9), Decimal("10.5"), Decimal(1000), Decimal(-3), None],
            "quantity": [2, 9, 10, 100, None],
            "closed": [date(2025, 12, 31), date(2026, 1, 1), None, date(2026, 3, 1), date(2024, 5, 5)],
            "entered": [datetime(2026, 1, 1, 9), datetime(2026, 1, 1, 18), None, datetime(2025, 1, 1), None],
            "owner": ["Ann", "O'Hara", "9", "10", None],
            "won": [True, False, None, True, False],
            "share": [0.5, 0.0, None, 1e300, -1.5],
            "List Amount": ["9", "10", "1000", "x", None],
            "nothing": [None] * 5,
        },
        schema_overrides={"amount": pl.Decimal(38, 8), "__row__": pl.UInt32, "nothing": pl.String},
    ),
    "leads": pl.DataFrame(
        {"__row__": [2], "owner": ["Ann"], "source": ["Web"]}, schema_overrides={"__row__": pl.UInt32}
    ),
}

SQL_WORDS = tuple(
    dict.fromkeys(
        [
            *BINDING,
            *COMPARISONS,
            *(f"{name}(" for name in FUNCTIONS),
            *TYPES,
            *(f"{name} '" for name in TYPED),
            *PARTS,
            *(
                "NULL",
                "TRUE",
                "FALSE",
                "DISTINCT FROM ",
                "CASE WHEN ",
                " THEN ",
                " ELSE ",
                " END",
                " AS ",
                "CAST(",
                "TRY_CAST(",
            ),
            *("(", ")", ",", "'", '"', "`", ";", "--", "/*", ".", "''", " ", "SELECT ", " FROM ", " OVER (", "EXISTS("),
            *("read_csv('", "0", "1", "-1", "9.5", "1e300", "1e-300", ".5", "99999999999999999999", "1_000", "٣", "½"),
            *(
                "'2026-01-01'",
                "'2026-01-01 12:00'",
                "'2026-02-30'",
                "'3 months'",
                "'9'",
                "'A%'",
                "'(a+)+$'",
                "'['",
                "'%Y-%m-%d'",
            ),
            *("DECIMAL(18, 2)", "DECIMAL(38, 38)", "é", "\u2028", "\x00", "\udcff", "\t", "\n"),
        ]
    )
)
_COLUMNS = ("amount", "quantity", "closed", "entered", "owner", "won", "share", '"List Amount"', "nothing", "__row__")

_OTHER_NAMES = {"DATE_PART": "EXTRACT", "POSITION": "STRPOS"}


def _by_one_name(node: Node) -> Node:
    """Two functions are printed by another name, one of them with its arguments the other way round."""
    if not isinstance(node, Call) or node.name not in _OTHER_NAMES:
        return node
    arguments = node.arguments
    if node.name == "DATE_PART":
        part = arguments[0]
        assert isinstance(part, sql.Literal)
        arguments = (sql.Literal("text", part.text.lower()), arguments[1])
    return Call(_OTHER_NAMES[node.name], arguments[::-1] if node.name == "POSITION" else arguments)


def printed_and_read_again(tree: Node) -> None:
    """A tree is printed as a text that gives the same tree, to us and to Polars, whose own rules of what binds tighter are asked."""
    written = text_of(tree)
    again = parse(written)
    assert rebuilt(again, _by_one_name) == rebuilt(tree, _by_one_name), written
    ours = outcome(lambda: sql.to_polars(tree))
    if ours is None:
        return
    assert set(ours.meta.root_names()) <= set(columns(tree)), written
    with patch.object(sql, "_in", _in_brackets):
        bracketed = text_of(tree)
    try:
        theirs = pl.sql_expr(bracketed)
    except pl.exceptions.PolarsError:  # so many brackets are too deep for it
        return
    assert ours.meta.eq(theirs), (written, bracketed)


def _in_brackets(node: Node, _binding: int) -> str:
    return f"({text_of(node)})" if sql._binding(node) < sql._ATOM else text_of(node)


def go(data: bytes) -> None:
    """A condition is refused, or leaves some of the rows as they were; what it names is all that it looks at."""
    condition = typed(data)
    with untouched():
        tree = outcome(lambda: parsed(condition))
        if tree is None:
            return
        printed_and_read_again(tree)
        kept = outcome(lambda: apply_where(FRAMES, condition))
    for entity, frame in (kept or {}).items():
        whole = FRAMES[entity]
        assert frame.equals(whole.filter(pl.col("__row__").is_in(frame["__row__"].to_list()))), condition


def seeds() -> Iterator[bytes]:
    """Conditions of the documentation, and one of each operator, function and type."""
    yield from (
        text.encode()
        for text in (
            "amount > 1000 AND owner = 'Ann'",
            "amount BETWEEN '9' AND '11' OR NOT (quantity IN (1, 2))",
            "owner LIKE 'A%' AND \"List Amount\" IS NOT NULL",
            "closed >= '2026-01-01' AND entered < TIMESTAMP '2026-01-01 12:00:00'",
            "CASE WHEN won THEN amount ELSE share END > 5",
            'TRY_CAST("List Amount" AS DOUBLE) > 9',
            "amount::DECIMAL(18, 2) IS DISTINCT FROM 9.5",
            "EXTRACT(year FROM closed) = 2026",
            "closed + INTERVAL '3 months' > DATE '2026-01-01'",
            "POSITION('a' IN owner) > 0",
        )
    )
    for name, known in FUNCTIONS.items():
        yield f"{name}({', '.join(['owner', 'amount', '2'][: max(1, known.least)])}) > 1".encode()
    for operator in BINDING:
        yield f"quantity {operator} share".encode()
    for name in TYPES:
        yield f"CAST(amount AS {name}) = owner".encode()


def by_grammar(columns: tuple[str, ...], words: tuple[str, ...]) -> Callable[[bytes, int, random.Random], bytes]:
    """Mutates by words, or writes an expression anew, or puts one in the place of a word: operators of every two kinds meet.

    Args:
        columns: Names.
        words: What may be put in.
    """
    change = by_words(words)

    def mutate(data: bytes, longest: int, draw: random.Random) -> bytes:
        way = draw.randrange(4)
        if way < 2:
            return change(data, longest, draw)
        written = _expression(draw, columns, draw.choice((1, 2, 2, 3, 4))).encode()
        pieces = data.split(b" ")
        if way == 2:
            pieces = [written]
        else:
            pieces[draw.randrange(len(pieces))] = written
        return b" ".join(pieces)[:longest]

    return mutate


_OPERATORS = tuple(sorted({*BINDING} - {"NOT", "IS", "IN", "BETWEEN", "::", *LIKES, *PATTERNS}))
_VALUES = ("1", "9.5", "'9'", "'Ann'", "NULL", "TRUE", "DATE '2026-01-01'", "INTERVAL '1 day'", "''''", "'%'")


def _expression(draw: random.Random, columns: tuple[str, ...], depth: int) -> str:
    """An expression of so many levels, with brackets or without."""
    if depth == 0:
        return draw.choice(columns) if draw.random() < 0.6 else draw.choice(_VALUES)
    one, two, three = (_expression(draw, columns, draw.randrange(depth)) for _ in range(3))
    negated = draw.choice(("", "NOT "))
    written = (
        *(f"{one} {draw.choice(_OPERATORS)} {two}",) * 6,
        f"{draw.choice(('NOT ', '-', '+'))}{one}",
        f"{one} {negated}BETWEEN {two} AND {three}",
        f"{one} {negated}IN (1, 'x', -2)",
        f"{one} IS {negated}{draw.choice(('NULL', 'TRUE', 'FALSE', f'DISTINCT FROM {two}'))}",
        f"{one} {negated}{draw.choice(sorted(LIKES))} 'A%'",
        f"{one} {draw.choice(sorted(PATTERNS))} 'a'",
        f"{one}::{draw.choice(tuple(TYPES))}",
        f"{draw.choice(('', 'TRY_'))}CAST({one} AS {draw.choice(tuple(TYPES))})",
        f"CASE {draw.choice(('', one))} WHEN {two} THEN {three} ELSE {one} END",
        f"{draw.choice(('COALESCE', 'NULLIF', 'STRPOS', 'MOD', 'GREATEST', 'CONCAT'))}({one}, {two})",
        f"{draw.choice(('ABS', 'UPPER', 'LENGTH', 'SUM', 'DATE'))}({one})",
        f"POSITION({one} IN {two})",
        f"EXTRACT({draw.choice(sorted(PARTS))} FROM {one})",
    )
    chosen = draw.choice(written)
    return f"({chosen})" if draw.random() < 0.4 else chosen


_WORDS = SQL_WORDS + _COLUMNS * 4
DOOR = Door("where", go, seeds, _WORDS, 400, 160, by_grammar(_COLUMNS, _WORDS))
