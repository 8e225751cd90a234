"""What a file may hold, and that a refusal comes before memory goes."""

from __future__ import annotations

import gzip
import io
import os
import threading
import warnings
import zipfile
from datetime import time, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter
import zstandard

from salesmetrics import load
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source import bounds, fetch
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.ingest.table.table import ROW, read_tables
from salesmetrics.ingest.table.workbook import cell_errors
from salesmetrics.messages import text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CSV = b"Deal ID,Stage,Amount\n1,Won,10\n2,Lost,20\n"


def write(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


def refused(path: str) -> SalesmetricsError:
    with pytest.raises(SalesmetricsError) as error:
        read_tables(path)
    return error.value


def archive(*members: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", packing) as target:
        warnings.simplefilter("ignore")
        for name, data in members:
            target.writestr(name, data)
    return out.getvalue()


def book(sheet: str, **more: str) -> bytes:
    """A workbook of one sheet, by its XML."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Deals" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{sheet}</sheetData></worksheet>",
        **more,
    }
    return archive(*((name, text.encode()) for name, text in parts.items()))


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


# --- unpacked -------------------------------------------------------------------------------------------------------

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zstd": zstandard.ZstdCompressor().compress,
    "zip": lambda data: archive(("deals.csv", data)),
    "zip of many": lambda data: archive(*((f"{i}.csv", data[: len(data) // 8]) for i in range(8))),
    "xlsx": lambda data: book(f'<row r="1">{text_cell("A1", data.decode())}</row>'),
}


@pytest.mark.parametrize("kind", PACKERS)
def test_what_unpacks_without_end_is_stopped_on_the_way(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bounds, "SMALL", 1 << 20)
    counted: list[int] = []
    add = bounds.Budget.add
    monkeypatch.setattr(bounds.Budget, "add", lambda self, count: (counted.append(count), add(self, count))[1])
    error = refused(write(tmp_path / "deals.bin", PACKERS[kind](b"0" * (24 << 20))))
    assert error.code == "unpacks_too_far"
    assert sum(counted) < 10 << 20


def test_the_total_of_an_archive_counts_not_each_member(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    noise = os.urandom(1 << 20).hex().encode()
    monkeypatch.setattr(bounds, "MAX_UNPACKED", 5 << 20)
    packed = archive(*((f"{i}.csv", noise) for i in range(4)), packing=zipfile.ZIP_STORED)
    path = write(tmp_path / "a.zip", packed)
    monkeypatch.setattr(fetch, "MAX_UNPACKED", 1 << 40)
    assert refused(path).code == "unpacks_too_far"


def test_an_ordinary_file_packs_well_and_is_read(tmp_path: Path) -> None:
    rows = b"".join(b"%d,Won,%d.00\n" % (i, i % 97) for i in range(20_000))
    for name, pack in list(PACKERS.items())[:3]:
        [table] = read_tables(write(tmp_path / name, pack(b"Deal ID,Stage,Amount\n" + rows)))
        assert table.frame.height == 20_000


# --- memory ---------------------------------------------------------------------------------------------------------


def test_what_takes_more_memory_than_there_is_is_refused_unread(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = str(tmp_path / "deals.csv")
    with open(path, "wb") as sparse:  # noqa: PTH123 - a file that takes no room
        sparse.truncate(6 << 30)
    monkeypatch.setattr(bounds, "available_memory", lambda: 1 << 30)
    error = refused(path)
    assert error.code == "memory_short"
    assert "18.0 GiB" in error.message
    assert "1.0 GiB is available" in error.message


def test_no_file_holds_more_than_the_bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fetch, "MAX_UNPACKED", 2 << 20)
    assert refused(write(tmp_path / "deals.csv", b"x" * (3 << 20))).code == "file_too_large"
    with pytest.raises(SalesmetricsError) as error:
        read_tables("-", stdin=io.BytesIO(b"x" * (9 << 20)))
    assert error.value.code == "file_too_large"


def test_a_system_that_does_not_say_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "available_memory", lambda: None)
    bounds.afford("a.csv", 1 << 60)


# --- what is no file ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/urandom"])
def test_a_device_is_refused(path: str) -> None:
    error = refused(path)
    assert (error.code, "device" in error.message) == ("file_unreadable", True)


def test_a_named_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(CSV))
    writer.start()
    [table] = read_tables(str(path))
    writer.join()
    assert table.frame.height == 2


def test_a_folder_leaves_pipes_and_folders_aside(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    path = write(tmp_path / "deals.csv", CSV)
    assert [item.path for item in expand([str(tmp_path)])] == [path]
    assert [item.path for item in expand([f"{tmp_path}/*.csv"])] == [path]


# --- how wide, how long, how many -----------------------------------------------------------------------------------


@pytest.mark.parametrize("quote", [b"", b'"'])
@pytest.mark.parametrize("columns", [20_000, 120_000])
def test_a_header_of_too_many_columns_is_refused(columns: int, quote: bytes, tmp_path: Path) -> None:
    line = b",".join(quote + b"column %d" % i + quote for i in range(columns)) + b"\n"
    error = refused(write(tmp_path / "deals.csv", line + line.replace(b"column", b"value")))
    assert error.code == "columns_too_many"
    assert "limit 16,384" in error.message


def test_a_header_beyond_the_first_look_is_read_whole(tmp_path: Path) -> None:
    names = [b"a column with a rather long name, number %05d" % i for i in range(9_000)]
    header = b",".join(b'"' + name + b'"' for name in names)
    assert len(header) > 256 << 10
    row = b",".join(b"%d" % i for i in range(9_000))
    [table] = read_tables(write(tmp_path / "deals.csv", header + b"\n" + row + b"\n"))
    assert table.headers == tuple(name.decode() for name in names)
    assert table.frame.row(0)[-1] == "8999"


def test_one_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("salesmetrics.ingest.table.table._HEAD_MOST", 1 << 20)
    assert refused(write(tmp_path / "a.csv", b"a" * (3 << 20))).code == "file_binary"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"2,Won," + b"9" * (2 << 20), "the cell in column `Amount` is longer than 1 MiB"),
        (b'2,"' + (b"w" * 999 + b"\n") * 2_000 + b'",5', "unclosed quote"),
        (b"2," + b"," * (2 << 20), "too many cells"),
        (b"2," + b'"",' * (1 << 19), "too many cells"),
        (b"2," + b"x," * (9 << 20), "the line is longer than 16 MiB"),
    ],
    ids=["cell", "lines", "commas", "quotes", "line"],
)
def test_a_row_beyond_bounds_is_rejected_and_no_other(row: bytes, reason: str, tmp_path: Path) -> None:
    [table] = read_tables(write(tmp_path / "deals.csv", b"Deal ID,Stage,Amount\n1,Won,10\n" + row + b"\n3,Lost,30\n"))
    assert {"1", "3"} <= set(table.frame["Deal ID"].to_list())
    assert reason in text(table.rejected[0].reason)
    assert len(table.rejected[0].value or "") <= 200


def test_a_typed_cell_beyond_bounds_rejects_its_row(tmp_path: Path) -> None:
    path = str(tmp_path / "deals.parquet")
    pl.DataFrame({"Deal ID": ["1", "2" * (2 << 20)], "Amount": [1, 2]}).write_parquet(path)
    [table] = read_tables(path)
    assert table.frame[ROW].to_list() == [2]
    assert [(item.row, item.column) for item in table.rejected] == [(3, "Deal ID")]
    assert table.rows_read == 2


def test_a_sheet_that_reaches_to_the_last_cell_is_refused(tmp_path: Path) -> None:
    first = f'<row r="1">{text_cell("A1", "Deal ID")}{text_cell("B1", "Stage")}</row>'
    row = f'<row r="2">{text_cell("A2", "1")}{text_cell("B2", "Won")}</row>'
    far = f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    error = refused(write(tmp_path / "deals.xlsx", book(first + row + far)))
    assert error.code == "sheet_too_large"
    assert "row 1,048,576 and column 16,384" in error.message
    styled = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    [table] = read_tables(write(tmp_path / "deals.xlsx", book(first + row + styled)))
    assert table.frame.height == 1


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("salesmetrics.ingest.source.arguments.MAX_FILES", 3)
    monkeypatch.setattr("salesmetrics.ingest.source.container.MAX_FILES", 3)
    for number in range(4):
        write(tmp_path / f"{number}.csv", CSV)
    for argument in (str(tmp_path), f"{tmp_path}/*.csv"):
        with pytest.raises(SalesmetricsError) as error:
            expand([argument])
        assert error.value.code == "files_too_many"
    path = write(tmp_path / "a.zip", archive(*((f"{number}.txt", CSV) for number in range(4))))
    assert refused(path).code == "files_too_many"


# --- what cannot be opened ------------------------------------------------------------------------------------------


def encrypted_zip() -> bytes:
    """A stored member with the flag and the head of encryption."""
    data = bytearray(archive(("deals.csv", b"\x00" * 12 + CSV), packing=zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (encrypted_zip(), "deals.zip", "`deals.csv` in it needs a password"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500 + "EncryptedPackage".encode("utf-16-le"),
            "deals.xlsx",
            "the workbook needs a password",
        ),
        (b"PARE" + b"\x00" * 30 + b"PARE", "deals.parquet", "the Parquet file needs a password"),
    ],
    ids=["zip", "xlsx", "parquet"],
)
def test_an_encrypted_file_is_called_that(data: bytes, name: str, words: str, tmp_path: Path) -> None:
    error = refused(write(tmp_path / name, data))
    assert error.code == "file_encrypted"
    assert words in error.message


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", archive(("deals.csv", CSV), ("deals.csv", CSV.replace(b"10", b"99"))))
    error = refused(path)
    assert (error.code, "2 files named `deals.csv`" in error.message) == ("member_twice", True)


def test_members_whose_names_differ_a_little_are_read_each_by_its_entry(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", archive(("deals.csv", CSV), ("Deals.csv", CSV.replace(b"10", b"99"))))
    found = {table.source.path.rpartition("!")[2]: table.frame["Amount"][0] for table in read_tables(path)}
    assert found == {"deals.csv": "10", "Deals.csv": "99"}


def test_columns_of_times_and_durations_are_text_and_the_others_keep_their_types(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as target:
        sheet = target.add_worksheet()
        day, hours = target.add_format({"num_format": "yyyy-mm-dd"}), target.add_format({"num_format": "[hh]:mm:ss"})
        sheet.write_row(0, 0, ["Deal ID", "Amount", "SLA", "Close Date", "Wait"])
        for row in (1, 2):
            sheet.write_row(row, 0, [f"D-{row}", row * 1.5])
            sheet.write_number(row, 2, 0.5 + row, hours if row == 1 else day)
            sheet.write_number(row, 3, 46_000 + row, day)
            if row == 1:
                sheet.write_number(row, 4, 1.5, hours)
            else:
                sheet.write_boolean(row, 4, boolean=True)
    [table] = read_tables(write(tmp_path / "a.xlsx", out.getvalue()))
    types = table.frame.schema
    assert (types["Amount"], types["SLA"], types["Close Date"].base_type()) == (pl.Float64, pl.String, pl.Datetime)
    assert table.frame.height == 2


@pytest.mark.parametrize(
    "values",
    [
        [[1], [2, 3]],
        [{"a": 1}, {"a": 2}],
        [b"a\xff", None],
        [timedelta(hours=1), None],
        [time(1), None],
        [[timedelta(1)], None],
    ],
    ids=str,
)
@pytest.mark.parametrize("header", ["Notes", "Amount", "Deal Stage", "Close Date"])
def test_a_column_of_any_type_is_no_fault_of_ours(values: list[object], header: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"Deal ID": ["1", "2"], "Deal Stage": ["Closed Won", "Closed Lost"], "Amount": [1, 2]})
    path = str(tmp_path / "deals.parquet")
    frame.with_columns(pl.Series(header, values)).write_parquet(path)
    try:
        dataset = load(path)
    except SalesmetricsError as error:
        assert error.code in {"too_many_rejected", "column_missing", "kind_unknown"}  # noqa: PT017
    else:
        assert sum(item.rows.read for item in dataset.inputs) == 2


@pytest.mark.parametrize(
    "row",
    [
        '<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>',
        '<row r="1048576"><c s="0" r = "XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        '<row r="1048576">' + "<c><v>1</v></c>" * 9_000 + "</row>",
    ],
)
def test_a_sheet_that_reaches_far_in_any_spelling(row: str, tmp_path: Path) -> None:
    head = f'<row r="1">{text_cell("A1", "Deal ID")}{text_cell("B1", "Stage")}</row>'
    assert refused(write(tmp_path / "deals.xlsx", book(head + row))).code in {"sheet_too_large", "file_unreadable"}


def test_a_text_that_many_cells_share_counts_as_often(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    head = f'<row r="1">{text_cell("A1", "Deal ID")}{text_cell("B1", "Stage")}</row>'
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="s"><v>0</v></c></row>' for n in range(2, 3_000)
    )
    shared = "<sst><si><t>{}</t></si></sst>"
    path = tmp_path / "deals.xlsx"
    path.write_bytes(book(head + rows, **{"xl/sharedStrings.xml": shared.format("x" * (2 << 20))}))
    assert refused(str(path)).code == "unpacks_too_far"
    path.write_bytes(book(head + rows, **{"xl/sharedStrings.xml": shared.format("Won")}))
    assert cell_errors(str(path), path.read_bytes()) == {}


def test_a_file_of_rows_that_do_not_fit_is_refused_before_all_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("salesmetrics.ingest.table.repair.MAX_ODD", 1_000)
    error = refused(write(tmp_path / "deals.csv", CSV + b"x\n" * 2_000))
    assert error.code == "rows_misfit"
    assert "2,000 of the first 2,002 rows" in error.message
    [table] = read_tables(write(tmp_path / "deals.csv", CSV + b"3,Won,5\n" * 3_000 + b"x\n" * 2_000))
    assert len(table.rejected) == 2_000
