"""Segments of one KPI, each against the others together. Own file: the statistics of a benchmark apart from its answer.

Rates, means, quantiles, counts and sums: everything is computed from the records that the shapes of
:mod:`salesmetrics.metrics.shapes` carry, those of all segments in arrays at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from salesmetrics.metrics.shapes import (
    Mean,
    NetScore,
    Quantile,
    Ratio,
    Tally,
    lists_of,
    number,
    total,
)
from salesmetrics.statistics.bands import (
    Band,
    binomial_band,
    detectable_quantile,
    detectable_rate,
    detectable_value,
    mean_band,
    poisson_band,
    quantile_band,
    resampled_mean_band,
)
from salesmetrics.statistics.quantiles import quantile
from salesmetrics.statistics.two_samples import Pool, fisher_exact, one_against_others, welch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from salesmetrics.metrics.definition import Kpi, Shape

    Ints = NDArray[np.int64]
    Draws = Callable[[], np.random.Generator]
    """Gives the generator of a segment, made when it is needed first."""

__all__ = ["FEWEST_COUNTED", "Peers", "Team", "Tested", "peers_of"]

MANY: Final = 100
"""With more records on both sides a closed form takes the place of resampling."""

FEWEST_COUNTED: Final = 5
"""Fewer segments say too little about how much counts vary between them."""

_LEAST_REST: Final = 4
"""By so many times the others have to outnumber a segment for the approximation of what would show to hold."""

_MOST_DRAWN, _MOST_BAND_DRAWS, _LEAST_BAND_DRAWS = 50_000_000, 10_000, 1_000


class Team(NamedTuple):
    """The others together.

    Attributes:
        value: Their value, in the unit of the KPI.
        numerator: What it is made of, where that is known.
        denominator: The same.
        n: Their records; of a count, how many others there are.
    """

    value: Any
    numerator: Any = None
    denominator: Any = None
    n: int | None = None


class Tested(NamedTuple):
    """A p-value, how it was made, and how many draws that took."""

    p_value: float
    method: str
    draws: int | None = None


class Peers(Protocol):
    """Segments of one KPI. Each is named by its place.

    Attributes:
        counted: Records are counted, so that few of them make a segment no less certain.
        least: What the number is at least; ``-inf`` without a bound.
        most: What it is at most.
        untested: Why a segment is not tested where :meth:`test` gives nothing.
    """

    counted: bool
    untested: str
    least: float
    most: float

    def size(self, place: int) -> int:
        """Records of a segment."""
        ...

    def team(self, place: int) -> Team:
        """The others together."""
        ...

    def band(self, place: int, draws: Draws) -> Band | None:
        """Where segments like the others would be."""
        ...

    def test(self, place: int, draws: Draws) -> Tested | None:
        """Whether a segment can be one like the others; None where that cannot be tested."""
        ...

    def z(self, place: int) -> float | None:
        """How many standard errors of chance a segment is from all."""
        ...

    def detectable(self, n: int, alpha: float) -> float | None:
        """The least difference of a segment of n records that would show: None where none would, NaN where that is unknown."""
        ...


def peers_of(kpi: Kpi, shapes: Sequence[Shape]) -> Peers | None:
    """The segments of a KPI by what its shapes carry; None where nothing can be compared.

    Args:
        kpi: What the shapes are of.
        shapes: One per segment, all of them with a value.
    """
    first = shapes[0]
    if kpi.exact and not kpi.additive:
        return _Pooled(shapes) if isinstance(first, Ratio) else None
    if isinstance(first, Ratio):
        if kpi.interval != "wilson":
            return _Pooled(shapes)
        return _Rates([(int(shape.numerator), int(shape.denominator)) for shape in shapes])  # type: ignore[union-attr]
    if isinstance(first, Tally):
        return _Rates([(int(shape.part), int(shape.whole)) for shape in shapes], parts=True)  # type: ignore[union-attr]
    if isinstance(first, Mean):
        return _Values([shape.sample for shape in shapes], None)  # type: ignore[union-attr]
    if isinstance(first, Quantile):
        return _Values([shape.sample for shape in shapes], first.q)  # type: ignore[union-attr]
    if isinstance(first, NetScore):
        return _Values([_scores(*shape) for shape in shapes], None)  # type: ignore[misc]
    if kpi.additive and isinstance(first, (int, float, Decimal)):
        return _Counts([int(shape) for shape in shapes]) if kpi.unit == "count" else _Sums(shapes)  # type: ignore[arg-type]
    return None


def _scores(up: int, down: int, whole: int) -> list[int]:
    return [-100] * int(down) + [0] * int(whole - up - down) + [100] * int(up)


class _Rates:
    """So many of so many; with ``parts`` the number is how many, not which share."""

    untested = "no_spread"
    counted = False
    least = 0.0

    def __init__(self, pairs: Sequence[tuple[int, int]], *, parts: bool = False) -> None:
        self._pairs, self._parts = pairs, parts
        self._k, self._n = sum(k for k, _ in pairs), sum(n for _, n in pairs)
        self.most = math.inf if parts else 1.0

    def _others(self, place: int) -> tuple[int, int]:
        k, n = self._pairs[place]
        return self._k - k, self._n - n

    def size(self, place: int) -> int:
        return self._pairs[place][1]

    def team(self, place: int) -> Team:
        k, n = self._others(place)
        rate = number(Ratio(k, n))
        return Team(rate if rate is None or not self._parts else rate * self.size(place), k, n, n)

    def band(self, place: int, draws: Draws) -> Band | None:
        del draws
        k, n = self._others(place)
        own = self.size(place)
        found = binomial_band(k / n, own) if n else None
        return found if found is None or not self._parts else Band(*(end * own for end in found))

    def test(self, place: int, draws: Draws) -> Tested | None:
        del draws
        p = fisher_exact(*self._pairs[place], *self._others(place))
        return None if p is None else Tested(p, "fisher")

    def z(self, place: int) -> float | None:
        k, n = self._pairs[place]
        rate = self._k / self._n if self._n else 0.0
        return (k / n - rate) / math.sqrt(rate * (1 - rate) / n) if n and 0.0 < rate < 1.0 else None

    def detectable(self, n: int, alpha: float) -> float | None:
        found = detectable_rate(self._k / self._n, n, self._n - n, alpha) if self._n > n else None
        return found if found is None or not self._parts else found * n


class _Values:
    """Samples of numbers: their means, or their quantiles."""

    untested = "no_spread"
    counted = False
    most = math.inf

    def __init__(self, samples: Sequence[Any], q: float | None) -> None:
        import numpy as np
        import polars as pl

        self._q = q
        column = lists_of(samples)
        flat = column.series.explode().drop_nulls()
        values = flat.cast(pl.Float64).to_numpy()
        order = np.argsort(values, kind="stable")
        ends = np.cumsum([0, *column.lengths])
        ranks = np.empty(len(values), dtype=np.int64)
        ranks[order] = np.arange(len(values))
        self._lengths = column.lengths
        self._exact = flat.gather(pl.Series(order, dtype=pl.UInt32))
        self._all = values[order]
        self._own: list[Ints] = [np.sort(ranks[start:end]) for start, end in pairwise(ends)]
        self._pool = Pool(self._all)
        self.least = 0.0 if len(values) and self._all[0] >= 0 else -math.inf
        few = sum(n for n in self._lengths if n <= MANY)
        self._draws = min(_MOST_BAND_DRAWS, max(_LEAST_BAND_DRAWS, _MOST_DRAWN // max(few, 1)))

    @cached_property
    def _powers(self) -> list[list[float]]:
        """Sums of the first three powers of the distance from the mean: of each segment, and of all at the end."""
        away = self._all - self._all.mean()
        sums = [[float((away[own] ** power).sum()) for power in (1, 2, 3)] for own in self._own]
        return [*sums, [float((away**power).sum()) for power in (1, 2, 3)]]

    @cached_property
    def _sums(self) -> list[Any]:
        import polars as pl

        return [self._exact.gather(pl.Series(own, dtype=pl.UInt32)).sum() for own in self._own]

    @cached_property
    def _whole(self) -> Any:
        return total(self._sums)

    @cached_property
    def _above(self) -> tuple[float, int]:
        """The quantile of all, and the place of the first record above it."""
        import numpy as np

        middle = float(np.quantile(self._all, self._q or 0.5))
        return middle, int(np.searchsorted(self._all, middle, side="right"))

    def size(self, place: int) -> int:
        return self._lengths[place]

    def _rest(self, place: int) -> int:
        return len(self._all) - self.size(place)

    def team(self, place: int) -> Team:
        n = self._rest(place)
        if not n:
            return Team(None, n=0)
        if self._q is not None:
            others = _Others(self._exact, self._own[place])
            return Team(quantile(others, self._q), n=n)
        top = self._whole - self._sums[place]
        return Team(number(Ratio(top, n)), top, n, n)

    def band(self, place: int, draws: Draws) -> Band | None:
        own, n = self._own[place], self.size(place)
        if self._q is not None:
            return quantile_band(self._all, own, n, self._q)
        if n <= MANY:
            return resampled_mean_band(self._all, own, n, self._draws, draws())
        rest = self._rest(place)
        if not rest:
            return None
        first, second, third = (
            (whole - part) / rest for whole, part in zip(self._powers[-1], self._powers[place], strict=True)
        )
        variance = second - first * first
        if not variance > 0.0:
            return None
        skewness = (third - 3 * first * second + 2 * first**3) / variance**1.5
        return mean_band(float(self._all.mean()) + first, math.sqrt(variance), skewness, n)

    def test(self, place: int, draws: Draws) -> Tested | None:
        own, n, rest = self._own[place], self.size(place), self._rest(place)
        if not n or not rest or self._all[0] == self._all[-1]:
            return None
        if min(n, rest) > MANY:
            return self._closed(place)
        import numpy as np

        # The smaller side is drawn: what is far from all on one side is so on the other.
        sample = self._all[own] if n <= rest else np.delete(self._all, own)
        if self._q is None:
            p, taken = self._pool.p_of_mean(sample, draws())
        else:
            p, taken = self._pool.p_of_quantile(sample, self._q, draws())
        return Tested(p, "resampled", taken)

    def _closed(self, place: int) -> Tested | None:
        n, rest = self.size(place), self._rest(place)
        if self._q is not None:
            first = self._above[1]
            above = int((self._own[place] >= first).sum())
            p = fisher_exact(above, n, len(self._all) - first - above, rest)
            return None if p is None else Tested(p, "quantile_fisher")
        own, whole = self._powers[place], self._powers[-1]
        sums = [(own[0], own[1], n), (whole[0] - own[0], whole[1] - own[1], rest)]
        means = [one / size for one, _, size in sums]
        spreads = [(two - one * one / size) / (size - 1) for one, two, size in sums]
        p = welch(n, means[0], spreads[0], rest, means[1], spreads[1])
        return None if p is None else Tested(p, "welch")

    def z(self, place: int) -> float | None:
        n = self.size(place)
        if not n:
            return None
        if self._q is not None:
            first = self._above[1]
            share = 1 - first / len(self._all)
            spread = math.sqrt(share * (1 - share) / n)
            return (float((self._own[place] >= first).mean()) - share) / spread if spread else None
        sd = self._sd
        return self._powers[place][0] / n / (sd / math.sqrt(n)) if sd else None

    @property
    def _sd(self) -> float:
        size = len(self._all)
        return math.sqrt(self._powers[-1][1] / (size - 1)) if size > 1 else 0.0

    def detectable(self, n: int, alpha: float) -> float | None:
        rest = len(self._all) - n
        if rest < 1:
            return None
        if self._q is None:
            return detectable_value(self._sd, n, rest, alpha)
        whole = min(n, rest) > MANY
        if not whole and _LEAST_REST * n > rest:  # how far medians of two alike halves scatter has no such form
            return math.nan
        return detectable_quantile(self._all, self._q, n, alpha, whole=whole)


class _Others(Sequence[Any]):
    """What is left of ascending records without some places, as a sequence that is not copied."""

    def __init__(self, records: Any, own: Ints) -> None:
        import numpy as np

        self._records, self._gaps = records, own - np.arange(len(own))

    def __len__(self) -> int:
        return len(self._records) - len(self._gaps)

    def __getitem__(self, rank: Any) -> Any:
        import numpy as np

        return self._records[rank + int(np.searchsorted(self._gaps, rank, side="right"))]


class _Counts:
    """One count per segment: what the others vary by is what counts vary by."""

    untested = "few_segments"
    counted = True
    least = 0.0
    most = math.inf

    def __init__(self, counts: Sequence[int]) -> None:
        self._counts = counts
        self._roots = [math.sqrt(max(count, 0)) for count in counts]
        self._total = sum(counts)

    def size(self, place: int) -> int:
        return self._counts[place]

    def team(self, place: int) -> Team:
        others = len(self._counts) - 1
        rest = self._total - self._counts[place]
        return Team(number(Ratio(rest, others)), rest, others, others)

    def band(self, place: int, draws: Draws) -> Band | None:
        del draws
        if len(self._counts) < FEWEST_COUNTED:  # how much counts vary is not known
            return None
        mean = self.team(place).value
        return poisson_band(mean) if mean else None

    @cached_property
    def _moments(self) -> tuple[float, float]:
        return math.fsum(self._roots), math.fsum(root * root for root in self._roots)

    def _of_others(self, place: int) -> tuple[int, float, float]:
        root, m = self._roots[place], len(self._roots) - 1
        mean = (self._moments[0] - root) / m
        variance = (self._moments[1] - root * root - m * mean * mean) / max(m - 1, 1)
        return m, mean, variance if variance > _ROUNDING else 0.0

    def test(self, place: int, draws: Draws) -> Tested | None:
        del draws
        if len(self._counts) < FEWEST_COUNTED:
            return None
        p = one_against_others(self._roots[place], *self._of_others(place))
        return None if p is None else Tested(p, "student")

    def z(self, place: int) -> float | None:
        mean = self._total / len(self._counts)
        return (self._counts[place] - mean) / math.sqrt(mean) if mean > 0 else None

    def detectable(self, n: int, alpha: float) -> float | None:
        del n, alpha
        return None


_ROUNDING = 1e-9


class _Untested:
    """Numbers that no records behind them can be compared of."""

    untested = "no_test"
    counted = True
    least = -math.inf
    most = math.inf

    def size(self, place: int) -> int:
        del place
        return 0

    def band(self, place: int, draws: Draws) -> Band | None:
        del place, draws
        return None

    def test(self, place: int, draws: Draws) -> Tested | None:
        del place, draws
        return None

    def z(self, place: int) -> float | None:
        del place
        return None

    def detectable(self, n: int, alpha: float) -> float | None:
        del n, alpha
        return None


class _Pooled(_Untested):
    """Ratios of sums: the team's is the ratio of the others' sums."""

    def __init__(self, shapes: Sequence[Any]) -> None:
        self._shapes = shapes
        self._top = total([shape.numerator for shape in shapes])
        self._bottom = total([shape.denominator for shape in shapes])

    def team(self, place: int) -> Team:
        own = self._shapes[place]
        top, bottom = self._top - own.numerator, self._bottom - own.denominator
        return Team(number(Ratio(top, bottom)), top, bottom)


class _Sums(_Untested):
    """Sums: the team's is the mean of the others."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values, self._total = values, total(values)

    def team(self, place: int) -> Team:
        others = len(self._values) - 1
        rest = self._total - self._values[place]
        return Team(number(Ratio(rest, others)), rest, others, others)
