"""What a CRM exports: deals as HubSpot writes them, leads, activities and stage history."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import market
from form import CURRENCY, Row, minute, second, yes_no
from world import CENT, REPS, Deal, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

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
    "List Amount",
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
        "" if deal.is_open and rng.random() < 0.06 else minute(deal.close),
        minute(deal.created),
        rep.name,
        rep.team,
        deal.type,
        probability[deal.stage],
        reason,
        source,
        minute(deal.last_activity),
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
    rows[won[25]][CREATE] = minute(first.close + timedelta(6) if first.close else None)
    rows[won[60]][AMOUNT] = rows[won[200]][AMOUNT] = "0.00"


def leads(world: World) -> Iterator[Row]:
    yield [
        "Lead ID", "Lead Name", "Company", "Company ID", "Lead Owner", "Team", "Region", "Segment", "Lead Source",
        "Lead Status", "Expected Value", "Currency", "Created", "Qualified Date", "Converted", "Converted Date",
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
            second(lead.created),
            second(lead.qualified),
            yes_no(lead.converted is not None),
            second(lead.converted),
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
            second(activity.at),
            REPS[activity.owner].name,
            REPS[activity.owner].team,
            activity.deal,
            activity.lead,
            activity.account,
            yes_no(activity.is_completed),
            activity.outcome,
            "" if activity.seconds is None else str(activity.seconds),
            yes_no(activity.is_automated),
        ]


def stages(world: World) -> Iterator[Row]:
    yield ["Deal ID", "Pipeline", "From Stage", "To Stage", "Entered", "Exited", "Owner", "Amount", "Expected Close"]
    for move in world.moves:
        yield [
            move.deal,
            market.PIPELINE,
            move.before,
            move.stage,
            second(move.entered),
            second(move.exited),
            REPS[move.owner].name,
            str(move.amount),
            move.expected.isoformat(),
        ]
