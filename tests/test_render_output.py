from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.render.output import ReaderGone, needs_ascii, write_output
from salesmetrics.render.writers import WRITERS, format_of

if TYPE_CHECKING:
    from pathlib import Path

posix = pytest.mark.skipif(os.name != "posix", reason="permissions, links and devices of POSIX")
not_root = pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write anywhere")


def write(text: str | bytes, path: Path | str) -> None:
    write_output(text, str(path), None)


def test_a_new_file_holds_exactly_what_was_written(tmp_path: Path) -> None:
    write("é\nb\n", tmp_path / "a.txt")
    write(b"\x00\xff", tmp_path / "b.bin")
    assert (tmp_path / "a.txt").read_bytes() == "é\nb\n".encode()
    assert (tmp_path / "b.bin").read_bytes() == b"\x00\xff"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.bin"]


@posix
def test_permissions_follow_the_umask_or_the_file_that_was_there(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write("a", tmp_path / "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    (tmp_path / "new").chmod(0o604)
    write("b", tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o604


@posix
def test_a_link_keeps_pointing_where_it_did(tmp_path: Path) -> None:
    target = tmp_path / "folder" / "target"
    target.parent.mkdir()
    link = tmp_path / "link"
    link.symlink_to(target)
    write("a", link)
    assert link.is_symlink()
    assert target.read_text() == "a"


def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    seen = []
    sync = os.fsync

    def look(descriptor: int) -> None:
        seen.append(path.read_text())
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    write("new", path)
    assert seen == ["old"]
    assert path.read_text() == "new"


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_half_way_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")

    def fail(descriptor: int) -> None:
        raise stop

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((SalesmetricsError, KeyboardInterrupt)) as caught:
        write("new", path)
    if isinstance(caught.value, SalesmetricsError):
        assert caught.value.code == "output_unwritable"
        assert "no space left on device" in caught.value.message
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]
    assert path.read_text() == "old"


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "missing" / "a.json", tmp_path / "file" / "a.json"):
        with pytest.raises(SalesmetricsError) as caught:
            write("x", path)
        assert caught.value.code == "output_unwritable"
        assert str(path) in caught.value.message
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@posix
@not_root
def test_a_protected_file_and_a_protected_folder_are_respected(tmp_path: Path) -> None:
    protected = tmp_path / "a"
    protected.write_text("old")
    protected.chmod(0o444)
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o555)
    for path in (protected, folder / "b"):
        with pytest.raises(SalesmetricsError):
            write("new", path)
    assert protected.read_text() == "old"


@posix
def test_a_named_pipe_is_written_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write("hello\n", pipe)
    reader.join(timeout=10)
    assert got == [b"hello\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_standard_output_gets_bytes_without_translation() -> None:
    binary = io.BytesIO()
    stdout = io.TextIOWrapper(binary, encoding="ascii", newline="\r\n")
    for path in (None, "-", "/dev/stdout"):
        write_output("é\n", path, stdout)
    assert binary.getvalue() == "é\n".encode() * 3
    write_output("é王\n", None, stdout, encoding="latin-1")
    assert binary.getvalue().endswith(b"\xe9\\u738b\n")


def test_a_text_stream_without_bytes_below_it_works_too() -> None:
    stdout = io.StringIO()
    write_output("é\n", None, stdout)
    assert stdout.getvalue() == "é\n"


def test_no_standard_output_at_all() -> None:
    with pytest.raises(SalesmetricsError, match="standard output is closed"):
        write_output("x", None, None)


SCRIPT = """
import sys
from salesmetrics.errors import SalesmetricsError
from salesmetrics.render.output import ReaderGone, write_output
try:
    write_output("x" * 1_000_000, None, sys.stdout)
except ReaderGone:
    sys.exit(10)
except SalesmetricsError as error:
    print(error.code, file=sys.stderr)
    sys.exit(11)
"""


@posix
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_that_is_read_to_its_end_gets_everything(unbuffered: str) -> None:
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True, env=environment)
    assert len(done.stdout) == 1_000_000


@posix
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_closed_pipe_is_quiet(unbuffered: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    with process:
        talk = process.stderr.read()
    assert (process.returncode, talk) == (10, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110
def test_a_full_disk_is_one_error_and_no_traceback() -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run([sys.executable, "-c", SCRIPT], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (11, b"output_unwritable\n")
    with pytest.raises(SalesmetricsError, match="no space left"):
        write("x", "/dev/full")


@posix
def test_a_pipe_named_as_a_file_that_closes_is_quiet(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: pipe.open("rb").close())
    reader.start()
    with pytest.raises(ReaderGone):
        write("x" * 10_000_000, pipe)
    reader.join(timeout=10)


def test_formats_by_extension() -> None:
    known = {"a.json": "json", "b.CSV": "csv", "c.md": "md", "d.markdown": "md", "out/e.txt": "table"}
    known |= {"f.html": "html", "g.htm": "html", "h.xlsx": "xlsx", "i.eml": "mail"}
    assert {path: format_of(path) for path in known} == known
    assert set(known.values()) == set(WRITERS)
    for path in ("a", "a.pdf", ".json", "a.json.gz"):
        with pytest.raises(SalesmetricsError) as caught:
            format_of(path)
        assert caught.value.code == "format_unknown"
        endings = {ending for writer in WRITERS.values() for ending in writer.extensions}
        assert all(form in caught.value.hint for form in (*WRITERS, *endings))


def test_a_folder_is_called_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SalesmetricsError, match="is a folder, not a file"):
        format_of(str(tmp_path))
    (tmp_path / "report.html").mkdir()
    with pytest.raises(SalesmetricsError, match="is a folder, not a file"):
        write_output("text", str(tmp_path / "report.html"), None)


def test_signs_that_an_encoding_lacks() -> None:
    assert not needs_ascii("UTF-8")
    assert not needs_ascii("gb18030")
    for encoding in ("ascii", "latin-1", "cp1252", "nonsense", None):
        assert needs_ascii(encoding)


@pytest.mark.parametrize(("name", "rich"), [("json", False), ("csv", False), ("md", False), ("table", True)])
def test_only_the_table_waits_for_rich(name: str, rich: bool) -> None:
    code = (
        "import sys; from report_fixture import total_report; from salesmetrics.render.writers import render;"
        f"render(total_report(), {name!r}); print('rich' in sys.modules)"
    )
    here = os.path.dirname(__file__)  # noqa: PTH120
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(rich)
