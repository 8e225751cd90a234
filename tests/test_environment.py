"""What a command finds around it is handed to it: two commands in one process can have different days, folders and streams."""

from __future__ import annotations

import hashlib
import re
import sys
from datetime import date
from pathlib import Path

import pytest

import salesmetrics
from in_process import invoke

SOURCE = Path(salesmetrics.__file__).parent
CSV = "Deal ID,Stage,Amount,Close Date\n1,Closed Won,5,2026-01-05\n2,Closed Lost,7,2026-01-09\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deals.csv").write_text(CSV, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("day", [date(2026, 1, 31), date(2026, 2, 1)], ids=str)
def test_today_is_the_day_of_the_environment(day: date, folder: Path) -> None:
    done = invoke("report", "deals.csv", "--kpi", "revenue", "--as-of", "today", cwd=folder, env={}, today=day)
    assert (done.returncode, done.stderr) == (0, "")
    assert str(day) in done.stdout


def test_an_old_export_is_stale_on_the_day_of_the_environment(folder: Path) -> None:
    words = ("report", "deals.csv", "--max-age", "7d")
    assert invoke(*words, cwd=folder, env={}, today=date(2026, 1, 16)).returncode == 0
    stale = invoke(*words, cwd=folder, env={}, today=date(2026, 1, 17))
    assert (stale.returncode, stale.stdout) == (1, "")


@pytest.mark.parametrize("day", [date.min, date.max], ids=str)
def test_a_clock_that_is_far_off_is_refused_where_it_is_asked(day: date, folder: Path) -> None:
    done = invoke("report", "deals.csv", "--as-of", "today", cwd=folder, env={}, today=day)
    assert (done.returncode, done.stdout) == (2, "")
    assert "invalid `--as-of today`: the year must be 1970 to 2199" in done.stderr
    assert invoke("report", "deals.csv", "--as-of", "yesterday", cwd=folder, env={}, today=day).returncode == 2
    assert invoke("report", "deals.csv", cwd=folder, env={}, today=day).returncode == 0


def test_variables_and_streams_are_those_of_the_environment(folder: Path) -> None:
    before = (Path.cwd(), sys.stdout, sys.stderr)
    env = {"SALESMETRICS_KPI": "won_deals"}
    piped = invoke("report", "deals=-", "--format", "csv", cwd=folder, env=env, stdin=CSV.encode())
    assert piped.returncode == 0
    assert "won_deals" in piped.stdout
    assert "revenue" not in piped.stdout
    assert (Path.cwd(), sys.stdout, sys.stderr) == before


def test_nothing_else_looks_at_the_process() -> None:
    looks = re.compile(r"\bsys\.(?:stdin|stdout|stderr)\b|\bos\.environ\b|\bdate\.today\b|\bdatetime\.now\b")
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if path.parent.name != "messages"  # which name it in advice
        and any(looks.search(line.partition("#")[0]) for line in path.read_text("utf-8").splitlines())
    }
    # Spark takes its Python from a variable alone.
    assert found == {"__main__.py", "cli/environment.py", "cli/limits.py", "frames/spark.py"}


@pytest.mark.parametrize("form", ["table", "csv", "md", "json"])
def test_bytes_are_hashed_only_where_the_output_carries_it(
    form: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    sha256 = hashlib.sha256
    monkeypatch.setattr("salesmetrics.pipeline.hashlib.sha256", lambda data: made.append(len(data)) or sha256(data))
    done = invoke("report", "deals.csv", "--format", form, cwd=folder, env={})
    assert done.returncode == 0
    assert made == ([len(CSV)] if form == "json" else [])
    assert (hashlib.sha256(CSV.encode()).hexdigest() in done.stdout) is (form == "json")
