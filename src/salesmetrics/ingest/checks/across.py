"""What two files say about each other: records that point nowhere, names that nearly match, payments above the deal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.canonical.identity import first_ids
from salesmetrics.ingest.checks.categories import same_thing
from salesmetrics.ingest.recognise.words import comparable
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.ingest.checks.context import Context
    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.provenance import Finding

__all__ = ["check_across"]

_POINTERS: tuple[tuple[Kind, str, Kind], ...] = (
    ("activities", "deal_id", "deals"),
    ("stages", "deal_id", "deals"),
    ("invoices", "deal_id", "deals"),
    ("leads", "deal_id", "deals"),
    ("activities", "lead_id", "leads"),
    ("deals", "lead_id", "leads"),
    ("deals", "account_id", "customers"),
    ("invoices", "account_id", "customers"),
    ("deals", "owner_id", "reps"),
)

_NAMES: tuple[tuple[Kind, str, Kind, str], ...] = (
    ("deals", "product", "products", "name"),
    ("deals", "owner", "reps", "name"),
    ("deals", "account", "customers", "name"),
    ("deals", "source", "leads", "source"),
    ("leads", "owner", "reps", "name"),
    ("activities", "owner", "reps", "name"),
    ("invoices", "owner", "reps", "name"),
    ("quotas", "owner", "reps", "name"),
    ("costs", "owner", "reps", "name"),
    ("quotas", "team", "reps", "team"),
    ("costs", "team", "reps", "team"),
    ("quotas", "product", "products", "name"),
)

_WITHOUT_REPS: tuple[tuple[Kind, str, Kind, str], ...] = tuple(
    (kind, column, "deals", column) for kind in ("quotas", "costs") for column in ("owner", "team", "region")
)
"""Where no reps file says how names are spelt, the deals do."""

_WITHOUT_PRODUCTS: tuple[tuple[Kind, str, Kind, str], ...] = (("quotas", "product", "deals", "product"),)

_NO_RECORD = ("0", "-1")
"""Ids by which some exports say "none"."""


def check_across(contexts: Mapping[Kind, Context], stage_names: frozenset[str]) -> list[Finding]:
    """All findings that need two files."""
    findings: list[Finding] = []
    for kind, column, target in _POINTERS:
        findings += _orphans(contexts, kind, column, target)
    pairs = [*_NAMES, *(() if "reps" in contexts else _WITHOUT_REPS)]
    for kind, column, target, name in [*pairs, *(() if "products" in contexts else _WITHOUT_PRODUCTS)]:
        findings += _nearly(contexts, kind, column, target, name)
    if "deals" in contexts:
        findings += _stages_defined(contexts["deals"], stage_names)
        findings += _inactive_owners(contexts["deals"], contexts.get("reps"))
        findings += _overpaid(contexts["deals"], contexts.get("invoices"))
    return findings


def _orphans(contexts: Mapping[Kind, Context], kind: Kind, column: str, target: Kind) -> list[Finding]:
    here, there = contexts.get(kind), contexts.get(target)
    if here is None or there is None or not here.has(column) or not there.has("id"):
        return []
    if there.frame.get_column("id").null_count():
        return []  # some of the other records have no id, so a missing one proves nothing
    ids = there.frame.get_column("id").drop_nulls().unique()
    used = here.frame.get_column(column).drop_nulls().unique()
    lost = used.filter(~used.is_in(ids.implode()) & ~used.is_in(_NO_RECORD))
    if lost.is_empty():
        return []
    mask = pl.col(column).is_in(lost.implode())
    if len(lost) == len(used):
        return here.report("references_match_nothing", mask, column, target=target)
    # A customers file often lists paying customers only, so that its gaps prove less than those of a deals file.
    severity = Severity.NOTE if target == "customers" else None
    return here.report("references_unknown", mask, column, severity=severity, target=target, ids=first_ids(lost))


def _nearly(contexts: Mapping[Kind, Context], kind: Kind, column: str, target: Kind, name: str) -> list[Finding]:
    """Values that match no name of the other file, and would but for case, spaces or look-alike letters."""
    here, there = contexts.get(kind), contexts.get(target)
    if here is None or there is None or not here.has(column) or not there.has(name):
        return []
    used = here.frame.get_column(column).drop_nulls().unique()
    names = there.frame.get_column(name).drop_nulls().unique()
    strangers = used.filter(~used.is_in(names.implode())).sort().head(2_000).to_list()
    keys = {key: known for known in names.sort().to_list() for key in same_thing(known)} if strangers else {}
    pairs = {word: next((keys[k] for k in same_thing(word) if k in keys), None) for word in strangers}
    found = {word: known for word, known in pairs.items() if known is not None}
    if not found:
        return []
    spellings = tuple(Message("spellings", words=pair) for pair in list(found.items())[:5])
    mask = pl.col(column).is_in(list(found))
    return here.report("names_nearly_match", mask, column, target=target, spellings=spellings)


def _stages_defined(deals: Context, stage_names: frozenset[str]) -> list[Finding]:
    if not stage_names or not deals.has("stage"):
        return []
    used = deals.frame.get_column("stage").drop_nulls().unique().to_list()
    strange = [word for word in used if comparable(word) not in stage_names]
    if not strange:
        return []
    mask = pl.col("stage").is_in(strange)
    return deals.report("stage_not_defined", mask, "stage", stages=first_ids(pl.Series(strange)))


def _inactive_owners(deals: Context, reps: Context | None) -> list[Finding]:
    if reps is None or not reps.has("is_active") or not deals.has("owner"):
        return []
    gone = reps.frame.filter(~pl.col("is_active"))
    keys = [gone.get_column(c).drop_nulls() for c in ("id", "name") if c in gone.columns]
    if not keys or gone.is_empty():
        return []
    inactive = pl.concat(keys).unique()
    mask = pl.col("owner").is_in(inactive.implode())
    theirs = deals.frame.filter(mask)
    severity = None if (theirs.get_column("outcome") == "open").any() else Severity.NOTE
    owners = theirs.get_column("owner").unique()
    return deals.report("owner_inactive", mask, "owner", severity=severity, owners=first_ids(owners))


def _overpaid(deals: Context, invoices: Context | None) -> list[Finding]:
    """Deals whose bills and payments add up to more than the deal."""
    if invoices is None or not invoices.has("deal_id") or not deals.has("id", "amount"):
        return []
    column = next((name for name in ("amount", "paid_amount") if invoices.has(name)), None)
    if column is None:
        return []
    counted = pl.col("deal_id").is_not_null() & (pl.col(column) > 0)
    if invoices.has("is_cancelled"):
        counted &= ~pl.col("is_cancelled").fill_null(value=False)
    paid = invoices.frame.lazy().filter(counted).group_by("deal_id").agg(pl.col(column).sum().alias("paid"))
    worth = deals.frame.lazy().group_by("id").agg(pl.col("amount").sum().alias("worth"))
    over = paid.join(worth, left_on="deal_id", right_on="id").filter(pl.col("paid") > pl.col("worth"))
    ids = over.select("deal_id").collect().to_series().sort()
    if ids.is_empty():
        return []
    return invoices.report("paid_above_deal", pl.col("deal_id").is_in(ids.implode()), column, ids=first_ids(ids))
