"""No output destroys an input, however the two are spelled; and settings from a folder above are named."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from in_process import invoke

if TYPE_CHECKING:
    from pathlib import Path

CSV = "id,stage,amount,created,closed\n1,Closed Won,100,2026-01-01,2026-02-01\n2,Closed Lost,5,2026-01-01,2026-02-03\n"
SETTINGS = '[report]\nkpi = "revenue"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of exports and everything that leads to them."""
    (tmp_path / "deals.csv").write_text(CSV, "utf-8")
    (tmp_path / "salesmetrics.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "deals.csv").write_text(CSV, "utf-8")
    (tmp_path / "link.csv").symlink_to("deals.csv")
    (tmp_path / "linked").symlink_to(tmp_path, target_is_directory=True)
    os.link(tmp_path / "deals.csv", tmp_path / "hard.csv")
    with zipfile.ZipFile(tmp_path / "deals.zip", "w") as archive:
        archive.writestr("deals.csv", CSV)
    (tmp_path / "deals.csv.gz").write_bytes(gzip.compress(CSV.encode()))
    (tmp_path / "Ünïcode.csv").write_text(CSV, "utf-8")
    return tmp_path


def refused(folder: Path, *words: str, code: str = "would overwrite") -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = invoke(*words, cwd=folder)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert code in done.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


COMMANDS = {
    "report": ("report", "deals.csv", "--format", "csv"),
    "check": ("check", "deals.csv", "--format", "csv"),
    "inspect": ("inspect", "deals.csv", "--format", "json"),
    "rows": ("rows", "revenue", "deals.csv", "--format", "csv"),
    "trend": ("trend", "revenue", "deals.csv", "--format", "csv"),
    "compare": ("compare", "deals.csv", "hard.csv", "--format", "csv"),
    "explain": ("explain", "revenue", "deals.csv", "--format", "json"),
    "init": ("init", "deals.csv", "--force"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_writes_over_what_it_reads(folder: Path, command: str) -> None:
    refused(folder, *COMMANDS[command], "-o", "deals.csv")


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "init"])
def test_no_command_writes_over_its_settings(folder: Path, command: str) -> None:
    refused(folder, *COMMANDS[command], "-o", "salesmetrics.toml")
    refused(folder, *COMMANDS[command], "--no-config", "-o", "salesmetrics.toml")
    refused(folder, *COMMANDS[command], "--config", "sub/../salesmetrics.toml", "-o", "linked/salesmetrics.toml")


@pytest.mark.parametrize("command", [("kpis",), ("explain", "revenue"), ("config", "show")])
def test_nor_do_commands_that_read_no_export(folder: Path, command: tuple[str, ...]) -> None:
    refused(folder, *command, "-o", "salesmetrics.toml", "--format", "json")


@pytest.mark.parametrize("option", ["-o", "--rejects"])
@pytest.mark.parametrize(
    ("files", "output"),
    [
        (["deals.csv"], "./deals.csv"),
        (["deals.csv"], "sub/../deals.csv"),
        (["deals.csv"], "linked/deals.csv"),
        (["deals.csv"], "link.csv"),
        (["deals.csv"], "hard.csv"),
        (["link.csv"], "deals.csv"),
        (["hard.csv"], "link.csv"),
        (["deals=deals.csv"], "deals.csv"),
        (["deals.c*"], "deals.csv"),
        (["**/deals.csv"], "sub/deals.csv"),
        (["sub"], "sub/deals.csv"),
        (["linked/sub"], "sub/deals.csv"),
        (["sub/deals.csv", "deals.csv"], "hard.csv"),
        (["deals.zip"], "deals.zip"),
        (["deals.csv.gz"], "deals.csv.gz"),
        (["Ünïcode.csv"], "linked/Ünïcode.csv"),
    ],
)
def test_however_the_two_are_spelled(folder: Path, files: list[str], output: str, option: str) -> None:
    refused(folder, "report", *files, option, output, "--format", "csv")
    refused(folder, "report", *files, option, str(folder / output), "--format", "csv")


def test_a_pattern_of_the_shell_in_another_case(folder: Path) -> None:
    if not (folder / "DEALS.CSV").exists():
        pytest.skip("this file system knows upper and lower case")
    refused(folder, "report", "deals.csv", "-o", "DEALS.CSV")


@pytest.mark.parametrize(
    ("output", "rejects"),
    [
        ("out.csv", "out.csv"),
        ("out.csv", "./sub/../out.csv"),
        ("out.csv", "linked/OUT.csv"),
        ("-", "-"),
        ("-", "/dev/stdout"),
        ("deals.csv.gz", "linked/deals.csv.gz"),
    ],
)
def test_the_output_and_the_rejected_rows_need_two_files(folder: Path, output: str, rejects: str) -> None:
    for command in ("report", "check"):
        words = (command, "deals.csv", "-o", output, "--rejects", rejects, "--format", "csv")
        refused(folder, *words, code="would both be written to")


def test_other_files_are_written(folder: Path) -> None:
    done = invoke("report", "deals.csv", "-o", "out.csv", "--rejects", "rejects.csv", "-q", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    again = invoke("report", "deals.csv", "-o", "out.csv", "--rejects", "rejects.csv", "-q", cwd=folder)
    assert (again.returncode, again.stderr) == (0, "")
    assert invoke("init", "deals.csv", "--force", cwd=folder).returncode == 0
    assert invoke("report", "deals.csv", "--rejects", "-", "-o", "out.csv", cwd=folder).returncode == 0


@pytest.mark.parametrize(
    ("line", "output"),
    [
        ("report deals.csv --format csv >> deals.csv", "standard output"),
        ("report - --format csv -o deals.csv < deals.csv", "`-o deals.csv`"),
        ("check - --format csv --rejects link.csv < hard.csv", "`--rejects link.csv`"),
    ],
)
def test_streams_are_files_too(folder: Path, line: str, output: str) -> None:
    command = f'"$PYTHON" -m salesmetrics {line}'
    env = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert f"error: {output} would overwrite the input" in done.stderr
    assert (folder / "deals.csv").read_text("utf-8") == CSV


def test_a_kpi_from_a_folder_above_is_blamed_on_its_own_file(folder: Path) -> None:
    above = folder / "salesmetrics.toml"
    above.write_text('[kpi.own]\nexpression = "nothing / won_deals"\n', "utf-8")
    done = invoke("report", "deals.csv", cwd=folder / "sub")
    assert done.returncode == 2
    assert f"error: `{above}` `[kpi.own]`: unknown measure or KPI `nothing`" in done.stderr


def note(folder: Path, *words: str) -> str:
    done = invoke(*words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return "".join(line for line in done.stderr.splitlines() if line.startswith("note: settings"))


def test_settings_from_a_folder_above_are_named(folder: Path) -> None:
    above = folder / "salesmetrics.toml"
    assert note(folder / "sub", "report", "deals.csv") == (
        f"note: settings come from `{above}` in a parent folder; `--no-config` ignores them"
    )
    assert "`salesmetrics.toml`" in note(folder, "report", "sub/deals.csv")
    assert str(above) in note(folder / "sub", "kpis")
    assert note(folder, "report", "deals.csv") == ""
    assert note(folder / "sub", "report", "deals.csv", "-q") == ""
    assert note(folder / "sub", "report", "deals.csv", "--no-config") == ""
    assert note(folder / "sub", "report", "deals.csv", "--config", "../salesmetrics.toml") == ""
    assert note(folder / "sub", "init", "deals.csv", "-o", "-") == ""
