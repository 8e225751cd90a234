"""What Tab offers for columns: fields and the headers of the files. Own file: it looks into files.

Nothing heavy is imported, and a file that cannot be read like a plain table offers nothing: Tab never fails.
"""

from __future__ import annotations

import codecs
import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesmetrics.schema.kinds import KIND_NAMES, column_types
from salesmetrics.schema.meanings import meaning_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from salesmetrics.schema.kinds import Kind

__all__ = [
    "complete_columns",
    "complete_funnel_cells",
    "complete_loss_cells",
    "complete_mapping",
    "complete_reasons",
    "complete_stages",
    "headers_in",
    "is_harmless",
]

_READ = 65_536
_LINES = 10
_OFFERED = 50
_DELIMITERS = ",;\t|"
_RUN = frozenset("\\`$\"'")
"""What a shell may run or end a word at: zsh evaluates what it is offered, so that no header with one of these is."""
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def complete_mapping(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    """Fields that begin so, with what each means; behind ``FIELD=`` the headers of the files on the line.

    Args:
        ctx: Click's context: what else is on the line.
        incomplete: What was typed so far.
    """
    files = _files(ctx)
    field, equals, begun = incomplete.partition("=")
    if equals:
        return [(f"{field}={header}", field) for header in _headers(files) if _begins(header, begun)]
    return [(f"{name}=", about) for name, about in _fields(files).items() if name.startswith(incomplete)]


def complete_columns(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    """Fields that begin so, with what each means, and headers of the files on the line; behind a comma the next one.

    Args:
        ctx: Click's context: what else is on the line.
        incomplete: What was typed so far.
    """
    before, comma, begun = incomplete.rpartition(",")
    files = _files(ctx)
    found = {**_fields(files), **{header: "" for header in _headers(files) if "," not in header}}
    return [(f"{before}{comma}{name}", about) for name, about in found.items() if _begins(name, begun)]


def complete_stages(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    """Words of the columns that known headers or ``--map`` make stages or statuses, in the files on the line.

    Args:
        ctx: Click's context: what else is on the line.
        incomplete: What was typed so far.
    """
    return _that_begin(_words_in(ctx, ("deals",), ("stage", "status")), incomplete)


def complete_reasons(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    """``VARIANT=REASON``: loss reasons in the files on the line, before and behind the sign.

    Args:
        ctx: Click's context: what else is on the line.
        incomplete: What was typed so far.
    """
    variant, equals, _ = incomplete.rpartition("=")
    words = _words_in(ctx, ("deals",), ("loss_reason",))
    end = "" if equals else "="
    return _that_begin({f"{variant}{equals}{word}{end}": header for word, header in words.items()}, incomplete)


def complete_loss_cells(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    """Cells of `losses`: reasons of the files on the line, views, and behind ``VIEW:`` the words of its column.

    Args:
        ctx: Click's context: what else is on the line.
        incomplete: What was typed so far.
    """
    from salesmetrics.answers.losses import LOSS_AGES, VIEWS

    view, colon, _ = incomplete.partition(":")
    if not colon or view not in VIEWS:
        reasons = _words_in(ctx, ("deals",), ("loss_reason",))
        return _that_begin({**reasons, **{f"{name}:": "" for name in VIEWS}}, incomplete)
    fields = {"reason": "loss_reason"}.get(view, view)
    words = dict.fromkeys(LOSS_AGES, "") if view == "age" else _words_in(ctx, ("deals", "stages"), (fields,))
    return _that_begin({f"{view}:{word}": header for word, header in words.items()}, incomplete)


def complete_funnel_cells(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    """Cells of `funnel`: stages of the files on the line, ``won``, and behind ``STAGE:`` what became of its deals.

    Args:
        ctx: Click's context: what else is on the line.
        incomplete: What was typed so far.
    """
    from salesmetrics.answers.funnel import FUNNEL_PARTS

    stage, colon, _ = incomplete.rpartition(":")
    words = _words_in(ctx, ("deals", "stages", "pipelines"), ("stage", "name"))
    if colon and stage in words:
        return _that_begin({f"{stage}:{part}": "" for part in FUNNEL_PARTS}, incomplete)
    return _that_begin({**words, "won": ""}, incomplete)


def _that_begin(words: Mapping[str, str], begun: str) -> list[tuple[str, str]]:
    """Words that begin so and that no shell runs, each with the header of its column."""
    offered = [word for word in words if is_harmless(word) and _begins(word, begun)]
    return [(word, words[word] if is_harmless(words[word]) else "") for word in offered[:_OFFERED]]


def _words_in(ctx: Any, kinds: Sequence[Kind], fields: Sequence[str]) -> dict[str, str]:
    """Words of the columns that known headers or ``--map`` make one of some fields, with the header, in alphabetical order."""
    mapped = [str(pair).partition("=") for pair in ctx.params.get("map") or ()]
    known = _headers_of(kinds, fields) | {_key(header) for field, _, header in mapped if field in fields}
    words: dict[str, str] = {}
    for path in _paths(_files(ctx)):
        header, *rows = _rows_in(path) or [[]]
        for place, name in enumerate(header):
            if _key(name) in known:
                words |= {row[place].strip(): name for row in rows if place < len(row) and row[place].strip()}
    return {word: words[word] for word in sorted(words)}


def _headers_of(kinds: Sequence[Kind], fields: Sequence[str]) -> set[str]:
    from salesmetrics.ingest.recognise.index import languages, load_profile, profiles

    layouts = [
        layout
        for name in (*profiles(), *languages())
        for kind in kinds
        for layout in load_profile(name).kind.get(kind, ())
    ]
    return {_key(header) for layout in layouts for field in fields for header in layout.columns.get(field, ())}


def _key(header: str) -> str:
    return "".join(letter for letter in header.casefold() if letter.isalnum())


def is_harmless(text: str) -> bool:
    """Whether no shell runs anything of a text that it is offered."""
    return text.isprintable() and not set(text) & _RUN


def _files(ctx: Any) -> Sequence[str]:
    return (*(ctx.params.get("files") or ()), *ctx.args)  # while an option lacks its value, Click parses no further


def _begins(name: str, begun: str) -> bool:
    return name.casefold().startswith(begun.casefold())


def _headers(files: Iterable[str]) -> Sequence[str]:
    found = dict.fromkeys(header for path in _paths(files) for header in headers_in(path))
    return [header for header in found if is_harmless(header)]


def _paths(files: Iterable[str]) -> list[str]:
    return [name.partition("=")[2] if _kind_of(name) else name for name in files]


def _fields(files: Iterable[str]) -> Mapping[str, str]:
    fields: dict[str, str] = {}
    for kind in dict.fromkeys([kind for name in files if (kind := _kind_of(name))] or KIND_NAMES):
        for name in column_types(kind):
            fields.setdefault(name, meaning_of(name, kind))
    return fields


def _kind_of(argument: str) -> str | None:
    kind = argument.partition("=")[0]
    return kind if "=" in argument and kind in KIND_NAMES else None


def headers_in(path: str) -> Sequence[str]:
    """The headers of a delimited text file; none where it is anything else."""
    header, *_ = _rows_in(path) or [[]]
    return [cell.strip() for cell in header if cell.strip()]


def _rows_in(path: str) -> list[list[str]]:
    """The first rows of a delimited text file, from its header on: the line with the most cells among the first ten."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(_READ)
    except (OSError, ValueError):
        return []
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    if b"\0" in data and encoding == "utf-8":
        return []
    lines = _decoded(data, encoding).splitlines()
    if len(data) == _READ and len(lines) > 1:
        lines.pop()  # which is cut
    delimiter = _delimiter(lines[:_LINES])
    rows = [row for line in lines if line.strip() for row in csv.reader([line], delimiter=delimiter)]
    first = max(range(min(len(rows), _LINES)), key=lambda place: (len(rows[place]), -place), default=0)
    return rows[first:]


def _decoded(data: bytes, encoding: str) -> str:
    try:
        # The last character may be cut in two.
        return codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _delimiter(lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return max(_DELIMITERS, key=text.count)
