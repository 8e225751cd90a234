"""From the bytes of a file to the text in it: payloads by what they hold, not by what the file is named."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.bounds import MAX_FILES, Budget
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["PACKED", "PARQUET", "Container", "Payload", "is_parquet", "is_text", "unwrap"]

Container = Literal["plain", "gzip", "zstd", "zip", "parquet", "xlsx"]

_MEMBER_SUFFIXES = (".csv", ".tsv", ".txt")
_TEXT_SUFFIXES = ("", ".csv", ".tsv", ".txt", ".tab", ".xls")

_STEP = 1 << 20

_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
PACKED = (_GZIP, _ZSTD, _ZIP)
"""How packed files and workbooks begin."""
PARQUET = b"PAR1"
"""How a Parquet file begins, and ends."""
_SECRET_PARQUET = b"PARE"
_ENTRY, _NO_ENTRY = b"PK\x01\x02", b"PK\x05\x06"
_ENCRYPTED = 0x1
_SECRET_OFFICE = "EncryptedPackage".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ALIENS: tuple[tuple[bytes, str, str], ...] = (
    (_OLE, "old_workbook", "save_as_xlsx"),
    (b"%PDF", "pdf_file", "export_not_print"),
    (b"\x89PNG", "png_image", "export_list"),
    (b"\xff\xd8\xff", "jpeg_image", "export_list"),
    (b"GIF8", "gif_image", "export_list"),
    (b"7z\xbc\xaf\x27\x1c", "seven_zip", "unpack_and_name_csv"),
    (b"Rar!", "rar_archive", "unpack_and_name_csv"),
    (b"BZh", "bzip2_file", "unpack_bzip2"),
    (b"\xfd7zXZ\x00", "xz_file", "unpack_xz"),
    (b"SQLite format 3\x00", "sqlite_file", "export_table"),
    (b"\x7fELF", "program_file", "name_an_export"),
)
_JSON = re.compile(rb'\s*(?:\[\s*)?\{\s*"[^"\n]{0,100}"\s*:')
_HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html|<table|<meta|<head|<\?xml|<style)", re.IGNORECASE)


class Payload(msgspec.Struct, frozen=True):
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
    if data.startswith((_ZIP, _NO_ENTRY)):
        return _unzip(path, data)
    if is_parquet(data, data):
        return [Payload(path, "parquet", data)]
    if data.startswith(_SECRET_PARQUET) and data.endswith(_SECRET_PARQUET):
        raise SalesmetricsError(
            "file_encrypted", path=path, what=Message("parquet_file"), fix=Message("write_unencrypted")
        )
    _refuse_alien(path, data)
    return [Payload(path, "plain", data)]


def is_parquet(beginning: bytes, ending: bytes) -> bool:
    """Whether a file is a Parquet file, by its first and its last bytes."""
    return beginning.startswith(PARQUET) and ending.endswith(PARQUET)


def is_text(path: str, beginning: bytes) -> bool:
    """Whether a file is neither packed nor a workbook, by its first bytes.

    Args:
        path: The file, for messages.
        beginning: Its first bytes, at least 512 where it has as many.

    Raises:
        SalesmetricsError: ``file_empty``, ``disguised_file``.
    """
    if not beginning:
        raise SalesmetricsError("file_empty", path=path)
    if beginning.startswith((*PACKED, _NO_ENTRY, PARQUET, _SECRET_PARQUET)):
        return False
    _refuse_alien(path, beginning)
    return True


def _inner(path: str, container: Container, data: bytes) -> Payload:
    if not data:
        raise SalesmetricsError("file_empty", path=path)
    if data.startswith((*PACKED, PARQUET)):
        raise SalesmetricsError(
            "disguised_file",
            path=path,
            actual=Message("packed_twice"),
            fix=Message("unpack_once"),
        )
    _refuse_alien(path, data)
    return Payload(path, container, data)


def _refuse_alien(path: str, data: bytes) -> None:
    if data.startswith(_OLE) and _SECRET_OFFICE in data:
        raise SalesmetricsError(
            "file_encrypted", path=path, what=Message("workbook_itself"), fix=Message("save_without_password")
        )
    for magic, actual, fix in _ALIENS:
        if data.startswith(magic):
            raise SalesmetricsError("disguised_file", path=path, actual=Message(actual), fix=Message(fix))
    if _JSON.match(data.removeprefix(b"\xef\xbb\xbf")[:512]):
        raise SalesmetricsError(
            "disguised_file", path=path, actual=Message("json_file"), fix=Message("export_csv_from_crm")
        )
    if _HTML.match(data.removeprefix(b"\xef\xbb\xbf")[:512]):
        raise SalesmetricsError(
            "disguised_file",
            path=path,
            actual=Message("web_page"),
            fix=Message("choose_csv"),
        )


def _collect(budget: Budget, pieces: Iterator[bytes]) -> bytes:
    """Join unpacked pieces, and stop early at what no real export unpacks to."""
    out = io.BytesIO()
    for piece in pieces:
        budget.add(len(piece))
        out.write(piece)
    return out.getvalue()


def _gunzip(path: str, data: bytes) -> bytes:
    def pieces() -> Iterator[bytes]:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while piece := stream.read(_STEP):
                yield piece

    try:
        return _collect(Budget(path, len(data)), pieces())
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
        return _collect(Budget(path, len(data)), pieces())
    except zstandard.ZstdError as error:
        raise _damaged(path, "zstd", error) from error


def _damaged(path: str, container: str, error: Exception) -> SalesmetricsError:
    return SalesmetricsError(
        "file_unreadable", path=path, cause=Message("data_damaged", container=container, error=str(error))
    )


def _unzip(path: str, data: bytes) -> list[Payload]:
    _refuse_many(path, data.count(_ENTRY))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [info for info in archive.infolist() if not info.is_dir()]
            names = [info.filename for info in entries]
            budget = Budget(path, len(data))
            if "[Content_Types].xml" in names:
                _refuse_unreadable(path, entries)
                return [_workbook(path, data, names)]
            members = sorted((info for info in entries if _is_export_member(info.filename)), key=_name_of)
            if not members:
                raise _without_table(path, names)
            _refuse_unreadable(path, members)
            return [_member(path, archive, info, budget, alone=len(members) == 1) for info in members]
    except NotImplementedError as error:
        cause = Message("packed_strangely", error=str(error))
        raise SalesmetricsError("file_unreadable", path=path, cause=cause) from error
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError) as error:
        raise _damaged(path, "zip", error) from error


def _name_of(info: zipfile.ZipInfo) -> str:
    return info.filename


def _refuse_many(path: str, count: int) -> None:
    if count > MAX_FILES:
        fix = Message("unpack_and_name")
        raise SalesmetricsError("files_too_many", path=path, count=count, limit=MAX_FILES, fix=fix)


def _refuse_unreadable(path: str, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse an archive that needs a password, or where one name stands for two files: which is meant is not known."""
    for info in entries:
        if info.flag_bits & _ENCRYPTED:
            what, fix = Message("member_of_it", name=info.filename), Message("unpack_with_password")
            raise SalesmetricsError("file_encrypted", path=path, what=what, fix=fix)
    name, count = max(Counter(map(_name_of, entries)).items(), key=lambda item: item[1])
    if count > 1:
        raise SalesmetricsError("member_twice", path=path, count=count, name=name)


def _without_table(path: str, names: Sequence[str]) -> SalesmetricsError:
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        actual, fix = Message("opendocument_file"), Message("save_as_xlsx")
    else:
        actual, fix = Message("archive_without_table"), Message("unpack_then_name")
    return SalesmetricsError("disguised_file", path=path, actual=actual, fix=fix)


def _is_export_member(name: str) -> bool:
    parts = name.split("/")
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    return not hidden and name.lower().endswith(_MEMBER_SUFFIXES)


def _member(path: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget, *, alone: bool) -> Payload:
    def pieces() -> Iterator[bytes]:
        with archive.open(info) as stream:
            while piece := stream.read(_STEP):
                yield piece

    return _inner(path if alone else f"{path}!{info.filename}", "zip", _collect(budget, pieces()))


def _workbook(path: str, data: bytes, names: list[str]) -> Payload:
    if not any(name.startswith("xl/") for name in names):
        raise SalesmetricsError(
            "disguised_file", path=path, actual=Message("office_document"), fix=Message("export_list")
        )
    if path != "-" and Path(path).suffix.lower() in _TEXT_SUFFIXES and Path(path).suffix:
        raise SalesmetricsError(
            "disguised_file",
            path=path,
            actual=Message("excel_workbook"),
            fix=Message("rename_it", name=str(Path(path).with_suffix(".xlsx"))),
        )
    return Payload(path, "xlsx", data)
