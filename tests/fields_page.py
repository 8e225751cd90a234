"""docs/fields.md, made from the declarations of the kinds, what each field means, and the headers that profiles know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.ingest.recognise.candidates import NEEDS
from salesmetrics.ingest.recognise.index import languages, load_profile, profiles
from salesmetrics.ingest.recognise.profile import GENERIC, parse_profile, profile_files
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import KINDS, column_types
from salesmetrics.schema.meanings import KIND_MEANINGS, meaning_of

if TYPE_CHECKING:
    from salesmetrics.schema.kinds import Kind

__all__ = ["fields_page"]

INTRO = """\
# Fields

A file is read by its fields: each column that is recognised is one of those below. A header is found whatever its case,
punctuation, `CamelCase` or `snake_case`, and with a unit after it: `Close Date (UTC)` is `close date`. Further headers are known
for plain tables in {languages} languages, and for exports of {crms}.

For an unknown header, name its field. `inspect` guesses and prints the whole command:

```sh
salesmetrics inspect FILE
salesmetrics report deals=FILE --map amount='How much' --map owner=Who
```

The same in `salesmetrics.toml`, where `salesmetrics init FILE` writes it:

```toml
[map]
amount = "How much"
```

`--map amount=` (no header after the sign) ignores the column. Columns without a field are kept: `--by "Their header"` and
`--where` take them.

| type | what is read |
|---|---|
"""

TYPES = {
    ColumnType.ID: "text, case-sensitive, never a number",
    ColumnType.TEXT: "text",
    ColumnType.MONEY: "an amount, with or without a currency sign, thousands separators, K or M",
    ColumnType.QUANTITY: "a number",
    ColumnType.COUNT: "a whole number",
    ColumnType.SCORE: "a whole number",
    ColumnType.SHARE: "a share: 0–1, or in percent",
    ColumnType.DAY: "a date in any usual format; whether the day comes first follows from the column or from `--date-order`",
    ColumnType.INSTANT: "a date with or without a time of day",
    ColumnType.FLAG: "yes or no, true or false, 1 or 0, in many languages",
    ColumnType.DURATION: "a duration: minutes, hours, `1:30`, `45 min`",
    ColumnType.PERIOD: "a month, quarter or year, such as `2026-03`, `Q1 2026`, `FY26`",
}


def fields_page() -> str:
    """The page: a section per kind, a row per field."""
    crms = sorted(load_profile(name).title for name in profiles() if name != GENERIC)
    known = len(languages()) + len(profile_files()[GENERIC])
    intro = INTRO.format(crms=f"{', '.join(crms[:-1])} and {crms[-1]}", languages=known)
    types = "".join(f"| {type_.value} | {about} |\n" for type_, about in TYPES.items())
    return "\n".join([intro + types, *(_section(kind) for kind in KINDS)])


def _section(kind: Kind) -> str:
    english = parse_profile(profile_files()[GENERIC][0].read_text(encoding="utf-8"))
    headers = english.kind[kind][0].columns
    lines = [f"## {kind}", "", KIND_MEANINGS[kind], "", "Needs one field of each line:", ""]
    lines += [*(f"- {_named(group)}" for group in NEEDS[kind]), ""]
    lines += ["| field | type | meaning | headers known in English |", "|---|---|---|---|"]
    for field, type_ in column_types(kind).items():
        names = ", ".join(name.replace("|", "\\|") for name in headers.get(field, ())) or "–"
        lines.append(f"| `{field}` | {type_.value} | {meaning_of(field, kind)} | {names} |")
    return "\n".join(lines) + "\n"


def _named(fields: tuple[str, ...]) -> str:
    return ", ".join(f"`{field}`" for field in fields)
