"""Months and quarters in the words of many languages, as files of costs and quotas write them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.in_process import invoke

from salesmetrics.calendar import Calendar, parse_period_label
from salesmetrics.calendar.months import MONTHS
from salesmetrics.calendar.windows import Window
from salesmetrics.entities.days import cost_days
from salesmetrics.entities.quotas import quota_days

if TYPE_CHECKING:
    from pathlib import Path

_LABELS = {
    "2026-01": "Januar 2026|janvier 2026|janv. 2026|enero de 2026|janeiro/2026|gennaio 2026|يناير 2026|كانون الثاني 2026|Januari 2026|2026년 1월",
    "2026-02": "Februar 2026|février 2026|févr. 26|febrero 2026|fevereiro de 2026|febbraio 2026|فبراير 2026|лютий 2026 року|Şubat 2026",
    "2026-03": "März 2026|mars 2026|marzo 2026|março 2026|Mac 2026|март 2026|марта 2026 г.|2026年3月|2026年三月|2026年3月度|2026. március|Μάρτιος 2026|มีนาคม 2026",
    "2026-Q1": "T1 2026|2026-T1|1T26|1. Quartal 2026|Quartal 1 2026|2026 1. Quartal|1er trimestre 2026|1º trimestre de 2026|I кв. 2026|1-й квартал 2026"
    "|2026年第1四半期|2026年第一季度|2026년 1분기|الربع الأول 2026|Suku tahun 1 2026|I kwartał 2026|kvartal 1 2026|2026. I. negyedév|1. çeyrek 2026",
    "2026-H1": "1. Halbjahr 2026|1er semestre 2026|1-е полугодие 2026|2026年上半年|H1 2026",
    "2026-W05": "KW 5 2026|2026-W05|KW05/2026",
}
_NONE = "Pro plan|north|2026 plan|Muster 2026|5. Quartal 2026|T5 2026|Q1|Januar"


@pytest.mark.parametrize(
    ("label", "text"), [(label, text) for label, texts in _LABELS.items() for text in texts.split("|")]
)
def test_a_period_in_words_is_read(label: str, text: str) -> None:
    period = parse_period_label(text)
    assert period is not None
    assert period.label == label


@pytest.mark.parametrize("text", _NONE.split("|"))
def test_other_words_are_no_period(text: str) -> None:
    assert parse_period_label(text) is None


def test_every_month_that_dates_know_is_one_of_periods() -> None:
    read = {name: parse_period_label(f"{name.upper()} 2026") for name in MONTHS if name.upper().lower() == name}
    assert {name: period and period.label for name, period in read.items()} == {
        name: f"2026-{MONTHS[name]:02}" for name in read
    }


def test_what_counts_for_no_day_is_named() -> None:
    frame = pl.DataFrame(
        {"period": ["März 2026", "Fasching", "Fasching"], "amount": [Decimal(9)] * 3, "__row__": [2, 3, 4]},
        schema_overrides={"amount": pl.Decimal(38, 8), "__row__": pl.UInt32},
    )
    days, (cost,) = cost_days(frame, Calendar(), date(2026, 12, 31))
    assert days["day"].n_unique() == 31
    _, (quota,) = quota_days(frame, Calendar(), (), Window(None, None))
    for kind, found in (("cost", cost), ("quota", quota)):
        assert (found.code, found.count, found.rows) == (f"{kind}_unplaced", 2, (3, 4))
        assert found.message.endswith("ignored: `Fasching`")


def test_revenue_of_no_period_is_named(tmp_path: Path) -> None:
    path = tmp_path / "revenue.csv"
    path.write_text("Customer,MRR,Month\nOak,9,Januar 2026\nOak,9,Februar 2026\nAsh,9,Fasching\n", encoding="utf-8")
    done = invoke("report", f"revenue={path}", "--period", "2026-02", "--format", "json")
    (told,) = (item for item in json.loads(done.stdout)["findings"] if item["code"] == "revenue_unplaced")
    assert (told["rows"], told["severity"]) == ([4], "warning")
    assert "`Fasching`" in told["message"]
