"""The scripts by hand that the benchmark runs beside salesmetrics: the same numbers, so that only times differ (`tests/benchmark`)."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from in_process import invoke

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

BENCHMARK = Path(__file__).parent / "benchmark"
ROWS = 2_000
HOW_MANY = {"report": 26, "owner": 9 * 60, "trend": 3 * 69, "compare": 20}


class Modules:
    """Those of the benchmark, which import one another by their names alone."""

    def __getattr__(self, name: str) -> ModuleType:
        return importlib.import_module(name)


@pytest.fixture(scope="module")
def benchmark() -> Iterator[Modules]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARK)
        yield Modules()
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(BENCHMARK)) and name != "conftest":
            del sys.modules[name]


@pytest.fixture(scope="module")
def exports(benchmark: Modules, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("rivals")
    deals, old, new = (str(folder / f"deals{day}.csv") for day in ("", "-2026-09-23", "-2026-09-30"))
    benchmark.made_up_deals.write(deals, ROWS)
    benchmark.made_up_deals.write_two(old, new, ROWS)
    return {"report": [deals], "owner": [deals], "trend": [deals], "compare": [old, new]}


def asked(benchmark: Modules, question: str, paths: list[str]) -> dict[tuple[str, ...], float]:
    """What salesmetrics answers."""
    done = invoke(*benchmark.rivals.salesmetrics(question, paths)[3:])
    assert done.returncode == 0, done.stderr
    found: dict[tuple[str, ...], float] = benchmark.rivals.numbers_of(question, json.loads(done.stdout))
    return found


@pytest.mark.parametrize("question", HOW_MANY)
def test_scripts_by_hand_give_the_same_numbers(
    benchmark: Modules, exports: dict[str, list[str]], question: str
) -> None:
    ours = asked(benchmark, question, exports[question])
    assert len(ours) == HOW_MANY[question]
    for script in (benchmark.by_hand_polars, benchmark.by_hand_streaming, benchmark.by_hand_duckdb):
        theirs = benchmark.rivals.by_key(script.answer(question, exports[question]))
        assert theirs.keys() == ours.keys()
        assert benchmark.rivals.disagreements(ours, theirs) == []


def test_a_number_that_differs_is_named(benchmark: Modules) -> None:
    ours = {("Ann", "won_deals"): 3.0, ("Ann", "revenue"): 10.0}
    theirs = {("Ann", "won_deals"): 4.0, ("Ann", "revenue"): 10.004, ("Bo", "won_deals"): 1.0}
    assert benchmark.rivals.disagreements(ours, theirs) == [
        "Bo won_deals: not in the answer of salesmetrics",
        "Ann won_deals: 4.0 instead of 3.0",
    ]


@pytest.mark.parametrize("name", ["rivals", "growth", "growth in Parquet"])
def test_the_page_has_a_place_for_what_is_measured(
    benchmark: Modules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    page = benchmark.page
    copy = tmp_path / "performance.md"
    copy.write_text(page.PAGE.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(page, "PAGE", copy)
    page.shown(name, "measured anew", write=True)
    assert f"<!-- {name} -->\n\nmeasured anew\n\n<!-- /{name} -->\n" in copy.read_text("utf-8")


def test_files_in_pieces_and_in_parquet(benchmark: Modules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Growth is measured with both: as many deals as asked for, each once, and one answer from both forms."""
    monkeypatch.setattr(benchmark.made_up_deals, "PIECE", 400)
    paths = [str(tmp_path / f"deals.{ending}") for ending in ("csv", "parquet")]
    for path in paths:
        benchmark.made_up_deals.write(path, 1_000)
    text, typed = pl.read_csv(paths[0], infer_schema=False), pl.read_parquet(paths[1])
    assert text["Record ID"].to_list() == typed["Record ID"].to_list()
    assert text["Record ID"].n_unique() == 1_000
    answers: list[Any] = [asked(benchmark, "report", [path]) for path in paths]
    answers += [
        benchmark.rivals.by_key(script.answer("report", [paths[1]]))
        for script in (benchmark.by_hand_streaming, benchmark.by_hand_duckdb)
    ]
    assert all(benchmark.rivals.disagreements(answers[0], other) == [] for other in answers[1:])
