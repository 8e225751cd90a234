"""Currencies by code, symbol or name."""

from __future__ import annotations

import polars as pl

__all__ = ["CODES", "NAMES", "SYMBOLS", "parse_currency"]

CODES = frozenset(
    [
        "AED",
        "AFN",
        "ALL",
        "AMD",
        "ANG",
        "AOA",
        "ARS",
        "AUD",
        "AWG",
        "AZN",
        "BAM",
        "BBD",
        "BDT",
        "BGN",
        "BHD",
        "BIF",
        "BMD",
        "BND",
        "BOB",
        "BRL",
        "BSD",
        "BTN",
        "BWP",
        "BYN",
        "BZD",
        "CAD",
        "CDF",
        "CHF",
        "CLF",
        "CLP",
        "CNH",
        "CNY",
        "COP",
        "CRC",
        "CUP",
        "CVE",
        "CZK",
        "DJF",
        "DKK",
        "DOP",
        "DZD",
        "EGP",
        "ERN",
        "ETB",
        "EUR",
        "FJD",
        "FKP",
        "GBP",
        "GEL",
        "GHS",
        "GIP",
        "GMD",
        "GNF",
        "GTQ",
        "GYD",
        "HKD",
        "HNL",
        "HRK",
        "HTG",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "IQD",
        "IRR",
        "ISK",
        "JMD",
        "JOD",
        "JPY",
        "KES",
        "KGS",
        "KHR",
        "KMF",
        "KPW",
        "KRW",
        "KWD",
        "KYD",
        "KZT",
        "LAK",
        "LBP",
        "LKR",
        "LRD",
        "LSL",
        "LYD",
        "MAD",
        "MDL",
        "MGA",
        "MKD",
        "MMK",
        "MNT",
        "MOP",
        "MRU",
        "MUR",
        "MVR",
        "MWK",
        "MXN",
        "MYR",
        "MZN",
        "NAD",
        "NGN",
        "NIO",
        "NOK",
        "NPR",
        "NZD",
        "OMR",
        "PAB",
        "PEN",
        "PGK",
        "PHP",
        "PKR",
        "PLN",
        "PYG",
        "QAR",
        "RON",
        "RSD",
        "RUB",
        "RWF",
        "SAR",
        "SBD",
        "SCR",
        "SDG",
        "SEK",
        "SGD",
        "SHP",
        "SLE",
        "SOS",
        "SRD",
        "SSP",
        "STN",
        "SVC",
        "SYP",
        "SZL",
        "THB",
        "TJS",
        "TMT",
        "TND",
        "TOP",
        "TRY",
        "TTD",
        "TWD",
        "TZS",
        "UAH",
        "UGX",
        "USD",
        "UYU",
        "UZS",
        "VES",
        "VND",
        "VUV",
        "WST",
        "XAF",
        "XCD",
        "XOF",
        "XPF",
        "YER",
        "ZAR",
        "ZMW",
        "ZWL",
    ]
)

SYMBOLS: dict[str, str | None] = {
    "€": "EUR", "£": "GBP", "₽": "RUB", "₹": "INR", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₸": "KZT", "₫": "VND", "฿": "THB",
    "₱": "PHP", "₪": "ILS", "₦": "NGN", "₡": "CRC", "₲": "PYG", "₾": "GEL", "₼": "AZN", "₮": "MNT", "₭": "LAK", "₵": "GHS",
    "us$": "USD", "usd$": "USD", "$us": "USD", "a$": "AUD", "au$": "AUD", "aud$": "AUD", "c$": "CAD", "ca$": "CAD", "cad$": "CAD",
    "s$": "SGD", "sg$": "SGD", "hk$": "HKD", "nt$": "TWD", "nz$": "NZD", "r$": "BRL", "mx$": "MXN", "rm": "MYR", "rp": "IDR",
    "руб": "RUB", "р": "RUB", "rub": "RUB", "грн": "UAH", "тг": "KZT", "тенге": "KZT", "zł": "PLN", "kč": "CZK", "ft": "HUF",
    "rs": "INR", "元": "CNY", "人民币": "CNY", "rmb": "CNY", "円": "JPY", "cn¥": "CNY", "jp¥": "JPY", "د.إ": "AED", "ر.س": "SAR",
    "ر.ق": "QAR", "د.ك": "KWD", "ج.م": "EGP", "sfr": "CHF", "fr": "CHF", "лв": "BGN", "lei": "RON", "руб.": "RUB",
    "$": None, "¥": None, "￥": None, "kr": None, "﷼": None, "¤": None,
}  # fmt: skip
"""Casefolded symbols and short forms; ``None``: several currencies share it, so it says nothing alone."""

NAMES: dict[str, str] = {
    "российский рубль": "RUB", "рубль": "RUB", "рубли": "RUB", "рублей": "RUB", "russian ruble": "RUB", "ruble": "RUB",
    "доллар сша": "USD", "us dollar": "USD", "u.s. dollar": "USD", "usd dollar": "USD", "united states dollar": "USD",
    "美元": "USD", "dólar estadounidense": "USD", "dólar americano": "USD", "dollar américain": "USD", "us-dollar": "USD",
    "دولار أمريكي": "USD", "dolar as": "USD", "dolar amerika": "USD", "евро": "EUR", "euro": "EUR", "euros": "EUR", "欧元": "EUR",
    "يورو": "EUR", "фунт стерлингов": "GBP", "pound sterling": "GBP", "british pound": "GBP", "libra esterlina": "GBP",
    "英镑": "GBP", "人民币": "CNY", "人民幣": "CNY", "人民币元": "CNY", "chinese yuan": "CNY", "yuan": "CNY", "yuan renminbi": "CNY",
    "renminbi": "CNY", "китайский юань": "CNY", "юань": "CNY", "日元": "JPY", "日圓": "JPY", "japanese yen": "JPY", "yen": "JPY",
    "йена": "JPY", "港币": "HKD", "港元": "HKD", "hong kong dollar": "HKD", "新台币": "TWD", "新台幣": "TWD", "new taiwan dollar": "TWD",
    "malaysian ringgit": "MYR", "ringgit malaysia": "MYR", "ringgit": "MYR", "singapore dollar": "SGD", "dolar singapura": "SGD",
    "rupiah": "IDR", "rupiah indonesia": "IDR", "indian rupee": "INR", "украинская гривна": "UAH", "гривна": "UAH",
    "ukrainian hryvnia": "UAH", "казахстанский тенге": "KZT", "тенге": "KZT", "белорусский рубль": "BYN", "swiss franc": "CHF",
    "schweizer franken": "CHF", "franc suisse": "CHF", "australian dollar": "AUD", "canadian dollar": "CAD", "new zealand dollar": "NZD",
    "brazilian real": "BRL", "real brasileiro": "BRL", "peso mexicano": "MXN", "mexican peso": "MXN", "peso colombiano": "COP",
    "peso argentino": "ARS", "peso chileno": "CLP", "swedish krona": "SEK", "norwegian krone": "NOK", "danish krone": "DKK",
    "polish zloty": "PLN", "złoty": "PLN", "turkish lira": "TRY", "türk lirası": "TRY", "south african rand": "ZAR", "rand": "ZAR",
    "uae dirham": "AED", "درهم إماراتي": "AED", "saudi riyal": "SAR", "ريال سعودي": "SAR", "egyptian pound": "EGP", "جنيه مصري": "EGP",
    "qatari riyal": "QAR", "ريال قطري": "QAR", "kuwaiti dinar": "KWD", "دينار كويتي": "KWD", "korean won": "KRW", "south korean won": "KRW",
    "韩元": "KRW", "thai baht": "THB", "vietnamese dong": "VND", "philippine peso": "PHP", "israeli new shekel": "ILS",
}  # fmt: skip


def code_of(word: str) -> str | None:
    """The ISO code of a code, symbol or name; ``None`` when the word says no single currency.

    >>> code_of("руб."), code_of("eur"), code_of("Euro"), code_of("$")
    ('RUB', 'EUR', 'EUR', None)
    """
    folded = " ".join(word.casefold().split())
    if folded.upper() in CODES:
        return folded.upper()
    for key in (folded, folded.rstrip("."), folded.replace(" ", "").rstrip(".")):
        found = SYMBOLS.get(key) or NAMES.get(key)
        if found is not None:
            return found
    return None


def parse_currency(text: pl.Series) -> pl.Series:
    """A currency column as ISO codes; text that names no known currency is kept, trimmed and upper-cased.

    ``US Dollar (USD)`` and ``USD - US Dollar`` are read by the code inside.

    >>> parse_currency(pl.Series(["usd", "Российский рубль", "€", "points", None])).to_list()
    ['USD', 'RUB', 'EUR', 'POINTS', None]
    """
    words = text.cast(pl.String).drop_nulls().unique().to_list()
    codes = {word: _code_or_text(word) for word in words}
    if text.dtype == pl.String and all(word == code for word, code in codes.items()):
        return text
    return text.cast(pl.String).replace_strict(codes, default=None, return_dtype=pl.String)


def _code_or_text(text: str) -> str | None:
    word = text.strip().strip("\ufeff")
    if not word:
        return None
    inside = [part for part in word.replace("(", " ").replace(")", " ").split() if part in CODES]
    return code_of(word) or (inside[0] if len(set(inside)) == 1 else word.upper())
