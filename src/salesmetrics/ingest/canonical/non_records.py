"""Rows that are no records: totals by their numbers or by a word, and plans beside what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar.steps import beginning
from salesmetrics.frames.laid import blanks_of
from salesmetrics.ingest.canonical.identity import Kept
from salesmetrics.ingest.recognise.words import comparable, unaccented
from salesmetrics.ingest.source.bounds import MAX_WORD
from salesmetrics.ingest.table.assemble import TOTAL_HINT, ignored_findings
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.findings import finding
from salesmetrics.schema.kinds import column_types

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.provenance import Finding

__all__ = ["without_named_totals", "without_plans", "without_totals"]

_NUMBERS = (ColumnType.MONEY, ColumnType.QUANTITY, ColumnType.COUNT, ColumnType.SHARE, ColumnType.SCORE)
_SUMMED = (ColumnType.MONEY, ColumnType.QUANTITY, ColumnType.COUNT)
_NUMBER = r"^[^\pL]*\d[^\pL]*$"
_MOST = 100
"""More such rows than this are no totals, but how the file is."""
_TELLING = 3
"""Columns that tell records apart which a file must have for a row without any to be a fault."""
_RECORDS = ("deals", "leads", "invoices", "activities", "customers", "revenue", "stages", "costs", "quotas")


def without_totals(
    frame: pl.DataFrame, kind: Kind, path: str, constants: Collection[str] = ()
) -> tuple[pl.DataFrame, int, list[Finding]]:
    """Drop totals without a label, and say which other rows have nothing but numbers.

    A row is a total when no text, id, date or flag is filled in it, and one of its numbers is exactly the sum of that
    column above, or of that column since the total before. A zero is no proof. Where a kind has columns enough to tell its
    records, the other such rows are left out, too, as an error to look at.

    Args:
        frame: Canonical columns, the export's other columns as text, and ``__row__``.
        kind: Kind of record.
        path: File, for the finding.
        constants: Columns that say the same in every row.

    Returns:
        The frame without them, their number, and the findings.

    >>> rows = pl.DataFrame({ROW: [2, 3, 4], "name": ["A", "B", None], "amount": [1, 2, 3]})
    >>> without_totals(rows, "deals", "x.csv")[0]["name"].to_list()
    ['A', 'B']
    """
    types = column_types(kind)
    numbers = [name for name in frame.columns if types.get(name) in _NUMBERS]
    skipped = {ROW, "currency", *constants, *numbers}
    telling = [name for name in frame.columns if name in types and name not in skipped]
    if not numbers or not telling or any(not blanks_of(frame, name) for name in telling):
        return frame, 0, []
    others = [name for name in frame.columns if name not in types and name not in skipped]
    bare = pl.all_horizontal(pl.col(telling).is_null()) & pl.any_horizontal(pl.col(numbers).is_not_null())
    if others:
        bare &= pl.all_horizontal(pl.col(others).is_null() | pl.col(others).str.contains(_NUMBER))
    found = frame.select(bare.arg_true()).to_series().to_list()
    if not found or len(found) > _MOST or 2 * len(found) > frame.height:
        return frame, 0, []
    totals = _totals(frame, found, [name for name in numbers if types[name] in _SUMMED])
    rest = [index for index in found if index not in totals]
    findings = []
    if rest and kind in _RECORDS and len(telling) >= _TELLING:
        rows = frame.get_column(ROW).gather(rest).to_list()
        findings.append(finding("row_of_numbers", kind=kind, path=path, count=len(rows), rows=rows))
        totals |= set(rest)
    if not totals:
        return frame, 0, findings
    exact = sorted(totals.difference(rest))
    findings += ignored_findings(path, dict.fromkeys(frame.get_column(ROW).gather(exact).to_list(), "total"))
    keep = ~pl.int_range(pl.len()).is_in(sorted(totals))
    return frame.filter(keep), len(totals), findings


def _totals(frame: pl.DataFrame, found: list[int], columns: list[str]) -> set[int]:
    totals: set[int] = set()
    since = 0
    for index in found:
        for name in columns:
            column = frame.get_column(name)
            value = column[index]
            if not value:
                continue
            above = (column[:index].sum() or 0) - sum(column[i] or 0 for i in totals)
            if value in (above, column[since:index].sum()):
                totals.add(index)
                since = index + 1
                break
    return totals


# --- totals that a word gives away in lists with a period: a "rep" or a "customer" called Total, with the sum of the others ---


_SUMMED_IN: Mapping[str, tuple[str, ...]] = {
    "quotas": ("amount",),
    "costs": ("amount",),
    "revenue": ("amount", "mrr"),
    "customers": ("mrr",),
}
"""Kinds whose exports may end in totals that fill as many cells as a record, and the numbers that are summed."""
_NAMES = ("owner", "owner_id", "account", "account_id", "name", "category", "description", "team", "region", "product", "source", "campaign")  # fmt: skip
_PERIODS = ("period", "start", "end", "date", "occurred", "started")
_SUM, _ROWS, _MONTH = "__sum__", "__rows__", "__month__"
_SHOWN = 40


def without_named_totals(frame: pl.DataFrame, kind: Kind, path: str) -> list[Kept]:
    """Take out rows that are called a total and hold the sum of the other rows, of their period or of all.

    A customer may be called Total: where the number is no such sum, the row stays and is named.

    Args:
        frame: Canonical columns and ``__row__``.
        kind: Kind of record.
        path: File, for the findings.

    >>> rows = {ROW: [2, 3, 4], "owner": ["Ann", "Bob", "Total"], "period": ["2026-Q1"] * 3, "amount": [4, 5, 9]}
    >>> without_named_totals(pl.DataFrame(rows), "quotas", "x.csv")[0].frame["owner"].to_list()
    ['Ann', 'Bob']
    """
    numbers = [name for name in _SUMMED_IN.get(kind, ()) if name in frame.columns]
    if not numbers:
        return []
    names = [name for name in _NAMES if name in frame.columns]
    called = [(name, words) for name in names if (words := _total_words(frame.get_column(name)))]
    if not called:
        return []
    named = pl.any_horizontal(pl.col(name).is_in(words) for name, words in called)
    if "id" in frame.columns:
        named &= pl.col("id").is_null()
    mask = frame.select(named.fill_null(value=False)).to_series()
    if not mask.any() or mask.all():
        return []
    proven = _proven(frame, mask, numbers, [name for name in (*names, "currency") if name in frame.columns])
    rows = frame.filter(mask)
    findings = []
    rest = rows.filter(~proven)
    if rest.height:
        shown = rest.select(pl.coalesce(pl.when(pl.col(name).is_in(of)).then(name) for name, of in called)).to_series()
        called_so = tuple(word[:_SHOWN] for word in shown.unique(maintain_order=True).head(3).to_list())
        findings.append(
            finding(
                "total_no_sum",
                kind=kind,
                path=path,
                rows=rest.get_column(ROW),
                words=called_so,
            )
        )
    gone = rows.filter(proven).get_column(ROW).to_list()
    findings += ignored_findings(path, dict.fromkeys(gone, "total"))
    return [Kept(frame.filter(~pl.col(ROW).is_in(gone)), "total", len(gone), tuple(findings))]


def _total_words(names: pl.Series) -> list[str]:
    words = names.drop_nulls().unique()
    return words.filter((words.str.len_chars() <= MAX_WORD) & words.str.contains(TOTAL_HINT)).to_list()


def _proven(frame: pl.DataFrame, mask: pl.Series, numbers: Sequence[str], names: Sequence[str]) -> pl.Series:
    """Which of the rows under the mask hold a sum of other rows: all, those of the period, or those since the total above."""
    periods = [name for name in _PERIODS if name in frame.columns]
    days = [name for name in periods if frame.schema[name].is_temporal()]
    frame = frame.with_columns(beginning(pl.col(days[0]), "1mo").cast(pl.Date).alias(_MONTH) if days else [])
    rows, others = frame.filter(mask), frame.filter(~mask)
    by = [periods, *([[_MONTH]] if days else [])]
    keys = [[], *(each for each in by if each), *([*each, name] for each in (*by, []) for name in names)]
    found = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)  # noqa: FBT003
    for number in numbers:
        value = rows.get_column(number)
        for key in keys:
            least = 1 if not set(key) & set(names) else 2  # a part of one row proves nothing
            found |= _is_sum(rows, others, number, key, least)
        above = frame.select(pl.when(mask).then(0).otherwise(pl.col(number).fill_null(0)).cum_sum()).to_series()
        since = above.filter(mask)
        found |= (value == since - since.shift(1, fill_value=0)).fill_null(value=False) & (value != 0)
    return found


def _is_sum(rows: pl.DataFrame, others: pl.DataFrame, number: str, key: Sequence[str], least: int) -> pl.Series:
    sums = [pl.col(number).sum().alias(_SUM), pl.len().alias(_ROWS)]
    if key:
        made = rows.join(
            others.group_by(key).agg(sums), on=list(key), how="left", nulls_equal=True, maintain_order="left"
        )
    else:
        made = rows.join(others.select(sums), how="cross", maintain_order="left")
    proof = (pl.col(number) == pl.col(_SUM)) & (pl.col(number) != 0) & (pl.col(_ROWS) >= least)
    return made.select(proof.fill_null(value=False)).to_series()


# --- rows of a plan beside those of what happened: a budget is no cost, and what was sold is no quota ---


_ACTUAL = (
    "actual|actuals|actual cost|actual costs|real|realised|realized|spent|ist|ist-wert|istwert|ist-kosten|istkosten|tatsächlich"
    "|réel|réels|réelle|réalisé|reales|realizado|ejecutado|efetivo|efectivo|факт|фактический|фактические|фактически|фактично"
    "|实际|实际值|實際|فعلي|الفعلي|sebenar|aktual|realisasi|effettivo|consuntivo|werkelijk|realisatie|gerçekleşen|fiili"
    "|wykonanie|rzeczywiste|realizacja|実績|실적|실제|skutečnost|skutočnosť|utfall|faktisk|faktiskt|toteuma|toteutunut|tény"
    "|realizat|πραγματικό|απολογισμός|בפועל|ביצוע|จริง|वास्तविक|thực tế"
)
_PLAN = (
    "budget|budgeted|plan|planned|forecast|forecasted|target|quota|estimate|estimated|projected|projection|outlook|soll|planwert"
    "|plan-kosten|plankosten|geplant|prognose|hochrechnung|budgété|prévu|prévision|prévisionnel|presupuesto|presupuestado|previsto"
    "|pronóstico|orçamento|orçado|planejado|planeado|previsão|план|плановый|плановые|бюджет|прогноз|预算|計劃|计划|预测|預算|預測"
    "|ميزانية|الميزانية|مخطط|المخطط|توقع|bajet|anggaran|rancangan|rencana|ramalan|proyeksi|preventivo|previsione|begroting"
    "|begroot|gepland|bütçe|planlanan|tahmin|budżet|prognoza|予算|計画|予測|예산|계획|예측|rozpočet|plán|budjetti|ennuste|terv"
    "|buget|planificat|προϋπολογισμός|πρόβλεψη|תקציב|תכנון|תחזית|งบประมาณ|แผน|बजट|योजना|ngân sách|kế hoạch|dự báo"
)
_VARIANCE = "variance|difference|abweichung|differenz|écart|desviación|diferencia|desvio|отклонение|差异|差異"
_NONE_OF_IT: Mapping[str, str] = {"costs": _PLAN, "revenue": _PLAN, "quotas": _ACTUAL}
"""Kind → what the words of rows say that are none of it."""
_FEW_WORDS = 3
_MOST_WORDS, _FEW = 1_000, 50
"""A column with more words than these marks no plan, nor does one with more than a few among its first rows."""


def without_plans(frame: pl.DataFrame, kind: Kind, path: str) -> list[Kept]:
    """Take out the rows of a plan, where a column tells them from what happened; of quotas, those of what happened.

    Args:
        frame: Canonical columns, the export's other columns as text, and ``__row__``.
        kind: Kind of record.
        path: File, for the finding.

    >>> rows = {ROW: [2, 3], "Art": ["Ist", "Plan"], "amount": [4, 5]}
    >>> without_plans(pl.DataFrame(rows), "costs", "x.csv")[0].frame["amount"].to_list()
    [4]
    """
    if kind not in _NONE_OF_IT:
        return []
    gone, kept = _words(_NONE_OF_IT[kind]), _words(_ACTUAL if _NONE_OF_IT[kind] == _PLAN else _PLAN)
    neither = _words(_VARIANCE)
    types = column_types(kind)
    for column in frame.columns:
        if frame.schema[column] != pl.String or types.get(column, "text") != "text":
            continue
        if frame.get_column(column).head(_MOST_WORDS).n_unique() > _FEW:  # names and ids, at a glance
            continue
        said = frame.get_column(column).drop_nulls().unique()
        said = said.filter(said.str.len_chars() <= MAX_WORD)
        if not 0 < len(said) <= _MOST_WORDS:
            continue
        meant = {word: unaccented(comparable(word)) for word in said.sort().to_list()}
        out = [word for word, plain in meant.items() if plain in gone]
        stays = [word for word, plain in meant.items() if plain in kept]
        if out and stays:
            out += [word for word, plain in meant.items() if plain in neither]
            return [_left_out(frame, kind, path, column, out, stays)]
        if len(out) == len(meant) and not frame.get_column(column).null_count():
            words, n = tuple(out[:_FEW_WORDS]), frame.height
            said_of_all = finding("only_a_plan", kind=kind, path=path, column=column, count=n, words=words)
            return [Kept(frame, findings=(said_of_all,))]
    return []


def _left_out(frame: pl.DataFrame, kind: Kind, path: str, column: str, out: list[str], stays: list[str]) -> Kept:
    mask = pl.col(column).is_in(out).fill_null(value=False)
    rows = frame.filter(mask).get_column(ROW)
    said = finding(
        "rows_of_a_plan",
        kind=kind,
        path=path,
        column=column,
        rows=rows,
        words=tuple(out[:_FEW_WORDS]),
        others=tuple(stays[:_FEW_WORDS]),
    )
    return Kept(frame.filter(~mask), "plan", len(rows), (said,))


def _words(text: str) -> frozenset[str]:
    return frozenset(unaccented(comparable(word)) for word in text.split("|"))
