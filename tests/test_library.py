"""The library face says what the command says."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

import salesmetrics
from salesmetrics.render.writers import render

pytestmark = pytest.mark.usefixtures("read_once")


DEALS = str(Path(__file__).parent.parent / "examples" / "deals.csv")


def test_it_computes_what_the_command_computes() -> None:
    report = salesmetrics.report_on(DEALS, kpis=["win_rate", "revenue"], by=["region"], period="2026-Q3")
    command = [sys.executable, "-m", "salesmetrics", "report", DEALS, "--kpi", "win_rate,revenue", "--by", "region"]
    command += ["--period", "2026-Q3", "--format", "json", "--no-config"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    assert json.loads(render(report, "json")) == json.loads(done.stdout)


def test_a_dataset_is_read_once_and_reported_many_times() -> None:
    dataset = salesmetrics.load(DEALS)
    whole = salesmetrics.report_on(dataset, kpis=["revenue"])
    early = salesmetrics.report_on(dataset, kpis=["revenue"], as_of=date(2025, 12, 31))
    assert whole.metrics[0].value > early.metrics[0].value


def test_every_table_of_an_archive_carries_the_hash_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("deals.csv", "Deal ID,Stage,Amount\n1,Closed Won,5\n")
        archive.writestr("leads.csv", "Lead ID,Status,Created\n1,New,2026-01-02\n")
    inputs = salesmetrics.load(str(path), DEALS).inputs
    assert [item.kind for item in inputs] == ["deals", "leads", "deals"]
    packed, plain = (hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in (path, DEALS))
    assert [item.sha256 for item in inputs] == [packed, packed, plain]


def test_options_settle_the_reading() -> None:
    dataset = salesmetrics.load(DEALS, won=("Contract sent",))
    assert dataset.frames["deals"].filter(outcome="won").height > 557


def test_nothing_else_is_public() -> None:
    with pytest.raises(AttributeError):
        salesmetrics.nothing  # noqa: B018
