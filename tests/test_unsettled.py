"""Outcomes that the words of a file leave open: never 0 and 0 %, but undefined with the reason and the line to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from in_process import invoke
from salesmetrics.engine.unknown import facts_behind
from salesmetrics.library import load, report_on
from salesmetrics.messages import typed
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.answers.report import Report

HEADER = "Deal ID,Stage,Amount,Owner,Created,Close date"
WORDS = {
    "english": ("Signed", "Gone cold"),
    "hebrew": ("חתימה סופית", "ירד מהפרק"),
    "german": ("Unterschrieben", "Eingestellt"),
    "japanese": ("サイン済", "立ち消え"),
}
OF_OUTCOMES = (
    *("won_deals", "lost_deals", "revenue", "win_rate", "win_rate_value", "win_rate_broad", "win_rate_created"),
    *("win_rate_horizon", "time_to_win", "sales_cycle_median", "average_deal_size", "open_pipeline", "loss_rate"),
)


def deals(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def written(tmp_path: Path, text: str, name: str = "deals.csv") -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def values(report: Report) -> dict[str, tuple[object, str | None]]:
    return {metric.id: (metric.value, metric.reason) for metric in report.metrics}


def hints(report: Report, code: str) -> str:
    return " ".join(item.hint or "" for item in report.findings if item.code == code)


@pytest.mark.parametrize("language", WORDS)
def test_where_no_stage_means_won_nothing_that_rests_on_outcomes_is_a_number(language: str, tmp_path: Path) -> None:
    won, gone = WORDS[language]
    text = deals(
        f"1,{won},100,Ana,2026-01-02,2026-02-02",
        f"2,{gone},200,Ben,2026-01-03,2026-02-12",
        "3,Proposal,300,Ana,2026-03-01,2026-06-30",
    )
    path = written(tmp_path, text)
    report = report_on(path)
    found = values(report)
    for name in OF_OUTCOMES:
        assert found[name][0] is None, name
        assert found[name][1] in {"no_won_stage", "stage_not_understood"}, name
    assert found["created_deals"] in {(3, None), (None, "stage_not_understood")}
    assert f"--won {typed(won)}" in hints(report, "no_won_stage") + hints(report, "stage_not_understood")
    settled = values(report_on(load(path, won=(won,), lost=(gone,))))
    assert (settled["won_deals"], settled["lost_deals"], settled["revenue"]) == ((1, None), (1, None), (100, None))


ENDED = {
    "a closed flag": ("Deal ID,Stage,Amount,Is closed,Created", "{id},{stage},10,{flag},2026-01-02"),
    "a past closing date": ("Deal ID,Stage,Amount,Created,Close date", "{id},{stage},10,2026-01-02,{day}"),
    "a probability of 0 or 100": ("Deal ID,Stage,Amount,Created,Probability", "{id},{stage},10,2026-01-02,{share}"),
}


@pytest.mark.parametrize("how", ENDED)
def test_a_stage_that_its_deals_have_ended_in_and_nobody_knows_withholds_outcomes(how: str, tmp_path: Path) -> None:
    header, row = ENDED[how]

    def rows(stage: str, first: int, ended: int, running: int) -> list[str]:
        done = [
            row.format(id=first + i, stage=stage, flag="yes", day="2026-02-01", share="100 %") for i in range(ended)
        ]
        rest = [
            row.format(id=first + 50 + i, stage=stage, flag="no", day="2026-12-01", share="40 %")
            for i in range(running)
        ]
        return done + rest

    known = [*rows("Closed Won", 1, 3, 0), *rows("Closed Lost", 101, 2, 0), *rows("Proposal", 201, 0, 3)]
    final = report_on(written(tmp_path, deals(*known, *rows("Kapora", 301, 9, 1), header=header)))
    assert values(final)["win_rate"] == (None, "stage_not_understood")
    assert "--won Kapora`" in hints(final, "stage_not_understood")
    step = report_on(written(tmp_path, deals(*known, *rows("Kapora", 301, 8, 2), header=header)))
    assert values(step)["win_rate"] == (0.6, None)
    assert not hints(step, "stage_not_understood")
    path = written(tmp_path, deals(*known, *rows("Kapora", 301, 9, 1), header=header))
    for option, won in (("won", 13), ("lost", 3), ("other", 3), ("open", 3)):
        dataset = load(path, **{option: ("Kapora",)})
        assert values(report_on(dataset))["won_deals"] == (won, None), option


def test_a_list_without_its_losers_has_no_win_rate(tmp_path: Path) -> None:
    text = deals("1,Closed Won,100,Ana,2026-01-02,2026-02-02", "2,Proposal,200,Ben,2026-01-03,2026-12-12")
    path = written(tmp_path, text)
    report = report_on(path)
    found = values(report)
    for name in ("win_rate", "win_rate_value", "win_rate_broad", "loss_rate", "lost_deals", "time_to_win"):
        assert found[name] == (None, "no_lost_deal"), name
    assert (found["won_deals"], found["revenue"], found["open_deals"]) == ((1, None), (100, None), (1, None))
    confirmed = report_on(load(path, lost=("Closed Lost",)))
    rate = next(metric for metric in confirmed.metrics if metric.id == "win_rate")
    assert (rate.value, rate.numerator, rate.denominator, rate.reason) == (1, 1, 1, None)
    assert rate.interval is not None
    assert "none_confirmed" in {item.code for item in confirmed.findings}


def test_whether_any_deal_was_lost_is_judged_before_a_condition_and_a_period(tmp_path: Path) -> None:
    text = deals(
        "1,Closed Won,100,Ana,2026-01-02,2026-02-02",
        "2,Closed Lost,200,Ben,2026-01-03,2026-03-12",
        "3,Proposal,200,Ana,2026-01-03,2026-12-12",
    )
    path = written(tmp_path, text)
    assert values(report_on(path, where="owner = 'Ana'"))["win_rate"] == (1, None)
    assert values(report_on(path, where="owner = 'Ana' AND outcome = 'won'"))["win_rate"] == (1, None)
    assert values(report_on(path, period="2026-02"))["win_rate"] == (1, None)


def test_a_list_of_open_deals_says_nothing_of_wins_and_all_of_its_pipeline(tmp_path: Path) -> None:
    text = deals("1,Proposal,100,Ana,2026-01-02,2026-12-02", "2,Negotiation,200,Ben,2026-01-03,2026-12-12")
    path = written(tmp_path, text)
    found = values(report_on(path))
    for name in ("won_deals", "revenue", "win_rate", "lost_deals", "sales_cycle_mean"):
        assert found[name] == (None, "no_won_stage"), name
    assert (found["open_deals"], found["open_pipeline"]) == ((2, None), (300, None))
    assert values(report_on(load(path, won=("Closed Won",))))["won_deals"] == (0, None)


def test_a_flag_tells_that_none_was_won(tmp_path: Path) -> None:
    header = "Deal ID,Stage,Amount,Is won,Is closed,Created"
    text = deals("1,Alfa,100,no,no,2026-01-02", "2,Beta,200,no,yes,2026-01-03", header=header)
    found = values(report_on(written(tmp_path, text)))
    assert (found["won_deals"], found["lost_deals"], found["win_rate"]) == ((0, None), (1, None), (0, None))


def test_only_won_deals_and_a_name_for_lost_confirm_each_other(tmp_path: Path) -> None:
    text = deals("1,Closed Won,100,Ana,2026-01-02,2026-02-02", "2,Closed Won,200,Ben,2026-01-03,2026-02-12")
    path = written(tmp_path, text)
    assert values(report_on(path))["win_rate"] == (None, "only_won_deals")
    found = values(report_on(load(path, lost=("Closed Lost",))))
    assert (found["win_rate"], found["open_deals"]) == ((1, None), (None, "only_won_deals"))


def run(tmp_path: Path, *arguments: str) -> tuple[str, str, int]:
    done = invoke(*arguments, cwd=tmp_path)
    return done.stdout, done.stderr, done.returncode


def test_the_command_fails_only_where_nothing_else_was_asked(tmp_path: Path) -> None:
    path = written(
        tmp_path, deals("1,Closed Won,1,Ana,2026-01-02,2026-02-02", "2,Proposal,2,Ben,2026-01-03,2026-12-12")
    )
    assert run(tmp_path, "report", path)[2] == 0
    assert run(tmp_path, "report", path, "--kpi", "win_rate,revenue")[2] == 0
    out, err, code = run(tmp_path, "report", path, "--kpi", "win_rate,loss_rate")
    assert (out, code) == ("", 2)
    assert '`--lost "Closed Lost"`' in err
    assert run(tmp_path, "trend", "win_rate", path)[2] == 2
    assert run(tmp_path, "rows", "win_rate", path)[2] == 2
    assert run(tmp_path, "rows", "revenue", path)[2] == 0
    assert run(tmp_path, "report", path, "--kpi", "win_rate", "--lost", "Closed Lost")[2] == 0


LEADS = "Lead ID,Name,Status,Created"


@pytest.mark.parametrize("status", ["Kunde geworden", "Became a member", "会員登録済"])
def test_leads_of_unknown_statuses_have_no_conversion(status: str, tmp_path: Path) -> None:
    text = deals(
        f"1,Aa,{status},2026-01-02", "2,Bb,Just arrived,2026-01-03", "3,Cc,Wandered off,2026-01-04", header=LEADS
    )
    path = written(tmp_path, text, "leads.csv")
    report = report_on(path)
    assert values(report)["lead_conversion_rate"] == (None, "no_converted_status")
    said = next(item for item in report.findings if item.code == "no_converted_status")
    assert all(word in said.message for word in (status, "Just arrived", "Wandered off"))
    settled = report_on(load(path, won=(status,), lost=("Wandered off",)))
    rate = next(metric for metric in settled.metrics if metric.id == "lead_conversion_rate")
    assert (rate.numerator, rate.denominator) == (1, 3)
    rest = next(item for item in settled.findings if item.code == "lead_status_unknown")
    assert (rest.count, "Just arrived" in rest.message) == (1, True)


def test_a_stage_with_quotation_marks_is_typed_so_that_a_shell_reads_it(tmp_path: Path) -> None:
    text = deals('1,"Took ""it""",1,Ana,2026-01-02,2026-02-02', "2,Proposal,2,Ben,2026-03-03,2026-12-12")
    report = report_on(written(tmp_path, text))
    hint = hints(report, "stage_not_understood") + hints(report, "no_won_stage")
    assert "--won 'Took \"it\"'" in hint


def test_a_name_for_leads_settles_nothing_of_deals(tmp_path: Path) -> None:
    leads = written(tmp_path, deals("1,Aa,Bound,2026-01-02", "2,Bb,Faded,2026-01-03", header=LEADS), "leads.csv")
    rows = ("1,Closed Won,1,Ana,2026-01-02,2026-02-02", "2,Proposal,2,Ben,2026-01-03,2026-12-12")
    sold = written(tmp_path, deals(*rows))
    found = values(report_on(load(sold, leads, won=("Bound",), lost=("Faded",))))
    assert (found["lead_conversion_rate"], found["win_rate"]) == ((0.5, None), (None, "no_lost_deal"))


def test_leads_that_a_flag_or_a_date_tells_of_are_not_withheld(tmp_path: Path) -> None:
    text = deals("1,Aa,Somewhere,2026-01-02,no", "2,Bb,Elsewhere,2026-01-03,no", header=LEADS + ",Is converted")
    assert values(report_on(written(tmp_path, text, "leads.csv")))["lead_conversion_rate"] == (0, None)


def test_a_stage_and_a_flag_that_contradict_are_a_finding(tmp_path: Path) -> None:
    header = "Deal ID,Stage,Amount,Is closed,Created"
    text = deals(
        *("1,Passed,1,FALSE,2026-01-02", "2,Closed Won,1,TRUE,2026-01-02", "3,Closed Lost,1,TRUE,2026-01-02"),
        header=header,
    )
    report = report_on(written(tmp_path, text))
    said = next(item for item in report.findings if item.code == "stage_against_flag")
    assert (said.rows, "`Passed`" in said.message, "`Is closed`" in said.message) == ((2,), True, True)
    assert "--open Passed`" in (said.hint or "")
    quiet = load(written(tmp_path, text), open=("Passed",))
    assert "stage_against_flag" not in {item.code for item in quiet.findings}


def test_a_time_to_win_that_can_never_come_says_so(tmp_path: Path) -> None:
    lost = [f"{i},Closed Lost,1,Ana,2026-01-02,2026-02-0{i}" for i in (2, 3, 4)]
    won = "1,Closed Won,1,Ana,2026-01-02,2026-02-01"
    never = report_on(written(tmp_path, deals(won, *lost)), kpis=["time_to_win"])
    assert values(never)["time_to_win"] == (None, "never_reached")
    running = [f"{i},Proposal,1,Ana,2026-01-02,2026-12-01" for i in (5, 6, 7, 8)]
    maybe = report_on(written(tmp_path, deals(won, *lost, *running)), kpis=["time_to_win"])
    assert values(maybe)["time_to_win"] == (None, "not_reached")


def test_an_odoo_list_is_deals_and_its_archived_records_are_lost(tmp_path: Path) -> None:
    head = "Opportunity,Salesperson,Expected Revenue,Stage"
    plain = load(written(tmp_path, deals("Mill,Ana,900,Won", "Dam,Ben,50,New", header=head), "odoo.csv"))
    assert (plain.files[0].recognition.kind, plain.files[0].recognition.profile) == ("deals", "odoo")
    rows = ("Mill,Ana,900,Won,True", "Dam,Ben,50,New,True", "Quay,Ben,70,Qualified,False")
    archived = load(written(tmp_path, deals(*rows, header=head + ",Active"), "odoo.csv"))
    assert archived.frames["deals"]["outcome"].to_list() == ["won", "open", "lost"]


@pytest.mark.parametrize("name", sorted(catalog().measures))
def test_measures_of_wins_are_known_to_rest_on_them(name: str) -> None:
    measure = catalog().measures[name]
    if measure.entity == "deals" and "won" in name.split("_"):
        assert ("deals", "won") in facts_behind(measure)
