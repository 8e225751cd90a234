"""One account is one, whether its id stands on some rows only or its name is spelled in two ways."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.engine.build import build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.entities.accounts import account_keys
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.answers.report import Report

DAY = date(2026, 3, 1)
Row = tuple[str | None, str | None]


def report(rows: Sequence[Row], *kpis: str, kind: str = "deals") -> Report:
    count = len(rows)
    frame = pl.DataFrame(rows, {"account_id": pl.String, "account": pl.String}, orient="row").with_columns(
        amount=pl.lit(Decimal(10), dtype=pl.Decimal(38, 8))
    )
    own = {"outcome": ["won"] * count, "closed": [DAY] * count}
    if kind == "invoices":
        own = {"issued": [DAY] * count, "state": ["open"] * count}
    frame = frame.with_columns(pl.Series(name, values) for name, values in own.items())
    frame = frame.select(pl.all().exclude([name for name in frame.columns if frame[name].null_count() == count]))
    return build_report(resolve(DAY, None, kpis=kpis), {kind: frame}, catalog())


SPELLED: dict[str, list[Row]] = {
    "id on some rows": [("7", "Acme Ltd"), (None, "Acme Ltd"), (None, "Acme Ltd")],
    "case differs": [(None, "Acme Ltd"), (None, "ACME LTD"), (None, "acme ltd")],
    "spaces and width differ": [(None, "Acme Ltd"), (None, " Acme   Ltd"), (None, "Ａｃｍｅ Ltd")],
    "both": [(None, "acme ltd"), ("7", "Acme Ltd"), ("7", "Acme Limited")],
    "Cyrillic": [(None, "ООО Ромашка"), (None, "ооо ромашка"), ("5", "ООО РОМАШКА")],
}


@pytest.mark.parametrize("name", SPELLED)
def test_one_account_is_counted_once(name: str) -> None:
    (new, again) = report(SPELLED[name], "new_customers", "repeat_purchase_rate").metrics
    assert new.value == 1
    assert (again.numerator, again.denominator) == (1, 1)
    (billed,) = report(SPELLED[name], "repeat_purchase_rate_invoices", kind="invoices").metrics
    assert (billed.numerator, billed.denominator) == (1, 1)


def test_ids_are_told_apart_by_case_and_never_by_name() -> None:
    rows = [("a1", "Acme"), ("A1", "Acme"), ("b", "Acme")]
    assert report(rows, "new_customers").metrics[0].value == 3


def test_a_name_of_two_accounts_is_neither_of_them() -> None:
    keys = account_keys(pl.DataFrame({"account_id": ["1", "2", None], "account": ["Acme", "Acme", "Acme"]}))
    assert keys.to_list() == ["1", "2", "Acme"]


def test_what_names_had_to_tell_is_reported() -> None:
    rows = [("7", "Acme"), (None, "acme"), (None, "Birch")]
    (note,) = [f for f in report(rows, "new_customers").findings if f.code == "accounts_by_name"]
    assert note.count == 2
    assert "1 matched to an account by name and 1 counted by name" in note.message
    whole = report([("7", "Acme"), ("8", "Birch")], "new_customers").findings
    assert not [f for f in whole if f.code == "accounts_by_name"]


def test_the_potential_of_a_customer_is_found_by_id_or_by_name() -> None:
    deals = pl.DataFrame(
        {
            "account_id": ["1", None, None],
            "account": ["Acme", "BIRCH", "Cedar"],
            "outcome": ["won"] * 3,
            "closed": [DAY] * 3,
            "amount": pl.Series([Decimal(100)] * 3, dtype=pl.Decimal(38, 8)),
        }
    )
    customers = pl.DataFrame({"id": ["1", "2"], "name": ["Acme", "Birch"]}).with_columns(
        potential=pl.lit(Decimal(1000), dtype=pl.Decimal(38, 8))
    )
    made = build_report(
        resolve(DAY, None, kpis=("account_penetration",)), {"deals": deals, "customers": customers}, catalog()
    )
    assert made.metrics[0].numerator == 200


@settings(max_examples=tries(40))
@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.integers(0, 2)), min_size=1))
def test_however_rows_name_their_accounts_there_are_as_many(rows: list[tuple[str, bool, int]]) -> None:
    """Every account has one id and three spellings; each row gives the name, and some the id."""
    named = [(f"id {a}" if known else None, (a, a.upper(), f" {a} ")[way]) for a, known, way in rows]
    frame = pl.DataFrame(named, {"account_id": pl.String, "account": pl.String}, orient="row")
    keys = account_keys(frame)
    assert keys.n_unique() == len({a for a, _, _ in rows})
    assert len({(a, key) for (a, _, _), key in zip(rows, keys, strict=True)}) == keys.n_unique()
