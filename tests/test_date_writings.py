"""Dates with a space or a point after each dot, Korean and Japanese ones, times with dots; and months, which are no dates."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse import Parsed, ParseOptions, dates, parse_column
from salesmetrics.ingest.read import load
from salesmetrics.schema.fields import ColumnType

if TYPE_CHECKING:
    from pathlib import Path

_FORMS = {  # language → how a day, and how a time after it is written
    "Korean": ("{y}. {m}. {d}.", [" {h}:{mm}", " {h:02}:{mm}:{ss}", " {half} {h12}:{mm}", " ({w}) {half} {h12}:{mm}:{ss}"]),
    "Korean, close": ("{y}.{m}.{d}.", [" {h}:{mm}", " {half} {h12}:{mm}"]),
    "Korean, in words": ("{y}년 {m}월 {d}일", [" {h}:{mm}", " {half} {h12}시 {mm}분"]),
    "Hungarian": ("{y}. {m:02}. {d:02}.", [" {h:02}:{mm}", " {h}:{mm}:{ss}"]),
    "Czech": ("{d}. {m}. {y}", [" {h}:{mm}", " {h:02}:{mm}:{ss}"]),
    "Croatian": ("{d:02}. {m:02}. {y}.", [" {h}:{mm}", " {h:02}:{mm}:{ss}"]),
    "Finnish": ("{d}.{m}.{y}", [" klo {h}.{mm}", " klo {h}.{mm}.{ss}", " {h}.{mm}", " klo {h}:{mm}"]),
    "Danish": ("{d:02}-{m:02}-{y}", [" kl. {h:02}.{mm}"]),
    "German": ("{d:02}.{m:02}.{y}", [" um {h}.{mm} Uhr", " {h:02}:{mm}"]),
    "Japanese": ("{y}年{m}月{d}日", [" {h}:{mm}", "(月) {h:02}:{mm}", " {h}時{mm}分"]),
}  # fmt: skip


def _written(value: datetime, form: str) -> str:
    half, h12 = "오전" if value.hour < 12 else "오후", value.hour % 12 or 12
    return form.format(
        y=value.year, m=value.month, d=value.day, h=value.hour, mm=f"{value:%M}", ss=f"{value:%S}", half=half, h12=h12, w="월"
    )  # fmt: skip


def _parse(cells: list[str]) -> Parsed:
    rows = pl.Series(range(2, 2 + len(cells)), dtype=pl.UInt32)
    options = ParseOptions(date_order="dmy")
    return parse_column(pl.Series("x", cells), ColumnType.INSTANT, options, header="x", path="x.csv", rows=rows)


@settings(max_examples=tries(25))
@given(language=st.sampled_from(list(_FORMS)), data=st.data())
def test_a_writing_is_read_back_alone_and_among_others_fast_and_slow(language: str, data: st.DataObject) -> None:
    day, times = _FORMS[language]
    moments = st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1))
    drawn = data.draw(st.lists(st.tuples(moments, st.sampled_from(["", *times])), min_size=1, max_size=8))
    cells = [_written(value, day + time) for value, time in drawn]
    expected = [
        value.replace(
            microsecond=0,
            second=value.second if "ss" in time else 0,
            minute=value.minute if time else 0,
            hour=value.hour if time else 0,
        )
        for value, time in drawn
    ]
    strict = [f"{value:%d.%m.%Y}" for value, _ in drawn] * 2
    read = _parse([*cells, *strict])
    assert read.values.to_list()[: len(cells)] == expected
    with patch.object(dates, "read_fast", lambda text, dtype, *_, **__: dates.nothing_fast(text, dtype)):
        assert _parse([*cells, *strict]).values.to_list() == read.values.to_list()


@pytest.mark.parametrize(
    "cell", ["26. 1. 5.", "26. 01. 05.", "2026. 13. 5.", "2026. 1. 5. 25:00", "5.1.2026 klo 10.75"]
)
def test_what_reads_two_ways_or_not_at_all_stays_bad(cell: str) -> None:
    assert _parse([cell]).bad.to_list() == [True]


@pytest.mark.parametrize(
    "cell", ["2026. 1. 5.", "2026년 1월 5일", "2026. 01. 05. 10:30", "5. 1. 2026", "5.1.2026 klo 10.00"]
)
@pytest.mark.parametrize("head", ["Deal ID,Deal Stage,Amount,Close Date|1,Won,10,", "Invoice ID,Customer,Amount,Invoice Date|1,Oak,10,"])  # fmt: skip
def test_files_with_such_dates_are_read(tmp_path: Path, head: str, cell: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(head.replace("|", "\n") + cell + "\n", encoding="utf-8")
    data = load([str(path)])
    assert data.rejects.is_empty()
    assert data.last_event is not None
    assert data.last_event[0].isoformat() == "2026-01-05"


@pytest.mark.parametrize("month", ["2026-03", "03/2026", "2026年3月", "03.2026"])
def test_months_in_a_column_of_dates_are_called_so(tmp_path: Path, month: str) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(f"Deal ID,Deal Stage,Amount,Close Date\n1,Won,10,{month}\n", encoding="utf-8")
    said = next(item for item in load([str(path)]).findings if item.code == "header_of_months")
    assert said.message == f"`Close Date` is not used as close_date: it has months without a day, such as `{month}`"
    assert said.hint == "export full dates"
    path.write_text(f"Deal ID,Deal Stage,Amount,Close Date\n1,Won,10,2026-03-05\n2,Won,10,{month}\n", encoding="utf-8")
    assert load([str(path)]).rejects["reason"].to_list() == ["a month without a day"]


@pytest.mark.parametrize(("kind", "text"), [("revenue", "Customer,MRR,Date\nOak,9,2026-03\n"), ("costs", "Date,Category,Amount\n2026-03,Salary,9\n")])  # fmt: skip
def test_where_a_month_is_enough_the_hint_names_it(tmp_path: Path, kind: str, text: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(text)
    with pytest.raises(SalesmetricsError) as refused:
        load([str(path)])
    named = f"if it lists {kind}, use `{kind}={path} --map period=Date`"
    assert refused.value.hint == f"`Date` holds months without a day, such as `2026-03`: {named}"


def test_where_days_are_needed_the_hint_says_so(tmp_path: Path) -> None:
    path = tmp_path / "invoices.csv"
    path.write_text("Invoice No,Customer,Total,Issued\n1,Oak,9,2026-03\n")
    for argument in (str(path), f"invoices={path}"):
        with pytest.raises(SalesmetricsError) as refused:
            load([argument])
        assert refused.value.hint is not None
        assert refused.value.hint.endswith("export full dates")
