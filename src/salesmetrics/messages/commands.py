"""The commands, each with its line in the help of the program. Own file: a help waits for no other words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["COMMANDS"]

COMMANDS: Mapping[str, str] = {
    "report": "Compute every KPI that the files allow, each with its counts and interval.",
    "inspect": "Show what was recognised in the files, and what is missing.",
    "check": "Check data quality: findings by rule, with counts and rows. Exit 1 on errors.",
    "rows": "List the records behind a KPI (numerator, denominator, excluded) with row numbers.",
    "trend": "Show a KPI over time: the value and counts of each period, and whether it is unusual.",
    "compare": "Show what changed between exports of one list: the bridge from one pipeline to the next.",
    "funnel": "Show how deals pass the stages: conversion, time in stage, and where value waits.",
    "forecast": "Show what will close in a period, with its range, and how good such forecasts were.",
    "benchmark": "Show which reps or segments really differ from the team, and which differences chance explains.",
    "cohort": "Follow created deals or leads to their end: the share won by each horizon, open ones not counted as lost.",
    "losses": "Show why and where deals are lost: by reason, stage, competitor, owner, product and age.",
    "demo": "Write sample exports of every kind, and print commands to try on them.",
    "kpis": "List the KPIs: id, unit and formula.",
    "explain": "Explain a KPI: formula, basis, edge cases, source; with files, also its working.",
    "init": "Write a settings file for these exports, so that later commands need no options.",
    "config": "Show the settings in effect, or the JSON Schema of the settings file.",
    "schema": "Print the JSON Schema of a command's JSON output.",
    "help": "Explain a topic such as periods or exit-codes, or show the help of a command.",
}
"""In the order of the help, each with its line there, which is the first of its own help; each is a function, or a Typer of its
own, in the module of the same name."""
