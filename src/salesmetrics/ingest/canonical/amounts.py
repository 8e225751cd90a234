"""What an amount is of: one unit, a month or a year, or what is still open of an invoice."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.ingest.parse.common import MONEY_DTYPE, plain_text
from salesmetrics.ingest.recognise.headers import is_unit_price
from salesmetrics.ingest.recognise.words import words_of
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.findings import MAX_ROWS, finding
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import Severity
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.ingest.dataset import Part
    from salesmetrics.schema.provenance import Finding

__all__ = [
    "doubt_unit_prices",
    "in_one_unit",
    "is_once",
    "months_of",
    "period_of",
    "with_open_balances",
]

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
            of=Message("price" if column == "list_price" else "field_cost"),
        )
    )


# --- amounts per month and amounts per year in one column: brought to one unit before anything is added up ---


_AMOUNTS = ("amount", "list_price", "cost")
_ONCE = "one time"
_PER_YEAR = {"year": 1, "half-year": 2, "quarter": 4, "month": 12, "week": 52}
_WORDS: dict[str, str] = {
    "year": "year yearly annual annually annum yr y pa p.a arr jahr jährlich jaehrlich jahrlich an annuel annuelle annuellement año anual"
    " anualmente anuale ano год ежегодно ежегодный годовой 年 每年 年度 按年 年付 سنة سنوي سنويا سنوياً tahun tahunan annuale jaarlijks yıllık rocznie",
    "half-year": "half-yearly semiannual semiannually semi-annual semi-annually biannual halbjahr halbjährlich semestre semestriel semestral"
    " полугодие 半年 每半年 setengah-tahun",
    "quarter": "quarter quarterly qtr quartal vierteljährlich quartalsweise trimestre trimestriel trimestral квартал ежеквартально 季度 每季"
    " 每季度 ربع-سنوي suku-tahun trimestrale kwartaal",
    "month": "month monthly mo mth mon mrr monat monatlich mois mensuel mensuelle mensuellement mes mensual mensualmente mês mensal mensalmente"
    " месяц ежемесячно ежемесячный мес 月 每月 月度 按月 月付 شهر شهري شهريا شهرياً bulan bulanan mensile maandelijks aylık miesięcznie",
    "week": "week weekly wk woche wöchentlich semaine hebdomadaire semana semanal неделя еженедельно 周 每周 أسبوع أسبوعي minggu mingguan",
    _ONCE: "one-time onetime one-off oneoff once single non-recurring nonrecurring none lump-sum fixed total einmalig unique ponctuel único una-vez"
    " unico pontual разово разовый единовременно 一次性 一次 مرة-واحدة sekali sekali-sahaja una-tantum eenmalig",
}
_BY_WORD = {word: period for period, words in _WORDS.items() for word in words.split()}
_MONTHS: dict[str, Fraction | int] = {"year": 12, "half-year": 6, "quarter": 3, "month": 1, "week": Fraction(12, 52)}
_BEFORE = re.compile(r"^(?:/|per|each|every|billed|paid|pro|par|por|al|la|le|в|в год|за|على|setiap)\s*")


def period_of(word: str) -> str | None:
    """The period that an amount is for: ``year``, ``half-year``, ``quarter``, ``month``, ``week`` or ``one time``.

    >>> [period_of(word) for word in ("annual", "per month", "/ mo", "One-time", "monatlich", "blue")]
    ['year', 'month', 'month', 'one time', 'month', None]
    """
    text = re.sub(r"[\s_]+", "-", _BEFORE.sub("", word.casefold().strip())).strip("-.")
    return _BY_WORD.get(text) or _BY_WORD.get(text.removesuffix("s"))


def is_once(period: str) -> bool:
    """Whether what :func:`period_of` found is no period: an amount that is paid once."""
    return period == _ONCE


def months_of(term: str, header: str, period: str) -> Fraction | None:
    """How many months a contract runs: ``12``, ``24 months``, ``2 years``; a bare number is in the unit of the header, else of the period.

    >>> [months_of(term, "Duration", "year") for term in ("2", "18 months", "1 year", "soon")]
    [Fraction(24, 1), Fraction(18, 1), Fraction(12, 1), None]
    >>> months_of("12", "Duration (months)", "year")
    Fraction(12, 1)
    """
    match = re.fullmatch(r"([0-9]{1,4}(?:[.,][0-9]{1,2})?)\s*([^\W\d_]*)\.?", term.strip())
    if match is None:
        return None
    unit = (
        _unit(match[2]) if match[2] else next((u for w in re.findall(r"[^\W\d_]+", header) if (u := _unit(w))), period)
    )
    return Fraction(match[1].replace(",", ".")) * _MONTHS[unit] if unit else None


def _unit(word: str) -> str | None:
    found = {"monate": "month", "meses": "month", "месяцев": "month", "个月": "month", "個月": "month", "m": "month", "jahre": "year",
             "años": "year", "anos": "year", "ans": "year", "лет": "year", "года": "year"}.get(word.casefold()) or period_of(word)  # fmt: skip
    return None if found == _ONCE else found


def in_one_unit(part: Part) -> None:
    """Bring amounts that are for a month, a quarter or a year to one unit, in place.

    With a contract term in every such row an amount is that of the whole term; otherwise each is that of a year. An amount that
    is paid once stays as it is. Where the period of an amount is not known, amounts are withheld.
    """
    frame = part.frame
    if not {"value_period", "amount"} <= set(frame.columns):
        return
    words = frame.get_column("value_period").drop_nulls().unique().to_list()
    known = {word: period for word in words if (period := period_of(word))}
    if not set(known.values()) - {_ONCE}:
        return
    periods = pl.col("value_period").replace_strict(known, default=None, return_dtype=pl.String)
    frame = frame.with_columns(periods.alias("__period__"))
    unknown = frame.filter(pl.col("__period__").is_null() & pl.col("amount").is_not_null()).get_column(ROW)
    if len(unknown):
        part.findings.append(_said(part, "amount_period_unknown", unknown, words=_unknown(words, known)))
        part.withheld.append(Withheld(part.kind, "amount", "amount_period_unknown"))
    recurring = (pl.col("__period__") != _ONCE).fill_null(value=False)
    factors, unit = _factors(part, frame.filter(recurring & pl.col("amount").is_not_null()))
    keys = ["__period__", *(["term"] if unit == "term" else [])]
    names = [name for name in _AMOUNTS if name in frame.columns]
    scaled = frame.join(factors, on=keys, how="left", maintain_order="left", nulls_equal=True)
    worth = [
        pl.when(pl.col("times").is_not_null())
        .then((pl.col(name) * pl.col("times") / pl.col("over")).cast(MONEY_DTYPE))
        .otherwise(name)
        .alias(name)
        for name in names
    ]
    part.frame = scaled.with_columns(worth).drop("__period__", "times", "over")
    counts = (
        frame.filter(pl.col("amount").is_not_null())
        .get_column("__period__")
        .drop_nulls()
        .value_counts()
        .sort("__period__")
    )
    amounts = tuple(
        Message("amounts_paid_once", n=count)
        if period == _ONCE
        else Message("amounts_per", n=count, period=Message(f"period_{period}"))
        for period, count in counts.iter_rows()
    )
    into = Message("the_whole_term" if unit == "term" else "a_year")
    rows = frame.filter(recurring).get_column(ROW)
    code = (
        "amounts_per_period" if part.recognition.columns["value_period"].how != "cells" else "amounts_per_period_found"
    )
    part.findings.append(_said(part, code, rows, amounts=amounts, into=into))


def _factors(part: Part, recurring: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """What the amounts of each period (and term) are multiplied with and divided by, and the unit that they come to."""
    unit = "year"
    table: list[tuple[str, str | None, Fraction]] = []
    if "term" in recurring.columns:
        pairs = recurring.select("__period__", "term").unique(maintain_order=True).rows()
        header = part.header("term") or ""
        found = [(p, term, months_of(term, header, p) if term is not None else None) for p, term in pairs]
        if all(months for _, _, months in found):
            unit = "term"
            table = [(p, term, _PER_YEAR[p] * months / 12) for p, term, months in found if months]
        else:
            read = pl.DataFrame(
                [(period, term) for period, term, months in found if months],
                schema={"__period__": pl.String, "term": pl.String},
                orient="row",
            )
            rest = recurring.join(read, on=["__period__", "term"], how="anti", maintain_order="left")
            part.findings.append(_said(part, "term_not_used", rest.get_column(ROW), column="term"))
    if unit == "year":
        table = [(period, None, Fraction(times)) for period, times in _PER_YEAR.items()]
    frame = pl.DataFrame(
        {
            "__period__": [period for period, _, _ in table],
            "term": [term for _, term, _ in table],
            "times": pl.Series([factor.numerator for *_, factor in table], dtype=pl.Int64).cast(MONEY_DTYPE),
            "over": pl.Series([factor.denominator for *_, factor in table], dtype=pl.Int64).cast(MONEY_DTYPE),
        },
        schema_overrides={"__period__": pl.String, "term": pl.String},
    )
    return (frame if unit == "term" else frame.drop("term")), unit


def _unknown(words: list[str], known: dict[str, str]) -> tuple[str, ...] | Message:
    return tuple(sorted(set(words) - known.keys())[:5]) or Message("blank")


def _said(part: Part, code: str, rows: pl.Series, *, column: str = "value_period", **details: object) -> Finding:
    return finding(
        code,
        kind=part.kind,
        path=part.path,
        column=part.header(column),
        rows=rows,
        **dict[str, Any](amount=part.header("amount"), **details),
    )


# --- what came in of an invoice by what is still open of it, and invoices of which neither is known ---


_AT_STAKE = 0.01
"""The share of the invoices that may contradict their balance before nothing is made of receipts."""


def with_open_balances(part: Part, frame: pl.DataFrame) -> pl.DataFrame:
    """Invoices with the paid amount that their open balance tells: the amount without it.

    A balance that cannot be one (above the amount, or of a paid invoice) tells nothing. Where that is more than one in a
    hundred, or an invoice is partly paid and nothing says how much, what was received is withheld.

    Args:
        part: The file; findings and what is withheld are added to it.
        frame: Canonical invoices; ``state`` is partial where the status says so.
    """
    if "balance" in frame.columns and "amount" in frame.columns:
        frame = _paid_by_balance(part, frame)
    if "state" not in frame.columns:
        return frame
    vague = pl.col("state") == "partial"
    if "paid_amount" in frame.columns:
        vague &= pl.col("paid_amount").is_null()
    rows = frame.filter(vague).get_column(ROW)
    if len(rows):
        part.withheld.append(Withheld("invoices", "received", "part_paid"))
        part.findings.append(
            finding(
                "part_paid_invoices",
                kind="invoices",
                path=part.path,
                column=part.header("status"),
                rows=rows,
            )
        )
    return frame


def _paid_by_balance(part: Part, frame: pl.DataFrame) -> pl.DataFrame:
    amount, balance = pl.col("amount"), pl.col("balance")
    known = [pl.col("paid_amount")] if "paid_amount" in frame.columns else []
    untold = known[0].is_null() if known else pl.lit(value=True)
    wrong = balance.abs() > amount.abs()
    if "state" in frame.columns:
        wrong |= ((pl.col("state") == "paid") & (balance != 0)).fill_null(value=False)
    wrong = untold & wrong.fill_null(value=False)
    rows = frame.filter(wrong).get_column(ROW)
    if len(rows):
        share = len(rows) / frame.height
        if share > _AT_STAKE:
            part.withheld.append(Withheld("invoices", "received", "balance_unsure"))
        part.findings.append(
            finding(
                "balance_contradicts",
                kind="invoices",
                path=part.path,
                column=part.header("balance"),
                rows=rows,
                severity=None if share > _AT_STAKE else Severity.WARNING,
            )
        )
    return frame.with_columns(paid_amount=pl.coalesce(*known, pl.when(~wrong).then(amount - balance)))
