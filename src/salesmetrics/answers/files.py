"""The answers of the commands that speak about files rather than KPIs, as data."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, field

from salesmetrics.answers.base import NOT_IN_JSON, Answer, Model
from salesmetrics.answers.provenance import Filters, FindingInWords, InputRead
from salesmetrics.schema.inspection import FileGuess, FileReading

__all__ = ["Check", "Inspection", "Unlock"]


class Unlock(Model, frozen=True, kw_only=True):
    """What is missing, and the KPIs that it would allow."""

    needs: str
    kpis: list[str]


class Inspection(Answer, frozen=True, kw_only=True):
    """The answer of `inspect`."""

    commands: ClassVar = ("inspect",)

    command: str = "inspect"
    files: list[FileReading]
    allowed: Annotated[list[str], Meta(description="KPIs that can be computed from these files")]
    unlocks: list[Unlock]
    findings: list[FindingInWords]
    filters: Annotated[
        Filters, Meta(description="what affects the values besides the files: filters, settings, variables")
    ] = field(default_factory=Filters)
    guesses: Annotated[
        list[FileGuess],
        Meta(description="files that are not recognised, with a guess for each column that is never applied"),
    ] = field(default_factory=list)
    everything: Annotated[bool, NOT_IN_JSON] = False
    """all that there is to say is shown, also what does not fit on a screen"""
    arguments: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """the files as they were typed"""


class Check(Answer, frozen=True, kw_only=True):
    """The answer of `check`."""

    commands: ClassVar = ("check",)

    command: str = "check"
    passed: Annotated[bool, Meta(description="true if no row is rejected and no finding is an error")]
    inputs: list[InputRead]
    findings: list[FindingInWords]
    filters: Annotated[
        Filters, Meta(description="what affects the values besides the files: filters, settings, variables")
    ] = field(default_factory=Filters)
    everything: Annotated[bool, NOT_IN_JSON] = False
    """all that there is to say is shown, also what does not fit on a screen"""
    arguments: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """the files as they were typed"""
