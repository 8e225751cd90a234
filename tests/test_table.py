"""Files as people get them: each quirk on hand-made bytes, then any table and any bytes at all."""

from __future__ import annotations

import csv
import io
import random
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.table import repair
from salesmetrics.ingest.table.assemble import classify, is_furniture_word
from salesmetrics.ingest.table.dialect import looks_like_value
from salesmetrics.ingest.table.table import ROW, RawTable, read_tables
from salesmetrics.messages import text

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "ID,Deal,Owner,Stage,Amount"
ROWS = ("1,Alpha,Kim,Won,100", "2,Beta,Lee,Lost,200", "3,Gamma,Kim,Open,300")
PLAIN = "\n".join((HEADER, *ROWS)) + "\n"


def read(data: bytes | str, **options: str) -> RawTable:
    text = data.encode() if isinstance(data, str) else data
    [table] = read_tables("-", stdin=io.BytesIO(text), **options)
    assert_adds_up(table)
    return table


def assert_adds_up(table: RawTable) -> None:
    assert table.rows_read == table.frame.height + len(table.rejected) + sum(table.ignored.values())
    assert table.frame.columns == [ROW, *table.frame.columns[1:]]
    assert table.frame.width == len(table.headers) + 1
    rows = table.frame[ROW].to_list()
    assert rows == sorted(rows)
    assert not set(rows) & {item.row for item in table.rejected}


def cells(table: RawTable) -> list[tuple[str, ...]]:
    return [tuple(cell or "" for cell in row) for row in table.frame.drop(ROW).rows()]


def expected(*lines: str) -> list[tuple[str, ...]]:
    return [tuple(line.split(",")) for line in lines]


def codes(table: RawTable) -> set[str]:
    return {item.code for item in table.findings}


def test_plain_file() -> None:
    table = read(PLAIN)
    assert cells(table) == expected(*ROWS)
    assert table.headers == tuple(HEADER.split(","))
    assert table.frame[ROW].to_list() == [2, 3, 4]
    assert table.frame.schema[ROW] == pl.UInt32
    assert (table.rows_read, table.ignored, table.rejected, table.findings) == (3, {}, (), ())
    source = table.source
    assert (source.path, source.container, source.encoding, source.encoding_how) == ("-", "plain", "utf-8", "strict")
    assert (source.delimiter, source.line_end, source.header_row) == (",", "lf", 1)


@pytest.mark.parametrize(("end", "name"), [("\n", "lf"), ("\r\n", "crlf"), ("\r", "cr")])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(end: str, name: str, *, last: bool) -> None:
    text = end.join((HEADER, *ROWS)) + end * last
    table = read(text)
    assert cells(table) == expected(*ROWS)
    assert table.source.line_end == name


def test_mixed_line_ends() -> None:
    assert cells(read(f"{HEADER}\r\n{ROWS[0]}\n{ROWS[1]}\r\n{ROWS[2]}")) == expected(*ROWS)
    mac_first = read(f"{HEADER}\r{ROWS[0]}\n{ROWS[1]}\r\n{ROWS[2]}\r")
    assert cells(mac_first) == expected(*ROWS)
    assert mac_first.source.line_end == "mixed"
    mac_later = read(f"{HEADER}\n{ROWS[0]}\r{ROWS[1]}\n{ROWS[2]}\n")
    assert len(mac_later.rejected) in (0, 1)
    assert ("3", "Gamma", "Kim", "Open", "300") in cells(mac_later)


def test_quoted_line_breaks_and_doubled_quotes() -> None:
    table = read(f'{HEADER}\n1,"Al\npha","K""im""",Won,100\r\n2,"B\r\neta",Lee,"Lo,st",200\n')
    assert cells(table) == [("1", "Al\npha", 'K"im"', "Won", "100"), ("2", "B\r\neta", "Lee", "Lo,st", "200")]
    assert table.rejected == ()


def test_trailing_delimiters_are_no_column() -> None:
    text = '"ID";"Deal";"Amount";\n"1";"Alpha";"0.00";\n"2";"Beta";"";\n'
    table = read(text)
    assert table.headers == ("ID", "Deal", "Amount")
    assert cells(table) == [("1", "Alpha", "0.00"), ("2", "Beta", "")]
    assert table.findings == ()


def test_delimiter_at_the_end_of_rows_only() -> None:
    table = read("ID,Deal,Amount\n1,Alpha,10,\n2,Beta,20,\n")
    assert cells(table) == [("1", "Alpha", "10"), ("2", "Beta", "20")]
    assert table.findings == ()


def test_delimiter_at_the_end_of_one_row() -> None:
    table = read(PLAIN.replace(ROWS[1], ROWS[1] + ","))
    assert cells(table) == expected(*ROWS)
    [found] = table.findings
    assert (found.code, found.count, found.rows) == ("rows_long_blank", 1, (3,))


def test_delimiter_at_the_end_of_the_header_only() -> None:
    table = read("ID,Deal,Amount,,\n1,Alpha,10\n2,Beta,20\n")
    assert table.headers == ("ID", "Deal", "Amount")
    assert cells(table) == [("1", "Alpha", "10"), ("2", "Beta", "20")]


def test_too_long_and_too_short_rows() -> None:
    table = read(PLAIN + "4,Delta,Kim,Won\n5,Epsilon,Kim,Won,1,000\n6,Zeta,Lee,Won,7\n")
    assert cells(table) == expected(*ROWS, "6,Zeta,Lee,Won,7")
    short, long = table.rejected
    assert (short.row, short.value) == (5, "4,Delta,Kim,Won")
    assert text(short.reason) == "too few cells: 4 in the row, 5 in the header"
    assert (long.row, text(long.reason)) == (6, "too many cells: 6 in the row, 5 in the header")


def test_blank_cells_left_out_at_the_end_of_rows() -> None:
    text = "ID,Deal,Amount,Lost reason,Note\n1,A,10,Price,x\n2,B,20\n3,C,30,Timing\n4,D,40,Price,y\n5,E,50\n"
    table = read(text)
    assert cells(table)[1] == ("2", "B", "20", "", "")
    assert table.rejected == ()
    [found] = table.findings
    assert (found.code, found.rows) == ("rows_short_filled", (3, 4, 6))


def test_a_short_row_is_rejected_where_others_keep_their_blanks() -> None:
    table = read("ID,Deal,Amount,Note\n1,A,10,\n2,B,20\n3,C,30,x\n4,D,40\n")
    assert [item.row for item in table.rejected] == [3, 5]


def test_short_rows_that_are_shifted_are_rejected() -> None:
    table = read("ID,Deal,Amount,Note\n1,A,10,z\n2,20,x\n3,C,30,x\n4,D,40\n")
    assert [item.row for item in table.rejected] == [3, 5]


def test_whole_line_in_one_quoted_cell() -> None:
    line = '"4,""Delta, Inc"",Kim,Won,100"'
    table = read(PLAIN + line + "\n5,Epsilon,Lee,Won,5\n")
    [bad] = table.rejected
    assert bad.row == 5
    assert "one quoted cell" in text(bad.reason)
    assert cells(table) == expected(*ROWS, "5,Epsilon,Lee,Won,5")


@pytest.mark.parametrize("later", ["", '7,"Eta, Inc",Kim,Won,7\n', '7,Eta",Kim,Won,7\n'])
def test_a_quote_that_never_closes_costs_one_row(later: str) -> None:
    body = "".join(f"{n},Deal,Kim,Won,{n}\n" for n in range(4, 400))
    table = read(f'{HEADER}\n1,"Alpha,Kim,Won,100\n2,Beta,Lee,Lost,200\n{body}{later}')
    assert {item.row for item in table.rejected} <= {2, 400}
    first = table.rejected[0]
    assert (first.row, first.column) == (2, "Deal")
    assert text(first.reason) == "unclosed quote in column `Deal`"
    assert cells(table)[0] == ("2", "Beta", "Lee", "Lost", "200")
    assert table.frame.height >= 397


def test_a_missing_closing_quote_in_a_quoted_file() -> None:
    rows = [[str(n), f"Deal {n}", "Kim", "Won", str(n)] for n in range(50)]
    lines = [",".join(f'"{cell}"' for cell in row) for row in [HEADER.split(","), *rows]]
    lines[10] = lines[10].removesuffix('"')
    table = read("\n".join(lines) + "\n")
    assert [item.row for item in table.rejected] == [11]
    assert cells(table) == [tuple(row) for index, row in enumerate(rows) if index != 9]


def test_odd_quotes_are_text_and_are_said() -> None:
    table = read(f'{HEADER}\n1,Al"pha,Kim,Won,100\n2,"Beta "B" Ltd",Lee,Lost,200\n3,15" screen,Kim,Open,300\n')
    assert [row[1] for row in cells(table)] == ['Al"pha', 'Beta "B" Ltd', '15" screen']
    [found] = table.findings
    assert (found.code, found.rows) == ("quotes_odd", (2, 3, 4))


def test_rows_inside_a_quoted_cell_are_said() -> None:
    table = read(f'{HEADER}\n1,"Alpha,Kim,Won,100\n2,Beta,Lee,Lost,200\n3,Gamma",Kim,Open,300\n')
    assert table.frame.height == 1
    assert "rows_swallowed" in codes(table)


def test_blank_rows() -> None:
    table = read(f"{HEADER}\n{ROWS[0]}\n\n,,,,\n  ,,,, \n{ROWS[1]}\n\n\n")
    assert cells(table) == expected(*ROWS[:2])
    assert table.frame[ROW].to_list() == [2, 6]
    assert table.ignored == {"blank": 5}


def test_titles_above_the_header() -> None:
    table = read(f"Won deals\nFrom 2024-01-01 to 2024-12-31\n\n{PLAIN}")
    assert cells(table) == expected(*ROWS)
    assert table.source.header_row == 4
    assert table.frame[ROW].to_list() == [5, 6, 7]
    assert table.ignored == {"title": 2, "blank": 1}


def test_titles_padded_with_delimiters() -> None:
    table = read(f"Won deals,,,,\n,,,,\n{PLAIN}")
    assert (table.source.header_row, table.ignored) == (3, {"title": 1, "blank": 1})
    assert cells(table) == expected(*ROWS)


SALESFORCE_FOOTER = (
    '""\n"Opportunities closed this year"\n"Copyright © 2000-2025 salesforce.com, inc. All rights reserved."\n'
    '"Confidential Information - Do Not Distribute"\n"Generated By: Kim Lee 11/21/2025 10:00 AM"\n"Acme Corp"\n'
)


@pytest.mark.parametrize(
    ("footer", "ignored"),
    [
        ("\n\nGrand Totals (3 records)\n", {"blank": 2, "total": 1}),
        ("Total,,,,600\n", {"total": 1}),
        (",Grand Total,,,600\n", {"total": 1}),
        ("Итого:,,,,600\n", {"total": 1}),
        ("合计,,,,600\n", {"total": 1}),
        ("الإجمالي,,,,600\n", {"total": 1}),
        ("Jumlah,,,,600\n", {"total": 1}),
        ("Summe,,,,600\n", {"total": 1}),
        ("Totale,,,,600\n", {"total": 1}),
        (",Confidential Information - Do Not Distribute,,,\n", {"footer": 1}),
        (SALESFORCE_FOOTER, {"blank": 1, "footer": 5}),
        ("Subtotal,,,,600\n4,Delta,Kim,Won,4\nGrand Total,,,,604\n", {"total": 2}),
    ],
)
def test_footers_and_totals(footer: str, ignored: dict[str, int]) -> None:
    table = read(PLAIN + footer)
    assert cells(table)[:3] == expected(*ROWS)
    assert table.ignored == ignored
    assert table.rejected == ()


def test_a_customer_named_total_is_data() -> None:
    table = read(PLAIN + "4,Total,Kim,Won,4\nTotal,Total Energies,Kim,Won,5\nTotal,,Kim,Open,\n,Totalsoft,,,7\n")
    assert table.frame.height == 7
    assert table.ignored == {}


def test_a_sparse_last_record_is_data() -> None:
    table = read(PLAIN + "4,,,,\n")
    assert table.frame.height == 4


def test_header_said_again() -> None:
    table = read(PLAIN + f"{HEADER}\n4,Delta,Kim,Won,4\n{HEADER}\n")
    assert table.ignored == {"repeated_header": 2}
    assert cells(table) == expected(*ROWS, "4,Delta,Kim,Won,4")


def test_duplicate_and_empty_headers() -> None:
    table = read("ID,Tag,Tag,,Tag.1,,\n1,a,b,c,d,,\n2,a,a,,d,,\n")
    assert table.headers == ("ID", "Tag", "Tag", "", "Tag.1")
    assert table.frame.columns == [ROW, "ID", "Tag", "Tag.2", "column 4", "Tag.1"]
    assert (table.named, table.nameless) == (["ID", "Tag", "Tag.2", "Tag.1"], {"column 4"})
    twice, empty = sorted(table.findings, key=lambda item: item.code, reverse=True)
    assert (twice.code, twice.column, twice.count, twice.rows) == ("header_twice", "Tag", 1, (2,))
    assert (empty.code, empty.column, empty.rows) == ("header_empty", "column 4", (2,))


def test_a_duplicate_header_with_the_same_data_is_no_finding() -> None:
    table = read("ID,Tag,Tag\n1,a,a\n2,b,b\n")
    assert table.frame.columns == [ROW, "ID", "Tag", "Tag.1"]
    assert table.findings == ()


def test_byte_order_mark_and_nul_inside_cells() -> None:
    table = read("\ufeff\ufeffID,Deal,Owner\n1,\ufeffAlpha,K\x00im\n2,Beta,Lee\n")
    assert table.headers == ("ID", "Deal", "Owner")
    assert cells(table) == [("1", "Alpha", "Kim"), ("2", "Beta", "Lee")]
    assert {(item.code, tuple(item.rows)) for item in table.findings} == {("bom_in_cell", (2,)), ("nul_in_cell", (2,))}


def test_excel_errors_formulas_and_long_ids_are_text() -> None:
    table = read("ID,Deal,Amount\n006A0000001,#REF!,'=1+1\n5.80502800003085e+18,=A1,-5\n007,NA,\\N\n")
    assert cells(table) == [
        ("006A0000001", "#REF!", "'=1+1"),
        ("5.80502800003085e+18", "=A1", "-5"),
        ("007", "NA", "\\N"),
    ]


def test_sep_line_is_no_row() -> None:
    table = read("sep=;\r\nID;Deal\r\n1;A, B\r\n2;C\r\n")
    assert cells(table) == [("1", "A, B"), ("2", "C")]
    assert (table.source.delimiter, table.source.header_row, table.rows_read) == (";", 1, 2)


def test_single_column() -> None:
    table = read("Owner\nKim\n\nLee, Ann\n")
    assert table.source.delimiter is None
    assert cells(table) == [("Kim",), ("Lee, Ann",)]
    assert table.ignored == {"blank": 1}


@pytest.mark.parametrize("text", ["", " \n\n", "\ufeff", "\x1a"])
def test_empty_file(text: str) -> None:
    with pytest.raises(SalesmetricsError) as error:
        read(text)
    assert error.value.code == "file_empty"


@pytest.mark.parametrize("text", [HEADER, HEADER + "\n", f"{HEADER}\n\n\n", f"{HEADER}\nTotal,,,,0\n"])
def test_header_only(text: str) -> None:
    with pytest.raises(SalesmetricsError) as error:
        read(text)
    assert error.value.code == "header_only"


@pytest.mark.parametrize("option", ["ab", "", "x", '"', "§"])
def test_delimiter_that_is_none(option: str) -> None:
    with pytest.raises(SalesmetricsError) as error:
        read(PLAIN, delimiter=option)
    assert error.value.code == "option_invalid"


def test_delimiter_option_wins() -> None:
    table = read("a,b;c\n1,2;3\n", delimiter=";")
    assert table.headers == ("a,b", "c")
    assert read("a\tb\n1\t2\n", delimiter="tab").headers == ("a", "b")


# --- any table ------------------------------------------------------------------------------------------------------

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1251")
SAFE = st.characters(codec="cp1251", exclude_categories=["Cc"])
CELL = st.text(st.one_of(SAFE, st.sampled_from("\",;\t|\n\r' .")), max_size=8)
NAME = st.text(st.characters(codec="cp1251", categories=["Lu", "Ll"]), min_size=2, max_size=8)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(2, 6))
    names = draw(st.lists(NAME, min_size=width, max_size=width, unique_by=str.casefold))
    rows = draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=12))
    return [names, *rows]


@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(ENCODINGS),
)
@example([["ab", "cd"], [",", "\n"], ["x", '","']], ",", csv.QUOTE_ALL, "\n", "utf-8")
def test_what_csv_writes_is_read_back(
    table: list[list[str]], delimiter: str, quoting: int, end: str, encoding: str
) -> None:
    header, *rows = table
    assume(not any(looks_like_value(name) or is_furniture_word(name) for name in header))
    for row in rows:
        trimmed = [cell.strip() for cell in row]
        assume(classify(trimmed, header) is None)
        assume(sum(map(bool, trimmed)) > 1)
    # Python's csv leaves a CR unquoted where lines end in LF; nobody could tell it from half of a CRLF.
    assume(end == "\r\n" or not any("\r" in cell for row in rows for cell in row))
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(table)  # type: ignore[arg-type]
    data = stream.getvalue().encode(encoding)
    option = {"encoding": encoding} if encoding == "cp1251" else {}
    found = read(data, delimiter=delimiter, **option)
    assert found.headers == tuple(header)
    assert cells(found) == [tuple(row) for row in rows]
    assert found.rejected == ()


@given(st.binary(max_size=400))
@example(b'"')
@example(b"a\x00b\n\xff\xfe")
@example(b"\x1f\x8b\x08")
@example(b"PK\x03\x04")
@example(b"PAR1PAR1")
@example(b"\xff\xfea")
def test_any_bytes_end_in_rows_that_add_up_or_in_an_error(data: bytes) -> None:
    assert_tables_or_error(data)


@given(st.lists(st.sampled_from(['"', ",", "\n", "\r", ";", "a", "1", " ", "Total", "\ufeff", '""']), max_size=60))
def test_any_punctuation_ends_in_rows_that_add_up_or_in_an_error(parts: list[str]) -> None:
    assert_tables_or_error("".join(parts).encode())
    assert_tables_or_error((PLAIN + "".join(parts)).encode())


def assert_tables_or_error(data: bytes) -> None:
    try:
        found = read_tables("-", stdin=io.BytesIO(data))
    except SalesmetricsError:
        return
    for table in found:
        assert_adds_up(table)


@given(st.integers(0, 10_000), st.sampled_from(["drop", "double", "quote", "newline", "delimiter"]))
def test_a_damaged_byte_touches_few_rows(seed: int, kind: str) -> None:
    """Whatever happens to one byte of a file, all but a few of its rows are read as they were."""
    chance = random.Random(seed)
    quoted = chance.random() < 0.5
    rows = [[str(n), f"Deal, {n}", chance.choice(["Kim", "Lee"]), "Won", str(n * 10)] for n in range(60)]
    stream = io.StringIO(newline="")
    style = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(stream, quoting=style, lineterminator="\n").writerows([HEADER.split(","), *rows])
    text = stream.getvalue()
    place = chance.randrange(text.index("\n") + 1, len(text))
    insert = {"drop": "", "double": text[place] * 2, "quote": '"', "newline": "\n", "delimiter": ","}[kind]
    table = read(text[:place] + insert + text[place + (kind in ("drop", "double")) :])
    good = set(map(tuple, rows))
    changed = good - set(cells(table))
    assert len(changed) <= 2
    strangers = set(cells(table)) - good
    assert len(strangers) <= 2


def test_the_exact_reader_agrees_with_the_fast_one() -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER.split(","))
    rows = [[str(n), f'De"al {n}' if n % 7 == 0 else "Deal\nx", "Kim", "", str(n)] for n in range(5_000)]
    writer.writerows(rows)
    fast = read(stream.getvalue())
    slow = read(stream.getvalue() + "broken\n")
    assert cells(fast) == cells(slow)
    assert [item.row for item in slow.rejected] == [5_002]


@given(
    st.lists(st.sampled_from(['"', ",", "\n", "\r\n", "a", "1,2,3\n", '"x","y","z"\n', '"p\nq",r,s\n']), max_size=40)
)
def test_the_size_of_pieces_changes_nothing(parts: list[str]) -> None:
    text = "ID,Deal,Owner\n1,Alpha,Kim\n" + "".join(parts) + "\n2,Beta,Lee\n"
    whole = read(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repair, "_PIECE", 16)
        pieces = read(text)
    assert whole.frame.equals(pieces.frame)
    assert (whole.ignored, whole.rejected, whole.findings) == (pieces.ignored, pieces.rejected, pieces.findings)


# --- real exports ---------------------------------------------------------------------------------------------------


def test_rows_of_every_real_export_add_up(realdata: Path) -> None:
    paths = sorted(realdata.rglob("*.csv"))
    assert len(paths) > 60
    for path in paths:
        for table in read_tables(str(path)):
            assert_adds_up(table)


def test_lines_in_one_cell_of_a_real_export(realdata: Path) -> None:
    [table] = read_tables(str(realdata / "x_education_leads" / "Leads_9240_with_line_quoted_rows.csv"))
    assert len(table.rejected) == 338
    assert table.frame.height == 8_902
    assert {text(item.reason) for item in table.rejected} == {
        "the whole line is one quoted cell, so its columns cannot be separated"
    }


def test_two_encodings_of_one_real_export(realdata: Path) -> None:
    folder = realdata / "bitrix24_ru_leasing"
    [bom] = read_tables(str(folder / "DEAL_ui_layout_utf8bom.csv"))
    [cyrillic] = read_tables(str(folder / "DEAL_ui_layout_cp1251.csv"))
    assert (bom.source.encoding, cyrillic.source.encoding) == ("utf-8-sig", "cp1251")
    assert cyrillic.source.encoding_confidence > 0.9
    assert bom.headers == cyrillic.headers
    assert bom.frame.equals(cyrillic.frame)
    assert bom.frame.height == 7_602
