"""The key, and what stands in the place of a name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from salesmetrics.errors import SalesmetricsError
from salesmetrics.privacy.fields import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from salesmetrics.privacy.fields import Named, Sort

__all__ = ["ID", "LEAST", "PSEUDONYM", "SPELLING", "Names", "reads_as_pseudonym"]

LEAST = 16
"""Characters of a key, at least: a shorter one can be found by trying."""

_LETTERS = "23456789bcdfghjkmnpqrstvwxz"
"""No vowel, so that no word appears, and no two signs that look alike."""

_SIGNS: Mapping[Named | Literal["file"], int] = {
    "owner": 8,
    "account": 10,
    "contact": 12,
    "deal": 12,
    "value": 12,
    "file": 8,
}
_SPELLED = 4
"""Signs for the spelling of a company, behind those for its name: names that differ in case and spaces alone begin alike."""

SPELLING = rf"^(account-[{_LETTERS}]{{{_SIGNS['account']}}})-[{_LETTERS}]{{{_SPELLED}}}$"
"""The pseudonym of a company; its group is the part that says which company it is, however it is spelled."""

_SALT = b"salesmetrics pseudonyms 1"
_WORK = {"n": 2**14, "r": 8, "p": 1}
"""What one guess at a key costs: 16 MiB and some hundredths of a second."""

_ENDINGS = frozenset(
    [
        "csv",
        "tsv",
        "tab",
        "txt",
        "xlsx",
        "xlsm",
        "xls",
        "ods",
        "parquet",
        "zip",
        "gz",
        "bz2",
        "xz",
        "zst",
        "7z",
        "rar",
        "json",
        "jsonl",
        "ndjson",
        "html",
        "htm",
        "md",
        "markdown",
        "eml",
        "toml",
        "pdf",
    ]
)
"""What a file may end with and say no more than what it is."""

ID = "^[!-?A-~]*[0-9][!-?A-~]*$"
"""An id as programs count or draw it: it has a digit, and no blank, `@` or letter beyond ASCII."""


class Names:
    """What stands in the place of the names of a run.

    Args:
        key: Same key, same pseudonyms; None where none is ever shown.
    """

    __slots__ = ("_files", "_harmless", "_key", "_seen", "shown")

    def __init__(self, key: str | None) -> None:
        self.shown = key is not None
        self._key = _derived(key) if key is not None else _SALT.ljust(32, b".")
        self._seen: dict[str, bytes] = {}  # of names there is nothing in it, for it may be pickled
        self._files: dict[bytes, str] = {}  # nor in this
        self._harmless: set[str] = set()

    def __repr__(self) -> str:
        """Without the key."""
        return f"Names(shown={self.shown})"

    def __eq__(self, other: object) -> bool:
        """Whether they give the same pseudonyms."""
        return isinstance(other, Names) and (self._key, self.shown) == (other._key, other.shown)

    def __hash__(self) -> int:
        """Of the key, which it does not tell."""
        return hash((self._key, self.shown))

    def pseudonym(self, sort: Named | Literal["file"], value: str) -> str:
        """What stands in the place of a name: the same for the same name of a sort, wherever it occurs.

        Raises:
            SalesmetricsError: ``pseudonyms_collide``.

        >>> Names("a key for this example").pseudonym("owner", "Ann") == Names("a key for this example").pseudonym("owner", "Ann")
        True
        """
        return self.pseudonyms(sort, [value])[0]

    def pseudonyms(self, sort: Named | Literal["file"], values: Sequence[str]) -> list[str]:
        """The same of several names.

        Raises:
            SalesmetricsError: ``pseudonyms_collide``.
        """
        if sort != "account":
            return self._made(sort, values, [f"{sort}-"] * len(values))
        starts = self._made(sort, [_plain(name) for name in values], ["account-"] * len(values))
        return self._made("spelling", values, [f"{start}-" for start in starts])

    def _made(
        self, sort: Named | Literal["file", "spelling"], values: Sequence[str], starts: Sequence[str]
    ) -> list[str]:
        begun = hashlib.blake2b(f"{sort}\0".encode(), key=self._key, digest_size=16)
        digests = []
        for value in values:
            keyed = begun.copy()
            keyed.update(value.encode("utf-8", "surrogateescape"))
            digests.append(keyed.digest())
        words = _written(digests, _SPELLED if sort == "spelling" else _SIGNS[sort])
        found = [f"{start}{word}" for start, word in zip(starts, words, strict=True)]
        for made, digest in zip(found, digests, strict=True):
            if self._seen.setdefault(made, digest) != digest:
                raise SalesmetricsError("pseudonyms_collide", pseudonym=made)
        return found

    def is_pseudonym(self, word: str) -> bool:
        """Whether a word was given in the place of a name in this run."""
        return word in self._seen

    def learn(self, words: Iterable[str]) -> None:
        """Words of the data that may be shown: values of columns that hold no names, and headers."""
        self._harmless.update(words)

    def may_show(self, value: str) -> bool:
        """Whether a text tells no name: it stands for one already, or is a word that may be shown."""
        named = self.shown and value in self._seen
        return named or value in self._harmless or value in self._files.values()

    def file(self, path: str) -> str:
        """What stands in the place of a file or a folder: only its ending is kept. Without pseudonyms files are counted.

        >>> Names(None).file("exports/Ann Moore.csv")
        'file-1.csv'
        """
        if path in ("", "-") or path in self._files.values():
            return path
        mark = hashlib.blake2b(path.encode("utf-8", "surrogateescape"), key=self._key, digest_size=16).digest()
        if mark not in self._files:
            word = self.pseudonym("file", path) if self.shown else f"file-{len(self._files) + 1}"
            self._files[mark] = f"{word}{_ending_of(path)}"
        return self._files[mark]

    def of_sort(self, sort: Sort, value: str) -> str:
        """What stands in the place of a value of a column of any sort."""
        if sort == "id":
            return self.of_id(value)
        named = next((known for known in NAMES if known == sort), None)
        return value if named is None else self.pseudonym(named, value)

    def of_id(self, value: str) -> str:
        """An id of a deal, a lead, an invoice or an activity: itself, unless it reads as a name or an address.

        >>> Names(None).of_id("0061t00000AbCdE")
        '0061t00000AbCdE'
        """
        return value if re.search(ID, value) else self.pseudonym("deal", value)


PSEUDONYM = re.compile(rf"\b(?:owner|account|contact|deal|value)(?:-[{_LETTERS}]{{4,12}}){{1,2}}\b")
"""As it stands in a text."""


def reads_as_pseudonym(word: str) -> bool:
    """Whether a word is written as pseudonyms are.

    >>> reads_as_pseudonym("owner-k7q2m4x9"), reads_as_pseudonym("owner")
    (True, False)
    """
    return PSEUDONYM.fullmatch(word) is not None


_SPACES = re.compile(r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


def _plain(name: str) -> str:
    """The name of a company as :func:`salesmetrics.entities.accounts.plain_names` compares it."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", name).lower()).strip(" ")


def _written(digests: Sequence[bytes], signs: int) -> list[str]:
    """The first half of each digest in our letters."""
    import numpy as np

    numbers = np.frombuffer(b"".join(digests), dtype=">u8")[::2].astype(np.uint64)
    letters = np.frombuffer(_LETTERS.encode(), dtype=np.uint8)
    found = np.empty((len(digests), signs), dtype=np.uint8)
    for place in range(signs):
        numbers, digits = np.divmod(numbers, np.uint64(len(_LETTERS)))
        found[:, place] = letters[digits]
    text = found.tobytes().decode("ascii")
    return [text[start : start + signs] for start in range(0, len(text), signs)]


@lru_cache(maxsize=4)
def _derived(key: str) -> bytes:
    return hashlib.scrypt(key.encode("utf-8", "surrogateescape"), salt=_SALT, dklen=32, maxmem=2**26, **_WORK)


def _ending_of(path: str) -> str:
    """The ending of a file's name, where it is one that says what the file is.

    >>> _ending_of("exports/Ann.CSV"), _ending_of("Ann.Moore"), _ending_of("a.zip!b.csv")
    ('.csv', '', '.csv')
    """
    _, dot, ending = path.rpartition(".")
    return f".{ending.lower()}" if dot and ending.lower() in _ENDINGS else ""
