"""`salesmetrics.toml`: one model of everything that can be settled once, and errors that name file, line and key."""

from __future__ import annotations

import inspect
import re
import tomllib
from dataclasses import fields
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from salesmetrics.calendar import Calendar
from salesmetrics.calendar.age import parse_age
from salesmetrics.engine.goals import parse_condition
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.bounds import SettingError
from salesmetrics.metrics.incentives import FORM
from salesmetrics.metrics.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "FILE_NAME",
    "Config",
    "config_schema",
    "config_text",
    "default_config",
    "find_config",
    "line_of",
    "parse_config",
    "read_config",
    "setting_descriptions",
]

FILE_NAME = "salesmetrics.toml"

LARGEST = 4 << 20
"""Bytes of a settings file: what is larger is another file, and TOML takes fifty times its size in memory."""

INCENTIVE_FORM = (
    f"{FORM}: each rate is paid from that share of the"
    " quota on; other keys: `marginal`, `threshold`, `accelerator`, `bonus_at_quota`, `bonus_per_unit`, `cap`, `cap_attainment`"
)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _condition(text: str) -> str:
    parse_condition(text)
    return text


def _age(text: str) -> str:
    parse_age(text)
    return text


def _zone(text: str) -> str:
    Calendar(timezone=text)
    return text


Words = Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=list[str] | str)]


class ReadTable(_Table):
    """What settles the things that a file leaves open."""

    encoding: str | None = Field(default=None, description="encoding of the files, for example cp1251")
    delimiter: str | None = Field(default=None, description="delimiter: , ; | or tab")
    date_order: Literal["dmy", "mdy", "ymd"] | None = Field(default=None, description="order of day, month and year")
    decimal: Literal["point", "comma"] | None = Field(default=None, description="decimal mark")
    profile: str | None = Field(default=None, description="CRM that the exports come from")
    timezone: Annotated[str, AfterValidator(_zone)] | None = Field(
        default=None, description="zone that days are counted in, for example Europe/Berlin"
    )


class StagesTable(_Table):
    """Stage and status words that mean an outcome."""

    won: Words = Field(default_factory=list, description="words that mean won")
    lost: Words = Field(default_factory=list, description="words that mean lost")
    other: Words = Field(default_factory=list, description="words that mean closed without a decision")
    open: Words = Field(default_factory=list, description="words that mean still open")


def _currency_code(code: str) -> str:
    from salesmetrics.ingest.parse.currency import CODES  # only where one is settled: it loads polars

    if code.upper() not in CODES:
        raise ValueError("no currency code of ISO 4217, such as USD")
    return code.upper()


class CurrencyTable(_Table):
    """Signs that several currencies share."""

    symbols: dict[str, Annotated[str, AfterValidator(_currency_code)]] = Field(
        default_factory=dict, description='sign or name of a currency = its code, for example "$" = "USD"'
    )


class ReportTable(_Table):
    """What a report holds when nothing else is said."""

    by: Words = Field(default_factory=list, description="dimensions")
    kpi: Words = Field(default_factory=list, description="ids of KPIs")
    family: Words = Field(default_factory=list, description="families of KPIs")
    where: str | None = Field(default=None, description="SQL condition over canonical columns")
    period: str = Field(default="all", description="for example last-month")
    compare: Literal["previous", "year-ago"] | None = Field(
        default=None, description="which earlier stretch to compare with"
    )
    level: float = Field(default=0.95, ge=0.5, le=0.999, description="level of intervals")
    min_n: int = Field(default=10, ge=0, description="fewer records make a value small")
    currency: str | None = Field(default=None, description="currency that amounts are converted to, with a rates file")
    max_age: Annotated[str, AfterValidator(_age)] | None = Field(
        default=None, description="age at which an export is stale, for example 7d"
    )


class CalendarTable(_Table):
    """Weeks and fiscal years."""

    week_start: int = Field(default=1, ge=1, le=7, description="1 is Monday, 7 is Sunday")
    fiscal_start_month: int = Field(default=1, ge=1, le=12, description="first month of the fiscal year")
    pattern: Literal["months", "445", "454", "544"] = Field(default="months", description="months of a fiscal quarter")
    year_end: Literal["last", "nearest"] = Field(default="last", description="how a year of weeks ends")
    fiscal_year_name: Literal["end", "start"] = Field(
        default="end", description="the civil year that names a fiscal year"
    )


class GoalTable(_Table):
    """A goal: specific, measurable, with an owner and a day."""

    goal: Annotated[str, AfterValidator(_condition)] = Field(description="for example >= 25%, or < 30")
    group: dict[str, str] = Field(
        default_factory=dict, description="the segment it is for: dimension = value, where * is each value"
    )
    period: str | None = Field(default=None, description="the period it is for, where not that of the report")
    by: date | None = Field(default=None, description="the day it is to be met by")
    owner: str | None = Field(default=None, description="who answers for it")
    note: str | None = Field(default=None, description="why")


class KpiTable(_Table):
    """A KPI of the user's own."""

    expression: str = Field(description="SQL over measures and KPIs, for example calls / won_deals")
    title: str | None = Field(default=None, description="its name on screen")
    unit: Literal["money", "ratio", "count", "days", "hours", "months", "x", "points"] = Field(
        default="x", description="unit"
    )
    direction: Literal["higher", "lower", "neutral"] = Field(default="neutral", description="which way is better")
    description: str = Field(default="", description="what it means")


def _goals(value: object) -> object:
    if isinstance(value, str):
        return [{"goal": value}]
    return [value] if isinstance(value, dict) else value


Goals = Annotated[list[GoalTable], BeforeValidator(_goals, json_schema_input_type=str | GoalTable | list[GoalTable])]


class Config(_Table):
    """Everything that `salesmetrics.toml` can say."""

    read: ReadTable = ReadTable.model_construct()
    map: dict[str, str] = Field(default_factory=dict, description="field = header")
    stages: StagesTable = StagesTable.model_construct()
    currency: CurrencyTable = CurrencyTable.model_construct()
    report: ReportTable = ReportTable.model_construct()
    calendar: CalendarTable = CalendarTable.model_construct()
    settings: Settings = Settings()
    goals: dict[str, Goals] = Field(default_factory=dict, description="KPI = goal, or several goals")
    kpi: dict[str, KpiTable] = Field(default_factory=dict, description="KPIs of the user's own")


def default_config() -> Config:
    """What holds without a settings file. Nothing is validated, so that nothing has to be built for that."""
    return Config.model_construct()


def find_config(folder: Path) -> Path | None:
    """The nearest `salesmetrics.toml`, in a folder or above it."""
    for place in (folder, *folder.parents):
        path = place / FILE_NAME
        if path.is_file():
            return path
    return None


def read_config(path: Path) -> Config:
    """Read a configuration file.

    Raises:
        SalesmetricsError: ``file_unreadable`` or ``config_invalid``.
    """
    return parse_config(config_text(path), str(path))


def config_text(path: Path) -> str:
    """The text of a configuration file.

    Raises:
        SalesmetricsError: ``file_unreadable``.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise SalesmetricsError("file_unreadable", path=path, cause=f"larger than {LARGEST >> 20} MiB")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SalesmetricsError(
            "file_unreadable", path=path, cause=getattr(error, "strerror", None) or error
        ) from error


def config_schema() -> dict[str, Any]:
    """The JSON Schema of `salesmetrics.toml`: what an editor completes and checks."""
    tree = Config.model_json_schema()
    for name, words in setting_descriptions().items():
        tree["$defs"]["Settings"]["properties"][name].setdefault("description", words)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:salesmetrics:settings:1"}
    return {**head, **tree, "title": FILE_NAME}


def parse_config(text: str, name: str) -> Config:
    r"""Read the text of a configuration file.

    Args:
        text: TOML.
        name: The file's name, for messages.

    Raises:
        SalesmetricsError: ``config_invalid``, with the line and the key.

    >>> parse_config('[report]\nby = "owner"', FILE_NAME).report.by
    ['owner']
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SalesmetricsError("config_syntax", path=name, cause=str(error)) from error
    except RecursionError as error:
        raise SalesmetricsError("config_syntax", path=name, cause="tables or lists are nested too deeply") from error
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = [str(part) for part in first["loc"] if not isinstance(part, int)]
        broken = first.get("ctx", {}).get("error")
        if isinstance(broken, SettingError):
            place.append(broken.key)
        raise SalesmetricsError(
            "config_invalid",
            path=name,
            line=line_of(text, place),
            key=".".join(place),
            cause=_cause(first),
            fix=_fix(place, first),
        ) from error


def setting_descriptions() -> dict[str, str]:
    """What each threshold of the table ``settings`` means, from the docstring of ``Settings``.

    >>> setting_descriptions()["follow_up_touches"]
    'Further touches that make a follow-up.'
    """
    text = (inspect.getdoc(Settings) or "").partition("\nRaises:")[0]
    entries = re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", text, re.MULTILINE)
    return {name: " ".join(words.split()).replace("``", "`") for name, words in entries}


def _cause(first: Any) -> str:
    if first["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        return "there is no such key"
    if first["type"] == "missing":
        return "this key is required and missing"
    broken = first.get("ctx", {}).get("error")
    if isinstance(broken, SettingError):
        return broken.cause
    message = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "value_error":
        return f"`{first['input']}` cannot be used: {message}"
    return f"{message[0].lower()}{message[1:]}, not `{first['input']}`"


SHARES = frozenset({"at", "rate", "threshold", "cap_attainment"})
"""Keys of a pay plan that people write as a percentage."""


def _fix(place: Sequence[str], first: Any) -> str:
    kind = first["type"]
    broken = first.get("ctx", {}).get("error")
    if isinstance(broken, SettingError) and broken.fix:
        return f"{broken.fix}; see docs/configuration.md"
    if kind == "less_than_equal" and place[-1] in SHARES:
        given = Decimal(str(first["input"]))
        return f"write it as a share: `{place[-1]} = {f'{given / 100:f}'}` is {given} %"
    if list(place[:2]) == ["settings", "incentive"]:
        return f"{INCENTIVE_FORM}; see docs/configuration.md"
    known = _keys_of(place[:-1])
    if kind not in {"extra_forbidden", "unexpected_keyword_argument"} or not known:
        return "see docs/configuration.md"
    near = get_close_matches(place[-1], known, n=1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`? " if near else ""
    return f"{hint}known keys: {', '.join(known)}"


def _keys_of(place: Sequence[str]) -> list[str]:
    model: Any = Config
    for part in place:
        info = getattr(model, "model_fields", {}).get(part)
        model = info.annotation if info is not None else {"goals": GoalTable, "kpi": KpiTable}.get(place[0])
    if model is Settings:
        return [item.name for item in fields(Settings)]
    return list(getattr(model, "model_fields", {}))


def line_of(text: str, place: Sequence[str]) -> int:
    """The line on which a key stands; the nearest table header above where it cannot be told."""
    table: list[str] = []
    best = 1
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*+\[++([^\]]++)\]", line)
        if header:
            table = _key_parts(header[1])
            if list(place[: len(table)]) == table:
                best = number
            continue
        key = re.match(r"""\s*+((?:"[^"]*"|'[^']*'|[\w.\- ])++)\s*+=""", line)
        if key:
            keys = [*table, *_key_parts(key[1])]
            if list(place[: len(keys)]) == keys:
                return number
    return best


def _key_parts(text: str) -> list[str]:
    """The parts of a dotted key, of which one in quotes may hold dots itself."""
    return [part.strip("\"'") for part in re.findall(r"""\s*("[^"]*"|'[^']*'|[^.\s"']+)""", text)]
