"""A report in pages: each section is the answer of its own command, and the files are read once for all of them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from in_process import invoke
from salesmetrics.cli import output
from salesmetrics.ingest.source import fetch
from salesmetrics.render.writers import render
from salesmetrics.schema.sections import SECTIONS

if TYPE_CHECKING:
    from in_process import Done
    from salesmetrics.answers.sections import Sections

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
DEALS, STAGES, QUOTAS = (str(EXAMPLES / f"{name}.csv") for name in ("deals", "stages", "quotas"))
WEEKLY = str(EXAMPLES / "weekly")
ANALYSES = ("funnel", "compare", "cohort", "forecast", "benchmark", "losses")


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs ``report … -o report.html`` and gives the answer that is drawn, without drawing it."""

    def run(*words: str, cwd: Path | None = None) -> tuple[Sections, Done]:
        held: list[Sections] = []
        monkeypatch.setattr(output, "write_answer", lambda answer, *_, **__: held.append(answer))
        done = invoke("report", *words, "-o", str(tmp_path / "report.html"), cwd=cwd)
        monkeypatch.undo()
        assert held, done.stderr
        return held[0], done

    return run


def drawn(answer: Any) -> Any:
    """An answer as its JSON."""
    return json.loads(render(answer, "json"))


def told(command: str, *words: str) -> Any:
    """The JSON of a command."""
    done = invoke(command, *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def running(answer: Sections) -> str:
    """The period of its forecast."""
    assert answer.forecast is not None
    return answer.forecast.period.label


def without(words: list[str], *options: str) -> list[str]:
    """Words of a command without some of its options."""
    pairs = zip(words[::2], words[1::2], strict=True)
    return [word for pair in pairs if pair[0] not in options for word in pair]


def check_each(answer: Sections, files: list[str], words: list[str]) -> None:
    """Hold each section against the answer of its own command."""
    by, plain = ["--by", ",".join(answer.by)], without(words, "--by")
    if answer.forecast is not None:
        assert drawn(answer.forecast) == told(
            "forecast", *files, *without(words, "--period", "--min-n"), "--period", running(answer)
        )
    for name in ("funnel", "cohort", "losses"):
        if getattr(answer, name) is not None:
            assert drawn(getattr(answer, name)) == told(name, *files, *words), name
    if answer.benchmark is not None:
        assert drawn(answer.benchmark) == told("benchmark", *files, *plain, *by)
    assert answer.segments is not None
    kpis = list(dict.fromkeys(metric.id for metric in answer.segments.metrics))
    segments = told("report", *files, *plain, *by, "--kpi", ",".join(kpis))
    assert drawn(answer.segments)["metrics"] == segments["metrics"]
    assert answer.trend is not None
    ids = ",".join(dict.fromkeys(metric.id for metric in answer.trend.metrics))
    trend = told("trend", ids, *files, *without(plain, "--period"), "--period", answer.trend.filters.period)
    assert drawn(answer.trend) == trend


def test_each_section_is_the_answer_of_its_own_command(composed: Any) -> None:
    files = [DEALS, STAGES, QUOTAS]
    answer, _ = composed(*files)
    assert drawn(answer.report) == told("report", *files)
    assert [absent.section for absent in answer.absent] == ["compare"]
    assert (answer.by, answer.by_default) == (("owner",), True)
    check_each(answer, files, [])


@pytest.mark.parametrize(
    "words",
    [
        ["--where", "region = 'DACH'", "--by", "owner", "--level", "0.9"],
        ["--period", "2026-Q3", "--as-of", "2026-09-15", "--by", "team", "--min-n", "30"],
    ],
)
def test_filters_hold_for_every_section(composed: Any, words: list[str]) -> None:
    files = [DEALS, STAGES]
    answer, _ = composed(*files, *words)
    assert drawn(answer.report) == told("report", *files, *words)
    assert {"funnel", "cohort", "benchmark", "losses"} <= {name for name in ANALYSES if getattr(answer, name)}
    check_each(answer, files, words)


def test_a_real_export(composed: Any, realdata: Path) -> None:
    files = [str(realdata / "maven_crm_original" / "sales_pipeline.csv")]
    answer, _ = composed(*files)
    assert drawn(answer.report) == told("report", *files)
    assert {absent.section: absent.code for absent in answer.absent}["compare"] == "exports_too_few"
    check_each(answer, files, [])


def test_the_bridge_between_exports(composed: Any) -> None:
    answer, _ = composed(WEEKLY)
    with_all = told("compare", WEEKLY)
    found = drawn(answer.compare)
    assert len(found.pop("changes")) < len(with_all.pop("changes"))  # JSON alone has all of them
    assert found == with_all
    earlier, _ = composed(WEEKLY, "--as-of", "2026-09-16")
    assert [str(export.as_of) for export in earlier.compare.exports] == ["2026-09-09", "2026-09-16"]
    first, _ = composed(WEEKLY, "--as-of", "2026-09-09")
    assert (first.compare, [item.code for item in first.absent if item.section == "compare"]) == (
        None,
        ["exports_too_few"],
    )


def test_files_are_read_once(composed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesmetrics import pipeline

    opened: Counter[str] = Counter()
    read = fetch.read_file
    monkeypatch.setattr(pipeline, "read_file", lambda path: opened.update([path]) or read(path))
    answer, _ = composed(DEALS, STAGES, "--sections", ",".join(name for name in SECTIONS if name != "rows"))
    assert len(answer.wanted) == len(SECTIONS) - 1
    assert opened == {DEALS: 1, STAGES: 1}


def test_absent_sections_have_a_reason_and_stop_nobody(tmp_path: Path, composed: Any) -> None:
    rows = [["Deal ID", "Stage", "Amount", "Close Date"]]
    rows += [[str(i), "Won", "100", f"2026-0{1 + i % 9}-05"] for i in range(20)]
    with (tmp_path / "sales.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    answer, done = composed(f"deals={tmp_path / 'sales.csv'}")
    assert done.returncode == 0
    codes = {absent.section: absent.code for absent in answer.absent}
    assert codes.keys() >= {"segments", "funnel", "compare", "benchmark", "losses"}
    assert all(absent.reason and absent.hint for absent in answer.absent)
    assert answer.trend is not None
    made = {name for name in SECTIONS if getattr(answer, name, None)}
    assert made.isdisjoint(codes)
    assert made | codes.keys() == set(SECTIONS) - {"kpis", "rows"}


def test_a_bug_is_not_taken_for_an_absent_section(composed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesmetrics import analyses

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(analyses, "losses_of", broken)
    assert invoke("report", DEALS, "--format", "html", "-q").returncode == 3


def test_a_period_that_is_over_has_no_forecast(composed: Any) -> None:
    answer, _ = composed(DEALS, "--period", "2026-Q2")
    assert [(item.section, item.code) for item in answer.absent if item.section == "forecast"] == [
        ("forecast", "period_over")
    ]


def test_sections_are_chosen(composed: Any) -> None:
    answer, _ = composed(DEALS, "--sections", "losses,rows")
    assert answer.wanted == ("losses", "rows")
    assert answer.losses is not None
    assert answer.rows
    assert all(len(found.rows) <= 200 <= found.records or len(found.rows) == found.records for found in answer.rows)
    assert {name for name in SECTIONS if getattr(answer, name, None)} == {"losses", "rows"}
    unknown = invoke("report", DEALS, "--sections", "funnle", "-o", "x.html")
    assert unknown.returncode == 2
    assert all(name in unknown.stderr for name in SECTIONS)
    for form in ("table", "csv", "json", "md"):
        refused = invoke("report", DEALS, "--sections", "funnel", "--format", form)
        assert refused.returncode == 2
        assert "--sections" in refused.stderr
        assert "html" in refused.stderr


def test_exit_codes_and_talk_are_those_of_the_json(composed: Any, tmp_path: Path) -> None:
    for words in (["--goal", "win_rate >= 0.99"], ["--goal", "win_rate >= 0.01"], ["--strict"], ["--max-age", "1d"]):
        (tmp_path / "here").mkdir(exist_ok=True)
        page = invoke("report", DEALS, *words, "-o", str(tmp_path / "here" / "r.html"))
        plain = invoke("report", DEALS, *words, "-o", str(tmp_path / "here" / "r.json"))
        assert (page.returncode, page.stderr) == (plain.returncode, plain.stderr)


def test_many_segments_leave_analyses_undivided(composed: Any, tmp_path: Path) -> None:
    with Path(DEALS).open(newline="", encoding="utf-8") as file:
        head, *rows = [row for row in csv.reader(file) if len(row) > 20]
    owner = head.index("Deal owner")
    for place, row in enumerate(rows):
        row[owner] = f"Rep {place % 30:02d}"
    with (tmp_path / "deals.csv").open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    answer, _ = composed(str(tmp_path / "deals.csv"), "--by", "owner")
    assert answer.undivided
    assert answer.losses is not None
    assert (answer.losses.group_by, answer.report.group_by) == ([], ["owner"])
    assert drawn(answer.losses) == told("losses", str(tmp_path / "deals.csv"))
