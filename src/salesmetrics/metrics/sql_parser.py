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
from salesmetrics.schema.message import Message

__all__ = ["parse"]

TYPED = frozenset({"DATE", "TIMESTAMP", "DATETIME", "TIME", "INTERVAL"})
"""Words before a quoted literal that say what it is."""

PARTS = frozenset(
    {"year", "quarter", "month", "week", "day", "hour", "minute", "second", "dow", "isodow", "doy", "isoyear"}
)

_NEVER = {
    **dict.fromkeys(("SELECT", "WITH", "VALUES", "TABLE", "FROM"), "sql_subquery"),
    **dict.fromkeys(("EXISTS", "ANY", "ALL", "SOME"), "sql_subquery"),
    **dict.fromkeys(("OVER", "FILTER"), "sql_window"),
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
    salesmetrics.metrics.sql.SqlError: subqueries (`SELECT`) are not allowed
    """
    if len(text) > LONGEST:
        raise SqlError(Message("sql_long", length=len(text)), Message("write_at_most", most=LONGEST))
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
            raise SqlError(Message("byte_not_utf8", byte=f"{ord(bad) - 0xDC00:#04x}"), Message("type_again"))
        if token in {"'", '"', "`"}:
            raise SqlError(Message("sql_quote_open", text=text[match.start() :][:40]), Message("sql_close_quote"))
        if token in {"--", "/*"}:
            raise SqlError(Message("sql_comment", token=token), Message("sql_without_comment"))
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
            raise self.unexpected(Message("sql_token", expected=expected) if expected else None)
        self.at += 1
        return token

    def took(self, token: str) -> bool:
        """Whether that token came, which is then behind."""
        came = self.peek() == token
        self.at += came
        return came

    def unexpected(self, wanted: Message | None = None) -> SqlError:
        """What is wrong with the next token."""
        token = self.peek()
        if token == ";":
            return SqlError(Message("sql_statement"), Message("sql_one_expression"))
        if token in _NEVER:
            return SqlError(Message(_NEVER[token], token=self.tokens[self.at]), Message("sql_allowed_or_quoted"))
        if not token:
            return SqlError(Message("sql_early_end_expected", wanted=wanted) if wanted else Message("sql_early_end"))
        found = self.tokens[self.at]
        if wanted is None:
            return SqlError(Message("sql_out_of_place", token=found))
        return SqlError(Message("sql_out_of_place_expected", token=found, wanted=wanted))

    def expression(self, binding: int) -> Node:
        """An operand and all operators behind it that bind tighter."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise SqlError(Message("sql_deep", deepest=DEEPEST), Message("sql_flatter"))
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
                raise SqlError(Message("sql_many_parts", most=MOST_JOINED), Message("sql_write_in"))
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
            raise self.unexpected(Message("sql_value"))
        return Unary(sign, found) if sign else found

    def literal(self) -> Literal | None:
        """A number, a text, a day, TRUE, FALSE or NULL, if one comes now."""
        token = self.peek()
        if token[:1].isdigit() or (token[:1] == "." and len(token) > 1):
            if not _NUMBER.fullmatch(token) or len(token) > _MOST_DIGITS:
                raise SqlError(Message("sql_number", token=token[:40]), Message("sql_digits", most=_MOST_DIGITS))
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
            raise SqlError(Message("sql_quoted_function", name=written), Message("sql_allowed"))
        if self.peek() == ".":
            raise SqlError(Message("sql_dotted", name=name), Message("sql_quote_dotted"))
        # Polars reads such a name as a pattern over the names of columns.
        if name in {"", "*"} or (name.startswith("^") and name.endswith("$")):
            raise SqlError(Message("sql_name", name=name), Message("sql_other_header"))
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
            raise SqlError(Message("sql_function", name=written), Message("sql_allowed"))
        arguments = self.arguments(name)
        known = FUNCTIONS[name]
        if not known.least <= len(arguments) <= known.most:
            given, least, most = len(arguments), known.least, known.most
            if least == most:
                raise SqlError(Message("sql_arguments", name=name, wanted=most, given=given))
            raise SqlError(Message("sql_arguments_between", name=name, least=least, most=most, given=given))
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
                raise SqlError(Message("sql_branches", most=MANY), Message("write_fewer"))
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
                Message("sql_cast", type=self.tokens[self.at - 1]), Message("sql_cast_to", types=list(TYPES))
            )
        if name not in {"DECIMAL", "NUMERIC"} or not self.took("("):
            return name
        digits = self.take()
        places = self.take() if self.took(",") else "0"
        self.take(")")
        if not (
            digits.isdecimal() and places.isdecimal() and len(digits + places) <= 4 and int(places) <= int(digits) <= 38
        ):
            cause = Message("sql_type", name=name, digits=digits, places=places)
            raise SqlError(cause, _example("DECIMAL(18, 2)"))
        return f"{name}({int(digits)}, {int(places)})"


def _is_word(token: str) -> bool:
    return bool(token) and (token[0].isalpha() or token[0] == "_")


def _unquoted(token: str) -> str:
    return token[1:-1].replace(token[0] * 2, token[0])


def _example(written: str) -> Message:
    return Message("write_for_example", example=written)


def _need_text(operator: str, node: Node) -> None:
    if not (isinstance(node, Literal) and node.kind == "text"):
        raise SqlError(Message("sql_text_after", operator=operator), _example(f"name {operator} 'A'"))


def _typed(kind: str, text: str) -> Literal:
    if kind == "INTERVAL" and not _INTERVAL.fullmatch(text):
        raise SqlError(Message("sql_interval", text=text), _example("INTERVAL '3 months'"))
    if kind != "INTERVAL" and not text.isascii():
        raise SqlError(Message("sql_literal", text=text, kind=kind), _example("DATE '2026-01-31'"))
    return Literal(kind, text)


def _check_arguments(name: str, arguments: list[Node]) -> None:
    """Arguments by which a function could make much out of little, or that Polars has no answer to."""
    texts = [node.text if isinstance(node, Literal) and node.kind == "text" else None for node in arguments]
    if name in {"EXTRACT", "DATE_PART"} and (texts[0] or "").lower() not in PARTS:
        raise SqlError(Message("sql_date_part", function=name), Message("use_one_of", known=sorted(PARTS)))
    if name == "REPLACE" and (texts[1] is None or texts[2] is None or not len(texts[2]) <= len(texts[1]) <= 100):
        raise SqlError(Message("sql_replace"), _example("REPLACE(name, '-', ' ')"))
    if name in {"STRFTIME", "STRPTIME", "DATE"} and len(texts) > 1 and not _DATE_FORMAT.fullmatch(texts[1] or "%"):
        raise SqlError(Message("sql_date_format", function=name), _example(f"{name}(…, '%Y-%m-%d')"))
    if name == "REGEXP_LIKE":
        _need_text(name, arguments[1])
    if (
        name == "ROUND"
        and len(arguments) > 1
        and not (_is_number(arguments[1]) and text_of(arguments[1]) in set("0123456789"))
    ):
        raise SqlError(Message("sql_round"), _example("ROUND(amount, 2)"))


def _is_number(node: Node) -> bool:
    return isinstance(node, Literal) and node.kind == "number"
