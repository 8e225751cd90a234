"""The help in the language that is spoken: Typer's own words, and those of commands and options. Own file: English loads it not."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from rich import _wrap
from typer import rich_utils

from salesmetrics.messages import phrase
from salesmetrics.messages.speech import in_words
from salesmetrics.render.fit import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["help_in_words", "paragraphs_in_words"]

_EXAMPLES = {"Examples:": "help_examples", "Example:": "help_example"}
_TYPERS = {
    "ARGUMENTS_PANEL_TITLE": "help_arguments",
    "OPTIONS_PANEL_TITLE": "help_options",
    "COMMANDS_PANEL_TITLE": "help_commands",
    "REQUIRED_LONG_STRING": "help_required",
}
"""Names under which Typer keeps words that it writes, and the codes of ours."""


@contextmanager
def help_in_words(command: Any, context: Any) -> Iterator[None]:
    """A command whose help is in the language that is spoken, for as long as this lasts.

    Args:
        command: Of Typer; made for this run, so that its texts may change.
        context: The same's.
    """
    command.help = paragraphs_in_words(command.help or "")
    for param in command.get_params(context):
        own = "help_of_itself" if param.name == "help" else None
        param.help = phrase(own) if own else in_words(param.help or "")
        if getattr(param, "rich_help_panel", None):
            param.rich_help_panel = in_words(param.rich_help_panel)
    for below in getattr(command, "commands", {}).values():
        below.short_help = paragraphs_in_words(below.short_help or below.help or "").partition("\n\n")[0]
    before = {name: getattr(rich_utils, name) for name in (*_TYPERS, "DEFAULT_STRING", "_make_rich_text")}
    for name, code in _TYPERS.items():
        setattr(rich_utils, name, phrase(code))
    rich_utils.DEFAULT_STRING = phrase("help_default", value="{}")
    rich_utils._make_rich_text = partial(_whole, rich_utils._make_rich_text)
    words, _wrap.words = _wrap.words, _words
    try:
        yield
    finally:
        _wrap.words = words
        for name, text in before.items():
            setattr(rich_utils, name, text)


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    """Where Rich may break a line: Chinese has no blanks, and a no-break space is none."""
    end = 0
    for piece in pieces(text):
        start, end = end, end + len(piece)
        yield start, end, piece


def _whole(make: Any, **words: Any) -> Any:
    """Text of the help that is never cut: Typer's tables cut a word that is wider than its column, and Chinese has no blanks."""
    made = make(**words)
    made.overflow = "fold"
    return made


def paragraphs_in_words(text: str) -> str:
    r"""What a docstring says of a command, its examples as they are.

    >>> paragraphs_in_words("List the KPIs.\n\nExamples:\n  salesmetrics kpis")
    'List the KPIs.\n\nExamples:\n  salesmetrics kpis'
    """
    found = []
    for paragraph in text.split("\n\n"):
        head, newline, rest = paragraph.partition("\n")
        if head in _EXAMPLES:
            found.append(phrase(_EXAMPLES[head]) + newline + rest)
        else:
            found.append(in_words(" ".join(paragraph.split())))
    return "\n\n".join(found)
