"""Currencies by code, symbol or name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.currencies import CODES, CRM_DEFAULT, CRM_DEFAULT_ID
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "CODES",
    "SHARED",
    "agree",
    "merged",
    "named",
    "parse_currency",
    "settled_symbols",
    "symbol_key",
]


SYMBOLS: dict[str, str] = {
    "€": "EUR", "₽": "RUB", "₹": "INR", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₸": "KZT", "₫": "VND", "฿": "THB",
    "₱": "PHP", "₪": "ILS", "₦": "NGN", "₡": "CRC", "₲": "PYG", "₾": "GEL", "₼": "AZN", "₮": "MNT", "₭": "LAK", "₵": "GHS",
    "us$": "USD", "usd$": "USD", "$us": "USD", "a$": "AUD", "au$": "AUD", "aud$": "AUD", "c$": "CAD", "ca$": "CAD", "cad$": "CAD",
    "s$": "SGD", "sg$": "SGD", "hk$": "HKD", "nt$": "TWD", "nz$": "NZD", "r$": "BRL", "mx$": "MXN", "rm": "MYR", "rp": "IDR",
    "руб": "RUB", "р": "RUB", "rub": "RUB", "грн": "UAH", "тг": "KZT", "тенге": "KZT", "zł": "PLN", "kč": "CZK", "ft": "HUF",
    "元": "CNY", "人民币": "CNY", "rmb": "CNY", "円": "JPY", "cn¥": "CNY", "jp¥": "JPY", "د.إ": "AED", "ر.س": "SAR",
    "ر.ق": "QAR", "د.ك": "KWD", "ج.م": "EGP", "sfr": "CHF", "fr": "CHF", "лв": "BGN", "s/": "PEN", "r": "ZAR",
    "e£": "EGP", "£e": "EGP", "gh₵": "GHS", "ar$": "ARS", "cl$": "CLP", "co$": "COP", "j$": "JMD",
}  # fmt: skip
"""Casefolded symbols and short forms that one currency has."""

_DOLLARS = "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU BBD BSD BZD BMD BND FJD GYD JMD KYD LRD NAD SBD SRD TTD XCD DOP CUP"
SHARED: dict[str, tuple[str, frozenset[str]]] = {
    "$": ("$", frozenset(_DOLLARS.split())),
    "£": ("£", frozenset(["GBP", "EGP", "LBP", "SYP", "SDG", "SSP", "GIP", "FKP", "SHP"])),
    "¥": ("¥", frozenset(["JPY", "CNY", "CNH"])),
    "￥": ("¥", frozenset(["JPY", "CNY", "CNH"])),
    "kr": ("kr", frozenset(["SEK", "NOK", "DKK", "ISK"])),
    "rs": ("Rs", frozenset(["INR", "PKR", "LKR", "NPR", "MUR", "SCR"])),
    "₨": ("Rs", frozenset(["INR", "PKR", "LKR", "NPR", "MUR", "SCR"])),
    "lei": ("lei", frozenset(["RON", "MDL"])),
    "﷼": ("﷼", frozenset(["IRR", "SAR", "QAR", "YER", "OMR"])),
    "¤": ("¤", CODES),
}
"""Casefolded symbols that several currencies share: the name under which their amounts are kept apart, and the currencies."""

_BY_NAME = dict(SHARED.values())

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
    "american dollar": "USD", "u.s. dollars": "USD", "dollar us": "USD", "pounds sterling": "GBP", "great british pound": "GBP",
    "gb pound": "GBP", "uk pound": "GBP", "czech koruna": "CZK", "hungarian forint": "HUF", "romanian leu": "RON",
    "bulgarian lev": "BGN", "icelandic krona": "ISK", "chinese yuan renminbi": "CNY", "nigerian naira": "NGN", "kenyan shilling": "KES",
    "pakistani rupee": "PKR", "sri lankan rupee": "LKR", "sterling": "GBP", "us-dollars": "USD", "amerikanischer dollar": "USD",
    "pfund sterling": "GBP", "britisches pfund": "GBP", "japanischer yen": "JPY", "kanadischer dollar": "CAD",
    "australischer dollar": "AUD", "schwedische krone": "SEK", "norwegische krone": "NOK", "dänische krone": "DKK",
    "polnischer złoty": "PLN", "polnischer zloty": "PLN", "dólares estadounidenses": "USD", "dólar de estados unidos": "USD",
    "dólar canadiense": "CAD", "dólar australiano": "AUD", "franco suizo": "CHF", "yen japonés": "JPY", "yuan chino": "CNY",
    "libras esterlinas": "GBP", "real brasileño": "BRL", "reales brasileños": "BRL", "peso uruguayo": "UYU", "sol peruano": "PEN",
    "dollars américains": "USD", "dollar des états-unis": "USD", "dollar canadien": "CAD", "dollars canadiens": "CAD",
    "dollar australien": "AUD", "livre sterling": "GBP", "livres sterling": "GBP", "francs suisses": "CHF", "yen japonais": "JPY",
    "yuan chinois": "CNY", "dirham marocain": "MAD", "dólares americanos": "USD", "dólar dos estados unidos": "USD",
    "dólar canadense": "CAD", "franco suíço": "CHF", "iene": "JPY", "iene japonês": "JPY", "yuan chinês": "CNY", "real": "BRL",
    "reais": "BRL", "reais brasileiros": "BRL", "доллары сша": "USD", "долларов сша": "USD", "американский доллар": "USD",
    "российские рубли": "RUB", "фунт": "GBP", "английский фунт": "GBP", "британский фунт": "GBP", "швейцарский франк": "CHF",
    "японская иена": "JPY", "иена": "JPY", "канадский доллар": "CAD", "австралийский доллар": "AUD", "польский злотый": "PLN",
    "казахстанские тенге": "KZT", "гривны": "UAH", "美金": "USD", "美圆": "USD", "歐元": "EUR", "英鎊": "GBP", "加元": "CAD", "加拿大元": "CAD",
    "澳元": "AUD", "澳大利亚元": "AUD", "新加坡元": "SGD", "瑞士法郎": "CHF", "卢布": "RUB", "俄罗斯卢布": "RUB", "马来西亚林吉特": "MYR", "令吉": "MYR",
    "泰铢": "THB", "印度卢比": "INR", "日币": "JPY", "دولار امريكي": "USD", "الدولار الأمريكي": "USD", "جنيه إسترليني": "GBP",
    "جنيه استرليني": "GBP", "ين ياباني": "JPY", "يوان صيني": "CNY", "فرنك سويسري": "CHF", "درهم مغربي": "MAD", "دينار أردني": "JOD",
    "ريال عماني": "OMR", "دينار بحريني": "BHD", "paun british": "GBP", "paun sterling": "GBP",
    "yen jepun": "JPY", "yuan china": "CNY", "dolar australia": "AUD", "dolar kanada": "CAD", "rupee india": "INR", "baht thai": "THB",
    "dollaro statunitense": "USD", "dollari statunitensi": "USD", "dollaro americano": "USD", "dollari americani": "USD",
    "sterlina britannica": "GBP", "franco svizzero": "CHF", "amerikaanse dollar": "USD", "brits pond": "GBP", "britse pond": "GBP",
    "zwitserse frank": "CHF", "dolar amerykański": "USD", "funt szterling": "GBP", "frank szwajcarski": "CHF", "złoty polski": "PLN",
    "polski złoty": "PLN", "abd doları": "USD", "amerikan doları": "USD", "amerikansk dollar": "USD", "amerikanska dollar": "USD",
    "brittiskt pund": "GBP", "svensk krona": "SEK", "svenska kronor": "SEK", "norsk krone": "NOK", "norske kroner": "NOK",
    "dansk krone": "DKK", "danske kroner": "DKK", "yhdysvaltain dollari": "USD", "americký dolar": "USD", "česká koruna": "CZK",
    "koruna česká": "CZK", "amerikai dollár": "USD", "magyar forint": "HUF", "forint": "HUF", "dolar american": "USD",
    "leu românesc": "RON", "δολάριο ηπα": "USD", "долар сша": "USD", "долари сша": "USD", "євро": "EUR", "українська гривня": "UAH",
    "гривня": "UAH", "米ドル": "USD", "アメリカドル": "USD", "ユーロ": "EUR", "日本円": "JPY", "英ポンド": "GBP", "미국 달러": "USD", "미국달러": "USD",
    "유로": "EUR", "대한민국 원": "KRW", "원화": "KRW", "đô la mỹ": "USD", "việt nam đồng": "VND", "ดอลลาร์สหรัฐ": "USD", "บาท": "THB",
    "ยูโร": "EUR", "अमेरिकी डॉलर": "USD", "भारतीय रुपया": "INR", "यूरो": "EUR", "דולר אמריקאי": "USD", "שקל חדש": "ILS", "אירו": "EUR",
    "poundsterling": "GBP",
}  # fmt: skip


def symbol_key(text: str) -> str:
    """The form in which a currency sign or name is compared.

    >>> symbol_key(" Kr. "), symbol_key("US  Dollar")
    ('kr', 'us dollar')
    """
    return " ".join(text.casefold().replace("￥", "¥").replace("＄", "$").split()).rstrip(".")


def settled_symbols(pairs: Mapping[str, str]) -> dict[str, str]:
    """Signs and names that the user settled, as :func:`named` takes them.

    Args:
        pairs: Sign or name → ISO code.

    Raises:
        SalesmetricsError: ``option_invalid``: a sign is empty, or a code is no ISO code.

    >>> settled_symbols({"Kr.": "sek"})
    {'kr': 'SEK'}
    """
    for sign, code in pairs.items():
        if not symbol_key(sign) or code.strip().upper() not in CODES:
            cause = Message("no_currency_code", code=code) if symbol_key(sign) else Message("names_no_sign")
            fix = Message("use_currency_code")
            raise SalesmetricsError(
                "option_invalid", option="--currency-symbol", value=f"{sign}={code}", cause=cause, fix=fix
            )
    return {symbol_key(sign): code.strip().upper() for sign, code in pairs.items()}


def named(word: str, symbols: Mapping[str, str]) -> str | None:
    """The currency that a code, symbol or name stands for: its ISO code, or the symbol where several currencies share it.

    Args:
        word: A code, symbol or name.
        symbols: What is settled for this file: :func:`symbol_key` of a sign or name → ISO code.

    Returns:
        None when the word is no currency.

    >>> [named(word, {}) for word in ("руб.", "eur", "US Dollars", "$", "Kr.", "oops")]
    ['RUB', 'EUR', 'USD', '$', 'kr', None]
    >>> named("$", {"$": "CAD"})
    'CAD'
    """
    folded = symbol_key(word)
    for key in (folded, folded.replace(" ", "")):
        if key in symbols:
            return symbols[key]
        if key.upper() in CODES:
            return key.upper()
        found = SYMBOLS.get(key) or NAMES.get(key) or NAMES.get(key.removesuffix("s"))
        if found is not None:
            return found
        if key in SHARED:
            return SHARED[key][0]
    return None


def agree(first: str, second: str) -> bool:
    """Whether two names of a currency can be one: they are the same, or one is a symbol that the other shares.

    >>> agree("$", "CAD"), agree("$", "EUR"), agree("EUR", "USD")
    (True, False, False)
    """
    return first == second or second in _BY_NAME.get(first, ()) or first in _BY_NAME.get(second, ())


def merged(names: Sequence[str]) -> str | None:
    """One name for what stands around a number (``$5 CAD`` is CAD); None where there is none, or two that differ.

    >>> merged(["$", "CAD"]), merged(["$", "EUR"])
    ('CAD', None)
    """
    if not names or not all(agree(names[0], other) for other in names):
        return None
    return next((name for name in names if name not in _BY_NAME), names[0])


def parse_currency(text: pl.Series, symbols: Mapping[str, str] | None = None) -> pl.Series:
    """A currency column as ISO codes; text that names no known currency is kept, trimmed and upper-cased.

    ``US Dollar (USD)`` and ``USD - US Dollar`` are read by the code inside. A symbol that several currencies share stays that
    symbol, and ``-99`` is the default currency of a SuiteCRM system.

    >>> parse_currency(pl.Series(["usd", "Российский рубль", "€", "kr.", "-99", "points", None])).to_list()
    ['USD', 'RUB', 'EUR', 'kr', 'CRM default', 'POINTS', None]
    """
    words = text.cast(pl.String).drop_nulls().unique().to_list()
    codes = {word: _code_or_text(word, symbols or {}) for word in words}
    if text.dtype == pl.String and all(word == code for word, code in codes.items()):
        return text
    return text.cast(pl.String).replace_strict(codes, default=None, return_dtype=pl.String)


def _code_or_text(text: str, symbols: Mapping[str, str]) -> str | None:
    word = text.strip().strip("\ufeff")
    if not word:
        return None
    whole = named(word, symbols)
    if whole is not None or word == CRM_DEFAULT:
        return whole or word
    if word == CRM_DEFAULT_ID:
        return CRM_DEFAULT
    inside = [part for part in word.replace("(", " ").replace(")", " ").split() if part in CODES]
    return inside[0] if len(set(inside)) == 1 else word.upper()
