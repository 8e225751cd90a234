"""Stage histories as each CRM writes them: the funnel of a plain history, with no options."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

import pytest

from history_world import ENDS, STAGES, Change, Deal, deals_file, plain_history, world, written
from in_process import invoke
from test_field_history import answer, funnel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ALL = [*STAGES, *ENDS]
OUTCOMES = {"Closed Won": "Won", "Closed Lost": "Lost"}


def named(*names: str) -> dict[str, str]:
    return dict(zip(ALL, names, strict=True))


RU = named(
    "Первичный контакт",
    "Переговоры",
    "Принимают решение",
    "Согласование договора",
    "Успешно реализовано",
    "Закрыто и не реализовано",
)
AMO = named("11", "12", "13", "14", "142", "143")
BITRIX = named("NEW", "PREPARATION", "EXECUTING", "FINAL_INVOICE", "WON", "LOSE")
ZH = named("验证客户", "需求确定", "方案报价", "谈判审核", "赢单", "输单")
SAME = named(*ALL)
PIPEDRIVE = named("1", "2", "3", "4", "", "")


def entries(deals: list[Deal]) -> Iterator[tuple[Deal, Change | None, Change]]:
    for deal in deals:
        before = None
        for change in deal.changes:
            if before is None or change.stage != before.stage:
                yield deal, before, change
            before = change


def open_stage(deal: Deal) -> str:
    return next(change.stage for change in reversed(deal.changes) if change.stage in STAGES)


def list_of(deals: list[Deal], header: str, row: Callable[[Deal], list[Any]]) -> str:
    return written(header.split(","), [row(deal) for deal in deals])


def history_of(deals: list[Deal], header: str, row: Callable[[Deal, Change | None, Change], list[Any]]) -> str:
    return written(header.split(","), [row(*entry) for entry in entries(deals)])


def amo_deals(deals: list[Deal]) -> str:
    header = "ID,Название сделки,Бюджет,Ответственный,Дата создания сделки,Дата закрытия,Этап сделки,Воронка"
    day = "%d.%m.%Y %H:%M:%S"
    return list_of(
        deals,
        header,
        lambda d: [
            d.id,
            f"x{d.id}",
            d.last.amount,
            "Анна",
            d.changes[0].at.strftime(day),
            d.last.at.strftime(day) if d.closed else "не закрыта",
            RU[d.last.stage],
            "Продажи",
        ],
    )


def packed(change: Change | None) -> str:
    return json.dumps([{"lead_status": {"id": int(AMO[change.stage]), "pipeline_id": 5}}]) if change else "[]"


def pipedrive_deals(deals: list[Deal]) -> str:
    header = "Deal - ID,Deal - Title,Deal - Status,Deal - Stage,Deal - Value,Deal - Expected close date,Deal - Deal created,Deal - Won time,Deal - Lost time,Deal - Owner"
    return list_of(
        deals,
        header,
        lambda d: [
            d.id,
            "x",
            OUTCOMES.get(d.last.stage, "Open"),
            open_stage(d),
            d.last.amount,
            d.last.plan,
            d.created,
            *(d.last.at if d.last.stage == end else "" for end in ENDS),
            "Ann",
        ],
    )


def pipedrive_flow(deals: list[Deal]) -> str:
    def row(d: Deal, p: Change | None, c: Change) -> list[Any]:
        if p is None:
            return [d.id, 4, "add_time", "", c.at, c.at]
        if c.stage in ENDS:
            return [d.id, 4, "status", "open", OUTCOMES[c.stage].lower(), c.at]
        return [d.id, 4, "stage_id", PIPEDRIVE[p.stage], PIPEDRIVE[c.stage], c.at]

    return history_of(deals, "item_id,user_id,field_key,old_value,new_value,log_time", row)


SHAPES: dict[str, tuple[Callable[[list[Deal]], str], Callable[[list[Deal]], str], dict[str, str]]] = {
    "Salesforce Opportunity History": (
        deals_file,
        lambda deals: history_of(
            deals,
            "Opportunity ID,Opportunity Name,From Stage,To Stage,Amount,Probability (%),Close Date,Last Modified,Last Modified By",
            lambda d, p, c: [d.id, "x", p.stage if p else "", c.stage, c.amount, 50, c.plan, c.at, "Eve"],
        ),
        SAME,
    ),
    "Salesforce OpportunityHistory": (
        deals_file,
        lambda deals: written(
            [
                "Id",
                "OpportunityId",
                "StageName",
                "Amount",
                "CloseDate",
                "ForecastCategory",
                "CreatedDate",
                "PrevAmount",
                "PrevCloseDate",
            ],
            [
                [f"h{d.id}{n}", d.id, c.stage, c.amount, c.plan, "Pipeline", f"{c.at.isoformat()}.000Z", "", ""]
                for d in deals
                for n, c in enumerate(d.changes)
            ],
        ),
        SAME,
    ),
    "Bitrix24 crm.stagehistory.list": (
        lambda deals: list_of(
            deals,
            "ID,TITLE,STAGE_ID,STAGE_SEMANTIC_ID,CATEGORY_ID,OPPORTUNITY,CURRENCY_ID,CLOSEDATE,DATE_CREATE,ASSIGNED_BY_ID,CLOSED",
            lambda d: [
                d.id,
                "x",
                BITRIX[d.last.stage],
                {"WON": "S", "LOSE": "F"}.get(BITRIX[d.last.stage], "P"),
                0,
                d.last.amount,
                "RUB",
                d.last.plan,
                d.created,
                7,
                "Y" if d.closed else "N",
            ],
        ),
        lambda deals: history_of(
            deals,
            "ID,TYPE_ID,OWNER_ID,CREATED_TIME,CATEGORY_ID,STAGE_SEMANTIC_ID,STAGE_ID",
            lambda d, p, c: [
                f"9{d.id}{c.at:%m%d}",
                2 if p else 1,
                d.id,
                f"{c.at.isoformat()}+03:00",
                0,
                {"WON": "S", "LOSE": "F"}.get(BITRIX[c.stage], "P"),
                BITRIX[c.stage],
            ],
        ),
        BITRIX,
    ),
    "amoCRM events of the API": (
        amo_deals,
        lambda deals: history_of(
            deals,
            "id,type,entity_id,entity_type,created_by,created_at,value_after,value_before,account_id",
            lambda d, p, c: [
                f"e{d.id}{c.at:%m%d}",
                "lead_status_changed" if p else "lead_added",
                d.id,
                "lead",
                1,
                int(c.at.replace(tzinfo=UTC).timestamp()),
                packed(c) if p else "[]",
                packed(p),
                99,
            ],
        ),
        RU,
    ),
    "amoCRM events of the screen": (
        amo_deals,
        lambda deals: history_of(
            deals,
            "Дата,Автор,Объект,Название,Событие,Значение до,Значение после",
            lambda d, p, c: [
                f"{c.at:%d.%m.%Y %H:%M:%S}",
                "Анна",
                d.id,
                "x",
                "Изменение этапа продажи" if p else "Новая сделка",
                RU[p.stage] if p else "",
                RU[c.stage] if p else "",
            ],
        ),
        RU,
    ),
    "Pipedrive deal flow": (pipedrive_deals, pipedrive_flow, SAME),
    "Pipedrive deal flow with names": (
        pipedrive_deals,
        lambda deals: history_of(
            [deal for deal in deals if deal.id != "0060001"],
            "item_id,field_key,old_value,new_value,log_time,additional_data.old_value_formatted,additional_data.new_value_formatted",
            lambda d, p, c: [
                d.id,
                *(
                    ["add_time", "", c.at, c.at, "", ""]
                    if p is None
                    else ["status", "open", "won", c.at, "", ""]
                    if c.stage in ENDS
                    else ["stage_id", PIPEDRIVE[p.stage], PIPEDRIVE[c.stage], c.at, p.stage, c.stage]
                ),
            ],
        ),
        SAME,
    ),
    "Zoho stage history": (
        lambda deals: list_of(
            deals,
            "Record Id,Deal Name,Deal Owner,Stage,Amount,Closing Date,Created Time,Account Name",
            lambda d: [
                f"zcrm_{d.id}",
                f"Deal {d.id}",
                "Ann",
                d.last.stage,
                d.last.amount,
                d.last.plan,
                d.created,
                "Oak",
            ],
        ),
        lambda deals: history_of(
            deals,
            "Deal Name.id,Deal Name,Stage,Amount,Closing Date,Stage Duration (Calendar Days),Modified Time,Modified By",
            lambda d, _, c: [f"zcrm_{d.id}", f"Deal {d.id}", c.stage, c.amount, c.plan, 3, c.at, "Eve"],
        ),
        SAME,
    ),
    "Zoho stage history by names": (
        deals_file,
        lambda deals: history_of(
            deals,
            "Deal Name,Stage,Amount,Closing Date,Stage Duration (Calendar Days),Modified Time,Modified By",
            lambda d, _, c: [f"Deal {d.id}", c.stage, c.amount, c.plan, 3, c.at, "Eve"],
        ),
        SAME,
    ),
    "Dynamics 365 audit history by names": (
        deals_file,
        lambda deals: history_of(
            deals,
            "Changed Date,Changed By,Event,Record,Changed Field,Old Value,New Value",
            lambda d, p, c: [
                f"{c.at:%m/%d/%Y %I:%M %p}",
                "Eve",
                "Update" if p else "Create",
                f"Deal {d.id}",
                "Sales Stage",
                p.stage if p else "",
                c.stage,
            ],
        ),
        SAME,
    ),
    "Fxiaoke stage changes": (
        lambda deals: list_of(
            deals,
            "_id,商机名称,销售阶段,商机状态,商机金额,预计成交日期,创建时间,负责人",
            lambda d: [
                d.id,
                "x",
                ZH[d.last.stage],
                {"Won": "赢单", "Lost": "输单"}.get(OUTCOMES.get(d.last.stage, ""), "进行中"),
                d.last.amount,
                d.last.plan,
                d.created,
                "王",
            ],
        ),
        lambda deals: history_of(
            deals,
            "商机ID,商机名称,变更前阶段,变更后阶段,变更时间,操作人",
            lambda d, p, c: [d.id, "x", ZH[p.stage] if p else "", ZH[c.stage], c.at, "王"],
        ),
        ZH,
    ),
}


def counts(found: dict[str, Any], names: dict[str, str]) -> list[dict[str, Any]]:
    """What is counted of each stage, under our names of the stages."""
    ours = {shown: stage for stage, shown in names.items()}
    wanted = (
        "entered",
        "entered_strict",
        "advanced",
        "lost",
        "other",
        "still_here",
        "now_here",
        "of_previous",
        "of_all",
    )
    return [{name: stage[name] for name in wanted} | {"stage": ours.get(stage["stage"])} for stage in found["stages"]]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_funnel_of_a_plain_history(tmp_path: Path, shape: str) -> None:
    deals = world(21, 200)
    listed, history, names = SHAPES[shape]
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    plain = funnel(tmp_path, plain_history(deals))
    (tmp_path / "deals.csv").write_text(listed(deals), encoding="utf-8")
    found = funnel(tmp_path, history(deals))
    assert counts(found, names) == counts(plain, SAME)
    assert found["moves"] == [{**plain["moves"][0], "pipeline": found["moves"][0]["pipeline"]}]
    medians = [[s["time_in_stage"] and s["time_in_stage"]["median"] for s in each["stages"]] for each in (found, plain)]
    if not shape.startswith("Pipedrive"):  # which has no row of the end, whose time of day decides nothing here
        assert medians[0] == medians[1]


def last_entries(deal: Deal) -> dict[str, Any]:
    return {change.stage: change.at for _, _, change in entries([deal])}


def once(deals: list[Deal]) -> list[Deal]:
    """Deals as columns per stage remember them: the last entry into each stage."""
    found = []
    for deal in deals:
        kept = last_entries(deal)
        changes = tuple(change for _, _, change in entries([deal]) if kept[change.stage] == change.at)
        found.append(Deal(deal.id, changes))
    return found


COLUMNS: dict[str, tuple[str, list[str], Callable[[str], str]]] = {
    "HubSpot": ("Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner", ['Date entered "{} (Sales Pipeline)"', 'Latest time in "{} (Sales Pipeline)"', 'Cumulative time in "{} (Sales Pipeline)"'], str),
    "HubSpot with durations": ("Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner", ["Date entered “{} (Sales Pipeline)”", "Latest time in “{} (Sales Pipeline)” (HH:mm:ss)"], str),
    "HubSpot's own names": ("hs_object_id,dealname,dealstage,pipeline,amount,closedate,createdate,hubspot_owner_id", ["hs_v2_date_entered_{}", "hs_v2_latest_time_in_{}", "hs_v2_cumulative_time_in_{}"], lambda s: s.lower().replace(" ", "")),
    "a spreadsheet": ("deal_id,deal_name,stage,pipeline,amount,close_date,created_at,owner", ["stage_date_{}"], lambda s: s.lower().replace(" ", "_")),
}  # fmt: skip


@pytest.mark.parametrize("shape", COLUMNS)
def test_columns_per_stage_give_the_funnel_of_their_entries(tmp_path: Path, shape: str) -> None:
    header, patterns, name = COLUMNS[shape]
    deals = world(22, 80)
    names = {stage: name(stage) for stage in ALL}
    rows = []
    for deal in deals:
        known = last_entries(deal)
        cells = [
            deal.id,
            "x",
            names[deal.last.stage],
            "Sales Pipeline",
            deal.last.amount,
            deal.last.plan,
            deal.created,
            "Ann",
        ]
        dates = [f"{known[stage]:%Y-%m-%d %H:%M}" if stage in known else "" for stage in ALL]
        rows.append([*cells, *dates, *["86400000"] * (len(patterns) - 1) * len(ALL)])
    columns = [pattern.format(names[stage]) for pattern in patterns for stage in ALL]
    (tmp_path / "exported.csv").write_text(written([*header.split(","), *columns], rows), encoding="utf-8")
    found = answer(tmp_path, "funnel", "exported.csv")
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    assert counts(found, names) == counts(funnel(tmp_path, plain_history(once(deals))), SAME)


def test_other_names_are_not_mixed_and_the_way_out_is_shown(tmp_path: Path) -> None:
    deals = [deal for deal in world(21, 80) if len(deal.changes) == 1 or open_stage(deal) == "Proposal"]
    (tmp_path / "deals.csv").write_text(pipedrive_deals(deals), encoding="utf-8")
    (tmp_path / "history.csv").write_text(pipedrive_flow(deals), encoding="utf-8")
    done = invoke("funnel", "deals.csv", "history.csv", cwd=tmp_path, env={"HOME": "/nonexistent"})
    assert done.returncode == 0, done.stderr
    assert "nothing shows which is which" in " ".join(done.stdout.split())
    assert "pipelines=FILE" in done.stdout
    lines = ["id,name,order_nr", *(f"{PIPEDRIVE[stage]},{stage},{n}" for n, stage in enumerate(STAGES))]
    (tmp_path / "stages.csv").write_text("\n".join(lines) + "\n")
    done = invoke(
        "funnel", "deals.csv", "history.csv", "pipelines=stages.csv", cwd=tmp_path, env={"HOME": "/nonexistent"}
    )
    assert "Discovery" in done.stdout
    assert "of previous" in done.stdout


@pytest.mark.parametrize("longer", ["deals", "history"])
def test_ids_of_a_report_and_of_the_api_are_the_same_deals(tmp_path: Path, longer: str) -> None:
    deals = [Deal(f"006Aa0000{deal.id[3:]:0>6}", deal.changes) for deal in world(24, 40)]
    texts = {"deals": deals_file(deals), "history": plain_history(deals)}
    (tmp_path / "deals.csv").write_text(texts["deals"])
    plain = funnel(tmp_path, texts["history"])
    for deal in deals:
        texts[longer] = texts[longer].replace(f"{deal.id},", f"{deal.id}IAQ,")
    (tmp_path / "deals.csv").write_text(texts["deals"])
    assert funnel(tmp_path, texts["history"]) == plain


def test_names_link_nothing_where_ids_are_ids(tmp_path: Path) -> None:
    deals = world(23, 20)
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    history = plain_history(deals).replace("0060001", "Deal 0060001")
    (tmp_path / "history.csv").write_text(history)
    found = answer(tmp_path, "funnel", "deals.csv", "history.csv")
    codes = [item["code"] for item in found["findings"]]
    assert "linked_by_name" not in codes
    assert "references_unknown" in codes


def test_the_messy_files_of_bitrix_say_what_they_lack(realdata: Path) -> None:
    folder = realdata / "bitrix_ru_messy_small"
    done = invoke(
        "funnel",
        "deals.csv",
        "stage_history.csv",
        "pipeline_stages.csv",
        "--format",
        "json",
        cwd=folder,
        env={"HOME": "/nonexistent"},
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [order["source"] for order in found["order"]] == ["pipelines"]
    assert [(stage["stage"], stage["entered"]) for stage in found["stages"]] == [
        ("Новая заявка", 2), ("Квалификация", 2), ("В производстве", 2), (None, 1),
    ]  # fmt: skip
    assert found["without_history"] == 10
    assert {"identical_rows", "references_unknown"} <= {item["code"] for item in found["findings"]}
