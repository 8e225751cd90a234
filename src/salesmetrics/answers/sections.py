"""A report with what belongs beside it, as data: the answer of `report` where it is drawn as pages. It is no JSON of its own."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from salesmetrics.answers.base import Answer, Model
from salesmetrics.answers.benchmark import Benchmark
from salesmetrics.answers.catalog import Card
from salesmetrics.answers.cohort import Cohorts
from salesmetrics.answers.compare import Compare
from salesmetrics.answers.forecast import Forecast
from salesmetrics.answers.funnel import Funnel
from salesmetrics.answers.losses import Losses
from salesmetrics.answers.report import Report
from salesmetrics.answers.rows import Rows
from salesmetrics.schema.sections import SectionName

__all__ = ["Absent", "Sections"]


class Absent(Model, frozen=True, kw_only=True):
    """A section that these files or options do not allow."""

    section: SectionName
    code: str
    """of the refusal, as the command of the section gives it"""
    details: dict[str, Any] = field(default_factory=dict)
    """of the refusal, for its words"""


class Sections(Answer, frozen=True, kw_only=True):
    """Everything that a report in pages has to say; each part equals the answer of its own command to the same options."""

    command: str = "report"
    report: Report
    wanted: tuple[SectionName, ...]
    """in their order; those that are not there are among ``absent``"""
    by: tuple[str, ...] = ()
    """the dimension of segments and of the benchmark"""
    by_default: bool = False
    """nobody asked for that dimension"""
    every: Literal["week", "month", "quarter", "year"] = "month"
    """the length of a period of the trend"""
    headlines: tuple[str, ...] = ()
    """ids of the KPIs of the first tiles, in order"""
    undivided: bool = False
    """``by`` makes so many segments that only the KPIs and the benchmark are divided by it"""
    no_total: bool = False
    """total rows of segments are left out"""
    segments: Report | None = None
    trend: Report | None = None
    funnel: Funnel | None = None
    compare: Compare | None = None
    cohort: Cohorts | None = None
    forecast: Forecast | None = None
    benchmark: Benchmark | None = None
    losses: Losses | None = None
    rows: tuple[Rows, ...] = ()
    absent: tuple[Absent, ...] = ()
    definitions: tuple[Card, ...] = field(default_factory=tuple)
    """of every KPI on the page"""
