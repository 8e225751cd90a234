"""The demo: the packed files are those of `examples/`, nothing is overwritten, and each command of the tour keeps its promise."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import ZipFile

import pytest

import salesmetrics
from in_process import invoke
from salesmetrics.errors import SalesmetricsError
from salesmetrics.samples.demo import FOLDER, RESULTS, TOUR, Step, packed_files, write_demo
from salesmetrics.schema.kinds import KIND_NAMES

if TYPE_CHECKING:
    from salesmetrics.answers.demo import Demo

EXAMPLES = Path(__file__).parent.parent / "examples"
SCRIPTS = ("bitrix24.py", "weekly.py")
STEPS = [step for steps in TOUR.values() for step in steps]

PROMISED = {
    "headlines": [r"^Win rate +48\.7 %", r"^Check before you quote these$", "5 rows rejected"],
    "recognised": ["kind +deals", "CRM +HubSpot", "^  Deal owner +owner", "^  Closed won +won +557"],
    "trust": ["5 rows rejected", "58 open deals are past", "^failed: there are errors$"],
    "everything": ["^Conversion$", "^ *Win rate ", "^ *Customer acquisition cost", "^ *Net promoter score"],
    "teams": [r"^total .* \+10\.6 %", "^Enterprise ", r"^verdicts corrected for \d+ comparisons"],
    "different": ["10 reps, 2 differ from the team", r"^Karim Bellweather .* above$", r"^Wendel Hartog .* below$"],
    "lost": ["^reason .* previous", r"^Price +\d+ ", r"^stage lost at ", r"^owner "],
    "overdue": ["^ 399 +149,923.20 ", "^total: 69 records, 17 of them left out, 559,539.39 EUR"],
    "definition": [r"won / \(won \+ lost\)", r"^= 56\.8 % +\(104 / 183\)$"],
    "changing": [r"^  2024-Q4 .* below", r"^  2026-Q3 .* above"],
    "bridge": ["^start ", "^new ", "^won ", "^lost ", "^end ", "the pipeline fell by"],
    "pushed": ["3 older exports .* are its history", r"^Karim Bellweather +5 "],
    "goal": [r"missed +Quota attainment .* 99\.7 %"],
    "stuck": ["^Presentation scheduled ", "^Bottleneck: ", "36.4 % of all value-days"],
    "created": ["^2024-Q4 ", "^2026-Q3 ", "open deals count for as long as they"],
    "next_quarter": ["^Forecast for 2026-Q4: .*P10 .*P90", "The target is 1,200,000 EUR: reached in", "WAPE"],
    "partner": ["^Новые продажи ", "^Продление ", "^pipelines.csv "],
    "in_euro": ["amounts in EUR", r"^Win rate +44\.0 %"],
    "program": ['"id": "win_rate"', '"team": "Enterprise"', '"schema_version": "1"'],
    "spreadsheet": [],
    "chat": [r"^\| Win rate \|", r"\*\*error\*\*"],
    "mail": [],
    "page": [],
    "workbook": [],
}
"""What the output of each step of the tour shows of what its question promises."""
WRITTEN = {
    "spreadsheet": b"\xef\xbb\xbfmetric,",
    "mail": b"Subject: ",
    "page": b"<!doctype html>",
    "workbook": b"PK\x03\x04",
}
"""How the files begin that steps write."""


class Home(NamedTuple):
    """A folder with the demo in it, what a screen showed, and the tour as JSON has it."""

    folder: Path
    screen: str
    files: list[tuple[str, str, int]]
    tour: list[dict[str, Any]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    here, there = tmp_path_factory.mktemp("demo"), tmp_path_factory.mktemp("demo-as-json")
    done, as_json = invoke("demo", cwd=here), invoke("demo", "--format", "json", cwd=there)
    assert (done.returncode, done.stderr, as_json.stderr) == (0, "", "")
    answer = json.loads(as_json.stdout)
    return Home(
        here, done.stdout, [(item["name"], item["kind"], item["rows"]) for item in answer["files"]], answer["tour"]
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo elsewhere, as the library answers."""
    return salesmetrics.demo(str(tmp_path_factory.mktemp("written")))


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def typed(line: str, cwd: Path) -> tuple[int, str]:
    assert "\n" not in line
    program, *words = shlex.split(line)
    assert program == "salesmetrics"
    done = invoke(*words, cwd=cwd, env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
    return done.returncode, done.stdout


# --- the files --------------------------------------------------------------------------------------------------------


def test_the_packed_files_are_the_examples() -> None:
    """`python examples/pack.py` packs them again."""
    found = {name: path.read_bytes() for name in packed_files() if (path := EXAMPLES / name).exists()}
    assert packed_files() == found
    patterns = ("*.csv", "weekly/*", "bitrix24/*")
    assert set(found) == {path.relative_to(EXAMPLES).as_posix() for each in patterns for path in EXAMPLES.glob(each)}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_writes_the_same_bytes_again(script: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, EXAMPLES / script, tmp_path], check=True, cwd=tmp_path)
    assert tree(tmp_path) == tree(EXAMPLES / Path(script).stem)


def test_every_kind_is_there_and_read_as_what_the_answer_says(written: Demo) -> None:
    assert {item.kind for item in written.files} == set(KIND_NAMES)
    weekly = [item.path for item in written.files if item.name.startswith("weekly/")]
    inputs = [
        read
        for paths in ([written.folder], [f"{written.folder}/bitrix24"], *([path] for path in weekly))
        for read in salesmetrics.load(*paths).inputs
    ]
    assert {read.path: (read.kind, read.rows.read) for read in inputs} == {
        item.path: (item.kind, item.rows) for item in written.files
    }


def test_the_files_hold_two_crms_and_two_languages(written: Demo) -> None:
    profiles = [salesmetrics.load(f"{written.folder}/{name}").inputs[0] for name in ("deals.csv", "bitrix24/deals.csv")]
    assert [(read.profile, read.encoding, read.delimiter) for read in profiles] == [
        ("hubspot", "utf-8", ","),
        ("bitrix24", "cp1251", ";"),
    ]


# --- the tour ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_a_command_of_the_tour_answers_its_question(step: Step, home: Home) -> None:
    item = home.tour[STEPS.index(step)]
    code, shown = typed(item["command"], home.folder)
    assert code == item["exit_code"] == step.exit_code
    assert [text for text in PROMISED[step.id] if not re.search(text, shown, re.MULTILINE)] == []
    assert (shown == "") == (step.id in WRITTEN)
    for path in (home.folder / word for word in shlex.split(item["command"]) if f"/{RESULTS}/" in word):
        data = path.read_bytes()
        assert data.startswith(WRITTEN[step.id])
        if path.suffix == ".xlsx":
            with ZipFile(path) as book:
                data = book.read("xl/sharedStrings.xml")
        assert b"Revenue" in data
        assert b"Win rate" in data or step.id == "spreadsheet"


def test_each_command_has_a_promise_and_they_are_of_many_kinds() -> None:
    assert [step.id for step in STEPS] == list(PROMISED)
    assert len({step.words[0] for step in STEPS}) == 12


def test_the_screen_shows_every_file_and_every_command_on_a_line_of_its_own(home: Home) -> None:
    lines = home.screen.splitlines()
    assert [line.strip() for line in lines if line.startswith("  salesmetrics ")] == [i["command"] for i in home.tour]
    questions = [item["question"] for item in home.tour]
    assert [line for line in lines if line in questions] == questions
    assert max(map(len, questions)) <= 80
    shown = {line.split()[0]: line.split()[1:] for line in lines if line.startswith("  ") and ".csv " in line[:40]}
    assert shown == {name: [kind, f"{rows:,}"] for name, kind, rows in home.files}


def test_quiet_prints_the_commands_alone(home: Home, tmp_path: Path) -> None:
    done = invoke("demo", "-q", cwd=tmp_path)
    assert done.stdout.splitlines() == [item["command"] for item in home.tour]
    assert tree(tmp_path / FOLDER) == packed_files()


def test_every_form_has_the_commands_whole(home: Home, tmp_path: Path) -> None:
    commands = [item["command"] for item in home.tour]
    for number, form in enumerate(("csv", "md", "html", "xlsx")):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = invoke("demo", "--format", form, "-o", f"a.{form}", cwd=folder)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        if form == "csv":
            rows = list(csv.DictReader(io.StringIO((folder / "a.csv").read_text("utf-8"))))
            assert [row["command"] for row in rows] == commands
        elif form == "md":
            assert [
                line for line in (folder / "a.md").read_text("utf-8").splitlines() if line.startswith("salesmetrics ")
            ] == commands
        else:
            assert (folder / f"a.{form}").stat().st_size > 4_000


# --- where it is written ----------------------------------------------------------------------------------------------


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "deals.csv").write_text("mine", "utf-8")
    (tmp_path / "file").write_text("mine", "utf-8")
    before = tree(tmp_path)
    for name, what in (
        ("mine", "folder `mine` is not empty"),
        ("mine/", "is not empty"),
        ("file", "is a file, not a folder"),
    ):
        done = invoke("demo", name, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert what in done.stderr
        assert f"`salesmetrics demo {name.rstrip('/')}-2`" in done.stderr
    assert tree(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine"]


def test_the_hint_names_a_folder_that_is_free(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / ("my demo" if number == 1 else f"my demo-{number}")).mkdir()
    (tmp_path / "my demo" / "a").touch()
    hint = invoke("demo", "my demo", cwd=tmp_path).stderr
    (command,) = re.findall("`(salesmetrics demo .*)`", hint)
    assert command == 'salesmetrics demo "my demo-3"'
    assert typed(command, tmp_path)[0] == 0


@pytest.mark.parametrize("name", ["empty", ".", "empty/../empty"])
def test_an_empty_folder_is_filled(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    cwd = tmp_path / "empty" if name == "." else tmp_path
    done = invoke("demo", name, "-q", cwd=cwd)
    assert tree(tmp_path / "empty") == packed_files(), done.stderr
    assert typed(done.stdout.splitlines()[-6], cwd)[0] == 0


@pytest.mark.parametrize("name", ["my demo", "a'b", "$HOME", "-d", "ä 日", "[x]*", "deals=x", r"C:\demo", 'a"b', "a!b"])
def test_commands_can_be_pasted_whatever_the_folder_is_called(name: str, tmp_path: Path) -> None:
    done = invoke("demo", "-q", "--", name, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (command,) = (line for line in done.stdout.splitlines() if "--by pipeline" in line)
    echoed = subprocess.run(
        ["bash", "-c", f"salesmetrics() {{ printf '%s\\0' \"$@\"; }}; {command}"], capture_output=True, check=True
    )
    words = echoed.stdout.decode("utf-8").split("\0")[:-1]
    assert words == shlex.split(command)[1:]
    assert (tmp_path / words[1]).is_dir()
    if name in ("-d", "[x]*", "deals=x"):  # what the program itself could take for something else
        assert invoke(*words, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("step", ["write_bytes", "rename"])
def test_nothing_is_left_of_what_failed(
    step: str, exists: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if exists:
        (tmp_path / "new").mkdir()
    honest, calls = getattr(Path, step), []

    def full(self: Path, *words: object) -> object:
        calls.append(self)
        if len(calls) == (5 if exists or step == "write_bytes" else 1):
            raise OSError(28, "No space left on device")
        return honest(self, *words)

    monkeypatch.setattr(Path, step, full)
    with pytest.raises(SalesmetricsError) as caught:
        write_demo(str(tmp_path / "new"))
    assert caught.value.code == "output_unwritable"
    assert "no space left" in str(caught.value)
    assert list(tmp_path.rglob("*")) == ([tmp_path / "new"] if exists else [])


@pytest.mark.parametrize("name", ["no/such/folder", "file/within", "x" * 300])
def test_a_folder_that_cannot_be_made_is_an_error_of_the_catalogue(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = invoke("demo", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: cannot write `{name}`: ")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_an_error_of_the_catalogue(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = invoke("demo", cwd=tmp_path)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, f"error: cannot write `{FOLDER}`: permission denied")


def test_the_demo_waits_for_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from salesmetrics.cli.app import run\n"
        "code = run(['demo', '-q'])\n"
        "heavy = [name for name in ('polars', 'pydantic', 'numpy', 'jinja2', 'xlsxwriter') if name in sys.modules]\n"
        "assert not heavy and not code, (heavy, code)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, capture_output=True)
