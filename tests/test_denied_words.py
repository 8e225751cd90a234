"""A denied word for won is lost in every language; one that is not won yet is not; the day of closing may be called "closed"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from salesmetrics.ingest.read import load
from salesmetrics.ingest.recognise.index import FurtherWords, languages, load_profile, words_for
from salesmetrics.ingest.recognise.profile import GENERIC

if TYPE_CHECKING:
    from pathlib import Path

DENIED = """Not won|Closed Not Won|3. Not won (0%)|Nicht gewonnen|Non gagnée|No ganada|Não ganho|Non vinta|Niet gewonnen|Ej vunnen|Inte vunnen
Ikke vundet|Ikke vunnet|Ei voitettu|Nem nyert|Niewygrana|Nie wygrana|Nevyhráno|Nevyhraté|Necâștigat|Δεν κερδήθηκε|Kazanılmadı|Не выигран
Не выиграна|Не виграно|Tidak menang|Không thắng|לא זכינו|لم يتم الفوز|नहीं जीता|ไม่ชนะ|未赢单|未贏單|未受注|미수주"""
NOT_YET = ("Not won yet", "Noch nicht gewonnen", "Ännu ej vunnen", "Ещё не выигран", "还未赢单", "Nog niet gewonnen")


@pytest.mark.parametrize("word", [w for line in DENIED.splitlines() for w in line.split("|")])
def test_a_denied_word_for_won_is_lost(word: str) -> None:
    assert words_for(GENERIC, "deals").classify(word) == "lost"
    assert words_for(GENERIC, "deals").classify(word, ("won",)) is None
    assert words_for("pipedrive", "deals").classify(word.upper()) == "lost"


@pytest.mark.parametrize("word", NOT_YET)
def test_what_is_not_won_yet_is_no_end(word: str) -> None:
    generic = words_for(GENERIC, "deals").classify(word)
    assert (generic or FurtherWords("deals").classify(word)) in (None, "open")


def test_no_word_that_a_profile_calls_otherwise_is_taken_for_a_denial() -> None:
    for name in (GENERIC, *languages()):
        profile = load_profile(name)
        for meaning, words in profile.own_words("deals").items():
            for word in words:
                assert meaning == "lost" or words_for(profile.name, "deals").classify(word, ("lost",)) is None, (
                    name,
                    word,
                )


@pytest.mark.parametrize(
    "lines",
    [
        ("Affär;Belopp;Fas;Stängd;Skapad", "Vunnen", "Ej vunnen"),
        ("Affare;Importo;Fase;Chiusa;Creato", "Vinta", "Non vinta"),
        ("Szansa;Kwota;Etap;Zamknięta;Utworzono", "Wygrana", "Niewygrana"),
        ("Deal;Bedrag;Fase;Gesloten;Aangemaakt", "Gewonnen", "Niet gewonnen"),
    ],
)
def test_the_day_of_closing_is_found_under_a_bare_closed(tmp_path: Path, lines: tuple[str, str, str]) -> None:
    header, won, lost = lines
    path = tmp_path / "x.csv"
    path.write_text(
        f"{header}\nA;100;{won};2026-01-05;2025-12-01\nB;200;{lost};2026-01-08;2025-12-02\n", encoding="utf-8"
    )
    deals = load([f"deals={path}"]).frames["deals"]
    assert deals["outcome"].to_list() == ["won", "lost"]
    assert deals["closed"].dt.to_string().to_list() == ["2026-01-05", "2026-01-08"]
