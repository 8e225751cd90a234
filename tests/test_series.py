"""Exports of one list: the newest is the list, the older ones its history, and nothing of them counts twice."""

from __future__ import annotations

import csv
import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import salesmetrics
from in_process import invoke
from oracle_exports import CLOSED, Move, exports_of, moves_of, slips_of
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
WEEKLY = "examples/weekly"
HEADER = ["Deal ID", "Deal Name", "Owner", "Stage", "Amount", "Currency", "Created", "Closed", "Expected Close"]
STAGES = ["Discovery", "Demo", "Proposal", "Negotiation"]
DAYS = [date(2026, 6, 12) + timedelta(days=20 * n) for n in range(7)]
Q3 = date(2026, 7, 1), date(2026, 10, 1)
PAST = frozenset({"close_plans", "deal_stages", "meeting_outcomes"})
"""Entities that a stage history is part of."""


# --- a world: deals that move, are pushed and pulled, closed, opened again, handed over, hidden and deleted --------------


class World:
    """Deals from one export to the next."""

    def __init__(self, seed: int, *, noted: bool = False) -> None:
        self.random, self.noted = random.Random(seed), noted
        self.deals: dict[str, dict[str, Any]] = {}
        self.hidden: set[str] = set()

    def create(self, day: date, count: int, days: int) -> None:
        for _ in range(count):
            n = len(self.deals)
            created = day - timedelta(days=self.random.randrange(days))
            self.deals[f"D-{n:04}"] = {
                "Deal Name": f"Kiln {n}",
                "Owner": self.random.choice(["Ann", "Bo"]),
                "Stage": self.random.choice(STAGES[:2]),
                "Amount": self.random.choice(["", "100", "250.50", "1200"]),
                "Currency": self.random.choice(["EUR", "EUR", "USD"]),
                "Created": created,
                "Closed": None,
                "Expected Close": day + timedelta(days=self.random.randrange(5, 90)),
                "Stage Entered": created,
            }

    def step(self, before: date, day: date) -> None:
        """What happens between two exports."""
        choose, within = self.random, (day - before).days
        for name, deal in self.deals.items():
            on = before + timedelta(days=choose.randrange(1, within + 1))
            chance = choose.random()
            if deal["Stage"] in CLOSED:
                if chance < 0.08:
                    deal |= {"Stage": choose.choice(STAGES), "Closed": None, "Stage Entered": on}
                    deal["Expected Close"] = day + timedelta(days=choose.randrange(60))
                continue
            if chance < 0.2:
                word = choose.choice(["Won", "Won", "Lost", "Void"])
                deal |= {"Stage": word, "Closed": on, "Expected Close": on}
                continue
            if chance < 0.5:
                deal |= {"Stage": choose.choice([s for s in STAGES if s != deal["Stage"]]), "Stage Entered": on}
            if choose.random() < 0.4 and deal["Expected Close"]:
                deal["Expected Close"] += timedelta(days=choose.choice([-10, 5, 30, 31]))
            elif choose.random() < 0.2:
                deal["Expected Close"] = choose.choice([None, day + timedelta(days=20)])
            if choose.random() < 0.1:
                deal["Owner"] = choose.choice(["Ann", "Bo", "Cy"])
            if choose.random() < 0.15:
                deal |= {"Amount": choose.choice(["", "90", "5000"]), "Currency": choose.choice(["EUR", "USD"])}
            hidden = choose.random() < 0.1
            (self.hidden.add if hidden else self.hidden.discard)(name)

    def rows(self, *, last: bool) -> list[dict[str, str]]:
        shown = [name for name in self.deals if last or name not in self.hidden]
        header = [*HEADER, "Stage Entered"] if self.noted else HEADER
        return [{h: str((self.deals[name] | {"Deal ID": name})[h] or "") for h in header} for name in shown]


def write(path: Path, rows: Sequence[dict[str, str]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def world_of(folder: Path, seed: int, *, noted: bool = False, days: Sequence[date] = DAYS) -> list[str]:
    """A folder of exports; some deals are missing in one of them, and one or two in the last."""
    folder.mkdir(exist_ok=True)
    world, paths = World(seed, noted=noted), []
    world.create(days[0], 30, 60)
    for before, day in zip([None, *days], days, strict=False):
        if before is not None:
            world.step(before, day)
            world.create(day, 4, (day - before).days)
        last = day == days[-1]
        rows = world.rows(last=last)
        paths.append(write(folder / f"deals-{day}.csv", rows[2:] if last else rows))
    return paths


def answer(*arguments: str) -> dict[str, Any]:
    done = invoke(*arguments, "--format", "json", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def values(found: dict[str, Any], kpi: str) -> list[dict[str, Any]]:
    return [item for item in found["metrics"] if item["id"] == kpi and not item["group"]]


# --- against the oracle ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_moves_are_those_of_the_rows(tmp_path: Path, seed: int) -> None:
    world_of(tmp_path / "w", seed, noted=seed % 3 == 0)
    history = salesmetrics.load(str(tmp_path / "w")).history
    assert history is not None
    rows = history.filter(pl.col("__state__") == "stage").select(
        "deal_id", "stage", pl.col("entered").dt.date(), dated=~pl.col("__ongoing__")
    )
    found = [Move(*row) for row in rows.iter_rows()]
    assert len(found) == len(set(found))
    assert set(found) == moves_of(exports_of(tmp_path / "w"))
    assert seed % 3 == 0 or any(not move.dated for move in found)


@pytest.mark.parametrize("seed", range(6))
def test_slips_and_pushes_are_those_of_the_rows(tmp_path: Path, seed: int) -> None:
    world_of(tmp_path / "w", seed)
    found = answer("report", str(tmp_path / "w"), "--family", "pipeline", "--period", "2026-Q3", "--all")
    truth = slips_of(exports_of(tmp_path / "w"), *Q3)
    assert found["as_of"] >= "2026-09-30"
    (rate,) = values(found, "slip_rate")
    assert (rate["numerator"], rate["denominator"]) == (truth.slipped, truth.due)
    assert truth.due > 3
    assert truth.pushes
    for item in values(found, "slip_rate_value"):
        sums = truth.slipped_amount, truth.due_amount
        assert [item["numerator"], item["denominator"]] == [float(part.get(item["currency"], 0)) for part in sums]
    (pushes,) = values(found, "push_count")
    assert pushes["value"] == len(truth.pushes)
    (mean,) = values(found, "push_days_mean")
    assert mean["value"] == pytest.approx(sum(truth.pushes) / len(truth.pushes))


@pytest.mark.parametrize("seed", range(3))
def test_a_funnel_of_exports_is_that_of_the_moves_as_a_stage_history(tmp_path: Path, seed: int) -> None:
    *_, newest = world_of(tmp_path / "w", seed, noted=True)
    moves = sorted(moves_of(exports_of(tmp_path / "w")), key=lambda move: (move.deal, move.day))
    assert all(move.dated for move in moves)
    rows = [{"Deal ID": move.deal, "Stage": move.stage, "Entered": str(move.day)} for move in moves]
    order = write(tmp_path / "order.csv", [{"stage": s, "order": str(n)} for n, s in enumerate(STAGES, 1)])
    stages = write(tmp_path / "moves.csv", rows)
    names = f"pipelines={order}", "--as-of", str(DAYS[-1])
    given = answer("funnel", f"deals={newest}", f"stages={stages}", *names)
    found = answer("funnel", str(tmp_path / "w"), *names)
    kept = ("entered", "entered_strict", "advanced", "lost", "other", "still_here", "now_here", "of_previous", "of_all")
    # A deal that was opened again had left its stage when it closed, which moves alone do not say.
    for here, there in zip(found["stages"], given["stages"], strict=True):
        assert {name: here[name] for name in kept} == {name: there[name] for name in kept}


# --- the list is the newest export -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("--by", "owner"), ("--period", "2026-Q3"), ("--where", "amount > 100")])
def test_kpis_without_a_history_are_those_of_the_newest_export(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    *_, newest = world_of(tmp_path / "w", 11)
    known = catalog()
    past = {
        kpi.id for kpi in known.kpis.values() if any(m.entity in PAST for m in known.required_measures(kpi).values())
    }
    folder, alone = (answer("report", name, *arguments) for name in (str(tmp_path / "w"), newest))
    kept = [[item for item in found["metrics"] if item["id"] not in past] for found in (folder, alone)]
    assert kept[0] == kept[1]
    assert len(kept[0]) > 20
    assert [folder[name] for name in ("as_of", "period", "span")] == [
        alone[name] for name in ("as_of", "period", "span")
    ]
    assert [item["kind"] for item in folder["inputs"]] == ["deals"] + ["history"] * 6
    assert folder["inputs"][0] == alone["inputs"][0]


@pytest.mark.parametrize("seed", range(2))
def test_snapshots_on_each_row_are_the_same_days_in_files(tmp_path: Path, seed: int) -> None:
    world_of(tmp_path / "w", seed)
    rows = [{"Snapshot Date": str(day), **row} for day, own in exports_of(tmp_path / "w") for row in own.values()]
    random.Random(seed).shuffle(rows)
    one = write(tmp_path / "snapshots.csv", rows)
    several, single = (answer("report", name) for name in (str(tmp_path / "w"), one))
    assert single["metrics"] == several["metrics"]
    said = next(item for item in single["findings"] if item["code"] == "snapshots_in_series")
    assert said["count"] == 6
    counts = [answer("funnel", name)["stages"] for name in (str(tmp_path / "w"), one)]
    assert counts[0] == counts[1]


def test_files_in_any_order_are_the_same_series(tmp_path: Path) -> None:
    paths = world_of(tmp_path / "w", 3)
    assert answer("report", *paths[::-1])["metrics"] == answer("report", str(tmp_path / "w"))["metrics"]


# --- what no export says is not made up -------------------------------------------------------------------------------------


def series(folder: Path, exports: dict[str, str], header: str = ",".join(HEADER)) -> str:
    for day, rows in exports.items():
        lines = [row.strip() for row in rows.strip().splitlines()]
        (folder / f"deals-{day}.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return str(folder)


OPEN = "{id},Kiln,Ann,{stage},100,EUR,2026-05-01,,{due}"
WON = """W,Oven,Ann,Won,500,EUR,2026-05-01,2026-05-20,2026-05-20
    L,Vat,Ann,Lost,500,EUR,2026-05-01,2026-05-21,2026-05-21"""


def row(name: str, stage: str = "Demo", due: str = "2026-10-01") -> str:
    return OPEN.format(id=name, stage=stage, due=due)


def test_a_deal_of_the_first_export_has_no_time_in_its_stage(tmp_path: Path) -> None:
    same = "\n".join([row("A"), row("B", "Proposal"), WON])
    moved = "\n".join([row("A"), row("B", "Negotiation"), WON])
    folder = series(tmp_path, {"2026-09-01": same, "2026-09-15": moved, "2026-09-30": moved})
    found = answer("funnel", folder, "--as-of", "2026-09-30")
    timed = {stage["stage"]: stage["time_in_stage"]["n"] for stage in found["stages"] if stage["stage"]}
    assert timed == {"Demo": 0, "Proposal": 0, "Negotiation": 1}
    assert next(f["count"] for f in found["findings"] if f["code"] == "entries_before_exports") == 2
    bounded = answer("funnel", folder, "--period", "2026-Q3", "--as-of", "2026-09-30")
    entered = {stage["stage"]: stage["entered"] for stage in bounded["stages"] if stage["stage"]}
    assert entered == {"Demo": 0, "Proposal": 0, "Negotiation": 1}


def test_a_date_of_entry_in_the_export_is_taken(tmp_path: Path) -> None:
    header = ",".join([*HEADER, "Stage Entered"])
    rows = "\n".join(
        [
            f"{row('A')},2026-08-20",
            f"{row('B', 'Proposal')},2026-08-25",
            *(f"{line.strip()}," for line in WON.splitlines()),
        ]
    )
    later = rows.replace("Proposal", "Negotiation").replace("2026-08-25", "2026-09-07")
    found = answer("funnel", series(tmp_path, {"2026-09-01": rows, "2026-09-15": later}, header))
    timed = {stage["stage"]: stage["time_in_stage"] for stage in found["stages"] if stage["stage"]}
    assert timed["Proposal"]["median"] == 13
    assert [timed[name]["n"] for name in ("Demo", "Proposal", "Negotiation")] == [1, 1, 1]


def test_an_absent_deal_is_untracked_and_not_unmoved(tmp_path: Path) -> None:
    both = "\n".join([row("A"), row("B"), WON])
    folder = series(
        tmp_path,
        {"2026-06-20": both, "2026-06-29": "\n".join([row("B"), WON]), "2026-07-20": both, "2026-10-02": both},
    )
    asked = ("--kpi", "slip_rate,push_count", "--period", "2026-Q3", "--as-of", "2026-10-02")
    found = answer("report", folder, *asked)
    (rate,) = values(found, "slip_rate")
    assert rate["denominator"] == 0  # both are due on 1 October
    assert {"code": "no_close_date_history", "count": 1} in rate["excluded"]
    assert next(f["count"] for f in found["findings"] if f["code"] == "deals_absent_between") == 1


def test_a_deal_that_was_closed_for_a_while_left_its_stage_then(tmp_path: Path) -> None:
    lost = "A,Kiln,Ann,Lost,100,EUR,2026-05-01,2026-09-08,2026-09-08"
    first = "\n".join([row("A"), row("B"), WON])
    folder = series(
        tmp_path,
        {
            "2026-09-01": "\n".join([row("B"), WON]),
            "2026-09-05": first.replace("2026-05-01,,", "2026-09-03,,"),
            "2026-09-10": "\n".join([lost, row("B"), WON]),
            "2026-09-30": "\n".join([row("A", "Proposal"), row("B"), WON]),
        },
    )
    found = answer("funnel", folder)
    demo = next(stage for stage in found["stages"] if stage["stage"] == "Demo")
    assert demo["time_in_stage"] == {"median": 3, "p90": 3, "interval": demo["time_in_stage"]["interval"], "n": 1}


def test_a_stage_history_beside_comes_first(tmp_path: Path) -> None:
    both = "\n".join([row("A"), row("B"), WON])
    folder = series(tmp_path, {"2026-09-01": both, "2026-09-15": both.replace("2026-10-01", "2026-11-01")})
    (tmp_path / "beside").mkdir()
    stages = tmp_path / "beside" / "stages.csv"
    stages.write_text("Deal ID,Stage,Entered\nA,Discovery,2026-08-01\nA,Demo,2026-08-11\n", encoding="utf-8")
    asked = (
        "report",
        folder,
        f"stages={stages}",
        "--kpi",
        "push_count",
        "--period",
        "2026-09",
        "--as-of",
        "2026-09-30",
    )
    found = answer(*asked)
    assert values(found, "push_count")[0]["value"] == 2
    assert "stages_beside_exports" in {item["code"] for item in found["findings"]}
    funnel = answer("funnel", folder, f"stages={stages}")
    assert {stage["stage"]: stage["entered"] for stage in funnel["stages"] if stage["stage"]} == {
        "Discovery": 1,
        "Demo": 1,
    }
    stages.write_text("Deal ID,Stage,Entered,Expected Close\nA,Demo,2026-08-11,2026-10-01\n", encoding="utf-8")
    found = answer(*asked)
    assert values(found, "push_count")[0]["value"] == 0
    assert "stages_before_exports" in {item["code"] for item in found["findings"]}


# --- a series, parts of one list, or neither ----------------------------------------------------------------------------------


def test_monthly_parts_stay_parts(tmp_path: Path) -> None:
    folder = series(tmp_path, {"2026-08-31": "\n".join([row("A"), row("B")]), "2026-09-30": "\n".join([row("C"), WON])})
    dataset = salesmetrics.load(folder)
    assert dataset.history is None
    assert dataset.frames["deals"].height == 5


def test_parts_that_overlap_and_agree_lose_no_deal(tmp_path: Path) -> None:
    rows = [row(name) for name in "ABCDE"]
    folder = series(tmp_path, {"2026-08-31": "\n".join(rows[:4]), "2026-09-30": "\n".join(rows[1:])})
    dataset = salesmetrics.load(folder)
    assert dataset.frames["deals"].height == 5
    assert "rows_in_newer_file" in {item.code for item in dataset.findings}


def test_two_exports_of_which_the_newer_has_all_are_a_series(tmp_path: Path) -> None:
    rows = [row(name) for name in "ABCDE"]
    folder = series(tmp_path, {"2026-08-31": "\n".join(rows[:4]), "2026-09-30": "\n".join(rows)})
    dataset = salesmetrics.load(folder)
    assert dataset.frames["deals"].height == 5
    assert dataset.history is not None


def test_an_export_of_changes_only_is_no_list(tmp_path: Path) -> None:
    rows = [row(name) for name in "ABCDEFGH"]
    folder = series(
        tmp_path, {"2026-08-31": "\n".join(rows), "2026-09-30": "\n".join([row("A", "Proposal"), row("B")])}
    )
    with pytest.raises(SalesmetricsError) as caught:
        salesmetrics.load(folder)
    assert caught.value.code == "lists_overlap"


def test_a_part_without_a_date_stays_a_part_of_the_list(tmp_path: Path) -> None:
    both = "\n".join([row("A"), row("B"), WON])
    folder = series(tmp_path, {"2026-09-01": both, "2026-09-15": both.replace("2026-10-01", "2026-11-01")})
    (tmp_path / "archive.csv").write_text(",".join(HEADER) + "\n" + row("Z") + "\n", encoding="utf-8")
    dataset = salesmetrics.load(folder)
    assert dataset.frames["deals"].height == 5
    assert dataset.history is not None


def test_exports_without_a_date_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("\n".join([",".join(HEADER), row("A"), row("B"), WON]), encoding="utf-8")
    (tmp_path / "new.csv").write_text(
        "\n".join([",".join(HEADER), row("A", "Proposal"), row("B"), WON]), encoding="utf-8"
    )
    with pytest.raises(SalesmetricsError) as caught:
        salesmetrics.load(str(tmp_path))
    assert caught.value.code == "lists_overlap"
    assert "put the day of each export into its name" in str(caught.value.hint)


def test_two_exports_of_one_day_are_refused_and_two_parts_of_one_day_are_not(tmp_path: Path) -> None:
    header = ",".join(HEADER) + "\n"
    (tmp_path / "north-2026-09-30.csv").write_text(header + row("A") + "\n", encoding="utf-8")
    (tmp_path / "south-2026-09-30.csv").write_text(header + row("B") + "\n", encoding="utf-8")
    assert salesmetrics.load(str(tmp_path)).frames["deals"].height == 2
    (tmp_path / "south-2026-09-30.csv").write_text(header + row("A", "Proposal") + "\n", encoding="utf-8")
    with pytest.raises(SalesmetricsError) as caught:
        salesmetrics.load(str(tmp_path))
    assert caught.value.code == "exports_same_day"
    (tmp_path / "all-2026-08-30.csv").write_text(header + row("A", "Discovery") + "\n", encoding="utf-8")
    with pytest.raises(SalesmetricsError) as caught:
        salesmetrics.load(str(tmp_path))
    assert caught.value.code == "exports_same_day"


def test_an_export_of_another_list_among_them_is_refused(tmp_path: Path) -> None:
    both = "\n".join([row("A"), row("B"), WON])
    folder = series(
        tmp_path, {"2026-09-01": both, "2026-09-15": both.replace("Demo", "Proposal"), "2026-09-30": row("Q")}
    )
    with pytest.raises(SalesmetricsError) as caught:
        salesmetrics.load(folder)
    assert caught.value.code == "exports_unrelated"


def test_a_deal_twice_in_an_export_is_refused(tmp_path: Path) -> None:
    both = "\n".join([row("A"), row("B"), WON])
    twice = "\n".join([row("A"), row("A", "Proposal"), row("B"), WON])
    folder = series(tmp_path, {"2026-09-01": twice, "2026-09-15": both})
    with pytest.raises(SalesmetricsError) as caught:
        salesmetrics.load(folder)
    assert caught.value.code == "ids_twice"


def test_a_stock_by_stage_and_day_is_no_series(tmp_path: Path) -> None:
    pivot = tmp_path / "pivot.csv"
    lines = [f"{stage},Ann,{n},2026-09-{day}" for day in ("01", "15") for n, stage in enumerate(STAGES, 1)]
    pivot.write_text("\n".join(["STAGE_ID,ASSIGNED_BY_ID,ID,snapshot date", *lines]) + "\n", encoding="utf-8")
    done = invoke("report", str(pivot))
    assert done.returncode == 2
    done = invoke("report", f"deals={pivot}")
    assert done.returncode == 2


# --- what is said ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", WEEKLY),
        ("report", WEEKLY, "--all"),
        ("trend", "push_count", WEEKLY),
        ("rows", "push_count", WEEKLY),
        ("check", WEEKLY),
        ("inspect", WEEKLY),
        ("funnel", WEEKLY),
        ("losses", WEEKLY),
    ],
)
def test_every_command_says_which_export_is_the_list(arguments: tuple[str, ...]) -> None:
    done = invoke(*arguments, cwd=ROOT)
    assert done.returncode == 0
    said = " ".join(done.stdout.replace("`", "").split())
    assert "deals-2026-09-30.csv is the list; 3 older exports (2026-09-09 to 2026-09-23) are its history" in said


def test_a_sheet_says_it_on_stderr() -> None:
    done = invoke("report", WEEKLY, "--format", "csv", cwd=ROOT)
    assert "is the list; 3 older exports (2026-09-09 to 2026-09-23) are its history" in done.stderr
    assert not invoke("report", WEEKLY, "--format", "csv", "--quiet", cwd=ROOT).stderr


def test_hashes_are_those_of_the_files() -> None:
    import hashlib

    for item in answer("report", WEEKLY)["inputs"]:
        assert item["sha256"] == hashlib.sha256((ROOT / item["path"]).read_bytes()).hexdigest()


def test_rejected_rows_of_older_exports_are_said_and_listed(tmp_path: Path) -> None:
    both = "\n".join([row("A"), row("B"), WON])
    folder = series(tmp_path, {"2026-09-01": both.replace("2026-05-01,,", "soon,,", 1), "2026-09-15": both})
    rejects = tmp_path / "rejects.txt"
    done = invoke("report", folder, "--rejects", str(rejects), "--format", "json")
    assert done.returncode == 0, done.stderr
    assert "soon" in rejects.read_text(encoding="utf-8")
    assert [item["rows"]["rejected"] for item in json.loads(done.stdout)["inputs"]] == [0, 1]


# --- found by hand -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [("", ""), (",Demo,", ",Proposal,")])
def test_an_undated_copy_among_dated_exports_is_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    both = "\n".join([row("A"), row("B"), WON])
    later = both.replace("2026-10-01", "2026-11-01")
    folder = series(tmp_path, {"2026-09-20": both, "2026-09-27": later})
    copy = (tmp_path / "deals-2026-09-27.csv").read_text(encoding="utf-8").replace(*change)
    (tmp_path / "deals-latest.csv").write_text(copy, encoding="utf-8")
    with pytest.raises(SalesmetricsError) as caught:
        salesmetrics.load(folder)
    assert caught.value.code == "export_undated"
    assert "deals-latest.csv" in str(caught.value.message)


def test_parts_with_one_deal_in_common_are_offered_both_readings(tmp_path: Path) -> None:
    header = ",".join(HEADER) + "\n"
    parts = {"01": [row("A"), row("B"), row("C")], "02": [row("C", "Proposal"), row("D"), row("E")]}
    for month, rows in parts.items():
        (tmp_path / f"deals-2026-{month}.csv").write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(SalesmetricsError) as caught:
        salesmetrics.load(str(tmp_path))
    assert caught.value.code == "lists_overlap"
    assert "if they are parts of one list" in str(caught.value.hint)
    assert "if they are exports of one list" in str(caught.value.hint)
    assert "are two exports" not in str(caught.value.message)


@pytest.mark.parametrize("period", ["2026-Q2", "2026-08", "2026-09-01..2026-09-19"])
@pytest.mark.parametrize("created", ["2026-05-01", "2026-09-18"])
def test_before_the_history_nothing_is_zero(tmp_path: Path, period: str, created: str) -> None:
    both = "\n".join([row("A"), row("B"), WON]).replace("2026-05-01", created).replace("2026-05-2", "2026-09-2")
    folder = series(tmp_path, {"2026-09-20": both, "2026-09-27": both.replace("2026-10-01", "2026-11-01")})
    kpis = "push_count,push_days_mean,slip_rate,slip_rate_value"
    found = answer("report", folder, "--kpi", kpis, "--period", period, "--as-of", "2026-09-27")
    assert {(item["id"], item["value"], item["reason"]) for item in found["metrics"]} == {
        (kpi, None, "no_close_date_history") for kpi in kpis.split(",")
    }
    within = answer("report", folder, "--kpi", "push_count", "--period", "2026-Q3", "--as-of", "2026-09-27")
    assert values(within, "push_count")[0]["value"] == 2
    said = {item["code"] for item in within["findings"]}
    assert "as_of_differs" not in said
    # Of deals that were created the day before the first export, only that day is unknown.
    assert "close_dates_known_late" in said


def test_a_stage_history_that_begins_later_says_so(tmp_path: Path) -> None:
    deals = tmp_path / "deals.csv"
    deals.write_text(
        ",".join(HEADER) + "\n" + "\n".join([row("A"), row("B"), WON.replace("    ", "")]) + "\n", encoding="utf-8"
    )
    stages = tmp_path / "stages.csv"
    lines = ["Deal ID,Stage,Entered,Expected Close", "A,Demo,2026-09-20,2026-10-01", "A,Demo,2026-09-25,2026-11-01"]
    stages.write_text("\n".join(lines) + "\n", encoding="utf-8")
    names = (str(deals), f"stages={stages}", "--kpi", "push_count", "--as-of", "2026-09-30")
    early = answer("report", *names, "--period", "2026-Q2")
    assert [(item["value"], item["reason"]) for item in early["metrics"]] == [(None, "no_close_date_history")]
    within = answer("report", *names, "--period", "2026-Q3")
    assert values(within, "push_count")[0]["value"] == 1
    assert "close_dates_known_late" in {item["code"] for item in within["findings"]}


def test_files_that_number_their_own_deals_are_no_series(tmp_path: Path) -> None:
    def of_month(month: int) -> str:
        return "\n".join(
            f"{n},Kiln {month}-{n},Ann,Won,{n}0,EUR,2026-0{month}-0{n},2026-0{month}-1{n}," for n in range(1, 6)
        )

    folder = series(tmp_path, {"2026-08-31": of_month(8), "2026-09-30": of_month(9)})
    with pytest.raises(SalesmetricsError) as caught:
        salesmetrics.load(folder)
    assert caught.value.code == "lists_overlap"
    assert "--map id=" in str(caught.value.hint)
    assert salesmetrics.load(folder, map={"id": ""}).frames["deals"].height == 10


@pytest.mark.parametrize("day", ["2026-09-13", "2026-09-20", "2026-09-27"])
def test_an_export_without_ids_among_the_others_is_refused(tmp_path: Path, day: str) -> None:
    both = "\n".join([row("A"), row("B"), WON])
    folder = series(tmp_path, {"2026-09-13": both, "2026-09-20": both.replace("Demo", "Proposal"), "2026-09-27": both})
    path = tmp_path / f"deals-{day}.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line.partition(",")[2] for line in lines) + "\n", encoding="utf-8")
    with pytest.raises(SalesmetricsError) as caught:
        salesmetrics.load(folder)
    assert caught.value.code == "ids_missing"
    assert day in str(caught.value.message)
