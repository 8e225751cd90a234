"""Markdown by type: a plain ``str`` is text and made inert where it is written, a ``Markup`` is Markdown already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

__all__ = [
    "Block",
    "Markup",
    "bullets",
    "code",
    "fenced",
    "heading",
    "inline",
    "markdown",
    "paragraphs",
    "prose",
    "strong",
    "table",
]


class Markup(str):
    """Markdown that stands within a line."""

    __slots__ = ()


class Block(Markup):
    """Markdown that has its lines to itself: a heading, a list, a table."""

    __slots__ = ()


_SIGNS = re.compile(r"[\\`*_\[\]<>|~#$]|&(?=#?\w+;)")
_LINKS = re.compile(r"@(?=\w)|:(?=//)|www(?=\.)", re.IGNORECASE)
_BREAK = "&#8203;"
"""A space without width: GitHub links addresses and calls people after it has taken the backslashes away."""

_START = re.compile(r"(?=[-+=])|([0-9]{1,9})(?=[.)](?:\s|$))")
"""What would make a line a list, a rule or a heading, but for what ``_SIGNS`` holds."""


def markdown(text: str) -> Markup:
    r"""Text as Markdown that shows it and nothing else.

    >>> print(markdown("*a* <b> | @ann https://x.y"))
    \*a\* \<b\> \| @&#8203;ann https:&#8203;//x.y
    """
    if isinstance(text, Markup):
        return text
    return Markup(_LINKS.sub(rf"\g<0>{_BREAK}", _SIGNS.sub(r"\\\g<0>", visible(text))))


def inline(*pieces: str) -> Markup:
    """Pieces one behind the other."""
    return Markup("".join(map(markdown, pieces)))


def strong(text: str) -> Markup:
    """Text in bold type; nothing where there is none."""
    return Markup(f"**{markdown(text)}**") if text else Markup()


def code(text: str) -> Markup:
    """Text as code, with a fence that it cannot close; not for the cell of a table, where a bar would end it."""
    if not text.strip("` \t\n"):
        return markdown(text)
    text = visible(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return Markup(f"{fence}{pad}{text}{pad}{fence}")


def prose(text: str) -> Markup:
    r"""A sentence of ours: what stands between backticks is code, the rest is text.

    >>> print(prose("`a*b` is *c*"), prose("`a is *c*"))
    `a*b` is \*c\* \`a is \*c\*
    """
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return markdown(text)
    return Markup(
        "".join(
            markdown(piece) if index % 2 == 0 else code(piece) if piece.strip() else markdown(f"`{piece}`")
            for index, piece in enumerate(pieces)
        )
    )


def heading(text: str) -> Block:
    """A heading of the third level."""
    return Block(f"### {markdown(text)}")


def paragraphs(parts: Iterable[str]) -> Block:
    """Parts with an empty line between them, without those that are empty."""
    return Block("\n\n".join(part if isinstance(part, Block) else _begun(part) for part in parts if part))


def bullets(lines: Iterable[str]) -> Block:
    """A list."""
    return Block("\n".join(f"- {_begun(line)}" for line in lines))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, left: Collection[int]) -> Block:
    """A table; columns that are not among those on the ``left`` stand on the right."""
    marks = [Markup("---" if index in left else "---:") for index in range(len(headers))]
    return Block("\n".join("| " + " | ".join(map(markdown, cells)) + " |" for cells in (headers, marks, *rows)))


def fenced(text: str) -> Block:
    """Lines of text as they are."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return Block(f"{fence}text\n{text.rstrip()}\n{fence}")


def _begun(text: str) -> str:
    return _START.sub(r"\1\\", markdown(text), count=1) if _START.match(text) else markdown(text)
