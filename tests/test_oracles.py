"""Every KPI of the catalogue is held to an oracle that shares no code with the package."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import test_kpis_activity
import test_kpis_money
import test_kpis_slippage
from salesmetrics.metrics.catalog import catalog

HERE = Path(__file__).parent
ORACLES = {
    "oracle_company": test_kpis_money.IDS,
    "oracle_activity": test_kpis_activity.IDS,
    "oracle_slippage": test_kpis_slippage.KPIS,
}
"""The ids that the tests against each oracle run over: they fail where one has no value to compare."""


@pytest.mark.parametrize("kpi", catalog().kpis)
def test_every_kpi_has_an_oracle(kpi: str) -> None:
    assert [name for name, ids in ORACLES.items() if kpi in ids], (
        f"`{kpi}` has no oracle: compute it once more in one of {', '.join(f'tests/{name}.py' for name in ORACLES)}, which"
        " import nothing of the package, and add its id to the ids that the tests against it run over"
        " (CONTRIBUTING.md, Add a KPI)"
    )


def test_oracles_are_of_kpis_that_exist() -> None:
    assert {kpi for ids in ORACLES.values() for kpi in ids} <= catalog().kpis.keys()


@pytest.mark.parametrize("path", [*HERE.glob("oracle_*.py"), *HERE.glob("*_world.py")], ids=lambda path: path.stem)
def test_an_oracle_shares_no_code_with_the_package(path: Path) -> None:
    tree = ast.walk(ast.parse(path.read_text("utf-8")))
    imported = {
        name
        for node in tree
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not [name for name in imported if name.partition(".")[0] == "salesmetrics"]
