"""The bytes of a file, as it lies there or packed, and a report on what was read.

The first bytes of an input choose how it is packed and what is typed beside it, the rest are the file. A workbook and a Parquet file
are made of a table, so that an input gets beyond sums of checks and compression; an input may also be such a file itself.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import xlsxwriter
import zstandard
from ground import Door, numbers_are_numbers, outcome
from reading import adds_up, folder

import salesmetrics
from good_export import EXPORTS, good_export
from salesmetrics import pipeline
from salesmetrics.ingest.read import Dataset, ReadOptions
from salesmetrics.schema.kinds import KIND_NAMES, column_types

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

__all__ = ["DOOR"]

HEAD = 6
ENCODINGS = (
    None,
    None,
    None,
    None,
    "utf-8",
    "utf-16",
    "cp1252",
    "cp1251",
    "gb18030",
    "shift_jis",
    "utf-8-sig",
    "rot13",
    "latin-1",
)
DELIMITERS = (None, None, None, None, ",", ";", "tab", "|", "#", '"', "\n", "é", "")
KINDS = (*[None] * 12, *KIND_NAMES)
ORDERS = (None, None, None, "dmy", "mdy", "ymd")
ZONES = (None, None, None, "Europe/Berlin", "America/St_Johns", "UTC")
EXAMPLES = Path(__file__).parent.parent.parent / "examples"


# --- packing ---


def _table(data: bytes) -> list[list[str]]:
    """The rows of a table written with commas, as long as one wants to try."""
    text = data.decode("utf-8", "replace").replace("\x00", "")
    with suppress(csv.Error):
        return [row[:40] for row in csv.reader(io.StringIO(text)) if row][:60]
    return []


def _cell(text: str) -> Any:
    """What a spreadsheet makes of what is typed: a number, a day, a truth, or text."""
    if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", text):
        return float(text)
    with suppress(ValueError):
        return datetime.fromisoformat(text).replace(tzinfo=None) if ":" in text else date.fromisoformat(text)
    return {"true": True, "false": False, "": None}.get(text.casefold(), text)


def as_workbook(data: bytes) -> bytes:
    """Sheets of the cells; a row that begins with \x1c begins another sheet, and a cell with ``=`` is a formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "nan_inf_to_errors": True})
    styles = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "dd/mm/yy"}),
    }
    sheet, at = book.add_worksheet(), 0
    for row in _table(data):
        if row[0].startswith("\x1c"):
            sheet, at = book.add_worksheet(), 0
            continue
        for place, text in enumerate(row):
            value = _cell(text)
            if isinstance(value, date):
                if value.year >= 1900:
                    sheet.write_datetime(at, place, value, styles[type(value)])
            elif text.startswith("="):
                sheet.write_formula(at, place, "=1+1", value=text[1:100])
            elif isinstance(value, str):
                sheet.write_string(at, place, value[:300])
            elif value is not None:
                sheet.write(at, place, value)
        at += 1
    book.close()
    return out.getvalue()


_DTYPES: dict[str, Callable[[list[str | None]], pl.Series]] = {
    "float": lambda cells: pl.Series(cells).cast(pl.Float64, strict=False),
    "int": lambda cells: pl.Series(cells).cast(pl.Int64, strict=False),
    "small": lambda cells: pl.Series(cells).cast(pl.UInt8, strict=False),
    "decimal": lambda cells: pl.Series(cells).cast(pl.Decimal(38, 6), strict=False),
    "date": lambda cells: pl.Series(cells).str.to_date(strict=False),
    "datetime": lambda cells: pl.Series(cells).str.to_datetime("%Y-%m-%d %H:%M", strict=False),
    "zoned": lambda cells: (
        pl.Series(cells)
        .str.to_datetime("%Y-%m-%d", strict=False)
        .dt.replace_time_zone("Europe/Berlin", non_existent="null", ambiguous="earliest")
    ),
    "time": lambda cells: pl.Series(cells).str.to_time("%H:%M", strict=False),
    "span": lambda cells: pl.Series(cells).cast(pl.Int64, strict=False).cast(pl.Duration),
    "truth": lambda cells: pl.Series([(cell or "").casefold() == "true" for cell in cells]),
    "binary": lambda cells: pl.Series(cells).cast(pl.Binary),
    "category": lambda cells: pl.Series(cells).cast(pl.Categorical),
    "list": lambda cells: pl.Series([[cell] for cell in cells]),
    "struct": lambda cells: pl.Series([{"a": cell} for cell in cells]),
    "none": lambda cells: pl.Series([None] * len(cells)),
}


def as_parquet(data: bytes) -> bytes:
    """Columns of the cells; a header such as ``Amount:float`` names the type of its column."""
    rows = _table(data)
    width = max(map(len, rows), default=0)
    names: dict[str, pl.Series] = {}
    for place in range(width):
        header = rows[0][place] if place < len(rows[0]) else ""
        cells = [(row[place] or None) if place < len(row) else None for row in rows[1:]]
        name, _, kind = header.rpartition(":")
        make = _DTYPES.get(kind)
        names[name if make else header] = make(cells) if make else pl.Series(cells, dtype=pl.String)
    out = io.BytesIO()
    pl.DataFrame(names).write_parquet(out, compression="uncompressed")
    return out.getvalue()


def as_archive(data: bytes) -> bytes:
    """A zip of the parts between \x1e; a part may begin with a name and a line break."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for number, part in enumerate(data.split(b"\x1e")[:5]):
            name, _, body = part.partition(b"\x1f")
            named = bool(body) and len(name) < 60
            path = name.decode("latin-1").replace("\x00", "_") if named else f"{number}.csv"
            packed.writestr(zipfile.ZipInfo(path or "x.csv"), body if named else part)
    return out.getvalue()


def _as_it_is(data: bytes) -> bytes:
    return data


PACKED: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    *(("deals.csv", _as_it_is),) * 6,
    ("export", _as_it_is),
    ("deals.csv.gz", lambda data: gzip.compress(data, 1, mtime=0)),
    ("deals.zst", lambda data: zstandard.ZstdCompressor(1).compress(data)),
    ("all.zip", as_archive),
    ("deals.xlsx", as_workbook),
    ("deals.xlsx", as_workbook),
    ("deals.parquet", as_parquet),
    ("leads-2026-01-31.tsv", lambda data: data.replace(b",", b"\t")),
    ("all.zip", lambda data: as_archive(b"a.xlsx\x1f" + as_workbook(data))),
    ("deals.csv", lambda data: data.decode("utf-8", "replace").encode("utf-16")),
)


# --- the door ---


def _chosen(data: bytes, place: int, choices: tuple[Any, ...]) -> Any:
    return choices[data[place] % len(choices)]


def go(data: bytes) -> None:
    """A file is refused in words, or its rows add up; and so is a report on it, or its numbers are numbers."""
    if len(data) < HEAD:
        return
    name, pack = _chosen(data, 0, PACKED)
    try:
        packed = pack(data[HEAD:])
    except (pl.exceptions.PolarsError, xlsxwriter.exceptions.XlsxWriterException, ValueError, OverflowError):
        return
    _read(name, packed, data[:HEAD])


def _read(name: str, packed: bytes, head: bytes) -> None:
    options = ReadOptions(
        encoding=_chosen(head, 1, ENCODINGS),
        delimiter=_chosen(head, 2, DELIMITERS),
        date_order=_chosen(head, 4, ORDERS),
        decimal=_chosen(head, 4, (None, None, "point", None, "comma")),
        timezone=_chosen(head, 4, ZONES),
    )
    kind = _chosen(head, 3, KINDS)
    path = folder() / name
    path.write_bytes(packed)
    files = pipeline.Files([f"{kind}={path}" if kind else str(path)], hashed=True)
    dataset = outcome(lambda: pipeline.load(files, options))
    if dataset is None:
        outcome(lambda: salesmetrics.inspect(path))
        return
    adds_up(dataset)
    _asked(dataset, head[5])


def _asked(dataset: Dataset, choice: int) -> None:
    asked: tuple[Callable[[Dataset], Any] | None, ...] = (
        *(None,) * 4,
        salesmetrics.report,
        salesmetrics.report,
        lambda found: salesmetrics.report(found, by=("owner",), period="last-quarter", compare="previous"),
        lambda found: salesmetrics.trend("win_rate", found, every="month", by=("product",)),
        salesmetrics.funnel,
        salesmetrics.cohort,
        salesmetrics.losses,
        salesmetrics.forecast,
        salesmetrics.check,
        salesmetrics.inspect,
        lambda found: salesmetrics.rows("won_deals", found),
        lambda found: salesmetrics.explain("sales_cycle", found),
        lambda found: salesmetrics.benchmark(found, by=("region",)),
    )
    ask = asked[choice % len(asked)]
    if ask is None:
        return
    found = outcome(lambda: ask(dataset))
    if found is not None:
        numbers_are_numbers(found.answer)
        found.to_json()
        found.to_text(width=80)


# --- seeds and mutation ---


def seeds() -> Iterator[bytes]:
    """Good exports in each writing, the first lines of our examples, and each way of packing once."""
    for number, name in enumerate(sorted(EXPORTS)):
        yield bytes([0, 0, 0, 0, 0, 4 + number]) + good_export(name, 12).data()
    for number, path in enumerate(sorted(EXAMPLES.rglob("*.csv"))):
        if "recipes" not in path.parts:
            yield bytes([0, 0, 0, 0, 0, number]) + b"\n".join(path.read_bytes().split(b"\n")[:8]) + b"\n"
    plain = good_export("plain", 8).data()
    for place in range(len(PACKED)):
        yield bytes([place, 0, 0, 0, 0, 4]) + plain
    yield bytes([12, 0, 0, 0, 0, 4]) + plain.replace(b"Amount", b"Amount:float").replace(
        b"Created Date", b"Created Date:date"
    )
    yield bytes([9, 0, 0, 0, 0, 4]) + plain + b"\x1e" + b"b/leads.csv\x1fLead,Status,Created\nA,New,2026-01-02\n"
    yield (
        bytes(HEAD)
        + b"Alpha,Beta,Gamma,Delta\n"
        + b"".join(b"%d,x%d,2026-01-%02d,%d.50\n" % (n, n, n, n * 90) for n in range(1, 8))
    )
    yield bytes(HEAD) + as_workbook(b"\n".join(plain.split(b"\n")[:4]))
    yield bytes(HEAD) + as_parquet(b"\n".join(plain.split(b"\n")[:4]))


CELLS = (
    *(
        "",
        " ",
        "-",
        "0",
        "-0",
        "1",
        "-1",
        "0.5",
        "1e308",
        "1e400",
        "-1e308",
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "99999999999999999999999999",
        "0.000000000001",
    ),
    *(
        "1.234,50",
        "1,234.50",
        "1 234,50",
        "1'234.50",
        "(12.50)",
        "12-",
        "$1,000",
        "1000 EUR",
        "€5",
        "zł 3",
        "12%",
        "1.2M",
        "5k",
        "½",
        "²",
        "①",
        "٣",
        "１２",
        "=1+1",
        "#REF!",
        "#N/A",
        "0x1F",
        "1_0",
    ),
    *(
        "2026-01-31",
        "31.01.2026",
        "01/02/2026",
        "1/2/26",
        "2026-02-30",
        "0001-01-01",
        "9999-12-31",
        "1899-12-31",
        "45000",
        "2026-01-31T23:59:59Z",
        "2026-01-31 23:59:60",
        "2026-03-29 02:30",
    ),
    *(
        "20260131",
        "Jan 5, 2026",
        "5. März 2026",
        "2026年1月5日",
        "2026-W05",
        "2026-Q1",
        "1767225600",
        "1767225600000",
        "today",
        "00:00",
        "2026-13-01",
        "31/31/2026",
        "2400-01-01",
        "1969-12-31",
    ),
    *(
        "Closed Won",
        "closedlost",
        "Won",
        "Lost",
        "Open",
        "Gewonnen",
        "赢单",
        "Total",
        "Grand Total",
        "Summe",
        "Итого",
        "Average",
        "yes",
        "no",
        "TRUE",
        "false",
        "1",
        "won lost",
    ),
    *(
        "Ann",
        "Ann ",
        "ann",
        "O'Hara",
        "=cmd|' /C calc'!A0",
        "<b>x</b>",
        "a;b",
        "x" * 300,
        "\u202e",
        "\ufeff",
        "\x00",
        "\x1b[31m",
        "é",
        "e\u0301",
        "🙂",
        "\x1c",
        "monthly",
        "12 months",
        "2 years",
    ),
)
_FIELDS = tuple(dict.fromkeys(name.replace("_", " ").title() for kind in KIND_NAMES for name in column_types(kind)))
HEADERS = (
    *_FIELDS,
    *(f"Amount:{kind}" for kind in _DTYPES),
    *(f"Close Date:{kind}" for kind in _DTYPES),
    "Deal ID",
    "Deal Stage",
    "Sum",
    "",
    "Amount (EUR)",
    "Field",
    "Old Value",
    "New Value",
    "2026-01",
    "Q1 2026",
)
_BYTES = (
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
    b"\x85",
    b"\xe2\x80\xa8",
    b"\x1e",
    b"\x1f",
    b"\x1c",
    b"sep=;\n",
    b"PK\x03\x04",
    b"\xc3",
    b"\x80",
    b"|",
    b"\xa0",
)


def _rows_changed(text: bytes, draw: random.Random) -> bytes:
    """A table with a cell, a header, a row or a column changed, taken out, doubled or moved."""
    mark = max((b",", b";", b"\t", b"|"), key=text.count)
    rows = [line.split(mark) for line in text.split(b"\n")]
    way, at = draw.randrange(9), draw.randrange(len(rows))
    row = rows[at]
    place = draw.randrange(len(row))
    if way < 3:
        row[place] = draw.choice(CELLS).encode("utf-8", "surrogateescape")
    elif way == 3:
        rows[0][draw.randrange(len(rows[0]))] = draw.choice(HEADERS).encode()
    elif way == 4:
        rows.insert(at, list(draw.choice(rows)))
    elif way == 5:
        del rows[at : at + draw.choice((1, 1, 3, 9))]
    elif way == 6:
        few = draw.sample(CELLS, draw.choice((1, 1, 2, 8)))
        for line in rows[1:]:
            if place < len(line):
                line[place] = draw.choice(few).encode("utf-8", "surrogateescape")
    elif way == 7:
        for line in rows:
            if place < len(line):
                line.insert(draw.randrange(len(line)), line.pop(place)) if at % 2 else line.pop(place)
    else:
        header = draw.choice(HEADERS).encode()
        for number, line in enumerate(rows):
            line.append(header if number == 0 else draw.choice(CELLS).encode("utf-8", "surrogateescape"))
    return b"\n".join(mark.join(line) for line in rows)


_NO_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, IndexError, NotImplementedError, OSError, RuntimeError, ValueError)


def _members_changed(data: bytes, draw: random.Random) -> bytes:
    """A zip, such as a workbook, with a piece of one of its files changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w") as anew:
        names = packed.namelist()
        chosen = draw.choice(names)
        for name in names:
            body = packed.read(name)
            if name == chosen:
                if draw.random() < 0.1:
                    continue
                body = _bytes_changed(body, draw) if draw.random() < 0.5 else _xml_changed(body, draw)
            anew.writestr(zipfile.ZipInfo(name), body)
    return out.getvalue()


def _xml_changed(body: bytes, draw: random.Random) -> bytes:
    """A value of an attribute or a text of XML in the place of another."""
    found = list(re.finditer(rb'"[^"<>]*"|>[^<>]*<', body))
    if not found:
        return body
    spot = draw.choice(found)
    value = draw.choice([*(one[0][1:-1] for one in found), *(cell.encode() for cell in CELLS if cell.isprintable())])
    return body[: spot.start() + 1] + value + body[spot.end() - 1 :]


def _bytes_changed(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    piece = draw.choice(_BYTES) if draw.random() < 0.8 else bytes([draw.randrange(256)])
    return data[:at] + piece + data[at + draw.choice((0, 0, 0, 1, 5, 40)) :]


def mutate(data: bytes, longest: int, draw: random.Random) -> bytes:
    """Another file: other cells and rows, other bytes, or packed and read another way."""
    head, body = bytearray(data[:HEAD].ljust(HEAD, b"\0")), data[HEAD:]
    if draw.random() < 0.25:
        head[draw.randrange(HEAD)] = draw.randrange(256)
    for _ in range(draw.choice((1, 1, 2, 4))):
        if body[:4] == b"PK\x03\x04" and draw.random() < 0.9:
            with suppress(*_NO_ZIP):
                body = _members_changed(body, draw)
        elif draw.random() < 0.75:
            body = _rows_changed(body, draw)
        else:
            body = _bytes_changed(body, draw)
    return (bytes(head) + body)[:longest]


DOOR = Door("reader", go, seeds, tuple(cell for cell in CELLS if cell), 8_000, 40, mutate)
