"""What every door stands on: what may come of an input, and the door itself.

A door is a function of bytes. Whatever the bytes are, it returns, or raises nothing but what is wrong with the program: an error
that is not of the catalogue, a number that is none, a sum that does not add up, a file that was opened, or too much time.
"""

from __future__ import annotations

import math
import re
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from salesmetrics.errors import ExitCode, RefusedError, SalesmetricsError
from salesmetrics.messages import speech, text
from salesmetrics.messages.errors import CATALOGUE
from salesmetrics.messages.languages import LANGUAGES

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["CORPUS", "FOUND", "Door", "by_words", "numbers_are_numbers", "outcome", "play", "typed", "untouched"]

T = TypeVar("T")

HERE = Path(__file__).parent
CORPUS, FOUND = HERE / "corpus", HERE / "found"
"""Inputs that between them go wherever any went, and those that once went wrong."""

LIMIT = 20.0
"""Seconds of all processors that a small input may take; the slowest take a tenth, also when traced."""

speech._catalogue = cache(speech._catalogue)
"""Each language is read once: a command speaks one, the inputs speak all."""


@dataclass(frozen=True)
class Door:
    """A place where bytes of others come in.

    Attributes:
        name: Of its folder in the corpus.
        go: Plays an input.
        seeds: Inputs to begin with.
        words: Pieces that inputs of this door are made of.
        longest: Bytes of an input.
        kept: Inputs that the corpus may hold.
        mutate: Another input made of one: from an input, its longest size and a source of chance.
    """

    name: str
    go: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    words: tuple[str, ...]
    longest: int
    kept: int
    mutate: Callable[[bytes, int, random.Random], bytes]


def play(door: Door, data: bytes) -> None:
    """One input through a door, in the language that it chooses."""
    tags = sorted(LANGUAGES)
    begun = time.process_time()
    with speech.speaking(tags[sum(data) % len(tags)]):
        door.go(data)
    taken = time.process_time() - begun
    assert taken < LIMIT, f"{taken:.0f} s for {len(data)} bytes"


def typed(data: bytes) -> str:
    """Bytes as the words of a command line: those that are no text become surrogates."""
    return data.decode("utf-8", "surrogateescape")


def outcome(work: Callable[[], T]) -> T | None:
    """What comes of it; None where it is refused with a code of the catalogue, in words, and with its exit code."""
    try:
        return work()
    except (SalesmetricsError, RefusedError) as error:
        _in_words(error)
        return None


def _in_words(error: SalesmetricsError | RefusedError) -> None:
    assert str(error).strip()
    if isinstance(error, SalesmetricsError):
        assert error.code in CATALOGUE, error.code
        assert error.exit_code is ExitCode.INPUT_ERROR, error.code
        assert isinstance(error.hint, str)
    else:
        assert error.fix is None or text(error.fix).strip()


def numbers_are_numbers(value: Any, place: str = "") -> None:
    """No number that is none, and none that is infinite, anywhere within an answer."""
    if isinstance(value, (float, Decimal)):
        assert math.isfinite(value), f"{place}: {value}"
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            numbers_are_numbers(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, dict):
        for name, item in value.items():
            numbers_are_numbers(item, f"{place}.{name}")
    elif isinstance(value, (list, tuple, set, frozenset)):
        for number, item in enumerate(value):
            numbers_are_numbers(item, f"{place}[{number}]")
    elif hasattr(value, "model_dump"):
        numbers_are_numbers(value.model_dump(), place)
    elif hasattr(value, "__dataclass_fields__"):
        numbers_are_numbers({name: getattr(value, name) for name in value.__dataclass_fields__}, place)


_watched: list[str] | None = None
_OWN = tuple(
    dict.fromkeys([*sys.path[1:], sys.prefix, sys.base_prefix, str(HERE.parent.parent / "src"), "/usr/share/zoneinfo"])
)
_DEEDS = re.compile(
    r"os\.(?!listdir|scandir|walk|fwalk)|subprocess|socket\.|shutil\.|urllib|webbrowser|ctypes\.dlopen|pty\."
)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is None:
        return
    if event == "open":
        path = str(arguments[0])
        if not isinstance(arguments[0], int) and not path.startswith(_OWN):
            _watched.append(f"open {path!r}")
    elif _DEEDS.match(event):
        _watched.append(f"{event} {arguments!r}"[:200])


sys.addaudithook(_hear)


@contextmanager
def untouched() -> Iterator[None]:
    """Nothing within opens a file (but modules of Python, and zones), runs a program or asks another machine."""
    global _watched
    _watched = []
    try:
        yield
        assert not _watched, _watched
    finally:
        _watched = None


_PIECE = re.compile(r"\w+|\s+|.", re.DOTALL)


def by_words(words: tuple[str, ...], head: int = 0) -> Callable[[bytes, int, random.Random], bytes]:
    """Mutates a text by its words: takes some out, puts others in, doubles and swaps them; the first bytes choose something else.

    Args:
        words: What may be put in.
        head: How many of these bytes there are.
    """

    def mutate(data: bytes, longest: int, draw: random.Random) -> bytes:
        first, pieces = bytearray(data[:head].ljust(head, b"\0")), _PIECE.findall(typed(data[head:]))
        if head and draw.random() < 0.2:
            first[draw.randrange(head)] = draw.randrange(256)
        for _ in range(draw.choice((1, 1, 2, 3, 6))):
            at = draw.randrange(len(pieces) + 1)
            way = draw.randrange(6)
            if way < 2:
                pieces.insert(at, draw.choice(words))
            elif way == 2:
                pieces[at : at + 1] = [draw.choice(words)]
            elif way == 3:
                del pieces[at : at + draw.choice((1, 1, 2, 5))]
            elif way == 4:
                end = at + draw.choice((1, 2, 5, 9))
                pieces[at:at] = pieces[at:end]
            elif pieces:
                other = draw.randrange(len(pieces))
                at = min(at, len(pieces) - 1)
                pieces[at], pieces[other] = pieces[other], pieces[at]
        return (bytes(first) + "".join(pieces).encode("utf-8", "surrogateescape"))[:longest]

    return mutate
