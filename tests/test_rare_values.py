"""Single values that are written unlike the rest of their column: said where they are few, left alone where all are so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from salesmetrics.library import load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HEADERS = {
    "deals": "Deal ID,Deal Name,Stage,Amount,Currency,Created Date,Close Date",
    "invoices": "Invoice ID,Customer,Status,Amount,Currency,Invoice Date,Due Date",
}
STAGES = {"deals": ("Closed Won", "Closed Lost"), "invoices": ("Paid", "Open")}


def said(folder: Path, kind: str, rows: Sequence[tuple[str, str, str]]) -> dict[str, tuple[int, ...]]:
    """Code → rows of what is said about amounts, currencies and stages of ``(stage, amount, currency)``."""
    lines = [
        f"X{i},Firm {i},{stage},{amount},{currency},2026-01-{i % 27 + 1:02},2026-02-{i % 27 + 1:02}"
        for i, (stage, amount, currency) in enumerate(rows)
    ]
    path = folder / f"{kind}.csv"
    path.write_text("\n".join([HEADERS[kind], *lines]) + "\n", encoding="utf-8")
    codes = {"numbers_scaled", "currency_unknown", "amount_zero", "won_amount_zero", "open_amount_all_zero"}
    return {f.code: tuple(f.rows) for f in load(f"{kind}={path}").findings if f.code in codes}


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("short", ["1.5E+03", "2k", "1.2e4", "3 thousand"])
def test_one_shortened_number_is_named(tmp_path: Path, kind: str, short: str) -> None:
    rows = [(STAGES[kind][i % 2], str(1000 + 37 * i), "EUR") for i in range(20)]
    rows[4] = (STAGES[kind][0], short, "EUR")
    assert said(tmp_path, kind, rows) == {"numbers_scaled": (6,)}


@pytest.mark.parametrize("suffix", ["K", "e+03"])
def test_a_column_of_shortened_numbers_is_written_so(tmp_path: Path, suffix: str) -> None:
    assert said(tmp_path, "deals", [(STAGES["deals"][i % 2], f"{i + 1}.5{suffix}", "EUR") for i in range(20)]) == {}


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("word", ["EUX", "UDS", "$$"])
def test_a_currency_that_is_none_is_named(tmp_path: Path, kind: str, word: str) -> None:
    rows = [(STAGES[kind][i % 2], str(1000 + 37 * i), "EUR") for i in range(20)]
    rows[7] = (STAGES[kind][0], "1250", word)
    assert said(tmp_path, kind, rows) == {"currency_unknown": (9,)}


@pytest.mark.parametrize("word", ["EUR", "points", "US Dollar", "$"])
def test_one_unit_for_all_is_what_the_file_says(tmp_path: Path, word: str) -> None:
    assert said(tmp_path, "deals", [(STAGES["deals"][i % 2], str(1000 + i), word) for i in range(6)]) == {}


@pytest.mark.parametrize(
    ("stage", "code"),
    [("Closed Lost", "amount_zero"), ("Negotiation", "amount_zero"), ("Closed Won", "won_amount_zero")],
)
def test_a_single_amount_of_nothing_is_named(tmp_path: Path, stage: str, code: str) -> None:
    rows = [(("Closed Won", "Closed Lost", "Negotiation")[i % 3], str(1000 + i), "EUR") for i in range(30)]
    rows[5] = (stage, "0", "EUR")
    assert said(tmp_path, "deals", rows) == {code: (7,)}


def closed(folder: Path, stages: Sequence[tuple[str, str, str]]) -> list[str]:
    header = "Record ID,Deal Name,Deal Stage,Amount,Create Date,Close Date,Is Closed Won,Is Deal Closed?"
    lines = [
        f"{900 + i},Firm {i},{stage},{1000 + i},2026-01-05,2026-02-0{i % 9 + 1},{won},{ended}"
        for i, (stage, won, ended) in enumerate(stages)
    ]
    path = folder / "deals.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return [f.code for f in load(f"deals={path}").findings if f.code == "outcome_contradicts"]


def test_a_flag_that_closes_one_deal_in_an_open_stage_contradicts_it(tmp_path: Path) -> None:
    ended = [("closedwon", "true", "true"), ("closedlost", "false", "true")] * 5 + [
        ("contractsent", "false", "false")
    ] * 3
    assert closed(tmp_path, ended) == []
    assert closed(tmp_path, [*ended, ("contractsent", "false", "true")]) == ["outcome_contradicts"]
    # A CRM that leaves its lost deals where they ended contradicts nothing.
    assert closed(tmp_path, [("contractsent", "false", "true")] * 8 + [("closedwon", "true", "true")] * 2) == []
