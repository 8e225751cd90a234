"""Rows of a plan beside those of what happened: a budget is no cost, and what was sold is no quota."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.canonical.identity import Kept
from salesmetrics.ingest.checks.findings import MAX_ROWS, finding
from salesmetrics.ingest.recognise.words import comparable, unaccented
from salesmetrics.ingest.source.bounds import MAX_WORD
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.kinds import column_types

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.schema.kinds import Kind

__all__ = ["without_plans"]

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
_MOST, _FEW = 1_000, 50
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
        if frame.get_column(column).head(_MOST).n_unique() > _FEW:  # names and ids, at a glance
            continue
        said = frame.get_column(column).drop_nulls().unique()
        said = said.filter(said.str.len_chars() <= MAX_WORD)
        if not 0 < len(said) <= _MOST:
            continue
        meant = {word: unaccented(comparable(word)) for word in said.sort().to_list()}
        out = [word for word, plain in meant.items() if plain in gone]
        stays = [word for word, plain in meant.items() if plain in kept]
        if out and stays:
            out += [word for word, plain in meant.items() if plain in neither]
            return [_left_out(frame, kind, path, column, out, stays)]
        if len(out) == len(meant) and not frame.get_column(column).null_count():
            shown, n = _listed(out), frame.height
            said_of_all = finding("only_a_plan", kind=kind, path=path, column=column, count=n, listed=shown)
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
        count=len(rows),
        rows=rows.head(MAX_ROWS).to_list(),
        listed=_listed(out),
        others=_listed(stays),
    )
    return Kept(frame.filter(~mask), "plan", len(rows), (said,))


def _listed(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words[:3])


def _words(text: str) -> frozenset[str]:
    return frozenset(unaccented(comparable(word)) for word in text.split("|"))
