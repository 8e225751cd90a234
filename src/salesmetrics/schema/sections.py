"""The sections that a report in pages is made of, by name and in their order."""

from typing import Literal, get_args

__all__ = ["SECTIONS", "SectionName"]

SectionName = Literal[
    "kpis", "segments", "trend", "funnel", "compare", "cohort", "forecast", "benchmark", "losses", "rows"
]

SECTIONS: tuple[SectionName, ...] = get_args(SectionName)
