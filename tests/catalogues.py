"""The catalogues of languages: `python tests/catalogues.py` takes up new sentences, and compiles what is translated.

All that a reader can see is walked: messages, findings, reasons, errors with their hints, titles and formulas of KPIs, the first
paragraph of their definitions, units and families, lines of the help. A sentence that is gone is dropped.
"""

from __future__ import annotations

import inspect
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

import typer
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from salesmetrics import messages
from salesmetrics.cli.app import make_app
from salesmetrics.ingest.recognise.index import load_profile
from salesmetrics.messages import catalogues, errors, findings, reasons, screens
from salesmetrics.messages.commands import COMMANDS
from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.messages.sentences import WHOLES
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.user import DOC, FAMILY, SOURCE
from salesmetrics.render.layouts.words import OUTCOMES, OWN_COLUMNS
from salesmetrics.schema.kinds import KIND_NAMES, columns_of
from salesmetrics.schema.provenance import HISTORY
from salesmetrics.settings.model import setting_descriptions
from salesmetrics.settings.options import TABLES, options_of_table
from salesmetrics.settings.tables import CalendarTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesmetrics.metrics.definition import Kpi

FOLDER = Path(messages.__file__).parent / "locale"
APART = frozenset({"word.month", "word.quarter", "direction.higher", "direction.lower"})
"""Codes with an entry of their own, because most languages say them in another way than the same English elsewhere."""
_WORDS = ("the key", "the option", "row|rows", "month", "quarter", "number", "whole number")
TRANSLATED = [tag for tag in LANGUAGES if tag != "en"]


def sentences() -> dict[str, list[str]]:
    """Every English sentence, with where it comes from, in a settled order."""
    found: dict[str, list[str]] = {}
    for where, text in _walk():
        if _is_of_a_language(text) and where not in found.setdefault(text, []):
            found[text].append(where)
    return found


def _is_of_a_language(text: str) -> bool:
    """Whether a template has words, marks that languages write in another way, or details in an order that they may change.

    >>> [_is_of_a_language(text) for text in ("{n:,} rows", "{said}.", "{crm} {kind}", "{crm}, {kind}", "{fix}", "`{kind}={path}`")]
    [True, True, True, True, False, False]
    """
    beside = re.sub(r"\{[^{}|#]*\}", "{}", text)
    return bool(re.search(r"[A-Za-z]|[%(.:;,]|\{\} \{\}", beside)) and beside != "{}"


def _walk() -> Iterator[tuple[str, str]]:
    for held in catalogues():
        yield from held.items()
    for code, kind in errors.CATALOGUE.items():
        yield f"{code}.hint", kind.hint
    for code, (_, hint) in findings.FINDINGS.items():
        if hint is not None:
            yield f"{code}.hint", hint
    for name in ("REASONS", "NOTHING_THERE", "LEFT_OUT", "RECORD_LEFT_OUT"):
        yield from ((f"{name.lower()}.{code}", text) for code, text in getattr(reasons, name).items())
    for name in ("SKIPPED", "DIGESTS"):
        for code, texts in getattr(screens, name).items():
            yield from (
                (f"{name.lower()}.{code}", text) for text in ([texts] if isinstance(texts, str) else texts) if text
            )
    yield from ((f"noun.{kind}", forms) for kind, forms in messages.NOUNS.items())
    yield from ((f"word.{text.partition('|')[0]}", text) for text in _WORDS)
    yield from ((f"whole.{kpi}", text) for kpi, text in WHOLES.items())
    yield from ((f"kind.{kind}", kind) for kind in (*KIND_NAMES, HISTORY))
    yield from ((f"outcome.{code}", code) for code in sorted(OUTCOMES))
    yield from ((f"field.{name}", name) for kind in KIND_NAMES for name in columns_of(kind))
    yield from ((f"field.{name}", name) for name in sorted(OWN_COLUMNS))
    yield from (
        ("crm", load_profile("generic").title),
        ("user_kpi.family", FAMILY),
        ("user_kpi.source", SOURCE),
        ("user_kpi.doc", DOC),
    )
    kpis = catalog()
    for kpi in kpis.kpis.values():
        yield from _of_kpi(kpi)
    yield from (
        (f"measure.{measure.id}", measure.doc.splitlines()[0].rstrip(".")) for measure in kpis.measures.values()
    )
    yield from ((f"command.{name}", line) for name, line in COMMANDS.items())
    yield from _settings_file()
    yield from _helps(typer.main.get_command(make_app()), "help")


def _of_kpi(kpi: Kpi) -> Iterator[tuple[str, str]]:
    yield f"kpi.{kpi.id}", kpi.title
    yield f"formula.{kpi.id}", kpi.formula
    for number, paragraph in enumerate(paragraphs(kpi.doc)):
        yield f"definition{number or ''}.{kpi.id}", paragraph
    if kpi.titled is not None:
        yield f"titled.{kpi.id}", kpi.titled
    for name in ("family", "source"):
        yield f"{name}.{kpi.id}", getattr(kpi, name)
    for name in ("unit", "direction", "basis"):
        yield f"{name}.{getattr(kpi, name)}", getattr(kpi, name)


def paragraphs(doc: str) -> list[str]:
    """The paragraphs of a docstring before its examples, each as one line."""
    found = (" ".join(text.split()) for text in inspect.cleandoc(doc).partition(">>>")[0].split("\n\n"))
    return [text for text in found if text]


def _settings_file() -> Iterator[tuple[str, str]]:
    """What the first settings file says of its tables and keys."""
    for table in TABLES:
        yield f"table.{table.name}", table.comment
        yield from ((f"key.{option.key}", option.about) for option in options_of_table(table.name))
    yield from ((f"key.calendar.{name}", info.description or "") for name, info in CalendarTable.model_fields.items())
    yield from ((f"key.settings.{name}", words) for name, words in setting_descriptions().items())


def _helps(command: Any, where: str) -> Iterator[tuple[str, str]]:
    """What the help of a command says, and that of each below it."""
    for paragraph in paragraphs(command.help or ""):
        if not paragraph.startswith("Example"):
            yield where, paragraph
    for param in command.params:
        for text in (
            getattr(param, "help", None),
            getattr(param, "rich_help_panel", None),
            _in_words(param.show_default),
        ):
            if text:
                yield f"{where}.{param.name}", text
    for name, below in getattr(command, "commands", {}).items():
        yield from _helps(below, f"{where}.{name}")


def _in_words(default: object) -> str:
    """A default that the help tells in words; a value, a name of a file, or a formula is none."""
    return default if isinstance(default, str) and re.fullmatch(r"detected|.*[a-z] [a-z].*", default) else ""


def translated(tag: str) -> Catalog:
    """The catalogue of a language as it is written."""
    path = FOLDER / f"{tag}.po"
    if not path.exists():
        return Catalog(locale=tag.replace("-", "_"), project="salesmetrics", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"))


def faults(english: str, words: str, tag: str, nouns: int = 0) -> list[str]:
    """What is wrong with a translation, whatever its words mean.

    Args:
        english: The template of English.
        words: That of the language.
        tag: The language.
        nouns: How many forms the words for records have in it; 0 asks for none.
    """
    if not words.strip():
        return ["empty"]
    try:
        wanted, found = list(_places(english)), list(_places(words))
    except ValueError as error:
        return [str(error)]
    known = {name for name, spec in wanted if not _is_bare_form(spec)}
    named = {name for name, _ in found}
    wrong = [f"{{{name}}} is missing" for name in sorted(known - named)]
    wrong += [f"{{{name}}} is not in the English" for name in sorted(named - {name for name, _ in wanted})]
    wrong += [fault for name, spec in found if (fault := _misplaced(name, spec, wanted, tag, nouns))]
    if english.count("`") % 2 == 0 and words.count("`") % 2:
        wrong.append("an odd number of backticks")
    wrong += [f"`{code}` is missing" for code in _codes(english) if code not in words]
    if english.count("\n") != words.count("\n"):
        wrong.append(f"{words.count(chr(10))} line ends, not {english.count(chr(10))}")
    wrong += [
        f"a blank at the {end}"
        for end, at in (("start", 0), ("end", -1))
        if _blank(english, at) != _blank(words, at) and english.strip() != "%" and words[at] not in _FULL_WIDTH
    ]
    return wrong


def _misplaced(name: str, spec: str, wanted: list[tuple[str, str]], tag: str, nouns: int) -> str | None:
    """What is wrong with a detail as a translation writes it: another form than in English, or not as many as the language has."""
    if _is_form(spec):
        count, needed = len(spec.split("|")), LANGUAGES[tag].forms
        return f"{{{name}:{spec}}} has {count} forms, not {needed}" if count != needed else None
    if spec.startswith("noun"):
        beyond = nouns and spec != "nouns" and int(spec.removeprefix("noun") or 0) >= nouns
        return f"{{{name}:{spec}}}: nouns have {nouns} forms" if beyond else None
    held = [other for known, other in wanted if known == name]
    if not held or spec in held or (spec == "," and any(map(_is_form, held))):
        return None
    if spec == ";" and "and" in held:  # clauses that a language does not join with a word
        return None
    return f"{{{name}:{spec}}} is in the English {' and '.join(map(repr, held))}"


_FULL_WIDTH = frozenset("（），。：；？！、")
"""Marks that hold their own blank, so that none stands beside them."""


def _blank(text: str, at: int) -> bool:
    return text[at] in " \u00a0"


def _places(template: str) -> Iterator[tuple[str, str]]:
    """Each detail that a template names, with its form, those within a form too."""
    for _, name, spec, _ in Formatter().parse(template):
        if name is not None:
            yield name, spec or ""
            yield from _places(spec or "")


def _is_form(spec: str) -> bool:
    return "|" in spec or "#" in spec


def _is_bare_form(spec: str) -> bool:
    """Whether a form is a word that goes with a number and does not say it, such as is and are."""
    return "|" in spec and "#" not in spec and "{" not in spec


def _codes(template: str) -> list[str]:
    """What stands in backticks and is typed as it is: options, values, commands."""
    literal = "".join(text + ("{" if name is not None else "") for text, name, _, _ in Formatter().parse(template))
    return [code for code in re.findall(r"`([^`]*)`", literal) if "{" not in code and code.isascii()]


def renewed(tag: str) -> Catalog:
    """The same with each sentence that there is now, and none other."""
    before = translated(tag)
    made = Catalog(
        locale=tag.replace("-", "_"), project="salesmetrics", fuzzy=False, header_comment="# " + LANGUAGES[tag].name
    )
    made.creation_date = made.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    for text, places in sentences().items():
        old = before.get(text)
        made.add(
            text,
            old.string if old else "",
            auto_comments=[", ".join(places)],
            user_comments=old.user_comments if old else (),
        )
    for old in before:
        if old.context and old.id in sentences():
            made.add(old.id, old.string, context=old.context, user_comments=old.user_comments)
    for text, places in sentences().items():
        for code in APART.intersection(places):
            if made.get(text, code) is None:
                made.add(text, "", context=code)
    return made


def main() -> int:
    """Renew every catalogue and compile it."""
    FOLDER.mkdir(exist_ok=True)
    for tag in TRANSLATED:
        made = renewed(tag)
        with (FOLDER / f"{tag}.po").open("wb") as file:
            write_po(file, made, width=120, omit_header=False, sort_output=False)
        with (FOLDER / f"{tag}.mo").open("wb") as file:
            write_mo(file, made)
        missing = sum(1 for message in made if message.id and not message.string)
        print(f"{tag}: {len(made)} sentences, {missing} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
