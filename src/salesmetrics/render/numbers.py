"""Numbers as data: exact, finite, and written the same way by every format that a program reads."""

from __future__ import annotations

import math
from decimal import Decimal

__all__ = ["as_decimal", "exact"]


def as_decimal(value: float | Decimal) -> Decimal:
    """A number as a decimal; a float by the digits of its shortest text.

    >>> as_decimal(0.1), as_decimal(3)
    (Decimal('0.1'), Decimal('3'))
    """
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def exact(value: float | Decimal) -> str:
    """Write a number without loss, without an exponent for decimals, and without zeros that say nothing.

    Args:
        value: Any finite number; a float is written as its shortest text that reads back as the same float.

    Raises:
        ValueError: The number is NaN or infinite. Undefined values are ``None`` with a reason, never these.

    >>> exact(Decimal("10005534.00000000")), exact(Decimal("-0.00")), exact(Decimal("1E-8")), exact(1 / 3)
    ('10005534', '0', '0.00000001', '0.3333333333333333')
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"not a finite number: {value}")
        return repr(value if value else 0.0)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"not a finite number: {value}")
        text = f"{value:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text == "-0" else text
    return str(value)
