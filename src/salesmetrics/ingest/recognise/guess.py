"""A proposal for a file that is not recognised: which column could be which field. Own file: it guesses, recognition never does.

Nothing here is ever applied by itself. `inspect` shows the guess with what it rests on, and the command that a user pastes, who
then says so. A guess rests on headers that are known, on single words of them, on what stands in the cells, or only on the place
of a column; the less it rests on, the less sure it is.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse import ParseOptions, parse_column
from salesmetrics.ingest.parse.common import plain_text
from salesmetrics.ingest.parse.currency import named
from salesmetrics.ingest.recognise.candidates import NEEDS, rank_candidates
from salesmetrics.ingest.recognise.colloquial import CALLED, guess_outcome
from salesmetrics.ingest.recognise.guessed import BY_CELLS, BY_PLACE, BY_WORDS, KNOWN, LIKELY, Guess, Guessed
from salesmetrics.ingest.recognise.headers import header_keys, is_unit_price
from salesmetrics.ingest.recognise.index import FurtherWords, claims_of, languages_with, load_profile, words_for
from salesmetrics.ingest.recognise.profile import GENERIC
from salesmetrics.ingest.recognise.sample import could_be, month_of
from salesmetrics.ingest.recognise.words import comparable, words_of
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import column_types

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from salesmetrics.ingest.recognise.candidates import Candidate
    from salesmetrics.schema.kinds import Kind

__all__ = ["guess_columns"]

_LOOKED_AT = 1_000
_CUT = 120
_SAMPLES = 3
_SHOWN = 24
_FEW_NAMES = 40
_FEW_WORDS = 30
_MOSTLY = 0.6

_FIRM = re.compile(
    r"\b(?:gmbh|ag|kg|ug|ohg|inc|ltd|llc|llp|plc|corp|co|sa|sas|sarl|srl|spa|bv|nv|ab|as|oy|aps|sp z o o|kft|doo|ooo|ооо|оао|зао|ao)\b\.?|公司|株式会社|شركة|sdn bhd",
    re.IGNORECASE,
)
_FULL_NAME = re.compile(r"[^\W\d_][^\W\d_'’-]*(?:(?:\. ?| )[^\W\d_][^\W\d_'’-]*){0,3}\.?")
_CODE = re.compile(r"#?[A-Za-z]{0,6}[-_/]?\d[\w/-]*|[0-9a-fA-F-]{16,}|(?=\w*\d)[A-Za-z\d]{6,20}")
_DIGITS = re.compile(r"-?\d+(?:[.,]0+)?")
_HAS_DIGITS = re.compile(r"\d\D*\d\D*\d")
_COMPACT_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_AMOUNT = re.compile(
    r"[^\w\d]{0,3}\s?(?:[A-Z]{2,3}\s?)?[-(]?[^\w\d]{0,2}\d[\d.,'\s]*\)?\s?(?:[^\w\d]{1,3}|\w{1,4}\.?)?"
)
_YES_NO = re.compile(
    r"yes|no|true|false|y|n|x|ja|nein|j|oui|non|o|si|sí|s|sim|não|да|нет|д|н|是|否|1|0|はい|いいえ|نعم|لا|tak|nie|ano|ne|evet|hayır"
)
_PERCENT = re.compile(r"\d{1,3}(?:[.,]\d+)?\s?%")


class _Looks(msgspec.Struct, frozen=True):
    """What the cells of a column look like."""

    header: str
    cells: tuple[str, ...]
    distinct: tuple[str, ...]
    filled: float

    def are(self, test: Callable[[str], object], share: float = 0.8) -> bool:
        """Whether most of the different cells pass a test."""
        left = len(self.distinct) - share * len(self.distinct)
        for cell in self.distinct:
            left -= not test(cell)
            if left < 0:
                return False
        return bool(self.distinct)

    @property
    def all_differ(self) -> bool:
        """Whether no cell stands there twice."""
        return len(self.distinct) == len(self.cells) > 1


def guess_columns(
    frame: pl.DataFrame, kind: Kind | None = None, said: Mapping[str, str | None] | None = None
) -> Guessed:
    """What each column of a table could be.

    Args:
        frame: The table as text, without row numbers.
        kind: The kind, where the user named it.
        said: Field → header that the user named, or None where it was taken away.

    >>> table = pl.DataFrame({"Who": ["Ann", "Bob", "Ann"], "How much": ["10.00", "7.50", "3.20"], "State": ["won", "lost", "won"]})
    >>> guess_columns(table).mapping
    {'owner': 'Who', 'amount': 'How much', 'stage': 'State'}
    """
    said = dict(said or {})
    # Nothing that a guess rests on is longer, and no cell makes it slow.
    sample = frame.head(_LOOKED_AT).with_columns(pl.selectors.string().str.slice(0, _CUT))
    headers = [name for name in frame.columns if name.strip()]
    looks = {header: _looks(sample, header) for header in headers}
    keys = {header: header_keys(header, headers) for header in headers}
    ranked = rank_candidates(keys, kind, None, said, sample.head(200))
    table = _Table(sample, looks, said)
    logged = next((each for each in ranked if each.kind == "activities"), None)
    touches = _touches(table, logged) if kind in (None, "activities") else None
    kind = kind or ("activities" if touches is not None else None)
    best = next((each for each in ranked if each.kind == (kind or "deals")), ranked[0])
    deals = kind in (None, "deals")
    found = _by_headers(table, best, named=kind is not None)
    if deals:
        _of_deals(table, found)
    if touches is not None:
        _of_activities(table, found, touches)
    _needed(table, best.kind, found)
    missing = [group for group in NEEDS[best.kind] if not set(group) & {field for field, _, _ in found.values()}]
    other = ranked[0]
    if kind is None and missing and other.kind != "deals" and other.score >= 0.5:
        found = _by_headers(table, other, named=True)
        _needed(table, other.kind, found)
        best = other
    columns = []
    for header in headers:
        field, confidence, reason = found.get(header, (None, 0.0, ""))
        columns.append(Guess(header, field, round(confidence, 2), reason, _samples(looks[header])))
    return Guessed(best.kind, tuple(columns))


# --- what cells look like ---


def _looks(sample: pl.DataFrame, header: str) -> _Looks:
    text = plain_text(sample.get_column(header)).str.strip_chars()
    cells = tuple(cell for cell in text.to_list() if cell)
    return _Looks(header, cells, tuple(dict.fromkeys(cells)), len(cells) / max(1, len(text)))


def _samples(looks: _Looks) -> tuple[str, ...]:
    return tuple(cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…" for cell in looks.distinct[:_SAMPLES])


class _Table:
    """The columns of a table, and which of them are still to be guessed."""

    def __init__(self, sample: pl.DataFrame, looks: Mapping[str, _Looks], said: Mapping[str, str | None]) -> None:
        self.sample, self.looks, self.said = sample, looks, said
        self.words = words_for(GENERIC, "deals")
        self.further = FurtherWords("deals")
        self.tokens = _fields_of_tokens(list(looks))
        self.can_be: Callable[[str, ColumnType], bool] = cache(self._can_be)
        self.called: Callable[[str], dict[str, float]] = cache(self._called)
        self.is_day: Callable[[str], bool] = cache(self._is_day)
        self.is_money: Callable[[str], bool] = cache(self._is_money)
        self.is_text: Callable[[str], bool] = cache(self._is_text)
        self.days: Callable[[str], pl.Series | None] = cache(self._days)

    def free(self, found: Mapping[str, tuple[str, float, str]]) -> list[str]:
        """Headers without a guess that hold anything."""
        return [header for header, looks in self.looks.items() if header not in found and looks.cells]

    def _can_be(self, header: str, type_: ColumnType) -> bool:
        """Whether the cells are of a type, most of them."""
        return could_be(self.sample, header, type_)

    def outcome(self, word: str) -> str | None:
        """What a word means, in any language that is known, or what it reads like."""
        return self.words.classify(word) or self.further.classify(word) or guess_outcome(word)

    def tells_ends(self, header: str) -> bool:
        """Whether a column of few words tells won deals from lost ones."""
        words = self.looks[header].distinct
        return len(words) <= _FEW_WORDS and {"won", "lost"} <= {self.words.classify(word) for word in words}

    def _called(self, header: str) -> dict[str, float]:
        """Field → how much the words of a header say for it."""
        words = words_of(header)
        parts = words.split()
        found: dict[str, float] = {}
        for field, names in CALLED.items():
            known = {comparable(name) for name in names.split("|")}
            if words in known:
                found[field] = KNOWN - 0.1
            elif any(f" {name} " in f" {words} " for name in known if len(name) > 2):
                found[field] = BY_WORDS
        for part in parts:
            counts = self.tokens.get(part, Counter())
            total = sum(counts.values())
            for field, n in counts.items():
                if n >= 0.5 * total:
                    found[field] = max(found.get(field, 0.0), BY_WORDS)
        return found

    def _is_money(self, header: str) -> bool:
        """Whether most cells are numbers, with or without a currency, and no days."""
        return self.looks[header].are(_AMOUNT.fullmatch) and not self.is_day(header)

    def _is_text(self, header: str) -> bool:
        """Whether most cells are words and no days."""
        words = sum(any(letter.isalpha() for letter in cell) for cell in self.looks[header].cells)
        return 2 * words > len(self.looks[header].cells) and not self.is_day(header)

    def _is_day(self, header: str) -> bool:
        """Whether a column holds days, or months without a day."""
        if month_of(self.sample, header) is not None:
            return True
        if self.looks[header].are(_DIGITS.fullmatch):
            # A number of five digits may be a day of a spreadsheet, and is an amount far more often.
            return self.looks[header].are(_COMPACT_DAY.fullmatch)
        if not self.looks[header].are(_HAS_DIGITS.search) or not self.can_be(header, ColumnType.DAY):
            return False
        days = self.days(header)
        return days is not None and days.drop_nulls().len() >= 0.8 * len(self.looks[header].cells)

    def _days(self, header: str) -> pl.Series | None:
        """A column as days; None where it holds none."""
        text = self.sample.get_column(header)
        rows = pl.int_range(len(text), eager=True)
        for order in (None, "dmy", "mdy"):
            try:
                options = ParseOptions(date_order=order)
                return parse_column(text, ColumnType.DAY, options, header=header, path="", rows=rows).values
            except SalesmetricsError:
                continue
        return None


def _fields_of_tokens(headers: Sequence[str]) -> Mapping[str, Counter[str]]:
    """Word → how many known headers of each field of a deal have it, in the languages that these headers may be of."""
    found: dict[str, Counter[str]] = {}
    for name in (GENERIC, *languages_with(headers)):
        for layout in load_profile(name).kind.get("deals", ()):
            for key, claims in claims_of(name, "deals", layout.name).items():
                for token in key.split():
                    if len(token) > 2 or not token.isascii():
                        found.setdefault(token, Counter()).update({claims[0][0]: 1})
    return found


# --- the guess ---

_Found = dict[str, tuple[str, float, str]]
"""Header → field, confidence, what it rests on."""


def _by_headers(table: _Table, best: Candidate, *, named: bool) -> _Found:
    """What is known of headers, where the cells do not contradict."""
    found: _Found = {}
    types = column_types(best.kind)
    for field, match in best.columns.items():
        if match.how == "option":
            found[match.header] = (field, 1.0, "option")
        elif best.kind == "deals" and field not in ("stage", "status") and table.tells_ends(match.header):
            continue  # a column called `State` may be a region, but not with `won` and `lost` in it
        elif _fits(table, match.header, types[field]):
            sure = LIKELY if match.how == "partial" else KNOWN
            found[match.header] = (field, sure if named or sure == KNOWN else BY_WORDS, "header")
    return found


def _fits(table: _Table, header: str, type_: ColumnType) -> bool:
    if not table.looks[header].cells:
        return True
    if type_ in (ColumnType.TEXT, ColumnType.ID, ColumnType.FLAG, ColumnType.PERIOD, ColumnType.DURATION):
        return True
    return table.can_be(header, type_)


def _of_deals(table: _Table, found: _Found) -> None:
    """Guess the columns of deals, those first that say most."""
    for step in (_stage, _dates, _amount, _by_words, _order, _currency, _probability, _owner, _names):
        step(table, found)


def _touches(table: _Table, logged: Candidate | None) -> str | None:
    """The column whose few words are calls, emails and meetings, in a table without money.

    Numbers under a header that is known of activities, such as ids and durations, are no money.
    """
    words = words_for(GENERIC, "activities")
    known_headers = {match.header for match in logged.columns.values()} if logged else set()
    if any(table.is_money(header) for header in table.looks if header not in known_headers):
        return None
    for header, looks in table.looks.items():
        known = {words.classify(word, ("call", "email", "meeting", "task")) for word in looks.distinct[:_FEW_WORDS]}
        if len(looks.distinct) <= _FEW_WORDS and len(known - {None}) > 1:
            return header
    return None


def _of_activities(table: _Table, found: _Found, touches: str) -> None:
    _put(table, found, touches, "type", LIKELY, "cells")
    for header in table.free(found):
        if table.is_day(header):
            _put(table, found, header, "occurred", BY_CELLS, "cells")
    _owner(table, found)


def _put(table: _Table, found: _Found, header: str, field: str, confidence: float, reason: str) -> bool:
    taken = {name for name, _, _ in found.values()}
    if field in taken or field in table.said or header in found:
        return False
    found[header] = (field, confidence, reason)
    return True


def _has(found: _Found, *fields: str) -> bool:
    return not {name for name, _, _ in found.values()}.isdisjoint(fields)


def _stage(table: _Table, found: _Found) -> None:
    """The column of few words of which one at least tells an end; the more of them, the surer."""
    if _has(found, "stage", "status", "is_won", "is_lost"):
        return
    best: tuple[float, str, float] | None = None
    for header in table.free(found):
        looks = table.looks[header]
        if not table.is_text(header) or len(looks.distinct) > min(_FEW_WORDS, max(8, len(looks.cells) // 2)):
            continue
        ends = {outcome for word in looks.distinct if (outcome := table.outcome(word)) in ("won", "lost", "other")}
        called = table.called(header)
        hint = max(called.get("stage", 0.0), called.get("status", 0.0))
        if not ends and not hint:
            continue
        sure = LIKELY if {"won", "lost"} <= ends else max(hint, BY_CELLS if "won" in ends else BY_PLACE)
        rank = len(ends) + hint
        if best is None or rank > best[0]:
            best = (rank, header, sure)
    if best is not None:
        _put(table, found, best[1], "stage", best[2], "cells" if best[2] == LIKELY else "words")


def _dates(table: _Table, found: _Found) -> None:
    """The first and the last day of a deal, by what they are called, else by their order and by who lacks one."""
    free = [header for header in table.free(found) if table.is_day(header)]
    sale = not _has(found, "stage", "status", "is_won", "is_lost")
    if sale:
        for header in free:
            _put(table, found, header, "won_on", BY_CELLS if len(free) == 1 else BY_PLACE, "cells")
        return
    for header in free:
        if "last_activity" in (called := table.called(header)):
            _put(table, found, header, "last_activity", called["last_activity"], "words")
    for field in ("created", "closed"):
        for header in free:
            if header not in found and field in (called := table.called(header)):
                _put(
                    table,
                    found,
                    header,
                    _end(table, found, header) if field == "closed" else field,
                    called[field],
                    "words",
                )
    rest = [header for header in free if header not in found]
    if len(rest) >= 2 and not _has(found, "created", "closed", "close_date"):
        first, last = _in_order(table, rest)
        _put(table, found, first, "created", BY_CELLS, "cells")
        _put(table, found, last, _end(table, found, last), BY_CELLS, "cells")
    for header in rest:
        if _has(found, "closed", "close_date"):
            _put(table, found, header, "created", BY_CELLS, "cells")
        else:
            only = table.looks[header].filled < 1
            _put(table, found, header, _end(table, found, header), BY_CELLS if only else BY_PLACE, "cells")


def _in_order(table: _Table, headers: Sequence[str]) -> tuple[str, str]:
    """The headers of the earliest and the latest dates, in the rows that have them all."""
    days = {header: values for header in headers if (values := table.days(header)) is not None}
    if len(days) < 2:
        return headers[0], headers[-1]
    together = pl.DataFrame([values.alias(header) for header, values in days.items()]).drop_nulls()
    means = {header: together.get_column(header).cast(pl.Int32).mean() or 0 for header in days}
    ordered = sorted(days, key=lambda header: means[header])
    return ordered[0], ordered[-1]


def _end(table: _Table, found: _Found, header: str) -> str:
    """Whether an end is the day that a deal was closed on, as one is that open deals lack, or also the one expected."""
    stage = next((h for h, (field, _, _) in found.items() if field in ("stage", "status")), None)
    if stage is None or table.looks[header].filled == 1:
        return "close_date"
    rows = table.sample.select(word=pl.col(stage), day=plain_text(table.sample.get_column(header)).str.strip_chars())
    blank = rows.filter(pl.col("day").is_null() | (pl.col("day") == "")).get_column("word").drop_nulls().unique()
    ended = [word for word in blank.to_list() if table.outcome(str(word)) in ("won", "lost")]
    return "close_date" if ended and len(ended) == len(blank) else "closed"


def _amount(table: _Table, found: _Found) -> None:
    """Money: called so, or a column of numbers that are no keys, no years and no shares; the largest where there are several."""
    if _has(found, "amount"):
        return
    ranked: list[tuple[float, float, str]] = []
    for header in table.free(found):
        looks = table.looks[header]
        if not table.is_money(header) or is_unit_price(header) or header_keys(header).is_key:
            continue
        if looks.are(_PERCENT.fullmatch) or _counts_up(looks) or _are_years(looks) or _are_keys(looks):
            continue
        called = table.called(header)
        others = max((sure for field, sure in called.items() if field not in ("amount", "list_price")), default=0.0)
        hint = called.get("amount", 0.0) - others
        marked = looks.are(lambda cell: re.search(r"[^\d\s.,'()+-]|[.,]\d{2}$", cell), 0.5)
        ranked.append((hint + 0.3 * marked, _size(looks), header))
    if ranked:
        ranked.sort(reverse=True)
        hint, _, header = ranked[0]
        called_so = table.called(header).get("amount", 0.0)
        sure = max(
            called_so,
            LIKELY if len(ranked) == 1 and hint > 0 else BY_CELLS if len(ranked) == 1 or hint > 0 else BY_PLACE,
        )
        _put(table, found, header, "amount", sure, "words" if called_so else "cells")


_WHOLE = re.compile(r"\d{1,40}")


def _counts_up(looks: _Looks) -> bool:
    """Whether cells are running numbers, as ids are: whole, all different, each about one above the one before."""
    if not looks.all_differ or not looks.are(_WHOLE.fullmatch, 1):
        return False
    numbers = [int(cell) for cell in looks.cells]
    return sorted(numbers) in (numbers, numbers[::-1]) and max(numbers) - min(numbers) <= 3 * len(numbers)


def _are_keys(looks: _Looks) -> bool:
    """Whether cells are numbers of one length that all differ, as the ids of many systems are."""
    return (
        looks.all_differ
        and looks.are(str.isdigit, 1)
        and len({len(cell) for cell in looks.cells}) == 1
        and len(looks.cells[0]) > 5
    )


def _are_years(looks: _Looks) -> bool:
    return looks.are(lambda cell: re.fullmatch(r"(?:19|20)\d\d", cell), 1)


def _size(looks: _Looks) -> float:
    digits = [len(re.sub(r"\D", "", re.sub(r"[.,]\d{1,2}$", "", cell))) for cell in looks.cells]
    return sum(digits) / max(1, len(digits))


_BY_WORD = (
    "region",
    "team",
    "product",
    "source",
    "segment",
    "campaign",
    "loss_reason",
    "type",
    "contact",
    "pipeline",
    "cost",
    "quantity",
)
"""Fields that nothing but the words of a header gives away."""


def _by_words(table: _Table, found: _Found) -> None:
    types = column_types("deals")
    for header in table.free(found):
        called = table.called(header)
        for field in _BY_WORD:
            if called.get(field, 0.0) == max(called.values(), default=0.0) > 0 and table.can_be(header, types[field]):
                _put(table, found, header, field, called[field], "words")
                break


def _currency(table: _Table, found: _Found) -> None:
    for header in table.free(found):
        if table.looks[header].are(lambda cell: len(cell) == 3 and cell.isupper() and named(cell, {}) == cell, 1):
            _put(table, found, header, "currency", LIKELY, "cells")


def _probability(table: _Table, found: _Found) -> None:
    for header in table.free(found):
        if table.looks[header].are(_PERCENT.fullmatch, 1) and "probability" in table.called(header):
            _put(table, found, header, "probability", BY_WORDS, "words")


def _owner(table: _Table, found: _Found) -> None:
    """Few names that come again and again."""
    if _has(found, "owner", "owner_id"):
        return
    ranked: list[tuple[float, float, str]] = []
    for place, header in enumerate(table.free(found)):
        looks = table.looks[header]
        called = table.called(header)
        hint = called.get("owner", 0.0)
        people = looks.are(_FULL_NAME.fullmatch, 0.9) and not looks.are(_FIRM.search, 0.3) and not _says_yes(looks)
        again = 1 < len(looks.distinct) <= min(_FEW_NAMES, max(2, int(0.7 * len(looks.cells))))
        other = any(sure >= BY_WORDS for field, sure in called.items() if field not in ("owner", "owner_id"))
        if not table.is_text(header) or not (hint or (people and again and not other)):
            continue
        ranked.append((hint, -place, header))
    if ranked:
        hint, _, header = max(ranked)
        sure = hint or (BY_CELLS if len(ranked) == 1 else BY_PLACE)
        _put(table, found, header, "owner", sure, "words" if hint else "cells" if len(ranked) == 1 else "place")


def _says_yes(looks: _Looks) -> bool:
    return looks.are(lambda cell: _YES_NO.fullmatch(cell.casefold()), 1)


_ORDERS = frozenset({"order", "invoice", "receipt", "bill", "transaction", "sale", "sales"})


def _order(table: _Table, found: _Found) -> None:
    """The number of an order of several lines: called so, beside the product or the quantity of a line."""
    if not _has(found, "product", "quantity"):
        return
    for header in table.free(found):
        words = words_of(header).split()
        if len(words) == 2 and words[0] in _ORDERS and header_keys(header).is_key:
            _put(table, found, header, "id", BY_WORDS, "words")


def _names(table: _Table, found: _Found) -> None:
    """The id, the customer and the name of a deal: cells that all or mostly differ, those under the header of an id first."""
    for header in sorted(table.free(found), key=lambda header: not header_keys(header).is_key):
        if table.is_day(header):
            continue
        looks, called = table.looks[header], table.called(header)
        named = max((f for f in ("account", "name", "id") if f in called), key=lambda f: called[f], default=None)
        if (
            looks.all_differ
            and (looks.are(_CODE.fullmatch, 0.85) or _counts_up(looks) or _are_keys(looks))
            and not _has(found, "id")
        ):
            _put(table, found, header, "id", BY_WORDS if named == "id" else BY_CELLS, "cells")
        elif named in ("account", "name") and table.is_text(header):
            _put(table, found, header, named, called[named], "words")
    for header in table.free(found):
        looks = table.looks[header]
        if not table.is_text(header) or len(looks.distinct) < _MOSTLY * len(looks.cells):
            continue
        firms = looks.are(_FIRM.search, 0.3)
        field = "account" if firms or _has(found, "name") else "name"
        if not _put(table, found, header, field, BY_CELLS if firms else BY_PLACE, "cells" if firms else "place"):
            break
    for header in table.free(found):
        if table.is_text(header) and len(table.looks[header].distinct) > _FEW_NAMES:
            _put(table, found, header, "account", BY_PLACE, "place")


def _needed(table: _Table, kind: Kind, found: _Found) -> None:
    """Of what a kind cannot do without, the first column whose cells can be it."""
    types = column_types(kind)
    for group in NEEDS[kind]:
        if _has(found, *group):
            continue
        pairs = ((field, header) for field in group for header in table.free(found))
        pair = next(
            ((f, h) for f, h in pairs if f not in table.said and _could_stand(table, kind, f, h, types[f])), None
        )
        if pair is not None:
            _put(table, found, pair[1], pair[0], BY_PLACE, "place")


def _could_stand(table: _Table, kind: Kind, field: str, header: str, type_: ColumnType) -> bool:
    if kind == "deals" and field in ("stage", "status"):
        return False
    looks = table.looks[header]
    if type_ is ColumnType.FLAG and (len(looks.distinct) < 2 or not _says_yes(looks)):
        return False
    return table.can_be(header, type_)
