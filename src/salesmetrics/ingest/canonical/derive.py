"""From canonical tables to frames by kind: rows that count, outcomes, dates, names. Own file: the step after all files are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.frames.far import FarFrame
from salesmetrics.frames.groups import counts_of_words, distinct
from salesmetrics.frames.laid import gathered, united
from salesmetrics.ingest.canonical.amounts import doubt_unit_prices, in_one_unit, with_open_balances
from salesmetrics.ingest.canonical.automation import touch_columns
from salesmetrics.ingest.canonical.canonical import UNREADABLE, parse_beside
from salesmetrics.ingest.canonical.field_history import as_now, planned_dates, states_of
from salesmetrics.ingest.canonical.identity import (
    alike_but_for_people,
    repeated_ids,
    without_continuations,
    without_deleted,
    without_fragments,
    without_repeats,
)
from salesmetrics.ingest.canonical.links import (
    Stages,
    converted_by_deals,
    linked_by_name,
    named_owners,
    named_stages,
    owner_from_id,
    stage_definitions,
)
from salesmetrics.ingest.canonical.non_records import without_named_totals, without_plans
from salesmetrics.ingest.canonical.others import complete, entered_columns
from salesmetrics.ingest.canonical.outcome import (
    Vocabulary,
    archived_as_lost,
    close_dates,
    deal_outcomes,
    lead_outcomes,
    word_counts,
)
from salesmetrics.ingest.canonical.overlap import count_once, quotas_told_twice
from salesmetrics.ingest.canonical.sales import amounts_of_lines
from salesmetrics.ingest.canonical.surveys import with_question
from salesmetrics.ingest.canonical.unsettled import ended_in_unknown_stages
from salesmetrics.ingest.canonical.version_history import states_of_versions
from salesmetrics.ingest.dataset import FILE
from salesmetrics.ingest.parse.common import Place, by_words
from salesmetrics.ingest.recognise.index import FurtherWords, load_profile, words_for
from salesmetrics.ingest.recognise.profile import GENERIC
from salesmetrics.ingest.recognise.sales import SALES, times_quantity
from salesmetrics.ingest.recognise.sample import OF_PROGRAMS
from salesmetrics.ingest.recognise.words import Words, comparable
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.clock import utc_name
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.findings import finding
from salesmetrics.schema.kinds import KINDS, column_types
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.ingest.canonical.identity import Kept
    from salesmetrics.ingest.canonical.outcome import Classifier
    from salesmetrics.ingest.dataset import Part, ReadOptions
    from salesmetrics.ingest.parse import Parsed, ParseOptions
    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.provenance import Finding

__all__ = [
    "MEANINGS",
    "activity_columns",
    "derive",
    "document_column",
    "names_documents",
    "stage_entries",
    "with_deal_class",
    "with_documents",
    "with_meanings",
]


def derive(parts: Sequence[Part], options: ReadOptions) -> dict[Kind, pl.DataFrame]:
    """Complete every part in place, and unite the parts of each kind.

    Args:
        parts: One per table. Afterwards their frames hold the rows that count, with the derived columns.
        options: Words that the user settled.

    Returns:
        Kind → united frame with ``__file__``, the index into ``parts``; kinds in the order of the catalogue.
    """
    kinds = [part.kind for part in parts]
    for part in parts:
        if kinds.count(part.kind) > 1:  # rows of two files are compared in every column
            complete(part)
        _keep_records(part)
    count_once(parts)
    reps = _united([part.frame for part in parts if part.kind == "reps"])
    stages = stage_definitions(_united([part.frame for part in parts if part.kind == "pipelines"]), comparable)
    logged = any(part.unfolded is not None or part.versions is not None for part in parts)
    planned = planned_dates(parts) if logged else []
    for part in parts:
        if part.kind == "pipelines" and stages.unclear:
            unclear = tuple(stages.unclear[:5])
            count = len(stages.unclear)
            part.findings.append(
                finding("stages_defined_twice", kind="pipelines", path=part.path, count=count, stages=unclear)
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
    for part in parts:
        if part.kind == "stages":
            _apply(part, linked_by_name(part.frame, deals, part.path, part.header("deal_id")))
    present = as_now(deals, planned) if logged else None
    marked = [(part.kind, _marked(_told(part, present), i)) for i, part in enumerate(parts) if part.unfolded is None]
    marked += [("stages", states) for states in _logged(parts, present)]
    if not any(kind == "stages" and "stage" in frame.columns for kind, frame in marked):
        marked += [
            ("stages", _marked(entries, i)) for i, part in enumerate(parts) if (entries := _history(part)) is not None
        ]
    frames = {kind: _united([frame for own, frame in marked if own == kind]) for kind in KINDS}
    if frames["quotas"] is not None:
        quotas_told_twice(frames["quotas"], parts)
    return {kind: _counted(gathered(frame)) for kind, frame in frames.items() if frame is not None}


def _counted(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame; of one on other machines the words are counted at once, so that rules find them counted."""
    if isinstance(frame, FarFrame):
        counts_of_words(frame, *(name for name in _WORDS if frame.schema.get(name) == pl.String))
    return frame


_WORDS = (
    "outcome",
    "currency",
    "stage",
    "status",
    "owner",
    "source",
    "type",
    "product",
    "region",
    "segment",
    "loss_reason",
)
"""Columns whose words several rules count."""


def _told(part: Part, present: pl.DataFrame | None) -> pl.DataFrame:
    """The records of a part; of versions the states that they tell of."""
    if part.versions is not None:
        return states_of_versions(part, part.versions, present)
    return part.frame


def _logged(parts: Sequence[Part], present: pl.DataFrame | None) -> list[pl.DataFrame]:
    """The states that logs of changes tell of; those with values before a change are one log, and so are the others."""
    found = []
    for tells_old in (True, False):
        logs = {i: p for i, p in enumerate(parts) if p.unfolded and (p.unfolded.log.old is not None) == tells_old}
        if logs:
            states, findings = states_of(logs, present)
            found.append(states)
            for path, said in findings:
                next(part for part in logs.values() if part.path == path).findings.append(said)
    return found


def _history(part: Part) -> pl.DataFrame | None:
    if part.kind != "deals":
        return None
    entries, findings = stage_entries(part.frame, part.options, part.path, part.table.frame)
    part.findings += findings
    return entries


def _marked(frame: pl.DataFrame, index: int) -> pl.DataFrame:
    return frame.with_columns(pl.lit(index, dtype=pl.UInt32).alias(FILE))


def _united(frames: Sequence[pl.DataFrame]) -> pl.DataFrame | None:
    return united(frames) if frames else None


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
    if part.narrow:
        if repeated_ids(part.frame) is None:
            return
        complete(part)
    _apply(
        part,
        without_repeats(
            part.frame,
            part.kind,
            part.path,
            header,
            line_items=policy == "line_items" or part.recognition.lists == SALES,
            of_lines=amounts_of_lines(part.frame, part.recognition),
        ),
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
        frame = frame.with_columns(activity_columns(frame, words_for(part.recognition.profile, "activities")))
        frame = frame.with_columns(touches)
    elif part.kind == "invoices":
        frame = _invoices(part, frame)
    elif part.kind in MEANINGS:
        frame = with_meanings(frame, part.kind, words_for(part.recognition.profile, part.kind))
    if part.kind == "surveys":
        frame = with_question(part, frame)
    if part.kind in ("deals", "stages"):
        frame = named_stages(frame, stages, comparable)
    return frame


def _invoices(part: Part, frame: pl.DataFrame) -> pl.DataFrame:
    doubt_unit_prices(part, frame)
    words = words_for(part.recognition.profile, "invoices")
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
                rows=rows,
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
            rows=rows,
        )
    )
    return frame, header


def _deals(part: Part, frame: pl.DataFrame, stages: Stages, options: ReadOptions) -> pl.DataFrame:
    asked = {"won": options.won, "lost": options.lost, "other": options.other, "open": options.open}
    vocabulary = _vocabulary(part, stages, {comparable(w): outcome for outcome, words in asked.items() for w in words})
    part.stage_words = word_counts(frame, ("status", "stage"), vocabulary)
    if part.recognition.profile in _ARCHIVES_LOST and "Active" in frame.columns:
        frame = frame.with_columns(archived_as_lost(frame, part.stage_words))
    if part.recognition.lists != SALES or not times_quantity(part.recognition.columns):
        doubt_unit_prices(part, frame)
    frame = frame.with_columns(deal_outcomes(frame, part.stage_words))
    part.final_words = tuple(ended_in_unknown_stages(frame, part.stage_words))
    frame = frame.with_columns(close_dates(frame))
    frame = with_deal_class(frame, words_for(part.recognition.profile, "deal_types"))
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
                rows=converted,
            )
        )
    asked = {"converted": options.won, "disqualified": (*options.lost, *options.other), "open": options.open}
    said = {comparable(word): outcome for outcome, words in asked.items() for word in words}
    part.stage_words = word_counts(frame, ("status",), _vocabulary(part, Stages(), said))
    return frame.with_columns(lead_outcomes(frame, part.stage_words))


def _vocabulary(part: Part, stages: Stages, asked: dict[str, str]) -> Vocabulary:
    profile = load_profile(part.recognition.profile)
    own = Words.of(profile.own_words(part.kind)) if profile.name != GENERIC else None
    return Vocabulary(
        comparable, asked, stages.outcomes, own, words_for(profile.name, part.kind), FurtherWords(part.kind)
    )


# --- what sort of activity it was, in which direction, and whether it was done: words of many CRMs into three columns ---


_TYPES = ("call", "email", "meeting", "task", "other")
_DIRECTIONS = ("inbound", "outbound")
_STATES = ("completed", "pending")


def _mapped(frame: pl.DataFrame, column: str, words: Classifier, meanings: Sequence[str]) -> pl.Expr | None:
    """The meaning of a text column's words, null for unknown ones; None when no word of it is known."""
    if column not in frame.columns:
        return None
    distinct = frame.get_column(column).drop_nulls().unique(maintain_order=True).to_list()
    distinct = [word for word in distinct if not OF_PROGRAMS.match(word)]
    table = {word: meaning for word in distinct if (meaning := words.classify(word, meanings)) is not None}
    if not table:
        return None
    return by_words(column, table, pl.String())


def activity_columns(frame: pl.DataFrame, words: Classifier) -> list[pl.Expr]:
    """``type``, ``type_text``, ``direction`` and ``is_completed`` of each activity.

    A direction is also read out of the type (``Звонок (входящий)``); completion is the flag, then the completion time,
    then the status word. A type that no profile knows is ``other``, its text kept in ``type_text``.

    Args:
        frame: Canonical activities; any of ``type``, ``direction``, ``status`` (String), ``is_completed`` (Boolean),
            ``completed_at`` (Datetime).
        words: Meanings of types, directions and states.
    """
    have = set(frame.columns)
    result: list[pl.Expr] = []
    if "type" in have:
        known = _mapped(frame, "type", words, _TYPES)
        spoken = pl.when(pl.col("type").is_not_null()).then(pl.lit("other"))
        result += [(pl.coalesce(known, spoken) if known is not None else spoken).alias("type")]
        result += [pl.col("type").alias("type_text")]
    directions = [
        said for column in ("direction", "type") if (said := _mapped(frame, column, words, _DIRECTIONS)) is not None
    ]
    if directions or "direction" in have:
        result.append((pl.coalesce(*directions) if directions else pl.lit(None, dtype=pl.String)).alias("direction"))
    done: list[pl.Expr] = [pl.col("is_completed")] if "is_completed" in have else []
    if "completed_at" in have:
        done.append(pl.when(pl.col("completed_at").is_not_null()).then(pl.lit(value=True)))
    state = _mapped(frame, "status", words, _STATES)
    if state is not None:
        done.append(state == "completed")
    if done:
        result.append(pl.coalesce(*done).alias("is_completed"))
    return result


# --- what the words of the smaller files mean: a movement, a paid invoice, a lost customer, a survey, a sort of cost ---


MEANINGS: Mapping[str, tuple[str, str]] = {
    "revenue": ("movement", "movement"),
    "invoices": ("status", "state"),
    "customers": ("status", "state"),
    "surveys": ("type", "type"),
    "costs": ("category", "category"),
}
"""Kind → the column whose words are understood, and the column that says what they mean."""


def with_deal_class(deals: pl.DataFrame, words: Classifier) -> pl.DataFrame:
    """Put beside the type of each deal whether it is new business.

    Args:
        deals: Deals with ``type`` (String) where known.
        words: Meanings of the words of types.

    Returns:
        The deals with ``deal_class`` (String: new, renewal, expansion, or existing for any other business with somebody who
        is a customer already; null where the word is not known). As they were where not one type is understood.
    """
    if "type" not in deals.columns:
        return deals
    spoken = distinct(deals, "type").sort().to_list()
    table = {word: known for word in spoken if (known := words.classify(word)) is not None}
    if not table:
        return deals
    return deals.with_columns(deal_class=by_words("type", table, pl.String()))


_MOST_TYPES = 20
"""More different words than these are no types of document."""
_PAYMENT = "credit"
"""A way to pay rather than a document, where no header says what a column is."""


def document_column(columns: pl.DataFrame, words: Classifier) -> str | None:
    """The first column that names credit notes, and of which most cells name a sort of document.

    Args:
        columns: Columns of text that no field claimed.
        words: Meanings of the words of invoices.
    """
    for column in columns:
        if column.head(1_000).n_unique() > _MOST_TYPES + 1:
            continue
        counts = column.drop_nulls().value_counts()
        if counts.height > _MOST_TYPES:
            continue
        cells = dict(counts.iter_rows())
        known = {word: found for word in cells if (found := words.classify(word, ("credit", "draft", "invoice")))}
        notes = {word for word, found in known.items() if found == "credit" and word.casefold() != _PAYMENT}
        if notes and 2 * sum(cells[word] for word in known) > sum(cells.values()):
            return column.name
    return None


def names_documents(types: pl.Series, words: Classifier) -> bool:
    """Whether a type is one of documents: a word of it is known for an invoice, a credit note or a draft.

    Args:
        types: Types as text.
        words: Meanings of the words of invoices.
    """
    distinct = types.drop_nulls().unique().head(_MOST_TYPES).to_list()
    return any(words.classify(word, ("credit", "draft", "invoice")) for word in distinct)


def with_documents(
    invoices: pl.DataFrame, words: Classifier, header: str | None = None
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Invoices whose credit notes subtract.

    Args:
        invoices: Canonical invoices.
        words: Meanings of the words of invoices.
        header: A further column that names the document.

    Returns:
        The invoices with ``document`` (credit, draft or null) where a type says so, the amounts of credit notes negative
        whatever their sign was; and the mask of each such document. A status of credit or draft says so, too.
    """
    sources = [name for name in ("type", "status", header) if name in invoices.columns and name is not None]
    meanings = []
    for name in sources:
        distinct = invoices.get_column(name).drop_nulls().unique().sort().to_list()
        table = {word: known for word in distinct if (known := words.classify(word, ("credit", "draft"))) is not None}
        if table:
            meanings.append(by_words(name, table, pl.String()))
    if not meanings:
        return invoices, {}
    frame = invoices.with_columns(document=pl.coalesce(meanings))
    credit = pl.col("document") == "credit"
    money = [name for name in ("amount", "paid_amount", "balance") if name in frame.columns]
    frame = frame.with_columns(
        pl.when(credit).then(-pl.col(name).abs()).otherwise(pl.col(name)).alias(name) for name in money
    )
    found = {name: (frame.get_column("document") == name).fill_null(value=False) for name in ("credit", "draft")}
    return frame, {name: mask for name, mask in found.items() if mask.any()}


def with_meanings(frame: pl.DataFrame, kind: str, words: Classifier) -> pl.DataFrame:
    """Put the meaning of each word beside it, or in its place, the word then kept under ``<column>_text``.

    Args:
        frame: Canonical frame.
        kind: Its kind; one without such a column stays as it is.
        words: Meanings of the kind's words.

    Returns:
        The frame with the column of meanings (String); null where a word is not known.
    """
    source, target = MEANINGS.get(kind, ("", ""))
    if source not in frame.columns:
        return frame
    distinct = frame.get_column(source).drop_nulls().unique().sort().to_list()
    table = {word: known for word in distinct if (known := words.classify(word)) is not None}
    nothing = pl.lit(None, dtype=pl.String)
    meaning = by_words(source, table, pl.String()) if table else nothing
    if source == target:
        frame = frame.with_columns(pl.col(source).alias(f"{source}_text"))
    return frame.with_columns(meaning.alias(target))


# --- stage history that a deals export carries in its own columns: HubSpot's ``Date entered "Stage (Pipeline)"`` ---


_CARRIED = ("owner", "owner_id", "amount")


def stage_entries(
    deals: pl.DataFrame, options: ParseOptions, path: str, table: pl.DataFrame
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """One row per deal and stage that it entered, or None where the export has no such columns.

    Args:
        deals: Canonical deals with ``id``; the history still as text under its headers.
        options: How dates of this file are read.
        path: File, for errors.
        table: The whole table as text: another column can settle how the dates of one are read.

    Returns:
        Canonical stage entries: ``deal_id``, ``stage``, ``pipeline``, ``entered``, ``exited`` (Datetime) and what the deal
        says of its owner and amount, in order of deals and time; ``__row__`` is that of the deal. And which cells could not
        be read.
    """
    found = entered_columns(deals.columns)
    if not found or "id" not in deals.columns:
        return None, []
    findings: list[Finding] = []
    carried = [pl.col(c) for c in _CARRIED if c in deals.columns]
    entries = []
    for (stage, pipeline), headers in found.items():
        if "entered" not in headers:
            continue
        parsed = {name: _instants(deals, header, options, path, table, findings) for name, header in headers.items()}
        times = {name: pl.lit(column.values) for name, column in parsed.items()}
        utc = parsed["entered"].utc
        entries.append(
            deals.select(
                ROW,
                pl.col("id").alias("deal_id"),
                pl.lit(stage).alias("stage"),
                pl.lit(pipeline, dtype=pl.String).alias("pipeline"),
                times["entered"].alias("entered"),
                times.get("exited", pl.lit(None, dtype=pl.Datetime("us"))).alias("exited"),
                *([] if utc is None else [pl.lit(utc).alias(utc_name("entered"))]),
                *carried,
            ).filter(pl.col("entered").is_not_null())
        )
    return (pl.concat(entries, how="diagonal").sort(ROW, "entered", "stage") if entries else None), findings


def _instants(
    deals: pl.DataFrame, header: str, options: ParseOptions, path: str, table: pl.DataFrame, findings: list[Finding]
) -> Parsed:
    rows, text = deals.get_column(ROW), deals[header]
    parsed = parse_beside(Place(header, path, rows, text), ColumnType.INSTANT, options, table)
    if parsed.bad.any():
        known = None if parsed.why is None else parsed.why.filter(parsed.bad).drop_nulls().first()
        findings.append(
            finding(
                "history_unreadable",
                kind="deals",
                path=path,
                column=header,
                rows=rows.filter(parsed.bad),
                reason=Message(str(known or UNREADABLE[ColumnType.INSTANT])),
                value=text.filter(parsed.bad)[0],
            )
        )
    return parsed
