"""`--where` compares numbers as numbers and days as days, whatever the quotes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pytest

from in_process import invoke
from salesmetrics.engine.where import apply_where
from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from pathlib import Path

DEALS = pl.DataFrame(
    {
        "amount": [Decimal("9"), Decimal("10.5"), Decimal("1000"), Decimal("-3"), None],
        "quantity": [2, 9, 10, 100, None],
        "closed": [date(2025, 12, 31), date(2026, 1, 1), None, date(2026, 3, 1), date(2024, 5, 5)],
        "entered": [datetime(2026, 1, 1, 9), datetime(2026, 1, 1, 18), None, datetime(2025, 1, 1), None],
        "owner": ["Ann", "O'Hara", "9", "10", None],
        "List Amount": ["9", "10", "1000", "x", None],
    },
    schema_overrides={"amount": pl.Decimal(38, 8)},
)


def kept(condition: str) -> pl.DataFrame:
    return apply_where({"deals": DEALS}, condition)["deals"]


@pytest.mark.parametrize(
    "condition",
    [
        "amount > '9'",
        "amount > 9",
        "'9' < amount",
        "amount >= '10.5' AND quantity < '100'",
        "amount BETWEEN '9' AND '11'",
        "amount NOT BETWEEN '9' AND '11'",
        "amount IN ('9', '1000')",
        "amount NOT IN ('9', '1000')",
        "amount > -5",
        "amount = '-3'",
        "quantity >= '9' OR owner = 'Ann'",
        "closed >= '2026-01-01'",
        "closed BETWEEN '2025-12-31' AND '2026-01-01'",
        "closed > DATE '2025-12-31'",
        "entered > '2026-01-01 12:00:00'",
        "owner = 'O''Hara'",
        "owner IN ('Ann', '10')",
        "owner LIKE 'A%'",
        "amount * 2 > 20 AND LENGTH(owner) > 1",
    ],
)
def test_conditions_mean_what_they_mean_in_sql(condition: str) -> None:
    deals = DEALS.with_columns(pl.col("amount").cast(pl.Float64)).rows()
    names = ", ".join(f'"{name}"' for name in DEALS.columns)
    types = ["DECIMAL(18, 8)", "INTEGER", "DATE", "TIMESTAMP", "VARCHAR", "VARCHAR"]
    with duckdb.connect() as db:
        columns = ", ".join(f'"{name}" {type_}' for name, type_ in zip(DEALS.columns, types, strict=True))
        db.execute(f"CREATE TABLE deals ({columns})")
        db.executemany(f"INSERT INTO deals ({names}) VALUES (?, ?, ?, ?, ?, ?)", deals)
        theirs = db.execute(f"SELECT owner, quantity FROM deals WHERE {condition}").fetchall()
    assert kept(condition).select("owner", "quantity").rows() == theirs


@pytest.mark.parametrize(
    ("condition", "cause", "fix"),
    [
        ("amount > 'many'", "`amount` is a number, but `many` is not", "without quotes"),
        ("closed > 2025", "`closed` is a date, but `2025` is not", "DATE '2026-01-31'"),
        ("closed >= '1.2.2026'", "`closed` is a date, but `1.2.2026` is not a valid one", "year-month-day"),
        ("owner = 5", "`owner` is text", "`'5'`"),
        ("\"List Amount\" > '9'", "`List Amount` is text", 'TRY_CAST("List Amount" AS DOUBLE) > 9'),
        ("amount IN (1, 'x')", "`amount` is a number, but `x` is not", "without quotes"),
        ("owner = 'ann'", "no record matches", "`owner` holds `Ann`"),
        ("owner = 'Ann' AND amount > 5000", "no record matches", "less strict"),
    ],
)
def test_what_is_never_meant_is_refused(condition: str, cause: str, fix: str) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        kept(condition)
    assert cause in caught.value.message
    assert fix in caught.value.hint


def test_the_fix_of_a_text_column_works() -> None:
    assert kept('TRY_CAST("List Amount" AS DOUBLE) > 9')["quantity"].to_list() == [9, 10]


@pytest.mark.parametrize(
    ("condition", "hint"),
    [
        ("owner = Ann", "did you mean `owner = 'Ann'`?"),
        ('amount > 10 and owner="Ann"', "did you mean `amount > 10 and owner='Ann'`?"),
        ("""owner <> "O'Neil" """.strip(), "did you mean `owner <> 'O''Neil'`?"),
        ("Ann = owner", "columns: "),
        ("owner = amout", "did you mean `amount`?"),
    ],
)
def test_a_text_without_quotes_is_shown_with_them(tmp_path: Path, condition: str, hint: str) -> None:
    (tmp_path / "deals.csv").write_text("Deal ID,Stage,Amount,Owner\n1,Won,20,Ann\n", encoding="utf-8")
    done = invoke("report", "deals.csv", "--where", condition, cwd=tmp_path)
    assert done.returncode == 2
    assert f"\nhint: {hint}" in done.stderr
