"""Names of months in the languages that the exports of the known CRMs come in."""

from __future__ import annotations

__all__ = ["MONTHS"]

_NAMES: tuple[str, ...] = (
    (
        "january jan januar jänner janner jän janvier janv enero ene janeiro janv. январь января янв 一月 januari يناير كانون_الثاني gennaio ocak januari"
        " gen stycznia sty styczeń oca tammikuuta tammikuu tammi ledna leden led januára január ianuarie ian ιανουαρίου ιανουάριος ιαν січня січень січ जनवरी มกราคม ינואר"
    ),
    (
        "february feb februar février fevrier févr fevr fév febrero fevereiro fev февраль февраля фев февр 二月 februari فبراير شباط febr"
        " febbraio lutego luty lut şubat şub helmikuuta helmikuu helmi února únor úno februára február februarie φεβρουαρίου φεβρουάριος φεβ лютого лютий лют फ़रवरी फरवरी กุมภาพันธ์ פברואר"
    ),
    (
        "march mar märz maerz marz mär mrz mars marzo março marco март марта мар 三月 mac مارس آذار mart maart"
        " marca marzec mrt marts maaliskuuta maaliskuu maalis března březen bře marec március márc martie μαρτίου μάρτιος μαρ μάρ березня березень бер मार्च maret มีนาคม מרץ"
    ),
    (
        "april apr avril avr abril abr апрель апреля апр 四月 أبريل ابريل إبريل نيسان aprile nisan"
        " kwietnia kwiecień kwi nis huhtikuuta huhtikuu huhti dubna duben dub apríla apríl április ápr aprilie απριλίου απρίλιος απρ квітня квітень квіт अप्रैल เมษายน אפריל"
    ),
    (
        "may mai mayo maio май мая 五月 mei مايو أيار maggio"
        " mag maja maj mayıs toukokuuta toukokuu touko května květen kvě mája máj május μαΐου μάιος травня травень трав मई พฤษภาคม מאי"
    ),
    (
        "june jun juni juin junio junho июнь июня июн 六月 يونيو يونيه حزيران giugno"
        " giu czerwca czerwiec cze haziran haz kesäkuuta kesäkuu kesä června červen čvn júna jún június iunie iun ιουνίου ιούνιος ιουν ιούν червня червень черв जून มิถุนายน יוני"
    ),
    (
        "july jul juli juillet juil julio julho июль июля июл 七月 julai يوليو يوليه تموز luglio"
        " lug lipca lipiec lip temmuz tem heinäkuuta heinäkuu heinä července červenec čvc júla júl július iulie iul ιουλίου ιούλιος ιουλ ιούλ липня липень лип जुलाई กรกฎาคม יולי"
    ),
    (
        "august aug août aout ago agosto август августа авг 八月 ogos ogo أغسطس اغسطس آب agustus"
        " sierpnia sierpień sie ağustos ağu augusti elokuuta elokuu elo srpna srpen srp augusta augusztus αυγούστου αύγουστος αυγ αύγ серпня серпень серп अगस्त agu สิงหาคม אוגוסט"
    ),
    (
        "september sep sept septembre septiembre setiembre setembro set сентябрь сентября сен сент 九月 سبتمبر أيلول settembre"
        " września wrzesień wrz eylül eyl syyskuuta syyskuu syys září zář septembra szeptember szept septembrie σεπτεμβρίου σεπτέμβριος σεπ вересня вересень вер सितंबर กันยายน ספטמבר"
    ),
    (
        "october oct oktober okt octobre octubre outubro out октябрь октября окт 十月 أكتوبر اكتوبر تشرين_الأول ottobre"
        " ott października październik paź ekim eki lokakuuta lokakuu loka října říjen říj októbra október octombrie οκτωβρίου οκτώβριος οκτ жовтня жовтень жовт अक्टूबर ตุลาคม אוקטובר"
    ),
    (
        "november nov novembre noviembre novembro ноябрь ноября ноя нояб 十一月 نوفمبر تشرين_الثاني"
        " listopada listopad lis kasım kas marraskuuta marraskuu marras listopadu novembra noiembrie νοεμβρίου νοέμβριος νοε νοέ листопада листопад лист नवंबर พฤศจิกายน נובמבר"
    ),
    (
        "december dec dezember dez décembre decembre déc diciembre dic dezembro декабрь декабря дек 十二月 disember dis ديسمبر كانون_الأول dicembre desember"
        " grudnia grudzień gru aralık ara des joulukuuta joulukuu joulu prosince prosinec pro decembra decembrie δεκεμβρίου δεκέμβριος δεκ грудня грудень груд दिसंबर ธันวาคม דצמבר"
    ),
)

MONTHS: dict[str, int] = {
    name.replace("_", " ").rstrip("."): number for number, names in enumerate(_NAMES, start=1) for name in names.split()
}
"""Casefolded name, long or short, without a final point → number of the month."""
