"""Columns that no header names, found by what stands in their cells. Own file: a rule of recognition that needs parsed cells.

Only two of them, because an amount means nothing without them: the currency of a row, and the period that an amount is for.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec.structs import replace

from salesmetrics.frames.far import FarFrame
from salesmetrics.frames.groups import distinct
from salesmetrics.ingest.canonical.amounts import is_once, period_of
from salesmetrics.ingest.parse.currency import named
from salesmetrics.ingest.recognise.candidates import ColumnMatch
from salesmetrics.ingest.recognise.headers import header_currency
from salesmetrics.ingest.recognise.words import words_of
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.findings import finding
from salesmetrics.schema.kinds import column_types
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from salesmetrics.ingest.recognise.columns import Recognition
    from salesmetrics.ingest.table.table import RawTable
    from salesmetrics.schema.provenance import Finding

__all__ = ["CELLS", "found_by_cells"]

CELLS = "cells"
"""How a column was matched that its cells gave away."""

_SAMPLE, _MANY = 200, 50
_NEARLY_ALL = 0.8
_MONEY = ("amount", "mrr", "paid_amount", "list_price", "cost", "price")

_CURRENCY = (
    "currency|currencies|curr|ccy|währung|waehrung|devise|monnaie|moneda|divisa|moeda|валюта|валюты|валюта сделки|币种|幣種|货币|貨幣"
    "|币别|幣別|عملة|العملة|mata wang|valuta|waluta|para birimi|döviz|měna|mena|valuutta|pénznem|deviza|moneda|νόμισμα|通貨|통화|สกุลเงิน"
    "|tiền tệ|mata uang|מטבע|मुद्रा"
)
_NO_CURRENCY = (
    "rate|kurs|wechselkurs|курс|taux|tasa|taxa|tipo de cambio|cambio|câmbio|exchange|amount|value|price|betrag|сумма|montant|importe|valor"
    "|汇率|匯率|金额|金額|سعر|kadar|date|datum|converted|conversion|symbol position|multi|decimals|precision|is|digits"
)
_KEY = "id|コード|코드|mã|key|no|nr|code|number|номер|код|编号|代码|رمز|kod|código|codigo|isocode"
_PER_PERIOD = (
    "billing period|billing frequency|billing interval|billing cycle|billing term|billing schedule|billing type|billed|bill frequency"
    "|billing|invoice frequency|invoicing frequency|invoice interval|payment frequency|payment interval|payment period|payment cycle"
    "|payment schedule|payment term unit|charge period|charge frequency|pricing period|price interval|price unit|price basis|per|pro|je"
    "|intervall|turnus|abrechnungszeitraum|abrechnungsperiode|abrechnungsart|abrechnung|zahlungsweise|zahlungsrhythmus|zahlungsperiode"
    "|par|périodicité|fréquence de facturation|fréquence de paiement|période de facturation|facturation|por|periodicidad|periodicidade"
    "|frecuencia de pago|frecuencia de facturación|facturación|frequência de pagamento|frequência de cobrança|cobrança|faturamento|za"
    "|период оплаты|периодичность|периодичность оплаты|частота оплаты|частота платежей|период оплаты|计费周期|付款周期|付费周期|账单周期|结算周期|收费周期|計費週期|付款週期|付费方式"
    "|دورة الفوترة|فترة الفوترة|دورية الدفع|دورية الفوترة|kekerapan bil|kekerapan bayaran|tempoh bil|kitaran bil|fatturazione|frequenza di fatturazione"
    "|frequenza pagamento|factuurperiode|betaalfrequentie|facturatie|faktureringsperiod|faktureringsintervall|okres rozliczeniowy"
    "|częstotliwość płatności|fatura dönemi|請求周期|支払周期|請求サイクル|청구 주기|결제 주기"
)
_MAYBE_PER_PERIOD = (
    "frequency|interval|cycle|period|recurrence|recurring|plan|subscription|payment|payments|term|basis|unit|per unit|abo|laufzeit|rhythmus"
    "|zyklus|frequenz|periode|zeitraum|zahlung|einheit|fréquence|période|abonnement|unité|frecuencia|período|periodo|suscripción|unidad"
    "|frequência|assinatura|unidade|период|частота|подписка|тариф|единица|周期|週期|频率|頻率|单位|دورة|فترة|دورية|تكرار|kekerapan|tempoh|kitaran"
    "|frequenza|frequentie|częstotliwość|okres|sıklık|dönem|개월|주기|頻度|サイクル"
)


def found_by_cells(
    table: RawTable, recognition: Recognition, said: Collection[str], symbols: Mapping[str, str]
) -> tuple[Recognition, list[Finding], list[Withheld]]:
    """The recognition with the currency and the period of amounts, where only an unknown header keeps them from being read.

    Args:
        table: The file's table, all text.
        recognition: What its header was recognised as.
        said: Canonical columns that the user named, or took away: these stay as they are.
        symbols: What is settled for this file, casefolded sign or id → code.

    Returns:
        The recognition, what has to be reported, and the amounts that no number may rest on.
    """
    kind, amount = recognition.kind, next((f for f in _MONEY if f in recognition.columns), None)
    if kind == "rates" or amount is None:
        return recognition, [], []
    types, findings, withheld = column_types(kind), list[Any](), list[Withheld]()
    if "currency" in types and "currency" not in said:
        recognition, more = _with_currency(table, recognition, amount, symbols)
        findings += more
    closed = {*recognition.columns, *said}
    if "value_period" in types and "value_period" not in closed and "amount" in recognition.columns:
        recognition, more, withheld = _with_period(table, recognition)
        findings += more
    return recognition, findings, withheld


def _with_currency(
    table: RawTable, recognition: Recognition, amount: str, symbols: Mapping[str, str]
) -> tuple[Recognition, list[Finding]]:
    if header_currency(recognition.columns[amount].header) is not None:
        return recognition, []
    own = recognition.columns.get("currency")
    if own is not None and (own.how == "option" or len(_words(table, own.header)) > 1):
        return recognition, []
    for header in recognition.unmapped:
        if not _says(header, _CURRENCY) or _says(header, _NO_CURRENCY):
            continue
        words = _words(table, header)
        if len(words) < 2 or not _are_currencies(words, header):
            continue
        some = tuple(words[:5])
        if own is not None:
            said = _said(table, recognition, "currency_elsewhere", header, currencies=some, used=own.header)
            return recognition, [said]
        unknown = next((word for word in words if named(word, symbols) is None), None)
        found = _taken(recognition, "currency", header)
        if unknown is None:
            return found, []
        return found, [_said(table, recognition, "currency_by_cells", header, currencies=some, first=unknown)]
    return recognition, []


def _are_currencies(words: list[str], header: str) -> bool:
    """Whether words may name currencies: few of them, neither yes and no nor, without an id in the header, numbers."""
    if len(words) > _MANY or {word.casefold() for word in words} <= {"yes", "no", "true", "false", "0", "1", "y", "n"}:
        return False
    return _says(header, _KEY) or not all(re.fullmatch(r"[-+]?[0-9.,\s]+", word) for word in words)


def _with_period(table: RawTable, recognition: Recognition) -> tuple[Recognition, list[Finding], list[Withheld]]:
    for sure, names in ((True, _PER_PERIOD), (False, _MAYBE_PER_PERIOD)):
        for header in (*recognition.unmapped, *_texts(recognition)):
            if not _says(header, names) or not _are_periods(table, header):
                continue
            if sure and header in recognition.unmapped:
                return _taken(recognition, "value_period", header), [], []
            said = _said(
                table, recognition, "amount_period_likely", header, amount=recognition.columns["amount"].header
            )
            return recognition, [said], [Withheld(recognition.kind, "amount", "amount_period_unknown")]
    return recognition, [], []


def _texts(recognition: Recognition) -> list[str]:
    """Headers of dimensions such as ``type`` and ``product``, which may be all that a plan was recognised as."""
    types = column_types(recognition.kind)
    columns = recognition.columns.values()
    return [c.header for c in columns if types[c.field] is ColumnType.TEXT and c.how != "option" and c.field != "term"]


def _are_periods(table: RawTable, header: str) -> bool:
    """Whether nearly all cells are words for a period, and of two kinds at least."""
    cells = table.frame.get_column(header)
    some = [period_of(cell) for cell in cells.head(_SAMPLE).drop_nulls().to_list() if cell.strip()]
    if not some or sum(map(bool, some)) < _NEARLY_ALL * len(some):
        return False
    found = {period for word in _words(table, header) if (period := period_of(word))}
    return len(found) > 1 and not all(map(is_once, found))


def _words(table: RawTable, header: str) -> list[str]:
    """The distinct cells of a column, without blanks."""
    frame = table.frame
    far = isinstance(frame, FarFrame)
    cells = distinct(frame, header) if far else frame.get_column(header).drop_nulls().unique(maintain_order=True)
    stripped = cells.str.strip_chars().unique(maintain_order=True)
    return [word for word in stripped.to_list() if word]


def _taken(recognition: Recognition, field: str, header: str) -> Recognition:
    columns = recognition.columns | {field: ColumnMatch(field, header, CELLS)}
    return replace(
        recognition,
        columns={name: columns[name] for name in column_types(recognition.kind) if name in columns},
        unmapped=tuple(other for other in recognition.unmapped if other != header),
    )


def _said(table: RawTable, recognition: Recognition, code: str, header: str, **details: object) -> Finding:
    text = pl.col(header).str.strip_chars()
    rows = table.frame.filter((text != "").fill_null(value=False)).get_column(ROW)
    return finding(
        code,
        kind=recognition.kind,
        path=table.source.path,
        column=header,
        rows=rows,
        **dict[str, Any](details),
    )


def _says(header: str, names: str) -> bool:
    """Whether one of the names stands in a header: as words of it, or anywhere in a language that writes them together.

    >>> _says("Deal Currency", _CURRENCY), _says("通貨コード", _CURRENCY), _says("Person", _PER_PERIOD)
    (True, True, False)
    """
    words = words_of(header)
    spaced, joined = _names(names)
    padded = f" {words} "
    return any(name in padded for name in spaced) or any(name in words for name in joined)


@cache
def _names(names: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = [words_of(name) for name in names.split("|")]
    joined = [name for name in found if max(name, default="") >= "\u0e00" or name in ("währung", "intervall", "turnus")]
    return tuple(f" {name} " for name in found), tuple(joined)
