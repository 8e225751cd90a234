"""Every command's answer: its JSON fits its schema, and each form of output is given or refused by name."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import jsonschema
import pytest

from in_process import invoke
from salesmetrics.answers.shape import answers_by_command
from salesmetrics.cli.app import COMMANDS
from salesmetrics.render.json_schema import commands_with_json, schema
from salesmetrics.render.writers import WRITERS, forms_of

if TYPE_CHECKING:
    from in_process import Done

ROOT = Path(__file__).parent.parent
DEALS = "examples/deals.csv"

TYPED = {
    "report": [f"{DEALS} --period last-quarter --compare previous", f"{DEALS} --by owner --goal win_rate>=0.25"],
    "trend": [f"win_rate {DEALS} --every quarter"],
    "inspect": ["examples/leads.csv", "examples"],
    "check": [DEALS, "examples"],
    "rows": [f"revenue {DEALS} --period last-quarter"],
    "kpis": ["", "--search zzz"],
    "explain": ["win_rate", f"win_rate {DEALS}"],
    "config show": [""],
    "config schema": [""],
    "schema": ["", "trend"],
    "init": [f"{DEALS} -o -"],
}
"""What is typed after each command; a new command has a line here."""


def run(command: str, words: str, *more: str) -> Done:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    return invoke(*command.split(), *words.split(), *more, cwd=ROOT, env=env)


def test_every_command_is_typed_here() -> None:
    assert {command.split()[0] for command in TYPED} == set(COMMANDS)
    assert set(commands_with_json()) == set(TYPED) - {"init"}


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
    for key in answer if asks_for_it else ():
        assert not validator.is_valid({name: value for name, value in answer.items() if name != key})


def test_the_schema_of_an_unknown_command_is_refused_by_name() -> None:
    near = run("schema", "trnd")
    assert (near.returncode, near.stdout) == (2, "")
    assert "no command `trnd`" in near.stderr
    assert "`salesmetrics schema trend`" in near.stderr
    far = run("schema", "zzz")
    assert far.returncode == 2
    assert all(command in far.stderr for command in commands_with_json())


@pytest.mark.parametrize(
    ("command", "words", "form"),
    [(command, words, form) for command, typed in TYPED.items() for words, form in product(typed[:2], WRITERS)],
)
def test_each_form_is_given_or_refused_by_name(command: str, words: str, form: str) -> None:
    done = run(command, words, "--format", form)
    answers = answers_by_command().get(command)
    if answers is None:
        assert done.returncode == 2
        assert "--format" in done.stderr
        return
    answer = answers[-1] if command != "explain" or DEALS in words else answers[0]
    if form in forms_of(answer):
        assert done.returncode in (0, 1), done.stderr
        assert READ[form](done.stdout)
    else:
        assert (done.returncode, done.stdout) == (2, "")
        assert f"`--format {form}`" in done.stderr
        assert f"`{command}` only writes {' or '.join(forms_of(answer))}" in done.stderr.replace("\n", " ")


def _is_a_sheet(text: str) -> bool:
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    return len(header) > 1 and all(len(row) == len(header) for row in rows)


READ = {
    "table": lambda text: "|---" not in text,
    "md": lambda text: not text or "|" in text or "```" in text or "#" in text or "\n- **" in text,
    "json": lambda text: isinstance(json.loads(text), dict),
    "csv": _is_a_sheet,
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


def test_a_new_command_is_an_answer_a_layout_a_command_and_a_line_in_the_app(tmp_path: Path) -> None:
    files = {
        "answers/toy.py": """
            from typing import Annotated, ClassVar
            from msgspec import Meta
            from salesmetrics.answers.base import Answer

            class Toy(Answer, frozen=True, kw_only=True):
                "The answer of `toy`."
                commands: ClassVar = ("toy",)
                command: str = "toy"
                sizes: Annotated[dict[str, float], Meta(description="by name")]
        """,
        "layouts/toy.py": """
            from salesmetrics.render.document import Sheet

            def toy_sheet(answer):
                return Sheet(("name", "size"), list(answer.sizes.items()))
        """,
        "commands/toy.py": """
            from salesmetrics.cli.environment import Environment
            from salesmetrics.cli.options import with_groups
            from salesmetrics.settings.options import Output

            @with_groups
            def toy(environment: Environment, output: Output) -> None:
                "Toys."
                from salesmetrics.answers.toy import Toy
                from salesmetrics.cli.output import form_of, write_answer

                write_answer(Toy(sizes={"=ball": 1.5}), output, form_of(output), environment)
        """,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(text), "utf-8")
    added = f"""
        import salesmetrics.answers, salesmetrics.render.layouts, salesmetrics.cli.commands, salesmetrics.cli.app as app
        salesmetrics.answers.__path__.append({str(tmp_path / "answers")!r})
        salesmetrics.render.layouts.__path__.append({str(tmp_path / "layouts")!r})
        salesmetrics.cli.commands.__path__.append({str(tmp_path / "commands")!r})
        app.COMMANDS = (*app.COMMANDS, "toy")
    """
    listed = run_with(added, tmp_path, "toy", "--format", "csv")
    assert listed.stdout == "name,size\n'=ball,1.5\n", listed.stderr
    as_json = run_with(added, tmp_path, "toy", "--format", "json")
    described = run_with(added, tmp_path, "schema", "toy")
    assert json.loads(as_json.stdout)["sizes"] == {"=ball": 1.5}, as_json.stderr
    jsonschema.validate(json.loads(as_json.stdout), json.loads(described.stdout))
    assert json.loads(described.stdout)["properties"]["sizes"]["description"] == "by name"
    refused = run_with(added, tmp_path, "toy")
    assert refused.returncode == 2
    assert "`toy` only writes csv or json" in refused.stderr
