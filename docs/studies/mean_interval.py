"""How often the interval of a mean holds the mean of skewed amounts: the ways to make one, measured.

Run it with ``python docs/studies/mean_interval.py``; it prints ``docs/studies/mean_interval.md``. Every draw is seeded, so
that the same numbers come out. The amounts of real exports are drawn with replacement from ``../shared/realdata``, whose
mean is then the truth; without that folder these rows are left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Array = np.ndarray[Any, np.dtype[np.float64]]
Ends = tuple[Array, Array]

SEED = 20261126
SIZES = (10, 12, 15, 20, 22, 25, 30, 40, 50, 75, 100, 150, 200)
RESAMPLES = 999
CHUNK = 500
LEVEL = 0.95
SMALL = "Bitrix"
REALDATA = Path(__file__).parent.parent.parent.parent / "shared" / "realdata"


class Samples:
    """Many samples of one size, one per row, with what several intervals need of them."""

    def __init__(self, values: Array, weights: Array) -> None:
        self.values, self.weights = values, weights
        self.n = values.shape[1]
        self.mean = values.mean(axis=1)
        self.sd = values.std(axis=1, ddof=1)
        centred = values - self.mean[:, None]
        moment2, moment3 = (centred**2).mean(axis=1), (centred**3).mean(axis=1)
        self.skew = np.divide(moment3, moment2**1.5, out=np.zeros_like(moment2), where=moment2 > 0)
        self.adjusted_skew = self.skew * np.sqrt(self.n * (self.n - 1)) / max(self.n - 2, 1)
        self.error = self.sd / np.sqrt(self.n)


def student(s: Samples, tail: float) -> Ends:
    reach = stats.t.ppf(1 - tail, s.n - 1) * s.error
    return s.mean - reach, s.mean + reach


def johnson(s: Samples, tail: float) -> Ends:
    """Student's interval moved by the third moment (Johnson 1978)."""
    low, high = student(s, tail)
    shift = s.adjusted_skew * s.sd / (6 * s.n)
    return low + shift, high + shift


def _hall(s: Samples, quantile: float, skew: Array) -> Ends:
    """The monotone cubic transformation that removes the skewness of t (Hall 1992)."""
    root = np.sqrt(s.n)

    def back(x: float) -> Array:
        a = skew / 3
        safe = np.where(np.abs(a) < 1e-9, 1.0, a)
        curved = root / safe * (np.cbrt(1 + 3 * a * (x / root - skew / (6 * s.n))) - 1)
        return np.where(np.abs(a) < 1e-9, x, curved)

    return s.mean - s.error * back(quantile), s.mean - s.error * back(-quantile)


def hall(s: Samples, tail: float) -> Ends:
    return _hall(s, float(stats.norm.ppf(1 - tail)), s.skew)


def hall_t(s: Samples, tail: float) -> Ends:
    """Hall's, with Student's quantile in the place of the normal one."""
    return _hall(s, float(stats.t.ppf(1 - tail, s.n - 1)), s.skew)


def hall_t_adjusted(s: Samples, tail: float) -> Ends:
    """The same with the skewness that is unbiased for normal samples."""
    return _hall(s, float(stats.t.ppf(1 - tail, s.n - 1)), s.adjusted_skew)


def _logs(s: Samples) -> tuple[Array, Array]:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(s.values)
        return logs.mean(axis=1), logs.var(axis=1, ddof=1)


def _cox(s: Samples, quantile: float) -> Ends:
    middle, variance = _logs(s)
    reach = quantile * np.sqrt(variance / s.n + variance**2 / (2 * (s.n - 1)))
    return np.exp(middle + variance / 2 - reach), np.exp(middle + variance / 2 + reach)


def cox(s: Samples, tail: float) -> Ends:
    """The log-normal interval of Cox (Land 1972)."""
    return _cox(s, float(stats.norm.ppf(1 - tail)))


def modified_cox(s: Samples, tail: float) -> Ends:
    """Cox's, with Student's quantile (Olsson 2005)."""
    return _cox(s, float(stats.t.ppf(1 - tail, s.n - 1)))


def _resampled(s: Samples) -> Iterator[tuple[slice, Array, Array]]:
    for start in range(0, len(s.values), CHUNK):
        part = slice(start, start + CHUNK)
        values = s.values[part] - s.mean[part, None]
        shift = values @ s.weights.T / s.n
        square = values**2 @ s.weights.T / s.n
        yield part, shift, np.maximum(square - shift**2, 0.0)


def bootstrap_t(s: Samples, tail: float) -> Ends:
    """Quantiles of t in resamples; a resample without spread is an infinite t."""
    low, high = np.empty_like(s.mean), np.empty_like(s.mean)
    for part, shift, variance in _resampled(s):
        with np.errstate(divide="ignore", invalid="ignore"):
            t = shift / np.sqrt(variance / (s.n - 1))
        t.sort(axis=1)
        low[part] = s.mean[part] - s.error[part] * t[:, _rank(1 - tail)]
        high[part] = s.mean[part] - s.error[part] * t[:, _rank(tail)]
    return low, high


def bca(s: Samples, tail: float) -> Ends:
    """Bias-corrected and accelerated percentiles (Efron 1987)."""
    low, high = np.empty_like(s.mean), np.empty_like(s.mean)
    z = stats.norm.ppf(tail)
    acceleration = s.skew / (6 * np.sqrt(s.n))
    for part, shift, _ in _resampled(s):
        below = ((shift < 0).sum(axis=1) + (shift == 0).sum(axis=1) / 2 + 0.5) / (RESAMPLES + 1)
        bias, a = stats.norm.ppf(below), acceleration[part]
        shift.sort(axis=1)
        rows = np.arange(len(shift))
        for end, sign in ((low, 1), (high, -1)):
            point = stats.norm.cdf(bias + (bias + sign * z) / (1 - a * (bias + sign * z)))
            rank = np.clip(np.rint(point * (RESAMPLES + 1)) - 1, 0, RESAMPLES - 1).astype(int)
            end[part] = s.mean[part] + shift[rows, rank]
    return low, high


def _rank(share: float) -> int:
    return round(share * (RESAMPLES + 1)) - 1


METHODS: dict[str, Callable[[Samples, float], Ends]] = {
    "Student": student,
    "Johnson": johnson,
    "Hall": hall,
    "Hall, t": hall_t,
    "Hall, t, G1": hall_t_adjusted,
    "Cox": cox,
    "modified Cox": modified_cox,
    "BCa": bca,
    "bootstrap-t": bootstrap_t,
}


def lognormal(sigma: float) -> tuple[Callable[..., Array], float]:
    return lambda rng, size: rng.lognormal(0.0, sigma, size), float(np.exp(sigma**2 / 2))


def populations() -> dict[str, tuple[Callable[..., Array], float]]:
    """What samples are drawn from, and its mean."""
    found = {f"log-normal {sigma}": lognormal(sigma) for sigma in (0.5, 1, 1.13, 1.5)}
    found["gamma 0.8"] = (lambda rng, size: rng.gamma(0.8, 1.0, size), 0.8)
    for name, amounts in real_amounts().items():
        found[name] = (lambda rng, size, amounts=amounts: rng.choice(amounts, size), float(amounts.mean()))
    return found


def real_amounts() -> dict[str, Array]:
    """Amounts above zero of the won deals of real exports."""
    if not REALDATA.is_dir():
        return {}
    import polars as pl

    from salesmetrics.ingest.dataset import ReadOptions
    from salesmetrics.ingest.read import load

    found: dict[str, Array] = {}
    for name, path, won in (
        ("Maven", "maven_crm_original/sales_pipeline.csv", ()),
        ("Zoho", "zoho_crm_demo/Potentials.csv", ()),
        (SMALL, "bitrix24_ru_leasing/DEAL_ui_layout_utf8bom.csv", ("Выдано",)),
    ):
        deals = load([str(REALDATA / path)], ReadOptions(won=won)).frames["deals"]
        amounts = deals.filter((pl.col("outcome") == "won") & (pl.col("amount") > 0))["amount"]
        found[name] = amounts.cast(pl.Float64).sort().to_numpy()
    return found


def coverage(
    draw: Callable[..., Array],
    truth: float,
    n: int,
    repeats: int,
    methods: dict[str, Callable[[Samples, float], Ends]],
    resamples: int = RESAMPLES,
) -> dict[str, tuple[float, float]]:
    """By method how often the truth is held, and the median width as a share of it."""
    rng = np.random.RandomState(SEED + n)  # its streams never change between versions of numpy
    weights = np.array([np.bincount(rng.randint(0, n, n), minlength=n) for _ in range(resamples)], dtype=float)
    samples = Samples(draw(rng, (repeats, n)), weights)
    result = {}
    for name, method in methods.items():
        low, high = method(samples, (1 - LEVEL) / 2)
        held = np.less_equal(low, truth) & np.less_equal(truth, high)
        result[name] = float(held.mean()), float(np.median(high - low)) / truth
    return result


def difference_coverage(
    sigmas: tuple[float, float], sizes: tuple[int, int], repeats: int
) -> dict[str, tuple[float, float]]:
    """The same for the difference of the means of two log-normal samples."""
    rng = np.random.RandomState(SEED)
    none = np.ones((1, 1))
    first, second = (
        Samples(rng.lognormal(0.0, sigma, (repeats, n)), none) for sigma, n in zip(sigmas, sizes, strict=True)
    )
    truth = float(np.exp(sigmas[0] ** 2 / 2) - np.exp(sigmas[1] ** 2 / 2))
    found = {}
    for name, ends in (("Welch", _welch(first, second)), ("Hall, t, G1 (MOVER)", _mover(first, second))):
        low, high = ends
        held = np.less_equal(low, truth) & np.less_equal(truth, high)
        found[name] = float(held.mean()), float(np.median(high - low))
    return found


def _welch(first: Samples, second: Samples) -> Ends:
    parts = first.error**2, second.error**2
    variance = parts[0] + parts[1]
    degrees = variance**2 / (parts[0] ** 2 / (first.n - 1) + parts[1] ** 2 / (second.n - 1))
    reach = stats.t.ppf(0.5 + LEVEL / 2, degrees) * np.sqrt(variance)
    difference = first.mean - second.mean
    return difference - reach, difference + reach


def _mover(first: Samples, second: Samples) -> Ends:
    (low1, high1), (low2, high2) = (hall_t_adjusted(s, (1 - LEVEL) / 2) for s in (first, second))
    difference = first.mean - second.mean
    down, up = np.hypot(first.mean - low1, high2 - second.mean), np.hypot(high1 - first.mean, second.mean - low2)
    return difference - down, difference + up


PAIRS = [
    ((1.13, 1.13), (25, 25)),
    ((1.13, 1.13), (25, 100)),
    ((1.5, 1.5), (25, 100)),
    ((1.5, 1.5), (30, 30)),
    ((0.5, 1.5), (25, 50)),
    ((1.5, 0.5), (25, 50)),
    ((1.0, 1.0), (50, 50)),
]


def main(repeats: int = 20_000) -> None:
    print("# The interval of a mean: coverage measured\n")
    print(
        f"Made by `docs/studies/mean_interval.py`: {repeats:,} samples per line at 95 %, {RESAMPLES} resamples. Each cell is"
    )
    print(
        "the share of samples whose interval holds the true mean, and in parentheses the median width as a multiple of it.\n"
    )
    print("| population | n |", " | ".join(METHODS), "|")
    print("|---" * (len(METHODS) + 2), "|", sep="")
    worst: dict[int, dict[str, float]] = {n: dict.fromkeys(METHODS, 1.0) for n in SIZES}
    for name, (draw, truth) in populations().items():
        for n in SIZES:
            found = coverage(draw, truth, n, repeats, METHODS)
            print(f"| {name} | {n} |", " | ".join(f"{c:.3f} ({w:.2f})" for c, w in found.values()), "|", flush=True)
            for method, (share, _) in found.items():
                worst[n][method] = min(worst[n][method], share) if name != SMALL else worst[n][method]
    for n, shares in worst.items():
        print(f"| **worst** | {n} |", " | ".join(f"**{share:.3f}**" for share in shares.values()), "|")
    print(
        f"\n`{SMALL}` is not in the worst: of its 43 amounts one is a quarter of the money, so it is itself a small sample.\n"
    )
    print("The difference of two means of log-normal samples:\n")
    print("| σ | n | Welch | Hall, t, G1 (MOVER) |\n|---|---|---|---|")
    for sigmas, sizes in PAIRS:
        found = difference_coverage(sigmas, sizes, repeats)
        cells = " | ".join(f"{share:.3f} ({width:.2f})" for share, width in found.values())
        print(f"| {sigmas[0]}, {sigmas[1]} | {sizes[0]}, {sizes[1]} | {cells} |")


if __name__ == "__main__":
    main()
