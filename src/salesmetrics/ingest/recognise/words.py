"""Words compared: one spelling of a header or a status word, and the meaning of status words."""

from __future__ import annotations

import re
import unicodedata
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from salesmetrics.ingest.source.bounds import MAX_WORD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["MARKS", "Words", "comparable", "is_not_won", "normalise", "unaccented", "words_of"]

MARKS = "\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
"""For the brackets of a regular expression: vowel signs and other marks that belong to the letter before them, as those of
Hebrew, Arabic, Devanagari and its sisters, and Thai. ``\\w`` knows the letters only, and ``ปิด`` would be two words without it."""

_QUOTES = str.maketrans(dict.fromkeys("“”„«»″＂「」『』", '"') | dict.fromkeys("‘’‚‹›′`´ʼ", "'") | {"ё": "е", "Ё": "Е"})
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFE0E, 0xFE0F, 0x00AD])
_LOOK_ALIKES = str.maketrans(
    dict(zip("авекмнорстухіјѕ", "abekmhopctyxijs", strict=True))
    # Turkish capitals: I is the capital of ı, and İ is folded to an i with a dot above.
    | {"ı": "i", "\u0307": ""}
    # Greek capitals carry no accent; the two signs under s and t in Romanian are written with a cedilla as often.
    | dict(zip("άέήίόύώϊϋΐΰ", "αεηιουωιυιυ", strict=True))
    | {"ş": "ș", "ţ": "ț"}
)
_STROKES = str.maketrans("łøđħŁØĐĦ", "lodhLODH")
_NOT_YET = (
    r"pending|not|almost|nearly|to be|unconfirmed|awaiting|verbal(?:ly)?|tentative(?:ly)?|provisional(?:ly)?"
    r"|pendiente|ausstehend\w*|noch|en attente"
)
_NOT_WON = re.compile(
    r"\b(?:not|never|un)\W*(?:closed\W+)?won\b"
    r"|\bnicht\W+(?:gewonnen|erfolgreich gewonnen)|\bniet\W+gewonnen"
    r"|\b(?:ej|inte|icke|ikke|ikkje)\W+(?:v[uo]nn\w*|vundet|vundne)"
    r"|\b(?:non|pas)\W+(?:gagn[ée]\w*|vint[aeio]\b)|\bno\W+ganad\w*|\bn[ãa]o\W+ganh\w+"
    r"|\bei\W+voitettu|\bnem\W+(?:meg)?nyert\w*|\bnie\W*wygran\w*|\bne\W*vyhr\w+"
    r"|\bne\W*c[âa][sșş]tigat\w*|(?<!\w)(?:μη|μην|δεν)\W+κ[εέ]ρδ\w+|\bkazan[ıi]lmad[ıi]|\bkazan[ıi]lmayan|\bkazanmad[ıi]"
    r"|\bне\W*(?:выигр|виграш|вигран|побед|перемож)\w*|\b(?:tidak|gagal)\W+(?:di)?menang\w*|\bkhông\W+thắng"
    r"|לא\W+(?:זכ\w+|ניצח\w*)|(?:لم|غير)\W+(?:يتم\W+)?(?:ال)?(?:ربح|رابح|مربوح|فوز|تربح|يربح)\w*|जीत\w*\W+नहीं|नहीं\W+जीत"
    r"|ไม่(?:ได้)?ชนะ|[未没沒不](?:有|能)?(?:赢|贏)|未受注|미수주"
)
"""A word for won that is denied: such a deal is lost."""
_NOT_NOW = re.compile(
    r"\b(?:yet|noch|nog|ännu|än|endnu|enda|ennå|ancora|todav[íi]a|aún|ainda|encore|vielä|még|jeszcze|ještě|ešte|încă|inca"
    r"|ακόμη|ακόμα|henüz|belum|chưa|пока|ещ[её]|ще|поки)\b|まだ|尚|还|還|아직|ยัง|עדיין|بعد|अभी"
)
_NOT_A_WORD = re.compile(rf"[^\w{MARKS}]+|_")
_SIMPLE = re.compile(r"[a-z]+(?: [a-z]+)*")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_OF_A_HEADER = re.compile(rf"[^\w{MARKS}%$€£¥₽₹₩₺₴₸₫฿#]+|_")
_DEFERRED = {
    "won": re.compile(rf"\b(?:{_NOT_YET})\b|待|ожида|в ожидании"),
    "lost": re.compile(rf"\w+\W+(?:(?:{_NOT_YET})(?: yet| confirmed| confirmation)*|待.*|(?:в )?ожида\w*)\W*"),
}
"""What denies or defers an end. After "lost" it must say nothing else: the reason of a loss is often a "not"."""


def normalise(word: str) -> str:
    r"""One spelling of a header or a status word: what a reader would call the same word.

    NFKC, case folded, invisible characters removed, spaces collapsed, ``ё`` as ``е``, curly quotes as straight ones,
    and the marks that forms put after a label (``*`` for required, ``:``) removed.

    >>> normalise("  Organisation\u00a0 Name * ")
    'organisation name'
    >>> normalise("Счёт:") == normalise("СЧЕТ")
    True
    """
    if word.isascii():
        return " ".join(word.replace("`", "'").casefold().split()).rstrip("*: ")
    text = unicodedata.normalize("NFKC", word.translate(_QUOTES)).translate(_INVISIBLE)
    text = unicodedata.normalize("NFKC", text.casefold()).translate(_QUOTES)
    return " ".join(text.split()).rstrip("*: ")


def comparable(word: str) -> str:
    """``normalise``, with letters that look alike, or that capitals write alike, as one. Never shown, only compared.

    >>> comparable("KAZANILDI") == comparable("Kazanıldı"), comparable("ΚΕΡΔΙΣΜΕΝΗ") == comparable("Κερδισμένη")
    (True, True)
    >>> comparable("Cчёт на предоплату") == comparable("Счет на предоплату")  # the first C is Latin
    True
    """
    text = normalise(word)
    return text if text.isascii() else text.translate(_LOOK_ALIKES)


def unaccented(word: str) -> str:
    """A comparable word in Latin letters as keyboards without accents write it; any other word as it is.

    >>> unaccented("zamknięte wygrane"), unaccented("Заключён")
    ('zamkniete wygrane', 'Заключён')
    """
    if word.isascii():
        return word
    text = unicodedata.normalize("NFD", word.translate(_STROKES))
    bare = "".join(letter for letter in text if not "\u0300" <= letter <= "\u036f")
    return bare if bare.isascii() else word


@cache
def words_of(header: str) -> str:
    """The words of a header, without case, punctuation, CamelCase and snake_case.

    >>> words_of("Deal - Won_Time*"), words_of("HubSpotOwnerID")
    ('deal won time', 'hub spot owner id')
    """
    if _SIMPLE.fullmatch(header):
        return header
    text = header.strip().removesuffix("__c")  # the mark of a custom field in Salesforce
    if not re.search(r"\s", text):
        text = _CAMEL.sub(" ", text)
    leading = "_" if text.startswith("_") else ""
    return leading + " ".join(_NOT_OF_A_HEADER.sub(" ", comparable(text)).split())


def _plain(word: str) -> str:
    """A status word without its number, its share and its ornaments: ``7. Closed/Won (100%) 🎉`` is ``closed won``."""
    text = re.sub(r"\(?\b\d+(?:[.,]\d+)?\s*%\)?", " ", comparable(word))
    text = " ".join(_NOT_A_WORD.sub(" ", text).split())
    return re.sub(r"^(?:\d+ )+(?=\S)", "", text)


class Words(msgspec.Struct, frozen=True):
    """The meaning of status words.

    Attributes:
        sets: Meaning → normalised words; a word with ``*`` is a pattern.
        index: Comparable word → its meanings, the first first.
        patterns: Comparable pattern and its meaning.
    """

    sets: dict[str, frozenset[str]]
    index: dict[str, tuple[str, ...]]
    patterns: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, meanings: Mapping[str, Sequence[str]]) -> Words:
        """Prepare words for look-up. Earlier words win over later ones with another meaning."""
        index: dict[str, tuple[str, ...]] = {}
        patterns: list[tuple[str, str]] = []
        for meaning, words in meanings.items():
            for word in words:
                if "*" in word:
                    patterns.append((comparable(word.replace("*", "\0")).replace("\0", "*"), meaning))
                    continue
                for key in dict.fromkeys((comparable(word), _plain(word))):
                    index[key] = (*index.get(key, ()), meaning)
        sets = {meaning: frozenset(_normalise_pattern(w) for w in words) for meaning, words in meanings.items()}
        return cls(sets, index, tuple(patterns))

    def classify(self, word: str, meanings: Sequence[str] | None = None) -> str | None:
        """The meaning of a word, or None when it is not known.

        Args:
            word: A cell, as written in the export.
            meanings: Only these meanings are asked for; default all.

        >>> Words.of({"won": ["Closed Won"], "lost": ["*:lose"]}).classify("C6:LOSE")
        'lost'
        >>> Words.of({"won": ["Closed Won"]}).classify("7. closed / won (100 %)")
        'won'
        >>> Words.of({"won": ["Won - *"]}).classify("Won - Pending") is None
        True
        """
        if len(word) > MAX_WORD:
            return None
        if self.sets.get("won") and (meanings is None or "lost" in meanings) and is_not_won(word):
            return "lost"
        exact, plain = comparable(word), _plain(word)
        for key in (exact, plain):
            for meaning in self.index.get(key, ()):
                if key and (meanings is None or meaning in meanings):
                    return meaning
        for pattern, meaning in self.patterns:
            if (meanings is None or meaning in meanings) and (
                fnmatchcase(exact, pattern) or fnmatchcase(plain, pattern)
            ):
                return None if _is_deferred(word, meaning) else meaning
        return None

    def get(self, meaning: str) -> frozenset[str]:
        """The words with a meaning, normalised; empty when there are none."""
        return self.sets.get(meaning, frozenset())

    @property
    def won(self) -> frozenset[str]:
        """Words of a won deal."""
        return self.get("won")

    @property
    def lost(self) -> frozenset[str]:
        """Words of a lost deal."""
        return self.get("lost")

    @property
    def other(self) -> frozenset[str]:
        """Words of a deal that ended and was neither won nor lost."""
        return self.get("other")

    @property
    def open(self) -> frozenset[str]:
        """Words of a record that has not ended."""
        return self.get("open")


def is_not_won(word: str) -> bool:
    """Whether a word says that a deal was not won, and not merely that it is not won yet.

    >>> [is_not_won(w) for w in ("Ej vunnen", "Не выигран", "未赢单", "Not won yet", "Won - not paid")]
    [True, True, True, False, False]
    """
    text = normalise(word)
    return _NOT_WON.search(text) is not None and _NOT_NOW.search(text) is None


def _is_deferred(word: str, meaning: str) -> bool:
    text = normalise(word)
    if meaning == "won":
        return _DEFERRED["won"].search(text) is not None
    return meaning == "lost" and _DEFERRED["lost"].fullmatch(text) is not None


def _normalise_pattern(word: str) -> str:
    """``normalise`` that leaves the ``*`` of a pattern alone."""
    return normalise(word.replace("*", "\0")).replace("\0", "*")
