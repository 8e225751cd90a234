"""The currency of an export that names none, beside exports that do. Own file: a rule about currencies, apart from the series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from salesmetrics.analysis.compare import Interval
    from salesmetrics.answers.compare import DealChange, DealState
    from salesmetrics.schema.provenance import Finding

__all__ = ["Currencies", "change_in", "codes_of", "deals_in", "interval_in"]


def codes_of(deals: pl.DataFrame) -> frozenset[str | None] | None:
    """The currencies of amounts, None among them for amounts without one; None where an export names no currency at all.

    >>> deals = pl.DataFrame({"amount": [1, 2, None], "currency": ["EUR", None, None]})
    >>> sorted(codes_of(deals), key=str), codes_of(deals.drop("currency"))
    (['EUR', None], None)
    """
    if "currency" not in deals.columns or deals["currency"].null_count() == deals.height:
        return None
    known = pl.col("currency").is_not_null()
    if "amount" in deals.columns:
        known |= pl.col("amount").is_not_null()
    return frozenset(deals.filter(known)["currency"].unique())


class Currencies:
    """Exports one after the other: those that name no currency are in the only one that the others name.

    Attributes:
        notes: What has to be said about them.
    """

    def __init__(self) -> None:
        self.notes: list[Finding] = []
        self._codes: frozenset[str | None] | None = None
        self._named = ""
        self._unnamed: list[tuple[str, int]] = []

    def add(self, deals: pl.DataFrame, path: str) -> tuple[pl.DataFrame, str | None]:
        """The next export.

        Args:
            deals: Canonical deals.
            path: Of the export.

        Returns:
            Its deals with their currency where that is known, and the currency of all exports before it where that is
            known from now on only.

        Raises:
            SalesmetricsError: ``currency_in_one_export``: one export names no currency, and another one several.
        """
        codes = codes_of(deals)
        if codes is None:
            priced = deals["amount"].count() if "amount" in deals.columns else 0
            if self._codes is None or not priced:
                self._unnamed += [(path, priced)] if priced else []
                return deals, None
            code = self._only(self._codes, path, self._named)
            self._say(path, priced, code, self._named)
            return deals_in(deals, code), None
        known = None
        if self._unnamed and self._codes is None:
            known = self._only(codes, self._unnamed[0][0], path)
            for before, priced in self._unnamed:
                self._say(before, priced, known, path)
        self._codes, self._named = codes, path
        return deals, known

    def _only(self, codes: frozenset[str | None], path: str, other: str) -> str:
        code = next(iter(codes)) if len(codes) == 1 else None
        if code is None:
            raise _refused(codes, path, other)
        return code

    def _say(self, path: str, priced: int, code: str, other: str) -> None:
        details = {"kind": "deals", "path": path, "count": priced, "currency": code, "other": other}
        self.notes.append(finding("currency_of_other_export", **details))


def _refused(codes: frozenset[str | None], path: str, other: str) -> SalesmetricsError:
    named = sorted(code for code in codes if code is not None)
    blank = Message("and_without_currency") if None in codes else None
    return SalesmetricsError("currency_in_one_export", path=path, other=other, codes=named, blank=blank)


def deals_in(deals: pl.DataFrame, code: str) -> pl.DataFrame:
    """Deals in a currency."""
    return deals.with_columns(currency=pl.lit(code, dtype=pl.String))


def interval_in(interval: Interval, code: str) -> Interval:
    """An interval of exports that named no currency, in one."""
    lines = {(group, code): bars for (group, _), bars in interval.lines.items()}
    bookings = [replace(item, currency=code) for item in interval.beside.bookings]
    return replace(interval, lines=lines, beside=replace(interval.beside, bookings=bookings))


def change_in(change: DealChange, code: str) -> DealChange:
    """A change between exports that named no currency, in one."""
    return replace(change, from_=_state_in(change.from_, code), to_=_state_in(change.to_, code))


def _state_in(state: DealState | None, code: str) -> DealState | None:
    return None if state is None else replace(state, currency=code)
