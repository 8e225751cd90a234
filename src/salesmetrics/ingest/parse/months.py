"""Names of months in the languages that the exports of the known CRMs come in."""

from __future__ import annotations

__all__ = ["MONTHS"]

_NAMES: tuple[str, ...] = (
    "january jan januar jänner janner jän janvier janv enero ene janeiro janv. январь января янв 一月 januari يناير كانون_الثاني gennaio ocak januari",
    "february feb februar février fevrier févr fevr fév febrero fevereiro fev февраль февраля фев февр 二月 februari فبراير شباط febr",
    "march mar märz maerz marz mär mrz mars marzo março marco март марта мар 三月 mac مارس آذار mart maart",
    "april apr avril avr abril abr апрель апреля апр 四月 أبريل ابريل إبريل نيسان aprile nisan",
    "may mai mayo maio май мая 五月 mei مايو أيار maggio",
    "june jun juni juin junio junho июнь июня июн 六月 يونيو يونيه حزيران giugno",
    "july jul juli juillet juil julio julho июль июля июл 七月 julai يوليو يوليه تموز luglio",
    "august aug août aout ago agosto август августа авг 八月 ogos ogo أغسطس اغسطس آب agustus",
    "september sep sept septembre septiembre setiembre setembro set сентябрь сентября сен сент 九月 سبتمبر أيلول settembre",
    "october oct oktober okt octobre octubre outubro out октябрь октября окт 十月 أكتوبر اكتوبر تشرين_الأول ottobre",
    "november nov novembre noviembre novembro ноябрь ноября ноя нояб 十一月 نوفمبر تشرين_الثاني",
    "december dec dezember dez décembre decembre déc diciembre dic dezembro декабрь декабря дек 十二月 disember dis ديسمبر كانون_الأول dicembre desember",
)

MONTHS: dict[str, int] = {
    name.replace("_", " ").rstrip("."): number for number, names in enumerate(_NAMES, start=1) for name in names.split()
}
"""Casefolded name, long or short, without a final point → number of the month."""
