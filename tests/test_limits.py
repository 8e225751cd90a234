"""Little memory, few threads, and what goes wrong beside the main work: said in words, and raised where it is seen."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

import pytest

import salesmetrics
from salesmetrics import threads
from salesmetrics.cli.app import run
from salesmetrics.cli.limits import shortage
from salesmetrics.errors import ExitCode, SalesmetricsError
from salesmetrics.ingest import read
from salesmetrics.render.writers import render

if TYPE_CHECKING:
    from pathlib import Path

CSV = "Deal ID,Stage,Amount,Owner,Close Date\n" + "".join(
    f"D{i},{'Closed Won' if i % 2 else 'Closed Lost'},{i + 1},Kim,2026-01-{i % 28 + 1:02d}\n" for i in range(40)
)
resource = pytest.importorskip("resource")


@pytest.fixture
def deals(tmp_path: Path) -> str:
    path = tmp_path / "deals.csv"
    path.write_text(CSV, encoding="utf-8")
    return str(path)


# --- memory and threads ---------------------------------------------------------------------------------------------


class PanicException(BaseException):
    """As Polars raises it: no ``Exception``."""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "memory_short"),
        (PanicException("capacity overflow"), "memory_short"),
        (PanicException("could not spawn threads: ThreadPoolBuildError { code: 11 }"), "threads_short"),
        (RuntimeError("can't start new thread"), "threads_short"),
    ],
    ids=str,
)
def test_what_runs_out_is_named(
    error: BaseException, code: str, deals: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr(read, "canonicalise", fail)
    assert run(["check", deals, "--no-config"]) == ExitCode.INPUT_ERROR
    assert capfd.readouterr().err.startswith("error: " + SalesmetricsError(code, what="", cause="").message[:20])


def test_another_panic_is_a_bug(deals: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise PanicException("index out of bounds")

    monkeypatch.setattr(read, "canonicalise", fail)
    assert run(["check", deals, "--no-config"]) == ExitCode.BUG
    assert "unexpected PanicException" in capfd.readouterr().err
    assert shortage(PanicException("index out of bounds")) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")
@pytest.mark.parametrize("limit", [300 << 20, 700 << 20])
def test_a_limit_of_memory_ends_in_words(limit: int, deals: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "salesmetrics", "report", deals, "--no-config"],
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        timeout=120,
    )
    if done.returncode == ExitCode.OK:
        assert limit > 512 << 20, "how far Polars gets with so little differs from machine to machine"
        return
    assert done.returncode == ExitCode.INPUT_ERROR
    assert done.stderr.startswith((b"error: not enough memory", b"error: the system lets this program start no more"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")
def test_a_high_limit_changes_nothing(deals: str) -> None:
    def answer(limit: int) -> tuple[bytes, bytes, int]:
        done = subprocess.run(
            [sys.executable, "-m", "salesmetrics", "report", deals, "--no-config", "--kpi", "revenue"],
            capture_output=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
            timeout=120,
        )
        return done.stdout, done.stderr, done.returncode

    assert answer(64 << 30) == answer(resource.RLIM_INFINITY)


def test_without_threads_everything_is_done_one_after_the_other(deals: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = render(salesmetrics.report_on(deals), "json")

    def none(_: threading.Thread) -> NoReturn:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    monkeypatch.setattr(threading.Thread, "start", none)
    assert render(salesmetrics.report_on(deals), "json") == expected
    with pytest.raises(ZeroDivisionError):
        threads.together([lambda: 1 // 0, lambda: 2])
    assert threads.together([lambda: 1, lambda: 2]) == [1, 2]


# --- what is raised beside ------------------------------------------------------------------------------------------


class PlantedError(Exception):
    """Raised where nobody looks."""


def plant(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise PlantedError

    monkeypatch.setattr(place, fail)


PLACES = [
    "salesmetrics.ingest.checks.check.check_ids",
    "salesmetrics.ingest.checks.check.check_spellings",
    "salesmetrics.ingest.checks.check.check_across",
    "salesmetrics.ingest.checks.check.check_option_words",
    "salesmetrics.ingest.read.check_dataset",
    "salesmetrics.ingest.canonical.canonical.parse_column",
    "salesmetrics.ingest.table.table.open_tables",
    "salesmetrics.ingest.table.regular.count_quotes",
    "salesmetrics.pipeline.read_file",
    "salesmetrics.pipeline.hashlib.sha256",
]


@pytest.mark.parametrize("place", PLACES)
def test_what_is_raised_beside_reaches_the_caller(place: str, deals: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, place)
    with pytest.raises(PlantedError):
        salesmetrics.load(deals)


@pytest.mark.parametrize(
    "words",
    [
        ["report"],
        ["check"],
        ["inspect"],
        ["trend", "revenue"],
        ["rows", "revenue"],
        ["explain", "revenue"],
        ["init", "-o", "x.toml"],
    ],
    ids=lambda words: words[0],
)
def test_what_a_check_raises_ends_every_command(
    words: list[str], deals: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    plant(monkeypatch, "salesmetrics.ingest.checks.check.check_ids")
    assert run([*words, deals]) == ExitCode.BUG
    assert "PlantedError" in capfd.readouterr().err


def test_nothing_else_starts_a_thread() -> None:
    from pathlib import Path

    source = Path(salesmetrics.__file__).parent
    users = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if "ThreadPoolExecutor(" in (text := path.read_text(encoding="utf-8"))
        or "Thread(" in text
        or "Process(" in text
    }
    assert users == {"threads.py"}


def test_no_data_type_holds_what_is_to_come() -> None:
    from pathlib import Path

    source = Path(salesmetrics.__file__).parent
    holders = {
        p.relative_to(source).as_posix() for p in source.rglob("*.py") if re.search(r"\bFuture\b", p.read_text("utf-8"))
    }
    assert holders == {"pipeline.py", "sections.py", "threads.py"}  # which begin things, in no type of data
    assert "@dataclass" not in (source / "pipeline.py").read_text("utf-8")
