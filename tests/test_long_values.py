"""Long values are cut in errors and findings, and in no other place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from in_process import invoke
from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.findings import finding

if TYPE_CHECKING:
    from pathlib import Path

LONG = "x" * 60_000
DEALS = "Deal ID,Deal Name,Amount,Stage,Close Date,Owner\n1,Oak,100,Closed Won,2026-01-05,Ann\n2,Elm,50,Closed Lost,2026-01-06,Bo\n"


def test_no_option_is_repeated_whole(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(DEALS, encoding="utf-8")
    for words in (
        ("--where", f"owner = '{LONG}'"),
        ("--where", f"{LONG} > 1"),
        ("--kpi", LONG),
        ("--by", LONG),
        ("--period", LONG),
        ("--map", f"amount={LONG}"),
        ("--map", f"{LONG}=Amount"),
        ("--profile", LONG),
        ("--encoding", LONG),
    ):
        done = invoke("report", str(path), *words)
        assert done.returncode == 2, words[0]
        assert len(done.stderr) < 4_000, (words[0], len(done.stderr))
        assert "…" in done.stderr, words[0]


def test_a_long_cell_is_cut_in_a_finding_and_what_is_typed_is_not() -> None:
    found = finding("cells_unreadable", column="Amount", count=1, reason="not a number", value=LONG, field="amount")
    assert len(found.message) < 400
    name = "Amount " * 40
    found = finding("amount_elsewhere", column="Amount", count=2, other=name)
    assert name.strip() in str(found.hint)
    assert len(found.message) < 400


def test_the_details_of_an_error_stay_whole() -> None:
    error = SalesmetricsError("where_invalid", text=LONG, cause=f"no column `{LONG}`", fix="")
    assert error.details["text"] == LONG
    assert len(str(error)) < 600
