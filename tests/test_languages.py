"""An invented export in each language: headers and stages give the right columns, outcomes and revenue."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest

from salesmetrics.ingest.read import load
from salesmetrics.ingest.recognise.columns import recognise
from salesmetrics.ingest.recognise.index import (
    FurtherWords,
    languages,
    languages_with,
    load_profile,
    words_for,
)
from salesmetrics.ingest.recognise.profile import WORD_CATEGORIES
from salesmetrics.ingest.recognise.words import Words, comparable, unaccented

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("id", "name", "account", "owner", "stage", "amount", "created", "close_date")


class Export(NamedTuple):
    """Headers in the order of ``FIELDS``, and words for won, lost, cancelled and open."""

    headers: str
    won: str
    lost: str
    cancelled: str
    open: str


EXPORTS = {
    "italian": Export(
        "ID opportunità,Nome opportunità,Cliente,Venditore,Fase di vendita,Importo,Data creazione,Data di chiusura",
        *("Chiusa vinta", "Chiusa persa", "Annullata", "In trattativa"),
    ),
    "polish": Export(
        "ID szansy,Nazwa szansy,Klient,Handlowiec,Etap sprzedaży,Kwota,Data utworzenia,Data zamknięcia",
        *("Zamknięta - wygrana", "Przegrana", "Anulowana", "W toku"),
    ),
    "turkish": Export(
        "Fırsat No,Fırsat adı,Müşteri,Satış temsilcisi,Satış aşaması,Tutar,Oluşturulma tarihi,Kapanış tarihi",
        *("Kazanıldı", "Kaybedildi", "İptal edildi", "Teklif verildi"),
    ),
    "dutch": Export(
        "Verkoopkans Nr,Kansnaam,Klant,Verkoper,Verkoopfase,Bedrag,Aanmaakdatum,Sluitingsdatum",
        *("Gesloten gewonnen", "Gesloten verloren", "Geannuleerd", "Onderhandeling"),
    ),
    "swedish": Export(
        "Affärsmöjlighetsnummer,Affärsnamn,Kund,Säljare,Försäljningsfas,Belopp,Skapad datum,Stängningsdatum",
        *("Vunnen", "Förlorad", "Annullerad", "Förhandling"),
    ),
    "danish": Export(
        "Mulighed ID,Salgsmulighed,Virksomhed,Sælger,Salgsstadie,Beløb,Oprettelsesdato,Lukkedato",
        *("Lukket og vundet", "Lukket og tabt", "Annulleret", "Tilbud sendt"),
    ),
    "norwegian": Export(
        "Salgsmulighet ID,Salgsmulighet,Bedrift,Selger,Salgsfase,Beløp,Dato opprettet,Avslutningsdato",
        *("Vunnet", "Tapt", "Kansellert", "På vent"),
    ),
    "finnish": Export(
        "Kaupan tunnus,Kaupan nimi,Asiakas,Myyjä,Myyntivaihe,Summa,Luontipäivä,Sulkemispäivä",
        *("Suljettu - voitettu", "Hävitty", "Peruttu", "Neuvottelu"),
    ),
    "czech": Export(
        "ID příležitosti,Název příležitosti,Zákazník,Obchodník,Fáze prodeje,Částka,Datum vytvoření,Datum uzavření",
        *("Vyhráno", "Prohráno", "Zrušeno", "Nabídka"),
    ),
    "slovak": Export(
        "ID príležitosti,Názov obchodnej príležitosti,Zákazník,Predajca,Štádium predaja,Suma,Dátum vytvorenia,Dátum uzavretia",
        *("Vyhrané", "Prehrané", "Zrušené", "Kvalifikácia"),
    ),
    "hungarian": Export(
        "Lehetőség ID,Lehetőség neve,Ügyfél,Értékesítő,Értékesítési szakasz,Összeg,Létrehozás dátuma,Lezárás dátuma",
        *("Megnyert", "Elveszett", "Visszavonva", "Tárgyalás"),
    ),
    "romanian": Export(
        "ID oportunitate,Nume oportunitate,Client,Agent de vânzări,Stadiu vânzări,Sumă,Data creării,Data închiderii",
        *("Câștigat", "Pierdut", "Anulat", "Negociere"),
    ),
    "greek": Export(
        "ID ευκαιρίας,Όνομα ευκαιρίας,Πελάτης,Πωλητής,Στάδιο πώλησης,Ποσό,Ημερομηνία δημιουργίας,Ημερομηνία κλεισίματος",
        *("Έκλεισε Κερδισμένη", "Έκλεισε Χαμένη", "Ακυρώθηκε", "Διαπραγμάτευση"),
    ),
    "ukrainian": Export(
        "ID угоди,Назва угоди,Контрагент,Відповідальний,Етап угоди,Сума угоди,Дата створення,Дата закриття",
        *("Успішно закрито", "Закрито без успіху", "Скасовано", "Переговори"),
    ),
    "hindi": Export(
        "सौदा आईडी,सौदे का नाम,ग्राहक,विक्रेता,बिक्री चरण,राशि,निर्माण तिथि,समापन तिथि",
        *("बंद जीता", "बंद हारा", "रद्द किया गया", "बातचीत"),
    ),
    "indonesian": Export(
        "ID peluang,Nama peluang,Pelanggan,Tenaga penjual,Tahap penjualan,Nilai peluang,Tanggal dibuat,Tanggal penutupan",
        *("Berakhir menang", "Berakhir kalah", "Dibatalkan", "Negosiasi"),
    ),
    "vietnamese": Export(
        "Mã cơ hội,Tên cơ hội,Khách hàng,Nhân viên kinh doanh,Giai đoạn,Giá trị cơ hội,Ngày tạo,Ngày chốt",
        *("Đã thắng", "Thất bại", "Đã hủy", "Đàm phán"),
    ),
    "thai": Export(
        "รหัสดีล,ชื่อโอกาสการขาย,ลูกค้า,พนักงานขาย,ขั้นตอนการขาย,มูลค่า,วันที่สร้าง,วันที่ปิด",
        *("ปิดการขายสำเร็จ", "ไม่สำเร็จ", "ยกเลิก", "เสนอราคา"),
    ),
    "korean": Export(
        "거래 ID,영업기회 이름,고객사,영업담당자,영업단계,계약금액,등록일,마감일",
        *("수주 성공", "수주 실패", "취소됨", "협상"),
    ),
    "japanese": Export(
        "商談ID,商談名,取引先,営業担当,フェーズ,金額,作成日,完了日",
        *("受注", "失注", "キャンセル", "交渉中"),
    ),
    "hebrew": Export(
        "מזהה עסקה,שם עסקה,לקוח,איש מכירות,שלב במכירות,סכום,תאריך יצירה,תאריך סגירה",
        *("נסגר בהצלחה", "סגור אבוד", "מבוטל", "משא ומתן"),
    ),
    "generic": Export(
        "Deal ID,Deal name,Customer,Owner,Stage,Amount,Created,Close date",
        *("Closed Won", "Closed Lost", "Cancelled", "Negotiation"),
    ),
}
KNOWN = {
    "english, American": ("Won", "Lost", "Canceled"),
    "german": ("Gewonnen", "Verloren", "Abgebrochen"),
    "french": ("Clos gagné", "Clos perdu", "Annulée"),
    "spanish": ("Ganadas", "Perdidas", "Cancelada"),
    "portuguese": ("Fechada como ganha", "Fechada como perdida", "Anulada"),
    "russian": ("Закрыто с успехом", "Проиграли", "Отменена"),
    "chinese": ("赢得并结束", "失单", "已取消"),
    "chinese, traditional": ("關閉贏得", "結束(丟單)", "結束(未成)"),
    "arabic": ("تم الفوز بها", "فشل البيع", "ألغيت"),
    "malay": ("Menang", "Kalah", "Dibatalkan"),
}


def table(headers: str, words: Export) -> str:
    rows = [headers]
    rows += [f"D-{i},Alfa {i},Firma {i},Ana,{words.won},{100 * i},2026-01-0{i},2026-02-1{i}" for i in (1, 2, 3)]
    rows += [f"D-{i},Beta {i},Firma {i},Ben,{words.lost},{100 * i},2026-01-0{i},2026-02-1{i}" for i in (4, 5)]
    rows += [f"D-6,Gamma,Firma 6,Ben,{words.cancelled},70,2026-01-06,2026-02-16"]
    rows += [f"D-{i},Delta {i},Firma {i},Ana,{words.open},50,2026-01-0{i},2026-05-1{i}" for i in (7, 8)]
    return "\n".join(rows) + "\n"


def counts(path: Path, text: str) -> tuple[dict[str, str], dict[str, int], Decimal, str]:
    path.write_text(text, encoding="utf-8")
    dataset = load([str(path)])
    deals = dataset.frames["deals"]
    found = dict(deals.get_column("outcome").value_counts().rows())
    revenue = sum(deals.filter(deals["outcome"] == "won").get_column("amount").to_list())
    recognition = dataset.files[0].recognition
    return {f: m.header for f, m in recognition.columns.items()}, found, Decimal(revenue), recognition.profile


EXPECTED = {"won": 3, "lost": 2, "other": 1, "open": 2}


@pytest.mark.parametrize("language", EXPORTS)
def test_an_export_in_the_language_is_read(language: str, tmp_path: Path) -> None:
    export = EXPORTS[language]
    columns, found, revenue, profile = counts(tmp_path / "x.csv", table(export.headers, export))
    assert [columns.get(field) for field in FIELDS] == export.headers.split(",")
    assert found == EXPECTED
    assert revenue == 600
    assert profile == language


@pytest.mark.parametrize("language", EXPORTS)
def test_capitals_and_missing_accents_change_nothing(language: str, tmp_path: Path) -> None:
    export = EXPORTS[language]
    for change in (_capitals(language), lambda text: unaccented(text.casefold())):
        words = Export(*(change(text) for text in export))
        columns, found, revenue, _ = counts(tmp_path / "x.csv", table(words.headers, words))
        assert [columns.get(field) for field in FIELDS] == words.headers.split(",")
        assert (found, revenue) == (EXPECTED, 600)


def _capitals(language: str):
    turkish = str.maketrans({"i": "İ", "ı": "I"})
    greek = str.maketrans("ΆΈΉΊΌΎΏ", "ΑΕΗΙΟΥΩ")
    if language == "turkish":
        return lambda text: text.translate(turkish).upper()
    return lambda text: text.upper().translate(greek) if language == "greek" else text.upper()


@pytest.mark.parametrize("language", EXPORTS)
def test_stages_in_the_language_are_known_under_english_headers(language: str, tmp_path: Path) -> None:
    export = EXPORTS[language]
    _, found, revenue, profile = counts(tmp_path / "x.csv", table(EXPORTS["generic"].headers, export))
    assert (found, revenue, profile) == (EXPECTED, 600, "generic")


@pytest.mark.parametrize("language", KNOWN)
def test_words_of_the_languages_that_are_always_read(language: str, tmp_path: Path) -> None:
    won, lost, cancelled = KNOWN[language]
    words = Export("", won, lost, cancelled, "Offen")
    _, found, revenue, _ = counts(tmp_path / "x.csv", table(EXPORTS["generic"].headers, words))
    assert (found, revenue) == (EXPECTED, 600)


HEADERS = {
    "german": ("Verkaufschance Betrag,Zugewiesener Benutzer", ("amount", "owner")),
    "french": ("Nom de la transaction,Montant Affaire", ("name", "amount")),
    "spanish": ("Usuario Asignado,Monto venta,Estado venta", ("owner", "amount", "status")),
    "portuguese": ("valor_venda,status_venda,data_venda,cliente_id", ("amount", "status", "won_on", "account_id")),
    "russian": ("Стадия продаж,Ожидаемая выручка", ("stage", "amount")),
    "chinese": ("商机价值,预计截止日期", ("amount", "expected_close")),
    "arabic": ("مبلغ الفرصة,إقفال متوقع", ("amount", "expected_close")),
    "malay": ("Jumlah Peluang,Orang Jualan", ("amount", "owner")),
}


@pytest.mark.parametrize("language", HEADERS)
def test_headers_of_the_languages_that_are_always_read(language: str) -> None:
    headers, fields = HEADERS[language]
    found = recognise([*headers.split(","), "Deal ID"], path="x.csv", kind="deals", mapping={"is_won": "Deal ID"})
    columns = {match.header: field for field, match in found.columns.items()}
    assert tuple(columns.get(header) for header in headers.split(",")) == fields


FRENCH_INVOICES = {
    "Facture;Client;Commercial;Date facture;Échéance;Montant HT;TVA;Montant TTC;Réglé le": {
        "id": "Facture",
        "account": "Client",
        "owner": "Commercial",
        "issued": "Date facture",
        "due": "Échéance",
        "amount": "Montant TTC",
        "paid_on": "Réglé le",
    },
    "N° pièce;Date pièce;Code tiers;Intitulé tiers;Représentant;Total TTC;Date échéance;Solde dû;Mode règlement": {
        "id": "N° pièce",
        "issued": "Date pièce",
        "account_id": "Code tiers",
        "account": "Intitulé tiers",
        "owner": "Représentant",
        "amount": "Total TTC",
        "due": "Date échéance",
        "balance": "Solde dû",
    },
}
"""As accounting programs write them; the second has no word for invoice."""


@pytest.mark.parametrize("headers", FRENCH_INVOICES)
def test_invoices_of_french_accounting_programs(headers: str) -> None:
    found = recognise(headers.split(";"), path="x.csv")
    assert found.kind == "invoices"
    assert {field: match.header for field, match in found.columns.items()} == FRENCH_INVOICES[headers]


def test_the_one_who_handles_a_contact_goes_before_the_caller() -> None:
    found = recognise(
        ["Caller", "Handled by", "Medium", "Talk time (min)"],
        path="x.csv",
        kind="activities",
        mapping={"occurred": "Caller"},
    )
    assert {field: match.header for field, match in found.columns.items() if field in {"owner", "type"}} == {
        "owner": "Handled by",
        "type": "Medium",
    }


LEADS = {
    "italian": ("Nome,Azienda,Provenienza,Stato lead,Creato il", "Convertito", "Squalificato", "Contattato"),
    "polish": ("Nazwa,Firma,Źródło pozyskania,Status potencjalnego klienta,Data utworzenia", "Skonwertowany", "Martwy", "Nowy"),
    "dutch": ("Naam,Bedrijf,Lead bron,Status lead,Aanmaakdatum", "Geconverteerd", "Gediskwalificeerd", "Nieuw"),
    "hungarian": ("Név,Cég,Vevőjelölt forrása,Vevőjelölt állapota,Létrehozva", "Konvertált", "Halott", "Új"),
    "japanese": ("リード名,会社名,リードソース,リード状況,作成日", "変換済み", "失格", "新規"),
}  # fmt: skip


@pytest.mark.parametrize("language", LEADS)
def test_leads_in_the_language(language: str, tmp_path: Path) -> None:
    headers, converted, dead, new = LEADS[language]
    rows = [f"N{i},F{i},Web,{word},2026-01-0{i}" for i, word in enumerate((converted, dead, new, new), 1)]
    path = tmp_path / "leads.csv"
    path.write_text("\n".join([headers, *rows]) + "\n", encoding="utf-8")
    dataset = load([str(path)])
    assert dataset.files[0].recognition.profile == language
    assert dataset.frames["leads"]["outcome"].to_list() == ["converted", "disqualified", "open", "open"]


@pytest.mark.parametrize(
    "word", ["Chiuso", "Zamknięte", "Gesloten", "Avslutad", "Uzavřeno", "Lezárt", "クローズ", "סגור", "ปิด"]
)
def test_closed_alone_is_no_result(word: str) -> None:
    assert FurtherWords("deals").classify(word) is None


@pytest.mark.parametrize(
    ("word", "outcome"), [("미성사", "lost"), ("不成立", "lost"), ("ไม่สำเร็จ", "lost"), ("Закрито без успіху", "lost")]
)
def test_a_negation_within_a_word_is_its_own_word(word: str, outcome: str) -> None:
    assert FurtherWords("deals").classify(word) == outcome


@pytest.mark.parametrize(
    ("headers", "neither"),
    [
        ("Affärsnamn,Kund,Säljfas,Antal,Skapad", "Antal"),
        ("Název příležitosti,Zákazník,Fáze prodeje,Množství,Datum vytvoření", "Množství"),
        ("Nama peluang,Tenaga penjual,Tahap penjualan,Jumlah peluang lain,Tanggal dibuat", "Jumlah peluang lain"),
        ("ชื่อโอกาสการขาย,ลูกค้า,ขั้นตอนการขาย,จำนวน,วันที่สร้าง", "จำนวน"),
        ("सौदे का नाम,ग्राहक,बिक्री चरण,मात्रा,निर्माण तिथि", "मात्रा"),
    ],
)
def test_a_word_for_amount_and_for_quantity_is_neither(headers: str, neither: str) -> None:
    found = recognise(headers.split(","), path="x.csv", kind="deals")
    assert neither not in {match.header for match in found.columns.values()}


def test_a_single_foreign_word_in_an_english_header_is_not_a_language() -> None:
    found = recognise(["Deal name", "Stage", "Amount", "Owner", "Close date", "Adet"], path="x.csv")
    assert found.profile == "generic"
    assert "Adet" in found.unmapped


@pytest.mark.parametrize("name", languages())
def test_every_word_is_found_by_the_first_look_and_has_one_meaning(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    for kind, meanings in profile.word.items():
        seen: dict[str, str] = {}
        for meaning, words in meanings.items():
            assert meaning in WORD_CATEGORIES[kind]
            for word in words:
                assert name in languages_with([word]), word
                assert seen.setdefault(comparable(word), meaning) == meaning, word
    for layouts in profile.kind.values():
        for layout in layouts:
            for field, headers in layout.columns.items():
                assert all(header == header.lower() for header in headers), field
                assert all(name in languages_with([header]) for header in headers), field


def test_a_word_that_two_languages_read_differently_means_nothing() -> None:
    meanings: dict[str, set[str]] = {}
    for name in languages():
        for meaning, words in load_profile(name).word["deals"].items():
            for word in words:
                meanings.setdefault(comparable(word), set()).add(meaning)
    for word, several in meanings.items():
        if len(several) > 1:
            assert FurtherWords("deals").classify(word) is None, word


def test_a_language_never_overrules_the_words_that_are_always_read() -> None:
    always = words_for("generic", "deals")
    for name in languages():
        own = Words.of(load_profile(name).own_words("deals"))
        for ends in ("won", "lost"):
            for word in own.get(ends):
                assert always.classify(word) in (None, ends), (name, word)


DATES = {
    "polish": ("5 stycznia 2026", "14 lutego 2026"),
    "czech": ("5. ledna 2026", "14. února 2026"),
    "greek": ("5 Ιανουαρίου 2026", "14 Φεβρουαρίου 2026"),
    "finnish": ("5. tammikuuta 2026", "14. helmikuuta 2026"),
    "turkish": ("5 Ocak 2026", "14 Şubat 2026"),
    "ukrainian": ("5 січня 2026", "14 лютого 2026"),
    "hebrew": ("5 ינואר 2026", "14 פברואר 2026"),
}


@pytest.mark.parametrize("language", DATES)
def test_months_and_flags_in_the_language(language: str, tmp_path: Path) -> None:
    created, closed = DATES[language]
    yes, no = {
        "polish": ("Tak", "Nie"),
        "czech": ("Ano", "Ne"),
        "greek": ("Ναι", "Όχι"),
        "finnish": ("Kyllä", "Ei"),
    }.get(
        language,
        {"turkish": ("Evet", "Hayır"), "ukrainian": ("Так", "Ні"), "hebrew": ("כן", "לא")}.get(language, ("", "")),
    )
    path = tmp_path / "x.csv"
    rows = [f"1,100,{created},{closed},{yes},{yes}", f"2,200,{created},{closed},{yes},{no}"]
    path.write_text("\n".join(["Deal ID,Amount,Created,Close date,Is Closed,Is Won", *rows]) + "\n", encoding="utf-8")
    deals = load([str(path)]).frames["deals"]
    assert deals["created"].cast(str).to_list() == ["2026-01-05", "2026-01-05"]
    assert deals["closed"].cast(str).to_list() == ["2026-02-14", "2026-02-14"]
    assert deals["outcome"].to_list() == ["won", "lost"]
