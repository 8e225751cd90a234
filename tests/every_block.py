"""A page with every block and every mark, some of them beyond their axis, for the writers that draw pages."""

from __future__ import annotations

from salesmetrics.render.document import (
    Bar,
    Bullet,
    Bullets,
    Cell,
    Code,
    Column,
    File,
    Files,
    Footnote,
    Heading,
    Item,
    Items,
    Kind,
    Narrow,
    Row,
    Snippet,
    Sparkline,
    Step,
    Table,
    Text,
    Tone,
    Undefined,
    Whisker,
)
from salesmetrics.render.page import Axis, Chart, Fold, Page, Rule, Section, Series, Tile, Tiles, Words

__all__ = ["EXTREMES", "MARKS", "every_block"]

EXTREMES = (0.0, -1.0, 1e308, -1e308, 5e-324, float("nan"), float("inf"), float("-inf"))

MARKS = (
    Bar(40.0, 100.0),
    Bar(1e-9, 1e9),
    Bar(500.0, 100.0),
    Bar(-5.0, 100.0),
    Step((0.0, 7.0), 4.82, 5.96, Tone.GOOD),
    Step((0.0, 7.0), 5.96, -3.0, Tone.BAD),
    Whisker((0.0, 0.8), 0.378, 0.28, 0.49, (0.2, 0.32), 0.26, Tone.GOOD),
    Whisker((0.0, 0.8), 99.0, -5.0, 1e300, (-7.0, 7.0), 55.0, Tone.BAD),
    Whisker((0.0, 0.8), 0.43, None, 0.75, hollow=True),
    Whisker((0.0, 0.8), None, 0.1, None),
    Sparkline((3.0, None, 4.0, 5.0), on_zero=True),
    Sparkline((3.0, None, 4.0, 5.0), on_zero=False),
    Sparkline((1.0, -1.0, 1e300), on_zero=True, top=2.0),
    Sparkline((None, 7.0, None), on_zero=False),
    Sparkline((None, None), on_zero=False),
)


def every_block(language: str = "en") -> Page:
    """The page; in a language that is written from the right its drawings are turned."""
    tables = Section("tables", "Tables", (Text("Two of ten differ."), _reps(), _wide(), _grouped(), _folded()))
    charts = Section("charts", "Charts", (_trend(), _fan(), _curves(), _dots()))
    first = Section("words", "In words", (_words(),))
    return Page(
        "Every block",
        ("Q3 2026", ("deals read: ", Code("deals.csv"))),
        (Text("A line that comes first."), first, _tiles(), tables, charts, _lists()),
        language,
    )


def _words() -> Words:
    return Words(
        (
            "Revenue of Q3 was 1.26 M, 10.6 % above Q2, within its usual range.",
            ("58 open deals are past their close date: ", Code("salesmetrics check deals.csv")),
        )
    )


def _tiles() -> Tiles:
    months = (3.0, 4.0, 3.5, None, 5.0, 4.4)
    return Tiles(
        (
            Tile("Revenue", Cell("1,262,089.30 EUR"), "n 104", Cell("▲ +10.6 %: usual range"), mark=_spark(*months)),
            Tile(
                "Win rate",
                Cell("56.8 %", flag="~"),
                "49.6 – 63.8 %, 104 / 183",
                Cell("▲ +3.9 pp: better", Tone.GOOD),
                Cell("goal ≥ 50 %: met", Tone.GOOD),
                Sparkline(months, on_zero=False),
                "2026-Q3",
            ),
            Tile("Open pipeline, all currencies", Cell("1,735,901,223,344.56 EUR"), change=Cell("▼ worse", Tone.BAD)),
            Tile("Sales cycle, median", Cell("–"), "too few deals are closed"),
        )
    )


def _spark(*values: float | None) -> Sparkline:
    return Sparkline(values, on_zero=True)


def _reps() -> Table:
    columns = (
        Column("rep", Kind.LABEL),
        Column("rate", Kind.VALUE),
        Column("95 % interval", Kind.INTERVAL, 1, Narrow.BELOW, named=True),
        Column("won / closed", Kind.SHARE, 2, Narrow.BELOW),
        Column("", Kind.MARK),
        Column("verdict", Kind.VERDICT, silent=True),
        Column("12 months", Kind.MARK),
    )
    note = Footnote("[a]", "12 months to 2026-09")
    rows = [
        Row(
            (
                Cell(f"Rep {number}", footnote=note if number == 1 else None),
                Cell(f"{number}.8 %", value=number / 100, unit="ratio", flag="~" if number == 2 else ""),
                Cell(f"{number}.0 – {number + 9}.0 %", Tone.MUTED),
                Cell(f"{number} / {number * 7}", Tone.MUTED),
                Cell(mark=mark),
                Cell("▲ above" if number == 3 else "○ too few to judge", Tone.GOOD if number == 3 else Tone.MUTED),
                Cell(mark=_spark(1.0, None, float(number))),
            ),
            "Enterprise" if number < 3 else "Small business",
            total=number == 0,
        )
        for number, mark in enumerate(mark for mark in MARKS if isinstance(mark, Whisker))
    ]
    empty = (Cell("Rep without deals"), Cell("–", Tone.MUTED), *[Cell()] * 5)
    rows.append(Row(empty, "Small business", undefined=Undefined("no closed deals", ("n 0",))))
    return Table(columns, tuple(rows), ("~ fewer than 10 records: treat as a hint", note))


def _wide() -> Table:
    columns = (Column("owner", Kind.LABEL), *(Column(f"KPI number {n}", Kind.NUMBER) for n in range(20)))
    rows = (
        Row((Cell(f"Owner {row}"), *(Cell(f"{row * n * 12_345:,}") for n in range(20))), total=not row)
        for row in range(5)
    )
    return Table(columns, tuple(rows))


def _grouped() -> Table:
    parts = (("Revenue", Kind.VALUE), ("change", Kind.CHANGE), ("verdict", Kind.VERDICT))
    columns = [Column("team", Kind.LABEL), Column("currency", Kind.LABEL)]
    for group in ("size", "speed", "quality"):
        columns += [
            Column(f"{title} of {group}", kind, group=group, section=group.capitalize()) for title, kind in parts
        ]
    texts = ("1,234,567.80", "+12.3 %", "no clear difference") * 3
    rows = (Row((Cell(team), Cell("EUR"), *map(Cell, texts)), total=team == "total") for team in ("total", "A", "B"))
    return Table(tuple(columns), tuple(rows), omitted=("interval",))


def _folded() -> Fold:
    bars = [mark for mark in MARKS if isinstance(mark, Bar | Step)]
    rows = (Row((Cell(f"Step {n}"), Cell(f"{n:,}.50"), Cell(mark=mark))) for n, mark in enumerate(bars))
    table = Table((Column("step", Kind.LABEL), Column("amount", Kind.VALUE), Column("", Kind.MARK)), tuple(rows))
    return Fold("How this is counted", (Text("won ÷ (won + lost)", Tone.MUTED), table))


_SHARES = Axis(0.0, 1.0, tuple((n / 4, f"{n * 25} %") for n in range(5)), "share")


def _trend() -> Chart:
    months = [f"{2025 + n // 12}-{n % 12 + 1:02}" for n in range(24)]
    points = tuple((float(n), None if n == 5 else 0.4 + n % 5 / 20) for n in range(24))
    across = Axis(-0.5, 23.5, tuple((float(n), month) for n, month in enumerate(months)))
    rules = (Rule(0.6, "upper limit 60 %"), Rule(0.46, "average 46 %"), Rule(0.45, "goal 45 %", Tone.GOOD))
    series = Series("win rate", points, hollow=tuple(n == 3 for n in range(24)))
    return Chart("line", "Win rate by month", "The win rate lies around 46 %.", across, _SHARES, (series,), rules)


def _fan() -> Chart:
    days = [float(day) for day in range(0, 92, 7)]
    across = Axis(0.0, 92.0, ((0.0, "2026-10-01"), (31.0, "2026-11-01"), (92.0, "2027-01-01")), "day")
    up = Axis(0.0, 1.5e6, ((0.0, "0"), (5e5, "500,000"), (1e6, "1,000,000")), "EUR")
    band = tuple((day, day * 9_000, day * 99_000) for day in days)
    median = Series("median", tuple((day, day * 12_000) for day in days), band)
    rules = (Rule(9e5, "target 900,000 EUR"), Rule(9e9, "far beyond"))
    return Chart("line", "Forecast of 2026-Q4", "The median is 1.1 M.", across, up, (median,), rules)


def _curves() -> Chart:
    series = [
        Series(f"2025-Q{n + 1}", tuple((float(day), min(day / 300 + n / 9, 0.9)) for day in range(0, 300 - 30 * n, 30)))
        for n in range(7)
    ]
    series.append(Series("all", ((0.0, 0.0), (300.0, 0.6)), tone=Tone.STRONG))
    across = Axis(0.0, 400.0, tuple((n * 100.0, str(n * 100)) for n in range(5)), "days since creation")
    return Chart("steps", "Share won", "60 % are won within 300 days.", across, _SHARES, tuple(series))


def _dots() -> Chart:
    limits = tuple((float(n), 0.5 - 1 / n**0.5, 0.5 + 1 / n**0.5) for n in range(4, 300, 8))
    series = (
        Series("95 % limits", (), limits, tone=Tone.MUTED),
        Series("as the team", ((60.0, 0.4), (7.0, 0.9)), names=("Lena", "Few"), hollow=(False, True)),
        Series("above", ((290.0, 0.6),), names=("Karim Bellweather-Longname",), tone=Tone.GOOD),
        Series("below", ((84.0, 0.3), (85.0, 0.3)), names=("Wendel", "Second"), tone=Tone.BAD),
    )
    across = Axis(0.0, 300.0, ((0.0, "0"), (150.0, "150"), (300.0, "300")), "closed deals")
    return Chart(
        "dots", "By number of deals", "Two of five differ.", across, _SHARES, series, (Rule(0.5, "team 50 %"),)
    )


def _lists() -> Section:
    found = (
        Item("error", "5 rows rejected", hint=("list them: ", Code("salesmetrics check deals.csv")), tone=Tone.BAD),
        Item("warning", "58 open deals are past their close date", tone=Tone.WARNING),
        Item("note", "renewals differ", tone=Tone.MUTED),
    )
    return Section(
        "lists",
        "Lists",
        (
            Heading("Findings", 3),
            Items(found, states=True),
            Items((Item("A rather long lead of an item that wraps", parts=("one", "two")), Item("short", "body"))),
            Bullets((Bullet("outer"), Bullet("inner", 1), Bullet(("code ", Code("x")), 1), Bullet("outer again"))),
            Files((File("deals", "a/very/long/path/" * 6 + "deals.csv", "1,322 rows used"),)),
            Snippet("salesmetrics report deals.csv \\\n  --by owner " + "x" * 200, "sh"),
            Section("nested", "A section within", (Text("It stands below its heading."),)),
        ),
    )
