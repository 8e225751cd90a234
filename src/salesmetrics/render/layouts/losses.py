"""How lost deals look: how many have a reason, then a table per view, with the sentences that they need."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from msgspec.structs import replace

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
from salesmetrics.render.layouts.head import answer_head
from salesmetrics.render.layouts.pages import (
    analysis_page,
    bars,
    how_counted,
    mark_column,
    span_of,
    whisker,
    with_marks,
)
from salesmetrics.render.layouts.words import (
    FEW,
    change_cells,
    correction_note,
    field_name,
    interval_cell,
    segment_name,
)
from salesmetrics.render.page import Fold, Page, Section
from salesmetrics.render.text import amount, count, one_line
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.answers.base import Number
    from salesmetrics.answers.losses import Loss, LossCoverage, Losses
    from salesmetrics.render.document import Block, Mark

__all__ = ["coverage_sentence", "loss_name", "losses_document", "losses_page", "losses_sections", "losses_sheet"]

_MANY = frozenset({"competitor", "owner", "product"})
"""Views of which a screen shows the first."""


def losses_document(answer: Losses) -> Document:
    """The total in all views, then the reasons of each segment."""
    codes = list(dict.fromkeys(loss.currency for loss in answer.losses if not loss.all_currencies))
    blocks: list[Block] = [*answer_head(answer, answer.comparison, [code for code in codes if code])]
    for covered in answer.coverage:
        losses = [loss for loss in answer.losses if loss.group == covered.group]
        total = not covered.group
        name = joined(segment_name(value) for value in covered.group.values())
        blocks.append(Text(coverage_sentence(covered, answer), Tone.STRONG, apart=True) if total else Heading(name))
        if not total:
            blocks.append(Text(coverage_sentence(covered, answer), Tone.MUTED))
        for view, members in groupby(losses, key=lambda loss: loss.view):
            if total or view == "reason":
                shown = list(members)
                blocks.append(_with_intervals(_table(phrase(f"view_{view}"), shown, codes, answer), shown, codes))
    notes = _notes(answer)
    blocks += [Text(note, Tone.MUTED, apart=not place) for place, note in enumerate(notes)]
    return Document((*blocks, *findings_below(answer, apart=not notes)))


def coverage_sentence(covered: LossCoverage, answer: Losses) -> str:
    """How many lost deals have a reason, without a full stop."""
    without = covered.lost - covered.with_reason
    code = "lost_without_reasons" if "reason" in answer.unknown else "lost_covered" if without else "lost_covered_all"
    share = amount(covered.share, "ratio")
    return phrase(code, lost=covered.lost, with_reason=covered.with_reason, without=without, share=share)


def _table(title: str, losses: Sequence[Loss], codes: Sequence[str | None], answer: Losses) -> Table:
    """A row per item, with the values of all currencies beside each other."""
    items = [loss for loss in losses if loss.all_currencies or len(codes) == 1]
    columns = [
        Column(title, Kind.LABEL),
        Column(phrase("column_lost"), Kind.VALUE),
        Column(phrase("column_share_lost"), Kind.NUMBER),
        Column(phrase("column_interval"), Kind.INTERVAL, 3, Narrow.VANISH, plural=phrase("columns_interval")),
    ]
    if answer.comparison is not None:
        columns += [
            Column(phrase("column_previous_share"), Kind.NUMBER, 2, Narrow.VANISH, plural=phrase("columns_previous")),
            Column(phrase("column_change"), Kind.CHANGE),
            Column(phrase("column_change_interval"), Kind.INTERVAL, 4, Narrow.VANISH),
            Column(phrase("column_verdict"), Kind.VERDICT, silent=True),
        ]
    for place, code in enumerate(codes):
        named = phrase("column_lost_value_in", currency=code or phrase("segment_no_currency"))
        columns += [
            Column(named if len(codes) > 1 else phrase("column_lost_value"), Kind.NUMBER, place and 5, Narrow.VANISH),
            Column(phrase("column_share_value"), Kind.NUMBER, 5, Narrow.VANISH),
        ]
    values = {(loss.item, loss.currency): loss for loss in losses if not loss.all_currencies}
    whole = all(_is_whole(loss) for loss in losses)
    rows = []
    for loss in items:
        cells = [Cell(loss_name(loss)), Cell(count(loss.count), value=loss.count), _share(loss)]
        cells.append(interval_cell(loss.interval, "ratio"))
        if answer.comparison is not None:
            cells += _change(loss)
        for code in codes:
            cells += _value(values.get((loss.item, code)), whole=whole)
        rows.append(Row(tuple(cells)))
    return Table(tuple(columns), tuple(rows), drops="last" if losses[0].view in _MANY else "")


def _with_intervals(table: Table, losses: Sequence[Loss], codes: Sequence[str | None]) -> Table:
    """The share of each row with its interval as a mark, beside the share of the period before."""
    items = [loss for loss in losses if loss.all_currencies or len(codes) == 1]
    ends = [end for loss in items for end in _drawn_ends(loss)]
    between = span_of(ends, "ratio")
    marks = [
        whisker(
            loss.share_of_count,
            loss.interval,
            between,
            centre=loss.previous.share_of_count if loss.previous else None,
            hollow=loss.small,
        )
        for loss in items
    ]
    return with_marks(table, mark_column(between, "ratio"), marks, after=4)


def _drawn_ends(loss: Loss) -> list[Number | None]:
    ends = [loss.interval.low, loss.interval.high] if loss.interval else []
    return [loss.share_of_count, loss.previous.share_of_count if loss.previous else None, *ends]


def loss_name(loss: Loss) -> str:
    """What the deals of a row have in common."""
    if loss.item is None:
        return phrase("segment_blank")
    return phrase("loss_days", days=loss.item) if loss.view == "age" else one_line(loss.item)


def _share(loss: Loss) -> Cell:
    flag = FEW if loss.small else ""
    tone = Tone.MUTED if loss.small else Tone.PLAIN
    return Cell(amount(loss.share_of_count, "ratio"), tone, loss.share_of_count, "ratio", flag=flag)


def _change(loss: Loss) -> list[Cell]:
    before = None if loss.previous is None else loss.previous.share_of_count
    step, _, span = change_cells(loss.change, "ratio")
    verdict = loss.change.verdict if loss.change and loss.change.verdict in ("higher", "lower") else ""
    return [
        Cell(amount(before, "ratio"), Tone.MUTED, before, "ratio"),
        step,
        span,
        Cell(phrase(f"verdict_{verdict}") if verdict else ""),
    ]


def _is_whole(loss: Loss) -> bool:
    return loss.value is None or loss.value == int(loss.value)


def _value(loss: Loss | None, *, whole: bool) -> list[Cell]:
    if loss is None:
        return [Cell(), Cell()]
    places = 0 if whole else 2
    value = Cell(amount(loss.value, "money", places=places), value=loss.value, currency=loss.currency, unit="money")
    share = loss.share_of_value
    return [value, Cell("" if share is None else amount(share, "ratio"), Tone.MUTED, share, "ratio")]


def _notes(answer: Losses) -> list[str]:
    total = answer.coverage[0]
    found = []
    if total.several:
        found.append(phrase("lost_several", n=total.several, signs=answer.separators))
    merged = [item for item in answer.merged if item.count]
    if merged:
        parts = [
            Message("lost_merged_part", variant=one_line(item.variant), reason=one_line(item.reason), n=item.count)
            for item in merged
        ]
        found.append(phrase("lost_merged", n=sum(item.count for item in merged), parts=parts))
    if len(merged) < len(answer.merged):
        unused = [one_line(item.variant) for item in answer.merged if not item.count]
        found.append(phrase("lost_merged_none", variants=unused))
    if answer.similar:
        found.append(phrase("lost_similar", groups=[Message("same_reasons", reasons=item) for item in answer.similar]))
    there = {loss.view for loss in answer.losses}
    views = [view for view in ("age", "owner") if view in there]
    first = [loss for loss in answer.losses if views and loss.view == views[0] and not loss.group]
    unpriced = sum(loss.unpriced for loss in first if loss.all_currencies or not _several(answer))
    if unpriced:
        found.append(phrase("lost_unpriced", n=unpriced))
    if answer.undated:
        found.append(phrase("lost_undated", n=answer.undated))
    if answer.unknown:
        code = "losses_unknown_stage" if "stage" in answer.unknown else "losses_unknown"
        found.append(phrase(code, views=[Message(f"view_{view}") for view in answer.unknown]))
    if any(loss.small for loss in answer.losses):
        found.append(phrase("lost_small", sign=FEW, min_n=answer.min_n))
    found += correction_note(answer.verdicts)
    if answer.group_by:
        found.append(phrase("lost_other_views", names=list(map(field_name, answer.group_by))))
    return found


def _several(answer: Losses) -> bool:
    return any(loss.all_currencies for loss in answer.losses)


# --- the page ---

_GROUPS = 12
"""So many segments have a column beside each other, and so many their own table."""


def losses_page(answer: Losses) -> Page:
    """A section per view, the reasons of segments, and findings."""
    codes = list(dict.fromkeys(loss.currency for loss in answer.losses if not loss.all_currencies))
    head = answer_head(answer, answer.comparison, [code for code in codes if code])
    return analysis_page(phrase("page_losses"), head, losses_sections(answer), findings_below(answer, apart=False))


def losses_sections(answer: Losses) -> tuple[Section, ...]:
    """The lost deals of the total by each view, with bars for their count and value, then the reasons of segments."""
    codes = list(dict.fromkeys(loss.currency for loss in answer.losses if not loss.all_currencies))
    total = [loss for loss in answer.losses if not loss.group]
    found: list[Section] = []
    for view, members in groupby(total, key=lambda loss: loss.view):
        title = phrase("section_losses_by", view=phrase(f"view_{view}"))
        said = (Text(coverage_sentence(answer.coverage[0], answer)),) if not found else ()
        legend = how_counted(_notes(answer)) if not found else ()
        found.append(Section(f"losses-{view}", title, (*said, _drawn(list(members), codes, answer), *legend)))
    if any(covered.group for covered in answer.coverage):
        found.append(_segments_section(codes, answer))
    return tuple(found)


def _drawn(losses: Sequence[Loss], codes: Sequence[str | None], answer: Losses) -> Table:
    """The table of a view with a bar for each count; in one currency with one for each value too."""
    table = _table(phrase(f"view_{losses[0].view}"), losses, codes, answer)
    items = [loss for loss in losses if loss.all_currencies or len(codes) == 1]
    top = float(max(loss.count for loss in items)) or 1.0
    counts: list[Mark | None] = [Bar(loss.count, top) if loss.count else None for loss in items]
    drawn = with_marks(replace(table, drops=""), Column("", Kind.MARK, 4, Narrow.VANISH, detail=True), counts, after=2)
    marks, scale = bars([loss.value or None for loss in items], "money")
    if len(codes) > 1 or not any(marks):
        return drawn
    return with_marks(drawn, Column(scale, Kind.MARK, 6, Narrow.VANISH, detail=True), marks)


def _segments_section(codes: Sequence[str | None], answer: Losses) -> Section:
    """Reasons beside segments, then a table for each of them, folded."""
    groups = [covered for covered in answer.coverage if covered.group]
    view = next((loss.view for loss in answer.losses if loss.group), "reason")
    own = {
        _group_name(covered): [loss for loss in answer.losses if loss.group == covered.group and loss.view == view]
        for covered in groups[:_GROUPS]
    }
    folded = [Fold(name, (_drawn(losses, codes, answer),)) for name, losses in own.items() if losses]
    rest = len(groups) - len(own)
    more = [Text(phrase("segments_left_out", n=rest), Tone.MUTED)] if rest > 0 else []
    title = phrase("section_losses_by_groups", names=list(map(field_name, answer.group_by)))
    return Section(
        "losses-segments", title, (Text(phrase("losses_crossed")), _crossed(own, codes, view), *folded, *more)
    )


def _group_name(covered: LossCoverage) -> str:
    return joined(segment_name(value) for value in covered.group.values())


def _crossed(groups: Mapping[str, Sequence[Loss]], codes: Sequence[str | None], view: str) -> Table:
    """A row per reason and a column per segment: how many deals were lost."""
    counts = {
        (name, loss_name(loss)): loss.count
        for name, losses in groups.items()
        for loss in losses
        if loss.all_currencies or len(codes) == 1
    }
    rows = dict.fromkeys(item for _, item in counts)
    columns = (
        Column(phrase(f"view_{view}"), Kind.LABEL),
        *(Column(name, Kind.NUMBER, stacked=True) for name in groups),
    )
    return Table(
        columns,
        tuple(Row((Cell(item), *(_counted(counts.get((name, item), 0)) for name in groups))) for item in rows),
    )


def _counted(number: int) -> Cell:
    return Cell(count(number), Tone.PLAIN if number else Tone.MUTED, number)


# --- a sheet ---


def losses_sheet(answer: Losses) -> Sheet:
    """A row per item of a view, group and currency."""
    header = ["view", "item", *answer.group_by, "currency", "count", "share_of_count", "low", "high", "value"]
    header += ["share_of_value", "unpriced", "previous_count", "previous_share", "change", "change_low", "change_high"]
    rows = []
    for loss in answer.losses:
        groups = [loss.group.get(name) if loss.group else None for name in answer.group_by]
        before, step = loss.previous, loss.change
        rows.append(
            [
                *(loss.view, loss.item, *groups, loss.currency, loss.count, loss.share_of_count),
                *((loss.interval.low, loss.interval.high) if loss.interval else (None, None)),
                *(loss.value, loss.share_of_value, loss.unpriced),
                *((before.count, before.share_of_count) if before else (None, None)),
                step.absolute if step else None,
                *((step.interval.low, step.interval.high) if step and step.interval else (None, None)),
                *([step.verdict if step else None, loss.value_reason]),
            ]
        )
    return Sheet([*header, "verdict", "reason"], rows)
