"""What CONTRIBUTING.md promises: a KPI and a CRM are added by the files that it names (a format and a command: test_answers.py)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

import salesmetrics
from salesmetrics.ingest.recognise import profile
from salesmetrics.metrics.catalog import catalog
from synthetic_export import profiles_anew

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_every_place_that_the_page_names_is_there() -> None:
    named = {name for name in re.findall(r"`((?:src|tests|docs)/[\w./]+)`", PAGE) if "<" not in name}
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert len(named) > 10


def test_every_target_that_the_page_names_is_one_of_make() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", PAGE, re.MULTILINE))
    assert named <= targets
    assert {"golden", "install", "lint", "test"} <= named
    assert len(targets - {"help"}) == 13


def test_every_room_is_on_the_page() -> None:
    rooms = {path.name for path in (ROOT / "src/salesmetrics").iterdir() if (path / "__init__.py").exists()}
    assert {room for room in rooms if f"`{room}/`" not in PAGE} == set()


TOY_KPI = '''
from salesmetrics.metrics.definition import Number, Ratio, Shape, kpi


@kpi(
    title="Losses per win",
    family="conversion",
    unit="x",
    direction="lower",
    formula="lost deals / won deals",
    basis="closed",
    source="a toy",
)
def losses_per_win(lost_deals: Number, won_deals: Number) -> Shape:
    """Deals lost for each that was won.

    >>> losses_per_win(70, 30)
    2.3333333333333335
    """
    return Ratio(lost_deals, won_deals)
'''


def test_a_kpi_is_one_function() -> None:
    module = ModuleType("toy_kpi")
    exec(compile(TOY_KPI, "toy_kpi.py", "exec", dont_inherit=True), vars(module))
    known = catalog().with_modules([module])
    deals = str(ROOT / "examples/deals.csv")
    metrics = {
        (metric.id, *metric.group.values()): metric.value
        for metric in salesmetrics.report_on(
            deals, kpis=("losses_per_win", "lost_deals", "won_deals"), by=("region",), known=known
        ).metrics
    }
    groups = [key[1:] for key in metrics if key[0] == "losses_per_win"]
    assert len(groups) > 2
    for group in groups:
        lost, won = metrics["lost_deals", *group], metrics["won_deals", *group]
        assert metrics["losses_per_win", *group] == (lost / won if won else None)


TOY_CRM = """
    name = "toycrm"
    title = "ToyCRM"
    verified = "unverified"

    [[kind.deals]]
    hallmarks = "toy ref"
    unverified = "*"

    [kind.deals.columns]
    id = "toy ref"
    stage = "where it stands"
    amount = "worth of it"
    close_date = "done on"

    [word.deals]
    won = "hooray"
    lost = "alas"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the profiles, as a copy that a test may add to."""
    shutil.copytree(profile._FOLDER / "profiles", tmp_path / "profiles")
    shutil.copytree(profile._FOLDER / "languages", tmp_path / "languages")
    monkeypatch.setattr(profile, "_FOLDER", tmp_path)
    profiles_anew()
    yield tmp_path / "profiles"
    monkeypatch.undo()
    profiles_anew()


def test_a_crm_is_one_file(folder: Path, tmp_path: Path) -> None:
    (folder / "toycrm.toml").write_text(dedent(TOY_CRM), "utf-8")
    profiles_anew()
    export = tmp_path / "deals.csv"
    export.write_text("Toy Ref,Where it stands,Worth of it,Done on\n1,Hooray,100,2026-01-05\n2,Alas,50,2026-01-06\n")
    dataset = salesmetrics.load(str(export))
    assert [file.profile for file in dataset.inputs] == ["toycrm"]
    assert dataset.frames["deals"].get_column("outcome").to_list() == ["won", "lost"]
