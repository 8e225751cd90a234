"""What is typed wrongly: one style of error, Typer's included, with a hint that can be pasted; and a help whose examples run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from typer.main import get_command

from in_process import Done, invoke
from salesmetrics.cli import app
from salesmetrics.cli.app import make_app
from salesmetrics.cli.usage import UsageError, examples_of, usage_refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(line: str, folder: Path = EXAMPLES) -> Done:
    return invoke(*shlex.split(line)[1:], cwd=folder, env={**os.environ, "COLUMNS": "80"})


# --- refusals ------------------------------------------------------------------------------------------------------------

WRONG = {
    # no command, or an argument in its place
    "salesmetrics deals.csv": ("`deals.csv` is a file, not a command", "did you mean `salesmetrics report deals.csv`?"),
    "salesmetrics deals.csv --by owner": (
        "`deals.csv` is a file, not a command",
        "did you mean `salesmetrics report deals.csv --by owner`?",
    ),
    "salesmetrics 'my deals.csv' win_rate": (
        "`my deals.csv` is a file, not a command",
        "did you mean `salesmetrics report 'my deals.csv' --kpi win_rate`?",
    ),
    "salesmetrics deals.csv report --by owner": (
        "`deals.csv` is a file, not a command",
        "did you mean `salesmetrics report deals.csv --by owner`?",
    ),
    "salesmetrics deals.csv rows revenue": (
        "`deals.csv` is a file, not a command",
        "did you mean `salesmetrics rows revenue deals.csv`?",
    ),
    "salesmetrics ./export.dat": (
        "`./export.dat` is a file, not a command",
        "did you mean `salesmetrics report ./export.dat`?",
    ),
    "salesmetrics deals=export.dat": (
        "`deals=export.dat` is a file, not a command",
        "did you mean `salesmetrics report deals=export.dat`?",
    ),
    "salesmetrics win_rate deals.csv": (
        "`win_rate` is a KPI, not a command",
        "did you mean `salesmetrics report deals.csv --kpi win_rate`?",
    ),
    "salesmetrics win_rate": ("`win_rate` is a KPI, not a command", "did you mean `salesmetrics explain win_rate`?"),
    "salesmetrics reprot deals.csv": ("no command `reprot`", "did you mean `salesmetrics report deals.csv`?"),
    "salesmetrics qwertz": ("no command `qwertz`", "run `salesmetrics -h` for the list"),
    "salesmetrics config shw": ("no command `shw`", "did you mean `salesmetrics config show`?"),
    "salesmetrics config qwertz": ("no command `qwertz`", "run `salesmetrics config -h` for the list"),
    "salesmetrics schema repot": ("no command `repot` writes JSON", "did you mean `salesmetrics schema report`?"),
    "salesmetrics help period": ("no help on `period`", "did you mean `salesmetrics help periods`?"),
    "salesmetrics help win_rate": ("no help on `win_rate`", "did you mean `salesmetrics explain win_rate`?"),
    "salesmetrics help quxx": ("no help on `quxx`", "run `salesmetrics help` for the list"),
    "salesmetrics help config shwo": ("no command `shwo`", "did you mean `salesmetrics config show`?"),
    "salesmetrics version": ("no command `version`", "did you mean `salesmetrics --version`?"),
    # arguments
    "salesmetrics report deals.csv win_rate --by owner": (
        "`win_rate` is a KPI, not a file",
        "did you mean `salesmetrics report deals.csv --by owner --kpi win_rate`?",
    ),
    "salesmetrics check win_rate revenue deals.csv": (
        "`win_rate` is a KPI, not a file",
        "did you mean `salesmetrics report deals.csv --kpi win_rate,revenue`?",
    ),
    "salesmetrics trend win_rate revenue deals.csv": (
        "`revenue` is a KPI, not a file",
        "did you mean `salesmetrics trend win_rate,revenue deals.csv`?",
    ),
    "salesmetrics rows win_rate revenue deals.csv": (
        "`revenue` is a KPI, not a file",
        "did you mean `salesmetrics report deals.csv --kpi win_rate,revenue`?",
    ),
    "salesmetrics report win_rate": (
        "`win_rate` is a KPI, not a file",
        "for example `salesmetrics report deals.csv --kpi win_rate`",
    ),
    "salesmetrics trend deals.csv --kpi win_rate --every week": (
        "`salesmetrics trend` has no option `--kpi`",
        "did you mean `salesmetrics trend win_rate deals.csv --every week`?",
    ),
    "salesmetrics rows --kpi=win_rate deals.csv": (
        "`salesmetrics rows` has no option `--kpi`",
        "did you mean `salesmetrics rows win_rate deals.csv`?",
    ),
    "salesmetrics trend deals.csv win_rate": (
        "`deals.csv` is a file, not a KPI",
        "did you mean `salesmetrics trend win_rate deals.csv`?",
    ),
    "salesmetrics trend deals.csv win_rate,revenue --every week": (
        "`deals.csv` is a file, not a KPI",
        "did you mean `salesmetrics trend win_rate,revenue deals.csv --every week`?",
    ),
    "salesmetrics rows deals.csv leads.csv revenue": (
        "`deals.csv` is a file, not a KPI",
        "did you mean `salesmetrics rows revenue deals.csv leads.csv`?",
    ),
    "salesmetrics explain deals.csv win_rate": (
        "`deals.csv` is a file, not a KPI",
        "did you mean `salesmetrics explain win_rate deals.csv`?",
    ),
    "salesmetrics explain deals.csv": (
        "`deals.csv` is a file, not a KPI",
        "for example `salesmetrics explain win_rate deals.csv`",
    ),
    "salesmetrics trend 'my deals.csv'": (
        "`my deals.csv` is a file, not a KPI",
        "for example `salesmetrics trend win_rate 'my deals.csv'`",
    ),
    "salesmetrics report": ("`salesmetrics report` needs FILE", "for example `salesmetrics report deals.csv`"),
    "salesmetrics rows": (
        "`salesmetrics rows` needs KPI",
        "for example `salesmetrics rows win_rate deals.csv --period last-month`",
    ),
    "salesmetrics trend win_rate": (
        "`salesmetrics trend` needs FILE",
        "for example `salesmetrics trend win_rate deals.csv`",
    ),
    "salesmetrics kpis churn": (
        "`salesmetrics kpis` takes no argument `churn`",
        "did you mean `salesmetrics kpis --search churn`?",
    ),
    "salesmetrics config show deals.csv": (
        "`salesmetrics config show` takes no argument `deals.csv`",
        "run `salesmetrics config show -h` for the list",
    ),
    # options
    "salesmetrics report deals.csv --perod x": (
        "`salesmetrics report` has no option `--perod`",
        "did you mean `--period`?",
    ),
    "salesmetrics report deals.csv --perod=x": (
        "`salesmetrics report` has no option `--perod`",
        "did you mean `--period`?",
    ),
    "salesmetrics report deals.csv -period x": (
        "`salesmetrics report` has no option `-period`",
        "did you mean `--period`?",
    ),
    "salesmetrics report deals.csv --group-by owner": (
        "`salesmetrics report` has no option `--group-by`",
        "did you mean `--by`?",
    ),
    "salesmetrics report deals.csv --json": (
        "`salesmetrics report` has no option `--json`",
        "did you mean `--format json`?",
    ),
    "salesmetrics report deals.csv --qwertz": (
        "`salesmetrics report` has no option `--qwertz`",
        "run `salesmetrics report -h` for the list",
    ),
    "salesmetrics report deals.csv -x": (
        "`salesmetrics report` has no option `-x`",
        "run `salesmetrics report -h` for the list",
    ),
    "salesmetrics inspect deals.csv --wide": (
        "`salesmetrics inspect` has no option `--wide`",
        "`--wide` is an option of `salesmetrics report` and `salesmetrics trend`",
    ),
    "salesmetrics inspect deals.csv --goal 3": (
        "`salesmetrics inspect` has no option `--goal`",
        "`--goal` is an option of `salesmetrics report`",
    ),
    "salesmetrics --by owner deals.csv": (
        "`--by` comes before the command",
        "did you mean `salesmetrics report --by owner deals.csv`?",
    ),
    "salesmetrics --every week trend win_rate deals.csv": (
        "`--every` comes before the command",
        "did you mean `salesmetrics trend --every week win_rate deals.csv`?",
    ),
    "salesmetrics -v": ("`salesmetrics` has no option `-v`", "did you mean `salesmetrics --version`?"),
    "salesmetrics report deals.csv --period": ("`--period` needs a value", "for example `--period last-quarter`"),
    "salesmetrics report deals.csv --period --quiet": (
        "`--period` needs a value",
        "for example `--period last-quarter`",
    ),
    "salesmetrics report deals.csv --compare": ("`--compare` needs a value", "use one of: previous, year-ago"),
    "salesmetrics report deals.csv --rejects": ("`--rejects` needs a value", "write it as `--rejects FILE`"),
    "salesmetrics report deals.csv --no-total=3": (
        "`--no-total` takes no value",
        "leave out `=` and what follows it",
    ),
    "salesmetrics report deals.csv --level abc": (
        "invalid `--level abc`: must be a number",
        "for example `--level 0.9`",
    ),
    "salesmetrics report deals.csv --level 2": (
        "invalid `--level 2`: must be at most 0.999",
        "for example `--level 0.9`",
    ),
    "salesmetrics report deals.csv --top many": (
        "invalid `--top many`: must be a whole number",
        "for example `--top 10`",
    ),
    "salesmetrics trend win_rate deals.csv --every weekly": (
        "invalid `--every weekly`: must be one of week, month, quarter, year",
        "for example `--every week`",
    ),
    "salesmetrics report deals.csv --as-of 30.09.2026": (
        "invalid `--as-of 30.09.2026`: not a date",
        "write `--as-of 2026-09-30`",
    ),
    "salesmetrics report deals.csv --as-of 05/06/2026": (
        "invalid `--as-of 05/06/2026`: not a date",
        "write `--as-of 2026-01-31` or `--as-of today`",
    ),
    "salesmetrics report deals.csv --compare year_ago": (
        "invalid `--compare year_ago`: must be one of previous, year-ago",
        "for example `--compare year-ago`",
    ),
}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_typed_wrongly_is_refused_in_one_style(line: str) -> None:
    done = run(line)
    error, hint = WRONG[line]
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {error}\n\nhint: {hint}\n")


@pytest.mark.parametrize("line", [line for line, (_, hint) in WRONG.items() if "`salesmetrics" in hint])
def test_a_whole_command_in_a_hint_is_one_that_runs(line: str, tmp_path: Path) -> None:
    for name in ("deals.csv", "leads.csv"):
        shutil.copy(EXAMPLES / name, tmp_path)
    for name in ("my deals.csv", "export.dat"):
        shutil.copy(EXAMPLES / "deals.csv", tmp_path / name)
    for pasted in re.findall(r"`(salesmetrics [^`]*)`", WRONG[line][1]):
        missing = " is an option of " in WRONG[line][1]
        done = run(f"{pasted} -h" if missing else pasted, tmp_path)
        assert done.returncode == 0, (pasted, done.stderr)


def test_what_typer_refuses_in_a_way_that_is_not_known() -> None:
    error = UsageError("It is Monday.")
    refusal = usage_refusal(error, ["report"], dict)
    assert (refusal.code, refusal.message) == ("usage", "`salesmetrics`: It is Monday.")
    assert refusal.hint == "run `salesmetrics -h` for its options"


def test_a_file_that_is_named_like_a_kpi_is_no_mistake(tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "deals.csv", tmp_path)
    (tmp_path / "revenue").mkdir()
    assert run("salesmetrics rows revenue deals.csv", tmp_path).returncode == 0


@pytest.mark.parametrize("line", ["salesmetrics", "salesmetrics config"])
def test_no_word_at_all_shows_the_help(line: str) -> None:
    done = run(line)
    assert (done.returncode, done.stderr) == (2, "")
    assert "Usage: salesmetrics" in done.stdout
    assert done.stdout.count("Usage:") == 1


SHOWN = [
    *(
        "report deals.csv",
        "report deals.csv --by owner",
        "report deals.csv --all",
        "report deals.csv --every quarter --kpi win_rate",
    ),
    *(
        "report deals.csv --period last-month --compare previous",
        "trend win_rate deals.csv --by team",
        "rows win_rate deals.csv",
    ),
    *(
        "explain win_rate",
        "explain win_rate deals.csv",
        "inspect deals.csv --all",
        "inspect deals.csv quotas.csv",
        "check deals.csv",
    ),
    *("kpis", "config show"),
]


@pytest.mark.parametrize("columns", [None, "80"])
@pytest.mark.parametrize("line", SHOWN)
def test_what_is_piped_is_as_wide_as_columns_says_and_120_without_it(line: str, columns: str | None) -> None:
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    done = invoke(*line.split(), cwd=EXAMPLES, env={**env, **({"COLUMNS": columns} if columns else {})})
    widest = max(map(cell_len, done.stdout.splitlines()))
    assert widest <= int(columns or 120)
    if columns is None and line in ("report deals.csv --all", "explain win_rate deals.csv", "check deals.csv"):
        assert widest > 80


# --- help ----------------------------------------------------------------------------------------------------------------


def every_command() -> Iterator[tuple[str, object]]:
    root = get_command(make_app())
    yield "salesmetrics", root
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        yield f"salesmetrics {name}", command
        for inner, part in getattr(command, "commands", {}).items():
            yield f"salesmetrics {name} {inner}", part


COMMANDS = dict(every_command())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_gives_examples_that_run(name: str, tmp_path: Path) -> None:
    for path in (*EXAMPLES.glob("*.csv"), *EXAMPLES.glob("weekly/*.csv")):
        shutil.copy(path, tmp_path)
    shutil.copytree(EXAMPLES / "weekly", tmp_path / "weekly")
    shown = run(f"{name} -h").stdout
    examples = examples_of(COMMANDS[name])
    assert examples
    for line in examples:
        # Whole on one line of a screen of 80 columns, to be pasted.
        assert f" {line} " in shown
        assert line.startswith(name)
        done = run(line, tmp_path)
        # `check` fails for what it finds in the examples.
        assert done.returncode == (1 if name == "salesmetrics check" else 0), (line, done.stderr)
        assert not re.search("^(error|hint): ", done.stderr, re.MULTILINE), done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_says_no_type_that_only_python_has(name: str) -> None:
    shown = run(f"{name} -h").stdout
    assert not re.search(r"<\w+(\[\w+\])?>|\{|\bdefault: \(|\[default: False\]", shown)


def test_the_help_lists_each_command_by_the_first_line_of_its_own() -> None:
    commands = get_command(make_app()).commands  # type: ignore[attr-defined]
    first = {name: " ".join(command.help.split("\n\n")[0].split()) for name, command in commands.items()}
    assert first == dict(app.COMMANDS)


@pytest.mark.parametrize("words", [["--help"], ["-h"], []])
def test_the_help_of_the_program_makes_no_command(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "import_module", lambda _: pytest.fail("a command was made"))
    done = invoke(*words)
    assert all(line[:40] in done.stdout for line in app.COMMANDS.values())
