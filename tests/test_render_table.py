from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from rich.cells import cell_len

from effort import tries
from report_fixture import (
    OWNERS,
    compared_report,
    deals_input,
    digits_of,
    grouped_report,
    metric,
    report,
    total_report,
    wilson,
    win_rate,
)
from salesmetrics.answers.report import Change, Excluded, NotComputed, Period, Verdicts
from salesmetrics.render.text import amount, fraction, interval
from salesmetrics.render.writers import Screen, render
from salesmetrics.schema.findings import finding
from salesmetrics.schema.provenance import Severity

if TYPE_CHECKING:
    from golden_file import Golden
    from salesmetrics.answers.report import Report

WIDTHS = [60, 80, 120, 200]
ANSI = re.compile(r"\x1b\[[0-9;]*m")
LONG_TITLE = "Share of the deals that were won within the quarter in which they had been created"


def plain(made: Report, width: int | None) -> str:
    return render(made, "table", Screen(width, color=False))


def several_currencies(**more: object) -> Report:
    metrics = []
    for group in ({}, {"region": "North"}, {"region": None}):
        for code in ("USD", "EUR"):
            given = {"group": group, "currency": code, "n": 3}
            metrics.append(metric("revenue", "Revenue", "revenue", "money", Decimal("12.5"), **given))
            metrics.append(metric("win_rate_value", "Win rate by value", "conversion", "ratio", 0.25, **given))
        metrics.append(metric("won_deals", "Won deals", "counts", "count", 6, group=group, n=6))
    return report(metrics, **({"group_by": ["region"]} | more))


def series(group_by: list[str], groups: list[dict[str, str | None]]) -> Report:
    months = [
        Period(label=f"2026-{month:02d}", start=date(2026, month, 1), end=date(2026, month + 1, 1), partial=month == 4)
        for month in (2, 3, 4)
    ]
    step = Change(absolute=Decimal(3), relative=0.2)
    metrics = [
        made
        for group in groups
        for month in months
        for made in (
            win_rate(3, 9 if month.label != "2026-02" else 0, group=group, period=month),
            metric("revenue", "Revenue", "revenue", "money", Decimal(12), change=step, group=group, period=month),
        )
    ]
    return report(metrics, group_by=group_by)


REPORTS = {
    "total": total_report(),
    "compared": compared_report(),
    "grouped": grouped_report(),
    "currencies": several_currencies(),
    "series": series([], [{}]),
    "group_series": series(["owner"], [{}, {"owner": "Ana"}]),
    "long": report(
        [
            metric("a", LONG_TITLE, "custom", "money", Decimal("123456789012345.67"), n=1234567, small=True),
            metric(
                "b", "short", "custom", "ratio", None, reason="the deals file has no date that any deal was lost on"
            ),
        ],
        inputs=[deals_input("/a/very/long/path/" + "x" * 90 + "/deals.csv"), deals_input("王小明.csv")],
    ),
    "empty": report([]),
}


@pytest.mark.parametrize("width", [*WIDTHS, None])
@pytest.mark.parametrize("name", ["total", "compared", "grouped"])
def test_golden(name: str, width: int | None, golden: Golden) -> None:
    golden(f"render/{name}_{width or 'piped'}.txt", plain(REPORTS[name], width))


@pytest.mark.parametrize("name", ["currencies", "series", "group_series", "long"])
def test_golden_at_80(name: str, golden: Golden) -> None:
    golden(f"render/{name}_80.txt", plain(REPORTS[name], 80))


def test_golden_in_ascii_and_in_colour(golden: Golden) -> None:
    golden("render/compared_ascii.txt", render(REPORTS["compared"], "table", Screen(80, color=False, ascii_only=True)))
    golden("render/compared_colour.txt", render(REPORTS["compared"], "table", Screen(80, color=True)))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", REPORTS)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert [line for line in plain(REPORTS[name], width).splitlines() if cell_len(line) > width] == []


@pytest.mark.parametrize("width", [*WIDTHS, None])
@pytest.mark.parametrize("name", REPORTS)
def test_no_number_is_cut(name: str, width: int | None) -> None:
    text = plain(REPORTS[name], width)
    for item in REPORTS[name].metrics:
        assert amount(item.value, item.unit, places=digits_of(item, REPORTS[name])) in text
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("width", [*WIDTHS, None])
@pytest.mark.parametrize("name", ["total", "compared"])
def test_every_value_shows_its_interval_and_what_it_is_made_of(name: str, width: int | None) -> None:
    text = " ".join(plain(REPORTS[name], width).split())
    for item in REPORTS[name].metrics:
        if item.value is not None:
            assert interval(item.interval, item.unit, places=digits_of(item, REPORTS[name])) in text
            assert fraction(item) in text


@pytest.mark.parametrize("width", [*WIDTHS, None])
def test_no_name_is_cut(width: int | None) -> None:
    lines = plain(REPORTS["grouped"], width).splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("───")) + 1
    # The label column ends where the numbers of every row begin: two spaces before the widest number.
    cells = cell_len(lines[start]) - len(lines[start].removeprefix("total").lstrip()) - 2
    letters = "".join(_head(line, cells).strip() for line in lines[start:])
    for owner in OWNERS:
        assert (owner or "(blank)").replace(" ", "") in letters.replace(" ", "")


def _head(line: str, cells: int) -> str:
    head = ""
    for char in line:
        if cell_len(head + char) > cells:
            break
        head += char
    return head


def test_piped_output_puts_all_kpis_side_by_side_and_every_segment_on_one_line() -> None:
    text = plain(grouped_report([f"Owner {i:03d}" for i in range(200)]), None)
    lines = [line for line in text.splitlines() if line.startswith("Owner ")]
    assert len(lines) == 200
    assert all(line.count("1,234.50") >= 1 and line.endswith("106.5 d") for line in lines)


@pytest.mark.parametrize("width", [60, 80, 200, None])
def test_the_total_comes_first_in_each_block(width: int | None) -> None:
    lines = plain(REPORTS["grouped"], width).splitlines()
    rules = [index for index, line in enumerate(lines) if line.startswith("───")]
    assert rules
    assert all(lines[index + 1].startswith("total") for index in rules)
    assert all(lines[index + 2].startswith("Ana Lima") for index in rules)


@pytest.mark.parametrize("name", REPORTS)
def test_colour_only_repeats_what_words_say(name: str) -> None:
    coloured = render(REPORTS[name], "table", Screen(80, color=True))
    assert "\x1b[" in coloured
    without = "".join(f"{line.rstrip()}\n" for line in ANSI.sub("", coloured).splitlines())
    assert without == plain(REPORTS[name], 80)


@pytest.mark.parametrize("name", ["total", "compared", "currencies", "series"])
@pytest.mark.parametrize("width", [60, 200])
def test_ascii_only_is_ascii(name: str, width: int) -> None:
    assert render(REPORTS[name], "table", Screen(width, color=False, ascii_only=True)).isascii()


NAMES = st.one_of(st.none(), st.text(max_size=40), st.sampled_from([name for name in OWNERS if name]))


@settings(max_examples=tries(60))
@given(
    st.lists(NAMES, min_size=1, max_size=4, unique=True),
    st.text(min_size=1, max_size=40),
    st.one_of(st.none(), st.integers(0, 10**9), st.floats(0, 1e9)),
    st.integers(60, 160),
)
def test_any_names_fit_any_terminal(names: list[str | None], title: str, value: float | None, width: int) -> None:
    groups: list[dict[str, str | None]] = [{}, *({"owner": name} for name in names)]
    made = report([metric("a", title, title, "money", value, group=group) for group in groups], group_by=["owner"])
    alone = report([metric("a", title, title, "money", value)])
    for each in (made, alone):
        text = render(each, "table", Screen(width, color=False))
        assert [line for line in text.split("\n") if cell_len(line) > width] == []
        coloured = ANSI.sub("", render(each, "table", Screen(width, color=True)))
        assert [line.rstrip() for line in coloured.split("\n")] == text.split("\n")


def test_markup_and_escape_sequences_in_data_stay_text() -> None:
    made = report(
        [metric("a", "A [bold]x[/bold]", "f", "count", 1, group={"owner": "\x1b[31m[red]Bob[/red]\nSmith"})],
        group_by=["owner"],
    )
    text = plain(made, None)
    assert "[bold]x[/bold]" in text
    assert "\\x1b[31m[red]Bob[/red] Smith" in text
    assert "\x1b" not in text


def test_the_sparkline_goes_first_when_there_is_no_room() -> None:
    assert "12 months" in plain(REPORTS["total"], 120)
    narrow = plain(REPORTS["total"], 80)
    assert "12 months" not in narrow
    assert "95 % interval" in narrow.split("Revenue", 1)[0]


def test_undefined_values_say_why_in_words() -> None:
    text = plain(REPORTS["total"], 120)
    assert re.search(r"Time to loss, median +– +nothing closed in the period$", text, re.MULTILINE)
    grouped = plain(REPORTS["grouped"], 80)
    assert "– undefined: 1 × nothing closed in the period" in grouped


def test_zero_denominator_with_records_is_not_called_empty() -> None:
    made = report(
        [metric("a", "A", "f", "x", None, reason="zero_denominator", numerator=3, denominator=0, n=3, basis="closed")]
    )
    assert "nothing to divide by · 3 / 0" in plain(made, 80)


def test_an_unknown_reason_code_reads_as_its_words() -> None:
    assert "moon_phase" not in plain(report([metric("a", "A", "f", "x", None, reason="moon_phase")]), 80)
    assert "moon phase" in plain(report([metric("a", "A", "f", "x", None, reason="moon_phase")]), 80)


def test_few_records_are_marked_and_explained_only_where_there_are_any() -> None:
    assert "50.0 %~" in plain(REPORTS["total"], 80)
    assert "~ fewer than 10 records" in plain(REPORTS["total"], 80)
    assert "~" not in plain(report([win_rate(4238, 6711)]), 80)


def test_amounts_without_a_currency_are_named_beside_others() -> None:
    amounts = [
        metric("revenue", "Revenue", "revenue", "money", Decimal(5), currency=code, n=1) for code in ("RUB", None)
    ]
    counted = metric("won_deals", "Won deals", "counts", "count", 6, n=6)
    text = plain(report([*amounts, counted]), 80)
    assert "amounts in RUB" not in text
    assert "Revenue (RUB)" in text
    assert "Revenue (no currency)" in text
    assert "Won deals (" not in text
    assert "amounts in RUB" in plain(report([amounts[0], counted]), 80)


def test_one_currency_is_named_once_and_several_by_row() -> None:
    assert plain(REPORTS["total"], 120).count("USD") == 1
    ungrouped = plain(structs.replace(several_currencies(group_by=[]), metrics=several_currencies().metrics[:5]), 80)
    assert "amounts in" not in ungrouped
    for title in ("Revenue (USD)", "Revenue (EUR)", "Win rate by value (USD)", "Win rate by value (EUR)"):
        assert title in ungrouped
    block = plain(several_currencies(), 80)
    assert re.search(r"^North +USD +12\.50", block, re.MULTILINE)
    assert re.search(r"^\(blank\) +EUR +12\.50", block, re.MULTILINE)


def test_what_was_left_out_is_counted() -> None:
    left = [Excluded(code="missing_amount", count=12), Excluded(code="other_outcome", count=0)]
    made = report(
        [metric("a", "Revenue", "f", "money", 1, excluded=left), metric("b", "Average", "f", "money", 1, excluded=left)]
    )
    text = plain(made, 80)
    assert re.search(r"12 without an amount +Revenue; Average", text)
    assert "other outcome" not in text


def test_every_row_of_a_file_is_accounted_for() -> None:
    text = plain(REPORTS["total"], 120)
    assert "8,800 rows: 8,790 used, 7 rejected, 3 ignored" in text
    assert "utf-8" not in text
    assert "cp1251" in plain(report([], inputs=[deals_input(encoding="cp1251")]), 120)


def test_a_finding_names_its_first_rows_and_its_count_once() -> None:
    def shown(code: str, rows: list[int]) -> str:
        return plain(report([], findings=[finding(code, count=2473, rows=rows)]), 120)

    assert "every day (2,473 rows: 3, 4, 5, 6, 7, …)" in shown("rates_undated", [3, 4, 5, 6, 7, 8])
    assert "2,473 rows have no owner (rows 3, …)" in shown("owner_blank", [3])
    assert "2,473 rows have no owner\n" in shown("owner_blank", [])
    assert "every day (2,473 rows)" in shown("rates_undated", [])


def test_findings_that_matter_most_come_first() -> None:
    found = [
        finding("file_unusable", severity=severity, count=1, cause=f"a {severity}") for severity in reversed(Severity)
    ]
    text = plain(report([], findings=found), 80)
    assert text.index("a error") < text.index("a warning") < text.index("a note")


def test_a_count_is_exact_however_small() -> None:
    made = report(
        [metric("a", "A", "f", "count", 2, n=2, small=True), metric("b", "B", "f", "days", 4, n=2, small=True)]
    )
    text = plain(made, 80)
    assert re.search(r"A +2$", text, re.MULTILINE)
    assert "4 d~" in text


def test_a_partial_period_says_so() -> None:
    assert "2017-Q4 (2017-10-01 – 2017-12-31), partial" in plain(REPORTS["compared"], 120)
    assert "2026-04 (partial)" in plain(REPORTS["series"], 80)


def compared_segments(segments: int, kpis: int) -> Report:
    groups: list[dict[str, str | None]] = [{}, *({"owner": f"Owner {i:02d}"} for i in range(segments))]
    step = Change(absolute=0.1, relative=None, interval=wilson(-0.1, 0.3), verdict="no clear difference")
    made = [
        structs.replace(win_rate(30, 60, group=group, previous=0.4, change=step), id=f"rate_{i}")
        for group in groups
        for i in range(kpis)
    ]
    return report(made, group_by=["owner"], comparison=compared_report().comparison)


@pytest.mark.parametrize("kpis", [1, 3, 4, 6])
@pytest.mark.parametrize("width", [60, 80, 200, None])
def test_with_a_comparison_each_change_has_its_verdict(width: int | None, kpis: int) -> None:
    text = plain(compared_segments(3, kpis), width)
    assert len(re.findall(r"^(?:total|Owner \d\d) .*\+10\.0 pp", text, re.MULTILINE)) >= 4
    assert text.count("+10.0 pp") == text.count("no clear") == 4 * kpis
    assert [line for line in text.splitlines() if width and cell_len(line) > width] == []
    if width == 80:
        assert text.count("30 / 60") == 4 * kpis
    assert ("use --format csv" in " ".join(text.split())) == (text.count("48.8 – ") < 4 * kpis)


def test_verdicts_say_how_many_they_were_corrected_for() -> None:
    def drawn(comparisons: int) -> str:
        made = Verdicts(method="benjamini_hochberg", fdr=0.05, comparisons=comparisons)
        return " ".join(plain(structs.replace(compared_segments(10, 2), verdicts=made), 80).split())

    assert "verdicts corrected for 20 comparisons (Benjamini–Hochberg, 5 %)" in drawn(20)
    assert "corrected" not in drawn(1)
    assert "corrected" not in plain(grouped_report([f"Owner {i}" for i in range(20)]), 80)


def test_a_change_of_the_same_idea_names_the_kpi_that_is_judged() -> None:
    made = compared_segments(3, 1)
    metrics = [
        structs.replace(metric, change=structs.replace(metric.change, verdict=None, verdict_of="win_rate"))
        if metric.change
        else metric
        for metric in made.metrics
    ]
    drawn = plain(structs.replace(made, metrics=metrics), 120)
    assert "see win_rate" in drawn
    assert "no verdict" not in drawn


def test_a_count_without_a_past_says_why_it_has_no_verdict() -> None:
    made = compared_segments(3, 1)
    metrics = [
        structs.replace(metric, change=structs.replace(metric.change, verdict=None, verdict_reason="short_history"))
        if metric.change
        else metric
        for metric in made.metrics
    ]
    assert "fewer than 6 earlier periods" in plain(structs.replace(made, metrics=metrics), 120)


def test_what_would_unlock_more_is_told_in_a_few_lines_that_matter_most() -> None:
    def missing(needs: str, number: int, *extended: str) -> list[NotComputed]:
        return [
            NotComputed(
                id=f"{needs}{i}",
                title=f"Title {i} of {needs}",
                family="f",
                reason="missing_input",
                needs=needs,
                extended=extended,
            )
            for i in range(number)
        ]

    kinds = [item for i in range(8) for item in missing(f"a {'abcdefgh'[i]} file", 1 + i)]
    made = report([], not_computed=[*kinds, *missing("cost in the deals file", 1, "deals")])
    lines = plain(made, 80).split("what they need\n")[1].splitlines()
    assert [line.split("  ")[1] for line in lines[:-1]] == [
        "cost in the deals file",
        *(f"a {letter} file" for letter in "hgfed"),
    ]
    assert lines[0].endswith("1 KPI: Title 0 of cost in the deals file")
    assert lines[1].endswith("8 KPIs: Title 0 of a h file; Title 1 of a h file; …")
    assert lines[-1] == "  3 more: list them with `salesmetrics inspect FILE`"
    assert len(plain(made, None).split("what they need\n")[1].splitlines()) == 7


def test_a_finding_names_its_file_once_and_by_its_name_where_that_is_unique() -> None:
    def shown(path: str, code: str) -> str:
        found = finding(code, count=1, rows=[3], path=path)
        inputs = [deals_input("a/deals.csv"), deals_input("b/deals.csv"), deals_input("b/leads.csv")]
        return plain(report([], findings=[found], inputs=inputs), 120).split("Findings\n")[1]

    assert "100 % and churn 0 % (leads.csv; 1 row: 3)\n" in shown("b/leads.csv", "nobody_left")
    assert "`leads.csv` is a list of payments (1 row):" in shown("b/leads.csv", "payments_only")
    assert "100 % and churn 0 % (b/deals.csv; 1 row: 3)\n" in shown("b/deals.csv", "nobody_left")
    assert "(leads.csv" not in shown("b/leads.csv", "payments_only")
