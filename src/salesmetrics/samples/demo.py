"""Unpacks the sample exports into a new folder, and lists the commands to try on them."""

from __future__ import annotations

import secrets
import shlex
from importlib.resources import files
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZipFile

from salesmetrics.answers.demo import Demo, SampleFile, Suggestion
from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import told
from salesmetrics.schema.message import Message
from salesmetrics.unfinished import unfinished

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FOLDER", "RESULTS", "TOUR", "Step", "packed_files", "write_demo"]

FOLDER = "salesmetrics-demo"
"""What the folder is called if nobody names one."""
RESULTS = "results"
"""An empty folder within, for what the commands of the tour write: a folder of exports is to hold exports only."""


class Step(NamedTuple):
    """A command of the tour.

    Attributes:
        id: Of the question that it answers.
        words: What is typed after ``salesmetrics``; ``@`` stands before what is in the folder.
        exit_code: What it ends with.
    """

    id: str
    words: tuple[str, ...]
    exit_code: int = 0


def _step(id_: str, line: str, exit_code: int = 0) -> Step:
    return Step(id_, tuple(shlex.split(line)), exit_code)


TOUR: Mapping[str, tuple[Step, ...]] = {
    "first_look": (
        _step("headlines", "report @deals.csv"),
        _step("recognised", "inspect @deals.csv"),
        _step("trust", "check @", exit_code=1),
        _step("everything", "report @ --all"),
    ),
    "who_and_where": (
        _step("teams", "report @deals.csv --by team --period this-quarter --compare previous"),
        _step("different", "benchmark @deals.csv @figures.csv --by owner --kpi win_rate"),
        _step("lost", "losses @deals.csv @stages.csv --period this-quarter --compare previous"),
        _step("overdue", "rows overdue_pipeline @deals.csv --sort value --top 10"),
        _step("definition", "explain win_rate @deals.csv --period this-quarter"),
    ),
    "what_changed": (
        _step("changing", "trend win_rate @deals.csv --every quarter"),
        _step(
            "bridge",
            "compare @weekly/deals-2026-09-09.csv @weekly/deals-2026-09-30.csv @rates.csv --currency EUR",
        ),
        _step("pushed", "report @weekly --kpi push_count,push_days_mean --by owner --period 2026-09"),
        _step("goal", 'report @deals.csv @quotas.csv --kpi revenue,quota_attainment --goal "quota_attainment >= 1"', 1),
    ),
    "what_comes": (
        _step("stuck", "funnel @deals.csv @stages.csv"),
        _step("created", "cohort @deals.csv --every quarter"),
        _step("next_quarter", "forecast @deals.csv @stages.csv --period 2026-Q4 --target 1200000"),
    ),
    "other_crm": (
        _step("partner", "report @bitrix24 --by pipeline"),
        _step("in_euro", "report @bitrix24 @rates.csv --currency EUR"),
    ),
    "for_others": (
        _step("program", "report @deals.csv --kpi win_rate --by team --format json"),
        _step(
            "spreadsheet",
            f"report @deals.csv --kpi revenue --by region --every month --wide --no-total --bom -o @{RESULTS}/revenue.csv",
        ),
        _step("chat", "report @deals.csv --format md"),
        _step("mail", f"report @deals.csv --period this-quarter --compare previous -o @{RESULTS}/report.eml"),
        _step("page", f"report @ --period this-quarter --compare previous -o @{RESULTS}/report.html"),
        _step(
            "workbook", f"report @deals.csv @stages.csv --sections kpis,segments,trend,funnel -o @{RESULTS}/report.xlsx"
        ),
    ),
}
"""By part; the titles of parts and the questions are messages."""


def write_demo(folder: str = FOLDER) -> Demo:
    """Write the sample exports into a new folder; an empty one that exists is filled.

    Args:
        folder: Where; nothing that is there is changed.

    Raises:
        SalesmetricsError: ``demo_folder_taken``, ``demo_folder_is_file`` or ``output_unwritable``; nothing is left behind.
    """
    packed = packed_files()
    try:
        _refuse_taken(folder)
        _write(Path(folder), packed)
    except (OSError, ValueError) as error:  # a name that no system has
        cause = str(getattr(error, "strerror", None) or error).lower()
        raise SalesmetricsError("output_unwritable", path=folder, cause=cause) from error
    found = [
        SampleFile(path=_within(folder, name), name=name, kind=_kind(name), rows=data.count(b"\n") - 1)
        for name, data in packed.items()
    ]
    tour = [
        Suggestion(
            part=part,
            question=told(Message(f"question_{step.id}")),
            command=_command(step, folder),
            exit_code=step.exit_code,
        )
        for part, steps in TOUR.items()
        for step in steps
    ]
    return Demo(folder=folder, files=found, tour=tour)


def packed_files() -> dict[str, bytes]:
    """The sample exports by their names within the folder, those of a folder together."""
    with ZipFile(BytesIO(files(__package__).joinpath("exports.zip").read_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _refuse_taken(folder: str) -> None:
    path = Path(folder)
    is_folder = path.is_dir()
    if is_folder and not any(path.iterdir()):
        return
    if is_folder or path.exists() or path.is_symlink():
        stem = FOLDER if path.name in ("", "..") else path.as_posix()
        free = next(name for number in count(2) if not Path(name := f"{stem}-{number}").exists())
        code = "demo_folder_taken" if is_folder else "demo_folder_is_file"
        raise SalesmetricsError(code, path=folder, free=_quoted(_typed(free)))


def _write(target: Path, packed: Mapping[str, bytes]) -> None:
    """All files, or none of them: they are written beside their place and then moved."""
    exists = target.is_dir()
    part = (target if exists else target.parent) / f".salesmetrics-{secrets.token_hex(8)}.part"
    with unfinished(part) as held:
        part.mkdir()
        (part / RESULTS).mkdir()
        for name, data in packed.items():
            (part / name).parent.mkdir(exist_ok=True)
            (part / name).write_bytes(data)
        if exists:
            # Whoever stands in the folder is to stay in it, so that it is filled and not replaced.
            for entry in sorted(part.iterdir()):
                held.append(target / entry.name)
                entry.rename(held[-1])
            part.rmdir()
        else:
            part.rename(target)


def _kind(name: str) -> str:
    return Path(name).stem.partition("-")[0]


def _command(step: Step, folder: str) -> str:
    words = (_within(folder, word[1:]) if word.startswith("@") else word for word in step.words)
    return " ".join(("salesmetrics", *map(_quoted, words)))


def _within(folder: str, name: str) -> str:
    return _typed((Path(folder) / name).as_posix())


def _typed(path: str) -> str:
    """A path as it is typed: with slashes, which every system takes, and never read as an option."""
    return f"./{path}" if path.startswith("-") else path


def _quoted(word: str) -> str:
    """A word as every shell takes it: in double quotes where it needs some, and in single ones where these would not do.

    >>> print(_quoted("a/b.csv"), _quoted("a b"), _quoted("$a"))
    a/b.csv "a b" '$a'
    """
    quoted = shlex.quote(word)
    return quoted if quoted == word or set(word) & set('"$`\\!') else f'"{word}"'
