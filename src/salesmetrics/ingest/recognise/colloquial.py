"""What people call columns and stages who never saw a CRM, in many languages: words that a guess rests on, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.ingest.recognise.words import is_not_won

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CALLED", "guess_outcome"]

CALLED: Mapping[str, str] = {
    "owner": "who|whose|wer|qui|quién|quien|quem|chi|кто|谁|誰|من|siapa|vem|hvem|kuka|kto|kdo|kim|ki|cine|ποιος|handles|handled|rep|seller",
    "amount": "how much|howmuch|wieviel|wie viel|combien|cuánto|cuanto|quanto|сколько|多少|كم|berapa|hoeveel|hur mycket|hvor meget|ile|kolik"
    "|ne kadar|mennyi|cât|πόσο|worth|money|cash|size|geld|argent|dinero|dinheiro|soldi|деньги|金额|金額|المال|wang",
    "stage": "where|state|stand|stage|progress|how far|wo|où|dónde|donde|onde|dove|где|этап|哪|أين|mana|waar|var|hvor|gdzie|kde|nerede|hol|unde|πού",
    "created": "since|since when|seit wann|depuis quand|desde cuándo|da quando|od kiedy|с каких пор|start|started|begin|began|from|first|opened|seit|los|anfang|beginn|depuis|début|desde|inicio|início|dal|da quando|с|начало"
    "|起|开始|منذ|sejak|sinds|sedan|siden|od|başlangıç|kezdet|de la|από",
    "last_activity": "last spoke|last talk|last talked|last call|last touch|last seen|letzter kontakt|zuletzt|dernier contact|último contacto|ultimo contatto"
    "|последний контакт|上次联系|最后联系|laatste contact|ostatni kontakt|son görüşme",
    "closed": "done|finished|finish|finally|end|ended|until|closed|fertig|erledigt|vorbei|ende|bis|fini|terminé|fin|terminado|fim|fine|finito"
    "|готово|конец|завершено|完|结束|結束|انتهى|selesai|klaar|klar|færdig|ferdig|valmis|koniec|konec|bitti|kész|gata|τέλος",
    "account": "whom|wem|für wen|pour qui|para quién|para quem|для кого|给谁|لمن|untuk siapa",
    "loss_reason": "why|warum|pourquoi|por qué|porque|perché|почему|为什么|لماذا|kenapa|waarom|varför|hvorfor|dlaczego|proč|neden|miért|de ce|γιατί",
    "product": "what|was|quoi|qué|o que|che cosa|что|什么|ماذا|apa|wat|vad|hvad|co|ne|mit|ce|τι",
}
"""What people call a column who never saw a CRM, by field; whole headers, or their words."""

_WON = re.compile(
    r"\bwon\b|\bwin\b|sign|\byes\b|sold|bought|ordered|\bpaid|\bdone\b|accepted|agreed|success|gewonn|zugesagt|zusage|beauftragt|bestellt|verkauft"
    r"|\bja\b|angenommen|unterschr|bezahlt|gagn|accept|vendu|\boui\b|command[ée]|ganad|firmad|vendid|\bs[íi]\b|aprobad|ganh|assinad|aceit|aprovad"
    r"|\bvint|firmat|gewonnen|akkoord|\bvunn|såld|solgt|wygran|sprzedan|podpis|kazan|onay|satıl|выигр|оплач|куплен|продан|подпис|\bда\b"
    r"|^deal\W*$|成|签|簽|赢|贏|受注|فوز|تم|menang|jaya",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"\blost\b|\blose|\bno\b|\bnope\b|dead|declin|reject|refus|cancel|dropped|gone|absag|abgesagt|abgelehnt|verlor|kein |\bnein\b|nicht|perdu|\bnon\b"
    r"|perdid|rechaz|cancel|recus|\bpers[oa]\b|rifiut|afgewezen|förlor|avböj|tabt|tapt|przegran|odrzuc|kaybed|redde|проигр|отказ|\bнет\b|потер"
    r"|没|沒|未成|不成|黄了|输|輸|失|丢|流失|خسار|مرفوض|kalah|tolak|gagal",
    re.IGNORECASE,
)
"""Of words that no profile knows, those that read like the end of a deal."""


def guess_outcome(word: str) -> str | None:
    """How a deal ended whose stage is a word that no profile knows; None for a stage on the way.

    >>> guess_outcome("Zugesagt!"), guess_outcome("Abgesagt"), guess_outcome("Im Gespräch")
    ('won', 'lost', None)
    """
    if is_not_won(word) or _LOST.search(word):
        return "lost"
    return "won" if _WON.search(word) else None
