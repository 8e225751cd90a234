"""What the shell is offered to complete a word; nothing heavy is imported for it."""

from __future__ import annotations

from salesmetrics.metrics.catalog import catalog

__all__ = ["complete_kpi"]


def complete_kpi(incomplete: str) -> list[tuple[str, str]]:
    """Ids of KPIs that begin so, each with its title."""
    return [(kpi.id, kpi.title) for kpi in catalog().kpis.values() if kpi.id.startswith(incomplete)]
