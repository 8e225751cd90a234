"""Calls in Python over all functions: each form is that of the command, copies are whole, and what cannot be is refused in words."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import salesmetrics
from in_process import invoke
from salesmetrics.errors import SalesmetricsError
from salesmetrics.render.writers import WRITERS, forms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = Path(__file__).parent.parent / "examples"
DEALS, STAGES, LATER = "deals-2026-09-23.csv", "stages.csv", "deals-2026-09-30.csv"
FUNCTIONS = [name for name in salesmetrics.__all__ if name not in {"Result", "__version__", "load", "report_on"}]

CALLS: list[tuple[str, Sequence[str], dict[str, Any]]] = [
    ("report", (DEALS,), {"sections": "kpis,trend,losses"}),
    ("report", (DEALS,), {"by": "owner", "period": "2025", "goal": "win_rate>=0.4", "sections": "kpis,segments"}),
    ("trend", ("win_rate", DEALS), {"every": "quarter"}),
    ("compare", (DEALS, LATER), {"by": "owner"}),
    ("compare", (DEALS, LATER), {"rows": "end"}),
    ("funnel", (DEALS, STAGES), {"horizon": 60}),
    ("cohort", (DEALS,), {"every": "quarter"}),
    ("forecast", (DEALS,), {"period": "2026-Q4", "draws": 50, "target": 900_000}),
    ("benchmark", (DEALS,), {"by": "team", "kpi": "revenue"}),
    ("losses", (DEALS,), {"merge_reason": {"Timing": "Price"}}),
    ("rows", ("lost_deals", DEALS), {"top": 5}),
    ("explain", ("win_rate",), {}),
    ("explain", ("win_rate", DEALS), {"period": "2026"}),
    ("check", (DEALS,), {"date_order": "dmy"}),
    ("inspect", (DEALS,), {"won": "Contract sent"}),
    ("demo", ("samples",), {}),
]


@pytest.fixture(autouse=True)
def _small_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some deals with their stages, and the same a week later without the first of them."""
    header, *lines = (EXAMPLES / "deals.csv").read_text("utf-8").splitlines()
    kept = lines[::30]
    ids = {line.split(",")[0].strip('"') for line in kept}
    first, *moves = (EXAMPLES / "stages.csv").read_text("utf-8").splitlines()
    files = {
        DEALS: [header, *kept],
        LATER: [header, *kept[3:]],
        STAGES: [first, *(line for line in moves if line.split(",")[0] in ids)],
    }
    for name, rows in files.items():
        (tmp_path / name).write_text("\n".join([*rows, ""]), "utf-8")
    monkeypatch.chdir(tmp_path)


def typed(name: str, words: Sequence[str], options: dict[str, Any], form: str) -> list[str]:
    """The command that says the same; it takes sections for a form that has some."""
    line = [name, *words]
    for option, value in options.items():
        if option == "sections" and WRITERS[form].draws != "page":
            continue
        flag = f"--{option.replace('_', '-')}"
        pairs = value.items() if isinstance(value, dict) else [(value,)]
        line += [word for pair in pairs for word in (flag, "=".join(map(str, pair)))]
    return line


def test_each_function_is_called() -> None:
    assert {name for name, _, _ in CALLS} == set(FUNCTIONS)


@pytest.mark.parametrize(("name", "words", "options"), CALLS, ids=lambda value: str(value)[:20])
def test_a_result_is_saved_in_each_form_as_its_command_writes_it(
    name: str, words: Sequence[str], options: dict[str, Any], tmp_path: Path
) -> None:
    result = getattr(salesmetrics, name)(*words, **options)
    copied = pickle.loads(pickle.dumps(result))
    assert copied == result == copy.copy(result) == copy.deepcopy(result)
    for form, writer in WRITERS.items():
        ours, again, theirs = (tmp_path / f"{which}{writer.extensions[0]}" for which in ("ours", "again", "theirs"))
        if name == "demo":
            _emptied(Path("samples"))
        done = invoke(*typed(name, words, options, form), "-o", str(theirs), env={})
        if form not in forms_of(type(result.answer)):
            with pytest.raises(SalesmetricsError) as refused:
                result.save(ours)
            assert done.stderr.splitlines()[0] == f"error: {refused.value}"
            assert not ours.exists()
            continue
        assert done.returncode in (0, 1), done.stderr
        result.save(ours)
        copied.save(str(again))
        assert ours.read_bytes() == again.read_bytes() == theirs.read_bytes(), form


def _emptied(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
