"""Writes the example exports of an invented company, the same bytes on every run.

python examples/generate.py            # rewrite the files beside this script
python examples/generate.py some/dir   # write them somewhere else
"""

from __future__ import annotations

import csv
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import market
from history import CENT, REPS, Account, Deal, World, discounted, owner_on, simulate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SEED = 20261121
CURRENCY = "EUR"
Row = list[str]


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    world = simulate(Random(SEED))
    # Every table draws from its own generator, so that a change in one leaves the others as they are.
    _write(folder / "deals.csv", deals(world, Random(SEED + 1)), quoting=csv.QUOTE_ALL)
    _write(folder / "leads.csv", leads(world))
    _write(folder / "activities.csv", activities(world))
    _write(folder / "stages.csv", stages(world))
    _write(folder / "customers.csv", customers(world))
    _write(folder / "revenue.csv", revenue(world))
    _write(folder / "invoices.csv", invoices(world, Random(SEED + 2)))
    _write(folder / "quotas.csv", quotas())
    _write(folder / "costs.csv", costs(world, Random(SEED + 3)))
    _write(folder / "reps.csv", reps())
    _write(folder / "surveys.csv", surveys(world, Random(SEED + 4)))
    _write(folder / "products.csv", products())
    _write(folder / "rates.csv", rates(Random(SEED + 5)))


def _write(path: Path, rows: Iterable[Sequence[str]], *, quoting: int = csv.QUOTE_MINIMAL) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=quoting, lineterminator="\n").writerows(rows)


# --- deals, as HubSpot exports them ----------------------------------------------------------------------------------

DEAL_HEADER = [
    "Record ID",
    "Deal Name",
    "Deal Stage",
    "Pipeline",
    "Amount",
    "Currency",
    "Close Date",
    "Create Date",
    "Deal owner",
    "HubSpot Team",
    "Deal Type",
    "Deal probability",
    "Closed Lost Reason",
    "Original Traffic Source",
    "Last Activity Date",
    "Region",
    "Segment",
    "Product",
    "Quantity",
    "List Price",
    "Cost",
    "Associated Company",
    "Associated Company IDs",
]
AMOUNT, CLOSE, CREATE = DEAL_HEADER.index("Amount"), DEAL_HEADER.index("Close Date"), DEAL_HEADER.index("Create Date")


def deals(world: World, rng: Random) -> list[Row]:
    rows = [_deal_row(deal, rng) for deal in world.deals]
    total = sum(Decimal(row[AMOUNT] or 0) for row in rows)
    _damage(world, rows)
    footer = ["Total"] + [""] * (len(DEAL_HEADER) - 1)
    footer[AMOUNT] = str(total)
    return [DEAL_HEADER, *rows, footer]


def _deal_row(deal: Deal, rng: Random) -> Row:
    probability = {market.WON: "1.0", market.LOST: "0.0", **dict.fromkeys(market.VOID, "0.0"), **dict(market.STAGES)}
    is_early = deal.is_open and deal.stage == market.STAGES[0][0]
    amount = "" if is_early and rng.random() < 0.35 else str(deal.amount)
    source = "" if rng.random() < 0.05 else deal.source
    reason = "" if rng.random() < 0.12 else deal.reason
    rep = REPS[deal.owner]
    return [
        deal.id,
        f"{deal.account.name} - {deal.product.name}",
        deal.stage,
        market.PIPELINE,
        amount,
        CURRENCY,
        "" if deal.is_open and rng.random() < 0.06 else _minute(deal.close),
        _minute(deal.created),
        rep.name,
        rep.team,
        deal.type,
        probability[deal.stage],
        reason,
        source,
        _minute(deal.last_activity),
        deal.account.region,
        deal.account.segment,
        deal.product.name,
        str(deal.quantity),
        str(Decimal(deal.product.price * deal.quantity).quantize(CENT)),
        str(Decimal(deal.product.cost * deal.quantity).quantize(CENT)),
        deal.account.name,
        deal.account.id,
    ]


def _damage(world: World, rows: list[Row]) -> None:
    """What people do to a spreadsheet: five rows that cannot be read, and three that can but are odd."""
    lost = [index for index, deal in enumerate(world.deals) if deal.stage == market.LOST]
    rows[lost[40]][AMOUNT] = "12.5oo"
    rows[lost[110]][AMOUNT] = "see quote"
    rows[lost[170]][CLOSE] = "2025-02-30 10:15"
    rows[lost[260]][CREATE] = "2026-13-04 09:00"
    rows[lost[330]] = rows[lost[330]][:7]
    won = [index for index, deal in enumerate(world.deals) if deal.stage == market.WON]
    first = world.deals[won[25]]
    rows[won[25]][CREATE] = _minute(first.close + timedelta(6) if first.close else None)
    rows[won[60]][AMOUNT] = rows[won[200]][AMOUNT] = "0.00"


# --- the other exports -----------------------------------------------------------------------------------------------


def leads(world: World) -> Iterator[Row]:
    yield [
        "Lead ID", "Lead Name", "Company", "Company ID", "Lead Owner", "Team", "Region", "Segment", "Lead Source",
        "Lead Status", "Expected Amount", "Currency", "Created", "Qualified Date", "Converted", "Converted Date",
        "Deal ID", "Disqualification Reason",
    ]  # fmt: skip
    for lead in world.leads:
        account, rep = lead.account, REPS[lead.owner]
        yield [
            lead.id,
            f"Enquiry of {account.name}",
            account.name,
            account.id,
            rep.name,
            rep.team,
            account.region,
            account.segment,
            lead.source,
            lead.status,
            "" if lead.value is None else str(lead.value.quantize(CENT)),
            CURRENCY,
            _second(lead.created),
            _second(lead.qualified),
            _yes(lead.converted is not None),
            _second(lead.converted),
            lead.deal,
            lead.reason,
        ]


def activities(world: World) -> Iterator[Row]:
    yield [
        "Activity ID", "Activity Type", "Direction", "Subject", "Activity Date", "Owner", "Team", "Deal ID", "Lead ID",
        "Company ID", "Completed", "Outcome", "Duration (seconds)", "Automated",
    ]  # fmt: skip
    for number, activity in enumerate(world.activities, start=1):
        yield [
            f"AC-{number:06d}",
            activity.type.capitalize(),
            activity.direction.capitalize(),
            activity.subject,
            _second(activity.at),
            REPS[activity.owner].name,
            REPS[activity.owner].team,
            activity.deal,
            activity.lead,
            activity.account,
            _yes(activity.is_completed),
            activity.outcome,
            "" if activity.seconds is None else str(activity.seconds),
            _yes(activity.is_automated),
        ]


def stages(world: World) -> Iterator[Row]:
    yield ["Deal ID", "Pipeline", "From Stage", "To Stage", "Entered", "Exited", "Owner", "Amount"]
    for move in world.moves:
        yield [
            move.deal,
            market.PIPELINE,
            move.before,
            move.stage,
            _second(move.entered),
            _second(move.exited),
            REPS[move.owner].name,
            str(move.amount),
        ]


def _customers(world: World) -> list[Account]:
    return [account for account in world.accounts if account.started is not None]


def customers(world: World) -> Iterator[Row]:
    yield [
        "Customer ID", "Customer Name", "Owner", "Team", "Region", "Segment", "Source", "Status", "Customer Since",
        "Churned On", "MRR", "Currency",
    ]  # fmt: skip
    for account in _customers(world):
        rep = REPS[owner_on(account, account.ended or market.END)]
        yield [
            account.id,
            account.name,
            rep.name,
            rep.team,
            account.region,
            account.segment,
            account.source,
            "Active" if account.ended is None else "Churned",
            str(account.started),
            str(account.ended or ""),
            str(account.mrr.quantize(CENT)),
            CURRENCY,
        ]


def revenue(world: World) -> Iterator[Row]:
    yield [
        "Movement ID",
        "Date",
        "Customer ID",
        "Customer Name",
        "Segment",
        "Region",
        "Movement",
        "MRR Change",
        "Currency",
    ]
    for number, movement in enumerate(world.movements, start=1):
        account = movement.account
        yield [
            f"MV-{number:05d}",
            str(movement.on),
            account.id,
            account.name,
            account.segment,
            account.region,
            movement.kind.capitalize(),
            str(movement.amount),
            CURRENCY,
        ]


def invoices(world: World, rng: Random) -> Iterator[Row]:
    yield [
        "Invoice Number", "Customer ID", "Customer Name", "Deal ID", "Owner", "Region", "Invoice Date", "Due Date", "Amount",
        "Currency", "Status", "Paid Amount", "Paid On",
    ]  # fmt: skip
    won = sorted(
        (deal for deal in world.deals if deal.stage == market.WON and deal.close),
        key=lambda deal: (deal.close, deal.id),
    )
    for number, deal in enumerate(won, start=1):
        assert deal.close is not None
        issued = deal.close.date() + timedelta(rng.randrange(1, 6))
        if issued > market.END:
            continue
        due = issued + timedelta(rng.choice((14, 30, 30, 30, 60)))
        paid_on = issued + timedelta(round(27 * rng.lognormvariate(0, 0.55)))
        fate = rng.random()
        status, paid = "Paid", deal.amount
        if fate < 0.015:
            status, paid = "Cancelled", Decimal(0)
        elif fate < 0.045 or paid_on > market.END:
            status, paid = ("Overdue" if due < market.END else "Open"), Decimal(0)
        elif fate < 0.075:
            status, paid = "Partially paid", (deal.amount / 2).quantize(CENT)
        yield [
            f"INV-{number:05d}",
            deal.account.id,
            deal.account.name,
            deal.id,
            REPS[deal.owner].name,
            deal.account.region,
            str(issued),
            str(due),
            str(deal.amount),
            CURRENCY,
            status,
            str(paid.quantize(CENT)),
            str(paid_on) if paid else "",
        ]


def quotas() -> Iterator[Row]:
    yield ["Owner", "Team", "Region", "Period", "Quota", "Currency", "Ramping"]
    full = {"Enterprise": 165_000, "Mid-Market": 120_000, "Small Business": 64_000}
    for quarter in _quarters():
        growth = 1 + 0.03 * _quarters().index(quarter)
        for rep in market.REPS:
            months = [
                month
                for month in _months_of(quarter)
                if rep.hired < _next(month) and (not rep.left or month <= rep.left)
            ]
            if not months:
                continue
            served = sum(1 for month in _all_months() if rep.hired < _next(month) and month < months[0])
            is_ramping = rep.hired >= market.START and served < 6
            share = (len(months) / 3) * ((0.35 if served < 3 else 0.7) if is_ramping else 1)
            amount = round(full[rep.team] * growth * share, -3)
            label = f"{quarter.year}-Q{(quarter.month + 2) // 3}"
            yield [rep.name, rep.team, rep.region, label, f"{amount:.2f}", CURRENCY, _yes(is_ramping)]


def costs(world: World, rng: Random) -> Iterator[Row]:
    yield ["Month", "Category", "Team", "Description", "Amount", "Currency"]
    trainings = {(rep.trained.year, rep.trained.month) for rep in market.REPS if rep.trained}
    teams = list(dict.fromkeys(rep.team for rep in market.REPS))
    salary = {"Enterprise": 7_900, "Mid-Market": 6_100, "Small Business": 4_800}
    for month in _all_months():
        staff = [rep for rep in market.REPS if rep.hired < _next(month) and (not rep.left or rep.left >= month)]
        won = sum(
            (
                deal.amount
                for deal in world.deals
                if deal.stage == market.WON and deal.close and month <= deal.close.date() < _next(month)
            ),
            Decimal(0),
        )
        lines = [
            ("salary", team, "Base pay", Decimal(salary[team] * sum(rep.team == team for rep in staff)))
            for team in teams
        ]
        lines.append(("salary", "", "Commission", won * Decimal("0.05")))
        lines.append(
            (
                "marketing",
                "",
                "Campaigns",
                Decimal(round(14_000 * market.SEASON[month.month - 1] * rng.uniform(0.85, 1.15))),
            )
        )
        lines.append(("tooling", "", "CRM and telephony seats", Decimal(165 * len(staff))))
        lines.append(("tooling", "", "Data provider", Decimal(490)))
        if (month.year, month.month) in trainings:
            lines.append(("training", "", "Negotiation course", Decimal(5_400)))
        lines.append(("other", "", "Travel", Decimal(round(2_600 * rng.lognormvariate(0, 0.35)))))
        for category, team, description, amount in lines:
            yield [f"{month:%Y-%m}", category, team, description, str(amount.quantize(CENT)), CURRENCY]


def reps() -> Iterator[Row]:
    yield ["Rep ID", "Name", "Email", "Team", "Region", "Manager", "Hire Date", "Left On", "Trained On", "Active"]
    for rep in market.REPS:
        email = f"{rep.name.lower().replace(' ', '.')}@example.com"
        dates = [str(rep.hired), str(rep.left or ""), str(rep.trained or "")]
        yield [rep.id, rep.name, email, rep.team, rep.region, rep.manager, *dates, _yes(rep.left is None)]


def surveys(world: World, rng: Random) -> Iterator[Row]:
    yield [
        "Response ID",
        "Survey Type",
        "Answered On",
        "Score",
        "Scale Max",
        "Customer ID",
        "Owner",
        "Team",
        "Region",
        "Segment",
    ]
    answers: list[tuple[date, str, int, int, Account | None, str]] = []
    for deal in world.deals:
        if deal.stage == market.WON and deal.close and deal.type == "New Business" and rng.random() < 0.5:
            score = rng.choices((1, 2, 3, 4, 5), (3, 6, 14, 40, 37))[0]
            answers.append((deal.close.date() + timedelta(rng.randrange(20, 45)), "CSAT", score, 5, deal.account, ""))
    for asked in (date(2025, 3, 10), date(2025, 9, 8), date(2026, 3, 9), date(2026, 9, 7)):
        for account in _customers(world):
            is_customer = (
                account.started and account.started < asked and (account.ended is None or account.ended > asked)
            )
            if is_customer and rng.random() < 0.38:
                score = rng.choices(range(11), (1, 1, 1, 2, 2, 4, 6, 16, 24, 24, 19))[0]
                answers.append((asked + timedelta(rng.randrange(14)), "NPS", score, 10, account, ""))
        for rep in market.REPS:
            if rep.hired < asked and (rep.left is None or rep.left > asked):
                score = rng.choices(range(4, 11), (1, 2, 3, 5, 7, 5, 3))[0]
                answers.append((asked + timedelta(rng.randrange(7)), "eNPS", score, 10, None, rep.team))
    answers = sorted((answer for answer in answers if answer[0] <= market.END), key=lambda answer: answer[:4])
    for number, (on, type_, score, top, account_, team) in enumerate(answers, start=1):
        # Colleagues answer anonymously: their team is known, nothing else.
        owner = REPS[owner_on(account_, on)] if account_ else None
        place = [account_.region, account_.segment] if account_ else ["", ""]
        yield [
            f"SV-{number:05d}",
            type_,
            str(on),
            str(score),
            str(top),
            account_.id if account_ else "",
            owner.name if owner else "",
            owner.team if owner else team,
            *place,
        ]


def products() -> Iterator[Row]:
    yield ["SKU", "Product Name", "Category", "List Price", "Cost", "Currency", "Active"]
    for product in (*market.PRODUCTS, *market.RETIRED_PRODUCTS):
        prices = [str(discounted(product.price, 0)), str(discounted(product.cost, 0))]
        is_active = _yes(product in market.PRODUCTS)
        yield [product.sku, product.name, product.category, *prices, CURRENCY, is_active]


def rates(rng: Random) -> Iterator[Row]:
    """Invented rates: a slow random walk around a plausible level."""
    yield ["Currency", "To Currency", "Period", "Rate"]
    level = {"USD": 1.09, "GBP": 0.85}
    for month in _all_months():
        for code, rate in level.items():
            level[code] = rate * (1 + rng.gauss(0, 0.009))
            yield [CURRENCY, code, f"{month:%Y-%m}", f"{level[code]:.4f}"]


# --- dates and text --------------------------------------------------------------------------------------------------


def _minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _second(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _yes(answer: bool) -> str:  # noqa: FBT001 - a formatter of one value
    return "Yes" if answer else "No"


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _all_months() -> list[date]:
    months = [market.START]
    while _next(months[-1]) <= market.END:
        months.append(_next(months[-1]))
    return months


def _quarters() -> list[date]:
    return _all_months()[::3]


def _months_of(quarter: date) -> list[date]:
    return [quarter, _next(quarter), _next(_next(quarter))]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
