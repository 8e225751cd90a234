"""The README and the pages of docs/ that are written by hand: each command runs, and each output is what it prints.

A page is one session in one folder: its blocks run from top to bottom, so a file that one block writes is there for the next.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from in_process import invoke
from recipes_page import cron_page
from salesmetrics.cli.app import COMMANDS
from salesmetrics.schema.kinds import column_types

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    *(
        DOCS / f"{name}.md"
        for name in ("README", "quickstart", "your_file", "large_files", "questions", "reports", "trust", "json")
    ),
]
RECORDS = {"performance.md", "decisions.md", "spark.md"}
"""Pages about measurements; their commands are benchmarks."""
BLOCK = re.compile(r"^(?P<mark><!-- ci:\w+ -->\n)?```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (?P<command>(?:.*\\\n)*.*)\n", re.MULTILINE)
TODAY = date(2026, 10, 5)
"""The Monday after the last event of the examples."""
posix = pytest.mark.skipif(os.name == "nt", reason="the pages are for POSIX shells")


class Ran(NamedTuple):
    output: str
    errors: str
    code: int


PIPED = re.compile(r"(salesmetrics [^|<>&;$]+)([|>])(?!.*salesmetrics )(.+)", re.DOTALL)
"""A command of which a shell does no more than to take what it prints."""


def run(command: str, folder: Path) -> Ran:
    """Run a command: salesmetrics in this process where nothing is piped into it, the rest by a shell."""
    words = list(shlex.shlex(command.replace("\\\n", " "), posix=True, punctuation_chars="|<>&;"))
    lines = [line for line in re.sub(r"\\\n", " ", command).splitlines() if line.strip()]
    if len(lines) == 1 and words[0] == "salesmetrics" and not any(re.fullmatch(r"[|<>&;]+", word) for word in words):
        done = invoke(*shlex.split(lines[0])[1:], cwd=folder, today=TODAY)
        return Ran(done.stdout, done.stderr, done.returncode)
    if "| jq" in command and shutil.which("jq") is None:
        pytest.skip("needs jq")
    given = None
    if (found := PIPED.fullmatch(command)) is not None:
        done = invoke(*shlex.split(found[1].replace("\\\n", " "))[1:], cwd=folder, today=TODAY)
        if done.returncode:
            return Ran(done.stdout, done.stderr, done.returncode)
        given, command = done.stdout, found[3] if found[2] == "|" else f"cat > {found[3]}"
    env = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    shell = ["bash", "-euo", "pipefail", "-c", command]
    piped = subprocess.run(
        shell, cwd=folder, env=env, capture_output=True, input=given, encoding="utf-8", timeout=120, check=False
    )
    return Ran(piped.stdout, piped.stderr, piped.returncode)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder like a checkout: the examples, and `salesmetrics` on the path."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "salesmetrics"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m salesmetrics "$@"\n', "utf-8")
    program.chmod(0o755)
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("*.py", "plugin"))
    shutil.copy(ROOT / "examples" / "deals.csv", tmp_path)
    return tmp_path


def commands_of(block: str) -> list[str]:
    """The commands of a block for a shell; all of it is one if it has text for a file or a loop in it."""
    if "<<" in block:
        return [block]
    joined = re.sub(r"(\\|\|)\n", lambda found: f"{found[1]}\0", block)
    return [line.replace("\0", "\n") for line in joined.splitlines() if line.strip()]


@posix
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_block_of_a_page_runs(page: Path, folder: Path, request: pytest.FixtureRequest) -> None:
    text = page.read_text("utf-8")

    def current(block: re.Match[str]) -> str:
        if block["mark"]:  # run by .ci/run, in a copy of its own
            return block[0]
        if block["kind"] == "toml":
            (folder / "salesmetrics.toml").write_text(block["text"], "utf-8")
        elif block["kind"] == "sh":
            for command in commands_of(block["text"]):
                done = run(command, folder)
                assert done.code == 0, f"{command}\n{done.errors}"
        elif block["kind"] == "console":
            found = COMMAND.match(block["text"])
            assert found, block[0]
            done = run(found["command"], folder)
            assert done.code == 0, f"{found['command']}\n{done.errors}"
            return f"```console\n{found[0]}{done.output}```"
        else:
            assert block["kind"] == "crontab", f"nothing runs a block of kind {block['kind']!r}"
        return block[0]

    now = BLOCK.sub(current, text)
    if request.config.getoption("--update-golden"):
        page.write_text(now, "utf-8")
    assert now == text or request.config.getoption("--update-golden"), f"{page.name}: run pytest with --update-golden"


@posix
def test_every_command_of_the_table_of_questions_runs(folder: Path) -> None:
    rows = re.findall(r"^\| .* \| `(salesmetrics .*)` \|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) > 8
    codes = {row: run(row, folder).code for row in rows}
    assert codes == {row: 1 if " check " in row else 0 for row in rows}  # the examples have unreadable rows
    assert (folder / "revenue.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_line_for_a_crontab_is_the_one_of_the_page_about_cron() -> None:
    """The recipes run it on days around a weekend."""
    (line,) = re.findall(r"^15 6 \* \* 1  (.*)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert f"COLUMNS=80 {line.replace('/srv/exports/', 'exports/')}" in cron_page().splitlines()


def test_the_fields_to_set_first_are_fields_of_their_kind() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|`]* \| (.*) \|$", (DOCS / "your_file.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) > 5
    for kind, fields in rows:
        assert set(re.findall(r"`(\w+)`", fields)) <= set(column_types(kind)), kind


def test_the_page_about_json_names_every_key_and_every_unit() -> None:
    text = (DOCS / "json.md").read_text("utf-8")
    named = {
        key for row in re.findall(r"^\| (`.*?) \| .* \|$", text, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)
    }
    report = json.loads(invoke("schema", "report").stdout)
    assert [
        name for name in COMMANDS if name not in {"init", "config", "schema", "help"} and f"`{name}`" not in text
    ] == []
    assert named == set(report["properties"]) - {"schema_version", "generator", "command"}
    verdicts = next(
        each["enum"] for each in report["$defs"]["Change"]["properties"]["verdict"]["anyOf"] if "enum" in each
    )
    assert [verdict for verdict in verdicts if f"`{verdict}`" not in text] == []
    assert [unit for unit in report["$defs"]["Metric"]["properties"]["unit"]["enum"] if f"`{unit}`" not in text] == []


def test_every_other_page_has_a_test_of_its_own() -> None:
    paths = [path for path in Path(__file__).parent.glob("*.py") if path != Path(__file__)]
    tests = "".join(path.read_text("utf-8") for path in paths)
    analyses = (Path(__file__).parent / "test_analysis_pages.py").read_text("utf-8")  # names pages without their ending
    others = {path.name for path in DOCS.glob("*.md")} - {path.name for path in PAGES} - RECORDS
    assert len(others) > 3
    assert [name for name in others if f'"{name}"' not in tests and f'"{name[:-3]}"' not in analyses] == []


def test_the_index_names_every_page() -> None:
    named = set(re.findall(r"\]\(([\w/]+\.md)\)", (DOCS / "README.md").read_text("utf-8")))
    assert named == {path.name for path in DOCS.glob("*.md")} - {"README.md"} | {"kpis/README.md"}


def test_the_readme_is_short_and_has_one_command_of_each_kind_for_a_new_machine() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 140
    assert [text.count(f"<!-- ci:{name} -->\n```sh\n") for name in ("run", "test")] == [1, 1]
