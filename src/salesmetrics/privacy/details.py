"""Details of messages without names: what each of them holds, by its name, and what is shown of it.

Details are hidden unless they are known to be harmless. Words of ours are shown; a path has a pseudonym; all else is text of the
data or of a person who typed it, which is shown only where it is a number, a day, a currency, a header or a value that may be
shown, and else stands as ``(hidden)``.
"""

from __future__ import annotations

import errno
import os
import re
import shlex
from enum import Enum
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import text
from salesmetrics.messages.commands import COMMANDS
from salesmetrics.privacy.fields import NAMES, sort_of
from salesmetrics.schema.currencies import CODES, CRM_DEFAULT
from salesmetrics.schema.kinds import KIND_NAMES, column_types
from salesmetrics.schema.message import Message, Some

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from salesmetrics.privacy.fields import Named
    from salesmetrics.privacy.names import Names
    from salesmetrics.schema.provenance import Finding

__all__ = [
    "CLASSES",
    "HIDDEN",
    "OF_CODE",
    "Holds",
    "class_of",
    "hidden_argument",
    "hidden_cell",
    "hidden_error",
    "hidden_finding",
    "hidden_line",
    "hidden_message",
    "hidden_text",
    "hidden_word",
    "hide_error",
    "may_stand",
]


class Holds(Enum):
    """What a detail holds."""

    OURS = "words of ours: options, fields, kinds, KPIs, forms"
    PATH = "a file or a folder"
    HEADER = "a header of an export"
    TYPED = "what is typed in a shell: options, and files and words of the data after them"
    DATA = "text of the data, or of whoever typed it; or a number, a day, other messages, which are shown as they are"


_OURS = """
    actual advice argument command commands container crm delimiter encoding ends every extensions family field form forms function
    how key keys kind kinds kpi kpis memory option operator outcome package profile pseudonym question sep status target title titles type
    unit variable view views
"""

_PATHS = "file files folder free newest path paths"

_HEADERS = "column columns flag header headers quantity"

_TYPED = "line lines options"

_DATA = """
    about above after age also alternative amount amounts answered as_of asked at at_stake attainment back bar basis before below
    beside better biases blank booked bound by byte bytes call categories category cause cells chance change changes chart circle
    closed closed_interval closes code codes cohort compare condition confidence control count cover covered created
    currencies currency day days deal deals decided deepest denominator detail difference differences differing digits doubt drawn
    draws earlier effect end error event everybody example expected expression factor factors faults fdr fields figures filled
    first fix formula forward found free gap gigabytes given goal goals gone group groups have high hint id ids ignored
    interval into item items k known label labels lacking lacks last late later latest lead least left_out length level levels
    limit limits lost low made_of marks max_age mean meaning megabytes method methods mib min_n mix month months more most moved
    moves n naive name named namely names near need needed needs new note now number numerator odd of offset old old_currency
    old_day old_outcome old_owner old_stage once one open option_or_key order other other_length other_order other_row others
    output outside overdue own owner owners p packed pairs part parts past peers percent period periods pipeline place places
    previous problem products quota quotas rate read reason reasons records reference rejected relation row rows rule
    running said score second seconds seed segment segments series set several shapes share shared shock short shown side sign
    sign_high sign_low signs since size source spellings stage stages start step steps subject subjects such sum tests text theirs
    time times to today together token total tried types unknown used value values variant variants verdict version waits wanted
    wape what where whole whose width with_reason within without won word words worse writings year
"""

CLASSES: Mapping[str, Holds] = {
    **dict.fromkeys(_DATA.split(), Holds.DATA),
    **dict.fromkeys(_TYPED.split(), Holds.TYPED),
    **dict.fromkeys(_HEADERS.split(), Holds.HEADER),
    **dict.fromkeys(_PATHS.split(), Holds.PATH),
    **dict.fromkeys(_OURS.split(), Holds.OURS),
}
"""Name of a detail → what it holds, in every message of the catalogues; a test looks that none is missing."""

OF_CODE: Mapping[tuple[str, str], Holds] = {
    # --- words of ours under a name that holds others elsewhere
    ("config_invalid", "line"): Holds.DATA,
    ("did_you_mean_locale", "near"): Holds.OURS,
    ("did_you_mean_schema", "near"): Holds.OURS,
    ("encoding_mismatch", "byte"): Holds.OURS,
    ("encoding_uncertain", "alternative"): Holds.OURS,
    ("excel_error_cells", "error"): Holds.OURS,
    ("flags_as", "words"): Holds.OURS,
    ("known_locales", "known"): Holds.OURS,
    ("kind_name_unknown", "known"): Holds.OURS,
    ("family_unknown", "known"): Holds.OURS,
    ("not_one_of", "known"): Holds.OURS,
    ("option_example", "value"): Holds.OURS,
    ("sql_token", "expected"): Holds.OURS,
    ("use_one_of", "known"): Holds.OURS,
    ("unit_prices", "of"): Holds.OURS,
    ("variable_example", "example"): Holds.OURS,
    ("date_order_ambiguous", "order"): Holds.OURS,
    ("date_order_ambiguous", "other_order"): Holds.OURS,
    ("period_over", "period"): Holds.OURS,
    ("byte_not_utf8", "byte"): Holds.OURS,
    ("in_effect", "name"): Holds.OURS,
    ("in_effect", "place"): Holds.OURS,
    # --- files
    ("lists_overlap", "first"): Holds.PATH,
    ("lists_overlap", "second"): Holds.PATH,
    ("exports_same_day", "first"): Holds.PATH,
    ("exports_same_day", "second"): Holds.PATH,
    ("exports_unrelated", "first"): Holds.PATH,
    ("exports_unrelated", "second"): Holds.PATH,
    ("take_one_out", "first"): Holds.PATH,
    ("take_one_out", "second"): Holds.PATH,
    ("report_one", "first"): Holds.TYPED,
    ("report_one", "second"): Holds.TYPED,
    ("currency_in_one_export", "other"): Holds.PATH,
    ("currency_of_other_export", "other"): Holds.PATH,
    ("file_for_kpi", "name"): Holds.PATH,
    ("file_as_command", "name"): Holds.PATH,
    ("member_twice", "name"): Holds.PATH,
    ("member_of_it", "name"): Holds.PATH,
    ("rename_it", "name"): Holds.PATH,
    ("keep_or_set_day", "name"): Holds.PATH,
    # --- what is typed, of which files are a part
    ("report_command", "files"): Holds.TYPED,
    ("or_own_numbers", "files"): Holds.TYPED,
    ("or_compare", "files"): Holds.TYPED,
    ("exports_reversed", "files"): Holds.TYPED,
    ("period_missing", "files"): Holds.TYPED,
    ("period_over", "files"): Holds.TYPED,
    ("settings_written", "files"): Holds.TYPED,
    ("command_check", "files"): Holds.TYPED,
    ("command_inspect", "files"): Holds.TYPED,
    ("paste_this", "command"): Holds.TYPED,
    ("report_newest", "command"): Holds.TYPED,
    ("need_more_than", "files"): Holds.OURS,
    ("need_more_than_guess", "files"): Holds.OURS,
    ("file_with", "file"): Holds.OURS,
    # --- what somebody typed, under a name of ours
    ("argument_extra", "argument"): Holds.DATA,
    ("argument_unlike", "type"): Holds.DATA,
    ("sql_cast", "type"): Holds.DATA,
    ("encoding_unknown", "encoding"): Holds.DATA,
    ("option_unknown", "option"): Holds.DATA,
    ("option_first", "option"): Holds.DATA,
    ("kind_name_unknown", "kind"): Holds.DATA,
    ("config_invalid", "key"): Holds.DATA,
    ("setting_refused", "key"): Holds.DATA,
    ("setting_and_fix", "key"): Holds.DATA,
}
"""The same of the messages in which a name holds something else."""

_NAMED: Mapping[str, Named] = {sort: sort for sort in NAMES if sort != "value"}

HIDDEN = Message("hidden")
"""What stands in the place of text that is not shown."""

_NUMBER = re.compile(
    r"[-+(−]?\s?[$€£¥]?\s?(\d{1,9}|\d{1,3}([ .,'’\u00a0\u202f]\d{3})+)([.,]\d+)?([eE][-+]?\d{1,2})?\s?[%$€£¥)]?"
)
_LONGEST = 9
"""So many digits a number has at most before its point: longer ones are those of a telephone or an account."""
_DAY = re.compile(
    r"(\d{1,2}|\d{4})([-/.])\d{1,2}(\2(\d{1,2}|\d{4}))?\.?([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s?(AM|PM|Z|[-+]\d{2}:?\d{2})?)?",
    re.I,
)
_PERIOD = re.compile(r"\d{4}(-?(Q[1-4]|H[12]|W\d{1,2}))?|\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}", re.I)
_COMMANDS = frozenset({*COMMANDS, "salesmetrics", "show", "FILE", "HEADER", "DATE", "FORMAT"})
"""What stands in a line to type and is no file: commands, one that is below another, and what a reader puts in."""
_STRERRORS = frozenset(os.strerror(number).lower() for number in errno.errorcode)
_OPTION = re.compile(r"--?[a-z][a-z-]*")


def class_of(code: str, name: str) -> Holds:
    """What a detail of a message holds; one that nobody has classified holds text of the data.

    >>> class_of("file_empty", "path"), class_of("kind_name_unknown", "kind")
    (<Holds.PATH: 'a file or a folder'>, <Holds.DATA: 'text of the data, or of whoever typed it; or a number, a day, other messages, which are shown as they are'>)
    """
    return OF_CODE.get((code, name)) or CLASSES.get(name, Holds.DATA)


def hidden_message(message: Message, names: Names, *, kind: str | None = None, column: str | None = None) -> Message:
    """A message with what its details tell hidden.

    Args:
        message: Any.
        names: Whose pseudonyms are shown.
        kind: Of the records that it is about.
        column: Their field that it is about, as a canonical name, where that is known.
    """
    return Message(message.code, **_details(message.code, message.details, names, kind, column))


def hidden_error(error: SalesmetricsError, names: Names) -> SalesmetricsError:
    """An error with what its details tell hidden; the traceback and the cause are those of the new one."""
    return SalesmetricsError(error.code, **_details(error.code, error.details, names, None, None))


def hide_error(error: SalesmetricsError, told: SalesmetricsError, names: Names) -> SalesmetricsError:
    """Make an error that is on its way one that tells no name, nor anything of where it comes from.

    Args:
        error: On its way; another one in its place would carry it along.
        told: What it is to say, with names.
        names: Whose pseudonyms are shown.

    Returns:
        The error, to be raised again.
    """
    error.code, error.args, error.details = told.code, told.args, hidden_error(told, names).details
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def hidden_finding(finding: Finding, names: Names, *, field: str | None = None) -> Finding:
    """A finding with what its details tell hidden.

    Args:
        finding: Any.
        names: Whose pseudonyms are shown.
        field: The canonical name of its column, where that is known.
    """
    return replace(
        finding,
        path=None if finding.path is None else names.file(finding.path),
        column=None if finding.column is None else hidden_word(finding.column, names),
        details=_details(finding.code, finding.details, names, finding.kind, field),
    )


def hidden_text(value: str, names: Names, *, kind: str | None = None, column: str | None = None) -> str | Message:
    """A text of the data as it may be shown: itself, its pseudonym, or the message that says that it is hidden.

    Args:
        value: Of a cell.
        names: Whose pseudonyms are shown.
        kind: Of the record.
        column: The canonical name of its column, where that is known.
    """
    sort = sort_of(kind, column) if kind is not None and column is not None else "value"
    named = None if names.is_pseudonym(value) else _NAMED.get(sort)
    if named is None and may_stand(value, names):  # what is harmless in one column may be a name in another
        return value
    if sort == "id":
        return names.of_id(value)
    return names.pseudonym(named, value) if named is not None and names.shown else HIDDEN


def hidden_cell(value: str, names: Names, *, kind: str | None = None, column: str | None = None) -> str:
    """The same as plain text: of a table, where a message has no place."""
    shown = hidden_text(value, names, kind=kind, column=column)
    return shown if isinstance(shown, str) else text(shown)


def hidden_word(word: str, names: Names) -> str:
    """A header or a word of the data: itself where it may stand, and no pseudonym else."""
    return word if may_stand(word, names) else text(HIDDEN)


def hidden_argument(argument: str, names: Names) -> str:
    """A file as it is typed, with the kind that may stand before it.

    >>> from salesmetrics.privacy.names import Names
    >>> hidden_argument("deals=Ann.csv", Names(None)), hidden_argument("-", Names(None))
    ('deals=file-1.csv', '-')
    """
    kind, equals, path = argument.partition("=")
    if equals and kind in KIND_NAMES:
        return f"{kind}={names.file(path)}"
    return argument if argument in ("-", "FILE") else names.file(argument)


def hidden_line(line: str, names: Names) -> str:
    """What is typed in a shell, with its files and its words of the data hidden; options and commands stay."""
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    option, shown = "", []
    for word in words:
        name, equals, value = word.partition("=")
        if _OPTION.fullmatch(name):
            option = "" if equals else name
            shown.append(f"{name}={_word(value, names)}" if equals else name)
        elif option:
            shown.append(f"{name}={_word(value, names)}" if equals and name in _VOCABULARY else _word(word, names))
            option = ""
        elif word in _COMMANDS or word in _VOCABULARY:
            shown.append(word)
        else:
            shown.append(hidden_argument(word, names))
    return " ".join(shown)


def may_stand(value: str, names: Names) -> bool:
    """Whether a text may be shown as it is: it is plain, or was learnt to be harmless."""
    return _is_plain(value) or names.may_show(value)


# --- one detail ---


def _details(
    code: str, details: Mapping[str, Any], names: Names, kind: str | None, column: str | None
) -> dict[str, Any]:
    kind = kind if kind is not None else _str_or_none(details.get("kind"))
    return {
        name: _hidden(value, class_of(code, name), names, kind, _field(name, column)) for name, value in details.items()
    }


def _field(name: str, column: str | None) -> str | None:
    """The field that a detail is of: owners are owners whatever column a message is about."""
    return "owner" if name in ("owner", "owners", "whose", "old_owner") else column


def _str_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _hidden(value: Any, holds: Holds, names: Names, kind: str | None, column: str | None) -> Any:
    if isinstance(value, Message):
        return hidden_message(value, names, kind=kind, column=column)
    if isinstance(value, Some):
        return Some(tuple(_hidden(item, holds, names, kind, column) for item in value.values), value.total)
    if isinstance(value, (list, tuple)):
        return type(value)(_hidden(item, holds, names, kind, column) for item in value)
    if not isinstance(value, (str, bytes, os.PathLike)):
        return value
    said = os.fsdecode(value)
    if holds is Holds.OURS or not said:
        return value
    if holds is Holds.PATH:
        return names.file(_unquoted(said))
    if holds is Holds.TYPED or said.startswith("salesmetrics "):
        return hidden_line(said, names)
    if holds is Holds.HEADER:
        return said if may_stand(said, names) else HIDDEN
    return hidden_text(said, names, kind=kind, column=column)


def _unquoted(path: str) -> str:
    """A path as it is, which a message may have as it is typed in a shell."""
    try:
        words = shlex.split(path) if path.startswith(("'", '"')) else []
    except ValueError:
        words = []
    return words[0] if len(words) == 1 else path


def _word(value: str, names: Names) -> str:
    """A word of the data within a line to type."""
    return value if not value or may_stand(value, names) else "HIDDEN"


def _is_plain(value: str) -> bool:
    """Whether a text is a number, a day, a period, a currency, or a word of ours, whatever it was said of."""
    return (
        value in _VOCABULARY
        or value in CODES
        or value in _STRERRORS
        or any(form.fullmatch(value) is not None for form in (_DAY, _PERIOD))
        or _is_number(value)
    )


def _is_number(value: str) -> bool:
    """Whether a text is a number, and not one that somebody is called by."""
    if _NUMBER.fullmatch(value) is None:
        return False
    digits = [sign for sign in value.partition(".")[0] if sign.isdecimal()]
    return len(digits) <= _LONGEST and not value.startswith("+") and not (len(digits) > 1 and digits[0] == "0")


def _fields() -> Iterable[str]:
    for kind in KIND_NAMES:
        yield kind
        yield from column_types(kind)


_MADE = """
    deal_class due ended entity left_out lost n numerator denominator open outcome overdue row today total value won won_so_far
"""
"""Names of columns and cells that are none of a file."""

_VOCABULARY = frozenset((*_fields(), *_MADE.split(), CRM_DEFAULT))
