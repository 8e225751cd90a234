"""From the text of an SQL expression to its tree; what is not allowed is refused by name."""

from __future__ import annotations

import re

from salesmetrics.metrics.sql import (
    BINDING,
    COMPARE,
    FUNCTIONS,
    LIKES,
    MANY,
    NOT,
    PATTERNS,
    TIMES,
    TYPES,
    Between,
    Binary,
    Call,
    Case,
    Cast,
    Chain,
    Column,
    In,
    Is,
    Literal,
    Node,
    SqlError,
    Unary,
    text_of,
)

__all__ = ["ALLOWED", "parse"]

TYPED = frozenset({"DATE", "TIMESTAMP", "DATETIME", "TIME", "INTERVAL"})
"""Words before a quoted literal that say what it is."""

PARTS = frozenset(
    {"year", "quarter", "month", "week", "day", "hour", "minute", "second", "dow", "isodow", "doy", "isoyear"}
)

ALLOWED = (
    "comparisons, AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL, arithmetic, CASE, CAST, and "
    "functions such as ABS, ROUND, LENGTH, LOWER, COALESCE, EXTRACT"
)
"""What may be written, for a message."""

_NEVER = {
    **dict.fromkeys(("SELECT", "WITH", "VALUES", "TABLE", "FROM"), "a subquery"),
    **dict.fromkeys(("EXISTS", "ANY", "ALL", "SOME"), "a subquery"),
    **dict.fromkeys(("OVER", "FILTER"), "a window function"),
}
_RESERVED = frozenset(
    {
        "AND",
        "OR",
        "NOT",
        "IN",
        "BETWEEN",
        "LIKE",
        "ILIKE",
        "RLIKE",
        "REGEXP",
        "IS",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "AS",
    }
)
_WORDS = frozenset({"TRUE", "FALSE", "NULL"})

_NEGATED = frozenset({"IN", "BETWEEN", *LIKES})

LONGEST = 100_000
DEEPEST = 40
"""Polars' own parser ends at 50."""

MOST_JOINED = 400
_MOST_DIGITS = 30

_TOKEN = re.compile(
    r"""\s+|"(?:[^"]|"")*"|`(?:[^`]|``)*`|'(?:[^']|'')*'|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[^\W\d]\w*"""
    r"""|--|/\*|<=>|!~\*|<=|>=|<>|!=|==|\|\||::|//|!~|~\*|\^@|.""",
    re.DOTALL,
)
_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?|\.[0-9]+([eE][+-]?[0-9]{1,3})?")
_INTERVAL = re.compile(r"[0-9]{1,4} ?(second|minute|hour|day|week|month|quarter|year)s?", re.IGNORECASE)
_DATE_FORMAT = re.compile(r"(%[YmdHMSjyebBaAuUWVGpI]|[^%\\])*")


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises:
        SqlError: It is no expression, or one with something in it that is not allowed.

    >>> parse("amount > 5")
    Binary(operator='>', left=Column(name='amount'), right=Literal(kind='number', text='5'))
    >>> parse("amount IN (SELECT amount FROM read_csv('deals.csv'))")
    Traceback (most recent call last):
    salesmetrics.metrics.sql.SqlError: a subquery (`SELECT`) is not allowed
    """
    if len(text) > LONGEST:
        raise SqlError(f"it is {len(text):,} characters long", f"write at most {LONGEST:,}")
    parser = _Parser(_tokens(text))
    tree = parser.expression(0)
    if parser.peek():
        raise parser.unexpected()
    return tree


def _tokens(text: str) -> list[str]:
    tokens = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if any("\ud800" <= char <= "\udfff" for char in token):
            bad = next(char for char in token if "\ud800" <= char <= "\udfff")
            raise SqlError(f"it holds the byte {ord(bad) - 0xDC00:#04x}, which is not UTF-8", "type it again")
        if token in {"'", '"', "`"}:
            raise SqlError(
                f"a quote is not closed: {text[match.start() :][:40]}", "close it, or write it twice inside a text"
            )
        if token in {"--", "/*"}:
            raise SqlError(f"a comment (`{token}`) is not allowed", "leave it out; write `- -1` for two signs")
        if not token.isspace():
            tokens.append(token)
    return tokens


class _Parser:
    """Precedence climbing over tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.joined = 0

    def peek(self, ahead: int = 0) -> str:
        """A token to come; words in upper case, nothing at the end."""
        position = self.at + ahead
        token = self.tokens[position] if position < len(self.tokens) else ""
        return token.upper() if _is_word(token) else token

    def take(self, *expected: str) -> str:
        """The next token, which has to be one of those expected, if any are."""
        token = self.peek()
        if not token or (expected and token not in expected):
            raise self.unexpected(" or ".join(f"`{item}`" for item in expected))
        self.at += 1
        return token

    def took(self, token: str) -> bool:
        """Whether that token came, which is then behind."""
        came = self.peek() == token
        self.at += came
        return came

    def unexpected(self, wanted: str = "") -> SqlError:
        """What is wrong with the next token."""
        token = self.peek()
        if token == ";":
            return SqlError("a second statement (`;`) is not allowed", f"write one expression: {ALLOWED}")
        if token in _NEVER:
            error = _refused(f"{_NEVER[token]} (`{self.tokens[self.at]}`)")
            error.fix += '; a column of that name is written in `"…"`'
            return error
        found = f"`{self.tokens[self.at]}` is out of place" if token else "it ends too early"
        return SqlError(found + (f", {wanted} was expected" if wanted else ""))

    def expression(self, binding: int) -> Node:
        """An operand and all operators behind it that bind tighter."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise SqlError(f"it is nested more than {DEEPEST} deep", "write it flatter")
        left = self.operand()
        while True:
            operator = self.peek()
            negated = operator == "NOT" and self.peek(1) in _NEGATED
            found = BINDING.get(self.peek(1) if negated else operator, 0)
            if found <= binding:
                break
            # Polars walks an expression recursively, and one of thousands of parts would end the process.
            self.joined += 1
            if self.joined > MOST_JOINED:
                raise SqlError(
                    f"it joins more than {MOST_JOINED} parts", "write `column IN (…)` for many values of one column"
                )
            self.at += negated
            left = self.behind(left, self.take(), found, negated=negated)
        self.depth -= 1
        return left

    def behind(self, left: Node, operator: str, binding: int, *, negated: bool) -> Node:
        """What an operator makes of the operand before it."""
        if operator == "IS":
            return self.is_what(left)
        if operator == "::":
            return Cast(left, self.type_name(), lenient=False)
        if operator == "IN":
            return In(left, self.items(), negated)
        if operator == "BETWEEN":
            low = self.expression(COMPARE)
            self.take("AND")
            return Between(left, low, self.expression(COMPARE), negated)
        right = self.expression(binding)
        if operator in {"AND", "OR"}:
            before = left.items if isinstance(left, Chain) and left.operator == operator else (left,)
            return Chain(operator, (*before, right))
        if operator in LIKES | PATTERNS:
            _need_text(operator, right)
        return Binary(f"NOT {operator}" if negated else operator, left, right)

    def is_what(self, left: Node) -> Node:
        """The rest of IS."""
        negation = "NOT " if self.took("NOT") else ""
        what = self.take("NULL", "TRUE", "FALSE", "DISTINCT")
        if what != "DISTINCT":
            return Is(left, negation + what)
        self.take("FROM")
        return Binary(f"IS {negation}DISTINCT FROM", left, self.expression(COMPARE))

    def items(self) -> tuple[Node, ...]:
        """The list of an IN."""
        self.take("(")
        found = [self.value()]
        while self.took(","):
            found.append(self.value())
        self.take(")")
        return tuple(found)

    def value(self) -> Node:
        """A literal, with its sign."""
        sign = self.take() if self.peek() in {"-", "+"} else ""
        found = self.literal()
        if found is None or (sign and found.kind != "number"):
            raise self.unexpected("a value")
        return Unary(sign, found) if sign else found

    def literal(self) -> Literal | None:
        """A number, a text, a day, TRUE, FALSE or NULL, if one comes now."""
        token = self.peek()
        if token[:1].isdigit() or (token[:1] == "." and len(token) > 1):
            if not _NUMBER.fullmatch(token) or len(token) > _MOST_DIGITS:
                raise SqlError(f"`{token[:40]}` is no number that can be used", f"write at most {_MOST_DIGITS} digits")
            self.at += 1
            return Literal("number", token)
        if token[:1] == "'":
            return Literal("text", _unquoted(self.take()))
        if token in _WORDS:
            return Literal("word", self.take())
        if token in TYPED and self.peek(1)[:1] == "'":
            kind = self.take()
            return _typed(kind, _unquoted(self.take()))
        return None

    def operand(self) -> Node:
        """What can stand where an expression begins."""
        found = self.literal()
        if found is not None:
            return found
        token = self.peek()
        if token in {"NOT", "-", "+"}:
            self.at += 1
            return Unary(token, self.expression(NOT if token == "NOT" else TIMES))
        if token == "CASE":
            return self.case()
        if token == "(":
            self.at += 1
            inner = self.expression(0)
            self.take(")")
            return inner
        return self.call() if _is_word(token) and self.peek(1) == "(" else self.column()

    def column(self) -> Column:
        """A name, in quotes or without."""
        token = self.peek()
        if token[:1] not in {'"', "`"} and (not _is_word(token) or token in _RESERVED or token in _NEVER):
            raise self.unexpected()
        written = self.tokens[self.at]
        self.at += 1
        name = written if _is_word(written) else _unquoted(written)
        if self.peek() == "(":
            raise _refused(f"a function in quotes ({written})")
        if self.peek() == ".":
            raise SqlError(
                f"`{name}.` is not allowed: a name is that of one column", 'write `"a.b"` for a header that holds a dot'
            )
        # Polars reads such a name as a pattern over the names of columns.
        if name in {"", "*"} or (name.startswith("^") and name.endswith("$")):
            raise SqlError(f"`{name}` is no name of a column that can be used", "give the column another header")
        return Column(name)

    def call(self) -> Node:
        """A function and its arguments."""
        name = self.peek()
        if name in _NEVER or name in _RESERVED:
            raise self.unexpected()
        written = self.tokens[self.at]
        self.at += 2
        if name in {"CAST", "TRY_CAST"}:
            operand = self.expression(0)
            self.take("AS")
            made: Node = Cast(operand, self.type_name(), lenient=name == "TRY_CAST")
            self.take(")")
            return made
        if name not in FUNCTIONS:
            raise _refused(f"the function `{written}`")
        arguments = self.arguments(name)
        known = FUNCTIONS[name]
        if not known.least <= len(arguments) <= known.most:
            wanted = str(known.least) if known.least == known.most else f"{known.least} to {known.most}"
            raise SqlError(f"`{name}` takes {wanted} {'value' if wanted == '1' else 'values'}, not {len(arguments)}")
        if self.peek() in _NEVER:
            raise self.unexpected()
        _check_arguments(name, arguments)
        return Call(name, tuple(arguments))

    def arguments(self, name: str) -> list[Node]:
        """What stands in the brackets of a call, whatever words of SQL stand between."""
        if name == "EXTRACT":
            found: list[Node] = [Literal("text", self.take().lower())]
            self.take("FROM")
            found.append(self.expression(0))
        elif name == "POSITION":
            found = [self.expression(COMPARE)]
            self.take("IN")
            found.append(self.expression(0))
        else:
            found = [] if self.peek() == ")" else [self.expression(0)]
            words = {"SUBSTR": ("FROM", "FOR"), "SUBSTRING": ("FROM", "FOR")}.get(name, ())
            while self.peek() in {",", *words}:
                self.at += 1
                found.append(self.expression(0))
        self.take(")")
        return found

    def case(self) -> Node:
        """CASE up to END."""
        self.take("CASE")
        subject = None if self.peek() == "WHEN" else self.expression(0)
        branches = []
        self.take("WHEN")
        while True:
            condition = self.expression(0)
            self.take("THEN")
            branches.append((condition, self.expression(0)))
            if len(branches) > MANY:
                raise SqlError(f"CASE has more than {MANY} branches", "write fewer")
            if not self.took("WHEN"):
                break
        default = self.expression(0) if self.took("ELSE") else None
        self.take("END")
        return Case(subject, tuple(branches), default)

    def type_name(self) -> str:
        """A type of the list."""
        name = self.take()
        if name not in TYPES:
            raise SqlError(
                f"a cast to `{self.tokens[self.at - 1]}` is not allowed", f"cast to one of: {', '.join(TYPES)}"
            )
        if name not in {"DECIMAL", "NUMERIC"} or not self.took("("):
            return name
        digits = self.take()
        places = self.take() if self.took(",") else "0"
        self.take(")")
        if not (
            digits.isdecimal() and places.isdecimal() and len(digits + places) <= 4 and int(places) <= int(digits) <= 38
        ):
            raise SqlError(f"`{name}({digits}, {places})` is no type", "write for example `DECIMAL(18, 2)`")
        return f"{name}({int(digits)}, {int(places)})"


def _is_word(token: str) -> bool:
    return bool(token) and (token[0].isalpha() or token[0] == "_")


def _unquoted(token: str) -> str:
    return token[1:-1].replace(token[0] * 2, token[0])


def _refused(what: str) -> SqlError:
    return SqlError(f"{what} is not allowed", f"allowed are {ALLOWED}")


def _need_text(operator: str, node: Node) -> None:
    if not (isinstance(node, Literal) and node.kind == "text"):
        raise SqlError(f"what follows {operator} has to be a text", f"write for example `name {operator} 'A'`")


def _typed(kind: str, text: str) -> Literal:
    if kind == "INTERVAL" and not _INTERVAL.fullmatch(text):
        raise SqlError(f"`{text}` is no interval that can be used", "write for example `INTERVAL '3 months'`")
    if kind != "INTERVAL" and not text.isascii():
        raise SqlError(f"`{text}` is no {kind}", "write for example `DATE '2026-01-31'`")
    return Literal(kind, text)


def _check_arguments(name: str, arguments: list[Node]) -> None:
    """Arguments by which a function could make much out of little, or that Polars has no answer to."""
    texts = [node.text if isinstance(node, Literal) and node.kind == "text" else None for node in arguments]
    if name in {"EXTRACT", "DATE_PART"} and (texts[0] or "").lower() not in PARTS:
        raise SqlError(f"there is no such part of a date for {name}", f"use one of: {', '.join(sorted(PARTS))}")
    if name == "REPLACE" and (texts[1] is None or texts[2] is None or not len(texts[2]) <= len(texts[1]) <= 100):
        raise SqlError(
            "REPLACE takes two texts, of which the second is not longer", "write for example `REPLACE(name, '-', ' ')`"
        )
    if name in {"STRFTIME", "STRPTIME", "DATE"} and len(texts) > 1 and not _DATE_FORMAT.fullmatch(texts[1] or "%"):
        raise SqlError(
            f"{name} takes a format of days and times as a text", f"write for example `{name}(…, '%Y-%m-%d')`"
        )
    if name == "REGEXP_LIKE":
        _need_text(name, arguments[1])
    if (
        name == "ROUND"
        and len(arguments) > 1
        and not (_is_number(arguments[1]) and text_of(arguments[1]) in set("0123456789"))
    ):
        raise SqlError("ROUND takes a number of places from 0 to 9", "write for example `ROUND(amount, 2)`")


def _is_number(node: Node) -> bool:
    return isinstance(node, Literal) and node.kind == "number"
