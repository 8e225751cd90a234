"""What Tab offers for the value of an option: everything that is known without reading a file. Columns: see ``mapping``.

Nothing is imported before Tab is pressed, and nothing heavy then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesmetrics.metrics.definition import Kpi

__all__ = [
    "complete_ages",
    "complete_bars",
    "complete_columns",
    "complete_currencies",
    "complete_days",
    "complete_delimiters",
    "complete_encodings",
    "complete_families",
    "complete_forecast_cells",
    "complete_funnel_cells",
    "complete_key",
    "complete_kpis",
    "complete_levels",
    "complete_locales",
    "complete_loss_cells",
    "complete_mapping",
    "complete_masters",
    "complete_one_kpi",
    "complete_order",
    "complete_periods",
    "complete_profiles",
    "complete_reasons",
    "complete_sizes",
    "complete_stages",
    "complete_symbols",
    "complete_zones",
]

Offers = list[tuple[str, str]]
"""Words, each with a line about it."""

_ENCODINGS = (
    *(
        "utf-8",
        "utf-16",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "iso-8859-1",
        "mac-roman",
    ),
    *("big5", "cp932", "euc-kr", "gb18030", "koi8-r", "shift_jis"),
)
_DELIMITERS = (",", ";", "|", "tab")
_HORIZONS = ("30", "60", "90", "180", "365")
_AGES = ("1d", "3d", "4d", "7d", "2w", "31d")
_SIZES = ("500MB", "1GB", "2GB", "4GB", "8GB", "16GB")
_MASTERS = ("local[*]", "spark://", "yarn", "k8s://")
_LEVELS = ("0.8", "0.9", "0.95", "0.99")
_SIGNS = ("$", "£", "¥", "kr")


def _that_begin(words: Iterable[str] | dict[str, str], begun: str) -> Offers:
    about = {word: words[word] if isinstance(words, dict) else "" for word in words}
    return [(word, about[word]) for word in about if word.casefold().startswith(begun.casefold())]


def _next_of_a_list(words: Iterable[str] | dict[str, str], incomplete: str) -> Offers:
    """Behind a comma the next word, without those that are there."""
    before, comma, begun = incomplete.rpartition(",")
    return [
        (f"{before}{comma}{word}", line) for word, line in _that_begin(words, begun) if word not in before.split(",")
    ]


# --- KPIs --------------------------------------------------------------------------------------------------------------


def complete_one_kpi(ctx: Any, incomplete: str) -> Offers:
    """Ids of KPIs that begin so, each with its title; those of the settings file among them."""
    return _that_begin(_kpis(ctx), incomplete)


def complete_kpis(ctx: Any, incomplete: str) -> Offers:
    """Ids of KPIs, behind a comma the next one."""
    return _next_of_a_list(_kpis(ctx), incomplete)


def complete_order(ctx: Any, incomplete: str) -> Offers:
    """The KPI to sort by; behind a colon the order."""
    kpi, colon, _ = incomplete.partition(":")
    known = _kpis(ctx)
    return _that_begin({f"{kpi}:asc": known[kpi]} if colon and kpi in known else known, incomplete)


def _kpis(ctx: Any) -> dict[str, str]:
    from salesmetrics.metrics.catalog import catalog

    return {**{kpi.id: kpi.title for kpi in catalog().kpis.values()}, **_own_kpis(ctx)}


def _own_kpis(ctx: Any) -> dict[str, str]:
    """Those of the settings file; none where there is no file, or one that cannot be read."""
    import tomllib

    from salesmetrics.errors import SalesmetricsError
    from salesmetrics.settings.mapping import is_harmless
    from salesmetrics.settings.sources import find_settings

    try:
        path = find_settings(ctx.params.get("config"), left_out=bool(ctx.params.get("no_config")))
        tables = tomllib.loads(path.read_text("utf-8")).get("kpi", {}) if path else {}
        titles = {name: str(table.get("title", "")) for name, table in tables.items() if name.isidentifier()}
        return {name: title if is_harmless(title) else "" for name, title in titles.items()}
    except (SalesmetricsError, OSError, ValueError, AttributeError):
        return {}


def complete_families(incomplete: str) -> Offers:
    """Families, each with some of its KPIs; behind a comma the next one."""
    from salesmetrics.metrics.catalog import catalog

    kpis: dict[str, list[Kpi]] = {}
    for kpi in catalog().kpis.values():
        kpis.setdefault(kpi.family, []).append(kpi)
    titles = {family: ", ".join(kpi.title for kpi in members[:3]) for family, members in kpis.items()}
    return _next_of_a_list(titles, incomplete)


def complete_sections(incomplete: str) -> Offers:
    """Sections of a report, behind a comma the next one."""
    from salesmetrics.schema.sections import SECTIONS

    return _next_of_a_list(SECTIONS, incomplete)


# --- days --------------------------------------------------------------------------------------------------------------


def complete_periods(incomplete: str) -> Offers:
    """Periods by word, or a form with numbers in it."""
    from salesmetrics.calendar.periods import PERIOD_FORMS, PERIOD_WORDS

    return _that_begin((*PERIOD_WORDS, *(form for form in PERIOD_FORMS if form not in PERIOD_WORDS)), incomplete)


def complete_days(incomplete: str) -> Offers:
    """What stands for a day."""
    return _that_begin(("today",), incomplete)


def complete_ages(incomplete: str) -> Offers:
    """Ages of an export."""
    return _that_begin(_AGES, incomplete)


def complete_horizons(incomplete: str) -> Offers:
    """Days to look ahead."""
    return _that_begin(_HORIZONS, incomplete)


def complete_zones(incomplete: str) -> Offers:
    """Time zones."""
    from zoneinfo import available_timezones

    return _that_begin(sorted(available_timezones()), incomplete)


# --- how files are read and written ------------------------------------------------------------------------------------


def complete_encodings(incomplete: str) -> Offers:
    """Encodings that exports have."""
    return _that_begin(_ENCODINGS, incomplete)


def complete_sizes(incomplete: str) -> Offers:
    """Sizes of memory."""
    return _that_begin(_SIZES, incomplete)


def complete_masters(incomplete: str) -> Offers:
    """Where Spark runs."""
    return _that_begin(_MASTERS, incomplete)


def complete_delimiters(incomplete: str) -> Offers:
    """Delimiters."""
    return _that_begin(_DELIMITERS, incomplete)


def complete_profiles(incomplete: str) -> Offers:
    """CRMs."""
    from salesmetrics.ingest.recognise.index import profiles

    return _that_begin(profiles(), incomplete)


def complete_currencies(incomplete: str) -> Offers:
    """Codes of currencies."""
    from salesmetrics.schema.currencies import CODES

    return _that_begin(sorted(CODES), incomplete)


def complete_symbols(incomplete: str) -> Offers:
    """Signs that several currencies have; behind the sign the codes."""
    sign, equals, begun = incomplete.partition("=")
    if not equals:
        return _that_begin([f"{known}=" for known in _SIGNS], incomplete)
    return [(f"{sign}={code}", line) for code, line in complete_currencies(begun)]


def complete_locales(incomplete: str) -> Offers:
    """Locales, each with its marks."""
    from salesmetrics.render.csv_locales import known_locales

    return _that_begin(dict(known_locales()), incomplete)


def complete_key(incomplete: str) -> Offers:
    """The one key that may be typed."""
    return _that_begin(("random",), incomplete)


def complete_levels(incomplete: str) -> Offers:
    """Confidence levels."""
    return _that_begin(_LEVELS, incomplete)


def complete_mapping(ctx: Any, incomplete: str) -> Offers:
    """Fields, and behind ``FIELD=`` the headers of the files."""
    from salesmetrics.settings import mapping

    return mapping.complete_mapping(ctx, incomplete)


def complete_columns(ctx: Any, incomplete: str) -> Offers:
    """Fields and headers of the files."""
    from salesmetrics.settings import mapping

    return mapping.complete_columns(ctx, incomplete)


def complete_stages(ctx: Any, incomplete: str) -> Offers:
    """Words of the stage and status columns of the files."""
    from salesmetrics.settings import mapping

    return mapping.complete_stages(ctx, incomplete)


def complete_reasons(ctx: Any, incomplete: str) -> Offers:
    """Loss reasons of the files, before and behind ``=``."""
    from salesmetrics.settings import mapping

    return mapping.complete_reasons(ctx, incomplete)


def complete_bars(incomplete: str) -> Offers:
    """Bars of `compare`."""
    from typing import get_args

    from salesmetrics.answers.compare import BarId

    return _that_begin(get_args(BarId), incomplete)


def complete_funnel_cells(ctx: Any, incomplete: str) -> Offers:
    """Cells of `funnel`: stages of the files, and behind ``STAGE:`` what became of its deals."""
    from salesmetrics.settings import mapping

    return mapping.complete_funnel_cells(ctx, incomplete)


def complete_forecast_cells(incomplete: str) -> Offers:
    """Cells of `forecast`."""
    return _that_begin(("open", "due", "overdue", "won_so_far"), incomplete)


def complete_loss_cells(ctx: Any, incomplete: str) -> Offers:
    """Cells of `losses`: reasons of the files, and behind ``VIEW:`` words of its column."""
    from salesmetrics.settings import mapping

    return mapping.complete_loss_cells(ctx, incomplete)
