"""A report in pages: each section is the answer of its own command, and the files are read once for all of them."""

from __future__ import annotations

import csv
import json
import random
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from in_process import invoke
from salesmetrics.cli import output
from salesmetrics.cli.app import make_app
from salesmetrics.engine.request import Question
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.source import fetch
from salesmetrics.messages import error_text
from salesmetrics.metrics.catalog import catalog
from salesmetrics.pipeline import Files
from salesmetrics.render.document import Items, Kind, Table, Whisker, plain
from salesmetrics.render.layouts.sections import sections_page
from salesmetrics.render.layouts.sections.below import absent_section
from salesmetrics.render.page import Fold, Section, Tiles
from salesmetrics.render.writers import render
from salesmetrics.schema.sections import SECTIONS
from salesmetrics.sections import Beside, sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from in_process import Done
    from salesmetrics.answers.sections import Sections
    from salesmetrics.render.page import PageBlock

pytestmark = pytest.mark.usefixtures("read_once")


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
    assert {absent.section: absent.code for absent in answer.absent}["compare"] == "report_empty"
    check_each(answer, files, [])


def test_the_bridge_between_exports(composed: Any) -> None:
    answer, _ = composed(WEEKLY)
    with_all = told("compare", WEEKLY)
    found = drawn(answer.compare)
    assert len(found.pop("changes")) < len(with_all.pop("changes"))  # JSON alone has all of them
    assert found == with_all
    typed, _ = composed(*sorted(map(str, Path(WEEKLY).iterdir()), reverse=True), "--sections", "compare")
    assert [export.as_of for export in typed.compare.exports] == [export.as_of for export in answer.compare.exports]
    earlier, _ = composed(WEEKLY, "--as-of", "2026-09-16")
    assert [str(export.as_of) for export in earlier.compare.exports] == ["2026-09-09", "2026-09-16"]
    first, _ = composed(WEEKLY, "--as-of", "2026-09-09")
    assert (first.compare, [item.code for item in first.absent if item.section == "compare"]) == (
        None,
        ["report_empty"],
    )


def test_files_are_read_once(composed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesmetrics import pipeline

    opened: Counter[str] = Counter()
    read = fetch.read_file
    monkeypatch.setattr(pipeline, "read_file", lambda path: opened.update([path]) or read(path))
    answer, _ = composed(DEALS, STAGES, "--sections", "segments,trend,funnel,cohort,losses")
    assert len(answer.wanted) == 5
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
    assert all(error_text(absent.code, absent.details).hint for absent in answer.absent)
    assert answer.trend is not None
    made = {name for name in SECTIONS if getattr(answer, name, None)}
    assert made.isdisjoint(codes)
    assert made | codes.keys() == set(SECTIONS) - {"kpis", "rows"}


def test_a_bug_is_not_taken_for_an_absent_section(composed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesmetrics import analyses

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(analyses, "losses_of", broken)
    assert invoke("report", DEALS, "--sections", "losses", "--format", "html", "-q").returncode == 3


def test_a_period_that_is_over_has_the_forecast_of_the_one_that_runs(composed: Any) -> None:
    answer, _ = composed(DEALS, "--period", "2026-Q2", "--sections", "forecast")
    assert running(answer) == "2026-Q4"
    assert drawn(answer.forecast) == told("forecast", DEALS, "--period", "2026-Q4")
    (section,) = [
        block for block in sections_page(answer).blocks if isinstance(block, Section) and "forecast" in block.name
    ]
    assert plain(section.blocks[0].text) == "2026-Q2 is over: this is the forecast for 2026-Q4."


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
        page = invoke("report", DEALS, *words, "--sections", "kpis", "-o", str(tmp_path / "here" / "r.html"))
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


# --- the page ---


@pytest.fixture(scope="module")
def whole() -> Sections:
    """A report on all kinds of files, compared and with segments that nobody asked for."""
    question = Question(trend=True, period="2026-Q3", compare="previous")
    return sections(Files((str(EXAMPLES),), hashed=True), ReadOptions(), question, catalog(), Beside())[0]


def within(blocks: Iterable[PageBlock]) -> Iterator[PageBlock]:
    """All blocks of a page, also those in sections and folds."""
    for block in blocks:
        yield block
        if isinstance(block, Section | Fold):
            yield from within(block.blocks)


def test_every_number_of_the_report_is_on_its_page(whole: Sections) -> None:
    blocks = list(within(sections_page(whole).blocks))
    shown = {
        (cell.value, cell.unit)
        for block in blocks
        if isinstance(block, Section) and block.name.startswith("family-")
        for table in block.blocks
        if isinstance(table, Table)
        for row in table.rows
        for cell in row.cells
    }
    known = [(metric.value, metric.unit) for metric in whole.report.metrics if metric.value is not None]
    assert len(known) > 60
    assert [pair for pair in known if pair not in shown] == []
    rows = [row for block in blocks if isinstance(block, Table) for row in block.rows]
    titles = {metric.title for metric in whole.report.metrics if metric.value is None}
    assert titles <= {row.cells[0].text for row in rows if row.undefined}


def test_tiles_are_the_headlines_with_what_they_rest_on(whole: Sections) -> None:
    (tiles,) = [block for block in sections_page(whole).blocks if isinstance(block, Tiles)]
    metrics = {metric.title: metric for metric in whole.report.metrics}
    assert 4 <= len(tiles.items) <= 8
    for tile in tiles.items:
        metric = metrics[tile.title]
        assert tile.value.value == metric.value
        assert (tile.change is not None) == (metric.change is not None)
        assert (tile.mark is not None) == (sum(value is not None for value in metric.trend or ()) > 1)
    rate = next(tile for tile in tiles.items if tile.title == "Win rate")
    assert "104 / 183" in rate.note
    assert "no clear difference" in rate.change.text  # type: ignore[union-attr]


def test_a_page_has_each_section_or_says_why_not(whole: Sections) -> None:
    page = sections_page(whole)
    names = [block.name for block in within(page.blocks) if isinstance(block, Section)]
    assert len(names) == len(set(names))
    (absent,) = [block for block in within(page.blocks) if isinstance(block, Section) and block.name == "absent"]
    listed = [item for block in absent.blocks if isinstance(block, Items) for item in block.items]
    assert {item.lead for item in listed} == {"changes between exports"}
    assert {
        "segments",
        "trend",
        "funnel",
        "part-cohort",
        "part-forecast",
        "part-benchmark",
        "part-losses",
        "quality",
    } <= set(names)


def test_definitions_stand_there_once(whole: Sections) -> None:
    tables = [block for block in within(sections_page(whole).blocks) if isinstance(block, Table)]
    defined = [
        row.cells[0].text
        for table in tables
        if any(c.kind is Kind.CODE for c in table.columns[:3])
        for row in table.rows
    ]
    assert Counter(defined) == Counter({metric.title: 1 for metric in whole.report.metrics})


def test_notes_and_findings_are_not_said_twice(whole: Sections) -> None:
    blocks = list(within(sections_page(whole).blocks))
    notes = [note for block in blocks if isinstance(block, Table) for note in block.notes if isinstance(note, str)]
    assert [note for note, number in Counter(notes).items() if number > 1 and not note.startswith("~")] == []
    bodies = [plain(item.body) for block in blocks if isinstance(block, Items) and block.states for item in block.items]
    assert bodies
    assert [body for body, number in Counter(bodies).items() if number > 1] == []


def test_segments_are_judged_last_where_they_are_small() -> None:
    question = Question(trend=True, by=("owner",), min_n=30)
    answer, _ = sections(Files((DEALS,)), ReadOptions(), question, catalog(), Beside(("segments",)))
    table = next(
        table
        for block in within(sections_page(answer).blocks)
        if isinstance(block, Section) and block.name == "segments-win-rate"
        for table in block.blocks
        if isinstance(table, Table)
    )
    assert table.rows[0].total
    marks = [next(cell.mark for cell in row.cells if isinstance(cell.mark, Whisker)) for row in table.rows]
    assert len({mark.axis for mark in marks}) == 1
    hollow = [mark.hollow for mark in marks]
    assert hollow == sorted(hollow)
    values = [mark.value or 0.0 for mark in marks[1:] if not mark.hollow]
    assert values == sorted(values, reverse=True)
    total = next(m.value for m in answer.report.metrics if m.id == "win_rate" and not m.group)
    assert {mark.centre for mark in marks} == {float(total or 0)}


def test_two_hundred_owners_fit_a_page(tmp_path: Path) -> None:
    """Also where their names would run, load or turn round something."""
    draw = random.Random(3)
    names = ["=cmd()", "<script>x()</script>", "[x](http://e.example)", "a\u202eb"] + [
        f"Rep {n:03d}" for n in range(196)
    ]
    with (tmp_path / "deals.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["Deal ID", "Stage", "Amount", "Create Date", "Close Date", "Owner"])
        for n in range(2_000):
            day = date(2025, 1, 1) + timedelta(days=draw.randrange(600))
            closed = day + timedelta(days=draw.randrange(60))
            stage = draw.choice(["Closed won", "Closed lost"])
            lines.writerow([n, stage, draw.randrange(1, 9_000), day, closed, names[n % len(names)]])
    done = invoke("report", str(tmp_path / "deals.csv"), "--by", "owner", "-o", str(tmp_path / "page.html"))
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "page.html").read_text("utf-8")
    assert len(page.encode()) < 2_000_000
    assert "<script" not in page
    assert "\u202e" not in page
    assert re.findall(r'(?:href|src)="[^#][^"]*"', page) == []
    assert "200 segments are too many for this part" in page


LEADS = "Lead ID,Lead Owner,Lead Status,Created Date\n" + "".join(
    f"L{n},{'Ann' if n % 2 else 'Bob'},{'Converted' if n % 3 else 'Disqualified'},2025-0{n % 6 + 1}-03\n"
    for n in range(60)
)
ALONE = "Deal ID,Deal Owner,Deal Stage,Amount,Create Date,Close Date\n1,Ann,Closed Won,5,2025-01-02,2025-02-03\n2,Ann,Closed Lost,7,2025-01-05,2025-03-03\n"
LACKING = {
    "leads": LEADS,
    "leads_undated": "Lead ID,Lead Owner,Lead Status\n1,Ann,Converted\n2,Bob,Disqualified\n3,Bob,Converted\n",
    "invoices": "Invoice ID,Invoice Date,Due Date,Amount\n1,2025-01-02,2025-02-01,50\n2,2025-02-02,2025-03-01,70\n",
    "deals": ALONE,
    "deals_undated": "Deal ID,Deal Owner,Deal Stage,Amount\n1,Ann,Closed Won,5\n2,Bob,Closed Lost,7\n3,Bob,Closed Won,4\n",
}


@pytest.mark.parametrize("name", LACKING)
def test_reasons_of_absent_sections_are_sentences_that_hold_for_a_report(
    composed: Any, tmp_path: Path, name: str
) -> None:
    path = tmp_path / f"{name}.csv"
    path.write_text(LACKING[name], encoding="utf-8")
    answer, _ = composed(str(path))
    report = get_command(make_app()).commands["report"]  # type: ignore[attr-defined]
    known = {option for param in report.params for option in param.opts}
    section = absent_section(answer)
    assert section is not None
    items = [item for block in section.blocks if isinstance(block, Items) for item in block.items]
    assert len(items) == len(answer.absent) > 0
    for item in items:
        why, said = plain(item.body), f"{plain(item.body)} {plain(item.hint)}"
        assert set(re.findall(r"--[a-z][a-z-]*", said)) <= known, said
        assert not re.search(r"nothing to report|salesmetrics |[a-z]_[a-z]|(are|is) -|(and|are|is)$", why), said
    reasons = {item.lead: plain(item.body) for item in items}
    if name.startswith("leads"):
        assert reasons["forecast"] == reasons["losses"] == "there is no deals file"
    assert reasons.get("segments") == reasons.get("benchmark")
    assert answer.cohort is None or answer.cohort.of == name
