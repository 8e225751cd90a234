"""Logs of changes, a row per field that changed: which column holds what, and which of our fields each name in it means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.common import plain_text
from salesmetrics.ingest.recognise.headers import header_keys, nouns_of
from salesmetrics.ingest.recognise.index import claims_of, languages, load_profile, profiles
from salesmetrics.ingest.recognise.profile import GENERIC
from salesmetrics.ingest.recognise.words import comparable, unaccented, words_of
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from salesmetrics.schema.kinds import Kind

__all__ = ["ChangeLog", "Tracked", "Unfolded", "change_log", "deal_column", "time_column"]


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern over words as :func:`words_of` gives them, in which letters that look alike are one."""
    return re.compile(comparable(text))


_FIELD = _pattern(
    r"(?:changed |modified |updated |audit )?(?:field|attribute|property|column|item)(?: (?:changed|modified|key|name|label|type|api name|event|id))*"
    r"|field event|(?:changed|modified|updated) (?:field|attribute|property|key|column)s?(?: (?:key|name))?|key(?: name)?"
    r"|(?:geandertes )?feld(?:name)?(?: ereignis)?|champ(?: (?:modifie|evenement))?|nom du champ|campo(?: (?:modificado|alterado|modificato|evento))?"
    r"|(?:gewijzigd )?veld|falt|felt|pole|alan|mez[oő]|c[aâ]mp|kentt[aä]|kolom|(?:измененное )?поле|(?:змінене )?поле|項目|フィールド|필드|(?:event )?(?:type|name)|event|событие|字段(?:名称)?"
)
_EVENT = _pattern(r"(?:event )?(?:type|name)|event|событие")
"""What may as well be the type of an activity or a message."""
_SENT = ("to", "from", "after", "current")
"""Beside a type, whom a message went to."""
_NEW = _pattern(
    r"(?:new|to|after|current)(?: (?:value|string|text))?|changed to|value (?:after|to)|(?:neuer|nouvelle|nuevo|novo|nuovo) (?:wert|valeur|valor|valore)"
    r"|(?:valor|valore) (?:nuevo|novo|nuovo)|nieuwe waarde|nytt v[aä]rde|ny (?:v[aæ]rdi|verdi)|nowa wartosc|yeni deger|nova hodnota|nilai baru|uj ertek|uusi arvo"
    r"|новое значение|значение после|стало|нове значення|значення після|(?:变更|變更|修改)后|(?:變更|変更)[後后](?:の値)?|新[值値]|새 값|변경 후"
)
_OLD = _pattern(
    r"(?:old|from|before|previous|prior|original)(?: (?:value|string|text))?|changed from|value (?:before|from)"
    r"|(?:alter|ancienne|antiguo|valor|valore) (?:wert|valeur|valor|anterior|antigo|precedente)|vorheriger wert|valeur precedente"
    r"|(?:vecchio|antigo|antiguo) (?:valore|valor)|oude waarde|gammalt v[aä]rde|gammel (?:v[aæ]rdi|verdi)|stara wartosc|poprzednia wartosc|eski deger|(?:puvodni|stara) hodnota"
    r"|nilai lama|(?:regi|korabbi) ertek|vanha arvo|(?:старое|прежнее|предыдущее) значение|значение до|было|(?:старе|попереднє) значення|значення до"
    r"|(?:变更|變更|修改|変更)前(?:の値)?|[旧原舊][值値]|이전 값|변경 전"
)
_VALUE = _pattern(r"(?:(?:property|field|attribute|key) )?values?|wert|valeur|valore?|значение|值")
_NAMED = _pattern(r"(?:field|attribute|property|key|feld|champ|campo|поле|字段)")
_WHEN = _pattern(
    r"(?:date|time|datum|data|fecha|tarih|dato|datetime)(?: (?:et heure|y hora|e hora|e ora|i czas|ve saat|time))?"
    r"|(?:edit|change|update|modification|event|audit)(?:ed)? (?:date|time)|date de (?:la )?modification|modifie le|bearbeitungsdatum|bearbeitet am|zuletzt geandert"
    r"|fecha de (?:edicion|modificacion)|data (?:de|da) (?:edicao|modificacao|alteracao)|data (?:di )?modifica|gewijzigd op|wijzigingsdatum|andrad|endret|data zmiany"
    r"|degistirme tarihi|datum zmeny|дата и время|дата зміни|日時|変更日時?|更新日時|날짜|변경일"
)
"""What the column of the instants is called in logs, where a history of stages calls none so."""
"""What a column of names beside one plain value is called: an item or an event with a value is no log of fields."""
_DEAL = _pattern(
    r"(?:crm )?(?:deal|opportunity|potential|lead|record|object|entity|item|parent|target|issue|regarding)s?(?: (?:id|guid|key|name|number|no))?"
    r"|(?:id )?(?:объекта?|сделк[аи]|сущности)|(?:商机|商談|案件|거래) ?(?:id|编号|名称|番号|名)?"
)
"""What the column of the deals is called in logs of every object."""
_CREATED = _pattern(
    r"(?:(?:opportunity|deal|lead|record)? ?created(?: (?:from lead|date|at|on|time|by))?|create date|createdate|create|creation|add time|(?:lead|deal) added|opportunity created from lead"
    r"|(?:сделка )?создан[ао]?|создание|новая сделка|дата создания|erstellt|creado|criado|cree|creato|创建)"
)
_STAGE = _pattern(r"(?:lead|deal|opportunity) status changed|stage|phase|fase|etapa|etape|стади|этап|阶段|階段")
"""A name that no export of ours has, and that is one of a stage all the same."""

_OF_TIME = _pattern(r"\b(?:time|date|duration|days|since|age|probability)\b|дата|время|дней|日期|时间")
"""What is about a stage and is none."""
_MOST_FIELDS = 2_000
"""More different names than any CRM has fields of a deal: these are names of something else."""
_LOOSE = 99
"""Rank of a name that only contains one of a stage."""

_MEANS = {"stage": "stage", "close_date": "expected_close", "expected_close": "expected_close", "amount": "amount"}
_MEANS |= {"owner": "owner", "owner_id": "owner", "status": "stage"}
_OF_EVENTS = (
    (_pattern(r"(?:sale|price) field changed"), "amount"),
    (_pattern(r"(?:entity|lead|deal) responsible changed"), "owner"),
)
"""Types of the events of amoCRM."""
_BETTER = ("stage", "expected_close", "close_date", "amount", "owner", "owner_id", "status")
"""Fields of a deal whose history is read; of two names for the same the first of these."""


class Tracked(msgspec.Struct, frozen=True):
    """A field whose changes are logged.

    Args:
        name: As the log calls it.
        of_deals: The field of deals that it is; ``close_date`` or ``expected_close`` for a date of closing.
    """

    name: str
    of_deals: str


class ChangeLog(msgspec.Struct, frozen=True):
    """What a log of changes holds.

    Args:
        field: Header of the names of fields.
        new: Header of the values after the change.
        old: Header of the values before it; None where the log does not tell them.
        tracked: Canonical field of a stage entry (``stage``, ``expected_close``, ``amount``, ``owner``) → what it is called here.
        begun: Names of rows about the creation of a deal.
        others: Names of all other fields, in order.
        named: Header of values that are ids → header of their names, where the log has both.
    """

    field: str
    new: str
    old: str | None
    tracked: Mapping[str, Tracked]
    begun: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    named: Mapping[str, str] = msgspec.field(default_factory=dict)


class Unfolded(msgspec.Struct, frozen=True):
    """A log with a column per field.

    Args:
        log: What it holds.
        now: Canonical field → header of the values after a change.
        was: Canonical field → header of the values before it.
        field: Canonical field per row, as long as the table; null for the creation of a deal.
        rest: The rows about other fields.
        deal: Header of the deals, where one is called so.
        time: Header of the instants, where only logs call one so.
    """

    log: ChangeLog
    now: Mapping[str, str]
    was: Mapping[str, str]
    field: pl.Series
    rest: pl.DataFrame
    deal: str | None
    time: str | None = None


def change_log(frame: pl.DataFrame, path: str, mapping: Mapping[str, str]) -> ChangeLog | None:
    """What a table holds, if it is a log of changes.

    Args:
        frame: The table, as text.
        path: The file.
        mapping: Canonical column → header, as the user said; a name of a field in the log counts as a header here.

    Returns:
        None for every other table.

    Raises:
        SalesmetricsError: ``kind_unknown``: it is a log, and tells neither of stages nor of close dates.

    >>> import polars as pl
    >>> log = pl.DataFrame({"Deal": ["1", "1"], "Field": ["Stage", "Next Step"], "Old Value": ["A", "x"], "New Value": ["B", "y"]})
    >>> change_log(log, "log.csv", {}).tracked["stage"].name, change_log(log, "log.csv", {}).others
    ('Stage', ('Next Step',))
    """
    columns = _columns(frame.columns)
    if columns is None:
        return None
    field, new, old = columns
    cells = plain_text(frame.get_column(field)).str.strip_chars()
    if cells.n_unique() > _MOST_FIELDS:
        return None
    names = [name for name in cells.drop_nulls().unique().sort().to_list() if name]
    asked = {header: name for name, header in mapping.items() if header in names}
    tracked = _tracked([name for name in names if name not in asked])
    for name, canonical in asked.items():
        meant = _MEANS.get(canonical)
        if meant is not None:
            tracked[meant] = Tracked(name, canonical)
    if old is None and not _NAMED.search(unaccented(words_of(field))):
        # A name with a value is a property only where it is called exactly so, and belongs to some deal.
        exact = any((called := _called(each.name)) and called[1] != _LOOSE for each in tracked.values())
        if not exact or not _VALUE.fullmatch(words_of(new)) or not _has_deal(frame, field, new):
            return None
    if not {"stage", "expected_close"} & tracked.keys():
        if _VALUE.fullmatch(words_of(new)) or _EVENT.fullmatch(words_of(field)) or not names:
            return None
        detail = Message("instead", what=Message("change_log", column=field, fields=names[:3]))
        fix = Message("name_field_of_log", names=names[:8])
        raise SalesmetricsError("kind_unknown", path=path, detail=detail, fix=fix)
    known = {each.name for each in tracked.values()}
    begun = tuple(name for name in names if name not in known and _CREATED.fullmatch(words_of(name)))
    others = tuple(name for name in names if name not in known and name not in begun)
    return ChangeLog(field, new, old, tracked, begun, others, _with_names(frame.columns, new, old))


def _has_deal(frame: pl.DataFrame, field: str, new: str) -> bool:
    return any(
        "deal_id" in _claims("stages", header_keys(name).forms(()))
        for name in frame.columns
        if name not in (field, new)
    )


def _with_names(headers: Sequence[str], *values: str | None) -> dict[str, str]:
    """The columns that repeat a value as people read it: ``new_value_formatted`` beside ``new_value`` in Pipedrive."""
    found = {}
    for value in values:
        words = words_of(value) if value is not None else ""
        shown = next((name for name in headers if words and words_of(name).endswith(f"{words} formatted")), None)
        if value is not None and shown is not None:
            found[value] = shown
    return found


def _columns(headers: Sequence[str]) -> tuple[str, str, str | None] | None:
    """The headers of the names, the new values and the old values; None where a table has no such columns."""
    words = {header: unaccented(words_of(header)) for header in headers}

    def first(pattern: re.Pattern[str], *taken: str) -> str | None:
        return next((header for header, name in words.items() if header not in taken and pattern.fullmatch(name)), None)

    fields = [header for header, name in words.items() if _FIELD.fullmatch(name)]
    if not fields:
        return None
    # Beside a name of a field an item is what changed.
    field = next((header for header in fields if _NAMED.search(words[header])), fields[0])
    new = first(_NEW, field) or first(_VALUE, field)
    if new is None:
        return None
    old = first(_OLD, field, new)
    if _EVENT.fullmatch(words[field]) and words[new] in _SENT:
        return None
    return field, new, old


def deal_column(frame: pl.DataFrame, log: ChangeLog) -> str | None:
    """The header of the deals of a log: one that is called so in a history of stages, a list of deals or a log of any object.

    A column with another value in each of several rows has the ids of the log itself, where another one will do.

    Args:
        frame: The log, as text.
        log: What it holds.
    """
    names = [name for name in frame.columns if name not in (log.field, log.new, log.old)]
    keys = {name: header_keys(name, frame.columns) for name in names}

    def called(name: str) -> int | None:
        claims = _claims("stages", keys[name].forms(nouns_of("stages")))
        own = _claims("deals", keys[name].forms(()))
        tests = ("deal_id" in claims, "id" in own, _DEAL.fullmatch(keys[name].full) is not None, "name" in own)
        return tests.index(True) if any(tests) else None

    ranked = sorted((rank, place, name) for place, name in enumerate(names) if (rank := called(name)) is not None)
    repeats = [name for _, _, name in ranked if plain_text(frame.get_column(name)).drop_nulls().is_duplicated().any()]
    return next(iter(repeats), ranked[0][2] if ranked else None)


def time_column(frame: pl.DataFrame, log: ChangeLog) -> str | None:
    """The header of the instants of a log, where only logs call one so; None where a history of stages does, too.

    Args:
        frame: The log, as text.
        log: What it holds.
    """
    names = [name for name in frame.columns if name not in (log.field, log.new, log.old)]
    if any(
        "entered" in _claims("stages", header_keys(name, frame.columns).forms(nouns_of("stages"))) for name in names
    ):
        return None
    return next((name for name in names if _WHEN.fullmatch(unaccented(words_of(name)))), None)


def _claims(kind: Kind, forms: Sequence[str]) -> set[str]:
    """The fields of a kind that any of these words stands for, in any profile or language."""
    return {
        field
        for profile in (*profiles(), *languages())
        for layout in load_profile(profile).kind.get(kind, ())
        for form in forms
        for field, _ in claims_of(profile, kind, layout.name).get(form, ())
    }


def _tracked(names: Sequence[str]) -> dict[str, Tracked]:
    """Canonical field → the best of the names for it, by what profiles of every CRM and language call the fields of deals."""
    ranked: dict[str, list[tuple[int, int, str]]] = {}
    for name in names:
        called = _called(name)
        if called is not None:
            of_deals, rank = called
            ranked.setdefault(_MEANS[of_deals], []).append((_BETTER.index(of_deals), rank, name))
    best = {meant: min(options) for meant, options in ranked.items()}
    return {
        meant: Tracked(best[meant][2], _BETTER[best[meant][0]])
        for meant in dict.fromkeys(_MEANS.values())
        if meant in best
    }


def _called(name: str) -> tuple[str, int] | None:
    """The field of a deal that a name stands for, and how good a name it is; None where nobody calls one so."""
    words = words_of(name)
    if _CREATED.fullmatch(words):
        return None
    event = next((field for pattern, field in _OF_EVENTS if pattern.fullmatch(words)), None)
    if event is not None:
        return event, 0
    forms = header_keys(name).forms(nouns_of("deals"))
    own = [each for each in profiles() if each != GENERIC]
    for profile in (GENERIC, *own, *languages()):
        for layout in load_profile(profile).kind.get("deals", ()):
            claims = claims_of(profile, "deals", layout.name)
            known = [claim for form in forms for claim in claims.get(form, ()) if claim[0] in _MEANS]
            if known:
                return known[0]
    return ("stage", _LOOSE) if _STAGE.search(words) and not _OF_TIME.search(words) else None
