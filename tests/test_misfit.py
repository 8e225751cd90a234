"""Options that do not fit the file are refused before they give a report of what little they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import Dataset, ReadOptions, load

if TYPE_CHECKING:
    from pathlib import Path

COMMA = [
    "Deal ID;Stage;Amount;Close Date",
    "1;Won;1.000,50;2025-01-03",
    "2;Won;2000,75;2025-01-04",
    "3;Won;300;2025-01-05",
]
MONTH_FIRST = [
    "Deal ID,Stage,Amount,Close Date",
    "1,Won,1,01/13/2025",
    "2,Won,1,01/14/2025",
    "3,Won,1,02/13/2025",
    "4,Won,1,01/03/2025",
]


def read(folder: Path, lines: list[str], **options: Any) -> Dataset:
    path = folder / "deals.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load([str(path)], ReadOptions(**options))


@pytest.mark.parametrize(
    ("lines", "options", "parts"),
    [
        (COMMA, {"decimal": "point"}, ("--decimal point", "2 of 3", "`Amount`", "`1.000,50`", "row 2")),
        (MONTH_FIRST, {"date_order": "dmy"}, ("--date-order dmy", "3 of 4", "`Close Date`", "`01/13/2025`", "row 2")),
    ],
)
def test_an_option_that_rejects_most_of_a_column_is_refused(
    tmp_path: Path, lines: list[str], options: dict[str, Any], parts: tuple[str, ...]
) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        read(tmp_path, lines, **options)
    assert caught.value.code == "option_invalid"
    assert caught.value.exit_code == 2
    assert all(part in caught.value.message for part in parts)
    fits = {"decimal": "--decimal comma", "date_order": "--date-order mdy"}[next(iter(options))]
    assert fits in caught.value.hint


@pytest.mark.parametrize(
    ("lines", "options"), [(COMMA, {"decimal": "comma"}), (MONTH_FIRST, {"date_order": "mdy"}), (COMMA, {})]
)
def test_what_fits_is_taken(tmp_path: Path, lines: list[str], options: dict[str, Any]) -> None:
    assert read(tmp_path, lines, **options).files[0].rows.used == len(lines) - 1


def test_half_of_a_column_is_still_rejected_row_by_row(tmp_path: Path) -> None:
    lines = [*MONTH_FIRST[:3], "3,Won,1,03/04/2025", "4,Won,1,05/06/2025"]
    assert read(tmp_path, lines, date_order="dmy").files[0].rows.rejected == 2


def test_cells_that_no_option_can_read_are_not_the_fault_of_one(tmp_path: Path) -> None:
    lines = [*COMMA[:2], "2;Won;soon;2025-01-04", "3;Won;later;2025-01-05"]
    assert read(tmp_path, lines, decimal="comma").files[0].rows.rejected == 2
