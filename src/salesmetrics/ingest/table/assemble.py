"""Put a table together: furniture out, odd rows judged, columns named, and everything that happened said."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.laid import blanks_of, in_order, rows_where
from salesmetrics.ingest.source.bounds import MAX_CELL, MAX_LINE, MAX_WORD, size_words
from salesmetrics.ingest.table.dialect import looks_like_value
from salesmetrics.ingest.table.raw import ROW, RawTable, RejectedRow, Source
from salesmetrics.ingest.table.repair import OddRow, Repaired, encode_record, records, rows_to_frame
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from salesmetrics.schema.provenance import Finding

__all__ = [
    "FURNITURE_HINT",
    "TAIL",
    "TOTAL_HINT",
    "UNWANTED",
    "assemble",
    "classify",
    "few",
    "ignored_findings",
    "is_furniture_word",
    "tail_footers",
    "unique_names",
]


_MAX_VALUE = 200
_ERROR_CELL = r"^\s*#(?:[¡¿]?[\p{Lu}/0-9]{2,14}[!?]|N/A|N/D|N/V|NV|YOK|Н/Д)\s*$"
UNWANTED = {"bom_in_cell": "\ufeff", "nul_in_cell": "\x00"}
"""Characters that no cell should hold, by the code of their finding."""
_CAUSES = (("\x00", "nul_beside"), ("\ufeff", "bom_beside"))
"""What stands unseen beside a quote and lets it close no cell."""


def assemble(
    source: Source,
    headers: Sequence[str],
    found: Repaired,
    delimiter: bytes,
    titles: dict[str, int],
    marks: Collection[str] = UNWANTED,
    *,
    errors: bool = True,
) -> RawTable:
    """A raw table from what was read.

    Args:
        source: Where it comes from.
        headers: The header at the width of the records.
        found: Whole records as columns ``0``, ``1``, … and ``ROW``, and the odd ones.
        delimiter: What cells of odd records are cut by.
        titles: Rows above the header, by reason.
        marks: Codes of ``UNWANTED`` that may occur in cells.
        errors: Cells may hold errors of a spreadsheet, such as ``#REF!``.

    Raises:
        SalesmetricsError: ``header_only``.
    """
    ignored = Counter(titles)
    ignored["blank"] += found.blanks
    frame, reasons = _without_furniture(found.frame, headers)
    if errors:
        frame = _without_broken(frame, reasons)
    odd: list[OddRow] = []
    for item in found.odd:
        reason = classify(item.cells(delimiter), headers) if item.fault in ("short", "long") else None
        if reason is None:
            odd.append(item)
        else:
            reasons[item.row] = reason
    frame, odd = _without_tail(frame, odd, headers, delimiter, reasons, found.last_row)
    ignored.update(reasons.values())
    findings: list[Finding] = []
    frame, odd = _with_trimmed(frame, odd, found, len(headers), delimiter, source.path, findings)
    if not frame.height and not odd:
        raise SalesmetricsError("header_only", path=source.path)
    frame, names, kept = _named(frame, headers)
    rejected = tuple(_rejected(item, len(headers), headers) for item in odd)
    frame = _without_unwanted(frame, marks, source.path, findings)
    findings += ignored_findings(source.path, reasons, titles.get("title", 0))
    findings += _structure_findings(source, found)
    findings += _header_findings(source, [headers[i] for i in kept], names, frame)
    return RawTable(
        source=source,
        headers=tuple(headers[i] for i in kept),
        frame=frame,
        rows_read=found.last_row - source.header_row + sum(titles.values()),
        ignored={reason: count for reason, count in sorted(ignored.items()) if count},
        rejected=rejected,
        findings=tuple(findings),
        nameless=frozenset(name for name, place in zip(names, kept, strict=True) if not headers[place]),
    )


def _data_columns(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if name != ROW]


def _text_rows(frame: pl.DataFrame) -> Iterable[tuple[int, list[str]]]:
    for row in frame.select(ROW, *_data_columns(frame)).iter_rows():
        yield row[0], ["" if cell is None else str(cell).strip() for cell in row[1:]]


def _without_furniture(frame: pl.DataFrame, headers: Sequence[str]) -> tuple[pl.DataFrame, dict[int, str]]:
    """Drop rows that are no records; only rows that could be are looked at one by one."""
    reasons: dict[int, str] = {}
    columns = _data_columns(frame)
    if not frame.height:
        return frame, reasons
    candidates = rows_where(frame, _suspect(frame, columns, headers))
    if candidates.height > 1_000:
        schema = frame.schema
        spelt = [name for name in columns if schema[name] != pl.Duration]  # the one type here that has no text
        text = pl.coalesce(pl.col(spelt).cast(pl.String).str.strip_chars().replace("", None), pl.lit(None))
        hit = text.is_null() | text.str.contains(FURNITURE_HINT) | (text == headers[0])
        if len(columns) > 1 and columns[1] in spelt:
            hit |= pl.col(columns[1]).cast(pl.String) == headers[1]
        candidates = candidates.filter(hit)
    for row, cells in _text_rows(candidates):
        reason = classify(cells, headers)
        if reason is not None:
            reasons[row] = reason
    if not reasons:
        return frame, reasons
    return frame.filter(~pl.col(ROW).is_in(list(reasons))), reasons


def _without_broken(frame: pl.DataFrame, reasons: dict[int, str]) -> pl.DataFrame:
    """Drop rows of which a spreadsheet has lost the half: what they were records of cannot be known."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if not texts:
        return frame
    typed = [name for name in _data_columns(frame) if name not in texts]
    filled = pl.sum_horizontal(
        [(pl.col(name).fill_null("") != "").cast(pl.UInt16) for name in texts]
        + [pl.col(name).is_not_null().cast(pl.UInt16) for name in typed]
    )
    broken = pl.sum_horizontal(pl.col(texts).str.contains(_ERROR_CELL).fill_null(value=False).cast(pl.UInt16))
    rows = frame.filter((broken > 0) & (2 * broken >= filled)).get_column(ROW).to_list()
    reasons.update(dict.fromkeys(rows, "row_of_spreadsheet_errors"))
    return frame.filter(~pl.col(ROW).is_in(rows)) if rows else frame


def _suspect(frame: pl.DataFrame, columns: list[str], headers: Sequence[str]) -> pl.Expr:
    """Rows that may be no records: few cells filled, the first cell blank, or the first cell as in the header."""
    first = pl.col(columns[0])
    suspect = first.is_null() & pl.all_horizontal(pl.col(columns[1:]).is_null()) if columns[1:] else first.is_null()
    most = few(len(columns))
    schema = frame.schema
    texts = [name for name in columns if schema[name] == pl.String]
    empty = set()
    if texts:
        # Where every field is quoted a blank is an empty string, not a null.
        flags = frame.select((pl.col(texts) == "").any()).row(0, named=True)
        empty = {name for name, flag in flags.items() if flag}
    gappy = [name for name in columns if name in empty or blanks_of(frame, name)]
    if len(columns) - len(gappy) <= most:
        filled = [
            (pl.col(name).is_not_null() & (pl.col(name) != "") if name in empty else pl.col(name).is_not_null())
            for name in columns
        ]
        suspect |= pl.sum_horizontal(cell.fill_null(value=False).cast(pl.UInt16) for cell in filled) <= most
    if schema[columns[0]] == pl.String:
        # What sorts before "!" is empty or begins with a space, a tab or the like.
        suspect |= first < "!"
        if headers[0]:
            suspect |= first.str.starts_with(headers[0])
    if len(columns) > 1 and headers[1] and frame.schema[columns[1]] == pl.String:
        suspect |= pl.col(columns[1]) == headers[1]
    return suspect.fill_null(value=False)


def _without_tail(
    frame: pl.DataFrame,
    odd: list[OddRow],
    headers: Sequence[str],
    delimiter: bytes,
    reasons: dict[int, str],
    last_row: int,
) -> tuple[pl.DataFrame, list[OddRow]]:
    """Drop what stands in a footer block without saying so itself."""
    if not any(reason in ("footer", "total") for reason in reasons.values()):
        return frame, odd
    tail = dict(_text_rows(frame.tail(TAIL)))
    tail.update({item.row: item.cells(delimiter) for item in odd[-TAIL:]})
    for row, reason in reasons.items():
        if row > last_row - TAIL:
            tail[row] = [] if reason == "blank" else ["Total"]
    footers = tail_footers([item for item in sorted(tail.items()) if item[0] > last_row - TAIL], headers)
    footers -= reasons.keys()
    reasons.update(dict.fromkeys(footers, "footer"))
    if not footers:
        return frame, odd
    return frame.filter(~pl.col(ROW).is_in(list(footers))), [item for item in odd if item.row not in footers]


def _with_trimmed(
    frame: pl.DataFrame,
    odd: list[OddRow],
    found: Repaired,
    width: int,
    delimiter: bytes,
    path: str,
    findings: list[Finding],
) -> tuple[pl.DataFrame, list[OddRow]]:
    """Take short rows in when the file's writer leaves out blank cells at the end of a row.

    It does when no whole row ends in a blank cell, no short row does either, and each cell of a short row looks like
    the cells of its column. Short rows that come in pairs, each pair as wide as one whole row, are broken lines.
    """

    # A line of one cell is no record that ends early, but one that is cut in another way, or none at all.
    def ends_early(item: OddRow) -> bool:
        return item.fault == "short" and (item.width > 1 or width == 2)

    short = [item for item in odd if ends_early(item)]
    if len(short) < 2 or found.full_ending_blank or not found.full or _in_halves(short, width):
        return frame, odd
    shapes = _shapes(frame)
    accepted: list[OddRow] = []
    for item in short:
        cells = item.cells(delimiter)
        if (
            cells
            and cells[-1]
            and all(
                shape is None or not cell or looks_like_value(cell) == shape
                for cell, shape in zip(cells, shapes, strict=False)
            )
        ):
            accepted.append(item)
    if len(accepted) < len(short):
        return frame, odd
    lines = []
    for item in accepted:
        cells_raw = next(records(item.raw + b"\n", delimiter)).split(delimiter)
        lines.append(encode_record([*cells_raw, *[b""] * (width - len(cells_raw))], delimiter))
    added = rows_to_frame(lines, [item.row for item in accepted], delimiter, width)
    findings.append(finding("rows_short_filled", path=path, count=len(accepted), rows=[item.row for item in accepted]))
    return in_order([frame, added.select(frame.columns)], ROW), [item for item in odd if not ends_early(item)]


def _in_halves(short: Sequence[OddRow], width: int) -> bool:
    """Whether a line end within a cell, or beside one, cut every one of these rows off its neighbour."""
    halves = iter(short)
    return len(short) % 2 == 0 and all(
        second.row == first.row + 1 and first.width + second.width in (width, width + 1)
        for first, second in zip(halves, halves, strict=True)
    )


def _shapes(frame: pl.DataFrame) -> list[bool | None]:
    """For each column whether its cells are values (True), names (False), or both (None)."""
    shapes: list[bool | None] = []
    for name in _data_columns(frame):
        sample = frame[name].drop_nulls().head(500).to_list()
        verdicts = {looks_like_value(cell.strip()) for cell in sample if cell.strip()}
        shapes.append(verdicts.pop() if len(verdicts) == 1 else None)
    return shapes


def _rejected(item: OddRow, width: int, headers: Sequence[str]) -> RejectedRow:
    value = item.raw[: 4 * _MAX_VALUE].decode("utf-8", "replace")[:_MAX_VALUE]
    if item.fault == "unclosed_quote":
        column = headers[item.column] if item.column is not None and item.column < width else None
        place = Message("in_column", column=column) if column else Message("in_cell", number=(item.column or 0) + 1)
        return RejectedRow(item.row, column, value, Message("quote_open", place=place))
    if item.fault == "long_cell":
        column = headers[item.column or 0]
        return RejectedRow(item.row, column, value, Message("cell_too_long", column=column, size=size_words(MAX_CELL)))
    if item.fault == "long_line":
        return RejectedRow(item.row, None, value, Message("line_too_long", size=size_words(MAX_LINE)))
    if item.fault == "whole_line":
        return RejectedRow(item.row, None, value, Message("line_in_one_cell"))
    beside = next((Message(code) for mark, code in _CAUSES if mark.encode() in item.raw), None)
    code = "cells_too_many" if item.fault == "long" else "cells_too_few"
    return RejectedRow(item.row, None, value, Message(code, cells=item.width, width=width, beside=beside))


def unique_names(headers: Sequence[str]) -> list[str]:
    """Names for the columns of a frame.

    Polars reads ``*`` and ``^…$`` as patterns over names; with a blank behind them, which nobody sees, they are names.

    >>> unique_names(["ID", "", "Tag", "Tag", "Tag.1", "^.*$"])
    ['ID', 'column 2', 'Tag', 'Tag.2', 'Tag.1', '^.*$ ']
    """
    headers = [f"{name} " if name == "*" or (name[:1] == "^" and name[-1] == "$") else name for name in headers]
    taken = {name for name in headers if name} | {ROW}
    seen: set[str] = set()
    last: dict[str, int] = {}
    names: list[str] = []
    for place, header in enumerate(headers, 1):
        name = header or f"column {place}"
        if name in seen or name == ROW or (not header and name in taken):
            number = last.get(name, 0) + 1
            while f"{name}.{number}" in taken:
                number += 1
            last[name] = number
            name = f"{name}.{number}"
        seen.add(name)
        taken.add(name)
        names.append(name)
    return names


def _named(frame: pl.DataFrame, headers: Sequence[str]) -> tuple[pl.DataFrame, list[str], list[int]]:
    """Give columns their names, and drop those that have neither a name nor a value."""
    names = unique_names(headers)
    columns = _data_columns(frame)
    kept = []
    for place, column in enumerate(columns):
        if headers[place] or not _is_blank(frame[column]):
            kept.append(place)
    picked = [pl.col(columns[place]).alias(names[place]) for place in kept]
    return frame.select(pl.col(ROW).cast(pl.UInt32), *picked), [names[place] for place in kept], kept


def _is_blank(column: pl.Series) -> bool:
    if column.null_count() == len(column):
        return True
    return column.dtype == pl.String and bool((column.str.strip_chars() == "").all())


def _without_unwanted(frame: pl.DataFrame, marks: Collection[str], path: str, findings: list[Finding]) -> pl.DataFrame:
    """Take byte order marks and NULs out of cells."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    for code in marks:
        mark = UNWANTED[code]
        rows = (
            frame.filter(pl.any_horizontal(pl.col(texts).str.contains(mark, literal=True)))[ROW].to_list()
            if texts
            else []
        )
        if rows:
            findings.append(finding(code, path=path, count=len(rows), rows=rows))
            frame = frame.with_columns(pl.col(texts).str.replace_all(mark, "", literal=True))
    return frame


def ignored_findings(path: str, reasons: Mapping[int, str], titles: int = 0) -> list[Finding]:
    """What was taken for no record, with its rows, so that nobody has to take it on trust.

    Args:
        path: The file.
        reasons: Row number → why it is no record; blank rows are only counted.
        titles: Rows above the header.
    """
    filled = {row: reason for row, reason in reasons.items() if reason != "blank"}
    counts = [*sorted(Counter(filled.values()).items()), *([("title", titles)] if titles else [])]
    if not counts:
        return []
    parts = tuple(Message(f"ignored_{reason}", n=n) for reason, n in counts)
    return [finding("rows_ignored", path=path, count=len(filled) + titles, rows=sorted(filled), parts=parts)]


def _structure_findings(source: Source, found: Repaired) -> list[Finding]:
    findings: list[Finding] = []
    if found.extra_blank and len(found.extra_blank) < found.full + len(found.extra_blank):
        findings.append(
            finding("rows_long_blank", path=source.path, count=len(found.extra_blank), rows=found.extra_blank)
        )
    if found.quotes:
        findings.append(finding("quotes_odd", path=source.path, count=len(found.quotes), rows=found.quotes))
    if found.swallowing:
        findings.append(finding("rows_swallowed", path=source.path, count=len(found.swallowing), rows=found.swallowing))
    return findings


def _header_findings(
    source: Source, headers: Sequence[str], names: Sequence[str], frame: pl.DataFrame
) -> list[Finding]:
    findings: list[Finding] = []
    first: dict[str, str] = {}
    for header, name in zip(headers, names, strict=True):
        if not header:
            filled = frame.select(ROW, name).filter(pl.col(name).is_not_null())[ROW]
            findings.append(
                finding(
                    "header_empty", path=source.path, column=name, count=len(filled), rows=filled.head(20).to_list()
                )
            )
        elif header in first:
            other = pl.col(first[header])
            differs = frame.select(ROW, first[header], name).filter(
                other.cast(pl.String).ne_missing(pl.col(name).cast(pl.String))
            )[ROW]
            if len(differs):
                findings.append(
                    finding(
                        "header_twice",
                        path=source.path,
                        column=header,
                        count=len(differs),
                        rows=differs.head(20).to_list(),
                        second=name,
                    )
                )
        else:
            first[header] = name
    return findings


# --- rows that are no records: blank ones, footers, totals, and the header said again ---


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
