"""The answers of the commands that speak about files rather than KPIs, as data."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from salesmetrics.answers.report import SCHEMA_VERSION, Generator
from salesmetrics.schema.inspection import FileReading
from salesmetrics.schema.provenance import Finding, Input
from salesmetrics.version import __version__

__all__ = ["Check", "Inspection", "Settings", "Settled", "Unlock", "generator"]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Unlock(_Answer):
    """What is missing, and the KPIs that it would allow."""

    needs: str
    kpis: list[str]


class Inspection(_Answer):
    """The answer of `inspect`."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: Generator
    command: str = "inspect"
    files: list[FileReading]
    allowed: list[str] = Field(description="KPIs that these files allow")
    unlocks: list[Unlock]
    findings: list[Finding]


class Check(_Answer):
    """The answer of `check`."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: Generator
    command: str = "check"
    passed: bool = Field(description="no rejected row and no finding that is an error")
    inputs: list[Input]
    findings: list[Finding]


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


def generator() -> Generator:
    """This program."""
    return Generator(version=__version__)
