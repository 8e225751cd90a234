"""What the words of the smaller files mean: a movement, a paid invoice, a lost customer, a survey, a sort of cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.ingest.outcome import Classifier

__all__ = ["MEANINGS", "document_column", "names_documents", "with_deal_class", "with_documents", "with_meanings"]

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
    distinct = deals.get_column("type").drop_nulls().unique().sort().to_list()
    table = {word: known for word in distinct if (known := words.classify(word)) is not None}
    if not table:
        return deals
    return deals.with_columns(deal_class=pl.col("type").replace_strict(table, default=None, return_dtype=pl.String))


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
            meanings.append(pl.col(name).replace_strict(table, default=None, return_dtype=pl.String))
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
    meaning = pl.col(source).replace_strict(table, default=None, return_dtype=pl.String) if table else nothing
    if source == target:
        frame = frame.with_columns(pl.col(source).alias(f"{source}_text"))
    return frame.with_columns(meaning.alias(target))
