"""What every policy needs: a frame, where its rows come from, and how a mask becomes findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from salesmetrics.frames.groups import Question, answers, distinct, in_step
from salesmetrics.ingest.dataset import FILE
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.findings import finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from salesmetrics.frames.groups import Steps
    from salesmetrics.ingest.dataset import LoadedFile
    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.provenance import Finding

__all__ = ["Context", "Rule", "apply_rules", "rules_applied"]

_VALUE = {"deals": "amount", "invoices": "amount", "leads": "amount", "customers": "mrr", "revenue": "amount"}


class Context(msgspec.Struct, frozen=True):
    """A kind's frame with its files.

    Attributes:
        kind: The kind.
        frame: Its records.
        files: Where they come from.
        last_event: The last day on which something happened to such records.
        as_of: The day that was asked for, if one was.
    """

    kind: Kind
    frame: pl.DataFrame
    files: Sequence[LoadedFile]
    last_event: date | None = None
    as_of: date | None = None

    @property
    def day(self) -> date | None:
        """The day that findings and numbers are about."""
        return self.as_of or self.last_event

    def has(self, *columns: str) -> bool:
        """Does the frame have all of these columns?"""
        return set(columns) <= set(self.frame.columns)

    def report(self, code: str, mask: pl.Expr, column: str | None = None, **words: Any) -> list[Finding]:
        """One finding per file that has the column, and rows under the mask.

        Args:
            code: Entry of the catalogue.
            mask: Boolean expression over the frame; null counts as no.
            column: Canonical column the finding is about; its header is named.
            **words: For the templates of the entry.
        """
        (hits,) = answers([self.hits(mask)])
        return self.of_hits(code, hits, column, **words)

    def hits(self, mask: pl.Expr) -> Question:
        """The question for the rows under a mask, with the columns that a finding is made of."""
        value = _VALUE.get(self.kind)
        names = [FILE, ROW, *([value] if value in self.frame.columns else [])]
        return Question(self.frame, [pl.col(name) for name in names], (), [mask])

    def sums(self, *outputs: pl.Expr, where: Sequence[pl.Expr] = ()) -> Question:
        """The question for sums over all rows, or over those that fulfil conditions."""
        return Question(self.frame, outputs, (), where)

    def of_hits(self, code: str, hits: pl.DataFrame, column: str | None, **words: Any) -> list[Finding]:
        """The same of rows that are known.

        Args:
            code: Entry of the catalogue.
            hits: The rows, with the columns that are shown.
            column: Canonical column the finding is about; its header is named.
            **words: For the templates of the entry.
        """
        value = _VALUE.get(self.kind)
        findings = []
        for (index,), rows in hits.group_by(FILE, maintain_order=True):
            file = self.files[int(str(index))]
            header = _header(file, column) if column else None
            # A state that no row of the log gives (see the module field_history) is the deals file's own.
            rows = rows.drop_nulls(ROW)
            if (column and header is None) or rows.is_empty():
                continue
            findings.append(
                finding(
                    code,
                    kind=self.kind,
                    path=file.source.path,
                    column=header,
                    rows=rows.get_column(ROW),
                    share_of_value=self._share(rows, value),
                    **words,
                )
            )
        return findings

    def _share(self, rows: pl.DataFrame, value: str | None) -> float | None:
        if value is None or value not in rows.columns:
            return None
        if self.has("currency") and len(distinct(self.frame, "currency")) > 1:
            return None
        total, part = self.frame.select(pl.col(value).sum()).item(), rows.get_column(value).sum()
        return round(float(part) / float(total), 6) if total else None


_SOURCES: Mapping[str, tuple[str, ...]] = {
    "owner": ("owner_id",),
    "closed": ("won_on", "close_date", "lost_on"),
    "expected_close": ("close_date",),
    "currency": ("amount",),
}
"""Columns that a derived one can come from."""


def _header(file: LoadedFile, column: str) -> str | None:
    """The header of a column, or of what it was derived from; None where the file has neither."""
    for name in (column, *_SOURCES.get(column, ())):
        match = file.recognition.columns.get(name)
        if match is not None:
            return match.header
    return column if column in file.recognition.constants else None


class Rule(msgspec.Struct, frozen=True):
    """A mask with a name: what is said, which columns it needs, which column it is about."""

    code: str
    column: str
    needs: tuple[str, ...]
    mask: pl.Expr
    words: Mapping[str, object] = msgspec.field(default_factory=dict)


def apply_rules(context: Context, rules: Sequence[Rule]) -> list[Finding]:
    """Count all masks in one pass, then look up the rows of those that are not empty."""
    return in_step(rules_applied(context, rules))[0]


def rules_applied(context: Context, rules: Sequence[Rule]) -> Steps:
    """The same as work that asks on its way."""
    possible = [rule for rule in rules if context.has(rule.column, *rule.needs)]
    if not possible or context.frame.is_empty():
        return []
    sums = [rule.mask.sum().alias(str(i)) for i, rule in enumerate(possible)]
    (counts,) = yield [context.sums(*sums)]
    broken = [rule for rule, count in zip(possible, counts.row(0), strict=True) if count]
    found = yield [context.hits(rule.mask) for rule in broken]
    findings: list[Finding] = []
    for rule, hits in zip(broken, found, strict=True):
        findings += context.of_hits(rule.code, hits, rule.column, **rule.words)
    return findings
