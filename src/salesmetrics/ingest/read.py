"""From file arguments to a dataset. Own file: the one entry of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.laid import blanks_of
from salesmetrics.ingest.canonical.as_of import EVENT_COLUMNS, events_of, last_event_of
from salesmetrics.ingest.canonical.by_cells import found_by_cells
from salesmetrics.ingest.canonical.canonical import canonicalise, rejection_findings
from salesmetrics.ingest.canonical.derive import derive
from salesmetrics.ingest.canonical.field_history import mapping_of, recognised, said_of_log, unfolded
from salesmetrics.ingest.canonical.links import stage_definitions
from salesmetrics.ingest.canonical.non_records import without_totals
from salesmetrics.ingest.canonical.others import names_of_interest, with_others
from salesmetrics.ingest.canonical.sales import sales_made, with_amounts
from salesmetrics.ingest.canonical.unsettled import unsettled
from salesmetrics.ingest.canonical.version_history import versions_said, with_deleted
from salesmetrics.ingest.checks.check import check_dataset
from salesmetrics.ingest.dataset import FILE, Dataset, LoadedFile, Part, ReadOptions
from salesmetrics.ingest.parse import ParseOptions
from salesmetrics.ingest.parse.currency import settled_symbols
from salesmetrics.ingest.recognise.candidates import NEEDS
from salesmetrics.ingest.recognise.changelog import change_log
from salesmetrics.ingest.recognise.columns import recognise
from salesmetrics.ingest.recognise.headers import warm_up
from salesmetrics.ingest.recognise.index import load_profile
from salesmetrics.ingest.recognise.misfit import refuse_misfits
from salesmetrics.ingest.recognise.misspelt import misspelt_headers
from salesmetrics.ingest.recognise.payments import is_payments
from salesmetrics.ingest.recognise.summaries import refuse_summary
from salesmetrics.ingest.recognise.versions import of_versions
from salesmetrics.ingest.recognise.words import comparable, normalise
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.ingest.source.fetch import fetch
from salesmetrics.ingest.table.table import ROW, RawTable, open_tables
from salesmetrics.ingest.together import in_turn
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import Input, RowCounts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import polars as pl

    from salesmetrics.ingest.recognise.changelog import Unfolded
    from salesmetrics.ingest.recognise.columns import Recognition
    from salesmetrics.ingest.recognise.versions import Versions
    from salesmetrics.ingest.source.arguments import FileArgument
    from salesmetrics.ingest.table.raw import RejectedRow
    from salesmetrics.ingest.together import Together
    from salesmetrics.schema.provenance import Finding

__all__ = ["FILE", "Dataset", "LoadedFile", "ReadOptions", "load", "mapping_for", "read_files", "with_findings"]

_UNKNOWN = frozenset({"kind_unknown", "kind_ambiguous", "column_missing"})
_SKIPPABLE = _UNKNOWN | {"file_empty", "header_only", "file_binary", "disguised_file", "header_missing", "fixed_width"}
"""What only skips a file that a folder, a pattern or an archive brought along."""


def load(arguments: Sequence[str], options: ReadOptions | None = None, *, stdin: BinaryIO | None = None) -> Dataset:
    """Read files of any known kind into one dataset, one step after the other.

    Args:
        arguments: Paths, patterns, folders or ``-``, each optionally as ``KIND=FILE``.
        options: What the user settled.
        stdin: Where ``-`` reads from.

    Returns:
        The dataset, without hashes. For every file, rows read = used + rejected + ignored.

    Raises:
        SalesmetricsError: As :func:`read_files`.
    """
    options = options or ReadOptions()

    def tables(path: str) -> list[RawTable]:
        return open_tables(path, fetch(path, stdin), encoding=options.encoding, delimiter=options.delimiter)

    return with_findings(*read_files(arguments, options, tables), options)


def read_files(
    arguments: Sequence[str],
    options: ReadOptions,
    tables: Callable[[str], list[RawTable]],
    together: Together = in_turn,
    about: frozenset[str] | None = None,
    without: frozenset[str] = frozenset(),
) -> tuple[Dataset, frozenset[str]]:
    """Read files into one dataset whose records have not been checked yet.

    Args:
        arguments: Paths, patterns, folders or ``-``, each optionally as ``KIND=FILE``.
        options: What the user settled.
        tables: Gives the tables of a path, or raises what is wrong with it.
        together: How several things are done at once.
        about: Names of columns, or headers, that the question is about beside its KPIs; None where everything is wanted.
            The rows that count are the same; columns that no field claims may be left out.
        without: Paths among the arguments that are left out.

    Returns:
        The dataset, and the stages and statuses that its findings name already.

    Raises:
        SalesmetricsError: A file that was named cannot be read, is of no known kind, leaves something open that an option
            settles, or has no usable row. A folder, a pattern or an archive may hold files of no known kind: these are
            skipped with a finding, as long as one file is known.
    """
    parts, findings = _read_all(arguments, options, tables, together, about, without)
    _refuse_if_nothing_usable(parts)
    frames = derive(parts, options)
    findings += [said for part in parts for said in part.findings]
    files = tuple(_loaded(part) for part in parts)
    events = events_of(frames)
    defined = frozenset(stage_definitions(frames.get("pipelines"), comparable).outcomes.values())
    left_open = unsettled(frames, parts, options, defined)
    # How a deal ended comes first: it is asked for with one line to type.
    withheld = tuple(dict.fromkeys((*left_open.withheld, *(item for part in parts for item in part.withheld))))
    dataset = Dataset(
        frames=frames,
        files=files,
        inputs=tuple(_input(file) for file in files),
        findings=(*findings, *left_open.findings),
        rejected=tuple((part.path, row) for part in parts for row in part.rejected),
        last_event=last_event_of(events),
        last_events={kind: (found.last, found.source) for kind, found in events.items() if kind in EVENT_COLUMNS},
        span=(min(found.first for found in events.values()), max(found.last for found in events.values()))
        if events
        else None,
        withheld=withheld,
        timezone=options.timezone,
    )
    return dataset, left_open.words


def with_findings(
    dataset: Dataset, words: frozenset[str], options: ReadOptions, together: Together = in_turn
) -> Dataset:
    """The dataset with what the policies say of its records.

    Args:
        dataset: As :func:`read_files` gives it.
        words: Stages and statuses that its findings name already.
        options: What it was read with.
        together: How several things are done at once.
    """
    found = check_dataset(dataset.frames, dataset.files, options, dataset.last_events, words, together)
    return replace(dataset, findings=(*dataset.findings, *found))


def _read_all(
    arguments: Sequence[str],
    options: ReadOptions,
    tables: Callable[[str], list[RawTable]],
    together: Together,
    about: frozenset[str] | None,
    without: frozenset[str],
) -> tuple[list[Part], list[Finding]]:
    warm_up()
    parts: list[Part] = []
    skipped: list[tuple[str, SalesmetricsError]] = []
    named = {argument.partition("=")[2] for argument in arguments} | set(arguments)
    expanded = [item for item in expand(arguments) if item.path not in without]
    unused = set(options.mapping)
    for argument in expanded:
        brought = argument.path not in named
        try:
            found = tables(argument.path)
        except SalesmetricsError as error:
            if not brought or error.code not in _SKIPPABLE:
                raise
            skipped.append((argument.path, error))
            continue
        for read in found:
            try:
                table, log = _unfolded(read, argument, options)
                several = len(expanded) > 1 or len(found) > 1
                mapping = mapping_for(table, options.mapping) if several else options.mapping
                unused -= set(mapping)
                parts.append(_part(table, argument, options, mapping, together, about, log))
            except SalesmetricsError as error:
                if error.code not in _UNKNOWN or not (brought or len(found) > 1):
                    raise
                skipped.append((read.source.path, error))
    if not parts and skipped:
        raise skipped[0][1]
    for name in sorted(unused):
        text = f"{name}={options.mapping[name]}"
        cause, fix = Message("no_file_has_header"), Message("check_spelling")
        raise SalesmetricsError("map_invalid", text=text, cause=cause, fix=fix)
    findings = [_skipped(path, error) for path, error in skipped]
    return _without_payments(_without_second_lists(parts, named, findings), findings), findings


def _without_second_lists(parts: list[Part], named: set[str], findings: list[Finding]) -> list[Part]:
    """Leave quotes and sales aside where a folder also holds the deals: the same business must not count twice."""
    deals = [part for part in parts if part.kind == "deals" and part.recognition.lists is None]
    if not deals:
        return parts
    for lists in ("quotes", "sales"):
        second = [part for part in parts if part.kind == "deals" and part.recognition.lists == lists]
        brought = [part for part in second if part.path not in named]
        findings += [
            finding(f"{lists}_beside_deals", kind="deals", path=part.path, count=part.table.rows_read)
            for part in brought
        ]
        if len(brought) < len(second):
            count = sum(part.table.rows_read for part in second if part not in brought)
            findings.append(finding(f"{lists}_and_deals", kind="deals", count=count))
        parts = [part for part in parts if part not in brought]
    return parts


def _without_payments(parts: list[Part], findings: list[Finding]) -> list[Part]:
    """Leave payments aside where there are invoices: nothing here knows which of them each pays."""
    payments = [part for part in parts if part.kind == "invoices" and is_payments(part.recognition.columns)]
    if not payments:
        return parts
    beside = any(part.kind == "invoices" for part in parts if part not in payments)
    code = "payments_beside_invoices" if beside else "payments_only"
    findings += [finding(code, kind="invoices", path=part.path, count=part.table.rows_read) for part in payments]
    return [part for part in parts if part not in payments] if beside else parts


def _skipped(path: str, error: SalesmetricsError) -> Finding:
    if error.code == "kind_unknown":
        detail = error.details["detail"]
        known = Message("in_brackets", what=detail.details["what"]) if detail.code == "instead" else None
        return finding("file_skipped", path=path, count=0, detail=known, fix=error.details["fix"])
    return finding("file_unusable", path=path, count=0, cause=Message(error.code, **error.details))


def mapping_for(table: RawTable, mapping: Mapping[str, str]) -> dict[str, str]:
    """The mappings that concern this one of several files: those whose header it has, and those that take a column away."""
    headers = {normalise(header) for header in table.frame.columns}
    return {name: header for name, header in mapping.items() if not header.strip() or normalise(header) in headers}


def _unfolded(table: RawTable, argument: FileArgument, options: ReadOptions) -> tuple[RawTable, Unfolded | None]:
    """A log of changes with a column per field; any other table as it is."""
    if argument.kind not in (None, "stages"):
        return table, None
    log = change_log(table.frame, table.source.path, options.mapping)
    return (table, None) if log is None else unfolded(table, log)


def _recognised(
    table: RawTable, argument: FileArgument, options: ReadOptions, mapping: Mapping[str, str], log: Unfolded | None
) -> tuple[Recognition, Versions | None]:
    """What a table is, and what tells its versions apart where it has several of each record."""
    kind, path, profile = argument.kind, table.source.path, options.profile
    if log is None and kind in (None, "stages"):
        found = of_versions(table, profile, mapping)
        if found is not None:
            return found
    headers, sample = table.named, table.frame.drop(ROW).head(200)
    if log is None:
        return recognise(headers, path=path, kind=kind, profile=profile, mapping=mapping, sample=sample), None
    said = mapping_of(log, mapping)
    return recognised(
        recognise(headers, path=path, kind="stages", profile=profile, mapping=said, sample=sample), mapping
    ), None


def _part(
    table: RawTable,
    argument: FileArgument,
    options: ReadOptions,
    mapping: Mapping[str, str],
    together: Together,
    about: frozenset[str] | None,
    log: Unfolded | None = None,
) -> Part:
    recognition, versions = _recognised(table, argument, options, mapping, log)
    symbols = settled_symbols(options.symbols)
    recognition, found, withheld = found_by_cells(table, recognition, mapping, symbols)
    refuse_summary(table.frame, recognition, table.source.path, mapping)
    sales = sales_made(table, recognition, mapping)
    table = sales.table
    profile = load_profile(recognition.profile)
    parse_options = ParseOptions(
        date_order=options.date_order or profile.date_order,
        decimal=options.decimal or profile.decimal,
        null_words=profile.null_words,
        timezone=options.timezone,
        plain=table.plain,
        symbols=symbols,
    )
    prefix, others = profile.id_prefix or "", names_of_interest(table, recognition, about)
    result = canonicalise(table, recognition, parse_options, id_prefix=prefix, others=others, together=together)
    refuse_misfits(table, recognition, result.rejected, options, parse_options)
    rejected = [*table.rejected, *result.rejected]
    told = log is not None or versions is not None
    said = rejection_findings(rejected, recognition.kind, table.source.path)
    constants = recognition.constants
    frame, narrow = result.frame, others is not None
    if versions is not None:
        said.append(versions_said(frame, table.source.path, versions))
        frame = with_deleted(frame, table, versions, parse_options)
    if narrow and not _told_by_fields(frame, constants):
        frame, narrow = with_others(frame, table, recognition), False
    frame, multiplied = with_amounts(frame, recognition, table.source.path)
    frame, totals, bare = without_totals(frame, recognition.kind, table.source.path, constants)
    ignored = dict(table.ignored)
    if totals:
        ignored["total"] = ignored.get("total", 0) + totals
    return Part(
        table=table,
        recognition=recognition,
        frame=frame,
        how=result.how | sales.how,
        ignored=ignored,
        rejected=rejected,
        options=parse_options,
        origin=argument.path,
        findings=[
            *table.findings,
            *found,
            *sales.findings,
            *multiplied,
            *(misspelt_headers(recognition, table.source.path, table.frame.head(200)) if not told else ()),
            *said,
            *bare,
            *(result.findings if log is None else said_of_log(result.findings)),
        ],
        withheld=[*withheld, *sales.withheld],
        narrow=narrow,
        unfolded=log,
        versions=versions,
    )


def _told_by_fields(frame: pl.DataFrame, constants: Collection[str]) -> bool:
    """Whether every row has an id and another field, so that none of them can be a total, a fragment or the like."""
    full = [name for name in frame.columns if name not in (ROW, *constants) and not blanks_of(frame, name)]
    return "id" in full and len(full) > 1


def _refuse_if_nothing_usable(parts: Sequence[Part]) -> None:
    """A dataset of rejected rows only is no dataset; one of deleted or blank rows is an empty one."""
    if any(part.frame.height for part in parts):
        return
    for part in parts:
        if part.rejected:
            first = min(part.rejected, key=lambda rejected: rejected.row)
            raise SalesmetricsError(
                "too_many_rejected",
                path=part.path,
                rejected=len({rejected.row for rejected in part.rejected}),
                read=part.table.rows_read,
                row=first.row,
                column=first.column,
                value=first.value,
                reason=first.fault,
                fix=_way_out(part, first),
            )


def _way_out(part: Part, first: RejectedRow) -> Message:
    """What to type where no row can be used: leave the column out, if the file is of use without it."""
    fields = {match.header: name for name, match in part.recognition.columns.items()}
    field = fields.get(first.column or "")
    if field is None:
        return Message("correct_file")
    left = part.recognition.columns.keys() - {field} | part.recognition.constants.keys()
    if all(left & set(group) for group in NEEDS[part.kind]):
        if _is_known_without(part, field):
            return Message("correct_or_leave_out", field=field)
        return Message("correct_or_leave_out_of_kind", field=field, kind=part.kind, path=part.path)
    return Message("correct_or_other_column", field=field)


def _is_known_without(part: Part, field: str) -> bool:
    """Whether a file is still of its kind, without a word of the user, when a column is taken away."""
    sample = part.table.frame.drop(ROW).head(200)
    try:
        again = recognise(part.table.named, path=part.path, mapping={field: ""}, sample=sample)
    except SalesmetricsError:
        return False
    return again.kind == part.kind


def _loaded(part: Part) -> LoadedFile:
    rejected = len({row.row for row in part.rejected})
    rows = RowCounts(
        read=part.table.rows_read,
        used=part.frame.height,
        rejected=rejected,
        ignored=sum(part.ignored.values()),
    )
    recognition = part.recognition
    return LoadedFile(part.origin, part.table.source, recognition, part.how, rows, part.ignored, part.stage_words)


def _input(file: LoadedFile) -> Input:
    source = file.source
    return Input(
        kind=file.recognition.kind,
        path=source.path,
        sha256=None,
        profile=file.recognition.profile,
        encoding=source.encoding,
        delimiter=source.delimiter,
        rows=file.rows,
        crm="" if file.recognition.profile.startswith("generic") else load_profile(file.recognition.profile).title,
        left_out=file.ignored,
    )
