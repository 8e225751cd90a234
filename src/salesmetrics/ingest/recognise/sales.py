"""Lists of sales: a date and an amount, and nothing that says how far a deal has come. Own file: a kind of list, not of record.

Such a list is read as deals made, each won on its date. That is decided here from the header alone, and only where every header
that is known at all is one that a list of sales has: a way to pay, a supplier, an invoice, a target, a status or the key of
another record speaks against it, and then the file is asked about as before.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal

from salesmetrics.calendar import parse_period_label
from salesmetrics.ingest.parse.common import plain_text
from salesmetrics.ingest.recognise.candidates import Candidate, ColumnMatch
from salesmetrics.ingest.recognise.headers import is_crm, is_unit_price, kinds_knowing, spoken
from salesmetrics.ingest.recognise.index import claims_of, load_profile, others
from salesmetrics.ingest.recognise.profile import GENERIC, Layout
from salesmetrics.ingest.recognise.sample import could_be
from salesmetrics.ingest.recognise.words import unaccented, words_of
from salesmetrics.schema.fields import ColumnType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from salesmetrics.ingest.recognise.headers import HeaderKeys
    from salesmetrics.schema.kinds import Kind

__all__ = [
    "SALES",
    "counts_each",
    "is_month",
    "is_price",
    "list_of_sales",
    "names_month",
    "sales_only",
    "times_quantity",
]

SALES: Literal["sales"] = "sales"
"""What such a list is said to list."""

_DATES = (
    "date|day|datum|tag|fecha|día|data|jour|дата|日期|تاريخ|التاريخ|tarikh|tanggal|dato|päivämäärä|päivä|dátum"
    "|ημερομηνία|תאריך|दिनांक|तारीख|วันที่|ngày|날짜|일자|日付|年月日|tarih|dată"
)
_SALE_DATES = (
    "sale date|sales date|date of sale|sold on|sold|date sold|sold date|order date|date of order|ordered on|order day"
    "|verkaufsdatum|verkauft am|bestelldatum|auftragsdatum|bestellt am|date de vente|date vente|date de commande|date d'achat|fecha de venta|fecha venta"
    "|fecha de pedido|data da venda|data venda|data de venda|data do pedido|data vendita|data ordine|verkoopdatum|orderdatum|besteldatum"
    "|försäljningsdatum|salgsdato|ordredato|data sprzedaży|data zamówienia|satış tarihi|sipariş tarihi|datum prodeje|datum objednávky"
    "|дата продажи|дата заказа|дата продажу|销售日期|訂單日期|订单日期|下单日期|销售时间|تاريخ البيع|تاريخ الطلب|tarikh jualan|tanggal penjualan"
    "|売上日|受注日|注文日|판매일|주문일"
)
_MONTHS = (
    "month|monat|mois|mes|mês|mese|maand|månad|måned|kuukausi|miesiąc|ay|měsíc|mesiac|hónap|lună|luna|μήνας|חודש|महीना|เดือน|tháng|월|月"
    "|месяц|місяць|月份|年月|شهر|الشهر|bulan|sales month|year month|month year|yearmonth|order month|period month|verkaufsmonat|quarter"
)
_AMOUNTS = (
    "sales|sale|sales amount|sale amount|amount sold|sales value|sale value|total sales|sales total|net sales|gross sales|sales revenue|revenue|net revenue"
    "|gross revenue|total revenue|turnover|order total|order value|order amount|line total|sales eur|sales usd|umsatz|umsätze|nettoumsatz|bruttoumsatz"
    "|verkäufe|verkaufsbetrag|verkaufssumme|erlös|erlöse|gesamtumsatz|umsatz netto|chiffre d'affaires|chiffre d affaires|ca|ca ht|ventes"
    "|montant des ventes|montant vente|ventas|venta|importe de venta|importe venta|total ventas|ingresos|vendas|venda|valor da venda|valor venda"
    "|total vendas|receita|faturamento|fatturato|vendite|ricavi|importo vendita|omzet|verkopen|försäljning|omsättning|omsetning|omsætning|salg"
    "|myynti|liikevaihto|sprzedaż|obrót|przychód|wartość sprzedaży|satış|satışlar|satış tutarı|ciro|hasılat|tržby|prodeje|obrat|predaje|forgalom|árbevétel"
    "|eladások|eladás|vânzări|cifra de afaceri|πωλήσεις|τζίρος|מכירות|बिक्री|ยอดขาย|doanh thu|doanh số|매출|매출액|売上|売上高|売上金額|выручка|продажи"
    "|сумма продаж|сумма продажи|оборот|продажі|виручка|销售额|销售金额|銷售額|营业额|營業額|销售收入|المبيعات|مبيعات|قيمة المبيعات|jualan"
    "|nilai jualan|hasil jualan|penjualan|total penjualan"
)
_TOTALS = "total|total amount|grand total|amount|line amount|net amount|total price|sum|value|extended price|total value|gesamt|gesamtbetrag|gesamtpreis|summe"
_ORDERS = (
    "order id|order no|order number|order|order #|sale id|sales id|sale no|sale number|sales order|sales order id|sales order number"
    "|orderid|bestellnummer|auftragsnummer|bestell nr|auftrag|verkaufsnummer|bestellung|numéro de commande|commande|número de pedido"
    "|pedido|id pedido|id venta|número do pedido|id do pedido|id venda|ordine|numero ordine|ordernummer|номер заказа|заказ|id заказа|订单编号|订单号|單號|訂單編號"
    "|رقم الطلب|nombor pesanan|no pesanan|nomor pesanan|numer zamówienia|sipariş no|číslo objednávky|注文番号|주문번호"
)
_YEARS = "year|jahr|année|año|ano|anno|jaar|år|год|年|年份|سنة|tahun|rok|yıl|év|an|έτος"
_COUNTS = (
    "orders|order count|number of orders|no of orders|transactions|transaction count|number of transactions|sales count|number of sales|bestellungen"
    "|anzahl bestellungen|commandes|nombre de commandes|pedidos|número de pedidos|ordini|bestellingen|заказы|количество заказов|订单数|订单数量"
)
_UNITS = "quantity ordered|qty ordered|units|pieces|pcs|stück|menge|anzahl|qty sold|quantity sold"
_PRICES = "price each|unit price|price"
_OF_A_SALE = (
    "discount|discount amount|discount percent|tax|vat|sales tax|shipping|profit|margin|gross profit|category|product category|sub category|subcategory|item|items|description"
    "|product description|sku|brand|store|store name|shop|branch|city|state|country|notes|note|comment|comments|year|weekday|customer type|gender"
    "|line|line no|line number|order line number|row|row id|line id|product id|item id|store id|shop id|customer id|ship date|ship mode|ship via|freight"
    "|postal code|zip code|zip|country region|customer segment|customer name|contact name|rabatt|mwst|steuer|warengruppe|kategorie|filiale|jahr|bemerkung|remise|tva|catégorie|magasin|année"
    "|descuento|iva|categoría|tienda|año|desconto|categoria|loja|ano"
)
_AGAINST = (
    r"\b(?:opportunity|opp|deal|prospect|potential|pipeline|quote|quotation|estimate|proposal|offer|angebot|devis|cotizacion|card|visa|wallet|bank|method|fee|fees"
    r"|click|clicks|impressions|ctr|cpc|spend|stock|inventory|on hand|reorder|warehouse|donor|donation|rent|pay|paid|payment|payments|payer|payee|supplier|vendor|invoice|bill|billed|due|balance|expense|expenses|cost center|budget|target|quota|goal|plan|planned"
    r"|forecast|expected|status|state name|stage|phase|step|outcome|result|won|lost|mrr|arr|subscription|churn|event|endpoint|iban|debit|credit|opening|closing"
    r"|refund id|ticket|lead|contract|probability|shipped|delivery|session|user agent|ip|salary|wage|commission|zahlung\w*|bezahlt|lieferant\w*|rechnung\w*"
    r"|fallig\w*|saldo|soll|ziel\w*|phase|kosten|ausgabe\w*|paiement|paye|fournisseur|facture|echeance|pago|pagado|proveedor|factura|vencimiento|pagamento|fornecedor"
    r"|fatura|fornitore|fattura|betaling|leverancier|factuur|platnosc|dostawca|faktura|odeme|tedarikci)\b"
    r"|оплат|платеж|поставщик|счет|статус|стади|этап|расход|付款|支付|供应商|供應商|发票|發票|状态|狀態|阶段|階段|دفع|مورد|فاتورة|حالة|مرحلة"
)
"""What a header of a list of sales does not speak of."""

_COST = r"cost|kosten|cout|costo|coste|custo|стоим|成本|تكلفة"
_STRONG_OWNERS = r"sales|rep\b|reps\b|seller|verkäufer|verkaeufer|vertrieb|vendeur|commercial|vendedor|venditore|verkoper|продав|менеджер|销售|業務|业务员|بائع|مندوب"
_OUTCOME = ("stage", "status", "is_won", "is_lost", "is_closed", "lost_on")
_COUNTED = frozenset({"id", "name", "account", "account_id", "contact"})
_OF_ONE = frozenset({"owner", "owner_id", "product", "quantity"})


@cache
def _known(names: str) -> frozenset[str]:
    return frozenset(words_of(name) for name in names.split("|"))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """A pattern, compiled when a list is in question: no other file waits for it."""
    return re.compile(text)


def names_month(header: str) -> bool:
    """Whether a header names months or quarters, in one of the languages that are known.

    >>> names_month("Month"), names_month("Monat"), names_month("Date")
    (True, True, False)
    """
    return words_of(header) in _known(_MONTHS)


def is_month(sample: pl.DataFrame | None, header: str) -> bool:
    """Whether the cells of a column are months or quarters, without a day."""
    if sample is None or header not in sample.columns:
        return False
    cells = plain_text(sample.get_column(header)).str.strip_chars().drop_nulls().unique()
    units = {period.unit if (period := parse_period_label(cell)) else None for cell in cells.to_list() if cell}
    return bool(units) and units <= {"month", "quarter"}


def sales_only(columns: Mapping[str, ColumnMatch]) -> bool:
    """Whether columns of deals say when each was won, and nothing else about how deals stand."""
    return "won_on" in columns and not set(_OUTCOME) & columns.keys()


def list_of_sales(
    keys: Mapping[str, HeaderKeys],
    ranked: Sequence[Candidate],
    kind: Kind | None,
    said: Mapping[str, str | None],
    sample: pl.DataFrame | None,
) -> Candidate | None:
    """The file as a list of sales; None where it is none, or where that is not certain.

    Args:
        keys: All headers, taken apart.
        ranked: The candidates of recognition, the best first.
        kind: The kind, where the user named it: then no more evidence is asked for.
        said: Field → header that the user named, or None where it was taken away.
        sample: Some rows as text.
    """
    deals = next((each for each in ranked if each.kind == "deals" and not is_crm(each.profile)), None)
    if kind not in (None, "deals") or deals is None or is_crm(ranked[0].profile):
        return None
    if {"created", *_OUTCOME} & deals.columns.keys():
        return None
    day = deals.columns.get("won_on")
    if day is not None and (
        not _each_filled(sample, day.header) or (day.how != "option" and not _is_sale_date(keys[day.header]))
    ):
        return None
    asked = kind == "deals"
    if not asked and any(_speaks_against(form) for form in keys.values()):
        return None
    found = _columns(keys, said, sample)
    if "won_on" not in found or not ({"amount"} & found.keys() or {"quantity", "list_price"} <= found.keys()):
        return None
    named = dict(deals.columns)
    taken = {match.header for match in found.values()}
    columns = {
        f: m for f, m in named.items() if f not in found and m.header not in taken and f not in ("created", "type")
    }
    columns |= found
    if "amount" not in columns:
        columns["amount"] = columns.pop("list_price")
    elif "list_price" in found:
        columns.pop("list_price", None)
    explained = {match.header for match in columns.values()}
    if not asked and not _is_sure(keys, columns, explained, sample):
        return None
    layout = Layout(lists=SALES, constants={"status": "Won"})
    return Candidate("deals", deals.profile, layout, columns, {}, {}, max(4.0, ranked[0].score), ())


def _is_price(form: HeaderKeys, header: str) -> bool:
    """Whether a header is that of the price of one unit; its cost is none."""
    return form.full in _known(_PRICES) or (
        is_unit_price(header) and _pattern(_COST).search(unaccented(form.full)) is None
    )


def _each_filled(sample: pl.DataFrame | None, header: str) -> bool:
    """Whether every record has a date of sale: where some have none, a blank says that a deal was not won."""
    if sample is None:
        return True
    text = plain_text(sample.get_column(header)).str.strip_chars()
    return bool((text != "").fill_null(value=False).all())


def _is_sale_date(form: HeaderKeys) -> bool:
    return bool({form.full, form.bare} & _known(_SALE_DATES))


def _speaks_against(form: HeaderKeys) -> bool:
    words = form.full
    allowed = _known(_AMOUNTS) | _known(_SALE_DATES) | _known(_ORDERS)
    return words not in allowed and _pattern(_AGAINST).search(unaccented(words)) is not None


def _columns(
    keys: Mapping[str, HeaderKeys], said: Mapping[str, str | None], sample: pl.DataFrame | None
) -> dict[str, ColumnMatch]:
    """The columns that make the list: its date, its amount, and the parts of that."""
    found = {field: ColumnMatch(field, header, "option") for field, header in said.items() if header is not None}
    used = {match.header for match in found.values()}

    def take(field: str, names: str, *, of: ColumnType | None = None) -> None:
        for header, form in keys.items():
            if field in found or field in said or header in used:
                continue
            if not {form.full, form.bare} & _known(names):
                continue
            if of is not None and not (
                could_be(sample, header, of) or (of is ColumnType.DAY and is_month(sample, header))
            ):
                continue
            found[field] = ColumnMatch(field, header, "generic")
            used.add(header)

    take("won_on", _SALE_DATES, of=ColumnType.DAY)
    take("won_on", _DATES, of=ColumnType.DAY)
    if any(form.full in _known(_YEARS) for form in keys.values()):
        take("won_on", _MONTHS)
    take("won_on", _MONTHS, of=ColumnType.DAY)
    take("amount", _AMOUNTS, of=ColumnType.MONEY)
    take("amount", _TOTALS, of=ColumnType.MONEY)
    take("id", _ORDERS)
    take("quantity", _UNITS, of=ColumnType.QUANTITY)
    for name in (GENERIC, *spoken(keys)):
        for field in ("amount", "quantity"):
            _claimed(name, field, keys, found, used, said, sample)
    for header, form in keys.items():
        if "list_price" in found or "list_price" in said or header in used:
            continue
        if _is_price(form, header) and could_be(sample, header, ColumnType.MONEY):
            found["list_price"] = ColumnMatch("list_price", header, "generic")
            used.add(header)
    return found


def _claimed(
    name: str,
    field: str,
    keys: Mapping[str, HeaderKeys],
    found: dict[str, ColumnMatch],
    used: set[str],
    said: Mapping[str, str | None],
    sample: pl.DataFrame | None,
) -> None:
    """What a profile knows as the amount or the quantity of a deal."""
    if field in found or field in said:
        return
    names = {key for layout in load_profile(name).kind.get("deals", ()) for key, claims in claims_of(name, "deals", layout.name).items()
             if claims[0][0] == field}  # fmt: skip
    for header, form in keys.items():
        price = _is_price(form, header)
        if (
            header not in used
            and not price
            and {form.full, form.bare} & names
            and could_be(sample, header, ColumnType.MONEY)
        ):
            found[field] = ColumnMatch(field, header, "generic")
            used.add(header)
            return


def _is_sure(
    keys: Mapping[str, HeaderKeys], columns: Mapping[str, ColumnMatch], explained: set[str], sample: pl.DataFrame | None
) -> bool:
    """Whether something says that these are sales, and no header that is known at all says anything else."""
    known = (
        _known(_OF_A_SALE)
        | _known(_UNITS)
        | _known(_ORDERS)
        | _known(_DATES)
        | _known(_MONTHS)
        | _known(_TOTALS)
        | _known(_PRICES)
    )
    nothing = frozenset().union(*others().values())
    for header, form in keys.items():
        if header in explained or form.full in known or form.bare in known or is_unit_price(header):
            continue
        if kinds_knowing(form.full) or form.full in nothing or form.is_key:
            return False
    amount, day = keys[columns["amount"].header], keys[columns["won_on"].header]
    called_sales = bool({amount.full, amount.bare} & _known(_AMOUNTS))
    if is_month(sample, columns["won_on"].header) or names_month(columns["won_on"].header):
        return called_sales
    owner = columns.get("owner")
    return (
        called_sales
        or day.full in _known(_SALE_DATES)
        or (owner is not None and _pattern(_STRONG_OWNERS).search(keys[owner.header].full) is not None)
        or ("id" in columns and keys[columns["id"].header].full in _known(_ORDERS))
        or ("quantity" in columns and bool({"account", "account_id"} & columns.keys()))
        or ("product" in columns and bool({"account", "account_id"} & columns.keys()))
    )


def times_quantity(columns: Mapping[str, ColumnMatch]) -> bool:
    """Whether the amount of such a list is a price, to be multiplied by the quantity beside it."""
    amount = columns.get("amount")
    if amount is None or amount.how == "option" or "quantity" not in columns:
        return False
    return is_price(amount.header)


def is_price(header: str) -> bool:
    """Whether a header is that of the price of one unit, or of a mere price.

    >>> is_price("Unit Price"), is_price("Price"), is_price("Line Total")
    (True, True, False)
    """
    return is_unit_price(header) or words_of(header) in _known(_PRICES)


def counts_each(columns: Mapping[str, ColumnMatch], headers: Sequence[str], *, by_day: bool) -> bool:
    """Whether a row of a list of sales is one sale.

    Args:
        columns: The columns of the list.
        headers: All headers.
        by_day: Its dates are days. Those of months are sums, unless something tells whose sale it was, or which.
    """
    if any(words_of(header) in _known(_COUNTS) for header in headers):
        return False
    telling = _COUNTED | (_OF_ONE if by_day else set())
    return bool(telling & columns.keys()) or any(words_of(header) in _known(_ORDERS) for header in headers)
