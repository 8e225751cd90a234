"""What every test can ask for."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from effort import FULL, QUICK
from golden_file import check_golden

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from golden_file import Golden


CHROMIUM = Path("/usr/bin/chromium")
REALDATA = Path(__file__).parent.parent.parent / "shared" / "realdata"

collect_ignore_glob = ["cases/*"]  # files that cases bring along, some of them broken on purpose

# What a screen holds depends on its size, and that of the terminal in which the tests run is none of their business.
for _name in ("COLUMNS", "LINES"):
    os.environ.pop(_name, None)

# Where two processes test on two cores, more threads in each only wait for one another. Tests of threads start processes with their own.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("POLARS_MAX_THREADS", "1")

# The whole suite has to fit into ten minutes on two slow cores; how much a test is tried that says a number itself, effort.py says.
settings.register_profile(FULL, deadline=None, derandomize=True, max_examples=60)
settings.register_profile(QUICK, deadline=None, derandomize=True, max_examples=20)
settings.load_profile(QUICK)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected files of golden tests")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return partial(check_golden, update=request.config.getoption("--update-golden"))


@pytest.fixture(scope="module")
def read_once() -> Iterator[None]:
    """Functions of Python read files once within a module, as commands do anyway."""
    from read_once import reading_once

    with reading_once():
        yield


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real exports; tests that need it are skipped where it is not at hand."""
    if not REALDATA.is_dir():
        pytest.skip("no real exports here")
    return REALDATA


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process, which can have no second; without it they are skipped."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    quiet = ["disable-gpu", "disable-quic", "disable-dev-shm-usage", "disable-background-networking", "disable-sync"]
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--no-first-run", *(f"--{word}" for word in quiet)]
        )
        yield browser
        browser.close()
