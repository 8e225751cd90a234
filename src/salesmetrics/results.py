"""What a call in Python gives back: an answer, and every form of it. Own file: a notebook shows it, and it knows no question.

An answer is data and knows nothing of forms; a result holds one and draws it when it is asked to.
"""

from __future__ import annotations

import json
from html import escape
from os import PathLike, fsdecode
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from salesmetrics.answers.base import Answer
from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import phrase
from salesmetrics.messages.languages import ENGLISH
from salesmetrics.messages.speech import speaking
from salesmetrics.render.writers import WRITERS, Screen, format_of, render
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

__all__ = ["Result"]

A = TypeVar("A", bound=Answer)

_WIDTH, _HEIGHT = 120, 40
"""Of a screen that nobody knows."""
_WIDEST = 100_000
_FRAME = 720
"""Pixels that the frame of a notebook is high; what is longer is scrolled."""


_PARTS = ("document", "page")
"""What is laid out of an answer, and may be made from another one."""


class Result(Generic[A]):
    """An answer with all of its forms. Fields of the answer are attributes: ``result.metrics``, ``result.findings``.

    A notebook shows the HTML page, a console the table of the terminal. It can be copied and pickled, with all of its forms.

    Attributes:
        answer: The answer itself, a frozen struct with exact numbers.
    """

    def __init__(self, answer: A, drawn: Callable[[str], Answer] | None = None, language: str = ENGLISH.tag) -> None:
        """Hold an answer.

        Args:
            answer: As a program wants it.
            drawn: Gives the answer that the part of it named, ``document`` or ``page``, is made from, where that is another one.
            language: Of documents, a key of ``LANGUAGES``; JSON and CSV are in English always.
        """
        self.answer: A = answer
        self._drawn, self._language = drawn, language
        self._made: dict[str, Answer] = {}

    # --- data ---

    @property
    def tables(self) -> tuple[str, ...]:
        """The names that :meth:`to_polars` takes, the main table first."""
        from salesmetrics.tables import names_of_tables

        return names_of_tables(self.answer)

    def to_polars(self, table: str | None = None) -> pl.DataFrame:
        """A table as a Polars data frame: money as ``Decimal``, days as ``Date``, categories as text.

        Numbers of several kinds in one column, such as the values of a report, are ``Float64``; money and counts stand
        exactly in the column ``…_exact`` beside it.

        Args:
            table: One of :attr:`tables`; the main one when left out.

        Raises:
            SalesmetricsError: ``option_invalid``: there is no such table.
        """
        from salesmetrics.tables import table_of

        known = self.tables
        if table is not None and table not in known:
            cause, fix = Message("no_such_table"), Message("use_one_of", known=known)
            raise SalesmetricsError("option_invalid", option="table", value=table, cause=cause, fix=fix)
        return table_of(self.answer, table or known[0])

    def to_dict(self) -> dict[str, Any]:
        """The JSON as Python has it, with floats. :attr:`answer` and :meth:`to_polars` have the exact decimals of money."""
        found: dict[str, Any] = json.loads(self.to_json())
        return found

    def to_json(self) -> str:
        """The JSON that the command writes."""
        return self._text("json")

    # --- documents ---

    def to_html(self) -> str:
        """The page that ``-o report.html`` writes: one file without scripts, which loads nothing."""
        return self._text("html")

    def to_markdown(self) -> str:
        """The Markdown that ``--format md`` writes."""
        return self._text("md")

    def to_text(self, width: int | None = _WIDTH, *, height: int | None = _HEIGHT) -> str:
        """The table of the terminal, without colours.

        Args:
            width: Columns that there are; None for no limit.
            height: Lines that a screen has; None for no limit.

        Raises:
            SalesmetricsError: ``option_invalid``: one of them is no number of at least 1.
        """
        for name, size, example in (("width", width, _WIDTH), ("height", height, _HEIGHT)):
            if size is not None and not (isinstance(size, int) and size > 0):
                cause = Message("has_to_be_at_least", least=1)
                fix = Message("write_for_example", example=f"{name}={example}")
                raise SalesmetricsError("option_invalid", option=name, value=str(size), cause=cause, fix=fix)
        return self._text("table", Screen(None if width is None else min(width, _WIDEST), height=height))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the form that the extension of a file stands for: ``.html``, ``.xlsx``, ``.eml``, ``.md``, ``.txt``, ``.csv``, ``.json``.

        The file is written whole or not at all.

        Args:
            path: The file.

        Raises:
            SalesmetricsError: ``format_unknown``, ``output_is_folder``, ``output_unwritable``, or ``option_invalid`` where the answer lacks the form.
        """
        from salesmetrics.render.output import write_output

        target = fsdecode(path) if isinstance(path, PathLike | bytes) else str(path)
        made = self._render(format_of(target), Screen(_WIDTH, height=_HEIGHT))
        write_output(made, target, None)

    def _text(self, form: str, screen: Screen | None = None) -> str:
        made = self._render(form, screen or Screen(_WIDTH, height=_HEIGHT))
        return made if isinstance(made, str) else made.decode("utf-8")

    def _render(self, form: str, screen: Screen) -> str | bytes:
        with speaking(self._language):
            return render(self._answer_for(WRITERS[form].draws), form, screen)

    def _answer_for(self, draws: str) -> Answer:
        if draws in ("answer", "sheet"):
            return self.answer
        part = "document" if draws == "worded" else draws
        if part not in self._made:
            self._made[part] = self.answer if self._drawn is None else self._drawn(part)
        return self._made[part]

    # --- copies ---

    def __copy__(self) -> Result[A]:
        """The same: an answer is never changed."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Result[A]:
        """The same: an answer is never changed."""
        return self

    def __reduce__(self) -> tuple[Callable[..., Result[A]], tuple[A, dict[str, Answer], str]]:
        """The answer and those that its documents and its page are made from, as files are not read a second time."""
        with speaking(self._language):
            return _unpickled, (self.answer, {part: self._answer_for(part) for part in _PARTS}, self._language)

    # --- in a notebook ---

    def _repr_html_(self) -> str:
        """The page in a frame of its own, so that its styles and those of the notebook leave each other alone.

        Where frames are stripped, as on GitHub and in notebooks that are not trusted, the table below it is left.
        """
        page, name, table = (escape(text) for text in (self.to_html(), self.answer.command, self.to_text()))
        frame = f'<iframe srcdoc="{page}" sandbox="" width="100%" height="{_FRAME}" frameborder="0" title="{name}"></iframe>'
        with speaking(self._language):
            summary = phrase("notebook_as_text")
        return f"{frame}\n<details><summary>{summary}</summary><pre>{table}</pre></details>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": self.to_text(), "text/html": self._repr_html_()}

    def __repr__(self) -> str:
        """The table of the terminal."""
        return self.to_text().rstrip("\n")

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same answer."""
        return isinstance(other, Result) and bool(self.answer == other.answer)

    __hash__ = None  # type: ignore[assignment]

    # --- fields of the answer ---

    def __getattr__(self, name: str) -> Any:
        """A field of the answer."""
        if name.startswith("_") or name == "answer":  # while it is copied or unpickled there is none yet
            raise AttributeError(name)
        return getattr(self.answer, name)

    def __dir__(self) -> list[str]:
        """The forms and the fields of the answer."""
        return sorted({*super().__dir__(), *type(self.answer).__struct_fields__})


def _unpickled(answer: A, made: dict[str, Answer], language: str) -> Result[A]:
    return Result(answer, made.__getitem__, language)
