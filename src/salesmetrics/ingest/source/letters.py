"""What text looks like in the languages of the encodings. Own file: data of languages.

A scorer gives about 1 when the characters above ASCII read like its language, and falls below 0 when they are noise.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["HEADER_WORDS", "SCORERS"]

_TYPOGRAPHY = frozenset("\u00a0«»“”„‘’‚–—…•№€£¥°§©®™·×±²³\u200b\u200e\u200f")

_RUSSIAN = dict(zip("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", [1.0] * 16 + [0.8] * 10 + [0.6] * 7, strict=True))
_ARABIC = dict(zip("اليمنروهتةبدعسكفقحجأىشصطخضزثذغءإظآئؤپگچ،؛؟ـ", [1.0] * 14 + [0.8] * 18 + [0.4] * 11, strict=True))
_LATIN_COMMON = frozenset("éèêëàâçîïôûùüöäßáíóúñãõåøæœÉÀÇÖÄÜÑÓÁ¿¡ìòÍÚÂÊÔÃÕÅØÆ")
_RUN = re.compile(r"[^\x00-\x7f]+")
_CYRILLIC_RUN = re.compile(r"([A-Za-z]?)[\u0400-\u04ff]+([A-Za-z]?)")


def _average(text: str, weight: Callable[[str], float]) -> float:
    counts = Counter(char for char in text if char > "\x7f")
    total = sum(counts.values())
    return math.fsum(weight(char) * count for char, count in counts.items()) / total if total else 0.0


def _neutral(char: str) -> float | None:
    """Typography says little; control and unassigned characters say no."""
    if char in _TYPOGRAPHY:
        return 0.5
    if unicodedata.category(char) in ("Cc", "Co", "Cn", "Cs") or char == "\ufffd":
        return -4.0
    return None


def _cyrillic(text: str) -> float:
    def weight(char: str) -> float:
        neutral = _neutral(char)
        if neutral is not None:
            return neutral
        if char.lower() in _RUSSIAN:
            return _RUSSIAN[char.lower()]
        return 0.3 if "\u0400" <= char <= "\u04ff" else -1.5

    return _average(text, weight) - 2 * _case_breaks(text) - _mixed_words(text)


def _mixed_words(text: str) -> float:
    """Share of Cyrillic runs that touch a Latin letter: ``Josй`` is a western name misread."""
    runs = _CYRILLIC_RUN.findall(text[:40_000])
    return sum(bool(before or after) for before, after in runs) / len(runs) if runs else 0.0


def _case_breaks(text: str) -> float:
    """Share of letter pairs that step from lower to upper case inside a word: rare in text, common in noise."""
    pairs = re.findall(r"(?=([^\W\d_][^\W\d_]))", " ".join(_RUN.findall(text[:40_000])))
    breaks = sum(pair[0].islower() and pair[1].isupper() for pair in pairs)
    return breaks / len(pairs) if pairs else 0.0


def _arabic(text: str) -> float:
    def weight(char: str) -> float:
        neutral = _neutral(char)
        if neutral is not None:
            return neutral
        return _ARABIC.get(char, 0.2 if "\u0600" <= char <= "\u06ff" else -1.5)

    return _average(text, weight)


def _western(text: str) -> float:
    """Accented letters stand alone among ASCII letters; runs of them are another alphabet misread."""

    def weight(char: str) -> float:
        neutral = _neutral(char)
        if neutral is not None:
            return neutral
        if char in _LATIN_COMMON:
            return 1.0
        return 0.2 if char.isalpha() and char.isascii() is False and "LATIN" in unicodedata.name(char, "") else -1.0

    runs = [run for run in _RUN.findall(text) if any(char.isalpha() for char in run)]
    long_runs = sum(len(run) for run in runs if len(run) >= 3)
    total = sum(len(run) for run in runs)
    return _average(text, weight) - (2.5 * long_runs / total if total else 0.0) - _case_breaks_latin(text)


def _case_breaks_latin(text: str) -> float:
    near = re.findall(r"[a-z][À-ÖØ-Þ]|[À-ÖØ-Þ][a-z](?<=[a-z].[a-z])", text[:40_000])
    total = len(_RUN.findall(text[:40_000]))
    return min(1.0, len(near) / total) if total else 0.0


def _double_byte(
    codec: str, zone: Callable[[int, int], float], common: frozenset[str], single: float
) -> Callable[[str], float]:
    """A scorer over two-byte characters: frequent ones by name, others by the zone of the code table they stand in."""

    def weight(char: str) -> float:
        if char in common:
            return 1.0
        neutral = _neutral(char)
        if neutral is not None and neutral < 0:
            return neutral
        encoded = char.encode(codec, "ignore")
        return zone(encoded[0], encoded[1]) if len(encoded) == 2 else single

    return lambda text: _average(text, weight)


def _gbk_zone(lead: int, trail: int) -> float:
    if trail < 0xA1 or lead < 0xA1:
        return -0.7
    if lead <= 0xA3:
        return 0.5
    return 0.6 if 0xB0 <= lead <= 0xD7 else -0.1


def _big5_zone(lead: int, _trail: int) -> float:
    if lead <= 0xA3:
        return 0.5
    return 0.6 if lead <= 0xC6 else -0.1


def _sjis_zone(lead: int, _trail: int) -> float:
    if lead in (0x82, 0x83):
        return 1.0
    if lead == 0x81:
        return 0.5
    return 0.6 if 0x88 <= lead <= 0x97 else -0.2


def _korean_zone(lead: int, trail: int) -> float:
    if trail < 0xA1 or lead < 0xA1:
        return -0.7
    if lead <= 0xA3:
        return 0.5
    return 0.6 if 0xB0 <= lead <= 0xC8 else -0.3


_SIMPLIFIED = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样"
    "客户商机名称阶段金额负责人创建时间结束日期预计成交销售状态赢单输单无效跟踪线索来源类型编号公司联系手机电话邮件备注产品价格数量合同回款"
    "区域渠道优先级最后修改更新北京上海广州深圳杭州成都科技有限责任集团王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
)
_TRADITIONAL = frozenset(
    "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所民得經"
    "十三之進著等部度家電力裡如水化高自二理起小物現實加量都兩體制機當使點從業本去把性好應開它合還因由其些然前外天政四日那社義事平形相全表間樣"
    "客戶商機名稱階段金額負責人建立時間結束日期預計成交銷售狀態贏單輸單無效線索來源類型編號公司聯絡手機電話郵件備註產品價格數量合約"
    "區域渠道優先順序最後修改更新臺台北高雄新竹科技股份有限集團王李張劉陳楊趙黃周吳徐孫胡朱林何郭馬羅梁宋鄭謝韓唐馮董蕭程曹袁鄧許傅沈曾彭呂"
)
_KOREAN = frozenset(
    "이다는의에을를은가고하기로한지사도리자일시어부전인대스나보정상수장주해제원거래처금액단계담당생성마감영업명성공실패회날짜고객김박최서울"
)
_JAPANESE = frozenset(
    "日本会社株式取引先商談名金額完了予定担当者作成更新受注失注案件顧客電話東京大阪田中山川佐藤鈴木高橋渡辺伊小林加吉"
)

SCORERS: Mapping[str, Callable[[str], float]] = {
    "cp1252": _western,  # first: it wins where typography is all there is to go by
    "cp1251": _cyrillic,
    "cp1256": _arabic,
    "gb18030": _double_byte("gb18030", _gbk_zone, _SIMPLIFIED, -1.0),
    "big5": _double_byte("big5", _big5_zone, _TRADITIONAL, -1.0),
    "cp932": _double_byte("cp932", _sjis_zone, _JAPANESE, -0.5),
    "cp949": _double_byte("cp949", _korean_zone, _KOREAN, -1.0),
}
"""Codec to the scorer of text read in it."""

HEADER_WORDS: Mapping[str, tuple[str, ...]] = {
    "cp1251": (
        "сделк",
        "стади",
        "сумма",
        "валюта",
        "ответствен",
        "дата",
        "создан",
        "компани",
        "контакт",
        "бюджет",
        "этап",
        "менеджер",
        "клиент",
        "источник",
        "название",
        "воронка",
    ),
    "cp1256": (
        "اسم",
        "الصفقة",
        "المرحلة",
        "المبلغ",
        "القيمة",
        "تاريخ",
        "المالك",
        "العميل",
        "الحالة",
        "الشركة",
        "المسؤول",
        "المصدر",
    ),
    "cp1252": (
        "montant",
        "étape",
        "propriétaire",
        "création",
        "clôture",
        "société",
        "größe",
        "schließ",
        "währung",
        "abschluss",
        "verantwortlich",
        "geschäft",
        "negocio",
        "etapa",
        "fecha",
        "creación",
        "propietario",
        "negócio",
        "estágio",
        "proprietário",
        "criação",
        "responsável",
        "valor",
        "montant",
    ),
    "gb18030": (
        "客户",
        "商机",
        "阶段",
        "金额",
        "负责人",
        "日期",
        "时间",
        "名称",
        "状态",
        "来源",
        "销售",
        "类型",
        "编号",
        "线索",
    ),
    "big5": (
        "客戶",
        "商機",
        "階段",
        "金額",
        "負責人",
        "日期",
        "時間",
        "名稱",
        "狀態",
        "來源",
        "銷售",
        "類型",
        "編號",
        "交易",
    ),
    "cp932": (
        "取引",
        "商談",
        "金額",
        "担当",
        "日付",
        "作成",
        "完了",
        "顧客",
        "会社",
        "フェーズ",
        "ステージ",
        "所有者",
        "名",
    ),
    "cp949": ("거래", "금액", "단계", "담당", "날짜", "생성", "고객", "회사", "마감"),
}
"""Parts of header words, casefolded, that say a file was read in the right encoding."""
