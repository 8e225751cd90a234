"""What every test can ask for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from golden_file import check_golden

if TYPE_CHECKING:
    from golden_file import Golden


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected files of golden tests")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return partial(check_golden, update=request.config.getoption("--update-golden"))
