"""From headers to kind, CRM and columns; what is refused, and what the refusal tells the user to type."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.recognise.columns import missing_fields, recognise
from salesmetrics.ingest.recognise.headers import header_keys
from salesmetrics.ingest.recognise.index import load_profile
from salesmetrics.ingest.recognise.profile import GENERIC
from salesmetrics.messages import text
from salesmetrics.schema.kinds import column_types

if TYPE_CHECKING:
    from pathlib import Path

SALESFORCE = (
    "Opportunity Owner,Account Name,Opportunity Name,Stage,Fiscal Period,Amount,Probability (%),Close Date,Type"
)
HUBSPOT = (
    "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner,Is Closed Won,Is closed lost"
)
PIPEDRIVE = "Deal - ID,Deal - Title,Deal - Owner,Deal - Value,Deal - Status,Deal - Won time,Deal - Deal created"
ZOHO = (
    "Record Id,Deal Owner.id,Deal Owner,Amount,Deal Name,Closing Date,Account Name.id,Account Name,Stage,Created Time"
)


def row(text: str) -> list[str]:
    return next(csv.reader([text]))


def mapped(text: str, **options: Any) -> dict[str, str]:
    found = recognise(row(text), path="x.csv", **options)
    return {field: match.header for field, match in found.columns.items()}


def refusal(text: str, **options: Any) -> SalesmetricsError:
    with pytest.raises(SalesmetricsError) as caught:
        recognise(row(text), path="x.csv", **options)
    return caught.value


# --- real exports ----------------------------------------------------------------------------------------------------

UNKNOWN = None
REAL = {
    "bitrix24_ru_leasing/DEAL_ui_layout_cp1251.csv": ("deals", "bitrix24"),
    "bitrix24_ru_leasing/DEAL_ui_layout_utf8bom.csv": ("deals", "bitrix24"),
    "bitrix24_ru_leasing/deal_pivot.csv": UNKNOWN,
    "bitrix_ru_messy_small/activities.csv": ("activities", GENERIC),
    "bitrix_ru_messy_small/companies.csv": ("customers", GENERIC),
    "bitrix_ru_messy_small/contacts.csv": UNKNOWN,
    "bitrix_ru_messy_small/deal_products.csv": UNKNOWN,
    "bitrix_ru_messy_small/deals.csv": ("deals", GENERIC),
    "bitrix_ru_messy_small/marketing_costs.csv": ("costs", GENERIC),
    "bitrix_ru_messy_small/payments.csv": ("invoices", GENERIC),
    "bitrix_ru_messy_small/pipeline_stages.csv": ("pipelines", GENERIC),
    "bitrix_ru_messy_small/production_orders.csv": UNKNOWN,
    "bitrix_ru_messy_small/products.csv": ("products", GENERIC),
    "bitrix_ru_messy_small/shipments.csv": UNKNOWN,
    "bitrix_ru_messy_small/stage_history.csv": ("stages", GENERIC),
    "bitrix_ru_messy_small/users.csv": ("reps", GENERIC),
    "maven_crm_mdy/accounts.csv": ("customers", GENERIC),
    "maven_crm_mdy/data_dictionary.csv": UNKNOWN,
    "maven_crm_mdy/products.csv": ("products", GENERIC),
    "maven_crm_mdy/sales_pipeline.csv": ("deals", GENERIC),
    "maven_crm_mdy/sales_teams.csv": ("reps", GENERIC),
    "maven_crm_original/accounts.csv": ("customers", GENERIC),
    "maven_crm_original/data_dictionary.csv": UNKNOWN,
    "maven_crm_original/products.csv": ("products", GENERIC),
    "maven_crm_original/sales_pipeline.csv": ("deals", GENERIC),
    "maven_crm_original/sales_teams.csv": ("reps", GENERIC),
    "maven_crm_variants/sales_pipeline_dd-mm-yy_crlf.csv": ("deals", GENERIC),
    "maven_crm_variants/sales_pipeline_dd-mm-yyyy_crlf.csv": ("deals", GENERIC),
    "olist_funnel/olist_closed_deals_dataset.csv": ("deals", GENERIC),
    "olist_funnel/olist_marketing_qualified_leads_dataset.csv": ("leads", GENERIC),
    "olist_funnel/olist_sellers_dataset.csv": UNKNOWN,
    "olist_funnel_variants/olist_closed_deals_dd-mm-yyyy_crlf.csv": ("deals", GENERIC),
    "olist_funnel_variants/olist_closed_deals_mdy_hm_reduced.csv": ("deals", GENERIC),
    "olist_funnel_variants/olist_mql_dd-mm-yyyy_crlf.csv": ("leads", GENERIC),
    "salesforce_fivetran_seeds/sf_account_data.csv": ("customers", "salesforce"),
    "salesforce_fivetran_seeds/sf_account_history_data.csv": UNKNOWN,
    "salesforce_fivetran_seeds/sf_contact_data.csv": UNKNOWN,
    "salesforce_fivetran_seeds/sf_contact_history_data.csv": UNKNOWN,
    "salesforce_fivetran_seeds/sf_event_data.csv": ("activities", "salesforce"),
    "salesforce_fivetran_seeds/sf_lead_data.csv": ("leads", "salesforce"),
    "salesforce_fivetran_seeds/sf_opportunity_data.csv": ("deals", "salesforce"),
    "salesforce_fivetran_seeds/sf_opportunity_history_data.csv": UNKNOWN,
    "salesforce_fivetran_seeds/sf_opportunity_line_item_data.csv": UNKNOWN,
    "salesforce_fivetran_seeds/sf_order_data.csv": UNKNOWN,
    "salesforce_fivetran_seeds/sf_product_2_data.csv": ("products", "salesforce"),
    "salesforce_fivetran_seeds/sf_task_data.csv": ("activities", "salesforce"),
    "salesforce_fivetran_seeds/sf_user_data.csv": ("reps", "salesforce"),
    "salesforce_fivetran_seeds/sf_user_role_data.csv": UNKNOWN,
    "salesforce_mock_small/accounts.csv": ("customers", "salesforce"),
    "salesforce_mock_small/contacts.csv": UNKNOWN,
    "salesforce_mock_small/opportunities.csv": ("deals", "salesforce"),
    "x_education_leads/Leads_9240_with_line_quoted_rows.csv": ("leads", GENERIC),
    "x_education_leads/Leads_subset_clean.csv": ("leads", GENERIC),
    "zoho_crm_demo/Accounts.csv": ("customers", "zoho"),
    "zoho_crm_demo/Calls.csv": ("activities", "zoho"),
    "zoho_crm_demo/Campaign_Lead_Status.csv": UNKNOWN,
    "zoho_crm_demo/Campaigns.csv": UNKNOWN,
    "zoho_crm_demo/Cases.csv": UNKNOWN,
    "zoho_crm_demo/Contacts.csv": UNKNOWN,
    "zoho_crm_demo/Events.csv": ("activities", "zoho"),
    "zoho_crm_demo/Invoice_Line_Items.csv": UNKNOWN,
    "zoho_crm_demo/Invoices.csv": ("invoices", "zoho"),
    "zoho_crm_demo/Leads.csv": ("leads", GENERIC),
    "zoho_crm_demo/Potentials.csv": ("deals", "zoho"),
    "zoho_crm_demo/Quotes.csv": ("deals", "zoho"),
    "zoho_crm_demo/Sales_Orders.csv": UNKNOWN,
    "zoho_crm_demo/Tasks.csv": ("activities", "zoho"),
    "zoho_crm_demo/Users.csv": ("reps", GENERIC),
}


def real_headers(path: Path) -> list[str]:
    """The headers as the reader would name them: trimmed, unique, an empty one by its place."""
    with path.open("rb") as file:
        line = file.readline().decode("cp1251" if "cp1251" in path.name else "utf-8-sig")
    names: list[str] = []
    for position, header in enumerate(next(csv.reader(io.StringIO(line), delimiter=";" if ";" in line else ",")), 1):
        name = header.strip() or f"column {position}"
        names.append(f"{name}.1" if name in names else name)
    return names


@pytest.mark.parametrize("name", sorted(REAL))
def test_real_headers(realdata: Path, name: str) -> None:
    headers, expected = real_headers(realdata / name), REAL[name]
    if expected is None:
        with pytest.raises(SalesmetricsError) as caught:
            recognise(headers, path=name)
        assert caught.value.code == "kind_unknown"
        assert name in caught.value.message
    else:
        found = recognise(headers, path=name)
        assert (found.kind, found.profile) == expected
        assert 0.5 <= found.confidence <= 1


def test_every_real_file_has_a_verdict(realdata: Path) -> None:
    assert {str(path.relative_to(realdata)) for path in realdata.rglob("*.csv")} == set(REAL)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        (
            "maven_crm_original/sales_pipeline.csv",
            {"id": "opportunity_id", "owner": "sales_agent", "stage": "deal_stage", "created": "engage_date"}
            | {"close_date": "close_date", "amount": "close_value", "product": "product", "account": "account"},
        ),
        (
            "olist_funnel/olist_closed_deals_dataset.csv",
            {"lead_id": "mql_id", "won_on": "won_date", "owner_id": "sr_id", "segment": "business_segment"}
            | {"type": "business_type"},
        ),
        (
            "olist_funnel/olist_marketing_qualified_leads_dataset.csv",
            {"id": "mql_id", "created": "first_contact_date", "source": "origin", "campaign": "landing_page_id"},
        ),
        (
            "bitrix_ru_messy_small/pipeline_stages.csv",
            {"id": "stage_id", "pipeline": "pipeline_id", "name": "stage_name", "position": "sort_order"}
            | {"is_closed": "is_final", "is_won": "is_success"},
        ),
        (
            "bitrix_ru_messy_small/stage_history.csv",
            {"id": "event_id", "deal_id": "deal_id", "stage": "new_stage_id", "from_stage": "old_stage_id"}
            | {"entered": "changed_at", "owner_id": "changed_by_id"},
        ),
        (
            "zoho_crm_demo/Quotes.csv",
            {"id": "QUOTEID", "name": "Subject", "owner": "Quote Owner", "stage": "Quote Stage"}
            | {"status": "Sales Status", "amount": "Grand Total", "created": "Created Time"}
            | {"expected_close": "Valid Till"},
        ),
    ],
)
def test_real_columns(realdata: Path, name: str, columns: dict[str, str]) -> None:
    found = recognise(real_headers(realdata / name), path=name)
    assert {field: match.header for field, match in found.columns.items()} == columns


def test_a_calls_module_needs_no_type_column(realdata: Path) -> None:
    found = recognise(real_headers(realdata / "zoho_crm_demo/Calls.csv"), path="Calls.csv")
    assert found.constants == {"type": "call"}
    assert found.columns["direction"].header == "Call Type"
    assert "type" not in missing_fields(found)


# --- spreadsheets and CRMs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "profile"), [(SALESFORCE, "salesforce"), (HUBSPOT, "hubspot"), (PIPEDRIVE, "pipedrive"), (ZOHO, "zoho")]
)
def test_a_short_export_gives_its_crm_away(header: str, profile: str) -> None:
    found = recognise(row(header), path="x.csv")
    assert (found.kind, found.profile) == ("deals", profile)
    assert set(row(header)) - {"Fiscal Period"} == {match.header for match in found.columns.values()}


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (
            "Deal,Customer,Rep,Stage,Amount,Close Date",
            {"name": "Deal", "account": "Customer", "owner": "Rep", "stage": "Stage", "amount": "Amount"}
            | {"close_date": "Close Date"},
        ),
        (
            "Opp Name,Salesperson,Opp Amount,Won/Lost,Opened,Closed On",
            {"name": "Opp Name", "owner": "Salesperson", "status": "Won/Lost", "amount": "Opp Amount"}
            | {"created": "Opened", "closed": "Closed On"},
        ),
        (
            "Deal Name,Sales Rep,Deal Size,Outcome,Date Created,Date Closed",
            {"name": "Deal Name", "owner": "Sales Rep", "amount": "Deal Size", "status": "Outcome"}
            | {"created": "Date Created", "closed": "Date Closed"},
        ),
        (
            "Company,Deal Value (USD),Stage,Probability (%),Expected Close,Assigned To",
            {"account": "Company", "amount": "Deal Value (USD)", "stage": "Stage", "probability": "Probability (%)"}
            | {"expected_close": "Expected Close", "owner": "Assigned To"},
        ),
        (
            'Сделка,Клиент,Менеджер,Этап,"бюджет, ₽",Дата закрытия',
            {"name": "Сделка", "account": "Клиент", "owner": "Менеджер", "stage": "Этап", "amount": "бюджет, ₽"}
            | {"close_date": "Дата закрытия"},
        ),
        (
            "商机名称,客户名称,负责人,销售阶段,金额（元）,预计成交日期",
            {"name": "商机名称", "account": "客户名称", "owner": "负责人", "stage": "销售阶段", "amount": "金额（元）"}
            | {"expected_close": "预计成交日期"},
        ),
        (
            "Verkaufschance,Kunde,Verkäufer,Phase,Betrag in €,Abschlussdatum",
            {"name": "Verkaufschance", "account": "Kunde", "owner": "Verkäufer", "stage": "Phase"}
            | {"amount": "Betrag in €", "close_date": "Abschlussdatum"},
        ),
        (
            "Oportunidade,Vendedor,Etapa,Valor (R$),Data de fechamento,Motivo da perda",
            {"name": "Oportunidade", "owner": "Vendedor", "stage": "Etapa", "amount": "Valor (R$)"}
            | {"close_date": "Data de fechamento", "loss_reason": "Motivo da perda"},
        ),
    ],
)
def test_spreadsheet_headers(header: str, columns: dict[str, str]) -> None:
    assert mapped(header) == columns


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Sales Rep,Month,Quota", "quotas"),
        ("Currency,Month,Rate", "rates"),
        ("customer,month,mrr", "revenue"),
        ("Customer ID,Date,Movement,Amount", "revenue"),
        ("Date,Customer,NPS", "surveys"),
        ("Name,Email,Team,Manager,Hire Date", "reps"),
        ("Customer,Invoice No,Invoice Date,Amount,Due Date,Paid", "invoices"),
        ("Call Date,Rep,Duration,Outcome", "activities"),
        ("Opportunity Name,From Stage,To Stage,Edit Date", "stages"),
        ("SKU,Product Name,List Price,Cost", "products"),
        ("Lead Name,Source,Status,Created Date,Owner", "leads"),
    ],
)
def test_small_tables_of_every_kind(header: str, kind: str) -> None:
    assert recognise(row(header), path="x.csv").kind == kind


def test_prefixes_lookup_pairs_and_doubled_labels() -> None:
    columns = mapped("Opportunity: Opportunity ID,Opportunity: Stage,Opportunity: Amount,Account Name: Account Name")
    assert columns == {
        "id": "Opportunity: Opportunity ID",
        "stage": "Opportunity: Stage",
        "amount": "Opportunity: Amount",
        "account": "Account Name: Account Name",
    }
    assert mapped(ZOHO)["owner_id"] == "Deal Owner.id"
    assert mapped(ZOHO)["account_id"] == "Account Name.id"
    assert mapped("(Do Not Modify) Opportunity,Topic,Status,Est. Revenue,Est. Close Date")["id"].startswith("(Do Not")


def test_the_better_name_wins_and_the_other_is_said() -> None:
    found = recognise(
        row(
            "Opportunity Name,Opportunity Owner,Stage,Amount (converted) Currency,Amount (converted),Amount,Fiscal Period"
        ),
        path="x.csv",
    )
    assert found.columns["amount"].header == "Amount"
    assert "Amount (converted)" in found.unmapped
    assert any("`Amount (converted)` could also be amount" in text(note) for note in found.notes)


def test_a_header_there_twice_is_read_first_come() -> None:
    found = recognise(
        ["ID", "Название сделки", "Бюджет", "Этап сделки", "Источник", "Источник.1"], path="x.csv", kind="deals"
    )
    assert found.columns["source"].header == "Источник"
    assert found.duplicates == {"source": ("Источник.1",)}
    assert "Источник.1" not in found.unmapped


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (["true", "false", "true"], "is_closed"),
        (["2026-01-05", "", "2026-02-11"], "closed"),
        (["Да", "Нет"], "is_closed"),
    ],
)
def test_the_cells_decide_what_a_header_of_two_meanings_is(cells: list[str], field: str) -> None:
    sample = pl.DataFrame({"Closed": cells})
    found = recognise(row("Deal,Stage,Amount,Created,Closed"), path="x.csv", sample=sample)
    assert found.columns[field].header == "Closed"
    assert ({"closed", "is_closed"} - {field}).isdisjoint(found.columns)


def test_counts_of_won_deals_are_not_days_of_winning() -> None:
    sample = pl.DataFrame({"Rep": ["A", "B"], "Deals": ["12", "30"], "Won": ["5", "17"], "Lost": ["7", "13"]})
    with pytest.raises(SalesmetricsError) as caught:
        recognise(sample.columns, path="x.csv", sample=sample)
    assert caught.value.code == "kind_unknown"


def test_outcome_words_in_the_cells_settle_a_short_header() -> None:
    header, cells = ["Id", "Value", "Result", "Sales Agent"], {"Result": ["Won", "Lost", "Won"]}
    sample = pl.DataFrame({"Id": ["1", "2", "3"], "Value": ["5", "6", "7"], **cells, "Sales Agent": ["A", "B", "C"]})
    assert refusal(",".join(header)).code in {"kind_unknown", "kind_ambiguous"}
    assert recognise(header, path="x.csv", sample=sample).kind == "deals"


def test_an_unverified_profile_says_so() -> None:
    found = recognise(row("Copper ID,Name,Company,Status,Value,Close Date"), path="x.csv")
    assert found.profile == "copper"
    assert text(found.notes[0]).startswith("matched loosely")


def test_what_is_missing_is_named_in_the_order_of_the_model() -> None:
    found = recognise(row("Deal,Stage,Amount,Close Date,Rep"), path="x.csv")
    missing = missing_fields(found)
    assert "amount" not in missing
    assert "created" in missing
    assert missing == [name for name in column_types("deals") if name not in found.columns]


# --- what the user says ----------------------------------------------------------------------------------------------


def test_the_mapping_wins() -> None:
    found = recognise(
        row("Deal,Stage,Amount,Size,Close Date,Rep"), path="x.csv", mapping={"amount": "Size", "owner": ""}
    )
    assert (found.columns["amount"].header, found.columns["amount"].how) == ("Size", "option")
    assert "owner" not in found.columns
    assert {"Amount", "Rep"} <= set(found.unmapped)


def test_the_mapping_finds_a_header_however_it_is_spelt() -> None:
    assert (
        mapped("Deal,Stage,Deal  Betrag*,Close Date,Rep", mapping={"amount": "deal betrag"})["amount"]
        == "Deal  Betrag*"
    )


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ({"amuont": "Amount"}, "did you mean `amount=Amount`?"),
        ({"amount": "Amuont"}, 'did you mean `--map amount="Amount"`?'),
        ({"amount": "Zzz"}, "its headers are: `Deal`"),
        ({"zzzzz": "Amount"}, "use one of:"),
    ],
)
def test_a_wrong_mapping_is_answered(mapping: dict[str, str], told: str) -> None:
    error = refusal("Deal,Stage,Amount,Close Date,Rep", mapping=mapping)
    assert error.code == "map_invalid"
    assert told in error.hint


def test_kind_and_profile_win_when_named() -> None:
    found = recognise(row("Name,Status,Owner,Created"), path="x.csv", kind="leads")
    assert (found.kind, found.confidence) == ("leads", 1.0)
    assert recognise(row(HUBSPOT), path="x.csv", profile=GENERIC).profile == GENERIC
    assert (
        recognise(row("Сделка,Этап,Бюджет,Дата закрытия"), path="x.csv", profile="amocrm").columns["closed"].header
        == "Дата закрытия"
    )


def test_an_unknown_profile_is_answered() -> None:
    error = refusal(HUBSPOT, profile="hubsopt")
    assert (error.code, error.hint) == ("option_invalid", "did you mean `hubspot`?")


# --- refusals --------------------------------------------------------------------------------------------------------


def test_two_kinds_that_fit_alike_are_both_named() -> None:
    error = refusal("Date,Rep,Amount,Status,Customer,Owner ID,Region")
    assert error.code in {"kind_ambiguous", "kind_unknown"}
    assert "=x.csv`" in error.hint


def test_deals_without_an_outcome_ask_for_the_stage() -> None:
    error = refusal("Opportunity Name,Owner,Amount,Close Date,Staeg")
    assert error.code == "column_missing"
    assert error.hint == 'if `Staeg` is it, use `--map stage="Staeg"`'


def test_the_cells_tell_which_column_holds_the_outcome() -> None:
    header = row("Opportunity Name,Owner,Amount,Close Date,Foo,Bar")
    sample = pl.DataFrame(
        [("a", "b", "1", "2026-01-01", "x", "Won"), ("c", "d", "2", "2026-01-02", "y", "Lost")], header, orient="row"
    )
    with pytest.raises(SalesmetricsError) as caught:
        recognise(header, path="x.csv", sample=sample)
    assert '--map stage="Bar"' in caught.value.hint
    assert recognise(header, path="x.csv", sample=sample, mapping={"stage": "Bar"}).kind == "deals"


@pytest.mark.parametrize("header", ["a,b,c", "Rep,Region", "Stage,Count", "x", "", "column 1,column 2"])
def test_what_is_no_export_is_refused(header: str) -> None:
    assert refusal(header).code == "kind_unknown"


def test_a_header_that_reads_like_a_name_of_ours_is_one_of_the_file() -> None:
    found = recognise(row("Deal,Stage,Amount,Created,column 5"), path="x.csv")
    assert "column 5" in found.unmapped


def test_a_history_of_versions_is_not_taken_for_the_records() -> None:
    error = refusal("_fivetran_start,id,name,stage_name,amount,close_date,is_won,forecast_category_name")
    assert error.code == "kind_unknown"
    assert "every version" in error.message


def test_an_export_of_no_use_is_called_by_its_name() -> None:
    assert "line items" in refusal("deal_id,product_id,quantity,unit_price,discount").message


# --- properties ------------------------------------------------------------------------------------------------------

NAMES = sorted(
    {name for layout in load_profile(GENERIC).kind["deals"] for names in layout.columns.values() for name in names}
)


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=12, unique_by=lambda name: header_keys(name).full))
def test_the_answer_is_sound(headers: list[str]) -> None:
    try:
        found = recognise(headers, path="x.csv")
    except SalesmetricsError as error:
        assert error.code in {"kind_unknown", "kind_ambiguous", "column_missing"}  # noqa: PT017
        return
    used = [match.header for match in found.columns.values()]
    assert len(used) == len(set(used))
    assert set(used) | set(found.unmapped) | {h for t in found.duplicates.values() for h in t} == set(headers)
    assert found.columns.keys() <= column_types(found.kind).keys()
    assert recognise(headers, path="x.csv") == found


@given(st.lists(st.text(max_size=12), max_size=8, unique=True))
def test_any_header_is_recognised_or_refused(headers: list[str]) -> None:
    try:
        recognise(headers, path="x.csv")
    except SalesmetricsError as error:
        assert error.code in {"kind_unknown", "kind_ambiguous", "column_missing"}  # noqa: PT017


@given(st.sampled_from(NAMES), st.sampled_from(["{}", "{} (USD)", "{}*", " {} ", "{}:", "{}, ₽"]))
def test_case_marks_and_units_do_not_hide_a_header(name: str, form: str) -> None:
    plain, dressed = header_keys(name), header_keys(form.format(name.title()))
    assert plain.bare == dressed.bare or plain.full == dressed.bare
