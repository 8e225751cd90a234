"""Elapsed time is the difference of two instants: offsets in values, zones, changes of the clocks, business hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salesmetrics.calendar import clock_changes, utc_of_wall
from salesmetrics.calendar.business_hours import at_changes, business_hours, seconds_between
from salesmetrics.ingest.parse import ParseOptions, parse_column
from salesmetrics.library import load, report_on
from salesmetrics.metrics.settings import Settings
from salesmetrics.schema.fields import ColumnType

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.answers.report import Metric, Report

ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(microsecond=0))
OFFSETS = st.sampled_from([-600, -300, -210, 0, 60, 120, 330, 765])


def parsed(*texts: str, zone: str | None = None):
    column = pl.Series("at", texts)
    rows = pl.Series(range(2, len(texts) + 2), dtype=pl.UInt32)
    options = ParseOptions(timezone=zone)
    return parse_column(column, ColumnType.INSTANT, options, header="At", path="x.csv", rows=rows)


@given(pairs=st.lists(st.tuples(MOMENTS, OFFSETS), min_size=1, max_size=8), zone=st.none() | ZONES)
def test_an_instant_is_what_the_standard_library_makes_of_it(
    pairs: list[tuple[datetime, int]], zone: str | None
) -> None:
    there = [at.replace(tzinfo=timezone(timedelta(minutes=minutes))) for at, minutes in pairs]
    found = parsed(*(at.isoformat() for at in there), zone=zone)
    assert found.utc is not None
    assert found.utc.to_list() == [at.astimezone(UTC).replace(tzinfo=None) for at in there]
    days = [at if zone is None else at.astimezone(ZoneInfo(zone)) for at in there]
    assert found.values.dt.date().to_list() == [at.date() for at in days]


@given(walls=st.lists(MOMENTS, min_size=1, max_size=8), zone=ZONES)
def test_a_clock_without_an_offset_is_that_of_the_zone(walls: list[datetime], zone: str) -> None:
    expected = [wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None) for wall in walls]
    assert parsed(*(wall.isoformat(" ") for wall in walls), zone=zone).utc.to_list() == expected
    assert parsed(*(wall.isoformat(" ") for wall in walls)).utc is None


def test_utc_alone_is_read_by_its_format_and_known() -> None:
    found = parsed("2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z")
    assert found.utc is not None
    assert found.utc.equals(found.values)
    mixed = parsed("2026-03-01T10:00:00Z", "2026-03-02T10:00:00+05:30", "2026-03-03 10:00:00")
    assert mixed.utc.to_list() == [datetime(2026, 3, 1, 10), datetime(2026, 3, 2, 4, 30), None]
    assert {code: mask.to_list() for code, mask in mixed.notes.items() if code.startswith("offsets")} == {
        "offsets_differ": [False, True, False],
        "offsets_missing": [False, False, True],
    }


@given(start=MOMENTS, length=st.integers(0, 400), zone=ZONES, night=st.booleans())
@example(
    start=datetime(2026, 3, 28, 12), length=48, zone="Europe/Berlin", night=True
)  # drawn ones seldom pass a change
@example(start=datetime(2026, 3, 28, 21), length=8, zone="Europe/Berlin", night=True)  # ends with the change
@example(start=datetime(2026, 3, 29, 1), length=8, zone="Europe/Berlin", night=True)  # begins with it
@example(start=datetime(2026, 10, 24, 12), length=48, zone="Europe/Berlin", night=False)
def test_business_hours_pass_as_they_do_minute_by_minute(
    start: datetime, length: int, zone: str, *, night: bool
) -> None:
    text = "00:00-24:00 Mon-Sun" if night else "01:00-09:30 Sat-Tue"
    start = start.replace(minute=0, second=0)
    end = start + timedelta(hours=length // 2)
    passed, at = 0, start
    while at < end:  # an oracle that shares no code: every half hour by itself, on the clock of the zone
        wall = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        opened = wall.weekday() in (5, 6, 0, 1) and timedelta(hours=1) <= timedelta(
            hours=wall.hour, minutes=wall.minute
        ) < timedelta(hours=9, minutes=30)
        passed += 1800 * (night or opened)
        at += timedelta(minutes=30)
    walls = [one.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for one in (start, end)]
    frame = pl.DataFrame({"a": [walls[0]], "b": [walls[1]], "u": [start], "v": [end]})
    hours, changes = business_hours(text), clock_changes(zone, start.date(), end.date())
    moved = at_changes(pl.col("u"), pl.col("v"), hours, changes)
    assert frame.select(seconds_between(pl.col("a"), pl.col("b"), hours) - moved).item() == passed


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
@pytest.mark.parametrize("year", [2007, 2026])
def test_the_clocks_change_when_the_zone_says_so(zone: str, year: int) -> None:
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * n) for n in range(2 * 24 * 365)]
    offsets = [at.astimezone(ZoneInfo(zone)).utcoffset() for at in hours]
    changes = [at.replace(tzinfo=None) for at, a, b in zip(hours[1:], offsets, offsets[1:], strict=False) if a != b]
    assert [c.utc for c in clock_changes(zone, date(year, 1, 1), date(year, 12, 30))] == changes


# --- response times, through files ---------------------------------------------------------------------------------------


def write(folder: Path, name: str, *lines: str) -> str:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def answered(folder: Path, created: str, touched: str, **more: object) -> Report:
    leads = write(folder, "leads.csv", "Lead ID,Status,Create Date", f"L1,New,{created}")
    header = "Activity ID,Activity Type,Lead ID,Owner,Activity Date,Direction"
    activities = write(folder, "activities.csv", header, f"A1,Call,L1,Ann,{touched},Outbound")
    dataset = load(f"leads={leads}", f"activities={activities}", timezone=more.pop("timezone", None))
    return report_on(dataset, **more)  # type: ignore[arg-type]


def metric(report: Report, kpi: str) -> Metric:
    return next(m for m in report.metrics if m.id == kpi)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin", "Asia/Tokyo"])
@pytest.mark.parametrize(
    ("created", "touched", "hours"),
    [
        ("2026-05-04T10:00:00+05:30", "2026-05-04T00:30:00-05:00", 1),
        ("2026-05-04T23:30:00-08:00", "2026-05-05T09:30:00Z", 2),
        ("2026-10-24T20:00:00+02:00", "2026-10-25T20:00:00+01:00", 25),
        ("2026-05-04T10:00:00Z", "2026-05-04T12:30:00Z", 2.5),
    ],
)
def test_offsets_are_honoured(tmp_path: Path, created: str, touched: str, hours: float, zone: str | None) -> None:
    assert metric(answered(tmp_path, created, touched, timezone=zone), "lead_response_median").value == hours


@pytest.mark.parametrize(
    ("created", "touched", "hours"),
    [("2026-10-24 20:00", "2026-10-25 20:00", 25), ("2026-03-28 12:00", "2026-03-29 12:00", 23)],
)
def test_a_zone_knows_when_its_clocks_change(tmp_path: Path, created: str, touched: str, hours: float) -> None:
    report = answered(tmp_path, created, touched, timezone="Europe/Berlin")
    assert metric(report, "lead_response_median").value == hours
    assert metric(answered(tmp_path, created, touched), "lead_response_median").value == 24


def test_clocks_that_cannot_be_compared_leave_response_times_empty(tmp_path: Path) -> None:
    report = answered(tmp_path, "2026-05-04T10:00:00Z", "2026-05-04 12:00")
    found = metric(report, "lead_response_median")
    assert (found.value, found.reason) == (None, "clock_unknown")
    (said,) = [f for f in report.findings if f.code == "clock_unknown"]
    assert said.severity == "warning"
    assert said.message.startswith("`Create Date` of the leads and `Activity Date` of the activities")
    settled = answered(tmp_path, "2026-05-04T10:00:00Z", "2026-05-04 12:30", timezone="Europe/Berlin")
    assert metric(settled, "lead_response_median").value == 0.5


def test_business_hours_are_those_of_the_zone(tmp_path: Path) -> None:
    settings = Settings(business_hours="09:00-18:00 Mon-Fri")
    times = ("2026-03-27T17:00:00+01:00", "2026-03-30T09:00:00Z")  # Friday to Monday, over a change of the clocks
    open_time = answered(tmp_path, *times, timezone="Europe/Berlin", settings=settings)
    assert metric(open_time, "lead_response_median").value == 3
    unsure = metric(answered(tmp_path, *times, settings=settings), "lead_response_median")
    assert (unsure.value, unsure.reason) == (None, "clock_unknown")


def test_offsets_that_differ_in_a_column_are_a_finding_that_names_rows(tmp_path: Path) -> None:
    header = "Deal ID,Deal Stage,Amount,Create Date,Close Date"
    rows = [f"{i},Closed Won,5,2026-02-0{i}T10:00:00+01:00,2026-03-01T23:30:00+0{1 + (i == 3)}:00" for i in range(1, 6)]
    path = write(tmp_path, "deals.csv", header, *rows)
    said = {f.column: f for f in load(path).findings if f.code == "offsets_differ"}
    assert {column: f.rows for column, f in said.items()} == {"Close Date": (4,)}
    assert not [f for f in load(path, timezone="Asia/Tokyo").findings if f.code.startswith("offsets")]
    assert load(path, timezone="Asia/Tokyo").frames["deals"]["closed"].unique().to_list() == [date(2026, 3, 2)]


def test_the_hour_that_is_left_out_and_the_one_that_comes_twice() -> None:
    frame = pl.DataFrame({"at": [datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30), None]})
    found = frame.select(utc_of_wall(pl.col("at"), "Europe/Berlin")).to_series().to_list()
    assert found == [datetime(2026, 3, 29, 1, 30), datetime(2026, 10, 25, 0, 30), None]
