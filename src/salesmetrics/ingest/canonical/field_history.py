"""A log of changes, a row per field, as states of deals: what a deal was after each change, and before the first.

A log tells of changes only. What it leaves out is known from the deals beside it:

* The value before the first change of a field is the one that the deal was created with.
* A deal whose field the log does not name has never changed it: its present value has held since it was created.
* A field of which the log has not one row is not logged, and nothing is known of it.
* All this holds from the day on which the log begins, its first row about any field: what happened before, nobody wrote down.
  Of an older deal the value is known from that day on, but not the day on which it entered its stage, so that this is no entry.
* A log is as old as the deals where at most three of its rows can be missing: it has no row of a time that, at the rate at
  which it has rows later, would have given three, and no deal ended in that time.
* A log ends with its last row, where by the same reckoning more than three are missing between that and the last event of
  the deals: of a deal that was open then, and that the log does not name, nothing is known.
* Where deals were closed without a row about it, the log does not have all deals, and its silence says nothing.
* A log without values before a change, such as HubSpot's history of properties, names the first value of each deal itself,
  and says nothing of deals that it does not name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
from msgspec.structs import replace

from salesmetrics.ingest.canonical.canonical import UNREADABLE, faults_of, parse_beside
from salesmetrics.ingest.dataset import FILE
from salesmetrics.ingest.parse.common import Place, plain_text
from salesmetrics.ingest.recognise.changelog import Unfolded, deal_column, time_column
from salesmetrics.ingest.recognise.columns import ColumnMatch
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.clock import utc_name
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.findings import finding
from salesmetrics.schema.kinds import column_types
from salesmetrics.schema.message import Message, Some

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from salesmetrics.ingest.dataset import Part
    from salesmetrics.ingest.recognise.changelog import ChangeLog, Tracked
    from salesmetrics.ingest.recognise.columns import Recognition
    from salesmetrics.ingest.table.table import RawTable
    from salesmetrics.schema.provenance import Finding

__all__ = ["as_now", "mapping_of", "planned_dates", "recognised", "said_of_log", "states_of", "unfolded"]

_NOT_A_HISTORY = ("stage", "from_stage", "expected_close", "amount", "owner", "owner_id", "exited")
"""Fields of a stage entry that a column of a log, beside its values, gives as they are now."""
_AT = "__at__"
_NTH = "__nth__"
_INDEX = "__index__"


def unfolded(table: RawTable, log: ChangeLog) -> tuple[RawTable, Unfolded]:
    """Give each field of a log a column of its own, and leave the rows about other fields out.

    Args:
        table: The log, all text.
        log: What its columns hold.

    Returns:
        The table, in which a value stands under the name of its field; and where.
    """
    cells = plain_text(table.frame.get_column(log.field)).str.strip_chars()
    names = {each.name: canonical for canonical, each in log.tracked.items()}
    known = cells.is_in([*names, *log.begun]).fill_null(value=False)
    rest = table.frame.filter(~known)
    frame, cells = table.frame.filter(known), cells.filter(known)
    headers = [name for name in table.frame.columns if name not in (log.new, log.old, *log.named.values())]
    now, was, made = dict[str, str](), dict[str, str](), list[pl.Series]()
    for name, canonical in names.items():
        here = cells == name
        for source, target, suffix in ((log.new, now, ""), (log.old, was, " (before)")):
            if source is None:
                continue
            header = next(
                each
                for each in (f"{name}{suffix}", f"{source} ({name}){suffix}", f"{ROW}{name}")
                if each not in headers
            )
            headers.append(header)
            target[canonical] = header
            text = _bare(plain_text(frame.get_column(source)))
            if source in log.named and canonical in ("stage", "owner"):
                text = pl.select(pl.coalesce(plain_text(frame.get_column(log.named[source])), text)).to_series()
            made.append(
                pl.DataFrame([here.alias("h"), text.alias("t")])
                .select(pl.when("h").then("t").alias(header))
                .to_series()
            )
    if "stage" not in now:
        # A history without a stage is of no kind; the column is taken away again.
        now["stage"] = f"{ROW}stage"
        made.append(pl.Series(now["stage"], [None] * frame.height, dtype=pl.String))
    drop = [name for name in (log.new, log.old, *log.named.values()) if name is not None]
    left_out = table.frame.height - frame.height
    ignored = dict(table.ignored)
    if left_out:
        ignored["other_field"] = ignored.get("other_field", 0) + left_out
    own = table.frame.drop(ROW)
    field = cells.replace_strict(names, default=None, return_dtype=pl.String)
    made_table = replace(table, frame=frame.drop(drop).hstack(made), ignored=ignored)
    return made_table, Unfolded(log, now, was, field, rest, deal_column(own, log), time_column(own, log))


_JSON = r"^\s*[\[{]"
_IN_JSON = r'"(?:id|sale|value|timestamp)"\s*:\s*"?([^",}\]]+)'
"""The value in the cell of an API: ``[{"lead_status":{"id":142,"pipeline_id":5}}]``."""


def _bare(text: pl.Series) -> pl.Series:
    """Cells without the JSON that an API packs a value into.

    >>> _bare(pl.Series(['[{"lead_status":{"id":142,"pipeline_id":5}}]', "[]", "Demo"])).to_list()
    ['142', None, 'Demo']
    """
    packed = text.str.contains(_JSON)
    if not packed.any():
        return text
    frame = pl.DataFrame([text.alias("text"), packed.alias("packed")])
    inside = pl.col("text").str.extract(_IN_JSON)
    return frame.select(pl.when("packed").then(inside).otherwise("text")).to_series()


def mapping_of(found: Unfolded, mapping: Mapping[str, str]) -> dict[str, str]:
    """What is said of the columns of a log: those of its fields, and what the user said of the others."""
    said = {name: header for name, header in mapping.items() if name not in _NOT_A_HISTORY}
    own = dict.fromkeys(_NOT_A_HISTORY, "") | dict(found.now)
    if found.deal is not None and found.deal not in said.values():
        said.setdefault("deal_id", found.deal)
    if found.time is not None and found.time not in said.values():
        said.setdefault("entered", found.time)
    return said | own | ({"from_stage": found.was["stage"]} if "stage" in found.was else {})


def recognised(recognition: Recognition, asked: Mapping[str, str]) -> Recognition:
    """A recognition without the column that only stands in for a stage, and that says what the user did not say."""
    columns = {
        name: ColumnMatch(name, match.header, "profile") if match.how == "option" and name not in asked else match
        for name, match in recognition.columns.items()
        if match.header != f"{ROW}stage"
    }
    return replace(recognition, columns=columns)


def said_of_log(findings: Sequence[Finding]) -> list[Finding]:
    """What is said of cells, in words for a log: its values stand in one column, which cannot be ignored for one field."""
    told = {"cells_unreadable": "log_value_unreadable"}
    return [replace(item, code=told.get(item.code, item.code)) for item in findings]


def planned_dates(parts: Sequence[Part]) -> list[pl.DataFrame]:
    """The dates of closing of deals as their exports have them, before one becomes the day on which a deal ended."""
    names = ("id", "close_date", "expected_close")
    found = [
        part.frame.select(name for name in names if name in part.frame.columns)
        for part in parts
        if part.kind == "deals"
    ]
    return [frame for frame in found if "id" in frame.columns]


def as_now(deals: pl.DataFrame | None, planned: Sequence[pl.DataFrame]) -> pl.DataFrame | None:
    """The deals beside a log of changes, as they are now; None where nothing names them."""
    if deals is None or not planned:
        return None
    dates = (
        pl.concat(planned, how="diagonal")
        .filter(pl.col("id").is_not_null())
        .unique("id", keep="first", maintain_order=True)
    )
    names = ("id", "created", "closed", "outcome", "stage", "status", "amount")
    own = deals.select(name for name in names if name in deals.columns).filter(pl.col("id").is_not_null())
    return own.unique("id", keep="first", maintain_order=True).join(dates, on="id", how="left", maintain_order="left")


class _Log(NamedTuple):
    """One log of changes, of one file or of several.

    Attributes:
        paths: Index of each file → its path.
        tracked: Canonical field → what it is called.
        rows: The changes, and rows about the creation of a deal, in order.
        times: The instants of all rows, of those about other fields, too.
        tells_old: It has values before a change.
    """

    paths: Mapping[int, str]
    tracked: Mapping[str, Tracked]
    rows: pl.DataFrame
    times: pl.Series
    tells_old: bool


def states_of(
    parts: Mapping[int, Part], present: pl.DataFrame | None
) -> tuple[pl.DataFrame, list[tuple[str, Finding]]]:
    """Every state of every deal that the logs of changes tell of. Several files are one log: a long one is exported in pieces.

    Args:
        parts: Index of each log among the files → its canonical rows: ``deal_id`` (String), ``entered`` (Datetime) and a column
            per field; all of them with values before a change, or all of them without.
        present: The deals beside it, as they are now: ``id`` (String), ``created``, ``closed`` (Date) and the values of
            ``stage``, ``status``, ``amount`` and of the dates of closing, ``close_date`` and ``expected_close``, where they have
            them; one row per id.

    Returns:
        Stage entries: ``deal_id``, ``entered``, ``stage`` (where it changed, else null), and ``expected_close``, ``amount`` and
        ``owner`` as they stood, where the log tells of them; with the index of their file. Several changes of an instant are
        microseconds apart, in the order in which one value leads to the next. And what has to be said of which file.
    """
    log, findings = _united(parts)
    fields = list(log.tracked)
    begun = log.rows.filter(pl.col("field").is_null()).group_by("deal_id").agg(born=pl.col(_AT).min())
    rows = log.rows.filter(pl.col("field").is_not_null())
    first = list[pl.DataFrame]()
    if log.tells_old:
        beside = present is not None and not rows.join(present, left_on="deal_id", right_on="id", how="semi").is_empty()
        known = _deals(rows, begun, present if beside else None)
        rows, said = _named_alike(log, rows, known)
        span, noted = _span(log, rows, known)
        findings += [*said, *noted]
        fields = [name for name in fields if name != "stage" or "stage" in rows.columns]
        for name in (each for each in fields if each != "owner"):
            start, said = _starts(log, name, rows, known, span)
            first.append(start)
            findings += said
    frame = _filled(rows, fields, first).with_columns(pl.col(FILE).fill_null(min(log.paths)))
    kept = [name for name in frame.columns if name not in ("field", _AT, _NTH, *(f"was_{f}" for f in fields))]
    frame = frame.select(kept)
    return frame if "stage" in fields else frame.drop("stage", strict=False), [
        (item.path or "", item) for item in findings
    ]


def _united(parts: Mapping[int, Part]) -> tuple[_Log, list[Finding]]:
    """The rows of all files of a log, and how each was read."""
    rows, times, findings = [], [], []
    tracked: dict[str, Tracked] = {}
    for index, part in parts.items():
        found = part.unfolded
        assert found is not None
        own, unreadable = _rows(part, found)
        rows.append(own.with_columns(pl.lit(index, pl.UInt32).alias(FILE)))
        times += [rows[-1].get_column(_AT), _times_of_others(part, found)]
        findings += [_said(part, found), *unreadable]
        tracked = {**found.log.tracked, **tracked}
    every = pl.concat(times).drop_nulls().sort()
    log = _Log(
        paths={index: part.path for index, part in parts.items()},
        tracked=tracked,
        rows=_in_order(pl.concat(rows, how="diagonal"), list(tracked)),
        times=every,
        tells_old=all(part.unfolded is not None and part.unfolded.log.old is not None for part in parts.values()),
    )
    return log, findings


def _times_of_others(part: Part, found: Unfolded) -> pl.Series:
    """The instants of the rows about other fields."""
    header = part.recognition.columns["entered"].header
    text = found.rest.get_column(header)
    if text.is_empty():
        return pl.Series(_AT, [], pl.Datetime("us"))
    place = Place(header, part.path, found.rest.get_column(ROW), text)
    return (
        parse_beside(place, ColumnType.INSTANT, part.options, part.table.frame)
        .values.cast(pl.Datetime("us"))
        .alias(_AT)
    )


def _rows(part: Part, found: Unfolded) -> tuple[pl.DataFrame, list[Finding]]:
    """The rows of a file with their field, the value before and after, and the instant; and which cells cannot be read."""
    table = part.table.frame
    places = pl.DataFrame([table.get_column(ROW), found.field.alias("field")])
    own = [name for name in part.frame.columns if name in {ROW, utc_name("entered"), *column_types("stages")}]
    frame = part.frame.select(own).join(places, on=ROW, how="left", maintain_order="left")
    kept = table.filter(table.get_column(ROW).is_in(part.frame.get_column(ROW).implode()))
    types, old = column_types("stages"), list[pl.Series]()
    findings: list[Finding] = []
    for name, header in found.was.items():
        if name == "stage":
            old.append(part.frame.get_column("from_stage").alias("was_stage"))
            continue
        text = kept.get_column(header)
        place = Place(header, part.path, kept.get_column(ROW), text)
        parsed = parse_beside(place, types[name], part.options, kept)
        old.append(parsed.values.alias(f"was_{name}"))
        findings += [
            finding(
                "log_old_value_unreadable",
                kind="stages",
                path=part.path,
                column=found.log.tracked[name].name,
                rows=place.rows.filter(bad),
                reason=reason,
                value=plain_text(text.filter(bad)).first(),
            )
            for reason, bad in (faults_of(parsed, UNREADABLE[types[name]]) if parsed.bad.any() else ())
        ]
    frame = frame.hstack(old).filter(pl.col("deal_id").is_not_null() & pl.col("entered").is_not_null())
    return frame.with_columns(pl.col("entered").cast(pl.Datetime("us")).alias(_AT)), findings


def _in_order(rows: pl.DataFrame, fields: list[str]) -> pl.DataFrame:
    """Rows in order of time, and in one instant so that each value begins where the one before ends."""
    was = {name: f"was_{name}" for name in fields if f"was_{name}" in rows.columns}
    rows = rows.with_row_index(_INDEX).with_columns(pl.lit(0, pl.Int64).alias(_NTH))
    key = ["deal_id", "field", _AT]
    rows = rows.sort(*key, _INDEX)
    tied = rows.filter(pl.struct(key).is_duplicated() & pl.col("field").is_in(list(was)))
    if tied.is_empty():
        return rows.drop(_INDEX)
    places = dict[int, int]()
    for (_, field, _at), group in tied.group_by(key, maintain_order=True):
        name = str(field)
        links = sorted(
            group.select(was[name], name, _INDEX).iter_rows(), key=lambda link: (str(link[0]), str(link[1]), link[2])
        )
        places |= {row: nth for nth, row in enumerate(_chain(links))}
    order = pl.col(_INDEX).replace_strict(places, default=0, return_dtype=pl.Int64).alias(_NTH)
    return rows.with_columns(order).sort("deal_id", "field", _AT, _NTH, _INDEX).drop(_INDEX)


def _chain(links: list[tuple[object, object, int]]) -> list[int]:
    """Row numbers in an order in which each old value is the new value before, as far as there is one."""
    left, order = list(links), list[int]()
    value: object = None
    while left:
        ends = [new for _, new, _ in left]
        follows = [link for link in left if order and link[0] == value]
        begins = [link for link in left if link[0] not in ends]
        chosen = (follows or begins or left)[0]
        left.remove(chosen)
        order.append(chosen[2])
        value = chosen[1]
    return order


# --- what is known of deals before their first change ---


def _deals(rows: pl.DataFrame, begun: pl.DataFrame, present: pl.DataFrame | None) -> pl.DataFrame:
    """Deals by id with the instant of their creation, where it is known, and their present values."""
    if present is None:
        deals, day = rows.select("deal_id").unique().sort("deal_id"), pl.lit(None, pl.Datetime("us"))
    else:
        deals = present.rename({"id": "deal_id"})
        day = (
            pl.col("created").cast(pl.Datetime("us")) if "created" in deals.columns else pl.lit(None, pl.Datetime("us"))
        )
    deals = deals.with_columns(day.alias("day")).join(begun, on="deal_id", how="left", maintain_order="left")
    return deals.with_columns(born=pl.coalesce("born", "day")).drop("day")


def _starts(
    log: _Log, name: str, rows: pl.DataFrame, deals: pl.DataFrame, span: _Span
) -> tuple[pl.DataFrame, list[Finding]]:
    """The value of a field that each deal has when it is created, or when the log begins: ``deal_id``, instant, value."""
    own = rows.filter(pl.col("field") == name)
    changes = own.group_by("deal_id", maintain_order=True).agg(
        value=pl.col(f"was_{name}").first(), soonest=pl.col(_AT).first(), last=pl.col(name).last()
    )
    source = next((c for c in _SOURCES[log.tracked[name].of_deals] if c in deals.columns), None)
    now = pl.lit(None, own.schema[name]) if source is None else pl.col(source)
    closed = pl.col("closed") if "closed" in deals.columns else pl.lit(None, pl.Date)
    every = deals.select("deal_id", "born", present=now, closed=closed)
    every = every.join(changes, on="deal_id", how="left", maintain_order="left")
    moved = pl.col("soonest").is_not_null()
    findings = _broken(log, name, own)
    told = every.filter(moved) if source is not None else every.head(0)
    differ = told.filter(pl.col("last").ne_missing(pl.col("present")))
    if differ.height:
        findings += _about("log_ends_elsewhere", log, name, differ, of=told.height)
    since = pl.lit(span.opens, pl.Datetime("us"))
    before = (pl.col("born").dt.date() < since.dt.date()).fill_null(value=False)
    at = pl.when(before).then(since).otherwise(pl.min_horizontal("born", "soonest")).cast(pl.Datetime("us"))
    ended = pl.lit(span.until is None) | (pl.col("closed") <= pl.lit(span.until, pl.Date)).fill_null(value=False)
    usable = moved | (pl.lit(source is not None and span.whole) & ended)
    # A deal that was over before the log begins has no state in it.
    lasting = moved | pl.col("closed").is_null() | (pl.col("closed") >= at.dt.date())
    started = every.filter(usable & lasting & pl.col("born").is_not_null()).select(
        "deal_id",
        at.alias(_AT),
        pl.when(moved).then("value").otherwise("present").alias(name),
        older=before,
        still=~moved,
    )
    unmoved = started.filter("still")
    if unmoved.height:
        findings += _about("log_without_deals", log, name, unmoved, since=_since(span.opens))
    if name == "stage":
        started = started.filter(~pl.col("older"))
    return started.select("deal_id", _AT, name), findings


def _named_alike(log: _Log, rows: pl.DataFrame, deals: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Changes whose stages are called as in the deals file; without them where nobody knows which is which.

    A log may have ids where the deals file has names. Each deal that moved shows its last id beside its present name. These
    pairs name the ids where they contradict one another nowhere and leave no id without a name.
    """
    tracked = log.tracked.get("stage")
    if tracked is None:
        return rows, []
    source = next((c for c in _SOURCES[tracked.of_deals] if c in deals.columns), None)
    if source is None:
        return rows, []
    own = rows.filter(pl.col("field") == "stage")
    values = set(own["stage"].to_list()) | set(own["was_stage"].to_list()) - {None}
    names = set(deals[source].drop_nulls().to_list())
    if not names or values & names:
        return rows, []
    last = own.group_by("deal_id", maintain_order=True).agg(pl.col("stage").last())
    seen = last.join(deals.select("deal_id", name=source), on="deal_id").select("stage", "name").drop_nulls().unique()
    pairs = dict(sorted(seen.iter_rows()))
    sure = len(pairs) == seen.height == len(set(pairs.values()))
    if not sure or values - {None} - pairs.keys():
        shown = {"names": sorted(names)[:3], "values": sorted(values - {None})[:3]}
        return rows.drop("stage"), _about("log_of_other_names", log, "stage", own, **shown)
    told = tuple(Message("id_is_name", id=id_, name=name) for id_, name in sorted(pairs.items()))
    renamed = rows.with_columns(pl.col("stage", "was_stage").replace(pairs))
    return renamed, _about("log_names_from_deals", log, "stage", own, names=told)


def _since(opens: datetime | None) -> Message | None:
    return None if opens is None else Message("log_since", day=opens.date())


class _Span(NamedTuple):
    """What a log covers.

    Attributes:
        opens: The instant at which it begins; None where it is as old as the deals.
        until: The day on which it ends; None where it is as young as the deals.
        whole: It has the changes of all deals.
    """

    opens: datetime | None = None
    until: date | None = None
    whole: bool = True


def _span(log: _Log, rows: pl.DataFrame, deals: pl.DataFrame) -> tuple[_Span, list[Finding]]:
    """From when to when a log tells of the deals, and whether it tells of all of them."""
    every = log.times
    if every.is_empty():
        return _Span(), []
    first, last = every[0], every[-1]
    if "closed" not in deals.columns:
        return _Span(first), []
    begins, ends = first.date(), last.date()
    lived = deals.filter(pl.col("born").is_not_null()).with_columns(born=pl.col("born").dt.date())
    latest = lived.select(pl.max_horizontal("born", "closed").max()).item() or ends
    day, end, now = (pl.lit(each, pl.Date) for each in (begins, ends, max(latest, ends)))
    born, closed = pl.col("born"), pl.col("closed")
    spent = [
        (pl.min_horizontal(closed, until) - pl.max_horizontal(born, since)).dt.total_days().clip(0).sum().alias(name)
        for name, since, until in (("before", born, day), ("within", day, end), ("after", end, now))
    ]
    over = ((closed < day) & (born < closed)).any().fill_null(value=False).alias("over")
    before, within, after, gone = lived.select(*spent, over).row(0)
    rate = len(every) / max(within, 1)
    opens = first if gone or rate * before > _MISSING else None
    early = rate * after > _MISSING and (latest - ends).days > _QUIET
    findings: list[Finding] = []
    if early:
        findings += _about("log_ends_early", log, next(iter(log.tracked)), rows.drop(ROW), day=ends, last=latest)
    lacking, closes = _without_an_end(rows, lived, begins, ends)
    whole = len(lacking) <= _MISSING or len(lacking) * _ONE_IN <= closes
    if not whole:
        findings += _about("log_lacks_deals", log, "stage", lacking, closes=closes)
    return _Span(opens, ends if early else None, whole), findings


_MISSING = 3
"""Rows that a log may lack: a process that would give three has none with a chance of 5 % (a Poisson count)."""
_QUIET = 7
"""Days without a row that prove nothing: a holiday."""
_ONE_IN = 20
"""Of so many closed deals one may be without a row about its end."""


def _without_an_end(rows: pl.DataFrame, deals: pl.DataFrame, begins: date, ends: date) -> tuple[pl.DataFrame, int]:
    """Deals that were closed in the time of the log, without a row about their stage; and how many were closed in all.

    Only stages in which no deal is open count: where a deal is closed in the stage that it reached, nothing changes.
    """
    if not {"stage", "outcome"} <= set(deals.columns) or "stage" not in rows.columns:
        return deals.head(0), 0
    opened = deals.filter(pl.col("outcome") == "open").get_column("stage").unique()
    closed = deals.filter(
        (pl.col("outcome") != "open")
        & pl.col("closed").is_between(begins, ends)
        & (pl.col("born") < pl.col("closed"))
        & ~pl.col("stage").is_in(opened.implode())
    )
    logged = rows.filter(pl.col("field") == "stage").select("deal_id").unique()
    return closed.join(logged, on="deal_id", how="anti"), closed.height


_SOURCES: Mapping[str, tuple[str, ...]] = {
    "stage": ("stage",),
    "status": ("status", "stage"),
    "close_date": ("close_date", "expected_close"),
    "expected_close": ("expected_close", "close_date"),
    "amount": ("amount",),
}
"""Field of deals that a log is about → the columns that have its present value, the first that is there."""


def _broken(log: _Log, name: str, own: pl.DataFrame) -> list[Finding]:
    """Changes that do not begin where the one before ended: the log lacks the changes between."""
    before = pl.col(name).shift(1)
    wrong = (pl.col("deal_id") == pl.col("deal_id").shift(1)) & pl.col(f"was_{name}").ne_missing(before)
    rows = own.filter(wrong.fill_null(value=False))
    return _about("log_with_gaps", log, name, rows) if rows.height else []


def _about(code: str, log: _Log, name: str, rows: pl.DataFrame, **details: Any) -> list[Finding]:
    """A finding about rows, one per file; about deals, where the rows are none of a file's."""
    details |= {"example": rows.get_column("deal_id").sort()[0]}
    column = log.tracked[name].name
    if ROW not in rows.columns:
        path = next(iter(log.paths.values()))
        return [finding(code, kind="stages", path=path, column=column, count=rows.height, **details)]
    return [
        finding(code, kind="stages", path=path, column=column, rows=own.get_column(ROW).sort(), **details)
        for index, path in log.paths.items()
        if (own := rows.filter(pl.col(FILE) == index)).height
    ]


def _said(part: Part, found: Unfolded) -> Finding:
    """That a file is read as a log of changes: of which fields, and which others it names."""
    names = tuple(each.name for each in found.log.tracked.values())
    others = (
        Message("log_other_fields", names=Some(found.log.others[:5], len(found.log.others)))
        if found.log.others
        else None
    )
    count = part.frame.height
    return finding(
        "log_of_changes",
        kind="stages",
        path=part.path,
        column=found.log.field,
        count=count,
        fields=names,
        others=others,
    )


# --- states ---


def _filled(rows: pl.DataFrame, fields: list[str], starts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Starts and changes in order of time, each with the values that hold from then on."""
    begin = pl.lit(-1, pl.Int64).alias(_NTH)
    first = [start.with_columns(pl.lit(value=True).alias(f"{start.columns[-1]}?"), begin) for start in starts]
    changes = rows.with_columns((pl.col("field") == name).alias(f"{name}?") for name in fields)
    frame = pl.concat([changes, *first], how="diagonal")
    marks = [f"{name}?" for name in fields]
    frame = frame.with_columns(pl.col(marks).fill_null(value=False))
    # What a deal starts with at one instant is one state: each field is in one of its rows.
    told = [pl.col(name).max() for name in fields], [pl.col(mark).any() for mark in marks]
    begins = frame.filter(pl.col(_NTH) == -1).group_by("deal_id", _AT).agg(*told[0], *told[1], pl.col(_NTH).first())
    numbers = rows.group_by("deal_id").agg(pl.col(ROW).min())
    begins = begins.join(numbers, on="deal_id", how="left")
    frame = pl.concat([begins, frame.filter(pl.col(_NTH) >= 0)], how="diagonal")
    frame = frame.sort("deal_id", _AT, _NTH, ROW, nulls_last=True)
    # Rows of a deal follow one another, so that what was set last is its own where it is not before its first row.
    nth, deal, at = pl.int_range(pl.len()), pl.col("deal_id"), pl.col(_AT)
    frame = frame.with_columns(nth.alias(_NTH), fresh=deal.ne_missing(deal.shift(1)))
    frame = frame.with_columns(own=pl.when("fresh").then(_NTH).forward_fill())
    for name in (each for each in fields if each != "stage"):
        held = pl.when(f"{name}?").then(_NTH).forward_fill()
        frame = frame.with_columns(pl.col(name).gather(pl.when(held >= pl.col("own")).then(held)).alias(name))
    if "stage" in fields:
        frame = frame.with_columns(pl.when("stage?").then("stage").alias("stage"))
    alone = pl.when(pl.col("fresh") | at.ne_missing(at.shift(1))).then(_NTH).forward_fill()
    later = (pl.col(_NTH) - alone).cast(pl.Duration("us"))
    frame = frame.with_columns(entered=at + later)
    utc = utc_name("entered")
    if utc in frame.columns:
        ahead = (at - pl.col(utc)).drop_nulls().first()
        frame = frame.with_columns(pl.coalesce(pl.col(utc) + later, pl.col("entered") - ahead).alias(utc))
    return frame.drop(*marks, "fresh", "own")
