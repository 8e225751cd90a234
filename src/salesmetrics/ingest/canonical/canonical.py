"""One table of text → one canonical frame: every mapped column parsed and checked, every other column kept as text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.columns import columns_beside, side_by_side
from salesmetrics.frames.far import bring
from salesmetrics.ingest.canonical.cells import Usable, cells_where, far_columns, parts_of, texts_of
from salesmetrics.ingest.canonical.currencies import currencies
from salesmetrics.ingest.canonical.others import other_columns
from salesmetrics.ingest.canonical.rules import invalid_rows, suspect_fields
from salesmetrics.ingest.parse import Parsed, parse_column
from salesmetrics.ingest.parse.aside import Aside, has, ids_evidence, parse_far, parse_laid, put, share, share_rows
from salesmetrics.ingest.parse.column import IN_UNITS
from salesmetrics.ingest.parse.common import Place, plain_text
from salesmetrics.ingest.parse.dates import date_orders
from salesmetrics.ingest.parse.number_text import header_unit
from salesmetrics.ingest.parse.text import POINT_ZERO, without_decimals
from salesmetrics.ingest.recognise.headers import header_keys, is_unit_price
from salesmetrics.ingest.recognise.profile import GENERIC
from salesmetrics.ingest.table.table import ROW, RejectedRow
from salesmetrics.ingest.together import in_turn
from salesmetrics.schema.clock import utc_name
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.findings import finding
from salesmetrics.schema.kinds import column_types
from salesmetrics.schema.message import Message, Some

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from salesmetrics.frames.columns import Columns
    from salesmetrics.ingest.parse import ParseOptions
    from salesmetrics.ingest.recognise.columns import Recognition
    from salesmetrics.ingest.table.table import RawTable
    from salesmetrics.ingest.together import Together
    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.provenance import Finding

__all__ = [
    "MISREAD",
    "TOLERANT",
    "UNREADABLE",
    "Canonical",
    "canonicalise",
    "faults_of",
    "parse_beside",
    "parse_columns",
    "rejection_findings",
    "rival_amounts",
]


TOLERANT: Mapping[Kind, frozenset[str]] = {
    "deals": frozenset(
        {"probability", "quantity", "list_price", "cost", "last_activity", "stage_entered", "expected_close"}
    ),
    "leads": frozenset({"amount", "first_response_at", "qualified_at", "is_qualified"}),
    "activities": frozenset({"duration", "due", "created", "is_automated"}),
    "stages": frozenset({"amount", "exited", "expected_close"}),
    "pipelines": frozenset({"position", "probability"}),
    "customers": frozenset({"mrr"}),
    "invoices": frozenset({"due"}),
    "reps": frozenset({"hired", "left", "trained", "is_active"}),
    "surveys": frozenset({"scale_max"}),
    "products": frozenset({"is_active"}),
    "quotas": frozenset({"is_ramping"}),
}
"""Fields too secondary to throw a record away for: a cell that cannot be read becomes blank, and a finding names it."""

UNREADABLE: Mapping[ColumnType, str] = {
    ColumnType.ID: "not_an_id",
    ColumnType.TEXT: "not_text",
    ColumnType.MONEY: "not_money",
    ColumnType.QUANTITY: "not_a_number",
    ColumnType.COUNT: "not_whole",
    ColumnType.SCORE: "not_whole",
    ColumnType.SHARE: "not_a_share",
    ColumnType.DAY: "not_a_day",
    ColumnType.INSTANT: "not_an_instant",
    ColumnType.FLAG: "not_yes_or_no",
    ColumnType.DURATION: "not_a_duration",
    ColumnType.PERIOD: "not_a_period",
}

MISREAD = frozenset({*UNREADABLE.values(), "not_day_first", "not_month_first", "not_in_the_calendar"})
"""Reasons of cells that another order of dates or another decimal mark may make readable."""

AS_BESIDE = "as_beside"
"""Code of a reading that another column of the file settles."""

_DATES = (ColumnType.DAY, ColumnType.INSTANT)


class Canonical(msgspec.Struct, frozen=True):
    """A table in canonical form.

    Args:
        frame: Mapped columns under their field names, the others as text under their headers, and ``ROW``.
        how: Field → how its text was read.
        rejected: Rows that could not be used, with their first reason.
        findings: What was noticed on the way.
    """

    frame: pl.DataFrame
    how: dict[str, Message]
    rejected: tuple[RejectedRow, ...]
    findings: tuple[Finding, ...]


def canonicalise(
    table: RawTable,
    recognition: Recognition,
    options: ParseOptions,
    *,
    id_prefix: str = "",
    others: Collection[str] | None = None,
    together: Together = in_turn,
) -> Canonical:
    """Parse and check the columns that were recognised.

    Args:
        table: The file's table, all text.
        recognition: Which column is which field.
        options: Date order, decimal mark, null words and time zone that hold for this file.
        id_prefix: Taken off every id, such as ``zcrm_``.
        others: The columns that are kept of those that no field claims; None for all of them.
        together: How several things are done at once.

    Raises:
        SalesmetricsError: ``date_order_ambiguous``, ``decimal_ambiguous`` or ``probability_scale_mixed``.
    """
    kind, path = recognition.kind, table.source.path
    types = column_types(kind)
    headers = {field: match.header for field, match in recognition.columns.items()}
    raw = texts_of(table, recognition)
    parsed = parse_columns(raw, types, headers, table, options, together)
    rows = table.frame.get_column(ROW)
    mixed = [headers[field] for field in headers if types[field] in _DATES and not parsed[field].uniform]
    bring(table.frame, mixed)  # what is said of them asks for their cells
    values = columns_beside(table.frame)
    share_rows(parsed, values, rows)
    for field in headers:
        if id_prefix and types[field] is ColumnType.ID:
            values[field] = parsed[field].values.str.strip_prefix(id_prefix)
        else:
            share(parsed[field], values, field)
    as_parsed = {} if id_prefix else parsed  # what ids show behind a prefix, they show only without it
    findings: list[Finding] = _whole_ids(values, as_parsed, headers, rows, kind, path)
    known, of_currency = currencies(parsed, headers, rows, kind, path, options.symbols)
    for field, codes in known.items():
        put(parsed.get(field), values, field, codes)
    findings += of_currency
    rejected: list[RejectedRow] = []
    unusable = pl.repeat(value=False, n=len(rows), eager=True, dtype=pl.Boolean)
    for field, column in parsed.items():
        if not column.bad.any():
            continue
        cells = _Cells(field, headers[field], raw, rows, path, kind)
        faults = faults_of(column, UNREADABLE[types[field]])
        if field in TOLERANT.get(kind, ()):
            findings += [cells.blanked(mask, reason) for reason, mask in faults]
        else:
            rejected += [row for reason, mask in faults for row in cells.rejected(mask, reason)]
            unusable |= column.bad
    findings += [
        finding("amounts_in_units", kind=kind, path=path, column=headers[field], count=0, unit=unit)
        for field, column in parsed.items()
        if types[field] is ColumnType.MONEY
        and (unit := header_unit(headers[field])) > 1
        and column.how.code == IN_UNITS
    ]
    findings += [
        finding(
            code,
            kind=kind,
            path=path,
            column=headers[field],
            rows=rows.filter(mask),
        )
        for field, column in parsed.items()
        for code, mask in column.notes.items()
    ]
    amount = values.get("amount") if recognition.spare.get("amount") else None
    findings += rival_amounts(table, recognition, amount, options)
    findings += _mixed_formats(parsed, raw, types, headers, rows, kind, path)
    usable = None if not rejected else ~unusable
    for field in headers:
        if has(parsed[field], "utc"):
            share(parsed[field], values, utc_name(field), "utc")
    frame = _filtered(values.frame(), usable)
    texts = raw if usable is None else Usable(raw, usable)
    frame, more = _blank_tolerant(frame, kind, texts, headers, path)
    invalid, by_rule = invalid_rows(frame, kind, texts, headers, trimmed=True)
    rejected += by_rule
    constants = [pl.lit(value).alias(field) for field, value in recognition.constants.items()]
    frame = side_by_side(frame, _filtered(other_columns(table, recognition, others), usable)).with_columns(constants)
    if by_rule:
        frame = frame.filter(~invalid)
    how = {field: parsed[field].how for field in headers}
    return Canonical(frame, how, tuple(sorted(rejected, key=lambda r: r.row)), (*findings, *more))


def faults_of(column: Parsed, reason: str) -> list[tuple[Message, pl.Series]]:
    """What is wrong with the bad cells of a column, and which these are."""
    if column.why is None:
        return [(Message(reason), column.bad)]
    why = (
        pl.DataFrame([column.why.alias("why"), column.bad.alias("bad")])
        .select(pl.when("bad").then(pl.col("why").fill_null(reason)))
        .to_series()
    )
    return [
        (Message(found), why.eq_missing(pl.Series([found]))) for found in why.drop_nulls().unique(maintain_order=True)
    ]


def _filtered(frame: pl.DataFrame, usable: pl.Series | None) -> pl.DataFrame:
    # A frame without columns has no height that a mask could fit.
    return frame if usable is None or not frame.width else frame.filter(usable)


def _whole_ids(
    values: Columns,
    parsed: Mapping[str, Parsed],
    headers: Mapping[str, str],
    rows: pl.Series,
    kind: Kind,
    path: str,
) -> list[Finding]:
    """Read ``101.0`` as the id ``101``, in place, and say so."""
    findings, types = [], column_types(kind)
    for field, header in headers.items():
        if types[field] is not ColumnType.ID:
            continue
        evidence = ids_evidence(parsed.get(field))
        if evidence is not None and evidence.facts != POINT_ZERO:
            continue
        ids = values[field]
        whole = without_decimals(ids, evidence)
        if whole is None:
            continue
        changed = whole.ne_missing(ids)
        if not changed.any():
            continue
        numbers, example = rows.filter(changed), str(ids.filter(changed)[0])
        values[field] = whole
        findings.append(
            finding(
                "ids_with_decimals",
                kind=kind,
                path=path,
                column=header,
                rows=numbers,
                example=example,
            )
        )
    return findings


class _Cells(msgspec.Struct, frozen=True):
    """Where the cells of one field come from, for what is said about them."""

    field: str
    header: str
    texts: Mapping[str, pl.Series]
    rows: pl.Series
    path: str
    kind: Kind

    def rejected(self, mask: pl.Series, reason: Message) -> list[RejectedRow]:
        pairs = zip(
            self.rows.filter(mask).to_list(),
            plain_text(cells_where(self.texts, self.field, mask)).to_list(),
            strict=True,
        )
        return [RejectedRow(row, self.header, value, reason, cell=True) for row, value in pairs]

    def blanked(self, mask: pl.Series, reason: Message) -> Finding:
        numbers = self.rows.filter(mask)
        return finding(
            "cells_unreadable",
            kind=self.kind,
            path=self.path,
            column=self.header,
            count=len(numbers),
            rows=numbers.head(20).to_list(),
            field=self.field,
            reason=reason,
            value=plain_text(cells_where(self.texts, self.field, mask)).first(),
        )


def _mixed_formats(
    parsed: Mapping[str, Parsed],
    raw: Mapping[str, pl.Series],
    types: Mapping[str, ColumnType],
    headers: Mapping[str, str],
    rows: pl.Series,
    kind: Kind,
    path: str,
) -> list[Finding]:
    """Dates written in more than one way in a column: read all the same, but somebody typed or imported them."""
    findings = []
    for field, column in parsed.items():
        if types[field] not in _DATES or column.uniform or raw[field].dtype != pl.String:
            continue
        if not _looks_mixed(raw[field], column.how):
            continue
        shapes = pl.DataFrame({"row": rows, "shape": raw[field].str.extract(r"^\s*\d+\s?(\D)")})
        shapes = shapes.filter(raw[field].str.contains(r"\d").fill_null(value=False))
        counts = shapes.get_column("shape").value_counts(sort=True)
        if counts.height < 2:
            continue
        rarer = shapes.filter(~pl.col("shape").eq_missing(counts["shape"][0])).get_column("row")
        findings.append(
            finding(
                "date_formats_mixed",
                kind=kind,
                path=path,
                column=headers[field],
                count=len(rarer),
                rows=rarer.head(20).to_list(),
                how=column.how,
            )
        )
    return findings


def _looks_mixed(text: pl.Series, how: Message) -> bool:
    """A cheap first look: the parser met several formats, or year-first dates do not all have the same separator."""
    shapes = how.details.get("shapes", ())
    if len(shapes) > 1 or how.code == AS_BESIDE:
        return True
    marks = text.str.slice(4, 1)
    year_first = bool(shapes) and shapes[0].code in {"ymd", "ymd_and_time"}
    return year_first and not (marks == marks.drop_nulls().first()).all()


def _blank_tolerant(
    frame: pl.DataFrame, kind: Kind, raw: Mapping[str, pl.Series], headers: Mapping[str, str], path: str
) -> tuple[pl.DataFrame, list[Finding]]:
    """Blank the values of secondary fields that the model does not allow (a probability of 1000 %), and say so."""
    findings: list[Finding] = []
    tolerant = sorted(TOLERANT.get(kind, frozenset()) & set(headers))
    for field in suspect_fields(frame.select(ROW, *tolerant), kind) if tolerant else ():
        invalid, reasons = invalid_rows(frame.select(ROW, field), kind, {field: raw[field]}, {field: headers[field]})
        if not reasons:
            continue
        cells = _Cells(field, headers[field], raw, frame.get_column(ROW), path, kind)
        findings.append(cells.blanked(invalid, reasons[0].reason))
        frame = frame.with_columns(pl.when(~invalid).then(pl.col(field)).alias(field))
    return frame, findings


def rejection_findings(rejected: Sequence[RejectedRow], kind: Kind, path: str) -> list[Finding]:
    """One finding per column and reason, most frequent first."""
    groups: dict[tuple[str | None, Message], list[RejectedRow]] = {}
    for row in rejected:
        groups.setdefault((row.column, row.reason), []).append(row)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[1][0].row))
    return [
        finding(
            "rows_rejected",
            kind=kind,
            path=path,
            column=column,
            count=len({r.row for r in group}),
            rows=[r.row for r in group],
            reason=_of_all(group),
        )
        for (column, _), group in ordered
    ]


_LISTED = 5
"""How many different values a finding names."""


def _of_all(group: Sequence[RejectedRow]) -> Message:
    """One reason of several rows, with the values that these hold, in the order of rows."""
    first = group[0]
    values = list(dict.fromkeys(row.value for row in group))
    if not first.cell or len(values) == 1:
        return first.fault
    some = Some(tuple(values[:_LISTED]), len(values))
    return Message("cells_are", column=first.column, reason=first.reason, values=some)


# --- A second column of amounts that tells another story: said, because every total rests on the choice ---


def _weighted(table: RawTable, recognition: Recognition) -> list[Finding]:
    """An expected revenue in a file of no known CRM: the amount in some, the amount times the probability in others."""
    match = recognition.columns.get("amount")
    if recognition.kind != "deals" or match is None or match.how == "option" or recognition.profile != GENERIC:
        return []
    if header_keys(match.header).bare != "expected revenue":
        return []
    path, count = table.source.path, table.frame.height
    return [finding("amount_weighted", kind="deals", path=path, column=match.header, count=count)]


def rival_amounts(
    table: RawTable, recognition: Recognition, amount: pl.Series | None, options: ParseOptions
) -> list[Finding]:
    """Where another column could have been the amount, and says something else.

    Args:
        table: The file's table, all text.
        recognition: Knows the columns that would have done as well.
        amount: What was read as the amount, ``Decimal(38, 8)``, as long as the table; None where nothing was.
        options: How to read the other column.
    """
    rivals = (
        recognition.spare.get("amount", ()) if recognition.kind in ("deals", "invoices") and amount is not None else ()
    )
    rows, path, findings = table.frame.get_column(ROW), table.source.path, _weighted(table, recognition)
    for header in rivals:
        if is_unit_price(header):
            continue
        text = table.frame.get_column(header)
        try:
            other = parse_beside(Place(header, path, rows, text), ColumnType.MONEY, options, table.frame).values
        except SalesmetricsError:  # undecidable by itself: then nothing can be said of it
            continue
        differs = rows.filter((other != amount).fill_null(value=False))
        if len(differs):
            findings.append(
                finding(
                    "amount_elsewhere",
                    kind=recognition.kind,
                    path=path,
                    column=recognition.columns["amount"].header,
                    rows=differs,
                    other=header,
                )
            )
    return findings


# --- parse the columns of a table, and let the columns beside it settle one that can be read two ways ---


_DOUBTS = frozenset({"date_order_ambiguous", "decimal_ambiguous"})

_PROOF = {
    "point": r"^[^\d.,]*\d{1,3}(?:,\d{3})+\.\d+[^\d.,]*$|^[^\d.,]*\d+\.\d{2}[^\d.,]*$",
    "comma": r"^[^\d.,]*\d{1,3}(?:\.\d{3})+,\d+[^\d.,]*$|^[^\d.,]*\d+,\d{2}[^\d.,]*$",
}
"""Numbers that can be read with one decimal mark only."""


def parse_columns(
    raw: Mapping[str, pl.Series],
    types: Mapping[str, ColumnType],
    headers: Mapping[str, str],
    table: RawTable,
    options: ParseOptions,
    together: Together = in_turn,
) -> dict[str, Parsed]:
    """Parse every column. One that is ambiguous by itself is read as the columns beside it prove, which ``how`` says.

    Where these prove nothing, a few cells that read two ways are bad; a column of them is refused.

    Args:
        raw: Field → cells.
        types: Field → canonical type.
        headers: Field → header.
        table: The whole table: columns that no field claimed can prove a reading, too.
        options: What is known of the file.
        together: How several things are done at once.

    Raises:
        SalesmetricsError: ``date_order_ambiguous`` or ``decimal_ambiguous`` where no other column settles it, and
            whatever else the parsers refuse.
    """
    rows, path = table.frame.get_column(ROW), table.source.path
    aside = Aside(table.frame)
    parsed: dict[str, Parsed] = {}
    doubtful: dict[str, SalesmetricsError] = {}
    far = far_columns(raw, types, headers)
    there = {} if far is None else parse_far(far[0], far[1], options, path)

    def read(field: str) -> Parsed | SalesmetricsError:
        try:
            if field in there:
                return _known_or_raised(there[field])
            if (laid := parts_of(raw, field)) is not None:
                return parse_laid(laid[0], types[field], options, laid[1], header=headers[field], path=path)
            return aside(_aligned(raw[field], types[field], options, header=headers[field], path=path, rows=rows))
        except SalesmetricsError as error:
            if error.code not in _DOUBTS:
                raise
            return error

    for field, reading in zip(raw, together(partial(read, field) for field in raw), strict=True):
        if isinstance(reading, SalesmetricsError):
            doubtful[field] = reading
        else:
            parsed[field] = reading
    for field, doubt in doubtful.items():
        place = Place(headers[field], path, rows, raw[field])
        parsed[field] = aside(_settled(place, types[field], options, table.frame, doubt))
    return {field: parsed[field] for field in raw}


def _known_or_raised(found: Parsed | SalesmetricsError) -> Parsed:
    """What was parsed elsewhere, or what was raised there."""
    if isinstance(found, SalesmetricsError):
        raise found
    return found


def parse_beside(place: Place, type_: ColumnType, options: ParseOptions, frame: pl.DataFrame) -> Parsed:
    """Parse one column as :func:`parse_columns` does, with what the columns beside it prove.

    Args:
        place: The column's cells, rows and header.
        type_: Its type.
        options: What is known of the file.
        frame: The whole table, all text.

    Raises:
        SalesmetricsError: ``date_order_ambiguous`` or ``decimal_ambiguous`` where no other column settles it, and
            whatever else the parsers refuse.
    """
    try:
        return _aligned(place.text, type_, options, header=place.header, path=place.path, rows=place.rows)
    except SalesmetricsError as error:
        if error.code not in _DOUBTS:
            raise
        return _settled(place, type_, options, frame, error)


def _settled(
    place: Place, type_: ColumnType, options: ParseOptions, frame: pl.DataFrame, doubt: SalesmetricsError
) -> Parsed:
    settled, neighbour = _settled_by_neighbour(doubt, place.header, frame)
    choice: dict[str, Any] = {**settled, "undecided": "reject"}
    known = replace(options, **choice)
    try:
        again = _aligned(place.text, type_, known, header=place.header, path=place.path, rows=place.rows)
    except SalesmetricsError as error:
        raise doubt from error
    return replace(again, how=Message(AS_BESIDE, how=again.how, column=neighbour)) if settled else again


def _aligned(
    text: pl.Series, type_: ColumnType, options: ParseOptions, *, header: str, path: str, rows: pl.Series
) -> Parsed:
    """A column in one piece: Polars reads a file in many, each column is cut differently, and every later step would align them."""
    parsed = parse_column(text, type_, options, header=header, path=path, rows=rows)
    return replace(parsed, values=parsed.values.rechunk())


def _settled_by_neighbour(error: SalesmetricsError, header: str, frame: pl.DataFrame) -> tuple[dict[str, str], str]:
    """The parse option that all other columns which prove anything agree on, and one such column; nothing where they do not.

    For dates only columns with the same separator count.
    """
    by_date = error.code == "date_order_ambiguous"
    shape = set(date_orders(plain_text(frame.get_column(header)))) if by_date else set()
    found: dict[str, str] = {}
    for name in frame.columns:
        if name in (header, ROW):
            continue
        text = plain_text(frame.get_column(name))
        if by_date:
            proven: list[str] = [o for sep, orders in date_orders(text).items() if sep in shape for o in orders]
        else:
            proven = [mark for mark, pattern in _PROOF.items() if text.str.contains(pattern).any()]
        for reading in proven:
            found.setdefault(reading, name)
    if len(found) != 1:
        return {}, ""
    ((reading, name),) = found.items()
    return {"date_order_beside" if by_date else "decimal_beside": reading}, name
