"""What every script of a fault stands on: small exports, commands that run as processes, and what may be left behind by them.

A script says what it does to a command; here is what must hold whatever it does. The command ends in time. Its exit code is one of
those expected, and none is that of a bug. What it says is in words: no traceback, no panic of a library. Each file that it writes is
the old one or the new one, and nothing else lies beside them.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

PROGRAM = [sys.executable, "-m", "salesmetrics"]
PATIENCE = 240
"""Seconds after which a command counts as hung, on the slowest machine."""
OK, INPUT_ERROR = 0, 2
OLD = "what stood here before\n"
NOISE = re.compile(
    r"Traceback|panicked|Exception ignored|Fatal Python|reentrant|core dumped|^error: unexpected ", re.MULTILINE
)
"""What nobody is to see: words of Python, of Rust, or our own about a bug."""

_STAGES, _OWNERS = ("Closed Won", "Closed Lost", "Proposal"), ("Kim", "Ola", "Zoë")
_HEADER = "Deal ID,Deal name,Stage,Amount,Owner,Create Date,Close Date"
_REJECTED = "R1,Deal R1,Closed Won,much,Kim,2026-01-05,2026-02-04"


def deals(count: int = 60) -> str:
    """An export with one row that is rejected."""
    rows = [
        f"D{i},Deal {i},{_STAGES[i % 3]},{i * 37 % 900 + 1},{_OWNERS[i % 3]},2026-01-{i % 28 + 1:02d},2026-0{i % 3 + 2}-{i % 28 + 1:02d}"
        for i in range(count)
    ]
    return "\n".join([_HEADER, *rows, _REJECTED, ""])


def workbook() -> bytes:
    """The same in a workbook."""
    import xlsxwriter

    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet = book.add_worksheet("Deals")
    for place, line in enumerate(deals().splitlines()):
        sheet.write_row(place, 0, line.split(","))
    book.close()
    return data.getvalue()


def archive() -> bytes:
    """The same in a zip."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("deals.csv", deals())
    return data.getvalue()


@dataclass(frozen=True)
class Done:
    """How a command ended. A negative code is the signal that ended it."""

    code: int
    out: bytes = b""
    err: str = ""


@dataclass
class Ground:
    """Where the trials of a script take place, and what went wrong in them."""

    full: bool = False
    seed: int = 0
    wrong: list[str] = field(default_factory=list)
    trials: int = 0
    _drawn: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._drawn.seed(self.seed)

    @property
    def drawn(self) -> random.Random:
        """Chance, the same in every run with the same seed."""
        return self._drawn

    def some(self, few: int, of: list[Any]) -> list[Any]:
        """All of a list in full, and the first few of it in the short form."""
        return of if self.full else of[:few]

    def check(self, name: str, done: Done, codes: Collection[int] = (OK,), saying: str = "") -> Done:
        """Whether a command ended as it may, and said so in words."""
        self.trials += 1
        if done.code not in codes:
            self.fail(name, f"exit code {done.code}, not one of {sorted(codes)}", done)
        elif found := NOISE.search(done.err):
            self.fail(name, f"it says {found[0]!r}", done)
        elif done.code == INPUT_ERROR and not re.search("^error: ", done.err, re.MULTILINE):
            self.fail(name, "an error without a word", done)
        elif saying not in done.err:
            self.fail(name, f"it does not say {saying!r}", done)
        return done

    def expect(self, name: str, holds: object, said: str = "") -> None:
        """Note what does not hold."""
        if not holds:
            self.fail(name, said or "does not hold")

    def whole(self, name: str, folder: Path, *states: Mapping[str, bytes | None]) -> None:
        """Whether each file of a folder is whole, and none lies there that nobody expects.

        Args:
            name: Of the trial.
            folder: With all in it.
            *states: Files with their bytes, before and after; None for any bytes.
        """
        found = held(folder)
        for path in sorted({*found, *states[0]}):
            allowed = [state.get(path, b"(no such file)") for state in states]
            if None not in allowed and found.get(path, b"(no such file)") not in allowed:
                what = f"{len(found[path])} bytes" if path in found else "gone"
                self.fail(name, f"{path}: {what}, which is neither the old nor the new file")

    def fail(self, name: str, said: str, done: Done | None = None) -> None:
        """Note what went wrong."""
        talk = f"\n    stderr: {done.err.strip()[-1_500:]!r}" if done is not None and done.err.strip() else ""
        self.wrong.append(f"{name}: {said}{talk}")


def held(folder: Path) -> dict[str, bytes]:
    """The files of a folder and of those in it, with their bytes; an empty folder as one without any."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
        if path.is_file() or (path.is_dir() and not any(path.iterdir()))
    }


@contextmanager
def folder(**files: str | bytes) -> Iterator[Path]:
    """A new folder with an export in it, and with other files by their names (``a__csv`` for ``a.csv``)."""
    with tempfile.TemporaryDirectory(prefix="faults-") as made:
        here = Path(made).resolve() / "here"
        here.mkdir()
        (here / "deals.csv").write_text(deals(), "utf-8")
        for name, data in files.items():
            path = here / name.replace("__", ".")
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
        yield here


def around(**changed: str | None) -> dict[str, str]:
    """The variables of a command: those of this process without what would steer it, and with some changed or left out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SALESMETRICS", "LC_", "LANG"))}
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PYTHONUNBUFFERED", "PYTHONVERBOSE"):
        kept.pop(name, None)
    kept["LANG"] = "C.UTF-8"
    kept.update({name: value for name, value in changed.items() if value is not None})
    return {name: value for name, value in kept.items() if name not in changed or changed[name] is not None}


def run(
    *words: str,
    cwd: Path | str | None = None,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    before: Callable[[], object] | None = None,
    program: list[str] | None = None,
    **streams: Any,
) -> Done:
    """Run a command to its end.

    Args:
        *words: What is typed after the name of the program.
        cwd: The folder that it runs in.
        stdin: What is piped in; nothing when left out.
        env: All its variables.
        before: What its process does before the program begins.
        program: What is run instead of the program.
        **streams: Of ``subprocess.run``.
    """
    if "stdin" not in streams:
        streams |= {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
    try:
        done = subprocess.run(
            [*(PROGRAM if program is None else program), *words],
            cwd=cwd,
            env=around() if env is None else dict(env),
            preexec_fn=before,
            timeout=PATIENCE,
            check=False,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
        )
    except PermissionError as error:  # to another user this program does not exist
        return Done(126, b"", str(error))
    except subprocess.TimeoutExpired as late:
        return Done(-99, late.stdout or b"", f"it hangs: {(late.stderr or b'').decode('utf-8', 'replace')}")
    return Done(done.returncode, done.stdout or b"", (done.stderr or b"").decode("utf-8", "replace"))


def ended(process: subprocess.Popen[bytes]) -> Done:
    """How a command that was started by itself ends."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        return Done(-99, out, f"it hangs: {err.decode('utf-8', 'replace')}")
    return Done(process.returncode, out, err.decode("utf-8", "replace"))


def shell(line: str, cwd: Path, env: Mapping[str, str] | None = None) -> Done:
    """Run a line of the shell, in which ``$P`` is the program; its exit code is that of the first command of a pipe."""
    variables = {**(around() if env is None else env), "PYTHON": sys.executable}
    script = 'P() { "$PYTHON" -m salesmetrics "$@"; }; ' + line.replace("$P", "P") + '; exit "${PIPESTATUS[0]}"'
    return run(script, cwd=cwd, env=variables, program=["bash", "-c"])


def play(title: str | None, trials: Callable[[Ground], None]) -> int:
    """Run the trials of a script, print what went wrong, and give the exit code.

    Args:
        title: What the script says about itself.
        trials: They note in the ground what does not hold.
    """
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--full", action="store_true", help="all trials; without it a few, within seconds")
    parser.add_argument("--seed", type=int, default=0, help="of what is left to chance")
    given = parser.parse_args()
    ground = Ground(full=given.full, seed=given.seed)
    began = time.monotonic()
    trials(ground)
    print(*ground.wrong, sep="\n", end="\n" if ground.wrong else "")
    spent = sum(os.times()[2:4])
    print(
        f"{Path(sys.argv[0]).stem}: {ground.trials} trials, {len(ground.wrong)} wrong"
        f" ({time.monotonic() - began:.0f} s, {spent:.1f} s of processor time)"
    )
    return 1 if ground.wrong or not ground.trials else 0
