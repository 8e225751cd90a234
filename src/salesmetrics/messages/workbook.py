"""What a workbook says beside the page that it draws: names of sheets, of columns that a table is taken apart into, its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WORKBOOK"]

WORKBOOK: Mapping[str, str] = {
    # --- sheets -----------------------------------------------------------------------------------------------------------
    "sheet_summary": "Summary",
    "sheet_numbers": "Numbers",
    "sheet_chart_data": "Chart data",
    "sheet_unnamed": "Sheet",
    "title_and_more": "{title:typed}, …",
    "sheets_listed": "Sheets",
    "chart_data_are": "The numbers behind sparklines and charts, where no other sheet holds them.",
    # --- columns ----------------------------------------------------------------------------------------------------------
    "lane_section": "section",
    "lane_bar": "bar",
    "lane_sparkline": "trend",
    "lane_low": "{title:typed}, low",
    "lane_high": "{title:typed}, high",
    "lane_k": "k",
    "lane_n": "n",
    "lane_exact": "{title:typed}, all digits",
    "lane_flag": "{title:typed}, flag",
    "lane_note": "note",
    "lane_unnamed": "column {n}",
    "lane_tile": "KPI",
    "lane_goal": "goal",
    "lane_sheet": "sheet",
    "lane_row": "row",
    "lane_position": "position",
    "lane_name": "name",
    "lane_range": "{title:typed}, high minus low",
    "lane_base": "hidden base",
    "lane_up": "increase",
    "lane_down": "decrease",
    "lane_end": "level",
    "suffix_points": " pts",
    # --- below a table ----------------------------------------------------------------------------------------------------
    "sheet_rows_capped": "Only the first {shown:,} of {n:# row|# rows} are here: a sheet holds no more.",
    "sheet_columns_capped": "Only the first {shown:,} of {n:# column|# columns} are here: a sheet holds no more.",
    "chart_of_first": "{title:typed}, first {n:,}",
    # --- on paper ---------------------------------------------------------------------------------------------------------
    "page_of_pages": "Page &P of &N",
}
