"""Findings in few lines: merged by kind, ranked by what they do to a number, and worded for one line."""

from __future__ import annotations

from string import Formatter

import pytest

from salesmetrics.messages import fill
from salesmetrics.messages.findings import FINDINGS
from salesmetrics.messages.screens import DIGESTS
from salesmetrics.render.layouts.digest import SAID_ABOVE, digest_items, digested, with_rejects_as_one
from salesmetrics.schema.findings import EFFECTS, SEVERITIES, Effect, effect_of, finding
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import Severity

OF_EACH = {"count", "column", "path", "kind", "parts"}
REJECTED = [
    finding("rows_rejected", kind="deals", column="Amount", rows=[7, 9], reason=Message("not_money")),
    finding("rows_rejected", kind="deals", column="Close Date", rows=[4], reason=Message("not_a_day")),
    finding("rows_rejected", kind="deals", rows=[5], reason=Message("cells_too_few", cells=1, width=3, beside=None)),
    finding("rows_rejected", kind="deals", rows=[6], reason=Message("quote_open", place=Message("in_cell", number=1))),
]
BLANK = finding("amount_blank", kind="deals", column="Amount", rows=[2, 3])
OVERDUE = finding("open_with_past_close", kind="deals", column="Close Date", rows=range(2, 60), day="2026-01-01")
MIXED = finding("deal_types_mixed", kind="deals", count=9, differences=())
LOST = finding("loss_reason_missing", kind="deals", column="Reason", rows=[1])
SKIPPED = finding("rows_ignored", count=1, rows=[8])


def named(template: str) -> set[str]:
    return {name for _, name, spec, _ in Formatter().parse(template) if name for name in (name, *named(spec or ""))}


def test_effects_are_of_codes_that_exist() -> None:
    assert EFFECTS.keys() <= SEVERITIES.keys()
    assert SEVERITIES.keys() >= SAID_ABOVE


def test_an_error_changes_a_number_and_a_note_never_outranks_it() -> None:
    for code, severity in SEVERITIES.items():
        if severity is Severity.ERROR:
            assert effect_of(code) is Effect.CHANGES, code


@pytest.mark.parametrize("code", [code for code in DIGESTS if code in FINDINGS])
def test_a_short_sentence_names_only_what_the_long_one_knows(code: str) -> None:
    message, hint = FINDINGS[code]
    assert named(DIGESTS[code]) <= named(message) | named(hint or "") | OF_EACH


@pytest.mark.parametrize("code", [code for code in DIGESTS if code in FINDINGS])
def test_a_short_sentence_fits_a_line(code: str) -> None:
    known = {"count": 12_345, "column": "Close Date", "path": "deals.csv", "kind": "deals", "parts": ["2 Amount"] * 3}
    details = {name: known.get(name, "some words") for name in named(DIGESTS[code])}
    assert len(fill(DIGESTS[code], details)) <= 100


def test_rejected_rows_are_one_finding_with_the_columns_that_reject_most() -> None:
    (one,) = digested(REJECTED)
    assert one.said == "5 rows rejected: 2 Amount, 1 Close Date, 1 too few cells, 1 other"
    assert one.findings == tuple(REJECTED)


def test_what_changes_a_number_comes_first_and_more_rows_before_fewer() -> None:
    ranked = digested([LOST, MIXED, BLANK, OVERDUE, *REJECTED, SKIPPED])
    assert [one.code for one in ranked] == [
        "rows_rejected",
        "open_with_past_close",
        "amount_blank",
        "deal_types_mixed",
        "loss_reason_missing",
    ]


def test_the_reason_of_missing_numbers_comes_before_all_else() -> None:
    unclear = finding("stage_not_understood", kind="deals", column="Stage", count=3, words=[("X", 3)], word="X")
    first, *_ = digested([*REJECTED, unclear], {"stage_not_understood"})
    assert first.code == "stage_not_understood"


def test_a_hint_is_given_once() -> None:
    won = finding("won_amount_zero", kind="deals", column="Amount", rows=[4])
    items = digest_items(digested([BLANK, won]), shown=2, hints=2).items
    assert [bool(item.hint) for item in items] == [True, BLANK.hint != won.hint]


def test_check_merges_rejected_rows_alone_and_keeps_the_order() -> None:
    merged = with_rejects_as_one([BLANK, *REJECTED, OVERDUE])
    assert [len(one.findings) for one in merged] == [1, 4, 1]
    assert merged[1].said.endswith("(rows 4, 5, 6, 7, 9)")
    assert sum(len(one.findings) for one in merged) == 6
