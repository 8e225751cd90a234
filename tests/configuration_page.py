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

Whatever every run needs can stand in a file `salesmetrics.toml`, in the folder where the command runs or in one above it (the
nearest counts; `--config FILE` names another, `--no-config` reads none; one from above this folder or that of the exports is named on stderr, unless `-q` asks for errors only). An option overrules an environment variable, a variable
the file, and the file the default.

```sh
salesmetrics init examples/deals.csv -o -        # writes a file from what it sees in the exports; -o - only shows it
salesmetrics config show                         # every setting, its value, and where that comes from
salesmetrics config schema > salesmetrics.schema.json
```

The last line is the JSON Schema of the file, also in [salesmetrics.schema.json](salesmetrics.schema.json). Editors that know
Taplo (Even Better TOML in VS Code) complete and check with it when the file begins with `#:schema ./salesmetrics.schema.json`.

A mistake stops the command with the line, the key and the key that was probably meant.
"""


def listed(names: Iterable[str]) -> str:
    """Names as code, in order."""
    return ", ".join(f"`{name}`" for name in sorted(names))


ABOUT = {
    "read": "What a file may leave open. A column that can be read two ways is refused until this settles it.",
    "map": "Field = header, for columns that are not recognised, as `--map` takes them. An empty header takes the column away.",
    "stages": "Words of stage and status columns. A single word needs no list.",
    "currency": """\
What a sign stands for that several currencies share (`$`, `¥`, `£`, `kr`), or a name that is not known:

```toml
[currency.symbols]
"$" = "CAD"
"-99" = "USD"  # SuiteCRM's default currency
```

Without it their amounts are kept apart from those of other currencies, under the sign itself.""",
    "report": f"""\
What a report holds when no option says otherwise. `where` keeps the records that fulfil a condition over canonical columns or
headers (`amount > 1000 AND "Deal Type" = 'New'`). A literal takes the type of its column; a number compared with a text is refused.

A condition and the expression of a KPI can compute and compare, and nothing else: they read no file and no address. There are
comparisons, `AND`, `OR`, `NOT`, `IN (…)`, `BETWEEN`, `LIKE`, `ILIKE`, regular expressions (`~`, `~*`), `IS NULL`, arithmetic, `||`,
`CASE`, `CAST` and `TRY_CAST` to {listed(TYPES)}, dates as `DATE '2026-01-31'` and `INTERVAL '3 months'`, and the functions
{listed(FUNCTIONS)}. Subqueries, table functions, windows, further statements and comments are refused.""",
    "calendar": "Weeks and fiscal years, for `--period`, `--compare` and `--every`.",
    "settings": """\
Thresholds that some KPIs ask for, and figures that no export holds. `incentive_payout` asks for a table of its own, the plan by
which reps are paid:

```toml
[settings.incentive]
tiers = [{ at = 0, rate = 0.05 }, { at = 1, rate = 0.08 }]
threshold = 0.5
bonus_at_quota = 1000
cap = 50000
```

A tier holds from the share of the quota in `at` on: here 5 % of what is sold up to the quota, and 8 % of what is sold above it.

| key | meaning | default |
|---|---|---|
| `tiers` | rates by attainment, each with `at` (0 is the first sale, 1 the full quota) and `rate` (0.05 is 5 % of the sales) | none |
| `marginal` | `true`: each rate pays for the sales within its own tier; `false`: the highest rate that is reached pays for all of them | `true` |
| `threshold` | attainment below which nothing is paid by rate | 0 |
| `accelerator` | multiplies the rates for what is sold above the quota | 1 |
| `bonus_at_quota` | amount that is paid once when the quota is reached | 0 |
| `bonus_per_unit` | amount that is paid per unit sold | 0 |
| `cap` | the most that is paid to a rep in the period | no limit |
| `cap_attainment` | sales above this attainment are not paid for by rate | no limit |
""",
    "goals": """\
What KPIs are meant to reach: `KPI = condition`, or a table, or a list of tables. `report` says how each stands, and exits with 1
when one is missed. `--goal 'win_rate >= 25%'` sets one for the total, in the place of the file's.

```toml
[goals]
win_rate = ">= 25%"
revenue = { goal = ">= 500000 EUR", period = "this-quarter", by = 2026-12-31, owner = "Ana", note = "board, May" }
sales_cycle_median = { goal = "< 60", group = { region = "*" } }
```

A condition is `>=`, `<=`, `>`, `<` or `=` and a number, for a share also in percent, for money also with a currency, which data in
several currencies need. How a goal stands:

| status | when |
|---|---|
| met | the condition is fulfilled. An upper limit for a sum or a count is met when the period is over, before that it is on track |
| on track | a sum or a count in a period that is not over (until `by`, or its end) and at least at its linear pace: half of the target after half of the days |
| too early | a tenth of the days has not passed; or a rate, mean or median before its `by` day, or with fewer records than `min_n` |
| missed | otherwise: exit code 1, and a line on stderr |
| unknown | the value is undefined: a line on stderr, and exit code 1 with `--strict` |

With `--period qtd` the stretch is over on the as-of day, and the target is taken as it is.""",
    "kpi": """\
KPIs of your own, each a table `[kpi.name]`, from measures and KPIs. What an expression may hold is said under `[report]`; functions
over records (`AVG`, `SUM`, …) are for conditions only.

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
        "## Environment\n\nThe variables in the tables above, and for what is not in the file: "
        f"{variables}. A list in a variable has one item per line, or commas between them.\n"
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
    ends = [str(info[name]) for name in ("minimum", "maximum") if name in info]
    return f"{kind}, {' to '.join(ends)}" if len(ends) == 2 else f"{kind}, {ends[0]} or more" if ends else kind
