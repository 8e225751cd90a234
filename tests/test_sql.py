"""What a user's SQL may do: filter and compute. It reads nothing, however it is written, and ends in an error of the catalogue."""

from __future__ import annotations

import re
import sys
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.engine.where import apply_where
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.sql import AGGREGATES, FUNCTIONS, MANY, TYPES, SqlError, to_polars
from salesmetrics.metrics.sql_parser import LONGEST, MOST_JOINED, parse
from salesmetrics.metrics.user import UserKpi, with_user_kpis

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEALS = pl.DataFrame(
    {
        "amount": [Decimal("9"), Decimal("10.5"), Decimal("1000"), Decimal("-3"), None],
        "quantity": [2, 9, 10, 100, None],
        "closed": [date(2025, 12, 31), date(2026, 1, 1), None, date(2026, 3, 1), date(2024, 5, 5)],
        "owner": ["Ann", "O'Hara", "9", "Zoë", None],
        "won": [True, False, None, True, False],
    },
    schema_overrides={"amount": pl.Decimal(38, 8)},
)
LEADS = pl.DataFrame({"owner": ["Ann", "Bo"], "score": [1.5, None]})

_TOUCHED: list[str] = []
_WATCHED = {"on": False}


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _WATCHED["on"] and (event == "open" or event.startswith(("socket.", "subprocess.", "os.system"))):
        _TOUCHED.append(f"{event} {arguments[:1]}")


@pytest.fixture(scope="module")
def watched() -> Iterator[None]:
    """Every file and socket that Python opens is noted; what is imported late has been imported before."""
    sys.addaudithook(_watch)
    for condition in ("amount > 1", "owner = 'x' OR owner ~ '(' "):
        outcome_of_where(condition)
    outcome_of_kpi("won_deals / lost_deals")
    _WATCHED["on"] = True
    yield
    _WATCHED["on"] = False


def outcome_of_where(condition: str) -> str:
    try:
        apply_where({"deals": DEALS, "leads": LEADS}, condition)
    except SalesmetricsError as error:
        return error.code if error.hint else "no hint"
    return "done"


def outcome_of_kpi(expression: str) -> str:
    try:
        with_user_kpis(catalog(), [UserKpi("own", expression, "Own")], "salesmetrics.toml")
    except SalesmetricsError as error:
        return error.code if error.hint else "no hint"
    return "done"


def spaced(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.just(part) if isinstance(part, str) else part for part in parts)).map(" ".join)


COLUMNS = st.sampled_from(["amount", "quantity", "closed", "owner", '"won"', "`owner`", "won_deals", "lost_deals"])
LITERALS = st.sampled_from(
    [
        "1",
        "0",
        "-2.5",
        "1e3",
        ".5",
        "'Ann'",
        "'9'",
        "''",
        "'O''Hara'",
        "NULL",
        "TRUE",
        "DATE '2026-01-01'",
        "'2026-01-01'",
        "INTERVAL '1 month'",
        "TIMESTAMP '2026-01-01 10:00:00'",
        "'('",
        "'%a_'",
        "999999999999999999999999999",
    ]
)
ALLOWED_CALLS = st.sampled_from(sorted(FUNCTIONS))
READERS = st.sampled_from(
    ["read_csv", "READ_PARQUET", "scan_csv", "read_ipc", "read_json", "read_ndjson", "unnest", "generate_series"]
)
PLACES = st.sampled_from(["'planted.csv'", "'/etc/passwd'", "'http://127.0.0.1:9/x.csv'", "'s3://bucket/x'"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.sampled_from(
        [
            "=",
            "<>",
            "<",
            ">=",
            "<=>",
            "+",
            "-",
            "*",
            "/",
            "//",
            "%",
            "||",
            "&",
            "|",
            "AND",
            "OR",
            "~",
            "!~*",
            "^@",
            "LIKE",
        ]
    )
    return st.one_of(
        spaced(inner, binary, inner),
        spaced(inner, binary, inner),
        spaced("(", inner, ")"),
        spaced(st.sampled_from(["NOT", "-", "+"]), inner),
        spaced(
            inner, st.sampled_from(["IS NULL", "IS NOT NULL", "IS TRUE", "IS NOT FALSE", "LIKE 'A%'", "NOT LIKE '%a'"])
        ),
        spaced(inner, st.sampled_from(["BETWEEN", "NOT BETWEEN"]), inner, "AND", inner),
        spaced(inner, st.sampled_from(["IN (", "NOT IN ("]), LITERALS, ",", LITERALS, ")"),
        spaced(ALLOWED_CALLS, "(", st.lists(inner, max_size=3).map(", ".join), ")"),
        spaced("CASE WHEN", inner, "THEN", inner, "ELSE", inner, "END"),
        spaced(st.sampled_from(["CAST(", "TRY_CAST("]), inner, "AS", st.sampled_from([*TYPES, "DECIMAL(9,2)"]), ")"),
        spaced("EXTRACT(", st.sampled_from(["year", "dow", "epoch"]), "FROM", inner, ")"),
        spaced(inner, st.sampled_from(["IS DISTINCT FROM", "IS NOT DISTINCT FROM"]), inner),
    )


def hostile(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    table = spaced(READERS, "(", PLACES, ")")
    query = spaced("SELECT", inner, "FROM", table)
    return st.one_of(
        spaced(inner, "IN (", query, ")"),
        spaced("EXISTS (", query, ")"),
        spaced("(", query, ")"),
        spaced(inner, "= ANY (", query, ")"),
        spaced("WITH t AS (", query, ")", query),
        table,
        spaced(inner, ";", query),
        spaced(inner, "UNION", query),
        spaced(inner, "-- ", query),
        spaced("COLUMNS(", inner, ")"),
        spaced("RANK() OVER (PARTITION BY", inner, ")"),
        spaced(inner, "->", PLACES),
        spaced(inner, "::", st.sampled_from(["BLOB", "JSON", "regclass", "TIME"])),
        spaced(
            st.sampled_from(['"read_csv"', "x.read_csv", "pg_read_file", "version", "now", "REPEAT", "LPAD"]),
            "(",
            PLACES,
            ")",
        ),
        st.sampled_from(
            ["CURRENT_TIMESTAMP()", "{d '2026-01-01'}", "$1", "?", ":x", "[1]", "\udcff", "'\udcff'", "\0", "*", '"*"']
        ),
        st.just('"^.*$" > 1'),
    )


ORDINARY = st.recursive(COLUMNS | LITERALS, grown, max_leaves=8)
ANY = st.recursive(COLUMNS | LITERALS, lambda inner: grown(inner) | hostile(inner), max_leaves=8)

WORDS = {
    *FUNCTIONS,
    *TYPES,
    "CAST",
    "TRY_CAST",
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
}
WORDS |= {"NULL", "TRUE", "FALSE", "CASE", "WHEN", "THEN", "ELSE", "END", "AS", "INTERVAL", "DISTINCT", "FROM"}
WORDS |= {"YEAR", "DOW"}


@pytest.mark.usefixtures("watched")
@settings(max_examples=tries(300))
@example("amount IN (SELECT amount FROM read_csv('planted.csv'))")
@example("(" * 5_000)
@example("'" * 5_001)
@example("-" * 5_000)
@example("NOT " * 3_000 + "won")
@example("amount = 1" + " OR amount = 1" * 5_000)
@example("CASE " * 500)
@given(ANY | st.text(max_size=30))
def test_no_condition_and_no_kpi_reads_anything_or_ends_in_a_fault(text: str) -> None:
    given_to_polars: list[str] = []
    real = pl.sql_expr
    _TOUCHED.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pl, "sql_expr", lambda sql: given_to_polars.append(sql) or real(sql))
        assert outcome_of_where(text) in {"done", "where_invalid", "report_empty"}
        assert outcome_of_kpi(text) in {"done", "kpi_invalid"}
    assert _TOUCHED == []
    for sql in given_to_polars:
        bare = re.sub(r""""(?:[^"]|"")*"|'(?:[^']|'')*'""", "", sql)
        assert {word.upper() for word in re.findall(r"[A-Za-z_][\w]*", bare)} <= WORDS
        assert ";" not in bare


@given(ORDINARY)
def test_what_is_allowed_means_what_it_means_in_polars(text: str) -> None:
    try:
        ours, theirs = to_polars(parse(text)), pl.sql_expr(text)
    except (ValueError, pl.exceptions.PolarsError):
        return
    assert str(ours) == str(theirs)


@pytest.mark.parametrize(
    "text",
    [
        "a = b = c",
        "a - b - c / d * e || f",
        "-a * b + -c::int::text",
        "not a = b and not c or d and (e or f)",
        "a is null = b",
        "a between 1 + 2 and 3 * 4 and b",
        "a in (1, -2, 'x', null) is null",
        "a || 'x' like 'y%' and b not ilike 'z'",
        "a ~ 'x' and b !~* 'y' and c ^@ 'z'",
        "(a & b) | c = d",
        "(a is distinct from b) and c",
        "case a when 1 then 2 else 3 end = 4",
        "case when a then 1 when b then 2 end + 1",
        "substring(a from 2 for 3) = substr(a, 2)",
        "position('x' in a) > strpos(a, 'y')",
        "extract(year from d) = date_part('month', d)",
        "d > date '2026-01-01' - interval '3 months'",
        "cast(a as decimal(9, 2)) > try_cast(b as double)",
        "coalesce(nullif(a, 0), b, 1.5e3) <=> greatest(a, .5)",
        '`odd "name`` > 1',
        '"odd ""name" > 1',
        "сумма > 5 and 名称 = 'x'",
    ],
)
def test_a_tree_written_anew_is_the_same_expression(text: str) -> None:
    written = text.replace('`odd "name``', '"odd ""name"')
    if text.startswith("`"):
        text = '`odd "name` > 1'
    assert str(to_polars(parse(text))) == str(pl.sql_expr(written))


@pytest.mark.parametrize(
    ("condition", "cause"),
    [
        ("amount IN (SELECT amount FROM read_csv('{}'))", "subqueries (`SELECT`)"),
        ("amount > (SELECT MAX(amount) FROM read_csv('{}'))", "subqueries (`SELECT`)"),
        ("EXISTS (SELECT 1 FROM read_parquet('{}'))", "subqueries (`EXISTS`)"),
        ("amount = ANY (SELECT amount FROM read_csv('{}'))", "subqueries (`ANY`)"),
        ("read_csv('{}') IS NULL", "function `read_csv`"),
        ("\"read_csv\"('{}') IS NULL", 'quoted function names ("read_csv")'),
        ("amount > 1; SELECT * FROM read_csv('{}')", "a second statement (`;`)"),
        ("amount > 1 -- '{}'", "comments (`--`)"),
        ("RANK() OVER (ORDER BY '{}') = 1", "function `RANK`"),
        ("SUM(amount) OVER (ORDER BY '{}') = 1", "window functions (`OVER`)"),
        ("amount::JSON = '{}'", "a cast to `JSON`"),
        ("NOW() > closed OR owner = '{}'", "function `NOW`"),
        ("deals.amount > 1 OR owner = '{}'", "`deals.` is not allowed"),
        ("REPLACE(owner, 'a', '{}') = 'x'", "the second must not be longer"),
    ],
)
def test_what_is_not_allowed_is_named(tmp_path: Path, condition: str, cause: str) -> None:
    planted = tmp_path / "planted.csv"
    planted.write_text("amount\n9\n", "utf-8")
    with pytest.raises(SalesmetricsError) as caught:
        apply_where({"deals": DEALS}, condition.format(planted))
    assert caught.value.code == "where_invalid"
    assert cause in caught.value.message
    assert "No such file" not in caught.value.message


@pytest.mark.parametrize(
    ("expression", "cause"),
    [
        ("won_deals + (SELECT 1 FROM read_csv('planted.csv'))", "subqueries (`SELECT`)"),
        ("won_deals + LENGTH(won_deals)", "expected `String`"),
        ("won_deals > 3", "the result is not a number"),
        ("'a' || won_deals", "the result is not a number"),
        ("CAST(won_deals * 1000 AS TINYINT)", "failed"),
        ("SUM(won_deals, 2)", "`SUM` takes 1 argument, not 2"),
        ("MAX(won_deals, 2)", "`MAX` takes 1 argument, not 2"),
    ],
)
def test_an_own_kpi_that_cannot_be_computed_is_refused_before_any_file_is_read(expression: str, cause: str) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        with_user_kpis(catalog(), [UserKpi("own", expression, "Own")], "salesmetrics.toml")
    assert caught.value.code == "kpi_invalid"
    assert cause in caught.value.message


@pytest.mark.parametrize(
    "condition", ["amount * 2 > '9'", "LENGTH(owner) > '2'", "amount = owner", "CAST(amount AS TEXT) > 9"]
)
def test_numbers_are_never_compared_as_texts(condition: str) -> None:
    with pytest.raises(SalesmetricsError, match="a number cannot be compared with a text"):
        apply_where({"deals": DEALS}, condition)


def test_every_function_of_the_list_can_be_called() -> None:
    samples = {
        "EXTRACT": "EXTRACT(year FROM closed)",
        "DATE_PART": "DATE_PART('year', closed)",
        "POSITION": "POSITION('n' IN owner)",
        "REPLACE": "REPLACE(owner, 'n', '')",
        "SPLIT_PART": "SPLIT_PART(owner, 'n', 1)",
        "CONCAT_WS": "CONCAT_WS('-', owner, owner)",
        "IF": "IF(won, 1, 2)",
        "DATE": "DATE('2026-01-01')",
        "STRPTIME": "STRPTIME('2026-01-01', '%Y-%m-%d')",
        "STRFTIME": "STRFTIME(closed, '%Y-%m')",
        **{name: f"{name}(owner, 'n')" for name in ("STRPOS", "STARTS_WITH", "ENDS_WITH", "REGEXP_LIKE")},
        **{name: f"{name}(owner, 2)" for name in ("LEFT", "RIGHT", "SUBSTR", "SUBSTRING")},
        **{name: f"{name}(quantity, 2)" for name in ("MOD", "DIV", "POW", "POWER", "LOG", "IFNULL", "NULLIF")},
    }
    texts = {"LTRIM", "RTRIM", "TRIM", "UPPER", "LOWER", "INITCAP", "REVERSE", "LENGTH", "CHAR_LENGTH"}
    texts |= {"CHARACTER_LENGTH", "OCTET_LENGTH", "CONCAT"}
    for name in FUNCTIONS:
        call = samples.get(name, f"{name}(owner)" if name in texts else f"{name}(quantity)")
        assert outcome_of_where(f"{call} IS NOT NULL") == "done", name
    assert set(FUNCTIONS) > AGGREGATES


TWO = (
    "DIV",
    "LOG",
    "MOD",
    "POW",
    "POWER",
    "LEFT",
    "RIGHT",
    "STRPOS",
    "ENDS_WITH",
    "REGEXP_LIKE",
    "STARTS_WITH",
    "IFNULL",
    "NULLIF",
)
TAKES = {
    **dict.fromkeys((*TWO, "STRPTIME", "STRFTIME", "DATE_PART"), (2, 2)),
    **dict.fromkeys(("REPLACE", "SPLIT_PART", "IF"), (3, 3)),
    **dict.fromkeys(("ROUND", "LTRIM", "RTRIM", "TRIM", "DATE"), (1, 2)),
    **dict.fromkeys(("SUBSTR", "SUBSTRING"), (2, 3)),
    **dict.fromkeys(("CONCAT", "COALESCE", "GREATEST", "LEAST"), (1, MANY)),
    "CONCAT_WS": (2, MANY),
}
"""How many arguments a function takes that does not take one."""


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"EXTRACT", "POSITION"}))
def test_a_function_takes_as_many_arguments_as_it_needs_and_no_more(name: str) -> None:
    least, most = TAKES.get(name, (1, 1))

    def fault(count: int) -> str | None:
        try:
            parse(f"{name}({', '.join(['quantity'] * count)})")
        except SqlError as error:
            return str(error.cause.code)
        return None

    wrong = "sql_arguments" if least == most else "sql_arguments_between"
    assert [fault(count) for count in (least - 1, most + 1)] == [wrong, wrong]
    assert wrong not in {fault(count) for count in range(least, most + 1)}


def test_many_values_go_into_a_list() -> None:
    assert outcome_of_where("quantity IN (" + ", ".join(map(str, range(5_000))) + ")") == "done"
    assert outcome_of_where(" OR ".join(["quantity = 9"] * (MOST_JOINED // 2))) == "done"
    with pytest.raises(SalesmetricsError, match=f"more than {MOST_JOINED} parts"):
        apply_where({"deals": DEALS}, " OR ".join(["quantity = 9"] * MOST_JOINED))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("won" + " " * LONGEST, "sql_long"),
        ("(won", "sql_early_end_expected"),
        ("won )", "sql_out_of_place"),
        (f"amount > {'1' * 31}", "sql_number"),
        (f"CASE{' WHEN won THEN 1' * (MANY + 1)} END = 1", "sql_branches"),
        ("closed + INTERVAL 'a while' > created", "sql_interval"),
        ("closed > DATE '２０２６-01-31'", "sql_literal"),
        ("EXTRACT(moon FROM closed) = 1", "sql_date_part"),
        ("STRFTIME(closed, '%Q') = '1'", "sql_date_format"),
        ("ROUND(amount, 12) = 1", "sql_round"),
        ("ROUND(amount, won) = 1", "sql_round"),
    ],
)
def test_what_polars_would_take_in_another_way_is_refused_by_its_reason(text: str, code: str) -> None:
    with pytest.raises(SqlError) as refused:
        parse(text)
    assert refused.value.cause.code == code
