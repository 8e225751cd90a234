"""The one schedule, from files to answers: what is read, checked and computed, in which order, and what goes on beside it.

Nothing heavy is imported before a file is on its way: reading a large file takes about as long as importing what reads it,
and threads only take turns where Python itself works. What starts them is in ``threads``.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Future
from contextlib import nullcontext, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.ingest.source.bounds import size_typed
from salesmetrics.ingest.source.fetch import read_file, read_pipe, refuse_changed, sha256_of, state_of
from salesmetrics.ingest.source.memory import afford_in_parts, beyond
from salesmetrics.ingest.source.places import place_of, reach
from salesmetrics.ingest.together import in_turn
from salesmetrics.resolving import columns_asked, refuse_listing, request_of, shaped_for, typed_goals, without_names
from salesmetrics.schema.message import Message
from salesmetrics.threads import begin, beside, do, in_pairs, is_large, size_of, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

    from salesmetrics.answers.catalog import Working
    from salesmetrics.answers.files import Inspection
    from salesmetrics.answers.report import Report
    from salesmetrics.answers.rows import Rows
    from salesmetrics.drilldown.listing import Listing
    from salesmetrics.engine.goals import Goal
    from salesmetrics.engine.request import Question, Request
    from salesmetrics.frames.store import Store
    from salesmetrics.ingest.dataset import Dataset, ReadOptions
    from salesmetrics.ingest.table.raw import RawTable
    from salesmetrics.ingest.together import Together
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.settings import Settings
    from salesmetrics.privacy.names import Names
    from salesmetrics.schema.inspection import FileGuess
    from salesmetrics.schema.provenance import Shaped

__all__ = [
    "Files",
    "HeldFiles",
    "beside",
    "beyond",
    "columns_asked",
    "explain",
    "inspect",
    "load",
    "report",
    "request_of",
    "rows",
    "rows_of",
    "trend",
    "trend_of",
]

T = TypeVar("T")

EARLY = 400_000_000
"""Bytes of files that are read before it is known how much memory they may take."""
PIECE_OF_SPARK = 8 << 20
"""Bytes of text that an executor cuts into cells at a time."""
PIECES, LEAST_PIECE = 64, 1 << 20
"""Into how many pieces of text the memory is divided, and how small these may get."""


# --- files on their way ---


class Files:
    """The exports that a question is about, on their way: bytes, hashes of these, and the tables in them.

    Args:
        arguments: As typed: paths, patterns, folders or ``-``, each optionally as ``KIND=FILE``. The first is read from
            now on; what is wrong with it is raised when its tables are asked for.
        stdin: Where ``-`` reads from.
        during: What is shown while they are read.
        early: What was begun when less was known; it goes on.
        hashed: Their hashes are asked for.
        alone: They are no exports of one list, whatever their names.
        memory: Bytes of memory that they may take, where that is known before it is how they are read.
        in_parts: What is called where they are read in parts, with their paths and the bytes that they would take in memory.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        stdin: BinaryIO | None = None,
        during: AbstractContextManager[object] | None = None,
        early: Files | None = None,
        hashed: bool = False,
        alone: bool = False,
        memory: int | None = None,
        in_parts: Callable[[Sequence[str], int], None] | None = None,
    ) -> None:
        self.typed, self._stdin = tuple(arguments), stdin
        self._names: Names | None = None
        self._told: dict[str, str] = {}
        self._during = nullcontext() if during is None else during
        self._bytes: dict[str, Future[bytes]] = early._bytes if early else {}
        self._hashed, self._hashes = hashed, dict[str, Future[str]]()
        self._tables: dict[str, Future[list[RawTable]]] = {}
        self._large, self._alone = False, alone
        self._held: dict[str, list[RawTable]] = {}
        self._last: dict[str, list[RawTable]] = {}
        self._paths: list[str] = []
        self._in_parts = in_parts
        self._store: Store | None = None
        self._records = 0
        self._seen: dict[str, tuple[int, int] | None] = {}
        self._session: Any = None
        reach("polars", None)  # until it is known what reads them, whatever read others before
        with suppress(SalesmetricsError):
            self._paths = [item.path for item in expand(self.typed)]
            first, size = self._paths[0], size_of(self._paths)
            self._large = is_large(size)
            fits = size <= EARLY and (memory is None or not beyond(self._paths, memory))
            if fits and first not in self._bytes and Path(first).is_file():
                self._fetch(first)

    @property
    def arguments(self) -> tuple[str, ...]:
        """As they are told: as they were typed, or in the place of each file what stands for it."""
        if self._names is None:
            return self.typed
        from salesmetrics.privacy.details import hidden_argument

        return tuple(hidden_argument(argument, self._names) for argument in self.typed)

    def path_of(self, told: str) -> str | None:
        """The path of a file by what is told in its place; None where nobody knows."""
        return told if self._names is None else self._told.get(told)

    @property
    def together(self) -> Together:
        """How several things are done with what these files say."""
        return together if self._large else in_turn if self._store is None or self._session else in_pairs

    def begin(self, work: Callable[[], T]) -> Future[T]:
        """Begin some work, beside all else where the files are large."""
        return begin(work) if self._large else do(work)

    def open(self, options: ReadOptions) -> None:
        """Begin to read the tables of what is on its way."""
        # Two threads that import take turns at every step. So this one does it, and the other then finds it done.
        import_module("salesmetrics.ingest.table.table")
        self._names = options.names
        self._session = self._session or reach(options.engine, options.master)
        if self._session is None:
            self._lay_aside(options.memory)
        else:
            self._let_spark_read(options.memory)
        for path in list(self._bytes):
            self._tables[path] = self._open(path, options)

    def _let_spark_read(self, memory: int | None) -> None:
        """Let Spark read all files, which are known only now where they lie elsewhere."""
        if self._store is None:
            with suppress(SalesmetricsError):
                self._paths = [item.path for item in expand(self.typed)]
            self._begin_store(PIECE_OF_SPARK, beyond(self._paths, 1), memory)

    def _lay_aside(self, memory: int | None) -> None:
        """Let the columns of all files lie on disk where they would take more memory than they may."""
        if memory is None or self._store is not None or not (need := beyond(self._paths, memory)):
            return
        if self._in_parts is not None:
            self._in_parts(self._paths, need)
        self._begin_store(max(LEAST_PIECE, memory // PIECES), need, memory)

    def _begin_store(self, piece: int, need: int, memory: int | None) -> None:
        from salesmetrics.frames.store import Store

        self._store, self._large = Store(piece, need, size_typed(need), memory), False
        self._bytes.clear()

    def read(self, options: ReadOptions, about: frozenset[str] | None = None) -> tuple[Dataset, frozenset[str]]:
        """The dataset, not yet checked or hashed; and the stages and statuses that its findings name already.

        Args:
            options: How the files are read.
            about: The columns that the question is about beside its KPIs; None where everything is wanted.
        """
        self.open(options)
        from salesmetrics.history import Tables, read_with_history

        tables = Tables(partial(self._read, options), self._held.__setitem__, self._alone)
        with self._during:
            try:
                return read_with_history(self.typed, options, tables, self.together, about)
            except SalesmetricsError as error:
                raise self._with_way_out(error, options) from error
            finally:
                self._last, self._held = {}, {}

    def read_or_guess(self, options: ReadOptions) -> tuple[Dataset | None, list[FileGuess]]:
        """The dataset of the files that are recognised, checked, and a guess for each that is not; None where none is."""
        self.open(options)
        from salesmetrics.history import Tables, read_with_history
        from salesmetrics.ingest.propose import propose_after
        from salesmetrics.ingest.read import with_findings
        from salesmetrics.ingest.recognise.inspection import file_guess

        tables: dict[str, list[RawTable]] = {}
        held: dict[str, list[RawTable]] = {}

        def opened(path: str) -> list[RawTable]:
            if path in held:
                return held.pop(path)
            if path not in tables:
                tables[path] = self._read(options, path)
            return tables[path]

        arguments = self.typed
        guesses: list[FileGuess] = []
        with self._during:
            while arguments:
                held.clear()
                try:
                    dataset, words = read_with_history(
                        arguments, options, Tables(opened, held.__setitem__), self.together
                    )
                    return with_findings(dataset, words, options, self.together), guesses
                except SalesmetricsError as error:
                    found = propose_after(error, arguments, tables, options)
                    if found is None:
                        raise
                    proposal, arguments, options = found
                    if self._names is not None:
                        from salesmetrics.ingest.hidden import hidden_proposal
                        from salesmetrics.privacy.details import hidden_error

                        proposal, error = hidden_proposal(proposal, self._names), hidden_error(error, self._names)
                    guesses.append(file_guess(proposal, error))
        return None, guesses

    def _with_way_out(self, error: SalesmetricsError, options: ReadOptions) -> SalesmetricsError:
        """A refusal, with the command that reads the file all the same where one can be guessed."""
        refused = error.details.get("path")
        for argument in expand(self.typed):
            table = next((table for table in self._last.get(argument.path, ()) if table.source.path == refused), None)
            if table is not None or argument.path == refused:
                from salesmetrics.ingest.propose import with_way_out

                return with_way_out(error, table, argument, options)
        return error

    def checked(self, dataset: Dataset, words: frozenset[str], options: ReadOptions) -> Dataset:
        """The dataset with what is to be known of its records.

        Args:
            dataset: As it was read.
            words: Stages and statuses that its findings name already.
            options: How it was read.
        """
        from salesmetrics.ingest.read import with_findings

        return with_findings(dataset, words, options, self.together)

    def hashed(self, dataset: Dataset) -> Dataset:
        """The dataset with the SHA-256 of every file, if that is asked for; what changed while it was read in parts is refused."""
        for path, seen in self._seen.items():
            refuse_changed(path, seen)
        known = {path: found.result() for path, found in self._hashes.items()}
        if not self._hashed:
            return dataset
        # Older exports of a list are among the inputs only; each is a file by itself.
        paths = [file.origin for file in dataset.files]
        paths += [item.path.partition("!")[0] for item in dataset.inputs[len(paths) :]]
        pairs = zip(dataset.inputs, paths, strict=True)
        inputs = [replace(item, sha256=known[path]) for item, path in pairs]
        return replace(dataset, inputs=tuple(inputs))

    def hidden(self, dataset: Dataset, options: ReadOptions) -> Dataset:
        """The dataset with its names hidden, if that is asked for; checked before, for a check compares names."""
        from salesmetrics.ingest.hiding import hidden

        if options.names is not None:
            self._told |= {options.names.file(item.path): item.path for item in dataset.inputs}
        return hidden(dataset, options.names)

    def _read(self, options: ReadOptions, path: str) -> list[RawTable]:
        if path not in self._tables and path not in self._held:
            if self._store is None or not place_of(path).is_file():
                self._fetch(path)
            self._tables[path] = self._open(path, options)
        found = self._held.pop(path) if path in self._held else self._tables[path].result()
        self._tables.pop(path, None)
        if options.names is not None:
            from salesmetrics.ingest.hidden import learn_headers

            learn_headers(found, options.names)
        self._last = {path: found}
        return found

    def _fetch(self, path: str) -> None:
        piped = read_pipe(path, self._stdin)  # here: nobody could interrupt a thread that waits for a pipe
        data = self.begin(lambda: read_file(path) if piped is None else piped)
        self._bytes[path] = data

    def _open(self, path: str, options: ReadOptions) -> Future[list[RawTable]]:
        if path not in self._bytes and self._store is not None:
            return self._open_in_pieces(path, options, self._store)
        data = self._bytes.pop(path)  # so that the bytes can go when they are read
        if self._hashed:
            self._hashes[path] = self.begin(lambda: hashlib.sha256(data.result()).hexdigest())

        def read() -> list[RawTable]:
            from salesmetrics.ingest.table.table import open_tables

            cut, encoding = options.delimiter, options.encoding
            return open_tables(path, data.result(), encoding=encoding, delimiter=cut, together=self.together)

        return self.begin(read)

    def _open_in_pieces(self, path: str, options: ReadOptions, store: Store) -> Future[list[RawTable]]:
        self._seen[path] = state_of(path)
        if self._hashed:
            self._hashes[path] = do(lambda: sha256_of(path))

        def read() -> list[RawTable]:
            cut, encoding = options.delimiter, options.encoding
            if self._session is None:
                from salesmetrics.ingest.table.pieces import open_in_pieces

                tables = open_in_pieces(path, store, encoding=encoding, delimiter=cut)
            else:
                from salesmetrics.ingest.table.far import open_far

                tables = open_far(path, self._session, store, encoding=encoding, delimiter=cut)
            refuse_changed(path, self._seen[path])
            self._records += sum(table.frame.height for table in tables)
            afford_in_parts(path, self._records, options.memory or 0)
            return tables

        return do(read)


class HeldFiles(Files):
    """Files that are a dataset already: whatever is asked of them, nothing is read again.

    Args:
        dataset: Read, checked and hashed.
        arguments: As they were typed, where that is known.
        read: The files that it was read from, where that is known.
    """

    def __init__(self, dataset: Dataset, arguments: Sequence[str] = (), read: Files | None = None) -> None:
        self.typed, self._large, self._dataset = tuple(arguments), False, dataset
        self._names = dataset.options.names if dataset.options is not None else None
        self._told = {}
        if read is not None:
            self._names, self._told = read._names, read._told

    def open(self, options: ReadOptions) -> None:
        """Nothing is left to be read."""

    def read(
        self,
        options: ReadOptions,  # noqa: ARG002
        about: frozenset[str] | None = None,  # noqa: ARG002
    ) -> tuple[Dataset, frozenset[str]]:
        """The dataset."""
        return self._dataset, frozenset()

    def read_or_guess(self, options: ReadOptions) -> tuple[Dataset | None, list[FileGuess]]:  # noqa: ARG002
        """The dataset, in which every file was recognised."""
        return self._dataset, []

    def checked(self, dataset: Dataset, words: frozenset[str], options: ReadOptions) -> Dataset:  # noqa: ARG002
        """The dataset, which was checked before."""
        return dataset

    def hashed(self, dataset: Dataset) -> Dataset:
        """The dataset, which was hashed before."""
        return dataset

    def hidden(self, dataset: Dataset, options: ReadOptions) -> Dataset:  # noqa: ARG002
        """The dataset, whose names were hidden when it was read, if at all."""
        return dataset


# --- questions ---


def load(files: Files, options: ReadOptions, about: frozenset[str] | None = None) -> Dataset:
    """Everything that files say: read, checked and hashed.

    Args:
        files: The files.
        options: How they are read.
        about: The columns that a question is about beside its KPIs; None where everything is wanted.

    Raises:
        SalesmetricsError: A file cannot be read, or leaves something open that an option settles.
    """
    files.open(options)
    import_module("salesmetrics.ingest.read")  # while the file is being read
    dataset, words = files.read(options, about)
    return files.hidden(files.hashed(files.checked(dataset, words, options)), options)


def report(
    files: Files,
    options: ReadOptions,
    question: Question,
    catalog: Catalog,
    *,
    accept: Callable[[Dataset], None],
    goals: Callable[[Request], list[Goal]],
    goals_by: Iterable[str] = (),
    whole: bool = False,
) -> tuple[Report, Dataset]:
    """Compute KPIs of files, and look for findings beside that.

    Args:
        files: The files.
        options: How they are read.
        question: What is asked for.
        catalog: The KPIs that exist.
        accept: Raises for a dataset that is not to be reported.
        goals: The goals, by the request that they belong to.
        goals_by: The dimensions of these.
        whole: The dataset keeps all columns, for what else is made of it.

    Returns:
        The report, and the dataset without the columns that it did not need.

    Raises:
        SalesmetricsError: As :func:`load` and :func:`salesmetrics.engine.build.build_report`; and ``outcome_unsettled``.
    """
    files.open(options)
    from salesmetrics.engine.build import in_order, make_report, metrics_of  # while the file is being read
    from salesmetrics.engine.goals import evaluate
    from salesmetrics.engine.prepare import prepare
    from salesmetrics.engine.segments import without_totals
    from salesmetrics.engine.unknown import refuse_unsettled

    import_module("salesmetrics.ingest.read")
    options = replace(options, as_of=question.as_of)
    dataset, words = files.read(options, None if whole else columns_asked(question, goals_by))
    checked = files.begin(partial(files.checked, dataset, words, options))
    accept(dataset)
    dataset = files.hidden(dataset, options)
    request = request_of(question, dataset)
    frames = dataset.records
    set_goals = typed_goals(goals(request), dataset)
    setup = prepare(request, frames, catalog, besides={goal.kpi for goal in set_goals})
    setup = in_order(request, setup, frames, catalog)
    metrics = metrics_of(request, setup)
    dataset = files.hidden(files.hashed(checked.result()), options)
    refuse_unsettled(request.kpis, metrics, dataset.findings)
    result = make_report(request, setup, metrics, inputs=dataset.inputs, findings=dataset.findings, command="report")
    result = evaluate(replace(result, arguments=files.arguments), set_goals, request, frames, catalog)
    result = without_names(result, dataset.names)
    return without_totals(result) if question.no_total else result, dataset


def trend(files: Files, options: ReadOptions, question: Question, catalog: Catalog) -> tuple[Report, Dataset]:
    """Compute KPIs of files over time.

    Args:
        files: The files.
        options: How they are read.
        question: What is asked for; ``every`` is the length of a period.
        catalog: The KPIs that exist.

    Raises:
        SalesmetricsError: As :func:`report`.
    """
    if not question.kpis:
        fix = Message("kpi_of_trend")
        raise SalesmetricsError("argument_missing", command="salesmetrics trend", argument="KPI", fix=fix)
    dataset = load(files, replace(options, as_of=question.as_of), columns_asked(question))
    from salesmetrics.engine.segments import without_totals

    result = replace(trend_of(dataset, question, catalog), arguments=files.arguments)
    return without_totals(result) if question.no_total else result, dataset


def trend_of(dataset: Dataset, question: Question, catalog: Catalog) -> Report:
    """The same of files that are read already: arguments, and what it raises, are those of :func:`trend`."""
    from salesmetrics.engine.trend import build_trend
    from salesmetrics.engine.unknown import refuse_unsettled

    request = request_of(question, dataset)
    result = build_trend(request, dataset.records, catalog, inputs=dataset.inputs, findings=dataset.findings)
    refuse_unsettled(request.kpis, result.metrics, dataset.findings)
    return without_names(result, dataset.names)


def rows(
    files: Files, options: ReadOptions, question: Question, catalog: Catalog, listing: Listing
) -> tuple[Rows, Dataset]:
    """The records behind one KPI.

    Args:
        files: The files.
        options: How they are read.
        question: What is asked for: one KPI.
        catalog: The KPIs that exist.
        listing: Which of its records, in which order, with which columns.

    Raises:
        SalesmetricsError: As :func:`load`; ``kpi_unknown``, ``outcome_unsettled``.
    """
    dataset = load(files, replace(options, as_of=question.as_of))
    return rows_of(dataset, question, catalog, listing), dataset


def rows_of(dataset: Dataset, question: Question, catalog: Catalog, listing: Listing) -> Rows:
    """The same of files that are read already: arguments, and what it raises, are those of :func:`rows`."""
    from salesmetrics.drilldown.listing import list_rows
    from salesmetrics.engine.unknown import refuse_unsettled_rows
    from salesmetrics.ingest.recognise.naming import names_of

    request = request_of(question, dataset)
    refuse_unsettled_rows(question.kpis[0], catalog, dataset.withheld, lambda: dataset.findings)
    if dataset.names is not None:
        refuse_listing(listing, dataset)
    found = list_rows(request, dataset.records, catalog, listing, names_of(dataset).column, dataset.inputs)
    return without_names(found, dataset.names)


def explain(files: Files, options: ReadOptions, question: Question, catalog: Catalog) -> tuple[Working, Dataset]:
    """The working of one KPI.

    Args:
        files: The files.
        options: How they are read.
        question: What is asked for: one KPI.
        catalog: The KPIs that exist.

    Raises:
        SalesmetricsError: As :func:`load`.
    """
    dataset = load(files, replace(options, as_of=question.as_of))
    from salesmetrics.drilldown.working import explain_working

    found = explain_working(request_of(question, dataset), dataset.records, catalog, dataset.inputs)
    return without_names(found, dataset.names), dataset


def inspect(
    files: Files, options: ReadOptions, settings: Settings, catalog: Callable[[], Catalog], shaped: Shaped
) -> tuple[Inspection, Dataset | None]:
    """What was recognised in files, and what they allow.

    Args:
        files: The files.
        options: How they are read.
        settings: Thresholds.
        catalog: Gives the KPIs that exist.
        shaped: What else shapes what is read, for the record.

    Raises:
        SalesmetricsError: As :func:`load`.
    """
    files.open(options)
    from salesmetrics.answers.files import Inspection  # while the file is being read
    from salesmetrics.answers.provenance import filters_of
    from salesmetrics.drilldown.describe import unlocks
    from salesmetrics.entities.make import make_entities
    from salesmetrics.entities.moments import Moments
    from salesmetrics.ingest.recognise.inspection import file_readings

    dataset, guesses = files.read_or_guess(options)
    if dataset is None:
        nothing = Inspection(files=[], allowed=[], unlocks=[], findings=[], filters=filters_of(shaped), guesses=guesses)
        return nothing, None
    dataset = files.hidden(dataset, options)
    as_of, _ = dataset.last_event or (None, None)
    frames, _ = make_entities(dataset.entities, Moments(as_of, dataset.own_days, asked=False), settings)
    allowed, missing = unlocks(frames, catalog(), settings, as_of)
    answer = Inspection(
        files=file_readings(dataset),
        allowed=allowed,
        unlocks=missing,
        findings=list(dataset.findings),
        filters=filters_of(shaped_for(dataset, shaped)),
        guesses=guesses,
    )
    return answer, dataset
