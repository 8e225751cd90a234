"""Where settings come from: the settings file that a command uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from salesmetrics.config import Config, find_config, read_config
from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from salesmetrics.cli.options import Reading

__all__ = ["config_path", "settle_config"]


def settle_config(reading: Reading) -> Config:
    """The settings file that is named, else the nearest one going up, else nothing but defaults."""
    path = config_path(reading)
    return read_config(path) if path else Config()


def config_path(reading: Reading) -> Path | None:
    """Which settings file a command uses."""
    if reading.config is not None:
        path = Path(reading.config)
        if not path.is_file():
            raise SalesmetricsError("file_not_found", path=reading.config)
        return path
    if reading.no_config:
        return None
    try:
        return find_config(Path.cwd())
    except OSError:
        return None
