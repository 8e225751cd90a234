"""What a survey asks, where no column says so: by the header, by the scale, or not at all; and scores off the scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.canonical.questions import question_of
from salesmetrics.library import load, report_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from salesmetrics.answers.report import Metric
    from salesmetrics.ingest.dataset import Dataset

ENGLISH = ("Response ID", "Response date", "Customer")
WORDS = {
    "NPS": ENGLISH,
    "nps_score": ENGLISH,
    "Likelihood to recommend": ENGLISH,
    "NPS-Wert": ("Antwort-ID", "Umfragedatum", "Kunde"),
    "Note NPS": ("Identifiant", "Date de réponse", "Client"),
    "Puntuación NPS": ("ID", "Fecha de la encuesta", "Cliente"),
    "Nota NPS": ("ID", "Data da pesquisa", "Cliente"),
    "Оценка NPS": ("ID", "Дата опроса", "Клиент"),
    "درجة NPS": ("ID", "تاريخ الاستبيان", "العميل"),
    "Skor NPS": ("ID", "Tarikh tinjauan", "Pelanggan"),
}


def survey(
    folder: Path, header: str, scores: Sequence[object], others: Sequence[str] = ENGLISH, extra: str = ""
) -> Dataset:
    lines = [",".join([*others, header]) + (f",{extra}" if extra else "")]
    lines += [f"R{i},2026-06-{i % 28 + 1:02},Firm {i},{score}" for i, score in enumerate(scores)]
    path = folder / "answers.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load(f"surveys={path}")


def kpi(data: Dataset, name: str) -> Metric:
    (metric,) = report_on(data, kpis=[name]).metrics
    return metric


def finding(data: Dataset, code: str) -> tuple[int, tuple[int, ...]] | None:
    return next(((f.count, tuple(f.rows)) for f in data.findings if f.code == code), None)


@pytest.mark.parametrize("header", WORDS)
def test_the_header_says_what_was_asked(tmp_path: Path, header: str) -> None:
    data = survey(tmp_path, header, [10, "9.0", 8, 2, 0], WORDS[header])
    assert (kpi(data, "nps").value, kpi(data, "nps").n) == (0, 5)
    assert data.findings == ()


@pytest.mark.parametrize(
    ("header", "question"),
    [
        *[("NPS", "nps"), ("Net Promoter Score", "nps"), ("Empfehlungsbereitschaft", "nps"), ("推荐意愿", "nps")],
        *[("eNPS", "enps"), ("Employee NPS", "enps"), ("NPS Mitarbeiter", "enps"), ("CSAT (1-5)", "csat")],
        *[("Customer satisfaction", "csat"), ("Удовлетворенность", "csat"), ("满意度", "csat"), ("Satisfação", "csat")],
        *[("CES", "ces"), ("Customer effort score", "ces"), ("Esfuerzo", "ces"), ("Score", None), ("Process", None)],
        *[("Synopsis", None), ("NPS and CSAT", None), ("Best price", None)],
    ],
)
def test_words_of_questions(header: str, question: str | None) -> None:
    assert question_of(header) == question


def test_a_satisfaction_header_is_csat(tmp_path: Path) -> None:
    data = survey(tmp_path, "CSAT score", [5, 4, 3, 1])
    assert (kpi(data, "csat").value, kpi(data, "csat").n) == (0.5, 4)


@pytest.mark.parametrize(
    ("scores", "name", "value"),
    [([0, 10, 10, 9, 7, 6, 10, 9, 8, 10], "nps", 40.0), ([1, 5, 4, 4, 3, 2, 5, 5, 4, 5], "csat", 0.7)],
)
def test_the_scale_says_it_with_a_warning(tmp_path: Path, scores: list[int], name: str, value: float) -> None:
    data = survey(tmp_path, "Score", scores)
    assert kpi(data, name).value == pytest.approx(value)
    assert finding(data, "survey_type_by_scale") == (10, tuple(range(2, 12)))


@pytest.mark.parametrize("scores", [[1, 2, 6, 7, 5, 4, 3, 6, 7, 1], [5, 4, 1], [8, 0, 3], [55, 80, 100] * 4])
def test_neither_says_it(tmp_path: Path, scores: list[int]) -> None:
    data = survey(tmp_path, "Score", scores)
    assert finding(data, "survey_type_unknown") is not None
    assert "type" not in data.frames["surveys"].columns
    with pytest.raises(SalesmetricsError, match="neither a column nor the scores show") as caught:
        report_on(data)
    assert "`NPS`" in str(caught.value.hint)


@pytest.mark.parametrize("header", ["Score", "Bewertung"])
def test_a_nine_or_ten_shows_the_scale_in_few_answers(tmp_path: Path, header: str) -> None:
    data = survey(tmp_path, header, [10, 9, 3, 8])
    assert (kpi(data, "nps").value, kpi(data, "nps").n) == (0.25 * 100, 4)
    assert finding(data, "survey_type_by_scale") == (4, (2, 3, 4, 5))


@pytest.mark.parametrize(("header", "name", "wrong"), [("NPS", "nps", 11), ("NPS", "nps", -1), ("CSAT", "csat", 9)])
def test_a_score_off_the_scale_is_named_and_the_rest_counts(tmp_path: Path, header: str, name: str, wrong: int) -> None:
    data = survey(tmp_path, header, [5, wrong, 4, 4, 5, 3])
    metric = kpi(data, name)
    assert metric.n == 5
    assert metric.value is not None
    assert [(each.code, each.count) for each in metric.excluded if each.count] == [("off_scale", 1)]
    assert finding(data, "score_off_scale") == (1, (3,))


@pytest.mark.parametrize(
    ("header", "name", "scores", "off"),
    [
        ("NPS", "nps", [70, 85, 9, 100], 3),
        ("NPS", "nps", [70, 85], 2),
        ("CSAT", "csat", [7, 6, 7, 5, 6, 3], 4),
        ("CSAT", "csat", [4] * 40 + [6] * 5, 5),
    ],
)
def test_another_scale_is_refused_as_a_whole(
    tmp_path: Path, header: str, name: str, scores: list[int], off: int
) -> None:
    data = survey(tmp_path, header, scores)
    assert (kpi(data, name).value, kpi(data, name).reason) == (None, "wrong_scale")
    found = finding(data, "score_of_another_scale")
    assert found is not None
    assert found[0] == off


def test_answers_from_1_to_5_are_no_nps(tmp_path: Path) -> None:
    data = survey(tmp_path, "NPS", [5, 4, 5, 3, 4, 5, 5, 4, 2, 1])
    assert kpi(data, "nps").reason == "wrong_scale"
    assert finding(data, "score_all_within_five") == (10, tuple(range(2, 12)))


@pytest.mark.parametrize(("header", "others"), [("NPS", ENGLISH), ("NPS-Wert", WORDS["NPS-Wert"])])
@pytest.mark.parametrize(("scores", "warned"), [([5, 4, 5, 3], 4), ([5, 4, 5], 0), ([5, 4, 5, 3, 6], 0)])
def test_few_answers_from_1_to_5_are_doubted(
    tmp_path: Path, header: str, others: Sequence[str], scores: list[int], warned: int
) -> None:
    data = survey(tmp_path, header, scores, others)
    assert kpi(data, "nps").value == -100
    assert finding(data, "score_maybe_of_five") == ((4, (2, 3, 4, 5)) if warned else None)


@pytest.mark.parametrize(("question", "wrong", "name", "left"), [("NPS", 11, "nps", 100), ("CSAT", 9, "csat", 1)])
def test_one_wrong_score_of_three_is_left_out_alone(
    tmp_path: Path, question: str, wrong: int, name: str, left: float
) -> None:
    good = {"NPS": (10, 9), "CSAT": (5, 4)}[question]
    rows = [f"{question},{score}" for score in (*good, wrong)] + ["CES,4", "CES,5"]
    path = tmp_path / "answers.csv"
    path.write_text("Response ID,Survey type,Score\n" + "".join(f"{i},{row}\n" for i, row in enumerate(rows)))
    data = load(f"surveys={path}")
    assert (kpi(data, name).value, kpi(data, name).n) == (left, 2)
    assert finding(data, "score_off_scale") == (1, (4,))
    assert finding(data, "score_of_another_scale") is None


def test_a_second_question_in_the_file_is_named(tmp_path: Path) -> None:
    data = survey(tmp_path, "NPS", ["10,5", "9,4", "0,1"], extra="CSAT")
    assert (kpi(data, "nps").n, finding(data, "survey_second_question")) == (3, (3, (2, 3, 4)))
