"""Files on the file systems that Spark reaches. Own file: it asks Hadoop, by the session's own Java."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from pathlib import PurePosixPath
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, NamedTuple

from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.spark import first_line, is_of_spark, without_class
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HadoopPath"]

_BY_SOCKET = 1 << 16
"""Bytes that come through the socket to Java; more come through a file, for each byte there takes a hundred times as long."""
_DENIED = ("AccessControlException", "AccessDeniedException", "(Permission denied)")


class _State(NamedTuple):
    """As :meth:`pathlib.Path.stat` gives it."""

    st_size: int
    st_mtime_ns: int


class HadoopPath:
    """A path that Hadoop looks up, with those methods of a :class:`~pathlib.Path` that reading needs.

    Args:
        text: As it was typed.
        session: The session of Spark.
    """

    def __init__(self, text: str, session: Any) -> None:
        self.text, self._session = text, session

    def __str__(self) -> str:
        """As it was typed."""
        return self.text

    @property
    def name(self) -> str:
        """Its last part."""
        return self.text.rstrip("/").rpartition("/")[2]

    @property
    def parent(self) -> HadoopPath:
        """The folder that it is in."""
        return HadoopPath(self.text.rstrip("/").rpartition("/")[0] + "/", self._session)

    @property
    def suffix(self) -> str:
        """How its last part ends, with the full stop."""
        return PurePosixPath(self.name).suffix

    def exists(self) -> bool:
        """Whether anything is there."""
        try:
            self._status()
        except FileNotFoundError:
            return False
        return True

    def is_file(self) -> bool:
        """Whether it is a file."""
        try:
            return bool(self._status().isFile())
        except FileNotFoundError:
            return False

    def is_dir(self) -> bool:
        """Whether it is a folder."""
        try:
            return bool(self._status().isDirectory())
        except FileNotFoundError:
            return False

    def stat(self) -> _State:
        """Size and time.

        Raises:
            SalesmetricsError: ``place_unreachable``.
            OSError: It is not there, or may not be read.
        """
        status = self._status()
        size = int(status.getLen())
        if size < 0:  # of a page of the web, of which Spark would read nothing at all
            raise SalesmetricsError("place_unreachable", path=self.text, cause=Message("size_unknown"))
        return _State(size, int(status.getModificationTime()) * 1_000_000)

    def iterdir(self) -> Iterator[HadoopPath]:
        """What a folder holds.

        Raises:
            SalesmetricsError: ``place_unreachable``.
            OSError: It is not there, or may not be read.
        """
        with _asking(self.text):
            system, path = self._opened()
            names = [str(found.getPath().getName()) for found in system.listStatus(path)]
        return (self / name for name in names)

    def __truediv__(self, name: str) -> HadoopPath:
        """What has a name in a folder."""
        base = self.text if self.text.endswith("/") else f"{self.text}/"
        return HadoopPath(base + name, self._session)

    def beginning(self, count: int) -> bytes:
        """The first bytes of a file, or all of a shorter one.

        Raises:
            SalesmetricsError: ``place_unreachable``.
            OSError: It is not there, or may not be read.
        """
        with _asking(self.text):
            return self._copied(0, count)

    def end(self, count: int) -> bytes:
        """The last bytes of a file, or all of a shorter one."""
        with _asking(self.text):
            return self._copied(max(self.stat().st_size - count, 0), count)

    def sha256(self) -> str:
        """The SHA-256 of a file, worked out by Java."""
        java = self._session._jvm.java
        with _asking(self.text):
            system, path = self._opened()
            digest = java.security.MessageDigest.getInstance("SHA-256")
            stream = java.security.DigestInputStream(system.open(path), digest)
            try:
                stream.transferTo(java.io.OutputStream.nullOutputStream())
            finally:
                stream.close()
            return bytes(digest.digest()).hex()

    def _opened(self) -> tuple[Any, Any]:
        path = self._session._jvm.org.apache.hadoop.fs.Path(self.text)
        return path.getFileSystem(self._session._jsc.hadoopConfiguration()), path

    def _status(self) -> Any:
        with _asking(self.text):
            system, path = self._opened()
            return system.getFileStatus(path)

    def _copied(self, begin: int, count: int) -> bytes:
        system, path = self._opened()
        stream = system.open(path)
        try:
            if begin:
                stream.seek(begin)
            if count <= _BY_SOCKET:
                return bytes(stream.readNBytes(count))
            java = self._session._jvm.java
            with NamedTemporaryFile() as copy:
                out = java.io.FileOutputStream(copy.name)
                try:
                    out.getChannel().transferFrom(java.nio.channels.Channels.newChannel(stream), 0, count)
                finally:
                    out.close()
                return copy.read()
        finally:
            stream.close()


@contextmanager
def _asking(path: str) -> Iterator[None]:
    """Hadoop is asked within; what it refuses is raised as of this machine.

    Raises:
        SalesmetricsError: ``place_unreachable``.
        OSError: The file is not there, or may not be read.
    """
    try:
        yield
    except Exception as error:
        if not is_of_spark(error):
            raise
        raise _translated(path, first_line(error)) from error


def _translated(path: str, said: str) -> Exception:
    name = said.partition(": ")[0]
    if any(word in said for word in _DENIED):
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    if name.endswith(("FileNotFoundException", "NoSuchFileException")):
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return SalesmetricsError("place_unreachable", path=path, cause=without_class(said))
