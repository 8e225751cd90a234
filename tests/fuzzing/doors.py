"""Every door, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import condition_door
import mapping_door
import own_kpi_door
import period_door
import reader_door
import settings_door

if TYPE_CHECKING:
    from ground import Door

__all__ = ["DOORS"]

DOORS: dict[str, Door] = {
    door.name: door
    for door in (
        condition_door.DOOR,
        period_door.DOOR,
        mapping_door.DOOR,
        own_kpi_door.DOOR,
        settings_door.DOOR,
        reader_door.DOOR,
    )
}
