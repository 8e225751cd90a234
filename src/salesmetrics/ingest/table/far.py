"""A file that Spark reads: its lines are proved regular and cut into cells on the executors. Own file: a third way to read."""

from __future__ import annotations

import io
import pickle
import re
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.far import far_frame
from salesmetrics.frames.spark import SparkPieces, SparkPlace, failing, packed
from salesmetrics.ingest.source import encoding as encodings
from salesmetrics.ingest.source import places
from salesmetrics.ingest.source.container import PARQUET, Payload, is_text
from salesmetrics.ingest.source.fetch import reading
from salesmetrics.ingest.table.dialect import sniff
from salesmetrics.ingest.table.pieces import last_whole
from salesmetrics.ingest.table.raw import ROW
from salesmetrics.ingest.table.regular import line_end, read_regular
from salesmetrics.ingest.table.repair import MAX_ODD, Repaired, read_irregular
from salesmetrics.ingest.table.table import Cut, Facts, delimiter_option, head_of, made_of, table_of
from salesmetrics.ingest.table.workbook import table_of_far
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from salesmetrics.frames.far import FarFrame
    from salesmetrics.frames.store import Store
    from salesmetrics.ingest.source.encoding import Encoding
    from salesmetrics.ingest.table.raw import RawTable
    from salesmetrics.ingest.table.regular import LineEnd

__all__ = ["open_far"]

_HEAD = 64 << 20
_READ = "block long, seq int, height int, last int, seen binary, payload binary"


def open_far(
    path: str, session: Any, store: Store, *, encoding: str | None = None, delimiter: str | None = None
) -> list[RawTable]:
    """The table of a file, as :func:`salesmetrics.ingest.table.table.open_tables` gives it, its cells on the executors of Spark.

    Args:
        path: A file of text in UTF-8, or a Parquet file, that every executor can read.
        session: The session of Spark.
        store: Takes the columns that have to be seen whole.
        encoding: What the user said; recognised if None.
        delimiter: One character, or ``tab``; recognised if None.

    Raises:
        SalesmetricsError: ``engine_declines``, and as :func:`salesmetrics.ingest.table.table.open_tables`.
    """
    cut = delimiter_option(delimiter)
    with reading(path):
        beginning = places.beginning(path, _HEAD + 1)
    if re.split(r"[/\\]", path)[-1].startswith((".", "_")):
        raise _declined(path, "hidden")
    if beginning.startswith(PARQUET):
        return [_parquet(path, session, store)]
    if not is_text(path, beginning):
        raise _declined(path, "packed")
    whole = beginning if len(beginning) <= _HEAD else beginning[: beginning.rfind(b"\n") + 1] or beginning
    if encodings.is_wide(whole) or not encodings.is_utf8(whole):
        raise _declined(path, "encoding")
    guess = encodings.detect(whole, path=path, option=encoding)
    if guess.name not in ("utf-8", "utf-8-sig", "ascii") or guess.damaged:
        raise _declined(path, "encoding")
    text = whole[3:] if guess.name == "utf-8-sig" else whole
    return [_text(path, text, guess, cut, session, store, complete=len(beginning) <= _HEAD)]


def _declined(path: str, why: str) -> SalesmetricsError:
    fix = Message("copy_here" if places.is_far(path) else "one_machine_reads")
    return SalesmetricsError("engine_declines", path=path, cause=Message(f"declined_{why}"), fix=fix)


def _text(
    path: str, text: bytes, guess: Encoding, delimiter: str | None, session: Any, store: Store, *, complete: bool
) -> RawTable:
    payload = Payload(path, "plain", b"")
    facts = Facts()
    facts.add(text)
    if complete and not facts.filled:
        raise SalesmetricsError("file_empty", path=path)
    dialect = sniff(text, delimiter)
    ending = line_end(text)
    if ending in ("mixed", "cr"):
        raise _declined(path, "irregular")
    head = head_of(text, dialect, path, guess)
    if complete and head.start >= len(text):
        return table_of(text, payload, guess, delimiter)
    how: Cut = {**head.cut(dialect), "start": 0, "first_row": 0}
    with failing():
        lines = _reader(session).option("lineSep", "\n").text(places.spark_path(path))
        lines = lines.selectExpr("_metadata.file_block_start as block", "cast(value as binary) as line")
        skip = text[: head.start].count(b"\n")
        read = lines.mapInArrow(partial(_read, how, ending, skip, store.piece), _READ).persist()
        found = _in_order(read.select("block", "seq", "height", "last", "seen").collect())
    seen: list[_Seen | None] = [pickle.loads(row.seen) for row in found]
    repaired = _put_together(seen, head.row + 1)
    if repaired is None:
        raise _declined(path, "irregular")
    for part in seen:
        facts.merge(part.facts if part else Facts())
    if facts.escapes:
        raise _declined(path, "irregular")
    repaired.frame = _frame(
        read, found, store, head.row + 1, dict.fromkeys(map(str, range(len(head.cells))), pl.String())
    )
    return made_of(repaired, payload, guess, dialect, ending, head, facts)


def _reader(session: Any) -> Any:
    """What reads the file that is named, also where its name looks like a pattern."""
    return session.read.option("__globPaths__", "false")


class _Seen(msgspec.Struct):
    """What a piece shows beside its cells; rows are counted from its own beginning."""

    facts: Facts
    found: Repaired
    regular: bool


def _put_together(seen: Sequence[_Seen | None], first: int) -> Repaired | None:
    """What all pieces show; None where one of them cannot be read by itself, or most rows are odd."""
    whole = Repaired(pl.DataFrame(), first - 1)
    for part in seen:
        if part is None:
            return None
        found, begin = part.found, whole.last_row + 1
        whole.last_row += found.last_row + 1
        whole.blanks += found.blanks
        whole.full += found.full
        whole.full_ending_blank += found.full_ending_blank
        whole.odd += [msgspec.structs.replace(row, row=row.row + begin) for row in found.odd]
        whole.extra_blank += [row + begin for row in found.extra_blank]
        whole.quotes += [row + begin for row in found.quotes]
        whole.swallowing += [row + begin for row in found.swallowing]
    if all(part is not None and part.regular for part in seen):
        whole.full_ending_blank = 0  # as of a file that is regular throughout
    return whole if len(whole.odd) <= MAX_ODD else None


def _in_order(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: (row.block, row.seq))


def _frame(read: Any, found: Sequence[Any], store: Store, first: int, schema: dict[str, Any]) -> FarFrame:
    """The pieces that were read, in order, as one frame."""
    firsts = accumulate((row.last + 1 for row in found), initial=first)
    places = [
        SparkPlace(row.block, row.seq, row.height, start)
        for row, start in zip(found, firsts, strict=False)
        if row.height
    ]
    empty = pl.DataFrame(schema={ROW: pl.UInt32(), **schema})
    pieces = SparkPieces(read, places, store, ROW)
    return far_frame(pieces, store, empty, sum(place.rows for place in places), ROW)


def _parquet(path: str, session: Any, store: Store) -> RawTable:
    def opened() -> tuple[pl.Schema, FarFrame]:
        schema = pl.Schema(pl.read_parquet_schema(_footer(path) if places.is_far(path) else path))
        if any(dtype.is_nested() or dtype in (pl.Binary, pl.Time, pl.Duration) for dtype in schema.values()):
            raise _declined(path, "types")
        names = [str(place) for place in range(len(schema))]
        with failing():
            rows = _reader(session).parquet(places.spark_path(path)).toDF(*names)
            rows = rows.select("_metadata.file_block_start", *names)
            read = rows.mapInArrow(partial(_typed, dict(zip(names, schema.values(), strict=True))), _READ).persist()
            found = _in_order(read.select("block", "seq", "height", "last").collect())
        return schema, _frame(read, found, store, 2, dict(zip(names, schema.values(), strict=True)))

    return table_of_far(path, opened)


def _footer(path: str) -> io.BytesIO:
    """A Parquet file without its rows: what stands at its end says which columns it has."""
    place = places.far_place(path)
    last = place.end(8)
    size = int.from_bytes(last[:4], "little")
    return io.BytesIO(PARQUET + place.end(size + len(last)))


# --- what is done on an executor ---


def _read(how: Cut, ending: LineEnd | None, skip: int, size: int, batches: Iterable[Any]) -> Iterator[Any]:
    """The lines of a partition, proved and cut into cells.

    A piece that is not regular is read record by record, and so is all behind it to the end of its block: only by reading is it
    known where a record of it ends. Nothing is seen of a block of which a record may go on in the next.
    """
    held = b""
    for block, seq, text, is_last in _pieces(batches, skip, size):
        frame = None if held else _regular(text, how, ending)
        if frame is not None:
            facts = Facts()
            facts.add(text)
            last = frame[str(how["width"] - 1)]
            blank = last.null_count() + int((last == "").sum()) if how["width"] > 1 else 0
            found = Repaired(pl.DataFrame(), frame.height - 1, full=frame.height, full_ending_blank=blank)
            yield _blob(block, seq, frame, found.last_row, _Seen(facts, found, regular=True))
            continue
        held += text
        if is_last and held:
            yield _irregular(block, seq, held, how, ending)
            held = b""


def _regular(text: bytes, how: Cut, ending: LineEnd | None) -> pl.DataFrame | None:
    return read_regular(text, **how, ending=ending) if text and encodings.is_utf8(text) else None


def _irregular(block: int, seq: int, text: bytes, how: Cut, ending: LineEnd | None) -> Any:
    facts = Facts()
    facts.add(text)
    try:
        found = read_irregular(text, **how, ending=ending) if encodings.is_utf8(text) else None
    except SalesmetricsError:  # most rows misfit: the whole file has to be looked at to say so
        found = None
    if found is None or any(row.fault == "unclosed_quote" for row in found.odd):
        return _blob(block, seq, pl.DataFrame(schema={ROW: pl.UInt32}), -1, None)
    frame, found.frame = found.frame, pl.DataFrame()
    return _blob(block, seq, frame, found.last_row, _Seen(facts, found, regular=False))


def _pieces(batches: Iterable[Any], skip: int, size: int) -> Iterator[tuple[int, int, bytes, bool]]:
    """The text of each block in pieces of about a size, and whether one is the last of its block, which may be empty.

    A quoted cell is cut nowhere but where a block ends, as long as quotes are by the book.
    """
    block, seq, rest = -1, 0, list[bytes]()
    for batch in batches:
        starts = pl.Series(batch.column(0)).rle_id()
        for run in range(int(starts[-1]) + 1 if len(starts) else 0):
            places = (starts == run).arg_true()
            part = batch.slice(int(places[0]), len(places))
            start = part.column(0)[0].as_py()
            if start != block:
                if block >= 0:
                    yield block, seq, b"".join(rest), True
                block, seq, rest = start, 0, []
                if start == 0:
                    part = part.slice(skip)
            if not len(part):
                continue
            rest.append(_joined(part.column(1)))
            if sum(map(len, rest)) >= size and (cut := last_whole(text := b"".join(rest))):
                yield block, seq, text[:cut], False
                seq, rest = seq + 1, [text[cut:]]
    if block >= 0:
        yield block, seq, b"".join(rest), True


def _joined(lines: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines), b"\n")
    return bytes(whole[0].as_py()) + b"\n"


def _typed(schema: dict[str, Any], batches: Iterable[Any]) -> Iterator[Any]:
    """The rows of a partition, their columns of the types that the file gives them."""
    seqs: dict[int, int] = {}
    for batch in batches:
        frame = pl.DataFrame(pl.from_arrow(batch))
        block = frame.columns[0]
        for (start,), part in frame.group_by(block, maintain_order=True):
            seq = seqs[start] = seqs.get(start, -1) + 1
            cells = part.drop(block).cast(pl.Schema(schema)).with_row_index(ROW)
            yield _blob(start, seq, cells, cells.height - 1, None)


def _blob(block: int, seq: int, frame: pl.DataFrame, last: int, seen: _Seen | None) -> Any:
    import pyarrow as pa

    values = [
        pa.array([block], pa.int64()),
        pa.array([seq], pa.int32()),
        pa.array([frame.height], pa.int32()),
        pa.array([last], pa.int32()),
        pa.array([pickle.dumps(seen)], pa.binary()),
        pa.array([packed(frame)], pa.binary()),
    ]
    return pa.record_batch(values, names=["block", "seq", "height", "last", "seen", "payload"])
