"""``--map`` and the other options that are pairs or words about a file, as they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ground import Door, by_words, outcome, typed
from reading import adds_up, folder

from salesmetrics import pipeline
from salesmetrics.ingest.read import ReadOptions
from salesmetrics.schema.kinds import KIND_NAMES, column_types
from salesmetrics.settings.options import Merging, Reading, options_of
from salesmetrics.settings.sources import from_options_and_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DOOR"]

FILES = {
    "deals.csv": "Deal ID,Wert,Phase,Angelegt,Abschluss,Owner\n"
    '1,"1.234,50",Gewonnen,01.02.2026,15.03.2026,Ann\n2,$20,Verloren,03.02.2026,,Bob\n3,30 zł,Offen,05.02.2026,2026-06-01,\n',
    "leads.csv": "Lead,Status,Created,Source\nA,New,2026-01-02,Web\nB,Qualified,2026-01-03,\n",
    "quotas.csv": "Rep,Period,Quota\nAnn,2026-Q1,1000\nBob,2026-02,500\n",
}
_OPTIONS = {option.name: option for option in options_of(Reading, Merging)}
_NAMES = (
    "map",
    "map",
    "map",
    "currency_symbol",
    "won",
    "lost",
    "other",
    "open",
    "merge_reason",
    "timezone",
    "encoding",
    "delimiter",
)


def go(data: bytes) -> None:
    """What is typed is refused, or files are read with it."""
    name = _NAMES[data[0] % len(_NAMES) if data else 0]
    path = sorted(FILES)[data[1] % len(FILES) if len(data) > 1 else 0]
    words = typed(data[2:])
    option = _OPTIONS[name]
    given = outcome(
        lambda: from_options_and_variables([option], {name: words.split("\n") if option.repeatable else words}, {})
    )
    if not given:
        return
    value = given[name].value
    fields = {"map": "mapping", "currency_symbol": "symbols"}
    options = ReadOptions() if name == "merge_reason" else ReadOptions(**{fields.get(name, name): value})
    file = folder() / path
    file.write_text(FILES[path], "utf-8")
    dataset = outcome(lambda: pipeline.load(pipeline.Files([str(file)]), options))
    if dataset is not None:
        adds_up(dataset)


def seeds() -> Iterator[bytes]:
    """Each option on each file."""
    for place in range(3):
        for pairs in (
            "amount=Wert",
            "amount=Wert\nstage=Phase",
            "close_date=Abschluss",
            "owner=",
            "id=Lead",
            "quota=Quota",
        ):
            yield bytes([0, place]) + pairs.encode()
    for number, words in (
        (3, "$=CAD"),
        (4, "Gewonnen"),
        (5, "Verloren\nOffen"),
        (8, "Price=Cost"),
        (9, "Europe/Berlin"),
        (10, "cp1252"),
        (11, ";"),
    ):
        yield bytes([number, 0]) + words.encode()


_HEADERS = tuple(header for text in FILES.values() for header in text.split("\n")[0].split(","))
_WORDS = (
    *dict.fromkeys(field for kind in KIND_NAMES for field in column_types(kind)),
    *_HEADERS * 8,
    *(
        "=",
        "=",
        "=",
        "\n",
        "\n",
        " ",
        ",",
        '"',
        "'",
        "==",
        "*",
        "^",
        "$",
        "€",
        "zł",
        "USD",
        "CAD",
        "EUR",
        "XXX",
        "__row__",
        "__file__",
        "\x00",
        "\udcff",
    ),
    *(
        "Gewonnen",
        "Verloren",
        "Offen",
        "won",
        "lost",
        "open",
        "utf-16",
        "utf-8-sig",
        "rot13",
        "hex",
        "idna",
        "punycode",
        "zip",
        "tab",
        "\\t",
        "|",
        "🙂",
    ),
    *("Europe/Berlin", "UTC", "../", "/etc/localtime", "America/New_York", "deals.", "amount:EUR", "stage_entered:Won"),
)
DOOR = Door("map", go, seeds, _WORDS, 200, 80, by_words(_WORDS, head=2))
