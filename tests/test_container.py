"""What the user types becomes files, and files are read by what they hold."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter
import zstandard

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source import bounds
from salesmetrics.ingest.source.arguments import FileArgument, expand
from salesmetrics.ingest.source.container import unwrap
from salesmetrics.ingest.source.fetch import fetch
from salesmetrics.ingest.table.table import ROW, read_tables

if TYPE_CHECKING:
    from pathlib import Path

CSV = b"ID,Deal,Amount\n1,Alpha,10\n2,Beta,20\n"
CELLS = [("1", "Alpha", "10"), ("2", "Beta", "20")]


def write(path: Path, data: bytes = CSV) -> str:
    path.write_bytes(data)
    return str(path)


def code_of(path: str, **details: object) -> SalesmetricsError:
    with pytest.raises(SalesmetricsError) as error:
        read_tables(path, **details)  # type: ignore[arg-type]
    return error.value


# --- arguments ------------------------------------------------------------------------------------------------------


def test_folder_is_sorted_and_leaves_out_what_is_no_export(tmp_path: Path) -> None:
    for name in ("b.csv", "a.tsv.gz", "c.XLSX", "d.parquet", ".hidden.csv", "~$c.xlsx", "notes.md"):
        write(tmp_path / name)
    (tmp_path / "folder.csv").mkdir()
    names = [item.path.rpartition("/")[2] for item in expand([str(tmp_path)])]
    assert names == ["a.tsv.gz", "b.csv", "c.XLSX", "d.parquet"]


def test_glob_kind_and_order(tmp_path: Path) -> None:
    first, second = write(tmp_path / "deals 2.csv"), write(tmp_path / "deals 10.csv")
    found = expand([f"deals={tmp_path}/deals*.csv", "-", f"leads={first}"])
    assert found == [
        FileArgument("deals", second),
        FileArgument("deals", first),
        FileArgument(None, "-"),
        FileArgument("leads", first),
    ]


def test_a_file_is_taken_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv")
    assert expand([path, path, f"{tmp_path}/*.csv"]) == [FileArgument(None, path)]


def test_a_file_named_with_an_equals_sign_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "deals=old.csv")
    write(tmp_path / "old.csv")
    write(tmp_path / "x[1].csv")
    assert expand(["deals=old.csv"]) == [FileArgument(None, "deals=old.csv")]
    assert expand(["deals=./old.csv"]) == [FileArgument("deals", "./old.csv")]
    assert expand(["x[1].csv"]) == [FileArgument(None, "x[1].csv")]


@pytest.mark.parametrize(
    ("argument", "code", "words"),
    [
        ("daels.csv", "file_not_found", "`deals.csv`"),
        ("nothing-like-it.csv", "file_not_found", "nothing-like-it.csv"),
        ("*.xyz", "glob_without_match", "*.xyz"),
        ("empty", "folder_without_exports", "empty"),
        ("deal=deals.csv", "kind_name_unknown", "`deal`"),
    ],
)
def test_arguments_that_name_nothing(
    argument: str, code: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "deals.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SalesmetricsError) as error:
        expand([argument])
    assert error.value.code == code
    assert words in error.value.message
    if code == "kind_name_unknown":
        assert "did you mean `deals`" in error.value.hint


def test_standard_input_that_is_a_terminal() -> None:
    class Terminal(io.BytesIO):
        def isatty(self) -> bool:
            return True

    assert code_of("-", stdin=Terminal(CSV)).code == "stdin_is_terminal"
    assert code_of("-").code == "stdin_is_terminal"


def test_a_folder_or_a_lost_file_cannot_be_read(tmp_path: Path) -> None:
    assert code_of(str(tmp_path)).code == "file_unreadable"
    assert code_of(str(tmp_path / "a.csv")).code == "file_not_found"


# --- packed ---------------------------------------------------------------------------------------------------------


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def two_frames() -> bytes:
    pack = zstandard.ZstdCompressor().compress
    return pack(CSV[:20]) + pack(CSV[20:])


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (CSV, "plain"),
        (gzip.compress(CSV, mtime=0), "gzip"),
        (gzip.compress(CSV[:20], mtime=0) + gzip.compress(CSV[20:], mtime=0), "gzip"),
        (zstandard.ZstdCompressor().compress(CSV), "zstd"),
        (two_frames(), "zstd"),
        (zipped(**{"deals.csv": CSV, "__MACOSX/._deals.csv": b"x", "read.me": b"y"}), "zip"),
    ],
)
@pytest.mark.parametrize("name", ["deals.csv", "deals.bin"])
def test_packed_files_are_known_by_their_bytes(data: bytes, kind: str, name: str, tmp_path: Path) -> None:
    path = write(tmp_path / name, data)
    [table] = read_tables(path)
    assert table.frame.drop(ROW).rows() == CELLS
    assert (table.source.container, table.source.path) == (kind, path)


def test_each_member_of_an_archive_is_a_table(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", zipped(**{"b/leads.tsv": b"ID\tName\n7\tKim\n", "deals.csv": CSV}))
    leads, deals = read_tables(path)
    assert (leads.source.path, deals.source.path) == (f"{path}!b/leads.tsv", f"{path}!deals.csv")
    assert leads.frame["Name"].to_list() == ["Kim"]


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(CSV, mtime=0)[:-12],
        gzip.compress(CSV, mtime=0)[:20] + b"\x00" * 30,
        zstandard.ZstdCompressor().compress(CSV)[:6] + b"\xff\xff\xff\xff",
        zipped(**{"a.csv": CSV})[:-30],
        b"PAR1" + b"\x00" * 40 + b"PAR1",
    ],
)
def test_damaged_containers(data: bytes, tmp_path: Path) -> None:
    error = code_of(write(tmp_path / "a.csv", data))
    assert error.code == "file_unreadable"
    assert "damaged" in error.message


@pytest.mark.parametrize(
    "pack", [gzip.compress, zstandard.ZstdCompressor().compress, lambda data: zipped(**{"a.csv": data})]
)
def test_a_decompression_bomb_is_stopped(pack: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bounds, "SMALL", 1 << 20)
    monkeypatch.setattr(bounds, "MAX_RATIO", 100)
    error = code_of(write(tmp_path / "a.csv", pack(b"0" * (20 << 20))))  # type: ignore[operator]
    assert error.code == "unpacks_too_far"


@pytest.mark.parametrize(
    ("data", "name", "words", "fix"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 99, "a.csv", "legacy Excel", "save it as"),
        (b"%PDF-1.7\n...", "a.csv", "PDF", "export"),
        (b"\x89PNG\r\n\x1a\n", "a.csv", "image", "export"),
        (b"<html><table><tr><td>ID</td></tr></table>", "deals.xls", "web page", "CSV"),
        (b'\xef\xbb\xbf  <!DOCTYPE html><meta charset="utf-8">', "a.csv", "web page", "CSV"),
        (b'<?xml version="1.0"?><Workbook>', "a.xls", "web page", "CSV"),
        (zipped(**{"photo.jpg": b"x"}), "a.csv", "archive without a CSV", "unpack"),
        (gzip.compress(gzip.compress(CSV, mtime=0), mtime=0), "a.csv", "packed file inside", "unpack"),
        (zipped(**{"[Content_Types].xml": b"", "word/document.xml": b""}), "a.csv", "Office document", "export"),
        (zipped(**{"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "a.csv", "Excel workbook", "a.xlsx`"),
        (b"SQLite format 3\x00", "a.csv", "SQLite", "export"),
    ],
)
def test_files_in_disguise(data: bytes, name: str, words: str, fix: str, tmp_path: Path) -> None:
    error = code_of(write(tmp_path / name, data))
    assert error.code == "disguised_file"
    assert words in error.message
    assert fix in error.hint


def test_binary_that_is_nothing_known(tmp_path: Path) -> None:
    error = code_of(write(tmp_path / "a.csv", bytes(range(256)) * 8))
    assert error.code == "file_binary"


# --- typed ----------------------------------------------------------------------------------------------------------


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    frame = pl.DataFrame({"ID": [1, 2], "Close Date": [date(2024, 1, 5), None], "Stage": ["Won", "Open"]})
    path = str(tmp_path / "deals.parquet")
    frame.write_parquet(path)
    [table] = read_tables(path)
    assert table.headers == ("ID", "Close Date", "Stage")
    assert table.frame.drop(ROW).equals(frame)
    assert table.frame[ROW].to_list() == [2, 3]
    assert (table.source.container, table.source.encoding, table.rows_read) == ("parquet", "-", 2)


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    return out.getvalue()


DEALS: list[list[object]] = [
    ["Won deals 2024"],
    [],
    ["ID", "Deal", "Amount", "Close Date", "Mixed"],
    ["001", "Alpha", 10.5, datetime(2024, 1, 5), 7],
    ["002", "Beta", 20, datetime(2024, 2, 6), "seven"],
    [],
    ["003", "Gamma", None, None, None],
    ["Total", None, 30.5],
]


def test_workbook_with_a_title_a_blank_row_and_a_total(tmp_path: Path) -> None:
    path = write(tmp_path / "deals.xlsx", workbook({"Deals": DEALS, "Empty": []}))
    [table] = read_tables(path)
    assert table.source.path == path
    assert table.headers == ("ID", "Deal", "Amount", "Close Date", "Mixed")
    assert (table.source.header_row, table.frame[ROW].to_list()) == (3, [4, 5, 7])
    assert table.ignored == {"blank": 2, "title": 1, "total": 1}
    assert table.rows_read == 7
    assert table.frame["ID"].to_list() == ["001", "002", "003"]
    assert table.frame["Amount"].to_list() == [10.5, 20.0, None]
    assert [str(value)[:10] for value in table.frame["Close Date"]] == ["2024-01-05", "2024-02-06", "None"]
    assert table.frame["Mixed"].to_list() == ["7", "seven", None]


def test_workbook_with_ids_errors_and_a_hidden_sheet(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Deals & more")
        sheet.write_row(0, 0, ["ID", "Amount", "Rate"])
        for row in range(1, 5):
            sheet.write_row(row, 0, [12345678901234 + row, row * 1.5])
            sheet.write_formula(row, 2, "=1/0", None, "#DIV/0!" if row % 2 else 0.5)
        hidden = book.add_worksheet("Lists")
        hidden.hide()
        hidden.write_row(0, 0, ["Stage", "Order"])
        hidden.write_row(1, 0, ["Won", "1"])
    [table] = read_tables(write(tmp_path / "a.xlsx", out.getvalue()))
    assert table.frame["ID"].to_list() == [12345678901234 + row for row in range(1, 5)]
    assert table.frame.schema["ID"] == pl.Int64
    assert table.frame.schema["Amount"] == pl.Float64
    [found] = table.findings
    assert (found.code, found.count, found.rows) == ("excel_error_cells", 2, (2, 4))
    assert "#DIV/0!" in found.message


def test_each_sheet_with_a_table_is_a_table(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", workbook({"Deals": DEALS, "Reps": [["Owner", "Team"], ["Kim", "North"]]}))
    deals, reps = read_tables(path)
    assert (deals.source.path, reps.source.path) == (f"{path}!Deals", f"{path}!Reps")
    assert reps.frame["Team"].to_list() == ["North"]


def test_workbook_without_a_table(tmp_path: Path) -> None:
    assert code_of(write(tmp_path / "a.xlsx", workbook({"Empty": []}))).code == "file_empty"
    assert code_of(write(tmp_path / "b.xlsx", workbook({"Head": [["ID", "Deal"]]}))).code == "header_only"
    assert code_of(write(tmp_path / "c.xlsx", workbook({"Deals": DEALS})[:-99])).code == "file_unreadable"


def test_workbook_without_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.xlsx", workbook({"Deals": DEALS}))
    monkeypatch.setitem(sys.modules, "fastexcel", None)
    error = code_of(path)
    assert error.code == "package_missing"
    assert error.hint.startswith("run `pip install fastexcel`, or")


def test_payloads_keep_the_bytes_as_given(tmp_path: Path) -> None:
    packed = gzip.compress(CSV, mtime=0)
    fetched = fetch(write(tmp_path / "a.csv", packed))
    [payload] = unwrap("a.csv", fetched)
    assert (fetched, payload.data, payload.container) == (packed, CSV, "gzip")
