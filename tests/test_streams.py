"""Closed streams, early interrupts, bytes that are no text, and settings that go too deep: each ends as it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from in_process import invoke

if TYPE_CHECKING:
    from pathlib import Path

CSV = (
    "id,stage,amount,created,closed\n"
    "1,Closed Won,100,2026-01-01,2026-02-01\n2,Closed Lost,5,2026-01-01,2026-02-03\n3,Won,x,2026-01-01,2026-02-04\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deals.csv").write_text(CSV, "utf-8")
    return tmp_path


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    command = line.replace("salesmetrics ", '"$PYTHON" -m salesmetrics ', 1)
    env = {**os.environ, "PYTHON": sys.executable}
    return subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, timeout=60)


def test_a_closed_standard_input_is_missed_only_where_it_is_read(folder: Path) -> None:
    done = shell(folder, "salesmetrics report deals.csv --kpi revenue --format csv -q <&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].startswith("revenue,")
    done = shell(folder, "salesmetrics report - <&-")
    assert done.returncode == 2
    assert "nothing is piped into it" in done.stderr


@pytest.mark.parametrize("words", ["--version", "--help", "kpis", "schema"])
def test_a_closed_standard_output_is_told(folder: Path, words: str) -> None:
    done = shell(folder, f"salesmetrics {words} >&-")
    assert done.returncode == 2
    assert "error: cannot write `stdout`: standard output is closed" in done.stderr


def test_a_closed_standard_error_is_not_mixed_into_the_output(folder: Path) -> None:
    done = shell(folder, "salesmetrics report missing.csv 2>&-")
    assert (done.returncode, done.stdout) == (2, "")
    done = shell(folder, "salesmetrics report deals.csv --kpi revenue -o out.csv <&- >&- 2>&-")
    assert done.returncode == 0
    assert (folder / "out.csv").read_text("utf-8").splitlines()[0].startswith("metric,")
    assert (folder / "deals.csv").read_text("utf-8") == CSV


EARLY = """
import os, signal, sys
import salesmetrics.__main__ as program

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "salesmetrics.cli.app":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
program.main()
"""


def test_an_interrupt_before_the_program_is_loaded_leaves_no_traceback() -> None:
    done = subprocess.run([sys.executable, "-c", EARLY], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_name_that_is_no_text_is_read_and_shown_as_its_bytes(folder: Path) -> None:
    name = os.fsdecode(b"d\xff.csv")
    try:
        (folder / name).write_text(CSV, "utf-8")
    except OSError:
        pytest.skip("this file system takes text only")
    for words in (
        ("report", name),
        ("check", name),
        ("inspect", name),
        ("report", "d*.csv"),
        ("rows", "revenue", name),
    ):
        done = invoke(*words, cwd=folder)
        assert done.returncode in {0, 1}, done.stderr
    assert "d\\xff.csv" in invoke("report", name, "--kpi", "revenue", cwd=folder).stdout
    read = json.loads(invoke("report", name, "--format", "json", cwd=folder).stdout)
    assert read["inputs"][0]["path"] == "d\ufffd.csv"
    done = invoke("report", name, "-o", os.fsdecode(b"\xfe.csv"), "--rejects", os.fsdecode(b"\xfd.csv"), cwd=folder)
    assert done.returncode == 0
    assert (folder / os.fsdecode(b"\xfe.csv")).exists()
    assert (folder / os.fsdecode(b"\xfd.csv")).exists()


@pytest.mark.parametrize("option", ["where", "kpi", "by", "currency", "period", "map", "won", "timezone", "goal"])
def test_an_option_that_is_no_text_is_refused(folder: Path, option: str) -> None:
    done = invoke("report", "deals.csv", f"--{option}", "a\udcff", cwd=folder)
    assert done.returncode == 2
    assert f"error: invalid `--{option} a\\xff`: it contains byte 0xff, which is not UTF-8" in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = " + "[" * 20_000 + "]" * 20_000, "nested too deeply"),
        ("x = " + "{a=" * 5_000 + "1" + "}" * 5_000, "nested too deeply"),
        ("[" + ".".join("a" * 5_000) + "]", "unknown key"),
        ('[read]\ntimezone = ""', "`read.timezone`: invalid value ``: unknown time zone"),
        ('[read]\ntimezone = "Mars/Base"', "invalid value `Mars/Base`: unknown time zone"),
        ('[read]\ntimezone = "../../etc"', "invalid value `../../etc`: unknown time zone"),
    ],
)
def test_settings_that_cannot_be_used_are_told(folder: Path, text: str, message: str) -> None:
    (folder / "salesmetrics.toml").write_text(text, "utf-8")
    for words in (("report", "deals.csv"), ("config", "show"), ("kpis",)):
        done = invoke(*words, cwd=folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr


def test_a_settings_file_has_a_largest_size(folder: Path) -> None:
    (folder / "salesmetrics.toml").write_text("#" * (5 << 20), "utf-8")
    done = invoke("kpis", cwd=folder)
    assert done.returncode == 2
    assert "cannot read `salesmetrics.toml`: larger than 4 MiB" in done.stderr


@pytest.mark.parametrize("form", ["table", "md", "csv", "json"])
def test_a_trend_of_several_kpis_draws_each(folder: Path, form: str) -> None:
    both = invoke("trend", "revenue,win_rate,revenue", "deals.csv", "--format", form, cwd=folder)
    assert both.returncode == 0, both.stderr
    for kpi in ("revenue", "win_rate"):
        alone = invoke("trend", kpi, "deals.csv", "--format", form, cwd=folder)
        if form == "csv":
            assert alone.stdout.splitlines()[1:] == [
                line for line in both.stdout.splitlines() if line.startswith(f"{kpi},")
            ]
        elif form == "json":
            metrics = json.loads(both.stdout)["metrics"]
            assert [item for item in metrics if item["id"] == kpi] == json.loads(alone.stdout)["metrics"]
    if form in {"table", "md"}:
        assert "Revenue" in both.stdout
        assert "Win rate" in both.stdout
    assert "unknown KPI" in invoke("trend", "revenue,nope", "deals.csv", cwd=folder).stderr
