"""Mutation testing: `python tests/mutation/run.py --rooms statistics,calendar --sample 200 --seed 1` puts faults into modules, one each.

For each mutant (`mutants.py`) the tests run that are about its module (`tests.toml`) and pass through its line, up to the first
failure. One process imports the package and makes a child per mutant, which puts the changed code into the functions that stand there
already. What runs when a module is imported needs a process that imports it anew. The result of each mutant is a line of `build/mutation/results.jsonl`; at the end stands what was killed per module, and
each survivor that `survivors.toml` does not explain.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import importlib
import importlib.machinery
import json
import math
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import threading
import tomllib
import traceback
from collections import Counter
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from mutants import ROOMS, ROOT, SOURCE, Mutant, compiled, modules, mutants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_Cached = type(cache(len))
RESULTS = ROOT / "build" / "mutation" / "results.jsonl"
KILLED, SURVIVED, TIMEOUT, UNREACHED = "killed", "survived", "timeout", "unreached"
LEAST, PER_SECOND, WAITING = 20, 8, 10
"""A mutant may take so many seconds of processor time, and so many per second that its tests take without it; by the clock it may take so many times that."""
MOST = 20.0
"""Seconds of processor time of the tests that are tried on one mutant: those that pass through its line and take least."""


class Tried(NamedTuple):
    """What a test did to the module as it stands: the processor time it took and the lines it passed through."""

    test: str
    seconds: float
    lines: frozenset[int]


def main() -> int:
    """Run what was asked for; 1 if a mutant survives that nobody has explained."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rooms", default=",".join(ROOMS), help="rooms of the package, or modules such as statistics/multiple"
    )
    parser.add_argument("--sample", type=int, help="only so many mutants of each room, drawn at random")
    parser.add_argument("--seed", type=int, default=1, help="what the sample is drawn with")
    parser.add_argument(
        "--again",
        type=Path,
        help="only those that survived in the results of this file, against all tests about their modules",
    )
    parser.add_argument("--resume", action="store_true", help="leave out what the file of results has already")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where results go, a line each")
    asked = parser.parse_args()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    explained = {(entry["module"], entry["line"], entry["change"]) for entry in survivors()}
    tally: dict[str, Counter[str]] = {}
    unexplained = []
    os.environ["POLARS_MAX_THREADS"] = "1"
    with asked.out.open("a", encoding="utf-8") as out:
        for mutant, outcome, test in _results(_chosen(asked), math.inf if asked.again else MOST):
            known = (mutant.module, mutant.text, mutant.change) in explained
            if outcome in (SURVIVED, UNREACHED) and known:
                outcome = "explained"
            tally.setdefault(mutant.module, Counter())[outcome] += 1
            line = {
                "module": mutant.module,
                "place": mutant.place,
                "text": mutant.text,
                "change": mutant.change,
                "outcome": outcome,
                "test": test,
            }
            print(json.dumps(line, ensure_ascii=False), file=out, flush=True)
            if outcome in (SURVIVED, UNREACHED):
                unexplained.append(mutant)
                print(f"{mutant.place}: {outcome}: {mutant.change}\n    {mutant.text}", flush=True)
    print(table(tally))
    return int(bool(unexplained))


@cache
def _scratch() -> Path:
    """A folder of this run, for all its processes."""
    folder = Path(tempfile.mkdtemp(prefix="mutation-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def survivors() -> list[dict[str, str]]:
    """The mutants that may survive, with the reason."""
    path = Path(__file__).parent / "survivors.toml"
    return tomllib.loads(path.read_text("utf-8")).get("survivor", [])


def table(tally: dict[str, Counter[str]]) -> str:
    """What became of the mutants of each module, in Markdown."""
    kinds = (KILLED, TIMEOUT, "explained", SURVIVED, UNREACHED)
    rows = [
        f"| {module} | {sum(counts.values())} | " + " | ".join(str(counts[kind]) for kind in kinds) + " |"
        for module, counts in tally.items()
    ]
    return "\n".join([f"| module | mutants | {' | '.join(kinds)} |", "|---" * (len(kinds) + 2) + "|", *rows])


def _chosen(asked: argparse.Namespace) -> Iterator[list[Mutant]]:
    """What is to be tried, room by room."""
    again: set[tuple[str, str, str]] | None = None
    if asked.again:
        lines = [json.loads(line) for line in asked.again.read_text("utf-8").splitlines()]
        survived = [line for line in lines if line["outcome"] in (SURVIVED, UNREACHED)]
        again = {(line["module"], line["text"], line["change"]) for line in survived}
    done: Counter[tuple[str, str, str]] = Counter()
    if asked.resume and asked.out.exists():
        lines = [json.loads(line) for line in asked.out.read_text("utf-8").splitlines()]
        done.update((line["module"], line["place"], line["change"]) for line in lines)
    for room in asked.rooms.split(","):
        chosen = [mutant for module in (modules(room) or [room]) for mutant in mutants(module)]
        if again is not None:
            chosen = [mutant for mutant in chosen if (mutant.module, mutant.text, mutant.change) in again]
        if asked.sample is not None and asked.sample < len(chosen):
            places = random.Random(f"{asked.seed} {room}").sample(range(len(chosen)), asked.sample)
            chosen = [chosen[place] for place in sorted(places)]
        chosen = [mutant for mutant in chosen if not done[mutant.module, mutant.place, mutant.change]]
        yield chosen


def _results(rooms: Iterator[list[Mutant]], most: float) -> Iterator[tuple[Mutant, str, str]]:
    tests = tomllib.loads((Path(__file__).parent / "tests.toml").read_text("utf-8"))
    for chosen in rooms:
        files: dict[str, list[str]] = {}
        for module in dict.fromkeys(mutant.module for mutant in chosen):
            head, _, name = module.partition("/")
            files[module] = tests[head].get(name, tests[head].get("", []))
        if not files:
            continue
        _heavy()
        _unshrunk()
        looks = _first_look(files, most)
        for module in files:
            yield from _of_module(module, [mutant for mutant in chosen if mutant.module == module], looks[module])


def _of_module(module: str, chosen: Sequence[Mutant], looked: _Looked) -> Iterator[tuple[Mutant, str, str]]:
    """The mutants of one module: those that one process can try by changing its functions, then those that need a new import each."""
    changing, anew = [], []
    for mutant in chosen:
        if not looked.about(mutant):
            yield mutant, UNREACHED, ""
        elif mutant.function and not looked.at_import.intersection(mutant.lines):
            changing.append(mutant)
        else:
            anew.append(mutant)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        server = _Server(module, changing, looked, writing)
        _leave(server.imported if looked.computes else lambda: _pytest(looked.files, server))
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as made:
        for line in made:
            number, outcome, test = json.loads(line)
            yield changing[number], outcome, test
    os.waitpid(child, 0)
    for mutant in anew:
        yield mutant, *_anew(mutant, looked.about(mutant))


def _heavy() -> None:
    """What every process needs and no mutant changes is imported once; nothing here computes, for a pool of threads outlives no fork."""
    import duckdb  # noqa: F401
    import hypothesis  # noqa: F401
    import numpy as np  # noqa: F401
    import polars as pl  # noqa: F401
    import pydantic  # noqa: F401
    import scipy.stats  # noqa: F401


def _unshrunk() -> None:
    """A property that fails has killed its mutant: the smallest example of it is of no use and takes long to find."""
    from hypothesis import Phase, settings

    as_usual = settings.register_profile
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    changed = staticmethod(lambda name, **terms: as_usual(name, **{"phases": phases, **terms}))
    type.__setattr__(settings, "register_profile", changed)  # the class refuses changes of the usual kind


def _pytest(tests: Sequence[str], plugin: object) -> int:
    os.chdir(ROOT)
    # What is imported already, and classes of ours whose names begin with Test.
    quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning", "-W", "ignore::pytest.PytestCollectionWarning"]
    options = [
        "-q",
        "-x",
        *quiet,
        "-p",
        "no:cacheprovider",
        "--capture=sys",
        f"--basetemp={_scratch() / 'tmp'}",
    ]
    return int(pytest.main([*options, *tests], plugins=[plugin]))


def _leave(work: Any) -> None:
    """End this child with what its work gives, whatever happens."""
    code = 3
    for stream in (1, 2):
        os.dup2(os.open(_scratch() / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    try:
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _waited(seconds: float, work: Any) -> int | None:
    """The exit code of work in a child, None if it took longer; a child that dies of a signal has failed."""
    child = os.fork()
    if not child:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(int(WAITING * seconds) + 1)
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, resource.RLIM_INFINITY))
        _leave(work)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return None if os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGXCPU) else 1
    return os.WEXITSTATUS(status)


class _Looked(NamedTuple):
    """What the tests of a module do while it is as it stands."""

    files: list[str]
    tried: list[Tried]
    at_import: frozenset[int]
    """The lines that are passed through before the first test: what came of them may be kept somewhere."""
    imports: list[str]
    """The modules of the package that the tests import."""
    computes: bool
    """Whether Polars computes before the first test: its threads do not live on in a child, which would wait for them for ever."""
    most: float
    """Seconds of tests that are tried on one mutant."""

    def about(self, mutant: Mutant) -> list[Tried]:
        """The quickest tests that pass through the lines of a mutant; for one that runs at import, all that pass through the module."""
        through = [
            one for one in self.tried if (one.lines.intersection(mutant.lines) if mutant.function else one.lines)
        ]
        found, spent = [], 0.0
        for one in sorted(through, key=lambda one: one.seconds):
            if found and spent + one.seconds > self.most:
                break
            found.append(one)
            spent += one.seconds
        return found


def _first_look(files: dict[str, list[str]], most: float) -> dict[str, _Looked]:
    """Run the tests of some modules once, and the examples of each module."""
    answer = _scratch() / "looked.json"
    answer.unlink(missing_ok=True)
    paths = {module: str(SOURCE / f"{module}.py") for module in files}
    tests = [*dict.fromkeys(test for group in files.values() for test in group), *paths.values()]
    _waited(3600, lambda: _pytest(tests, _Looking(set(paths.values()), answer)))
    if not answer.exists():
        sys.exit(f"{', '.join(files)}: their tests could not be run\n" + (_scratch() / "log").read_text("utf-8"))
    found = json.loads(answer.read_text("utf-8"))
    looks = {}
    for module, path in paths.items():
        about = [*files[module], path]
        tried = [
            Tried(test, seconds, frozenset(lines.get(path, ())))
            for test, seconds, lines in found["tried"]
            if str(ROOT / test.partition("::")[0]) in {str(ROOT / one) for one in about}
        ]
        looks[module] = _Looked(
            about, tried, frozenset(found["at_import"].get(path, ())), found["imports"], found["computes"], most
        )
    return looks


class _Looking:
    """A plugin that runs the tests as usual, and notes where each passes through some files."""

    def __init__(self, paths: set[str], answer: Path) -> None:
        self.paths, self.answer = paths, answer
        self.importing = ExitStack()
        self.at_import = self.importing.enter_context(_traced(paths))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.importing.close()
        tasks = Path("/proc/self/task").glob("*/comm")
        looked: dict[str, Any] = {
            "at_import": _sorted(self.at_import),
            "imports": sorted(name for name in sys.modules if name.partition(".")[0] == "salesmetrics"),
            "computes": any(task.read_text("utf-8").startswith("polars-0") for task in tasks),
            "tried": [],
        }
        last = None
        for item, following in _with_next(session.items):
            if item.path != last:
                _forget()
            last = item.path
            before = session.testsfailed
            start = _spent()
            with _traced(self.paths) as lines:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed == before:
                looked["tried"].append((item.nodeid, _spent() - start, _sorted(lines)))
        self.answer.write_text(json.dumps(looked), "utf-8")
        return True


def _forget() -> None:
    """Empty what functions of the tests have kept: a test passes through what another file has made already otherwise."""
    for thing in gc.get_objects():
        made = getattr(thing, "__wrapped__", None) if type(thing) is _Cached else None
        if isinstance(made, FunctionType) and made.__code__.co_filename.startswith(str(ROOT / "tests")):
            thing.cache_clear()


def _spent() -> float:
    """The processor time of this process and of what it started, which does not depend on what else the machine does."""
    return sum(os.times()[:4])


class _Server:
    """A process that makes a child for each mutant, which changes functions of the module and runs the tests about them.

    As a plugin it has the tests collected already. Where that would leave threads behind, it has only imported the package.
    """

    def __init__(self, module: str, chosen: Sequence[Mutant], looked: _Looked, out: int) -> None:
        self.module, self.chosen, self.looked, self.out = module, chosen, looked, out
        self.kills: Counter[str] = Counter()

    def imported(self) -> int:
        """Each child collects its tests."""
        for name in self.looked.imports:
            importlib.import_module(name)
        self._each(lambda about: _pytest([one.test for one in about], _Killer()))
        return 0

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Each child has its tests collected."""
        items = {item.nodeid: item for item in session.items}

        def run(about: Sequence[Tried]) -> int:
            session.config.pluginmanager.register(_Killer())
            for item, following in _with_next([items[one.test] for one in about]):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    return 1
            return 0

        self._each(run)
        return True

    def _each(self, run: Callable[[Sequence[Tried]], int]) -> None:
        standing = _standing(self.module)
        as_it_stands = compiled(self.module, None)
        for number, mutant in enumerate(self.chosen):
            about = sorted(self.looked.about(mutant), key=lambda one: (-self.kills[one.test], one.seconds))
            differences = list(_differences(as_it_stands, compiled(self.module, mutant.number)))
            assert any(name in standing for name, _ in differences), mutant.place

            def mutated(differences: Any = differences, about: Any = about) -> int:
                for name, changed in differences:
                    for function in standing.get(name, ()):
                        function.__code__ = changed
                return run(about)

            outcome, test = _outcome(about, mutated)
            self.kills[test] += outcome == KILLED
            os.write(self.out, (json.dumps([number, outcome, test]) + "\n").encode())


class _Killer:
    """A plugin that notes the test that fails."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            (_scratch() / "killer").write_text(report.nodeid, "utf-8")


def _outcome(about: Sequence[Tried], work: Callable[[], int]) -> tuple[str, str]:
    """What became of a mutant, and the test that killed it."""
    killer = _scratch() / "killer"
    killer.unlink(missing_ok=True)
    exit_code = _waited(LEAST + PER_SECOND * sum(one.seconds for one in about), work)
    outcome = {None: TIMEOUT, 0: SURVIVED}.get(exit_code, KILLED)
    return outcome, killer.read_text("utf-8") if killer.exists() else ""


def _anew(mutant: Mutant, about: Sequence[Tried]) -> tuple[str, str]:
    """The outcome in a process that imports the module with the mutant in it."""
    code = compiled(mutant.module, mutant.number)
    path = str(SOURCE / f"{mutant.module}.py")

    def work() -> int:
        as_usual = importlib.machinery.SourceFileLoader.get_code

        def get_code(loader: Any, name: str) -> CodeType | None:
            return code if loader.path == path else as_usual(loader, name)

        importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
        importlib.import_module(
            f"salesmetrics.{mutant.module.replace('/', '.')}"
        )  # pytest would load it in a way of its own
        return _pytest([one.test for one in about], _Killer())

    return _outcome(about, work)


def _with_next(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    for place, item in enumerate(items):
        yield item, items[place + 1] if place + 1 < len(items) else None


@contextmanager
def _traced(paths: set[str]) -> Iterator[dict[str, set[int]]]:
    """The lines of files that are passed through meanwhile, in any thread."""
    lines: dict[str, set[int]] = {}

    def local(frame: Any, event: str, _: object) -> Any:
        if event == "line":
            lines.setdefault(frame.f_code.co_filename, set()).add(frame.f_lineno)
        return local

    def calls(frame: Any, _: str, __: object) -> Any:
        return local if frame.f_code.co_filename in paths else None

    threading.settrace(calls)
    sys.settrace(calls)
    try:
        yield lines
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]


def _sorted(lines: dict[str, set[int]]) -> dict[str, list[int]]:
    return {path: sorted(numbers) for path, numbers in lines.items()}


def _standing(module: str) -> dict[tuple[str, int], list[FunctionType]]:
    """The functions of a module that exist, by name and first line, however often they are wrapped."""
    path = str(SOURCE / f"{module}.py")
    found: dict[tuple[str, int], list[FunctionType]] = {}
    for thing in gc.get_objects():
        if type(thing) is FunctionType and thing.__code__.co_filename == path:
            found.setdefault((thing.__code__.co_qualname, thing.__code__.co_firstlineno), []).append(thing)
    return found


def _differences(original: CodeType, code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    """The pieces of code in which a mutant differs, from the outside to the inside."""
    if original == code:
        return
    yield (code.co_qualname, code.co_firstlineno), code
    pairs = zip(_inner(original), _inner(code), strict=False)
    for before, after in pairs:
        yield from _differences(before, after)


def _inner(code: CodeType) -> list[CodeType]:
    return [thing for thing in code.co_consts if isinstance(thing, CodeType)]


if __name__ == "__main__":
    sys.exit(main())
