"""Records on other machines: the same answers and bytes as in memory; and what is said where Spark, or Java, is not there.

What is worked out there goes through pickle here, too, so all but Spark itself is tried without it. With PySpark and Java the
commands run on real executors; ``python tests/spark/compare.py`` runs all of them.
"""

from __future__ import annotations

import gzip
import os
import pickle
import runpy
import shutil
import subprocess
import sys
from contextlib import nullcontext
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import in_process
from effort import tries
from in_parts import reading_in_parts
from in_process import invoke
from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames import far as far_frames
from salesmetrics.frames import spark
from salesmetrics.frames.far import PLACE, FarFrame
from salesmetrics.frames.groups import Question, answers, counts_of_words, distinct
from salesmetrics.frames.laid import rows_where
from salesmetrics.frames.store import Store
from salesmetrics.ingest.canonical.identity import repeated_ids
from salesmetrics.ingest.parse.common import by_words
from salesmetrics.ingest.source import fetch, places
from salesmetrics.ingest.table import far, pieces
from salesmetrics.ingest.table.raw import ROW
from salesmetrics.ingest.table.workbook import table_of_far

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
            yield _sent(_sent(work)(place.part))

    def settled(self, work: Callable[[pl.DataFrame], tuple[pl.DataFrame, Any]]) -> tuple[Here, list[Any]]:
        made = [_sent(_sent(work)(place.part)) for place in self.places]
        found = Here.__new__(type(self))
        found.places = [Place(part.height, part) for part, _ in made]
        return found, [known for _, known in made]

    def by_key(
        self, split: Callable[[pl.DataFrame], dict[int, Any]], join: Callable[[list[Any]], pl.DataFrame]
    ) -> list[pl.DataFrame]:
        apart: dict[int, list[Any]] = {}
        for place in reversed(self.places):  # in no order
            for number, part in _sent(_sent(split)(place.part)).items():
                apart.setdefault(number, []).append(part)
        return [_sent(_sent(join)(apart[number])) for number in sorted(apart)]


def _sent(what: Any) -> Any:
    """As it arrives on another machine."""
    return pickle.loads(pickle.dumps(what))


def far_frame(frame: pl.DataFrame, size: int) -> FarFrame:
    rows = frame.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias(PLACE))
    return FarFrame(Here(rows, size), (), Store(1_000, 1, "1GB"), frame.clear(), frame.height, there=rows.clear())


# --- a frame on other machines is answered as one in memory ---------------------------------------------------------------


STEPS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "the same": lambda frame: frame,
    "filtered": lambda frame: frame.filter(pl.col("a") > 1, pl.col("b") != "x"),
    "renamed": lambda frame: frame.rename({"a": "c"}).rename({"c": "a"}),
    "dropped": lambda frame: frame.drop("c", strict=False),
    "row by row": lambda frame: frame.with_columns(pl.col("a") + 1, d=pl.col("b").str.len_bytes()),
    "of all rows": lambda frame: frame.with_columns(a=pl.col("a") - pl.col("a").max()),
    "of all, within": lambda frame: frame.filter(pl.when(pl.col("b") == "x").then(pl.col("a").max()) > pl.col("a")),
    "what is here beside": lambda frame: frame.with_columns(a=pl.Series(range(frame.height), dtype=pl.Int64)),
    "picked here": lambda frame: frame.filter(
        pl.Series([row % 3 != 1 for row in range(frame.height)], dtype=pl.Boolean)
    ),
    "one value": lambda frame: frame.with_columns(pl.lit(7).alias("d")),
    "by a table": lambda frame: frame.with_columns(by_words("b", {"x": "yy"}, pl.String())),
    "put beside": lambda frame: frame.hstack([pl.Series("e", range(frame.height))]).drop("e"),
    "at rest": lambda frame: frame.at_rest() if isinstance(frame, FarFrame) else frame,
    "at rest, however few": lambda frame: _at_rest(frame),
    "among all": lambda frame: frame.filter(pl.col("a").is_in((pl.col("a") + 1).implode())),
}


def _at_rest(frame: pl.DataFrame) -> pl.DataFrame:
    with patch.object(far_frames, "FEW", -1):
        return frame.at_rest() if isinstance(frame, FarFrame) else frame


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


# --- groups of rows on other machines are added up as Polars does in memory ---------------------------------------------


def _made(rows: list[Any]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={"n": pl.Int64, "k": pl.String, "day": pl.Int32}, orient="row")
    return frame.with_columns(
        pl.col("day").cast(pl.Date),
        money=(pl.col("n").cast(pl.Decimal(38, 2)) * pl.lit("1.07").cast(pl.Decimal(38, 2))).cast(pl.Decimal(38, 8)),
        end=pl.col("k").cast(pl.Enum(["won", "lost", "open"])),
        f=pl.col("n") / 7,
        small=pl.col("n").cast(pl.Int8),
        is_odd=pl.col("n") % 2 == 1,
    )


AGGREGATES: dict[str, pl.Expr] = {
    "len": pl.len(),
    "count": pl.col("n").count(),
    "filtered": pl.col("money").filter(pl.col("end") == "won").sum(),
    "filtered rows": pl.col("n").filter(pl.col("is_odd")).len(),
    "known": pl.col("n").filter(pl.col("is_odd")).drop_nulls().count(),
    "sum": pl.col("n").sum(),
    "small": pl.col("small").sum(),
    "money": pl.col("money").sum(),
    "when": pl.when(pl.col("end") == "lost").then(pl.col("money")).sum(),
    "least": pl.col("day").min(),
    "last": pl.col("end").max(),
    "text": pl.col("k").min(),
    "float": pl.col("f").max(),
    "any": pl.col("is_odd").any(),
    "all": pl.col("is_odd").all(),
    "blanks": pl.col("n").null_count(),
    "rate": pl.col("is_odd").sum() / pl.len(),
    "less": pl.col("n").sum() - pl.col("n").filter(pl.col("k") == "won").sum() + 1,
    "where any": pl.when(pl.col("is_odd").any()).then(pl.col("money").sum()),
    "span": (pl.col("day").max() - pl.col("day").min()).dt.total_days(),
    "of two": pl.min_horizontal(pl.col("n").min(), pl.col("small").max()),
    # what has to see all rows:
    "median": pl.col("n").median(),
    "distinct": pl.col("k").n_unique(),
    "floats": pl.col("f").sum(),
    "values": pl.col("money").filter(pl.col("is_odd")),
    "first": pl.col("n").first(),
    "within": (pl.col("n") - pl.col("n").mean()).max(),
}
KEYS: dict[str, list[pl.Expr]] = {
    "none": [],
    "text": [pl.col("k").alias("by")],
    "enum": [pl.col("end").alias("by")],
    "month": [pl.col("day").dt.truncate("1mo").alias("by")],
    "two": [pl.col("k").alias("by"), pl.col("is_odd").alias("also")],
    "of all rows": [(pl.col("n") > pl.col("n").max() - 2).alias("by")],
}
WHERE: dict[str, list[pl.Expr]] = {
    "all": [],
    "some": [pl.col("n") > 1],
    "none": [pl.col("n") > 99],
    "two": [pl.col("n").is_not_null(), pl.col("day") < date(1970, 1, 30)],
    "of all rows": [pl.col("n") < pl.col("n").max()],
}
ROWS = st.lists(
    st.tuples(
        st.integers(0, 6) | st.none(), st.sampled_from(["won", "lost", "open", None]), st.integers(0, 70) | st.none()
    ),
    max_size=12,
)


@settings(max_examples=tries(150), deadline=None)
@given(
    rows=ROWS,
    size=st.integers(1, 5),
    asked=st.lists(
        st.tuples(
            st.lists(st.sampled_from(list(AGGREGATES)), min_size=1, max_size=4, unique=True),
            st.sampled_from(list(KEYS)),
            st.sampled_from(list(WHERE)),
        ),
        min_size=1,
        max_size=3,
    ),
    here=st.booleans(),
)
def test_groups_are_added_up_as_in_memory(rows: list[Any], size: int, asked: list[Any], here: bool) -> None:
    whole = _made(rows)
    far: pl.DataFrame = far_frame(whole, size)
    if here:  # a column that was made here lies beside the others
        far = far.with_columns(whole.get_column("is_odd"))
    questions = [
        ([AGGREGATES[name].alias(name) for name in names], KEYS[by], WHERE[where]) for names, by, where in asked
    ]
    expected = answers([Question(whole, *question) for question in questions])
    for _ in range(2):  # what was asked before is known
        found = answers([Question(far, *question) for question in questions])
        for (_, by, _), one, other in zip(questions, expected, found, strict=True):
            keys = [expr.meta.output_name() for expr in by]
            assert_frame_equal(
                other.sort(keys) if keys else other, one.sort(keys) if keys else one, abs_tol=0, rel_tol=0
            )


def test_what_adds_up_is_not_brought_here() -> None:
    """Only the columns of aggregates that have to see all rows are, and the rows that a rule finds."""
    whole = _made([(n, "won" if n % 3 else "lost", n) for n in range(7)])
    far = far_frame(whole, 2)
    adding = [name for name in AGGREGATES if name != "median"][: list(AGGREGATES).index("median")]
    answers([Question(far, [AGGREGATES[name].alias(name) for name in adding], KEYS["two"], WHERE["two"])])
    answers([Question(far, [pl.col("n"), pl.col("k")], (), [pl.col("n") > 5])])
    assert set(far._near) == set()
    answers([Question(far, [AGGREGATES[name].alias(name) for name in ("money", "median")], KEYS["text"])])
    assert set(far._near) == {"n", "k", PLACE}


@settings(max_examples=tries(60), deadline=None)
@given(ids=st.lists(st.sampled_from(["1", "2", "3", "x", None]), max_size=9), size=st.integers(1, 3))
def test_repeated_ids_are_those_of_memory(ids: list[str | None], size: int) -> None:
    frame = pl.DataFrame({"id": ids}, schema={"id": pl.String})
    found, expected = repeated_ids(far_frame(frame, size)), repeated_ids(frame)
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert sorted(found) == sorted(expected)


def test_ids_are_put_together_alike_by_every_process() -> None:
    """What executors do not agree on would be counted apart."""
    code = "import polars as pl; from salesmetrics.ingest.canonical.identity import _ids_apart as f; "
    code += (
        "print({n: sorted(p['id']) for n, p in sorted(f(pl.DataFrame({'id': [str(i) for i in range(200)]})).items())})"
    )
    texts = {subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout for _ in range(2)}
    assert len(texts) == 1
    assert texts.pop().count(b"[") > 30


@settings(max_examples=tries(60), deadline=None)
@given(words=st.lists(st.sampled_from(["b", "a", "c", None]), max_size=9), size=st.integers(1, 3))
def test_words_are_counted_as_in_memory(words: list[str | None], size: int) -> None:
    frame = pl.DataFrame({"w": words}, schema={"w": pl.String})
    assert counts_of_words(far_frame(frame, size), "w") == counts_of_words(frame, "w")
    assert distinct(far_frame(frame, size), "w").to_list() == list(dict.fromkeys(w for w in words if w is not None))


# --- the same bytes, all but Spark itself ---------------------------------------------------------------------------------


def _typed_pieces(path: str, store: Store) -> tuple[pl.Schema, FarFrame]:
    """The rows of a Parquet file in pieces, as executors give them."""
    frame = pl.read_parquet(path)
    rows = frame.rename({name: str(n) for n, name in enumerate(frame.columns)}).with_row_index(ROW, offset=2)
    return frame.schema, far_frames.far_frame(Here(rows, 190), store, rows.clear(), rows.height, ROW)


@pytest.fixture
def without_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in pieces here; from then on their rows are on other machines."""

    def opened(path: str, _: object, store: Store, **how: str | None) -> list[Any]:
        if path.endswith(".parquet"):
            return [table_of_far(path, partial(_typed_pieces, path, store))]
        made_of = pieces.made_of
        with monkeypatch.context() as patch:

            def made(found: Any, *args: Any) -> Any:
                whole = found.frame.lazy().select(ROW, pl.exclude(ROW)).collect()
                found.frame = far_frames.far_frame(Here(whole, 190), store, whole.clear(), whole.height, ROW)
                return made_of(found, *args)

            patch.setattr(pieces, "made_of", made)
            return pieces.open_in_pieces(path, store, **how)

    monkeypatch.setattr(in_process, "reading_once", nullcontext)
    monkeypatch.setattr(spark, "session_of", lambda _: object())
    monkeypatch.setattr(far, "open_far", opened)


@pytest.mark.parametrize("few", [far_frames.FEW, -1], ids=["brought at once", "left there"])
@pytest.mark.parametrize("command", COMPARE["COMMANDS"])
def test_the_same_bytes_all_but_spark_itself(
    command: str, few: int, without_spark: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(far_frames, "FEW", few)
    sets = COMPARE["data_sets"](tmp_path)
    path = sets["odd rows" if command in COMPARE["COMMANDS"][::2] else "untidy text"]
    words = [path if word == "FILE" else word for word in command.split()]
    assert invoke(*words, "--engine", "spark") == invoke(*words)


@pytest.mark.parametrize("prefix", ["zcrm_", ""])
@pytest.mark.parametrize(("last", "ids"), [("102.0", ["101", "102"]), ("102.5", ["101.0", "102.5"])])
def test_decimals_of_ids_decide_wherever_the_ids_lie(
    prefix: str, last: str, ids: list[str], without_spark: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also behind what a CRM puts before its ids: decimals that say something keep all as they are."""
    path = tmp_path / "deals.csv"
    header = "Record Id,Deal Name,Stage,Amount,Closing Date,Created Time,Deal Owner,Account Name.id\n"
    path.write_text(
        header
        + f"{prefix}101.0,A,Closed Won,100,2026-01-05,2026-01-01,Kim,{prefix}7\n"
        + f"{prefix}{last},B,Closed Lost,200,2026-01-06,2026-01-02,Kim,{prefix}7\n"
    )
    words = ["rows", "win_rate", str(path), "--columns", "id", "--format", "csv", "-q"]
    expected = ["id", *ids]
    assert invoke(*words).stdout.split() == expected
    with reading_in_parts():
        assert invoke(*words).stdout.split() == expected
    for few in (far_frames.FEW, -1):
        monkeypatch.setattr(far_frames, "FEW", few)
        assert invoke(*words, "--engine", "spark").stdout.split() == expected


@pytest.mark.parametrize("command", COMPARE["COMMANDS"][::2])
@pytest.mark.parametrize("files", ["one", "both"])
def test_the_same_bytes_of_typed_columns(
    command: str, files: str, without_spark: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(far_frames, "FEW", -1)
    path = COMPARE["data_sets"](tmp_path)["Parquet"] + ("/deals-1.parquet" if files == "one" else "")
    words = [path if word == "FILE" else word for word in command.split()]
    assert invoke(*words, "--engine", "spark") == invoke(*words)


# --- on executors ---------------------------------------------------------------------------------------------------------


def on_executors(test: Callable[..., None]) -> Callable[..., None]:
    why = f"no Spark to run on: {', '.join(LACKS)} not there"
    return pytest.mark.executors(pytest.mark.skipif(bool(LACKS) and not HAS_TO_RUN, reason=why)(test))


class Executors(NamedTuple):
    """A session of Spark with two executors.

    Attributes:
        sets: What is read, by title.
        here: What a command gives on this machine.
        there: What it gives on them, where records stay.
        few: What it gives on them where records are so few that they are brought at once.
        session: The session.
    """

    sets: dict[str, str]
    here: Callable[..., tuple[str, str, int]]
    there: Callable[..., tuple[str, str, int]]
    few: Callable[..., tuple[str, str, int]]
    session: Any


@pytest.fixture(scope="module")
def executors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executors]:
    sets = COMPARE["data_sets"](tmp_path_factory.mktemp("sets"))
    with COMPARE["ways"](2) as how:

        def here(*words: str) -> tuple[str, str, int]:
            with how["memory"]():
                return COMPARE["answers"](list(words))

        def there(way: str, *words: str) -> tuple[str, str, int]:
            with how[way]():
                return COMPARE["answers"]([*words, "--engine", "spark"])

        with how["spark"]():
            session = spark.session_of(None)
        yield Executors(sets, here, partial(there, "spark"), partial(there, "few"), session)


@on_executors
def test_the_same_bytes_on_two_executors(executors: Executors) -> None:
    for path, command in zip(executors.sets.values(), COMPARE["COMMANDS"], strict=False):
        words = [path if word == "FILE" else word for word in command.split()]
        assert executors.there(*words) == executors.here(*words)


@on_executors
def test_the_same_bytes_from_an_address(executors: Executors, tmp_path: Path) -> None:
    """All but the names of the files, which are as they were typed; the hashes are those of the files."""
    (tmp_path / "in").mkdir()
    shutil.copy(executors.sets["odd rows"], tmp_path / "in" / "deals[1].csv")
    address, pair = f"file://{tmp_path}/in", f"file://{executors.sets['Parquet']}"
    for command, path in (
        ("report --kpi revenue --format json", f"{address}/deals[1].csv"),
        ("check --format json", f"deals={address}/**/d*.csv"),
        ("rows win_rate --format csv", pair),
    ):
        name, *words = command.split()
        found = executors.few(name, *words[:1] * (name == "rows"), path, *words[name == "rows" :])
        known = executors.here(
            name, *words[:1] * (name == "rows"), path.replace("file://", ""), *words[name == "rows" :]
        )
        assert (found[0].replace("file://", ""), found[1].replace("file://", ""), found[2]) == known
        assert known[2] < 2
        assert name == "rows" or f'"file://{tmp_path}/in/deals[1].csv"' in found[0]


@on_executors
def test_what_is_wrong_with_an_address_is_refused_as_here(executors: Executors, tmp_path: Path) -> None:
    address = f"file://{tmp_path}"
    (tmp_path / "deals.csv").write_text("Deal ID,Amount\n1,2\n")
    (tmp_path / "blank.csv").write_text("")
    (tmp_path / "_deals.csv").write_text("Deal ID,Amount\n1,2\n")
    (tmp_path / "a:b.csv").write_text("Deal ID,Amount\n1,2\n")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1" + b"x" * 90)
    (tmp_path / "empty").mkdir()
    for path, said in {
        f"{address}/dealz.csv": f"no such file: `{address}/dealz.csv`; did you mean `{address}/deals.csv`?",
        f"{address}/empty": f"no exports in folder `{address}/empty`",
        f"{address}/*.tsv": f"no file matches `{address}/*.tsv`",
        f"{address}/blank.csv": f"`{address}/blank.csv` is empty",
        f"{address}/cut.parquet": f"cannot read `{address}/cut.parquet`: the Parquet data is damaged",
        f"{address}/_deals.csv": f"Spark cannot read `{address}/_deals.csv`: its name begins with `.` or `_`",
        f"{tmp_path}/_deals.csv": f"Spark cannot read `{tmp_path}/_deals.csv`: its name begins with `.` or `_`",
        f"{tmp_path}/a:b.csv": "Spark stopped: [FAILED_READ_FILE.NO_HINT] Encountered error while reading file",
        "strange://node/deals.csv": 'Spark cannot reach `strange://node/deals.csv`: No FileSystem for scheme "strange"',
        "hdfs://nobody.invalid/d.csv": "Spark cannot reach `hdfs://nobody.invalid/d.csv`: UnknownHostException: nobody.invalid",
        "file://elsewhere/d.csv": "Spark cannot reach `file://elsewhere/d.csv`: Wrong FS",
        "https://localhost:9/d.csv": "Spark cannot reach `https://localhost:9/d.csv`: its size is unknown",
    }.items():
        output, stderr, code = executors.few("report", path)
        assert (output, code) == ("", 2)
        assert stderr.startswith(f"error: {said}")
        assert "\nhint: " in stderr
        assert "\tat " not in stderr


@on_executors
def test_a_file_elsewhere_is_looked_at_as_one_here(executors: Executors, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(bytes(range(256)) * 1_000)
    address = f"file://{path}"
    token = places._session.set(executors.session)
    try:
        place = places.far_place(address)
        for count in (0, 1, 100_000, 10**6):
            assert place.beginning(count) == path.read_bytes()[:count]
            assert place.end(count) == path.read_bytes()[max(256_000 - count, 0) :]
        assert fetch.sha256_of(address) == fetch.sha256_of(str(path))
        assert fetch.read_file(address) == path.read_bytes()
        seen = fetch.state_of(address)
        fetch.refuse_changed(address, seen)
        os.utime(path, (1, 1))
        with pytest.raises(SalesmetricsError, match="changed while it was read"):
            fetch.refuse_changed(address, seen)
        path.unlink()
        assert fetch.state_of(address) is None
    finally:
        places._session.reset(token)


@on_executors
def test_nothing_but_the_command_writes_to_the_terminal(tmp_path: Path) -> None:
    """Neither Java nor Spark; nor does what lies in the folder, such as a module with a name that executors import."""
    shutil.copy(in_process.EXAMPLES / "deals.csv", tmp_path)
    (tmp_path / "polars.py").write_text("raise SystemExit('this is not polars')\n")
    words = [sys.executable, "-P", "-m", "salesmetrics", "report", "deals.csv", "--kpi", "revenue"]
    here, there = (
        subprocess.run([*words, *more], cwd=tmp_path, capture_output=True, check=False)
        for more in ((), ("--engine", "spark", "--master", "local[1]"))
    )
    assert (there.stdout, there.stderr, there.returncode) == (here.stdout, here.stderr, 0)
    wrong = subprocess.run(
        [*words, "--engine", "spark", "--master", "nowhere"], cwd=tmp_path, capture_output=True, check=False, text=True
    )
    assert (wrong.stdout, wrong.returncode) == ("", 2)
    assert wrong.stderr.startswith("error: Spark cannot start: ")
    assert "\tat " not in wrong.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deals.csv", "polars.py"]


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
