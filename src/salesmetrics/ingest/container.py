"""From the bytes of a file to the text in it: payloads by what they hold, not by what the file is named."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MAX_UNPACKED", "Container", "Payload", "unwrap"]

Container = Literal["plain", "gzip", "zstd", "zip", "parquet", "xlsx"]

_MEMBER_SUFFIXES = (".csv", ".tsv", ".txt")
_TEXT_SUFFIXES = ("", ".csv", ".tsv", ".txt", ".tab", ".xls")

MAX_UNPACKED = 16 << 30
"""Bytes that one packed file may unpack to."""
_SMALL = 256 << 20
_MAX_RATIO = 1_000
_STEP = 1 << 20

_GZIP, _ZSTD, _ZIP, _PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PAR1"
_ALIENS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a legacy Excel workbook (.xls)", "save it as .xlsx or CSV UTF-8"),
    (b"%PDF", "a PDF", "export the list as CSV instead of printing it"),
    (b"\x89PNG", "an image (PNG)", "export the list as CSV"),
    (b"\xff\xd8\xff", "an image (JPEG)", "export the list as CSV"),
    (b"GIF8", "an image (GIF)", "export the list as CSV"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it, then name the CSV inside"),
    (b"Rar!", "a RAR archive", "unpack it, then name the CSV inside"),
    (b"BZh", "a bzip2 file", "unpack it with `bunzip2`, or pack it with gzip"),
    (b"\xfd7zXZ\x00", "an xz file", "unpack it with `xz -d`, or pack it with gzip"),
    (b"SQLite format 3\x00", "an SQLite database", "export the table as CSV"),
    (b"\x7fELF", "a program", "name an export"),
)
_JSON = re.compile(rb'\s*(?:\[\s*)?\{\s*"[^"\n]{0,100}"\s*:')
_HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html|<table|<meta|<head|<\?xml|<style)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes of one table source: text for plain, gzip, zstd and zip; the file itself for parquet and xlsx."""

    path: str
    container: Container
    data: bytes


def unwrap(path: str, data: bytes) -> list[Payload]:
    """What the bytes of a file hold.

    Args:
        path: The file, or ``-``, for messages.
        data: All its bytes.

    Raises:
        SalesmetricsError: the file is empty, damaged, or not an export.
    """
    if not data:
        raise SalesmetricsError("file_empty", path=path)
    if data.startswith(_GZIP):
        return [_inner(path, "gzip", _gunzip(path, data))]
    if data.startswith(_ZSTD):
        return [_inner(path, "zstd", _unzstd(path, data))]
    if data.startswith((_ZIP, b"PK\x05\x06")):
        return _unzip(path, data)
    if data.startswith(_PARQUET) and data.endswith(_PARQUET):
        return [Payload(path, "parquet", data)]
    _refuse_alien(path, data)
    return [Payload(path, "plain", data)]


def _inner(path: str, container: Container, data: bytes) -> Payload:
    if not data:
        raise SalesmetricsError("file_empty", path=path)
    if data.startswith((_GZIP, _ZSTD, _ZIP, _PARQUET)):
        raise SalesmetricsError(
            "disguised_file",
            path=path,
            actual="a packed file inside another",
            fix="unpack it once, and name the result",
        )
    _refuse_alien(path, data)
    return Payload(path, container, data)


def _refuse_alien(path: str, data: bytes) -> None:
    for magic, actual, fix in _ALIENS:
        if data.startswith(magic):
            raise SalesmetricsError("disguised_file", path=path, actual=actual, fix=fix)
    if _JSON.match(data.removeprefix(b"\xef\xbb\xbf")[:512]):
        raise SalesmetricsError(
            "disguised_file", path=path, actual="JSON, as an API answers", fix="export the list as CSV from the CRM"
        )
    if _HTML.match(data.removeprefix(b"\xef\xbb\xbf")[:512]):
        raise SalesmetricsError(
            "disguised_file",
            path=path,
            actual="a web page (HTML or XML), as some CRMs write for Excel",
            fix="choose CSV in the export dialog, or open it in a spreadsheet and save it as CSV UTF-8",
        )


def _collect(path: str, packed: int, pieces: Iterator[bytes]) -> bytes:
    """Join unpacked pieces, and stop early at what no real export unpacks to."""
    out = io.BytesIO()
    for piece in pieces:
        out.write(piece)
        size = out.tell()
        if size > MAX_UNPACKED or (size > _SMALL and size > _MAX_RATIO * packed):
            raise SalesmetricsError(
                "file_unreadable",
                path=path,
                cause=f"it unpacks to more than {size >> 20:,} MiB from {packed:,} bytes, which no real export does",
            )
    return out.getvalue()


def _gunzip(path: str, data: bytes) -> bytes:
    def pieces() -> Iterator[bytes]:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while piece := stream.read(_STEP):
                yield piece

    try:
        return _collect(path, len(data), pieces())
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, "gzip", error) from error


def _unzstd(path: str, data: bytes) -> bytes:
    import zstandard

    def pieces() -> Iterator[bytes]:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
            io.BytesIO(data), read_across_frames=True
        )
        while piece := reader.read(_STEP):
            yield piece

    try:
        return _collect(path, len(data), pieces())
    except zstandard.ZstdError as error:
        raise _damaged(path, "zstd", error) from error


def _damaged(path: str, container: str, error: Exception) -> SalesmetricsError:
    return SalesmetricsError("file_unreadable", path=path, cause=f"the {container} data is damaged ({error})")


def _unzip(path: str, data: bytes) -> list[Payload]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
            if "[Content_Types].xml" in names:
                return [_workbook(path, data, names)]
            members = sorted(name for name in names if _is_export_member(name))
            if not members:
                raise SalesmetricsError(
                    "disguised_file",
                    path=path,
                    actual="an archive without a CSV or TSV in it",
                    fix="unpack it, then name the file you mean",
                )
            return [_member(path, archive, name, alone=len(members) == 1) for name in members]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise _damaged(path, "zip", error) from error


def _is_export_member(name: str) -> bool:
    parts = name.split("/")
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    return not hidden and name.lower().endswith(_MEMBER_SUFFIXES)


def _member(path: str, archive: zipfile.ZipFile, name: str, *, alone: bool) -> Payload:
    label = path if alone else f"{path}!{name}"

    def pieces() -> Iterator[bytes]:
        with archive.open(name) as stream:
            while piece := stream.read(_STEP):
                yield piece

    packed = archive.getinfo(name).compress_size
    return _inner(label, "zip", _collect(label, max(packed, 1), pieces()))


def _workbook(path: str, data: bytes, names: list[str]) -> Payload:
    if not any(name.startswith("xl/") for name in names):
        raise SalesmetricsError(
            "disguised_file", path=path, actual="an Office document, not a table", fix="export the list as CSV"
        )
    if path != "-" and Path(path).suffix.lower() in _TEXT_SUFFIXES and Path(path).suffix:
        raise SalesmetricsError(
            "disguised_file",
            path=path,
            actual="an Excel workbook",
            fix=f"rename it to `{Path(path).with_suffix('.xlsx')}`, or save it as CSV UTF-8",
        )
    return Payload(path, "xlsx", data)
