"""Logs of changed fields, as every CRM writes them: the same funnel and the same slips as the days themselves give."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from history_world import FIRST, LAST, deals_file, log, plain_history, slippage, world
from in_process import invoke
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import load

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.ingest.dataset import Dataset

TERMS = ("--as-of", LAST.isoformat(), "--format", "json")


def answer(folder: Path, *words: str) -> Any:
    done = invoke(*words, *TERMS, cwd=folder, env={"HOME": "/nonexistent"})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def funnel(folder: Path, history: str, *words: str) -> Any:
    (folder / "history.csv").write_text(history, encoding="utf-8")
    found = answer(folder, "funnel", "deals.csv", "history.csv", *words)
    return {name: found[name] for name in ("stages", "moves", "bottleneck", "order", "without_history")}


def slips(folder: Path, start: date, end: date) -> dict[str, Any]:
    kpis = [word for kpi in ("slip_rate", "slip_rate_value", "push_count", "push_days_mean") for word in ("--kpi", kpi)]
    found = answer(folder, "report", "deals.csv", "history.csv", *kpis, "--period", f"{start}..{end}")
    by_id = {metric["id"]: metric for metric in found["metrics"]}
    rate, mean, value = by_id["slip_rate"], by_id["push_days_mean"], by_id["slip_rate_value"]
    dark = {item["code"]: item["count"] for item in rate["excluded"]}
    return {
        "due": rate["denominator"] or 0,
        "slipped": rate["numerator"] or 0,
        "due_sum": round(float(value["denominator"] or 0)),
        "slipped_sum": round(float(value["numerator"] or 0)),
        "dark": dark["no_close_date_history"],
        "pushes": by_id["push_count"]["value"] or 0,
        "days": round(mean["value"] * mean["n"]) if mean["n"] else 0,
    }


QUARTERS = [
    (date(2025, 4, 1), date(2025, 7, 1)),
    (date(2025, 10, 1), date(2026, 1, 1)),
    (date(2026, 1, 1), date(2026, 4, 1)),
]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_log_says_what_the_days_say(tmp_path: Path, seed: int) -> None:
    deals = world(seed)
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    assert funnel(tmp_path, log(deals, seed=seed)) == funnel(tmp_path, plain_history(deals))
    (tmp_path / "history.csv").write_text(log(deals, seed=seed))
    for start, end in QUARTERS:
        last = date.fromordinal(end.toordinal() - 1)
        assert slips(tmp_path, start, last) == slippage(deals, start, end)
    assert slippage(deals, *QUARTERS[1])["due"] > 5
    assert sum(len(deal.changes) == 1 for deal in deals) > 10


@pytest.mark.parametrize("seed", [4, 5])
def test_a_log_that_begins_later_says_nothing_of_the_time_before(tmp_path: Path, seed: int) -> None:
    deals, since = world(seed), date(2025, 9, 1)
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    text = log(deals, since=since)
    known = min(date.fromisoformat(line.rsplit(",", 2)[1][:10]) for line in text.splitlines()[1:])
    assert funnel(tmp_path, text) == funnel(tmp_path, plain_history(deals, known))
    (tmp_path / "history.csv").write_text(text)
    for start, end in QUARTERS:
        last = date.fromordinal(end.toordinal() - 1)
        assert slips(tmp_path, start, last) == slippage(deals, start, end, known)
    assert slippage(deals, *QUARTERS[0], known)["dark"] > 10
    said = [item for item in loaded(tmp_path).findings if item.code == "log_without_deals"]
    assert said
    assert all(f"not before {known}" in item.message for item in said)


def loaded(folder: Path) -> Dataset:
    return load([str(folder / "deals.csv"), str(folder / "history.csv")])


def states_by_deal(folder: Path) -> set[str]:
    return set(loaded(folder).frames["stages"]["deal_id"].to_list())


def test_a_log_that_ends_early_says_nothing_of_deals_that_were_open_then(tmp_path: Path) -> None:
    deals, until = world(9), date(2026, 2, 1)
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    head, *rows = log(deals).splitlines()
    (tmp_path / "history.csv").write_text(
        "\n".join([head, *(r for r in rows if r.rsplit(",", 2)[1] < f"{until}")]) + "\n"
    )
    (said,) = [item for item in loaded(tmp_path).findings if item.code == "log_ends_early"]
    assert str(max(r.rsplit(",", 2)[1][:10] for r in rows if r.rsplit(",", 2)[1] < f"{until}")) in said.message
    known = states_by_deal(tmp_path)
    quiet = {d.id for d in deals if len(d.changes) == 1}
    assert quiet
    assert not known & quiet
    moved = {d.id for d in deals if any(c.at.date() < until for c in d.changes[1:])}
    ended = {d.id for d in deals if d.closed and d.closed < until and len(d.changes) == 2}
    assert known >= moved | ended


def test_a_log_of_some_deals_says_nothing_of_the_others(tmp_path: Path) -> None:
    deals = world(10)
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    mine = {deal.id for deal in deals[::2]}
    head, *rows = log(deals).splitlines()
    (tmp_path / "history.csv").write_text("\n".join([head, *(r for r in rows if r.split(",")[0] in mine)]) + "\n")
    (said,) = [item for item in loaded(tmp_path).findings if item.code == "log_lacks_deals"]
    assert said.severity.name == "ERROR"
    assert states_by_deal(tmp_path) <= mine
    (tmp_path / "history.csv").write_text(log(deals))
    assert not {"log_lacks_deals", "log_ends_early"} & {item.code for item in loaded(tmp_path).findings}


def test_close_dates_of_a_log_stand_beside_stages_in_columns(tmp_path: Path) -> None:
    deals = [
        'Record ID,Deal Name,Deal Stage,Close Date,Create Date,"Date entered ""Demo (Sales)""","Date entered ""Offer (Sales)"""',
        "1,Oak,Offer,2026-06-30,2026-01-05,2026-01-05 10:00,2026-02-05 10:00",
        "2,Elm,Demo,2026-05-31,2026-01-06,2026-01-06 10:00,",
    ]
    rows = ["1,closedate,2026-03-01,2026-06-30,2026-01-07"]
    found = states(tmp_path, *rows, deals=tuple(deals))
    assert {stage for _, _, stage, *_ in found} == {None, "Demo", "Offer"}
    assert {plan for *_, plan in found} >= {date(2026, 3, 1), date(2026, 6, 30), date(2026, 5, 31)}


SHAPES: dict[str, dict[str, Any]] = {
    "Salesforce API": {
        "header": ["OpportunityId", "Field", "OldValue", "NewValue", "CreatedDate", "CreatedById"],
        "names": ["StageName", "CloseDate", "Amount", "OwnerId"],
    },
    "Salesforce in a warehouse": {
        "header": ["opportunity_id", "field", "old_value", "new_value", "created_date", "created_by_id"],
        "names": ["StageName", "CloseDate", "Amount", "Owner"],
    },
    "Dynamics audit": {
        "header": ["Record", "Changed Field", "Old Value", "New Value", "Changed Date", "Changed By"],
        "names": ["Sales Stage", "Est. Close Date", "Est. Revenue", "Owner"],
    },
    "Zoho timeline": {
        "header": ["Record Id", "Field Name", "Old Value", "New Value", "Modified Time", "Modified By"],
        "names": ["Stage", "Closing Date", "Amount", "Deal Owner"],
    },
    "Pipedrive flow": {
        "header": ["item_id", "field_key", "old_value", "new_value", "log_time", "user_id"],
        "names": ["stage_id", "expected_close_date", "value", "user_id"],
    },
    "amoCRM events": {
        "header": ["Объект", "Событие", "Значение до", "Значение после", "Дата", "Автор"],
        "names": ["Изменение этапа продажи", "Дата закрытия", "Бюджет", "Ответственный"],
    },
    "keys and values": {
        "header": ["deal_id", "key", "before", "after", "timestamp", "by"],
        "names": ["stage", "close_date", "amount", "owner"],
    },
    "an issue tracker": {
        "header": ["Deal", "field", "fromString", "toString", "created", "author"],
        "names": ["status", "Expected close", "Value", "assignee"],
    },
    "Spanish": {
        "header": ["ID de negocio", "Campo modificado", "Valor anterior", "Nuevo valor", "Fecha", "Modificado por"],
        "names": ["Etapa", "Fecha de cierre", "Importe", "Propietario"],
    },
    "German": {
        "header": ["Deal-ID", "Geändertes Feld", "Alter Wert", "Neuer Wert", "Änderungsdatum", "Geändert von"],
        "names": ["Phase", "Abschlussdatum", "Betrag", "Inhaber"],
    },
    "French": {
        "header": [
            "ID opportunité",
            "Champ / Événement",
            "Ancienne valeur",
            "Nouvelle valeur",
            "Date de modification",
            "Par",
        ],
        "names": ["Étape", "Date de clôture", "Montant", "Propriétaire"],
    },
    "Dutch": {
        "header": ["Deal ID", "Veld", "Oude waarde", "Nieuwe waarde", "Gewijzigd op", "Door"],
        "names": ["Fase", "Sluitingsdatum", "Bedrag", "Eigenaar"],
    },
    "Turkish": {
        "header": ["Deal ID", "Alan", "Eski değer", "Yeni değer", "Tarih", "Kim"],
        "names": ["Aşama", "Kapanış Tarihi", "Tutar", "Sahibi"],
    },
    "Japanese": {
        "header": ["商談 ID", "項目", "変更前", "変更後", "日時", "変更者"],
        "names": ["フェーズ", "完了予定日", "金額", "所有者"],
    },
    "Chinese": {
        "header": ["商机ID", "字段", "旧值", "新值", "变更时间", "变更人"],
        "names": ["销售阶段", "预计成交日期", "金额", "负责人"],
    },
    "HubSpot properties in a warehouse": {
        "header": ["deal_id", "name", "", "value", "timestamp", "source"],
        "names": ["dealstage", "closedate", "amount", "hubspot_owner_id"],
        "begin": True,
        "old": False,
    },
    "HubSpot properties": {
        "header": ["Record ID", "Property", "", "Value", "Timestamp", "Source"],
        "names": ["dealstage", "closedate", "amount", "hubspot_owner_id"],
        "begin": True,
        "old": False,
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_funnel_of_a_plain_history(tmp_path: Path, shape: str) -> None:
    deals = world(6, 60)
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    found = funnel(tmp_path, log(deals, **SHAPES[shape]))
    assert found == funnel(tmp_path, plain_history(deals))
    (tmp_path / "history.csv").write_text(log(deals, **SHAPES[shape]))
    start, end = QUARTERS[2]
    assert slips(tmp_path, start, date(2026, 3, 31)) == slippage(deals, start, end)


def test_rows_in_are_used_rejected_and_about_other_fields(tmp_path: Path) -> None:
    deals = world(7, 40)
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    text = log(deals).splitlines()
    text += ["0060001,Stage,Demo,Proposal,not a day,Eve", "9999,Stage,Demo,Proposal,2026-05-05 10:00:00,Eve"]
    (tmp_path / "history.csv").write_text("\n".join(text) + "\n")
    dataset = loaded(tmp_path)
    rows = dataset.files[1].rows
    assert rows.read == rows.used + rows.rejected + rows.ignored == len(text) - 1
    assert rows.rejected == 1
    assert dataset.files[1].ignored == {"other_field": sum("Next Step" in line for line in text)}
    unknown = next(item for item in dataset.findings if item.code == "references_unknown")
    assert (unknown.details["ids"].values, list(unknown.rows)) == (("9999",), [len(text)])


def test_a_log_in_pieces_is_one_log(tmp_path: Path) -> None:
    deals = world(8, 120)
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    head, *rows = log(deals).splitlines()
    found = funnel(tmp_path, "\n".join([head, *rows]) + "\n")
    early = [row for row in rows if row.rsplit(",", 2)[1] < "2025-10-01"]
    for name, own in (("history.csv", early), ("history-2.csv", [row for row in rows if row not in early])):
        (tmp_path / name).write_text("\n".join([head, *own]) + "\n")
    pieces = answer(tmp_path, "funnel", "deals.csv", "history.csv", "history-2.csv")
    assert {name: pieces[name] for name in found} == found
    assert not {"log_ends_early", "log_ends_elsewhere", "log_with_gaps"} & {item["code"] for item in pieces["findings"]}
    kpis = ("--kpi", "slip_rate", "--kpi", "push_count", "--period", "2026-Q1")
    apart = answer(tmp_path, "report", "deals.csv", "history-2.csv", "history.csv", *kpis)
    due = slippage(deals, *QUARTERS[2])
    assert [(m["numerator"], m["denominator"]) for m in apart["metrics"][:1]] == [(due["slipped"], due["due"])]
    assert apart["metrics"][1]["value"] == due["pushes"]


def test_row_order_does_not_matter(tmp_path: Path) -> None:
    deals = world(8, 60)
    (tmp_path / "deals.csv").write_text(deals_file(deals))
    head, *rows = log(deals).splitlines()
    found = funnel(tmp_path, "\n".join([head, *rows]) + "\n")
    assert funnel(tmp_path, "\n".join([head, *sorted(rows)]) + "\n") == found
    assert funnel(tmp_path, "\n".join([head, *sorted(rows, reverse=True)]) + "\n") == found


def written(folder: Path, name: str, *lines: str) -> str:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(folder / name)


DEALS = (
    "Deal ID,Deal Name,Owner,Stage,Amount,Expected close date,Created",
    "1,Oak,Ann,Proposal,900,2026-06-30,2026-01-05",
    "2,Elm,Ann,New,100,2026-05-31,2026-01-06",
)
LOG = "deal_id,field,old_value,new_value,changed_at"


def states(folder: Path, *rows: str, deals: tuple[str, ...] = DEALS, head: str = LOG) -> list[tuple[Any, ...]]:
    dataset = load([written(folder, "deals.csv", *deals), written(folder, "history.csv", head, *rows)])
    frame = dataset.frames["stages"]
    names = [name for name in ("stage", "expected_close", "amount") if name in frame.columns]
    return frame.select("deal_id", "entered", *names).rows()


def test_changes_of_one_day_follow_one_another(tmp_path: Path) -> None:
    rows = [
        "1,expected_close_date,2026-05-01,2026-06-30,2026-02-02",
        "1,expected_close_date,2026-03-01,2026-04-01,2026-02-02",
        "1,expected_close_date,2026-04-01,2026-05-01,2026-02-02",
    ]
    found = [plan for deal, _, plan in states(tmp_path, *rows) if deal == "1"]
    assert found == [date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 30)]
    codes = {item.code for item in load([str(tmp_path / "deals.csv"), str(tmp_path / "history.csv")]).findings}
    assert not codes & {"log_with_gaps", "log_ends_elsewhere"}


def test_a_field_without_a_row_is_not_logged(tmp_path: Path) -> None:
    found = states(tmp_path, "1,expected_close_date,2026-03-01,2026-06-30,2026-02-02")
    assert len(found[0]) == 3  # neither a stage nor an amount
    assert [plan for deal, _, plan in found if deal == "2"] == [date(2026, 5, 31)]


def test_gaps_and_ends_are_said(tmp_path: Path) -> None:
    states(
        tmp_path,
        "1,stage,New,Demo,2026-02-02",
        "1,stage,Offer,Proposal,2026-03-02",
        "1,expected_close_date,2026-03-01,2026-06-15,2026-02-02",
    )
    said = {item.code: item for item in load([str(tmp_path / "deals.csv"), str(tmp_path / "history.csv")]).findings}
    assert (said["log_with_gaps"].column, list(said["log_with_gaps"].rows)) == ("stage", [3])
    assert "1 deal of 1" in said["log_ends_elsewhere"].message
    assert said["log_ends_elsewhere"].column == "expected_close_date"


def test_ids_beside_names_are_not_mixed(tmp_path: Path) -> None:
    found = states(tmp_path, "1,stage_id,3,4,2026-02-02", "1,expected_close_date,2026-03-01,2026-06-30,2026-02-02")
    assert {len(row) for row in found} == {3}  # no stage
    codes = {item.code for item in load([str(tmp_path / "deals.csv"), str(tmp_path / "history.csv")]).findings}
    assert "log_of_other_names" in codes


def test_a_created_row_gives_the_day_of_creation(tmp_path: Path) -> None:
    rows = ["1,created,,,2026-01-05", "1,Stage,New,Proposal,2026-02-02"]
    dataset = load([written(tmp_path, "history.csv", LOG, *rows)])
    frame = dataset.frames["stages"]
    assert [(str(at)[:10], stage) for at, stage in frame.select("entered", "stage").rows()] == [
        ("2026-01-05", "New"),
        ("2026-02-02", "Proposal"),
    ]


def test_a_log_of_other_fields_is_refused_with_the_line_to_type(tmp_path: Path) -> None:
    path = written(tmp_path, "history.csv", LOG, "1,Progress,New,Demo,2026-02-02", "1,Next Step,a,b,2026-02-03")
    with pytest.raises(SalesmetricsError) as caught:
        load([path])
    assert "none of these is known as a stage" in caught.value.message
    assert "--map stage=NAME" in str(caught.value.hint)
    done = invoke("funnel", path, "--map", "stage=Progress", cwd=tmp_path, env={"HOME": "/nonexistent"})
    assert done.returncode == 0, done.stderr
    assert "Demo" in done.stdout


def test_a_log_whose_deals_are_not_found_is_refused_with_the_line_to_type(tmp_path: Path) -> None:
    lines = [LOG.replace("deal_id", "which"), "1,Stage,New,Demo,2026-02-02", "1,Stage,Demo,Won,2026-02-03"]
    done = invoke("funnel", written(tmp_path, "history.csv", *lines), cwd=tmp_path, env={"HOME": "/nonexistent"})
    assert done.returncode == 2
    assert "deal_id=" in done.stderr
    done = invoke("funnel", "history.csv", "--map", "deal_id=which", cwd=tmp_path, env={"HOME": "/nonexistent"})
    assert done.returncode == 0, done.stderr


def test_messages_with_a_type_are_no_log(tmp_path: Path) -> None:
    lines = [
        "Activity ID,Type,From,To,Date,Subject",
        "1,Email,a@x.de,b@x.de,2026-02-01,Hi",
        "2,Stage review,a@x.de,b@x.de,2026-02-03,Ho",
    ]
    assert list(load([written(tmp_path, "sent.csv", *lines)]).frames) == ["activities"]


@pytest.mark.parametrize("first", [FIRST])
def test_what_is_no_log_is_left_alone(tmp_path: Path, first: date) -> None:
    lines = ["Item,Value,Date,Customer", f"Stage lights,900,{first},Oak", f"Cable,100,{first},Elm"]
    dataset = load(
        [
            f"deals={written(tmp_path, 'sales.csv', *lines)}",
        ]
    )
    assert list(dataset.frames) == ["deals"]


def test_a_log_alone_has_the_deals_that_it_names(tmp_path: Path) -> None:
    rows = [
        "1,created,,,2026-01-05",
        "1,stage,New,Demo,2026-02-02",
        "1,stage,Demo,Won,2026-03-02",
        "1,expected_close_date,2026-05-01,2026-03-02,2026-03-02",
        "2,created,,,1026-01-05",
        "2,stage,New,Demo,2026-02-02",
    ]
    path = written(tmp_path, "history.csv", LOG, *rows)
    done = invoke("funnel", path, "--format", "json", cwd=tmp_path, env={"HOME": "/nonexistent"})
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [(stage["stage"], stage["entered"]) for stage in found["stages"]] == [("New", 2), ("Demo", 2), (None, 1)]
    # Rows that no row of the log gives are in no finding.
    states(tmp_path, *rows, deals=(DEALS[0], DEALS[1].replace("2026-01-05", "1926-01-05"), DEALS[2]))
    assert load([str(tmp_path / "deals.csv"), str(tmp_path / "history.csv")]).findings


def test_a_long_list_of_names_and_values_is_no_log(tmp_path: Path) -> None:
    lines = [
        "id,name,value,stage,close_date,created",
        *(f"{n},Deal {n},9,Won,2026-02-01,2026-01-05" for n in range(2_100)),
    ]
    assert list(load([written(tmp_path, "deals.csv", *lines)]).frames) == ["deals"]


@pytest.mark.parametrize(("field", "bad"), [("expected_close_date", "2025-13-45"), ("amount", "abc")])
@pytest.mark.parametrize("side", ["old", "new"])
def test_a_value_that_cannot_be_read_is_said_on_both_sides(tmp_path: Path, field: str, bad: str, side: str) -> None:
    good = {"expected_close_date": "2026-06-30", "amount": "900"}[field]
    old, new = (bad, good) if side == "old" else (good, bad)
    rows = ["2,expected_close_date,2026-05-01,2026-05-31,2026-02-03", f"1,{field},{old},{new},2026-02-04"]
    dataset = load([written(tmp_path, "deals.csv", *DEALS), written(tmp_path, "history.csv", LOG, *rows)])
    code = {"old": "log_old_value_unreadable", "new": "log_value_unreadable"}[side]
    (said,) = [item for item in dataset.findings if item.code.endswith("_unreadable")]
    assert (said.code, said.column, said.rows, said.details["value"]) == (code, field, (3,), bad)
