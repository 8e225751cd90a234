"""Files that would take more memory than they may: the same bytes as in memory, a note about it, and nothing left on disk."""

from __future__ import annotations

import errno
import gc
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Protocol
from unittest.mock import patch

import polars as pl
import pytest

from in_parts import COMMANDS, reading_in_parts
from in_process import Done, invoke
from salesmetrics import pipeline, report
from salesmetrics.errors import RefusedError, SalesmetricsError
from salesmetrics.frames import laid
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.source import fetch, memory
from salesmetrics.ingest.source.bounds import bytes_of, size_typed
from salesmetrics.ingest.source.memory import afford_in_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

MADE = runpy.run_path(str(Path(__file__).parent / "benchmark" / "made_up_deals.py"))
ROWS = 600
NOTE = "note: `"


class Reading(Protocol):
    def __call__(self, *, wanted: bool) -> None: ...


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Reading]:
    """Whether files are read in parts from now on, of a few rows each; their folders are gone at the end."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with ExitStack() as stack:
        yield lambda *, wanted: stack.enter_context(reading_in_parts(wanted=wanted))
    gc.collect()
    assert list(temporary.iterdir()) == []


# --- the same bytes -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("in_parts")
    plain = str(folder / "deals.csv")
    MADE["write"](plain, ROWS, is_messy=True)
    quoted = folder / "quoted.csv"
    quoted.write_bytes(_quoted(300).encode("cp1251"))
    pair = folder / "parquet"
    pair.mkdir()
    whole = next(MADE["pieces"](ROWS)).with_columns(**MADE["TYPED"])
    whole.head(350).write_parquet(pair / "deals-1.parquet")
    whole.tail(ROWS - 350).write_parquet(pair / "deals-2.parquet")
    return {"messy": plain, "quoted": str(quoted), "parquet": str(pair)}


def _quoted(rows: int) -> str:
    """Cells over several lines, and letters that are not UTF-8."""
    stages = ("Успешно реализовано", "Закрыто и не реализовано", "Переговоры")
    lines = ["ID;Сделка;Стадия;Сумма;Ответственный;Создана;Закрыта"]
    for row in range(rows):
        name = f'"Сделка {row}\nс ""новой"" строкой; и ещё"' if row % 3 else f"Сделка {row}"
        days = f"{row % 28 + 1:02d}.{row % 3 + 1:02d}.2026;{row % 27 + 1:02d}.{row % 3 + 4:02d}.2026"
        lines.append(f"{row};{name};{stages[row % 3]};{row * 37 % 900 + 1},50;Менеджер {row % 4};{days}")
    return "\r\n".join([*lines, ""])


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["messy", "quoted", "parquet"])
def test_the_same_bytes_in_memory_and_in_parts(
    name: str, command: str, exports: dict[str, str], in_parts: Reading
) -> None:
    words = [exports[name] if word == "FILE" else word for word in command.split()]
    in_parts(wanted=False)
    once = invoke(*words)
    in_parts(wanted=True)
    parts = invoke(*words)
    note, rest = parts.stderr.partition("\n")[::2]
    assert note.startswith(NOTE)
    assert (parts.stdout, rest, parts.returncode) == (once.stdout, once.stderr, once.returncode)
    assert once.returncode < 2, once.stderr


def test_a_call_in_python_reads_in_parts_too(exports: dict[str, str], in_parts: Reading) -> None:
    in_parts(wanted=False)
    once = report(exports["messy"], memory="2GB").to_json()
    in_parts(wanted=True)
    assert report(exports["messy"], memory="2GB").to_json() == once
    with pytest.raises(SalesmetricsError, match="invalid `--memory much`"):
        report(exports["messy"], memory="much")


# --- sizes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GB", 2 * 10**9),
        ("500MB", 5 * 10**8),
        ("1.5 GiB", 3 << 29),
        ("1,5gib", 3 << 29),
        (" 800000000 ", 8 * 10**8),
        ("1tb", 10**12),
        ("300000 kB", 3 * 10**8),
    ],
)
def test_sizes_as_people_write_them(text: str, size: int) -> None:
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["", "GB", "2G", "much", "-1GB", "1.2.3GB", "2 GB RAM", "٢GB", "1e9", "1,000,000,000"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(RefusedError):
        bytes_of(text)


@pytest.mark.parametrize("size", [1, 99_999_999, 10**8, 10**8 + 1, 10**9 - 1, 10**9, 10**9 + 1, 57 * 10**8])
def test_what_is_to_be_typed_is_enough(size: int) -> None:
    assert size <= bytes_of(size_typed(size)) <= max(10**8, 2 * size)


# --- what is reported ---------------------------------------------------------------------------------------------------


def _huge(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(memory, "memory_for", lambda paths, _: size * len(list(paths)))


def test_the_note_names_the_files_and_what_reads_them_at_once(
    exports: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deals, folder = exports["messy"], Path(exports["parquet"])
    _huge(monkeypatch, 5_700_000_000)
    assert invoke("report", deals, "--kpi", "revenue").stderr == (
        f"note: `{deals}` would take about 5.7 GB of memory, so it is read in parts; `--memory 6GB` reads it at once\n"
    )
    assert invoke("check", str(folder)).stderr == (
        f"note: `{folder / 'deals-1.parquet'}` and 1 more file would take about 11.4 GB of memory, so they are read in"
        " parts; `--memory 12GB` reads them at once\n"
    )
    assert invoke("report", deals, "--kpi", "revenue", "-q").stderr == ""
    assert invoke("report", deals, "--kpi", "revenue", "--memory", "6GB").stderr == ""
    assert invoke("report", deals, "--kpi", "revenue", env={**os.environ, "SALESMETRICS_MEMORY": "6GB"}).stderr == ""


def test_a_comparison_says_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (str(tmp_path / f"deals-2026-09-{day}.csv") for day in (23, 30))
    MADE["write_two"](old, new, 200)
    _huge(monkeypatch, 1_500_000_000)
    once = invoke("compare", str(tmp_path), "--format", "json", "--memory", "3GB")
    assert (once.returncode, once.stderr) == (0, "")
    parts = invoke("compare", str(tmp_path), "--format", "json")  # two of them are in memory at a time
    assert parts.stdout == once.stdout
    assert parts.stderr == (
        f"note: `{old}` and 1 more file would take about 3.0 GB of memory, so they are read in parts; `--memory 3GB` reads"
        " them at once\n"
    )


# --- what can go wrong --------------------------------------------------------------------------------------------------

HINT = (
    "\n\nhint: a large file is read in parts, which needs about 0.0 GB of disk: name a folder that has as much, `TMPDIR=/path"
    " salesmetrics …`, or read it in memory, `--memory 100MB`\n"
)


def _refused(done: Done, error: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {error}{HINT}"


@pytest.mark.parametrize("name", ["messy", "quoted", "parquet"])
def test_a_disk_that_is_full(
    name: str, exports: dict[str, str], in_parts: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts(wanted=True)
    written = pl.DataFrame.write_ipc
    count = iter(range(100))

    def write(self: pl.DataFrame, *args: object, **options: object) -> object:
        if next(count) == 1:
            raise OSError("No space left on device (os error 28)")
        return written(self, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(pl.DataFrame, "write_ipc", write)
    done = invoke("report", exports[name], "-q")
    _refused(done, f"cannot write temporary files to `{tempfile.tempdir}`: no space left on device")


def test_no_place_for_temporary_files(
    exports: dict[str, str], in_parts: Reading, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_parts(wanted=True)
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "away"))
        done = invoke("report", exports["messy"], "-q")
        _refused(done, f"cannot write temporary files to `{tmp_path / 'away'}`: no such file or directory")
        patch.setattr(tempfile, "tempdir", None)
        patch.setattr(tempfile, "_candidate_tempdir_list", list)
        _refused(invoke("report", exports["messy"], "-q"), "no folder takes temporary files")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(in_parts: Reading, tmp_path: Path) -> None:
    in_parts(wanted=True)
    deals = tmp_path / "deals.csv"
    deals.write_text("Deal ID\n1\n")
    deals.chmod(0)
    assert invoke("report", str(deals), "-q").stderr.startswith(f"error: cannot read `{deals}`: permission denied\n")


SLOW = """
import sys
from salesmetrics import pipeline
from salesmetrics.cli.app import main
lay_aside = pipeline.Files._lay_aside
pipeline.Files._lay_aside = lambda files, _: lay_aside(files, 1)
pipeline.LEAST_PIECE = 400
sys.exit(main())
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_no_folder_behind(number: signal.Signals, code: int, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    deals = tmp_path / "deals.csv"
    MADE["write"](str(deals), 20_000)
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "report", str(deals), "-q"],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    end = time.monotonic() + 60
    while not list(temporary.glob("salesmetrics-*/3.arrow")) and time.monotonic() < end:
        time.sleep(0.01)
    assert process.poll() is None
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("", f"{'interrupted' if code == 130 else 'terminated'}\n", code)
    assert list(temporary.iterdir()) == []


def test_a_file_that_changes_and_too_many_open_files_have_plain_words(
    exports: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object) -> bytes:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patch:
        patch.setattr(fetch, "_read", refuse)
        path = tmp_path / "deals.csv"
        path.write_bytes(b"Deal ID\n1\n")
        assert invoke("report", str(path)).stderr.startswith(f"error: cannot read `{path}`: too many files are open\n")
    looks = iter(range(9))
    seen = os.fstat

    def moving(number: int) -> object:
        found = seen(number)
        return SimpleNamespace(st_size=found.st_size, st_mtime_ns=next(looks))

    monkeypatch.setattr(os, "fstat", moving)
    with pytest.raises(SalesmetricsError, match="it changed while it was read"):
        fetch.read_file(exports["messy"])


def test_so_many_records_take_more_than_they_may_even_in_parts() -> None:
    afford_in_parts("deals.csv", 10_000_000, 2_000_000_000)
    with pytest.raises(SalesmetricsError) as refused:
        afford_in_parts("deals.csv", 100_000_000, 2_000_000_000)
    assert refused.value.code == "memory_short"
    assert refused.value.details["cause"].details == {"records": 100_000_000, "need": "14GB", "have": "2GB"}


def test_a_parquet_file_that_changes_while_its_columns_are_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deals.parquet"
    next(MADE["pieces"](ROWS)).write_parquet(path)
    files, options = pipeline.Files([str(path)]), ReadOptions(memory=1)
    dataset, _ = files.read(options)
    assert files.hashed(dataset) is dataset
    os.utime(path, ns=(1, 1))
    with pytest.raises(SalesmetricsError) as refused:
        files.hashed(dataset)
    assert (refused.value.code, refused.value.details["path"]) == ("file_unreadable", str(path))


@pytest.mark.parametrize(
    "words",
    [
        ("rows", "win_rate", "FILE"),
        ("losses", "FILE", "--rows", "age:31-90"),
        ("cohort", "FILE", "--rows", "total"),
    ],
)
def test_an_answer_that_takes_more_than_it_may_is_refused(
    words: tuple[str, ...], exports: dict[str, str], in_parts: Reading
) -> None:
    in_parts(wanted=True)
    typed = [exports["messy"] if word == "FILE" else word for word in words]
    assert len(invoke(*typed, "-q", "--format", "csv").stdout.splitlines()) > 2
    with patch.object(laid, "_PER_ROW", 1):
        done = invoke(*typed, "-q")
        assert (done.returncode, done.stdout) == (2, "")
        assert "records in the answer take about 0.0 GB of memory, and `--memory` is 0.0 GB\n" in done.stderr


def test_few_of_many_records_are_an_answer(exports: dict[str, str], in_parts: Reading) -> None:
    in_parts(wanted=True)
    with patch.object(laid, "_PER_ROW", 1):
        assert invoke("rows", "win_rate", exports["messy"], "-q", "--top", "1").returncode == 0
