"""Whatever the bytes are: rows that add up, or an error of the catalogue; and memory that does not grow beyond the file."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from effort import tries
from good_export import EXPORTS, good_export
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import Dataset, ReadOptions, load
from salesmetrics.messages.errors import CATALOGUE

SEEDS = [good_export(name, 30).data() for name in sorted(EXPORTS)]
SEEDS += [good_export("plain", 30).data().decode().encode("utf-16"), gzip.compress(SEEDS[0], mtime=0)]

PIECES = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [
            b'"',
            b'""',
            b",",
            b";",
            b"\t",
            b"\r",
            b"\n",
            b"\r\n",
            b"\x00",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"PK\x03\x04",
            b"Total",
        ]
    ),
)


def add_up(data: bytes, name: str, options: ReadOptions | None = None) -> None:
    """Load bytes as a file, and check what comes of it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            dataset = load([str(path)], options)
        except SalesmetricsError as error:
            if error.code not in CATALOGUE or error.code == "bug":
                raise
            return
    check(dataset)


def check(dataset: Dataset) -> None:
    for file in dataset.files:
        rows = file.rows
        assert rows.read == rows.used + rows.rejected + rows.ignored
        assert rows.ignored == sum(file.ignored.values())
    assert sum(file.rows.rejected for file in dataset.files) == dataset.rejects.select("path", "row").unique().height
    used: dict[str, int] = {}
    for file in dataset.files:
        used[file.recognition.kind] = used.get(file.recognition.kind, 0) + file.rows.used
    for kind, count in used.items():
        assert dataset.frames[kind].height == count  # type: ignore[index]
    deals = dataset.frames.get("deals")
    if deals is not None:
        assert set(deals["outcome"].unique()) <= {"won", "lost", "other", "open"}


@settings(max_examples=tries(150), suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.binary(max_size=400),
    name=st.sampled_from(["x.csv", "x.tsv", "x.csv.gz", "x.zip", "x.parquet", "x.xlsx", "x"]),
)
@example(data=b"", name="x.csv")
@example(data=b"\xef\xbb\xbf", name="x.csv")
@example(data=b"\xff\xfe", name="x.csv")
@example(data=b"\x1f\x8b\x08\x00", name="x.csv.gz")
@example(data=b"PK\x05\x06" + bytes(18), name="x.zip")
@example(data=b"PAR1PAR1", name="x.parquet")
@example(data=b"\x28\xb5\x2f\xfd", name="x.csv.zst")
@example(data=b'"' * 399, name="x.csv")
@example(data=b"Stage,Amount\n" * 30, name="x.csv")
def test_any_bytes(data: bytes, name: str) -> None:
    add_up(data, name)


@settings(max_examples=tries(120), suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES), min_size=1, max_size=6))
def test_a_real_shape_with_pieces_cut_out_and_put_in(data: bytes, edits: list[tuple[float, int, bytes]]) -> None:
    for where, length, piece in edits:
        at = int(where * len(data))
        data = data[:at] + piece + data[at + length :]
    add_up(data, "deals.csv")


@settings(max_examples=tries(60), suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), st.sampled_from(SEEDS), st.floats(0, 1), st.floats(0, 1))
def test_the_head_of_one_file_and_the_tail_of_another(one: bytes, other: bytes, head: float, tail: float) -> None:
    add_up(one[: int(head * len(one))] + other[int(tail * len(other)) :], "deals.csv")


@settings(max_examples=tries(60), suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.sampled_from(SEEDS),
    encoding=st.sampled_from([None, "utf-8", "utf-16", "cp1251", "gb18030", "shift_jis", "latin-1"]),
    delimiter=st.sampled_from([None, ",", ";", "tab", "|", "#"]),
    order=st.sampled_from([None, "dmy", "mdy", "ymd"]),
    decimal=st.sampled_from([None, "point", "comma"]),
)
def test_options_that_do_not_fit_end_in_numbers_or_in_words(data: bytes, **given_options: str | None) -> None:
    options = ReadOptions(
        encoding=given_options["encoding"],
        delimiter=given_options["delimiter"],
        date_order=given_options["order"],  # type: ignore[arg-type]
        decimal=given_options["decimal"],  # type: ignore[arg-type]
    )
    add_up(data, "deals.csv", options)


SLOW = """
import json, msgspec, resource, sys
from salesmetrics.ingest.read import load
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
data = load([sys.argv[1]])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({**msgspec.structs.asdict(data.inputs[0].rows), "peak": peak}))
"""


def measured(path: Path, limit: int) -> dict[str, int]:
    """Row counts and peak memory of a process that loads a file within a limit of bytes."""
    run = subprocess.run(
        [sys.executable, "-c", SLOW, str(path), str(limit)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    result: dict[str, int] = json.loads(run.stdout)
    return result


def write_irregular(path: Path, count: int) -> None:
    """Deals of which every tenth row is broken, so that no piece of the file is regular."""
    export = good_export("plain", 2_000)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(export.line(export.header) + "\n")
        for number in range(count):
            line = export.line((f"D-{number:07}", *export.rows[number % 2_000][1:]))
            line = line.replace(",EUR,", ",EUR,,") if number % 20 == 7 else line
            file.write(line + ('"' if number % 20 == 13 else "") + "\n")


@pytest.mark.skipif(sys.platform == "win32", reason="no resource limits there")
def test_the_slow_path_needs_memory_in_proportion_to_the_file(tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    write_irregular(small, 2_000)
    write_irregular(large, 200_000)
    size = large.stat().st_size
    base = measured(small, 1 << 30)
    found = measured(large, 1 << 30)
    assert found["read"] == 200_000
    assert found["rejected"] == 200_000 // 20
    assert found["read"] == found["used"] + found["rejected"] + found["ignored"]
    assert found["peak"] - base["peak"] < 12 * size


@pytest.mark.skipif(sys.platform == "win32", reason="no resource limits there")
@pytest.mark.parametrize(
    "body", [b'"' * 3_000_000, b'"\n' * 100_000, b"," * 3_000_000, b'x,"\n' * 50_000, b'"a""' * 700_000]
)
def test_a_file_made_to_exhaust_memory_does_not(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(good_export("plain", 30).data() + body)
    script = SLOW.replace("data = load", "from salesmetrics.errors import SalesmetricsError\ntry:\n    data = load", 1)
    script = script.replace("peak =", "except SalesmetricsError:\n    sys.exit()\npeak =", 1)
    run = subprocess.run(
        [sys.executable, "-c", script, str(path), str(1 << 30)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
