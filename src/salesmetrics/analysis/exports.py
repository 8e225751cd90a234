"""Exports of one list as a series: their days and order, what is refused, the answer. Own file: decisions about files, no arithmetic."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import polars as pl
from msgspec.structs import replace

from salesmetrics.analysis.changed_deals import behind, changes
from salesmetrics.analysis.compare import BARS, Snapshot, Terms, bridges, compared, state_of
from salesmetrics.analysis.journeys import crm_order, open_stages
from salesmetrics.answers.compare import Compare, Export
from salesmetrics.answers.provenance import filters_of
from salesmetrics.answers.rows import Rows, RowsTotal
from salesmetrics.calendar import Calendar, parse_as_of
from salesmetrics.calendar.steps import months_after
from salesmetrics.engine.prepare import MAX_SEGMENTS, check_dimensions, check_segments
from salesmetrics.engine.resolve import in_zone, terms_of
from salesmetrics.engine.where import apply_where, named_columns
from salesmetrics.entities.currency import convert, still_true
from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import told
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message, Some

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from salesmetrics.analysis.compare import Interval
    from salesmetrics.analysis.journeys import StageOrders
    from salesmetrics.answers.compare import BarId, DealChange, DealState
    from salesmetrics.answers.provenance import Filters
    from salesmetrics.answers.report import Period
    from salesmetrics.engine.request import Question
    from salesmetrics.schema.provenance import Finding, Input
    from salesmetrics.schema.withheld import Withheld

__all__ = [
    "Dated",
    "Fold",
    "Told",
    "after_its_day",
    "days_by_option",
    "in_order",
    "refuse_ids",
    "refuse_strangers",
    "refuse_withheld",
    "settled",
    "state_in_scope",
]

_FEWEST_SHARED = 10
"""One in so many ids of the smaller of two exports is in the other at least, or they are of different lists."""
_MANY_REMOVED = 5
"""From more than one in so many deals of the earlier export missing in the later one, its filter is in doubt."""
_SHOWN = 5
_MONTHS_AHEAD = 120

Source = Literal["option", "file_name", "last_event", "snapshot_column"]


class Dated(NamedTuple):
    """An export with its day."""

    path: str
    day: date
    source: Source


class Told(Protocol):
    """What is known of an export beside its deals."""

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """What cannot be known of it."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What a careful reader would want to know."""
        ...

    @property
    def inputs(self) -> tuple[Input, ...]:
        """How its file was read."""
        ...


def days_by_option(pairs: Sequence[str], paths: Sequence[str]) -> dict[str, date]:
    """The days that ``--on FILE=DATE`` gives, by path; a file goes by its path or by its name.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    found: dict[str, date] = {}
    for pair in pairs:
        name, sign, text = pair.rpartition("=")
        if not sign or not name:
            raise _refused("--on", pair, Message("not_written_as", form="FILE=DATE"), Message("on_example"))
        named = [path for path in paths if path == name] or [path for path in paths if _name(path) == name]
        if len(named) != 1:
            raise _refused("--on", pair, Message("on_no_such_file", path=name), Message("on_files", paths=list(paths)))
        try:
            found[named[0]] = parse_as_of(text)
        except SalesmetricsError as error:
            raise _refused("--on", pair, error.details["cause"], Message("on_example")) from error
    return found


def _name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]


def _refused(option: str, value: str, cause: Message, fix: Message) -> SalesmetricsError:
    return SalesmetricsError("option_invalid", option=option, value=value, cause=cause, fix=fix)


def in_order(exports: Sequence[Dated], *, typed: bool) -> list[Dated]:
    """Exports from the earliest day to the latest.

    Args:
        exports: In the order given.
        typed: Whether each was typed by its name, so that the order is meant.

    Raises:
        SalesmetricsError: ``exports_too_few``, ``exports_same_day`` or ``exports_reversed``.
    """
    if len(exports) < 2:
        raise SalesmetricsError("exports_too_few", paths=[export.path for export in exports])
    ordered = sorted(exports, key=lambda export: export.day)
    for first, second in pairwise(ordered):
        if first.day == second.day:
            raise SalesmetricsError(
                "exports_same_day",
                first=first.path,
                second=second.path,
                day=first.day,
                source=Message(f"day_from_{second.source}"),
                fix=Message("keep_or_set_day", name=shlex.quote(second.path)),
            )
    if typed and ordered != list(exports) and len({export.path for export in exports}) == len(exports):
        late = next(first for first, second in pairwise(exports) if first.day > second.day)
        files = " ".join(shlex.quote(export.path) for export in ordered)
        raise SalesmetricsError("exports_reversed", path=late.path, day=late.day, files=files)
    return ordered


# --- the deals of an export ---


def state_in_scope(
    deals: pl.DataFrame, path: str, by: Sequence[str], where: str | None, renamed: Mapping[str, str]
) -> pl.DataFrame:
    """The deals of an export as a comparison looks at them.

    Args:
        deals: Canonical deals.
        path: Of the export.
        by: Dimensions.
        where: The condition.
        renamed: Names in it that are headers → columns.

    Raises:
        SalesmetricsError: ``ids_missing``, ``ids_twice``, ``dimension_unknown``, ``segments_too_many`` or ``where_invalid``.
    """
    refuse_ids(deals, path)
    listed = {name for name in deals.columns if not name.startswith("__")}
    check_dimensions(by, {"deals": deals}, listed)
    check_segments(by, {"deals": deals}, MAX_SEGMENTS)
    kept = None if where is None else _kept(deals, where, renamed, listed)
    return state_of(deals, by, kept)


def refuse_ids(deals: pl.DataFrame, path: str) -> None:
    """Stop where deals cannot be matched by id.

    Raises:
        SalesmetricsError: ``ids_missing`` or ``ids_twice``.
    """
    if "id" not in deals.columns or deals["id"].null_count() == deals.height:
        raise SalesmetricsError("ids_missing", path=path, rows=None)
    blank = deals.filter(pl.col("id").is_null())
    if blank.height:
        raise SalesmetricsError("ids_missing", path=path, rows=Message("ids_blank_in", rows=_rows(blank)))
    if deals["id"].n_unique() < deals.height:
        twice = deals.filter(pl.col("id").is_duplicated()).sort("id", "__row__")
        first = twice.filter(pl.col("id") == twice["id"][0])
        others = twice["id"].n_unique() - 1
        more = Message("and_ids_more", n=others) if others else None
        raise SalesmetricsError("ids_twice", path=path, id=first["id"][0], rows=_rows(first), more=more)


def _rows(frame: pl.DataFrame) -> Some:
    return Some(tuple(map(str, frame["__row__"].head(_SHOWN).to_list())), frame.height)


def _kept(deals: pl.DataFrame, where: str, renamed: Mapping[str, str], listed: set[str]) -> pl.Series:
    """Which deals fulfil a condition; none is an answer here, for the pipeline of an export may be empty."""
    rows = deals.with_row_index("__nth__")
    try:
        kept = apply_where({"deals": rows}, where, renamed=renamed, listed=listed)["deals"]
    except SalesmetricsError as error:
        if error.code != "report_empty":
            raise
        kept = rows.head(0)
    return rows["__nth__"].is_in(kept["__nth__"].implode())


def refuse_withheld(withheld: Sequence[Withheld], findings: Sequence[Finding]) -> None:
    """Stop where the files leave open how deals ended, or what their amounts are.

    Raises:
        SalesmetricsError: ``outcome_unsettled``.
    """
    reasons = {item.reason for item in withheld if item.kind == "deals" and item.fact in ("outcome", "amount")}
    said = next((item for item in findings if item.code in reasons), None)
    if said is not None:
        raise SalesmetricsError("outcome_unsettled", kpis="compare", cause=said.problem, fix=said.remedy)


def refuse_strangers(old: pl.DataFrame, new: pl.DataFrame, shared: int, paths: tuple[str, str]) -> None:
    """Stop where two exports share so few ids that they are of different lists.

    Raises:
        SalesmetricsError: ``exports_unrelated``.
    """
    smaller = min(old.height, new.height)
    if shared * _FEWEST_SHARED < smaller:
        raise SalesmetricsError(
            "exports_unrelated",
            first=paths[0],
            second=paths[1],
            shared=shared,
            deals=smaller,
            example=old["id"].sort()[0],
            other=new["id"].sort()[0],
            fix=Message("compare_one_list"),
        )


def after_its_day(deals: pl.DataFrame, export: Dated) -> list[Finding]:
    """A finding where deals were created or closed after the day of their export: the day is wrong, or another file's."""
    late = pl.lit(value=False)
    if "created" in deals.columns:
        late |= (pl.col("created") > export.day).fill_null(value=False)
    if "closed" in deals.columns:
        ended = pl.col("outcome").is_in(["won", "lost", "other"]) & (pl.col("closed") > export.day)
        late |= ended.fill_null(value=False)
    rows = deals.filter(late)["__row__"].sort()
    return (
        [finding("events_after_export", kind="deals", path=export.path, rows=rows, day=export.day)] if len(rows) else []
    )


def _removed_many(interval: Interval, deals: int, path: str) -> list[Finding]:
    """A finding where more than a fifth of the deals of one export are missing in the next."""
    gone = deals - interval.shared
    if gone * _MANY_REMOVED <= deals:
        return []
    return [
        finding(
            "deals_missing_later",
            kind="deals",
            path=path,
            count=gone,
            deals=deals,
            before=interval.from_day,
            day=interval.to_day,
        )
    ]


# --- the answer, from two exports at a time ---


def settled(
    question: Question, last: date, aside: Mapping[str, pl.DataFrame], timezone: str | None
) -> tuple[Terms, Period]:
    """The terms of a comparison, and its period.

    Args:
        question: What is asked for.
        last: The day of the last export, from which periods such as ``this-quarter`` are counted.
        aside: Frames of other kinds; ``pipelines`` say in which order stages stand.
        timezone: The zone that the files were read in, if one was named.

    Raises:
        SalesmetricsError: ``option_invalid``: the period cannot be read.
    """
    calendar = in_zone(question.calendar, timezone) or Calendar()
    try:
        period = terms_of(question.period, last, calendar).period
    except SalesmetricsError:
        # Expected close dates lie ahead: a period that has not begun yet is one to look at.
        period = terms_of(question.period, months_after(last, _MONTHS_AHEAD), calendar).period
        if period.start is None or period.start <= last:
            raise
    terms = Terms(
        filtered=question.where is not None,
        start=period.start,
        end=period.end,
        calendar=calendar,
        orders=[[_positions(aside.get("pipelines"))]],
    )
    return terms, period


def _positions(stages: pl.DataFrame | None) -> dict[str, Decimal]:
    """The place of each stage; without those whose name stands at several places."""
    if stages is None or not {"name", "position"} <= set(stages.columns):
        return {}
    known = stages.select("name", "position").drop_nulls().unique()
    return dict(known.filter(~pl.col("name").is_duplicated()).iter_rows())


def _place(item: Finding) -> tuple[str | None, ...]:
    """What a finding is about: that of a later export takes the place of the same before, but rejected rows are of one export."""
    return item.code, item.column, item.path if item.code == "rows_rejected" else None


# --- an export that names no currency ---


def _codes_of(deals: pl.DataFrame) -> frozenset[str | None] | None:
    """The currencies of amounts, None among them for amounts without one; None where an export names no currency at all.

    >>> deals = pl.DataFrame({"amount": [1, 2, None], "currency": ["EUR", None, None]})
    >>> sorted(_codes_of(deals), key=str), _codes_of(deals.drop("currency"))
    (['EUR', None], None)
    """
    if "currency" not in deals.columns or deals["currency"].null_count() == deals.height:
        return None
    known = pl.col("currency").is_not_null()
    if "amount" in deals.columns:
        known |= pl.col("amount").is_not_null()
    return frozenset(deals.filter(known)["currency"].unique())


class _Currencies:
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
        codes = _codes_of(deals)
        if codes is None:
            priced = deals["amount"].count() if "amount" in deals.columns else 0
            if self._codes is None or not priced:
                self._unnamed += [(path, priced)] if priced else []
                return deals, None
            code = self._only(self._codes, path, self._named)
            self._say(path, priced, code, self._named)
            return _deals_in(deals, code), None
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
            raise _unsure(codes, path, other)
        return code

    def _say(self, path: str, priced: int, code: str, other: str) -> None:
        note = finding("currency_of_other_export", kind="deals", path=path, count=priced, currency=code, other=other)
        self.notes.append(note)


def _unsure(codes: frozenset[str | None], path: str, other: str) -> SalesmetricsError:
    named = sorted(code for code in codes if code is not None)
    blank = Message("and_without_currency") if None in codes else None
    return SalesmetricsError("currency_in_one_export", path=path, other=other, codes=named, blank=blank)


def _deals_in(deals: pl.DataFrame, code: str) -> pl.DataFrame:
    """Deals in a currency."""
    return deals.with_columns(currency=pl.lit(code, dtype=pl.String))


def _interval_in(interval: Interval, code: str) -> Interval:
    """An interval of exports that named no currency, in one."""
    lines = {(group, code): bars for (group, _), bars in interval.lines.items()}
    bookings = [replace(item, currency=code) for item in interval.beside.bookings]
    return replace(interval, lines=lines, beside=replace(interval.beside, bookings=bookings))


def _change_in(change: DealChange, code: str) -> DealChange:
    """A change between exports that named no currency, in one."""
    return replace(change, from_=_state_in(change.from_, code), to_=_state_in(change.to_, code))


def _state_in(state: DealState | None, code: str) -> DealState | None:
    return None if state is None else replace(state, currency=code)


# --- the series ---


class Fold:
    """What changed between exports, one after the other: only the last one is held.

    Args:
        question: What is asked for.
        terms: The terms, and the period.
        aside: Frames of other kinds; ``rates`` convert amounts.
        last: The day of the last export, whose rates convert all of them.
        most: So many deals at most among the changes; None for all.
        bar: The bar whose deals are asked for.
    """

    def __init__(
        self,
        question: Question,
        terms: tuple[Terms, Period],
        aside: Mapping[str, pl.DataFrame],
        last: date,
        most: int | None,
        bar: BarId | None,
    ) -> None:
        self.question, (self.terms, self.period), self.last = question, terms, last
        self.rates = {kind: frame for kind, frame in aside.items() if kind == "rates"}
        self.most, self.bar = most, bar
        self.intervals: list[Interval] = []
        self.exports: list[Export] = []
        self.inputs: list[Input] = []
        self.findings: dict[tuple[str | None, ...], Finding] = {}
        self.notes: list[Finding] = []
        self.changes: list[DealChange] = []
        self.listed: list[pl.DataFrame] = []
        self._kept = 0
        self._currencies = _Currencies()
        self._stages: dict[str | None, set[str]] = {}
        self._before: tuple[Dated, Snapshot] | None = None

    def add(
        self,
        export: Dated,
        deals: pl.DataFrame,
        dataset: Told,
        column: Callable[[str], str],
        told: StageOrders,
    ) -> None:
        """Put the next export behind the others.

        Args:
            export: The export.
            deals: Its canonical deals.
            dataset: What else is known of it.
            column: The column that a name or header stands for.
            told: What the settings and the CRM say of the order of its stages.

        Raises:
            SalesmetricsError: What the export, or two in a row, are refused for.
        """
        refuse_withheld(dataset.withheld, dataset.findings)
        by = [column(name) for name in self.question.by]
        if not self.exports:
            self.terms = replace(self.terms, by=tuple(by))
        deals, code = self._currencies.add(deals, export.path)
        if code is not None:
            self._name_currency(code)
        if self.question.currency is not None:
            deals = self._converted(deals, self.question.currency)
        where = self.question.where
        renamed = {name: column(name) for name in named_columns(where) if column(name) != name}
        state = state_in_scope(deals, export.path, by, where, renamed)
        self._kept += int(state["kept"].sum())
        self.exports.append(Export(path=export.path, as_of=export.day, day_from=export.source, deals=state.height))
        self.inputs += dataset.inputs
        self.notes += after_its_day(state, export)
        self.findings |= {_place(item): item for item in dataset.findings}
        snapshot = Snapshot(export.day, state)
        stages = open_stages(deals)
        for pipeline, before in self._stages.items():
            stages[pipeline] = stages.get(pipeline, set()) | before
        self._stages = stages
        of_crm = [order for names in stages.values() if (order := crm_order(names, told)) is not None]
        self.terms = replace(self.terms, orders=[*self.terms.orders[:1], [told.settled], of_crm])
        if self._before is not None:
            self._compare(*self._before, export, snapshot)
        self._before = (export, snapshot)

    def _compare(self, before: Dated, old: Snapshot, export: Dated, new: Snapshot) -> None:
        interval = compared(old, new, self.terms)
        refuse_strangers(old.deals, new.deals, interval.shared, (before.path, export.path))
        self.notes += _removed_many(interval, old.deals.height, export.path)
        if self.bar is None:
            self.changes += changes(interval, self.most)
        else:
            self.listed.append(behind(interval, self.bar, self.terms.by))
        self.intervals.append(replace(interval, deals=pl.DataFrame()))

    def _name_currency(self, code: str) -> None:
        """All exports so far named no currency: they are in this one."""
        self.intervals = [_interval_in(interval, code) for interval in self.intervals]
        self.changes = [_change_in(change, code) for change in self.changes]
        self.listed = [_deals_in(frame, code) for frame in self.listed]
        if self._before is not None:
            export, snapshot = self._before
            self._before = export, snapshot._replace(deals=_deals_in(snapshot.deals, code))

    def _converted(self, deals: pl.DataFrame, code: str) -> pl.DataFrame:
        """All amounts at the rates of the last export's day, so that a change of rates is no change of a deal."""
        without = deals.drop("closed", strict=False)
        frames, notes = convert({"deals": without, **self.rates}, code, self.last, self.terms.calendar)
        self.findings |= {_place(item): item for item in notes}
        made = frames["deals"]
        return made.with_columns(deals["closed"]) if "closed" in deals.columns else made

    def answer(self) -> Compare | Rows:
        """The answer.

        Raises:
            SalesmetricsError: ``exports_too_few``; ``report_empty``; ``option_invalid``: no deal is in the bar whose deals are asked for.
        """
        if not self.intervals:
            raise SalesmetricsError("exports_too_few", paths=[export.path for export in self.exports])
        if not self._kept:
            cause, fix = Message("none_fulfils", condition=self.question.where), Message("loosen_condition")
            raise SalesmetricsError("report_empty", cause=cause, fix=fix)
        told = self.question.told_where or self.question.where
        filters = filters_of(self.question.shaped, where=told, period=self.question.period)
        if self.bar is not None:
            return self._rows(self.bar, filters)
        found = [*self._currencies.notes, *self.notes, *self.findings.values()]
        return Compare(
            period=self.period,
            group_by=list(self.terms.by),
            exports=self.exports,
            bridge=bridges(self.intervals, self.terms),
            beside=[interval.beside for interval in self.intervals],
            changes=self.changes,
            inputs=self.inputs,
            findings=still_true(found, self.question.currency),
            filters=filters,
        )

    def _rows(self, bar: BarId, filters: Filters) -> Rows:
        frame = pl.concat(self.listed)
        if frame.is_empty():
            raise _refused("--rows", bar, Message("bar_without_deals"), Message("use_one_of", known=self._filled()))
        sums = frame.group_by("currency").agg(
            pl.col("value").sum(), pl.len(), pl.col("value").null_count().alias("none")
        )
        totals = [
            RowsTotal(kpi=bar, currency=code, records=n, left_out=none, value=value)
            for code, value, n, none in sums.sort("currency", nulls_last=True).iter_rows()
        ]
        days = [name for name, kind in frame.schema.items() if kind == pl.Date]
        rows = frame.with_columns(pl.col(days).cast(pl.String)).to_dicts()
        return Rows(
            command="compare",
            kpi=bar,
            title=told(Message(f"bar_{bar}")),
            how=told(Message("deals_of_bar")),
            rows=rows,
            records=len(rows),
            totals=totals,
            as_of=self.exports[-1].as_of,
            period=self.period,
            inputs=self.inputs,
            filters=filters,
        )

    def _filled(self) -> list[str]:
        found = {bar for interval in self.intervals for bars in interval.lines.values() for bar in bars}
        return [bar for bar in BARS if bar in found]
