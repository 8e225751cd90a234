"""The answers of the commands that speak about files rather than KPIs, as data."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, InstanceOf

from salesmetrics.answers.provenance import FindingInWords, InputRead
from salesmetrics.answers.report import SCHEMA_VERSION, Generator
from salesmetrics.schema.inspection import FileReading
from salesmetrics.version import __version__

__all__ = ["Check", "Inspection", "Unlock", "generator"]


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
    files: list[InstanceOf[FileReading]]
    allowed: list[str] = Field(description="KPIs that these files allow")
    unlocks: list[Unlock]
    findings: list[FindingInWords]


class Check(_Answer):
    """The answer of `check`."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: Generator
    command: str = "check"
    passed: bool = Field(description="no rejected row and no finding that is an error")
    inputs: list[InputRead]
    findings: list[FindingInWords]


def generator() -> Generator:
    """This program."""
    return Generator(version=__version__)
