"""One line in another encoding costs that line, and says so; the others are read as what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesmetrics import load
from salesmetrics.errors import SalesmetricsError

TEXTS = {
    "utf-8": ("Сделка {}", "Müller {}", "商机客户 {}"),
    "cp1251": ("Сделка по складу {}",),
    "gb18030": ("采购项目合同 {}",),
    "cp1252": ("Société Générale {}",),
}
HEADER = "Deal ID,Deal Name,Deal Stage,Amount,Close Date"


def export(tmp_path: Path, names: list[str], encodings: list[str], *, header: bytes = HEADER.encode()) -> str:
    rows = [
        f"D{i},{name},Closed Won,{i + 1},2026-01-{i % 28 + 1:02d}".encode(codec)
        for i, (name, codec) in enumerate(zip(names, encodings, strict=True))
    ]
    path = tmp_path / "deals.csv"
    path.write_bytes(b"\n".join([header, *rows]) + b"\n")
    return str(path)


@pytest.mark.parametrize("rows", [3, 40, 9_000])
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("codec", "foreign"),
    [("cp1252", "Zoë Weiß"), ("cp1251", "Сделка с заводом"), ("gb18030", "商机客户"), ("cp932", "取引先")],
)
def test_a_line_in_another_encoding_is_rejected(
    codec: str, foreign: str, late: bool, rows: int, tmp_path: Path
) -> None:
    for own in TEXTS["utf-8"][: 1 if rows > 100 else None]:
        names, codecs = [own.format(i) for i in range(rows)], ["utf-8"] * rows
        place = rows - 1 if late else rows // 3
        names[place], codecs[place] = foreign, codec
        dataset = load(export(tmp_path, names, codecs))
        assert dataset.files[0].source.encoding == "utf-8"
        assert dataset.frames["deals"]["name"].to_list() == names[:place] + names[place + 1 :]
        [row] = dataset.rejects.rows(named=True)
        assert (row["row"], row["column"], row["reason"]) == (
            place + 2,
            "Deal Name",
            "not UTF-8, unlike the other rows",
        )
        assert f"\\x{foreign.encode(codec)[-1]:02X}" in row["value"] or len(row["value"]) == 80 or codec != "cp1251"
        [found] = [item for item in dataset.findings if item.code == "rows_rejected"]
        assert found.rows == (place + 2,)


def test_several_such_lines_in_several_encodings(tmp_path: Path) -> None:
    names = [f"Сделка {i}" for i in range(20)]
    codecs = ["utf-8"] * 20
    for place, codec in ((3, "cp1251"), (4, "cp1251"), (11, "koi8-r"), (17, "cp866")):
        codecs[place] = codec
    dataset = load(export(tmp_path, names, codecs))
    assert dataset.rejects["row"].to_list() == [5, 6, 13, 19]
    assert dataset.frames["deals"].height == 16


def test_the_bytes_are_named(tmp_path: Path) -> None:
    dataset = load(export(tmp_path, ["Zoë", "Zoë", "Zoë"], ["utf-8", "cp1252", "utf-8"]))
    assert dataset.rejects["value"].to_list() == ["Zo\\xEB"]
    assert "`Zo\\xEB` in `Deal Name`" in next(f.message for f in dataset.findings if f.code == "rows_rejected")


def test_a_file_otherwise_ascii_is_decoded(tmp_path: Path) -> None:
    dataset = load(export(tmp_path, ["Alpha", "René Weiß", "Gamma"], ["ascii", "cp1252", "ascii"]))
    assert dataset.frames["deals"]["name"].to_list() == ["Alpha", "René Weiß", "Gamma"]


@pytest.mark.parametrize("codec", ["cp1251", "gb18030", "cp1252"])
@pytest.mark.parametrize("rows", [8, 3_000])
def test_a_line_of_utf8_in_another_encoding_is_rejected(codec: str, rows: int, tmp_path: Path) -> None:
    names = [TEXTS[codec][0].format(i) for i in range(rows)]
    codecs = [codec] * rows
    codecs[rows // 2] = "utf-8"
    dataset = load(export(tmp_path, names, codecs))
    assert dataset.files[0].source.encoding == codec
    assert dataset.rejects["row"].to_list() == [rows // 2 + 2]
    assert f"not {codec}" in dataset.rejects["reason"][0]
    assert dataset.frames["deals"]["name"].to_list() == [name for i, name in enumerate(names) if i != rows // 2]


@pytest.mark.parametrize("codec", ["cp1251", "gb18030", "cp1252"])
def test_a_file_of_one_encoding_loses_no_row(codec: str, tmp_path: Path) -> None:
    words = {"cp1251": "Ёлка ВВ А°", "gb18030": "联通 客户", "cp1252": "Ã la carte É"}
    names = [words[codec], *(TEXTS[codec][0].format(i) for i in range(30)), words[codec]]
    dataset = load(export(tmp_path, names, [codec] * 32))
    assert dataset.rejects.height == 0
    assert dataset.frames["deals"]["name"].to_list() == names


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_broken_unit_of_utf16_costs_its_row(codec: str, tmp_path: Path) -> None:
    rows = [f"D{i},Deal {i},Closed Won,{i + 1},2026-01-{i % 28 + 1:02d}" for i in range(50)]
    data = ("\n".join([HEADER, *rows]) + "\n").encode(codec)
    part = "Deal 7,".encode("utf-16-be" if codec.endswith("be") else "utf-16-le")
    lone = "\ud83d".encode("utf-16-be" if codec.endswith("be") else "utf-16-le", "surrogatepass")
    assert part in data
    path = tmp_path / "deals.csv"
    path.write_bytes(data.replace(part, part[:-4] + lone + part[-2:]))
    dataset = load(str(path))
    assert dataset.rejects["row"].to_list() == [9]
    assert dataset.frames["deals"].height == 49


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r"])
def test_a_header_in_another_encoding_is_refused(codec: str, tmp_path: Path) -> None:
    header = "Название,Стадия сделки,Сумма,Дата закрытия".encode(codec)
    rows = [f"Сделка {i},Успешно реализовано,{i + 1},2026-01-05" for i in range(9)]
    path = tmp_path / "deals.csv"
    path.write_bytes(b"\n".join([header, *(row.encode() for row in rows)]) + b"\n")
    with pytest.raises(SalesmetricsError) as error:
        load(str(path))
    assert error.value.code == "encoding_mixed"
    assert "row 1" in error.value.message


def test_a_letter_cut_in_half_costs_the_letter(tmp_path: Path) -> None:
    names = [f"Сделка {i}" for i in range(9)]
    path = Path(export(tmp_path, names, ["utf-8"] * 9))
    path.write_bytes(path.read_bytes().replace("Сделка 4".encode(), "Сделка 4".encode()[:11] + b" 4"))
    dataset = load(str(path))
    assert dataset.frames["deals"]["name"][4] == "Сделк\ufffd 4"
    assert [f.count for f in dataset.findings if f.code == "encoding_damaged"] == [1]
