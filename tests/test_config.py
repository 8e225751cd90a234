"""The settings file: what it may say, how it fails, where values come from, and the first one that `init` writes."""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration_page import configuration_page
from in_process import Done, invoke
from salesmetrics.cli.options import made
from salesmetrics.cli.request import read_options
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.read import load
from salesmetrics.ingest.recognise.inspection import file_readings
from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.messages.speech import speaking
from salesmetrics.metrics.incentives import IncentivePlan, Tier
from salesmetrics.metrics.settings import Settings
from salesmetrics.render.write_json import dumps
from salesmetrics.settings.model import (
    parse_settings,
    setting_descriptions,
    settings_model,
    settings_schema,
    shown_settings,
)
from salesmetrics.settings.options import Reading, declared_options, file_options, options_of
from salesmetrics.settings.sources import SettingsFile, find_settings, merge, no_settings
from salesmetrics.settings.template import settings_template

if TYPE_CHECKING:
    from golden_file import Golden
    from salesmetrics.ingest.dataset import Dataset

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
EXAMPLES = ROOT / "examples"

FULL = """
[read]
encoding = "cp1251"
date_order = "dmy"

[map]
amount = "Deal size"

[stages]
won = "Signed"
lost = ["Lost", "Gone"]

[report]
by = ["owner", "region"]
period = "last-month"
level = 0.9
max_age = "2w"

[calendar]
pattern = "445"

[settings]
stalled_days = 45

[goals]
win_rate = ">= 25%"
revenue = { goal = ">= 500000", period = "this-quarter", by = 2026-12-31, owner = "Ana", group = { region = "*" } }
won_deals = [{ goal = ">= 5" }, { goal = "<= 50" }]

[kpi.calls_per_win]
expression = "calls / won_deals"
"""

PLAN = "[settings.incentive]\n"
TWICE = "tiers = [{ at = 0, rate = 0.05 }, { at = 0, rate = 0.08 }]"
FALLING = "tiers = [{ at = 1, rate = 0.08 }, { at = 0, rate = 0.05 }]"


def test_a_full_file() -> None:
    file = parse_settings(FULL, "x")
    assert file.values["won"].value == ("Signed",)
    assert file.calendar.pattern == "445"
    assert file.thresholds.stalled_days == 45
    assert [goal.goal for goal in file.goals["won_deals"]] == [">= 5", "<= 50"]
    assert str(file.goals["revenue"][0].by) == "2026-12-31"


def said(text: str) -> SettingsFile:
    """What a file says, apart from what it is called."""
    return parse_settings(text, "x")._replace(path=None, text="")


def test_an_empty_file_is_the_defaults() -> None:
    assert said("") == no_settings()


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ('[report]\nkpi = "x"\nlevel = 2', 3, "report.level", "less than or equal"),
        ('[report]\n\nperoid = "x"', 3, "report.peroid", "did you mean `period`"),
        ("[reports]", 1, "reports", "did you mean `report`"),
        ('[read]\ndate_order = "xyz"', 2, "read.date_order", "'dmy'"),
        ("[settings]\nstaled_days = 3", 2, "settings.staled_days", "did you mean `stalled_days`"),
        ("[settings]\nhorizon_days = 90\nstalled_days = -3", 3, "settings.stalled_days", "greater than or equal to 1"),
        ("[settings]\nhorizon_days = 0", 2, "settings.horizon_days", "greater than or equal to 1"),
        ("[settings]\nexpired_days = 99999999999", 2, "settings.expired_days", "less than or equal to 36500"),
        ("[settings]\nmarket_size = 0", 2, "settings.market_size", "greater than 0"),
        (PLAN + "tiers = [{ at = 0, rate = 5 }]", 2, "settings.incentive.tiers.rate", "`rate = 0.05` is 5 %"),
        (PLAN + "tiers = [{ at = 100, rate = 0.05 }]", 2, "settings.incentive.tiers.at", "`at = 1` is 100 %"),
        (PLAN + "tiers = [{ at = 0, rate = -0.05 }]", 2, "settings.incentive.tiers.rate", "greater than or equal to 0"),
        (PLAN + "cap = 1\n" + TWICE, 3, "settings.incentive.tiers", "two tiers start at 0; use each `at` once"),
        (
            PLAN + FALLING,
            2,
            "settings.incentive.tiers",
            "the tier at 0 comes after the tier at 1; sort the tiers by `at`",
        ),
        (PLAN + "bonus_per_unit = 1\nthreshold = 50", 3, "settings.incentive.threshold", "`threshold = 0.5` is 50 %"),
        (
            PLAN + "bonus_per_unit = 1\naccelerator = 150",
            3,
            "settings.incentive.accelerator",
            "less than or equal to 10",
        ),
        (
            PLAN + "cap = 500",
            1,
            "settings.incentive.tiers",
            "pays nothing: it has neither a rate nor a bonus; for example",
        ),
        ('[report]\nmax_age = "soon"', 2, "report.max_age", "for example 7d"),
        ('[goals]\n# a comment\nwin_rate = "25"', 3, "goals.win_rate.goal", "expected a comparison sign and a number"),
        ('[goals]\nwin_rate = { goal = ">= 25%", ower = "A" }', 2, "goals.win_rate.ower", "did you mean `owner`"),
        ('[goals.win_rate]\ngoal = ">= 25%"\nby = "soon"', 3, "goals.win_rate.by", "date"),
        ('[kpi.x]\nexpresion = "1"', 1, "kpi.x.expression", "required"),
    ],
)
def test_a_mistake_names_line_key_and_what_was_meant(text: str, line: int, key: str, words: str) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        parse_settings(text, "salesmetrics.toml")
    assert caught.value.code == "config_invalid"
    assert (caught.value.details["line"], caught.value.details["key"]) == (line, key)
    assert words in f"{caught.value.message}; {caught.value.hint}"


def test_what_is_no_toml() -> None:
    with pytest.raises(SalesmetricsError) as caught:
        parse_settings("[report", "salesmetrics.toml")
    assert caught.value.code == "config_syntax"


def test_the_nearest_file_going_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "salesmetrics.toml").touch()
    monkeypatch.chdir(deep)
    assert find_settings(None, left_out=False) == tmp_path / "salesmetrics.toml"
    (tmp_path / "a" / "salesmetrics.toml").touch()
    assert find_settings(None, left_out=False) == tmp_path / "a" / "salesmetrics.toml"
    assert find_settings(None, left_out=True) is None
    (deep / "salesmetrics.toml").touch()
    assert find_settings(None, left_out=False) == Path("salesmetrics.toml")


# --- the schema and the page -------------------------------------------------------------------------------------------


def as_json(text: str) -> Any:
    return json.loads(json.dumps(tomllib.loads(text), default=str))


def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(settings_schema())
    return jsonschema.Draft202012Validator(settings_schema(), format_checker=jsonschema.FormatChecker())


def test_the_schema_that_ships(golden: Golden) -> None:
    golden(DOCS / "salesmetrics.schema.json", dumps(settings_schema()))


def test_the_schema_is_printed_for_editors(tmp_path: Path) -> None:
    assert run("config", "schema", cwd=tmp_path).stdout == (DOCS / "salesmetrics.schema.json").read_text("utf-8")


def test_the_page_that_ships(golden: Golden) -> None:
    golden(DOCS / "configuration.md", configuration_page())


@pytest.mark.parametrize("text", ["", FULL])
def test_the_schema_takes_what_the_program_takes(text: str) -> None:
    parse_settings(text, "x")
    validator().validate(as_json(text))


@pytest.mark.parametrize(
    "text",
    [
        "[reports]",
        "[report]\nlevel = 2",
        "[report]\nperoid = 'x'",
        "[read]\ndate_order = 'xyz'",
        "[settings]\nstaled_days = 3",
        "[settings]\nstalled_days = 0",
        "[settings]\nhorizon_days = 40000",
        "[settings.incentive]\ntiers = [{ at = 0, rate = 5 }]",
        "[goals]\nwin_rate = 25",
        "[goals.win_rate]\nby = 2026-12-31",
    ],
)
def test_the_schema_refuses_what_the_program_refuses(text: str) -> None:
    with pytest.raises(SalesmetricsError):
        parse_settings(text, "x")
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(as_json(text))


@pytest.mark.parametrize(
    "name", [item.name for item in fields(Settings) if item.type in {"Days", "Days | None", "Hours"}]
)
def test_every_stretch_of_time_is_at_least_one_in_a_program_too(name: str) -> None:
    assert getattr(Settings(**{name: 1}), name) == 1
    with pytest.raises(ValueError, match=f"{name}: must be at least 1, not 0"):
        Settings(**{name: 0})
    with pytest.raises(ValueError, match=f"{name}: must be at most"):
        Settings(**{name: 10**9})


MONEY, SHARE = (Decimal(0), Decimal(10**15)), (Decimal(0), Decimal(10))
RANGES: list[tuple[type, str, tuple[Decimal, Decimal], bool]] = [
    (Settings, "market_size", MONEY, False),
    (IncentivePlan, "threshold", SHARE, True),
    (IncentivePlan, "accelerator", SHARE, False),
    (IncentivePlan, "bonus_at_quota", MONEY, True),
    (IncentivePlan, "bonus_per_unit", MONEY, True),
    (IncentivePlan, "cap", MONEY, False),
    (IncentivePlan, "cap_attainment", SHARE, False),
    (Tier, "at", SHARE, True),
    (Tier, "rate", (Decimal(0), Decimal(1)), True),
]
"""Numbers of a plan and of the market: from where to where, and whether the least is among them."""


@pytest.mark.parametrize(
    ("kind", "name", "ends", "closed"), RANGES, ids=lambda value: getattr(value, "__name__", str(value))
)
def test_a_number_may_be_what_its_range_holds_and_nothing_beside(
    kind: Any, name: str, ends: tuple[Decimal, Decimal], closed: bool
) -> None:
    first = {Tier: {"at": Decimal(0), "rate": Decimal(0)}, IncentivePlan: {"tiers": (Tier(Decimal(0), Decimal(1)),)}}
    others = first.get(kind, {})
    (low, high), step = ends, Decimal("0.00000001")
    for value in (low + step, high, *((low,) if closed else ())):
        assert getattr(kind(**{**others, name: value}), name) == value
    for value in (low - step, high + step, *(() if closed else (low,))):
        with pytest.raises(ValueError, match=f"{name}: must be (at least|above|at most)"):
            kind(**{**others, name: value})


def test_every_number_has_its_bounds() -> None:
    tables = settings_schema()["$defs"]
    for table in ("Settings", "IncentivePlan", "Tier"):
        for name, info in tables[table]["properties"].items():
            kinds = [info, *info.get("anyOf", [])]
            if any(kind.get("type") in {"integer", "number"} for kind in kinds):
                assert any({"minimum", "exclusiveMinimum"} & set(kind) for kind in kinds), f"{table}.{name}"


def test_every_key_is_explained() -> None:
    schema = settings_schema()
    for table in ("CalendarTable", "GoalTable", "KpiTable", "ReadTable", "ReportTable", "Settings", "StagesTable"):
        for key, info in schema["$defs"][table]["properties"].items():
            assert info.get("description"), f"{table}.{key}"
    assert set(setting_descriptions()) == {item.name for item in fields(Settings)}


# --- where values come from --------------------------------------------------------------------------------------------


def test_origins() -> None:
    text = '[read]\nencoding = "cp1251"\ndecimal = "comma"\n\n[goals]\nwin_rate = ">= 25%"\n'
    variables = {"SALESMETRICS_DECIMAL": "point", "SALESMETRICS_LEVEL": ""}
    found = {item.key: item for item in shown_settings(parse_settings(text, "s.toml"), variables)}
    assert (found["read.encoding"].value, found["read.encoding"].place) == ("cp1251", "s.toml:2")
    assert (found["read.decimal"].value, found["read.decimal"].place) == ("point", "SALESMETRICS_DECIMAL")
    assert (found["report.level"].value, found["report.level"].source) == (0.95, "default")
    assert (found["goals.win_rate"].value, found["goals.win_rate"].place) == ([{"goal": ">= 25%"}], "s.toml:6")
    assert found["settings.stalled_days"].value == 30


def test_every_setting_is_shown_once() -> None:
    shown = shown_settings(no_settings(), {})
    keys = [item.key for item in shown]
    assert len(keys) == len(set(keys))
    assert {option.key for option in file_options()} <= set(keys)
    assert {option.key for option in declared_options()} - {None} <= set(keys)
    assert all(item.source == "default" for item in shown)


def run(*words: str, cwd: Path, **variables: str) -> Done:
    return invoke(*words, cwd=cwd, env={**os.environ, **variables})


def test_option_before_variable_before_file(tmp_path: Path) -> None:
    (tmp_path / "salesmetrics.toml").write_text('[report]\nkpi = "won_deals"\n', "utf-8")
    deals = str(EXAMPLES / "deals.csv")

    def ids(*words: str, **variables: str) -> list[str]:
        done = run("report", deals, "--format", "json", "-q", *words, cwd=tmp_path, **variables)
        return [metric["id"] for metric in json.loads(done.stdout)["metrics"]]

    assert ids() == ["won_deals"]
    assert ids(SALESMETRICS_KPI="lost_deals") == ["lost_deals"]
    assert ids("--kpi", "win_rate", SALESMETRICS_KPI="lost_deals") == ["win_rate"]
    assert len(ids("--no-config")) > 10
    assert ids(SALESMETRICS_KPI="lost_deals,won_deals") == ["won_deals", "lost_deals"]
    done = run("report", deals, "-q", "--no-config", cwd=tmp_path, SALESMETRICS_GOAL="won_deals >= 1,lost_deals < 1")
    assert [line.partition(", now")[0] for line in done.stderr.splitlines()] == [
        "error: goal missed: Lost deals: goal lost_deals < 1"
    ]


# --- init --------------------------------------------------------------------------------------------------------------


def written(*paths: str, **options: Any) -> str:
    settled = ReadOptions(**options)
    return template_of(load(list(paths), settled), settled) if paths else settings_template([], settled)


def template_of(dataset: Dataset, options: ReadOptions) -> str:
    hows = [how for file in dataset.files for how in file.how.values()]
    return settings_template(file_readings(dataset), options, hows=hows)


def test_a_file_from_nothing_settles_nothing() -> None:
    assert said(written()) == no_settings()


def uncommented(text: str) -> str:
    """Every commented setting put in force."""
    lines = []
    for line in text.splitlines():
        bare = line.removeprefix("# ")
        lines.append(bare if re.match(r"\w+ = |\[", bare) else line)
    return "\n".join(lines)


def test_its_comments_are_settings_that_can_be_put_in_force() -> None:
    text = uncommented(written())
    file = parse_settings(text.replace("Field = header", "# Field = header"), "x")
    assert file.values["date_order"].value == "dmy"
    assert file.calendar == no_settings().calendar
    assert file.values["level"].value == 0.95
    assert file.goals["sales_cycle_median"][0].group == {"region": "*"}
    assert file.kpis["calls_per_win"].expression == "calls / won_deals"


@given(st.text(max_size=40))
def test_any_word_survives_in_toml(word: str) -> None:
    word = word.encode("utf-8", "ignore").decode("utf-8")
    text = settings_template([], ReadOptions(won=(word,), mapping={"amount": word}))
    assert tomllib.loads(text)["stages"]["won"] == [word]
    assert tomllib.loads(text)["map"]["amount"] == word
    expected: Any = settings_model().model_validate({"stages": {"won": [word]}})
    assert parse_settings(text, "x").values["won"].value == tuple(expected.stages.won)


def settings_of(text: str) -> list[str]:
    """The lines of a settings file without their comments: keys and values, in force or not, and tables; examples of goals
    may be in words of the language."""
    found = text.partition("[goals]")[0].splitlines()
    return [line.split("  # ")[0] for line in found if re.match(r"(# )?([a-z_]+|\"[^\"]+\") = |\[", line)]


@pytest.mark.parametrize("tag", [tag for tag in LANGUAGES if tag != "en"])
def test_a_language_changes_only_the_comments(tag: str) -> None:
    files = (str(EXAMPLES / "deals.csv"), str(EXAMPLES / "leads.csv"))
    english = written(*files)
    with speaking(tag):
        text = written(*files)
    assert settings_of(text) == settings_of(english)
    assert tomllib.loads(text) == tomllib.loads(english)
    assert parse_settings(text, "x").values == parse_settings(english, "x").values
    ours = {line for line in english.splitlines() if re.match(r"# [A-Z]", line)}
    assert ours
    assert not ours & set(text.splitlines())


@pytest.mark.parametrize(
    "names", [("deals.csv",), ("leads.csv",), tuple(sorted(p.name for p in EXAMPLES.glob("*.csv")))]
)
def test_with_the_file_the_numbers_stay_the_same(names: tuple[str, ...], tmp_path: Path) -> None:
    files = [str(EXAMPLES / name) for name in names]
    before = run("report", *files, "--format", "json", "-q", cwd=tmp_path)
    assert run("init", *files, cwd=tmp_path).returncode == 0
    after = run("report", *files, "--format", "json", "-q", cwd=tmp_path)
    assert before.stdout
    assert _without_filters(after.stdout) == _without_filters(before.stdout)
    assert json.loads(after.stdout)["filters"]["settings_file"] == "salesmetrics.toml"


def _without_filters(answer: str) -> dict[str, object]:
    """An answer but for what it says of where settings came from."""
    return {name: value for name, value in json.loads(answer).items() if name != "filters"}


REAL = (
    "bitrix24_ru_leasing/DEAL_ui_layout_cp1251.csv",
    "maven_crm_mdy/sales_pipeline.csv",
    "maven_crm_variants/sales_pipeline_dd-mm-yy_crlf.csv",
    "olist_funnel_variants/olist_closed_deals_dd-mm-yyyy_crlf.csv",
    "salesforce_fivetran_seeds/sf_opportunity_data.csv",
    "zoho_crm_demo/Potentials.csv",
)


@pytest.mark.parametrize("name", REAL)
def test_real_exports_are_read_the_same_with_their_file(name: str, realdata: Path) -> None:
    path = str(realdata / name)
    before = load([path])
    text = template_of(before, ReadOptions())
    settled = merge(options_of(Reading), {}, parse_settings(text, "x"))
    after = load([path], read_options(made(Reading, settled)))
    assert after.inputs == before.inputs
    assert after.frames.keys() == before.frames.keys()
    assert all(frame.equals(before.frames[kind]) for kind, frame in after.frames.items())


AMBIGUOUS = """\
Deal;Rep;Etappe;Amount;Created;Close Date
A;Ana;Signed up;1.250,00;01/02/2026;03/04/2026
B;Bo;Gone;2.000,00;05/02/2026;06/04/2026
C;Bo;Talking;2.100,00;05/03/2026;
"""


def test_what_was_said_once_need_not_be_said_again(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(AMBIGUOUS, "utf-8")
    said = ["--date-order", "dmy", "--map", "stage=Etappe", "--won", "Signed up", "--lost", "Gone"]
    assert run("report", "deals.csv", cwd=tmp_path).returncode == 2
    by_hand = run("report", "deals.csv", *said, "--format", "json", cwd=tmp_path)
    assert by_hand.returncode == 0, by_hand.stderr
    assert run("init", "deals.csv", *said, cwd=tmp_path).returncode == 0
    settings = parse_settings((tmp_path / "salesmetrics.toml").read_text("utf-8"), "x")
    assert {name: item.value for name, item in settings.values.items() if name != "profile"} == {
        "date_order": "dmy",
        "decimal": "comma",
        "map": {"stage": "Etappe"},
        "won": ("Signed up",),
        "lost": ("Gone",),
    }
    by_file = run("report", "deals.csv", "--format", "json", cwd=tmp_path)
    assert _without_filters(by_file.stdout) == _without_filters(by_hand.stdout)
    assert json.loads(by_file.stdout)["as_of"] == "2026-04-06"


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "salesmetrics.toml"
    target.write_text("[report]\n", "utf-8")
    refused = run("init", cwd=tmp_path)
    assert refused.returncode == 2
    assert "already exists" in refused.stderr
    assert target.read_text("utf-8") == "[report]\n"
    assert run("init", "--force", cwd=tmp_path).returncode == 0
    assert said(target.read_text("utf-8")) == no_settings()


def test_the_example_of_a_pay_plan_is_one_and_a_mistake_in_it_shows_the_form() -> None:
    text = settings_template([], ReadOptions())
    lines = text.partition("# [settings.incentive]")[2].partition("\n\n")[0].splitlines()
    plan = "\n".join(line.removeprefix("# ") for line in lines)
    incentive = parse_settings(f"[settings.incentive]{plan}", "x.toml").thresholds.incentive
    assert incentive is not None
    assert [(tier.at, float(tier.rate)) for tier in incentive.tiers] == [(0, 0.05), (1, 0.08)]
    with pytest.raises(SalesmetricsError) as refused:
        parse_settings("[settings.incentive]\ntiers = [{ rate = 0.05 }]", "x.toml")
    assert "required key is missing" in str(refused.value)
    assert "`tiers = [{ at = 0, rate = 0.05 }" in str(refused.value.hint)
