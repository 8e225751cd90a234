"""docs/recipes.md, made from the files in examples/recipes/."""

from __future__ import annotations

from pathlib import Path

__all__ = ["FOLDER", "recipes_page"]

FOLDER = Path(__file__).parent.parent / "examples" / "recipes"

HEAD = """\
# Recipes

Each recipe is a file in [examples/recipes](../examples/recipes) that runs unchanged; the tests run them.

Scripts can act on the exit code. 0: success. 1: a goal is missed, a row was rejected with `--strict`, or the export is stale (then
nothing is written). 2 or higher: there is no report. Data go to stdout or to `-o FILE`, which is written completely or not at all.
Messages go to stderr; with `--quiet`, only errors.
"""

SECTIONS = {
    "A weekly report with a lock, and mail on failure": ("weekly.sh", "newest.sh", "crontab"),
    "A weekly report with a systemd timer": ("salesmetrics-weekly.service", "salesmetrics-weekly.timer"),
    "JSON with jq": ("worse.sh",),
    "Loading reports into DuckDB": ("to_duckdb.py", "from_duckdb.sql"),
    "GitHub Actions": ("github-actions.yml",),
    "A chat message in Markdown": ("chat.sh",),
}
LANGUAGES = {
    ".sh": "sh",
    ".py": "python",
    ".sql": "sql",
    ".yml": "yaml",
    ".service": "ini",
    ".timer": "ini",
    "": "crontab",
}


def recipes_page() -> str:
    """The page: every recipe in full."""
    parts = [HEAD]
    for title, names in SECTIONS.items():
        parts.append(f"## {title}\n")
        for name in names:
            text = (FOLDER / name).read_text("utf-8")
            parts.append(f"`{name}`\n\n```{LANGUAGES[Path(name).suffix]}\n{text}```\n")
    return "\n".join(parts)
