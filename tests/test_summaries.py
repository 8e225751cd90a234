"""Tables of counts are no deals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.read import load

if TYPE_CHECKING:
    from pathlib import Path

SUMMARIES = [
    ["Stage,Deals,Amount", "Proposal,12,900", "Won,4,3000", "Lost,7,2000"],
    ["Owner,Stage,Number of Deals,Amount", "Kim,Proposal,12,900", "Kim,Won,4,3000", "Lee,Lost,7,2000"],
    ["Month,Stage,Deal Count,Amount", "2026-01,Won,4,3000", "2026-01,Lost,7,2000"],
    ["Phase;Anzahl;Summe", "Angebot;12;900", "Gewonnen;4;3000", "Verloren;7;2000"],
    ["Стадия;Количество сделок;Сумма", "Переговоры;12;900", "Выиграна;4;3000", "Проиграна;7;2000"],
    ["阶段,数量,金额", "谈判,12,900", "赢单,4,3000", "输单,7,2000"],
]
DEALS = [
    ["Deal Name,Stage,Count,Amount", "Desk,Won,12,900", "Lamp,Lost,4,3000"],
    ["Owner,Stage,Quantity,Product,Amount,Close Date", "Kim,Won,12,Pens,900,2026-02-03", "Lee,Lost,4,Ink,30,2026-02-05"],
    ["Besitzer;Phase;Anzahl;Summe;Abschlussdatum", "Kim;Gewonnen;12;900;03.02.2026", "Lee;Verloren;4;30;15.02.2026"],
    ["Owner,Stage,Deals,Amount", "Kim,Won,1,900", "Lee,Lost,1,3000"],
    ["Owner,Stage,Wins,Amount", "Kim,Won,1,900", "Lee,Lost,0,3000"],
    ["Nr;Besitzer;Phase;Betrag", "17;Kim;Gewonnen;900", "18;Lee;Verloren;30"],
    ["Owner,Stage,Sales", "Kim,Won,900", "Lee,Lost,30"],
]  # fmt: skip


def written(folder: Path, lines: list[str]) -> str:
    path = folder / "list.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("lines", SUMMARIES, ids=lambda lines: lines[0])
@pytest.mark.parametrize("named", ["", "deals="])
def test_a_summary_is_refused_by_name(tmp_path: Path, lines: list[str], named: str) -> None:
    with pytest.raises(SalesmetricsError, match="each row holds several deals") as caught:
        load([named + written(tmp_path, lines)])
    assert caught.value.code == "kind_unknown"
    assert "--map quantity=" in (caught.value.hint or "")


@pytest.mark.parametrize("lines", DEALS, ids=lambda lines: lines[0])
def test_a_number_in_a_deal_is_no_count_of_deals(tmp_path: Path, lines: list[str]) -> None:
    assert load([f"deals={written(tmp_path, lines)}"]).frames["deals"].height == 2


def test_who_says_that_they_are_units_is_believed(tmp_path: Path) -> None:
    options = ReadOptions(mapping={"quantity": "Anzahl"})
    assert load([f"deals={written(tmp_path, SUMMARIES[3])}"], options).frames["deals"]["quantity"].to_list() == [
        12,
        4,
        7,
    ]


def test_leads_counted_by_status(tmp_path: Path) -> None:
    lines = ["Lead Source,Lead Status,Number of Leads", "Web,New,12", "Web,Converted,4"]
    with pytest.raises(SalesmetricsError, match="each row holds several leads"):
        load([f"leads={written(tmp_path, lines)}"])
