"""How cells of a workbook look. Own file: colours and formats, each made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesmetrics.render.document import Tone
from salesmetrics.render.xlsx.number_formats import day_form

if TYPE_CHECKING:
    from salesmetrics.render.xlsx.grid import Entry

__all__ = ["HEADER", "TONES", "Styles"]


class Styles:
    """The formats of a workbook, each made once.

    Args:
        book: Of XlsxWriter.
        from_right: The language is written from the right, so that a text that begins with a number is read from there, too.
    """

    def __init__(self, book: Any, *, from_right: bool = False) -> None:
        self._book = book
        self._own = {"reading_order": _FROM_RIGHT} if from_right else {}
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **properties: Any) -> Any:
        """The format with these properties."""
        if self._own and properties.get("align") == "left":
            properties["align"] = "right"
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(
                {"font_name": "Calibri", "font_size": 11, "valign": "top", **self._own, **properties}
            )
        return self._made[key]

    def entry(self, entry: Entry, *, total: bool, right: bool = False, wraps: bool = False, apart: bool = False) -> Any:
        """The format of a cell of a table."""
        properties: dict[str, Any] = dict(TONES.get(entry.tone, {}))
        if total:
            properties["bold"] = True
        if entry.number is not None:
            properties["num_format"] = entry.form.code
        elif entry.day is not None:
            properties |= {"num_format": day_form(), "align": "left"}
        else:
            properties |= ({"align": "right"} if right else {}) | ({"text_wrap": True} if wraps else {})
        if apart and entry.number is None and not right:
            properties |= {"align": "left", "indent": 2}
        return self.of(**properties)


_FROM_RIGHT = 2
"""The number of this order of reading in a workbook."""

TONES: dict[Tone, dict[str, Any]] = {
    Tone.STRONG: {"bold": True},
    Tone.MUTED: {"font_color": "#5B6575"},
    Tone.GOOD: {"font_color": "#1A7F4B"},
    Tone.WARNING: {"font_color": "#8A5A00"},
    Tone.BAD: {"font_color": "#B3261E"},
}
HEADER = {
    "bold": True,
    "text_wrap": True,
    "bg_color": "#E8ECF4",
    "font_color": "#1F2937",
    "bottom": 1,
    "bottom_color": "#9AA5B8",
}
