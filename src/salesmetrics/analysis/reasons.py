"""Loss reasons that read alike, and those that are to count as one. Own file: a first settings file proposes what `losses` names."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["alike", "counted_reasons", "reason_key", "settled_reasons", "split_reasons"]


def reason_key(text: str) -> str:
    """A text without case, accents, punctuation and double spaces: variants of one reason have the same.

    >>> [reason_key(text) for text in ("Too expensive!", "too  expensive", "Überteuert", "Счёт", "Мой")]
    ['too expensive', 'too expensive', 'uberteuert', 'счет', 'мой']
    """
    # A Russian й is a letter of its own, not an и with an accent.
    bare = re.sub(r"(?<![иИ])[\u0300-\u036f]", "", unicodedata.normalize("NFD", text))
    bare = unicodedata.normalize("NFC", bare).casefold()
    return " ".join("".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in bare).split())


def alike(reasons: Iterable[str]) -> list[list[str]]:
    """Reasons that differ only in case, accents, spaces and punctuation, in alphabetical order.

    >>> alike(["Price", "No budget", "price ", "no-budget", "Timing"])
    [['No budget', 'no-budget'], ['Price', 'price ']]
    """
    found: dict[str, list[str]] = defaultdict(list)
    for reason in sorted(set(reasons)):
        found[reason_key(reason)].append(reason)
    return [members for key, members in sorted(found.items()) if key and len(members) > 1]


def settled_reasons(pairs: Mapping[str, str]) -> dict[str, str]:
    """Variant → the reason that it counts as, also where that is itself a variant of another one.

    Args:
        pairs: As written: variant → reason.

    Raises:
        SalesmetricsError: ``option_invalid``: reasons that count as each other.

    >>> settled_reasons({"price": "Price", "Price": "Too expensive"})
    {'price': 'Too expensive', 'Price': 'Too expensive'}
    """
    known = {variant.strip(): reason.strip() for variant, reason in pairs.items()}
    found = {}
    for variant, reason in known.items():
        seen = [variant]
        while reason in known and reason not in seen:
            seen.append(reason)
            reason = known[reason]
        if reason in seen:
            cause, fix = Message("reasons_in_a_circle"), Message("reason_example")
            raise SalesmetricsError(
                "option_invalid", option="--merge-reason", value=f"{variant}={known[variant]}", cause=cause, fix=fix
            )
        found[variant] = reason
    return found


def split_reasons(frame: pl.DataFrame, separators: Mapping[int, str]) -> tuple[pl.Series, tuple[str, ...]]:
    """The reasons of each deal, and the signs that they were split at: those that some cell holds.

    Args:
        frame: ``loss_reason`` (String) and ``__file__``.
        separators: Index of a file → the sign between several values of a cell.

    Returns:
        ``reason`` (List of String, as written, each once; a list with a null where there is none), and the signs.
    """
    whole = pl.col("loss_reason").str.strip_chars().replace("", None)
    found, used = pl.concat_list(whole), []
    for index, sign in separators.items():
        here = (pl.col("__file__") == index) & whole.str.contains(sign.strip(), literal=True)
        if frame.select(here.fill_null(value=False).any()).item():
            parts = whole.str.split(sign.strip()).list.eval(pl.element().str.strip_chars().replace("", None))
            found = pl.when(here).then(parts.list.drop_nulls().list.unique(maintain_order=True)).otherwise(found)
            used.append(sign.strip())
    # A cell of signs alone is blank; what is exploded drops a deal with an empty list.
    reasons = frame.select(pl.when(found.list.len() > 0).then(found).alias("reason"))["reason"]
    return reasons, tuple(dict.fromkeys(used))


def counted_reasons(frame: pl.DataFrame, separators: Mapping[int, str]) -> dict[str, int]:
    """How many deals have each reason, the most frequent first; none where no column has reasons.

    Args:
        frame: Deals.
        separators: As of :func:`split_reasons`.
    """
    if "loss_reason" not in frame.columns:
        return {}
    reasons = split_reasons(frame, separators)[0].explode().drop_nulls().alias("reason")
    counts = reasons.value_counts().sort(["count", "reason"], descending=[True, False])
    return dict(counts.iter_rows())
