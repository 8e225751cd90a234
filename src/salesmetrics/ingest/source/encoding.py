"""Which encoding a file is in, and how sure that is. Own file: evidence from bytes, before there is text.

The evidence is read off the decoded text: what share of it looks like one written language, and how many words of CRM
headers it holds. Bytes that mean nothing in an encoding rule it out.
"""

from __future__ import annotations

import codecs
import io
import re
from itertools import islice
from typing import TYPE_CHECKING, Literal

import msgspec
import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.letters import HEADER_WORDS, SCORERS
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MARKED", "SURE", "Encoding", "detect", "is_utf8", "is_wide", "shown", "to_utf8"]

SURE = 0.6
"""A guess below this confidence is worth a finding."""

_SAMPLE = 256 << 10
_SCORED = 64 << 10
_STEP = 1 << 20
_ASCII = bytes(range(128))
_HOLES = b"\x81\x8d\x8f\x90\x9d"
_DAMAGE = 0.02
_UTF8_CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ABOVE, _LINE_END = re.compile(rb"[\x80-\xff]"), re.compile(rb"[\r\n]")
_PLAIN = bytes(range(128)).replace(b"\n", b"")
_LETTERS = bytes(range(128)) + b"x" * 128
_CLASSES = b"." * 128 + b"C" * 64 + b".." + b"L" * 51 + b"." * 11
"""What a byte can be in UTF-8: the first of a character (L), another one of it (C), or neither."""
_FIRST_MARK = 0x10FE00
"""Marks for bytes that are no characters: the last code points of all, which no font and no file has a use for."""
_MARKED = re.compile("[\U0010fe00-\U0010feff]")
MARKED = "[\U0010fe00-\U0010feff]"
"""The same for Polars."""
_SHAPES = {"cp1251": b"LCLC", "cp1252": b"LC", "cp1256": b"LCLC"}
"""What a word of UTF-8 has and one of the encoding next to never: one accent, two Cyrillic or Arabic letters, else two signs."""
_PREVAILING = 100
_MOST_STRAYS = 10_000
_BETTER = 0.3
_WORD_BONUS = 0.25
_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Encoding(msgspec.Struct, frozen=True):
    """A decision about an encoding.

    ``damaged`` counts the bytes that are not valid in it, where they are few. ``mixed``: other lines say for certain what
    the encoding is, so that a line whose bytes mean nothing in it is in another one. ``strays`` are such lines, as places
    in the file, where their bytes would mean something.
    """

    name: str
    how: Literal["bom", "strict", "option", "guess"]
    confidence: float
    alternative: str | None = None
    damaged: int = 0
    mixed: bool = False
    strays: tuple[tuple[int, int], ...] = ()


def detect(data: bytes, *, path: str, option: str | None = None) -> Encoding:
    """The encoding of a file.

    Args:
        data: All its bytes.
        path: For the error message.
        option: What the user said; it wins, and is checked against the bytes.

    Raises:
        SalesmetricsError: ``encoding_unknown``, ``encoding_mismatch``, ``file_binary``.

    >>> detect("Сделка".encode("utf-8"), path="a.csv").name
    'utf-8'
    """
    if option is not None:
        return _from_option(data, path, option)
    for bom, name in _BOMS:
        if data.startswith(bom):
            if name == "utf-8-sig" and not is_utf8(data) and _is_mixed(data[len(bom) :]):
                return Encoding(name, "bom", 0.9, damaged=1, mixed=True)
            if name == "utf-8-sig" and (bad := _few_wrong_bytes(data)):
                return Encoding(name, "bom", 0.9, damaged=bad)
            if name == "utf-16" and (bad := _few_wrong_units(data, name)):
                return Encoding(name, "bom", 0.9, damaged=bad, mixed=True)
            _first_error(data, name, path=path)
            return Encoding(name, "bom", 1.0)
    if (wide := _wide(data[:_SAMPLE])) is not None:
        if _mismatch(data, wide) is None:
            return Encoding(wide, "guess", 0.95)
        if bad := _few_wrong_units(data, wide):
            return Encoding(wide, "guess", 0.9, damaged=bad, mixed=True)
    _refuse_binary(data[:_SAMPLE], path)
    if data.isascii() or is_utf8(data):
        return Encoding("utf-8", "strict", 1.0)
    return _guess(data, path)


def _from_option(data: bytes, path: str, option: str) -> Encoding:
    try:
        name = codecs.lookup(option).name
        "".encode(name)
    except (LookupError, ValueError) as error:
        raise SalesmetricsError("encoding_unknown", encoding=option, path=path) from error
    if name == "utf-8" and data.startswith(codecs.BOM_UTF8):
        name = "utf-8-sig"
    if name == "gb2312":
        name = "gb18030"
    _first_error(data, name, path=path, named=option)
    return Encoding(name, "option", 1.0)


def _first_error(data: bytes, name: str, *, path: str, named: str | None = None) -> None:
    offset = _mismatch(data, name)
    if offset is not None:
        byte = f"0x{data[offset]:02X}" if offset < len(data) else "missing"
        raise SalesmetricsError("encoding_mismatch", path=path, encoding=named or name, byte=byte, offset=offset)


def _mismatch(data: bytes, name: str) -> int | None:
    """Offset of the first byte that is not valid in an encoding."""
    if name in ("utf-8", "utf-8-sig") and (data.isascii() or is_utf8(data)):
        return None
    decoder = codecs.getincrementaldecoder(name)()
    for start in range(0, len(data), _STEP):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _STEP], start + _STEP >= len(data))
        except UnicodeDecodeError as error:
            return max(0, start - held + error.start)
        except UnicodeError:
            return start
    return None


def is_utf8(data: bytes) -> bool:
    """Whether bytes are valid UTF-8; Polars' validator is some ten times as fast as a decoder."""
    position = 0
    while position < len(data):
        end = min(position + 8 * _STEP, len(data))
        # A character is never cut: step back over at most three continuation bytes.
        while end < len(data) and end > position and data[end] & 0xC0 == 0x80:
            end -= 1
        if end == position:
            return False
        try:
            pl.Series([data[position:end]], dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.PolarsError:
            return False
        position = end
    return True


def is_wide(sample: bytes) -> bool:
    """Whether the beginning of a file looks like UTF-16 without a byte order mark."""
    return _wide(sample[:_SAMPLE]) is not None


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a byte order mark: the NULs of its ASCII characters, or its line ends, stand on one side only."""
    if len(sample) < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if odd > 0.05 * half and odd > 10 * even:
        return "utf-16-le"
    if even > 0.05 * half and even > 10 * odd:
        return "utf-16-be"
    return None


def _refuse_binary(sample: bytes, path: str) -> None:
    control = sum(sample.count(code) for code in range(32) if code not in (9, 10, 11, 12, 13, 26, 28, 29, 30, 31))
    if control > max(8, 0.02 * len(sample)):
        detail = Message("control_characters", control=control, bytes=len(sample))
        raise SalesmetricsError("file_binary", path=path, detail=detail)


def _sample(data: bytes) -> bytes:
    """The lines that say most: the header, and then lines with bytes above ASCII, from wherever they stand."""
    head = data[:_SCORED]
    end = max(head.rfind(b"\n"), head.rfind(b"\r"))
    if len(data) > _SCORED and end > 0:
        head = head[: end + 1]
    if len(data) <= _SCORED or len(head.translate(None, _ASCII)) >= 64:
        return head
    lines = b"".join(islice(_foreign_lines(data), 1_000))
    return (head[: _SCORED // 4].rpartition(b"\n")[0] + b"\n" + lines)[:_SCORED]


def _foreign_lines(data: bytes) -> Iterator[bytes]:
    """Lines with bytes above ASCII; of a very long one what stands around the first of them."""
    at = 0
    while (found := _ABOVE.search(data, at)) is not None:
        place = found.start()
        begin = max(at, place - _SCORED, data.rfind(b"\n", at, place) + 1, data.rfind(b"\r", at, place) + 1)
        line = _LINE_END.search(data, place, place + _SCORED)
        at = line.end() if line else min(place + _SCORED, len(data))
        yield data[begin:at]


def _guess(data: bytes, path: str) -> Encoding:
    if _is_mixed(data):
        return Encoding("utf-8", "guess", 0.9, damaged=1, mixed=True)
    sample = _sample(data)
    ranking = sorted(((_score(sample, name), name) for name in SCORERS), key=lambda item: -item[0])
    if (holed := _damaged_cp1252(data, sample, ranking[0][0])) is not None:
        return holed
    for place, (score, name) in enumerate(ranking):
        if score <= 0:
            break
        if _mismatch(data, name) is None:
            rival = next((entry for entry in ranking[place + 1 :] if entry[0] > 0), (0.0, None))
            strays = _strays(data, name)
            return Encoding(name, "guess", _confidence(score, rival[0]), rival[1], mixed=bool(strays), strays=strays)
    return _other(data, sample, path)


def _confidence(score: float, rival: float) -> float:
    margin = 1.0 if rival <= 0 else 1 - rival / score
    return round(max(0.05, min(0.99, min(1.0, score) * (0.4 + 1.5 * margin))), 2)


def _is_mixed(data: bytes) -> bool:
    """Whether a file that is not UTF-8 is so in most of its lines with bytes above ASCII.

    Words of another encoding are UTF-8 next to never, so each such line is evidence. Reading stops once the others prevail.
    """
    good = bad = 0
    for piece in _whole_lines(data):
        try:
            piece.decode()
        except UnicodeDecodeError:
            for line in _foreign_lines(piece):
                valid = is_valid(line)
                good, bad = good + valid, bad + (not valid)
            if bad > _PREVAILING and bad > 2 * good:
                return False
        else:
            good += (piece + b"\n").translate(_LETTERS, _PLAIN).count(b"x\n")
    return 0 < good >= bad


def is_valid(line: bytes) -> bool:
    """Whether a short piece is UTF-8."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _whole_lines(data: bytes) -> Iterator[bytes]:
    """Pieces of about a megabyte that end with a line."""
    start = 0
    while start < len(data):
        end = min(start + _STEP, len(data))
        if end < len(data):
            end = data.rfind(b"\n", start, end) + 1 or data.find(b"\n", end) + 1 or len(data)
        yield data[start:end]
        start = end


def _strays(data: bytes, name: str) -> tuple[tuple[int, int], ...]:
    """The lines that are UTF-8 in a file of another encoding, where they read better so."""
    found: list[tuple[int, int]] = []
    score = SCORERS[name]
    shape = _SHAPES.get(name, b"LCCLCC")
    offset = 0
    for piece in _whole_lines(data):
        classes, at = piece.translate(_CLASSES), 0
        while (place := classes.find(shape, at)) >= 0 and len(found) < _MOST_STRAYS:
            begin = piece.rfind(b"\n", at, place) + 1 or at
            at = piece.find(b"\n", place) + 1 or len(piece)
            line = piece[begin : min(at, begin + _SCORED)]
            if is_valid(line) and score(line.decode()) > score(line.decode(name, "replace")) + _BETTER:
                found.append((offset + begin, offset + at))
        offset += len(piece)
    return tuple(found)


def _few_wrong_units(data: bytes, name: str) -> int:
    """How many bytes are wrong in a file of UTF-16; 0 if none or more than a few are."""
    if _mismatch(data, name) is None:
        return 0
    wrong = data.decode(name, _FOREIGN)
    bad = len(_MARKED.findall(wrong))
    return bad if bad <= max(4, _DAMAGE * _DAMAGE * len(wrong)) else 0


def _few_wrong_bytes(data: bytes) -> int:
    """How many bytes are wrong in a file that says it is UTF-8; 0 if none or too many are."""
    if is_utf8(data):
        return 0
    _, bad = _tally(data, 0, 0)
    return bad if bad <= _DAMAGE * len(data) else 0


def _tally(piece: bytes, good: int, bad: int) -> tuple[int, int]:
    """Add up the characters above ASCII that are good UTF-8, and the bytes that are not."""
    rest, count = _UTF8_CHARACTER.subn(b"", piece)
    return good + count, bad + len(rest.translate(None, _ASCII))


def _damaged_cp1252(data: bytes, sample: bytes, best: float) -> Encoding | None:
    """cp1252 but for a few of the five bytes that mean nothing in it, where that reads better than all other encodings."""
    wrong = len(sample) - len(sample.translate(None, _HOLES))
    above = len(sample.translate(None, _ASCII))
    if not 0 < wrong <= _DAMAGE * above:
        return None
    score = _score(sample.translate(None, _HOLES), "cp1252")
    if score <= best:
        return None
    damaged = len(data) - len(data.translate(None, _HOLES))
    return Encoding("cp1252", "guess", _confidence(score, best), damaged=damaged)


def _score(sample: bytes, name: str) -> float:
    """How much the sample looks like text when read in an encoding: about 1 for text, below 0 for noise."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError as error:
        if len(sample) - error.start > 4:
            return -1.0
        text = sample[: error.start].decode(name)
    letters = SCORERS[name](text)
    lowered = text[:20_000].casefold()
    words = sum(word in lowered for word in HEADER_WORDS.get(name, ()))
    return letters + _WORD_BONUS * min(words, 4)


def _other(data: bytes, sample: bytes, path: str) -> Encoding:
    """An encoding outside those we score: the library's opinion, at a low confidence."""
    from charset_normalizer import from_bytes  # rarely needed, and slow to load

    best = from_bytes(sample).best()
    if best is not None and best.encoding != "ascii" and _mismatch(data, best.encoding) is None:
        return Encoding(best.encoding, "guess", 0.3)
    if _mismatch(data, "cp1252") is None:
        return Encoding("cp1252", "guess", 0.1)
    if any(sample.count(code) for code in range(9)):
        raise SalesmetricsError("file_binary", path=path, detail=Message("fits_no_encoding"))
    return Encoding("latin-1", "guess", 0.1)


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no character, kept as marks: what becomes of them is decided when it is known which row they are in."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _marked(error.object[error.start : error.end]), error.end


def _marked(data: bytes) -> str:
    return "".join(chr(_FIRST_MARK + byte) for byte in data)


_FOREIGN = "salesmetrics.foreign"
codecs.register_error(_FOREIGN, _mark)


def shown(text: str) -> str:
    r"""Marks as the bytes that they stand for.

    >>> shown("M" + chr(0x10FE00 + 0xFC) + "ller")
    'M\\xFCller'
    """
    return _MARKED.sub(lambda found: f"\\x{ord(found[0]) - _FIRST_MARK:02X}", text)


def _pieces(data: bytes, encoding: Encoding) -> Iterator[bytes]:
    errors = _FOREIGN if encoding.mixed else "replace" if encoding.damaged else "strict"
    for own, begin, end in _spans(encoding, len(data)):
        if not own:
            line = data[begin:end].decode("latin-1")
            yield "".join(char if char.isascii() else chr(_FIRST_MARK + ord(char)) for char in line).encode()
            continue
        decoder = codecs.getincrementaldecoder(encoding.name)(errors)
        for start in range(begin, end, _STEP):
            stop = min(start + _STEP, end)
            yield decoder.decode(data[start:stop], stop >= end).encode("utf-8", "replace")


def _spans(encoding: Encoding, size: int) -> Iterator[tuple[bool, int, int]]:
    """The file in pieces: those in its own encoding, and the lines between them that are not."""
    at = 0
    for begin, end in encoding.strays:
        if at < begin:
            yield True, at, begin
        yield False, begin, end
        at = end
    if at < size:
        yield True, at, size


def to_utf8(data: bytes, encoding: Encoding) -> bytes:
    """The same text in UTF-8 without a byte order mark; bytes that are UTF-8 already are returned as they are."""
    if encoding.name in ("utf-8", "ascii") and not encoding.damaged:
        return data
    if encoding.name == "utf-8-sig" and not encoding.damaged:
        return data[len(codecs.BOM_UTF8) :]
    out = io.BytesIO()
    for piece in _pieces(data, encoding):
        out.write(piece)
    return out.getvalue().removeprefix(codecs.BOM_UTF8)
