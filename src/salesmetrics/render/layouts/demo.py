"""How what teaches looks: the files and commands of `demo`, each below what it answers, and the topics of `help`."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from salesmetrics.messages import fill, phrase, retold
from salesmetrics.messages.commands import COMMANDS
from salesmetrics.messages.tour import TOPICS
from salesmetrics.render.document import Cell, Column, Document, Heading, Kind, Prose, Row, Sheet, Snippet, Table, Text
from salesmetrics.render.layouts.words import kind_name
from salesmetrics.render.text import count, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from salesmetrics.answers.demo import Demo, SampleFile
    from salesmetrics.render.document import Block

__all__ = ["demo_document", "demo_sheet", "topic_document", "topics_document"]


def demo_document(answer: Demo) -> Document:
    """The files, then the commands in parts; the commands alone where nothing else is wanted."""
    if answer.only_commands:
        return Document((Snippet("\n".join(item.command for item in answer.tour), "sh"),))
    head = Heading(phrase("heading_demo", folder=one_line(answer.folder), files=len(answer.files)), 1)
    return Document((head, _files(answer), *_tour(answer)))


def demo_sheet(answer: Demo) -> Sheet:
    """A row per command."""
    rows = [(item.part, item.question, item.command, item.exit_code) for item in answer.tour]
    return Sheet(("part", "question", "command", "exit_code"), rows)


def _files(answer: Demo) -> Table:
    columns = (
        Column(phrase("column_sample_file"), Kind.CODE),
        Column(phrase("column_sample_kind")),
        Column(phrase("column_rows"), Kind.NUMBER),
    )
    rows = (
        Row((Cell(item.name), Cell(kind_name(item.kind)), Cell(count(item.rows), value=item.rows)), _section(item))
        for item in answer.files
    )
    return Table(columns, tuple(rows), indent=2, spaced=True)


def _section(item: SampleFile) -> str:
    folder = item.name.rpartition("/")[0]
    return phrase(f"samples_{folder or 'own'}")


def _tour(answer: Demo) -> Iterator[Block]:
    for part, steps in groupby(answer.tour, lambda item: item.part):
        yield Heading(phrase(f"part_{part}"))
        for item in steps:
            yield Text(Prose(retold(item.question)))
            yield Snippet(item.command, "sh", apart=False, indent=2)


# --- help ---


def topics_document() -> Document:
    """The topics and the commands that `help` explains, each with its line."""
    blocks: list[Block] = []
    for heading, lines in (
        ("help_topics", {name: topic.about for name, topic in TOPICS.items()}),
        ("help_commands", COMMANDS),
    ):
        blocks += [Heading(phrase(heading)), _told(lines.items())]
    return Document(tuple(blocks))


def topic_document(name: str) -> Document:
    """What is said of a topic.

    Args:
        name: A key of ``TOPICS``.
    """
    topic = TOPICS[name]
    blocks: list[Block] = [Heading(fill(topic.about, {}), 1)]
    for listed, parts in groupby(topic.says, lambda part: isinstance(part, tuple)):
        if listed:
            blocks.append(_told(part for part in parts if isinstance(part, tuple)))
        else:
            blocks += [Text(Prose(fill(part, {})), apart=True) for part in parts if isinstance(part, str)]
    return Document((*blocks, Heading(phrase("help_examples")), Snippet("\n".join(topic.examples), "sh", indent=2)))


def _told(pairs: Iterable[tuple[str, str]]) -> Table:
    """What is typed, each with its meaning."""
    columns = (Column(kind=Kind.CODE, wraps=True), Column(wraps=True))
    rows = (Row((Cell(name), Cell(fill(meaning, {})))) for name, meaning in pairs)
    return Table(columns, tuple(rows), headed=False, indent=2)
