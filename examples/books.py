"""What the back office keeps: customers, recurring revenue, invoices, quotas, costs, people, surveys, prices, rates, figures."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import market
from form import CURRENCY, Row, all_months, months_of, next_month, quarters, yes_no
from world import CENT, REPS, Account, World, discounted, owner_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random


def customers_of(world: World) -> list[Account]:
    return [account for account in world.accounts if account.started is not None]


def customers(world: World) -> Iterator[Row]:
    yield [
        "Customer ID", "Customer Name", "Owner", "Team", "Region", "Segment", "Source", "Status", "Customer Since",
        "Churned On", "MRR", "Currency",
    ]  # fmt: skip
    for account in customers_of(world):
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
    for quarter in quarters():
        growth = 1 + 0.03 * quarters().index(quarter)
        for rep in market.REPS:
            months = [
                month
                for month in months_of(quarter)
                if rep.hired < next_month(month) and (not rep.left or month <= rep.left)
            ]
            if not months:
                continue
            served = sum(1 for month in all_months() if rep.hired < next_month(month) and month < months[0])
            is_ramping = rep.hired >= market.START and served < 6
            share = (len(months) / 3) * ((0.35 if served < 3 else 0.7) if is_ramping else 1)
            amount = round(full[rep.team] * growth * share, -3)
            label = f"{quarter.year}-Q{(quarter.month + 2) // 3}"
            yield [rep.name, rep.team, rep.region, label, f"{amount:.2f}", CURRENCY, yes_no(is_ramping)]


def costs(world: World, rng: Random) -> Iterator[Row]:
    yield ["Month", "Cost Category", "Team", "Description", "Amount", "Currency"]
    trainings = {(rep.trained.year, rep.trained.month) for rep in market.REPS if rep.trained}
    teams = list(dict.fromkeys(rep.team for rep in market.REPS))
    salary = {"Enterprise": 7_900, "Mid-Market": 6_100, "Small Business": 4_800}
    for month in all_months():
        staff = [rep for rep in market.REPS if rep.hired < next_month(month) and (not rep.left or rep.left >= month)]
        won = sum(
            (
                deal.amount
                for deal in world.deals
                if deal.stage == market.WON and deal.close and month <= deal.close.date() < next_month(month)
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
        yield [rep.id, rep.name, email, rep.team, rep.region, rep.manager, *dates, yes_no(rep.left is None)]


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
        for account in customers_of(world):
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
        is_active = yes_no(product in market.PRODUCTS)
        yield [product.sku, product.name, product.category, *prices, CURRENCY, is_active]


def rates(rng: Random) -> Iterator[Row]:
    """Invented rates: a slow random walk around a plausible level."""
    yield ["Currency", "To Currency", "Period", "Rate"]
    level = {"USD": 1.09, "GBP": 0.85}
    for month in all_months():
        for code, rate in level.items():
            level[code] = rate * (1 + rng.gauss(0, 0.009))
            yield [CURRENCY, code, f"{month:%Y-%m}", f"{level[code]:.4f}"]


def figures() -> Iterator[Row]:
    """Invented outside figures; the program has none of its own."""
    yield ["KPI", "Segment", "Value", "Source", "Year"]
    source = "Invented Software Sales Survey"
    yield ["win_rate", "", "0.29", source, "2025"]
    yield ["win_rate", "Small Business", "0.34", source, "2025"]
    yield ["average_deal_size", "", "9400", source, "2025"]
    yield ["sales_cycle_median", "", "41", source, "2025"]
