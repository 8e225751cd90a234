"""Writes what a partner of the invented company exports from Bitrix24 in Russian: two pipelines, and the meaning of their stages.

python examples/bitrix24.py            # rewrite examples/bitrix24
python examples/bitrix24.py some/dir   # write them somewhere else

The list is as a Russian Excel saves it: windows-1251, semicolons, decimal commas, the day first. Its last stages have names
of the partner's own, which only `pipelines.csv` explains.
"""

from __future__ import annotations

import csv
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import market
from world import office_time

HERE = Path(__file__).parent
SEED = 20261127
DEALS = 310
START, END = date(2025, 1, 8), date(2026, 9, 30)


class Pipeline(NamedTuple):
    name: str
    stages: tuple[str, ...]
    share: float
    """Of all deals."""
    chance: float
    """That a deal is won."""
    days: float
    """Median from the creation to the end."""


PIPELINES = (
    Pipeline("Новые продажи", ("Первый звонок", "Пилот", "Коммерческое предложение", "Согласование"), 0.7, 0.33, 48),
    Pipeline("Продление", ("Напоминание", "Счёт на оплату"), 0.3, 0.84, 24),
)
WON, LOST, OTHER = "Договор подписан", "Клиент отказался", "Дубль"
OWNERS = {"Айгерим Сарсенова": 1.25, "Тимур Жаксылыков": 0.95, "Дарья Вольская": 1.0, "Руслан Ибраев": 0.85}
"""Each with a factor on the chance to win."""
SOURCES = ("Сайт", "Рекомендация", "Выставка", "Холодный звонок")
REASONS = ("Дорого", "Нет бюджета", "Выбрали конкурента", "Не отвечает")
COMPANIES = [
    f"{form} «{first}{second}»"
    for form in ("ТОО", "ИП", "ООО")
    for first in ("Алатау", "Балхаш", "Каспий", "Степь", "Тянь-Шань", "Орбита", "Медео", "Сайран", "Жетысу", "Арал")
    for second in ("Логистик", "Фуд", "Строй", "Фарм", "Энерго", "Пак", "Агро", "Текстиль")
]
HEADER = [
    "ID",
    "Название сделки",
    "Воронка",
    "Стадия сделки",
    "Сумма",
    "Валюта",
    "Компания",
    "Ответственный",
    "Дата создания",
    "Предполагаемая дата закрытия",
    "Сделка закрыта",
    "Источник",
    "Товар",
    "Причина отказа",
]

Row = list[str]


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = Random(SEED)
    created = sorted(office_time(rng, START + timedelta(rng.randrange((END - START).days))) for _ in range(DEALS))
    deals = [_deal(rng, 1200 + 3 * number, at) for number, at in enumerate(created)]
    deals[140][HEADER.index("Сумма")] = "по запросу"
    _write(folder / "deals.csv", [HEADER, *deals])
    _write(folder / "pipelines.csv", [["Pipeline", "Stage", "Sort order", "Is won", "Is lost"], *_meanings()])


def _deal(rng: Random, number: int, created: datetime) -> Row:
    pipeline = PIPELINES[0] if rng.random() < PIPELINES[0].share else PIPELINES[1]
    owner, company = rng.choice(list(OWNERS)), rng.choice(COMPANIES)
    product = rng.choice(market.PRODUCTS[:4])
    seats = max(3, round(rng.lognormvariate(3.1, 0.7)))
    closes = created.date() + timedelta(round(pipeline.days * rng.lognormvariate(0, 0.5)))
    fate, chance = rng.random(), min(0.95, pipeline.chance * OWNERS[owner])
    outcome = OTHER if fate < 0.015 else WON if fate < chance else LOST
    if closes > END:
        outcome, stages = "", pipeline.stages[: 1 + rng.randrange(len(pipeline.stages))]
    stage = outcome or stages[-1]
    if not outcome and rng.random() < 0.15:
        closes = END - timedelta(rng.randrange(3, 50))  # the date that nobody has moved
    amount = "" if not outcome and rng.random() < 0.1 else f"{product.price * seats * rng.uniform(0.85, 1.0):.2f}"
    return [
        str(number),
        f"{product.name} для {company}",
        pipeline.name,
        stage,
        amount.replace(".", ","),
        "USD",
        company,
        owner,
        f"{created:%d.%m.%Y %H:%M}",
        f"{closes:%d.%m.%Y}",
        "да" if outcome else "нет",
        rng.choice(SOURCES),
        product.name,
        rng.choice(REASONS) if outcome == LOST else "",
    ]


def _meanings() -> list[Row]:
    """A row per stage: its place, and what the last ones mean."""
    found = []
    for pipeline in PIPELINES:
        stages = (*pipeline.stages, WON, LOST)
        found += [
            [pipeline.name, stage, str(place), "Yes" if stage == WON else "No", "Yes" if stage == LOST else "No"]
            for place, stage in enumerate(stages, 1)
        ]
    return found


def _write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="cp1251", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\r\n").writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "bitrix24")
