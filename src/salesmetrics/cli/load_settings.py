"""The KPIs that a command knows: those that ship, those of plugins, and the user's own."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import Catalog, catalog

if TYPE_CHECKING:
    from salesmetrics.settings.sources import SettingsFile

PLUGINS = "salesmetrics.kpis"
"""The entry-point group under which an installed package offers a module of measures and KPIs."""

__all__ = ["make_catalog"]


def make_catalog(settings: SettingsFile) -> Catalog:
    """The KPIs that ship, those of installed plugins, and those that the settings file defines.

    Args:
        settings: The settings file.

    Raises:
        SalesmetricsError: ``plugin_invalid`` or ``kpi_invalid``.
    """
    known = catalog()
    for point in entry_points(group=PLUGINS):
        try:
            known = known.with_modules([point.load()])
        except Exception as error:
            raise SalesmetricsError(
                "plugin_invalid", name=point.name, cause=f"{type(error).__name__}: {error}"
            ) from error
    if not settings.kpis:
        return known
    from salesmetrics.metrics.user import UserKpi, with_user_kpis

    own = [
        UserKpi(name, t.expression, t.title or name.replace("_", " ").capitalize(), t.unit, t.direction, t.description)
        for name, t in settings.kpis.items()
    ]
    return with_user_kpis(known, own, str(settings.path))
