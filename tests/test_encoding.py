"""Every encoding that CRM exports come in, long and short, and the option that settles it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.encoding import SURE, Encoding, detect, is_utf8, to_utf8
from salesmetrics.ingest.table.table import read_tables

RUSSIAN = (
    "ID;Название сделки;Стадия сделки;Сумма;Ответственный;Дата создания\n",
    "{};Поставка оборудования для склада;Переговоры;150000,00;Иванов Пётр Сергеевич;08.05.2021\n",
)
SHOUTED = ("ID;Name;Stage;Amount\n", "{};ООО РОМАШКА;УСПЕХ;150000.00\n")
ONE_NAME = ("ID;Name;Stage;Amount;Owner\n", "{};Big deal;Won;150000.00;Смирнова\n")
SIMPLIFIED = ("商机名称,销售阶段,商机状态,商机金额,负责人\n", "采购项目{},商务谈判,进行中,1300000,王小明\n")
SIMPLIFIED_NAME = ("ID,Name,Owner,Amount\n", "{},Deal,欧阳震华,100\n")
TRADITIONAL = ("商機名稱,銷售階段,狀態,金額,負責人\n", "採購專案{},議價中,進行中,1300000,陳小華\n")
TRADITIONAL_NAME = ("ID,Name,Owner,Amount\n", "{},Deal,蔡英豪,100\n")
ARABIC = ("اسم الصفقة,المرحلة,المبلغ,المالك\n", "مشروع توريد {},مغلق ناجح,15000,محمد أحمد\n")
ARABIC_NAME = ("ID,Name,Owner,Amount\n", "{},Deal,خالد منصور,100\n")
JAPANESE = ("取引名,フェーズ,金額,担当者,作成日\n", "新規案件{},受注,1000000,佐藤太郎,2024/05/01\n")
JAPANESE_NAME = ("ID,Name,Owner\n", "{},Deal,渡辺健一\n")
GERMAN = ("Geschäftsname;Phase;Betrag;Zuständig\n", "Müller GmbH {};Verhandlung;1.000,50;Jürgen Groß\n")
FRENCH = ("Nom;Étape;Montant;Propriétaire\n", "Société Générale {};Négociation;1 000,50 €;François\n")
SPANISH = ("Negocio;Etapa;Valor;Propietario\n", "Compañía {};Negociación;1.000;José Núñez\n")
ONE_ACCENT = ("Name;Stage;Amount;Owner\n", "Cafe {};Won;100;René\n")

CASES = [
    ("cp1251", RUSSIAN),
    ("cp1251", SHOUTED),
    ("cp1251", ONE_NAME),
    ("gbk", SIMPLIFIED),
    ("gb18030", SIMPLIFIED),
    ("gbk", SIMPLIFIED_NAME),
    ("big5", TRADITIONAL),
    ("big5", TRADITIONAL_NAME),
    ("cp1256", ARABIC),
    ("cp1256", ARABIC_NAME),
    ("shift_jis", JAPANESE),
    ("shift_jis", JAPANESE_NAME),
    ("cp1252", GERMAN),
    ("cp1252", FRENCH),
    ("latin-1", SPANISH),
    ("cp1252", ONE_ACCENT),
    ("utf-16", RUSSIAN),
    ("utf-16-le", RUSSIAN),
    ("utf-16-be", RUSSIAN),
    ("utf-16-le", SIMPLIFIED),
    ("utf-16-be", JAPANESE),
    ("utf-8", ARABIC),
    ("utf-8-sig", SIMPLIFIED),
    ("utf-32", GERMAN),
]


@pytest.mark.parametrize("rows", [1, 5, 3_000])
@pytest.mark.parametrize(("codec", "lines"), CASES)
def test_encodings_are_recognised(codec: str, lines: tuple[str, str], rows: int) -> None:
    text = lines[0] + "".join(lines[1].format(number) for number in range(rows))
    data = text.encode(codec)
    found = detect(data, path="deals.csv")
    assert to_utf8(data, found).decode() == text
    assert found.confidence >= SURE


def test_foreign_letters_far_from_the_beginning() -> None:
    text = "ID;Name;Owner\n" + "1;Deal;Kim\n" * 60_000 + "2;Сделка с заводом;Смирнова\n" * 5
    data = text.encode("cp1251")
    assert to_utf8(data, detect(data, path="deals.csv")).decode() == text


def test_utf8_is_proved_over_the_whole_file() -> None:
    text = "ID;Название\n" + "1;Сделка\n" * 200_000
    data = text.encode()
    assert detect(data, path="a.csv") == Encoding("utf-8", "strict", 1.0)
    assert to_utf8(data, detect(data, path="a.csv")) is data


def test_a_few_wrong_bytes_do_not_change_the_encoding() -> None:
    data = ("ID;Название\n" + "1;Сделка\n" * 500).encode().replace("Сделка".encode(), b"\xd0\xff" + "дека".encode(), 1)
    [table] = read_tables("-", stdin=io.BytesIO(data))
    assert table.source.encoding == "utf-8"
    [found] = [item for item in table.findings if item.code == "encoding_damaged"]
    assert found.count == 2
    assert table.frame["Название"][0] == "\ufffd\ufffdдека"
    assert table.frame["Название"][1:].unique().to_list() == ["Сделка"]


def test_an_unsure_guess_is_a_finding_with_the_option() -> None:
    data = "ID;Amount\n1;100\u00a0€\n".encode("cp1252")
    [table] = read_tables("-", stdin=io.BytesIO(data))
    assert table.source.encoding == "cp1252"
    [found] = table.findings
    assert found.code == "encoding_uncertain"
    assert "--encoding" in (found.hint or "")


def test_the_option_wins() -> None:
    data = "ID;Имя\n1;Сделка\n".encode("koi8-r")
    [table] = read_tables("-", stdin=io.BytesIO(data), encoding="KOI8-R")
    assert (table.source.encoding, table.source.encoding_how) == ("koi8-r", "option")
    assert table.frame["Имя"].to_list() == ["Сделка"]


def test_the_option_is_checked_against_the_bytes() -> None:
    data = "ID;Имя\n".encode() + b"1;\xff\n"
    with pytest.raises(SalesmetricsError) as error:
        detect(data, path="a.csv", option="utf-8")
    assert error.value.code == "encoding_mismatch"
    assert (error.value.details["byte"], error.value.details["offset"]) == ("0xFF", data.index(b"\xff"))


def test_a_mismatch_far_into_the_file_has_its_offset() -> None:
    data = "сделка\n".encode() * 300_000 + b"\xff\n"
    with pytest.raises(SalesmetricsError) as error:
        detect(data, path="a.csv", option="utf-8")
    assert error.value.details["offset"] == len(data) - 2


@pytest.mark.parametrize("name", ["utf-99", "", "base64", "rot13"])
def test_an_encoding_that_is_none(name: str) -> None:
    with pytest.raises(SalesmetricsError) as error:
        detect(b"a,b\n", path="a.csv", option=name)
    assert error.value.code == "encoding_unknown"


def test_a_byte_order_mark_that_lies() -> None:
    with pytest.raises(SalesmetricsError) as error:
        detect(b"\xef\xbb\xbfID\n\xff\n", path="a.csv")
    assert error.value.code == "encoding_mismatch"


@given(st.text(max_size=50), st.integers(0, 3))
def test_is_utf8_agrees_with_python(text: str, cut: int) -> None:
    data = text.encode()
    data = data[: len(data) - cut] if cut else data
    try:
        data.decode()
        valid = True
    except UnicodeDecodeError:
        valid = False
    assert is_utf8(data) is valid


@given(st.text(st.characters(codec="cp1251"), max_size=60), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1251"]))
def test_to_utf8_keeps_the_text(text: str, codec: str) -> None:
    data = text.encode(codec)
    name = "utf-16" if codec == "utf-16" else codec
    assert to_utf8(data, Encoding(name, "option", 1.0)).decode() == text.removeprefix("\ufeff")
