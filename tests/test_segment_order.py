"""Segments in the order of a KPI, the first of them alone and the others as one, computed of the records of all others."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shlex
from collections import Counter
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from in_process import invoke
from salesmetrics import load, report_on
from salesmetrics.engine.segments import ordered_segments, sort_of
from salesmetrics.metrics.catalog import catalog
from salesmetrics.render.writers import Screen, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from golden_file import Golden
    from salesmetrics.answers.report import Metric, Report

EXAMPLES = Path(__file__).parent.parent / "examples"
HEADER = ["Deal ID", "Stage", "Amount", "Currency", "Owner", "Region", "Create Date", "Close Date"]
REGIONS = ["North", "South", ""]
Record = dict[str, str]


def records(owners: Sequence[str], codes: Sequence[str] = ("EUR",), *, size: int = 400, seed: int = 7) -> list[Record]:
    """Deals of owners who differ in how much and how often they win."""
    dice = random.Random(seed)
    made = []
    for number in range(size):
        owner = dice.choices(owners, weights=range(1, len(owners) + 1))[0]
        stage = dice.choice(["Closed Won", "Closed Lost", "Closed Lost", "Proposal"])
        created = 1 + dice.randrange(28)
        values = [
            f"D-{number}",
            stage,
            f"{dice.randrange(100, 90_000)}.{dice.randrange(100):02}" if dice.random() > 0.05 else "",
            dice.choice(codes),
            owner,
            dice.choice(REGIONS),
            f"2026-0{1 + dice.randrange(3)}-{created:02}",
            f"2026-0{4 + dice.randrange(3)}-{created:02}" if stage.startswith("Closed") else "",
        ]
        made.append(dict(zip(HEADER, values, strict=True)))
    return made


def written(path: Path, rows: Sequence[Mapping[str, str]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


OWNERS = ["Ann", "Bo", "Cy", "(others)", "", "Rep 2", "Rep 10", "Di"]


@pytest.fixture(scope="module")
def rows() -> list[Record]:
    return records(OWNERS)


@pytest.fixture(scope="module")
def deals(tmp_path_factory: pytest.TempPathFactory, rows: list[Record]) -> str:
    return written(tmp_path_factory.mktemp("deals") / "deals.csv", rows)


def owners_of(report: Report) -> list[str | None]:
    return list(dict.fromkeys(metric.group["owner"] for metric in report.metrics if metric.group))


def revenue_of(rows: Sequence[Record]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {row["Owner"]: Decimal(0) for row in rows}
    for row in rows:
        if row["Stage"] == "Closed Won" and row["Amount"]:
            found[row["Owner"]] += Decimal(row["Amount"])
    return found


# --- the order -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["", ":asc"])
def test_segments_stand_in_the_order_of_a_kpi_and_the_total_first(
    direction: str, deals: str, rows: list[Record]
) -> None:
    report = report_on(deals, by=["owner"], kpis=["win_rate", "revenue"], sort=f"revenue{direction}")
    sums = revenue_of(rows)
    expected = sorted(sums, key=lambda owner: sums[owner], reverse=not direction)
    assert owners_of(report) == [owner or None for owner in expected]
    assert [metric.id for metric in report.metrics if not metric.group] == ["revenue", "win_rate"]
    assert not any(metric.group for metric in report.metrics[:2])


def test_the_kpi_of_the_order_need_not_be_shown(deals: str) -> None:
    shown = report_on(deals, by=["owner"], kpis=["win_rate", "revenue"], sort="revenue")
    hidden = report_on(deals, by=["owner"], kpis=["win_rate"], sort="revenue")
    assert owners_of(hidden) == owners_of(shown)
    assert {metric.id for metric in hidden.metrics} == {"win_rate"}


def metric(owner: str | None, value: Any, currency: str | None = None) -> Metric:
    from report_fixture import metric as make

    return make("revenue", "Revenue", "revenue", "money", value, group={"owner": owner}, currency=currency)


@pytest.mark.parametrize("ascending", [True, False])
def test_undefined_values_come_last_and_equal_ones_by_key(ascending: bool) -> None:
    values = [
        metric("Rep 10", 5),
        metric("x", None),
        metric("Rep 2", 5),
        metric(None, 5),
        metric("a", None),
        metric("b", 7),
    ]
    found, currency = ordered_segments(values, ascending=ascending)
    middle = [("Rep 2",), ("Rep 10",), (None,)]
    assert found == ([*middle, ("b",)] if ascending else [("b",), *middle]) + [("a",), ("x",)]
    assert currency is None


def test_amounts_in_several_currencies_are_never_added_up() -> None:
    values = [
        *(metric("a", 1, "EUR"), metric("a", 900, "USD")),
        *(metric("b", 2, "EUR"), metric("b", None, "USD")),
        *(metric("c", None, "EUR"), metric("c", 800, "USD")),
        *(metric("d", None, "EUR"), metric("d", 850, "USD"), metric("e", 3, "EUR"), metric("e", None, "USD")),
        *(metric("f", 0, "EUR"), metric("f", None, "USD")),
    ]
    assert ordered_segments(values, ascending=False) == ([("e",), ("b",), ("a",), ("f",), ("d",), ("c",)], "EUR")


def test_a_report_in_several_currencies_says_which_one_settles_the_order(tmp_path: Path) -> None:
    path = written(tmp_path / "deals.csv", records(["Ann", "Bo", "Cy"], ("EUR", "USD", "EUR")))
    report = report_on(path, by=["owner"], kpis=["revenue", "won_deals"], sort="revenue", top=1)
    assert report.segments is not None
    assert report.segments.currency == "EUR"
    names = [(metric.group.get("owner"), metric.id, metric.currency) for metric in report.metrics]
    expected = [("revenue", "EUR"), ("revenue", "USD"), ("won_deals", None)]
    assert names == [(owner, *rest) for owner in (None, "Cy", "(others)") for rest in expected]


@given(
    st.dictionaries(
        st.one_of(st.none(), st.text("ab12 ()", max_size=4)),
        st.tuples(st.one_of(st.none(), st.integers(-3, 3)), st.one_of(st.none(), st.integers(-3, 3))),
        max_size=12,
    ),
    st.booleans(),
)
def test_any_values_are_ordered_the_same_way_whatever_order_they_come_in(
    values: dict[str | None, tuple[int | None, int | None]], ascending: bool
) -> None:
    made = [metric(name, value, code) for name, pair in values.items() for code, value in zip("AB", pair, strict=True)]
    found, main = ordered_segments(made, ascending=ascending)
    assert ordered_segments(made[::-1], ascending=ascending) == (found, main)
    assert sorted(found, key=str) == sorted(((name,) for name in values), key=str)
    place = "AB".index(main) if main else 0
    known = [value for (name,) in found if (value := values[name][place]) is not None]
    assert known == sorted(known, reverse=not ascending)
    assert all(values[name][place] is None for (name,) in found[len(known) :])


def test_every_period_keeps_the_order_of_the_whole(deals: str) -> None:
    plain = report_on(deals, by=["owner"], kpis=["revenue"], sort="revenue", top=3)
    months = report_on(deals, by=["owner"], kpis=["revenue"], sort="revenue", top=3, every="month")
    assert owners_of(months) == owners_of(plain)
    assert [m.value for m in months.metrics if not m.in_series] == [m.value for m in plain.metrics]
    for owner in owners_of(plain):
        parts = [m.value for m in months.metrics if m.in_series and m.group.get("owner", "total") == owner]
        (whole,) = (m.value for m in plain.metrics if m.group.get("owner", "total") == owner)
        assert sum(parts) == whole


def test_a_name_that_sorts() -> None:
    assert [sort_of(text) for text in ("a", "a:asc", "a : desc", "a:b")] == [
        ("a", False),
        ("a", True),
        ("a", False),
        ("a:b", False),
    ]


# --- the others --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("top", "sort"), [(1, "revenue"), (3, "win_rate"), (5, "lost_deals:asc"), (7, "revenue")])
def test_the_others_are_computed_of_their_records(top: int, sort: str, rows: list[Record], tmp_path: Path) -> None:
    """Every KPI of the others is what it is where the export itself says that all of their records are of one."""
    placed = [row | {"Region": row["Owner"], "Owner": f"Rep {place % 5}"} for place, row in enumerate(rows)]
    report = report_on(written(tmp_path / "deals.csv", placed), by=["region"], sort=sort, top=top)
    assert report.segments is not None
    others = report.segments.others
    assert others == "((others))"
    *kept, last = dict.fromkeys(metric.group["region"] for metric in report.metrics if metric.group)
    assert (len(kept), last) == (top, others)
    renamed = [row | ({} if (row["Region"] or None) in kept else {"Region": "The rest"}) for row in placed]
    rest = report_on(written(tmp_path / "deals.csv", renamed), by=["region"])
    expected = [m for m in rest.metrics if m.group == {"region": "The rest"}]
    found = [replace(m, group={"region": "The rest"}) for m in report.metrics if m.group == {"region": others}]
    assert len(found) > 20
    assert found == expected


def test_the_others_once_more_in_plain_python(deals: str, rows: list[Record]) -> None:
    ids = ["revenue", "win_rate", "median_deal_size", "open_deals", "created_deals"]
    report = report_on(deals, by=["owner"], kpis=ids, sort="won_deals", top=2)
    wins = Counter(row["Owner"] for row in rows if row["Stage"] == "Closed Won")
    first = sorted(wins, key=lambda owner: -wins[owner])[:2]
    assert owners_of(report)[:2] == [owner or None for owner in first]
    rest = [row for row in rows if row["Owner"] not in first]
    won = [row for row in rest if row["Stage"] == "Closed Won"]
    lost = [row for row in rest if row["Stage"] == "Closed Lost"]
    amounts = [Decimal(row["Amount"]) for row in won if row["Amount"]]
    here = {m.id: m for m in report.metrics if m.group == {"owner": "((others))"}}
    assert here["revenue"].value == sum(amounts)
    assert here["median_deal_size"].value == median(amounts)
    assert (here["win_rate"].numerator, here["win_rate"].denominator) == (len(won), len(won) + len(lost))
    assert here["open_deals"].value == sum(row["Stage"] == "Proposal" for row in rest)
    assert here["created_deals"].value == len(rest)


def test_additive_kpis_add_up_to_the_total_in_every_kind_of_file() -> None:
    additive = [kpi.id for kpi in catalog().kpis.values() if kpi.additive]
    dataset = load(str(EXAMPLES))
    report = report_on(dataset, by=["owner"], kpis=additive, sort="revenue", top=4)
    whole = report_on(dataset, by=["owner"], kpis=additive)
    checked = 0
    for kpi in additive:
        parts = [m for m in report.metrics if m.id == kpi and m.group]
        (total,) = (m.value for m in report.metrics if m.id == kpi and not m.group)
        if parts and all(m.value is not None for m in parts):
            plain = sum(m.value or 0 for m in whole.metrics if m.id == kpi and m.group)
            assert sum(m.value or 0 for m in parts) == plain
            checked += plain == total
    assert checked > 10


@pytest.mark.parametrize("seed", range(6))
def test_the_first_and_the_others_add_up_to_the_total_of_any_export(seed: int, tmp_path: Path) -> None:
    codes = ("EUR", "USD") if seed % 2 else ("EUR",)
    path = written(tmp_path / "deals.csv", records([*OWNERS, "Ed", "Flo"], codes, size=80 + 40 * seed, seed=seed))
    additive = [kpi.id for kpi in catalog().kpis.values() if kpi.additive]
    report = report_on(path, by=["owner"], kpis=additive, sort="won_deals", top=1 + seed)
    totals = {(m.id, m.currency): m.value for m in report.metrics if not m.group}
    assert len(totals) > 10
    for (kpi, code), total in totals.items():
        parts = [m.value for m in report.metrics if m.group and (m.id, m.currency) == (kpi, code)]
        if total is not None and None not in parts:
            assert sum(parts) == total, kpi


def test_two_dimensions_have_one_row_of_others(deals: str) -> None:
    report = report_on(deals, by=["owner", "region"], kpis=["won_deals"], top=3)
    groups = [tuple(metric.group.values()) for metric in report.metrics if metric.group]
    assert groups[-1] == ("((others))", "((others))")
    total, *parts = (metric.value for metric in report.metrics)
    assert sum(parts) == total


def test_more_places_than_segments_make_no_others(deals: str) -> None:
    report = report_on(deals, by=["owner"], kpis=["revenue"], sort="revenue", top=8)
    assert len(owners_of(report)) == 8
    assert report.segments is not None
    assert (report.segments.others, report.segments.count) == (None, 8)
    report = report_on(deals, by=["owner"], kpis=["revenue"], top=7)
    assert len(owners_of(report)) == 8
    assert report.segments is not None
    assert report.segments.count == 8


def test_segments_that_only_another_kpi_knows_fill_the_places_that_are_left(tmp_path: Path) -> None:
    rows = records(["Ann", "Bo"]) + [
        row | {"Owner": "Open only", "Stage": "Proposal", "Close Date": ""} for row in records(["x"], size=3, seed=1)
    ]
    path = written(tmp_path / "deals.csv", rows)
    kept = report_on(path, by=["owner"], kpis=["won_deals", "open_deals"], sort="won_deals", period="2026", top=3)
    assert owners_of(kept) == ["Bo", "Ann", "Open only"]
    one = report_on(path, by=["owner"], kpis=["won_deals", "open_deals"], sort="won_deals", period="2026", top=2)
    assert owners_of(one) == ["Bo", "Ann", "(others)"]
    assert [m.value for m in one.metrics if m.group == {"owner": "(others)"}] == [0, 3]


def test_a_goal_of_a_segment_that_is_among_the_others_is_still_judged(deals: str, tmp_path: Path) -> None:
    (tmp_path / "salesmetrics.toml").write_text(
        '[goals]\nwon_deals = [{ goal = ">= 10", group = { owner = "*" } }, { goal = ">= 1" }]\n', "utf-8"
    )
    words = ["--by", "owner", "--kpi", "won_deals", "--format", "json", "-q"]
    plain = json.loads(invoke("report", deals, *words, cwd=tmp_path).stdout)["goals"]
    first = json.loads(invoke("report", deals, *words, "--top", "2", "--no-total", cwd=tmp_path).stdout)["goals"]
    assert len(plain) == len(OWNERS) + 1
    assert first == plain


def test_a_screen_shows_all_of_as_many_segments_as_were_asked_for(deals: str) -> None:
    for top, least in ((7, 9), (None, 0)):
        report = report_on(deals, by=["owner"], kpis=["revenue"], sort="revenue", top=top)
        text = render(replace(report, everything=False), "table", Screen(width=80, height=12))
        found = [line for line in text.splitlines() if re.search(r"\.\d\d +n \d", line)]
        assert len(found) == least if top else len(found) < len(OWNERS) + 1


# --- a trend -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kpi", ["won_deals", "revenue_growth"])
def test_a_trend_has_the_segments_of_the_report(kpi: str, deals: str) -> None:
    words = ["--by", "owner", "--sort", "revenue", "--top", "2", "--format", "json"]
    done = invoke("trend", kpi, deals, *words)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    report = json.loads(invoke("report", deals, "--kpi", kpi, *words).stdout)
    assert answer["segments"] == report["segments"]
    names = [json.dumps(m["group"]) for m in report["metrics"]]
    assert list(dict.fromkeys(json.dumps(m["group"]) for m in answer["metrics"])) == list(dict.fromkeys(names))


# --- shapes for a spreadsheet ---------------------------------------------------------------------------------------------------


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


LONG = ("metric", "title", "family", "unit", "basis", "currency", "period")


@pytest.mark.parametrize("words", [["--every", "month"], ["--every", "quarter", "--no-total"], [], ["--no-total"]])
@pytest.mark.parametrize("by", ["owner", "owner,region"])
def test_wide_holds_the_cells_of_the_long_form(words: list[str], by: str, deals: str) -> None:
    asked = ["report", deals, "--by", by, "--kpi", "revenue,win_rate,open_deals", "--format", "csv", *words]
    dims = by.split(",")
    long, wide = table(invoke(*asked).stdout), table(invoke(*asked, "--wide").stdout)
    over_time = "--every" in words
    found = Counter()
    for row in wide:
        for column, value in row.items():
            if column in LONG or (over_time and column in dims):
                continue
            place = (
                [row[name] for name in dims]
                if over_time
                else column.split(" / ")
                if column != "total"
                else [""] * len(dims)
            )
            period = column if over_time and column != "value" else row["period"]
            found[(row["metric"], period, *place, value)] += bool(value)
    expected = Counter(
        (row["metric"], row["period"], *(row[name] for name in dims), row["value"]) for row in long if row["value"]
    )
    assert +found == expected


def test_without_totals_a_spreadsheet_may_sum(deals: str, rows: list[Record]) -> None:
    for form in ("csv", "json"):
        for every in ([], ["--every", "month"]):
            done = invoke("report", deals, "--kpi", "revenue", "--by", "owner", "--no-total", "--format", form, *every)
            values = (
                [Decimal(row["value"]) for row in table(done.stdout)]
                if form == "csv"
                else [m["value"] for m in json.loads(done.stdout, parse_float=Decimal)["metrics"]]
            )
            assert sum(values) == sum(revenue_of(rows).values()), (form, every)
    done = invoke("report", deals, "--kpi", "revenue,open_deals", "--every", "month", "--no-total", "--format", "csv")
    found = table(done.stdout)
    assert sum(Decimal(row["value"]) for row in found if row["metric"] == "revenue") == sum(revenue_of(rows).values())
    assert [row["period"] for row in found if row["metric"] == "open_deals"] != []


def test_segments_are_not_sorted_by_a_kpi_that_they_do_not_divide() -> None:
    files = [str(EXAMPLES / "deals.csv"), str(EXAMPLES / "surveys.csv")]
    words = ["--by", "product", "--kpi", "nps,revenue", "--top", "2", "--format", "json", "-q"]
    answer = json.loads(invoke("report", *files, *words).stdout)
    assert answer["segments"]["kpi"] == "revenue"
    done = invoke("report", *files, *words, "--sort", "nps:asc")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: invalid `--sort nps:asc`: it has no value by product")


def test_a_kpi_that_no_segment_divides_keeps_its_only_value() -> None:
    files = [str(EXAMPLES / "deals.csv"), str(EXAMPLES / "surveys.csv")]
    for form in ("table", "json", "csv"):
        done = invoke("report", *files, "--by", "product", "--kpi", "nps", "--no-total", "--format", form, "-q")
        assert done.returncode == 0, done.stderr
        assert "nps" in done.stdout or "21.9 points" in done.stdout


def test_kpis_stand_in_the_order_of_the_catalogue_in_every_table(deals: str) -> None:
    for words in (["--every", "month"], ["--every", "month", "--no-total"], ["--by", "owner", "--no-total"]):
        done = invoke("report", deals, "--kpi", "open_deals,revenue,win_rate", *words, "-q")
        (line,) = [line for line in done.stdout.splitlines() if " · " in line]
        assert line == "Revenue · Counts · Conversion"


def test_the_total_of_a_goal_is_judged_though_it_is_not_shown(deals: str) -> None:
    words = ["--kpi", "revenue", "--every", "month", "--goal", "revenue >= 1", "--format", "json"]
    shown = json.loads(invoke("report", deals, *words).stdout)["goals"]
    assert json.loads(invoke("report", deals, *words, "--no-total").stdout)["goals"] == shown


def test_revenue_per_month_and_region_for_excel(tmp_path: Path) -> None:
    """One command of an analyst, held to the export itself."""
    path = EXAMPLES / "deals.csv"
    words = shlex.split("--kpi revenue --by region --every month --wide --no-total --bom --locale de -o revenue.csv")
    assert invoke("report", str(path), *words, "-q", cwd=tmp_path).returncode == 0
    text = (tmp_path / "revenue.csv").read_text("utf-8")
    assert text.startswith("\ufeffmetric;title;family;unit;basis;currency;period;region;2024-10;2024-11;")
    with path.open(encoding="utf-8", newline="") as stream:
        sums: dict[tuple[str, str], Decimal] = {}
        for row in csv.DictReader(stream):
            if row["Deal Stage"] == "Closed won" and row["Amount"]:
                place = row["Region"], row["Close Date"][:7]
                sums[place] = sums.get(place, Decimal(0)) + Decimal(row["Amount"])
    found = {
        (row["region"], month): Decimal(value.replace(",", "."))
        for row in csv.DictReader(io.StringIO(text), delimiter=";")
        for month, value in row.items()
        if month.startswith("20") and value != "0"
    }
    assert found == {place: value for place, value in sums.items() if value}


SHAPES = {
    "top.txt": "report deals.csv --by owner --kpi revenue,win_rate --sort revenue --top 3",
    "top_all.txt": "report deals.csv --by owner --kpi revenue,win_rate --sort win_rate:asc --top 3 --no-total --all",
    "top.csv": "report deals.csv --by owner --kpi revenue,win_rate --sort revenue --top 2 --format csv",
    "top.json": "report deals.csv --by owner --kpi revenue --sort revenue --top 2 --format json",
    "wide_segments.csv": "report deals.csv --by owner --kpi revenue,win_rate --sort revenue --top 2 --wide --format csv",
    "wide_periods.csv": "report deals.csv --by owner --kpi revenue,open_deals --top 2 --every month --wide --format csv",
    "wide_german.csv": "report deals.csv --kpi revenue,win_rate --every month --wide --no-total --locale de --bom --format csv",
    "wide_trend.csv": "trend win_rate,revenue deals.csv --by owner --sort revenue --top 1 --every quarter --wide --format csv",
    "top_trend.txt": "trend revenue deals.csv --by owner --sort revenue --top 1 --every quarter",
}


@pytest.mark.parametrize("name", SHAPES)
def test_golden(name: str, golden: Golden, deals: str, tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_bytes(Path(deals).read_bytes())
    done = invoke(*SHAPES[name].split(), "-q", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    golden(f"shapes/{name}", done.stdout)


# --- what has no effect is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "words", "said"),
    [
        ("report", ["--wide", "--by", "owner", "--format", "json"], "`--wide` has no effect"),
        ("report", ["--wide", "--by", "owner"], "`--wide` has no effect"),
        ("report", ["--wide", "--format", "csv"], "`--wide` has no effect"),
        ("report", ["--sort", "revenue"], "`--sort` has no effect"),
        ("report", ["--top", "3"], "`--top` has no effect"),
        ("report", ["--no-total"], "`--no-total` has no effect"),
        ("report", ["--bom", "--format", "md"], "`--bom` has no effect"),
        ("report", ["--locale", "de", "-o", "x.json"], "`--locale` has no effect"),
        ("report", ["--sort", "revenu", "--by", "owner"], "invalid `--sort revenu`: unknown KPI"),
        ("report", ["--sort", "nrr", "--by", "owner"], "invalid `--sort nrr`: these files lack what it needs"),
        ("trend win_rate", ["--no-total"], "`--no-total` has no effect"),
        ("trend win_rate", ["--top", "2"], "`--top` has no effect"),
        ("rows revenue", ["--bom"], "`--bom` has no effect"),
    ],
)
def test_an_option_without_an_effect_is_refused(
    command: str, words: list[str], said: str, deals: str, tmp_path: Path
) -> None:
    done = invoke(*command.split(), deals, *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "hint: " in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_settings_file_may_name_them_for_the_occasion(deals: str, tmp_path: Path) -> None:
    text = '[report]\nsort = "revenue"\ntop = 2\nwide = true\nno_total = true\n[csv]\nbom = true\nlocale = "de"\n'
    (tmp_path / "salesmetrics.toml").write_text(text, "utf-8")
    plain = invoke("report", deals, "--kpi", "revenue", "--format", "json", cwd=tmp_path)
    assert [m["group"] for m in json.loads(plain.stdout)["metrics"]] == [{}]
    plain = invoke("report", deals, "--kpi", "revenue", "--format", "csv", cwd=tmp_path)
    assert plain.stdout.startswith("\ufeffmetric;title;family;unit;basis;currency;period;value;numerator;")
    done = invoke("report", deals, "--kpi", "revenue", "--by", "owner", "--format", "csv", cwd=tmp_path)
    assert done.stdout.startswith("\ufeffmetric;title;")
    assert done.stdout.splitlines()[0].count(";") == len(LONG) + 2


@pytest.mark.parametrize("command", ["report", "trend revenue", "rows revenue"])
@pytest.mark.parametrize("form", ["json", "table", "md"])
def test_what_is_about_csv_changes_no_other_form(command: str, form: str, deals: str, tmp_path: Path) -> None:
    names = {"SALESMETRICS_LOCALE": "de", "SALESMETRICS_BOM": "true", "SALESMETRICS_WIDE": "1"}
    plain, local = (
        invoke(*command.split(), deals, "--format", form, "-q", cwd=tmp_path, env=env) for env in ({}, names)
    )
    assert plain.returncode == local.returncode == 0

    def numbers(text: str) -> str:
        return re.sub(r'"environment": \[[^]]*\]|.*SALESMETRICS_.*', "", text)

    assert numbers(local.stdout) == numbers(plain.stdout)


@pytest.mark.parametrize(
    ("sort", "first"), [("win_rate", ["Bo", "Ann", "Di", "Cy"]), ("win_rate:asc", ["Di", "Cy", "Bo", "Ann"])]
)
def test_of_equal_segments_that_of_more_records_comes_first(sort: str, first: list[str], tmp_path: Path) -> None:
    deals = [("Ann", "Won"), *[("Bo", "Won")] * 3, ("Cy", "Lost"), *[("Di", "Lost")] * 2]
    text = "".join(f"{n},{stage},10,{owner}\n" for n, (owner, stage) in enumerate(deals))
    (tmp_path / "deals.csv").write_text(f"Deal ID,Stage,Amount,Owner\n{text}", encoding="utf-8")
    words = ("report", "deals.csv", "--kpi", "win_rate", "--by", "owner", "--sort", sort, "--format", "json")
    metrics = json.loads(invoke(*words, cwd=tmp_path).stdout)["metrics"]
    assert [item["group"]["owner"] for item in metrics if item.get("group")] == first


def test_numbers_within_names_count_as_numbers_of_any_length(tmp_path: Path) -> None:
    names = ["2", "07", "10", "9" * 5_000]
    rows = "\n".join(f"{number},Won,5,{name},2026-01-02" for number, name in enumerate(reversed(names)))
    (tmp_path / "deals.csv").write_text(f"Deal ID,Stage,Amount,Product,Close Date\n{rows}\n", "utf-8")
    found = report_on(str(tmp_path / "deals.csv"), kpis=["won_deals"], by=["product"]).metrics
    assert [metric.group["product"] for metric in found if metric.group] == names
