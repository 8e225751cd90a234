"""docs/configuration.md, made from the model of the settings file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesmetrics.metrics.sql import FUNCTIONS, TYPES
from salesmetrics.settings.model import settings_schema
from salesmetrics.settings.options import declared_options

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["configuration_page"]

INTRO = """\
# Configuration

Settings that every run needs can be kept in a file `salesmetrics.toml`. salesmetrics reads the nearest one, in the current folder or
in a folder above it. `--config FILE` names another file, `--no-config` ignores settings files. A file found above the current folder
or above the folder of the exports is named on stderr, unless `-q` is given.

Priority: option, environment variable, file, default.

```sh
salesmetrics init examples/deals.csv -o -        # writes a settings file for these exports; -o - prints it
salesmetrics config show                         # every setting, its value and its source
salesmetrics config schema > salesmetrics.schema.json
```

The last command prints the JSON Schema of the file, which is also in [salesmetrics.schema.json](salesmetrics.schema.json). Editors with
Taplo (Even Better TOML in VS Code) complete and check the file if it begins with `#:schema ./salesmetrics.schema.json`.

An invalid file stops the command. The error names the line and the key, and suggests the nearest known key.
"""


def listed(names: Iterable[str]) -> str:
    """Names as code, in order."""
    return ", ".join(f"`{name}`" for name in sorted(names))


ABOUT = {
    "read": "How to read what a file leaves open. A column that can be read two ways is an error until it is set here.",
    "map": "Field = header, for columns that are not recognised, as with `--map`. An empty header ignores the column.",
    "stages": "Outcomes of words in stage and status columns. A single word needs no list.",
    "currency": """\
The currency of a sign that several currencies share (`$`, `¥`, `£`, `kr`), or of an unknown name:

```toml
[currency.symbols]
"$" = "CAD"
"-99" = "USD"  # SuiteCRM's default currency
```

Without it, amounts with such a sign are reported under the sign itself, separate from other currencies.""",
    "report": f"""\
Defaults of a report; options override them. `where` keeps the records that match a condition on canonical columns or
headers (`amount > 1000 AND "Deal Type" = 'New'`). A literal takes the type of its column; comparing a number with a text is an error.

Conditions and KPI expressions can only compute and compare: they cannot read files or addresses. They may use
comparisons, `AND`, `OR`, `NOT`, `IN (…)`, `BETWEEN`, `LIKE`, `ILIKE`, regular expressions (`~`, `~*`), `IS NULL`, arithmetic, `||`,
`CASE`, `CAST` and `TRY_CAST` to {listed(TYPES)}, dates as `DATE '2026-01-31'` and `INTERVAL '3 months'`, and the functions
{listed(FUNCTIONS)}. Subqueries, table functions, window functions, further statements and comments are errors.""",
    "forecast": """\
What [forecast](forecast.md) is to reach, and how it is simulated. Without a target, what the quotas of the period add up to is the target.""",
    "losses": """\
Variants of loss reasons, each with the reason that it counts as in `losses` ([docs/losses.md](losses.md)). `init` writes those that read alike
as comments.

```toml
[losses.reasons]
"no budget" = "No budget"
```""",
    "output": """\
The language of an output, and the names of people and companies in it ([docs/privacy.md](privacy.md)): as they are, as pseudonyms, or left out. A key is better kept in
`SALESMETRICS_KEY`; whoever can read this file can read a key in it.""",
    "csv": """\
How CSV is written, for a spreadsheet. Excel needs `bom` to read UTF-8 and, in most of Europe and Latin America, the
`locale` of the computer: `de` writes `1234,5;2026-01-31`. Dates stay ISO, numbers keep all their decimals, and JSON never
changes.""",
    "calendar": "Weeks and fiscal years, for `--period`, `--compare` and `--every`.",
    "settings": """\
Thresholds that some KPIs use, and figures that exports do not contain. `incentive_payout` needs a table of its own, the pay plan of
the reps:

```toml
[settings.incentive]
tiers = [{ at = 0, rate = 0.05 }, { at = 1, rate = 0.08 }]
threshold = 0.5
bonus_at_quota = 1000
cap = 50000
```

A tier applies from the share of the quota in `at`: here 5 % of sales up to the quota, and 8 % of sales above it.

| key | meaning | default |
|---|---|---|
| `tiers` | rates by attainment, each with `at` (0 is the first sale, 1 the full quota) and `rate` (0.05 is 5 % of sales) | none |
| `marginal` | `true`: each rate applies to the sales within its tier; `false`: the highest rate reached applies to all sales | `true` |
| `threshold` | attainment below which no rate applies | 0 |
| `accelerator` | factor on the rates for sales above the quota | 1 |
| `bonus_at_quota` | amount paid once when the quota is reached | 0 |
| `bonus_per_unit` | amount paid per unit sold | 0 |
| `cap` | maximum pay of a rep in the period | no limit |
| `cap_attainment` | attainment above which no rate applies | no limit |
""",
    "goals": """\
Goals of KPIs: `KPI = condition`, or a table, or a list of tables. `report` shows the status of each, and exits with 1 if one is
missed. `--goal 'win_rate >= 25%'` sets a goal for the total and replaces that of the file.

```toml
[goals]
win_rate = ">= 25%"
revenue = { goal = ">= 500000 EUR", period = "this-quarter", by = 2026-12-31, owner = "Ana", note = "board, May" }
sales_cycle_median = { goal = "< 60", group = { region = "*" } }
```

A condition is `>=`, `<=`, `>`, `<` or `=` and a number. A share can be written in percent. An amount of money can have a currency, and
must have one if the data have several. The status of a goal:

| status | when |
|---|---|
| met | the value matches the condition. An upper limit for a sum or a count is met only when the period is over; until then it is on track |
| on track | a sum or a count whose period is not over (until `by`, or its end) and that is at least at linear pace: half of the target after half of the days |
| too early | less than a tenth of the days has passed; or a rate, mean or median is before its `by` date, or has fewer records than `min_n` |
| missed | in all other cases: exit code 1, and a line on stderr |
| unknown | the value is undefined: a line on stderr, and exit code 1 with `--strict` |

With `--period qtd` the period ends on the as-of date, so the full target applies.""",
    "kpi": """\
Custom KPIs, each a table `[kpi.name]`, computed from measures and other KPIs. `[report]` lists what an expression may use; functions
that aggregate records (`AVG`, `SUM`, …) work in conditions only.

```toml
[kpi.calls_per_win]
expression = "calls / won_deals"
title = "Calls per won deal"
```""",
}
ENTRIES = {"goals": "GoalTable", "kpi": "KpiTable"}


def configuration_page() -> str:
    """The page, with a table of keys for each table of the file."""
    schema = settings_schema()
    parts = [INTRO]
    for name, about in ABOUT.items():
        parts.append(f"## `[{name}]`\n\n{about}\n")
        properties = _properties(schema, name)
        if properties:
            parts.append(_table(schema, name, properties))
    without_key = [option for option in declared_options() if option.key is None]
    variables = ", ".join(f"`{option.variable_name}`" for option in without_key if option.variable_name)
    parts.append(
        "## Environment\n\nThe variables in the tables above, and for options that the file cannot set: "
        f"{variables}. The items of a list are separated by line breaks or commas.\n"
    )
    return "\n".join(parts)


def _properties(schema: dict[str, Any], table: str) -> dict[str, Any]:
    found = schema["properties"][table]
    name = ENTRIES.get(table) or found.get("$ref", "").rpartition("/")[2]
    return schema["$defs"][name]["properties"] if name else {}


def _table(schema: dict[str, Any], table: str, properties: dict[str, Any]) -> str:
    rows = ["| key | value | default | meaning | option, variable |", "|---|---|---|---|---|"]
    for key, info in properties.items():
        option = next((option for option in declared_options() if option.key == f"{table}.{key}"), None)
        named = f"`{option.flag}`, `{option.variable_name}`" if option else ""
        default = _default(info.get("default"))
        about = info.get("description", "").replace("|", "\\|")
        rows.append(f"| `{key}` | {_kind(info, schema)} | {default} | {about} | {named} |")
    return "\n".join(rows) + "\n"


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "" if value in (None, [], {}, "") else f"`{value}`"


def _kind(info: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in info:
        keys = schema["$defs"][info["$ref"].rpartition("/")[2]].get("properties", {})
        return "table of " + ", ".join(f"`{key}`" for key in keys)
    if "enum" in info:
        return ", ".join(f"`{word}`" for word in info["enum"])
    if "anyOf" in info:
        return " or ".join(_kind(part, schema) for part in info["anyOf"] if part.get("type") != "null")
    if info.get("type") == "array":
        return f"list of {_kind(info['items'], schema)}s"
    if info.get("type") == "object":
        return "table"
    words = {"string": "text", "number": "number", "integer": "whole number", "boolean": "true or false"}
    kind = "day" if info.get("format") == "date" else words[info["type"]]
    if "maximum" in info and "minimum" not in info:
        return f"{kind}, at most {info['maximum']:,.0f}"
    ends = [str(info[name]) for name in ("minimum", "maximum") if name in info]
    return f"{kind}, {' to '.join(ends)}" if len(ends) == 2 else f"{kind}, {ends[0]} or more" if ends else kind
