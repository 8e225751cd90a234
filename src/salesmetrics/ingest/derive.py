"""From canonical tables to canonical frames by kind: rows that count, outcomes, close dates, names for ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.activities import activity_columns
from salesmetrics.ingest.automation import touch_columns
from salesmetrics.ingest.balances import with_open_balances
from salesmetrics.ingest.dataset import FILE
from salesmetrics.ingest.findings import MAX_ROWS, finding
from salesmetrics.ingest.identity import (
    alike_but_for_people,
    without_continuations,
    without_deleted,
    without_fragments,
    without_repeats,
)
from salesmetrics.ingest.links import (
    Stages,
    converted_by_deals,
    named_owners,
    named_stages,
    owner_from_id,
    stage_definitions,
)
from salesmetrics.ingest.meanings import (
    MEANINGS,
    document_column,
    names_documents,
    with_deal_class,
    with_documents,
    with_meanings,
)
from salesmetrics.ingest.named_totals import without_named_totals
from salesmetrics.ingest.outcome import (
    Vocabulary,
    archived_as_lost,
    close_dates,
    deal_outcomes,
    lead_outcomes,
    word_counts,
)
from salesmetrics.ingest.overlap import count_once
from salesmetrics.ingest.per_period import in_one_unit
from salesmetrics.ingest.plans import without_plans
from salesmetrics.ingest.profile import GENERIC, FurtherWords, Words, comparable, load_profile
from salesmetrics.ingest.quota_overlap import quotas_told_twice
from salesmetrics.ingest.stage_history import stage_entries
from salesmetrics.ingest.surveys import with_question
from salesmetrics.ingest.table import ROW
from salesmetrics.ingest.unit_prices import doubt_unit_prices
from salesmetrics.ingest.unsettled import ended_in_unknown_stages
from salesmetrics.schema.kinds import KINDS, column_types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.ingest.dataset import Part, ReadOptions
    from salesmetrics.ingest.identity import Kept
    from salesmetrics.schema.kinds import Kind

__all__ = ["derive"]


def derive(parts: Sequence[Part], options: ReadOptions) -> dict[Kind, pl.DataFrame]:
    """Complete every part in place, and unite the parts of each kind.

    Args:
        parts: One per table. Afterwards their frames hold the rows that count, with the derived columns.
        options: Words that the user settled.

    Returns:
        Kind → united frame with ``__file__``, the index into ``parts``; kinds in the order of the catalogue.
    """
    for part in parts:
        _keep_records(part)
    count_once(parts)
    reps = _united([part.frame for part in parts if part.kind == "reps"])
    stages = stage_definitions(_united([part.frame for part in parts if part.kind == "pipelines"]), comparable)
    for part in parts:
        if part.kind == "pipelines" and stages.unclear:
            listed = ", ".join(f"`{key}`" for key in stages.unclear[:5])
            count = len(stages.unclear)
            part.findings.append(
                finding("stages_defined_twice", kind="pipelines", path=part.path, count=count, listed=listed)
            )
        part.frame = _completed(part, stages, options)
        alike = alike_but_for_people(part.frame, part.kind, part.path)
        _apply(part, [alike] if alike else [])
        if part.kind != "reps":
            part.frame = named_owners(owner_from_id(part.frame), reps)
    deals = _united([part.frame for part in parts if part.kind == "deals"])
    for part in parts:
        if part.kind == "leads":
            part.frame = _leads(part, deals, options)
    marked = [(part.kind, _marked(part.frame, i)) for i, part in enumerate(parts)]
    if not any(kind == "stages" for kind, _ in marked):
        marked += [
            ("stages", _marked(entries, i)) for i, part in enumerate(parts) if (entries := _history(part)) is not None
        ]
    frames = {kind: _united([frame for own, frame in marked if own == kind]) for kind in KINDS}
    if frames["quotas"] is not None:
        quotas_told_twice(frames["quotas"], parts)
    return {kind: frame for kind, frame in frames.items() if frame is not None}


def _history(part: Part) -> pl.DataFrame | None:
    if part.kind != "deals":
        return None
    entries, findings = stage_entries(part.frame, part.options, part.path, part.table.frame)
    part.findings += findings
    return entries


def _marked(frame: pl.DataFrame, index: int) -> pl.DataFrame:
    return frame.with_columns(pl.lit(index, dtype=pl.UInt32).alias(FILE))


def _united(frames: Sequence[pl.DataFrame]) -> pl.DataFrame | None:
    if not frames:
        return None
    return frames[0] if len(frames) == 1 else pl.concat(frames, how="diagonal_relaxed")


def _keep_records(part: Part) -> None:
    """Apply the rules of identity to a part, counting what they take out."""
    policy = load_profile(part.recognition.profile).repeated_ids
    header = part.header("id")
    headers = {name: match.header for name, match in part.recognition.columns.items()}
    _apply(part, [without_deleted(part.frame, part.kind, part.path, part.header("is_deleted"))])
    _apply(part, [without_continuations(part.frame, part.kind, part.path, header, headers)])
    _apply(part, [without_fragments(part.frame, part.kind, part.path, part.recognition.constants)])
    _apply(part, without_plans(part.frame, part.kind, part.path))
    _apply(part, without_named_totals(part.frame, part.kind, part.path))
    _apply(
        part,
        without_repeats(part.frame, part.kind, part.path, header, line_items=policy == "line_items"),
    )


def _apply(part: Part, steps: Sequence[Kept]) -> None:
    for step in steps:
        part.frame = step.frame
        part.findings += step.findings
        part.withheld += step.withheld
        if step.ignored:
            part.ignored[step.reason] = part.ignored.get(step.reason, 0) + step.ignored


def _completed(part: Part, stages: Stages, options: ReadOptions) -> pl.DataFrame:
    if part.kind in ("deals", "leads"):
        in_one_unit(part)
    frame = part.frame
    if part.kind == "deals":
        frame = _deals(part, frame, stages, options)
    elif part.kind == "activities":
        touches = touch_columns(frame)  # before the words of the export become ours
        frame = frame.with_columns(activity_columns(frame, load_profile(part.recognition.profile).words("activities")))
        frame = frame.with_columns(touches)
    elif part.kind == "invoices":
        frame = _invoices(part, frame)
    elif part.kind in MEANINGS:
        frame = with_meanings(frame, part.kind, load_profile(part.recognition.profile).words(part.kind))
    if part.kind == "surveys":
        frame = with_question(part, frame)
    if part.kind in ("deals", "stages"):
        frame = named_stages(frame, stages, comparable)
    return frame


def _invoices(part: Part, frame: pl.DataFrame) -> pl.DataFrame:
    doubt_unit_prices(part, frame)
    words = load_profile(part.recognition.profile).words("invoices")
    frame, header = _with_type(part, frame, words)
    frame, documents = with_documents(with_meanings(frame, "invoices", words), words, header)
    for name, mask in documents.items():
        rows = frame.get_column(ROW).filter(mask)
        part.findings.append(
            finding(
                f"{name}_invoices",
                kind="invoices",
                path=part.path,
                column=part.header("type") or part.header("status"),
                count=len(rows),
                rows=rows.head(MAX_ROWS).to_list(),
            )
        )
    return with_open_balances(part, frame)


def _with_type(part: Part, frame: pl.DataFrame, words: Words) -> tuple[pl.DataFrame, str | None]:
    """Invoices and the column that names their documents, found by its words where no type names any."""
    match = part.recognition.columns.get("type")
    if match is not None and (match.how == "option" or names_documents(frame.get_column("type"), words)):
        return frame, None
    known = column_types("invoices")
    free = [c for c in frame.columns if c not in known and c != ROW and frame.schema[c] == pl.String]
    header = document_column(frame.select(free), words)
    if header is None:
        return frame, None
    if "type" not in frame.columns:
        frame = frame.with_columns(pl.col(header).alias("type"))
    rows = frame.filter(pl.col(header).is_not_null()).get_column(ROW)
    part.findings.append(
        finding(
            "type_by_values",
            kind="invoices",
            path=part.path,
            column=header,
            count=len(rows),
            rows=rows.head(MAX_ROWS).to_list(),
        )
    )
    return frame, header


def _deals(part: Part, frame: pl.DataFrame, stages: Stages, options: ReadOptions) -> pl.DataFrame:
    asked = {"won": options.won, "lost": options.lost, "other": options.other, "open": options.open}
    vocabulary = _vocabulary(part, stages, {comparable(w): outcome for outcome, words in asked.items() for w in words})
    part.stage_words = word_counts(frame, ("status", "stage"), vocabulary)
    if part.recognition.profile in _ARCHIVES_LOST and "Active" in frame.columns:
        frame = frame.with_columns(archived_as_lost(frame, part.stage_words))
    doubt_unit_prices(part, frame)
    frame = frame.with_columns(deal_outcomes(frame, part.stage_words))
    part.final_words = tuple(ended_in_unknown_stages(frame, part.stage_words))
    frame = frame.with_columns(close_dates(frame))
    frame = with_deal_class(frame, load_profile(part.recognition.profile).words("deal_types"))
    return frame.drop("close_date", "won_on", "lost_on", strict=False)


_ARCHIVES_LOST = frozenset({"odoo"})
"""CRMs that have no lost stage: a lost deal is archived where it stands."""


def _leads(part: Part, deals: pl.DataFrame | None, options: ReadOptions) -> pl.DataFrame:
    frame = part.frame
    if deals is not None and (linked := converted_by_deals(frame, deals)) is not None:
        frame = linked
        converted = frame.filter("is_converted").get_column(ROW)
        part.findings.append(
            finding(
                "leads_converted_by_deals",
                kind="leads",
                path=part.path,
                column=part.header("id"),
                count=len(converted),
                rows=converted.head(MAX_ROWS).to_list(),
            )
        )
    asked = {"converted": options.won, "disqualified": (*options.lost, *options.other), "open": options.open}
    said = {comparable(word): outcome for outcome, words in asked.items() for word in words}
    part.stage_words = word_counts(frame, ("status",), _vocabulary(part, Stages(), said))
    return frame.with_columns(lead_outcomes(frame, part.stage_words))


def _vocabulary(part: Part, stages: Stages, asked: dict[str, str]) -> Vocabulary:
    profile = load_profile(part.recognition.profile)
    own = Words.of(profile.own_words(part.kind)) if profile.name != GENERIC else None
    return Vocabulary(comparable, asked, stages.outcomes, own, profile.words(part.kind), FurtherWords(part.kind))
