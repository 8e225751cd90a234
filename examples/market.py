"""The invented company behind the example exports: who sells, what, to whom, and in which season. Constants only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

START = date(2024, 10, 1)
END = date(2026, 9, 30)

STAGES = (
    ("Appointment scheduled", "0.2"),
    ("Qualified to buy", "0.4"),
    ("Presentation scheduled", "0.6"),
    ("Decision maker bought-in", "0.8"),
    ("Contract sent", "0.9"),
)
WON, LOST = "Closed won", "Closed lost"
VOID = ("Duplicate", "Void")
PIPELINE = "Sales pipeline"

# Demand by month of the year: quiet summers, busy quarter ends.
SEASON = (0.90, 1.00, 1.12, 1.00, 1.00, 1.15, 0.78, 0.55, 1.15, 1.10, 1.15, 0.70)

LOST_REASONS = ("Price", "No budget", "Went silent", "Chose a competitor", "Missing feature", "Bad timing")
LOST_REASON_WEIGHTS = (28, 20, 18, 16, 10, 8)


@dataclass(frozen=True)
class Rep:
    id: str
    name: str
    team: str
    region: str
    manager: str
    hired: date
    left: date | None
    trained: date | None
    skill: float
    response_hours: float
    """Median time to the first answer to a lead."""


REPS = (
    Rep(
        "501",
        "Mira Castellan",
        "Enterprise",
        "DACH",
        "Ottilie Brandmoor",
        date(2021, 3, 1),
        None,
        date(2025, 3, 12),
        1.25,
        1.1,
    ),
    Rep("502", "Tobin Ashgrove", "Enterprise", "Nordics", "Ottilie Brandmoor", date(2022, 9, 5), None, None, 0.95, 4.0),
    Rep(
        "503",
        "Lena Overbeek",
        "Enterprise",
        "Benelux",
        "Ottilie Brandmoor",
        date(2023, 5, 15),
        None,
        date(2025, 3, 12),
        1.05,
        2.2,
    ),
    Rep("504", "Jonas Fairwater", "Mid-Market", "DACH", "Cosmo Redfern", date(2020, 11, 2), None, None, 1.10, 2.5),
    Rep(
        "505",
        "Elodie Marchant",
        "Mid-Market",
        "Nordics",
        "Cosmo Redfern",
        date(2022, 2, 1),
        date(2025, 8, 29),
        None,
        0.80,
        9.0,
    ),
    Rep(
        "506",
        "Osric Thornby",
        "Mid-Market",
        "Benelux",
        "Cosmo Redfern",
        date(2025, 2, 3),
        None,
        date(2025, 11, 5),
        1.15,
        1.6,
    ),
    Rep(
        "507",
        "Sunniva Dahlen",
        "Mid-Market",
        "Nordics",
        "Cosmo Redfern",
        date(2025, 9, 1),
        None,
        date(2025, 11, 5),
        1.00,
        1.4,
    ),
    Rep(
        "508",
        "Karim Bellweather",
        "Small Business",
        "DACH",
        "Ilse Quandt",
        date(2022, 1, 10),
        None,
        date(2025, 3, 12),
        1.20,
        0.5,
    ),
    Rep("509", "Paloma Iriarte", "Small Business", "Iberia", "Ilse Quandt", date(2023, 11, 6), None, None, 0.90, 3.0),
    Rep("510", "Wendel Hartog", "Small Business", "Benelux", "Ilse Quandt", date(2025, 6, 2), None, None, 0.85, 5.5),
)
SUCCESSOR = {"505": "507"}


@dataclass(frozen=True)
class Segment:
    name: str
    team: str
    weight: int
    yearly_value: float
    """Median of a first contract."""
    cycle: float
    """Median days from creation to the signature."""


SEGMENTS = (
    Segment("Enterprise", "Enterprise", 18, 34_000.0, 96.0),
    Segment("Mid-Market", "Mid-Market", 34, 11_500.0, 52.0),
    Segment("Small Business", "Small Business", 48, 3_600.0, 26.0),
)


@dataclass(frozen=True)
class Product:
    sku: str
    name: str
    category: str
    price: int
    """Per seat and year, or per piece."""
    cost: int
    segments: tuple[str, ...]


PRODUCTS = (
    Product("FL-100", "Fernlight Basic", "Subscription", 180, 32, ("Small Business",)),
    Product("FL-200", "Fernlight Team", "Subscription", 300, 54, ("Small Business", "Mid-Market")),
    Product("FL-300", "Fernlight Business", "Subscription", 420, 84, ("Mid-Market", "Enterprise")),
    Product("FL-400", "Fernlight Enterprise", "Subscription", 600, 132, ("Enterprise",)),
    Product("GW-010", "Gateway kit", "Hardware", 890, 610, ()),
    Product("SV-001", "Workshop day", "Service", 1_250, 700, ()),
)
RETIRED_PRODUCTS = (Product("FL-050", "Fernlight Solo", "Subscription", 96, 20, ()),)

# name, share of leads, factor on the chance to win
SOURCES = (
    ("Organic Search", 26, 1.00),
    ("Paid Search", 22, 0.75),
    ("Referrals", 14, 1.55),
    ("Direct Traffic", 13, 1.05),
    ("Email Marketing", 11, 0.90),
    ("Organic Social", 8, 0.70),
    ("Offline Sources", 6, 1.10),
)

COMPANY_FIRST = [
    "Bracken",
    "Quill",
    "Fenner",
    "Amber",
    "Thistle",
    "Marl",
    "Sorrel",
    "Hollow",
    "Larch",
    "Copper",
    "Dapple",
    "Ember",
    "Flint",
    "Gorse",
    "Heron",
    "Ivory",
    "Juniper",
    "Kestrel",
    "Lichen",
    "Moor",
    "Nettle",
    "Osier",
    "Pebble",
    "Rowan",
    "Sable",
    "Tarn",
    "Umber",
    "Vetch",
    "Willow",
    "Yarrow",
]
COMPANY_SECOND = [
    "holm",
    "wick",
    "more",
    "sted",
    "bridge",
    "field",
    "haven",
    "mark",
    "ford",
    "gate",
    "crest",
    "dale",
    "moor",
    "beck",
    "thorpe",
]
COMPANY_TRADE = [
    "Logistics",
    "Foods",
    "Tooling",
    "Interiors",
    "Pharma",
    "Instruments",
    "Textiles",
    "Energy",
    "Packaging",
    "Optics",
    "Marine",
    "Agri",
    "Systems",
    "Ceramics",
    "Print",
]
