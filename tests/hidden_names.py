"""Answers with names and with pseudonyms: what has to be the same in both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.ingest.dataset import Dataset

__all__ = ["KEY", "alike", "pseudonyms_of"]

KEY = "a key that stays in the tests"
_TOLD = frozenset({"findings", "arguments", "inputs", "message", "hint", "detail", "filters", "path", "exports"})
"""What is said in words of files and records."""


def pseudonyms_of(plain: Dataset, hidden: Dataset) -> dict[str, str]:
    """Name → pseudonym, of two datasets of the same files; a name of two sorts is not among them."""
    found: dict[str, set[str]] = {}
    for kind, frame in plain.frames.items():
        for name in frame.columns:
            if frame[name].dtype == hidden.frames[kind][name].dtype:
                for here, there in zip(frame[name].to_list(), hidden.frames[kind][name].to_list(), strict=True):
                    if here != there and there is not None:
                        found.setdefault(here, set()).add(there)
    return {name: next(iter(words)) for name, words in found.items() if len(words) == 1}


def alike(answer: Any, names: Mapping[str, str]) -> Any:
    """An answer as JSON, with pseudonyms in the place of names, without words, and in an order that no name decides.

    Floats of curves are added up in the order of segments, so their last digits are left out.
    """
    if isinstance(answer, dict):
        kept = {names.get(key, key): alike(value, names) for key, value in answer.items() if key not in _TOLD}
        return dict(sorted(kept.items()))
    if isinstance(answer, list):
        return sorted((alike(item, names) for item in answer), key=lambda item: json.dumps(item, default=str))
    if isinstance(answer, float):
        return float(f"{answer:.12g}")
    return names.get(answer, answer) if isinstance(answer, str) else answer
