"""The answer of `config show`, as data."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from salesmetrics.answers.report import SCHEMA_VERSION, Generator

__all__ = ["Settings", "Settled"]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Settled(_Answer):
    """A setting, its value, and where that comes from."""

    key: str
    value: Any
    source: Literal["environment", "file", "default"]
    place: str | None = Field(default=None, description="the variable, or the file and its line")
    about: str = ""


class Settings(_Answer):
    """The answer of `config show`."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: Generator
    command: str = "config show"
    path: str | None = Field(description="the settings file")
    settings: list[Settled]
