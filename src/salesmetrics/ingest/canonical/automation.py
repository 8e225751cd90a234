"""Which activities no person did: an automation's name, an automatic reply, a bounced message, nobody at all.

The words stand here and not in the profiles: a German list holds the "Automatic reply" of an English mailbox, so every
language is asked of every file.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.recognise.words import comparable
from salesmetrics.schema.message import Some

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AUTOMATIC", "NOBODY", "UNDELIVERED", "automatic_marks", "touch_columns"]

AUTOMATIC = "marked_automatic"
UNDELIVERED = "undelivered"
NOBODY = "without_person"
"""Derived columns (Boolean), there only where a row has them."""

_SENDERS = """
    automation | workflow | workflow automation | automated process | automatic process | automated | system | system user
    | crm system | crm automation | marketing automation | sales automation | sequence | sequences | email sequence | drip campaign
    | autoresponder | auto responder | auto-responder | autoreply | auto reply | auto-reply | bot | chatbot | chat bot | robot
    | integration | integration user | api | api user | web service | service account | scheduler | scheduled job | cron | zapier
    | make.com | n8n | hubspot | hubspot workflow | hubspot automation | salesforce automation | pardot | marketo | mailchimp
    | activecampaign | sendgrid | outreach sequence | platform integration user | b2bma integration | odoobot | superuser
    | no-reply | noreply | no reply | do not reply | donotreply | do-not-reply | mailer-daemon | mailer daemon | postmaster
    | mail delivery subsystem | mail delivery system
    | automatisierung | systembenutzer | system-benutzer | automatischer prozess | arbeitsablauf | nicht antworten
    | automatisation | système | utilisateur système | processus automatisé | flux de travail | ne pas répondre
    | automatización | sistema | usuario del sistema | proceso automático | proceso automatizado | flujo de trabajo | no responder
    | automação | usuário do sistema | utilizador do sistema | processo automático | processo automatizado | fluxo de trabalho | robô | não responda
    | автоматизация | система | системный пользователь | робот | бот | чат-бот | бизнес-процесс | бизнес процесс | автоматический процесс
    | рассылка | автоответчик | автоматизація | системний користувач | бізнес-процес
    | 系统 | 系統 | 系统用户 | 系統用戶 | 系统管理 | 自动化 | 自動化 | 工作流 | 工作流程 | 机器人 | 機器人 | 自动流程
    | النظام | نظام | مستخدم النظام | أتمتة | الأتمتة | سير العمل | روبوت | automasi | pengguna sistem | aliran kerja
    | automazione | utente di sistema | utente sistema | flusso di lavoro | processo automatico | automatisering | systeem | systeemgebruiker
    | systemanvändare | automatiserad process | systembruker | systembruger | automatisert prosess | järjestelmä | automaatio
    | automatyzacja | użytkownik systemowy | automatizace | systém | systémový uživatel | automatizácia | systémový používateľ
    | automatizálás | rendszer | rendszerfelhasználó | automatizare | utilizator de sistem | otomasyon | sistem | sistem kullanıcısı
    | αυτοματισμός | σύστημα | מערכת | אוטומציה | स्वचालन | सिस्टम | otomatisasi | otomasi | tự động hóa | hệ thống | ระบบ | ระบบอัตโนมัติ
    | 자동화 | 시스템 | システム | 自動処理 | ワークフロー
"""
_SENDER_WORDS = (
    "workflow",
    "automation",
    "autoresponder",
    "noreply",
    "mailer-daemon",
    "postmaster",
    "no-reply@",
    "do-not-reply@",
)
"""Words that mark a sender wherever they stand in its name: nobody is called so."""

_SUBJECTS = """
    automatic reply | automatic response | auto-reply | auto reply | autoreply | auto-response | auto response | automated reply | automated response
    | automated message | automated email | automatic email | autoresponder | out of office | out-of-office | ooo:
    | automatische antwort | automatische rückmeldung | abwesenheitsnotiz | abwesenheitsnachricht | automatisch generiert
    | réponse automatique | message automatique | absence du bureau | absent du bureau
    | respuesta automática | respuesta automatica | contestación automática | fuera de la oficina | mensaje automático
    | resposta automática | resposta automatica | mensagem automática | ausência temporária | fora do escritório
    | автоответ | автоматический ответ | автоматическое сообщение | автоматическое уведомление | автоматична відповідь
    | 自动回复 | 自動回覆 | 自动答复 | 自動答覆 | 自动发送 | 自動返信 | 自動応答 | 不在通知 | 자동 회신 | 자동 응답 | 자동 답장
    | رد تلقائي | الرد التلقائي | رد آلي | balasan automatik | jawapan automatik | balasan otomatis | trả lời tự động | ตอบกลับอัตโนมัติ
    | risposta automatica | fuori sede | automatisch antwoord | afwezigheidsbericht | autosvar | automatiskt svar | automatisk svar | automatisk svar
    | automaattinen vastaus | poissaoloviesti | odpowiedź automatyczna | automatyczna odpowiedź | automatická odpověď | automatická odpoveď
    | automatikus válasz | răspuns automat | otomatik yanıt | otomatik cevap | αυτόματη απάντηση | תשובה אוטומטית | מענה אוטומטי
    | स्वचालित उत्तर | स्वचालित जवाब
"""
_BOUNCES = """
    undeliverable | undelivered mail | delivery status notification | mail delivery failed | mail delivery failure | delivery failure | failure notice
    | returned mail | message not delivered | unzustellbar | nicht zustellbar | zustellung fehlgeschlagen | non remis | non distribuable | échec de la remise
    | échec de remise | no se puede entregar | no se pudo entregar | no entregado | não entregue | não foi possível entregar | falha na entrega
    | недоставлено | не доставлено | недоставленное | не удалось доставить | 退信 | 未送达 | 无法送达 | 未送達 | 無法傳遞 | 配信不能 | 配信エラー
    | تعذر التسليم | لم يتم التسليم | tidak dapat dihantar | tidak terkirim | non recapitabile | impossibile recapitare | onbestelbaar | kan inte levereras
    | olevererat | kunne ikke leveres | ikke leveret | ikke levert | toimittamaton | nie można dostarczyć | niedostarczone | nedoručitelné | nedoručené
    | kézbesíthetetlen | nelivrat | teslim edilemedi | teslim edilemeyen | αδύνατη η παράδοση | не доставлено | 전송 실패 | 반송된 메일
"""
_KINDS = """
    automated email | automatic email | automated e-mail | automated message | auto email | workflow email | marketing email | mass email | bulk email
    | sequence email | sequence e-mail | drip email | campaign email | email campaign | list email | listemail | newsletter | system email | auto reply | auto-reply
    | automatic reply | autoresponder | automation | workflow | system notification | system
    | automatische e-mail | automatische mail | massen-e-mail | massenmail | serienmail | automatische antwort | systemnachricht
    | e-mail automatique | courriel automatique | e-mail de masse | réponse automatique | correo automático | correo masivo | respuesta automática
    | e-mail automático | email automático | e-mail em massa | email em massa | resposta automática | автоматическое письмо | массовая рассылка | рассылка | автоответ
    | 自动邮件 | 群发邮件 | 自动回复 | 自動郵件 | 自動回覆 | بريد تلقائي | رد تلقائي | emel automatik | balasan automatik | email automatica | risposta automatica
    | automatische e-mail | otomatik e-posta | automatyczny e-mail | automaattinen viesti | 자동 이메일 | 自動メール
"""
_STATES = """
    bounced | bounce | hard bounce | soft bounce | hard bounced | soft bounced | email bounced | undelivered | undeliverable | not delivered | delivery failed
    | failed to deliver | unzustellbar | nicht zugestellt | zustellung fehlgeschlagen | zurückgekommen | non remis | non distribué | rebond | échec de la remise
    | rebotado | rebotada | no entregado | devuelto | não entregue | devolvido | rejeitado pelo servidor | не доставлено | недоставлено | возврат письма | 退信 | 未送达 | 退件
    | 未送達 | لم يتم التسليم | مرتد | tidak dihantar | non recapitato | respinto dal server | niet bezorgd | onbestelbaar | studsade | ej levererat | ikke leveret
    | ikke levert | niedostarczone | nedoručeno | nedoručené | kézbesítetlen | nelivrat | iletilemedi | teslim edilemedi | 반송 | 配信不能
"""


_MANY = 5_000


def _split(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words.split("|")))


def touch_columns(frame: pl.DataFrame, owners: Iterable[str] = ("owner", "owner_id")) -> list[pl.Series]:
    """What keeps an activity from being a person's touch, as Boolean columns; only those that are true somewhere.

    ``marked_automatic``: its owner is an automation, its type that of an automatic message, or its subject begins like an
    automatic reply or a bounce. A flag of the export overrules these marks. ``undelivered``: its status or result says
    that it bounced. ``without_person``: nobody is named, in a file that names somebody in most rows.

    Args:
        frame: Canonical activities; any of ``owner``, ``owner_id``, ``type``, ``subject``, ``status``, ``result`` (String),
            ``is_automated`` (Boolean).
        owners: The columns that name a person.
    """
    have = set(frame.columns)
    automatic = [_named(frame["owner"])] if "owner" in have else []
    automatic += [_among(frame["type"], _KINDS)] if "type" in have else []
    automatic += [_begins(frame["subject"])] if "subject" in have else []
    marked = _any(automatic)
    if marked is not None and "is_automated" in have:
        marked &= frame["is_automated"].fill_null(value=True)
    undelivered = _any([_among(frame[name], _STATES) for name in ("status", "result") if name in have])
    found = [
        (AUTOMATIC, marked),
        (UNDELIVERED, undelivered),
        (NOBODY, _nobody(frame, [n for n in owners if n in have])),
    ]
    return [mask.alias(name) for name, mask in found if mask is not None and mask.any()]


def automatic_marks(frame: pl.DataFrame) -> Some:
    """What marks the rows of ``marked_automatic``: the first three owners, types or subjects.

    Args:
        frame: Activities after :func:`touch_columns`, the texts of their types in ``type_text``.
    """
    marked = frame.filter(pl.col(AUTOMATIC))
    marks = (("owner", _named), ("type_text", partial(_among, words=_KINDS)), ("subject", _begins))
    tests = [pl.when(test(marked[name])).then(marked[name]) for name, test in marks if name in marked.columns]
    texts = marked.select(pl.coalesce(tests).alias("mark"))["mark"].drop_nulls().unique(maintain_order=True)
    return Some(tuple(texts.head(3)), len(texts))


def _any(masks: list[pl.Series]) -> pl.Series | None:
    if not masks:
        return None
    result = masks[0]
    for mask in masks[1:]:
        result |= mask
    return result


def _distinct(column: pl.Series, words: tuple[str, ...]) -> list[str]:
    """The distinct texts; where they are very many, those that hold one of the words at all."""
    texts = column.drop_nulls().unique()
    if len(texts) > _MANY:
        texts = texts.filter(texts.str.to_lowercase().str.contains_any(list(words)))
    return texts.to_list()


def _among(column: pl.Series, words: str) -> pl.Series:
    listed = _split(words)
    known = {comparable(word) for word in listed}
    return column.is_in([text for text in _distinct(column, listed) if comparable(text) in known]).fill_null(
        value=False
    )


def _named(column: pl.Series) -> pl.Series:
    listed = _split(_SENDERS)
    known = {comparable(word) for word in listed}
    names = []
    for text in _distinct(column, (*listed, *_SENDER_WORDS)):
        key = comparable(text)
        if key in known or any(word in key for word in _SENDER_WORDS):
            names.append(text)
    return column.is_in(names).fill_null(value=False)


def _begins(column: pl.Series) -> pl.Series:
    """Subjects that begin with one of the phrases; after ``Re:`` it is a person who writes."""
    phrases = "|".join(_escaped(phrase) for phrase in (*_split(_SUBJECTS), *_split(_BOUNCES)))
    return column.str.contains(rf"(?i)^[\s\[\(<\"*]*(?:{phrases})").fill_null(value=False)


def _escaped(phrase: str) -> str:
    return phrase.replace(" ", r"[\s\u00a0]+")


def _nobody(frame: pl.DataFrame, columns: list[str]) -> pl.Series | None:
    if not columns:
        return None
    nobody = frame.select(pl.all_horizontal(pl.col(columns).is_null()).alias(NOBODY))[NOBODY]
    return nobody if 0 < int(nobody.sum()) * 2 < len(nobody) else None
