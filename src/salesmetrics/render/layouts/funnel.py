"""How a funnel looks: a table per pipeline and segment, where value waits in words, and what is known without a history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import (
    Bar,
    Cell,
    Column,
    Document,
    Heading,
    Kind,
    Narrow,
    Row,
    Sheet,
    Table,
    Text,
    Tone,
)
from salesmetrics.render.layouts.footer import findings_below
from salesmetrics.render.layouts.head import SERIES, answer_head
from salesmetrics.render.layouts.pages import analysis_page, anchor, how_counted, mark_column, with_marks
from salesmetrics.render.layouts.words import (
    FEW,
    field_name,
    interval_cell,
    interval_title,
    segment_name,
)
from salesmetrics.render.page import Fold, Page, Section
from salesmetrics.render.text import amount, count, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.answers.funnel import Bottleneck, Funnel, FunnelMoves, FunnelShare, FunnelStage, FunnelStock
    from salesmetrics.render.document import Block
    from salesmetrics.render.page import PageBlock

__all__ = ["bottleneck_sentence", "funnel_document", "funnel_page", "funnel_sections", "funnel_sheet", "passage_table"]


def funnel_document(answer: Funnel) -> Document:
    """The bottleneck in a sentence, the table of each pipeline and segment, and what else happened below it."""
    blocks: list[Block] = [*answer_head(answer, None, answer.currencies)]
    if answer.basis == "created":
        blocks.append(Text(phrase("funnel_cohort"), Tone.MUTED))
    if answer.stock:
        blocks += _stock(answer)
    several = len(answer.order) > 1
    for moves in answer.moves:
        stages = [s for s in answer.stages if s.pipeline == moves.pipeline and s.group == moves.group]
        if not stages:
            continue
        title = _title(moves, several=several)
        if title:
            blocks.append(Heading(title))
        blocks.append(_with_bars(_table(stages), stages))
        worst = [b for b in answer.bottlenecks if b.pipeline == moves.pipeline and b.group == moves.group]
        blocks += [Text(line, apart=not n) for n, line in enumerate([*map(bottleneck_sentence, worst), *_moved(moves)])]
    notes = _notes(answer)
    blocks += [Text(note, Tone.MUTED, apart=not n) for n, note in enumerate(notes)]
    return Document((*blocks, *findings_below(answer, apart=not notes)))


def _title(moves: FunnelMoves, *, several: bool) -> str:
    pipeline = [one_line(moves.pipeline or phrase("segment_blank"))] if several else []
    return joined([*pipeline, *(segment_name(value) for value in moves.group.values())])


def _table(stages: Sequence[FunnelStage]) -> Table:
    gone = ("lost", "other", "still_here")
    shown = [name for name in gone if any(getattr(stage, name) for stage in stages)]
    strict = any(_differ(stage) for stage in stages)
    columns = [
        Column(phrase("column_stage"), Kind.LABEL),
        Column(phrase("column_entered"), Kind.VALUE),
        Column(phrase("column_of_previous"), Kind.NUMBER),
        Column(phrase("column_interval"), Kind.INTERVAL, 5, Narrow.VANISH, plural=phrase("columns_interval")),
        *(
            [Column(phrase("column_strict"), Kind.NUMBER, 4, Narrow.VANISH, plural=phrase("column_strict"))]
            if strict
            else []
        ),
        Column(phrase("column_of_all"), Kind.NUMBER, 3, Narrow.VANISH, plural=phrase("column_of_all")),
        *(Column(phrase(f"column_{name}"), Kind.NUMBER, 2, Narrow.VANISH) for name in shown),
        Column(phrase("column_now_here"), Kind.NUMBER, 2, Narrow.VANISH),
        Column(phrase("column_will_advance"), Kind.NUMBER, 1, Narrow.VANISH, plural=phrase("column_will_advance")),
        Column(phrase("column_median_days"), Kind.NUMBER),
        Column(phrase("column_p90_days"), Kind.NUMBER, 3, Narrow.VANISH),
        Column(phrase("column_waits"), Kind.NUMBER),
        Column(phrase("column_stuck"), Kind.NUMBER, 1, Narrow.VANISH),
    ]
    rows = []
    for stage in stages:
        cells = [
            Cell(phrase("row_won") if stage.stage is None else one_line(stage.stage)),
            Cell(count(stage.entered), value=stage.entered),
            _share(stage.of_previous, small=stage.small),
            interval_cell(stage.of_previous.interval if stage.of_previous else None, "ratio"),
            *([_strict(stage)] if strict else []),
            _share(stage.of_all),
            *(_count(getattr(stage, name)) for name in shown),
            _count(stage.now_here),
            _share(stage.will_advance, small=stage.few_timed),
            *_times(stage),
            _waiting(stage),
            _count(stage.stuck.count if stage.stuck else None),
        ]
        rows.append(Row(tuple(cells), total=stage.stage is None))
    return Table(tuple(columns), tuple(rows))


def _with_bars(table: Table, stages: Sequence[FunnelStage]) -> Table:
    """How many deals entered each stage, as bars beside the numbers."""
    top = max((stage.entered for stage in stages), default=0)
    marks = [Bar(stage.entered, top) if top else None for stage in stages]
    return with_marks(table, mark_column((0, top), "count"), marks, after=2)


def _waiting(stage: FunnelStage) -> Cell:
    share = stage.waiting.share if stage.waiting else None
    return Cell("" if share is None else amount(share, "ratio"), value=share, unit="ratio")


def _differ(stage: FunnelStage) -> bool:
    passed, strict = stage.of_previous, stage.of_previous_strict
    return bool(passed and strict) and getattr(passed, "value", None) != getattr(strict, "value", None)


def _strict(stage: FunnelStage) -> Cell:
    return _share(stage.of_previous_strict) if _differ(stage) else Cell()


def _share(share: FunnelShare | None, *, small: bool = False) -> Cell:
    if share is None:
        return Cell()
    flag = FEW if small and share.value is not None else ""
    return Cell(amount(share.value, "ratio"), Tone.MUTED if small else Tone.PLAIN, share.value, "ratio", flag=flag)


def _count(number: int | None) -> Cell:
    return Cell("" if number is None else count(number), value=number)


def _times(stage: FunnelStage) -> list[Cell]:
    time = stage.time_in_stage
    if time is None:
        return [Cell(), Cell()]
    few = stage.few_timed
    return [
        Cell(
            amount(value, "days"),
            Tone.MUTED if few else Tone.PLAIN,
            value,
            "days",
            flag=FEW if few and value is not None else "",
        )
        for value in (time.median, time.p90)
    ]


def bottleneck_sentence(worst: Bottleneck) -> str:
    """Where value waits, and how much of it."""
    code = f"bottleneck_{worst.by}" if worst.previous is None else f"bottleneck_{worst.by}_before"
    share, previous = amount(worst.share, "ratio"), amount(worst.previous, "ratio")
    return phrase(code, stage=one_line(worst.stage), share=share, previous=previous)


def _moved(moves: FunnelMoves) -> list[str]:
    names = ("back", "skipped", "re_entered", "mid_funnel")
    parts = [phrase(f"moved_{name}", n=getattr(moves, name)) for name in names if getattr(moves, name)]
    return [phrase("moved", n=moves.deals, parts=parts)] if parts else []


def _notes(answer: Funnel) -> list[str]:
    found = []
    if answer.stages:
        measures = {stage.waiting.share_by for stage in answer.stages if stage.waiting and stage.waiting.share_by}
        waits = [phrase(f"waits_by_{by}") for by in sorted(measures, reverse=True) or ["value_days"]]
        found.append(phrase("funnel_legend", days=answer.horizon_days, waits=waits))
        chances = [stage.will_advance for stage in answer.stages if stage.will_advance]
        if any(chance.reason == "not_reached" for chance in chances):
            found.append(phrase("funnel_not_reached", days=answer.horizon_days))
        if any(_differ(stage) for stage in answer.stages):
            found.append(phrase("funnel_strict"))
        found += [
            phrase("order_by_history", stages=[one_line(name) for name in order.stages])
            for order in answer.order
            if order.source == "history"
        ]
        if any(order.source == "crm" and len(order.stages) > 1 for order in answer.order):
            found.append(phrase("order_by_crm"))
        said = {item.code: item for item in answer.findings}
        if said.keys() & SERIES and "stages_beside_exports" not in said:
            found.append(phrase("funnel_of_exports"))
        if "entries_before_exports" in said:
            found.append(one_line(said["entries_before_exports"].message))
    if answer.without_history and answer.stages:
        found.append(phrase("funnel_without", n=answer.without_history))
    if any(_few(stage) for stage in answer.stages):
        found.append(phrase("funnel_small", sign=FEW, min_n=answer.min_n))
    return found


def _few(stage: FunnelStage) -> bool:
    """Whether a number of the stage is flagged as one of few deals."""
    chance, time = stage.will_advance, stage.time_in_stage
    estimated = (chance and chance.value, time and time.median, time and time.p90)
    passed = stage.small and stage.of_previous is not None and stage.of_previous.value is not None
    return passed or (stage.few_timed and any(value is not None for value in estimated))


def _stock(answer: Funnel) -> list[Block]:
    """Open deals by stage, and how the history is exported."""
    blocks: list[Block] = [Text(phrase("stock_only"), apart=True)]
    for title, rows in _stocks(answer):
        blocks += [Heading(title)] if title else []
        blocks.append(_stock_table(rows, answer))
    return [*blocks, Text(phrase("stock_unknown"), apart=True), *_no_history(answer)]


def _stocks(answer: Funnel) -> list[tuple[str, list[FunnelStock]]]:
    """The open deals of each pipeline and segment, with its name where there are several."""
    several = len({stock.pipeline for stock in answer.stock}) > 1
    groups: dict[Any, list[FunnelStock]] = {}
    for stock in answer.stock:
        groups.setdefault((stock.pipeline, *stock.group.values()), []).append(stock)
    return [
        (joined(one_line(name or phrase("segment_blank")) for name in (key if several else key[1:])), rows)
        for key, rows in groups.items()
    ]


def _stock_table(stock: Sequence[FunnelStock], answer: Funnel, top: float = 0.0) -> Table:
    """A row per stage and currency; with ``top``, the count of the longest bar, bars beside the counts."""
    ages = any(row.age_median is not None for row in stock)
    money = len({row.currency for row in answer.stock}) > 1
    columns = [
        Column(phrase("column_stage"), Kind.LABEL),
        *([Column(phrase("column_currency"), Kind.TEXT)] if money else []),
        Column(phrase("column_open_deals"), Kind.VALUE),
        *([Column("", Kind.MARK, 2, Narrow.VANISH, detail=True)] if top else []),
        Column(phrase("column_value"), Kind.NUMBER),
        *([Column(phrase("column_age_in_stage"), Kind.NUMBER)] if ages else []),
    ]
    rows = [
        Row(
            (
                Cell(one_line(row.stage or phrase("segment_blank"))),
                *([Cell(one_line(row.currency or phrase("segment_no_currency")))] if money else []),
                _count(row.count),
                *([Cell(tone=Tone.MARK, mark=Bar(row.count, top))] if top else []),
                Cell(amount(row.value, "money"), value=row.value, unit="money", currency=row.currency),
                *([Cell(amount(row.age_median, "days"), value=row.age_median, unit="days")] if ages else []),
            )
        )
        for row in stock
    ]
    return Table(tuple(columns), tuple(rows))


def _no_history(answer: Funnel) -> list[Block]:
    """How the history is exported, or why that of the files could not be read."""
    known = answer.crm if answer.crm in _KNOWN else "other"
    unread = next((item for item in answer.findings if item.code == "log_of_other_names"), None)
    if unread is not None:
        return [Text(one_line(unread.message)), Text(one_line(unread.hint or ""))]
    return [Text(phrase(f"export_history_{known}"))]


_KNOWN = frozenset({"salesforce", "hubspot", "pipedrive", "zoho", "dynamics365", "bitrix24", "amocrm", "fxiaoke"})
"""Profiles of which a message says how their history is exported."""


# --- the page ---

_OPEN = 3
"""So many segments have their table at once; those of more are folded."""
_SEGMENTS = 40
"""So many segments are on a page."""


def funnel_page(answer: Funnel) -> Page:
    """A section per pipeline, one for segments, and findings."""
    head = answer_head(answer, None, answer.currencies)
    return analysis_page(phrase("page_funnel"), head, funnel_sections(answer), findings_below(answer, apart=False))


def funnel_sections(answer: Funnel) -> tuple[Section, ...]:
    """Conversion and time of each stage, or the open deals by stage where no history is known."""
    if answer.stock:
        return (_stock_section(answer),)
    several = len(answer.order) > 1
    told = [
        (_title(moves, several=several), moves, stages)
        for moves in answer.moves
        if (stages := [s for s in answer.stages if (s.pipeline, s.group) == (moves.pipeline, moves.group)])
    ]
    notes = _notes(answer)
    wholes = [one for one in told if not one[1].group]
    found = [
        Section(
            anchor("funnel", place),
            phrase("section_funnel_of", pipeline=title) if title else phrase("page_funnel"),
            (*_drawn(moves, stages, answer), *(how_counted(notes) if not place else ())),
        )
        for place, (title, moves, stages) in enumerate(wholes)
    ]
    groups = [one for one in told if one[1].group]
    if groups:
        found.append(_segments(groups, answer, () if wholes else how_counted(notes)))
    return tuple(found)


def _drawn(moves: FunnelMoves, stages: Sequence[FunnelStage], answer: Funnel) -> tuple[PageBlock, ...]:
    """What is to be seen in a sentence, the stages with a bar each, and all their numbers folded."""
    worst = [b for b in answer.bottlenecks if (b.pipeline, b.group) == (moves.pipeline, moves.group)]
    said = [*map(bottleneck_sentence, worst), *_moved(moves)]
    everything = Fold(phrase("fold_stages"), (_table(stages),))
    return (*map(Text, said), passage_table(stages), everything)


def passage_table(stages: Sequence[FunnelStage]) -> Table:
    """How many deals entered each stage, as bars, the share that came on with its interval, and the days that it takes."""
    columns = (
        Column(phrase("column_stage"), Kind.LABEL),
        Column(phrase("column_entered"), Kind.VALUE),
        Column("", Kind.MARK, 5, Narrow.VANISH, detail=True),
        Column(phrase("column_of_previous"), Kind.NUMBER),
        Column(
            interval_title([share for stage in stages if (share := stage.of_previous)]),
            Kind.INTERVAL,
            3,
            Narrow.VANISH,
            plural=phrase("columns_interval"),
        ),
        Column(phrase("column_median_days"), Kind.NUMBER, 1, Narrow.VANISH),
        Column(phrase("column_waits"), Kind.NUMBER, 2, Narrow.VANISH),
    )
    top = float(max((stage.entered for stage in stages), default=0))
    rows = [
        Row(
            (
                Cell(phrase("row_won") if stage.stage is None else one_line(stage.stage)),
                _count(stage.entered),
                Cell(tone=Tone.MARK, mark=Bar(stage.entered, top) if top else None),
                _share(stage.of_previous, small=stage.small),
                interval_cell(stage.of_previous.interval if stage.of_previous else None, "ratio"),
                _times(stage)[0],
                _waiting(stage),
            ),
            total=stage.stage is None,
        )
        for stage in stages
    ]
    return Table(columns, tuple(rows))


def _segments(
    groups: Sequence[tuple[str, FunnelMoves, list[FunnelStage]]], answer: Funnel, legend: tuple[PageBlock, ...]
) -> Section:
    """The first segments as they are, the others folded, and how many more there are."""
    blocks: list[PageBlock] = []
    for place, (title, moves, stages) in enumerate(groups[:_SEGMENTS]):
        drawn = _drawn(moves, stages, answer)
        blocks += [Fold(title, drawn)] if place >= _OPEN else [Text(title, Tone.STRONG, apart=True), *drawn]
    rest = len(groups) - _SEGMENTS
    more = (Text(phrase("segments_left_out", n=rest), Tone.MUTED),) if rest > 0 else ()
    title = phrase("section_funnel_by", names=list(map(field_name, answer.group_by)))
    return Section("funnel-segments", title, (*blocks, *more, *legend))


def _stock_section(answer: Funnel) -> Section:
    top = float(max(row.count for row in answer.stock)) or 1.0
    blocks: list[PageBlock] = [Text(phrase("stock_only"))]
    stocks = _stocks(answer)
    for place, (title, rows) in enumerate(stocks[:_SEGMENTS]):
        table = _stock_table(rows, answer, top)
        if place >= _OPEN:
            blocks.append(Fold(title, (table,)))
        else:
            blocks += [*([Text(title, Tone.STRONG, apart=True)] if title else []), table]
    rest = len(stocks) - _SEGMENTS
    blocks += [Text(phrase("segments_left_out", n=rest), Tone.MUTED)] if rest > 0 else []
    how = Fold(phrase("fold_history"), tuple(_no_history(answer)))
    return Section("funnel", phrase("section_stock"), (*blocks, Text(phrase("stock_unknown"), Tone.MUTED), how))


# --- a sheet ---


def funnel_sheet(answer: Funnel) -> Sheet:
    """A row per stage of a pipeline and segment; without a history, of the stock."""
    by = answer.group_by
    if not answer.stages:
        header = ["pipeline", "stage", *by, "currency", "count", "value", "unpriced", "age_median"]
        stock = [
            [s.pipeline, s.stage, *_group(s.group, by), s.currency, s.count, s.value, s.unpriced, s.age_median]
            for s in answer.stock
        ]
        return Sheet(header, stock)
    shares = ("of_previous", "of_previous_strict", "of_all", "of_all_strict", "will_advance")
    header = ["pipeline", "position", "stage", *by, *_COUNTS]
    header += [f"{name}{end}" for name in shares for end in ("", "_low", "_high")]
    header += [
        "median_days",
        "p90_days",
        "value_days",
        "deal_days",
        "stuck",
        "stuck_value",
        "waiting_share",
        "share_by",
        "median_low",
        "median_high",
        "timed",
        "at_risk",
    ]
    rows = []
    for stage in answer.stages:
        name = stage.stage if stage.stage is not None else "won"
        row: list[Any] = [stage.pipeline, stage.position, name, *_group(stage.group, by)]
        row += [getattr(stage, column) for column in _COUNTS]
        for column in shares:
            row += _ends(getattr(stage, column))
        time, waits, stuck = stage.time_in_stage, stage.waiting, stage.stuck
        row += [time.median, time.p90] if time else [None, None]
        row += [waits.value_days, waits.deal_days] if waits else [None, None]
        row += [stuck.count, stuck.value] if stuck else [None, None]
        row += [waits.share, waits.share_by] if waits else [None, None]
        span = time.interval if time else None
        row += [span.low, span.high] if span else [None, None]
        row += [time.n if time else None, stage.will_advance.at_risk if stage.will_advance else None]
        rows.append(row)
    return Sheet(header, rows)


_COUNTS = ("entered", "entered_strict", "advanced", "lost", "other", "still_here", "now_here")


def _group(group: dict[str, str | None], by: Sequence[str]) -> list[str | None]:
    return [group.get(name) for name in by]


def _ends(share: FunnelShare | None) -> list[Any]:
    if share is None:
        return [None, None, None]
    return [share.value, *((share.interval.low, share.interval.high) if share.interval else (None, None))]
