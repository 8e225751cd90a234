"""How the answers about files look: what was recognised in them, and whether they are fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.messages import joined, phrase, retold
from salesmetrics.render.document import (
    Cell,
    Code,
    Column,
    Document,
    Heading,
    Item,
    Items,
    Kind,
    Prose,
    Row,
    Sheet,
    Table,
    Text,
    Tone,
)
from salesmetrics.render.layouts.digest import digest_items, with_rejects_as_one
from salesmetrics.render.layouts.footer import by_severity, finding_items
from salesmetrics.render.layouts.guesses import guess_blocks
from salesmetrics.render.layouts.head import SERIES, file_lines, files_typed, shaped
from salesmetrics.render.layouts.pages import page_of
from salesmetrics.render.layouts.words import crm_name, kind_name, outcome_name
from salesmetrics.render.text import count, one_line
from salesmetrics.schema.inspection import SURE
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from salesmetrics.answers.files import Check, Inspection
    from salesmetrics.render.document import Block
    from salesmetrics.render.page import Page
    from salesmetrics.schema.inspection import FileReading

__all__ = ["check_document", "check_page", "check_sheet", "inspection_document", "inspection_page"]

_FINDING = ("severity", "code", "kind", "path", "column", "count", "share_of_value", "rows", "message", "hint")

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_OF_WORDS = ("column_word", "column_word_counts_as", "column_rows", "column_word_decided_by")


# --- inspect ---


def inspection_document(answer: Inspection) -> Document:
    """What was recognised, with what would change it: on a screen, or all of it."""
    blocks: list[Block] = []
    for guess in answer.guesses:
        blocks += guess_blocks(guess, everything=answer.everything)
    if not answer.everything:
        return Document((*blocks, *_at_a_glance(answer)))
    for file in answer.files:
        blocks += _file(file)
    if answer.files or not answer.guesses:
        blocks.append(Heading(phrase("heading_allowed", n=len(answer.allowed))))
        rows = [(retold(unlock.needs), joined(unlock.kpis)) for unlock in answer.unlocks]
        blocks.append(_table((phrase("column_needs"), phrase("column_kpis")), rows))
    if answer.findings:
        blocks += [Heading(phrase("heading_findings")), finding_items(by_severity(answer.findings), name_path=False)]
    return Document(tuple(blocks))


def inspection_page(answer: Inspection) -> Page:
    """What was recognised, a section per file and list."""
    return page_of(inspection_document(answer), phrase("page_inspect"))


_UNLOCKS = 4
"""So many things that would unlock more are named on a screen."""
_MISSING = 10
"""So many fields without a column are named on a screen."""
_FILES = 2
"""So many files are shown with their columns."""


def _at_a_glance(answer: Inspection) -> Iterator[Block]:
    """The same for a screen: the first columns and words of a file or two, a line for each of many files."""
    if len(answer.files) > _FILES:
        yield _list_of_files(answer.files)
    else:
        for file in answer.files:
            yield from _file(file, short=True)
    for item in answer.findings:
        if item.code in SERIES:
            yield Text(Prose(one_line(item.message)), apart=True)
    if lines := shaped(answer.filters):
        yield Text(joined(lines, "clause"), apart=True)
    if answer.unlocks:
        ranked = sorted(answer.unlocks, key=lambda unlock: -len(unlock.kpis))[:_UNLOCKS]
        items = tuple(Item(retold(unlock.needs), parts=tuple(unlock.kpis)) for unlock in ranked)
        yield Heading(phrase("heading_allowed", n=len(answer.allowed)))
        yield Items(items, tone=Tone.MUTED, counted="kpis_counted")
        rest = len(answer.unlocks) - len(ranked)
        if rest:
            yield Text(phrase("needs_not_shown", n=rest), Tone.MUTED, indent=2)
    if answer.findings:
        command = Code(phrase("command_check", files=files_typed(answer.arguments, ())))
        yield Text((phrase("findings_counted", n=len(answer.findings)), command), Tone.MUTED, apart=True)


def _list_of_files(files: Sequence[FileReading]) -> Table:
    titles = ("column_file", "column_kind", "column_crm", "column_rows")
    kinds = (Kind.LABEL, Kind.TEXT, Kind.TEXT, Kind.NUMBER)
    columns = tuple(Column(phrase(title), kind) for title, kind in zip(titles, kinds, strict=True))
    drawn = tuple(
        Row(
            (
                *map(Cell, (one_line(file.path), kind_name(file.kind), crm_name(file.crm))),
                Cell(count(file.rows.used), value=file.rows.used),
            )
        )
        for file in files
    )
    return Table(columns, drawn, apart=False, drops="last", dropped="files_not_shown")


def _file(file: FileReading, *, short: bool = False) -> list[Block]:
    facts = [
        (phrase("fact_kind"), _kind(file)),
        (phrase("fact_crm"), phrase("crm_of_profile", crm=crm_name(file.crm), profile=file.profile)),
        *([] if file.encoding == "-" else [(phrase("fact_encoding"), _encoding(file))]),
        (phrase("fact_layout"), _layout(file)),
        (phrase("fact_rows"), _rows(file)),
    ]
    columns = [
        (c.header, c.field, phrase("matched_leniently", how=c.read_as) if c.matched == "partial" else c.read_as)
        for c in file.columns
    ]
    names = (
        ("fact_unused", file.unmapped),
        ("fact_missing", file.missing if not short or len(file.missing) <= _MISSING else []),
    )
    without = [phrase(code, names=joined(map(one_line, found))) for code, found in names if found]
    blocks: list[Block] = [
        Heading(file.path),
        _table(("", ""), facts),
        Heading(phrase("heading_columns")),
        replace(
            _table((phrase("column_header"), phrase("column_field"), phrase("column_read_as")), columns),
            drops="last",
            dropped="columns_not_shown",
        ),
        *(Text(text, Tone.MUTED, indent=2) for text in without),
    ]
    if file.words:
        blocks.append(Heading(phrase("heading_words")))
        words = [
            (w.word, outcome_name(w.outcome), count(w.count), phrase(f"decided_by_{w.how.replace(' ', '_')}"))
            for w in file.words
        ]
        listed = _table([phrase(code) for code in _OF_WORDS], words)
        blocks.append(replace(listed, drops="last", dropped="words_not_shown"))
    return [*blocks, *(Text(phrase("note_on_file", note=note), Tone.MUTED) for note in file.notes)]


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], tone: Tone = Tone.PLAIN) -> Table:
    kinds = [Kind.LABEL] * (len(titles) - 1) + [Kind.TEXT]
    columns = tuple(Column(title, kind, wraps=True) for title, kind in zip(titles, kinds, strict=True))
    cells = (tuple(Cell(one_line(text), tone) for text in row) for row in rows)
    return Table(columns, tuple(map(Row, cells)), headed=False, indent=2, apart=False)


def _kind(file: FileReading) -> str:
    code = "kind_unsure" if file.confidence < SURE else "kind_sure"
    return phrase(
        code,
        kind=kind_name(file.kind) if code == "kind_sure" else file.kind,
        percent=100 * file.confidence,
        path=file.path,
    )


def _encoding(file: FileReading) -> str:
    unsure = file.encoding_how == "guess" and file.encoding_confidence < SURE
    return phrase("encoding_unsure" if unsure else f"encoding_by_{file.encoding_how}", encoding=file.encoding)


def _layout(file: FileReading) -> str:
    if file.delimiter is None:
        return phrase("layout_of_sheet", container=file.container, row=file.header_row)
    known = _DELIMITERS.get(file.delimiter)
    return phrase(
        "layout_of_text" if file.container == "plain" else "layout_of_packed_text",
        container=file.container,
        delimiter=Message(f"delimiter_{known}") if known else file.delimiter,
        ends=file.line_end.upper() if file.line_end else Message("no_line_ends"),
        row=file.header_row,
    )


def _rows(file: FileReading) -> str:
    rows = file.rows
    ignored = [Message(f"row_left_out_as_{reason}", n=n) for reason, n in file.ignored.items() if n]
    parts = [
        Message("tally_read", n=rows.read),
        Message("tally_used", n=rows.used),
        Message("tally_rejected", n=rows.rejected),
        Message("tally_ignored_as" if ignored else "tally_ignored", n=rows.ignored, parts=ignored),
    ]
    return phrase("tally_of_file", parts=parts)


# --- check ---


def check_page(answer: Check) -> Page:
    """The findings under a title."""
    return page_of(check_document(answer), phrase("page_check"))


def check_document(answer: Check) -> Document:
    """The files, the findings that matter most first, and the verdict."""
    blocks: list[Block] = []
    if len(answer.inputs) > _FILES and not answer.everything:
        blocks += file_lines(answer.inputs)
    for item in answer.inputs if not blocks else ():
        rows = item.rows
        text = phrase("tally_of_check", n=rows.read, used=rows.used, rejected=rows.rejected, ignored=rows.ignored)
        blocks.append(Text((f"{kind_name(item.kind)}  ", Code(item.path), text)))
    if lines := shaped(answer.filters):
        blocks.append(Text(joined(lines, "clause")))
    word = phrase("data_fit" if answer.passed else "data_unfit")
    verdict = Text(word, Tone.GOOD if answer.passed else Tone.BAD, apart=True)
    found = by_severity(answer.findings)
    if answer.everything or not found:
        listed = [finding_items(found, name_path=False, apart=True)] if found else []
        return Document((*blocks, *listed, verdict))
    merged = with_rejects_as_one(found)
    document: Document | None = None
    steps = [(len(merged), hints) for hints in range(len(merged), -1, -1)]
    steps += [(shown, 0) for shown in range(len(merged) - 1, 0, -1)]
    for shown, hints in reversed(steps):
        rest = len(merged) - shown
        more = [Text(phrase("findings_not_shown", n=rest), Tone.MUTED, indent=2)] if rest else []
        items = replace(digest_items(merged, shown=shown, hints=hints), apart=True)
        document = Document((*blocks, items, *more, verdict), shorter=document)
    assert document is not None
    return document


def check_sheet(answer: Check) -> Sheet:
    """A row per finding; row numbers in a cell are separated by spaces."""
    rows = ([_cell(getattr(item, name)) for name in _FINDING] for item in answer.findings)
    return Sheet(_FINDING, rows)


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value
