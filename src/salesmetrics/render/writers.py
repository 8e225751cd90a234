"""The forms of output: which there are, which of them an answer has, and the one way to write it.

A writer draws one of four things: the answer itself (JSON), its sheet (CSV: a header and rows), its document (text for
people; ``worded`` with what it says in sentences in front), or its page (HTML, a workbook, mail). Sheet, document and page are made by the layout of the answer, which is found
by name: for the answer ``Check`` in ``salesmetrics.answers.files`` the functions ``check_sheet``, ``check_document`` and
``check_page`` of ``salesmetrics.render.layouts.files``. An answer without such a function lacks the forms that draw it; one
without a page of its own has one made from its document. A new form is a writer and a line in ``WRITERS``; a new
command has all forms that its layout allows.

Nothing is imported before a form is asked for, so that JSON never waits for Rich.
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages.languages import ENGLISH
from salesmetrics.messages.speech import speaking, spoken
from salesmetrics.render.csv_locales import PLAIN, CsvDialect
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["WRITERS", "Screen", "Writer", "format_of", "forms_of", "refuse_form", "render"]


class Screen(NamedTuple):
    """What a table may use: ``width`` in cells and ``height`` in lines (``None``: unlimited), colour, other signs than ASCII.

    ``csv`` is how a spreadsheet wants its numbers and lines.
    """

    width: int | None = None
    color: bool = False
    ascii_only: bool = False
    csv: CsvDialect = PLAIN
    height: int | None = None


class Writer(NamedTuple):
    """A form of output.

    Attributes:
        draws: What of an answer it is made from.
        function: ``module:name`` of ``(what it draws, Screen) -> str | bytes``, imported when it is called.
        extensions: Of files that are of this form.
        for_people: Whether it is text in the encoding of the terminal; what programs read is UTF-8 always.
        binary: Whether it is no text at all, which no terminal shows.
    """

    draws: Literal["answer", "sheet", "document", "worded", "page"]
    function: str
    extensions: tuple[str, ...]
    for_people: bool = False
    binary: bool = False


WRITERS = {
    "table": Writer("document", "salesmetrics.render.write_terminal:write", (".txt",), for_people=True),
    "csv": Writer("sheet", "salesmetrics.render.write_csv:write", (".csv",)),
    "json": Writer("answer", "salesmetrics.render.write_json:write", (".json",)),
    "md": Writer("worded", "salesmetrics.render.write_markdown:write", (".md", ".markdown"), for_people=True),
    "html": Writer("page", "salesmetrics.render.write_html:write", (".html", ".htm")),
    "xlsx": Writer("page", "salesmetrics.render.write_xlsx:write", (".xlsx",), binary=True),
    "mail": Writer("page", "salesmetrics.render.write_mail:write", (".eml",)),
}
"""Every form by its name, in the order that help and errors list them."""


def render(answer: Any, form: str, screen: Screen | None = None, *, wide: bool = False) -> str | bytes:
    """Write an answer in a form.

    Args:
        answer: An instance of a class of ``salesmetrics.answers``.
        form: A key of ``WRITERS``.
        screen: What the place that it is shown on can show.
        wide: A sheet has a column per period or segment, by the function ``…_wide_sheet`` of the layout.

    Raises:
        SalesmetricsError: ``option_invalid``, where the answer lacks that form.
    """
    refuse_form(form, type(answer), answer.command)
    writer, place = WRITERS[form], screen or Screen()
    part = "wide_sheet" if wide and writer.draws == "sheet" else writer.draws
    module, _, name = writer.function.partition(":")
    # What programs read is the same whoever asked for it.
    with speaking(ENGLISH.tag) if writer.draws in ("answer", "sheet") else nullcontext():
        drawn = answer if writer.draws == "answer" else _needed(_layout(type(answer), part))(answer)
        made: str | bytes = getattr(import_module(module), name)(drawn, place)
    return made


def forms_of(answer: type) -> tuple[str, ...]:
    """The forms that an answer can be written in.

    >>> from salesmetrics.answers.files import Check
    >>> forms_of(Check)
    ('table', 'csv', 'json', 'md', 'html', 'xlsx', 'mail')
    """
    return tuple(form for form, writer in WRITERS.items() if writer.draws == "answer" or _layout(answer, writer.draws))


def refuse_form(form: str, answer: type, command: str) -> None:
    """Stop when a command has no output of this form.

    Raises:
        SalesmetricsError: ``option_invalid``, with the forms that there are.
    """
    known = forms_of(answer)
    if form not in known:
        cause, fix = Message("form_not_written", command=command, forms=known), Message("format_to_try", form=known[-1])
        raise SalesmetricsError("option_invalid", option="--format", value=form, cause=cause, fix=fix)


def format_of(path: str) -> str:
    """The format that a file's extension stands for.

    Raises:
        SalesmetricsError: ``format_unknown``, for an extension that stands for none; ``output_is_folder``.

    >>> format_of("weekly.JSON")
    'json'
    """
    ending = PurePath(path).suffix.lower()
    for form, writer in WRITERS.items():
        if ending in writer.extensions:
            return form
    if Path(path).is_dir():
        raise SalesmetricsError("output_is_folder", path=path)
    forms = [Message("form_with_extensions", form=form, extensions=one.extensions) for form, one in WRITERS.items()]
    raise SalesmetricsError("format_unknown", path=path, forms=forms)


def _layout(answer: type, part: str) -> Callable[..., Any] | None:
    """The function of an answer's layout that makes this part, such as ``check_sheet``."""
    module = answer.__module__.replace("salesmetrics.answers", "salesmetrics.render.layouts")
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", answer.__name__).lower()
    layout = import_module(module)
    found: Callable[..., Any] | None = getattr(layout, f"{name}_{part}", None)
    document = getattr(layout, f"{name}_document", None)
    if part not in ("worded", "page") or (document is None and found is None):
        return found
    return lambda answer: _worded(answer, found, document, part)


def _worded(answer: Any, page: Callable[..., Any] | None, document: Callable[..., Any] | None, part: str) -> Any:
    """A document or a page with its sentences in front; a page without a layout of its own is made of the document."""
    worded = import_module("salesmetrics.render.layouts.in_words").worded
    if part == "worded":
        return worded(answer, _needed(document)(answer))
    page_of = import_module("salesmetrics.render.layouts.pages").page_of
    made = page(answer) if page else page_of(_needed(document)(answer))
    return replace(worded(answer, made) if document else made, language=spoken().tag)


def _needed(function: Callable[..., Any] | None) -> Callable[..., Any]:
    assert function is not None
    return function
