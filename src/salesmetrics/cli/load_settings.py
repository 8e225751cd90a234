"""Where settings come from: the settings file that a command uses."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import Catalog, catalog
from salesmetrics.settings.model import Config, default_config, find_config, read_config

if TYPE_CHECKING:
    from salesmetrics.cli.options import Reading, Settling

PLUGINS = "salesmetrics.kpis"
"""The entry-point group under which an installed package offers a module of measures and KPIs."""

__all__ = ["config_path", "settings_path", "settle_catalog", "settle_config"]


def settle_config(reading: Reading | Settling) -> Config:
    """The settings file that is named, else the nearest one going up, else nothing but defaults."""
    path = config_path(reading)
    return read_config(path) if path else default_config()


def settle_catalog(config: Config, reading: Reading | Settling) -> Catalog:
    """The KPIs that ship, those of installed plugins, and those that the settings file defines.

    Args:
        config: The settings.
        reading: The options that say which file they come from.

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
    if not config.kpi:
        return known
    from salesmetrics.metrics.user import UserKpi, with_user_kpis

    own = [
        UserKpi(name, t.expression, t.title or name.replace("_", " ").capitalize(), t.unit, t.direction, t.description)
        for name, t in config.kpi.items()
    ]
    return with_user_kpis(known, own, str(config_path(reading)))


def config_path(reading: Reading | Settling) -> Path | None:
    """Which settings file a command uses."""
    return settings_path(reading.config, left_out=reading.no_config)


def settings_path(named: str | None, *, left_out: bool) -> Path | None:
    """The settings file that is named, else the nearest one going up, unless it is to be left out.

    Raises:
        SalesmetricsError: ``file_not_found``.
    """
    if named is not None:
        path = Path(named)
        if not path.is_file():
            raise SalesmetricsError("file_not_found", path=named)
        return path
    if left_out:
        return None
    try:
        here = Path.cwd()
        found = find_config(here)
    except OSError:
        return None
    # Named as one sees it: the file in this folder by its name, one further up by its whole path.
    return found.relative_to(here) if found is not None and found.parent == here else found
