"""`compare`: each bar against an oracle, start + bars = end in every line, digits that add up, and how it looks."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shlex
import threading
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import salesmetrics
from in_process import invoke
from oracle_compare import bars_of
from salesmetrics.analysis.changed_deals import behind, changes
from salesmetrics.analysis.compare import BARS, Snapshot, Terms, bridges, compared, direction, state_of
from salesmetrics.analysis.exports import refuse_strangers
from salesmetrics.errors import SalesmetricsError
from salesmetrics.render.rounding import balanced, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from golden_file import Golden
    from salesmetrics.answers.compare import Bridge

pytestmark = pytest.mark.usefixtures("read_once")


ROOT = Path(__file__).parent.parent
WEEKLY = "examples/weekly"
PAIR = (f"{WEEKLY}/deals-2026-09-09.csv", f"{WEEKLY}/deals-2026-09-16.csv")
DAYS = [date(2026, 9, day) for day in (10, 20, 30)]
PERIOD = (date(2026, 7, 1), date(2026, 10, 1))
STEPS = ("increased", "decreased")


# --- generated exports: every kind of change, several at once, repeated and missing amounts -----------------------------

AMOUNTS = [None, Decimal(0), Decimal(100), Decimal(100), Decimal("0.01"), Decimal("33.333"), Decimal(-50)]
DUE = [None, date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 1)]
CLOSED = [None, date(2026, 6, 1), date(2026, 9, 9), date(2026, 9, 15), date(2026, 10, 2)]
DEAL = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["open", "open", "open", "won", "lost", "other"]),
        "amount": st.sampled_from(AMOUNTS),
        "currency": st.sampled_from(["EUR", "EUR", "USD", None]),
        "expected_close": st.sampled_from(DUE),
        "closed": st.sampled_from(CLOSED),
        "created": st.sampled_from([None, date(2026, 5, 1), date(2026, 9, 12)]),
        "stage": st.sampled_from(["Demo", "Offer"]),
        "owner": st.sampled_from(["Ann", "Bo", None]),
        "kept": st.sampled_from([True, True, True, False]),
    }
)
EXPORT = st.dictionaries(st.sampled_from("abcdefghij"), DEAL, max_size=10)
SCHEMA = {
    "id": pl.String,
    "outcome": pl.String,
    "amount": pl.Decimal(38, 8),
    "currency": pl.String,
    "expected_close": pl.Date,
    "closed": pl.Date,
    "created": pl.Date,
    "stage": pl.String,
    "owner": pl.String,
    "kept": pl.Boolean,
}


def frame_of(export: dict[str, dict[str, Any]], *, filtered: bool) -> pl.DataFrame:
    rows = [{"id": id_, **deal, "kept": deal["kept"] or not filtered} for id_, deal in export.items()]
    return pl.DataFrame(rows, schema=SCHEMA)


def states(frames: Sequence[pl.DataFrame], by: Sequence[str]) -> list[Snapshot]:
    return [Snapshot(day, state_of(frame, by, frame["kept"])) for day, frame in zip(DAYS, frames, strict=False)]


def terms_of(*, by: bool, bounded: bool, filtered: bool) -> Terms:
    start, end = PERIOD if bounded else (None, None)
    return Terms(by=("owner",) if by else (), filtered=filtered, start=start, end=end)


def assert_identity(lines: Sequence[Bridge]) -> None:
    for line in lines:
        first, *bars, last = line.bars
        assert (first.id, last.id) == ("start", "end")
        assert [bar.id for bar in line.bars] == [bar for bar in BARS if bar in {bar.id for bar in line.bars}]
        assert Decimal(first.value) + sum((Decimal(bar.value) for bar in bars), Decimal(0)) == Decimal(last.value)
        assert first.count + sum(bar.count for bar in bars) == last.count


CHOICES = {"by": st.booleans(), "bounded": st.booleans(), "filtered": st.booleans()}


@given(old=EXPORT, new=EXPORT, **CHOICES)
def test_each_bar_is_that_of_the_oracle_and_they_add_up(
    old: dict[str, Any], new: dict[str, Any], by: bool, bounded: bool, filtered: bool
) -> None:
    frames = [frame_of(export, filtered=filtered) for export in (old, new)]
    terms = terms_of(by=by, bounded=bounded, filtered=filtered)
    interval = compared(*states(frames, terms.by), terms)
    lines = bridges([interval], terms)
    assert_identity(lines)
    for total in (True, False) if by else (True,):
        expected = bars_of(frames[0], frames[1], DAYS[0], PERIOD if bounded else None, by=not total)
        shown = {
            (*(line.group.values() or [None]), line.currency, bar.id): (
                bar.value,
                bar.changed if bar.id in STEPS else bar.count,
                bar.unpriced,
            )
            for line in lines
            if bool(line.group) != total
            for bar in line.bars
        }
        assert {key: sums for key, sums in shown.items() if any(sums)} == {
            key: sums for key, sums in expected.items() if any(sums)
        }


@given(old=EXPORT, new=EXPORT, bounded=st.booleans(), filtered=st.booleans())
def test_segments_add_up_to_the_total_and_moves_between_them_to_zero(
    old: dict[str, Any], new: dict[str, Any], bounded: bool, filtered: bool
) -> None:
    frames = [frame_of(export, filtered=filtered) for export in (old, new)]
    terms = terms_of(by=True, bounded=bounded, filtered=filtered)
    lines = bridges([compared(*states(frames, terms.by), terms)], terms)
    sums: dict[tuple[str | None, str, bool], list[Any]] = defaultdict(lambda: [Decimal(0), 0])
    for line in lines:
        for bar in line.bars:
            name = "moved" if bar.id.startswith("moved") else bar.id
            kept = sums[line.currency, name, bool(line.group)]
            kept[0] += bar.value
            kept[1] += bar.count
    for (currency, bar, grouped), found in list(sums.items()):
        assert found == sums[currency, bar, not grouped], bar
        if bar == "moved" and not filtered:
            assert found == [0, 0]


@given(exports=st.lists(EXPORT, min_size=3, max_size=3), **CHOICES)
def test_a_series_is_the_sum_of_its_intervals(
    exports: list[dict[str, Any]], by: bool, bounded: bool, filtered: bool
) -> None:
    terms = terms_of(by=by, bounded=bounded, filtered=filtered)
    first, second, third = states([frame_of(export, filtered=filtered) for export in exports], terms.by)
    lines = bridges([compared(first, second, terms), compared(second, third, terms)], terms)
    assert_identity(lines)
    for one, two, whole in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        assert (whole.from_, whole.to_) == (one.from_, two.to_)
        assert one.bars[-1].value == two.bars[0].value, "an interval begins where the one before ends"
        for early, late, both in list(zip(one.bars, two.bars, whole.bars, strict=True))[1:-1]:
            assert (both.value, both.count) == (early.value + late.value, early.count + late.count)
        assert (whole.bars[0].value, whole.bars[-1].value) == (one.bars[0].value, two.bars[-1].value)


@given(old=EXPORT, new=EXPORT, **CHOICES)
def test_the_deals_behind_a_bar_make_its_number(
    old: dict[str, Any], new: dict[str, Any], by: bool, bounded: bool, filtered: bool
) -> None:
    terms = terms_of(by=by, bounded=bounded, filtered=filtered)
    pair = states([frame_of(export, filtered=filtered) for export in (old, new)], terms.by)
    interval = compared(*pair, terms)
    lines = [line for line in bridges([interval], terms) if bool(line.group) == by]
    listed = changes(interval, None)
    for bar in dict.fromkeys(bar.id for line in lines for bar in line.bars):
        deals = behind(interval, bar, terms.by)
        for line in lines:
            own = deals.filter(pl.col("currency").eq_missing(pl.lit(line.currency)))
            if by:
                own = own.filter(pl.col("group_owner").eq_missing(pl.lit(line.group["owner"])))
            shown = next(item for item in line.bars if item.id == bar)
            assert own["value"].sum() == shown.value
            assert own.height == (abs(shown.count) if bar not in STEPS else shown.changed)
        if bar not in ("start", "end"):
            assert sorted(deals["id"]) == sorted(item.deal_id for item in listed if bar in item.bars)


@given(
    bars=st.lists(st.decimals(-10_000, 10_000, places=4), min_size=1, max_size=14),
    start=st.decimals(-10_000, 10_000, places=4),
    places=st.sampled_from([0, 2]),
)
def test_digits_on_screen_add_up(bars: list[Decimal], start: Decimal, places: int) -> None:
    exact = [start, *bars, start + sum(bars)]
    shown = rounded(exact, places)
    assert shown[0] + sum(shown[1:-1]) == shown[-1]
    assert all(abs(a - b) <= Decimal(1).scaleb(-places) * 2 for a, b in zip(shown, exact, strict=True))


@given(
    rows=st.lists(st.lists(st.decimals(-100, 100, places=4), min_size=4, max_size=4), min_size=1, max_size=9),
    places=st.sampled_from([0, 2]),
)
def test_digits_of_groups_add_up_to_those_of_the_total(rows: list[list[Decimal]], places: int) -> None:
    closed = [[*row, -sum(row)] for row in rows]
    exact = [[-sum(column) for column in zip(*closed, strict=True)], *closed]
    shown = balanced(exact, places)
    assert all(sum(line) == 0 for line in (*shown, *zip(*shown, strict=True)))
    for before, after in zip(exact, shown, strict=True):
        assert all(abs(a - b) < Decimal(1).scaleb(-places) for a, b in zip(before, after, strict=True))


# --- what the definition says of single deals -----------------------------------------------------------------------------


def one_deal(old: dict[str, Any] | None, new: dict[str, Any] | None, **terms: Any) -> dict[str, tuple[Decimal, int]]:
    """The bars of a deal, over its lines: what it says in each export is written over a plain open deal."""
    plain = {"outcome": "open", "amount": Decimal(100), "currency": "EUR", "expected_close": date(2026, 9, 15)}
    full = [None if deal is None else {**dict.fromkeys(SCHEMA), **plain, "kept": True, **deal} for deal in (old, new)]
    frames = [pl.DataFrame([{**deal, "id": "a"}] if deal else [], schema=SCHEMA) for deal in full]
    asked = Terms(**terms)
    interval = compared(*states(frames, asked.by), asked)
    found: dict[str, tuple[Decimal, int]] = {}
    for line in bridges([interval], asked):
        if bool(line.group) == bool(asked.by):
            names = "/".join(filter(None, [*line.group.values(), line.currency]))
            found |= {f"{bar.id} {names}": (bar.value, bar.count) for bar in line.bars if bar.value or bar.count}
    return found


Q3 = {"start": PERIOD[0], "end": PERIOD[1]}


def test_a_deal_leaves_at_its_final_amount() -> None:
    assert one_deal({}, {"outcome": "won", "amount": Decimal(120)}) == {
        "start EUR": (100, 1),
        "increased EUR": (20, 0),
        "won EUR": (-120, -1),
    }


def test_a_closed_deal_belongs_to_the_period_that_it_was_expected_in_before() -> None:
    closed = {"outcome": "won", "expected_close": None, "closed": date(2026, 10, 5)}
    assert "won EUR" in one_deal({}, closed, **Q3)
    assert one_deal({"expected_close": date(2026, 12, 1)}, {**closed, "closed": date(2026, 9, 15)}, **Q3) == {}


def test_a_deal_created_and_closed_in_between_is_new_and_lost() -> None:
    lost = {"outcome": "lost", "closed": date(2026, 9, 15), "expected_close": None}
    assert one_deal(None, lost, **Q3) == {"new EUR": (100, 1), "lost EUR": (-100, -1)}
    assert one_deal(None, {**lost, "closed": None}, **Q3) == {}, "a blank day lies in no period"
    assert one_deal(None, {**lost, "closed": date(2026, 9, 1)}) == {}, "closed before the earlier export"
    assert one_deal(None, {**lost, "closed": date(2026, 9, 1), "created": DAYS[0]}) != {}


def test_a_change_of_currency_is_no_change_of_amount() -> None:
    assert one_deal({}, {"currency": "USD", "amount": Decimal(110)}) == {
        "start EUR": (100, 1),
        "currency_out EUR": (-100, -1),
        "currency_in USD": (110, 1),
        "end USD": (110, 1),
    }
    won = one_deal({}, {"currency": "USD", "amount": Decimal(110), "outcome": "won"})
    assert won == {"start EUR": (100, 1), "won EUR": (-100, -1)}


def test_a_move_takes_the_final_amount_along() -> None:
    moved = one_deal({"owner": "Ann"}, {"owner": "Bo", "amount": Decimal(130)}, by=("owner",))
    assert moved == {
        "start Ann/EUR": (100, 1),
        "increased Ann/EUR": (30, 0),
        "moved_out Ann/EUR": (-130, -1),
        "moved_in Bo/EUR": (130, 1),
        "end Bo/EUR": (130, 1),
    }


@pytest.mark.parametrize("change", [{"expected_close": date(2026, 12, 1)}, {"outcome": "won"}])
def test_a_new_owner_beside_a_push_or_a_close_is_no_move(change: dict[str, Any]) -> None:
    found = one_deal({"owner": "Ann"}, {"owner": "Bo", **change}, by=("owner",), **Q3)
    assert set(found) == {"start Ann/EUR", f"{'won' if 'outcome' in change else 'pushed_out'} Ann/EUR"}


def test_a_filter_alone_moves_a_deal() -> None:
    assert one_deal({"kept": False}, {}, filtered=True) == {"moved_in EUR": (100, 1), "end EUR": (100, 1)}
    assert one_deal({}, {"kept": False}, filtered=True) == {"start EUR": (100, 1), "moved_out EUR": (-100, -1)}
    assert "won EUR" in one_deal({}, {"kept": False, "outcome": "won"}, filtered=True), "closed ranks before the filter"


def test_an_amount_that_appears_is_counted_apart() -> None:
    plain = {**dict.fromkeys(SCHEMA), "id": "a", "outcome": "open", "kept": True}
    bare, priced = (pl.DataFrame([{**plain, "amount": amount}], schema=SCHEMA) for amount in (None, Decimal(5)))
    (line,) = bridges([compared(*states([bare, priced], ()), Terms())], Terms())
    bars = {bar.id: bar for bar in line.bars}
    assert (bars["start"].unpriced, bars["end"].unpriced) == (1, 0)
    assert (bars["increased"].value, bars["increased"].changed, bars["increased"].priced) == (5, 1, 1)
    (back,) = bridges([compared(*states([priced, bare], ()), Terms())], Terms())
    assert {bar.id: bar.unpriced_now for bar in back.bars}["decreased"] == 1


# --- the command ------------------------------------------------------------------------------------------------------------


def run(*words: str) -> Any:
    done = invoke("compare", *words, cwd=ROOT, env={"HOME": "/nonexistent", "COLUMNS": "120"})
    assert done.returncode == 0, done.stderr
    return done


SHOWN = {
    "pair.txt": PAIR,
    "pair.md": (*PAIR, "--format", "md"),
    "period_by_team.txt": (WEEKLY, "--period", "2026-Q3", "--by", "team"),
    "period_by_team.csv": (*PAIR, "--period", "2026-Q3", "--by", "HubSpot Team", "--format", "csv"),
    "series.txt": (WEEKLY,),
    "converted.txt": (*PAIR, "examples/weekly/deals-2026-09-23.csv", "examples/rates.csv", "--currency", "EUR"),
    "filtered.txt": (*PAIR, "--where", "region = 'DACH'"),
    "pushed_out.txt": (WEEKLY, "--period", "2026-Q3", "--rows", "pushed-out"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_output(name: str, golden: Golden) -> None:
    golden(f"compare/{name}", run(*SHOWN[name]).stdout)


def test_json_and_csv_and_the_library_say_the_same() -> None:
    words = (WEEKLY, "--by", "owner", "--period", "2026-Q3")
    answer = json.loads(run(*words, "--format", "json").stdout, parse_float=Decimal)
    sheet = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv").stdout)))
    bars = [(line, bar) for line in answer["bridge"] for bar in line["bars"]]
    assert len(bars) == len(sheet) > 100
    for (line, bar), row in zip(bars, sheet, strict=True):
        assert (line["from"], line["to"], bar["id"]) == (row["from"], row["to"], row["bar"])
        assert Decimal(row["value"]) == bar["value"]
    made = salesmetrics.compare(str(ROOT / WEEKLY), by=["owner"], period="2026-Q3").answer
    assert [[bar.value for bar in line.bars] for line in made.bridge] == [
        [bar["value"] for bar in line["bars"]] for line in answer["bridge"]
    ]
    assert len(made.changes) == len(answer["changes"]) > 20
    assert_identity(made.bridge)


def test_a_sheet_tells_the_total_from_deals_without_a_value(tmp_path: Path) -> None:
    for day, amount in ((20, 5), (30, 7)):
        path = tmp_path / f"deals-2026-09-{day}.csv"
        path.write_text(f"Deal ID,Stage,Amount,Currency,Owner\n1,Demo,{amount},EUR,\n2,Demo,3,EUR,Bo\n", "utf-8")
    sheet = invoke("compare", str(tmp_path), "--by", "owner,currency", "--format", "csv").stdout
    rows = [row for row in csv.DictReader(io.StringIO(sheet)) if row["bar"] == "end"]
    assert [(row["owner"], row["group_currency"], row["value"]) for row in rows] == [
        ("", "", "10"),
        ("Bo", "EUR", "3"),
        ("(blank)", "EUR", "7"),
    ]


def test_every_bar_has_something_in_it_in_the_examples() -> None:
    full = set()
    for period in ("all", "2026-Q3"):
        made = salesmetrics.compare(str(ROOT / WEEKLY), by=["team"], period=period).answer
        full |= {bar.id for line in made.bridge for bar in line.bars if bar.value}
    assert full == set(BARS)


def test_the_last_days_of_exports_come_from_options_names_and_events() -> None:
    made = salesmetrics.compare(*(str(ROOT / path) for path in PAIR), on={str(ROOT / PAIR[1]): "2026-09-17"}).answer
    assert [(export.as_of, export.day_from) for export in made.exports] == [
        (date(2026, 9, 9), "file_name"),
        (date(2026, 9, 17), "option"),
    ]


def test_a_file_of_snapshots_says_what_its_exports_say(tmp_path: Path) -> None:
    parts = [
        pl.read_csv(path, infer_schema=False).with_columns(pl.lit(path.stem[-10:]).alias("Snapshot Date"))
        for path in sorted((ROOT / WEEKLY).glob("*.csv"))
    ]
    pl.concat(parts).write_csv(tmp_path / "all.csv")
    one, many = (salesmetrics.compare(str(path), by=["team"]).answer for path in (tmp_path / "all.csv", ROOT / WEEKLY))
    assert (one.bridge, one.beside, one.changes) == (many.bridge, many.beside, many.changes)
    assert {item.sha256 for item in one.inputs} == {hashlib.sha256((tmp_path / "all.csv").read_bytes()).hexdigest()}


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    made = []
    for path in PAIR:
        pipe = tmp_path / Path(path).name.replace("deals-", "").replace("2026-", "")
        os.mkfifo(pipe)
        threading.Thread(target=pipe.write_bytes, args=[(ROOT / path).read_bytes()], daemon=True).start()
        made.append(str(pipe))
    found = salesmetrics.compare(*made).answer
    assert [export.day_from for export in found.exports] == ["last_event", "last_event"]
    assert found.exports[1].deals == 64


def test_a_period_ahead_is_looked_at() -> None:
    made = salesmetrics.compare(*(str(ROOT / path) for path in PAIR), period="2027-Q1").answer
    assert made.period.start == date(2027, 1, 1)


def test_one_real_export_at_two_days(realdata: Path, tmp_path: Path) -> None:
    """Maven's list as it stood on two days: open deals have no amount there."""
    frame = pl.read_csv(realdata / "maven_crm_original" / "sales_pipeline.csv", infer_schema=False)
    for day in ("2017-09-30", "2017-10-31"):
        seen = frame.filter(pl.col("engage_date").is_null() | (pl.col("engage_date") <= day))
        later = (pl.col("close_date") > day).fill_null(value=False)
        seen.with_columns(
            deal_stage=pl.when(later).then(pl.lit("Engaging")).otherwise("deal_stage"),
            close_date=pl.when(~later).then("close_date"),
            close_value=pl.when(~later).then("close_value"),
        ).write_csv(tmp_path / f"pipeline-{day}.csv")
    made = salesmetrics.compare(str(tmp_path), by=["sales_agent"]).answer
    assert_identity(made.bridge)
    total = {bar.id: bar for bar in made.bridge[0].bars}
    closed = frame.filter(pl.col("close_date").is_between(pl.lit("2017-10-01"), pl.lit("2017-10-31")))
    for bar, stage in (("won", "Won"), ("lost", "Lost")):
        own = closed.filter(pl.col("deal_stage") == stage)
        assert (total[bar].count, total[bar].value) == (-own.height, -own["close_value"].cast(pl.Int64).sum())
    came = frame.filter(pl.col("engage_date").is_between(pl.lit("2017-10-01"), pl.lit("2017-10-31")))
    assert total["new"].count == came.height
    assert total["start"].value == total["end"].value == 0
    assert total["start"].unpriced == total["start"].count


# --- the page ---------------------------------------------------------------------------------------------------------------

PAGE = ROOT / "docs" / "compare.md"


def test_the_page_shows_what_its_commands_print(golden: Golden) -> None:
    def printed(match: re.Match[str]) -> str:
        program, command, *words = shlex.split(match[1])
        assert program == "salesmetrics"
        return f"```sh\n{match[1]}\n```\n\n```text\n{invoke(command, *words, cwd=ROOT).stdout}```"

    blocks = re.compile(r"```sh\n(.*?)\n```\n\n```text\n.*?```", re.DOTALL)
    text = PAGE.read_text("utf-8")
    assert len(blocks.findall(text)) == 5
    golden(str(PAGE), blocks.sub(printed, text))


# --- a currency column in some exports only ---------------------------------------------------------------------------------

IN_ONE = {
    "a-2026-01-01.csv": ["1,Qualified,100,EUR", "2,Qualified,50,EUR", "3,Closed Won,10,EUR"],
    "b-2026-01-08.csv": ["1,Closed Won,100,EUR", "2,Qualified,70,EUR", "4,Qualified,10,EUR"],
    "c-2026-01-15.csv": ["1,Closed Won,100,EUR", "2,Closed Lost,70,EUR", "4,Qualified,15,EUR"],
}


def write_exports(folder: Path, bare: Sequence[str], codes: Mapping[str, str] | None = None) -> None:
    """The exports; those that are bare have no currency column, and some deals another currency."""
    for name, rows in IN_ONE.items():
        lines = [line.replace("EUR", (codes or {}).get(f"{name[0]}{line[0]}", "EUR")) for line in rows]
        text = ["Deal ID,Stage,Amount,Currency", *lines]
        kept = [line.rpartition(",")[0] for line in text] if name[0] in bare else text
        (folder / name).write_text("\n".join(kept) + "\n", "utf-8")


@pytest.mark.parametrize("bare", ["a", "b", "c", "ab", "bc", "ac"])
def test_an_export_without_a_currency_is_in_the_only_one_of_the_others(bare: str, tmp_path: Path) -> None:
    (tmp_path / "with").mkdir()
    write_exports(tmp_path / "with", "")
    expected = salesmetrics.compare(str(tmp_path / "with")).answer
    write_exports(tmp_path, bare)
    paths = [str(tmp_path / name) for name in IN_ONE]
    found = salesmetrics.compare(*paths).answer
    assert found.bridge == expected.bridge
    assert found.changes == expected.changes
    notes = [item for item in found.findings if item.code == "currency_of_other_export"]
    assert [(Path(str(item.path)).name[0], item.count) for item in notes] == [(name, 3) for name in bare]
    rows = invoke("compare", *IN_ONE, "--rows", "won", "--format", "json", cwd=tmp_path)
    assert {row["currency"] for row in json.loads(rows.stdout)["rows"]} == {"EUR"}


@pytest.mark.parametrize("bare", ["a", "b"])
@pytest.mark.parametrize("other", ["USD", ""])
def test_with_several_currencies_in_the_other_export_it_is_refused(bare: str, other: str, tmp_path: Path) -> None:
    named = "b" if bare == "a" else "a"
    write_exports(tmp_path, bare, {f"{named}2": other})
    done = invoke("compare", *list(IN_ONE)[:2], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    codes = "EUR and USD" if other else "EUR, some without a currency"
    assert f"`{bare}-2026-01-0{1 if bare == 'a' else 8}.csv` names no currency, and the amounts of" in done.stderr
    assert f"are in {codes}: which of them its amounts are in is unknown" in done.stderr
    assert "`--map currency=HEADER`" in done.stderr


def test_without_any_currency_nothing_is_named(tmp_path: Path) -> None:
    write_exports(tmp_path, "abc")
    found = salesmetrics.compare(*[str(tmp_path / name) for name in IN_ONE]).answer
    assert {line.currency for line in found.bridge} == {None}
    assert "currency_of_other_export" not in {item.code for item in found.findings}


# --- which way deals move ----------------------------------------------------------------------------------------------

MOVES = {
    "old.csv": "Deal ID,Pipeline,Stage,Amount\n1,A,Alpha,5\n2,A,Gamma,5\n3,A,Beta,5\n4,B,Gamma,5\n5,A,Alpha,5\n6,A,Lost,1\n",
    "new.csv": "Deal ID,Pipeline,Stage,Amount\n1,A,Beta,5\n2,A,Alpha,5\n3,A,Delta,5\n4,B,Alpha,5\n5,A,Alpha,5\n6,A,Lost,1\n",
}


def ways(folder: Path, *words: str) -> dict[tuple[str, str], str | None]:
    dates = ("--on", "old.csv=2026-01-01", "--on", "new.csv=2026-01-08", "--format", "json")
    stages = [word for name in ("Alpha", "Beta", "Gamma", "Delta") for word in ("--open", name)]
    done = invoke("compare", "old.csv", "new.csv", *words, *dates, *stages, cwd=folder)
    assert done.returncode == 0, done.stderr
    (beside,) = json.loads(done.stdout)["beside"]
    return {(move["from"], move["to"]): move["direction"] for move in beside["stage_moves"]}


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    for name, text in MOVES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_without_an_order_of_stages_nobody_knows_which_way_deals_moved(moved: Path) -> None:
    assert set(ways(moved).values()) == {None}
    words = ("--on", "old.csv=2026-01-01", "--on", "new.csv=2026-01-08", "--open", "Alpha")
    more = [word for name in ("Beta", "Gamma", "Delta") for word in ("--open", name)]
    done = invoke("compare", "old.csv", "new.csv", *words, *more, cwd=moved)
    assert "4 open deals moved, forward or back is unknown: " in done.stdout


def test_the_order_of_the_settings_says_which_way_deals_moved(moved: Path) -> None:
    (moved / "salesmetrics.toml").write_text('[settings]\nstage_order = ["alpha", "Beta", "Gamma"]\n', "utf-8")
    known = {("Alpha", "Beta"): "forward", ("Gamma", "Alpha"): "back", ("Beta", "Delta"): None}
    assert ways(moved) == known
    # A list of stages with their order comes first, and the settings say what it leaves out.
    (moved / "stages.csv").write_text("stage,order\nBeta,1\nAlpha,2\nDelta,3\n", "utf-8")
    assert ways(moved, "pipelines=stages.csv") == {
        ("Alpha", "Beta"): "back",
        ("Gamma", "Alpha"): "back",
        ("Beta", "Delta"): "forward",
    }


def test_the_order_of_the_crm_says_which_way_deals_moved() -> None:
    weekly = ROOT / "examples" / "weekly"
    found = salesmetrics.compare(str(weekly / "deals-2026-09-09.csv"), str(weekly / "deals-2026-09-30.csv")).answer
    order = [
        "Appointment scheduled",
        "Qualified to buy",
        "Presentation scheduled",
        "Decision maker bought-in",
        "Contract sent",
    ]
    moves = found.beside[0].stage_moves
    assert sum(move.count for move in moves) > 5
    for move in moves:
        way = "forward" if order.index(move.to_) > order.index(move.from_) else "back"
        assert move.direction == way
    # Two pipelines may go opposite ways.
    assert direction("Demo", "Offer", [[{"Demo": 1, "Offer": 2}, {"Offer": 1, "Demo": 2}]]) is None


@pytest.mark.parametrize(
    ("old", "new", "shared", "related"),
    [(100, 8, 8, True), (8, 100, 1, True), (100, 30, 2, False), (30, 30, 3, True), (0, 50, 0, True)],
)
def test_exports_are_of_one_list_where_a_tenth_of_the_shorter_one_is_in_both(
    old: int, new: int, shared: int, related: bool
) -> None:
    first = pl.DataFrame({"id": [f"D{n:03}" for n in range(old)]}, {"id": pl.String})
    second = pl.DataFrame({"id": [f"D{n:03}" for n in range(old - shared, old - shared + new)]}, {"id": pl.String})
    if related:
        refuse_strangers(first, second, shared, ("a.csv", "b.csv"))
        return
    with pytest.raises(SalesmetricsError) as refused:
        refuse_strangers(first, second, shared, ("a.csv", "b.csv"))
    assert (refused.value.code, refused.value.details["deals"]) == ("exports_unrelated", min(old, new))
