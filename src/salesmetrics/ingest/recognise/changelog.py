"""Logs of changes, one row per field: refused by name. Own file: it goes when they are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.common import plain_text
from salesmetrics.ingest.recognise.words import words_of
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    import polars as pl

__all__ = ["refuse_change_log"]

_FIELD = re.compile(
    r"(?:changed |modified |updated |audit )?(?:field|attribute|property|column|item)(?: (?:changed|modified|key|name|label|type|api name|event|id))*"
    r"|field event|(?:changed|modified|updated) (?:field|attribute|property|key|column)s?(?: (?:key|name))?|key(?: name)?"
    r"|geandertes feld|feld(?:name)?|champ(?: modifie)?|campo(?: (?:modificado|alterado|modificato))?|(?:измененное )?поле|字段(?:名称)?"
)
_NEW = re.compile(
    r"(?:new|to|after|current)(?: (?:value|string|text))?|changed to|value after|(?:neuer|nouvelle|nuevo|novo|nuovo) (?:wert|valeur|valor|valore)"
    r"|новое значение|新值"
)
_STAGE = re.compile(r"stage|status|phase|fase|etapa|etape|стади|этап|статус|阶段|step")


def refuse_change_log(frame: pl.DataFrame, path: str) -> None:
    """Raise for a log of changes of any field: the new values of a name or an owner are no stages.

    A log that is filtered to the stage is a history of stages, and passes.

    Args:
        frame: The table, as text.
        path: The file.

    Raises:
        SalesmetricsError: ``kind_unknown``.
    """
    words = {header: words_of(header) for header in frame.columns}
    field = next((header for header, name in words.items() if _FIELD.fullmatch(name)), None)
    new = next((header for header, name in words.items() if _NEW.fullmatch(name)), None)
    if field is None or new is None or field == new:
        return
    names = plain_text(frame.get_column(field)).drop_nulls().str.strip_chars().unique().sort().to_list()
    others = [name for name in names if name and not _STAGE.search(words_of(name))]
    if not others:
        return
    detail = Message("instead", what=Message("change_log", column=field, fields=others[:3]))
    raise SalesmetricsError("kind_unknown", path=path, detail=detail, fix=Message("export_stages_alone"))
