"""The answer of `demo`: the sample exports that were written, and the commands to try on them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from salesmetrics.answers.base import NOT_IN_JSON, Answer, Model

__all__ = ["Demo", "SampleFile", "Suggestion"]


class SampleFile(Model, frozen=True, kw_only=True):
    """A file that was written."""

    path: str
    name: Annotated[str, Meta(description="its path within the folder")]
    kind: str
    rows: int


class Suggestion(Model, frozen=True, kw_only=True):
    """A command to try, and what it answers."""

    part: Annotated[str, Meta(description="the part of the tour that it belongs to")]
    question: str
    command: Annotated[str, Meta(description="to paste into a shell")]
    exit_code: Annotated[int, Meta(description="what it ends with: 1 where it finds an error or a missed goal")]


class Demo(Answer, frozen=True, kw_only=True):
    """The answer of `demo`."""

    commands: ClassVar = ("demo",)

    command: str = "demo"
    folder: str
    files: list[SampleFile]
    tour: list[Suggestion]
    only_commands: Annotated[bool, NOT_IN_JSON] = False
