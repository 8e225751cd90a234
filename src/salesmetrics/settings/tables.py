"""Tables of the settings file whose keys are not options: calendar, goals and custom KPIs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from salesmetrics.engine.goals import parse_condition

__all__ = ["CalendarTable", "GoalTable", "Goals", "KpiTable", "SettingsTable"]


class SettingsTable(BaseModel):
    """What all tables have in common: unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


def _condition(text: str) -> str:
    parse_condition(text)
    return text


class CalendarTable(SettingsTable):
    """Weeks and fiscal years."""

    week_start: int = Field(default=1, ge=1, le=7, description="first day of the week: 1 is Monday, 7 is Sunday")
    fiscal_start_month: int = Field(default=1, ge=1, le=12, description="first month of the fiscal year")
    pattern: Literal["months", "445", "454", "544"] = Field(
        default="months", description="months of a fiscal quarter: calendar months, or 4-4-5, 4-5-4 or 5-4-4 weeks"
    )
    year_end: Literal["last", "nearest"] = Field(
        default="last",
        description="last day of a year of weeks: the last such weekday in its last month, or the one nearest to the end of that month",
    )
    fiscal_year_name: Literal["end", "start"] = Field(
        default="end", description="calendar year that names a fiscal year: the one in which it ends, or starts"
    )


class GoalTable(SettingsTable):
    """A goal: a condition, with an owner and a due date."""

    goal: Annotated[str, AfterValidator(_condition)] = Field(description="condition, for example >= 25% or < 30")
    group: dict[str, str] = Field(default_factory=dict, description="segment: column = value, where * means each value")
    period: str | None = Field(default=None, description="period of the goal; default: the period of the report")
    by: date | None = Field(default=None, description="due date")
    owner: str | None = Field(default=None, description="person responsible")
    note: str | None = Field(default=None, description="reason or source of the goal")


class KpiTable(SettingsTable):
    """A custom KPI."""

    expression: str = Field(description="SQL over measures and KPIs, for example calls / won_deals")
    title: str | None = Field(default=None, description="title on screen")
    unit: Literal["money", "ratio", "count", "days", "hours", "months", "x", "points"] = Field(
        default="x", description="unit"
    )
    direction: Literal["higher", "lower", "neutral"] = Field(default="neutral", description="which direction is better")
    description: str = Field(default="", description="definition")
    headline: bool = Field(default=True, description="whether it is among the KPIs that a report shows first")


def _goals(value: object) -> object:
    if isinstance(value, str):
        return [{"goal": value}]
    return [value] if isinstance(value, dict) else value


Goals = Annotated[list[GoalTable], BeforeValidator(_goals, json_schema_input_type=str | GoalTable | list[GoalTable])]
