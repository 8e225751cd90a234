"""Why and where deals are lost: against SQL over the raw files, and against loops over generated deals."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

import salesmetrics
from effort import tries
from in_process import invoke
from oracle_losses import lost_by
from salesmetrics.analysis.losses import LossFacts, build_losses
from salesmetrics.engine.resolve import resolve
from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from golden_file import Golden
    from salesmetrics.answers.losses import Losses

pytestmark = pytest.mark.usefixtures("read_once")


ROOT = Path(__file__).parent.parent
DEALS, STAGES = ROOT / "examples" / "deals.csv", ROOT / "examples" / "stages.csv"
VIEWS = ("reason", "stage", "owner", "product", "age")


def shown(*words: str, cwd: Path = ROOT) -> str:
    done = invoke(*words, cwd=cwd, env={"HOME": "/nonexistent", "COLUMNS": "120"})
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- against SQL over the raw files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [None, "team"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_what_sql_over_the_raw_files_says(view: str, by: str | None) -> None:
    found = salesmetrics.losses(str(DEALS), str(STAGES), by=[by] if by else [], period="2026-01-01..2026-06-30").answer
    mine = {
        (loss.item, loss.group.get(by or "")): (loss.count, loss.value)
        for loss in found.losses
        if loss.view == view and bool(loss.group) == bool(by)
    }
    assert mine == lost_by(DEALS, STAGES, view, by, "2026-01-01", "2026-07-01")
    assert sum(count for count, _ in mine.values()) > 100


def test_lost_deals_add_up_to_the_kpis() -> None:
    found = salesmetrics.losses(str(DEALS), period="2026").answer
    kpis = {
        m.id: m.value
        for m in salesmetrics.report_on(str(DEALS), kpis=["lost_deals", "lost_value"], period="2026").metrics
    }
    for view in ("owner", "product", "age"):
        losses = [loss for loss in found.losses if loss.view == view]
        assert sum(loss.count for loss in losses) == kpis["lost_deals"] == found.coverage[0].lost
        assert sum(loss.value for loss in losses) == kpis["lost_value"]
        assert sum(loss.share_of_value or 0 for loss in losses) == pytest.approx(1)


def wilson(k: int, n: int) -> tuple[float, float]:
    bounds = binomtest(k, n).proportion_ci(0.95, "wilson")
    return float(bounds.low), float(bounds.high)


def test_a_share_and_its_change_have_intervals() -> None:
    found = salesmetrics.losses(str(DEALS), period="2026-Q3", compare="previous").answer
    before = salesmetrics.losses(str(DEALS), period="2026-Q2").answer
    earlier = {loss.item: loss for loss in before.losses if loss.view == "reason"}
    n, m = found.coverage[0].lost, before.coverage[0].lost
    reasons = [loss for loss in found.losses if loss.view == "reason"]
    assert {loss.item for loss in reasons} >= set(earlier)
    for loss in reasons:
        then = earlier[loss.item]
        assert (loss.previous.count, loss.previous.value) == (then.count, then.value)
        (low, high), (low0, high0) = wilson(loss.count, n), wilson(then.count, m)
        assert (loss.interval.low, loss.interval.high) == pytest.approx((low, high))
        p, q = loss.count / n, then.count / m
        expected = (
            p - q - ((p - low) ** 2 + (high0 - q) ** 2) ** 0.5,
            p - q + ((high - p) ** 2 + (q - low0) ** 2) ** 0.5,
        )
        assert (loss.change.interval.low, loss.change.interval.high) == pytest.approx(expected)
        clear = "higher" if expected[0] > 0 else "lower" if expected[1] < 0 else "no clear difference"
        assert loss.change.verdict == clear


# --- generated deals ------------------------------------------------------------------------------------------------

AS_OF = date(2026, 6, 30)
REASONS = (None, "Price", "price ", "No budget", "Price;Timing", "Timing; Price;Timing", " ; ", "")

deal = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["lost", "lost", "lost", "won", "open"]),
        "loss_reason": st.sampled_from(REASONS),
        "amount": st.sampled_from([None, Decimal(0), Decimal("10.25"), Decimal("999999999.99")]),
        "currency": st.sampled_from(["EUR", "USD", None]),
        "owner": st.sampled_from(["Ann", "Bob", None]),
        "region": st.sampled_from(["North", "South", None]),
        # A deal that was created behind the day of the report is not known then.
        "closed": st.none() | st.dates(date(2026, 1, 1), AS_OF - timedelta(5)),
        "age": st.integers(-5, 800),
        "Main Competitor": st.sampled_from(["Acme", None]),
    }
)


def frames_of(deals: list[dict[str, Any]]) -> dict[str, pl.DataFrame]:
    rows = [
        {k: v for k, v in one.items() if k != "age"}
        | {"id": str(n), "__row__": n + 2, "__file__": 0}
        | {"created": one["closed"] and one["closed"] - timedelta(one["age"])}
        for n, one in enumerate(deals)
    ]
    texts = dict.fromkeys(("outcome", "loss_reason", "currency", "owner", "region", "Main Competitor", "id"), pl.String)
    days = {"closed": pl.Date, "created": pl.Date}
    return {"deals": pl.DataFrame(rows, schema_overrides={**texts, **days, "amount": pl.Decimal(38, 8)})}


def answered(deals: list[dict[str, Any]], separators: dict[int, str], **terms: Any) -> Losses:
    request = resolve(AS_OF, None, **terms)
    return build_losses(request, frames_of(deals), LossFacts({}, separators, {}, named=True))


def parts(text: str | None, sign: str | None) -> set[str | None]:
    pieces = (text or "").split(sign) if sign and sign in (text or "") else [text or ""]
    return {piece.strip() for piece in pieces if piece.strip()} or {None}


def items(one: dict[str, Any], view: str, sign: str | None) -> set[str | None]:
    if view == "reason":
        return parts(one["loss_reason"], sign)
    if view == "age":
        days = one["age"]
        bands = ((7, "0-7"), (30, "8-30"), (90, "31-90"), (180, "91-180"), (365, "181-365"), (10**6, "366+"))
        return {None if one["closed"] is None or days < 0 else next(name for end, name in bands if days <= end)}
    return {one["Main Competitor" if view == "competitor" else view]}


@settings(max_examples=tries(60), deadline=None)
@given(deals=st.lists(deal, min_size=1, max_size=25), sign=st.sampled_from([None, ";"]), bounded=st.booleans())
def test_every_number_is_that_of_a_loop_over_the_deals(
    deals: list[dict[str, Any]], sign: str | None, bounded: bool
) -> None:
    lost = [one for one in deals if one["outcome"] == "lost" and (one["closed"] is not None or not bounded)]
    terms = {"by": ("region",), "period": "2026" if bounded else "all"}
    separators = {0: sign} if sign else {}
    if not lost:
        with pytest.raises(SalesmetricsError, match="nothing to report"):
            answered(deals, separators, **terms)
        return
    found = answered(deals, separators, **terms)
    codes = {one["currency"] for one in lost if one["currency"] or one["amount"] is not None} or {None}
    expected: dict[tuple[Any, ...], tuple[int, Decimal | None, int, int]] = {}
    for view in {loss.view for loss in found.losses}:
        for group, code in (
            (g, c) for g in ({}, *({"region": r} for r in ("North", "South", None))) for c in (Ellipsis, *codes)
        ):
            if code is not Ellipsis and len(codes) == 1:
                continue
            here = [one for one in lost if not group or one["region"] == group["region"]]
            here = [one for one in here if code is Ellipsis or one["currency"] == code]
            for item in {name for one in here for name in items(one, view, sign)}:
                mine = [one for one in here if item in items(one, view, sign)]
                priced = [one["amount"] for one in mine if one["amount"] is not None]
                value = sum(priced, Decimal(0)) if priced and (code is not Ellipsis or len(codes) == 1) else None
                key = (
                    view,
                    tuple(group.items()),
                    code is Ellipsis and len(codes) > 1,
                    code if len(codes) > 1 and code is not Ellipsis else None if len(codes) > 1 else next(iter(codes)),
                    item,
                )
                expected[key] = (len(mine), value, len(mine) - len(priced), len(here))
    made = {
        (loss.view, tuple(loss.group.items()), loss.all_currencies, loss.currency, loss.item): loss
        for loss in found.losses
    }
    assert {key: (loss.count, loss.value, loss.unpriced) for key, loss in made.items()} == {
        key: of[:3] for key, of in expected.items()
    }
    for key, loss in made.items():
        assert loss.share_of_count == pytest.approx(expected[key][0] / expected[key][3])
        assert loss.share_of_count <= 1
    covered = found.coverage[0]
    assert (covered.lost, covered.with_reason, covered.several) == (
        len(lost),
        sum(items(one, "reason", sign) != {None} for one in lost),
        sum(len(items(one, "reason", sign)) > 1 for one in lost),
    )
    again = build_losses(
        resolve(AS_OF, None, **terms),
        {"deals": frames_of(deals)["deals"].reverse()},
        LossFacts({}, separators, {}, named=True),
    )
    assert again == found


MERGED = {"price": "Price", "Timing": "No budget", "nowhere": "Price"}


@settings(max_examples=tries(60), deadline=None)
@given(deals=st.lists(deal, min_size=1, max_size=25), sign=st.sampled_from([None, ";"]))
def test_merged_reasons_are_those_of_an_export_in_which_they_were_written_so(
    deals: list[dict[str, Any]], sign: str | None
) -> None:
    separators = {0: sign} if sign else {}
    lost = [one for one in deals if one["outcome"] == "lost"]
    if not lost:
        return
    request = resolve(AS_OF, None, by=("region",))
    found = build_losses(request, frames_of(deals), LossFacts({}, separators, MERGED, named=True))
    rewritten = [
        {**one, "loss_reason": ";".join(sorted({MERGED.get(r, r) for r in parts(one["loss_reason"], sign) if r}))}
        for one in deals
    ]
    # Without a sign a cell is one reason, which is rewritten as a whole.
    expected = answered(rewritten, separators, by=("region",))
    assert [loss for loss in found.losses if loss.view == "reason"] == [
        loss for loss in expected.losses if loss.view == "reason"
    ]
    assert found.coverage == expected.coverage
    counts = {name: sum(name in parts(one["loss_reason"], sign) for one in lost) for name in MERGED}
    assert {item.variant: item.count for item in found.merged} == counts
    assert {item.variant: item.reason for item in found.merged} == MERGED


# --- what is said ---------------------------------------------------------------------------------------------------

HUBSPOT = (
    "Record ID,Deal Name,Deal Stage,Amount,Currency,Create Date,Close Date,Deal owner,Closed Lost Reason,Main Competitor\n"
    "1,A,Closed Lost,100,EUR,2026-01-01,2026-02-01,Ann,Price;Timing,Acme\n"
    "2,B,Closed Lost,50,EUR,2026-01-01,2026-02-05,Ann,price,\n"
    "3,C,Closed Lost,,EUR,2026-01-01,2026-03-01,Bob,Price,Acme\n"
    "4,D,Closed Lost,70,USD,2026-01-01,,Bob,,\n"
    "5,E,Closed Won,80,EUR,2026-01-01,2026-03-01,Bob,,\n"
)


@pytest.fixture
def hubspot(tmp_path: Path) -> Path:
    (tmp_path / "deals.csv").write_text(HUBSPOT, "utf-8")
    return tmp_path


def test_several_reasons_in_a_cell_are_split_and_reported(hubspot: Path) -> None:
    found = salesmetrics.losses(str(hubspot / "deals.csv")).answer
    assert found.separators == [";"]
    reasons = {(loss.item, loss.currency): loss.count for loss in found.losses if loss.view == "reason"}
    assert reasons == {
        ("Price", None): 2, ("Price", "EUR"): 2, ("Timing", None): 1, ("Timing", "EUR"): 1,
        ("price", None): 1, ("price", "EUR"): 1, (None, None): 1, (None, "USD"): 1,
    }  # fmt: skip
    text = " ".join(shown("losses", "deals.csv", cwd=hubspot).split())
    assert (
        "1 deal has several reasons (cells split at `;`) and counts under each, so shares add up to more than 100 %"
        in text
    )
    assert "3 of 4 lost deals have a reason (75.0 %); 1 without" in text
    assert "1 lost deal has no amount: it counts, without value" in text


def test_reasons_that_read_alike_are_named_and_not_merged(hubspot: Path) -> None:
    assert salesmetrics.losses(str(hubspot / "deals.csv")).similar == [["Price", "price"]]
    assert "not merged, but perhaps the same reason: `Price` and `price`" in " ".join(
        shown("losses", "deals.csv", cwd=hubspot).split()
    )


def test_variants_of_a_reason_are_merged_where_the_settings_say_so(hubspot: Path) -> None:
    (hubspot / "salesmetrics.toml").write_text('[losses.reasons]\n"price" = "Price"\n"Prise" = "Price"\n', "utf-8")
    found = json.loads(shown("losses", "deals.csv", "--format", "json", cwd=hubspot))
    counts = {
        loss["reason"]: loss["count"]
        for loss in found["losses"]
        if loss["view"] == "reason" and loss["currency"] is None
    }
    assert counts == {"Price": 3, "Timing": 1, None: 1}
    assert found["similar"] == []
    assert found["merged"] == [
        {"variant": "Prise", "reason": "Price", "count": 0},
        {"variant": "price", "reason": "Price", "count": 1},
    ]
    assert "losses.reasons.price" in found["filters"]["settings"]
    text = " ".join(shown("losses", "deals.csv", cwd=hubspot).split())
    assert "1 reason of a deal was merged: `price` as `Price` (1)" in text
    assert "no lost deal has the reason `Prise`, which the settings merge" in text
    words = ("--rows", "price", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(shown("losses", "deals.csv", *words, cwd=hubspot))))
    assert [(row["id"], row["loss_reason"]) for row in rows] == [("1", "Price;Timing"), ("2", "price"), ("3", "Price")]
    typed = ("--no-config", "--merge-reason", "price=Price", "--format", "json")
    assert json.loads(shown("losses", "deals.csv", *typed, cwd=hubspot))["losses"] == found["losses"]
    library = salesmetrics.losses(str(hubspot / "deals.csv"), merge_reason={"price": "Price"}).answer
    assert [(item.variant, item.count) for item in library.merged] == [("price", 1)]


def test_a_reason_that_is_a_variant_itself_is_followed_and_a_circle_is_refused(hubspot: Path) -> None:
    chain = ("--merge-reason", "price=Price", "--merge-reason", "Price=Too expensive", "--format", "json")
    found = json.loads(shown("losses", "deals.csv", *chain, cwd=hubspot))
    assert {loss["reason"] for loss in found["losses"] if loss["view"] == "reason"} == {"Too expensive", "Timing", None}
    (hubspot / "salesmetrics.toml").write_text('[losses.reasons]\n"price" = "Price"\n"Price" = "price"\n', "utf-8")
    done = invoke("losses", "deals.csv", cwd=hubspot)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        "line 2, `losses.reasons.price`: invalid value `price=Price`: these reasons count as each other" in done.stderr
    )


ALIKE = (
    "Record ID,Deal Name,Deal Stage,Amount,Create Date,Close Date,Closed Lost Reason\n"
    + "".join(
        f"{n},A,Closed Lost,100,2026-01-01,2026-02-01,{reason}\n"
        for n, reason in enumerate(
            (
                *(
                    "Too expensive",
                    "Too expensive",
                    "Too expensive",
                    "too expensive",
                    "too expensive",
                    "Too  expensive!",
                ),
                *("Überteuert", "uberteuert", "No budget", "No bugdet", 'Say ""no""', "Timing"),
            )
        )
    )
).replace('Say ""no""', '"Say ""no"""')


def test_init_writes_a_map_of_reasons_that_read_alike_as_comments(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(ALIKE, "utf-8")
    before = shown("losses", "deals.csv", "--format", "json", cwd=tmp_path)
    shown("init", "deals.csv", cwd=tmp_path)
    path = tmp_path / "salesmetrics.toml"
    table = path.read_text("utf-8").partition("[losses.reasons]\n")[2].partition("\n[")[0].splitlines()
    assert table[1:-1] == [
        '# "too expensive" = "Too expensive"  # 2 deals beside 3',
        '# "Too  expensive!" = "Too expensive"  # 1 deal beside 3',
        '# "uberteuert" = "Überteuert"  # 1 deal beside 1',
    ] or table[1:-1] == [
        '# "too expensive" = "Too expensive"  # 2 deals beside 3',
        '# "Too  expensive!" = "Too expensive"  # 1 deal beside 3',
        '# "Überteuert" = "uberteuert"  # 1 deal beside 1',
    ]
    assert table[-1] == '# one letter apart, perhaps the same: "No bugdet" (1) and "No budget" (1)'
    # As it is written, it merges nothing.
    now = json.loads(shown("losses", "deals.csv", "--format", "json", cwd=tmp_path))
    assert now["losses"] == json.loads(before)["losses"]
    path.write_text(path.read_text("utf-8").replace('# "', '"'), "utf-8")
    merged = json.loads(shown("losses", "deals.csv", "--format", "json", cwd=tmp_path))
    counts = {loss["reason"]: loss["count"] for loss in merged["losses"] if loss["view"] == "reason"}
    assert counts["Too expensive"] == 6
    assert len(counts) == 6
    assert merged["similar"] == []


LEASING = ROOT.parent / "shared" / "realdata" / "bitrix24_ru_leasing" / "DEAL_ui_layout_utf8bom.csv"


@pytest.mark.skipif(not LEASING.exists(), reason="no realdata beside this checkout")
def test_init_names_the_variants_of_a_real_export(tmp_path: Path) -> None:
    shown("init", str(LEASING), cwd=tmp_path)
    path = tmp_path / "salesmetrics.toml"
    text = path.read_text("utf-8")
    assert '# "недозвон" = "Недозвон"  # 181 deals beside 422' in text
    assert '# "не актуально" = "Не актуально"  # 158 deals beside 358' in text
    assert '# "Не актуально." = "Не актуально"  # 38 deals beside 358' in text
    words = [
        word
        for stage in ("Одобрение сделки", "Выдано", "C2:3", "C6:9", "C2:2", "Передача")
        for word in ("--open", stage)
    ]
    apart = json.loads(shown("losses", str(LEASING), *words, "--format", "json", cwd=tmp_path))
    counts = {loss["reason"]: loss["count"] for loss in apart["losses"] if loss["view"] == "reason"}
    lines = [line.removeprefix("# ") if line.startswith('# "') else line for line in text.splitlines()]
    path.write_text("\n".join(lines), "utf-8")
    found = json.loads(shown("losses", str(LEASING), *words, "--format", "json", cwd=tmp_path))
    merged = {loss["reason"]: loss["count"] for loss in found["losses"] if loss["view"] == "reason"}
    assert merged["Недозвон"] == counts["Недозвон"] + counts["недозвон"]
    three = ("Не актуально", "не актуально", "Не актуально.")
    assert merged["Не актуально"] == sum(counts[name] for name in three)
    assert sum(merged.values()) == sum(counts.values())
    assert found["similar"] == []


def test_a_deal_without_a_close_date_is_in_no_period(hubspot: Path) -> None:
    found = salesmetrics.losses(str(hubspot / "deals.csv"), period="2026-Q1").answer
    assert (found.coverage[0].lost, found.undated) == (3, 1)
    assert "1 lost deal has no close date and is in no period" in shown(
        "losses", "deals.csv", "--period", "2026-Q1", cwd=hubspot
    )


def test_a_stage_that_the_crm_keeps_is_the_stage_lost_at(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(
        "Deal - ID,Deal - Title,Deal - Stage,Deal - Status,Deal - Value,Deal - Lost time,Deal - Lost reason\n"
        "1,A,Proposal,Lost,5,2026-01-02 10:00:00,Price\n2,B,Demo,Lost,7,2026-01-03 10:00:00,Price; size\n"
        "3,C,Demo,Won,7,,\n",
        "utf-8",
    )
    found = salesmetrics.losses(str(tmp_path / "deals.csv")).answer
    assert {loss.item: loss.count for loss in found.losses if loss.view == "stage"} == {"Proposal": 1, "Demo": 1}
    # Nothing is known of several reasons in a cell of this CRM, so none is split.
    assert {loss.item for loss in found.losses if loss.view == "reason"} == {"Price", "Price; size"}


def test_amounts_in_another_currency_are_converted(hubspot: Path) -> None:
    (hubspot / "rates.csv").write_text(
        "From,To,Date,Rate\nUSD,EUR,2026-01-01,0.5\nUSD,EUR,2026-02-01,0.5\nUSD,EUR,2026-03-01,0.5\n", "utf-8"
    )
    found = json.loads(
        shown("losses", "deals.csv", "rates=rates.csv", "--currency", "EUR", "--format", "json", cwd=hubspot)
    )
    (blank,) = [loss for loss in found["losses"] if loss["view"] == "reason" and loss["reason"] is None]
    assert (blank["currency"], blank["value"]) == ("EUR", 35)


# --- cells, forms, refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "column", "value"),
    [
        ("Price", "Closed Lost Reason", "Price"),
        ("owner:Osric Thornby", "Deal owner", "Osric Thornby"),
        ("reason:", "Closed Lost Reason", ""),
    ],
)
def test_the_deals_behind_a_cell(cell: str, column: str, value: str) -> None:
    with DEALS.open(encoding="utf-8", newline="") as stream:
        raw = [r for r in csv.DictReader(stream) if r["Deal Stage"] == "Closed lost" and r[column] == value]
    table = list(csv.DictReader(io.StringIO(shown("losses", str(DEALS), "--rows", cell, "--format", "csv"))))
    known = {row["id"] for row in table}
    assert known <= {row["Record ID"] for row in raw}
    counted = json.loads(shown("losses", str(DEALS), "--format", "json"))["losses"]
    view, _, item = cell.partition(":") if ":" in cell else ("reason", "", cell)
    (loss,) = [loss for loss in counted if loss["view"] == view and loss[view] == (item or None)]
    assert len(known) == loss["count"] > 10
    assert sum(Decimal(row["amount"]) for row in table if row["amount"]) == Decimal(str(loss["value"]))


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["deals.csv", "--rows", "Prise"], "the table has no such cell"),
        (["deals.csv", "--period", "2025"], "no deal was lost in the period"),
        (["deals.csv", "--by", "planet"], "cannot group by `planet`"),
        (["deals.csv", "--where", "stage = 'Closed Won'"], "the files have no lost deals"),
        (["leads.csv"], "there is no deals file"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_to_type(hubspot: Path, words: list[str], error: str) -> None:
    (hubspot / "leads.csv").write_text("Lead ID,Lead Status,Created\n1,New,2026-01-02\n", "utf-8")
    done = invoke("losses", *words, cwd=hubspot)
    assert (done.returncode, done.stdout) == (2, "")
    assert error in done.stderr
    assert "hint: " in done.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json", "md"])
def test_forms(form: str, golden: Golden) -> None:
    words = ["losses", "examples/deals.csv", "examples/stages.csv", "--by", "team", "--period", "last-quarter"]
    golden(f"losses/by_team.{form}", shown(*words, "--compare", "previous", "--format", form))


def test_the_library_says_what_the_command_says() -> None:
    found = salesmetrics.losses(str(DEALS), by=["region"], period="2026").answer
    printed = json.loads(shown("losses", str(DEALS), "--by", "region", "--period", "2026", "--format", "json"))
    from salesmetrics.render.writers import render

    made = json.loads(render(found, "json"))
    assert made["losses"] == printed["losses"]
    assert made["coverage"] == printed["coverage"]


@pytest.mark.parametrize(("blank", "aged"), [(None, True), ("created", False), ("closed", False)])
def test_deals_have_an_age_where_both_their_days_are_known(blank: str | None, aged: bool) -> None:
    days = {"created": date(2026, 1, 5), "closed": date(2026, 2, 5)}
    rows = {
        "id": ["a", "b"],
        "outcome": ["lost", "won"],
        "loss_reason": ["Price", None],
        "amount": [Decimal(3), Decimal(4)],
    }
    frame = pl.DataFrame(rows, schema_overrides={"amount": pl.Decimal(38, 8)}).with_columns(
        **{name: pl.lit(None if name == blank else day, pl.Date) for name, day in days.items()},
        currency=pl.lit(None, pl.String), __row__=pl.int_range(2, 4), __file__=pl.lit(0),
    )  # fmt: skip
    found = build_losses(resolve(date(2026, 3, 1), None), {"deals": frame}, LossFacts({}, {}, {}, named=True))
    assert ({loss.item for loss in found.losses if loss.view == "age"} != set()) == aged
    assert {loss.item for loss in found.losses if loss.view == "reason"} == {"Price"}
