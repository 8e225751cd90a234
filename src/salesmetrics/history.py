"""Exports of one list that are given together: the newest is the list, the older ones are its history. Own file: a reader of readers.

Files of deals with a day in their names are exports of one list where most deals of each are in the next one; where they
share none, they are parts of one list, and nothing here is about them. So is a file with a snapshot date on each row.
Two exports are in memory at a time: one is let go when the next one is read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.ingest.source.places import beginning, place_of
from salesmetrics.ingest.together import in_turn
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import HISTORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    import polars as pl

    from salesmetrics.analysis.exports import Dated
    from salesmetrics.ingest.dataset import Dataset, ReadOptions
    from salesmetrics.ingest.source.arguments import FileArgument
    from salesmetrics.ingest.table.raw import RawTable, RejectedRow
    from salesmetrics.ingest.together import Together
    from salesmetrics.schema.provenance import Finding, Input

__all__ = ["Tables", "by_snapshot", "names_snapshots", "read_with_history"]

_HEAD = 4096
_SNAPSHOT = frozenset({"snapshot date", "snapshot day", "snapshot", "snapshot at", "snapshot time"})
_PLAIN = (".csv", ".tsv", ".txt")
_DIGITS = re.compile(r"\d{4}([-_.]?)\d{2}\1\d{2}")
_DEFINING = 1_000_000
"""Bytes: a list of stages is not larger."""
_LASTING = ("created", "name", "account")
_MOST = 0.5
"""A later export has more than this share of the deals of an earlier one, or they are not of one list."""
_MANY_REMOVED = 5
"""From more than one in so many deals of the older exports missing in the list, it is in doubt."""


class Tables(NamedTuple):
    """Where tables come from.

    Attributes:
        open: Gives the tables of a path, or raises what is wrong with it.
        put_back: Takes tables that were opened, for whoever opens them next.
        alone: The files are no exports of one list, whatever their names.
    """

    open: Callable[[str], list[RawTable]]
    put_back: Callable[[str, list[RawTable]], None]
    alone: bool = False


class _Export(NamedTuple):
    """An export with its table; a file with a snapshot date on each row holds several.

    Attributes:
        deals: ``id`` and what stays the same of a deal (``created``, ``name``, ``account``, as far as there are such), as text.
    """

    dated: Dated
    item: FileArgument
    table: RawTable
    deals: pl.DataFrame

    def shared(self, later: _Export) -> int:
        """How many of its deals are in another export; none where most of these are other deals: each numbers its own."""
        import polars as pl

        both = self.deals.join(later.deals, on="id", suffix="_later")
        lasting = [name for name in _LASTING if {name, f"{name}_later"} <= set(both.columns)]
        same = [int(both.select((pl.col(name) == pl.col(f"{name}_later")).sum()).item()) for name in lasting]
        return both.height if not same or max(same) > _MOST * both.height else 0


def read_with_history(
    arguments: Sequence[str],
    options: ReadOptions,
    tables: Tables,
    together: Together = in_turn,
    about: frozenset[str] | None = None,
) -> tuple[Dataset, frozenset[str]]:
    """Read files into one dataset; of several exports of one list, the newest is read, and the others are its history.

    Args:
        arguments: Paths, patterns, folders or ``-``, each optionally as ``KIND=FILE``.
        options: What the user settled.
        tables: Where tables come from.
        together: How several things are done at once.
        about: As for :func:`salesmetrics.ingest.read.read_files`.

    Returns:
        As :func:`salesmetrics.ingest.read.read_files`.

    Raises:
        SalesmetricsError: As there; ``exports_same_day``, ``exports_unrelated``, ``export_undated``, ``ids_missing``, ``ids_twice`` and
            ``snapshot_day_unreadable`` where exports of one list are given.
    """
    from salesmetrics.ingest.read import read_files

    items = [] if tables.alone else expand(arguments)
    dated = [item for item in items if _may_be_dated(item)]
    snapshots = [item for item in items if _may_have_snapshots(item)]
    if len(dated) > 1 or snapshots:
        found = _Walk(items, options, tables, together).of(dated, snapshots)
        if found is not None:
            left = frozenset(path for path in found.paths if path != found.newest.item.path)
            tables.put_back(found.newest.item.path, [found.newest.table])
            main, words = read_files(arguments, options, tables.open, together, about, left)
            joined = found.joined(main)
            if joined is not None:
                return joined, words
    try:
        return read_files(arguments, options, tables.open, together, about)
    except SalesmetricsError as error:
        raise _same_day(error, dated) from error


def _may_be_dated(item: FileArgument) -> bool:
    return item.kind in (None, "deals") and _DIGITS.search(re.split(r"[/\\]", item.path)[-1]) is not None


def _may_have_snapshots(item: FileArgument) -> bool:
    if item.kind not in (None, "deals"):
        return False
    place = place_of(item.path)
    plain = place.suffix.lower() in _PLAIN and place.is_file()
    return names_snapshots(item.path) if plain else True


def names_snapshots(path: str) -> bool:
    """Whether the first bytes of a file speak of snapshots: only then its rows are looked at twice. A pipe is read once."""
    try:
        return place_of(path).is_file() and b"snapshot" in beginning(path, _HEAD).replace(b"\0", b"").lower()
    except OSError:
        return False


def by_snapshot(table: RawTable) -> dict[date, RawTable] | None:
    """The rows of each day, of a table with a snapshot date on each row; None of another table.

    Raises:
        SalesmetricsError: ``snapshot_day_unreadable``.
    """
    import polars as pl

    name = _snapshot_column(table)
    if name is None:
        return None
    days = table.frame.get_column(name).cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if days.null_count():
        first = table.frame.filter(days.is_null()).row(0, named=True)
        details = {"column": name, "row": first["__row__"], "value": first[name] or ""}
        raise SalesmetricsError("snapshot_day_unreadable", path=table.source.path, **details)
    ordered = days.unique().sort().to_list()
    found = {}
    for place, day in enumerate(ordered):
        frame = table.frame.filter(days == day)
        rest = (table.ignored, table.rejected, table.findings) if not place else ({}, (), ())
        ignored, rejected, findings = rest
        rows = frame.height + len(rejected) + sum(ignored.values())
        found[day] = replace(table, frame=frame, rows_read=rows, ignored=ignored, rejected=rejected, findings=findings)
    return found


def _snapshot_column(table: RawTable) -> str | None:
    from salesmetrics.ingest.recognise.words import normalise

    names = [name for name in table.frame.columns if normalise(name).replace("_", " ") in _SNAPSHOT]
    return names[0] if len(names) == 1 else None


def _same_day(error: SalesmetricsError, dated: Iterable[FileArgument]) -> SalesmetricsError:
    """The refusal of lists that overlap; where two of them are of one day among others, that they are."""
    from salesmetrics.calendar import day_in_name

    days = {item.path: day for item in dated if (day := day_in_name(item.path)) is not None}
    first, second = (error.details.get(name) for name in ("first", "second"))
    if error.code != "lists_overlap" or error.details.get("kind") != "deals" or first not in days:
        return error
    return _one_day(str(first), str(second), days[first]) if days[first] == days.get(str(second)) else error


def _one_day(first: str, second: str, day: date) -> SalesmetricsError:
    details: dict[str, Any] = {"first": first, "second": second, "day": day}
    source, fix = Message("day_from_file_name"), Message("keep_one_of_day")
    return SalesmetricsError("exports_same_day", **details, source=source, fix=fix)


# --- the walk from the oldest export to the newest ---


class _Walk:
    """Exports one after the other, until the newest is left."""

    def __init__(self, items: Sequence[FileArgument], options: ReadOptions, tables: Tables, together: Together) -> None:
        self.items, self.options, self.tables, self.together = items, options, tables, together
        self._definitions: dict[str, list[RawTable]] | None = None
        self._without_ids: list[str] = []

    def of(self, dated: Sequence[FileArgument], snapshots: Sequence[FileArgument]) -> _Found | None:
        """What is left to read, and what the others say of its past; None where these are no exports of one list."""
        split = {item.path: parts for item in snapshots if (parts := self._split(item))}
        if not split and len(dated) < 2:
            return None
        from salesmetrics.analysis.exports import Dated
        from salesmetrics.calendar import day_in_name

        waiting: list[tuple[Dated, FileArgument, RawTable | None]] = []
        for item in self.items:
            days = split.get(item.path, {})
            waiting += [(Dated(item.path, day, "snapshot_column"), item, table) for day, table in days.items()]
            named = day_in_name(item.path) if item in dated and not days else None
            waiting += [(Dated(item.path, named, "file_name"), item, None)] if named is not None else []
        if len({export.day for export, _, _ in waiting}) < 2:
            return None
        found: _Found | None = None
        before: _Export | None = None
        for export, item, table in sorted(waiting, key=lambda one: (one[0].day, one[0].path)):
            here = self._opened(export, item, table)
            if here is None:
                continue
            if before is not None:
                refusal = _refusal(before, here)
                if refusal is not None and found is None:
                    self._put_back(before, here)
                    return None
                if refusal is not None:
                    raise refusal
                found = found or _Found()
                self._fold(found, before)
            before = here
        if found is None or before is None:
            if before is not None:
                self._put_back(before)
            return None
        if self._without_ids:
            raise SalesmetricsError("ids_missing", path=self._without_ids[0], rows=None)
        found.newest = before
        found.paths.add(before.item.path)
        self._refuse_undated(found, waiting)
        return found

    def _refuse_undated(self, found: _Found, waiting: Sequence[tuple[Dated, FileArgument, RawTable | None]]) -> None:
        """Stop where another file has most deals of the newest export, or of its own among these: it is one without a day.

        Raises:
            SalesmetricsError: ``export_undated``.
        """
        from salesmetrics.analysis.exports import Dated

        newest, seen = found.newest, {item.path for _, item, _ in waiting}
        for item in self.items:
            if item.kind not in (None, "deals") or item.path in seen:
                continue
            other = self._opened(Dated(item.path, newest.dated.day, "file_name"), item, None)
            if other is None:
                continue
            self._put_back(other)
            shared = other.shared(newest)
            if shared > _MOST * min(other.deals.height, newest.deals.height):
                first, path = newest.table.source.path, other.table.source.path
                raise SalesmetricsError("export_undated", path=path, newest=first, shared=shared)

    def _put_back(self, *exports: _Export) -> None:
        for export in exports:
            if export.dated.source == "file_name":
                self.tables.put_back(export.item.path, [export.table])

    def _split(self, item: FileArgument) -> Mapping[date, RawTable]:
        """The tables of a file with a snapshot date on each row, by day; none of another."""
        try:
            opened = self.tables.open(item.path)
        except SalesmetricsError:  # said where it is read
            return {}
        parts = by_snapshot(opened[0]) if len(opened) == 1 else None
        several = parts is not None and len(parts) > 1
        if not several or not place_of(item.path).is_file():  # nobody reads a pipe twice
            self.tables.put_back(item.path, opened)
        return parts if several and parts is not None else {}

    def _opened(self, export: Dated, item: FileArgument, table: RawTable | None) -> _Export | None:
        """A list of deals with ids; None of another file, which is read with the newest."""
        import polars as pl

        from salesmetrics.ingest.read import mapping_for
        from salesmetrics.ingest.recognise.columns import recognise
        from salesmetrics.ingest.table.raw import ROW

        if table is None:
            try:
                opened = self.tables.open(item.path)
            except SalesmetricsError:  # said where it is read
                return None
            if len(opened) != 1:
                self.tables.put_back(item.path, opened)
                return None
            table = opened[0]
        sample = table.frame.drop(ROW).head(200)
        mapping = mapping_for(table, self.options.mapping)
        known = {"kind": item.kind, "profile": self.options.profile, "mapping": mapping}
        try:
            recognition = recognise(table.named, path=table.source.path, sample=sample, **known)  # type: ignore[arg-type]
        except SalesmetricsError:
            recognition = None
        match = recognition.columns.get("id") if recognition is not None else None
        if recognition is None or recognition.kind != "deals" or recognition.lists is not None or match is None:
            if export.source == "file_name":
                self.tables.put_back(item.path, [table])
            if recognition is not None and recognition.kind == "deals" and recognition.lists is None:
                self._without_ids.append(table.source.path)
            return None
        named = {name: recognition.columns.get(name) for name in ("id", *_LASTING)}
        texts = (pl.col(m.header).cast(pl.String).str.strip_chars().alias(name) for name, m in named.items() if m)
        deals = table.frame.select(texts).filter(pl.col("id").is_not_null() & (pl.col("id") != ""))
        return _Export(export, item, table, deals.unique("id", keep="first", maintain_order=True))

    def _fold(self, found: _Found, export: _Export) -> None:
        """Put an older export into the history, and let its table go."""
        from salesmetrics.analysis.exports import after_its_day, refuse_ids
        from salesmetrics.ingest.read import mapping_for, read_files

        definitions = self._stages()
        options = replace(self.options, mapping=mapping_for(export.table, self.options.mapping))
        path = export.item.path
        named = (path if export.item.kind is None else f"{export.item.kind}={path}", *map(_as_pipelines, definitions))

        def opened(name: str) -> list[RawTable]:
            return [export.table] if name == path else definitions[name]

        dataset, _ = read_files(named, options, opened, self.together, frozenset())
        deals = dataset.frames["deals"]
        refuse_ids(deals, export.table.source.path)
        found.history.add(export.dated.day, deals)
        found.older.append(export.dated)
        found.paths.add(path)
        found.findings += [item for item in dataset.findings if item.code == "rows_rejected" and item.kind == "deals"]
        found.findings += after_its_day(deals, export.dated)
        own = next(item for item in dataset.inputs if item.kind == "deals")
        found.inputs.append(replace(own, kind=HISTORY, exported=export.dated.day))
        found.rejected += [(name, row) for name, row in dataset.rejected if name == own.path]

    def _stages(self) -> Mapping[str, list[RawTable]]:
        """The tables that say what stages mean: what ended a deal is the same in every export."""
        if self._definitions is None:
            self._definitions = {}
            for item in self.items:
                if item.kind == "pipelines" or (item.kind is None and not _may_be_dated(item) and _is_small(item.path)):
                    self._define(item)
        return self._definitions

    def _define(self, item: FileArgument) -> None:
        from salesmetrics.ingest.recognise.columns import recognise
        from salesmetrics.ingest.table.raw import ROW

        try:
            opened = self.tables.open(item.path)
        except SalesmetricsError:  # said where it is read
            return
        self.tables.put_back(item.path, opened)
        sample = opened[0].frame.drop(ROW).head(200)
        try:
            kind = item.kind or recognise(opened[0].named, path=item.path, sample=sample).kind
        except SalesmetricsError:
            return
        if kind == "pipelines" and len(opened) == 1 and self._definitions is not None:
            self._definitions[item.path] = opened


def _as_pipelines(path: str) -> str:
    return f"pipelines={path}"


def _is_small(path: str) -> bool:
    try:
        return place_of(path).is_file() and place_of(path).stat().st_size <= _DEFINING
    except OSError:
        return False


def _refusal(before: _Export, here: _Export) -> SalesmetricsError | None:
    """Why two exports are not of one list, one after the other; None where they are."""
    first, second = before.table.source.path, here.table.source.path
    if before.dated.day == here.dated.day:
        return _one_day(first, second, here.dated.day)
    shared, size = before.shared(here), before.deals.height
    if shared > _MOST * size:
        return None
    return SalesmetricsError(
        "exports_unrelated",
        first=first,
        second=second,
        shared=shared,
        deals=size,
        example=before.deals["id"].min(),
        other=here.deals["id"].min(),
        fix=Message("leave_list_out"),
    )


# --- what the older exports say, beside the newest ---


class _Found:
    """The newest export, and what the older ones tell.

    Attributes:
        newest: Is yet to be read.
        history: Of the others.
        older: Their days.
        paths: The files of all of them.
        inputs: How the older ones were read.
    """

    newest: _Export

    def __init__(self) -> None:
        from salesmetrics.analysis.export_history import ExportHistory

        self.history = ExportHistory()
        self.older: list[Dated] = []
        self.paths: set[str] = set()
        self.inputs: list[Input] = []
        self.findings: list[Finding] = []
        self.rejected: list[tuple[str, RejectedRow]] = []

    def joined(self, main: Dataset) -> Dataset | None:
        """The dataset of the newest export, with its history; None where nothing in it tells exports from parts of a list.

        Parts of a list may overlap, and then agree on every deal. So where all deals are the same in all exports, and some
        are not in the newest, none is left out.
        """
        import polars as pl

        from salesmetrics.analysis.exports import after_its_day, refuse_ids
        from salesmetrics.ingest.dataset import FILE

        export, path = self.newest.dated, self.newest.table.source.path
        index = next(i for i, file in enumerate(main.files) if file.source.path == path)
        deals = main.frames["deals"].filter(pl.col(FILE) == index)
        refuse_ids(deals, path)
        self.history.add(export.day, deals)
        if not self.history.differs and self.history.removed and export.source == "file_name":
            return None
        rows, lost = _beside(self.history.history(deals), main.frames.get("stages"))
        inputs = [replace(item, exported=export.day) if item.path == path else item for item in main.inputs]
        return replace(
            main,
            history=rows,
            inputs=(*inputs, *self.inputs),
            findings=(*self._said(deals), *lost, *main.findings, *after_its_day(deals, export), *self.findings),
            rejected=(*main.rejected, *self.rejected),
            exported=None if rows is None else export.day,
        )

    def _said(self, deals: pl.DataFrame) -> list[Finding]:
        """That the older exports are history, and what is not known of it."""
        from salesmetrics.schema.findings import finding
        from salesmetrics.schema.provenance import Severity

        export, path = self.newest.dated, self.newest.table.source.path
        code = "exports_in_series" if export.source == "file_name" else "snapshots_in_series"
        about: dict[str, Any] = {"kind": "deals", "path": path}
        first, last = self.older[0].day, self.older[-1].day
        days = Message("exports_between", first=first, last=last) if first < last else Message("export_on", day=last)
        found = [finding(code, count=len(self.older), **about, days=days, day=export.day)]
        gone, seen = self.history.removed, self.history.removed + deals.height
        if gone:
            severity = Severity.WARNING if gone * _MANY_REMOVED > seen else Severity.NOTE
            found.append(finding("deals_in_older_only", count=gone, severity=severity, day=export.day, **about))
        return found


def _beside(history: pl.DataFrame, stages: pl.DataFrame | None) -> tuple[pl.DataFrame | None, list[Finding]]:
    """What exports tell that a stage history beside them does not, and which of the two is taken."""
    import polars as pl

    from salesmetrics.schema.findings import finding

    absent = history.filter(pl.col("__state__") == "absent").get_column("deal_id").n_unique()
    found = [finding("deals_absent_between", kind="deals", count=absent)] if absent else []
    if stages is None:
        return history, found
    if "expected_close" in stages.columns and stages.get_column("expected_close").null_count() < stages.height:
        return None, [finding("stages_before_exports", kind="stages", count=stages.height)]
    plans = history.filter(~pl.col("__state__").is_in(["stage", "left"]))
    return plans, [finding("stages_beside_exports", kind="stages", count=stages.height), *found]
