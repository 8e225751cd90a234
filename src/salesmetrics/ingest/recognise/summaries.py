"""Tables that hold several deals or leads in a row, refused. Own file: a kind of table, not of record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.common import plain_text
from salesmetrics.ingest.recognise.sales import SALES
from salesmetrics.ingest.recognise.words import comparable, normalise, unaccented, words_of
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from salesmetrics.ingest.recognise.columns import Recognition

__all__ = ["counted_records", "refuse_summary"]

_TELLING = ("id", "name", "account", "account_id", "company", "contact", "contact_id", "email", "lead_id")
"""Columns that tell records apart: with one of them a row is a record."""
_OF_ONE = ("product", "created", "close_date", "closed", "won_on", "lost_on", "expected_close", "list_price")
"""Columns that make a number in a row one of units, where its header does not say of what."""
_RECORDS = (
    r"deals|opportunities|opps|leads|records|sales|wins|transactions|geschafte|abschlusse|verkaufschancen|chancen|vorgange|auftrage"
    r"|affaires|opportunites|ventes|pistes|negocios|oportunidades|ventas|operaciones|vendas|trattative|opportunita|affari|kansen"
    r"|szans|transakcji|сделок|лидов|продаж|заявок|сделки|угод|الصفقات|صفقات|الفرص|urusan|peluang|tawaran|prospek"
)
_COUNT = (
    r"number|count|counts|no|nr|num|n|total|total number|qty|quantity|anzahl|zahl|stuck|nombre|nb|nbre|cantidad|numero|quantidade|qtd|qtde"
    r"|количество|кол во|число|кількість|عدد|العدد|bilangan|jumlah|aantal|liczba|ilosc|antal|adet|pocet|lukumaara|darab"
)


def _alike(pattern: str) -> re.Pattern[str]:
    """A pattern over words as they are compared, where letters that look alike are one."""
    return re.compile(re.sub(r"\w+", lambda match: comparable(match[0]), pattern))


_SAID = _alike(
    rf"(?:# )?(?:{_RECORDS})(?: (?:{_COUNT}|#))?|(?:(?:deal|opportunity|lead|record|sales) (?:count|counts|numbers?|qty|quantity))"
    rf"|(?:{_COUNT}|#)(?: (?:of|der|von|de|d|des|do|da|di|van))? (?:{_RECORDS})"
    r"|(?:交易|商机|商機|订单|訂單|线索|成交|案件|商談|リード)(?:数量|數量|数|數|个数|個數|件数)|件数|案件数"
    r"|(?:거래|딜|기회|리드) ?(?:수|건수)|건수|(?:firsat|anlasma) sayisi"
)
_BARE = _alike(
    r"count|counts|anzahl|stuck|nombre|nb|nbre|cantidad|quantidade|qtd|qtde|количество|кол во|кількість|عدد|العدد|bilangan|jumlah"
    r"|aantal|liczba|ilosc|antal|adet|pocet|lukumaara|darab|数量|數量|个数|個數|数目|sayi|sayisi|수량"
)


def refuse_summary(frame: pl.DataFrame, recognition: Recognition, path: str, mapping: Mapping[str, str]) -> None:
    """Raise for a table whose rows hold several records each.

    Args:
        frame: The table, as text.
        recognition: What its columns are.
        path: The file.
        mapping: What the user said of columns: a header named there is what the user says.

    Raises:
        SalesmetricsError: ``kind_unknown``.
    """
    if recognition.kind not in ("deals", "leads"):
        return
    header = counted_records(frame, recognition, mapping)
    if header is None or recognition.lists == SALES:
        return
    detail = Message("instead", what=Message("summary_of_several", kind=recognition.kind, column=header))
    fix = Message(
        "export_deals_themselves" if recognition.kind == "deals" else "export_leads_themselves", column=header
    )
    raise SalesmetricsError("kind_unknown", path=path, detail=detail, fix=fix)


def counted_records(frame: pl.DataFrame, recognition: Recognition, mapping: Mapping[str, str]) -> str | None:
    """The header of the column that says how many records each row holds; None where there is none.

    Args:
        frame: The table, as text.
        recognition: What its columns are.
        mapping: What the user said of columns: a header named there is what the user says.
    """
    named = {normalise(header) for header in mapping.values()}
    by_header = {match.header: name for name, match in recognition.columns.items()}
    one = any(name in recognition.columns for name in _OF_ONE)
    for header in frame.columns:
        words = unaccented(words_of(header))
        if (
            normalise(header) in named
            or by_header.get(header) == "amount"
            or not (_SAID.fullmatch(words) or (not one and _BARE.fullmatch(words)))
        ):
            continue
        if any(name in _TELLING and other != header for other, name in by_header.items()):
            continue
        cells = plain_text(frame.get_column(header)).drop_nulls().str.strip_chars()
        cells = cells.filter(cells != "")
        # Ones and zeros are a flag, or one record each.
        if (
            cells.is_empty()
            or not cells.str.contains(r"^\d{1,3}(?:[.,\s]?\d{3})?(?:[.,]0+)?$").all()
            or cells.is_in(["0", "1"]).all()
        ):
            continue
        return header
    return None
