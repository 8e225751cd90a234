"""The names of the kinds of file, for what must not wait for the models."""

from __future__ import annotations

from typing import Literal, get_args

__all__ = ["KIND_NAMES", "Kind"]

Kind = Literal[
    "deals",
    "leads",
    "activities",
    "stages",
    "pipelines",
    "customers",
    "revenue",
    "invoices",
    "quotas",
    "costs",
    "reps",
    "surveys",
    "products",
    "rates",
]

KIND_NAMES: tuple[Kind, ...] = get_args(Kind)
