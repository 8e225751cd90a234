"""What `inspect` says, in words and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.below import finding_rows
from salesmetrics.render.layout import Cell, Column, join, row, width_of, wrap
from salesmetrics.render.text import count, one_line
from salesmetrics.schema.provenance import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.text import Text

    from salesmetrics.answers.files import Inspection
    from salesmetrics.schema.inspection import FileReading
    from salesmetrics.schema.provenance import Finding

__all__ = ["finding_lines", "render_inspection"]

STRONG, DIM = "bold", "dim"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_SURE = 0.7
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
SEVERITY_WIDTH = 7


def render_inspection(answer: Inspection, *, width: int | None, color: bool) -> str:
    """Everything recognised, with what would change it."""
    lines: list[Text] = []
    for file in answer.files:
        lines += _file(file, width)
    lines += _heading(f"{len(answer.allowed)} KPIs can be computed. What would unlock more", width)
    lines += _table([(unlock.needs, ", ".join(unlock.kpis)) for unlock in answer.unlocks], width)
    if answer.findings:
        lines += _heading("Findings", width)
        lines += finding_lines(answer.findings, width)
    return join(lines, color=color)


def _file(file: FileReading, width: int | None) -> list[Text]:
    facts = [
        ("kind", _doubtful(file.kind, file.confidence, f"say `{file.kind}={file.path}` to settle it")),
        ("CRM", f"{file.crm} (--profile {file.profile})"),
        *([] if file.encoding == "-" else [("encoding", f"{file.encoding}, {_HOW[file.encoding_how]}{_unsure(file)}")]),
        ("layout", _layout(file)),
        ("rows", _rows(file)),
    ]
    lines = [*wrap(Cell(file.path, STRONG), width), *_table(facts, width)]
    lines += _heading("Columns", width)
    lines += _table(
        [(c.header, c.field, f"{c.read_as}{_LENIENT if c.matched == 'partial' else ''}") for c in file.columns], width
    )
    for title, names in (("Not used", file.unmapped), ("Not found", file.missing)):
        if names:
            lines += _table([(title, ", ".join(map(one_line, names)))], width, style=DIM)
    if file.words:
        lines += _heading("Stage words (--won, --lost, --other, --open change them)", width)
        lines += _table([(w.word, w.outcome, count(w.count), w.how) for w in file.words], width)
    for note in file.notes:
        lines += wrap(Cell(f"note: {note}", DIM), width)
    return [*lines, *wrap(Cell(), None)]


_HOW = {
    "bom": "said by its byte order mark",
    "strict": "every byte fits",
    "option": "as told",
    "guess": "recognised from its letters",
}
_LENIENT = " (matched leniently)"


def _unsure(file: FileReading) -> str:
    return (
        " – unsure, settle it with --encoding"
        if file.encoding_how == "guess" and file.encoding_confidence < _SURE
        else ""
    )


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


def _heading(text: str, width: int | None) -> list[Text]:
    return [*wrap(Cell(), None), *wrap(Cell(text, STRONG), width)]


def _table(rows: Iterable[Sequence[str]], width: int | None, style: str = "") -> list[Text]:
    found = [tuple(one_line(text) for text in cells) for cells in rows]
    if not found:
        return []
    room = (width or 10_000) - 2 * len(found[0])
    widths = [min(width_of(cells[i] for cells in found), room // 3) for i in range(len(found[0]) - 1)]
    columns = [*(Column(w) for w in widths), Column(max(room - sum(widths), 20))]
    lines: list[Text] = []
    for cells in found:
        lines += row([Cell(text, style) for text in cells], columns, indent=2)
    return lines


def finding_lines(findings: Iterable[Finding], width: int | None) -> list[Text]:
    """Findings with their hints, those that matter most first."""
    lines: list[Text] = []
    for item in sorted(findings, key=lambda finding: list(Severity).index(finding.severity)):
        where = finding_rows(item, name_path=False)
        text = f"{item.message} ({where})" if where else item.message
        lines += row([Cell(item.severity.value, _STYLES[item.severity]), Cell(text)], _columns(width), indent=2)
        if item.hint:
            lines += row([Cell(), Cell(f"hint: {item.hint}", DIM)], _columns(width), indent=2)
    return lines


def _columns(width: int | None) -> list[Column]:
    return [Column(SEVERITY_WIDTH), Column(max((width or 10_000) - SEVERITY_WIDTH - 4, 20))]
