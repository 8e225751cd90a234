"""``[kpi.…]`` of the settings file: an expression of a user over measures and KPIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from condition_door import SQL_WORDS, by_grammar, printed_and_read_again
from ground import Door, numbers_are_numbers, outcome, typed, untouched

from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.shapes import number
from salesmetrics.metrics.sql import SqlError
from salesmetrics.metrics.sql_parser import parse
from salesmetrics.metrics.user import UserKpi, with_user_kpis

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DOOR"]

_NUMBERS = ((0.0, 0.0, 0.0), (3, 7, 11), (-2.5, 0.0, 1e308), (1e-300, 1e300, 10**30), (0.1, 10**15 + 1, 2))


def go(data: bytes) -> None:
    """An expression is refused, or gives a finite number, or none, for whatever numbers."""
    first, second = (typed(part) for part in (*data.split(b"\n", 1), b"won_deals")[:2])
    own = [UserKpi("mine", first, "Mine"), UserKpi("other", second, "Other")]
    with untouched():
        for item in own:
            try:
                printed_and_read_again(parse(item.expression))
            except SqlError:
                return
        known = outcome(lambda: with_user_kpis(catalog(), own, "salesmetrics.toml"))
        if known is None:
            return
        for item in own:
            kpi = known.kpis[item.id]
            inputs = [{name: row[place % 3] for place, name in enumerate(kpi.inputs)} for row in _NUMBERS]
            assert kpi.parts_of_all is not None
            shapes = outcome(lambda kpi=kpi, inputs=inputs: kpi.parts_of_all(inputs))  # type: ignore[misc]
            for row, shape in zip(inputs, shapes or (), strict=False):
                numbers_are_numbers(shape)
                numbers_are_numbers(number(shape))
                alone = outcome(lambda kpi=kpi, row=row: kpi.parts(**row))  # type: ignore[misc]
                assert alone == shape, (row, alone, shape)


def seeds() -> Iterator[bytes]:
    """Expressions of the documentation."""
    yield from (
        text.encode()
        for text in (
            "calls / won_deals",
            "won_deals / (won_deals + lost_deals)",
            "ROUND(revenue * 1.5, 2)\nmine * 2",
            "CASE WHEN calls > 0 THEN revenue / calls ELSE 0 END",
            "COALESCE(win_rate, 0) * 100\nNULLIF(mine, 0) / calls",
            "GREATEST(won_deals, lost_deals) % 7 // 2",
            "POW(won_deals, calls)\nEXP(mine)",
        )
    )


_NAMES = ("calls", "won_deals", "lost_deals", "revenue", "win_rate", "mine", "other")
_WORDS = SQL_WORDS + (*_NAMES, "\n") * 6
DOOR = Door("own_kpi", go, seeds, _WORDS, 300, 120, by_grammar(_NAMES[:5], _WORDS))
