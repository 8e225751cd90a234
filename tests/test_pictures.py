"""The pictures of the documentation: all made by `docs/pictures.py`, each shown beside the command that it is of."""

from __future__ import annotations

import re
import shlex
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from in_process import invoke

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>[^)]*)\)")
RUN_BY_THEIR_PAGES = {"README.md", "quickstart.md", "reports.md", "questions.md"}


def script() -> ModuleType:
    spec = spec_from_file_location("pictures", DOCS / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PICTURES = {picture.name: picture for picture in script().PICTURES}


class Shown(NamedTuple):
    page: Path
    alt: str
    path: str

    @property
    def name(self) -> str:
        return Path(self.path).stem


SHOWN = [
    Shown(page, found["alt"], found["path"])
    for page in (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))
    for found in IMAGE.finditer(page.read_text("utf-8"))
]


def test_the_files_are_those_of_the_script() -> None:
    assert sorted(path.name for path in (DOCS / "pictures").iterdir()) == sorted(f"{name}.png" for name in PICTURES)


def test_every_picture_is_shown_with_its_description() -> None:
    assert {(shown.name, shown.alt) for shown in SHOWN} == {(name, each.alt) for name, each in PICTURES.items()}
    for shown in SHOWN:
        assert (shown.page.parent / shown.path).resolve() == DOCS / "pictures" / f"{shown.name}.png"


def test_a_page_prints_the_command_of_each_picture() -> None:
    texts = {shown.page: shown.page.read_text("utf-8") for shown in SHOWN}
    missing = [
        (shown.page.name, shown.name) for shown in SHOWN if PICTURES[shown.name].command not in texts[shown.page]
    ]
    assert missing == []


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (DOCS / "pictures").iterdir()}
    assert {name: size for name, size in sizes.items() if size > 150_000} == {}
    assert sum(sizes.values()) < 1_500_000


def test_the_commands_that_no_page_runs_work(tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples", target_is_directory=True)
    run = {PICTURES[shown.name].command for shown in SHOWN if shown.page.name in RUN_BY_THEIR_PAGES}
    for command in sorted({picture.command for picture in PICTURES.values()} - run):
        done = invoke(*shlex.split(command)[1:], cwd=tmp_path, env={"HOME": "/nonexistent"})
        assert done.returncode == 0, f"{command}\n{done.stderr}"
