"""A question never decides which rows are used: each KPI alone says what it says in the full report, of the same rows."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import salesmetrics
from damage import WAYS
from effort import in_turn
from good_export import EXPORTS, good_export
from in_process import invoke
from salesmetrics import pipeline
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.read import load, read_files
from salesmetrics.ingest.table.table import read_tables

if TYPE_CHECKING:
    from good_export import Export
    from salesmetrics.answers.report import Report

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted(str(path) for path in (ROOT / "examples").glob("*.csv"))
SETS = {"deals": [str(ROOT / "examples" / "deals.csv")], "all": EXAMPLES}

BAD = """Deal ID,Deal Name,Stage,Amount,Currency,Create Date,Close Date,Probability,Quantity,Owner,Campaign
1,One,Closed Won,10.50,EUR,2026-01-02,2026-02-03,100%,1,Kim,spring
2,Two,Closed Lost,20,EUR,2026-01-03,soon,0%,1,Kim,spring
3,Three,Negotiation,much,EUR,2026-01-04,2026-03-04,50%,2,Lee,autumn
4,Four,Closed Won,40,EUR,the other day,2026-02-05,100%,2,Lee,autumn
5,Five,Closed Won,50,EUR,2026-01-06,2026-02-06,100 000%,x,Lee,
,Six,Closed Won,60,EUR,2026-01-07,2026-02-07,100%,1,Lee,spring
7,Seven,Closed Won,70,EUR,2026-01-08,2026-02-08,100%,1,Kim,"spring, late"
7,Seven,Closed Won,70,EUR,2026-01-08,2026-02-08,100%,1,Kim,"spring, late"
8,Eight,Closed Lost,80,EUR,2026-01-09,2026-02-09,0%,1,Kim
Total,,,330.50,,,,,,,
"""


@cache
def whole(name: str) -> Report:
    return salesmetrics.report_on(load(SETS[name]))


def numbers(report: Report, kpi: str) -> list[Any]:
    fields = ("group", "value", "numerator", "denominator", "n", "reason", "excluded", "currency", "period")
    return [[getattr(metric, field) for field in fields] for metric in report.metrics if metric.id == kpi]


@pytest.mark.parametrize("name", SETS)
def test_a_kpi_alone_says_what_it_says_among_all(name: str) -> None:
    """Of the KPIs that deals alone give, every second is asked of all files too; all of them with ``make test-full``."""
    dataset, full = load(SETS[name]), whole(name)
    of_deals = {metric.id for metric in whole("deals").metrics if metric.value is not None}
    kpis = sorted({metric.id for metric in full.metrics})
    if name != "deals":
        kpis = [*sorted({*kpis} - of_deals), *in_turn([kpi for kpi in kpis if kpi in of_deals], 0)]
    for kpi in kpis:
        alone = salesmetrics.report_on(dataset, kpis=[kpi])
        assert numbers(alone, kpi) == numbers(full, kpi), kpi
        assert alone.inputs == full.inputs


def answer(folder: Path, *words: str) -> Any:
    done = invoke(
        "report",
        "deals.csv",
        "--format",
        "json",
        "--rejects",
        "rejects.csv",
        *words,
        cwd=folder,
        env={"LANG": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), (folder / "rejects.csv").read_text("utf-8"), done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--kpi", "revenue"),
        ("--kpi", "won_deals,open_deals"),
        ("--kpi", "created_deals"),
        ("--kpi", "sales_cycle_median"),
        ("--kpi", "weighted_pipeline"),
        ("--kpi", "won_deals", "--by", "owner"),
        ("--kpi", "won_deals", "--by", "Campaign"),
        ("--kpi", "revenue", "--where", "Campaign = 'spring'"),
        ("--kpi", "revenue", "--period", "2026-Q1"),
        ("--family", "speed"),
    ],
    ids=" ".join,
)
def test_cells_that_no_question_touches_reject_their_rows_all_the_same(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(BAD, encoding="utf-8")
    full, rejected, said = answer(tmp_path)
    asked, rejected_too, said_too = answer(tmp_path, *words)
    assert full["inputs"][0]["rows"]["rejected"] >= 4
    assert (asked["inputs"], rejected_too, said_too) == (full["inputs"], rejected, said)
    if len(words) == 2:
        of_all = {metric["id"]: metric for metric in full["metrics"]}
        for metric in asked["metrics"]:
            assert metric == of_all[metric["id"]]


# --- columns that no field claims and nobody asks about are left out, and nothing else changes ---


CASES = sorted((ROOT.parent / "shared" / "cases").glob("*.csv"))
QUESTIONS = (
    (),
    ("--kpi", "won_deals,revenue"),
    ("--by", "Reply Mood"),
    ("--by", "no such thing"),
    ("--where", "\"Reply Mood\" = 'glad'"),
    ("--where", "\"reply mood\" = 'glad' AND \"Lead Age\" > '3'", "--by", "owner"),
    ("--where", "(", "--kpi", "revenue"),
)


def asked(command: str, path: Path, words: tuple[str, ...]) -> tuple[int, str, str]:
    done = invoke(command, path.name, "--format", "json", *words, cwd=path.parent, env={"LANG": "C.UTF-8"})
    return done.returncode, done.stdout, done.stderr


def assert_no_byte_changes(
    path: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, command: str = "report"
) -> None:
    planned = asked(command, path, words)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "columns_asked", lambda *_: None)
        assert planned == asked(command, path, words)


def with_further_columns(export: Export) -> Export:
    moods = ("glad", " sad", "", "glad ", "  ")
    rows = [(*row, moods[i % 5], str(i % 7), "" if i % 3 else f"note {i}") for i, row in enumerate(export.rows)]
    return replace(
        export,
        fields=(*export.fields, "mood", "age", "note"),
        header=(*export.header, "Reply Mood", "Lead Age", "Inner Note"),
        rows=tuple(rows),
    )


@pytest.mark.parametrize("name", EXPORTS)
def test_what_nobody_asks_about_is_left_out(name: str, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(with_further_columns(good_export(name, 60)).data())
    frames = [
        read_files([str(path)], ReadOptions(), read_tables, about=about)[0].frames["deals"]
        for about in (None, frozenset({"reply mood"}), frozenset[str](), frozenset({"nowhere"}))
    ]
    whole, one, none, unknown = frames
    assert unknown.columns == whole.columns
    further = (
        ["Reply Mood", "Lead Age", "Inner Note"] if "id" in whole.columns else []
    )  # else these may tell rows apart
    assert [c for c in whole.columns if c not in one.columns] == further[1:]
    assert [c for c in whole.columns if c not in none.columns] == further
    assert none.equals(whole.select(none.columns))


def damaged(place: int) -> bytes:
    """A good export with further columns, after one kind of damage."""
    damage, names = list(WAYS.values())[place], [*EXPORTS]
    exports = [with_further_columns(good_export(name, 60)) for name in (*names[place % 2 :], *names)]
    tried = (damage(export, (row + place) % 60, place) for export in exports for row in range(60))
    return next(found.data for found in tried if found is not None)


@pytest.mark.parametrize("place", in_turn(range(0, len(WAYS), 3), 0))
def test_a_damaged_file_is_told_of_alike(place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(damaged(place))
    assert_no_byte_changes(path, QUESTIONS[place // 3 % len(QUESTIONS)], monkeypatch)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_hard_file_is_told_of_alike(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_no_byte_changes(path, (), monkeypatch)


def assert_alone_as_among_all(path: Path, place: int) -> None:
    code, full, told = asked("report", path, ())
    if code == 2:
        assert told
        return
    report = json.loads(full)
    kpis = sorted({metric["id"] for metric in report["metrics"]})
    few = {kpis[(place * 7) % len(kpis)], kpis[(place * 7 + len(kpis) // 2) % len(kpis)]}
    among_all = [metric for metric in report["metrics"] if metric["id"] in few]
    code, alone, _ = asked("report", path, ("--kpi", ",".join(sorted(few))))
    if code == 2:  # nothing that was asked for can be told, which is no answer to a question about it alone
        assert {metric["value"] for metric in among_all} == {None}
        return
    answer = json.loads(alone)
    assert (answer["inputs"], answer["metrics"]) == (report["inputs"], among_all)


@pytest.mark.parametrize("place", range(len(CASES)))
def test_two_kpis_of_a_hard_file_are_what_they_are_among_all(place: int) -> None:
    assert_alone_as_among_all(CASES[place], place)


@pytest.mark.parametrize("place", in_turn(range(1, len(WAYS), 3), 1))
def test_two_kpis_of_a_damaged_file_are_what_they_are_among_all(place: int, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(damaged(place))
    assert_alone_as_among_all(path, place)


@pytest.mark.parametrize("further", [("glad", "", ""), ("", "", "by hand"), ("", "7", ""), ("", "", "")])
@pytest.mark.parametrize("field", ["amount", "name"])
def test_a_row_without_an_id_is_told_by_its_other_columns(
    field: str, further: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = with_further_columns(good_export("plain", 60))
    total = str(sum(Decimal(row[export.column("amount")] or "0") for row in export.rows))
    cells = {
        field: total if field == "amount" else "Somebody",
        **dict(zip(("mood", "age", "note"), further, strict=True)),
    }
    row = tuple(cells.get(name, "") for name in export.fields)
    path = tmp_path / "deals.csv"
    path.write_bytes(export.with_rows([*export.rows, row]).data())
    assert_no_byte_changes(path, (), monkeypatch)


def test_rows_of_one_id_are_told_apart_by_a_column_that_nobody_asks_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = with_further_columns(good_export("plain", 60))
    twin = export.with_cell(3, "note", "another").rows[3]
    path = tmp_path / "deals.csv"
    path.write_bytes(export.with_rows([*export.rows, twin]).data())
    assert_no_byte_changes(path, (), monkeypatch)


def test_files_of_one_kind_are_compared_in_every_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export = with_further_columns(good_export("plain", 60))
    (tmp_path / "a.csv").write_bytes(export.data())
    (tmp_path / "b.csv").write_bytes(export.with_cell(3, "note", "another").data())
    assert_no_byte_changes(tmp_path / "a.csv", ("b.csv",), monkeypatch)


@pytest.mark.parametrize("words", [(), ("--by", "Reply Mood"), ("--where", "\"Lead Age\" > '3'"), ("--by", "nothing")])
def test_a_trend_leaves_the_same_out(words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(with_further_columns(good_export("plain", 60)).data())
    assert_no_byte_changes(path, ("--kpi", "won_deals", *words), monkeypatch, "trend")


def test_the_segments_of_goals_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(with_further_columns(good_export("plain", 60)).data())
    goal = '[goals]\nwon_deals = { goal = ">= 1", group = { "Reply Mood" = "*" } }\n'
    (tmp_path / "salesmetrics.toml").write_text(goal, "utf-8")
    report = json.loads(asked("report", path, ())[1])
    assert {"glad", "sad"} <= {each["group"].get("Reply Mood") for each in report["goals"]}
    assert_no_byte_changes(path, (), monkeypatch)
