"""Addresses of files elsewhere, as far as they are looked at without Spark: patterns, folders, refusals, settings. The rest: test_spark.py."""

from __future__ import annotations

import glob
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesmetrics
from effort import tries
from in_process import EXAMPLES, invoke
from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames import spark
from salesmetrics.ingest.source import arguments, hadoop, places

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESS = "file://"


class Here:
    """A path by its address, looked up on this machine: what Hadoop does, in place of Hadoop."""

    def __init__(self, text: str) -> None:
        assert text.startswith(ADDRESS)
        self.text, self.path = text, Path(text.removeprefix(ADDRESS))
        self.name = self.path.name
        self.exists, self.is_file, self.is_dir = self.path.exists, self.path.is_file, self.path.is_dir

    def __str__(self) -> str:
        return self.text

    def __truediv__(self, name: str) -> Here:
        return Here(f"{self.text.rstrip('/')}/{name}")

    @property
    def parent(self) -> Here:
        return Here(self.text.rpartition("/")[0])

    def iterdir(self) -> Iterator[Here]:
        return (self / entry.name for entry in self.path.iterdir())


@pytest.fixture
def looked_up_here(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (places, arguments):
        monkeypatch.setattr(module, "far_place", Here)


# --- patterns and folders mean what they mean here ------------------------------------------------------------------------


NAMES = st.sampled_from(["a", "b.csv", "ab.csv", ".c.csv", "d", "[1].csv", "é.csv"])
PARTS = st.sampled_from(["*", "**", "?", "a", "d", "b.csv", "*.csv", "[ab]*", ".*", "[!a]*", "?b*", "**.csv", "é*"])


@settings(max_examples=tries(150), deadline=None)
@given(
    files=st.lists(st.lists(NAMES, min_size=1, max_size=3), max_size=8),
    pattern=st.lists(PARTS, min_size=1, max_size=4),
)
def test_a_pattern_means_the_same_elsewhere(
    files: list[list[str]], pattern: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("tree")
    for parts in files:
        path = root.joinpath(*parts)
        if not any(parent.is_file() for parent in [*path.parents, path]) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
    typed = "/".join([glob.escape(str(root)), *pattern])
    # A file that a pattern means twice is one file.
    known = sorted({name for name in glob.glob(typed, recursive=True) if Path(name).is_file()})  # noqa: PTH207
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "far_place", Here)
        found = places.within(ADDRESS + typed)
    assert found == [ADDRESS + name for name in known]
    shutil.rmtree(root)


def test_folders_and_kinds_mean_the_same_elsewhere(looked_up_here: None, tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", ".hidden.csv", "notes.md", "c.parquet"):
        (tmp_path / name).write_text("x")
    (tmp_path / "folder.csv").mkdir()
    for typed in (str(tmp_path), f"deals={tmp_path}", f"{tmp_path}/*.csv", f"leads={tmp_path}/a.csv"):
        kind, sign, path = typed.rpartition("=")
        here = arguments.expand([typed])
        there = arguments.expand([f"{kind}{sign}{ADDRESS}{path}"])
        assert [(item.kind, item.path) for item in there] == [(item.kind, ADDRESS + item.path) for item in here]
        assert here
    with pytest.raises(SalesmetricsError) as refused:
        arguments.expand([f"{ADDRESS}{tmp_path}/aa.csv"])
    assert (
        str(refused.value) == f"no such file: `{ADDRESS}{tmp_path}/aa.csv`; did you mean `{ADDRESS}{tmp_path}/a.csv`?"
    )


# --- without Spark --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["hdfs://node/deals.csv", "s3a://bucket/*.csv", "file:///", "deals=file:/deals.csv"]
)
@pytest.mark.parametrize("command", [("report",), ("check",), ("compare",), ("trend", "revenue"), ("inspect",)])
def test_an_address_needs_spark(command: tuple[str, ...], address: str) -> None:
    done = invoke(*command, address)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: `{address.rpartition('=')[2]}` is an address, which only Spark reads\n")
    assert "hint: add `--engine spark`" in done.stderr


def test_what_was_asked_for_once_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark that read the files of one command does not look up those of the next, which may be another's."""
    monkeypatch.setattr(spark, "session_of", lambda _: pytest.fail)
    places.reach("spark", None)
    assert "is an address, which only Spark reads" in invoke("report", "hdfs://node/deals.csv").stderr


def test_an_address_needs_spark_in_python() -> None:
    for call in (salesmetrics.load, salesmetrics.report):
        with pytest.raises(SalesmetricsError) as refused:
            call("hdfs://node/deals.csv")
        assert refused.value.code == "place_needs_spark"


@pytest.mark.parametrize("form", ["file://{}", "file:{}", "deals=file://{}", "file://localhost{}"])
def test_an_input_is_not_overwritten_whatever_it_is_called(form: str, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes((EXAMPLES / "deals.csv").read_bytes())
    done = invoke("report", form.format(path), "-o", str(path), "--engine", "spark")
    assert done.stderr.startswith(f"error: `-o {path}` would overwrite the input")
    assert path.read_bytes() == (EXAMPLES / "deals.csv").read_bytes()


# --- what Spark and Java say ----------------------------------------------------------------------------------------------


class Java:
    """An error of Java's as py4j raises it."""

    def __init__(self, name: str, said: str) -> None:
        self.name, self.said = name, said

    def getClass(self) -> Java:  # noqa: N802
        return self

    def getName(self) -> str:  # noqa: N802
        return self.name

    def getMessage(self) -> str:  # noqa: N802
        return self.said


class Py4JError(Exception):
    """As py4j has it."""


class Py4JJavaError(Py4JError):
    """As py4j has it."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__("An error occurred while calling o1.text.")
        self.java_exception = Java(name, said)


STACK = "\n\tat java.base/java.lang.Thread.run(Thread.java:840)"


@pytest.mark.parametrize(
    ("name", "said", "code", "words"),
    [
        ("java.io.FileNotFoundException", "File file:/x does not exist", FileNotFoundError, ""),
        ("java.io.FileNotFoundException", "/x (Permission denied)", PermissionError, ""),
        ("org.apache.hadoop.security.AccessControlException", "Permission denied: user=u", PermissionError, ""),
        (
            "java.lang.RuntimeException",
            "java.lang.ClassNotFoundException: Class a.B not found",
            "",
            "Class a.B not found",
        ),
        (
            "java.net.ConnectException",
            "Call From a to b failed; For more details see: http://x",
            "",
            "Call From a to b failed",
        ),
        ("java.lang.IllegalArgumentException", "java.net.UnknownHostException: node", "", "UnknownHostException: node"),
    ],
)
def test_what_hadoop_refuses_is_refused_as_here(name: str, said: str, code: Any, words: str) -> None:
    with pytest.raises(code or SalesmetricsError) as refused, hadoop._asking("s3a://x"):
        raise Py4JJavaError(name, said + STACK)
    if not code:
        assert str(refused.value) == f"Spark cannot reach `s3a://x`: {words}"


def test_what_is_wrong_with_us_is_no_fault_of_spark() -> None:
    python = type("PythonException", (type("PySparkException", (Exception,), {}),), {})
    for error in (python("boom"), ValueError("boom")):
        with pytest.raises(type(error)), spark.failing():
            raise error
    with (
        pytest.raises(SalesmetricsError, match=r"^Spark stopped: Job aborted due to .* failed 4 times$"),
        spark.failing(),
    ):
        raise Py4JJavaError("org.apache.spark.SparkException", "Job aborted due to stage 1: it failed 4 times" + STACK)


# --- where Spark runs -----------------------------------------------------------------------------------------------------


@pytest.fixture
def masters(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Where Spark was asked to run; it does not start."""
    asked: list[str | None] = []

    def session_of(master: str | None) -> None:
        asked.append(master)
        raise SalesmetricsError("engine_not_started", cause="stopped here")

    monkeypatch.setattr(spark, "session_of", session_of)
    return asked


def test_the_settings_file_and_variables_choose_the_engine(
    masters: list[str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deals = str(EXAMPLES / "deals.csv")
    monkeypatch.chdir(tmp_path)
    Path("salesmetrics.toml").write_text('[read]\nengine = "spark"\nmaster = "local[3]"\n')
    assert "Spark cannot start: stopped here" in invoke("report", deals).stderr
    assert invoke("report", deals, "--engine", "polars").returncode == 0
    invoke("report", deals, "--master", "local[4]")
    invoke("report", deals, env={"SALESMETRICS_MASTER": "spark://node:7077"})
    with pytest.raises(SalesmetricsError, match="stopped here"):
        salesmetrics.report(deals, config="salesmetrics.toml")
    assert masters == ["local[3]", "local[4]", "spark://node:7077", "local[3]"]
    Path("salesmetrics.toml").unlink()
    invoke("report", deals, env={"SALESMETRICS_ENGINE": "spark"})
    assert masters[4:] == [None]


def test_a_settings_file_that_nobody_named_chooses_no_machines(
    masters: list[str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Executors send back what the driver unpickles: a folder of somebody else's may not choose them."""
    deals = str(EXAMPLES / "deals.csv")
    monkeypatch.chdir(tmp_path)
    Path("salesmetrics.toml").write_text('[read]\nengine = "spark"\nmaster = "spark://node:7077"\n')
    for more in ((), ("--engine", "spark")):
        done = invoke("report", deals, *more)
        assert done.stderr.startswith(
            "error: `salesmetrics.toml` line 3, `read.master`: only a settings file that is named"
        )
        assert "`--config salesmetrics.toml`" in done.stderr
    assert not masters
    assert invoke("report", deals, "--engine", "polars").returncode == 0
    invoke("report", deals, "--config", "salesmetrics.toml")
    assert masters == ["spark://node:7077"]


def test_a_master_that_does_not_answer_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark, "find_spec", lambda name: name)
    monkeypatch.setattr(spark, "which", lambda name: name)
    with socket.socket() as taken:
        taken.bind(("localhost", 0))  # and does not listen
        master = f"spark://localhost:{taken.getsockname()[1]}"
        done = invoke("report", str(EXAMPLES / "deals.csv"), "--engine", "spark", "--master", master)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: Spark cannot start: connection refused\n")
    assert "hint: check `--master URL`" in done.stderr


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (
            'Using Spark\'s default log4j profile: x\nException in thread "main" org.apache.spark.SparkException: No such master',
            "No such master",
        ),
        ("26/11/27 18:24:06 ERROR SparkContext: Error initializing SparkContext.", None),
        (
            "26/11/27 18:24:06 WARN A: b\n26/11/27 18:24:06 ERROR Backend: All masters are unresponsive!",
            "All masters are unresponsive!",
        ),
        (
            "/opt/spark/bin/spark-class: line 97: /opt/java/bin/java: No such file or directory",
            "/opt/spark/bin/spark-class: line 97: /opt/java/bin/java: No such file or directory",
        ),
        ("", None),
    ],
)
def test_the_first_error_that_java_wrote(log: str, said: str | None, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(log)
    with path.open("rb") as stream:
        assert spark._first_error(stream) == said
