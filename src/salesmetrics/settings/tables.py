"""Tables of the settings file whose keys are no options: calendar, goals and KPIs of the user's own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from salesmetrics.engine.goals import parse_condition

__all__ = ["CalendarTable", "GoalTable", "Goals", "KpiTable", "SettingsTable"]


class SettingsTable(BaseModel):
    """What all tables have in common: no key but those that are known."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


def _condition(text: str) -> str:
    parse_condition(text)
    return text


class CalendarTable(SettingsTable):
    """Weeks and fiscal years."""

    week_start: int = Field(default=1, ge=1, le=7, description="1 is Monday, 7 is Sunday")
    fiscal_start_month: int = Field(default=1, ge=1, le=12, description="first month of the fiscal year")
    pattern: Literal["months", "445", "454", "544"] = Field(default="months", description="months of a fiscal quarter")
    year_end: Literal["last", "nearest"] = Field(default="last", description="how a year of weeks ends")
    fiscal_year_name: Literal["end", "start"] = Field(
        default="end", description="the civil year that names a fiscal year"
    )


class GoalTable(SettingsTable):
    """A goal: specific, measurable, with an owner and a day."""

    goal: Annotated[str, AfterValidator(_condition)] = Field(description="for example >= 25%, or < 30")
    group: dict[str, str] = Field(
        default_factory=dict, description="the segment it is for: dimension = value, where * is each value"
    )
    period: str | None = Field(default=None, description="the period it is for, where not that of the report")
    by: date | None = Field(default=None, description="the day it is to be met by")
    owner: str | None = Field(default=None, description="who answers for it")
    note: str | None = Field(default=None, description="why")


class KpiTable(SettingsTable):
    """A KPI of the user's own."""

    expression: str = Field(description="SQL over measures and KPIs, for example calls / won_deals")
    title: str | None = Field(default=None, description="its name on screen")
    unit: Literal["money", "ratio", "count", "days", "hours", "months", "x", "points"] = Field(
        default="x", description="unit"
    )
    direction: Literal["higher", "lower", "neutral"] = Field(default="neutral", description="which way is better")
    description: str = Field(default="", description="what it means")


def _goals(value: object) -> object:
    if isinstance(value, str):
        return [{"goal": value}]
    return [value] if isinstance(value, dict) else value


Goals = Annotated[list[GoalTable], BeforeValidator(_goals, json_schema_input_type=str | GoalTable | list[GoalTable])]
