"""Every hint names options that its command has, columns whose values can be what it says, and no name of the inside."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from in_process import invoke
from salesmetrics.cli.app import make_app
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import ReadOptions, load
from salesmetrics.library import report_on
from salesmetrics.messages import catalogues, findings_of_reports, typed
from salesmetrics.messages.errors import CATALOGUE
from salesmetrics.messages.findings import FINDINGS
from salesmetrics.messages.fixes import FIXES
from trees import module_names, nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EXAMPLES = Path(__file__).parent.parent / "examples"
CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.parent.relative_to(CASES).as_posix() for path in CASES.rglob("cmd"))
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*|(?<=`)-[a-z](?![\w-])")
INSIDE = re.compile(r"__\w+__|\b\w+_text\b|\bPolars\b|\bpydantic\b|\bSeries\b|\bDataFrame\b|\bNone\b|Traceback")
ONLY_OF = {
    "answer_large": "rows",
    "outputs_collide": "check",
    "file_exists": "init",
    "demo_folder_taken": "demo",
    "demo_folder_is_file": "demo",
    "format_unknown": "report",
    "values_too_many": "trend",
    "business_hours_invalid": "report",
    "exports_same_day": "compare",
    "exports_undated": "compare",
    "currency_in_one_export": "compare",
    "period_over": "forecast",
    "as_of_before_data": "report",
}
"""Errors that only some commands can end in, and one of these."""
READING = tuple(
    name
    for name, command in get_command(make_app()).commands.items()  # type: ignore[attr-defined]
    if name != "init" and any(param.name == "files" for param in command.params)
)
"""Commands that compute something from files."""


@cache
def options_of() -> Mapping[str, frozenset[str]]:
    """Command → its options, long and short."""
    commands = get_command(make_app()).commands  # type: ignore[attr-defined]
    found = {}
    for name, command in commands.items():
        parts = [command, *getattr(command, "commands", {}).values()]
        params = [param for part in parts for param in part.params]
        found[name] = frozenset(opt for param in params for opt in (*param.opts, *param.secondary_opts))
    return found


def strange_options(hint: str, commands: Iterable[str]) -> list[str]:
    """The options in a hint that a command does not have; one in a whole command belongs to that command."""
    found = []
    for part in re.split(r"(`salesmetrics [^`]*`)", hint):
        words = part.strip("`").split()
        named = [words[1]] if words[:1] == ["salesmetrics"] and len(words) > 1 else list(commands)
        for option in OPTION.findall(part):
            found += [f"{option} of {name}" for name in named if option not in options_of().get(name, frozenset())]
    return found


def hints_of(name: str) -> list[str]:
    texts = [(CASES / name / stream) for stream in ("stderr", "stdout")]
    lines = [line for path in texts if path.exists() for line in path.read_text(encoding="utf-8").splitlines()]
    in_json = [
        json.loads(f'"{found}"') for line in lines for found in re.findall(r'"hint": ?"((?:[^"\\\\]|\\\\.)*)"', line)
    ]
    return [*(line.split("hint: ", 1)[1] for line in lines if "hint: " in line), *in_json]


@pytest.mark.parametrize("name", NAMES)
def test_a_hint_of_a_case_names_options_of_its_command(name: str) -> None:
    words = shlex.split((CASES / name / "cmd").read_text(encoding="utf-8"))
    for hint in hints_of(name):
        assert not INSIDE.search(hint)
        if len(words) > 1 and words[1] in options_of():
            assert strange_options(hint, [words[1]]) == [], hint


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_hint_of_an_error_names_options_that_every_command_has(code: str) -> None:
    commands = [ONLY_OF[code]] if code in ONLY_OF else READING
    assert strange_options(CATALOGUE[code].hint, commands) == []


@pytest.mark.parametrize("code", FINDINGS)
def test_a_hint_of_a_finding_names_options_that_every_command_has(code: str) -> None:
    commands = ["report"] if code in findings_of_reports.WORDS else READING
    assert strange_options(FINDINGS[code][1] or "", commands) == []


COMPUTE = ("report", "rows", "trend", "explain", "losses", "compare", "funnel", "forecast", "benchmark", "cohort")
ROOMS = {
    "analysis/exports.py": ("compare",),
    "sections.py": ("report",),
    "render/layouts/sections": ("report",),
    "questions.py": READING,
    "ingest": (*READING, "init"),
    "frames": READING,
    "analysis/benchmark.py": ("benchmark",),
    "analysis/losses.py": ("losses",),
    "analysis/reasons.py": ("losses",),
    "analysis/compare.py": ("compare",),
    "analysis/funnel.py": ("funnel",),
    "analysis/journeys.py": ("funnel",),
    "analysis/stage_numbers.py": ("funnel",),
    "analysis/forecast.py": ("forecast",),
    "analysis/cohort.py": ("cohort",),
    "analysis/closed_basis.py": ("cohort",),
    "analysis/followed.py": ("cohort",),
    "analysis": ("losses", "compare", "funnel", "forecast", "benchmark", "cohort"),
    "entities": COMPUTE,
    "engine": COMPUTE,
    "drilldown": COMPUTE,
    "calendar/as_of.py": (
        "report",
        "rows",
        "trend",
        "explain",
        "losses",
        "funnel",
        "benchmark",
        "cohort",
    ),  # `--on` of compare has words of its own
    "calendar": COMPUTE,
    "render/layouts/compare.py": ("compare",),
    "render/layouts/cohort.py": ("cohort",),
    "render/layouts/funnel.py": ("funnel",),
    "render/layouts/files.py": ("inspect", "check"),
    "render/layouts/guesses.py": ("inspect",),
    "render/layouts/overview.py": ("report",),
    "render/layouts/rows.py": ("rows",),
    "render/layouts/trend.py": ("trend",),
    "render": (*READING, "kpis", "config"),
    "cli/commands/benchmark.py": ("benchmark",),
    "cli/output.py": ("report", "trend", "losses", "benchmark"),
    "cli/guarding.py": (*READING, "init", "kpis", "config"),
    "cli": (*READING, "init"),
    "schema": READING,
}
"""Where a message is made → the commands that can say it; the first that fits."""
ABOUT_THE_OPTION = {
    "as_of_differs": "in a report",
    "as_of_option": "names what was typed",
    "condition_without": "only said of --where",
    "command_by": "the analyses of a report, all of which have --by",
    "columns_of_condition": "only said of --where",
    "date_of_several_readings": "in the list of rejected rows",
    "format_to_try": "only said of options beside --format",
    "did_you_mean_by": "only said of --by",
    "kpis_available": "below a report",
    "period_this_quarter": "only said of --compare",
    "rows_not_shown": "only where there is --all",
    "segments_not_shown": "below a report",
    "segments_too_many": "only said of --by",
    "top_example": "only said of --top",
    "values_too_many": "only said of --every",
    "where_all_have": "only said of --where",
    "where_example": "only said of --where",
    "where_invalid": "only said of --where",
    "whole_months": "only said of --every and --period",
    "whole_quarters": "only said of --every and --period",
    "without_compare": "only said of --compare",
}
"""Messages that name an option which was given, so that the command has it."""


@cache
def makers() -> Mapping[str, frozenset[str]]:
    """Code of a message → the modules that make it."""
    found: dict[str, set[str]] = {}
    for name in module_names():
        if not name.startswith("messages/") and name != "privacy/details.py":  # which name what others make
            for node in nodes(name):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.setdefault(node.value, set()).add(name)
    return {code: frozenset(names) for code, names in found.items()}


def plain(template: str) -> str:
    return re.sub(r"\{set:([a-z-]+)", r"--\1 ", template)


@cache
def naming() -> Mapping[str, str]:
    """The messages that name options, by code."""
    return {
        code: plain(template)
        for catalogue in catalogues()
        for code, template in catalogue.items()
        if code in makers() and OPTION.search(plain(template)) and not code.endswith(".hint")
    }


def test_a_message_names_options_of_every_command_that_can_say_it() -> None:
    strange = {}
    for code, template in naming().items():
        for module in makers()[code]:
            room = next((room for room in ROOMS if module.startswith(room)), None)
            # What the declaration of an option says is said of it alone.
            if room is None:
                assert module.startswith("settings/"), (code, module)
            elif code not in ABOUT_THE_OPTION and (found := strange_options(template, ROOMS[room])):
                strange[code, module] = found
    assert strange == {}


def test_no_excuse_is_out_of_date() -> None:
    assert naming().keys() >= set(ABOUT_THE_OPTION)


SPOKEN = [
    *("report deals.csv", "report deals.csv --by owner", "report deals.csv -o out.csv", "check deals.csv"),
    *(
        "trend win_rate deals.csv",
        "trend win_rate deals.csv -o out.csv",
        "trend win_rate deals.csv --every week --by owner",
    ),
    *(
        "rows win_rate deals.csv",
        "rows win_rate deals.csv -o out.csv",
        "explain win_rate deals.csv",
        "inspect deals.csv",
    ),
    *("inspect deals.csv leads.csv activities.csv quotas.csv", "kpis", "config show", "init deals.csv -o -"),
    *("losses deals.csv", "losses deals.csv -o out.csv", "cohort deals.csv"),
    *("benchmark deals.csv --by owner", "benchmark deals.csv --by owner -o out.csv"),
]


@pytest.mark.parametrize("columns", ["60", "120"])
@pytest.mark.parametrize("line", SPOKEN)
def test_what_a_command_says_names_options_that_it_has(line: str, columns: str, tmp_path: Path) -> None:
    """On a screen of ten lines, on which most is left out, with a settings file further up."""
    folder = tmp_path / "exports"
    folder.mkdir()
    (tmp_path / "salesmetrics.toml").write_text("[report]\nmin_n = 5\n", "utf-8")
    for path in EXAMPLES.glob("*.csv"):
        shutil.copy(path, folder)
    words = line.split()
    done = invoke(*words, cwd=folder, env={**os.environ, "COLUMNS": columns, "LINES": "10"})
    said = [done.stderr] if words[0] in ("init", "kpis") else [done.stderr, done.stdout]
    for text in said:
        assert strange_options(" ".join(text.split()), [words[0]]) == []


@pytest.mark.parametrize("code", FIXES)
def test_a_fix_names_options_that_there_are(code: str) -> None:
    known = frozenset().union(*options_of().values())
    said = re.sub(r"\{set:([a-z-]+)", r"--\1 ", FIXES[code])
    assert [option for option in OPTION.findall(said) if option not in known] == []


def test_the_check_itself_finds_what_does_not_exist() -> None:
    assert strange_options("try `--family x`", ["trend"]) == ["--family of trend"]
    assert strange_options("try `-o x`", ["schema"]) == ["-o of schema"]
    assert strange_options("try `salesmetrics check FILE --rejects x`", ["kpis"]) == []
    assert strange_options("try `salesmetrics kpis --rejects x`", ["report"]) == ["--rejects of kpis"]


# --- columns that can be it ------------------------------------------------------------------------------------------


def written(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "file.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def hint_of(tmp_path: Path, kind: str, *lines: str) -> str:
    with pytest.raises(SalesmetricsError) as caught:
        load([f"{kind}={written(tmp_path, *lines)}"])
    assert caught.value.code == "column_missing"
    return caught.value.hint


@pytest.mark.parametrize(
    ("kind", "lines", "never"),
    [
        ("deals", ["age;job;month;status", "30;admin;may;Won", "41;clerk;jun;Lost"], ["month", "job"]),
        (
            "deals",
            ["target_id,stage_date_closed_won,thing", "7,2026-01-02,x", "8,2026-02-02,y"],
            ["target_id"],
        ),
        ("deals", ["Deal Stge,Amuont,Id", "2026-01-02,Kiln,x", "2026-01-03,Sand,y"], ["Deal Stge", "Amuont"]),
        ("invoices", ["Invoce Number,Amount due to,Paid", "7,Oak,Ann", "8,Elm,Bo"], ["Amount due to"]),
        ("leads", ["Stats,Createt,Nr", "2026-01-02,yes,1", "2026-01-03,no,2"], ["Createt"]),
        ("activities", ["Typ of call,Occured,Nr", "7,yes,1", "8,no,2"], ["Occured"]),
    ],
)
def test_no_column_is_suggested_whose_values_cannot_be_it(
    tmp_path: Path, kind: str, lines: list[str], never: list[str]
) -> None:
    hint = hint_of(tmp_path, kind, *lines)
    typed_in = " ".join(re.findall(r'--map \w+="[^"]*"', hint))
    assert not [name for name in never if name in typed_in], hint


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("deals", ["Deal Stge,Amuont,Nr", "Won,12.50,1", "Lost,7.00,2"]),
        ("deals", ["Ergebnis?;Betrg;Nr", "Gewonnen;12,50;1", "Verloren;7,00;2"]),
        ("quotas", ["Rep,Qouta,Period", "Ann,100.00,2026-Q1", "Bo,90.00,2026-Q1"]),
    ],
)
def test_what_a_hint_tells_to_type_reads_the_file(tmp_path: Path, kind: str, lines: list[str]) -> None:
    hint = hint_of(tmp_path, kind, *lines)
    mapping = dict(re.findall(r'--map (\w+)="([^"]*)"', hint))
    assert mapping, hint
    assert load([f"{kind}={tmp_path / 'file.csv'}"], ReadOptions(mapping=mapping)).frames[kind].height == 2  # type: ignore[index]


@pytest.mark.parametrize("header", ["Amount", "Deal Size", "Size ($)", 'The "big" one', "a`b", "Größe"])
def test_a_header_in_a_hint_can_be_pasted_into_a_shell(header: str) -> None:
    assert shlex.split(f"--map amount={typed(header)}") == ["--map", f"amount={header}"]


def test_a_kind_is_suggested_only_where_the_file_has_what_it_needs(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "contract_id,supplier_name,contract_value,start_date,status,owner",
        "C1,Oak,1000,2026-01-05,Active,Ann",
        "C2,Elm,5,2026-01-06,Ended,Bo",
    )
    with pytest.raises(SalesmetricsError) as caught:
        load([path])
    (named,) = re.findall(r"`(\w+=[^`]*)`", caught.value.hint)
    assert load([named]).files[0].rows.used == 2
    bare = written(tmp_path, "Station,Temperature", "A,1")
    with pytest.raises(SalesmetricsError) as caught:
        load([bare])
    assert f"`KIND={bare} --map FIELD=HEADER`" in caught.value.hint


@pytest.mark.parametrize("first", ["Deal ID", "Nr"])
def test_where_no_row_can_be_used_the_hint_is_a_way_out(tmp_path: Path, first: str) -> None:
    path = written(
        tmp_path, f"{first},Name,Stage,Amount,Created", "1,Kiln,Won,1x2,2026-01-02", "2,Sand,Lost,1y,2026-01-02"
    )
    with pytest.raises(SalesmetricsError) as caught:
        load([path])
    hint = caught.value.hint
    assert "`--map amount=`" in hint
    file = f"deals={path}" if f"`deals={path}`" in hint else path
    assert load([file], ReadOptions(mapping={"amount": ""})).frames["deals"].height == 2


def test_a_file_of_deleted_rows_is_an_error(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Deal ID,Name,Stage,Amount,Created,Is Deleted",
        "1,Kiln,Won,12,2026-01-02,true",
        "2,Sand,Lost,1,2026-01-02,true",
    )
    dataset = load([path])
    assert [str(found.severity) for found in dataset.findings if found.code == "deleted_rows"] == ["error"]
    with pytest.raises(SalesmetricsError, match="the files have no usable rows"):
        report_on(dataset)
