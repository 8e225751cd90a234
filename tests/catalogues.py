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
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from salesmetrics import messages
from salesmetrics.messages import catalogues, errors, findings, reasons, screens
from salesmetrics.messages.commands import COMMANDS
from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.metrics.catalog import catalog
from salesmetrics.settings.options import PANELS, declared_options

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(messages.__file__).parent / "locale"
TRANSLATED = [tag for tag in LANGUAGES if tag != "en"]


def sentences() -> dict[str, list[str]]:
    """Every English sentence, with where it comes from, in a settled order."""
    found: dict[str, list[str]] = {}
    for where, text in _walk():
        if where == "unit_ratio" or re.search(r"[A-Za-z]", re.sub(r"\{[^{}|#]*\}", "", text)):
            found.setdefault(text, []).append(where)
    return found


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
    yield from (("word", text) for text in ("the key", "the option", "row|rows"))
    for kpi in catalog().kpis.values():
        yield f"kpi.{kpi.id}", kpi.title
        yield f"formula.{kpi.id}", kpi.formula
        yield f"definition.{kpi.id}", " ".join(inspect.cleandoc(kpi.doc).split("\n\n")[0].split())
        yield f"family.{kpi.family}", kpi.family
    yield from ((f"command.{name}", line) for name, line in COMMANDS.items())
    yield from (("panel", panel) for panel in dict.fromkeys(PANELS.values()))
    yield from ((f"option.{option.name}", option.help) for option in declared_options())


def translated(tag: str) -> Catalog:
    """The catalogue of a language as it is written."""
    path = FOLDER / f"{tag}.po"
    if not path.exists():
        return Catalog(locale=tag.replace("-", "_"), project="salesmetrics", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"))


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
