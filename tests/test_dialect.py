"""Delimiters are judged by the table that they make, and headers by the rows below them."""

from __future__ import annotations

import pytest

from salesmetrics.ingest.table.dialect import find_header, looks_like_value, sniff
from salesmetrics.ingest.table.regular import count_quotes, line_end
from salesmetrics.ingest.table.repair import records


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_each_delimiter(delimiter: str, quote: str) -> None:
    rows = [["ID", "Deal name", "Close date"], ["1", "Alpha", "2024-01-05"], ["2", "Beta", "2024-02-06"]]
    text = "\n".join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in rows)
    assert sniff(text.encode()).name == delimiter


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Name;Amount\nA;1,50\nB;2,75\nC;3,00\n", ";"),
        ("Name;Amount\nA;1,50\n", ";"),
        ("ID;Name;Amount\n1;A, B;1,50\n2;C, D;2,75\n", ";"),
        ("ID,Note,Amount\n1,a; b; c,10\n2,d; e; f,20\n", ","),
        ('ID,"Note; more; still more",Amount\n1,"x; y; z",10\n', ","),
        ("ID\tName\tAmount\n1\tA, B; C\t1,5\n", "\t"),
        ("Deals, won, and lost\n\nID;Name;Amount\n1;A;1,5\n2;B;2,5\n", ";"),
        ('"Сделка";"Сумма, руб.";\n"Поставка";"1,5";\n', ";"),
        ("Owner\nKim\nLee\n", None),
        ("Owner\nKim\nLee, Ann\nPark\n", None),
        ("sep=|\na|b\n1|2\n", "|"),
        ("SEP=\t\r\na\tb\r\n", "\t"),
    ],
)
def test_delimiters_that_could_be_mistaken(text: str, delimiter: str | None) -> None:
    assert sniff(text.encode()).name == delimiter


def test_the_option_wins() -> None:
    assert sniff(b"a;b,c\n1;2,3\n", ";").name == ";"
    assert sniff(b"sep=,\na;b\n", ";").start == 6


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["ID", "Deal"], ["1", "A"]], 0),
        ([["Report"], [""], ["ID", "Deal", "Owner"], ["1", "A", "K"], ["2", "B", "L"]], 2),
        ([["Period:", "2024-01-01", "", ""], ["ID", "Deal", "Owner", "Stage"], ["1", "A", "K", "Won"]], 1),
        ([["", "", ""], ["ID", "Deal", "Owner"], ["1", "A", "K"]], 1),
        ([["ID", "Deal", "2024", "Owner"], ["1", "A", "5", "K"]], 1 - 1),
        ([["Owner"], ["Kim"], ["Lee"]], 0),
        ([["1", "2"], ["3", "4"]], 0),
    ],
)
def test_headers(rows: list[list[str]], header: int) -> None:
    assert find_header(rows) == header


@pytest.mark.parametrize(
    "cell",
    ["1", "-5.5", "1 234,56", "€ 2.900,00", "$1,117.10K", "(123)", "12 %", "2024-01-05T10:00:00Z", "15 Apr, 2021 00:02:00",
     "08.05.2021", "USD 5", "1000 EUR", "true", "No", "kim@example.com", "https://example.com/x"],
)  # fmt: skip
def test_values(cell: str) -> None:
    assert looks_like_value(cell)


@pytest.mark.parametrize(
    "cell",
    ["Amount", "Q1", "Сумма", "金额", "Probability (%)", "Address 1", "Примечание 2", "", "Yes/No", "# of calls"],
)
def test_names(cell: str) -> None:
    assert not looks_like_value(cell)


def test_line_end_is_that_of_the_first_line() -> None:
    ends = {b"a\nb": "lf", b"a\r\nb": "crlf", b"a\rb": "cr", b"a\rb\nc": "mixed", b'a\n"b\rc"': "lf", b"a": None}
    assert {data: line_end(data) for data in ends} == ends


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (b"a,b\n1,2\n", (0, 0)),
        (b'"a","b"\n', (4, 0)),
        (b'"a""b",""\n"",""""\n', (12, 2)),
        (b'a"b,c\n', None),
        (b'"a"b",c\n', None),
        (b'"a\n', None),
        (b'a, "b"\n', None),
    ],
)
def test_quotes_are_proved_regular(text: bytes, counts: tuple[int, int] | None) -> None:
    quotes = count_quotes(text, 0, b",")
    assert (quotes and quotes[:2]) == counts


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bad", ['"x"y"z"', '"x"y""z"', '"x', 'x"', ' "x"', '"x" '])
@pytest.mark.parametrize("place", [0, 1, 20_000, 39_999])
def test_one_wrong_cell_among_many_is_not_missed(place: int, bad: str, end: str) -> None:
    rows = [f'"{number}","Deal","Won"' for number in range(40_000)]
    good = end.join(rows) + end
    assert count_quotes(good.encode(), 0, b",")[:2] == (240_000, 0)
    rows[place] = rows[place].replace('"Deal"', bad)
    assert count_quotes((end.join(rows) + end).encode(), 0, b",") is None


@pytest.mark.parametrize("cell", ['","', '"\n"', '",,"', '"""x"""', '""""', '"\r\n"'])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_unusual_cells_are_regular(cell: str, end: str) -> None:
    rows = [f'"{number}","Deal","Won"' for number in range(20_000)]
    rows[7_000] = rows[7_000].replace('"Deal"', cell)
    counts = count_quotes((end.join(rows) + end).encode(), 0, b",")
    assert counts is not None
    assert counts[0] == 120_000 - 2 + cell.count('"')


def test_records_know_where_they_stand() -> None:
    data = b'a,b\r\n1,"2\n3"\n\nx\n'
    found = list(records(data, b","))
    assert [(item.start, item.end, item.width) for item in found] == [(0, 5, 2), (5, 13, 2), (13, 14, 1), (14, 16, 1)]
    assert b"".join(data[item.start : item.end] for item in found) == data
