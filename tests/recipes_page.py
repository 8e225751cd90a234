"""docs/recipes.md and docs/cron.md, made from the files in examples/recipes/."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["CRON", "FOLDER", "SECTIONS", "cron_page", "recipes_page"]

FOLDER = Path(__file__).parent.parent / "examples" / "recipes"

HEAD = """\
# Recipes

Each recipe is a file in `examples/recipes` that runs unchanged; the tests run them. A weekly report by mail is on a page of its own:
[cron](cron.md).

Scripts can act on the exit code. 0: success. 1: a goal is missed, a row was rejected with `--strict`, or the export is stale (then
nothing is written). 2 or higher: there is no report. Data go to stdout or to `-o FILE`, which is written completely or not at all.
Messages go to stderr; with `--quiet`, only errors.
"""

CRON_HEAD = """\
# A weekly report in cron

The shortest way is one line, which cron mails:

```sh
COLUMNS=80 salesmetrics report "$(ls -t exports/*.csv | head -n 1)" --as-of today --period last-week --compare previous --max-age 4d
```

| part | meaning |
|---|---|
| `"$(ls -t … \\| head -n 1)"` | the newest file of the folder; the quotes keep a name with spaces in one piece |
| `--as-of today` | the report date is today. Without it, it is the last event in the data, and `last-week` is the week before that event |
| `--period last-week` | the last complete week, from Monday to Sunday; `last-month`, `last-quarter` likewise |
| `--compare previous` | the change from the week before, with its interval and a verdict |
| `--max-age 4d` | refuse an export whose last event is older: no report, one line on stderr, exit code 1 |
| `COLUMNS=80` | plain text that fits into a mail |

On Monday, 23 November 2026, this line reports the week from 16 to 22 November, or nothing:

| last event in the export | result |
|---|---|
| Monday, 23 November | report of 16 to 22 November |
| Sunday, 22 November | the same |
| Friday, 20 November | the same: nothing happened at the weekend |
| Thursday, 19 November | the same: the data do not say whether Friday was quiet or the export is from Thursday. `--max-age 3d` refuses it |
| Friday, 13 November | refused with exit code 1: the data are 10 days old |

In a crontab, `%` is a line break: write a goal as `win_rate >= 0.25` there, not as 25 %.

`-o report.eml` writes a whole mail with tables in HTML instead; [a script](#as-html-with-a-part-in-plain-text) sends it.

cron mails what a command prints, whether it fails or not. The scripts below also say in the subject that something is wrong, keep a
second run from starting, and need no crontab.

## Keep the exports

Let the CRM, or a script, write each export into one folder, with its day in its name. There is nothing to tidy up: the newest is the list,
and the older ones are [its history](compare.md#keep-your-exports-what-a-folder-gives). So the line becomes

```sh
cp deals.csv "exports/deals-$(date +%F).csv"
COLUMNS=80 salesmetrics report exports --as-of today --period last-week --compare previous --max-age 4d
```

and the report has pushed close dates, too.

## Interrupted runs and full disks

A file is written beside its place and then renamed. So `-o`, `--rejects` and `init` leave the old file or the new one, each whole, and
`demo` leaves all of its files or none, whatever happens:

| what happens | exit code |
|---|---|
| Ctrl-C | 130, and `interrupted` on stderr |
| SIGTERM, as from `kill`, `timeout` or systemd | 143, and `terminated` |
| the terminal is closed; the processor time of `ulimit -t` is used up | 129; 152 |
| the disk is full, a quota is used up, a folder is gone | 2, and the file that cannot be written |
| an export is cut short, damaged or gone, or changes twice while it is read | 2, and the file that cannot be read |
| too little memory, too few threads or open files | 2 |
| whoever reads the output leaves early, as `head` does | 0 |

Each file is whole by itself: if the disk fills up between the two, `-o` is new and `--rejects` is old. What goes to standard output can be
cut, so write to a file in a script. Only `kill -9` or a power failure can leave a file `.salesmetrics-….part`, which you can delete.

An export that another program is still writing looks like a shorter one. Let it be written under another name, such as `deals.csv.tmp`, and
renamed when it is complete.
"""

CRON = {
    "With a lock, a goal, and the exit code in the subject": ("weekly.sh", "newest.sh", "crontab"),
    "As HTML with a part in plain text": ("mail_report.sh",),
    "With a systemd timer": ("salesmetrics-weekly.service", "salesmetrics-weekly.timer"),
}
"""What stands on the page of cron: titles, and the files below each."""

SECTIONS = {
    "JSON with jq": ("worse.sh",),
    "Loading reports into DuckDB": ("to_duckdb.py", "from_duckdb.sql"),
    "GitHub Actions": ("github-actions.yml",),
    "A chat message in Markdown": ("chat.sh",),
    "A mail with tables in HTML": ("send_report.py",),
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
    """The page of recipes, each in full."""
    return _page(HEAD, SECTIONS)


def cron_page() -> str:
    """The page of scheduled reports."""
    return _page(CRON_HEAD, CRON)


def _page(head: str, sections: Mapping[str, Sequence[str]]) -> str:
    parts = [head]
    for title, names in sections.items():
        parts.append(f"## {title}\n")
        for name in names:
            text = (FOLDER / name).read_text("utf-8")
            parts.append(f"`{name}`\n\n```{LANGUAGES[Path(name).suffix]}\n{text}```\n")
    return "\n".join(parts)
