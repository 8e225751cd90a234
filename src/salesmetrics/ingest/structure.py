"""Rows that are no records: blank ones, footers, totals, and the header said again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.ingest.bounds import MAX_WORD
from salesmetrics.ingest.dialect import looks_like_value

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FURNITURE_HINT", "TAIL", "TOTAL_HINT", "classify", "few", "is_furniture_word", "tail_footers"]

TAIL = 40
"""How many rows at the end may be a footer block."""

_TOTAL_WORDS = r"""(?:(?:grand|sub|report|overall|page)[\s-]*totals?|totals?|sum|count|average|avg|records?
        |(?:общий\s+|общая\s+)?(?:итого|итог|всего|сумма)
        |(?:sub[\s-]*total|zwischensumme|sous-total|подытог)\s+\S.*|total\s+(?:for|of)\s.*|(?:итого|всего)\s+(?:по|за)\s.*
        |\S.*\(\s*\d+\s+(?:records?|rows?|deals?|items?|leads?|opportunit(?:y|ies)|entries|datensätze|einträge|registros
            |enregistrements|записей|записи|записи|条记录|条|條)\s*\)
        |\S.*\s(?:sub[\s-]?total|zwischensumme|sous-total|подытог)
        |合计|总计|小计|总和|合計|總計|小計|總和|총계|합계|소계
        |jumlah(?:\s+(?:besar|keseluruhan))?|المجموع|الإجمالي|الاجمالي|إجمالي|اجمالي
        |(?:gesamt|end|zwischen)?summe|gesamt|insgesamt|total[ei]?\s*(?:general|geral|général|generale|complessivo)?
        |sous-total|subtotal|suma|razem|łącznie|toplam|genel\s+toplam|somme|soma|totaal|eindtotaal|totalt|summa|i\s*alt|yhteensä
        |celkem|celkom|spolu|összesen|mindösszesen|σύνολο|γενικό\s+σύνολο|סה["״'׳]*כ|סך\s+הכ[ו]?ל|รวม|รวมทั้งหมด|कुल|योग|कुल\s+योग
        |tổng|tổng\s+cộng|разом|всього|усього)
        (?:\s*\([^)]*\)|\s*[:=]\s*.*|\s+[\d.,]+(?:\s+\w+)?)?\s*[:：]?"""
_FURNITURE_WORDS = r"""(?:grand\s+totals?\b|copyright\b|\(c\)\s*\d{4}|©|confidential(?:\s+information)?\b|generated\s+(?:by|on|at)\b
        |as\s+of\b|exported\s+(?:by|on|from|at)\b|report\s+(?:generated|created|run)\b|printed\s+(?:by|on)\b
        |total\s+records\b|record\s+count\b|page\s+\d+|\d+\s+(?:records?|rows?)\s*(?:total|found|exported)?$
        |end\s+of\s+(?:report|file|export)\b|filtered?\s+by\b|do\s+not\s+distribute\b
        |выгружено\b|сформировано\b|конфиденциально\b|导出(?:时间|人)|匯出(?:時間|者)|共\s*\d+\s*[条條])"""
_TOTAL = re.compile(_TOTAL_WORDS, re.VERBOSE | re.IGNORECASE)
_FURNITURE = re.compile(_FURNITURE_WORDS, re.VERBOSE | re.IGNORECASE)
FURNITURE_HINT = rf"(?ix)^(?:{_TOTAL_WORDS})$|^{_FURNITURE_WORDS}"
"""The same for Polars: what the first filled cell of a footer or total looks like."""

TOTAL_HINT = rf"(?ix)^\s*(?:{_TOTAL_WORDS})\s*$"
"""For Polars: a cell that is called a total and nothing else."""


def is_furniture_word(cell: str) -> bool:
    """Whether a cell says that its row is a footer or a total.

    >>> [is_furniture_word(cell) for cell in ("Grand Totals (5700 records)", "Итого:", "Total Energies", "Copyright © 2025")]
    [True, True, False, True]
    >>> is_furniture_word("Subtotal Ann"), is_furniture_word("Ann subtotal"), is_furniture_word("Total for Ann")
    (True, True, True)
    >>> is_furniture_word("Owner: Ann (3 records)")
    True
    """
    return len(cell) <= MAX_WORD and bool(_TOTAL.fullmatch(cell) or _FURNITURE.match(cell))


def few(width: int) -> int:
    """How many filled cells a footer or total may have in a table of some width."""
    return max(1, width // 2) if width > 2 else width - 1


def classify(cells: Sequence[str], header: Sequence[str]) -> str | None:
    """Why a row is no record: ``blank``, ``repeated_header``, ``total``, ``footer``, or None when it is one.

    Args:
        cells: The row, trimmed.
        header: The header, trimmed.

    >>> classify(["Grand Total", "", "", "120"], ["Deal", "Owner", "Stage", "Amount"])
    'total'
    >>> classify(["Total", "Kim", "Won", "120"], ["Deal", "Owner", "Stage", "Amount"]) is None
    True
    """
    filled = [cell for cell in cells if cell]
    if not filled:
        return "blank"
    if _repeats(cells, header):
        return "repeated_header"
    if len(filled) > few(len(header)):
        return None
    first = filled[0]
    if max(map(len, filled)) > MAX_WORD:
        return None
    if _TOTAL.fullmatch(first) and all(looks_like_value(cell) or _TOTAL.fullmatch(cell) for cell in filled[1:]):
        return "total"
    if len(filled) <= 2 and _FURNITURE.match(first):
        return "total" if _TOTAL.fullmatch(first) else "footer"
    return None


def _repeats(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row says the header again, but for a column or two that were renamed since.

    >>> _repeats(["Deal", "Owner", "Value"], ["Deal", "Owner", "Amount"])
    True
    """
    same = sum(bool(name) and cell.casefold() == name.casefold() for cell, name in zip(cells, header, strict=False))
    return same >= 2 and same >= 0.6 * sum(map(bool, header))


def tail_footers(tail: Sequence[tuple[int, Sequence[str]]], header: Sequence[str]) -> set[int]:
    """Row numbers in a footer block that say nothing by themselves, such as the report's name above its copyright line.

    Args:
        tail: The last rows of the file in order, as (row number, trimmed cells).
        header: The header, trimmed.

    A row counts when it has one filled cell, the table has at least three columns, and every row from it to the end has
    one filled cell, none, or is a footer or total itself, at least one being that.

    >>> tail_footers([(8, ["A", "B", "1"]), (9, ["Deals 2024", "", ""]), (10, ["Copyright © 2025"])], ["x", "y", "z"])
    {9}
    """
    found: set[int] = set()
    if len(header) < 3:
        return found
    block: list[int] = []
    known = False
    for row, cells in reversed(tail):
        reason = classify(cells, header)
        if reason is None:
            if sum(bool(cell) for cell in cells) != 1:
                break
            block.append(row)
        known = known or reason in ("footer", "total")
        if known:
            found.update(block)
    return found if known else set()
