"""`benchmark`: teams without the segment, verdicts against oracles over the raw rows, and what must not change them."""

from __future__ import annotations

import csv
import json
import math
import os
import random
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

import salesmetrics
from in_process import invoke
from salesmetrics.analysis.peers import peers_of
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.shapes import NetScore, Ratio, Tally
from salesmetrics.statistics.bands import binomial_band
from salesmetrics.statistics.control import p_prime_limits
from study import study

pytestmark = pytest.mark.usefixtures("read_once")


ROOT = Path(__file__).parent.parent
DEALS = str(ROOT / "examples" / "deals.csv")
STUDY = study("benchmark")
HEADER = ["Deal ID", "Owner", "Team", "Stage", "Amount", "Currency", "Created", "Closed"]


def shown(*words: str, cwd: Path = ROOT) -> str:
    done = invoke(*words, cwd=cwd, env={"HOME": "/nonexistent", "COLUMNS": "120"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def write(path: Path, rows: list[list[Any]]) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return str(path)


def made(seed: int, owners: dict[str, tuple[int, float]], teams: int = 2) -> list[list[Any]]:
    """Deals of owners, each with a number of decided deals and a win rate."""
    rng, rows = random.Random(seed), []
    for place, (owner, (n, rate)) in enumerate(owners.items()):
        for _ in range(n):
            stage = "Closed Won" if rng.random() < rate else "Closed Lost"
            day = rng.randrange(1, 28)
            amount = f"{rng.lognormvariate(9, 1):.2f}"
            closed = f"2026-03-{rng.randrange(1, 28):02d}"
            team = f"T{place % teams}"
            rows.append([f"D-{len(rows)}", owner, team, stage, amount, "EUR", f"2026-01-{day:02d}", closed])
    rng.shuffle(rows)
    return rows


OWNERS = {
    "Ann": (60, 0.55),
    "Bob": (120, 0.25),
    "Cem": (140, 0.25),
    "Dee": (35, 0.25),
    "Eve": (12, 0.25),
    "": (20, 0.3),
}


@pytest.fixture(scope="module")
def rows() -> list[list[Any]]:
    return made(7, OWNERS)


@pytest.fixture(scope="module")
def path(rows: list[list[Any]], tmp_path_factory: pytest.TempPathFactory) -> str:
    return write(tmp_path_factory.mktemp("benchmark") / "deals.csv", rows)


def by_owner(rows: list[list[Any]], owner: str, column: int | None = None) -> list[Any]:
    own = [row for row in rows if row[1] == owner]
    return own if column is None else [float(row[column]) for row in own if row[3] == "Closed Won"]


def test_rates_are_those_of_scipy_against_everybody_else(path: str, rows: list[list[Any]]) -> None:
    found = salesmetrics.benchmark(path, by=["owner"], kpi=["win_rate"]).answer
    named = {row.group["owner"]: row for row in found.benchmark}
    assert set(named) == {*(name for name in OWNERS if name), None}
    everybody = [row for row in rows if row[1]]
    p_values = {}
    for owner in (name for name in OWNERS if name):
        own, others = by_owner(rows, owner), [row for row in everybody if row[1] != owner]
        k, other_k = (sum(row[3] == "Closed Won" for row in some) for some in (own, others))
        row = named[owner]
        assert (row.numerator, row.denominator) == (k, len(own))
        assert row.team is not None
        assert (row.team.numerator, row.team.denominator) == (other_k, len(others))
        p_values[owner] = stats.fisher_exact([[k, len(own) - k], [other_k, len(others) - other_k]]).pvalue
        assert row.test is not None
        assert row.test.p_value == pytest.approx(p_values[owner], rel=1e-5)
    adjusted = multipletests(list(p_values.values()), method="fdr_bh")[1]
    for owner, p in zip(p_values, adjusted, strict=True):
        test = named[owner].test
        assert test is not None
        assert test.adjusted == pytest.approx(p, rel=1e-4)
        assert named[owner].verdict == ("above" if owner == "Ann" else "within")
    assert named[None].reason == "blank_segment"
    assert named[None].team is named[None].test is None
    assert found.tests == len(p_values)


def permuted(own: list[float], others: list[float]) -> float:
    """How often as many of all records have a mean as far from that of all, by scipy."""
    centre = np.mean(own + others)
    return float(
        stats.permutation_test(
            (np.array(own), np.array(others)),
            lambda sample, _, axis: np.abs(np.mean(sample, axis=axis) - centre),
            n_resamples=4_000,
            alternative="greater",
            vectorized=True,
            rng=np.random.default_rng(1),
        ).pvalue
    )


def test_means_and_medians_are_those_of_the_raw_rows(path: str, rows: list[list[Any]]) -> None:
    found = salesmetrics.benchmark(path, by=["owner"], kpi=["average_deal_size", "median_deal_size"], min_n=5).answer
    for row in found.benchmark:
        owner = row.group["owner"]
        if owner is None or row.value is None:
            continue
        own = by_owner(rows, owner, 4)
        others = [v for name in OWNERS if name and name != owner for v in by_owner(rows, name, 4)]
        assert row.team is not None
        measure = np.mean if row.kpi == "average_deal_size" else median
        assert float(row.value) == pytest.approx(measure(own), rel=1e-9)
        assert float(row.team.value or 0) == pytest.approx(measure(others), rel=1e-9)
        if row.test is None:
            assert row.verdict == "too_few" or row.reason == "same_idea"
            continue
        assert row.test.method == "resampled"

        oracle = permuted(own, others)
        spread = 4 * max(oracle / math.sqrt(20), math.sqrt(oracle / 4_000), 1e-3)
        assert row.test.p_value == pytest.approx(oracle, abs=spread)


def test_many_records_take_the_closed_forms(tmp_path: Path) -> None:
    rows = made(3, {"Ann": (500, 0.5), "Bob": (700, 0.5), "Cem": (400, 0.5)})
    path = write(tmp_path / "deals.csv", rows)
    found = salesmetrics.benchmark(path, by=["owner"], kpi=["average_deal_size", "sales_cycle_median"]).answer
    for row in found.benchmark:
        owner = str(row.group["owner"])
        assert row.test is not None
        if row.kpi == "average_deal_size":
            own = by_owner(rows, owner, 4)
            others = [v for name in ("Ann", "Bob", "Cem") if name != owner for v in by_owner(rows, name, 4)]
            assert row.test.method == "welch"
            oracle = stats.ttest_ind(own, others, equal_var=False).pvalue
            assert row.test.p_value == pytest.approx(oracle, rel=1e-5)
            assert row.band is not None
            assert row.band.low_95 < np.mean(others) < row.band.high_95
        else:
            assert row.test.method == "quantile_fisher"


def test_counts_are_judged_by_what_they_vary_and_only_where_asked(path: str, rows: list[list[Any]]) -> None:
    found = salesmetrics.benchmark(path, by=["owner"], kpi=["won_deals"]).answer
    won = {name: len(by_owner(rows, name, 4)) for name in OWNERS if name}
    for row in found.benchmark:
        owner = row.group["owner"]
        if owner is None:
            continue
        others = [math.sqrt(count) for name, count in won.items() if name != owner]
        oracle = stats.ttest_ind([math.sqrt(won[owner])], others, equal_var=True).pvalue
        assert row.test is not None
        assert row.test.p_value == pytest.approx(oracle, rel=1e-4)
        assert row.team is not None
        assert row.team.value == pytest.approx(sum(won[name] for name in won if name != owner) / 4)
    default = salesmetrics.benchmark(path, by=["owner"]).answer
    assert {"won_deals", "lost_deals"} <= {item.id for item in default.not_compared if item.reason == "count_only"}
    few = salesmetrics.benchmark(path, by=["team"], kpi=["won_deals"]).answer
    assert {row.reason for row in few.benchmark} == {"few_segments"}
    assert all(row.band is None for row in few.benchmark)


def test_a_rep_who_was_not_there_is_no_example_of_few_deals(tmp_path: Path) -> None:
    deals = made(9, dict.fromkeys(("Ann", "Bob", "Cem", "Dee", "Eve", "Fay"), (40, 0.5)))
    deals += [[f"E-{i}", "Gus", "T0", "Closed Won", "10.00", "EUR", "2025-01-01", "2025-02-01"] for i in range(9)]
    path = write(tmp_path / "deals.csv", deals)
    staff = tmp_path / "reps.csv"
    staff.write_text(
        "Name,Hire Date,Left On\nAnn,2020-01-01,\nBob,2020-01-01,\nCem,2020-01-01,\nDee,2020-01-01,\nEve,2026-02-10,\n"
        "Fay,2020-01-01,2026-03-01\nGus,2020-01-01,\nHal,2020-01-01,\nIda,2020-01-01,\n",
        encoding="utf-8",
    )
    alone = salesmetrics.benchmark(path, by=["owner"], kpi=["won_deals"], period="2026-Q1").answer
    reasons = {row.group["owner"]: row.reason for row in alone.benchmark}
    assert reasons.get("Gus", "presence_unknown") == "presence_unknown"
    found = salesmetrics.benchmark(path, f"reps={staff}", by=["owner"], kpi=["won_deals"], period="2026-Q1").answer
    named = {row.group["owner"]: row for row in found.benchmark}
    assert named["Eve"].reason == named["Fay"].reason == "partly_employed"
    assert named["Hal"].value == 0
    assert named["Hal"].test is not None
    assert named["Ann"].team is not None
    assert named["Ann"].team.n == 6  # Bob, Cem, Dee, Gus, Hal and Ida


def test_a_number_out_of_others_is_compared_as_a_rate_and_shown_as_a_number() -> None:
    peers = peers_of(catalog().kpis["overdue_deals"], [Tally(6, 40), Tally(30, 60), Tally(20, 50)])
    assert peers is not None
    team = peers.team(0)
    assert (team.value, team.numerator, team.denominator) == (pytest.approx(40 * 50 / 110), 50, 110)
    band, alone = peers.band(0, np.random.default_rng), binomial_band(50 / 110, 40)
    assert band == pytest.approx([40 * end for end in alone or ()])
    tested = peers.test(0, np.random.default_rng)
    assert tested is not None
    assert tested.p_value == pytest.approx(stats.fisher_exact([[6, 34], [50, 60]]).pvalue)


def test_a_net_score_is_a_mean_of_its_answers() -> None:
    shapes = [NetScore(30, 10, 60), NetScore(10, 30, 60), NetScore(20, 20, 80)]
    peers = peers_of(catalog().kpis["nps"], shapes)
    assert peers is not None
    assert peers.team(0).value == pytest.approx(100 * (30 - 50) / 140)
    tested = peers.test(0, lambda: np.random.default_rng(1))
    own = [100.0] * 30 + [0.0] * 20 + [-100.0] * 10
    others = [100.0] * 30 + [0.0] * 60 + [-100.0] * 50
    assert tested is not None
    assert tested.p_value == pytest.approx(permuted(own, others), abs=0.004)


def test_ratios_of_sums_and_sums_have_a_team_and_no_test() -> None:
    ratios = peers_of(
        catalog().kpis["win_rate_value"], [Ratio(Decimal(10), Decimal(40)), Ratio(Decimal(30), Decimal(50))]
    )
    sums = peers_of(catalog().kpis["revenue"], [Decimal(10), Decimal(20), Decimal(60)])
    assert ratios is not None
    assert sums is not None
    assert ratios.team(0).value == 0.6
    assert sums.team(0).value == 40
    assert ratios.test(0, np.random.default_rng) is sums.test(0, np.random.default_rng) is None


def test_bands_decide_nothing_and_the_factor_touches_no_p_value(path: str) -> None:
    found = salesmetrics.benchmark(DEALS, by=["owner"]).answer
    summary = {kpi.id: kpi for kpi in found.kpis}
    assert summary["average_deal_size"].dispersion is not None
    assert summary["average_deal_size"].dispersion.applied
    within = [row for row in found.benchmark if row.verdict == "within" and row.band is not None]
    inside = [row.band.low_95 <= float(row.value or 0) <= row.band.high_95 for row in within if row.band]
    assert not all(inside)  # outside a band, and not called
    called = [row for row in found.benchmark if row.verdict in ("above", "below")]
    assert called
    assert all(row.test and row.test.adjusted <= found.fdr for row in called)


def test_bands_are_wider_by_the_root_of_the_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {"by": ["owner"], "kpi": ["average_deal_size", "win_rate"]}
    found = salesmetrics.benchmark(DEALS, **asked).answer
    monkeypatch.setattr("salesmetrics.analysis.benchmark.widened", lambda band, *_: band)
    narrow = salesmetrics.benchmark(DEALS, **asked).answer
    factors = {kpi.id: kpi.dispersion for kpi in found.kpis}
    applied = {kpi for kpi, spread in factors.items() if spread is not None and spread.applied}
    assert applied == {"average_deal_size"}
    for row, plain in zip(found.benchmark, narrow.benchmark, strict=True):
        assert row.band is not None
        assert plain.band is not None
        assert row.team is not None
        factor = factors[row.kpi].factor if row.kpi in applied else 1.0  # type: ignore[union-attr]
        centre = float(row.team.value or 0)
        for end in ("low_95", "high_95", "low_998", "high_998"):
            wide, reach = getattr(row.band, end), getattr(plain.band, end) - centre
            assert wide == pytest.approx(max(0.0, centre + math.sqrt(factor) * reach))


def test_one_verdict_per_idea(path: str) -> None:
    found = salesmetrics.benchmark(path, by=["owner"], kpi=["loss_rate", "win_rate", "win_rate_broad"]).answer
    reasons = {row.kpi: row.reason for row in found.benchmark if row.group["owner"] == "Ann"}
    assert reasons == {"win_rate": None, "loss_rate": "same_idea", "win_rate_broad": "same_idea"}
    alone = salesmetrics.benchmark(path, by=["owner"], kpi=["loss_rate"]).answer
    assert [row.verdict for row in alone.benchmark if row.group["owner"] == "Ann"] == ["below"]


def test_there_is_no_rank_inside_the_band_and_too_few_stand_last(path: str) -> None:
    found = salesmetrics.benchmark(path, by=["owner"], kpi=["win_rate"], min_n=15).answer
    assert [row.group["owner"] for row in found.benchmark] == ["Ann", "Bob", "Cem", "Dee", "Eve", None]
    assert [row.verdict for row in found.benchmark] == ["above", "within", "within", "within", "too_few", None]
    page = shown("benchmark", path, "--by", "owner", "--kpi", "win_rate", "--min-n", "15", cwd=Path(path).parent)
    assert "Win rate: 4 reps, 1 differs from the team." in page
    assert "too few to judge" in page


def test_a_team_in_which_nobody_differs_is_said_so(tmp_path: Path) -> None:
    path = write(tmp_path / "deals.csv", made(5, {f"R{i}": (40, 0.3) for i in range(12)}))
    page = shown("benchmark", path, "--by", "owner", "--kpi", "win_rate", cwd=tmp_path)
    assert "Win rate: 12 reps, none differs from the team. With 40 deals each, only a difference of 29 points" in page


def test_the_order_of_rows_threads_and_hashes_change_no_byte(tmp_path: Path) -> None:
    rows = made(11, {"Ann": (80, 0.5), "Bob": (90, 0.3), "Cem": (60, 0.3), "Dee": (50, 0.3)})
    outputs = set()
    for seed, threads in (("0", "1"), ("1", "4")):
        random.Random(int(seed)).shuffle(rows)
        write(tmp_path / "deals.csv", rows)
        done = subprocess.run(
            [sys.executable, "-m", "salesmetrics", "benchmark", "deals.csv", "--by", "owner", "--format", "csv"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed, "POLARS_MAX_THREADS": threads},
            capture_output=True,
            check=True,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1


def test_another_seed_draws_otherwise_and_says_so(path: str) -> None:
    def test_of(seed: int) -> list[Any]:
        found = salesmetrics.benchmark(path, by=["owner"], kpi=["average_deal_size"], seed=seed).answer
        assert found.seed == seed
        return [row.test for row in found.benchmark if row.test]

    assert test_of(1) == test_of(1)
    assert test_of(1) != test_of(2)


def test_a_segment_draws_the_same_whoever_else_is_asked_for(path: str) -> None:
    """Draws depend on the seed, the KPI and the segment alone."""
    both = salesmetrics.benchmark(path, by=["owner"], kpi=["win_rate", "average_deal_size"]).answer
    one = salesmetrics.benchmark(path, by=["owner"], kpi=["average_deal_size"]).answer
    p_values = [
        {str(r.group): r.test.p_value for r in a.benchmark if r.test and r.kpi != "win_rate"} for a in (both, one)
    ]
    assert p_values[0] == p_values[1]


def test_currencies_are_never_mixed(tmp_path: Path) -> None:
    rows = made(13, dict.fromkeys(("Ann", "Bob", "Cem"), (60, 0.5)))
    for place, row in enumerate(rows):
        row[5] = ("EUR", "USD")[place % 2]
    path = write(tmp_path / "deals.csv", rows)
    found = salesmetrics.benchmark(path, by=["owner"], kpi=["average_deal_size", "win_rate"]).answer
    assert [(kpi.id, kpi.currency) for kpi in found.kpis] == [
        ("average_deal_size", "EUR"),
        ("average_deal_size", "USD"),
        ("win_rate", None),
    ]
    for row in found.benchmark:
        if row.kpi == "average_deal_size":
            own = [r for r in rows if r[1] == row.group["owner"] and r[5] == row.currency and r[3] == "Closed Won"]
            assert row.n == len(own)


def test_what_is_not_compared_is_named_once_and_what_lacks_a_file_is_said(tmp_path: Path) -> None:
    rows = made(13, dict.fromkeys(("Ann", "Bob", "Cem"), (60, 0.5)))
    for place, row in enumerate(rows):
        row[5] = ("EUR", "USD")[place % 2]
    path = write(tmp_path / "deals.csv", rows)
    (note,) = re.findall(
        r"^not compared: (?s:.*?)\n(?=\S+ findings? |\Z)", shown("benchmark", path, "--by", "owner") + "\n", re.M
    )
    titles = re.findall(r"[(;,:] (?:([A-Z][^,;()]*))", note)
    assert "Revenue" in titles
    assert len(titles) == len(set(titles)), note
    said = shown("benchmark", path, "--by", "owner", "--kpi", "win_rate,meetings")
    assert "not computed: Meetings (needs an activities file)" in said


def test_a_blank_segment_is_asked_for_by_the_name_that_is_shown(tmp_path: Path) -> None:
    rows = made(13, dict.fromkeys(("Ann", "Bob", "Cem"), (60, 0.5)))
    for row in rows[:15]:
        row[1] = ""
    path = write(tmp_path / "deals.csv", rows)
    answer = salesmetrics.benchmark(path, by=["owner"], kpi=["win_rate"]).answer
    blank = next(row for row in answer.benchmark if row.group["owner"] is None)
    for cell in ("win_rate:(blank)", "win_rate:"):
        found = json.loads(shown("benchmark", path, "--by", "owner", "--rows", cell, "--format", "json"))
        assert found["totals"][0]["denominator"] == blank.denominator


def test_rows_behind_a_cell_add_up_to_it(path: str) -> None:
    folder = Path(path).parent
    found = salesmetrics.benchmark(path, by=["owner"], kpi=["win_rate"]).answer
    ann = next(row for row in found.benchmark if row.group["owner"] == "Ann")
    listed = json.loads(
        shown("benchmark", path, "--by", "owner", "--rows", "win_rate:Ann", "--format", "json", cwd=folder)
    )
    assert listed["totals"][0]["numerator"] == ann.numerator
    assert listed["totals"][0]["denominator"] == ann.denominator


def test_outside_figures_stand_beside_with_their_source(path: str, tmp_path: Path) -> None:
    figures = tmp_path / "figures.csv"
    figures.write_text(
        "kpi,segment,value,source,year\nwin_rate,,0.29,A survey,2025\nwinrate,,0.3,A survey,2025\nwin_rate,DACH,0.31,,\n",
        encoding="utf-8",
    )
    found = salesmetrics.benchmark(path, str(figures), by=["owner"], kpi=["win_rate"]).answer
    assert [(f.kpi, f.segment, float(f.value), f.source, f.year) for f in found.figures] == [
        ("win_rate", None, 0.29, "A survey", "2025"),
        ("win_rate", "DACH", 0.31, None, None),
    ]
    strange = [item for item in found.findings if item.code == "figures_of_no_kpi"]
    assert [(item.count, list(item.rows)) for item in strange] == [(1, [3])]
    assert "`winrate`" in strange[0].message
    page = shown("benchmark", path, str(figures), "--by", "owner", "--kpi", "win_rate", cwd=tmp_path)
    assert "elsewhere: 29.0 % (A survey, 2025); 31.0 % in DACH" in page


@pytest.mark.parametrize(
    ("by", "kpis", "code"),
    [
        ((), ("win_rate",), "option_needed"),
        (("currency",), ("win_rate",), "report_empty"),
        (("owner",), ("x",), "kpi_unknown"),
    ],
)
def test_what_cannot_be_compared_is_refused(path: str, by: tuple[str, ...], kpis: tuple[str, ...], code: str) -> None:
    with pytest.raises(SalesmetricsError) as error:
        salesmetrics.benchmark(path, by=by, kpi=kpis)
    assert error.value.code == code


def test_signs_have_a_fallback_in_ascii(path: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "salesmetrics", "benchmark", path, "--by", "owner", "--kpi", "win_rate"],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "120"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.isascii()
    assert b"|--" in done.stdout


# --- the study: short form of docs/studies/benchmark.py ---


def test_twelve_identical_reps_are_hardly_ever_told_apart() -> None:
    rules = {name: rule for name, rule in STUDY.RULES.items() if "asked" not in name}
    shares = STUDY.identical(100, seed=5, rules=rules)
    assert shares["outside the band of 95 %"] > 0.25
    for rule in ("**verdict, win rate alone**", "**verdict, three headline KPIs**"):
        assert shares[rule] <= stats.binom.ppf(0.999, 100, 0.05) / 100


def test_a_rep_who_is_15_points_better_is_found_and_a_plain_factor_would_hide_the_rep() -> None:
    rules = {name: rule for name, rule in STUDY.DIFFERENT.items() if "headline" not in name and "asked" not in name}
    shares = STUDY.different(60, seed=5, rules=rules)
    assert shares["**verdict, win rate alone**"][0] >= 0.85
    hidden, seen = (shares[f"outside the band of 99.8 %, {kind} factor"][0] for kind in ("plain", "winsorised"))
    assert hidden + 0.15 < seen


def test_the_page_of_the_study_holds_its_promises() -> None:
    page = (ROOT / "docs" / "studies" / "benchmark.md").read_text("utf-8")
    alike, better = page.split("## One rep")
    assert "1,000 quarters" in alike
    found = [re.findall(r"^\| \**([^|*]+?)\** \| ([0-9.]+)%", part, re.MULTILINE) for part in (alike, better)]
    shares = [{rule: float(share) for rule, share in rows} for rows in found]
    assert all(share <= 6 for rule, share in shares[0].items() if rule.startswith("verdict"))
    assert shares[1]["verdict, win rate alone"] >= 90
    assert shares[1]["verdict, three headline KPIs"] >= 85  # two more KPIs are judged beside it
    assert shares[1]["outside the band of 99.8 %, plain factor"] <= 50


# --- each segment beside its own past ---


def histories(path: str, *more: str, kpi: str = "win_rate") -> dict[str | None, Any]:
    found = salesmetrics.benchmark(path, *more, by=["owner"], kpi=[kpi], every="month", min_n=1).answer
    return {row.group["owner"]: row.history for row in found.benchmark}


def months_of(tmp_path: Path, leaving: int = 12) -> tuple[str, dict[str, list[tuple[int, int]]]]:
    """Deals of two reps over twelve months; the second has none after so many. Won and decided, month by month."""
    rng, rows, counts = random.Random(4), [], {"Ann": [], "Bob": []}  # type: ignore[var-annotated]
    for month in range(1, 13):
        for owner in ("Ann", "Bob"):
            decided = 0 if owner == "Bob" and month > leaving else rng.randrange(8, 20)
            won = sum(rng.random() < 0.4 for _ in range(decided))
            counts[owner].append((won, decided))
            for place in range(decided):
                stage = "Closed Won" if place < won else "Closed Lost"
                day = f"2025-{month:02d}-{place + 1:02d}"
                rows.append([f"D-{len(rows)}", owner, "T", stage, "10.00", "EUR", day, day])
    rows.append(["D-last", "Ann", "T", "Closed Won", "10.00", "EUR", "2025-12-31", "2025-12-31"])
    counts["Ann"][-1] = (counts["Ann"][-1][0] + 1, counts["Ann"][-1][1] + 1)
    return write(tmp_path / "deals.csv", rows), counts


def test_own_limits_are_those_of_the_own_complete_periods(tmp_path: Path) -> None:
    path, counts = months_of(tmp_path)
    for owner, history in histories(path).items():
        own = counts[str(owner)]
        limits = p_prime_limits(own)
        assert limits is not None
        assert limits[-1] is not None
        assert history.period.label == "2025-12"
        assert history.periods == 12
        assert history.value == pytest.approx(own[-1][0] / own[-1][1])
        assert (history.low, history.centre, history.high) == pytest.approx(tuple(limits[-1]))


def test_only_periods_of_employment_count(tmp_path: Path) -> None:
    path, counts = months_of(tmp_path, leaving=8)
    without = histories(path, kpi="won_deals")["Bob"]
    assert without.period.label == "2025-08"
    assert without.periods == 8
    staff = tmp_path / "reps.csv"
    staff.write_text("Name,Hire Date,Left On\nAnn,2025-03-15,\nBob,2025-01-01,2025-08-20\n", encoding="utf-8")
    found = histories(path, f"reps={staff}", kpi="won_deals")
    assert found["Ann"].periods == 9  # April to December
    assert found["Bob"].period.label == "2025-07"  # he left within August
    few = histories(write(tmp_path / "few.csv", made(2, {"Ann": (40, 0.5), "Bob": (40, 0.5)})))
    assert {history.reason for history in few.values()} == {"few_periods"}
    assert counts


# --- two periods: mix, what segments did, and the factors of velocity ---


def two_quarters(tmp_path: Path, cells: dict[tuple[str, int], tuple[int, int]]) -> str:
    """Deals by region and quarter of 2026: so many won of so many decided, each of 100."""
    rows = []
    for (team, quarter), (won, decided) in cells.items():
        for place in range(decided):
            stage = "Closed Won" if place < won else "Closed Lost"
            day = f"2026-{3 * quarter - 1:02d}-{place % 28 + 1:02d}"
            rows.append([f"D-{len(rows)}", "Ann", team, stage, "100.00", "EUR", f"2026-{3 * quarter - 2:02d}-01", day])
    rows.append(["D-open", "Ann", "Big", "Qualification", "100.00", "EUR", "2026-06-30", ""])
    return write(tmp_path / "deals.csv", rows)


PARADOX = {("Big", 1): (4, 20), ("Small", 1): (40, 80), ("Big", 2): (15, 60), ("Small", 2): (24, 40)}
"""The win rate of both rises, and that of all falls from 44 % to 39 %."""


def test_simpsons_paradox_is_said_when_it_happens(tmp_path: Path) -> None:
    path = two_quarters(tmp_path, PARADOX)
    found = salesmetrics.benchmark(path, by=["team"], kpi=["win_rate"], period="2026-Q2", compare="previous").answer
    (change,) = found.changes
    assert (change.previous, change.value) == (0.44, 0.39)
    assert (change.change, change.within, change.mix) == (Decimal("-0.05"), Decimal("0.08"), Decimal("-0.13"))
    assert change.paradox == "up"
    named = {part.group["team"]: part for part in change.segments}
    assert named["Big"].previous_share == 0.2
    assert named["Big"].share == 0.6
    words = ["benchmark", path, "--by", "team", "--kpi", "win_rate", "--period", "2026-Q2", "--compare", "previous"]
    page = " ".join(shown(*words, cwd=tmp_path).split())
    assert "Win rate: -5.0 pp, from 44.0 % to 39.0 %: +8.0 pp within teams, -13.0 pp by mix." in page
    assert "Simpson's paradox: every team with records in both periods rose, and the total fell" in page


@pytest.mark.parametrize("by", ["owner", "team", "region", "source"])
@pytest.mark.parametrize("compare", ["previous", "year-ago"])
def test_parts_add_up_to_the_change_of_the_report(by: str, compare: Any) -> None:
    kpis = ["win_rate", "average_deal_size", "win_rate_value", "sales_cycle_mean", "pipeline_velocity"]
    found = salesmetrics.benchmark(DEALS, by=[by], kpi=kpis, period="2026-Q2", compare=compare).answer
    report = salesmetrics.report_on(DEALS, kpis=kpis, period="2026-Q2", compare=compare)
    metrics = {metric.id: metric for metric in report.metrics}
    assert [change.kpi for change in found.changes if change.reason is None] == kpis[:-1]
    for change in found.changes:
        assert change.within is not None
        assert change.change == change.within + (change.mix or 0)
        assert float(change.change or 0) == pytest.approx(
            float(metrics[change.kpi].value or 0) - float(metrics[change.kpi].previous or 0), abs=1e-7
        )
        sums = [sum(getattr(part, name) for part in change.segments) for name in ("within", "mix")]
        assert [float(one) for one in sums] == pytest.approx([float(change.within), float(change.mix or 0)], abs=1e-5)
    (velocity,) = found.velocity
    assert float(velocity.value) == pytest.approx(float(metrics["pipeline_velocity"].value or 0))
    assert float(sum(factor.part for factor in velocity.factors)) == pytest.approx(float(velocity.change), abs=1e-5)
    assert float(velocity.change) == pytest.approx(float(velocity.value) - float(velocity.previous), abs=1e-5)


def test_a_segment_that_is_new_is_all_mix(tmp_path: Path) -> None:
    cells = {("Old", 1): (50, 100), ("Old", 2): (50, 100), ("New", 2): (0, 100)}
    path = two_quarters(tmp_path, cells)
    found = salesmetrics.benchmark(path, by=["team"], kpi=["win_rate"], period="2026-Q2", compare="previous").answer
    (change,) = found.changes
    assert (change.within, change.mix) == (0, Decimal("-0.25"))
    assert change.paradox is None


def test_without_segments_in_one_of_two_periods_nothing_is_taken_apart(tmp_path: Path) -> None:
    path = two_quarters(tmp_path, {("Big", 2): (5, 20), ("Small", 2): (7, 20)})
    kpis = ["win_rate", "average_deal_size", "win_rate_value"]
    found = salesmetrics.benchmark(path, by=["team"], kpi=kpis, period="2026-Q2", compare="previous").answer
    assert found.changes == []
    assert {row.kpi for row in found.benchmark} == set(kpis)
