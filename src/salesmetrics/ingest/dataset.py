"""What the reader takes and gives: options in, a dataset out, and the part of it that one table becomes.

Nothing here imports Polars: a command that reads no file does not wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import polars as pl

    from salesmetrics.ingest.canonical.outcome import StageWord
    from salesmetrics.ingest.parse import ParseOptions
    from salesmetrics.ingest.recognise.changelog import Unfolded
    from salesmetrics.ingest.recognise.columns import Recognition
    from salesmetrics.ingest.recognise.versions import Versions
    from salesmetrics.ingest.table.table import RawTable, RejectedRow, Source
    from salesmetrics.privacy.names import Names
    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.provenance import Finding, Input, RowCounts
    from salesmetrics.schema.withheld import Withheld

__all__ = ["FILE", "Dataset", "LoadedFile", "Part", "ReadOptions"]

FILE = "__file__"


class ReadOptions(msgspec.Struct, frozen=True):
    """What the user settled that a file may leave open."""

    encoding: str | None = None
    delimiter: str | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    decimal: Literal["point", "comma"] | None = None
    profile: str | None = None
    mapping: Mapping[str, str] = msgspec.field(default_factory=dict)
    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    timezone: str | None = None
    symbols: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Sign or name of a currency → the ISO code that it stands for in these files."""
    as_of: date | None = None
    names: Names | None = None
    """What stands in the place of names of people and companies; None where they are told."""
    memory: int | None = None
    """Bytes that reading may take; where files would take more, their columns lie on disk. None: they are in memory."""
    engine: Literal["polars", "spark"] = "polars"
    """What reads files: this process, or the executors of Spark."""
    master: str | None = None
    """Where Spark runs; what it is set up for if None."""


class LoadedFile(msgspec.Struct, frozen=True):
    """A file and everything that was recognised in it.

    Args:
        origin: The file that holds it, as its argument names it: of several tables of an archive it is the archive.
        source: What the file turned out to be.
        recognition: Its kind, profile and columns.
        how: Field → how its text was read.
        rows: Read, used, rejected and ignored rows; the last three add up to the first.
        ignored: Reason → rows left out on purpose.
        stage_words: Stage and status words with their meaning.
    """

    origin: str
    source: Source
    recognition: Recognition
    how: dict[str, Message]
    rows: RowCounts
    ignored: dict[str, int]
    stage_words: tuple[StageWord, ...] = ()


class Dataset(msgspec.Struct, frozen=True):
    """Everything that the files say, in canonical form.

    Args:
        frames: One canonical frame per kind: the columns of the kind's model that the files have, what is derived
            (see the modules ``outcome`` and ``activities``), the export's other columns as text under their headers,
            ``__row__`` and ``__file__`` (index into ``files``).
        files: The files, in the order they were named.
        inputs: The same for the report's envelope.
        findings: What a careful reader would want to know.
        last_event: The day that a report speaks for by itself, and where it comes from:
            the last day on which something happened to deals, without deals to any other record; None without any date.
            Plans do not count, nor does a mistyped year (see :mod:`as_of`).
        last_events: The same of each kind of file by itself.
        timezone: The zone that days are of, where one is named.
        span: The first and the last day on which something happened, in any kind of file.
        withheld: What the files leave so unsure that no number may rest on it; each comes with a finding.
        rejected: File and fault of every rejected row; a row may have several.
        history: What older exports of the list of deals tell of its past, beside the stage history that is among the frames:
            see :mod:`salesmetrics.analysis.export_history`. None where there are none.
        exported: The day of the newest of these exports, up to which that is known.
        options: What it was read with, where it is to be asked again.
        names: What stands in the place of names in it; None where they are as in the files.
    """

    frames: dict[Kind, pl.DataFrame]
    files: tuple[LoadedFile, ...]
    inputs: tuple[Input, ...]
    findings: tuple[Finding, ...]
    rejected: tuple[tuple[str, RejectedRow], ...]
    last_event: tuple[date, Message] | None
    last_events: Mapping[Kind, tuple[date, Message]]
    withheld: tuple[Withheld, ...] = ()
    timezone: str | None = None
    span: tuple[date, date] | None = None
    history: pl.DataFrame | None = None
    exported: date | None = None
    options: ReadOptions | None = None
    names: Names | None = None

    @property
    def rejects(self) -> pl.DataFrame:
        """``path``, ``row`` (UInt32), ``column``, ``value``, ``reason`` in English: one line per fault of a rejected row."""
        import polars as pl

        from salesmetrics.messages import told

        # A name of a file may be bytes that are no text, which a column of text cannot hold.
        names = {path: path.encode("utf-8", "backslashreplace").decode("utf-8") for path, _ in self.rejected}
        rows = [(names[path], row.row, row.column, row.value, told(row.reason)) for path, row in self.rejected]
        schema = {"path": pl.String, "row": pl.UInt32, "column": pl.String, "value": pl.String, "reason": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def own_days(self) -> dict[str, date]:
        """Kind of file → its last event; ``exports`` → the day of the newest export that the history of the deals goes up to."""
        found = {str(kind): day for kind, (day, _) in self.last_events.items()}
        return found if self.exported is None else {**found, "exports": self.exported}

    @property
    def entities(self) -> dict[str, pl.DataFrame]:
        """The frames by plain name, as the report takes them; what older exports tell is part of the stage history."""
        found = {str(kind): frame for kind, frame in self.frames.items()}
        if self.history is None:
            return found
        import polars as pl

        told = [found["stages"]] if "stages" in found else []
        return {**found, "stages": pl.concat([*told, self.history], how="diagonal_relaxed")}

    @property
    def records(self) -> dict[str, pl.DataFrame]:
        """The entities, for what cannot do without a record.

        Raises:
            SalesmetricsError: ``report_empty``: not one row of the files counts.
        """
        if self.frames and not any(frame.height for frame in self.frames.values()):
            raise SalesmetricsError("report_empty", cause=Message("no_row_counts"), fix=Message("check_says_why"))
        return self.entities


class Part(msgspec.Struct):
    """One table on its way to the dataset; ``narrow`` while columns that no field claims are left out of its frame."""

    table: RawTable
    recognition: Recognition
    frame: pl.DataFrame
    how: dict[str, Message]
    ignored: dict[str, int]
    rejected: list[RejectedRow]
    findings: list[Finding]
    options: ParseOptions
    origin: str
    stage_words: tuple[StageWord, ...] = ()
    final_words: tuple[StageWord, ...] = ()
    withheld: list[Withheld] = msgspec.field(default_factory=list)
    narrow: bool = False
    unfolded: Unfolded | None = None
    """Which row is about which field, of a log of changes."""
    versions: Versions | None = None
    """What tells the versions of a deal apart, of a table that has them all."""

    @property
    def kind(self) -> Kind:
        """Kind of record."""
        return self.recognition.kind

    @property
    def path(self) -> str:
        """As the user named it."""
        return self.table.source.path

    def header(self, name: str) -> str | None:
        """The header behind a canonical column."""
        match = self.recognition.columns.get(name)
        return match.header if match else None
