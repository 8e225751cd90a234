"""How cohorts look: a row each with the share won by each horizon, revenue, and the closed basis in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import (
    Cell,
    Column,
    Document,
    Heading,
    Kind,
    Narrow,
    Row,
    Sheet,
    Sparkline,
    Table,
    Text,
    Tone,
)
from salesmetrics.render.layouts.footer import findings_below
from salesmetrics.render.layouts.head import answer_head
from salesmetrics.render.layouts.pages import (
    analysis_page,
    ends_of,
    how_counted,
    mark_column,
    span_of,
    whisker,
    with_marks,
)
from salesmetrics.render.layouts.words import (
    FEW,
    field_name,
    interval_cell,
    interval_title,
    reason_text,
    segment_name,
    share_cell,
)
from salesmetrics.render.page import Axis, Chart, Fold, Page, Section, Series
from salesmetrics.render.scales import axis
from salesmetrics.render.text import amount, count, interval, one_line
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.answers.cohort import (
        ClosedBasis,
        Cohort,
        CohortHorizon,
        CohortRevenue,
        Cohorts,
        CohortShare,
        Suspect,
    )
    from salesmetrics.render.document import Block
    from salesmetrics.render.page import PageBlock

__all__ = ["closed_basis", "cohort_sections", "cohorts_document", "cohorts_page", "cohorts_sheet", "longest_horizon"]


def cohorts_document(answer: Cohorts) -> Document:
    """The cohorts of the total, what they brought in, the closed basis beside them, and the segments.

    A low screen does without what they brought in.
    """
    codes = list(dict.fromkeys(money.currency for row in answer.cohorts for h in row.horizons for money in h.revenue))
    total, *own = [row for row in answer.cohorts if not row.group]
    rows = [*own, total]
    head = answer_head(answer, None, [code for code in codes if code])
    top = max((value for row in rows for value in row.curve if value is not None), default=0.0)
    cohorts = _table(rows, answer, top)
    revenue: list[Block] = []
    for code in codes:
        named = phrase("heading_revenue_per_deal_in", currency=code or phrase("segment_no_currency"))
        revenue += [
            Heading(named if len(codes) > 1 else phrase("heading_revenue_per_deal")),
            _revenue(rows, code, answer.min_n),
        ]
    created = {h.days: money.created for h in total.horizons for money in h.revenue}
    if any(n != total.size for n in created.values()):
        code = "cohort_revenue_of" if len(set(created.values())) > 1 else "cohort_revenue_of_each"
        parts = list(dict.fromkeys(phrase(code, n=n, days=days) for days, n in created.items()))
        revenue.append(Text(phrase("cohort_revenue_all", parts=parts, size=total.size), Tone.MUTED))
    below = [*_segments(answer), *_below(answer)]
    elsewhere = Text(phrase("revenue_not_shown"), apart=True)
    shorter = Document((*head, cohorts, *([elsewhere] if revenue else []), *below))
    return Document((*head, cohorts, *revenue, *below), shorter=shorter if revenue else None, rows_kept=_ENOUGH)


_ENOUGH = 12
"""Cohorts that a screen shows with what they brought in."""


def _segments(answer: Cohorts) -> list[Block]:
    segments = [row for row in answer.cohorts if row.group and row.cohort is None]
    if not segments:
        return []
    table = _segment_table(segments, answer, on_screen=True)
    return [Heading(phrase("heading_by", names=list(map(field_name, answer.group_by)))), table]


def _below(answer: Cohorts) -> list[Block]:
    blocks: list[Block] = [Text(line, apart=not place) for place, line in enumerate(closed_basis(answer))]
    notes = _notes(answer)
    blocks += [Text(note, Tone.MUTED, apart=not place) for place, note in enumerate(notes)]
    return [*blocks, *findings_below(answer, apart=not notes)]


def _table(rows: Sequence[Cohort], answer: Cohorts, top: float) -> Table:
    """A row per cohort, or per segment where these are of all cohorts; curves where ``top`` is the value of a full bar."""
    by_cohort = not rows[0].group
    dropped = "cohorts_not_shown" if by_cohort else "segments_not_shown"
    longest = max(len(row.curve) for row in rows)
    title = phrase("column_cohort") if by_cohort else joined(map(field_name, rows[0].group))
    columns = [
        Column(title, Kind.LABEL),
        Column(phrase("column_deals" if answer.of == "deals" else "column_created_leads"), Kind.NUMBER),
        Column(phrase("column_ended"), Kind.NUMBER, 1, Narrow.VANISH, plural=phrase("column_ended")),
        *(Column(phrase("column_days", days=h.days), Kind.NUMBER) for h in rows[0].horizons),
        Column(
            interval_title([h for h in map(longest_horizon, rows) if h]),
            Kind.INTERVAL,
            3,
            Narrow.VANISH,
            plural=phrase("columns_interval"),
        ),
        Column(phrase("column_at_risk"), Kind.NUMBER, 2, Narrow.VANISH, plural=phrase("column_at_risk")),
        *([Column(phrase("column_curve"), Kind.MARK, 4, Narrow.VANISH)] if top else []),
    ]
    drawn = []
    for row in rows:
        last = longest_horizon(row)
        cells = [
            Cell(_label(row, by_cohort=by_cohort)),
            Cell(count(row.size), value=row.size),
            Cell(amount(row.ended.value, "ratio"), Tone.MUTED, row.ended.value, "ratio"),
            *(_share(h, small=_is_small(row, h, answer)) for h in row.horizons),
            interval_cell(last.interval if last else None, "ratio"),
            _counted(last.at_risk if last else None),
            *([Cell(mark=_drawn_curve(row, longest, top))] if top else []),
        ]
        drawn.append(Row(tuple(cells), total=by_cohort and row.cohort is None))
    return Table(tuple(columns), tuple(drawn), drops="first" if by_cohort else "last", dropped=dropped)


def _drawn_curve(row: Cohort, longest: int, top: float) -> Sparkline | None:
    """The curve of a row, on the days that all rows share."""
    rest = [None] * (longest - len(row.curve))
    return Sparkline((*row.curve, *rest), on_zero=True, top=top) if row.curve else None


def _counted(number: int | None) -> Cell:
    return Cell("" if number is None else count(number), Tone.MUTED, number)


def longest_horizon(row: Cohort) -> CohortHorizon | None:
    """The longest horizon that a cohort has reached."""
    return next((h for h in reversed(row.horizons) if h.value is not None), None)


def _label(row: Cohort, *, by_cohort: bool) -> str:
    if not by_cohort:
        return joined(segment_name(value) for value in row.group.values())
    if row.cohort is None:
        return phrase("row_all_cohorts")
    label = one_line(row.cohort)
    return phrase("partly_in_brackets", label=label) if row.partial else label


def _is_small(row: Cohort, horizon: CohortHorizon, answer: Cohorts) -> bool:
    """Whether a share rests on few records: of all cohorts together those that have reached the horizon may be few."""
    return row.small or (horizon.n is not None and horizon.n < answer.min_n)


def _share(horizon: CohortHorizon, *, small: bool) -> Cell:
    flag = FEW if small and horizon.value is not None else ""
    tone = Tone.MUTED if small or horizon.value is None else Tone.PLAIN
    return Cell(amount(horizon.value, "ratio"), tone, horizon.value, "ratio", flag=flag)


def _revenue(rows: Sequence[Cohort], code: str | None, min_n: int) -> Table:
    columns = [
        Column(phrase("column_cohort"), Kind.LABEL),
        *(Column(phrase("column_days", days=h.days), Kind.NUMBER) for h in rows[0].horizons),
    ]
    drawn = []
    for row in rows:
        cells = [Cell(_label(row, by_cohort=True))]
        for horizon in row.horizons:
            money = next((money for money in horizon.revenue if money.currency == code), None)
            value = money.per_created if money else None
            few = FEW if money and value is not None and money.created < min_n else ""
            tone = Tone.MUTED if value is None or few else Tone.PLAIN
            cells.append(Cell(amount(value, "money", places=2), tone, value, "money", code, flag=few))
        drawn.append(Row(tuple(cells), total=row.cohort is None))
    return Table(tuple(columns), tuple(drawn), drops="first", dropped="cohorts_not_shown", apart=False)


# --- the closed basis ---


def closed_basis(answer: Cohorts) -> list[str]:
    """Whether the win rate of closed deals says what the cohorts say, in sentences; none where it is unknown."""
    bases = answer.closed_basis
    total = next((base for base in bases if not base.group), None)
    if total is None or total.win_rate.value is None:
        return []
    rate = total.win_rate
    details: dict[str, Any] = {
        "closed": amount(rate.value, "ratio"),
        "won": rate.numerator,
        "decided": rate.denominator,
        "days": total.horizon_days,
        "share": amount(total.cohorts.value, "ratio"),
        "closed_interval": interval(rate.interval, "ratio"),
        "interval": interval(total.cohorts.interval, "ratio"),
    }
    if total.cohorts.value is None:
        return [phrase("closed_basis", **details)]
    found = {True: "closed_basis_differs", False: "closed_basis_same", None: "closed_basis_unclear"}[total.differs]
    lines = [phrase(found, **details)]
    if total.differs:
        lines.append(_suspects(total))
    if total.still_open:
        everyone = next(row for row in answer.cohorts if not row.group)
        base = next(h.n for h in everyone.horizons if h.days == total.horizon_days)
        lines.append(
            phrase("closed_basis_open", open=amount(total.still_open, "ratio"), n=base, days=total.horizon_days)
        )
    others = [
        Message(
            "closed_basis_group",
            name=_name(base),
            closed=amount(base.win_rate.value, "ratio"),
            share=amount(base.cohorts.value, "ratio"),
            days=base.horizon_days,
        )
        for base in bases
        if base.group and base.differs
    ]
    if others:
        lines.append(phrase("closed_basis_groups", groups=others))
    return lines


def _suspects(base: ClosedBasis) -> str:
    shown = [suspect for suspect in base.suspects if suspect.supported]
    if not shown:
        biases = [Message(f"bias_{suspect.bias}") for suspect in base.suspects]
        return phrase("closed_basis_none_shown", biases=biases)
    return phrase("closed_basis_shown", biases=[_suspect(suspect) for suspect in shown])


def _suspect(suspect: Suspect) -> Message:
    return Message(
        f"suspect_{suspect.bias}",
        numerator=suspect.numerator,
        denominator=suspect.denominator,
        days=suspect.days,
    )


def _name(base: ClosedBasis) -> str:
    return joined(segment_name(value) for value in base.group.values())


def _notes(answer: Cohorts) -> list[str]:
    total = next(row for row in answer.cohorts if not row.group)
    found = [phrase(f"cohort_legend_{answer.of}")]
    reasons = dict.fromkeys(h.reason for row in answer.cohorts if not row.group for h in row.horizons if h.reason)
    if "not_reached" in reasons:
        found.append(phrase("cohort_not_reached"))
    own = {"missing_close_dates": "cohort_ends_unplaced_deals"}
    found += [
        phrase("cohort_undefined", reason=phrase(own[code]) if code in own else reason_text(code))
        for code in reasons
        if code != "not_reached"
    ]
    money = [money for h in total.horizons for money in h.revenue]
    found += [phrase("cohort_undefined", reason=text) for text in dict.fromkeys(_reasons(money))]
    if answer.undated:
        found.append(phrase(f"cohort_undated_{answer.of}", n=answer.undated))
    if total.unplaced:
        found.append(phrase(f"cohort_unplaced_{answer.of}", n=total.unplaced))
    unpriced = max((item.unpriced for item in money), default=0)
    if unpriced:
        found.append(phrase("cohort_unpriced", n=unpriced))
    shown = [row for row in answer.cohorts if not row.group or row.cohort is None]
    few = any(item.created < answer.min_n for item in money)
    if few or any(row.small or any(_is_small(row, h, answer) for h in row.horizons) for row in shown):
        found.append(phrase("cohort_small", sign=FEW, min_n=answer.min_n))
    if answer.group_by:
        found.append(phrase("cohort_of_groups", names=list(map(field_name, answer.group_by))))
    return found


def _reasons(money: Iterable[Any]) -> list[str]:
    return [reason_text(item.reason) for item in money if item.reason]


# --- the page ---

_CURVES = 6
"""So many cohorts have a curve, beside that of all."""
_EVERY = 30
"""Days between the points of a curve."""


def cohorts_page(answer: Cohorts) -> Page:
    """The curves and the triangle of cohorts, what they brought in, segments, the closed basis, and findings."""
    codes = list(dict.fromkeys(money.currency for row in answer.cohorts for h in row.horizons for money in h.revenue))
    head = answer_head(answer, None, [code for code in codes if code])
    return analysis_page(phrase("section_cohort"), head, cohort_sections(answer), findings_below(answer, apart=False))


def cohort_sections(answer: Cohorts) -> tuple[Section, ...]:
    """The same as sections, each of which stands alone."""
    total, *own = [row for row in answer.cohorts if not row.group]
    rows = [*own, total]
    top = max((value for row in rows for value in row.curve if value is not None), default=0.0)
    triangle = replace(_table(rows, answer, top), drops="")
    behind = Fold(phrase("fold_counts"), (_counts(rows),))
    folded = (*_revenue_fold(rows, answer), behind, *how_counted(_notes(answer)))
    blocks = (*_curves(rows, answer), triangle, *folded)
    found = [Section("cohorts", phrase(f"page_cohort_{answer.of}"), blocks), *_basis_section(answer)]
    segments = [row for row in answer.cohorts if row.group and row.cohort is None]
    if segments:
        title = phrase("heading_by", names=list(map(field_name, answer.group_by)))
        found.append(
            Section("cohort-segments", title, (Text(phrase("cohort_segments_seen")), _segment_table(segments, answer)))
        )
    return tuple(found)


def _revenue_fold(rows: Sequence[Cohort], answer: Cohorts) -> list[Fold]:
    """What cohorts brought in by each horizon, in each currency."""
    codes = list(dict.fromkeys(money.currency for h in rows[-1].horizons for money in h.revenue))
    parts: list[PageBlock] = []
    for code in codes:
        named = phrase("heading_revenue_per_deal_in", currency=code or phrase("segment_no_currency"))
        parts += [Text(named, Tone.STRONG, apart=True)] if len(codes) > 1 else []
        parts.append(replace(_revenue(rows, code, answer.min_n), drops=""))
    return [Fold(phrase("heading_revenue_per_deal"), tuple(parts))] if parts else []


def _segment_table(segments: Sequence[Cohort], answer: Cohorts, *, on_screen: bool = False) -> Table:
    """A row per segment, with the share at its longest horizon between the ends of its interval."""
    table = _table(segments, answer, 0.0)
    longest = [longest_horizon(row) for row in segments]
    between = span_of(ends_of(h for h in longest if h), "ratio")
    marks = [
        whisker(h.value, h.interval, between, hollow=_is_small(row, h, answer)) if h else None
        for row, h in zip(segments, longest, strict=True)
    ]
    if on_screen:
        return with_marks(table, mark_column(between, "ratio"), marks)
    return with_marks(replace(table, drops=""), Column("", Kind.MARK, 4, Narrow.VANISH, detail=True), marks)


def _curves(rows: Sequence[Cohort], answer: Cohorts) -> list[PageBlock]:
    """The share won from creation on: of all cohorts, and of some between the oldest and the youngest that may be stated."""
    *own, total = rows
    stated = [row for row in own if len(row.curve) > 1 and not row.small]
    if len(total.curve) < _LEAST_POINTS or total.small:
        return []
    step = max((len(stated) - 1) / (_CURVES - 1), 1)
    some = [stated[round(step * place)] for place in range(min(_CURVES, len(stated)))]
    drawn = [*some, total]
    points = {id(row): [(0.0, 0.0), *((float(_EVERY * n), v) for n, v in enumerate(row.curve, 1))] for row in drawn}
    longest = max(x for own_points in points.values() for x, _ in own_points)
    ends = [(float(h.days), h.interval) for h in total.horizons if h.interval and h.days < longest + _EVERY]
    band = [
        (x, float(span.low), float(span.high)) for x, span in ends if span.low is not None and span.high is not None
    ]
    series = [
        Series(
            _label(row, by_cohort=True),
            tuple(points[id(row)]),
            ((0.0, 0.0, 0.0), *band) if row is total and band else (),
            tone=Tone.STRONG if row is total else Tone.PLAIN,
        )
        for row in drawn
    ]
    values = [value for own_points in points.values() for _, value in own_points]
    last = next(value for value in reversed(total.curve) if value is not None)
    which = "all" if not some else "one" if len(some) == 1 else "some"
    said = phrase(
        f"curves_seen_{answer.of}",
        drawn=phrase(f"curves_of_{which}", n=len(some), of=len(own)),
        share=amount(last, "ratio"),
        days=_EVERY * len(total.curve),
    )
    title = phrase(f"chart_curves_{answer.of}")
    up = axis([*values, *(high for _, _, high in band)], "ratio")
    longest = max([longest, *(x for x, _, _ in band)])
    across = Axis(0.0, longest, _ages(longest, total), phrase("axis_days_since"))
    return [Chart("steps", title, said, across, up, tuple(series), unit="ratio")]


def _ages(longest: float, total: Cohort) -> tuple[tuple[float, str], ...]:
    """The horizons that have a text below curves: those that are apart from each other."""
    found = [0]
    found += [h.days for h in total.horizons if h.days <= longest]
    shown = [days for place, days in enumerate(found) if not place or days - found[place - 1] >= longest / _APART]
    return tuple((float(days), count(days)) for days in shown)


_APART = 13
"""A text below curves takes so small a part of their width."""
_LEAST_POINTS = 2
"""A curve of fewer points is none."""


def _counts(rows: Sequence[Cohort]) -> Table:
    """What each share is estimated from, a row per cohort and horizon that is reached."""
    columns = (
        Column(phrase("column_cohort"), Kind.LABEL),
        Column(phrase("column_horizon"), Kind.NUMBER),
        Column(phrase("column_value"), Kind.VALUE),
        Column(interval_title([h for row in rows for h in row.horizons]), Kind.INTERVAL, 3, Narrow.VANISH),
        Column(phrase("column_won_by_then"), Kind.SHARE, 1, Narrow.VANISH),
        Column(phrase("column_at_risk"), Kind.NUMBER, 2, Narrow.VANISH),
    )
    drawn = []
    for row in rows:
        for h in row.horizons:
            if h.value is None:
                continue
            cells = (
                Cell(_label(row, by_cohort=True)),
                Cell(phrase("column_days", days=h.days), value=h.days, unit="days"),
                Cell(amount(h.value, "ratio"), value=h.value, unit="ratio"),
                interval_cell(h.interval, "ratio"),
                share_cell(h.won, h.n),
                _counted(h.at_risk),
            )
            drawn.append(Row(cells, total=row.cohort is None))
    return Table(columns, tuple(drawn))


def _basis_section(answer: Cohorts) -> list[Section]:
    """The win rate that CRMs show beside that of the cohorts, of the total and each segment."""
    said = closed_basis(answer)
    if not said:
        return []
    total, *groups = [base for base in answer.closed_basis if base.win_rate.value is not None]
    by = phrase("heading_by", names=list(map(field_name, answer.group_by)))
    folded = (Fold(by, (_basis_table(groups),)),) if groups else ()
    blocks = (*map(Text, said), _basis_table([total]), *folded)
    return [Section("closed-basis", phrase("section_closed_basis"), blocks)]


def _basis_table(bases: Sequence[ClosedBasis]) -> Table:
    shares = [(base, name, share) for base in bases for name, share in _two(base) if share.value is not None]
    between = span_of(ends_of(share for _, _, share in shares), "ratio", zero=False)
    columns = (
        Column("", Kind.LABEL, wraps=True),
        Column(phrase("column_value"), Kind.VALUE),
        Column(phrase("column_share"), Kind.SHARE, 2, Narrow.VANISH),
        Column(interval_title([share for _, _, share in shares]), Kind.INTERVAL, 1, Narrow.VANISH),
        Column("", Kind.MARK, 3, Narrow.VANISH, detail=True),
    )
    rows = [
        Row(
            (
                Cell(name),
                Cell(amount(share.value, "ratio"), value=share.value, unit="ratio"),
                share_cell(share.numerator, share.denominator),
                interval_cell(share.interval, "ratio"),
                Cell(mark=whisker(share.value, share.interval, between)),
            ),
            section=_name(base),
        )
        for base, name, share in shares
    ]
    return Table(columns, tuple(rows), spaced=len(bases) > 1)


def _two(base: ClosedBasis) -> list[tuple[str, CohortShare]]:
    within = phrase("basis_of_cohorts", days=base.horizon_days or 0)
    return [(phrase("basis_of_closed"), base.win_rate), (within, base.cohorts)]


# --- as rows ---


def cohorts_sheet(answer: Cohorts) -> Sheet:
    """A row per cohort, segment and number: maturity, share won by each horizon, revenue per created record."""
    by = answer.group_by
    header = ["cohort", *by, "metric", "days", "currency", "value", "numerator", "denominator", "low", "high"]
    rows: list[list[Any]] = []
    for row in answer.cohorts:
        lead = [row.cohort, *(row.group.get(name) for name in by)]
        ended = row.ended
        rows.append(
            [*lead, "ended", None, None, ended.value, ended.numerator, ended.denominator, *_ends(ended), None, None]
        )
        rows += [
            [*lead, "won_share", h.days, None, h.value, h.won, h.n, *_ends(h), h.at_risk, h.reason]
            for h in row.horizons
        ]
        rows += [[*lead, *_revenue_row(h.days, money)] for h in row.horizons for money in h.revenue]
    for base in answer.closed_basis:
        lead = [None, *(base.group.get(name) for name in by)]
        for name, days, share in (
            ("win_rate", None, base.win_rate),
            ("won_of_decided", base.horizon_days, base.cohorts),
        ):
            numbers = [share.value, share.numerator, share.denominator, *_ends(share)]
            rows.append([*lead, name, days, None, *numbers, None, share.reason])
    return Sheet([*header, "at_risk", "reason"], rows)


def _revenue_row(days: int, money: CohortRevenue) -> list[Any]:
    numbers = [money.per_created, money.value, money.created]
    return ["revenue_per_created", days, money.currency, *numbers, None, None, None, money.reason]


def _ends(share: Any) -> list[Any]:
    return [share.interval.low, share.interval.high] if share.interval else [None, None]
