"""docs/recipes.md, made from the files in examples/recipes/."""

from __future__ import annotations

from pathlib import Path

__all__ = ["FOLDER", "recipes_page"]

FOLDER = Path(__file__).parent.parent / "examples" / "recipes"

HEAD = """\
# Recipes

Each is a file in [examples/recipes](../examples/recipes) that runs as it is; the tests run them.

Exit codes decide what happens next: 0 is done; 1 is done, and a goal is missed, a row was rejected under `--strict`, or the export
is stale (then nothing is written); 2 and above means that there is no report. Data go to stdout or to `-o FILE`, which appears whole
or not at all; everything else goes to stderr, and with `--quiet` only errors do.
"""

SECTIONS = {
    "Every week, with a lock, and mail when something is off": ("weekly.sh", "newest.sh", "crontab"),
    "The same with a systemd timer": ("salesmetrics-weekly.service", "salesmetrics-weekly.timer"),
    "JSON through jq": ("worse.sh",),
    "Into DuckDB": ("to_duckdb.py", "from_duckdb.sql"),
    "GitHub Actions": ("github-actions.yml",),
    "Markdown into a chat message": ("chat.sh",),
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
