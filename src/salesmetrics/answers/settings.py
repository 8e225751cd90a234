"""The answer of `config show`, as data."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from salesmetrics.answers.base import Answer, Model

__all__ = ["Settings", "Settled"]


class Settled(Model, frozen=True, kw_only=True):
    """A setting, its value, and where that comes from."""

    key: str
    value: Any
    source: Literal["environment", "file", "default"]
    place: Annotated[str | None, Meta(description="the variable, or the file and its line")] = None
    about: str = ""


class Settings(Answer, frozen=True, kw_only=True):
    """The answer of `config show`."""

    commands: ClassVar = ("config show",)

    command: str = "config show"
    path: Annotated[str | None, Meta(description="the settings file")]
    settings: list[Settled]
