"""Days, periods and comparisons: which range of days a word such as ``last-quarter`` names, and what came before it.

Nothing here reads the clock: ``as_of`` and ``today`` are always handed in. Periods are half-open, ``[start, end)``.
"""

from salesmetrics.calendar.as_of import LastEvent, day_in_name, last_event_day, parse_as_of
from salesmetrics.calendar.comparison import (
    Comparison,
    comparison,
    last_complete,
    last_units,
    periods_before,
    ranges_before,
    years_before,
)
from salesmetrics.calendar.model import Calendar, Every, Pattern, Period, Unit, unit_period
from salesmetrics.calendar.periods import (
    PERIOD_FORMS,
    bucket_expression,
    bucket_label,
    bucket_starts,
    overlap_days,
    parse_period,
    parse_period_label,
    periods_of_column,
    range_expression,
    split,
)
from salesmetrics.calendar.zones import Change, clock_changes, utc_of_wall

__all__ = [
    "PERIOD_FORMS",
    "Calendar",
    "Change",
    "Comparison",
    "Every",
    "LastEvent",
    "Pattern",
    "Period",
    "Unit",
    "bucket_expression",
    "bucket_label",
    "bucket_starts",
    "clock_changes",
    "comparison",
    "day_in_name",
    "last_complete",
    "last_event_day",
    "last_units",
    "overlap_days",
    "parse_as_of",
    "parse_period",
    "parse_period_label",
    "periods_before",
    "periods_of_column",
    "range_expression",
    "ranges_before",
    "split",
    "unit_period",
    "utc_of_wall",
    "years_before",
]
