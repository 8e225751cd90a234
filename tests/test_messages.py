"""Codes and their words fit together: over every error and every message that the source makes."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, Literal, get_args, get_type_hints

import pytest
from typer.main import get_command

from configuration_page import configuration_page
from recipes_page import recipes_page
from salesmetrics.answers import report
from salesmetrics.cli.app import make_app
from salesmetrics.drilldown.describe import describe_kpi
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.source.encoding import Encoding
from salesmetrics.messages import (
    catalogues,
    causes,
    errors,
    fill,
    findings,
    findings_of_files,
    findings_of_records,
    findings_of_reports,
    fixes,
    labels,
    needs,
    readings,
    reasons,
    screens,
    sentences,
    settings_file,
    talk,
    text,
    workings,
)
from salesmetrics.messages.errors import CATALOGUE
from salesmetrics.metrics.catalog import catalog
from salesmetrics.render.json_schema import schema
from salesmetrics.render.layouts.words import NOTHING
from salesmetrics.schema.kinds import KIND_NAMES
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import Severity
from salesmetrics.settings.model import settings_schema
from salesmetrics.settings.options import TABLES, declared_options
from salesmetrics.settings.template import settings_template
from trees import module_names, nodes, trees

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from salesmetrics.settings.options import Option

PROJECT = Path(__file__).parent.parent
TEMPLATES = {code: template for catalogue in catalogues() for code, template in catalogue.items()}
NO_DETAIL = {"set", "option_or_key"}
"""Names in a template that stand for an option or a key, not for a detail."""
REVIEWED: tuple[Mapping[str, str], ...] = (
    findings.AS_MESSAGES,
    findings_of_files.PARTS,
    findings_of_records.PARTS,
    findings_of_reports.PARTS,
    readings.READINGS,
    readings.REASONS,
    reasons.REASONS,
    reasons.NOTHING_THERE,
    reasons.LEFT_OUT,
    reasons.RECORD_LEFT_OUT,
    workings.WORKINGS,
    needs.NEEDS,
    labels.LABELS,
    sentences.LEGENDS,
    talk.TALK,
    settings_file.SETTINGS_FILE,
    screens.SCREENS,
    {code: f"{error.message}\n{error.hint}" for code, error in CATALOGUE.items()},
    causes.CAUSES,
    fixes.FIXES,
)
"""Catalogues that are written in plain English throughout."""
BANNED = re.compile(
    r"\b(told|tells?|said|says? to|meant|stretch(es)?|speaks? (for|of)|asked? for|of no use|own limits|few records|rests? on"
    r"|closed otherwise|stands? (in|beside|on)|taken (for|to)|count for nothing|the former|the latter|the eve"
    r"|(has|have) to be|(?<!there )(is|are) no(?! longer)|overrules?|nobody|neither way|in force|cannot be used|it is not one of|one's own)\b"
)
"""Turns of phrase that are no plain English of the field."""


def named(template: str) -> set[str]:
    """The details that a template names, those inside the form of another among them."""
    found = set()
    for _, name, spec, _ in Formatter().parse(template):
        if name:
            found |= ({name} - NO_DETAIL) | named(spec or "")
    return found


def codes_of(node: ast.expr) -> list[str]:
    """The codes that an expression can give; none where it is made of parts."""
    match node:
        case ast.Constant(str() as value):
            return [value]
        case ast.IfExp():
            return codes_of(node.body) + codes_of(node.orelse)
    return []


def calls(tree: ast.AST, *names: str, around: ast.AST | None = None) -> Iterator[tuple[str, ast.Call, ast.AST]]:
    """Calls of names, each with its name and the function that it stands in."""
    for node in ast.iter_child_nodes(tree):
        inner = tree if isinstance(tree, (ast.FunctionDef, ast.Module)) else around
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
            yield node.func.id, node, inner or tree
        yield from calls(node, *names, around=inner)


@cache
def made() -> tuple[tuple[str, str, ast.Call, ast.AST], ...]:
    """Each place where words are asked for: its module, what it calls, the call and the function around it."""
    return tuple(
        (module, name, call, around)
        for module, tree in trees().items()
        for name, call, around in calls(tree, "SalesmetricsError", "Message", "phrase")
    )


def place(module: str, call: ast.Call) -> str:
    return f"{module}:{call.lineno}"


def is_sentence(node: ast.expr, around: ast.AST) -> bool:
    """Whether an expression is words put together here: a text with a blank in it, straight or through a name."""
    match node:
        case ast.Constant(str() as value):
            return " " in value.strip()
        case ast.JoinedStr():
            return any(isinstance(part, ast.Constant) and " " in str(part.value) for part in node.values)
        case ast.IfExp():
            return is_sentence(node.body, around) or is_sentence(node.orelse, around)
        case ast.BinOp():
            return is_sentence(node.left, around) or is_sentence(node.right, around)
        case ast.Name():
            given = [
                item.value for item in ast.walk(around) if isinstance(item, ast.Assign) and _assigns(item, node.id)
            ]
            return any(is_sentence(value, ast.Module([], [])) for value in given)
    return False


def _assigns(item: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in item.targets)


def test_a_code_stands_in_one_catalogue() -> None:
    codes = Counter(code for catalogue in catalogues() for code in catalogue)
    assert [code for code, number in codes.items() if number > 1] == []


def test_every_code_that_is_made_has_words_and_every_detail_that_they_name() -> None:
    lacking = []
    for module, name, call, _ in made():
        given = {keyword.arg for keyword in call.keywords}
        for code in codes_of(call.args[0]):
            words = (CATALOGUE if name == "SalesmetricsError" else TEMPLATES).get(code)
            if words is None:
                lacking.append((place(module, call), code, "no words"))
            elif None not in given:
                wanted = set().union(*map(named, words)) if name == "SalesmetricsError" else named(str(words))
                lacking += [(place(module, call), code, detail) for detail in wanted - given]
    assert lacking == []


def test_no_detail_is_called_like_what_stands_for_none() -> None:
    given = {
        keyword.arg
        for module in module_names()
        for node in nodes(module)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
    }
    assert given.isdisjoint(NO_DETAIL)


def test_every_code_is_made_somewhere() -> None:
    literals = {
        node.value
        for module in module_names()
        if not module.startswith("messages/")
        for node in nodes(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = [*CATALOGUE, *causes.CAUSES, *fixes.FIXES, *needs.NEEDS, *workings.WORKINGS]
    codes += [*labels.LABELS, *sentences.LEGENDS, *settings_file.SETTINGS_FILE, *screens.SCREENS, *talk.TALK]
    starts = tuple(literal for literal in literals if re.fullmatch(r"[a-z_]{4,}_", literal))
    assert [code for code in codes if code not in literals and not code.startswith(starts)] == []


def test_no_detail_is_a_sentence() -> None:
    found = [
        (place(module, call), keyword.arg)
        for module, _, call, around in made()
        for keyword in call.keywords
        if keyword.arg not in {"command", "condition", "example", "value"} and is_sentence(keyword.value, around)
    ]
    assert found == []


def spoken(template: str) -> str:
    """The words of a template: without its details, and with both forms of a count."""
    words = []
    for literal, _, spec, _ in Formatter().parse(template):
        words += [literal, *(spoken(form) for form in (spec or "").split("|") if "|" in (spec or ""))]
    return " ".join(words)


@pytest.mark.parametrize("catalogue", REVIEWED)
def test_messages_are_plain_english(catalogue: Mapping[str, str]) -> None:
    assert {code: found[0] for code, words in catalogue.items() if (found := BANNED.search(spoken(words)))} == {}


def help_texts() -> Iterator[tuple[str, str]]:
    """What the help of every command says, and what the settings file and its schema say of every key."""
    waiting: list[tuple[str, Any]] = [("salesmetrics", get_command(make_app()))]
    while waiting:
        name, command = waiting.pop()
        yield name, command.help or ""
        for parameter in command.params:
            if isinstance(found := getattr(parameter, "help", None), str):
                yield f"{name} {parameter.name}", found
        waiting += [(f"{name} {word}", inner) for word, inner in getattr(command, "commands", {}).items()]
    for option in declared_options():
        yield option.flag, f"{option.help}\n{option.about}"
    for table in TABLES:
        yield table.name, f"{table.about}\n{table.comment}"
    for place, model in settings_schema()["$defs"].items():
        for key, info in model.get("properties", {}).items():
            yield f"{place}.{key}", info.get("description", "")
    yield "first settings file", settings_template([], ReadOptions())
    yield "page of settings", configuration_page()
    yield "page of recipes", recipes_page()


HELP = dict(help_texts())


def test_help_settings_and_their_pages_are_plain_english() -> None:
    assert len(HELP) > 100
    assert {place: found[0] for place, words in HELP.items() if (found := BANNED.search(words))} == {}


@pytest.mark.parametrize("option", [option for option in declared_options() if not option.hidden], ids=lambda o: o.name)
def test_the_help_of_an_option_is_a_sentence_or_two(option: Option) -> None:
    assert re.fullmatch(r"[A-Z].*\.|.*…\.?", option.help)
    assert len(option.help) <= 90


WRITTEN = [*sorted(PROJECT.glob("*.md")), *sorted((PROJECT / "docs").glob("*.md")), PROJECT / "examples" / "README.md"]


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(PROJECT).as_posix())
def test_pages_are_plain_english(page: Path) -> None:
    words = re.sub(r"^```console\n.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert [found[0] for found in BANNED.finditer(words)] == []


def test_a_message_uses_no_inversion_of_a_count() -> None:
    """ "58 open deals are past …", not "58 rows open with …": a row is named only where the row itself is the trouble."""
    words = [findings.FINDINGS[code][0] for code in findings_of_records.WORDS]
    assert [
        text for text in words if re.match(r"\{count:# row\|# rows\} (with|without|whose|that|owned|won|lost)", text)
    ] == []


def test_kpis_and_measures_are_described_in_plain_english() -> None:
    known = catalog()
    words = {kpi.id: f"{kpi.title}\n{kpi.formula}\n{kpi.doc}" for kpi in known.kpis.values()}
    words |= {f"measure {measure.id}": measure.doc for measure in known.measures.values()}
    assert len(words) > len(known.kpis)
    assert {name: found[0] for name, text in words.items() if (found := BANNED.search(text))} == {}


def test_all_that_a_kpi_leaves_out_has_words() -> None:
    assert {code for kpi in catalog().kpis.values() for code in kpi.excluded} - set(reasons.LEFT_OUT) == set()


def test_a_record_that_is_left_out_has_the_same_codes() -> None:
    assert set(reasons.RECORD_LEFT_OUT) == set(reasons.LEFT_OUT)


def test_all_that_a_kpi_is_undefined_for_has_words() -> None:
    known = catalog()
    codes = {code for kpi in known.kpis.values() for code in describe_kpi(kpi, known).undefined}
    codes |= {
        code
        for module, tree in trees().items()
        if module.startswith("metrics/")
        for _, call, _ in calls(tree, "Undefined")
        for code in codes_of(call.args[0])
    }
    assert codes - set(reasons.REASONS) == NOTHING
    assert len(codes) > 20


def values_of(*hints: Any) -> set[str]:
    """The texts that a type allows."""
    found = {value for hint in hints for value in get_args(hint) if isinstance(value, str)}
    inner = [part for hint in hints for part in get_args(hint) if not isinstance(part, str)]
    return found | (values_of(*inner) if inner else set())


STATES = {
    "verdict_": get_type_hints(report.Change)["verdict"],
    "goal_": get_type_hints(report.Goal)["status"],
    "outside_": get_type_hints(report.Limits)["outside"],
    "encoding_by_": get_type_hints(Encoding)["how"],
    "unit_": report.Unit,
    "severity_": Literal[tuple(each.value for each in Severity)],
}


@pytest.mark.parametrize("start", STATES)
def test_every_state_of_an_answer_has_words(start: str) -> None:
    states = {state.replace(" ", "_") for state in values_of(STATES[start])}
    assert {state for state in states if f"{start}{state}" not in TEMPLATES} == set()
    assert len(states) > 1


def test_every_kind_has_a_noun() -> None:
    nouns = {kind: fill("{kind:noun}|{kind:nouns}", {"kind": kind}) for kind in KIND_NAMES}
    assert [kind for kind, noun in nouns.items() if noun == "row|rows"] == []
    assert fill("{kind:noun}", {"kind": None}) == "row"


# --- no words outside the catalogues ------------------------------------------------------------------------------------

EDGE = ("cli", "render")
INSIDE = ("answers", "calendar", "drilldown", "engine", "entities", "ingest", "schema", "settings", "statistics")
PHRASE = re.compile(r"[^\W\d_]{2,}[,;:]? [^\W\d_]{2,}")
SENTENCE = re.compile(r"([^\W\d_]+[,;:]? ){2,}[^\W\d_]{2,}")
NOT_PROSE = re.compile(r"[|\\\n]|\(\?|\b(\w+ ){20}")
"""Patterns, and lists of words as they stand in files."""
DECLARED = {"help", "description", "metavar"}
"""Arguments that declare an option or a field: its help is translated where it is declared."""
LAYOUT_TEXTS = {"Heading", "Column", "Text", "Item", "Snippet", "Cell", "Prose", "Footnote", "Undefined"}
OTHER_WORDS = {
    "render/html_tables.py": "tags of HTML",
    "ingest/canonical/amounts.py": "how often an amount is paid",
    "ingest/parse/currency.py": "names of currencies",
    "ingest/table/far.py": "columns, as Spark takes them",
    "calendar/periods.py": "how files write periods",
    "schema/meanings.py": "what fields mean, for the page that lists them",
    "settings/options.py": "declarations of options, whose help is translated where it is declared",
    "settings/option_groups.py": "the same",
    "cli/limits.py": "what the system and Polars say",
}
ALLOWED = {
    "no clear difference": "a value in the JSON",
    "too few": "a value in the JSON",
    "on track": "a value in the JSON",
    "not in the JSON": "a mark of fields",
    "The contents of `…`.": "a description in a JSON Schema",
    "config show": "a command",
    "config schema": "a command",
    "whole number": "a kind of option",
    " is None": "code",
    "Table Style Light 1": "a style of tables in spreadsheets",
}


def literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The texts of a module that can reach a reader: no docstring, no declaration, no exception for programmers."""
    left_out: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(ast.Constant(str())):
                left_out.add(id(node.value))
            case ast.JoinedStr():
                left_out.update(id(value) for value in node.values)
            case ast.Raise():
                left_out.update(map(id, ast.walk(node)))
            case ast.Assign([ast.Name("msg")]):
                left_out.update(map(id, ast.walk(node.value)))
            case ast.keyword() if node.arg in DECLARED:
                left_out.update(map(id, ast.walk(node.value)))
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values),
            )


def rooms(*names: str) -> dict[str, ast.Module]:
    return {module: tree for module, tree in trees().items() if module.partition("/")[0] in names}


def test_no_sentence_stands_outside_the_catalogues() -> None:
    looked, found = 0, []
    for module, tree in rooms(*EDGE, *INSIDE).items():
        pattern = PHRASE if module.partition("/")[0] in EDGE else SENTENCE
        for line, literal in literals(tree):
            looked += 1
            if pattern.search(literal) and not NOT_PROSE.search(literal) and literal not in ALLOWED:
                found.append((f"{module}:{line}", literal))
    assert [item for item in found if item[0].partition(":")[0] not in OTHER_WORDS] == []
    assert looked > 5_000
    assert set(OTHER_WORDS) == {place.partition(":")[0] for place, _ in found}
    assert set(ALLOWED) <= {literal for tree in rooms(*EDGE, *INSIDE).values() for _, literal in literals(tree)}


def test_a_layout_writes_no_word_into_a_document() -> None:
    looked, found = 0, []
    for module, tree in rooms("render").items():
        for _, call, _ in calls(tree, *LAYOUT_TEXTS) if "/layouts/" in module else ():
            looked += 1
            if any(re.search(r"[^\W\d_]{2,}", text) for text in codes_of(call.args[0])):
                found.append(place(module, call))
    assert found == []
    assert looked > 60


def test_every_error_is_one_line_and_says_what_to_do() -> None:
    for code, (message, hint) in CATALOGUE.items():
        assert message, code
        assert hint, code
        assert "\n" not in message + hint, code


def test_an_error_makes_its_words_when_they_are_asked_for() -> None:
    error = SalesmetricsError("option_invalid", option="--max-age", value="x", cause=Message("not_an_age"), fix=None)
    assert error.details["cause"].code == "not_an_age"
    assert str(error) == "invalid `--max-age x`: must be a number of days or weeks, for example 7d or 2w"


def test_a_schema_of_no_command_is_refused_with_the_nearest() -> None:
    with pytest.raises(SalesmetricsError) as caught:
        schema("raport")
    assert (caught.value.code, caught.value.hint) == ("command_unknown", "did you mean `salesmetrics schema report`?")


def test_a_long_value_is_cut_wherever_it_stands() -> None:
    deep = Message("value_refused", value="x" * 60_000, cause=Message("no_column", name="y" * 60_000))
    assert len(text(deep)) < 500


def test_what_to_set_is_an_option_or_a_key() -> None:
    fix = Message("map_example")
    assert text(fix) == 'for example `--map amount="Deal size"`'
    assert fill("{fix:in_file}", {"fix": fix}) == 'for example `amount = "Deal size"`'
    assert re.fullmatch(r"[^-]*", fill("{fix:in_file}", {"fix": Message("age_example")}))


def test_errors_are_not_imported_by_the_words() -> None:
    assert not hasattr(errors, "SalesmetricsError")
