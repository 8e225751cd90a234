"""Calls in Python over all functions: each form is that of the command, copies are whole, and what cannot be is refused in words."""

from __future__ import annotations

import copy
import pickle
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import salesmetrics
from effort import in_turn
from in_process import invoke
from salesmetrics import asking
from salesmetrics.errors import SalesmetricsError
from salesmetrics.render.writers import WRITERS, forms_of
from salesmetrics.settings.options import Reading, Selection, options_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EXAMPLES = Path(__file__).parent.parent / "examples"
DEALS, STAGES, LATER = "deals-2026-09-23.csv", "stages.csv", "deals-2026-09-30.csv"
FUNCTIONS = [name for name in salesmetrics.__all__ if name not in {"Result", "__version__", "load", "report_on"}]

CALLS: list[tuple[str, Sequence[str | Path], dict[str, Any]]] = [
    ("report", (Path(DEALS),), {"sections": "kpis,trend,losses"}),
    ("report", (DEALS,), {"by": "owner", "period": "2025", "goal": "win_rate>=0.4", "sections": "kpis,segments"}),
    ("trend", ("win_rate", DEALS), {"every": "quarter"}),
    ("compare", (DEALS, LATER), {"by": "owner"}),
    ("compare", (Path(DEALS), Path(LATER)), {"rows": "end"}),
    ("funnel", (Path(DEALS), STAGES), {"horizon": 60}),
    ("cohort", (DEALS,), {"every": "quarter"}),
    ("forecast", (DEALS,), {"period": "2026-Q4", "draws": 50, "target": 900_000}),
    ("benchmark", (DEALS,), {"by": "team", "kpi": "revenue"}),
    ("losses", (DEALS,), {"merge_reason": {"Timing": "Price"}}),
    ("rows", ("lost_deals", DEALS), {"top": 5}),
    ("explain", ("win_rate",), {}),
    ("explain", ("win_rate", DEALS), {"period": "2026"}),
    ("check", (DEALS,), {"date_order": "dmy"}),
    ("inspect", (DEALS,), {"won": "Contract sent"}),
    ("demo", (Path("samples"),), {}),
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


def typed(name: str, words: Sequence[str | Path], options: dict[str, Any], form: str) -> list[str]:
    """The command that says the same; it takes sections for a form that has some."""
    line = [name, *map(str, words)]
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
    name: str, words: Sequence[str | Path], options: dict[str, Any], tmp_path: Path
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
        assert ours.read_bytes() == theirs.read_bytes(), form
        if form in in_turn(list(WRITERS), len(words)):  # what it is drawn from is equal, as was asserted
            copied.save(str(again))
            assert ours.read_bytes() == again.read_bytes(), form


def _emptied(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


# --- what is wrong ---

ODD = [
    3,
    -1,
    1.5,
    float("nan"),
    True,
    b"x",
    object(),
    [],
    {},
    {"a": 1},
    ["a", None],
    [["a"]],
    "",
    "\0",
    " ",
    date(2026, 1, 1),
    Path("x"),
]
"""What somebody might give for an option by mistake."""


@pytest.mark.parametrize("name", sorted(asking.TAKES))
def test_an_option_takes_whatever_is_given_or_refuses_it_as_its_command_does(name: str) -> None:
    for option in asking.taken(name):
        for value in ODD:
            try:
                asked = asking.ask(name, {option.name: value})
                if Selection in asked.groups:
                    asked.question()
            except SalesmetricsError as refused:
                assert str(refused)  # noqa: PT017 - some of these can be used
                assert refused.hint  # noqa: PT017


@pytest.mark.parametrize("name", sorted({"load", *FUNCTIONS} - {"demo"}))
def test_what_is_no_file_is_refused_in_words(name: str) -> None:
    function = getattr(salesmetrics, name)
    words = ("win_rate",) if name in ("trend", "rows", "explain") else ()
    dataset = salesmetrics.load(Path(DEALS))
    needed = {"benchmark": {"by": "owner"}, "forecast": {"period": "2026-Q4"}}.get(name, {})
    for files, code in (
        ((), "argument_missing"),
        (([DEALS],), "argument_unlike"),
        ((3,), "argument_unlike"),
        ((None,), "argument_unlike"),
        ((b"deals.csv",), "argument_unlike"),
        ((dataset, DEALS), "argument_unlike"),
        ((dataset, dataset), "argument_unlike"),
        ((Path("nowhere.csv"),), "file_not_found"),
        (("a\0b.csv",), "file_not_found"),
    ):
        if files or name != "explain":  # which explains a KPI in general then
            with pytest.raises(SalesmetricsError) as refused:
                function(*words, *files, **needed)
            assert refused.value.code == code
            assert refused.value.hint
    if name not in ("load", "explain"):
        with pytest.raises(SalesmetricsError) as refused:
            function(*words, **needed)
        assert invoke(*typed(name, words, needed, "table"), env={}).stderr.splitlines()[0] == f"error: {refused.value}"


@pytest.mark.parametrize("name", ["trend", "rows", "explain"])
@pytest.mark.parametrize("kpi", [3, None, "", [], ["win_rate", 3], "win_rat"])
def test_what_is_no_kpi_is_refused_in_words(name: str, kpi: Any) -> None:
    with pytest.raises(SalesmetricsError) as refused:
        getattr(salesmetrics, name)(kpi, DEALS)
    assert refused.value.code == (
        "argument_missing" if name == "trend" and not kpi and kpi is not None else "kpi_unknown"
    )
    assert refused.value.hint


def test_no_kpi_is_refused_by_the_command_too() -> None:
    with pytest.raises(SalesmetricsError) as refused:
        salesmetrics.trend(",", DEALS)
    done = invoke("trend", ",", DEALS, env={})
    assert done.stderr.splitlines()[0] == f"error: {refused.value}"


def test_how_to_read_a_dataset_is_refused_by_the_name_of_the_option() -> None:
    dataset = salesmetrics.load(DEALS)
    values = {
        "map": {"amount": "Amount"},
        "currency_symbol": {"kr": "NOK"},
        "date_order": "dmy",
        "decimal": "point",
        "timezone": "UTC",
        "profile": "hubspot",
    }
    for option in options_of(Reading):
        with pytest.raises(SalesmetricsError) as refused:
            salesmetrics.check(dataset, **{option.name: values.get(option.name, "utf-8")})
        assert (refused.value.code, refused.value.details["option"]) == ("option_idle", option.flag)


def test_a_dataset_is_pickled_with_all_that_is_asked_of_it() -> None:
    dataset = salesmetrics.load(DEALS, STAGES)
    for same in (pickle.loads(pickle.dumps(dataset)), copy.deepcopy(dataset)):
        assert salesmetrics.report(same, kpi="win_rate,revenue") == salesmetrics.report(dataset, kpi="win_rate,revenue")


def test_a_refusal_is_pickled_with_its_words() -> None:
    with pytest.raises(SalesmetricsError) as refused:
        salesmetrics.report(DEALS, level=2)
    again = pickle.loads(pickle.dumps(refused.value))
    assert (str(again), again.hint) == (str(refused.value), refused.value.hint)


def test_what_a_result_cannot_do_is_refused_in_words() -> None:
    result = salesmetrics.check(DEALS)
    wrong: list[tuple[Callable[[], object], str]] = [
        (lambda: result.to_polars(3), "option_invalid"),  # type: ignore[arg-type]
        (lambda: result.to_text(0), "option_invalid"),
        (lambda: result.to_text("wide"), "option_invalid"),  # type: ignore[arg-type]
        (lambda: result.to_text(height=-1), "option_invalid"),
        (lambda: result.save(3), "format_unknown"),  # type: ignore[arg-type]
        (lambda: result.save("a\0b.json"), "output_unwritable"),
        (lambda: salesmetrics.demo(3), "argument_unlike"),  # type: ignore[arg-type]
        (lambda: salesmetrics.demo("a\0b"), "output_unwritable"),
    ]
    for call, code in wrong:
        with pytest.raises(SalesmetricsError) as refused:
            call()
        assert refused.value.code == code
        assert refused.value.hint


def test_the_older_form_refuses_in_words() -> None:
    wrong: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((), {}),
        ((3,), {}),
        ((DEALS,), {"kpis": 3}),
        ((DEALS,), {"families": "nothing"}),
        ((DEALS,), {"by": 3}),
        ((DEALS,), {"where": 3}),
        ((DEALS,), {"period": 3}),
        ((DEALS,), {"compare": "before"}),
        ((DEALS,), {"as_of": "soon"}),
        ((DEALS,), {"nothing": 1}),
    ]
    for files, options in wrong:
        with pytest.raises(SalesmetricsError) as refused:
            salesmetrics.report_on(*files, **options)
        assert refused.value.hint
    assert salesmetrics.report_on(Path(DEALS), kpis="win_rate", by="owner").metrics
