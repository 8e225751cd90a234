"""Tables with a row for each version of a deal: warehouses keep the history that a CRM forgot."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from history_world import Deal, deals_file, plain_history, slippage, world, written
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.read import load
from test_field_history import QUARTERS, funnel, slips

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FIVETRAN = [
    "_fivetran_active",
    "_fivetran_start",
    "_fivetran_end",
    "id",
    "stage_name",
    "amount",
    "close_date",
    "created_date",
    "is_deleted",
]
DBT = [
    "id",
    "stage_name",
    "amount",
    "close_date",
    "created_date",
    "dbt_scd_id",
    "dbt_updated_at",
    "dbt_valid_from",
    "dbt_valid_to",
]
PLAIN = ["Opportunity ID", "Stage", "Amount", "Close Date", "Created Date", "Valid from", "Valid to"]


def versions(deals: Sequence[Deal], header: Sequence[str], since: date | None = None) -> str:
    """A row per state; with a day, what was there on it begins with it."""
    rows = []
    for deal in deals:
        states = list(deal.changes)
        if since is not None:
            there = [state for state in states if state.at.date() < since]
            states = [
                *(
                    [
                        there[-1]._replace(
                            at=min(s.at for s in states).replace(year=since.year, month=since.month, day=since.day)
                        )
                    ]
                    if there
                    else []
                ),
                *(s for s in states if s.at.date() >= since),
            ]
        for number, state in enumerate(states):
            end = states[number + 1].at if number + 1 < len(states) else None
            cells = {
                "_fivetran_active": "true" if end is None else "false",
                "_fivetran_end": end or "9999-12-31 23:59:59",
                "dbt_scd_id": f"x{deal.id}{number}",
                "is_deleted": "false",
            }
            cells |= dict.fromkeys(("_fivetran_start", "dbt_valid_from", "dbt_updated_at", "Valid from"), state.at)
            cells |= dict.fromkeys(("dbt_valid_to", "Valid to"), end or "")
            cells |= dict.fromkeys(("id", "Opportunity ID"), deal.id) | dict.fromkeys(
                ("stage_name", "Stage"), state.stage
            )
            cells |= dict.fromkeys(("amount", "Amount"), state.amount) | dict.fromkeys(
                ("close_date", "Close Date"), state.plan
            )
            cells |= dict.fromkeys(("created_date", "Created Date"), deal.created)
            rows.append([cells[name] for name in header])
    return written(header, rows)


@pytest.mark.parametrize("header", [FIVETRAN, DBT, PLAIN], ids=["fivetran", "dbt", "plain"])
def test_versions_give_the_funnel_of_a_plain_history(tmp_path: Path, header: list[str]) -> None:
    deals = world(11, 80)
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    text = versions(deals, header)
    assert funnel(tmp_path, text) == funnel(tmp_path, plain_history(deals))
    (tmp_path / "history.csv").write_text(text)
    for start, end in QUARTERS:
        assert slips(tmp_path, start, end - timedelta(days=1)) == slippage(deals, start, end)


def test_versions_that_begin_later_have_no_entries_before(tmp_path: Path) -> None:
    deals, since = world(12, 80), date(2025, 9, 1)
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    text = versions(deals, FIVETRAN, since)
    assert funnel(tmp_path, text) == funnel(tmp_path, plain_history(deals, since))
    (tmp_path / "history.csv").write_text(text)
    start, end = QUARTERS[1]
    assert slips(tmp_path, start, end - timedelta(days=1)) == slippage(deals, start, end, since)


def codes(*paths: str, **mapping: str) -> dict[str, str]:
    return {item.code: item.message for item in load(list(paths), ReadOptions(mapping=mapping)).findings}


def test_how_many_deals_have_versions_is_said(tmp_path: Path) -> None:
    deals = world(13, 40)
    path = tmp_path / "opportunity_history.csv"
    path.write_text(versions(deals, FIVETRAN))
    several = sum(len(deal.changes) > 1 for deal in deals)
    assert f"{several} deals have more than one" in codes(str(path))["versions_of_deals"]
    path.write_text(versions([Deal(deal.id, deal.changes[:1]) for deal in deals], FIVETRAN))
    assert "no deal has two versions" in codes(str(path))["no_second_version"]


def test_deals_whose_last_version_is_deleted_do_not_count(tmp_path: Path) -> None:
    lines = versions(world(13, 40), FIVETRAN).splitlines()
    last = {line.split(",")[3]: place for place, line in enumerate(lines)}
    gone = last["0060003"]
    lines[gone] = lines[gone].removesuffix("false") + "true"
    path = tmp_path / "opportunity_history.csv"
    path.write_text("\n".join(lines) + "\n")
    dataset = load([str(path)])
    assert "0060003" not in dataset.frames["stages"]["deal_id"].to_list()
    rows = dataset.files[0].rows
    assert (rows.read, rows.ignored) == (len(lines) - 1, sum(",0060003," in line for line in lines))
    assert rows.read == rows.used + rows.ignored


def test_versions_of_something_else_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "account_history.csv"
    path.write_text("_fivetran_start,_fivetran_end,id,name,industry,owner_id\n2026-01-01,9999-12-31,1,Oak,Wood,7\n")
    with pytest.raises(SalesmetricsError) as caught:
        load([str(path)])
    assert "every version of each record" in caught.value.message


def test_a_price_list_with_validity_holds_no_versions(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(
        "Deal ID,Name,Stage,Amount,Close Date,Valid from,Valid to\n1,Oak,Won,9,2026-01-05,2026-01-01,2026-02-01\n"
    )
    assert list(load([str(path)]).frames) == ["deals"]


def test_the_history_of_the_seeds_says_that_nothing_moved(realdata: Path) -> None:
    folder = realdata / "salesforce_fivetran_seeds"
    paths = [str(folder / f"sf_opportunity{name}_data.csv") for name in ("", "_history")]
    assert "10 deals" in codes(*paths)["no_second_version"]
    kept = load(
        paths,
        __import__("salesmetrics.ingest.dataset", fromlist=["ReadOptions"]).ReadOptions(mapping={"is_deleted": ""}),
    )
    assert kept.frames["stages"].height == 10
