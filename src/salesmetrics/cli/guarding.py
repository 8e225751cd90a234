"""No output of a command may be one of its inputs. Own file: it is imported when a command runs, and not for its help."""

from __future__ import annotations

import os
import stat
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.ingest.source.places import is_far, local_of
from salesmetrics.render.output import is_stdout
from salesmetrics.schema.message import Message
from salesmetrics.settings.sources import find_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from salesmetrics.cli.environment import Environment

__all__ = ["guard", "name_settings", "refuse_bytes"]

PATHS = frozenset({"files", "output", "rejects", "config"})

OUTPUTS = {"output": "-o", "rejects": "--rejects"}
"""Parameters of commands that name a file to write, and how they are typed."""


class _Place(NamedTuple):
    """A file by what it is, not by how it is spelled: links, other spellings and another case lead to the same one."""

    words: Message
    device: int
    number: int


def guard(values: Mapping[str, Any], settings: Path | None, environment: Environment, *, reads_settings: bool) -> None:
    """Refuse what would overwrite an input.

    Args:
        values: Arguments and options of the command by name, those of its groups among them.
        settings: The settings file in force.
        environment: Whose streams may be files.
        reads_settings: Whether the command reads one at all.

    Raises:
        SalesmetricsError: ``output_is_input`` or ``outputs_collide``.
    """
    refuse_bytes(values)
    paths = list(_inputs(values.get("files") or ()))
    outputs = {typed: values[name] for name, typed in OUTPUTS.items() if values.get(name) is not None}
    outputs.setdefault("-o", "-")
    inputs = [_place(path, Message("the_input", path=path), environment) for path in paths]
    # Also where this command leaves it out: settings are written by hand.
    nearest = find_settings(None, left_out=False) if reads_settings else None
    read = [str(path) for path in (settings, nearest) if path]
    inputs += [_place(path, Message("the_settings_file", path=path), environment) for path in read]
    _refuse_overwriting(outputs, [place for place in inputs if place], environment)
    _refuse_collision(outputs, environment)


def refuse_bytes(values: Mapping[str, Any]) -> None:
    """Refuse bytes that are no text in a word, a date or a condition; a name of a file may hold them.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    for name, value in values.items():
        for text in (
            value
            if isinstance(value, (list, tuple))
            else [*value, *value.values()]
            if isinstance(value, dict)
            else [value]
        ):
            if name not in PATHS and isinstance(text, str) and not text.isascii():
                _refuse_byte(name, text)


def _refuse_byte(name: str, text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        byte = ord(text[error.start]) - 0xDC00
        option = f"--{name.replace('_', '-')}"
        cause, fix = Message("byte_not_utf8", byte=f"{byte:#04x}"), Message("type_again")
        raise SalesmetricsError("option_invalid", option=option, value=text, cause=cause, fix=fix) from None


def _inputs(files: Sequence[str]) -> Iterator[str]:
    with suppress(SalesmetricsError):  # what is wrong with a file is said where it is read
        yield from (item.path for item in expand(list(_here(files))))


def _here(files: Sequence[str]) -> Iterator[str]:
    """Arguments that lead to files on this machine, an address of one as its path; nothing here is written elsewhere."""
    for argument in files:
        kind, sign, path = ("", "", argument) if is_far(argument) else argument.rpartition("=")
        if not is_far(path := local_of(path)):
            yield f"{kind}{sign}{path}"


def _place(path: str, words: Message, environment: Environment) -> _Place | None:
    """Where a path leads to, if that is a regular file; pipes and devices are not overwritten."""
    try:
        found = os.fstat(environment.stdin.fileno()) if path == "-" else Path(path).stat()
    except (OSError, ValueError, AttributeError):
        return None
    return _Place(words, found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _target(path: str, environment: Environment) -> _Place | None:
    if not is_stdout(path):
        return _place(path, Message("the_file", path=path), environment)
    try:
        found = os.fstat(environment.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return None
    return _Place(Message("standard_output"), found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _refuse_overwriting(outputs: Mapping[str, str], inputs: Sequence[_Place], environment: Environment) -> None:
    for typed, path in outputs.items():
        target = _target(path, environment)
        for place in inputs:
            if target is not None and target[1:] == place[1:]:
                standard, option = Message("standard_output"), Message("option_of", option=typed, path=path)
                shown = standard if is_stdout(path) else option
                raise SalesmetricsError("output_is_input", output=shown, path=place.words)


def _refuse_collision(outputs: Mapping[str, str], environment: Environment) -> None:
    rejects = outputs.get("--rejects")
    if rejects is None:
        return
    names = {_name(rejects), _name(outputs["-o"])}
    places = {target[1:] if (target := _target(path, environment)) else path for path in (rejects, outputs["-o"])}
    if len(names) == 1 or len(places) == 1:
        where = Message("standard_output") if is_stdout(rejects) else Message("the_file", path=rejects)
        raise SalesmetricsError("outputs_collide", path=where)


def _name(path: str) -> str:
    """A name that a file system may hold for the same as another: some know no case, some no way to write an accent."""
    if is_stdout(path):
        return "-"
    try:
        full = os.path.realpath(path)
    except OSError:  # the folder that the command stands in is gone
        full = os.path.normpath(path)
    return unicodedata.normalize("NFC", full).casefold()


def name_settings(settings: Path, files: Sequence[str], environment: Environment) -> None:
    """Say which settings file is in force, where nobody sees it in the folder."""
    paths = _inputs(files)
    home = settings.resolve().parent
    folders = [Path.cwd(), *(Path(path).resolve().parent for path in paths if path != "-")]
    if any(home in folder.parents for folder in folders):
        environment.tell("settings_from_above", path=settings)
