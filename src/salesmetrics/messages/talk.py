"""What is said on stderr while a command runs, or after it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TALK"]

TALK: Mapping[str, str] = {
    "as_error": "error: {what:typed}",
    "as_warning": "warning: {what:typed}",
    "as_hint": "hint: {what:typed}",
    "rejected_listed": "{n} {n:row|rows} rejected; see {path:typed}",
    "rejected": "{n} {n:row|rows} rejected; list them with `--rejects rejects.csv`",
    "goal_told": "goal {status}: {goal:typed} ({about:typed})",
    "settings_from_above": "note: settings come from `{path:typed}` in a parent folder; `--no-config` ignores them",
    "settings_written": "wrote {path:typed}: review it, then run `salesmetrics report {files:typed}` without further options",
    "settings_guessed": "note: {path:typed} is not recognised; its columns are a guess: check the table [map]",
    "file_needs_mapping": "note: `report` reads {path:typed} only with this mapping",
    "file_refused": "note: `report` refuses {path:typed}, and no guess reads it as it stands",
    "in_effect": "{name} = {value:,} ({place})",
    "pair": "{name}={value}",
    "place_in_file": "{path:typed}:{line}",
    "time_taken": "{seconds:.2f} s",
    "no_kpi_found": "no KPI matches `{text}`",
    "reading_large": "reading {megabytes:,.0f} MB",
    "file_in_parts": "note: `{path:typed}` would take about {gigabytes:,.1f} GB of memory, so it is read in parts; `--memory {memory}` reads it at once",
    "files_in_parts": "note: `{path:typed}` and {n:# more file|# more files} would take about {gigabytes:,.1f} GB of memory, so they are read in parts; `--memory {memory}` reads them at once",
    "hidden": "(hidden)",
    "interrupted": "interrupted",
    "terminated": "terminated",
}
