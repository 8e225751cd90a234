"""From the options of a command to a request."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from salesmetrics.calendar import Calendar, comparison, parse_as_of, parse_period
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import last_event
from salesmetrics.report import model
from salesmetrics.report.build import Request
from salesmetrics.report.goals import Stretch
from salesmetrics.report.windows import Window

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from salesmetrics.calendar import Comparison, Period
    from salesmetrics.cli.options import Selection
    from salesmetrics.config import Config
    from salesmetrics.ingest.dataset import Dataset

__all__ = ["make_request", "split_list", "stretch_of"]


def make_request(selection: Selection, config: Config, dataset: Dataset, *, trend: bool) -> Request:
    """What is asked of the dataset, with the as-of day and the period settled.

    Raises:
        SalesmetricsError: ``option_invalid``: a period or a day that cannot be read, or one that needs dates the data
            do not have.
    """
    table = config.report
    calendar = Calendar(**config.calendar.model_dump(), timezone=config.read.timezone)
    as_of, source = _as_of(selection.as_of, dataset)
    period = _period(selection.period or table.period, as_of, calendar)
    compare = selection.compare.value if selection.compare else table.compare
    shifts = {kind: _shift(period, as_of, kind, calendar) for kind in ("previous", "year-ago")} if period else {}
    compared = None
    if compare is not None:
        if as_of is None:
            raise _needs_dates("--compare", compare)
        compared = comparison(period, as_of, compare, calendar)
    return Request(
        as_of=as_of,
        as_of_source=source,
        kpis=split_list(selection.kpi or (() if selection.family else table.kpi)),
        families=split_list(selection.family or (() if selection.kpi else table.family)),
        by=split_list(selection.by or table.by),
        where=selection.where or table.where,
        period=_model_period(period),
        previous=_window(shifts.get("previous")),
        year_ago=_window(shifts.get("year-ago")),
        comparison=_model_comparison(compared),
        compare=compare.replace("-", "_") if compare else None,
        level=table.level if selection.level is None else selection.level,
        min_n=table.min_n if selection.min_n is None else selection.min_n,
        trend=trend,
        every=selection.every.value if selection.every else None,
        calendar=calendar,
        settings=config.settings,
        currency=_currency(selection.currency or table.currency),
    )


def _currency(text: str | None) -> str | None:
    return text.strip().upper() if text and text.strip() else None


def stretch_of(text: str, as_of: date | None, calendar: Calendar) -> Stretch:
    """A period by its name, with the stretches before it.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    period = _period(text, as_of, calendar)
    shifts = {kind: _shift(period, as_of, kind, calendar) for kind in ("previous", "year-ago")} if period else {}
    return Stretch(_model_period(period), _window(shifts.get("previous")), _window(shifts.get("year-ago")))


def _as_of(text: str | None, dataset: Dataset) -> tuple[date | None, str | None]:
    if text is not None:
        today = date.today()
        return parse_as_of(text, today=today), f"--as-of {text}"
    return last_event(dataset) or (None, None)


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


def _needs_dates(option: str, value: str) -> SalesmetricsError:
    cause, fix = "the files have no dates", "name the column with `--map created=HEADER` or `--map closed=HEADER`"
    return SalesmetricsError("option_invalid", option=option, value=value, cause=cause, fix=fix)


def _window(stretch: Comparison | None) -> Window | None:
    return Window(stretch.start, stretch.end) if stretch else None


def _model_period(period: Period | None) -> model.Period:
    if period is None:
        return model.Period(label="all")
    return model.Period(label=period.label, start=period.start, end=period.end, partial=period.partial)


def _model_comparison(stretch: Comparison | None) -> model.Comparison | None:
    if stretch is None:
        return None
    return model.Comparison(label=stretch.label, start=stretch.start, end=stretch.end, to_date=stretch.to_date)


def split_list(values: Iterable[str] | None) -> tuple[str, ...]:
    """The items of a repeatable option whose values may hold several, separated by commas.

    >>> split_list(["owner,team", "region"])
    ('owner', 'team', 'region')
    """
    return tuple(item.strip() for value in values or () for item in value.split(",") if item.strip())
