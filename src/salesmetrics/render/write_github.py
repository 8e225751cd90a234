"""Findings as the workflow commands that GitHub Actions shows beside a change; `check --github` asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from salesmetrics.answers.files import Check
    from salesmetrics.schema.provenance import Finding

__all__ = ["write_github"]

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def write_github(answer: Check) -> str:
    """One workflow command per finding, at the first row concerned."""
    return "".join(f"{_annotation(item)}\n" for item in answer.findings)


def _annotation(item: Finding) -> str:
    place = [f"file={_property(item.path)}"] if item.path else []
    place += [f"line={item.rows[0]}"] if item.path and item.rows else []
    place.append(f"title={_property(item.code)}")
    return f"::{_LEVELS[item.severity.value]} {','.join(place)}::{_data(item.message)}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
