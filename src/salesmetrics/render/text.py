"""Numbers, intervals and changes as people read them; shared by the table and by Markdown.

Values are rounded here and nowhere else, half away from zero.
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING

from salesmetrics.messages import phrase, retold
from salesmetrics.messages.languages import ENGLISH
from salesmetrics.messages.speech import isolated, reads_from_right, spoken
from salesmetrics.messages.speech import number as written
from salesmetrics.render.numbers import as_decimal
from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.answers.report import Change, Interval, Metric, Number, Unit

__all__ = [
    "BLANKS",
    "amount",
    "behind",
    "cells",
    "change",
    "count",
    "decimals",
    "fraction",
    "interval",
    "one_line",
    "sparkline",
]


BLANKS = re.compile(r"[^\S\u00a0\u2007\u202f]+")
"""Where a line may be broken: a no-break space is none."""
_BARS = "▁▂▃▄▅▆▇█"
_LARGE = 100
"""From here on the decimals of an amount say nothing about how sure it is."""
_FINEST = -8
"""Money has eight decimals; what is smaller than that is what a float leaves over, and reads as none."""


def one_line(text: str) -> str:
    r"""Make text from a file safe for a terminal line: breaks become spaces, control characters are spelled out.

    What an answer says in words of ours is said in the language that is spoken.

    >>> one_line("a\n b\x1b[31m")
    'a b\\x1b[31m'
    """
    text = retold(text)
    if text.isprintable() and "  " not in text:
        return text.strip()
    # A no-break space of our own sentences keeps a number with its unit.
    return visible(" ".join(text.split() if spoken() is ENGLISH else BLANKS.split(text.strip())))


def cells(text: str) -> int:
    r"""How wide text is: signs of East Asia take two places, combining marks and those that change the direction of writing none.

    >>> cells("ab"), cells("李娜"), cells("\u2068ab\u2069"), cells("e\u0301")
    (2, 4, 2, 1)
    """
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def count(number: int) -> str:
    """A count with thousands separators.

    >>> count(8800)
    '8,800'
    """
    return written(f"{number:,}")


def decimals(values: Sequence[Number], unit: Unit) -> int:
    """The digits behind the point that all values of a unit share where they stand below one another.

    >>> decimals([6457725.45, 12000], "money"), decimals([42, 32], "days"), decimals([42.1, 32], "days")
    (2, 0, 1)
    """
    if unit == "x":
        return 2
    if unit == "ratio" or all(_is_whole(as_decimal(value)) for value in values):
        return 1 if unit == "ratio" else 0
    return 2 if unit in {"money", "money_per_day"} else 1


def amount(value: Number | None, unit: Unit, *, currency: str | None = None, places: int | None = None) -> str:
    """One value with its unit, as sensible digits for reading, or with so many behind the point.

    >>> amount(0.63150052, "ratio"), amount(Decimal("2360.9094"), "money", currency="USD"), amount(57.0, "days")
    ('63.2 %', '2,360.91 USD', '57 d')
    >>> amount(None, "count")
    '–'
    """
    if value is None:
        return "–"
    return _with_unit(_digits(value, unit, places), _suffix(unit, currency))


def interval(span: Interval | None, unit: Unit, *, places: int | None = None) -> str:
    """An interval with its unit written once; an open side is said in signs.

    With ``places``, so many digits stand behind the point of both ends, and none of amounts that are so large that these
    say nothing.

    >>> from salesmetrics.answers.report import Interval
    >>> interval(Interval(low=0.6199, high=0.643, level=0.95, method="wilson"), "ratio")
    '62.0 – 64.3 %'
    """
    if span is None or (span.low is None and span.high is None):
        return ""
    suffix = _suffix(unit, None)
    ends = [abs(as_decimal(end)) for end in (span.low, span.high) if end]
    if places is not None and unit in {"money", "money_per_day"} and ends and min(ends) >= _LARGE:
        places = 0
    if span.low is None or span.high is None:
        sign, end = ("≤", span.high) if span.low is None else ("≥", span.low)
        return _with_unit(f"{sign} {_digits(end, unit, places)}", suffix) if end is not None else ""
    return _with_unit(f"{_digits(span.low, unit, places)} – {_digits(span.high, unit, places)}", suffix)


def behind(metric: Metric, *, amounts: bool = True) -> tuple[Number, ...]:
    """The numbers that a value is made of: ``(k, n)`` where both are counts, else ``(n,)``, its number of records.

    Where neither is known two amounts stand for them, which are long: ``amounts`` says whether there is room.

    A count that is its own number of records says nothing twice.
    """
    top, bottom = metric.numerator, metric.denominator
    counts = isinstance(top, int) and isinstance(bottom, int)
    known = top is not None and bottom is not None
    if metric.unit in {"ratio", "x", "points"} and known and (counts or (amounts and metric.n is None)):
        return top or 0, bottom or 0
    if metric.n is None or (metric.unit == "count" and metric.value == metric.n):
        return ()
    return (metric.n,)


def fraction(metric: Metric, *, amounts: bool = True) -> str:
    """What a value is made of, as ``behind`` has it: ``k / n``, else the number of records."""
    made = behind(metric, amounts=amounts)
    if len(made) > 1:
        return f"{_digits(made[0], 'money')} / {_digits(made[1], 'money')}"
    return phrase("records_behind", n=made[0]) if made else ""


def change(step: Change | None, unit: Unit) -> tuple[str, str, str]:
    """A change as three texts: the absolute step, the relative one, and the interval of the step.

    Changes of rates are in percentage points and have no relative step, which would be read as points.

    >>> from salesmetrics.answers.report import Change
    >>> change(Change(absolute=0.023, relative=0.04), "ratio"), change(Change(absolute=-5, relative=-0.1), "count")
    (('+2.3 pp', '', ''), ('-5', '-10.0 %', ''))
    """
    if step is None:
        return "", "", ""
    if step.reason is not None:
        return "–", "", ""
    suffix = phrase("unit_percentage_points") if unit == "ratio" else _suffix(unit, None)
    absolute = "" if step.absolute is None else _with_unit(_signed(step.absolute, unit), suffix)
    relative = (
        "" if step.relative is None or unit == "ratio" else _signed(step.relative, "ratio") + _suffix("ratio", None)
    )
    span = step.interval
    if span is None or span.low is None or span.high is None:
        return absolute, relative, ""
    return absolute, relative, _with_unit(f"{_signed(span.low, unit)} – {_signed(span.high, unit)}", suffix)


def sparkline(values: Sequence[float | None], *, on_zero: bool, top: float | None = None) -> str:
    """A row of bars, one per value; a gap stays a gap.

    Bars ``on_zero`` let a small step look small, as counts and money should; others span their own range. A full bar is
    ``top``, or the largest value.

    >>> sparkline([0, 5, None, 10], on_zero=True), sparkline([0, 5, None, 10], on_zero=True, top=20)
    ('▁▅ █', '▁▃ ▅')
    """
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    if on_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    high = max(high, top) if top is not None else high
    top_bar = len(_BARS) - 1
    if high == low:
        level = 0 if on_zero else top_bar // 2
        return "".join(" " if value is None else _BARS[level] for value in values)
    return "".join(
        " " if value is None else _BARS[int((value - low) / (high - low) * top_bar + 0.5)] for value in values
    )


def _suffix(unit: Unit, currency: str | None) -> str:
    code = f" {one_line(currency)}" if currency and unit in {"money", "money_per_day"} else ""
    return code + phrase(f"unit_{unit}")


def _with_unit(digits: str, suffix: str) -> str:
    """Numbers and their unit, which in a language from the right is read behind them: there the numbers are kept together."""
    return (isolated(digits) if reads_from_right(suffix) else digits) + suffix


def _signed(value: Number, unit: Unit) -> str:
    digits = _digits(value, unit)
    return digits if digits.startswith("-") else f"+{digits}"


def _digits(value: Number, unit: Unit, places: int | None = None) -> str:
    return written(_english(value, unit, places))


def _english(value: Number, unit: Unit, places: int | None) -> str:
    number = as_decimal(value)
    if unit == "ratio":
        return _percent(number)
    if places is not None:
        return _grouped(number, places)
    if unit in {"money", "money_per_day"}:
        return _grouped(number, 0 if _is_whole(number) else 2)
    if unit == "x":
        return _grouped(number, 2)
    return _grouped(number, 0 if _is_whole(number) else 1)


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


def _percent(number: Decimal) -> str:
    # 99.96 % is not 100.0 %, and a few in ten thousand are not none.
    percent = number * 100
    if percent.adjusted() < _FINEST:
        return "0.0"
    for places in (1, 2, 3):
        text = _grouped(percent, places)
        if abs(Decimal(text.replace(",", ""))) not in {Decimal(0), Decimal(100)} or abs(percent) in {0, 100}:
            return text
    return f"{percent.quantize(Decimal('0.0001'), rounding=ROUND_DOWN):,f}"


def _grouped(number: Decimal, places: int) -> str:
    with localcontext() as context:
        context.prec = max(28, number.adjusted() + places + 5)
        rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if not rounded and number.adjusted() >= _FINEST and number and places == 2:
        # A unit price of 0.004 is not free: two significant digits say so.
        rounded = number.quantize(Decimal(1).scaleb(number.adjusted() - 1), rounding=ROUND_HALF_UP)
    return f"{rounded or abs(rounded):,f}"
