from __future__ import annotations

import csv
import io
import math
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_fixture import OWNERS, compared_report, grouped_report, metric, report, total_report
from salesmetrics.answers.report import Period
from salesmetrics.errors import SalesmetricsError
from salesmetrics.render.csv_locales import csv_dialect, known_locales
from salesmetrics.render.write_csv import write_rows
from salesmetrics.render.writers import Screen, render

if TYPE_CHECKING:
    from golden_file import Golden
    from salesmetrics.answers.report import Report


def render_csv(made: Report) -> str:
    return render(made, "csv")


COLUMNS = "metric,title,family,unit,basis,currency,period,value,numerator,denominator,n,low,high,previous,change,reason"


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", ["total", "compared", "grouped"])
def test_golden(name: str, golden: Golden) -> None:
    made = {"total": total_report, "compared": compared_report, "grouped": grouped_report}[name]()
    golden(f"render/{name}.csv", render_csv(made))


def test_columns_are_the_settled_ones() -> None:
    assert render_csv(total_report()).split("\n", 1)[0] == COLUMNS
    by_two = report([], group_by=["owner", "region"])
    assert render_csv(by_two) == COLUMNS.replace("period,", "period,owner,region,") + "\n"


def test_a_row_per_metric_and_null_is_empty() -> None:
    rows = read(render_csv(total_report()))
    assert len(rows) == len(total_report().metrics)
    by_id = {row["metric"]: row for row in rows}
    assert by_id["revenue"]["value"] == "10005534"
    assert by_id["win_rate"]["value"] == repr(4238 / 6711)
    assert (by_id["win_rate"]["numerator"], by_id["win_rate"]["denominator"]) == ("4238", "6711")
    undefined = by_id["time_to_loss_median"]
    assert (undefined["value"], undefined["low"], undefined["reason"]) == ("", "", "zero_denominator")


def test_total_and_records_without_a_value_are_told_apart() -> None:
    owners = list(dict.fromkeys(row["owner"] for row in read(render_csv(grouped_report()))))
    assert owners[0] == ""
    assert owners[-1] == "(blank)"
    assert len(owners) == 1 + len(OWNERS)


def test_the_period_of_a_row_is_its_own_or_that_of_the_report() -> None:
    rows = read(
        render_csv(
            report(
                [metric("a", "A", "f", "count", 1), metric("a", "A", "f", "count", 1, period=Period(label="2026-03"))]
            )
        )
    )
    assert [row["period"] for row in rows] == ["all", "2026-03"]


def test_a_dimension_named_like_a_column_does_not_hide_it() -> None:
    made = report(
        [metric("a", "A", "f", "count", 7, group={"currency": "EUR", "group_currency": "x"}, currency="USD")],
        group_by=["currency", "group_currency"],
    )
    (row,) = read(render_csv(made))
    assert (row["currency"], row["group_currency"], row["group_group_currency"]) == ("USD", "EUR", "x")


@pytest.mark.parametrize("start", list("=+-@\t\r\n"))
def test_text_that_a_spreadsheet_would_run_is_defused(start: str) -> None:
    made = report(
        [metric("a", "A", "f", "count", -7, group={f"{start}dim": f"{start}1+1"}, reason=f"{start}x")],
        group_by=[f"{start}dim"],
    )
    (row,) = read(render_csv(made))
    assert row[f"'{start}dim"] == f"'{start}1+1"
    assert row["reason"] == f"'{start}x"
    assert row["value"] == "-7"


SHOWN = st.characters(exclude_categories=["C", "Zl", "Zp"]) | st.sampled_from("\n\r\t\u200d\u200e")


@given(st.lists(st.lists(st.text(SHOWN), min_size=2, max_size=2), max_size=5))
def test_any_text_reads_back(rows: list[list[str]]) -> None:
    text = write_rows(["a", "b"], rows)
    back = list(csv.reader(io.StringIO(text, newline="")))
    expected = [[f"'{cell}" if starts_a_formula(cell) else cell for cell in row] for row in rows]
    assert back == [["a", "b"], *expected]


def starts_a_formula(cell: str) -> bool:
    return cell.startswith(tuple("\t\r\n")) or cell.strip().startswith(tuple("=+-@＝＋－＠﹢﹣﹦﹫"))


def test_nan_never_gets_out() -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        render_csv(report([metric("a", "A", "f", "ratio", math.nan)]))


def test_small_decimals_have_no_exponent() -> None:
    assert write_rows(["a"], [[Decimal("1E-8")], [Decimal("1E+3")]]) == "a\n0.00000001\n1000\n"


# --- for a spreadsheet of another country -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, _ in known_locales()])
def test_a_locale_reads_what_is_written_for_it(name: str) -> None:
    """No number is taken for two cells, and none loses a decimal."""
    dialect = csv_dialect(name)
    assert {dialect.decimal, dialect.delimiter} in ({",", ";"}, {".", ","}, {".", ";"})
    made = grouped_report()
    plain = list(csv.reader(io.StringIO(render_csv(made))))
    local = render(made, "csv", Screen(csv=dialect._replace(bom=True)))
    assert local.startswith("\ufeffmetric")
    found = list(csv.reader(io.StringIO(local.removeprefix("\ufeff")), delimiter=dialect.delimiter))
    numbers = [plain[0].index(column) for column in ("value", "low", "high")]
    for row, other in zip(found[1:], plain[1:], strict=True):
        for place, (one, two) in enumerate(zip(row, other, strict=True)):
            assert one == (two.replace(".", dialect.decimal) if place in numbers else two)


@pytest.mark.parametrize(
    ("written", "decimal", "delimiter"),
    [
        ("de", ",", ";"),
        ("de_DE.UTF-8", ",", ";"),
        ("DE-ch", ".", ";"),
        ("fr", ",", ";"),
        ("es", ",", ";"),
        ("es-MX", ".", ","),
        ("it", ",", ";"),
        ("pt-BR", ",", ";"),
        ("nl", ",", ";"),
        ("pl", ",", ";"),
        ("tr", ",", ";"),
        ("ru", ",", ";"),
        ("ar", ".", ";"),
        ("en", ".", ","),
        ("ms", ".", ","),
        ("zh-Hans", ".", ","),
        ("zh_TW", ".", ","),
    ],
)
def test_what_spreadsheets_of_a_locale_expect(written: str, decimal: str, delimiter: str) -> None:
    assert csv_dialect(written)[:2] == (decimal, delimiter)


@pytest.mark.parametrize("name", ["es-GT", "xx", "", "deutsch", "en-ZA", "C"])
def test_a_locale_of_another_kind_is_refused_with_what_is_known(name: str) -> None:
    with pytest.raises(SalesmetricsError) as refused:
        csv_dialect(name)
    assert refused.value.hint.endswith("known: " + ", ".join(name for name, _ in known_locales()))


def test_verdicts_stand_at_the_end_where_periods_are_compared() -> None:
    """As in JSON; a report without a comparison keeps its columns."""
    compared = compared_report()
    header, *rows = csv.reader(io.StringIO(render_csv(compared)))
    assert header[-5:] == ["change", "reason", "verdict", "p", "p_adjusted"]
    told = [m.change and m.change.verdict for m in compared.metrics]
    assert [row[-3] or None for row in rows] == told
    header, *_ = csv.reader(io.StringIO(render_csv(total_report())))
    assert header[-2:] == ["change", "reason"]
