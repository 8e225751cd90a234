"""Every declared option, from every source: the same value arrives, and the same refusal names the right place."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping  # noqa: TC003 - annotations of a group are read when it runs
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pytest
import typer
from typer.testing import CliRunner

from configuration_page import configuration_page
from in_process import invoke
from salesmetrics.cli.options import Without, with_groups
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.render.writers import WRITERS
from salesmetrics.settings import options as declared
from salesmetrics.settings.model import parse_settings, settings_schema, shown_settings
from salesmetrics.settings.options import Option, Selection, declared_options, options_of
from salesmetrics.settings.sources import SettingsFile, from_options_and_variables, merge, no_settings
from salesmetrics.settings.template import settings_template

ROOT = Path(__file__).parent.parent
NAMES = [option.name for option in declared_options()]
WITH_VARIABLE = [option.name for option in declared_options() if option.variable]
WITH_KEY = [option.name for option in declared_options() if option.key]
TYPED_ELSEWHERE = {
    "memory": "3GB",
    "encoding": "cp1252",
    "as_of": "2026-01-31",
    "goal": "won_deals >= 1",
    "output": "out.csv",
}


def option(name: str) -> Option:
    return next(item for item in declared_options() if item.name == name)


def sample(it: Option) -> tuple[list[str] | str | float | bool, Any]:
    """What is typed for an option, and what has to arrive."""
    if it.kind == "pairs":
        name, value = it.example
        return [f"{name}={value}"], {name: value}
    if it.kind == "list":
        words = list(it.example) if it.check else ["Signed", "Closed"]
        return words, tuple(words)
    if it.kind == "flag":
        return True, True
    if it.choices:
        return it.choices[-1], it.choices[-1]
    if it.kind in ("number", "whole number"):
        return (0.9, 0.9) if it.kind == "number" else (25, 25)
    text = TYPED_ELSEWHERE.get(it.name) or it.example or "2026-Q1"
    return text, text


def in_variable(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value).lower() if value is True else str(value)


def in_toml(it: Option, value: Any) -> str:
    table, _, key = str(it.key).partition(".")
    if it.kind == "pairs":
        rows = "\n".join(f"{json.dumps(name)} = {json.dumps(text)}" for name, text in value.items())
        return f"[{it.key}]\n{rows}"
    return f"[{table}]\n{key} = {json.dumps(list(value) if isinstance(value, tuple) else value)}"


def settled(typed: Mapping[str, Any], variables: Mapping[str, str], text: str = "") -> Any:
    given = from_options_and_variables(declared_options(), typed, variables)
    return merge(declared_options(), given, parse_settings(text, "s.toml") if text else no_settings())


@pytest.mark.parametrize("name", NAMES)
def test_a_typed_value_arrives(name: str) -> None:
    typed, value = sample(option(name))
    found = settled({name: typed}, {})[name]
    assert (found.value, found.source.kind, found.source.name) == (value, "option", option(name).flag)


@pytest.mark.parametrize("name", WITH_VARIABLE)
def test_the_same_value_arrives_from_a_variable(name: str) -> None:
    typed, value = sample(option(name))
    variable = str(option(name).variable_name)
    found = settled({}, {variable: in_variable(typed)})[name]
    assert (found.value, found.source.kind, found.source.name) == (value, "variable", variable)


@pytest.mark.parametrize("name", WITH_KEY)
def test_the_same_value_arrives_from_the_file(name: str) -> None:
    _, value = sample(option(name))
    found = settled({}, {}, in_toml(option(name), value))[name]
    assert (found.value, found.source.kind, found.source.name) == (value, "file", option(name).key)
    assert (found.source.path, found.source.line) == ("s.toml", 1 if option(name).kind == "pairs" else 2)


@pytest.mark.parametrize("name", NAMES)
def test_the_default_arrives_from_nowhere(name: str) -> None:
    found = settled({}, {})[name]
    assert (found.value, found.source.kind) == (option(name).default, "default")


@pytest.mark.parametrize("name", [name for name in WITH_KEY if not option(name).adds])
def test_option_before_variable_before_file(name: str) -> None:
    it = option(name)
    typed, value = sample(it)
    text, variables = in_toml(it, value), {str(it.variable_name): in_variable(typed)}
    assert settled({name: typed}, variables, text)[name].source.kind == "option"
    assert settled({}, variables, text)[name].source.kind == "variable"
    assert settled({}, {}, text)[name].source.kind == "file"


def test_words_and_pairs_of_the_file_stay_beside_those_of_an_option() -> None:
    text = '[stages]\nwon = ["Signed", "Paid"]\nlost = ["Gone"]\n[map]\namount = "A"\nowner = "B"\n'
    found = settled({"won": ["Gone"], "map": ["owner=C"]}, {}, text)
    assert found["won"].value == ("Gone", "Signed", "Paid")
    assert found["lost"].value == ()
    assert {word: source.kind for word, source in found["won"].items.items()} == {
        "Gone": "option",
        "Signed": "file",
        "Paid": "file",
    }
    assert found["map"].value == {"amount": "A", "owner": "C"}
    assert {name: (item.kind, item.line) for name, item in found["map"].items.items()} == {
        "amount": ("file", 5),
        "owner": ("option", 0),
    }


def test_one_of_two_rivals_rules_the_other_of_the_file_out() -> None:
    text = '[report]\nkpi = "revenue"\nfamily = "size"\n'
    found = settled({"kpi": ["win_rate"]}, {}, text)
    assert (found["kpi"].value, found["family"].value) == (("win_rate",), ())
    found = settled({}, {"SALESMETRICS_FAMILY": "speed"}, text)
    assert (found["kpi"].value, found["family"].value) == ((), ("speed",))


# --- refusals ------------------------------------------------------------------------------------------------------------

UNUSABLE = {
    "timezone": ("Mars", "unknown time zone"),
    "max_age": ("soon", "must be a number of days or weeks, for example 7d or 2w"),
    "locale": ("tlh", "unknown locale"),
    "currency_symbol": ({"$": "DOLLAR"}, "`DOLLAR` is not a currency code"),
    "merge_reason": ({"$": "$"}, "the reason is the variant itself"),
    "sections": (["funnle"], "unknown section"),
    "memory": ("much", "must be a size, for example `2GB` or `1.5GiB`"),
    "key": ("short", "must have at least 16 characters"),
}
"""Values that the declaration's own check refuses, and why."""


def test_every_check_is_tried() -> None:
    assert {it.name for it in declared_options() if it.check} == set(UNUSABLE)


@pytest.mark.parametrize("name", UNUSABLE)
@pytest.mark.parametrize("source", ["option", "variable", "file"])
def test_the_same_refusal_names_its_place(name: str, source: str) -> None:
    it, (value, cause) = option(name), UNUSABLE[name]
    typed = [f"{key}={text}" for key, text in value.items()] if isinstance(value, dict) else value
    shown = "***" if it.spoken else typed[0] if isinstance(typed, list) else typed
    if it.spoken and source == "option":
        cause = "others on this machine can see what is typed"
    given: dict[str, tuple[Any, ...]] = {
        "option": ({name: typed}, {}),
        "variable": ({}, {str(it.variable_name): in_variable(typed)}),
        "file": ({}, {}, in_toml(it, value)),
    }
    with pytest.raises(SalesmetricsError) as refused:
        settled(*given[source])
    starts = {
        "option": f"invalid `{it.flag} {shown}`: {cause}",
        "variable": f"`{it.variable_name}`: invalid value `{shown}`: {cause}",
        "file": f"`s.toml` line 2, `{it.key}{'.$' if it.kind == 'pairs' else ''}`: invalid value `{shown}`: {cause}",
    }
    assert refused.value.message == starts[source]


OFF_TYPE = {it.name: "x" for it in declared_options() if it.choices or it.kind not in ("text", "list")}
OUT_OF_BOUNDS = {it.name: "-1" for it in declared_options() if it.least is not None}


@pytest.mark.parametrize(
    ("name", "text"), [pair for pair in [*OFF_TYPE.items(), *OUT_OF_BOUNDS.items()] if pair[0] in WITH_VARIABLE]
)
def test_a_value_of_another_type_is_refused_everywhere(name: str, text: str, tmp_path: Path) -> None:
    it = option(name)
    with pytest.raises(SalesmetricsError) as refused:
        settled({}, {str(it.variable_name): text})
    assert refused.value.message.startswith(f"`{it.variable_name}`: invalid value `{text}`: ")
    assert refused.value.hint
    if it.key is not None:
        number = text.lstrip("-").isdigit()
        with pytest.raises(SalesmetricsError) as refused:
            settled({}, {}, in_toml(it, float(text) if number else text) if it.kind != "pairs" else f'{it.key} = "x"')
        assert refused.value.message.startswith("`s.toml` line ")
        assert f"`{it.key}`" in refused.value.message
    if it.kind != "flag":
        done = invoke("report", str(ROOT / "examples" / "deals.csv"), f"{it.flag}={text}", cwd=tmp_path)
        assert done.returncode == 2
        assert it.flag in done.stderr


def test_a_variable_that_an_option_overrules_is_not_looked_at() -> None:
    assert settled({"level": 0.8}, {"SALESMETRICS_LEVEL": "much"})["level"].value == 0.8


def test_a_file_is_refused_though_an_option_overrules_it() -> None:
    with pytest.raises(SalesmetricsError):
        settled({"timezone": "UTC"}, {}, '[read]\ntimezone = "Mars"')


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("KPI", "win_rat", "unknown KPI `win_rat`"),
        ("PERIOD", "soon", "invalid value `soon`"),
        ("GOAL", "win_rate >= 25", "Win rate is a share of at most 1"),
        ("MAP", "amount=Amout", "has no header `Amout`"),
        ("AS_OF", "yesterday", "not a date"),
        ("FORMAT", "pdf", "must be one of table, csv, json, md"),
        ("QUIET", "maybe", "must be true or false"),
    ],
)
def test_a_refusal_further_down_names_the_variable(variable: str, value: str, words: str, tmp_path: Path) -> None:
    env = {**os.environ, f"SALESMETRICS_{variable}": value}
    done = invoke("report", str(ROOT / "examples" / "deals.csv"), cwd=tmp_path, env=env)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: `SALESMETRICS_{variable}`: ")
    assert words in done.stderr


# --- one declaration is enough ---------------------------------------------------------------------------------------------


class Toy(NamedTuple):
    """A group of one more option."""

    mood: Annotated[
        str | None,
        Option(
            "How it feels.",
            metavar="MOOD",
            key="report.mood",
            about="how a report feels",
            example="sunny",
            complete=lambda incomplete: [
                (word, "a mood") for word in ("sunny", "sullen") if word.startswith(incomplete)
            ],
        ),
    ] = None


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setattr(declared, "GROUPS", (*declared.GROUPS, Toy))
    app = typer.Typer()

    @app.command()
    @with_groups
    def show(settings: SettingsFile, toys: Toy) -> None:
        typer.echo(f"{toys.mood} {settings.path}")

    return app


def test_a_new_option_is_in_the_help_and_is_completed(toy: typer.Typer) -> None:
    run = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1"})
    assert re.search(r"--mood +MOOD +How it feels\.", run.invoke(toy, ["--help"]).output)
    words = {"_SHOW_COMPLETE": "complete_bash", "COMP_WORDS": "show --mood sul", "COMP_CWORD": "2"}
    assert run.invoke(toy, [], prog_name="show", env=words).output.split() == ["sullen"]


def test_a_new_option_takes_every_source(toy: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    assert run.invoke(toy, []).output == "None None\n"
    Path("salesmetrics.toml").write_text('[report]\nmood = "calm"\n', "utf-8")
    assert run.invoke(toy, []).output == "calm salesmetrics.toml\n"
    assert run.invoke(toy, ["--no-config"]).output == "None None\n"
    assert run.invoke(toy, [], env={"SALESMETRICS_MOOD": "grim"}).output == "grim salesmetrics.toml\n"
    assert run.invoke(toy, ["--mood", "sunny"], env={"SALESMETRICS_MOOD": "grim"}).output.startswith("sunny ")


def test_a_new_option_is_in_schema_show_page_and_first_file(toy: typer.Typer) -> None:
    row = "| `mood` | text |  | how a report feels | `--mood`, `SALESMETRICS_MOOD` |"
    assert row in configuration_page().splitlines()
    known = settings_schema()["$defs"]["ReportTable"]["properties"]
    assert known["mood"]["description"] == "how a report feels"
    shown = {item.key: item for item in shown_settings(parse_settings('[report]\nmood = "calm"\n', "s.toml"), {})}
    assert (shown["report.mood"].value, shown["report.mood"].place) == ("calm", "s.toml:2")
    assert '# mood = "sunny"  # how a report feels' in settings_template([], ReadOptions()).splitlines()


def test_choices_are_completed() -> None:
    for it in declared_options():
        if it.choices:
            words = {"_SALESMETRICS_COMPLETE": "complete_bash", "COMP_CWORD": "3"}
            words["COMP_WORDS"] = f"salesmetrics report {it.flag} {it.choices[0][:2]}"
            done = invoke(env={**os.environ, **words})
            assert it.choices[0] in done.stdout.split()


def test_what_a_command_leaves_out_it_does_not_take() -> None:
    app = typer.Typer()

    @app.command()
    @with_groups
    def show(selection: Annotated[Selection, Without(("by",))]) -> None:
        typer.echo(str(selection.by))

    assert CliRunner().invoke(app, ["--by", "owner"]).exit_code == 2


def test_every_form_of_output_is_a_choice() -> None:
    assert option("format").choices == tuple(WRITERS)


def test_names_are_unique() -> None:
    names = [it.name for it in options_of(*declared.GROUPS)]
    assert len(names) == len(set(names))
    keys = [it.key for it in options_of(*declared.GROUPS) if it.key]
    assert len(keys) == len(set(keys))
