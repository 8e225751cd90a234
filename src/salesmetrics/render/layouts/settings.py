"""How the settings look."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesmetrics.answers.settings import Settings
    from salesmetrics.render.writers import Screen

__all__ = ["settings_table"]


def settings_table(answer: Settings, screen: Screen) -> str:
    """Every setting, its value and where it comes from."""
    from salesmetrics.render.settings import render_settings

    return render_settings(answer, width=screen.width, color=screen.color)
