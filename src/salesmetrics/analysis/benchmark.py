"""Is anyone really different? Each segment against the team without it."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from msgspec.structs import replace

from salesmetrics.analysis.cells import no_such_cell
from salesmetrics.analysis.peers import Peers, Team, Tested, peers_of
from salesmetrics.analysis.scope import source_text
from salesmetrics.analysis.segments_over_time import Measured, Place, absent, changes_of, histories, velocity_of
from salesmetrics.answers.benchmark import (
    Benchmark,
    BenchmarkBand,
    BenchmarkDetectable,
    BenchmarkDispersion,
    BenchmarkFigure,
    BenchmarkKpi,
    BenchmarkNotCompared,
    BenchmarkRow,
    BenchmarkTeam,
    BenchmarkTest,
)
from salesmetrics.answers.report import Interval
from salesmetrics.drilldown.listing import list_rows
from salesmetrics.engine.build import not_computed_of, own_period, tables_of
from salesmetrics.engine.compute import counts
from salesmetrics.engine.evaluate import evaluate, shapes_of
from salesmetrics.engine.maturity import MATURING, maturing, of_long_periods
from salesmetrics.engine.metric import group_order, plain
from salesmetrics.engine.prepare import prepare
from salesmetrics.entities.currency import still_true
from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import told
from salesmetrics.metrics.catalog import one_per_idea
from salesmetrics.metrics.shapes import Undefined
from salesmetrics.schema.findings import finding
from salesmetrics.schema.kinds import KIND_NAMES
from salesmetrics.schema.message import Message, field_word
from salesmetrics.statistics.bands import Band, dispersion, widened
from salesmetrics.statistics.multiple import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import polars as pl

    from salesmetrics.answers.report import Period
    from salesmetrics.answers.rows import Rows
    from salesmetrics.calendar import Every
    from salesmetrics.engine.build import Tabled
    from salesmetrics.engine.compute import Source
    from salesmetrics.engine.evaluate import Cell, Group, Outcome
    from salesmetrics.engine.prepare import Prepared
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Shape
    from salesmetrics.schema.provenance import Finding, Input
    from salesmetrics.statistics.bands import Dispersion

__all__ = ["BenchmarkTerms", "benchmark_rows", "build_benchmark"]

_PLACES = 6
"""Digits behind the point of what is drawn or inferred; p-values have so many significant ones."""


class BenchmarkTerms(NamedTuple):
    """How segments are judged.

    Attributes:
        fdr: Expected share of wrong ones among the segments that are called.
        seed: Of resampling.
        every: Length of the periods of each segment's own past; without one it is left out.
    """

    fdr: float = 0.05
    seed: int = 1
    every: Every | None = None


class _Segment(NamedTuple):
    """A KPI in one segment."""

    group: Group
    outcome: Outcome
    shape: Shape | None
    young: bool


class _Family(NamedTuple):
    """A KPI over all segments, in one currency.

    Attributes:
        kpi: Which.
        currency: Of its amounts.
        period: Its own, where it is not that of the answer.
        segments: In order of their keys.
        judged: Whether its idea has no verdict yet.
    """

    kpi: Kpi
    currency: str | None
    period: Period | None
    segments: Sequence[_Segment]
    judged: bool


class _Compared(NamedTuple):
    """A segment beside the others: everything but its verdict, which waits for all p-values."""

    segment: _Segment
    team: Team | None = None
    band: Band | None = None
    tested: Tested | None = None
    reason: str | None = None
    few: bool = False


class _Result(NamedTuple):
    """A family with its segments compared."""

    family: _Family
    compared: Sequence[_Compared]
    peers: Peers | None
    dispersion: Dispersion | None
    reason: str | None


def build_benchmark(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    catalog: Catalog,
    terms: BenchmarkTerms,
    *,
    inputs: Sequence[Input] = (),
    findings: Sequence[Finding] = (),
) -> Benchmark:
    """Compare each segment with the team without it.

    Without KPIs in the request the headline KPIs that records can be compared of, one per idea. Records without a segment
    (a blank owner) belong to nobody and to no team.

    Args:
        request: What is asked for, with at least one dimension.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.
        terms: How segments are judged.
        inputs: The files, for the record.
        findings: What is known about the data already.

    Raises:
        SalesmetricsError: ``option_needed``: no dimension; ``report_empty``: fewer than two segments, or no KPI has a
            value of any; else as :func:`salesmetrics.engine.build.build_report`.
    """
    if not request.by:
        raise _no_dimension(frames)
    figures, unknown = _figures(frames.get(FIGURES), catalog)
    frames = {kind: frame for kind, frame in frames.items() if kind != FIGURES}
    asked, setup = _prepared(request, frames, catalog)
    measured = Measured(*tables_of(asked, setup), setup.currency)
    chosen = bool(request.kpis or request.families)
    families, missed = _families(asked, setup, measured, chosen=chosen)
    if not families:
        raise _nothing_divided(request, missed)
    if len({s.group for family in families for s in family.segments if None not in s.group}) < _LEAST_SEGMENTS:
        cause = Message("one_segment_only", by=list(map(field_word, request.by)))
        raise SalesmetricsError("report_empty", cause=cause, fix=Message("another_dimension"))
    later = [family for family in families if not chosen and _is_count(family)]
    results = [_compare(family, request, setup, terms) for family in families if family not in later]
    able = [result for result in results if chosen or result.reason is None]
    if able:
        missed += [_missed(r.family.kpi, request, r.reason) for r in results if r not in able and r.reason is not None]
        missed += [
            _missed(kpi, request, "count_only") for kpi in {family.kpi.id: family.kpi for family in later}.values()
        ]
        results = able
    else:
        results += [_compare(family, request, setup, terms) for family in later]
    tested = [one.tested for result in results for one in result.compared if one.tested]
    adjusted = iter(benjamini_hochberg([_significant(one.p_value) for one in tested]))
    rows: list[BenchmarkRow] = []
    kpis: list[BenchmarkKpi] = []
    for result in results:
        made = [_row(one, result, request, terms, adjusted) for one in result.compared]
        kpis.append(_summary(result, made, len(tested), request, terms, catalog))
        rows += _arranged(made)
    if terms.every is not None:
        shown = [catalog.kpis[name] for name in dict.fromkeys(kpi.id for kpi in kpis)]
        past = histories(asked, shown, frames, catalog, terms.every)
        rows = [replace(row, history=past.get(Place(row.kpi, row.currency, tuple(row.group.values())))) for row in rows]
    return Benchmark(
        as_of=request.as_of,
        as_of_source=source_text(request),
        period=request.period,
        comparison=request.comparison,
        group_by=list(request.by),
        inputs=list(inputs),
        kpis=kpis,
        benchmark=rows,
        tests=len(tested),
        fdr=terms.fdr,
        seed=terms.seed,
        figures=[figure for kpi in dict.fromkeys(kpi.id for kpi in kpis) for figure in figures if figure.kpi == kpi],
        changes=changes_of(asked, measured, [kpi.id for kpi in kpis]) if request.compare else [],
        velocity=velocity_of(asked, measured) if request.compare else [],
        not_compared=missed,
        not_computed=not_computed_of(setup) if chosen else [],
        findings=still_true([*findings, *unknown, *setup.findings], request.currency),
        filters=request.filters,
        span=request.span,
        min_n=request.min_n,
    )


# --- outside figures ---

FIGURES = "figures"


def _figures(frame: pl.DataFrame | None, catalog: Catalog) -> tuple[list[BenchmarkFigure], list[Finding]]:
    """The figures of a file, in its order, and those of no KPI as a finding."""
    if frame is None or not {"kpi", "value"} <= set(frame.columns):
        return [], []
    found, strange = [], []
    for row in frame.iter_rows(named=True):
        if row["kpi"] is None or row["value"] is None:
            continue
        if row["kpi"] not in catalog.kpis:
            strange.append(row)
            continue
        more = {name: row.get(name) for name in ("segment", "source", "year")}
        found.append(BenchmarkFigure(kpi=row["kpi"], value=plain(row["value"]), **more))
    if not strange:
        return found, []
    names = tuple(dict.fromkeys(row["kpi"] for row in strange))
    rows = [int(row["__row__"]) for row in strange]
    return found, [finding("figures_of_no_kpi", kind=FIGURES, rows=rows, names=names)]


# --- which KPIs, and their segments ---


def _prepared(request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog) -> tuple[Request, Prepared]:
    """The setup for the KPIs asked for, else for those that come first."""
    chosen = request.kpis
    if not chosen and not request.families:
        heads = [kpi for kpi in catalog.kpis.values() if kpi.headline is not None]
        chosen = tuple(kpi.id for kpi in sorted(heads, key=lambda kpi: kpi.headline or 0))
        chosen += ("pipeline_velocity",) if request.compare else ()
    asked = replace(request, kpis=chosen, headlines=0, every=None, trend=False)
    return asked, prepare(asked, frames, catalog)


def _families(
    request: Request, setup: Prepared, measured: Measured, *, chosen: bool
) -> tuple[list[_Family], list[BenchmarkNotCompared]]:
    """The KPIs that segments have values of, in the order asked for; of each idea the first is judged."""
    tables, cells, source = measured.tables, measured.cells, measured.source
    found: dict[str, list[_Family]] = {}
    missed: dict[str, BenchmarkNotCompared] = {}
    for table in tables:
        for kpi in table.kpis:
            money = source.catalog.is_money(kpi)
            own = [cell for cell in cells if cell.group and counts(source, cell, money=money)]
            families, reason = _of_kpi(kpi, own, table, request, source, setup)
            if families:
                found[kpi.id] = families
            else:
                missed[kpi.id] = _missed(kpi, request, reason)
    ordered = [name for name in dict.fromkeys([*request.kpis, *(k.id for k in setup.plan.kpis)]) if name in found]
    leading = {kpi.id for kpi in one_per_idea([found[name][0].kpi for name in ordered])}
    families = [
        family._replace(judged=name in leading)
        for name in ordered
        if chosen or name in leading
        for family in found[name]
    ]
    return families, [missed[kpi.id] for kpi in setup.plan.kpis if kpi.id in missed]


def _of_kpi(
    kpi: Kpi, cells: Sequence[Cell], table: Tabled, request: Request, source: Source, setup: Prepared
) -> tuple[list[_Family], str]:
    """A KPI by currency; none where no segment has a value, with the reason of the first."""
    values, catalog = table.grouped.values(cells), source.catalog
    here = table.windows[""]
    days = [(here.start, here.whole or here.end)] * len(cells)
    outcomes = of_long_periods(kpi, evaluate(kpi, values, catalog, request.level), days)
    shapes = shapes_of(kpi, values, catalog)
    young = maturing(kpi, values, here.end, table.asked)
    segments = list(map(_Segment, (cell.group for cell in cells), outcomes, shapes, young))
    period = own_period(request, table.asked, here)
    families = []
    for code in dict.fromkeys(cell.currency for cell in cells):
        own = [segment for segment, cell in zip(segments, cells, strict=True) if cell.currency == code]
        if any(segment.outcome.value is not None for segment in own):
            money = catalog.is_money(kpi)
            currency = (code if source.several else setup.currency) if money else None
            families.append(_Family(kpi, currency, period, own, judged=True))
    if not table.grouped.unsplit.isdisjoint(catalog.required_measures(kpi)):
        return families, "not_by_dimension"
    return families, next((outcome.reason for outcome in outcomes if outcome.reason), "no_records")


def _missed(kpi: Kpi, request: Request, reason: str) -> BenchmarkNotCompared:
    return BenchmarkNotCompared(id=kpi.id, title=kpi.title_with(request.settings), reason=reason)


# --- one KPI ---


def _compare(family: _Family, request: Request, setup: Prepared, terms: BenchmarkTerms) -> _Result:
    """All segments of a KPI beside the others, with their p-values."""
    known = [s for s in family.segments if s.outcome.value is not None and None not in s.group]
    apart: dict[Group, str] = {}
    if _is_counted(family.kpi, known):
        counted = {segment.group: segment.outcome.value for segment in known}
        apart = absent(counted, setup.source.frames.get("reps"), request, family.period or request.period)
    known = [segment for segment in known if segment.group not in apart]
    if len(known) < _LEAST_SEGMENTS:
        reason = _mostly([*apart.values()], "one_segment")
        alone = [_alone(segment, apart.get(segment.group, reason)) for segment in family.segments]
        return _Result(family, alone, None, None, reason)
    shapes = [segment.shape for segment in known if not isinstance(segment.shape, Undefined)]
    peers = peers_of(family.kpi, shapes) if len(shapes) == len(known) else None
    places = {segment.group: place for place, segment in enumerate(known)}
    if peers is None:
        return _Result(family, [_alone(s, "no_test") for s in family.segments], None, None, "no_test")
    spread = dispersion([z for p in places.values() if not _few(peers, p, request) and (z := peers.z(p)) is not None])
    compared = []
    for segment in family.segments:
        place = places.get(segment.group)
        if place is None:
            compared.append(_alone(segment, apart.get(segment.group, "blank_segment")))
        else:
            why = MATURING if segment.young else None
            compared.append(_beside(segment, place, peers, spread, family, request, terms, why))
    return _Result(family, compared, peers, spread, _unjudged(compared))


def _unjudged(compared: Sequence[_Compared]) -> str | None:
    """Why no segment of a KPI is judged, where none is."""
    if any(one.tested or one.few for one in compared):
        return None
    return _mostly([one.reason for one in compared if one.reason not in (None, "blank_segment")], "no_test")


def _mostly(reasons: Sequence[str | None], otherwise: str) -> str:
    """The reason of most segments; their names decide nothing."""
    return min(
        (reason for reason in reasons if reason), key=lambda reason: (-reasons.count(reason), reason), default=otherwise
    )


_LEAST_SEGMENTS = 2


def _is_count(family: _Family) -> bool:
    """Whether it has one number per segment: that is compared where it is named, and not beside what records show."""
    return _is_counted(family.kpi, [s for s in family.segments if s.outcome.value is not None])


def _is_counted(kpi: Kpi, segments: Sequence[_Segment]) -> bool:
    """Whether a KPI is a count per segment, which is lower for who was there for less of the period."""
    return kpi.unit == "count" and kpi.additive and all(isinstance(s.shape, int) for s in segments)


def _alone(segment: _Segment, reason: str) -> _Compared:
    """A segment that is compared with nobody; one without a value has a reason of its own."""
    blank = "blank_segment" if None in segment.group else reason
    return _Compared(segment, reason=segment.outcome.reason if segment.outcome.value is None else blank)


def _few(peers: Peers, place: int, request: Request) -> bool:
    return not peers.counted and peers.size(place) < request.min_n


def _beside(
    segment: _Segment,
    place: int,
    peers: Peers,
    spread: Dispersion | None,
    family: _Family,
    request: Request,
    terms: BenchmarkTerms,
    why: str | None,
) -> _Compared:
    """A segment beside the others. What it draws depends on nothing but the seed, the KPI and its own numbers, not on its name."""
    own = segment.outcome
    told = (family.kpi.id, family.currency, own.value, own.numerator, own.denominator, own.n)
    draws = cache(partial(_generator, terms.seed, crc32("\x1f".join(map(str, told)).encode())))
    team = peers.team(place)
    band = peers.band(place, draws)
    if band is not None and spread is not None and spread.applied and team.value is not None:
        band = widened(band, float(team.value), spread.factor, peers.least, peers.most)
    if _few(peers, place, request):
        return _Compared(segment, team, band, few=True)
    if not family.judged:
        return _Compared(segment, team, band, reason="same_idea")
    tested = peers.test(place, draws) if why is None else None
    return _Compared(segment, team, band, tested, why or (None if tested else peers.untested))


def _generator(*seeds: int) -> np.random.Generator:
    import numpy as np

    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seeds)))


# --- verdicts ---


def _significant(p: float) -> float:
    """A p-value as it is reported: so many significant digits, so that no machine calls what another does not."""
    return float(f"{p:.{_PLACES}g}")


def _row(
    one: _Compared, result: _Result, request: Request, terms: BenchmarkTerms, adjusted: Iterable[float | None]
) -> BenchmarkRow:
    outcome, family = one.segment.outcome, result.family
    test, verdict = None, "too_few" if one.few else None
    if one.tested is not None:
        corrected = next(iter(adjusted)) or 0.0
        test = BenchmarkTest(
            method=one.tested.method,  # type: ignore[arg-type]
            p_value=_significant(one.tested.p_value),
            adjusted=_significant(corrected),
            draws=one.tested.draws,
        )
        verdict = _called(one, corrected, terms)
    bounds = outcome.interval
    return BenchmarkRow(
        kpi=family.kpi.id,
        group=dict(zip(request.by, one.segment.group, strict=True)),
        currency=family.currency,
        value=plain(outcome.value),
        numerator=plain(outcome.numerator),
        denominator=plain(outcome.denominator),
        n=outcome.n,
        interval=bounds
        and Interval(low=bounds.low, high=bounds.high, level=request.level, method=str(family.kpi.interval)),
        team=_team(one.team),
        band=one.band and BenchmarkBand(**{name: round(end, _PLACES) for name, end in one.band._asdict().items()}),
        test=test,
        verdict=verdict,  # type: ignore[arg-type]
        reason=one.reason,
    )


def _called(one: _Compared, adjusted: float, terms: BenchmarkTerms) -> str:
    team = one.team.value if one.team else None
    if adjusted > terms.fdr or team is None or float(one.segment.outcome.value) == float(team):
        return "within"
    return "above" if float(one.segment.outcome.value) > float(team) else "below"


def _team(team: Team | None) -> BenchmarkTeam | None:
    if team is None:
        return None
    return BenchmarkTeam(
        value=plain(team.value), numerator=plain(team.numerator), denominator=plain(team.denominator), n=team.n
    )


def _arranged(rows: Sequence[BenchmarkRow]) -> list[BenchmarkRow]:
    """Those called by value, the others by name, for there is no rank among them; too few and without a value at the end."""

    def order(row: BenchmarkRow) -> tuple[Any, ...]:
        called = row.verdict in ("above", "below")
        last = 3 if row.value is None else 2 if row.verdict == "too_few" or row.reason == "blank_segment" else 1
        place = -float(row.value) if called and row.value is not None else 0.0
        return (0 if called else last, place, group_order(tuple(row.group.values())))

    return sorted(rows, key=order)


def _summary(
    result: _Result,
    rows: Sequence[BenchmarkRow],
    tests: int,
    request: Request,
    terms: BenchmarkTerms,
    catalog: Catalog,
) -> BenchmarkKpi:
    kpi, spread = result.family.kpi, result.dispersion
    kind = next((measure.entity for measure in catalog.required_measures(kpi).values()), "")
    judged = [row for row in rows if row.test is not None]
    return BenchmarkKpi(
        id=kpi.id,
        title=kpi.title_with(request.settings),
        unit=kpi.unit,
        direction=kpi.direction,
        currency=result.family.currency,
        period=result.family.period,
        segments=sum(row.value is not None for row in rows),
        judged=len(judged),
        too_few=sum(row.verdict == "too_few" for row in rows),
        above=sum(row.verdict == "above" for row in rows),
        below=sum(row.verdict == "below" for row in rows),
        dispersion=spread
        and BenchmarkDispersion(
            factor=round(spread.factor, _PLACES), p_value=_significant(spread.p_value), applied=spread.applied
        ),
        detectable=_detectable(result, judged, tests, terms),
        reason=result.reason,
        kind=kind if kind in KIND_NAMES else "",
    )


def _detectable(
    result: _Result, judged: Sequence[BenchmarkRow], tests: int, terms: BenchmarkTerms
) -> BenchmarkDetectable | None:
    """What a segment of the usual size would have had to differ by, at the p-value that a single one of all tests needs."""
    if result.peers is None or result.peers.counted or not judged:
        return None
    sizes = sorted(row.n or 0 for row in judged)
    n = sizes[(len(sizes) - 1) // 2]
    found = result.peers.detectable(n, terms.fdr / tests)
    if found is not None and math.isnan(found):
        return None
    return BenchmarkDetectable(
        n=n, difference=None if found is None or not math.isfinite(found) else round(found, _PLACES)
    )


# --- refusals, and the records behind a row ---


def _no_dimension(frames: Mapping[str, pl.DataFrame]) -> SalesmetricsError:
    wanted = ("owner", "team", "region", "product", "source", "segment", "type", "pipeline", "stage", "tenure")
    there = {name for frame in frames.values() for name in frame.columns if frame[name].null_count() < frame.height}
    dimensions = [name for name in wanted if name in there]
    fix = (
        Message("name_dimension", first=dimensions[0], known=dimensions) if dimensions else Message("export_dimension")
    )
    return SalesmetricsError("option_needed", option="--by", command="benchmark", fix=fix)


def _nothing_divided(request: Request, missed: Sequence[BenchmarkNotCompared]) -> SalesmetricsError:
    undivided = bool(missed) and all(item.reason == "not_by_dimension" for item in missed)
    cause = Message(
        "kpis_not_by_dimension" if undivided else "no_segment_has_value", by=list(map(field_word, request.by))
    )
    return SalesmetricsError("report_empty", cause=cause, fix=Message("another_dimension"))


def benchmark_rows(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    catalog: Catalog,
    terms: BenchmarkTerms,
    cell: str,
    inputs: Sequence[Input] = (),
) -> Rows:
    """The records behind a row.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.
        terms: How segments are judged.
        cell: A KPI and a segment, such as ``win_rate:Ann``; several dimensions are divided by ``/``.
        inputs: The files, for the record.

    Raises:
        SalesmetricsError: ``option_invalid``: there is no such row; else as :func:`build_benchmark`.
    """
    answer = build_benchmark(request, frames, catalog, terms)
    named = [(f"{row.kpi}:{_name(row)}", row) for row in answer.benchmark]
    bare = [(f"{row.kpi}:{'/'.join(value or '' for value in row.group.values())}", row) for row in answer.benchmark]
    row = next((row for name, row in [*named, *bare] if name == cell.strip()), None)
    if row is None:
        raise no_such_cell(cell, list(dict.fromkeys(name for name, _ in named)))
    parts = [
        f'"{column}" IS NULL' if value is None else f'"{column}" = ' + "'" + value.replace("'", "''") + "'"
        for column, value in row.group.items()
    ]
    where = " AND ".join([*([f"({request.where})"] if request.where else []), *parts])
    alone = replace(request, kpis=(row.kpi,), families=(), by=(), where=where)
    found = list_rows(alone, frames, catalog, inputs=inputs)
    return replace(found, command="benchmark", filters=request.filters, how=told(_behind(row, found.how)))


def _name(row: BenchmarkRow) -> str:
    """The segment of a row, as a table names it."""
    return "/".join(value if value is not None else told(Message("segment_blank")) for value in row.group.values())


def _behind(row: BenchmarkRow, how: str) -> Message:
    return Message("how_segment", segment=_name(row), how=how)
