"""Tab in bash, zsh and fish: every option whose values are known offers them, and what a file holds runs in no shell."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from in_process import invoke
from salesmetrics.cli.app import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parent.parent / "examples"
VARIABLE = "_SALESMETRICS_COMPLETE"

KNOWN = {
    "--by": ("owne", "owner"),
    "--color": ("al", "always"),
    "--columns": ("loss_r", "loss_reason"),
    "--compare": ("year", "year-ago"),
    "--currency": ("SE", "SEK"),
    "--currency-symbol": ("kr=SE", "kr=SEK"),
    "--date-order": ("m", "mdy"),
    "--decimal": ("c", "comma"),
    "--delimiter": ("t", "tab"),
    "--encoding": ("cp1251", "cp1251"),
    "--every": ("q", "quarter"),
    "--family": ("conversion,s", "conversion,speed"),
    "--format": ("js", "json"),
    "--goal": ("win_r", "win_rate"),
    "--horizon": ("9", "90"),
    "--key": ("ra", "random"),
    "--kpi": ("revenue,win_r", "revenue,win_rate"),
    "--level": ("0.99", "0.99"),
    "--lang": ("zh-Han", "zh-Hans"),
    "--locale": ("pt-B", "pt-BR"),
    "--map": ("created=Create", "created=Create Date"),
    "--lost": ("Closed l", "Closed lost"),
    "--max-age": ("4", "4d"),
    "--engine": ("sp", "spark"),
    "--master": ("ya", "yarn"),
    "--memory": ("50", "500MB"),
    "--merge-reason": ("price=Pri", "price=Price"),
    "--of": ("le", "leads"),
    "--open": ("Pres", "Presentation scheduled"),
    "--other": ("Vo", "Void"),
    "--won": ("Closed w", "Closed won"),
    "--as-of": ("to", "today"),
    "--period": ("last-fiscal-y", "last-fiscal-year"),
    "--profile": ("hub", "hubspot"),
    "--sections": ("kpis,tre", "kpis,trend"),
    "--timezone": ("Europe/Berl", "Europe/Berlin"),
}
"""What is typed so far, and one of the words that are offered."""
CELLS = {
    "compare": ("pushed", "pushed_out"),
    "forecast": ("overd", "overdue"),
    "funnel": ("Presentation scheduled:st", "Presentation scheduled:stuck"),
    "losses": ("Pri", "Price"),
}
"""What is typed of a cell behind ``--rows``, and what is offered."""
SORTED = {"rows": ("Deal S", "Deal Stage"), "report": ("win_rate:", "win_rate:asc"), "trend": ("win_r", "win_rate")}
OPEN = {
    *("--where", "--top", "--min-n", "--search", "--on"),
    *("--target", "--seed", "--draws", "--fdr"),
    *("--config", "--output", "--rejects", "--install-completion", "--show-completion"),
}
"""Options of which nothing is known, or whose values are files, which the shell completes."""
ARGUMENTS = {"kpi": ("win_rate_v", "win_rate_value"), "command": ("tre", "trend"), "topic": ("exit", "exit-codes")}
FLAGS = {"--no-config", "--strict", "--no-total", "--wide", "--bom", "--all", "--quiet", "--verbose", "--debug"} | {
    *("--pseudonymize", "--no-names"),
    *("--cohort", "--force", "--github", "--help", "--version"),
}


@cache
def commands() -> tuple[tuple[str, Any], ...]:
    return tuple(_commands())


def _commands() -> Iterator[tuple[str, Any]]:
    for name, command in get_command(make_app()).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", {})
        yield from ((f"{name} {part}", inner[part]) for part in inner) if inner else [(name, command)]


OPTIONS = [
    (name, next(opt for opt in param.opts if opt.startswith("--")))
    for name, command in commands()
    for param in command.params
    if param.param_type_name == "option"
]


def offered(shell: str, words: list[str], begun: str, folder: Path = EXAMPLES) -> list[str]:
    """The words that a shell is offered for one that begins so; each as it is taken from the protocol of the shell."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("COMP_", "_TYPER"))}
    typed = ["salesmetrics", *words]
    if shell == "bash":
        # Bash cuts words at = and :.
        cut = [part for word in [*map(shlex.quote, typed), begun] for part in re.split("([=:]+)", word) if part]
        if not begun:
            cut.append("")
        told = {"COMP_WORDS": "\n".join(cut), "COMP_CWORD": str(len(cut) - 1)}
    else:
        told = {"_TYPER_COMPLETE_ARGS": f"{shlex.join(typed)} {begun}", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    env = {**variables, **told, VARIABLE: f"complete_{shell}"}
    done = invoke(cwd=folder, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    if shell == "bash":
        kept = "".join(re.split("([=:]+)", begun)[:-1])
        return [kept + "".join(shlex.split(line)) for line in done.stdout.splitlines() if line]
    if shell == "fish":
        return [line.partition("\t")[0] for line in done.stdout.splitlines() if line]
    return [word.replace(r"\\:", ":") for word in re.findall(r'^(?:.*\(\()?"([^"]*)"', done.stdout, re.MULTILINE)]


def given(command: str) -> list[str]:
    """What stands before the option: for a command that takes them, a KPI and a file."""
    params = [param.name for param in dict(commands())[command].params if param.param_type_name == "argument"]
    return [*command.split(), *(["win_rate"] if "kpi" in params else []), *(["deals.csv"] if "files" in params else [])]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("command", "begun", "word"),
    [
        ("losses", "owner:Kar", "owner:Karim Bellweather"),
        ("losses", "age:31", "age:31-90"),
        ("losses", "ow", "owner:"),
        ("losses", "stage:Qual", "stage:Qualified to buy"),
        ("funnel", "Qual", "Qualified to buy"),
        ("funnel", "wo", "won"),
        ("compare", "wo", "won"),
    ],
)
def test_cells_are_offered(shell: str, command: str, begun: str, word: str) -> None:
    files = ["deals.csv", "stages.csv"] if command != "compare" else ["weekly"]
    assert word in offered(shell, [command, *files, "--rows"], begun.replace(" ", r"\ "))


def test_every_option_is_looked_at() -> None:
    assert {option for _, option in OPTIONS} - {"--sort", "--rows"} == set(KNOWN) | (OPEN & {o for _, o in OPTIONS}) | (
        FLAGS & {o for _, o in OPTIONS}
    )


OFFERED = [pair for pair in OPTIONS if (pair[0] in CELLS if pair[1] == "--rows" else pair[1] in {*KNOWN, "--sort"})]
FIRST = list({option: (command, option) for command, option in reversed(OFFERED)}.values())
"""One command of each option: the option is the same in the others, and so is what is offered."""


@pytest.mark.parametrize(
    ("shell", "command", "option"),
    [("fish", *pair) for pair in OFFERED] + [(shell, *pair) for shell in ("bash", "zsh") for pair in FIRST],
)
def test_known_values_are_offered(shell: str, command: str, option: str) -> None:
    own = {"--sort": SORTED, "--rows": CELLS}.get(option)
    begun, word = KNOWN[option] if own is None else own[command]
    if option == "--family" and command == "kpis":
        begun, word = "conv", "conversion"
    begun_there = begun.replace(" ", r"\ ")
    found = offered(shell, [*given(command), option], begun_there)
    assert word in found
    assert [other for other in found if not other.casefold().startswith(begun.casefold())] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("option", "begun", "word"), [("--period", "last-y", "last-year"), ("--compare", "y", "year-ago")]
)
def test_a_value_behind_an_equals_sign_is_offered(shell: str, option: str, begun: str, word: str) -> None:
    found = offered(shell, ["report", "deals.csv"], f"{option}={begun}")
    assert f"{option}={word}" in found


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_arguments_and_commands_are_offered(shell: str) -> None:
    for name, command in commands():
        for param in command.params:
            if param.param_type_name == "argument" and param.name in ARGUMENTS:
                begun, word = ARGUMENTS[param.name]
                assert word in offered(shell, name.split(), begun), name
    assert "trend" in offered(shell, [], "tr")
    assert "--period" in offered(shell, ["report"], "--per")
    assert offered(shell, ["report"], "") == []  # the shell completes files


def test_kpis_of_the_settings_file_are_offered(tmp_path: Path) -> None:
    (tmp_path / "salesmetrics.toml").write_text('[kpi.calls_per_win]\nexpression = "calls / won_deals"\n', "utf-8")
    assert offered("fish", ["explain"], "calls_p", tmp_path) == ["calls_per_win"]
    (tmp_path / "salesmetrics.toml").write_text("not toml", "utf-8")
    assert offered("fish", ["explain"], "calls_p", tmp_path) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    "words",
    [
        ["report", "none.csv", "--map"],
        ["report", ".", "--by"],
        ["report", "salesmetrics.toml", "--won"],
        ["report", "deals.csv", "--level", "abc", "--kpi"],
        ["report", "deals.csv", "--qwertz", "--kpi"],
        ["qwertz"],
        ["trend", "deals.csv", "win_rate", "--kpi"],
    ],
)
def test_tab_never_fails(shell: str, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "salesmetrics.toml").write_bytes(b"\0\xff[kpi\n")
    offered(shell, words, "x", tmp_path)


HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    "x'; touch pwned; '",
    'x"; touch pwned; "',
    "\\$(touch pwned)",
    "\\",
    "a\u202eb",
]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_no_header_that_a_shell_could_run_is_offered(shell: str, tmp_path: Path) -> None:
    rows = [";".join(f'"{header.replace(chr(34), chr(34) * 2)}"' for header in [*HOSTILE, "Good one"])]
    (tmp_path / "deals.csv").write_text("\n".join(rows) + "\n", "utf-8")
    assert offered(shell, ["report", "deals.csv", "--map"], "amount=", tmp_path) == ["amount=Good one"]
    found = offered(shell, ["report", "deals.csv", "--by"], "", tmp_path)
    assert "Good one" in found
    assert not set(HOSTILE) & set(found)


def write_program(path: Path) -> None:
    start = "import sys; from salesmetrics.cli.app import main; sys.exit(main())"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{start}" "$@"\n', "utf-8")
    path.chmod(0o755)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "reply"),
    [
        (["--map", "created", "=", "Create"], r"Create\ Date"),
        (["--map", "created", "=", '"Create'], "Create Date"),
        (["--map", "created", "="], r"Create\ Date"),
        (["--by", "Deal"], r"Deal\ Stage"),
        (["--period", "=", "last-y"], "last-year"),
        (["--by", "owner", "--sort", "win_rate", ":", "a"], "asc"),
        (["--delimiter", ""], r"\;"),
    ],
)
def test_bash_itself_gets_what_it_inserts(words: list[str], reply: str, tmp_path: Path) -> None:
    from typer.completion import get_completion_script

    program = tmp_path / "salesmetrics"
    write_program(program)
    script = get_completion_script(prog_name="salesmetrics", complete_var=VARIABLE, shell="bash")
    line = shlex.join(["salesmetrics", "report", "deals.csv", *words])
    test = f"{script}\nCOMP_WORDS=({line})\nCOMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))\n_salesmetrics_completion {program}\n"
    test += "printf '%s\\n' \"${COMPREPLY[@]}\""
    done = subprocess.run(
        ["bash", "-c", test], cwd=EXAMPLES, capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    assert reply in done.stdout.splitlines()


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("--map created=Create", "created=Create Date"),
        ("--period=last-y", "--period=last-year"),
        ("--kpi revenue,win_rate_v", "revenue,win_rate_value"),
        ("--by owner --sort win_rate:", "win_rate:asc"),
    ],
)
def test_fish_itself_offers_the_whole_word(words: str, reply: str, tmp_path: Path) -> None:
    from typer.completion import get_completion_script

    write_program(tmp_path / "salesmetrics")
    script = get_completion_script(prog_name="salesmetrics", complete_var=VARIABLE, shell="fish")
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    test = f"{script}\ncomplete -C 'salesmetrics report deals.csv {words}'"
    done = subprocess.run(
        ["fish", "-c", test], cwd=EXAMPLES, env=env, capture_output=True, encoding="utf-8", timeout=60
    )
    assert reply in [line.partition("\t")[0] for line in done.stdout.splitlines()]


def test_completion_imports_nothing_heavy() -> None:
    words = "\n".join(["salesmetrics", "report", "deals.csv", "--map", "amount", "=", "De"])
    env = {**os.environ, VARIABLE: "complete_bash", "COMP_WORDS": words, "COMP_CWORD": "6"}
    code = (
        "import sys; from salesmetrics.cli.app import run; run([])\n"
        "heavy = [name for name in ('polars', 'pydantic', 'numpy') if name in sys.modules]\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=EXAMPLES, env=env, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Deal\\ Name" in done.stdout
