"""Results of calls in Python: the forms, options and refusals of the commands, tables with exact types, and notebooks."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import polars as pl
import pytest

import salesmetrics
from in_process import invoke
from salesmetrics import asking, library
from salesmetrics.answers.base import Answer
from salesmetrics.cli.app import COMMANDS
from salesmetrics.cli.options import _Command
from salesmetrics.errors import SalesmetricsError
from salesmetrics.results import Result
from salesmetrics.settings.options import options_of

if TYPE_CHECKING:
    from salesmetrics.ingest.dataset import Dataset

pytestmark = pytest.mark.usefixtures("read_once")


ROOT = Path(__file__).parent.parent
DEALS, STAGES = "examples/deals.csv", "examples/stages.csv"
FUNCTIONS = [
    name for name in salesmetrics.__all__ if name not in {"Result", "__version__", "load", "report_on", "demo"}
]


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return salesmetrics.load(str(ROOT / DEALS), str(ROOT / STAGES))


CALLS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "report": (
        (DEALS, STAGES),
        {"by": "owner", "period": "last-quarter", "compare": "previous", "goal": "win_rate>=0.4"},
    ),
    "trend": (("win_rate,revenue", DEALS), {"every": "quarter", "min_n": 20}),
    "compare": (("examples/weekly",), {"by": ["owner"]}),
    "funnel": ((DEALS, STAGES), {"cohort": True, "horizon": 60, "where": "team = 'Enterprise'"}),
    "cohort": ((DEALS,), {"every": "quarter"}),
    "forecast": ((DEALS,), {"period": "2026-Q4", "draws": 50, "target": 900_000}),
    "benchmark": ((DEALS,), {"by": "team", "kpi": ["win_rate", "revenue"], "seed": 3}),
    "losses": ((DEALS,), {"as_of": date(2026, 6, 30), "merge_reason": {"Timing": "Price"}}),
    "rows": (("lost_deals", DEALS), {"sort": "amount", "top": 5, "columns": ["id", "amount", "closed"]}),
    "explain": (("win_rate", DEALS), {"period": "2026"}),
    "check": ((DEALS,), {"date_order": "dmy"}),
    "inspect": ((DEALS,), {"won": "Contract sent"}),
}
"""Function → what it is called with; a new function has a line here."""


def typed(name: str) -> list[str]:
    """The command that says the same."""
    words, options = CALLS[name]
    line = [name, *words, "--no-config"]
    for option, value in options.items():
        flag = f"--{option.replace('_', '-')}"
        if value is True:
            line.append(flag)
        elif isinstance(value, dict):
            line += [word for pair in value.items() for word in (flag, "=".join(pair))]
        else:
            line += [flag, ",".join(value) if isinstance(value, list) else str(value)]
    return line


def called(name: str) -> Result[Any]:
    words, options = CALLS[name]
    found = getattr(salesmetrics, name)(*words, **options)
    assert isinstance(found, Result)
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_form_is_that_of_the_command(name: str) -> None:
    result = called(name)
    forms = {"json": result.to_json, "table": result.to_text, "md": result.to_markdown, "html": result.to_html}
    for form, made in forms.items():
        done = invoke(*typed(name), "--quiet", "--format", form, env={})
        assert done.returncode in (0, 1), done.stderr
        assert made() == done.stdout, form
    assert result.to_dict() == json.loads(result.to_json())
    assert repr(result) == result.to_text().rstrip("\n")


def test_a_width_is_that_of_the_terminal() -> None:
    words, options = CALLS["losses"]
    done = invoke(*typed("losses"), "--quiet", env={"COLUMNS": "70", "LINES": "60"})
    assert salesmetrics.losses(*words, **options).to_text(70, height=60) == done.stdout
    assert salesmetrics.losses(*words, **options).to_text(10**20) == salesmetrics.losses(*words, **options).to_text(
        None
    )


# --- options ---


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_options_are_those_of_the_command(name: str) -> None:
    module = importlib.import_module(f"salesmetrics.cli.commands.{name}")
    command = _Command(getattr(module, name).__wrapped__)
    takes = asking.TAKES[name]
    own = {option.name for option in takes.own}
    words = {"kpi"} & set(command.own)  # a word of its own before the files, no option
    of_command = {option.name for option in command.takes()} | set(command.own)
    of_command -= {"files", "typer_context", *words, *asking.OF_A_COMMAND}
    assert {option.name for option in asking.taken(name)} == of_command
    assert set(takes.groups) == set(command.groups.values())
    assert {*takes.not_from_file, *own} == command.not_from_file - {
        "files",
        "typer_context",
        *words,
        "strict",
        "rejects",
        "github",
    }
    assert set(takes.always) == command.always
    of_groups = {option.name for option in options_of(*takes.groups)}
    assert set(takes.without) == (command.left_out & of_groups) | words


@pytest.mark.parametrize("name", ["load", *FUNCTIONS])
def test_the_types_and_the_signature_name_the_same_options(name: str) -> None:
    classes = {"load": "Reading", "check": "Check", "inspect": "Check"}
    declared = getattr(asking, f"{classes.get(name, name.capitalize())}Options")
    options = {option.name for option in asking.taken(name)}
    assert set(get_type_hints(declared)) | {"rows"} == options | {"rows"}
    function = getattr(library, name)
    keywords = {p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY}
    assert keywords == options
    assert all(f"        {option}: " in function.__doc__ for option in options)


REFUSED: list[tuple[str, dict[str, Any], list[str]]] = [
    ("report", {"perid": "2026"}, ["--perid", "2026"]),
    ("report", {"group_by": "owner"}, ["--group-by", "owner"]),
    ("report", {"horizon": 30}, ["--horizon", "30"]),
    ("report", {"period": "last-fortnight"}, ["--period", "last-fortnight"]),
    ("report", {"compare": "prvious"}, ["--compare", "prvious"]),
    ("report", {"level": 2}, ["--level", "2"]),
    ("report", {"min_n": "many"}, ["--min-n", "many"]),
    ("report", {"kpi": "win_rat"}, ["--kpi", "win_rat"]),
    ("report", {"by": "colour"}, ["--by", "colour"]),
    ("report", {"top": 3}, ["--top", "3"]),
    ("report", {"map": "amount"}, ["--map", "amount"]),
    ("report", {"where": "region =="}, ["--where", "region =="]),
    ("report", {"goal": "win_rate much"}, ["--goal", "win_rate much"]),
    ("report", {"as_of": "2026-13-01"}, ["--as-of", "2026-13-01"]),
    ("report", {"timezone": "Mars/Base"}, ["--timezone", "Mars/Base"]),
    ("funnel", {"horizon": 0}, ["--horizon", "0"]),
    ("funnel", {"rows": "nowhere"}, ["--rows", "nowhere"]),
    ("benchmark", {"by": "owner", "seed": -1}, ["--by", "owner", "--seed", "-1"]),
    ("benchmark", {}, []),
    ("cohort", {"every": "week"}, ["--every", "week"]),
    ("forecast", {"period": "2026-Q4", "draws": 1}, ["--period", "2026-Q4", "--draws", "1"]),
    ("losses", {"merge_reason": "x"}, ["--merge-reason", "x"]),
]


@pytest.mark.parametrize(("name", "options", "words"), REFUSED, ids=lambda value: str(value)[:30])
def test_what_is_wrong_is_refused_as_by_the_command(name: str, options: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SalesmetricsError) as refused:
        getattr(salesmetrics, name)(DEALS, **options)
    done = invoke(name, DEALS, *words, "--no-config", env={"COLUMNS": "1000"})
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == f"error: {refused.value}"
    assert done.stderr.splitlines()[2] == f"hint: {refused.value.hint}"


def test_options_of_a_command_and_of_a_dataset_say_where_they_belong(dataset: Dataset) -> None:
    for options, hint in (
        ({"format": "json"}, ".save(FILE)"),
        ({"as_of": "today"}, "datetime.date.today()"),
        ({"date_order": "dmy"}, "salesmetrics.load"),
    ):
        with pytest.raises(SalesmetricsError) as refused:
            salesmetrics.report(dataset, **options)  # type: ignore[call-arg]
        assert hint in refused.value.hint


def test_a_settings_file_is_read_where_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[report]\nmin_n = 50\nwhere = "team = \'Enterprise\'"\n[goals]\nwin_rate = ">= 0.9"\n', "utf-8")
    result = salesmetrics.report(DEALS, kpi="win_rate", config=str(path))
    done = invoke("report", DEALS, "--kpi", "win_rate", "--config", str(path), "--format", "json", env={})
    assert result.to_json() == done.stdout
    assert result.goals[0].goal.status == "missed"
    path.write_text('[report]\nperiod = "last-fortnight"\n', "utf-8")
    with pytest.raises(SalesmetricsError) as refused:
        salesmetrics.report(DEALS, config=str(path))
    assert (refused.value.code, refused.value.details["line"]) == ("config_invalid", 2)


def test_a_dataset_is_asked_with_what_it_was_read_with() -> None:
    words = {"won": ["Contract sent"]}
    read = salesmetrics.load(DEALS, STAGES, **words)
    assert salesmetrics.funnel(read).to_json() == salesmetrics.funnel(DEALS, STAGES, **words).to_json()
    assert salesmetrics.check(read).findings == salesmetrics.check(DEALS, STAGES, **words).findings
    assert salesmetrics.inspect(read).files == salesmetrics.inspect(DEALS, STAGES, **words).files


# --- tables ---


@pytest.mark.parametrize("name", FUNCTIONS)
def test_tables_have_a_row_per_record_and_no_type_that_loses_anything(name: str) -> None:
    result = called(name)
    tree = result.to_dict()
    assert result.tables
    for table in result.tables:
        frame = result.to_polars(table)
        outer, _, inner = table.partition(".")
        records = tree[outer]
        assert frame.height == (sum(len(record[inner] or []) for record in records) if inner else len(records)), table
        assert not {pl.Object, pl.Null, pl.Categorical} & {dtype.base_type() for dtype in frame.dtypes}
    assert result.to_polars().equals(result.to_polars(result.tables[0]))


def test_money_is_exact_days_are_days_and_groups_are_columns() -> None:
    metrics = salesmetrics.report(DEALS, kpi=["revenue", "win_rate"], by="owner", period="2026")
    frame = metrics.to_polars()
    assert {name: frame.schema[name] for name in ("id", "owner", "value", "value_exact", "n", "period_start")} == {
        "id": pl.String,
        "owner": pl.String,
        "value": pl.Float64,
        "value_exact": pl.Decimal(38, 2),
        "n": pl.Int64,
        "period_start": pl.Date,
    }
    money = frame.filter(pl.col("id") == "revenue")
    assert money["value_exact"].to_list() == [m.value for m in metrics.metrics if m.id == "revenue"]
    assert all(isinstance(value, Decimal) for value in money["value_exact"])
    rates = frame.filter(pl.col("id") == "win_rate")
    assert rates["value_exact"].null_count() == rates.height
    assert rates["value"].to_list() == [m.value for m in metrics.metrics if m.id == "win_rate"]
    assert rates["interval_low"].to_list() == [
        m.interval and m.interval.low for m in metrics.metrics if m.id == "win_rate"
    ]
    alone = salesmetrics.report(DEALS, kpi="revenue", period="2026").to_polars()
    assert alone.schema["value"] == pl.Decimal(38, 2)


def test_a_list_within_a_record_is_a_table_that_says_which() -> None:
    bars = salesmetrics.compare("examples/weekly").to_polars("bridge.bars")
    assert bars.columns[:4] == ["currency", "from", "to", "id"]
    assert bars.schema["value"] == pl.Decimal(38, bars.schema["value"].scale)  # type: ignore[attr-defined]
    sums = bars.with_columns(pl.when(pl.col("id") == "end").then(-pl.col("value")).otherwise(pl.col("value")))
    assert set(sums.group_by("currency", "from", "to").agg(pl.col("value").sum())["value"]) == {Decimal(0)}


def test_a_table_that_there_is_not_is_refused_by_name(dataset: Dataset) -> None:
    with pytest.raises(SalesmetricsError) as refused:
        salesmetrics.cohort(dataset).to_polars("horizons")
    assert "cohorts.horizons" in refused.value.hint


def test_listed_days_are_days_even_beside_a_header_of_that_name(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(
        "Deal ID,Deal Stage,Amount,Close Date,left\n1,Closed Won,5,2026-01-02,yes\n2,Closed Won,7,2026-01-03,\n",
        "utf-8",
    )
    frame = salesmetrics.rows("won_deals", str(path), columns="id,closed,left").to_polars()
    assert frame.schema["closed"] == pl.Date
    assert frame["left"].to_list() == ["yes", None]


# --- results ---


def test_fields_of_the_answer_are_attributes_that_dir_shows(dataset: Dataset) -> None:
    result = salesmetrics.funnel(dataset)
    assert isinstance(result.answer, Answer)
    assert result.stages is result.answer.stages
    assert {"answer", "to_polars", "to_html", "save", "stages", "inputs", "tables"} <= set(dir(result))
    assert result == salesmetrics.funnel(dataset)
    with pytest.raises(AttributeError, match="has no attribute 'stags'"):
        result.stags  # noqa: B018


def test_what_cannot_be_saved_leaves_nothing_behind(tmp_path: Path, dataset: Dataset) -> None:
    result = salesmetrics.check(dataset)
    for name, code in (("a.docx", "format_unknown"), ("none/a.json", "output_unwritable")):
        with pytest.raises(SalesmetricsError) as refused:
            result.save(str(tmp_path / name))
        assert refused.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(dataset: Dataset) -> None:
    result = salesmetrics.losses(dataset, where="owner <> '</iframe><script>'")
    bundle = result._repr_mimebundle_()
    assert bundle["text/plain"] == result.to_text()
    html = bundle["text/html"]
    assert html == result._repr_html_()
    frame, _, rest = html.partition("</iframe>\n")
    start, _, page = frame.partition('srcdoc="')
    page, _, attributes = page.partition('" ')
    assert start == "<iframe "
    assert unescape(page) == result.to_html()
    assert attributes.startswith('sandbox="" width="100%"')
    assert "<" not in page
    assert rest.startswith("<details><summary>as text</summary><pre>")
    assert unescape(rest.partition("<pre>")[2].partition("</pre>")[0]) == result.to_text()
    assert "<script" not in html
    assert "<style" not in html


# --- the package ---


def test_nothing_heavy_is_imported_before_a_function_is_used() -> None:
    code = (
        "import sys, salesmetrics; dir(salesmetrics); heavy = {'polars', 'msgspec', 'pydantic', 'jinja2', 'typing', 'rich'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules); salesmetrics.report;"
        "assert not {'polars', 'pydantic', 'jinja2', 'xlsxwriter', 'rich'} & set(sys.modules), sorted(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr


def test_no_module_of_the_package_takes_the_name_of_a_function() -> None:
    assert {module.name for module in pkgutil.iter_modules(salesmetrics.__path__)} & set(salesmetrics.__all__) == set()
    for module in pkgutil.walk_packages(salesmetrics.__path__, "salesmetrics."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    assert set(salesmetrics.__all__) <= set(dir(salesmetrics))
    for name in salesmetrics.__all__:
        if name != "__version__":
            found = getattr(salesmetrics, name)
            assert inspect.isfunction(found) or found is Result, name


def test_every_command_that_answers_is_a_function() -> None:
    assert set(COMMANDS) - {"kpis", "config", "schema", "init", "help"} == {*FUNCTIONS, "demo"}
    assert set(CALLS) == set(FUNCTIONS)
