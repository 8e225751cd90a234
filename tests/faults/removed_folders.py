"""Folders that go: the one that a command stands in, the one it writes to, the one it reads from."""

from __future__ import annotations

import shutil
import sys
from functools import partial

from ground import INPUT_ERROR, OK, OLD, Ground, deals, folder, held, play, run

GONE = """
import os, shutil, sys
from salesmetrics import __main__ as program
when, what, seen = sys.argv[1], sys.argv[2], False
def step(event, arguments):
    global seen
    if not seen and event == "open" and when in os.fspath(arguments[0] if isinstance(arguments[0], (str, os.PathLike)) else ""):
        seen = True
        shutil.rmtree(what)
sys.addaudithook(step)
sys.argv[:] = ["salesmetrics", *sys.argv[3:]]
program.main()
"""
"""The program, and a folder that is removed just before it opens a certain file."""

STANDING: list[tuple[tuple[str, ...], str]] = [
    (("check", "{away}/deals.csv", "--rejects", "rejects.csv"), "cannot write `rejects.csv`"),
    (("report", "{away}/deals.csv", "-q", "-o", "{away}/out.json", "--rejects", "{away}/rejects.csv"), ""),
    (("report", "deals.csv"), "no such file"),
    (("report", "{away}/deals.csv", "-o", "out.html"), "cannot write `out.html`"),
    (("kpis", "--format", "csv"), ""),
    (("report", "{away}/deals.csv", "--format", "csv"), ""),
    (("report", "{away}"), ""),
    (("report", "."), ""),
    (("report", "*.csv"), "no file matches"),
    (("inspect", "{away}/deals.csv"), ""),
    (("init", "{away}/deals.csv"), "cannot write `salesmetrics.toml`"),
    (("demo",), "cannot write `salesmetrics-demo`"),
    (("config", "show"), ""),
    (("config", "check"), ""),
    (("rows", "revenue", "{away}/deals.csv", "-o", "{away}/rows.xlsx"), ""),
    (("--help",), ""),
    (("report", "{away}/deals.csv", "--config", "salesmetrics.toml"), "no such file"),
]


def standing(ground: Ground) -> None:
    """The folder that a command stands in is gone before it begins."""
    for words, said in ground.some(2, STANDING):
        with folder() as here:
            gone = here.parent / "gone"
            gone.mkdir()
            done = run(*(word.format(away=here) for word in words), cwd=gone, before=partial(shutil.rmtree, gone))
            codes = [INPUT_ERROR] if said else [OK, 1, INPUT_ERROR] if words[-1] in (".", "check") else [OK, 1]
            ground.check(f"stands nowhere: {words}", done, codes, said)
            ground.expect(f"stands nowhere: {words}", not gone.exists(), "the folder is there again")


def going(ground: Ground) -> None:
    """A folder goes while a command runs."""
    program = [sys.executable, "-c", GONE]
    words = ("report", "deals.csv", "-q", "-o", "results/out.json")
    with folder() as here:
        (here / "results").mkdir()
        (here / "results" / "out.json").write_text(OLD, "utf-8")
        done = run("deals.csv", "results", *words, cwd=here, program=program)
        ground.check("the folder of the output goes", done, [INPUT_ERROR], "cannot write `results/out.json`")
        ground.expect("the folder of the output goes", not (here / "results").exists(), "the folder is there again")
    if not ground.full:
        return
    with folder() as here:
        (here / "results").mkdir()
        done = run(".part", "results", *words, cwd=here, program=program)
        ground.check("it goes just before the writing", done, [INPUT_ERROR], "cannot write `results/out.json`")
    with folder() as here:
        (here / "exports").mkdir()
        (here / "exports" / "a.csv").write_text(deals(), "utf-8")
        for when in ("a.csv", "out.json"):
            if (here / "exports").exists():
                words = ("report", "exports", "-q", "-o", "out.json")
                done = run(when, "exports", *words, cwd=here, program=program)
                ground.check("the folder of the exports goes", done, [INPUT_ERROR], "no such file: `exports")
    with folder() as here:
        (here / "stands").mkdir()
        done = run(
            "deals.csv",
            str(here / "stands"),
            "report",
            "../deals.csv",
            "-q",
            "-o",
            "../out.html",
            cwd=here / "stands",
            program=program,
        )
        ground.check("the folder that it stands in goes", done, [INPUT_ERROR], "")
    with folder() as here:
        (here / "demo").mkdir()
        before = {name: data for name, data in held(here).items() if name != "demo"}
        done = run("deals.csv", "demo", "demo", "demo", cwd=here, program=program)
        ground.check("the folder of demo goes", done, [INPUT_ERROR], "cannot write `demo`")
        ground.whole("the folder of demo goes", here, before)


def in_the_way(ground: Ground) -> None:
    """What a command names is something else than it needs."""
    with folder(plain="text") as here:
        (here / "results").mkdir()
        for words, said in [
            (("report", "deals.csv", "-o", "plain/out.json"), "cannot write `plain/out.json`"),
            (("report", "deals.csv", "-o", "results", "--format", "json"), "`results` is a folder"),
            (("report", "deals.csv", "-o", "nowhere/out.json"), "cannot write `nowhere/out.json`"),
            (("demo", "plain"), "`plain` is a file"),
            (("demo", "plain/demo"), "cannot write `plain/demo`"),
            (("report", "plain/deals.csv"), "no such file"),
            (("report", "results"), "no exports in folder"),
        ]:
            before = held(here)
            ground.check(f"in the way: {words}", run(*words, cwd=here), [INPUT_ERROR], said)
            ground.whole(f"in the way: {words}", here, before)


def trials(ground: Ground) -> None:
    """Before a command and while it runs."""
    standing(ground)
    going(ground)
    if ground.full:
        in_the_way(ground)


if __name__ == "__main__":
    sys.exit(play(__doc__, trials))
