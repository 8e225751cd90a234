"""What values of options must be. Own file: each check imports what it needs only when a value is given."""

from __future__ import annotations

__all__ = [
    "check_age",
    "check_currency_symbol",
    "check_key",
    "check_locale",
    "check_memory",
    "check_reason",
    "check_section",
    "check_zone",
]


def check_zone(text: str) -> None:
    """A time zone that there is.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    from salesmetrics.calendar import model
    from salesmetrics.errors import RefusedError

    try:
        model.check_zone(text)
    except RefusedError:
        raise model.zone_refused(text) from None


def check_age(text: str) -> None:
    """An age in days or weeks.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    from salesmetrics.calendar.age import parse_age
    from salesmetrics.errors import RefusedError, SalesmetricsError
    from salesmetrics.schema.message import Message

    try:
        parse_age(text)
    except RefusedError as refusal:
        cause, fix = refusal.cause, Message("age_example")
        raise SalesmetricsError("option_invalid", option="--max-age", value=text, cause=cause, fix=fix) from None


def check_currency_symbol(pair: str) -> None:
    """A sign that can stand for a currency, and a code of one.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    from salesmetrics.ingest.parse.currency import settled_symbols  # only where one is settled: it loads polars

    sign, _, code = pair.rpartition("=")
    settled_symbols({sign: code})


def check_locale(text: str) -> None:
    """A locale that CSV can be written for.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    from salesmetrics.render.csv_locales import csv_dialect

    csv_dialect(text)


def check_memory(text: str) -> None:
    """A size of memory that a file can be read in.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    from salesmetrics.errors import RefusedError, SalesmetricsError
    from salesmetrics.ingest.source.bounds import LEAST_MEMORY, bytes_of, size_typed
    from salesmetrics.schema.message import Message

    try:
        size = bytes_of(text)
    except RefusedError as refusal:
        cause = refusal.cause
    else:
        if size >= LEAST_MEMORY:
            return
        cause = Message("has_to_be_at_least", least=size_typed(LEAST_MEMORY))
    raise SalesmetricsError("option_invalid", option="--memory", value=text, cause=cause, fix=Message("memory_example"))


def check_section(name: str) -> None:
    """The name of a section of a report.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    from salesmetrics.errors import SalesmetricsError
    from salesmetrics.schema.message import Message
    from salesmetrics.schema.sections import SECTIONS

    if name not in SECTIONS:
        cause, fix = Message("no_such_section"), Message("use_one_of", known=list(SECTIONS))
        raise SalesmetricsError("option_invalid", option="--sections", value=name, cause=cause, fix=fix)


def check_reason(pair: str) -> None:
    """A variant, and the reason that it counts as.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    from salesmetrics.errors import SalesmetricsError
    from salesmetrics.schema.message import Message

    variant, _, reason = (part.strip() for part in pair.rpartition("="))
    if not reason or variant == reason:
        cause = Message("reason_missing" if not reason else "reason_of_itself")
        raise SalesmetricsError(
            "option_invalid", option="--merge-reason", value=pair, cause=cause, fix=Message("reason_example")
        )


def check_key(text: str) -> None:
    """A key that nobody finds by trying, or the word for one that is drawn.

    Raises:
        SalesmetricsError: ``option_invalid``, without the key.
    """
    from salesmetrics.errors import SalesmetricsError
    from salesmetrics.privacy.names import LEAST
    from salesmetrics.schema.message import Message

    if text != "random" and len(text.strip()) < LEAST:
        cause, fix = Message("key_short", least=LEAST), Message("key_example")
        raise SalesmetricsError("option_invalid", option="--key", value="***", cause=cause, fix=fix)
