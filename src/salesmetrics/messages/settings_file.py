"""Comments of the settings file that `init` writes: its head, its examples, and why a line is as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SETTINGS_FILE"]

SETTINGS_FILE: Mapping[str, str] = {
    "settings_head": """\
# Settings of salesmetrics for this folder and its subfolders. Lines that begin with # have no effect.
# Priority: option, environment variable (SALESMETRICS_...), this file, default.
# `salesmetrics config show` lists every value and its source; docs/configuration.md lists every key.
""",
    "settings_examples": """\
[goals]
# If a goal is missed, `report` exits with 1. Short and long form:
# win_rate = ">= 25%"
# revenue = {{ goal = ">= 500000", period = "this-quarter", by = 2026-12-31, owner = "Ana", note = "board, May" }}
# sales_cycle_median = [{{ goal = "< 60", group = {{ region = "*" }} }}]

# Pay plan for `incentive_payout`: 5 % of sales up to the quota, 8 % of sales above it.
# [settings.incentive]
# tiers = [{{ at = 0, rate = 0.05 }}, {{ at = 1, rate = 0.08 }}]
# threshold = 0.5        # no pay by rate below half of the quota
# bonus_at_quota = 1000  # once, when the quota is reached
# cap = 50000            # maximum pay of a rep in a period

# A custom KPI from measures and other KPIs:
# [kpi.calls_per_win]
# expression = "calls / won_deals"
# title = "Calls per won deal"
""",
    "settings_not_recognised": "# Not recognised: {path:typed}; check what is marked as a guess",
    "settings_read": "# Read: {path:typed} ({kind}, {crm:typed}, {n:# row|# rows} used)",
    "from_option": "from the option",
    "from_files": "from the files",
    "files_differ": "the files differ: {values:,}",
    "a_guess": "a guess",
    "guessed_field": "{kind}, {percent:.0f}% sure, a guess",
    "field_of_kind": "{kind}, {how:typed}",
    "field_of_kind_in_part": "{kind}, {how:typed}, guessed from part of its name",
    "field_of_other_kind": "#   {kind}: {field} is `{header:typed}`, {how:typed}",
    "reason_variant": "{n:# deal|# deals} beside {other:,}",
    "reasons_one_letter_apart": '# one letter apart, perhaps the same: "{variant:typed}" ({n:,}) and "{reason:typed}" ({other:,})',
    "words_counted": "{words:,}",
    "words_guessed": "{words:,}, a guess",
    "words_read_as": "# read as {outcome}: {words:,}",
}
