"""Sales KPIs from any CRM export, each with its definition, its counts and its uncertainty.

>>> import salesmetrics
>>> dataset = salesmetrics.load("deals.csv")  # doctest: +SKIP
>>> salesmetrics.report(dataset, by="owner").to_polars()  # doctest: +SKIP

The functions are the commands: ``report``, ``trend``, ``compare``, ``funnel``, ``cohort``, ``forecast``, ``benchmark``,
``losses``, ``rows``, ``explain``, ``check``, ``inspect`` and ``demo``, with the options of these. Each gives a result that a notebook
shows. Nothing heavy is imported before one of them is used.
"""

from __future__ import annotations

from salesmetrics.version import __version__

TYPE_CHECKING = False  # as `typing` has it, which takes longer to import than all else here
if TYPE_CHECKING:
    from typing import Any

    from salesmetrics.library import (
        benchmark,
        check,
        cohort,
        compare,
        demo,
        explain,
        forecast,
        funnel,
        inspect,
        load,
        losses,
        report,
        report_on,
        rows,
        trend,
    )
    from salesmetrics.results import Result

__all__ = [
    "Result",
    "__version__",
    "benchmark",
    "check",
    "cohort",
    "compare",
    "demo",
    "explain",
    "forecast",
    "funnel",
    "inspect",
    "load",
    "losses",
    "report",
    "report_on",
    "rows",
    "trend",
]


def __getattr__(name: str) -> Any:
    if name == "Result":
        from salesmetrics.results import Result

        return Result
    if name in __all__:
        from salesmetrics import library

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
