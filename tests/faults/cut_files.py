"""Files that are cut short: text, packed text, archives, workbooks; standard input and pipes that end early."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
from functools import cache
from typing import TYPE_CHECKING

from ground import INPUT_ERROR, OK, Ground, archive, deals, folder, play, run, workbook

if TYPE_CHECKING:
    from collections.abc import Callable

DAMAGED = "error: cannot read `deals."


@cache
def packed_zstd() -> bytes:
    import zstandard

    return zstandard.ZstdCompressor().compress(deals().encode())


@cache
def parquet() -> bytes:
    import polars as pl

    out = io.BytesIO()
    pl.read_csv(deals().encode()).write_parquet(out)
    return out.getvalue()


WHOLE: dict[str, Callable[[], bytes]] = {
    "xlsx": workbook,
    "csv.gz": lambda: gzip.compress(deals().encode(), mtime=0),
    "zip": archive,
    "csv.zst": packed_zstd,
    "parquet": parquet,
    "csv": lambda: deals().encode(),
}


def cut(ground: Ground) -> None:
    """A file of each kind, cut at random places; the first bytes name the kind, so that nothing else is made of it."""
    for ending, made in ground.some(2, list(WHOLE.items())):
        data = made()
        places = [ground.drawn.randrange(30, len(data)) for _ in range(8 if ground.full else 1)]
        for place in [*places, *([0, 1, 3, len(data) - 1] if ground.full else [])]:
            for words in [("report",), ("check",), ("inspect",), ("init",)] if ground.full else [("check",)]:
                with folder() as here:
                    (here / "deals.csv").unlink()
                    (here / f"deals.{ending}").write_bytes(data[:place])
                    done = run(*words, f"deals.{ending}", cwd=here)
                    name = f"{words[0]} of {place} of {len(data)} bytes of deals.{ending}"
                    plain = ending == "csv" or place < 5
                    ground.check(name, done, [OK, 1, INPUT_ERROR] if plain else [INPUT_ERROR], "" if plain else DAMAGED)


def piped(ground: Ground) -> None:
    """Standard input that ends at random places; what came is read, or refused in words."""
    data = deals().encode()
    for kind, whole in (
        [("csv", data), ("gz", gzip.compress(data, mtime=0)), ("zip", archive())] if ground.full else [("csv", data)]
    ):
        for place in [ground.drawn.randrange(len(whole)) for _ in range(5 if ground.full else 1)]:
            done = run("report", "-", "--kpi", "revenue", "-q", stdin=whole[:place])
            ground.check(
                f"the first {place} bytes of {kind} at stdin",
                done,
                [OK, INPUT_ERROR] if kind == "csv" else [INPUT_ERROR],
            )
    ground.check("nothing at stdin", run("report", "-", stdin=b""), [INPUT_ERROR], "`-` is empty")
    if ground.full:
        ground.check("no stdin", run("check", "-"), [INPUT_ERROR], "`-` is empty")


def fifos(ground: Ground) -> None:
    """A named pipe whose writer gives all, gives a part, or leaves without a byte; and one that an answer goes into."""
    if not hasattr(os, "mkfifo"):
        return
    data = deals().encode()
    for given, codes in [(data, [OK]), (data[:1_000], [OK]), (b"", [INPUT_ERROR])] if ground.full else [(data, [OK])]:
        with folder() as here:
            os.mkfifo(here / "pipe.csv")
            writer = threading.Thread(target=(here / "pipe.csv").write_bytes, args=(given,))
            writer.start()
            done = run("report", "pipe.csv", "--kpi", "revenue", "--format", "csv", "-q", cwd=here)
            writer.join()
            ground.check(f"{len(given)} bytes through a named pipe", done, codes)
    for taken in (-1, 10) if ground.full else ():
        with folder() as here:
            os.mkfifo(here / "out.html")
            got: list[bytes] = []

            def take(taken: int = taken, got: list[bytes] = got, path: os.PathLike[str] = here / "out.html") -> None:
                with open(path, "rb") as pipe:  # noqa: PTH123
                    got.append(pipe.read(taken))

            reader = threading.Thread(target=take)
            reader.start()
            done = run("report", "deals.csv", "-q", "-o", "out.html", cwd=here)
            reader.join()
            ground.check(f"an answer into a pipe of which {taken} bytes are taken", done, [OK])
            ground.expect(
                "an answer into a pipe", got[0].startswith(b"<!doctype"[:10]) or taken == 10, f"{got[0][:40]!r}"
            )


def trials(ground: Ground) -> None:
    """Files, standard input, named pipes."""
    cut(ground)
    piped(ground)
    fifos(ground)


if __name__ == "__main__":
    sys.exit(play(__doc__, trials))
