"""An environment without what is usual: no variables at all, no home, no folder for temporary files, unknown languages."""

from __future__ import annotations

import os
import sys
from functools import partial

from ground import OK, Ground, around, folder, held, play, run

NOWHERE = "/nonexistent/folder"
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "no variables": {},
    "nothing as it should be": {
        "PATH": "",
        "HOME": NOWHERE,
        "TMPDIR": NOWHERE,
        "TMP": NOWHERE,
        "TEMP": NOWHERE,
        "LANG": "xx_YY.nonsense",
        "LC_ALL": "tlh_QO",
        "LANGUAGE": "?:!",
        "TERM": "nonsense",
        "COLUMNS": "wide",
        "LINES": "-3",
        "TZ": "Mars/Base",
        "XDG_CACHE_HOME": NOWHERE,
        "XDG_CONFIG_HOME": "",
        "PWD": NOWHERE,
        "USER": "",
        "SHELL": NOWHERE,
    },
    "no PATH": {"HOME": "/root", "LANG": "C.UTF-8"},
    "no HOME": {"PATH": os.defpath},
    "an empty HOME": {"PATH": os.defpath, "HOME": ""},
    "C": {"LANG": "C", "LC_ALL": "C"},
    "POSIX without UTF-8 mode": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "Latin-1": {"PYTHONIOENCODING": "latin-1", "LC_ALL": "de_DE.ISO-8859-1"},
    "ASCII": {"PYTHONIOENCODING": "ascii"},
    "variables that are no text": {"LANG": "\udcff\udcfe", "HOME": "\udcff", "NO_COLOR": "\udcff"},
    "columns without end": {"COLUMNS": "9" * 4_000, "LINES": "9" * 20},
    "columns of none": {"COLUMNS": "0", "LINES": "0"},
    "columns of one": {"COLUMNS": "1", "LINES": "1"},
    "wide": {"COLUMNS": "10000", "LINES": "10000"},
    "numbers of other letters": {"COLUMNS": "٨٠", "LINES": "²"},
    "no byte of code": {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": NOWHERE},
    "unbuffered": {"PYTHONUNBUFFERED": "1"},
    "forced colours": {"FORCE_COLOR": "1", "TERM": "dumb"},
}
STEADY: list[tuple[str, ...]] = [
    ("report", "deals.csv", "--format", "csv", "-q"),
    ("report", "deals.csv", "-o", "out.html", "-q"),
    ("rows", "revenue", "deals.csv", "-o", "out.xlsx", "-q"),
]
"""What no environment changes a byte of."""
OTHERS: list[tuple[str, ...]] = [
    ("report", "deals.csv"),
    ("kpis",),
    ("--help",),
    ("report", "--help"),
    ("check", "deals.csv"),
    ("demo", "demo"),
    ("init", "deals.csv"),
    ("trend", "revenue", "deals.csv"),
    ("explain", "revenue", "deals.csv"),
    ("config", "show"),
]


def environments(ground: Ground) -> None:
    """Each environment gives the same bytes where a program reads them, and never ends in a bug."""
    expected: dict[tuple[str, ...], tuple[bytes, dict[str, bytes]]] = {}
    steady = ground.some(1, STEADY)
    for words in steady:
        with folder() as here:
            done = ground.check(f"{words} as usual", run(*words, cwd=here))
            expected[words] = done.out, held(here)
    for name, variables in ground.some(2, list(ENVIRONMENTS.items())):
        for words in steady:
            with folder() as here:
                done = ground.check(f"{words} with {name}", run(*words, cwd=here, env=variables))
                ground.expect(
                    f"{words} with {name}", (done.out, held(here)) == expected[words], "other bytes than usual"
                )
        for words in ground.some(0, OTHERS):
            with folder() as here:
                done = ground.check(f"{words} with {name}", run(*words, cwd=here, env=variables), [OK, 1])
                ground.expect(f"{words} with {name}", done.out or words[0] == "init", "no output")


def no_place(ground: Ground) -> None:
    """A folder for temporary files that nobody may write to, and a folder of exports that is for reading only."""
    with folder() as here:
        before = held(here)
        before_run = None
        if os.geteuid() == 0:
            here.parent.chmod(0o755)
            before_run = partial(os.setresuid, 65534, 65534, 65534)
        here.chmod(0o555)
        (here / "deals.csv").chmod(0o444)
        env = around(TMPDIR=str(here), HOME=str(here))
        if run("--version", cwd=here, env=env, before=before_run).code != OK:
            return  # where this user may not even read the program
        done = run("report", "deals.csv", "--format", "csv", "-q", cwd=here, env=env, before=before_run)
        ground.check("folders for reading only", done)
        for words in [("report", "deals.csv", "-q", "-o", "out.html"), ("init", "deals.csv"), ("demo", "demo")]:
            done = run(*words, cwd=here, env=env, before=before_run)
            ground.check(f"{words} into a folder for reading only", done, [2], "error: cannot write")
        ground.whole("folders for reading only", here, before)
        here.chmod(0o755)


def trials(ground: Ground) -> None:
    """Environments; places for reading only in full."""
    environments(ground)
    if ground.full:
        no_place(ground)


if __name__ == "__main__":
    sys.exit(play(__doc__, trials))
