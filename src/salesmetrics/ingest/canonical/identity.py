"""Which rows are records of their own: deleted rows out, repeated ids by a declared rule, never a guess by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
from msgspec.structs import replace

from salesmetrics.frames.far import FarFrame
from salesmetrics.frames.laid import blanks_of, collected, in_order
from salesmetrics.ingest.recognise.words import words_of
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.findings import finding
from salesmetrics.schema.kinds import column_types
from salesmetrics.schema.message import Message, Some
from salesmetrics.schema.provenance import Severity
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.provenance import Finding

__all__ = [
    "Kept",
    "alike_but_for_people",
    "first_ids",
    "repeated_ids",
    "without_continuations",
    "without_deleted",
    "without_fragments",
    "without_repeats",
]

LINE_FIELDS = frozenset({"product", "amount", "quantity", "list_price", "cost"})
"""What may differ between the product rows of one deal."""

_WITH_LINES = ("deals", "leads", "activities", "customers", "invoices")
"""Kinds whose exports may hold lines of a record."""

_MANY_CELLS = 4
"""Where records have fewer filled cells than these, a row of one cell may be a record."""

_SHOWN, _FIRST = 40, 5
"""Letters of a cell, and ids, that a finding names."""

_PEOPLE = frozenset({"owner", "owner_id", "contact", "contact_id", "team", "region"})
_SPLIT = re.compile(
    r"\b(?:owners?|contacts?|reps?|sales ?(?:rep|person|man)|sellers?|users?|agents?|attendees?|participants?|guests?|roles?"
    r"|primary|split|share|commission|percent(?:age)?|credit|team|territory|region|e ?mail|phone|assigned|employee|manager"
    r"|besitzer|kontakt|ansprechpartner|mitarbeiter|anteil|propietario|contacto|vendedor|responsable|responsavel|contato"
    r"|proprietaire|commercial|ответственный|контакт|менеджер|сотрудник|доля)\b"
)
"""What may differ between the rows of one record that several people have a part in."""

_ENOUGH_TO_TELL = ("name", "account", "account_id", "company", "id", "email")
_AT_STAKE = 0.01
_CENT = 0.005

_LINE_WORDS = "product|item|line|quantity|qty|sku|article|service|description|unit price|menge|artikel|produit|producto|produto|товар|количество"
_LINE = re.compile(rf"\b(?:{'|'.join(words_of(word) for word in _LINE_WORDS.split('|'))})\b")
"""Headers of the lines of an invoice or a deal."""

_LINE_MONEY: Mapping[str, tuple[str, ...]] = {
    "invoices": ("amount", "paid_amount", "balance"),
    "deals": ("amount", "cost"),
}
"""Kinds whose records may stand on a row per line, and their money, which is the line's or the record's."""

_DEAL_FIELDS = (
    "name",
    "stage",
    "status",
    "owner",
    "created",
    "close_date",
    "closed",
    "is_won",
    "is_closed",
    "currency",
)
"""What must agree for rows of one id to be product rows of one deal."""


class Kept(msgspec.Struct, frozen=True):
    """A frame after a rule, how many rows the rule took out and under which name, and what it has to say."""

    frame: pl.DataFrame
    reason: str = ""
    ignored: int = 0
    findings: tuple[Finding, ...] = ()
    withheld: tuple[Withheld, ...] = ()


def without_deleted(frame: pl.DataFrame, kind: Kind, path: str, header: str | None) -> Kept:
    """Take out the rows that the CRM marks as deleted."""
    if frame.schema.get("is_deleted") != pl.Boolean:  # some kinds know no such field: then it is a column of text
        return Kept(frame)
    deleted = frame.get_column("is_deleted").fill_null(value=False)
    n = int(deleted.sum())
    if n == 0:
        return Kept(frame)
    rows = frame.get_column(ROW).filter(deleted)
    severity = Severity.ERROR if n == frame.height else None
    said = finding("deleted_rows", kind=kind, path=path, column=header, rows=rows, severity=severity)
    return Kept(frame.filter(~deleted), "deleted", n, (said,))


def without_continuations(
    frame: pl.DataFrame, kind: Kind, path: str, header: str | None, headers: Mapping[str, str] | None = None
) -> Kept:
    """Take out the lines that only continue the record above: nothing in them makes a record, and other cells are filled.

    Exports of records with their lines (products, contacts, tags) write what is the record's own once. Where such lines
    carry amounts of their own, nobody here can tell whether the record's amount holds them: amounts are then withheld, and
    so are quantities, list prices and costs.
    """
    types = column_types(kind)
    heads = [c for c in frame.columns if c in types and c not in LINE_FIELDS and c != "currency"]
    if kind not in _WITH_LINES or len(heads) < 2 or not all(blanks_of(frame, c) for c in heads):
        return Kept(frame)
    blank = frame.select(pl.all_horizontal(pl.col(heads).is_null())).to_series()
    blank = blank & (~blank).cum_max()  # the first rows continue nothing
    n = int(blank.sum())
    if n == 0:
        return Kept(frame)
    lines, rest = frame.filter(blank), frame.filter(~blank)
    findings = [finding("continuation_lines", kind=kind, path=path, column=header, rows=lines.get_column(ROW))]
    withheld: tuple[Withheld, ...] = ()
    priced = lines.filter(pl.col("amount").is_not_null()) if "amount" in frame.columns else lines.clear()
    if priced.height:
        at_stake = _money(priced.get_column("amount").sum())
        numbers = priced.get_column(ROW).to_list()
        findings.append(
            finding("line_amounts", kind=kind, path=path, count=priced.height, rows=numbers, at_stake=at_stake)
        )
        withheld = (Withheld(kind, "amount", "line_amounts_unsure"),)
    for name in ("quantity", "list_price", "cost"):
        if name not in types or name not in lines.columns:
            continue
        given = lines.get_column(ROW).filter(lines.get_column(name).is_not_null())
        if len(given):
            shown = (headers or {}).get(name, name)
            findings.append(
                finding("line_cells", kind=kind, path=path, column=shown, count=len(given), rows=given.to_list())
            )
            withheld = (*withheld, Withheld(kind, name, "line_amounts_unsure"))
    return Kept(rest, "continuation", n, tuple(findings), withheld)


def without_fragments(frame: pl.DataFrame, kind: Kind, path: str, constants: Collection[str] = ()) -> Kept:
    """Take out rows with a single filled cell where records have many: titles of groups, lines of another file, garbage."""
    columns = [c for c in frame.columns if c != ROW and c not in constants]
    full = sum(not blanks_of(frame, c) for c in columns)
    if full > 1 or len(columns) < _MANY_CELLS or frame.height < 2:
        return Kept(frame)
    filled = frame.select(pl.sum_horizontal(pl.col(columns).is_not_null().cast(pl.UInt16))).to_series()
    mask = filled <= 1
    n = int(mask.sum())
    usual = filled.filter(~mask).median()
    if n == 0 or 2 * n > frame.height or usual is None or float(str(usual)) < _MANY_CELLS:
        return Kept(frame)
    gone = frame.filter(mask)
    texts = (
        gone.select(pl.coalesce(pl.col(columns).cast(pl.String))).to_series().drop_nulls().unique(maintain_order=True)
    )
    shown = tuple(text[:_SHOWN] for text in texts.head(3).to_list())
    said = finding("rows_of_one_cell", kind=kind, path=path, count=n, rows=gone.get_column(ROW).to_list(), cells=shown)
    return Kept(frame.filter(~mask), "fragment", n, (said,))


def without_repeats(
    frame: pl.DataFrame, kind: Kind, path: str, header: str | None, *, line_items: bool, of_lines: bool = False
) -> list[Kept]:
    """Apply the rule for ids that occur more than once.

    Rows that are equal in every column are one record. Product rows of one deal (where the profile says that the CRM
    writes them) become the deal once, with the sum of their amounts. Anything else is kept as it is, and is an error to look
    at: which of two contents is right cannot be known here. Amounts that are known to be ``of_lines`` are not doubted
    where the lines of a deal have the same.

    Returns:
        One step per rule that had something to do, in order; the last one's frame is the result.
    """
    repeated = repeated_ids(frame)
    if repeated is None:
        return []
    steps: list[Kept] = []
    mask = frame.get_column("id").is_in(repeated.implode()).fill_null(value=False)
    rest, twins = frame.filter(~mask), frame.filter(mask)
    content = [c for c in frame.columns if c != ROW]
    lines = line_items and "product" in frame.columns
    if not lines:
        once = twins.unique(subset=content, keep="first", maintain_order=True)
        if once.height < twins.height:
            gone = twins.join(once.select(ROW), on=ROW, how="anti").get_column(ROW)
            said = finding("identical_rows", kind=kind, path=path, column=header, count=len(gone), rows=gone.to_list())
            twins = once
            steps.append(Kept(in_order([rest, twins], ROW), "duplicate", len(gone), (said,)))
    elif (merged := _merged_lines(twins)) is not None and merged.height < twins.height:
        n = twins.height - merged.height
        singled = merged.filter(~pl.col("id").is_duplicated()).get_column("id")
        doubtful = twins.filter(pl.col("id").is_in(singled.implode()))
        mixed = _of_several_products(doubtful)
        said = finding(
            "product_rows_merged", kind=kind, path=path, column=header, count=n, deals=merged.height, mixed=mixed
        )
        equal, unsure = ([], ()) if of_lines else _equal_amounts(doubtful, kind, path, summed=True)
        twins = merged
        steps.append(Kept(in_order([rest, twins], ROW), "line_item", n, (said, *equal), unsure))
    for rule in (_per_person, _lines_of_one):
        step = rule(twins, kind, path, header)
        if step is not None:
            twins = step.frame
            steps.append(replace(step, frame=in_order([rest, twins], ROW)))
    if (left := repeated_ids(twins)) is not None:
        rows = twins.filter(pl.col("id").is_in(left.implode())).get_column(ROW)
        said = finding(
            "ids_repeated",
            kind=kind,
            path=path,
            column=header,
            count=len(rows),
            rows=rows.to_list(),
            ids=first_ids(left),
        )
        steps.append(Kept(in_order([rest, twins], ROW), findings=(said,)))
    return steps


def _people_columns(frame: pl.DataFrame, kind: Kind) -> list[str]:
    types = column_types(kind)
    return [c for c in frame.columns if (c in _PEOPLE if c in types else bool(_SPLIT.search(words_of(c))))]


def _per_person(twins: pl.DataFrame, kind: Kind, path: str, header: str | None) -> Kept | None:
    """Rows of one id that differ only in the people who have a part in it are one record."""
    people = _people_columns(twins, kind)
    same = [c for c in twins.columns if c not in (ROW, *people)]
    if not people or twins.is_empty() or kind == "reps":
        return None
    once = twins.unique(subset=same, keep="first", maintain_order=True)
    n = twins.height - once.height
    if n == 0:
        return None
    gone = twins.join(once.select(ROW), on=ROW, how="anti")
    differing = tuple(c for c in people if twins.get_column(c).n_unique() > 1)
    said = finding(
        "rows_per_person",
        kind=kind,
        path=path,
        column=header,
        count=n,
        rows=gone.get_column(ROW).to_list(),
        differing=differing,
    )
    return Kept(once, "per_person", n, (said,))


def _lines_of_one(twins: pl.DataFrame, kind: Kind, path: str, header: str | None) -> Kept | None:
    """Rows of one id that differ in the product or in other cells of a line, and agree in all else: one invoice, one deal.

    Amounts that differ are those of the lines and add up. An amount that all lines repeat may be either's: it counts once,
    and is withheld unless another column has amounts that add up to it.
    """
    line_fields = _LINE_MONEY.get(kind)
    if line_fields is None or twins.is_empty():
        return None
    types = column_types(kind)
    lined = [c for c in twins.columns if c in ("product", "quantity") or (c not in types and _LINE.search(words_of(c)))]
    if not lined:
        return None
    apart = LINE_FIELDS | {*line_fields}
    agree = [pl.col(c).n_unique() == 1 for c in twins.columns if c in types and c not in apart and c != "id"]
    differ = pl.any_horizontal(*[pl.col(c).n_unique() > 1 for c in lined])
    good = twins.group_by("id").agg(ok=pl.all_horizontal(differ, pl.len() > 1, *agree)).filter("ok").get_column("id")
    lines = twins.filter(pl.col("id").is_in(good.implode())).sort(ROW)
    if lines.is_empty():
        return None
    once = _once(lines, [c for c in line_fields if c in twins.columns])
    n, records = lines.height - once.height, Message(f"{kind}_counted", n=once.height)
    rows = lines.filter(~pl.col(ROW).is_in(once.get_column(ROW).implode())).get_column(ROW).to_list()
    mixed = _of_several_products(lines)
    findings = [
        finding("lines_merged", kind=kind, path=path, column=header, count=n, rows=rows, records=records, mixed=mixed)
    ]
    equal, withheld = _equal_amounts(lines, kind, path)
    findings += equal
    left = twins.filter(~pl.col("id").is_in(good.implode()))
    return Kept(in_order([once, left], ROW), "line_item", n, tuple(findings), withheld)


def _of_several_products(lines: pl.DataFrame) -> int:
    """How many records have lines of more than one product, so that the record itself has none."""
    if "product" not in lines.columns:
        return 0
    return int(lines.group_by("id").agg(pl.col("product").n_unique() > 1).get_column("product").sum())


def _equal_amounts(
    lines: pl.DataFrame, kind: Kind, path: str, *, summed: bool = False
) -> tuple[list[Finding], tuple[Withheld, ...]]:
    """What is said and withheld of records whose lines all have the same amount or cost: it may be the line's or the record's.

    Where another column has amounts of the lines that add up to it, it is the record's, unless it was ``summed`` already.
    """
    findings: list[Finding] = []
    withheld: list[Withheld] = []
    for name in ("amount", "cost"):
        if name not in lines.columns or name not in column_types(kind):
            continue
        known = pl.col(name).drop_nulls()
        repeated = lines.group_by("id").agg(unsure=(known.n_unique() == 1) & (known.len() > 1)).filter("unsure")
        unsure = lines.filter(pl.col("id").is_in(repeated.get_column("id").implode()) & (pl.col(name) != 0))
        if unsure.is_empty() or (not summed and _lines_add_up(unsure, name, column_types(kind))):
            continue
        ids, numbers = unsure.get_column("id").unique(), unsure.get_column(ROW).to_list()
        findings.append(
            finding(
                "line_amounts_equal",
                kind=kind,
                path=path,
                count=len(numbers),
                rows=numbers,
                what=Message(f"field_{name}"),
                ids=first_ids(ids),
            )
        )
        withheld.append(Withheld(kind, name, "line_amounts_unsure"))
    return findings, tuple(withheld)


def _once(lines: pl.DataFrame, money: Sequence[str]) -> pl.DataFrame:
    """One row per id: amounts that differ added up, a repeated one once, products and list prices where the lines agree."""
    sums = [
        pl.when(pl.col(c).drop_nulls().n_unique() > 1).then(pl.col(c).sum()).otherwise(pl.col(c).drop_nulls().first())
        for c in money
    ]
    numbers = [
        c for c in ("quantity",) if c in lines.columns and lines.schema[c] != pl.String
    ]  # text is no field of ours
    added = [pl.col(c).sum() for c in numbers]
    single = [
        pl.when(pl.col(c).n_unique() == 1).then(pl.col(c).first()).alias(c)
        for c in ("product", "list_price")
        if c in lines.columns
    ]
    named = {"id", "product", "list_price", *numbers, *money}
    rest = [pl.col(c).first() for c in lines.columns if c not in named]
    kept = [sum_.alias(c) for sum_, c in zip(sums, money, strict=True)]
    once = lines.group_by("id", maintain_order=True).agg(*rest, *kept, *added, *single).select(lines.columns)
    return once.cast(pl.Schema(lines.schema))


def _lines_add_up(lines: pl.DataFrame, name: str, types: Collection[str]) -> bool:
    """Whether another column has amounts of the lines that add up to what is repeated, in every record."""
    others = [c for c in lines.columns if c not in types and c != ROW and lines.schema[c] == pl.String]
    amounts = lines.select(
        "id", pl.col(name).cast(pl.Float64), *(pl.col(c).cast(pl.Float64, strict=False) for c in others)
    )
    sums = amounts.group_by("id").agg(pl.col(name).drop_nulls().first(), *(pl.col(c).sum() for c in others))
    return any(bool(((sums[c] - sums[name]).abs() < _CENT).all()) for c in others)


def alike_but_for_people(frame: pl.DataFrame, kind: Kind, path: str) -> Kept | None:
    """Rows without an id that differ only in the people who have a part in it: one record, or several that look the same.

    All are counted. The finding names the amount at stake, and amounts are withheld when it is more than 1 % of all, or of
    the records that ended alike.

    Args:
        frame: Canonical columns with ``outcome``, where the kind has one.
        kind: Kind of record.
        path: File, for the finding.
    """
    telling = [c for c in _ENOUGH_TO_TELL if c in frame.columns]
    people = _people_columns(frame, kind)
    if kind not in ("deals", "leads", "invoices", "revenue") or "id" in frame.columns or not people or not telling:
        return None
    same = [c for c in frame.columns if c not in (ROW, *people)]
    dates = [c for c in same if frame.schema[c] in (pl.Date, pl.Datetime)]
    if not dates or frame.select(same).hash_rows().n_unique() == frame.height:
        return None
    known = pl.all_horizontal(
        pl.any_horizontal(pl.col(telling).is_not_null()), pl.any_horizontal(pl.col(dates).is_not_null())
    )
    later = pl.struct(same).is_duplicated() & ~pl.struct(same).is_first_distinct()
    twins = frame.filter(known & later & ~pl.struct([c for c in frame.columns if c != ROW]).is_duplicated())
    if twins.is_empty():
        return None
    at_stake, shares = _at_stake(frame, twins)
    said = finding(
        "rows_alike_but_for_people",
        kind=kind,
        path=path,
        count=twins.height,
        rows=twins.get_column(ROW).to_list(),
        differing=tuple(people),
        at_stake=None if at_stake is None else Message("at_stake", amount=at_stake),
        share_of_value=shares[0] or None,
    )
    unsure = (Withheld(kind, "amount", "records_unsure"),) if max(shares) > _AT_STAKE else ()
    return Kept(frame, findings=(said,), withheld=unsure)


def _at_stake(frame: pl.DataFrame, twins: pl.DataFrame) -> tuple[Message | None, list[float]]:
    """The amount of some rows, and their share of all, then of those with the same outcome."""
    if "amount" not in frame.columns:
        return None, [0.0]
    amount = pl.col("amount").abs().sum().cast(pl.Float64)
    shares = [_share(twins.select(amount).item(), frame.select(amount).item())]
    if "outcome" in frame.columns:
        total = dict(frame.group_by("outcome").agg(amount).iter_rows())
        shares += [_share(part, total[outcome]) for outcome, part in twins.group_by("outcome").agg(amount).iter_rows()]
    return _money(twins.get_column("amount").sum()), shares


def _money(amount: Any) -> Message:
    """An amount, with its cents where it has any."""
    return Message("money_without_currency" if f"{amount:.2f}".endswith(".00") else "money_in_cents", amount=amount)


def _share(part: float | None, total: float | None) -> float:
    return round((part or 0.0) / total, 6) if total else 0.0


def first_ids(ids: pl.Series) -> Some:
    """The first ids of a column, and how many there are.

    >>> first_ids(pl.Series(["b", "a"])).values
    ('a', 'b')
    """
    return Some(tuple(ids.sort().head(_FIRST).to_list()), len(ids))


def repeated_ids(frame: pl.DataFrame) -> pl.Series | None:
    """The ids on more than one row, or None."""
    if "id" not in frame.columns or frame.is_empty():
        return None
    if isinstance(frame, FarFrame) and frame.lies_there("id"):
        parts = frame.by_key(_ids_apart, _on_several_rows)
        found = pl.concat([frame.clear().get_column("id").to_frame(), *parts]).to_series()
        return found if len(found) else None
    ids = frame.get_column("id")
    # Distinct hashes prove distinct ids at a fraction of the cost of comparing texts.
    known = ids.drop_nulls() if ids.null_count() else ids
    if known.hash().n_unique() == len(known):
        return None
    counts = frame.lazy().filter(pl.col("id").is_not_null()).group_by("id").len().filter(pl.col("len") > 1)
    return collected(counts.select("id"), frame).to_series()


_BUCKETS = 64
"""Parts that ids are put into by their hash, each counted by itself."""


def _ids_apart(frame: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """How often each id of a piece occurs, those of one hash together."""
    ids = frame.select(pl.col("id").drop_nulls()).group_by("id").len()
    buckets = ids.with_columns((pl.col("id").hash(seed=0) % _BUCKETS).cast(pl.Int32).alias("bucket"))
    return {int(bucket): part.drop("bucket") for (bucket,), part in buckets.group_by("bucket")}


def _on_several_rows(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The ids that occur more than once in all pieces together."""
    counts = pl.concat(parts).group_by("id").agg(pl.col("len").sum()).filter(pl.col("len") > 1)
    return counts.select("id")


def _merged_lines(twins: pl.DataFrame) -> pl.DataFrame | None:
    """Product rows as deals, for the ids whose rows agree on the deal; the other rows stay. None when no id agrees."""
    agreeing = [c for c in _DEAL_FIELDS if c in twins.columns]
    if agreeing:
        agree = pl.all_horizontal(*[pl.col(c).n_unique() == 1 for c in agreeing])
        good = twins.group_by("id").agg(agree.alias("ok")).filter("ok").get_column("id")
    else:
        good = twins.get_column("id").unique()
    if good.is_empty():
        return None
    lines = twins.filter(pl.col("id").is_in(good.implode()))
    sums = [c for c in ("amount", "quantity", "cost") if c in twins.columns]
    keys = {"id", *sums}
    once = [pl.col(c).first() for c in twins.columns if c not in keys and c not in {"product", "list_price"}]
    summed = [pl.when(pl.col(c).is_not_null().any()).then(pl.col(c).sum()).alias(c) for c in sums]
    single = [
        pl.when(pl.col(c).n_unique() == 1).then(pl.col(c).first()).alias(c)
        for c in ("product", "list_price")
        if c in twins.columns
    ]
    deals = lines.sort(ROW).group_by("id", maintain_order=True).agg(*once, *summed, *single).select(twins.columns)
    deals = deals.cast(pl.Schema(twins.schema))
    return in_order([deals, twins.filter(~pl.col("id").is_in(good.implode()))], ROW)
