"""No name of a person, a company, a contact, a deal or a file is in anything that a command writes while names are hidden.

The names of ``planted.py`` occur nowhere else, so four letters of one are enough to see it.
"""

from __future__ import annotations

import email
import html
import io
import json
import pickle
import zipfile
from email import policy
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

import salesmetrics
import untidy
from effort import in_turn
from in_process import invoke
from planted import NAMES, World, leaks, planted_world
from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "a key that only this test knows"
HIDE = {"pseudonymize": ["--pseudonymize"], "no_names": ["--no-names"]}
PAGES = ["html", "xlsx", "eml"]
FORMS = {"pseudonymize": ["table", "csv", "json", "md", *PAGES], "no_names": ["table", "json", "eml"]}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return planted_world(tmp_path_factory.mktemp("world"))


def told(folder: Path, *words: str, hidden: bool = True) -> str:
    """All that a command tells: what it prints, and every file that it writes to the folder ``out``."""
    out = folder / "out"
    out.mkdir(exist_ok=True)
    env = {"COLUMNS": "250", "HOME": str(folder), "PATH": "", **({"SALESMETRICS_KEY": KEY} if hidden else {})}
    done = invoke(*words, cwd=folder, env=env)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1, 2), done.stderr
    parts = [done.stdout, done.stderr]
    for path in sorted(out.iterdir()):
        parts.append(_decoded(path.suffix, path.read_bytes()))
        path.unlink()
    return "\n".join([*parts, html.unescape(done.stdout), *_unescaped(done.stdout)])


def _decoded(suffix: str, data: bytes) -> str:
    """A file as whoever opens it reads it."""
    if suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            inside = [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
            return "\n".join([*book.namelist(), *inside])
    if suffix == ".eml":
        return "\n".join(_of_mail(data))
    text = data.decode("utf-8", "replace")
    return "\n".join([text, html.unescape(text), *_unescaped(text)])


def _of_mail(data: bytes) -> Iterator[str]:
    message = email.message_from_bytes(data, policy=policy.default)
    for part in message.walk():
        yield from (f"{name}: {value}" for name, value in part.items())
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        yield _decoded(".html", payload)


def _unescaped(text: str) -> list[str]:
    """JSON without escapes."""
    try:
        return [json.dumps(json.loads(text), ensure_ascii=False)]
    except ValueError:
        return []


def _shown(text: str) -> str:
    """Where the first names are, for whoever mends it."""
    places = [text.index(found) for found in dict.fromkeys(leaks(text))][:6]
    return "\n".join(text[max(0, place - 90) : place + 60].replace("\n", "⏎") for place in places)


def hold(text: str) -> None:
    """Nothing of a name is in a text."""
    assert not leaks(text), _shown(text)


# --- every command and every form, on tidy files ---

OVER = ["deals", "stages", "quotas", "leads", "reps"]

COMMANDS = {
    "report": ["report", *OVER],
    "report_by_owner": ["report", "deals", "quotas", "--by", "owner", "--all"],
    "report_by_team": ["report", "deals", "--by", "team", "--kpi", "win_rate,revenue"],
    "trend": ["trend", "win_rate,revenue", "deals", "--by", "owner"],
    "rows": ["rows", "win_rate", "deals", "stages", "--all"],
    "rows_of_activities": ["rows", "calls", "activities", "deals"],
    "explain": ["explain", "win_rate", "deals"],
    "check": ["check"],
    "inspect": ["inspect"],
    "funnel": ["funnel", "deals", "stages", "--by", "owner"],
    "cohort": ["cohort", "deals", "--every", "quarter", "--by", "owner"],
    "forecast": ["forecast", "deals", "stages", "quotas", "--period", "2026-Q1"],
    "benchmark": ["benchmark", "deals", "--by", "owner"],
    "losses": ["losses", "deals", "--by", "owner"],
    "losses_behind": ["losses", "deals", "--rows", "reason:Price"],
}


def words_of(world: World, name: str) -> list[str]:
    given = COMMANDS[name]
    return (
        given + world.everything
        if len(given) == 1
        else [world.typed(word)[0] if word in world.files else word for word in given]
    )


@pytest.mark.parametrize("hide", HIDE)
@pytest.mark.parametrize("name", COMMANDS)
def test_no_form_of_a_command_tells_a_name(world: World, name: str, hide: str) -> None:
    words = [*words_of(world, name), *HIDE[hide]]
    # A page of a report has all analyses in it, whatever it is grouped by.
    forms = ["table", "json", "csv"] if name.startswith("report_by") else FORMS[hide]
    for form in in_turn(forms, list(COMMANDS).index(name) + list(HIDE).index(hide)):
        to = ["-o", f"out/x.{form}"] if form in PAGES else ["--format", form]
        hold(told(world.folder, *words, *to, "-v"))


def test_github(world: World) -> None:
    hold(told(world.folder, "check", *world.everything, "--github", "--pseudonymize"))


@pytest.mark.parametrize("hide", HIDE)
def test_settings_that_init_writes_tell_no_name(world: World, hide: str) -> None:
    hold(told(world.folder, "init", *world.everything, *HIDE[hide], "-o", "out/salesmetrics.toml"))


def test_without_the_option_the_names_are_told(world: World) -> None:
    """Or nothing that this file asserts would say anything."""
    found = "\n".join(
        told(world.folder, *words_of(world, name), "--format", form, hidden=False)
        for name in ("check", "rows", "report_by_owner", "inspect")
        for form in ("table", "json")
    )
    for some in (NAMES.owners, NAMES.accounts, NAMES.deals, NAMES.files[:15], (NAMES.folder,)):
        assert any(name in found for name in some), some


# --- in Python ---


def in_python(hide: str) -> dict[str, Any]:
    return {"pseudonymize": True, "key": KEY} if hide == "pseudonymize" else {"no_names": True}


@pytest.mark.parametrize("hide", HIDE)
def test_no_result_in_python_tells_a_name(world: World, hide: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world.folder)
    files = world.typed("deals", "stages", "quotas", "customers")
    dataset = salesmetrics.load(*files, **in_python(hide))
    hold(repr((dataset.inputs, dataset.findings, dataset.files, dataset.names, dataset.options)))
    for frame in dataset.frames.values():
        hold(frame.write_csv())
    hold(pickle.dumps(dataset).decode("latin-1"))
    results: list[salesmetrics.Result[Any]] = [
        salesmetrics.report(dataset),
        salesmetrics.check(dataset),
        salesmetrics.inspect(dataset),
        salesmetrics.rows("win_rate", dataset),
        salesmetrics.funnel(dataset),
        salesmetrics.losses(dataset),
        salesmetrics.forecast(dataset, period="2026-Q1"),
        salesmetrics.check(*files, **in_python(hide)),
        salesmetrics.rows("win_rate", *files, **in_python(hide)),
    ]
    for result in results:
        hold(repr(result.answer))
        hold("\n".join([result.to_json(), result.to_text(), result.to_markdown(), repr(result)]))
        for table in result.tables:
            hold(result.to_polars(table).write_ndjson())


REFUSED: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
    ("report", (f"{NAMES.files[20]}.csv",), {}),
    ("report", ("deals",), {"where": f"no_column = '{NAMES.owners[0]}'"}),
    ("report", ("deals",), {"by": NAMES.owners[0]}),
    ("report", ("deals",), {"period": NAMES.owners[0]}),
    ("report", ("deals",), {"by": "team", "sort": NAMES.owners[0]}),
    ("report", ("deals",), {NAMES.owners[0].split()[0]: 1}),
    ("report", ("deals",), {"map": {"owner": NAMES.owners[0]}}),
    ("losses", ("deals",), {"rows": f"reason:{NAMES.owners[0]}"}),
    ("inspect", (NAMES.folder + "/none",), {}),
]


@pytest.mark.parametrize("hide", HIDE)
@pytest.mark.parametrize(("function", "files", "options"), REFUSED)
def test_no_exception_in_python_tells_a_name(
    world: World,
    function: str,
    files: tuple[str, ...],
    options: dict[str, Any],
    hide: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(world.folder)
    given = [world.typed(file)[0] if file in world.files else file for file in files]
    with pytest.raises(SalesmetricsError) as plain:
        getattr(salesmetrics, function)(*given, **options)
    assert leaks(f"{plain.value.message} {plain.value.hint} {plain.value.details}")
    with pytest.raises(SalesmetricsError) as refused:
        getattr(salesmetrics, function)(*given, **options, **in_python(hide))
    error = refused.value
    hold(f"{error} {error.message} {error.hint} {error.details} {error.args}")
    assert error.__cause__ is error.__context__ is None


@pytest.mark.parametrize("hide", HIDE)
def test_nothing_that_is_asked_of_a_hidden_dataset_tells_a_name(
    world: World, hide: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only its reading was asked to hide names."""
    monkeypatch.chdir(world.folder)
    dataset, name = salesmetrics.load(*world.typed("deals"), **in_python(hide)), NAMES.owners[0]
    asked: list[dict[str, Any]] = [
        {"by": name},
        {"period": name},
        {"as_of": name},
        {name.split()[0]: 1},
        {"where": f"no_column = '{name}'"},
        {"config": f"no {name}.toml"},
    ]
    for options in asked:
        with pytest.raises(SalesmetricsError) as refused:
            salesmetrics.report(dataset, **options)
        error = refused.value
        hold(f"{error} {error.message} {error.hint} {error.details} {error.args}")
        assert error.__cause__ is error.__context__ is None
    config = world.folder / f"{name}.toml"
    config.write_text(f'[losses]\nreasons = {{ "{name}" = "Price" }}\n[read]\ndecimal = "point"\n', "utf-8")
    for result in (
        salesmetrics.losses(dataset, config=str(config)),
        salesmetrics.check(dataset, config=str(config)),
        salesmetrics.inspect(dataset, config=str(config)),
    ):
        assert json.loads(result.to_json())["filters"]["settings_file"]
        hold(result.to_json() + result.to_text())


# --- a fault of ours ---


@pytest.mark.parametrize("words", [["--pseudonymize"], ["--no-names", "--debug"], ["--pseudonymize", "--debug", "-v"]])
def test_a_fault_of_ours_tells_its_type_alone(world: World, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(NAMES.owners[0])

    monkeypatch.setattr("salesmetrics.pipeline.report", broken)
    done = invoke("report", *world.typed("deals"), *words, cwd=world.folder, env={"SALESMETRICS_KEY": KEY})
    assert done.returncode == 3
    assert "RuntimeError" in done.stderr
    hold(done.stdout + done.stderr)
    plain = invoke("report", *world.typed("deals"), cwd=world.folder, env={})
    assert leaks(plain.stderr)


# --- files that are untidy in every way ---


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, untidy.Case]:
    return untidy.written_cases(tmp_path_factory.mktemp("untidy"))


@pytest.mark.parametrize("name", untidy.CASES)
def test_no_finding_error_or_rejected_row_tells_a_name(cases: dict[str, untidy.Case], name: str) -> None:
    case = cases[name]
    for i, words in enumerate(case.commands):
        if words in in_turn(case.commands, list(untidy.CASES).index(name)) or i == 0:
            hold(told(case.folder, *words, "--pseudonymize"))
        if i % 4 == 0:  # what hides is the same, and shows less
            hold(told(case.folder, *words, "--no-names"))


def test_without_the_option_untidy_files_tell_names(cases: dict[str, untidy.Case]) -> None:
    silent = [
        name
        for name, case in cases.items()
        if not any(leaks(told(case.folder, *words, hidden=False)) for words in case.commands)
    ]
    assert not silent
    assert list(chain(cases)) == list(untidy.CASES)
