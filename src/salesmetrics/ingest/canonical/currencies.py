"""The currency of each row, by its column and the cells of amounts. Own file: it changes with currencies, not with columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.ingest.parse.currency import SHARED, agree, parse_currency
from salesmetrics.ingest.recognise.headers import header_currency
from salesmetrics.schema.currencies import CRM_DEFAULT
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.findings import finding
from salesmetrics.schema.kinds import column_types
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.ingest.parse import Parsed
    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.provenance import Finding

__all__ = ["currencies"]

_FIRST = ("amount", "mrr", "list_price")
"""Whose signs name the currency of a row, before any other amount."""


def currencies(
    parsed: Mapping[str, Parsed],
    headers: Mapping[str, str],
    rows: pl.Series,
    kind: Kind,
    path: str,
    symbols: Mapping[str, str],
) -> tuple[dict[str, pl.Series], list[Finding]]:
    """The columns ``currency`` and ``to_currency``, as codes or as the sign where several currencies share it.

    A blank in the currency column is filled by the sign in the cell; where both are there, the column holds, and a sign that
    cannot mean it is a finding. A currency in the header of the amounts (``Amount (USD)``) decides before the column. Where no column names a currency, and the cells name one only, bare amounts are of it, too.

    Args:
        parsed: Field → its reading.
        headers: Field → header.
        rows: Row numbers.
        kind: Kind of record.
        path: The file.
        symbols: What is settled for this file, casefolded sign → code.
    """
    found = {
        name: parse_currency(parsed[name].values, symbols).alias(name)
        for name in ("currency", "to_currency")
        if name in parsed
    }
    types, place = column_types(kind), _Place(headers, rows, kind, path)
    money = {name: column for name, column in parsed.items() if types[name] is ColumnType.MONEY}
    signs = {name: sign for name, column in money.items() if (sign := _signs(column, headers[name])) is not None}
    if not signs or "currency" not in types:
        shared = _open_signs(found["currency"], "currency", place) if "currency" in found else []
        return found, [*shared, *_of_the_system(found, place)]
    first = next((name for name in _FIRST if name in signs), next(iter(signs)))
    column, sign = found.get("currency"), signs[first]
    findings: list[Finding] = []
    if column is None or column.null_count() == len(column):
        known, bare = _with_bare(sign, parsed[first].values)
        if bare.any() and known.null_count():
            findings.append(place.finding("currency_of_some", first, bare))
        elif bare.any():
            findings.append(place.finding("currency_of_bare_amounts", first, bare, currency=known[0]))
    elif header_currency(headers[first]) is not None:
        known = sign.zip_with(sign.is_not_null(), column)
        findings += _contradictions(known, column, "currency", place, "currency_against_header", headers[first])
    else:
        by_column = column.set(column == CRM_DEFAULT, None) if (column == CRM_DEFAULT).any() else column
        known = by_column.zip_with(by_column.is_not_null(), sign)
        known = known.zip_with(known.is_not_null(), column)
    found["currency"] = known.alias("currency")
    code = "currencies_in_one_row" if column is None else "currency_contradicts"
    for name, other in signs.items():
        findings += _contradictions(known, other, name, place, code, headers.get("currency", ""))
    return found, [*findings, *_open_signs(known, first, place), *_of_the_system(found, place)]


def _signs(column: Parsed, header: str) -> pl.Series | None:
    """The currency that stands in each cell of a column of amounts, or in its header (``Amount (EUR)``)."""
    code, sign = header_currency(header), column.currency
    if code is None:
        return sign
    value = pl.col("value").is_not_null()
    by_header = column.values.alias("value").to_frame().select(pl.when(value).then(pl.lit(code))).to_series()
    return by_header if sign is None else sign.zip_with(sign.is_not_null(), by_header)


class _Place:
    """Where the columns stand, for what is said about them."""

    def __init__(self, headers: Mapping[str, str], rows: pl.Series, kind: Kind, path: str) -> None:
        self.headers, self.rows, self.kind, self.path = headers, rows, kind, path

    def finding(self, code: str, field: str, mask: pl.Series, **details: object) -> Finding:
        hit = self.rows.filter(mask)
        return finding(
            code,
            kind=self.kind,
            path=self.path,
            column=self.headers[field],
            rows=hit,
            **dict[str, Any](details),
        )


def _with_bare(sign: pl.Series, amounts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The one currency of the cells for all rows, and which amounts carry no sign; the signs as they are where there are several."""
    bare = sign.is_null() & amounts.is_not_null()
    return (sign.fill_null(strategy="max") if sign.drop_nulls().n_unique() == 1 else sign), bare


def _contradictions(
    known: pl.Series, sign: pl.Series, field: str, place: _Place, code: str, other: str
) -> list[Finding]:
    """Cells whose sign cannot mean the currency of their row."""
    pairs = pl.DataFrame([known.alias("known"), sign.alias("sign")])
    different = pairs.filter(pl.col("known") != pl.col("sign")).unique(maintain_order=True)
    wrong = [(first, second) for first, second in different.iter_rows() if not agree(first, second)]
    if not wrong:
        return []
    keys = pl.DataFrame(wrong, schema={"known": pl.String, "sign": pl.String}, orient="row")
    hit = pairs.with_row_index("n").join(keys, on=["known", "sign"], how="semi")["n"]
    mask = pl.repeat(value=False, n=len(known), dtype=pl.Boolean, eager=True).scatter(hit, True)  # noqa: FBT003
    pairs_found = tuple(Message("one_beside_other", one=second, other=first) for first, second in wrong[:5])
    return [place.finding(code, field, mask, pairs=pairs_found, other=other)]


def _open_signs(known: pl.Series, field: str, place: _Place) -> list[Finding]:
    """Signs that several currencies share, beside other currencies: each is kept apart under its name."""
    names = known.drop_nulls().unique().sort().to_list()
    shared = [name for name in names if name in {sign for sign, _ in SHARED.values()}]
    if not shared or len(names) < 2:
        return []
    mask = known.is_in(shared).fill_null(value=False)
    return [place.finding("currency_sign_shared", field, mask, signs=tuple(shared), sign=shared[0])]


def _of_the_system(found: Mapping[str, pl.Series], place: _Place) -> list[Finding]:
    """Rows whose currency is the default one of the CRM, which the export does not name."""
    column = found.get("currency")
    if column is None or "currency" not in place.headers:
        return []
    mask = (column == CRM_DEFAULT).fill_null(value=False)
    return [place.finding("currency_of_the_crm", "currency", mask)] if mask.any() else []
