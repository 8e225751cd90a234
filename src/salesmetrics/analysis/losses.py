"""Why and where deals are lost: by reason, stage, competitor, owner, product and age, by number and by value. Own file: what a table says, apart from what is asked of files."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import polars as pl
from msgspec.structs import replace

from salesmetrics.analysis.cells import cell_rows, no_such_cell
from salesmetrics.analysis.reasons import alike, reason_key, split_reasons
from salesmetrics.analysis.scope import currency_codes, deals_in_scope, group_of, in_window, source_text
from salesmetrics.answers.losses import LOSS_AGES, VIEWS, Loss, LossBefore, LossCoverage, Losses, LossView, MergedReason
from salesmetrics.answers.report import Change, Interval
from salesmetrics.engine.changes import corrected
from salesmetrics.engine.metric import group_order, plain
from salesmetrics.engine.request import window_of
from salesmetrics.entities.currency import still_true
from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message
from salesmetrics.statistics.changes import newcombe_p_value
from salesmetrics.statistics.intervals import newcombe_difference, wilson
from salesmetrics.statistics.multiple import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.answers.rows import Rows
    from salesmetrics.calendar.windows import Window
    from salesmetrics.engine.request import Request
    from salesmetrics.schema.provenance import Finding, Input

__all__ = ["LossFacts", "build_losses", "loss_rows"]

BAND_ENDS = (7, 30, 90, 180, 365)
"""Last day of each but the last of ``LOSS_AGES``."""

COMPETITORS = frozenset(
    {
        *("competitor", "competitors", "main competitor", "main competitors", "primary competitor", "lost to"),
        *("competitor name", "winning competitor", "lost to competitor", "mitbewerber", "wettbewerber", "konkurrent"),
        *("concurrent", "competidor", "concorrente", "конкурент", "竞争对手", "競爭對手", "المنافس"),
    }
)
"""Headers, without case and punctuation, of the column that names who won instead."""

DEAL, ITEM, TOTAL, CURRENCY, ALL = "__deal__", "__item__", "__total__", "__currency__", "__all__"
VARIANTS = "__variants__"


_NAMES = frozenset({"competitor", "owner"})
"""Views whose items are names of people and companies."""


class LossFacts(NamedTuple):
    """What is known of the files beside their records.

    Attributes:
        meanings: Stage → outcome that it means; a stage that is not there is open.
        separators: Index of a file → the sign between several values of a cell.
        reasons: Variant of a reason → the reason that it counts as.
        named: Whether owners and competitors may be told apart, which is by their names.
    """

    meanings: Mapping[str, str]
    separators: Mapping[int, str]
    reasons: Mapping[str, str]
    named: bool


class _LostDeals(NamedTuple):
    """Lost deals with a column per view.

    Attributes:
        frame: A row per deal: ``reason`` (List of String), the other views (String), the columns of the export.
        views: Those that the files allow.
        separators: At which signs reasons were split.
        notes: What has to be said about how the deals were made.
    """

    frame: pl.DataFrame
    views: tuple[LossView, ...]
    separators: tuple[str, ...]
    notes: tuple[Finding, ...]


def build_losses(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    facts: LossFacts,
    *,
    inputs: Sequence[Input] = (),
    findings: Sequence[Finding] = (),
) -> Losses:
    """Count lost deals by what they have in common.

    A deal with several reasons counts under each of them, so that their shares add up to more than 1. Shares are of all
    lost deals of the group, those without a reason among them.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.
        facts: What is known of the files beside their records.
        inputs: The files, for the record.
        findings: What is known about the data already.

    Raises:
        SalesmetricsError: ``report_empty``: no deal was lost, or as for ``deals_in_scope``.
    """
    lost = _lost_deals(request, frames, facts)
    window = window_of(request)
    here = _lost_in(window, lost)
    reason = next((w.reason for w in request.withheld if (w.kind, w.fact) == ("deals", "amount")), None)
    codes = currency_codes(here)
    terms = _Terms(request, codes, reason)
    earlier = request.previous if request.compare == "previous" else request.year_ago if request.compare else None
    before = None if earlier is None else _counts(lost.frame.filter(in_window("closed", earlier)), lost.views, request)
    losses = _losses(_counts(here, lost.views, request), before, lost.views, terms)
    return Losses(
        as_of=request.as_of,
        as_of_source=source_text(request),
        period=request.period,
        comparison=request.comparison,
        group_by=list(request.by),
        inputs=list(inputs),
        coverage=_coverage(here, request),
        losses=losses,
        undated=lost.frame["closed"].null_count() if window.bounded else 0,
        separators=list(lost.separators),
        merged=_merged(here, facts.reasons),
        similar=_similar(here),
        unknown=[view for view in VIEWS if view not in lost.views and (facts.named or view not in _NAMES)],
        findings=still_true([*findings, *lost.notes], request.currency),
        filters=request.filters,
        span=request.span,
        min_n=request.min_n,
        verdicts=corrected((loss.change for loss in losses), request.accepted) if before is not None else None,
    )


def loss_rows(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    facts: LossFacts,
    cell: str,
    inputs: Sequence[Input] = (),
) -> Rows:
    """The lost deals behind a cell.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.
        facts: What is known of the files beside their records.
        cell: A reason, such as ``Price``, or a view and what is looked for in it, such as ``stage:Proposal``; nothing
            behind the colon stands for blank.
        inputs: The files, for the record.

    Raises:
        SalesmetricsError: ``option_invalid``: there is no such cell; else as :func:`build_losses`.
    """
    lost = _lost_deals(request, frames, facts)
    window = window_of(request)
    here = _lost_in(window, lost)
    name, colon, item = cell.partition(":")
    view, item = (name.strip(), item.strip()) if colon and name.strip() in lost.views else ("reason", cell.strip())
    if view not in lost.views:
        raise no_such_cell(cell, [f"{each}:" for each in lost.views])
    column = pl.col(f"view_{view}")
    if view == "reason":
        item = facts.reasons.get(item, item)
    blank = column.list.drop_nulls().list.len().fill_null(0) == 0 if view == "reason" else column.is_null()
    match = column.list.contains(item) if view == "reason" else column == item
    found = here.filter(match if item else blank)
    if found.is_empty():
        values = here[f"view_{view}"].explode() if view == "reason" else here[f"view_{view}"]
        there = values.drop_nulls().value_counts(sort=True).sort(["count", values.name], descending=[True, False])
        raise no_such_cell(cell, [value if view == "reason" else f"{view}:{value}" for value in there[values.name]])
    how = Message("how_lost_with" if item else "how_lost_without", view=Message(f"view_{view}"), item=item)
    return cell_rows(found, "losses", how, request, inputs=inputs, more=("loss_reason",))


def _lost_in(window: Window, lost: _LostDeals) -> pl.DataFrame:
    here = lost.frame.filter(in_window("closed", window))
    if here.is_empty():
        cause = Message("no_lost_in_period" if window.bounded else "no_lost_deals")
        fix = Message("another_period" if window.bounded else "name_lost_stage")
        raise SalesmetricsError("report_empty", cause=cause, fix=fix)
    return here


# --- the deals and what they have in common ---


def _lost_deals(request: Request, frames: Mapping[str, pl.DataFrame], facts: LossFacts) -> _LostDeals:
    """All lost deals as of the day, of any period.

    Raises:
        SalesmetricsError: As :func:`salesmetrics.analysis.scope.deals_in_scope`.
    """
    scope = deals_in_scope(request, frames)
    frame = scope.deals.filter(pl.col("outcome") == "lost").with_row_index(DEAL)
    made: dict[str, pl.Expr | pl.Series] = {}
    split: tuple[str, ...] = ()
    if "loss_reason" in frame.columns:
        reasons, split = split_reasons(frame, facts.separators)
        if facts.reasons:
            variants = pl.element().is_in(list(facts.reasons))
            frame = frame.with_columns(reasons.list.eval(pl.element().filter(variants)).alias(VARIANTS))
            reasons = reasons.list.eval(pl.element().replace(dict(facts.reasons))).list.unique(maintain_order=True)
        made["reason"] = reasons
    stage = _last_stage(frame, scope.stages, facts.meanings)
    if stage is not None:
        made["stage"] = stage
    rival = next((name for name in frame.columns if reason_key(name) in COMPETITORS), None)
    if rival is not None:
        made["competitor"] = pl.col(rival).cast(pl.String)
    made |= {name: pl.col(name) for name in ("owner", "product") if name in frame.columns}
    if frame["created"].count() and frame["closed"].count():
        made["age"] = _age_band()
    if not facts.named:
        made = {name: value for name, value in made.items() if name not in _NAMES}
    columns = [value.alias(f"view_{name}") for name, value in made.items()]
    views = tuple(view for view in VIEWS if view in made)
    return _LostDeals(frame.with_columns(columns), views, split, scope.notes)


def _last_stage(frame: pl.DataFrame, stages: pl.DataFrame | None, meanings: Mapping[str, str]) -> pl.Series | None:
    """The last open stage of each deal: by its history, else the stage that its export keeps when it is lost."""
    ends = [stage for stage, outcome in meanings.items() if outcome != "open"]
    kept: pl.Series | None = None
    if "stage" in frame.columns:
        kept = frame.select(pl.when(~pl.col("stage").is_in(ends)).then(pl.col("stage"))).to_series()
    if stages is not None and "id" in frame.columns and {"deal_id", "stage", "entered"} <= set(stages.columns):
        moves = stages.filter(pl.col("stage").is_not_null() & ~pl.col("stage").is_in(ends)).sort(
            "entered", "__row__", maintain_order=True
        )
        moves = frame.select("id", "closed").drop_nulls("id").join(moves, left_on="id", right_on="deal_id")
        moves = moves.filter((pl.col("entered").cast(pl.Date) <= pl.col("closed")).fill_null(value=True))
        last = moves.group_by("id", maintain_order=True).agg(pl.col("stage").last().alias("__last__"))
        found = frame.select("id").join(last, on="id", how="left", maintain_order="left")["__last__"]
        kept = found if kept is None else pl.select(pl.coalesce(found, kept)).to_series()
    return None if kept is None or not kept.count() else kept


def _age_band() -> pl.Expr:
    days = (pl.col("closed") - pl.col("created")).dt.total_days()
    band: Any = pl.when(days < 0).then(None)
    for end, label in zip(BAND_ENDS, LOSS_AGES, strict=False):
        band = band.when(days <= end).then(pl.lit(label))
    expression: pl.Expr = band.when(days.is_not_null()).then(pl.lit(LOSS_AGES[-1]))
    return expression


# --- counting ---

_Key = tuple[Any, ...]
"""Whether it is a total, the segment, the currency (ALL for every one), and within a view the item."""


class _Count(NamedTuple):
    deals: int
    value: Decimal | None
    priced: int


_NONE = _Count(0, None, 0)


class _Counts(NamedTuple):
    """Lost deals by group and currency, and the same of each item of a view."""

    totals: dict[_Key, _Count]
    items: dict[LossView, dict[_Key, _Count]]


class _Terms(NamedTuple):
    request: Request
    codes: Sequence[str | None]
    withheld: str | None


def _counts(frame: pl.DataFrame, views: Sequence[LossView], request: Request) -> _Counts:
    """Lost deals and their value for the total and each segment, in all currencies and in each, a row per key."""
    by = list(request.by)
    base = frame.select(
        *(pl.col(name).alias(f"__by_{place}") for place, name in enumerate(by)),
        "amount",
        pl.col("currency").alias(CURRENCY),
        *(pl.col(f"view_{view}") for view in views),
    )
    items = {}
    for view in views:
        column = base.with_columns(pl.col(f"view_{view}").alias(ITEM))
        if view == "reason":
            column = column.explode(ITEM)
        items[view] = _grouped(column, len(by), ITEM)
    return _Counts(_grouped(base, len(by)), items)


def _grouped(frame: pl.DataFrame, dimensions: int, *more: str) -> dict[_Key, _Count]:
    names = [f"__by_{place}" for place in range(dimensions)]
    found: dict[_Key, _Count] = {}
    for keys in [[], names] if names else [[]]:
        for currency in (False, True):
            by = [*keys, *([CURRENCY] if currency else []), *more]
            sums = (pl.len(), pl.col("amount").sum(), pl.col("amount").count().alias("priced"))
            table = frame.group_by(by).agg(sums) if by else frame.select(sums)
            for *key, count, value, priced in table.iter_rows():
                group = tuple(key[: len(keys)])
                code = key[len(keys)] if currency else ALL
                found[(group, code, *key[len(by) - len(more) :])] = _Count(count, value if priced else None, priced)
    return found


def _losses(now: _Counts, before: _Counts | None, views: Sequence[LossView], terms: _Terms) -> list[Loss]:
    several = len(terms.codes) > 1
    wanted = {ALL, *terms.codes} if several else {ALL}
    found: list[tuple[Any, Loss]] = []
    for place, view in enumerate(views):
        here, then = now.items[view], {} if before is None else before.items[view]
        # What was lost before and is no more has fallen to 0, and says so.
        for key in dict.fromkeys([*here, *then]):
            group, code, item = key
            if code not in wanted or (group, code) not in now.totals:
                continue
            count, size = here.get(key, _NONE), here.get((group, ALL, item), _NONE)
            rank = LOSS_AGES.index(item) if view == "age" and item is not None else -size.deals
            order = (group_order(group), place, item is None, rank, item or "", code != ALL, code is None, str(code))
            loss = _loss(view, key, count, now.totals[group, code], terms)
            if before is not None:
                earlier = before.items[view].get(key, _NONE)
                loss = _compared(loss, earlier, before.totals.get((group, code), _NONE), now, key, terms)
            found.append((order, loss))
    return _judged([loss for _, loss in sorted(found, key=lambda one: one[0])], terms.request.accepted)


def _judged(losses: Sequence[Loss], fdr: float) -> list[Loss]:
    """Losses with the verdicts on the changes of their shares, corrected for how many there are."""
    p_values = benjamini_hochberg([None if loss.change is None else loss.change.p for loss in losses])
    return [
        loss
        if loss.change is None or adjusted is None
        else replace(
            loss, change=replace(loss.change, p_adjusted=adjusted, verdict=_verdict(loss.change, adjusted <= fdr))
        )
        for loss, adjusted in zip(losses, p_values, strict=True)
    ]


def _loss(view: LossView, key: _Key, count: _Count, of: _Count, terms: _Terms) -> Loss:
    group, code, item = key
    several = len(terms.codes) > 1
    mixed = several and code == ALL
    lacking = "missing_amount" if count.deals and not count.priced else None
    reason = terms.withheld or ("mixed_currency" if mixed else lacking)
    value = None if reason else count.value or Decimal(0)
    whole = None if reason or not of.value or of.value <= 0 else of.value
    bounds = wilson(count.deals, of.deals, terms.request.level)
    return Loss(
        view=view,
        **{view: item},
        group=group_of(terms.request.by, dict(zip(terms.request.by, group, strict=False)), total=not group),
        currency=None if mixed else terms.codes[0] if code == ALL else code,
        count=count.deals,
        value=plain(value),
        value_reason=reason,
        unpriced=count.deals - count.priced,
        share_of_count=count.deals / of.deals,
        share_of_value=None if value is None or whole is None else float(value) / float(whole),
        interval=bounds and Interval(low=bounds.low, high=bounds.high, level=terms.request.level, method="wilson"),
        all_currencies=mixed,
        small=of.deals < terms.request.min_n,
    )


def _compared(loss: Loss, earlier: _Count, of: _Count, now: _Counts, key: _Key, terms: _Terms) -> Loss:
    """A loss beside that of the period before, with the change of its share: none where nothing was lost before."""
    share = earlier.deals / of.deals if of.deals else None
    value = earlier.value if loss.value_reason in (None, "missing_amount") else None
    change = None
    if share is not None and loss.share_of_count is not None:
        n = now.totals[key[0], key[1]].deals
        bounds = newcombe_difference(loss.count, n, earlier.deals, of.deals, terms.request.level)
        few = min(n, of.deals) < terms.request.min_n
        step = loss.share_of_count - share
        change = Change(
            absolute=step,
            relative=None,
            interval=bounds
            and Interval(low=bounds.low, high=bounds.high, level=terms.request.level, method="newcombe"),
            p=None if few else newcombe_p_value(loss.count, n, earlier.deals, of.deals),
            verdict="too few" if few else None,
        )
    previous = LossBefore(count=earlier.deals, value=plain(value), share_of_count=share)
    return replace(loss, previous=previous, change=change)


def _verdict(change: Change, called: bool) -> Literal["higher", "lower", "no clear difference"]:  # noqa: FBT001
    if not called:
        return "no clear difference"
    return "higher" if float(change.absolute or 0) > 0 else "lower"


def _coverage(frame: pl.DataFrame, request: Request) -> list[LossCoverage]:
    """How many lost deals have a reason, for the total and each segment."""
    has = "view_reason" in frame.columns
    known = pl.col("view_reason").list.drop_nulls().list.len().fill_null(0) if has else pl.lit(0)
    counted = frame.with_columns(known.alias("__known__"))
    sums = (
        pl.len().alias("lost"),
        (pl.col("__known__") > 0).sum().alias("with_reason"),
        (pl.col("__known__") > 1).sum().alias("several"),
    )
    rows = [((), *counted.select(sums).row(0))]
    if request.by:
        grouped = counted.group_by([pl.col(name) for name in request.by]).agg(sums)
        rows += [(tuple(row[: len(request.by)]), *row[len(request.by) :]) for row in grouped.iter_rows()]
    found = []
    for group, lost, with_reason, several in sorted(rows, key=lambda row: group_order(row[0])):
        bounds = wilson(with_reason, lost, request.level)
        found.append(
            LossCoverage(
                group=dict(zip(request.by, group, strict=False)),
                lost=lost,
                with_reason=with_reason,
                share=with_reason / lost,
                interval=bounds and Interval(low=bounds.low, high=bounds.high, level=request.level, method="wilson"),
                several=several,
            )
        )
    return found


def _merged(frame: pl.DataFrame, reasons: Mapping[str, str]) -> list[MergedReason]:
    """How many deals have each variant that counts as another reason; 0 tells that a variant is not there."""
    if VARIANTS not in frame.columns:
        return []
    counts = dict(frame[VARIANTS].explode().drop_nulls().value_counts().iter_rows())
    return [MergedReason(variant=name, reason=reasons[name], count=counts.get(name, 0)) for name in sorted(reasons)]


def _similar(frame: pl.DataFrame) -> list[list[str]]:
    """Reasons that read alike: nothing is merged, whoever keeps the CRM decides whether they are the same."""
    return alike(frame["view_reason"].explode().drop_nulls().unique()) if "view_reason" in frame.columns else []
