"""Sales KPIs from any CRM export, each with its definition, its counts and its uncertainty.

>>> import salesmetrics
>>> dataset = salesmetrics.load("deals.csv")                     # doctest: +SKIP
>>> salesmetrics.report_on(dataset, by=["owner"]).metrics  # doctest: +SKIP

Nothing heavy is imported before one of the functions is used.
"""

from __future__ import annotations

from salesmetrics.version import __version__

TYPE_CHECKING = False  # as `typing` has it, which takes longer to import than all else here
if TYPE_CHECKING:
    from typing import Any

    from salesmetrics.library import benchmark, cohort, compare, demo, forecast, funnel, load, losses, report_on

__all__ = ["__version__", "benchmark", "cohort", "compare", "demo", "forecast", "funnel", "load", "losses", "report_on"]


def __getattr__(name: str) -> Any:
    if name in {"benchmark", "cohort", "compare", "demo", "forecast", "funnel", "load", "losses", "report_on"}:
        from salesmetrics import library

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
