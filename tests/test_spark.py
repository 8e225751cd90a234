"""Records on other machines: the same answers and bytes as in memory; and what is said where Spark, or Java, is not there.

What is worked out there goes through pickle here, too, so all but Spark itself is tried without it. With PySpark and Java the
commands run on real executors; ``python tests/spark/compare.py`` runs all of them.
"""

from __future__ import annotations

import gzip
import os
import pickle
import runpy
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import in_process
from effort import tries
from in_process import invoke
from salesmetrics.frames import spark
from salesmetrics.frames.far import FarFrame
from salesmetrics.frames.laid import rows_where
from salesmetrics.frames.store import Store
from salesmetrics.ingest.table import far, pieces
from salesmetrics.ingest.table.raw import ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

COMPARE = runpy.run_path(str(Path(__file__).parent / "spark" / "compare.py"))
LACKS = [name for name in ("pyspark", "pyarrow") if find_spec(name) is None]
LACKS += [] if which("java") else ["java"]
HAS_TO_RUN = "SPARK_HAS_TO_RUN" in os.environ
"""Where both were installed for these tests, none of them is skipped."""


class Place(NamedTuple):
    rows: int
    part: pl.DataFrame


class Here:
    """Pieces of a frame; what is done with them, and what comes of it, is pickled as on the way to an executor."""

    def __init__(self, frame: pl.DataFrame, size: int) -> None:
        self.places = [Place(part.height, part) for part in frame.iter_slices(size)]

    def each(
        self, work: Callable[[pl.DataFrame], Any], places: Sequence[Place] | None = None, *, large: bool = False
    ) -> Iterator[Any]:
        for place in self.places if places is None else places:
            yield pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(work))(place.part)))


def far_frame(frame: pl.DataFrame, size: int) -> FarFrame:
    return FarFrame(Here(frame, size), (), Store(1_000, 1, "1GB"), frame.clear(), frame.height)


# --- a frame on other machines is answered as one in memory ---------------------------------------------------------------


STEPS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "the same": lambda frame: frame,
    "filtered": lambda frame: frame.filter(pl.col("a") > 1, pl.col("b") != "x"),
    "renamed": lambda frame: frame.rename({"a": "c"}).rename({"c": "a"}),
    "dropped": lambda frame: frame.drop("c", strict=False),
    "row by row": lambda frame: frame.with_columns(pl.col("a") + 1, d=pl.col("b").str.len_bytes()),
    "of all rows": lambda frame: frame.with_columns(a=pl.col("a") - pl.col("a").max()),
    "of all, within": lambda frame: frame.filter(pl.when(pl.col("b") == "x").then(pl.col("a").max()) > pl.col("a")),
    "among all": lambda frame: frame.filter(pl.col("a").is_in((pl.col("a") + 1).implode())),
}
ANSWERS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "all": lambda frame: frame.select(pl.all()),
    "height": lambda frame: frame.height,
    "ends": lambda frame: pl.concat(
        [frame.head(3), frame.tail(2), frame.drop("b").head(1).with_columns(b=pl.lit("x")).select(frame.columns)]
    ),
    "blanks": lambda frame: frame.null_count(),
    "sums": lambda frame: frame.select(
        pl.col("a").sum(), n=pl.len(), some=(pl.col("b") == "x").any(), m=pl.col("b").max()
    ),
    "of many": lambda frame: frame.select(pl.col("b", "x").str.len_bytes().max()),
    "median": lambda frame: frame.select(pl.col("a").median(), pl.col("f").sum()),
    "column": lambda frame: frame.get_column("b").to_frame(),
    "where": lambda frame: rows_where(frame, (pl.col("a") > 2).fill_null(value=False)),
    "groups": lambda frame: frame.group_by("b", maintain_order=True).agg(pl.col("a").sum()),
}


@settings(max_examples=tries(80), deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 5) | st.none(), st.sampled_from(["x", "yy", None])), min_size=1, max_size=9),
    size=st.integers(1, 4),
    steps=st.lists(st.sampled_from(list(STEPS)), max_size=3),
    answer=st.sampled_from(list(ANSWERS)),
)
def test_a_frame_on_other_machines_is_answered_as_in_memory(rows, size: int, steps: list[str], answer: str) -> None:
    here = pl.DataFrame(rows, schema={"a": pl.Int64, "b": pl.String}, orient="row").with_columns(
        x=pl.col("b") + "!", f=pl.col("a") / 7
    )
    there: pl.DataFrame = far_frame(here, size)
    for step in steps:
        here, there = STEPS[step](here), STEPS[step](there)
        assert there.columns == here.columns
        assert there.schema == here.schema
    expected, found = ANSWERS[answer](here), ANSWERS[answer](there)
    if isinstance(expected, int):
        assert found == expected
    else:
        assert_frame_equal(found.lazy().collect(), expected)


# --- the same bytes, all but Spark itself ---------------------------------------------------------------------------------


@pytest.fixture
def without_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in pieces here; from then on their rows are on other machines."""

    def opened(path: str, _: object, store: Store, **how: str | None) -> list[Any]:
        made_of = pieces.made_of
        with monkeypatch.context() as patch:

            def made(found: Any, *args: Any) -> Any:
                whole = found.frame.lazy().select(ROW, pl.exclude(ROW)).collect()
                found.frame = FarFrame(Here(whole, 190), (), store, whole.clear(), whole.height)
                return made_of(found, *args)

            patch.setattr(pieces, "made_of", made)
            return pieces.open_in_pieces(path, store, **how)

    monkeypatch.setattr(in_process, "reading_once", nullcontext)
    monkeypatch.setattr(spark, "session_of", lambda _: object())
    monkeypatch.setattr(far, "open_far", opened)


@pytest.mark.parametrize("command", COMPARE["COMMANDS"])
def test_the_same_bytes_all_but_spark_itself(command: str, without_spark: None, tmp_path: Path) -> None:
    sets = COMPARE["data_sets"](tmp_path)
    path = sets["odd rows" if command in COMPARE["COMMANDS"][::2] else "untidy text"]
    words = [path if word == "FILE" else word for word in command.split()]
    assert invoke(*words, "--engine", "spark") == invoke(*words)


# --- on executors ---------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(bool(LACKS) and not HAS_TO_RUN, reason=f"no Spark to run on: {', '.join(LACKS)} not there")
def test_the_same_bytes_on_two_executors(tmp_path: Path) -> None:
    sets = COMPARE["data_sets"](tmp_path)
    with COMPARE["ways"](2) as how:
        for path, command in zip(sets.values(), COMPARE["COMMANDS"], strict=False):
            words = [path if word == "FILE" else word for word in command.split()]
            with how["memory"]():
                known = COMPARE["answers"](words)
            with how["spark"]():
                assert COMPARE["answers"]([*words, "--engine", "spark"]) == known


# --- what is not there, and what is declined ------------------------------------------------------------------------------


def test_what_is_not_there_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    deals = str(in_process.EXAMPLES / "deals.csv")
    monkeypatch.setattr(spark, "find_spec", lambda _: None)
    done = invoke("report", deals, "--engine", "spark")
    assert "`--engine spark` needs PySpark" in done.stderr
    assert "pip install 'salesmetrics[spark]'" in done.stderr
    monkeypatch.setattr(spark, "find_spec", lambda _: True)
    monkeypatch.setattr(spark, "which", lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    done = invoke("report", deals, "--engine", "spark")
    assert "needs Java" in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("deals.csv", "Сделка;Сумма\nа;1\n".encode("cp1251") * 30, "not UTF-8"),
        ("deals.csv.gz", b"\x1f\x8b\x08\x00" + b"x" * 30, "no executor can divide"),
        ("deals.csv", b"Deal ID,Amount\r1,2\r3,4\r", "odd quotes or line ends"),
    ],
)
def test_what_spark_cannot_read_is_declined(
    name: str, content: bytes, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "session_of", lambda _: object())
    (tmp_path / name).write_bytes(content)
    done = invoke("report", str(tmp_path / name), "--engine", "spark")
    assert why in done.stderr
    assert "leave out `--engine spark`" in done.stderr
    assert done.returncode == 2


# --- what is said where Spark cannot be had ------------------------------------------------------------------------------


def test_what_is_missing_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("report", str(in_process.EXAMPLES / "deals.csv"), "--engine", "spark")
    monkeypatch.setattr(spark, "find_spec", lambda _: None)
    done = invoke(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: `--engine spark` needs PySpark\n")
    assert "pip install 'salesmetrics[spark]'" in done.stderr
    monkeypatch.setattr(spark, "find_spec", lambda name: name)
    monkeypatch.setattr(spark, "which", lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert invoke(*words).stderr.startswith("error: `--engine spark` needs Java\n")


def test_what_spark_cannot_read_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spark, "session_of", lambda *_, **__: object())
    path = tmp_path / "deals.csv.gz"
    path.write_bytes(gzip.compress((in_process.EXAMPLES / "deals.csv").read_bytes()))
    done = invoke("report", str(path), "--engine", "spark")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: Spark cannot read `{path}`: ")
    assert "leave out `--engine spark`" in done.stderr


@pytest.mark.parametrize("engine", [(), ("--engine", "polars")])
def test_a_master_without_spark_is_refused(engine: tuple[str, ...]) -> None:
    done = invoke("report", str(in_process.EXAMPLES / "deals.csv"), *engine, "--master", "local")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: `--master` has no effect: it needs `--engine spark`\n")
