"""Every command's answer: its JSON fits its schema, and each form of output is given or refused by name."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from unittest import mock

import jsonschema
import pytest

from in_process import invoke
from salesmetrics.answers.shape import answers_by_command
from salesmetrics.cli.app import COMMANDS
from salesmetrics.render.json_schema import commands_with_json, schema
from salesmetrics.render.writers import WRITERS, forms_of, render
from typed_commands import DEALS, NEW, TYPED

if TYPE_CHECKING:
    from in_process import Done

ROOT = Path(__file__).parent.parent


def run(command: str, words: str, *more: str) -> Done:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    with TemporaryDirectory() as new:
        return invoke(*command.split(), *words.replace(NEW, new).split(), *more, cwd=ROOT, env=env)


def schema_of(shape: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """One of the shapes of an answer, which may be named only."""
    return described["$defs"][shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape


def test_every_command_is_typed_here() -> None:
    assert {command.split()[0] for command in TYPED} == set(COMMANDS)
    assert set(commands_with_json()) == set(TYPED) - {"init", "help"}


@pytest.mark.parametrize(
    ("command", "words"), [(command, words) for command in commands_with_json() for words in TYPED[command]]
)
def test_json_fits_the_schema_of_its_command(command: str, words: str) -> None:
    printed = run("schema", command)
    described = json.loads(printed.stdout)
    assert described == schema(command)
    jsonschema.Draft202012Validator.check_schema(described)
    asks_for_it = ["--format", "json"] if command in answers_by_command() else []
    done = run(command, words, *asks_for_it)
    assert done.returncode in (0, 1), done.stderr
    validator = jsonschema.Draft202012Validator(described, format_checker=jsonschema.FormatChecker())
    answer = json.loads(done.stdout)
    validator.validate(answer)
    if asks_for_it:  # then every key is there each time, in whichever shape the answer has
        shapes = [schema_of(shape, described) for shape in described.get("anyOf", [described])]
        assert any(set(answer) == set(shape["required"]) for shape in shapes)


def test_the_schema_of_an_unknown_command_is_refused_by_name() -> None:
    near = run("schema", "trnd")
    assert (near.returncode, near.stdout) == (2, "")
    assert "no command `trnd`" in near.stderr
    assert "`salesmetrics schema trend`" in near.stderr
    far = run("schema", "zzz")
    assert far.returncode == 2
    assert all(command in far.stderr for command in commands_with_json())


@pytest.mark.parametrize(
    ("command", "words"), [(command, words) for command, typed in TYPED.items() for words in typed[:2]]
)
def test_each_form_is_given_or_refused_by_name(command: str, words: str) -> None:
    """The command itself writes JSON, the first text and the first page; other texts and pages are drawn from the same answers."""
    answers = answers_by_command().get(command)
    if answers is None:
        done = run(command, words, "--format", "json")
        assert done.returncode == 2
        assert "--format" in done.stderr
        return
    answer = answers[-1] if command != "explain" or DEALS in words else answers[0]
    held: dict[str, Any] = {}
    for form, writer in WRITERS.items():
        if form in forms_of(answer):
            kind = "page" if writer.draws == "page" else "json" if form == "json" else "text"  # one with hashes
            if kind not in held:
                held[kind] = answered(command, words, form)
            made = render(held[kind], form)
            assert READ[form](made if isinstance(made, str) else made.decode("utf-8", "surrogateescape")), form
        else:
            done = run(command, words, "--format", form)
            assert (done.returncode, done.stdout) == (2, "")
            assert f"`--format {form}`" in done.stderr
            assert f"`{command}` only writes {' or '.join(forms_of(answer))}" in done.stderr.replace("\n", " ")


def answered(command: str, words: str, form: str) -> Any:
    """The answer that a command writes in a form, which it says itself too."""
    given: list[Any] = []

    def drawn(answer: Any, form: str, *more: Any, **others: Any) -> str | bytes:
        given.append(answer)
        return render(answer, form, *more, **others)

    with mock.patch("salesmetrics.cli.output.render", drawn):
        done = run(command, words, "--format", form)
    assert done.returncode in (0, 1), done.stderr
    assert READ[form](done.stdout)
    (answer,) = given
    return answer


def _is_a_sheet(text: str) -> bool:
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    return len(header) > 1 and all(len(row) == len(header) for row in rows)


READ = {
    "table": lambda text: "|---" not in text,
    "md": lambda text: not text or "|" in text or "```" in text or "#" in text or "\n- **" in text,
    "json": lambda text: isinstance(json.loads(text), dict),
    "csv": _is_a_sheet,
    "html": lambda text: text.startswith("<!doctype html>") and text.endswith("</html>\n"),
    "xlsx": lambda text: text.startswith("PK"),
    "mail": lambda text: "MIME-Version: 1.0" in text.partition("\n\n")[0],
}
"""Whether a text is of a form; a new form has a line here."""


def test_answers_wait_for_no_pydantic() -> None:
    code = (
        "import sys; from salesmetrics.answers.shape import answers_by_command; answers_by_command();"
        "sys.exit('pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- what a new form and a new command take --------------------------------------------------------------------------


def run_with(code: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    start = f"{dedent(code)}\nimport sys\nfrom salesmetrics.cli.app import run\nsys.exit(run({list(words)!r}))"
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-c", start],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_new_form_is_a_writer_and_a_line_in_the_registry(tmp_path: Path) -> None:
    tmp_path.joinpath("write_toy.py").write_text("def write(sheet, screen): return f'{len(list(sheet.rows))} rows\\n'")
    registered = """
        from salesmetrics.render.writers import WRITERS, Writer
        WRITERS["toy"] = Writer("sheet", "write_toy:write", (".toy",))
    """
    listed = run_with(registered, tmp_path, "kpis", "--family", "size", "--format", "toy")
    assert listed.stdout.endswith(" rows\n"), listed.stderr
    target = tmp_path / "checked.toy"
    written = run_with(registered, tmp_path, "kpis", "--family", "size", "-o", str(target))
    assert target.read_text("utf-8") == listed.stdout, written.stderr
    refused = run_with(registered, tmp_path, "inspect", DEALS, "--format", "toy")
    assert refused.returncode == 2
    assert "`inspect` only writes table or json or md" in refused.stderr


TOY_COMMAND = {
    "answers/toy.py": """
        from typing import Annotated, ClassVar
        from msgspec import Meta
        from salesmetrics.answers.base import Answer

        class Toy(Answer, frozen=True, kw_only=True):
            "The answer of `toy`."
            commands: ClassVar = ("toy",)
            command: str = "toy"
            deals: Annotated[dict[str, int], Meta(description="by owner")]
    """,
    "analysis/toy.py": """
        from salesmetrics.answers.toy import Toy

        def deals_by_owner(frames):
            "How many deals each owner has."
            return Toy(deals=dict(frames["deals"].group_by("owner").len().sort("owner").iter_rows()))
    """,
    "render/layouts/toy.py": """
        from salesmetrics.messages import phrase
        from salesmetrics.render.document import Cell, Column, Document, Kind, Row, Sheet, Table

        def toy_document(answer):
            columns = (Column(phrase("column_owner"), Kind.LABEL), Column(phrase("column_deals"), Kind.VALUE))
            rows = tuple(Row((Cell(owner), Cell(str(n)))) for owner, n in answer.deals.items())
            return Document((Table(columns, rows),))

        def toy_sheet(answer):
            return Sheet(("owner", "deals"), list(answer.deals.items()))
    """,
    "cli/commands/toy.py": """
        from salesmetrics.cli.environment import Environment
        from salesmetrics.cli.options import Files, with_groups
        from salesmetrics.settings.options import Output, Reading, Resources

        @with_groups
        def toy(
            files: Files, reading: Reading, resources: Resources, output: Output, environment: Environment
        ) -> None:
            "Deals by owner."
            from salesmetrics import pipeline
            from salesmetrics.analysis.toy import deals_by_owner
            from salesmetrics.cli.output import form_of, write_answer
            from salesmetrics.cli.request import begin_files, read_options

            dataset = pipeline.load(begin_files(files, environment, resources), read_options(reading))
            write_answer(deals_by_owner(dataset.frames), output, form_of(output), environment)
    """,
}
"""The four files that CONTRIBUTING.md names."""


def added(folder: Path) -> str:
    """What makes the files part of the package, and the lines in the lists that name them."""
    rooms = {Path(name).parent.as_posix().replace("/", ".") for name in TOY_COMMAND}
    joined = "".join(f"import salesmetrics.{room}\n" for room in sorted(rooms))
    joined += f"salesmetrics.__path__.append({str(folder)!r})\n"
    for room in rooms:
        joined += f"salesmetrics.{room}.__path__.append({str(folder / room.replace('.', '/'))!r})\n"
    return joined + dedent("""
        from salesmetrics import library
        from salesmetrics.cli import app
        from salesmetrics.messages import labels

        app.COMMANDS = {**app.COMMANDS, "toy": "Count deals by owner."}
        labels.LABELS |= {"column_owner": "owner", "column_deals": "deals"}

        def toy(*files):
            from salesmetrics.analysis.toy import deals_by_owner
            return deals_by_owner(library.load(*files).frames)

        library.toy = toy
    """)


@pytest.fixture
def toy_command(tmp_path: Path) -> str:
    for name, text in TOY_COMMAND.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
    return added(tmp_path)


def test_a_new_command_is_four_files_and_a_line_each_in_app_and_library(toy_command: str, tmp_path: Path) -> None:
    export = tmp_path / "deals.csv"
    export.write_text("Deal ID,Owner,Stage,Amount\n1,=Ann,Won,10\n2,Bob,Lost,20\n3,Bob,New,30\n", "utf-8")
    shown = run_with(toy_command, tmp_path, "toy", str(export))
    assert shown.stdout == "owner  deals\n=Ann       1\nBob        2\n", shown.stderr
    assert run_with(toy_command, tmp_path, "toy", str(export), "--format", "md").stdout.startswith("| owner |")
    assert (
        run_with(toy_command, tmp_path, "toy", str(export), "--format", "csv").stdout == "owner,deals\n'=Ann,1\nBob,2\n"
    )
    as_json = json.loads(run_with(toy_command, tmp_path, "toy", str(export), "--format", "json").stdout)
    described = json.loads(run_with(toy_command, tmp_path, "schema", "toy").stdout)
    jsonschema.validate(as_json, described)
    assert described["properties"]["deals"]["description"] == "by owner"
    code = f"{toy_command}\nprint(library.toy({str(export)!r}).deals)"
    assert run_with(code, tmp_path, "--version").stdout.startswith(f"{as_json['deals']}\n")
    assert "toy" in run_with(toy_command, tmp_path, "--help").stdout


def test_a_form_that_a_layout_does_not_make_is_refused_by_name(toy_command: str, tmp_path: Path) -> None:
    layout = tmp_path / "render/layouts/toy.py"
    layout.write_text(layout.read_text("utf-8").replace("def toy_document", "def _toy_document"), "utf-8")
    refused = run_with(toy_command, tmp_path, "toy", DEALS)
    assert refused.returncode == 2
    assert "`toy` only writes csv or json" in refused.stderr
