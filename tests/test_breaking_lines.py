"""Where a line of a language may be broken, and what stands between its sentences."""

from __future__ import annotations

import re

import pytest

from catalogues import TRANSLATED, translated
from salesmetrics.messages import joined
from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.messages.speech import speaking
from salesmetrics.render.fit import pieces, wrap
from salesmetrics.render.text import one_line

CHINESE = [tag for tag in LANGUAGES if tag.startswith("zh")]
NO_BREAK = "\u00a0"
CLOSING = "，。、；：）？"


@pytest.mark.parametrize(
    "text",
    [
        "95,3\u00a0% из\u00a0всех выигранных сделок",
        "1\u00a0234,5 EUR за\u00a012\u00a0дней",
        "商机的 95.3\u00a0%，共 1\u00a0234 笔",
    ],
)
def test_a_no_break_space_is_no_place_to_break_at(text: str) -> None:
    for width in range(13, 40):
        lines = wrap(text, width)
        assert sum(line.count(NO_BREAK) for line in lines) == text.count(NO_BREAK)
        assert not any(line.startswith(NO_BREAK) or line.endswith(NO_BREAK) for line in lines)


def test_a_no_break_space_of_ours_stays_in_a_line() -> None:
    with speaking("ru"):
        assert one_line("95,3\u00a0%  из\nвсех") == "95,3\u00a0% из всех"
    assert one_line("95.3\u00a0%  of\nall") == "95.3 % of all"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("其中 1,144 笔商机有结果", "1,144 笔"),
        ("（deals.csv；第 67、206 行）", "第 67、"),
        ("金额增至 43,545.60 EUR；阶段未变", "43,545.60 EUR；"),
        ("2026年9月9日至2026年9月16日", "至2026年9月16日"),
        ("金额单位为 EUR，截至2026年9月30日", "截至2026年9月30日"),
        ("赢单 / (赢单金额 + 输单金额)，不含负金额", "额)，"),
        ("銷售週期（中位數）", "（中位數）"),
        ("变化 +4.0 个百分点，无明显差异", "+4.0 个百分点，"),
        ("运行 `salesmetrics` 查看", "`salesmetrics` "),
    ],
)
def test_what_belongs_together_in_chinese_is_not_broken(text: str, whole: str) -> None:
    found = pieces(text)
    assert "".join(found) == text
    assert whole in [piece.removesuffix(" ") for piece in found] or whole in found
    for width in range(16, 40):
        assert not any(line[:1] in CLOSING for line in wrap(text, width))


def test_no_sign_of_chinese_is_alone_on_the_last_line() -> None:
    text = "计算文件所能支持的全部销售指标并各附数量和区间说明"
    for width in range(8, 50):
        assert len(wrap(text, width)[-1]) > 1


def test_sentences_are_joined_with_the_blank_of_the_language() -> None:
    for tag, language in LANGUAGES.items():
        with speaking(tag):
            assert joined(["A。", "B。"], ".") == f"A。{language.after_sentence}B。"
            assert joined(["A", "B"], ":") == f"A{language.colon}B"
        assert (language.after_sentence == "") == (tag in CHINESE)


@pytest.mark.parametrize("tag", CHINESE)
def test_no_blank_stands_beside_a_full_width_mark(tag: str) -> None:
    assert tag in TRANSLATED
    marks = "，。；：、！？（）「」“”"
    # Between signs and words of a formula a blank stays.
    wrong = [
        message.string
        for message in translated(tag)
        if message.id and re.search(rf"[{marks}] (?![`/|=×−+<>≥≤…])|(?<![`/|=×−+<>≥≤,;:&]) [{marks}]", message.string)
    ]
    assert wrong == []
