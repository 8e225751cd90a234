"""The header line that is offered for a file without one: pasted in front, it reads the right numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import load

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "days in ISO": (
        [
            "1001,Acme,Closed Won,1200,2026-01-05,2026-02-05",
            "1002,Beta,Closed Lost,800,2026-01-06,2026-02-06",
            "1003,Gama,Proposal,500,2026-01-07,2026-04-06",
        ],
        "id,name,stage,amount,created,close_date",
    ),
    "German, the day of closing first": (
        [
            "7;Ofen;Gewonnen;1.200,00;25.03.2026;05.01.2026",
            "8;Sand;Verloren;800,00;26.03.2026;16.01.2026",
            "9;Kalk;Offen;500,00;27.04.2026;17.01.2026",
        ],
        "id;name;stage;amount;close_date;created",
    ),
    "a dump of MySQL": (
        [
            '"31","Kiln","1200.00000000",\\N,"Closed Won","Web","1","Oak","","user1","2026-01-14 16:08:10","2026-02-21 16:27:52"',
            '"32","Sand","800.00000000","2026-02-10","Closed Lost","Web","2","Elm","","user1","2026-01-15 16:22:19","2026-02-11 22:11:33"',
            '"33","Size 32\\"","500.00000000","2026-03-08","Proposal",\\N,"1","Oak","","user2","2026-01-24 16:43:48","2026-03-09 14:39:39"',
        ],
        "id,name,amount,close_date,stage,column 6,column 7,column 8,column 9,column 10,created,date 3",
    ),
}


def refusal(folder: Path, lines: list[str]) -> SalesmetricsError:
    path = folder / "bare.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(SalesmetricsError) as caught:
        load([str(path)])
    assert caught.value.code == "header_missing"
    return caught.value


@pytest.mark.parametrize("name", FILES)
def test_the_line_that_is_offered_reads_the_right_numbers(tmp_path: Path, name: str) -> None:
    lines, expected = FILES[name]
    error = refusal(tmp_path, lines)
    line = error.hint.rsplit("`", 2)[1]
    assert line == expected
    path = tmp_path / "pasted.csv"
    path.write_text("\n".join([line, *lines]) + "\n", encoding="utf-8")
    frame = load([str(path)]).frames["deals"]
    assert frame["outcome"].to_list() == ["won", "lost", "open"]
    assert [int(value) for value in frame["amount"]] == [1200, 800, 500]
    assert frame["created"].is_not_null().all()
    assert frame["closed"][1] is not None
    assert ("until named" in error.hint) == ("column" in line)


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        # Two columns of numbers, and two of dates of which none is always the earlier.
        (
            ["5,Oak,Won,100,3,2026-01-05,2026-01-09", "9,Elm,Lost,70,7,2026-02-05,2026-01-09"],
            "id,name,stage,column 4,column 5,date 1,date 2",
        ),
        # A key of something else, and a flag.
        (["5,Oak,Won,71,1,2026-01-05", "9,Elm,Lost,72,0,2026-02-05"], "id,name,stage,column 4,column 5,date 1"),
    ],
)
def test_what_is_not_sure_is_not_guessed(tmp_path: Path, lines: list[str], line: str) -> None:
    hint = refusal(tmp_path, lines).hint
    assert hint.rsplit("`", 2)[1] == line
    assert "until named" in hint or "name the other columns" in hint
