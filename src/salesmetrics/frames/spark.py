"""Spark: a session, and records that lie in it. Own file: the only one that imports PySpark."""

from __future__ import annotations

import io
import os
import pickle
import re
import sys
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from shutil import which
from socket import create_connection
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeVar
from warnings import filterwarnings
from weakref import finalize

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from salesmetrics.frames.store import Store

__all__ = [
    "BLOB",
    "FAR_ROWS",
    "SparkPieces",
    "SparkPlace",
    "failing",
    "first_line",
    "is_of_spark",
    "packed",
    "session_of",
    "without_class",
]

T = TypeVar("T")
BLOB = "block long, seq int, payload binary"
"""What goes between executors: the place of a piece in its file, and the piece or what was made of it."""
SETTLED = "block long, seq int, height int, seen binary, payload binary"
"""The same of pieces that stay where they lie, with their rows and what is to be known of them."""
FAR_ROWS = 65_536
"""Lines that an executor is given at a time."""
FEW_ROWS = 200_000
"""Rows that may come here at once: of more, pieces come one after another, which takes a job of Spark each."""
_PATIENCE = 10
"""Seconds within which a master answers."""


def session_of(master: str | None, **more: str) -> Any:
    """A session of Spark whose executors run this Python.

    Args:
        master: Where Spark runs, such as ``local[*]`` or ``spark://host:7077``; what Spark is set up for if None.
        more: Settings of Spark, a double underscore for each full stop.

    Raises:
        SalesmetricsError: ``engine_missing``; ``engine_not_started``.
    """
    if find_spec("pyspark") is None or find_spec("pyarrow") is None:
        raise SalesmetricsError("engine_missing", what="PySpark", fix=Message("install_spark"))
    if "JAVA_HOME" not in os.environ and which("java") is None:
        raise SalesmetricsError("engine_missing", what="Java", fix=Message("install_java"))
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    set_up = {
        "spark.app.name": "salesmetrics",
        **({} if master is None else {"spark.master": master}),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(FAR_ROWS),
        # An executor that is started in a folder of exports takes no module from there.
        "spark.executorEnv.PYTHONSAFEPATH": "1",
        **{name.replace("__", "."): value for name, value in more.items()},
    }
    try:
        with TemporaryFile() as log:
            try:
                return _started(set_up, log)
            except Exception as error:
                if not is_of_spark(error):
                    raise
                cause = _first_error(log) or without_class(first_line(error))
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
    raise SalesmetricsError("engine_not_started", cause=cause)


def _started(set_up: dict[str, str], log: IO[bytes]) -> Any:
    """A session; what Java writes to the terminal goes into a file."""
    _refuse_silent(set_up.get("spark.master", ""))
    # PySpark warns about a pandas newer than itself, which nothing here uses.
    filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    if SparkContext._gateway is None and "SPARK_REMOTE" not in os.environ:
        conf = SparkConf(loadDefaults=False).setAll(list(set_up.items()))
        SparkContext._ensure_initialized(gateway=launch_gateway(conf, {"stdout": log, "stderr": log}))
    builder = SparkSession.builder
    for name, value in set_up.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _refuse_silent(master: str) -> None:
    """Refuse a master that does not answer: Spark itself would try for a minute, and then name something else.

    Raises:
        OSError: Nothing answers there.
    """
    if not (found := re.fullmatch(r"spark://([^/]+)", master)):
        return
    for last, place in zip(reversed(range(found[1].count(",") + 1)), found[1].split(","), strict=True):
        host, colon, port = place.rpartition(":")
        if not colon or not port.isdecimal():
            return  # Spark says what is wrong with it
        try:
            create_connection((host.strip("[]"), int(port)), _PATIENCE).close()
        except OSError:
            if not last:
                raise
        else:
            return


@contextmanager
def failing() -> Iterator[None]:
    """Spark works within.

    Raises:
        SalesmetricsError: ``engine_failed``: Spark itself fails; what our own functions raise there is raised as it is.
    """
    try:
        yield
    except Exception as error:
        if not is_of_spark(error):
            raise
        raise SalesmetricsError("engine_failed", cause=without_class(first_line(error))) from error


def is_of_spark(error: BaseException) -> bool:
    """Whether Spark raised an error, or Java for it; what our own functions raise on an executor is not of Spark."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"Py4JError", "PySparkException"}) and "PythonException" not in names


def first_line(error: BaseException) -> str:
    """What Java says of an error, with the name of its class: the first line, without the stack."""
    java = getattr(error, "java_exception", None)
    said = str(error) if java is None else f"{java.getClass().getName()}: {java.getMessage()}"
    line = next((line.strip() for line in said.splitlines() if line.strip()), type(error).__name__)
    return line.partition("; For ")[0].partition(" SQLSTATE: ")[0].rstrip(" .")


def without_class(said: str) -> str:
    """What Java says of an error, without the classes of Java, unless little is left of it.

    >>> without_class("java.io.IOException: java.lang.Error: Not here"), without_class("java.net.UnknownHostException: node")
    ('Not here', 'UnknownHostException: node')
    """
    found = re.match(r"(?:[\w.$]++(?:(?<=Exception)|(?<=Error)): )*+", said)
    names, rest = (found[0], said[found.end() :]) if found else ("", said)
    return rest if " " in rest or not names else f"{names.removesuffix(': ').split('.')[-1]}: {rest}"


def _first_error(log: IO[bytes]) -> str | None:
    """The first line of what Java wrote that names an error, where it says more than that there is one."""
    log.seek(0)
    lines = log.read().decode("utf-8", "replace").splitlines()
    for line in lines:
        found = re.match(
            r"\S++ \S++ ERROR (?!SparkContext:)[\w$]++: (.+)|Exception in thread \S++ (.+)|Error: (.+)", line
        )
        if found:
            return without_class(next(words for words in found.groups() if words))
    # Java itself is not to be had: then there is little else in it.
    return next((line for line in reversed(lines) if re.search(r"\bjava\b.*: No such file|JAVA_HOME", line)), None)


class SparkPlace(NamedTuple):
    """Where a piece lies, how many rows it has, and the number of the first."""

    block: int
    seq: int
    rows: int
    first: int


class SparkPieces:
    """Records in pieces, each a blob of Arrow that Spark holds, in memory or on the disks of its executors.

    Args:
        blobs: A frame of Spark with the columns of ``BLOB`` among others, persisted.
        places: The pieces in order of rows.
        store: Where large results wait for their turn.
        row: The column of row numbers, which a piece counts from its own beginning; None where it counts from that of the file.
    """

    def __init__(self, blobs: Any, places: Sequence[SparkPlace], store: Store, row: str | None) -> None:
        self.blobs, self.places, self.store, self.row = blobs.select("block", "seq", "payload"), places, store, row
        finalize(self, blobs.unpersist).atexit = False  # at the end Spark is gone, and what it held

    def each(
        self, work: Callable[[pl.DataFrame], T], places: Sequence[Any] | None = None, *, large: bool = False
    ) -> Iterator[T]:
        """What becomes of each piece where it lies, in order of rows.

        Args:
            work: What is done there.
            places: Which pieces; all if None.
            large: What it gives is as large as the piece, and waits on disk for its turn.
        """
        wanted = self.places if places is None else places
        large = large and sum(place.rows for place in wanted) > FEW_ROWS
        with failing():
            result = self.blobs.mapInArrow(partial(_worked, work, self._firsts(wanted), self.row), BLOB)
            found = self._on_disk(result) if large else {(row.block, row.seq): row.payload for row in result.collect()}
        for place in sorted(wanted, key=lambda place: place.first):
            payload = found.pop((place.block, place.seq))
            if large:
                path, payload = payload, payload.read_bytes()
                path.unlink()
            yield pickle.loads(payload)

    def settled(self, work: Callable[[pl.DataFrame], tuple[pl.DataFrame, T]]) -> tuple[SparkPieces, list[T]]:
        """What becomes of each piece, kept where it lies; and what is to be known of it here, in order of rows.

        Args:
            work: Gives both.
        """
        with failing():
            made = self.blobs.mapInArrow(
                partial(_settled, work, self._firsts(self.places), self.row), SETTLED
            ).persist()
            found = {(row.block, row.seq): row for row in made.select("block", "seq", "height", "seen").collect()}
        rows = [found[place.block, place.seq] for place in self.places]
        places = [place._replace(rows=row.height) for place, row in zip(self.places, rows, strict=True)]
        return SparkPieces(made, places, self.store, None), [pickle.loads(row.seen) for row in rows]

    def by_key(
        self, split: Callable[[pl.DataFrame], dict[int, T]], join: Callable[[list[T]], pl.DataFrame]
    ) -> list[pl.DataFrame]:
        """What becomes of what belongs together though it lies in several pieces.

        Args:
            split: Gives what a piece has of each number; what has the same number is put together on one executor.
            join: What is made of all that has the same number, in no order.
        """
        with failing():
            apart = self.blobs.mapInArrow(partial(_split, split, self._firsts(self.places), self.row), BLOB)
            # Without type hints: Spark would look for its own among them.
            joined = apart.groupBy("seq").applyInArrow(lambda rows: _joined(join, rows), BLOB).collect()
        return [pickle.loads(row.payload) for row in sorted(joined, key=lambda row: row.seq)]

    @staticmethod
    def _firsts(places: Sequence[SparkPlace]) -> dict[tuple[int, int], int]:
        return {(place.block, place.seq): place.first for place in places}

    def _on_disk(self, result: Any) -> dict[tuple[int, int], Any]:
        """Results, brought here a partition at a time: all are made at once, but never stand in memory at once."""
        from pyspark import StorageLevel

        result = result.persist(StorageLevel.DISK_ONLY)
        found = {}
        try:
            result.foreachPartition(_nothing)
            for row in result.toLocalIterator():
                path = found[(row.block, row.seq)] = self.store.path(".pickle")
                with self.store.writing():
                    path.write_bytes(row.payload)
        finally:
            result.unpersist()
        return found


def _nothing(rows: Iterable[Any]) -> None:
    for _ in rows:
        pass


def packed(frame: pl.DataFrame) -> bytes:
    """A frame as a blob."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="lz4")
    return buffer.getvalue()


def _frames(
    firsts: dict[tuple[int, int], int], row: str | None, batches: Iterable[Any]
) -> Iterator[tuple[int, int, pl.DataFrame]]:
    """On an executor: the pieces of a partition that are wanted, with their places."""
    for batch in batches:
        for block, seq, payload in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            first = firsts.get((block, seq))
            if first is None:
                continue
            frame = pl.read_ipc(io.BytesIO(payload))
            yield block, seq, frame if row is None else frame.with_columns(pl.col(row) + pl.lit(first, pl.UInt32))


def _blob(block: int, seq: int, **values: Any) -> Any:
    """A row that goes between executors."""
    import pyarrow as pa

    of = {bytes: pa.binary(), int: pa.int32()}
    columns = [pa.array([block], pa.int64()), pa.array([seq], pa.int32())]
    columns += [pa.array([value], of[type(value)]) for value in values.values()]
    return pa.record_batch(columns, names=["block", "seq", *values])


def _pickled(made: Any) -> bytes:
    return pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)


def _worked(
    work: Callable[[pl.DataFrame], Any], firsts: dict[tuple[int, int], int], row: str | None, batches: Iterable[Any]
) -> Iterator[Any]:
    """On an executor: what becomes of the pieces of a partition."""
    for block, seq, frame in _frames(firsts, row, batches):
        yield _blob(block, seq, payload=_pickled(work(frame)))


def _settled(
    work: Callable[[pl.DataFrame], tuple[pl.DataFrame, Any]],
    firsts: dict[tuple[int, int], int],
    row: str | None,
    batches: Iterable[Any],
) -> Iterator[Any]:
    """On an executor: the pieces of a partition as they stay there, and what is to be known of them."""
    for block, seq, frame in _frames(firsts, row, batches):
        made, seen = work(frame)
        yield _blob(block, seq, height=made.height, seen=_pickled(seen), payload=packed(made))


def _split(
    split: Callable[[pl.DataFrame], dict[int, Any]],
    firsts: dict[tuple[int, int], int],
    row: str | None,
    batches: Iterable[Any],
) -> Iterator[Any]:
    """On an executor: what the pieces of a partition have of each number."""
    for block, _, frame in _frames(firsts, row, batches):
        for number, part in split(frame).items():
            yield _blob(block, number, payload=_pickled(part))


def _joined(join: Callable[[list[Any]], pl.DataFrame], batch: Any) -> Any:
    """On an executor: what is made of all that has one number."""
    import pyarrow as pa

    made = _pickled(join([pickle.loads(part) for part in batch.column("payload").to_pylist()]))
    return pa.Table.from_batches([_blob(0, batch.column("seq")[0].as_py(), payload=made)])
