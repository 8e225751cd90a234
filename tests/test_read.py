"""From files to a dataset: hand-made files for every rule of the assembly."""

from __future__ import annotations

import csv
import random
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import Dataset, ReadOptions, load
from salesmetrics.ingest.recognise.inspection import file_readings
from salesmetrics.messages import text
from salesmetrics.schema.inspection import ELSEWHERE
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import RowCounts

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "Deal ID,Deal Name,Owner,Stage,Amount,Created Date,Close Date"
ROWS = [
    "1,Alpha,Ann,Closed Won,100.50,2026-01-05,2026-02-01",
    "2,Beta,Bob,Closed Lost,200,2026-01-06,2026-02-03",
    "3,Gamma,Ann,Negotiation,300,2026-01-07,2026-06-30",
]


def write(path: Path, *lines: str, encoding: str = "utf-8") -> str:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return str(path)


def codes(dataset: Dataset) -> dict[str, int]:
    return {finding.code: finding.count for finding in dataset.findings}


def deals(tmp_path: Path, *lines: str, **options: object) -> Dataset:
    return load([write(tmp_path / "deals.csv", *lines)], ReadOptions(**options))  # type: ignore[arg-type]


def test_a_plain_export(tmp_path: Path) -> None:
    dataset = deals(tmp_path, HEADER, *ROWS)
    frame = dataset.frames["deals"]
    assert frame["outcome"].to_list() == ["won", "lost", "open"]
    assert frame["amount"].to_list() == [Decimal("100.50"), Decimal(200), Decimal(300)]
    assert frame["closed"].to_list() == [date(2026, 2, 1), date(2026, 2, 3), None]
    assert frame["expected_close"].to_list() == [None, None, date(2026, 6, 30)]
    assert not {"close_date", "won_on", "lost_on"} & set(frame.columns)
    assert frame["__row__"].to_list() == [2, 3, 4]
    assert frame["__file__"].to_list() == [0, 0, 0]
    assert dataset.last_event == (
        date(2026, 2, 3),
        Message("last_event_of", event=Message("event_close"), kind="deals"),
    )
    assert dataset.inputs[0].rows == RowCounts(3, 3, 0, 0)
    assert [(word.word, word.outcome) for word in dataset.files[0].stage_words] == [
        ("Closed Lost", "lost"),
        ("Closed Won", "won"),
        ("Negotiation", "open"),
    ]


def test_an_unreadable_amount_rejects_the_row_with_its_place_and_reason(tmp_path: Path) -> None:
    dataset = deals(tmp_path, HEADER, *ROWS, "4,Delta,Ann,Closed Won,12.5oo,2026-01-08,2026-02-04")
    assert dataset.inputs[0].rows == RowCounts(4, 3, 1, 0)
    assert dataset.rejects.select("row", "column", "value").rows() == [(5, "Amount", "12.5oo")]
    (said,) = [finding for finding in dataset.findings if finding.code == "rows_rejected"]
    assert (said.severity, said.column, said.rows) == ("error", "Amount", (5,))


def test_a_row_with_two_faults_is_rejected_once(tmp_path: Path) -> None:
    dataset = deals(tmp_path, HEADER, *ROWS, "4,Delta,Ann,Closed Won,12.5oo,not a day,2026-02-04")
    assert dataset.inputs[0].rows.rejected == 1
    assert dataset.rejects.get_column("column").to_list() == ["Amount", "Created Date"]


def test_a_secondary_field_never_costs_the_deal(tmp_path: Path) -> None:
    dataset = deals(tmp_path, HEADER + ",Probability", *(row + ",50%" for row in ROWS[:2]), ROWS[2] + ",soon")
    assert dataset.inputs[0].rows.used == 3
    assert dataset.frames["deals"]["probability"].to_list()[2] is None
    (said,) = [finding for finding in dataset.findings if finding.code == "cells_unreadable"]
    assert (said.column, said.rows) == ("Probability", (4,))


def test_a_probability_beyond_the_model_is_blanked_not_rejected(tmp_path: Path) -> None:
    rows = [row + f",{p}" for row, p in zip(ROWS, ("100%", "0%", "140%"), strict=True)]
    dataset = deals(tmp_path, HEADER + ",Probability", *rows)
    assert dataset.frames["deals"]["probability"].to_list() == [Decimal(1), Decimal(0), None]
    assert codes(dataset)["cells_unreadable"] == 1


def test_nothing_usable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        deals(
            tmp_path,
            HEADER,
            "1,A,Ann,Won,1oo,2026-01-05,2026-02-01",
            "2,B,Bob,Lost,2oo,2026-01-06,2026-02-03",
            mapping={"amount": "Amount"},
        )
    assert caught.value.code == "too_many_rejected"
    assert caught.value.details["row"] == 2


def test_other_columns_stay_as_text_under_their_headers(tmp_path: Path) -> None:
    rows = [row + f",{cell}" for row, cell in zip(ROWS, (" blue ", "", "red"), strict=True)]
    frame = deals(tmp_path, HEADER + ",Favourite Colour", *rows).frames["deals"]
    assert frame["Favourite Colour"].to_list() == ["blue", None, "red"]


def test_one_ambiguous_date_column_is_settled_by_its_neighbour(tmp_path: Path) -> None:
    header = "Deal ID,Stage,Amount,Created Date,Close Date"
    dataset = deals(tmp_path, header, "1,Closed Won,10,03/04/2026,25/04/2026", "2,Closed Lost,10,05/04/2026,26/04/2026")
    assert dataset.frames["deals"]["created"].to_list() == [date(2026, 4, 3), date(2026, 4, 5)]
    assert text(dataset.files[0].how["created"]).endswith("as in `Close Date`")


def test_two_ambiguous_date_columns_are_refused_until_an_option_settles_them(tmp_path: Path) -> None:
    lines = ["Deal ID,Stage,Amount,Created Date,Close Date", "1,Closed Won,10,03/04/2026,05/06/2026"]
    with pytest.raises(SalesmetricsError) as caught:
        deals(tmp_path, *lines)
    assert caught.value.code == "date_order_ambiguous"
    assert deals(tmp_path, *lines, date_order="mdy").frames["deals"]["created"].to_list() == [date(2026, 3, 4)]


def test_a_column_that_nobody_claimed_can_settle_the_decimal_mark(tmp_path: Path) -> None:
    header = "Deal ID;Stage;Amount;Close Date;List total"
    dataset = deals(
        tmp_path, header, "1;Closed Won;1.234;2026-02-01;1.500,00", "2;Closed Lost;2.500;2026-02-01;2.500,00"
    )
    assert dataset.frames["deals"]["amount"].to_list() == [Decimal(1234), Decimal(2500)]


def test_deleted_rows_are_ignored_and_counted(tmp_path: Path) -> None:
    rows = [row + f",{flag}" for row, flag in zip(ROWS, ("false", "true", "false"), strict=True)]
    dataset = deals(tmp_path, HEADER + ",IsDeleted", *rows)
    assert dataset.frames["deals"]["id"].to_list() == ["1", "3"]
    assert dataset.files[0].ignored == {"deleted": 1}
    assert dataset.inputs[0].rows.ignored == 1
    assert codes(dataset)["deleted_rows"] == 1


def test_a_dataset_of_deleted_rows_is_empty_and_not_an_error(tmp_path: Path) -> None:
    dataset = deals(tmp_path, HEADER + ",IsDeleted", *(row + ",true" for row in ROWS))
    assert dataset.frames["deals"].height == 0
    assert dataset.last_event is None


def test_identical_rows_with_an_id_count_once_and_changed_ones_are_an_error(tmp_path: Path) -> None:
    dataset = deals(tmp_path, HEADER, *ROWS, ROWS[0], ROWS[1].replace("200", "250"))
    frame = dataset.frames["deals"]
    assert frame["id"].to_list() == ["1", "2", "3", "2"]
    assert dataset.files[0].ignored == {"duplicate": 1}
    assert codes(dataset)["identical_rows"] == 1
    (said,) = [finding for finding in dataset.findings if finding.code == "ids_repeated"]
    assert (said.severity, said.count, said.rows) == ("error", 2, (3, 6))


def test_rows_without_an_id_survive_beside_repeated_ids(tmp_path: Path) -> None:
    blank = ROWS[2].replace("3,Gamma", ",Gamma")
    dataset = deals(tmp_path, HEADER, ROWS[0], ROWS[0], blank, blank)
    assert dataset.frames["deals"]["id"].to_list() == ["1", None, None]
    assert dataset.inputs[0].rows == RowCounts(4, 3, 0, 1)


def test_records_are_never_made_one_by_name(tmp_path: Path) -> None:
    header = "Deal Name,Stage,Amount,Close Date"
    dataset = deals(tmp_path, header, *["Acme,Closed Won,10,2026-02-01"] * 3)
    assert dataset.frames["deals"].height == 3


def test_ids_differ_by_case(tmp_path: Path) -> None:
    dataset = deals(tmp_path, HEADER, ROWS[0].replace("1,A", "00xA,A"), ROWS[1].replace("2,B", "00xa,B"))
    assert "ids_repeated" not in codes(dataset)


def test_product_rows_become_one_deal_with_the_sum(tmp_path: Path) -> None:
    header = (
        '"ID";"Название сделки";"Стадия сделки";"Ответственный";"Сумма";"Дата создания";"Товар";"Цена";"Количество";'
    )
    lines = [
        '"7";"Север";"Сделка успешна";"Иван";"300.00";"08.05.2026 10:00:00";"Дверь";"100.00";"3";',
        '"7";"Север";"Сделка успешна";"Иван";"50.00";"08.05.2026 10:00:00";"Ручка";"50.00";"1";',
        '"8";"Юг";"Сделка провалена";"Иван";"20.00";"09.05.2026 10:00:00";"Ручка";"20.00";"1";',
    ]
    dataset = deals(tmp_path, header, *lines)
    frame = dataset.frames["deals"]
    assert dataset.files[0].recognition.profile == "bitrix24"
    assert frame["id"].to_list() == ["7", "8"]
    assert frame["amount"].to_list() == [Decimal(350), Decimal(20)]
    assert frame["quantity"].to_list() == [Decimal(4), Decimal(1)]
    assert frame["product"].to_list() == [None, "Ручка"]
    assert dataset.inputs[0].rows == RowCounts(3, 2, 0, 1)
    assert codes(dataset)["product_rows_merged"] == 1


def test_won_and_lost_words_of_the_user_override_everything(tmp_path: Path) -> None:
    dataset = deals(tmp_path, HEADER, *ROWS, won=("negotiation",), lost=("Closed won", "Nowhere"))
    assert dataset.frames["deals"]["outcome"].to_list() == ["lost", "lost", "won"]
    (said,) = [finding for finding in dataset.findings if finding.code == "option_word_unused"]
    assert "Nowhere" in said.message


def test_a_win_that_is_not_certain_is_open_and_said(tmp_path: Path) -> None:
    dataset = deals(tmp_path, HEADER, *ROWS, "4,Delta,Ann,Won - Pending,10,2026-01-08,2026-02-04")
    assert dataset.frames["deals"]["outcome"].to_list()[-1] == "open"
    assert codes(dataset)["stage_word_looks_final"] == 1


def test_a_final_looking_word_comes_with_the_option_to_type(tmp_path: Path) -> None:
    dataset = deals(tmp_path, HEADER, *ROWS, "4,Delta,Ann,Payment Done,10,2026-01-08,2026-02-04")
    (said,) = [finding for finding in dataset.findings if finding.code == "stage_word_looks_final"]
    assert said.hint is not None
    assert '--won "Payment Done"' in said.hint
    assert said.rows == (5,)


def test_inspection_shows_what_a_word_was_counted_as(tmp_path: Path) -> None:
    header = "Deal ID,Deal Name,Stage,Amount,Close Date,Closed"
    rows = ["1,A,Negotiation,1,2026-01-01,no", "2,B,Negotiation,2,2026-01-02,yes", "3,C,Closed Won,3,2026-01-03,yes"]
    (reading,) = file_readings(deals(tmp_path, header, *rows))
    assert [(w.word, w.outcome, w.count) for w in reading.words] == [
        ("Negotiation", "open", 1),
        ("Negotiation", "other", 1),
        ("Closed Won", "won", 1),
    ]
    assert [w.how == ELSEWHERE for w in reading.words] == [False, True, False]


def test_several_files_are_one_and_shared_ids_are_reported(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", HEADER, *ROWS[:2])
    second = write(tmp_path / "b.csv", HEADER + ",Region", ROWS[1] + ",North", ROWS[2] + ",South")
    dataset = load([first, second])
    frame = dataset.frames["deals"]
    assert frame["id"].to_list() == ["1", "2", "3"]
    assert frame["__file__"].to_list() == [0, 1, 1]
    assert frame["region"].to_list() == [None, "North", "South"]
    assert codes(dataset)["rows_in_newer_file"] == 1


def test_a_folder_skips_what_is_of_no_kind_but_a_named_file_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "deals.csv", HEADER, *ROWS)
    strange = write(tmp_path / "strange.csv", "foo,bar", "1,2")
    dataset = load([str(tmp_path)])
    assert dataset.frames.keys() == {"deals"}
    assert codes(dataset)["file_skipped"] == 0
    with pytest.raises(SalesmetricsError) as caught:
        load([str(tmp_path / "deals.csv"), strange])
    assert caught.value.code == "kind_unknown"


def test_a_folder_of_strangers_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "strange.csv", "foo,bar", "1,2")
    with pytest.raises(SalesmetricsError) as caught:
        load([str(tmp_path)])
    assert caught.value.code == "kind_unknown"


def test_reps_name_owner_ids_and_bring_team_and_region(tmp_path: Path) -> None:
    first = write(tmp_path / "deals.csv", HEADER, *(r.replace("Ann", "U1").replace("Bob", "U2") for r in ROWS))
    second = write(
        tmp_path / "users.csv",
        "User ID,Name,Email,Team,Region,Active",
        "U1,Ann,ann@example.com,Red,North,true",
        "U2,Bob,bob@example.com,Blue,South,false",
    )
    dataset = load([first, second])
    frame = dataset.frames["deals"]
    assert frame["owner"].to_list() == ["Ann", "Bob", "Ann"]
    assert frame["team"].to_list() == ["Red", "Blue", "Red"]
    assert frame["region"].to_list() == ["North", "South", "North"]
    (said,) = [finding for finding in dataset.findings if finding.code == "owner_inactive"]
    assert said.rows == (3,)


def test_a_pipelines_file_says_what_stage_ids_mean_and_are_called(tmp_path: Path) -> None:
    lines = [r.replace("Closed Won", "S9").replace("Closed Lost", "S8").replace("Negotiation", "S1") for r in ROWS]
    first = write(tmp_path / "deals.csv", HEADER, *lines)
    second = write(
        tmp_path / "stages.csv",
        "pipeline_id,stage_id,stage_name,sort_order,is_final,is_success",
        "main,S1,Talks,10,false,false",
        "main,S8,Gone,20,true,false",
        "main,S9,Got it,30,true,true",
    )
    frame = load([first, second]).frames["deals"]
    assert frame["outcome"].to_list() == ["won", "lost", "open"]
    assert frame["stage"].to_list() == ["Got it", "Gone", "Talks"]


def test_a_stage_with_two_meanings_is_left_to_its_words(tmp_path: Path) -> None:
    first = write(tmp_path / "deals.csv", HEADER, *ROWS)
    second = write(
        tmp_path / "stages.csv",
        "pipeline_id,stage_id,stage_name,sort_order,is_final,is_success",
        "main,Closed Won,Closed Won,10,true,true",
        "side,Closed Won,Closed Won,10,false,false",
        "main,Negotiation,Negotiation,20,true,false",
    )
    dataset = load([first, second])
    assert dataset.frames["deals"]["outcome"].to_list() == ["won", "lost", "lost"]
    assert codes(dataset)["stages_defined_twice"] == 1


def test_leads_without_a_word_on_conversion_are_converted_by_the_deals_that_name_them(tmp_path: Path) -> None:
    leads = write(tmp_path / "leads.csv", "mql_id,first_contact_date,origin", "a,2026-01-01,web", "b,2026-01-02,web")
    won = write(tmp_path / "won.csv", "mql_id,seller_id,sr_id,won_date", "b,s1,r1,2026-02-01 10:00:00")
    dataset = load([leads, f"deals={won}"])
    assert dataset.frames["leads"]["is_converted"].to_list() == [False, True]
    assert dataset.frames["leads"]["outcome"].to_list() == ["open", "converted"]
    assert codes(dataset)["leads_converted_by_deals"] == 1


def test_activities_speak_one_language(tmp_path: Path) -> None:
    path = write(
        tmp_path / "activities.csv",
        "activity_id,deal_id,activity_type,direction,subject,completed,completed_at",
        "1,9,call,outbound,Hello,true,2026-06-03T13:00:00",
        "2,9,Pigeon,,Letter,false,",
    )
    frame = load([path]).frames["activities"]
    assert frame["type"].to_list() == ["call", "other"]
    assert frame["type_text"].to_list() == ["call", "Pigeon"]
    assert frame["direction"].to_list() == ["outbound", None]
    assert frame["is_completed"].to_list() == [True, False]
    assert frame["completed_at"].to_list() == [datetime(2026, 6, 3, 13), None]


def test_a_mapping_goes_to_the_file_that_has_the_header(tmp_path: Path) -> None:
    first = write(tmp_path / "deals.csv", HEADER.replace("Amount", "Worth it"), *ROWS)
    second = write(tmp_path / "users.csv", "User ID,Name,Email,Team", "U1,Ann,a@example.com,Red")
    dataset = load([first, second], ReadOptions(mapping={"amount": "Worth it"}))
    assert dataset.frames["deals"]["amount"].sum() == Decimal("600.50")
    with pytest.raises(SalesmetricsError) as caught:
        load([first, second], ReadOptions(mapping={"amount": "Nowhere"}))
    assert caught.value.code == "map_invalid"


def test_currency_written_in_amounts_is_known(tmp_path: Path) -> None:
    header = "Deal ID;Stage;Amount;Close Date"
    dataset = deals(tmp_path, header, "1;Closed Won;€ 900,50;2026-02-01", "2;Closed Lost;£ 10,00;2026-02-02")
    assert dataset.frames["deals"]["currency"].to_list() == ["EUR", "£"]
    assert codes(dataset)["currencies_mixed"] == 2


def test_a_mistyped_year_does_not_move_the_last_event(tmp_path: Path) -> None:
    rows = [f"{i},D,Ann,Closed Won,10,2026-01-01,2026-02-{i % 28 + 1:02d}" for i in range(1, 60)]
    dataset = deals(tmp_path, HEADER, *rows, "60,D,Ann,Closed Won,10,2026-01-01,2062-02-01")
    assert dataset.last_event == (
        date(2026, 2, 28),
        Message("last_event_of", event=Message("event_close"), kind="deals"),
    )
    (said,) = [finding for finding in dataset.findings if finding.code == "date_far_later"]
    assert said.rows == (61,)


def test_the_order_of_rows_changes_no_total(tmp_path: Path) -> None:
    rows = [
        f"{i},D{i},{random.Random(i).choice(['Ann', 'Bob'])},{stage},{i}.25,2026-01-01,2026-02-{i % 28 + 1:02d}"
        for i, stage in enumerate(["Closed Won", "Closed Lost", "Negotiation"] * 30)
    ]
    shuffled = random.Random(7).sample(rows, len(rows))

    def totals(lines: list[str]) -> list[tuple[object, ...]]:
        frame = deals(tmp_path, HEADER, *lines).frames["deals"]
        return frame.group_by("outcome", "owner").agg(pl.len(), pl.col("amount").sum()).sort("outcome", "owner").rows()

    assert totals(rows) == totals(shuffled)
    assert codes(deals(tmp_path, HEADER, *rows)) == codes(deals(tmp_path, HEADER, *shuffled))


def test_dates_entered_of_a_deals_export_are_its_stage_history(tmp_path: Path) -> None:
    header = """"Record ID","Deal Name","Deal Stage","Amount","Create Date","Close Date","Deal owner","""
    header += '''"Date entered ""Talks (Sales)""","Date exited ""Talks (Sales)""","Date entered 'Closed won (Sales)'"'''
    dataset = deals(
        tmp_path,
        header,
        '"1","A","Closed won","10","2026-01-01 09:00","2026-02-01 09:00","Ann","2026-01-02 10:00","2026-02-01 09:00","2026-02-01 09:00"',
        '"2","B","Talks","20","2026-01-01 09:00","2026-06-30 09:00","Bob","2026-01-03 10:00","",""',
    )
    entries = dataset.frames["stages"]
    assert entries.select("deal_id", "stage", "pipeline", "entered").rows() == [
        ("1", "Talks", "Sales", datetime(2026, 1, 2, 10)),
        ("1", "Closed won", "Sales", datetime(2026, 2, 1, 9)),
        ("2", "Talks", "Sales", datetime(2026, 1, 3, 10)),
    ]
    assert entries["exited"].to_list() == [datetime(2026, 2, 1, 9), None, None]
    assert [file.recognition.kind for file in dataset.files] == ["deals"]


def test_odoo_archives_lost_deals_and_continues_records_on_lines_of_their_own(tmp_path: Path) -> None:
    header = '"id","Opportunity","Salesperson","Sales Team","Stage","Expected Revenue","Probability",'
    header += '"Expected Closing","Created on","Closed Date","Lost Reason","Tags","Active"'
    dataset = deals(
        tmp_path,
        header,
        '"x.1","A","Ann","Europe","Won","100.0","100.0","2026-02-01","2026-01-01 10:00:00","2026-02-01 10:00:00","","Big","True"',
        '"","","","","","","","","","","","Red",""',
        '"x.2","B","Bob","Europe","New","50.0","10.0","2026-06-01","2026-01-02 10:00:00","","","","True"',
        '"x.3","C","Bob","Europe","New","70.0","0.0","2026-06-01","2026-01-02 10:00:00","2026-01-09 10:00:00","Price","","False"',
    )
    frame = dataset.frames["deals"]
    assert dataset.files[0].recognition.profile == "odoo"
    assert frame["outcome"].to_list() == ["won", "open", "lost"]
    assert frame["closed"].to_list() == [date(2026, 2, 1), None, date(2026, 1, 9)]
    assert dataset.files[0].ignored == {"continuation": 1}


CELLS = [
    "",
    " ",
    "0",
    "-5",
    "1.234",
    "12.5oo",
    "€ 5",
    "2026-01-05",
    "05/06/2026",
    "9999-12-31",
    "Closed Won",
    "Lost",
    "Void",
]
CELLS += [
    "Выдано",
    "true",
    "no",
    "50%",
    "140%",
    "#REF!",
    "Ann",
    "ann",
    "\u200b",
    "1e400",
    "9" * 40,
    "'=5",
    "USD",
    'x"y',
    "a,b",
]
BASE = ["Deal ID", "Stage", "Amount", "Created Date", "Close Date"]
EXTRA = [
    "Owner",
    "Currency",
    "IsWon",
    "IsClosed",
    "IsDeleted",
    "Probability",
    "Loss Reason",
    "Product",
    "outcome",
    "Won Date",
]


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    headers = BASE + draw(st.lists(st.sampled_from(EXTRA), unique=True, max_size=4))
    good = {
        "Deal ID": list("12345"),
        "Amount": ["10", "20.5", ""],
        "Created Date": ["2026-01-05"],
        "Stage": ["Won", "Lost"],
    }
    choices = [good.get(h, CELLS) if draw(st.booleans()) else CELLS for h in headers]
    row = st.tuples(*[st.sampled_from(cells) for cells in choices])
    return [headers, *(list(cells) for cells in draw(st.lists(row, min_size=1, max_size=15)))]


@given(table=tables())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=tries(150))
def test_any_table_ends_in_rows_that_add_up_or_in_an_error_of_the_catalogue(
    tmp_path: Path, table: list[list[str]]
) -> None:
    path = tmp_path / "any.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table)
    try:
        dataset = load([f"deals={path}"], ReadOptions(date_order="dmy", decimal="point"))
    except SalesmetricsError:
        return
    rows, frame = dataset.inputs[0].rows, dataset.frames["deals"]
    assert rows.read == rows.used + rows.rejected + rows.ignored
    assert rows.used == frame.height
    assert rows.rejected == dataset.rejects["row"].n_unique()
    assert frame["outcome"].is_in(["won", "lost", "other", "open"]).all()
    assert frame["__row__"].is_unique().all()
