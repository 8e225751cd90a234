"""Leads and their answers: edge cases by hand, the office clock, what files allow, and real exports."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_world import AS_OF, World
from salesmetrics.calendar.business_hours import business_hours, seconds_between
from salesmetrics.engine.build import Request, build_report
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.settings import Settings
from salesmetrics.render.writers import render

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.answers.report import Metric, Report

DAY = date(2026, 3, 31)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}")


def report_on(frames: dict[str, pl.DataFrame], as_of: date | None = DAY, **asked: Any) -> Report:
    return build_report(Request(as_of=as_of, as_of_source=None, **asked), frames, catalog())


def metrics_of(report: Report) -> dict[str, Metric]:
    return {m.id: m for m in report.metrics if not m.group}


def leads_of(*created: datetime | None, **columns: list[Any]) -> pl.DataFrame:
    ids = [str(i) for i in range(len(created))]
    return pl.DataFrame(
        {"id": ids, "created": list(created), **columns}, schema_overrides={"created": pl.Datetime("us")}
    )


def touches_of(*rows: tuple[str, datetime], **columns: list[Any]) -> pl.DataFrame:
    """Outbound calls: lead and time."""
    given_columns = {"type": ["call"] * len(rows), "direction": ["outbound"] * len(rows)} | columns
    return pl.DataFrame({"lead_id": [r[0] for r in rows], "occurred": [r[1] for r in rows], **given_columns})


def test_unanswered_leads_are_censored_not_left_out() -> None:
    leads = leads_of(*[at("01 10:00")] * 5)
    quick = touches_of(("0", at("01 10:10")), ("1", at("01 10:20")))
    found = metrics_of(report_on({"leads": leads, "activities": quick}))
    assert found["lead_response_median"].value is None
    assert found["lead_response_median"].reason == "not_reached"
    assert found["lead_response_median"].n == 5
    assert found["lead_response_rate"].value == 0.4
    three = pl.concat([quick, touches_of(("2", at("02 10:00")))])
    found = metrics_of(report_on({"leads": leads, "activities": three}))
    assert found["lead_response_median"].value == 24


def test_a_touch_is_outbound_human_held_and_not_before_the_lead() -> None:
    leads = leads_of(*[at("01 10:00")] * 6)
    activities = touches_of(
        *((str(i), at("01 10:30")) for i in range(4)),
        ("4", at("01 09:59")),
        ("5", at("01 10:00")),
        direction=["inbound", "outbound", "outbound", None, "outbound", "outbound"],
        is_automated=[None, True, False, False, False, None],
        is_completed=[True, True, False, True, True, None],
    )
    found = metrics_of(report_on({"leads": leads, "activities": activities}))
    assert (found["lead_response_rate"].numerator, found["lead_response_rate"].denominator) == (1, 6)
    assert found["lead_response_within_5m"].numerator == 1


def test_conversion_by_the_speed_of_the_answer() -> None:
    leads = leads_of(
        *[at("01 10:00")] * 5, None, is_converted=[True, True, False, True, False, True], outcome=["open"] * 6
    )
    activities = touches_of(
        ("0", at("01 10:05")),
        ("1", at("01 10:06")),
        ("2", at("01 11:30")),
        ("3", at("02 10:01")),
        ("3", at("03 10:00")),
    )
    report = report_on(
        {"leads": leads, "activities": activities}, by=("response_band",), kpis=("lead_conversion_rate",)
    )
    assert {m.group["response_band"]: (m.numerator, m.denominator) for m in report.metrics if m.group} == {
        "1: within 5 minutes": (1, 1),
        "2: within 1 hour": (1, 1),
        "3: within 24 hours": (0, 1),
        "4: later": (1, 1),
        "5: not answered": (0, 1),
        None: (1, 1),
    }


def test_calls_without_any_direction_are_taken_as_outbound_and_said_so() -> None:
    leads = leads_of(at("01 10:00"), at("01 10:00"), at("01 10:00"))
    activities = touches_of(("0", at("01 11:00")), ("1", at("01 11:00")), type=["call", "task"]).drop("direction")
    report = report_on({"leads": leads, "activities": activities})
    assert metrics_of(report)["lead_response_rate"].numerator == 1
    (finding,) = [f for f in report.findings if f.code == "direction_assumed"]
    assert finding.count == 1


def test_windows_count_only_leads_old_enough() -> None:
    leads = leads_of(at("31 23:30"), at("31 22:30"), at("30 12:00"))
    activities = touches_of(("0", at("31 23:40")), ("2", at("30 12:03")))
    found = metrics_of(report_on({"leads": leads, "activities": activities}))
    hour, five = found["lead_response_within_1h"], found["lead_response_within_5m"]
    assert (hour.numerator, hour.denominator) == (1, 2)
    assert [(e.code, e.count) for e in hour.excluded if e.count] == [("too_recent", 1)]
    assert (five.numerator, five.denominator) == (1, 3)


@pytest.mark.parametrize(
    ("window", "just", "too_young"),
    [("5m", "31 23:55", "31 23:56"), ("1h", "31 23:00", "31 23:01"), ("24h", "31 00:00", "31 00:01")],
)
def test_a_lead_as_old_as_the_window_is_old_enough(window: str, just: str, too_young: str) -> None:
    leads, late = leads_of(at(just), at(too_young), at("01 10:00")), touches_of(("2", at("03 10:00")))
    found = metrics_of(report_on({"leads": leads, "activities": late}))
    metric = found[f"lead_response_within_{window}"]
    assert (metric.numerator, metric.denominator) == (0, 2)
    assert {e.code: e.count for e in metric.excluded if e.count} == {"too_recent": 1}


def test_days_without_times_say_nothing_about_minutes() -> None:
    leads = leads_of(at("01 00:00"), at("01 00:00"), at("02 00:00"))
    activities = touches_of(("0", at("01 16:00")), ("1", at("03 09:00")))
    report = report_on({"leads": leads, "activities": activities})
    found = metrics_of(report)
    assert found["lead_response_within_5m"].value is None
    assert found["lead_response_within_1h"].reason == "no_time_of_day"
    assert found["lead_response_within_24h"].numerator == 1
    assert found["lead_response_median"].value == 48
    assert any(f.code == "response_in_days" for f in report.findings)


def test_first_response_column_serves_where_no_activities_are() -> None:
    leads = leads_of(
        at("01 10:00"), at("01 10:00"), at("01 10:00"), first_response_at=[at("01 10:04"), at("01 12:00"), None]
    )
    report = report_on({"leads": leads})
    found = metrics_of(report)
    assert found["lead_response_median"].value == 2
    assert found["lead_response_within_5m"].numerator == 1
    assert "follow_up_rate" not in found
    assert next(x.needs for x in report.not_computed if x.id == "follow_up_rate") == "an activities file"


def test_an_activity_reaches_its_lead_by_deal_and_by_the_only_lead_of_an_account() -> None:
    leads = leads_of(*[at("01 10:00")] * 4, deal_id=["D", None, None, None], account_id=[None, "A", "B", "B"])
    activities = pl.DataFrame(
        {
            "type": ["call"] * 3,
            "direction": ["outbound"] * 3,
            "occurred": [at("01 11:00")] * 3,
            "lead_id": [None] * 3,
            "deal_id": ["D", None, None],
            "account_id": ["A", "A", "B"],
        },
        schema_overrides={"lead_id": pl.String},
    )
    assert metrics_of(report_on({"leads": leads, "activities": activities}))["lead_response_rate"].numerator == 2


def test_nothing_after_the_as_of_day_counts() -> None:
    leads = leads_of(
        at("01 10:00"),
        at("20 10:00"),
        is_converted=[True, True],
        converted_at=[at("18 09:00"), at("25 09:00")],
        outcome=["converted", "converted"],
    )
    activities = touches_of(("0", at("18 10:00")), ("0", at("02 10:00")))
    planned = activities.with_columns(created=pl.lit(at("02 09:00")))
    report = report_on({"leads": leads, "activities": planned}, as_of=date(2026, 3, 10))
    found = metrics_of(report)
    assert (found["lead_conversion_rate"].numerator, found["lead_conversion_rate"].denominator) == (0, 1)
    assert found["activities"].value == 1
    assert found["lead_response_median"].value == 24
    assert {f.kind for f in report.findings if f.code == "as_of_reconstructed"} == {"leads"}
    done = activities.with_columns(is_completed=pl.lit(value=True))
    report = report_on({"leads": leads, "activities": done}, as_of=date(2026, 3, 10))
    assert {f.kind for f in report.findings if f.code == "as_of_reconstructed"} == {"leads", "activities"}


def test_a_lead_converts_on_the_day_of_the_deal_that_names_it() -> None:
    leads = leads_of(at("01 10:00"), at("01 10:00"), is_converted=[True, False], outcome=["converted", "open"])
    deals = pl.DataFrame({"lead_id": ["0"], "outcome": ["won"], "closed": [date(2026, 3, 20)]})
    frames = {"leads": leads, "deals": deals}
    assert metrics_of(report_on(frames))["lead_conversion_rate"].value == 0.5
    assert metrics_of(report_on(frames, as_of=date(2026, 3, 19)))["lead_conversion_rate"].value == 0


def test_leads_without_any_date_still_convert() -> None:
    leads = pl.DataFrame({"is_converted": [True, False, False, None], "outcome": ["converted", "open", "open", "open"]})
    found = metrics_of(report_on({"leads": leads}, as_of=None))
    assert found["lead_conversion_rate"].value == pytest.approx(1 / 3)
    assert "lead_qualification_rate" not in found


def test_what_the_export_does_not_log_is_unknown_not_zero() -> None:
    report = report_on({"activities": touches_of(("0", at("01 10:00")))})
    found = metrics_of(report)
    assert found["calls"].value == 1
    assert not {"emails", "meetings"} & found.keys()
    assert "lead_response_rate" not in found
    no_links = leads_of(at("01 10:00"))
    report = report_on({"leads": no_links, "activities": touches_of(("x", at("01 10:00")))})
    assert "missed_leads" in {x.id for x in report.not_computed}


def test_nobody_has_a_rate_of_nothing() -> None:
    leads = leads_of(None, is_converted=[False], outcome=["open"], owner=["ann"])
    found = metrics_of(report_on({"leads": leads, "activities": touches_of(("0", at("01 10:00")))}))
    assert found["lead_conversion_rate"].value == 0
    assert found["open_leads_per_rep"].value == 1


MISSED = {
    "id": ["0", "1", "2", "3"],
    "created": [at("01 10:00")] * 4,
    "outcome": ["disqualified", "disqualified", "disqualified", "open"],
    "is_converted": [False] * 4,
    "amount": [Decimal(100), Decimal(20), Decimal(3), Decimal(5000)],
}


def test_missed_value_tells_silence_from_slowness() -> None:
    activities = touches_of(("1", at("03 10:00")), ("2", at("01 10:05")))
    found = metrics_of(report_on({"leads": pl.DataFrame(MISSED), "activities": activities}))
    assert found["missed_value"].value == 100
    assert found["missed_value_slow"].value == 20
    later = metrics_of(report_on({"leads": pl.DataFrame(MISSED), "activities": activities}, as_of=date(2026, 8, 1)))
    assert later["missed_value"].value == 5100


# --- the office clock -------------------------------------------------------------------------------------------------

MINUTE = timedelta(minutes=1)


def open_minutes(start: datetime, end: datetime) -> int:
    """Minutes of Monday to Friday, 9:00 to 17:30, one by one."""
    count = 0
    while start < end:
        minute = start.hour * 60 + start.minute
        count += start.weekday() < 5 and 9 * 60 <= minute < 17 * 60 + 30
        start += MINUTE
    return count


instants = st.integers(0, 12 * 24 * 60).map(lambda m: datetime(2026, 2, 25) + m * MINUTE)


@given(instants, instants)
def test_business_hours_against_minutes_counted_one_by_one(a: datetime, b: datetime) -> None:
    start, end = sorted((a, b))
    hours = business_hours("09:00-17:30 Mon-Fri")
    frame = pl.DataFrame({"a": [start], "b": [end]})
    assert frame.select(seconds_between(pl.col("a"), pl.col("b"), hours)).item() == open_minutes(start, end) * 60


@pytest.mark.parametrize(
    "text",
    ["", "9-18", "18:00-09:00", "09:00-09:00", "09:00-18:00 Mon-Foo", "09:00-25:00", "09:60-18:00", "09:00-17:60"],
)
def test_business_hours_that_are_none(text: str) -> None:
    with pytest.raises(SalesmetricsError, match="business hours"):
        business_hours(text)


def test_the_response_clock_can_keep_office_hours() -> None:
    leads = leads_of(at("06 17:30"))  # a Friday
    activities = touches_of(("0", at("09 10:00")))
    settings = Settings(business_hours="09:00-18:00 Mon-Fri")
    found = metrics_of(report_on({"leads": leads, "activities": activities}, settings=settings))
    assert found["lead_response_median"].value == 1.5
    assert metrics_of(report_on({"leads": leads, "activities": activities}))["lead_response_median"].value == 64.5


# --- what must not matter ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [(), ("owner",)])
def test_neither_the_order_of_rows_nor_their_spread_over_files_matters(by: tuple[str, ...]) -> None:
    frames = World(7).frames()
    shuffled = {kind: frame.sample(fraction=1, shuffle=True, seed=5) for kind, frame in frames.items()}
    split = {
        kind: frame.with_columns(__file__=pl.Series([random.Random(i).randrange(3) for i in range(len(frame))]))
        for kind, frame in frames.items()
    }
    families = ("conversion", "speed", "pipeline", "activity")
    reports = [
        render(report_on(given_frames, as_of=AS_OF, families=families, by=by), "json")
        for given_frames in (frames, shuffled, split)
    ]
    assert reports[0] == reports[1] == reports[2]


def test_an_unrelated_file_changes_nothing() -> None:
    frames = World(8).frames("leads", "activities")
    surveys = pl.DataFrame({"score": [9, 3]})
    alone = report_on(frames, as_of=AS_OF, families=("activity", "speed"))
    beside = report_on(frames | {"surveys": surveys}, as_of=AS_OF, families=("activity", "speed"))
    assert alone.metrics == beside.metrics


# --- real exports -----------------------------------------------------------------------------------------------------


def real_metrics(realdata: Path, *files: str) -> dict[str, Metric]:
    dataset = load([f"{kind}={realdata / name}" if kind else str(realdata / name) for kind, name in map(_parts, files)])
    as_of, source = dataset.last_event or (None, None)
    frames = {str(kind): frame for kind, frame in dataset.frames.items()}
    asked = Request(as_of=as_of, as_of_source=source)
    return metrics_of(build_report(asked, frames, catalog()))


def _parts(file: str) -> tuple[str, str]:
    kind, _, name = file.rpartition("=")
    return kind, name


def test_zoho_leads_and_calls(realdata: Path) -> None:
    found = real_metrics(realdata, "zoho_crm_demo/Leads.csv", "zoho_crm_demo/Calls.csv")
    rate = found["lead_conversion_rate"]
    assert (rate.numerator, rate.denominator) == (3632, 3900)
    assert found["calls"].value == found["activities"].value == 4100


def test_zoho_calls_by_direction(realdata: Path) -> None:
    frames = load([str(realdata / "zoho_crm_demo/Calls.csv")]).frames
    report = report_on(
        {"activities": frames["activities"]}, as_of=date(2021, 10, 8), by=("direction",), kpis=("calls",)
    )
    assert {m.group["direction"]: m.value for m in report.metrics if m.group} == {"inbound": 3560, "outbound": 540}


def test_olist_leads_are_converted_by_the_deals_that_name_them(realdata: Path) -> None:
    found = real_metrics(
        realdata,
        "leads=olist_funnel/olist_marketing_qualified_leads_dataset.csv",
        "deals=olist_funnel/olist_closed_deals_dataset.csv",
    )
    rate = found["lead_conversion_rate"]
    assert (rate.numerator, rate.denominator) == (842, 8000)


def test_x_education_converts_without_any_date(realdata: Path) -> None:
    found = real_metrics(realdata, "x_education_leads/Leads_subset_clean.csv")
    rate = found["lead_conversion_rate"]
    assert (rate.numerator, rate.denominator) == (3542, 9191)
    assert not any(name.startswith("lead_response") for name in found)
