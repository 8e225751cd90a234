"""How the answers about files look: what was recognised in them, and whether they are fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.messages import counted
from salesmetrics.render.document import (
    Cell,
    Code,
    Column,
    Document,
    Heading,
    Kind,
    Row,
    Sheet,
    Table,
    Text,
    Tone,
)
from salesmetrics.render.layouts.footer import by_severity, finding_items
from salesmetrics.render.text import count, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.answers.files import Check, Inspection
    from salesmetrics.render.document import Block
    from salesmetrics.schema.inspection import FileReading

__all__ = ["check_document", "check_sheet", "inspection_document"]

_FINDING = ("severity", "code", "kind", "path", "column", "count", "share_of_value", "rows", "message", "hint")

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_SURE = 0.7
_LENIENT = " (matched leniently)"
_HOW = {
    "bom": "said by its byte order mark",
    "strict": "every byte fits",
    "option": "as told",
    "guess": "recognised from its letters",
}


# --- inspect ---


def inspection_document(answer: Inspection) -> Document:
    """Everything recognised, with what would change it."""
    blocks: list[Block] = []
    for file in answer.files:
        blocks += _file(file)
    blocks.append(Heading(f"{len(answer.allowed)} KPIs can be computed. What would unlock more"))
    rows = [(unlock.needs, ", ".join(unlock.kpis)) for unlock in answer.unlocks]
    blocks.append(_table(("needs", "KPIs"), rows))
    if answer.findings:
        blocks += [Heading("Findings"), finding_items(by_severity(answer.findings), name_path=False)]
    return Document(tuple(blocks))


def _file(file: FileReading) -> list[Block]:
    facts = [
        ("kind", _doubtful(file.kind, file.confidence, f"say `{file.kind}={file.path}` to settle it")),
        ("CRM", f"{file.crm} (--profile {file.profile})"),
        *([] if file.encoding == "-" else [("encoding", f"{file.encoding}, {_HOW[file.encoding_how]}{_unsure(file)}")]),
        ("layout", _layout(file)),
        ("rows", _rows(file)),
    ]
    columns = [(c.header, c.field, f"{c.read_as}{_LENIENT if c.matched == 'partial' else ''}") for c in file.columns]
    names = (("Not used", file.unmapped), ("Not found", file.missing))
    without = [(title, ", ".join(map(one_line, found))) for title, found in names if found]
    blocks: list[Block] = [
        Heading(file.path),
        _table(("", ""), facts),
        Heading("Columns"),
        _table(("column", "field", "read as"), columns),
        *(_table(("", ""), [row], Tone.MUTED) for row in without),
    ]
    if file.words:
        blocks.append(Heading("Stage words (--won, --lost, --other, --open change them)"))
        words = [(w.word, w.outcome, count(w.count), w.how) for w in file.words]
        blocks.append(_table(("word", "outcome", "rows", "decided by"), words))
    return [*blocks, *(Text(f"note: {note}", Tone.MUTED) for note in file.notes)]


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], tone: Tone = Tone.PLAIN) -> Table:
    kinds = [Kind.LABEL] * (len(titles) - 1) + [Kind.TEXT]
    columns = tuple(Column(title, kind, wraps=True) for title, kind in zip(titles, kinds, strict=True))
    cells = (tuple(Cell(one_line(text), tone) for text in row) for row in rows)
    return Table(columns, tuple(map(Row, cells)), headed=False, indent=2, apart=False)


def _unsure(file: FileReading) -> str:
    unsure = file.encoding_how == "guess" and file.encoding_confidence < _SURE
    return " – unsure, settle it with --encoding" if unsure else ""


def _doubtful(text: str, confidence: float, remedy: str) -> str:
    return f"{text}, sure to {confidence:.0%}" + (f": {remedy}" if confidence < _SURE else "")


def _layout(file: FileReading) -> str:
    if file.delimiter is None:
        return f"{file.container}, header in row {file.header_row}"
    name = _DELIMITERS.get(file.delimiter, file.delimiter)
    ends = (file.line_end or "no").upper()
    wrapped = "" if file.container == "plain" else f"{file.container}, "
    return f"{wrapped}{name} (--delimiter), {ends} line ends, header in row {file.header_row}"


def _rows(file: FileReading) -> str:
    rows = file.rows
    ignored = ", ".join(f"{count(n)} {reason.replace('_', ' ')}" for reason, n in file.ignored.items() if n)
    parts = [f"{count(rows.read)} read", f"{count(rows.used)} used", f"{count(rows.rejected)} rejected"]
    parts.append(f"{count(rows.ignored)} ignored" + (f" ({ignored})" if ignored else ""))
    return ", ".join(parts)


# --- check ---


def check_document(answer: Check) -> Document:
    """The files, the findings that matter most first, and the verdict."""
    blocks: list[Block] = []
    for item in answer.inputs:
        rows = item.rows
        text = f": {counted(rows.read, 'row')} read, {count(rows.used)} used"
        text += f", {count(rows.rejected)} rejected, {count(rows.ignored)} ignored"
        blocks.append(Text((f"{item.kind}  ", Code(item.path), text)))
    if answer.findings:
        blocks.append(finding_items(by_severity(answer.findings), name_path=False, apart=True))
    passed = Text("fit: no errors", Tone.GOOD, apart=True)
    return Document((*blocks, passed if answer.passed else Text("not fit: there are errors", Tone.BAD, apart=True)))


def check_sheet(answer: Check) -> Sheet:
    """A row per finding; row numbers in a cell are separated by spaces."""
    rows = ([_cell(getattr(item, name)) for name in _FINDING] for item in answer.findings)
    return Sheet(_FINDING, rows)


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value
