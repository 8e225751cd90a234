"""Prices and costs of one unit, which are no amounts of what was sold."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.checks.findings import MAX_ROWS, finding
from salesmetrics.ingest.parse.common import plain_text
from salesmetrics.ingest.recognise.words import words_of
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.ingest.dataset import Part

__all__ = ["doubt_unit_prices", "is_unit_price"]

_OF_ONE = (
    "unit price | unit list price | unit sales price | list unit price | net unit price | unit net price | sales unit price"
    " | price per unit | price unit | price each | unit cost | cost per unit | per unit | unit rate | unit amount | unit value"
    " | stückpreis | einzelpreis | preis pro stück | preis je stück | stückkosten | einzelkosten | prix unitaire"
    " | prix unitaire ht | coût unitaire | precio unitario | precio por unidad | importe unitario | costo unitario"
    " | coste unitario | valor unitario | preço unitário | valor unitário | custo unitário | prezzo unitario | costo unitario"
    " | stuksprijs | eenheidsprijs | prijs per stuk | styckpris | à-pris | stykpris | enhedspris | enhetspris"
    " | cena jednostkowa | birim fiyat | цена за единицу | цена за штуку | цена за шт | цена за ед | стоимость единицы"
    " | себестоимость единицы | себестоимость за единицу | ціна за одиницю | 单价 | 單價 | 销售单价 | 单位成本 | 単価"
    " | 단가 | سعر الوحدة | تكلفة الوحدة | harga seunit | harga satuan"
)
_PLAIN = "price | sales price | selling price | preis | verkaufspreis | prix | prix de vente | precio | precio de venta | preço | prezzo | prijs | цена | 价格 | 價格 | السعر | harga"
_QUANTITIES = (
    "quantity | qty | units | product quantity | number of units | quantity ordered | menge | anzahl | stückzahl | stück"
    " | quantité | qté | nombre d'unités | cantidad | unidades | quantidade | quantità | qtà | aantal | hoeveelheid | antal"
    " | antall | kvantitet | ilość | adet | количество | кол-во | кількість | 数量 | 數量 | 购买数量 | 수량 | الكمية | كمية | kuantiti | kuantitas"
)
_ONE = r"^[+]?0*1(?:[.,]0+)?$"


@cache
def _named(names: str) -> frozenset[str]:
    return frozenset(words_of(name.strip()) for name in names.split("|"))


def is_unit_price(header: str) -> bool:
    """Whether a header says that its money is for one unit.

    >>> is_unit_price("Unit Price"), is_unit_price("Цена за единицу"), is_unit_price("Price")
    (True, True, False)
    """
    return words_of(header) in _named(_OF_ONE)


def doubt_unit_prices(part: Part, frame: pl.DataFrame) -> None:
    """Withhold amounts, list prices and costs of a file that are those of one unit, where quantities are not all 1.

    A header says so; or a list price below what was paid, which times the quantity is above it, does. Then a cost that is
    not above such a list price is that of one unit, too.

    Args:
        part: The file; findings and what is withheld are added to it.
        frame: Its canonical deals or invoices.
    """
    by_name = [c for c in ("amount", "list_price", "cost") if _names_one(part, c)]
    several = _rows_of_several(part) if by_name else []
    for column in by_name if several else ():
        part.withheld.append(Withheld(part.kind, column, "unit_price"))
        of_amount = "unit_amounts" if is_unit_price(part.header(column) or "") else "price_as_amount"
        _report(part, of_amount if column == "amount" else "unit_prices", column, several)
    if "list_price" not in by_name:
        _by_size(part, frame, with_cost="cost" not in by_name)


def _names_one(part: Part, column: str) -> bool:
    """Whether the header of a column says that it is for one unit; a mere price does where nobody called it the amount."""
    match = part.recognition.columns.get(column)
    if match is None:
        return False
    plain = column == "amount" and match.how != "option" and words_of(match.header) in _named(_PLAIN)
    return plain or is_unit_price(match.header)


def _rows_of_several(part: Part) -> list[int]:
    """The rows with a quantity other than 1."""
    raw = part.table.frame
    header = part.header("quantity") or next((h for h in raw.columns if words_of(h) in _named(_QUANTITIES)), None)
    if header is None:
        return []
    text = plain_text(raw.get_column(header)).str.strip_chars()
    other = (text != "") & ~text.str.contains(_ONE)
    return raw.get_column(ROW).filter(other.fill_null(value=False)).to_list()


def _by_size(part: Part, frame: pl.DataFrame, *, with_cost: bool) -> None:
    if not {"list_price", "quantity", "amount"} <= set(frame.columns):
        return
    price, quantity, amount = pl.col("list_price"), pl.col("quantity"), pl.col("amount")
    several = frame.filter((quantity > 1) & (price > 0) & (amount > 0))
    of_one = several.filter((amount > price) & (amount.cast(pl.Float64) <= 1.2 * (price * quantity).cast(pl.Float64)))
    if 2 * of_one.height <= several.height:
        return
    part.withheld.append(Withheld("deals", "list_price", "unit_price"))
    _report(part, "unit_prices", "list_price", of_one.get_column(ROW).to_list())
    if not with_cost or "cost" not in frame.columns:
        return
    costed = of_one.filter(pl.col("cost") > 0)
    below = costed.filter(pl.col("cost") <= price)
    if 2 * below.height > costed.height:
        part.withheld.append(Withheld("deals", "cost", "unit_price"))
        _report(part, "unit_prices", "cost", below.get_column(ROW).to_list())


def _report(part: Part, code: str, column: str, rows: Sequence[int]) -> None:
    part.findings.append(
        finding(
            code,
            kind=part.kind,
            path=part.path,
            column=part.header(column),
            count=len(rows),
            rows=rows[:MAX_ROWS],
            field=column,
            of="price" if column == "list_price" else "cost",
        )
    )
