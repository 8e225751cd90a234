"""What is asked for, and which days that is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from salesmetrics.answers.provenance import Filters, Span, filters_of
from salesmetrics.answers.report import Comparison, Period
from salesmetrics.calendar import Calendar
from salesmetrics.calendar.steps import day_after
from salesmetrics.calendar.windows import Window, span_windows
from salesmetrics.engine.cost_cover import CostCover, cost_shift, within_costs
from salesmetrics.metrics.settings import Settings
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import Shaped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import polars as pl

    from salesmetrics.calendar import Every
    from salesmetrics.calendar import Period as AskedPeriod
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.withheld import Withheld

__all__ = ["PeriodTerms", "Question", "Request", "accepted", "window_of", "windows_of"]


def accepted(fdr: float | None, level: float) -> float:
    """The share of wrong ones that is accepted among verdicts: what was asked for, else what the level leaves.

    >>> accepted(None, 0.95), accepted(0.1, 0.95)
    (0.05, 0.1)
    """
    return round(1 - level, 6) if fdr is None else fdr


class Question(msgspec.Struct, frozen=True):
    """What is asked of files that nobody has read yet; with their dates and headers it becomes a request.

    Attributes:
        as_of: The day asked for; None for the last event in the data.
        as_of_source: How it was asked for.
        period: Its name, for example ``last-quarter``.
        compare: The earlier period to compare with.
        calendar: How weeks and years are counted.
        kpis: Ids of the KPIs wanted; with ``families`` empty too, all of them.
        families: Families wanted.
        by: Names of columns, or headers, that records are grouped by.
        sort: The KPI that segments are ordered by, with ``:asc`` for the lowest first; their keys where there is none.
        top: How many segments to keep; the others are one.
        no_total: Leave out totals over segments and periods.
        where: An SQL condition over columns by their names or headers.
        told_where: The same as it may be told, where that is not how it is computed.
        level: Confidence level of the intervals.
        min_n: Fewer records than this make a value small.
        fdr: The share of wrong ones that is accepted among verdicts on changes; None for what the level leaves.
        trend: Add the last twelve months to each KPI that has a date.
        every: Also one value per week, month, quarter or year, of the KPIs that have a date.
        settings: Thresholds and outside figures.
        currency: Convert all amounts to this one.
        headlines: So many KPIs at most, those that come first; 0 for all that were asked for.
        shaped: What else shapes the numbers, for the record.
    """

    as_of: date | None = None
    as_of_source: Message = msgspec.field(default_factory=lambda: Message("as_asked"))
    period: str = "all"
    compare: Literal["previous", "year-ago"] | None = None
    calendar: Calendar | None = None
    kpis: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    sort: str | None = None
    top: int | None = None
    no_total: bool = False
    where: str | None = None
    told_where: str | None = None
    level: float = 0.95
    min_n: int = 10
    fdr: float | None = None
    trend: bool = False
    every: Every | None = None
    settings: Settings = msgspec.field(default_factory=Settings)
    currency: str | None = None
    headlines: int = 0
    shaped: Shaped = msgspec.field(default_factory=Shaped)

    @property
    def accepted(self) -> float:
        """The share of wrong ones that is accepted among verdicts."""
        return accepted(self.fdr, self.level)


class PeriodTerms(msgspec.Struct, frozen=True):
    """The terms of a request that follow from its period: the period itself and the periods before it."""

    period: Period
    previous: Window | None = None
    year_ago: Window | None = None
    asked: AskedPeriod | None = None

    def terms(self) -> dict[str, Any]:
        """Them by the names that they have in a request."""
        return {
            "period": self.period,
            "previous": self.previous,
            "year_ago": self.year_ago,
            "asked_period": self.asked,
        }


class Request(msgspec.Struct, frozen=True):
    """What is asked for.

    Attributes:
        as_of: The report date; None where the data have no dates.
        as_of_source: Where that day comes from.
        own: The last event of each kind of file, where no day was asked for; None where one was (see ``moments``).
        kpis: Ids of the KPIs wanted; with ``families`` empty too, all of them.
        families: Families wanted.
        by: Column names that records are grouped by.
        sort: The KPI that segments are ordered by, with ``:asc`` for the lowest first; their keys where there is none.
        top: How many segments to keep; the others are one.
        where: An SQL condition over canonical columns.
        told_where: The same as it may be told, where that is not how it is computed.
        period: The requested period.
        asked_period: The same as the calendar has it; None for all records.
        period_words: How it was asked for, where by name.
        typed_period: The same as it was typed.
        previous: The period before it, like for like.
        year_ago: The same period a year earlier.
        comparison: Which of the two stands beside each value, as the report names it.
        compare: Its name: ``previous`` or ``year_ago``.
        level: Confidence level of the intervals.
        min_n: Fewer records than this make a value small.
        fdr: The share of wrong ones that is accepted among verdicts on changes; None for what the level leaves.
        trend: Add the last twelve months to each KPI that has a date.
        every: Also one value per week, month, quarter or year, of the KPIs that have a date.
        calendar: How weeks and years are counted.
        settings: Thresholds and outside figures.
        currency: Convert all amounts to this one, with the rates among the files.
        renamed: Names in ``where`` that are headers of the export → the columns they stand for.
        withheld: What the files leave so unsure that no number may rest on it.
        headers: Kind and column → the header that the export has for it, for findings.
        headlines: So many KPIs at most, those that come first; 0 for all that were asked for.
        shaped: What else shapes the numbers, for the record.
        span: The days between which the records lie.
        guessed: Files whose kind is a guess: path, kind and confidence in percent.
    """

    as_of: date | None
    as_of_source: Message | None
    own: Mapping[str, date] | None = None
    kpis: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    sort: str | None = None
    top: int | None = None
    where: str | None = None
    told_where: str | None = None
    period: Period = msgspec.field(default_factory=lambda: Period(label="all"))
    asked_period: AskedPeriod | None = None
    period_words: str = ""
    typed_period: str = "all"
    previous: Window | None = None
    year_ago: Window | None = None
    comparison: Comparison | None = None
    compare: str | None = None
    level: float = 0.95
    min_n: int = 10
    fdr: float | None = None
    trend: bool = False
    every: Every | None = None
    calendar: Calendar = msgspec.field(default_factory=Calendar)
    settings: Settings = msgspec.field(default_factory=Settings)
    currency: str | None = None
    renamed: Mapping[str, str] = msgspec.field(default_factory=dict)
    withheld: tuple[Withheld, ...] = ()
    headers: Mapping[tuple[str, str], str] = msgspec.field(default_factory=dict)
    headlines: int = 0
    shaped: Shaped = msgspec.field(default_factory=Shaped)
    span: Span | None = None
    guessed: tuple[tuple[str, str, int], ...] = ()

    @property
    def accepted(self) -> float:
        """The share of wrong ones that is accepted among verdicts."""
        return accepted(self.fdr, self.level)

    @property
    def filters(self) -> Filters:
        """What shapes the numbers besides the files, for the record."""
        return filters_of(self.shaped, where=self.told_where or self.where, period=self.typed_period)


def window_of(request: Request) -> Window:
    """The period asked for, as far as it has elapsed."""
    if request.period.end is None or request.as_of is None:
        return Window(request.period.start, request.period.end)
    end, tomorrow = request.period.end, day_after(request.as_of)
    return Window(request.period.start, min(end, tomorrow), end if end > tomorrow else None)


def windows_of(request: Request, frames: Mapping[str, pl.DataFrame], kpi: Kpi, catalog: Catalog) -> dict[str, Window]:
    """The period that a KPI is about, and the earlier ones that it or a comparison looks at.

    A KPI of cost is about the whole months of it that costs cover.
    """
    shift = cost_shift(kpi, catalog) if "costs" in frames else None
    windows = _asked_for(request, frames, kpi, of_cost=shift == "")
    return windows if shift is None else within_costs(windows, shift, CostCover(frames["costs"]))


def _asked_for(request: Request, frames: Mapping[str, pl.DataFrame], kpi: Kpi, *, of_cost: bool) -> dict[str, Window]:
    here = window_of(request)
    if not here.bounded:
        span = "costs" if of_cost and kpi.span == "period" else kpi.span
        return span_windows(span, frames, request.as_of, request.calendar)
    shifts = {"previous": request.previous, "year_ago": request.year_ago}
    return {"": here} | {shift: _meant(window, here) for shift, window in shifts.items() if window is not None}


def _meant(window: Window, here: Window) -> Window:
    """An earlier period that was cut like this one, with the end that the whole of it would have had."""
    if here.whole is None or here.end is None or here.start is None or window.end is None:
        return window
    return window._replace(whole=min(window.end + (here.whole - here.end), here.start))
