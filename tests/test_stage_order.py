"""The order of stages: a list of stages, else the settings, else the CRM, else the history; never half of one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from in_process import invoke
from salesmetrics.ingest.canonical.meanings import places_in
from salesmetrics.ingest.recognise.index import load_profile, profiles, words_for

if TYPE_CHECKING:
    from pathlib import Path

LIST = ["stage,order", "Contract Sent,1", "Presentation Scheduled,2", "Qualified To Buy,3", "Appointment Scheduled,4"]
SETTINGS = '[settings]\nstage_order = ["presentation scheduled", "Contract sent", "Qualified To Buy", "Appointment Scheduled", "Elsewhere"]\n'
STAGES = ["Qualified To Buy", "Appointment Scheduled", "Presentation Scheduled", "Contract Sent"]
"""As all deals go: in another order than that of any of the others."""


def files(folder: Path, stages: list[str] = STAGES, *, crm: bool = True) -> None:
    deals = ["Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner,Is Closed Won"]
    deals = deals if crm else ["ID,Name,Stage,Amount,Close date,Created"]
    rows = ["deal_id,stage,entered_at"]
    for number in range(4):
        deals.append(
            f"{number},Oak,{stages[-1]},Sales,9,2026-06-30,2026-01-05,Ann,No"
            if crm
            else f"{number},Oak,{stages[-1]},9,2026-06-30,2026-01-05"
        )
        rows += [f"{number},{stage},2026-0{month}-05" for month, stage in enumerate(stages, 1)]
    (folder / "deals.csv").write_text("\n".join(deals) + "\n")
    (folder / "history.csv").write_text("\n".join(rows) + "\n")
    (folder / "order.csv").write_text("\n".join(LIST) + "\n")


def order(folder: Path, *more: str) -> tuple[str, list[str]]:
    done = invoke(
        "funnel", "deals.csv", "history.csv", *more, "--format", "json", cwd=folder, env={"HOME": "/nonexistent"}
    )
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["order"]
    return found["source"], found["stages"]


def test_each_comes_before_the_next(tmp_path: Path) -> None:
    files(tmp_path)
    settings = tmp_path / "salesmetrics.toml"
    settings.write_text(SETTINGS)
    listed = ["Contract Sent", "Presentation Scheduled", "Qualified To Buy", "Appointment Scheduled"]
    assert order(tmp_path, "pipelines=order.csv") == ("pipelines", listed)
    settled = ["Presentation Scheduled", "Contract Sent", "Qualified To Buy", "Appointment Scheduled"]
    assert order(tmp_path) == ("settings", settled)
    settings.unlink()
    own = ["Appointment Scheduled", "Qualified To Buy", "Presentation Scheduled", "Contract Sent"]
    assert order(tmp_path) == ("crm", own)
    files(tmp_path, crm=False)
    assert order(tmp_path, "--won", "Won") == ("history", STAGES)


def test_a_crm_that_does_not_know_every_stage_gives_no_order(tmp_path: Path) -> None:
    stages = [*STAGES[:2], "Pilot", *STAGES[2:]]
    files(tmp_path, stages)
    assert order(tmp_path) == ("history", stages)


def test_a_list_that_lacks_a_stage_gives_way(tmp_path: Path) -> None:
    files(tmp_path)
    (tmp_path / "order.csv").write_text("\n".join(LIST[:-1]) + "\n")
    assert order(tmp_path, "pipelines=order.csv")[0] == "crm"


def test_settings_of_another_pipeline_give_way(tmp_path: Path) -> None:
    files(tmp_path)
    (tmp_path / "salesmetrics.toml").write_text('[settings]\nstage_order = ["Visit", "Order"]\n')
    assert order(tmp_path)[0] == "crm"


@pytest.mark.parametrize("value", ['["New", "Offer", "new "]', '["New", " "]', '"New"', "[1]"])
def test_an_order_that_cannot_be_one_is_refused(tmp_path: Path, value: str) -> None:
    files(tmp_path)
    (tmp_path / "salesmetrics.toml").write_text(f"[settings]\nstage_order = {value}\n")
    done = invoke("funnel", "deals.csv", "history.csv", cwd=tmp_path, env={"HOME": "/nonexistent"})
    assert done.returncode == 2
    assert "stage_order" in done.stderr
    assert "salesmetrics.toml" in done.stderr


def test_the_settings_are_shown(tmp_path: Path) -> None:
    (tmp_path / "salesmetrics.toml").write_text(SETTINGS)
    done = invoke("config", "show", "--format", "json", cwd=tmp_path, env={"HOME": "/nonexistent"})
    rows: list[Any] = json.loads(done.stdout)["settings"]
    (found,) = [row for row in rows if row["key"] == "settings.stage_order"]
    assert found["value"][:2] == ["presentation scheduled", "Contract sent"]


@pytest.mark.parametrize("name", [name for name in profiles() if load_profile(name).order])
def test_the_stages_of_a_crm_are_open_and_differ(name: str) -> None:
    words = words_for(name, "deals")
    for stages in load_profile(name).order.values():
        assert len(stages) > 2
        assert len(set(places_in(stages, stages).values())) == len(stages)
        assert {words.classify(stage) for stage in stages} <= {None, "open"}
