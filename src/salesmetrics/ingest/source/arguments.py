"""From what the user typed to files: paths, patterns and folders, each optionally with its kind."""

from __future__ import annotations

import glob
import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.bounds import MAX_FILES
from salesmetrics.ingest.source.places import far_place, is_far, place_of, within
from salesmetrics.schema.kinds import KIND_NAMES, Kind
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.ingest.source.places import Place

__all__ = ["FileArgument", "expand", "near_name"]

EXPORT_SUFFIXES = (".csv", ".tsv", ".txt", ".gz", ".zst", ".zip", ".parquet", ".xlsx")


class FileArgument(msgspec.Struct, frozen=True):
    """One file that the user named, with the kind if it was said."""

    kind: Kind | None
    path: str


def expand(arguments: Sequence[str]) -> list[FileArgument]:
    """The files that the arguments stand for, in the order given; folders and globs sorted by name.

    A file that is really named ``deals=old.csv`` is that file; else what stands before ``=`` is its kind.

    Raises:
        SalesmetricsError: ``file_not_found``, ``folder_without_exports``, ``glob_without_match``, ``kind_name_unknown``.

    >>> expand(["deals=-"])
    [FileArgument(kind='deals', path='-')]
    """
    files: list[FileArgument] = []
    for argument in arguments:
        kind, path = _split_kind(argument)
        for found in _paths(path):
            item = FileArgument(kind, found)
            if item not in files:
                files.append(item)
    return files


def _split_kind(argument: str) -> tuple[Kind | None, str]:
    head, equals, tail = argument.partition("=")
    if not equals or not tail or _exists(argument):
        return None, argument
    if head in KIND_NAMES:
        return head, tail
    if re.fullmatch(r"[A-Za-z_-]+", head) and not glob.has_magic(argument):
        near = get_close_matches(head.lower(), KIND_NAMES, n=1)
        hint = Message("did_you_mean_in_brackets", near=near[0]) if near else None
        raise SalesmetricsError("kind_name_unknown", kind=head, known=KIND_NAMES, near=hint, path=argument)
    return None, argument


def _exists(path: str) -> bool:
    try:
        return place_of(path).exists()
    except (OSError, ValueError):
        return False


def _paths(path: str) -> list[str]:
    if path == "-":
        return [path]
    if _exists(path):
        return _folder(path) if place_of(path).is_dir() else [path]
    if glob.has_magic(path):
        found = within(path) if is_far(path) else _matching(path)
        if not found:
            raise SalesmetricsError("glob_without_match", path=path)
        return _bounded(path, found)
    raise SalesmetricsError("file_not_found", path=path, near=near_name(path))


def _matching(path: str) -> list[str]:
    return sorted(name for name in glob.glob(path, recursive=True) if Path(name).is_file())  # noqa: PTH207 - Path.glob takes no absolute pattern


def _folder(path: str) -> list[str]:
    try:
        entries = sorted(place_of(path).iterdir(), key=str)
    except OSError as error:
        raise SalesmetricsError("file_unreadable", path=path, cause=error.strerror or str(error)) from error
    found = [
        str(entry)
        for entry in entries
        if entry.name.lower().endswith(EXPORT_SUFFIXES) and not entry.name.startswith((".", "~$")) and entry.is_file()
    ]
    if not found:
        raise SalesmetricsError("folder_without_exports", path=path)
    return _bounded(path, found)


def _bounded(path: str, found: list[str]) -> list[str]:
    if len(found) > MAX_FILES:
        fix = Message("name_fewer_files")
        raise SalesmetricsError("files_too_many", path=path, count=len(found), limit=MAX_FILES, fix=fix)
    return found


def near_name(path: str) -> Message | None:
    """What to add to the message when a file with nearly that name stands beside it."""
    try:
        folder, last = _parted(path)
        names = [entry.name for entry in folder.iterdir()]
    except (OSError, ValueError, SalesmetricsError):
        return None
    near = get_close_matches(last, names, n=1, cutoff=0.7)
    return Message("there_is", path=str(folder / near[0])) if near else None


def _parted(path: str) -> tuple[Place, str]:
    if not is_far(path):
        return Path(path).parent, Path(path).name
    place = far_place(path)
    return place.parent, place.name
