"""From words to a request: periods by name, comparisons, and the days that they stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from salesmetrics.answers import report as model
from salesmetrics.calendar import Calendar, comparison, parse_period
from salesmetrics.calendar.windows import Window
from salesmetrics.engine.request import PeriodTerms, Request
from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from datetime import date

    from salesmetrics.calendar import Comparison, Period

__all__ = ["in_zone", "resolve", "terms_around", "terms_of"]

_SHIFTS: tuple[Literal["previous", "year-ago"], ...] = ("previous", "year-ago")


def resolve(
    as_of: date | None,
    source: Message | None,
    *,
    period: str = "all",
    compare: Literal["previous", "year-ago"] | None = None,
    calendar: Calendar | None = None,
    **more: Any,
) -> Request:
    """A request with its period and comparison settled.

    Args:
        as_of: The report date.
        source: Where that day comes from.
        period: Its name, for example ``last-quarter`` or ``2026-Q1``.
        compare: The earlier period to compare with.
        calendar: How weeks and years are counted.
        **more: Further fields of the request.

    Raises:
        SalesmetricsError: ``option_invalid``: a period that cannot be read, or one that needs dates the data do not have.
    """
    calendar = calendar or Calendar()
    found = _period(period, as_of, calendar)
    shifts = {kind: _shift(found, as_of, kind, calendar) for kind in _SHIFTS} if found else {}
    compared = None
    if compare is not None:
        if as_of is None:
            raise _needs_dates("--compare", compare)
        compared = comparison(found, as_of, compare, calendar)
    unknown = {item.fact for item in more.get("withheld", ())}
    if "day" in unknown:
        _refuse_finer(period, found, more.get("every"), quarters="month" in unknown)
    return Request(
        as_of=as_of,
        as_of_source=source,
        period=_model_period(found),
        asked_period=found,
        typed_period=period,
        period_words=re.sub(r"[\s_]+", "-", period.strip().casefold()),
        previous=_window(shifts.get("previous")),
        year_ago=_window(shifts.get("year-ago")),
        comparison=_model_comparison(compared),
        compare=compare.replace("-", "_") if compare else None,
        calendar=calendar,
        **more,
    )


def in_zone(calendar: Calendar | None, zone: str | None) -> Calendar | None:
    """A calendar whose days are those of the zone that files were read in, if one was named."""
    return calendar if zone is None else replace(calendar or Calendar(), timezone=zone)


def terms_of(text: str, as_of: date | None, calendar: Calendar) -> PeriodTerms:
    """A period by its name, with the periods before it.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    period = _period(text, as_of, calendar)
    return PeriodTerms(_model_period(None)) if period is None else terms_around(period, as_of, calendar)


def terms_around(period: Period, as_of: date | None, calendar: Calendar) -> PeriodTerms:
    """A period with the periods before it, like for like."""
    shifts = {kind: _shift(period, as_of, kind, calendar) for kind in _SHIFTS}
    return PeriodTerms(_model_period(period), _window(shifts.get("previous")), _window(shifts.get("year-ago")), period)


def _period(text: str, as_of: date | None, calendar: Calendar) -> Period | None:
    if text == "all":
        return None
    if as_of is None:
        raise _needs_dates("--period", text)
    return parse_period(text, as_of=as_of, calendar=calendar)


def _shift(
    period: Period, as_of: date | None, kind: Literal["previous", "year-ago"], calendar: Calendar
) -> Comparison | None:
    try:
        return None if as_of is None else comparison(period, as_of, kind, calendar)
    except SalesmetricsError:
        return None


def _refuse_finer(text: str, found: Period | None, every: str | None, *, quarters: bool) -> None:
    """Raise for what is finer than the dates of deals, where these are months or quarters: it would only look exact."""
    finer, first = (("week", "day", "month"), (1, 4, 7, 10)) if quarters else (("week", "day"), range(1, 13))
    cause = Message("dates_are_quarters" if quarters else "dates_are_months")
    fix = Message("whole_quarters" if quarters else "whole_months")
    if every in finer:
        raise SalesmetricsError("option_invalid", option="--every", value=every, cause=cause, fix=fix)
    start = None if found is None else found.start
    if found is not None and (
        found.unit in finer or (start is not None and (start.day != 1 or start.month not in first))
    ):
        raise SalesmetricsError("option_invalid", option="--period", value=text, cause=cause, fix=fix)


def _needs_dates(option: str, value: str) -> SalesmetricsError:
    cause, fix = Message("no_dates"), Message("name_a_date")
    return SalesmetricsError("option_invalid", option=option, value=value, cause=cause, fix=fix)


def _window(period: Comparison | None) -> Window | None:
    return Window(period.start, period.end) if period else None


def _model_period(period: Period | None) -> model.Period:
    if period is None:
        return model.Period(label="all")
    return model.Period(label=period.label, start=period.start, end=period.end, partial=period.partial)


def _model_comparison(period: Comparison | None) -> model.Comparison | None:
    if period is None:
        return None
    return model.Comparison(label=period.label, start=period.start, end=period.end, to_date=period.to_date)
