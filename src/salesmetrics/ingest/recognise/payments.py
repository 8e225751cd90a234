"""Lists of payments: what came in, and nothing of what was billed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from salesmetrics.ingest.recognise.words import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.ingest.recognise.headers import HeaderKeys

__all__ = ["ColumnMatch", "as_payments", "is_payments", "with_due_as_amount"]

_KEY_WORDS = (
    "payment id | payment number | payment no | payment reference | paymentid | receipt id | receipt number | receipt no"
    " | zahlungsnummer | zahlungs id | zahlung id | id pago | id de pago | pago id | número de pago | id paiement"
    " | numéro de paiement | id pagamento | número do pagamento | номер платежа | id платежа | номер оплаты | 付款编号 | 收款编号"
)
_KEYS = frozenset(words_of(word.strip()) for word in _KEY_WORDS.split("|"))
"""What identifies a payment."""
_BILLED = re.compile(
    r"invoice|issue|bill|rechnung|beleg|factura|facture|fatura|fattura|faktura|счет|发票|開票|开票|document|voucher"
)


class ColumnMatch(msgspec.Struct, frozen=True):
    """A canonical column and the header it is read from.

    ``how``: ``profile`` or ``generic`` (a header that this list knows), ``partial`` (only after its unit or its noun was
    taken off, or a header that nobody has seen in a real export), ``option`` (the user said so).
    """

    field: str
    header: str
    how: str


_DUE = frozenset({"amount due", "due amount", "total due"})
"""What is still open of an invoice where its amount stands beside it, and its amount where it does not."""


def with_due_as_amount(columns: Mapping[str, ColumnMatch], keys: Mapping[str, HeaderKeys]) -> dict[str, ColumnMatch]:
    """The columns of an invoices file, with an amount due as the amount where there is no other.

    Args:
        columns: Canonical column → match, as for invoices.
        keys: All headers of the file, taken apart.
    """
    balance = columns.get("balance")
    if balance is None or balance.how == "option" or "amount" in columns or keys[balance.header].full not in _DUE:
        return dict(columns)
    return {
        name: match
        for field, each in columns.items()
        for name, match in [("amount", replace(each, field="amount")) if field == "balance" else (field, each)]
    }


def as_payments(columns: Mapping[str, ColumnMatch], keys: Mapping[str, HeaderKeys]) -> dict[str, ColumnMatch]:
    """The columns of an invoices file, where it is a list of payments: the amount is what was paid, and nothing was billed.

    It is one when it has the key of a payment, a day of payment and no day of a bill, and one amount only.

    Args:
        columns: Canonical column → match, as for invoices.
        keys: All headers of the file, taken apart.
    """
    key = next((header for header, form in keys.items() if form.full in _KEYS), None)
    issued, amount = columns.get("issued"), columns.get("amount")
    billed = issued is not None and (issued.how == "option" or bool(_BILLED.search(keys[issued.header].full)))
    if key is None or amount is None or amount.how == "option" or billed or {"due", "paid_amount"} & columns.keys():
        return dict(columns)
    if "paid_on" not in columns:
        return dict(columns)
    found = {name: match for name, match in columns.items() if name not in ("amount", "issued", "id")}
    found["id"] = replace(columns["id"], header=key) if "id" in columns else ColumnMatch("id", key, "generic")
    found["paid_amount"] = replace(amount, field="paid_amount")
    return {name: found[name] for name in ("id", *(n for n in found if n != "id"))}


def is_payments(columns: Mapping[str, ColumnMatch]) -> bool:
    """Whether the columns of an invoices file are those of a list of payments."""
    return "paid_amount" in columns and not {"amount", "issued", "due"} & columns.keys()
