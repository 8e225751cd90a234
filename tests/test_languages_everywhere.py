"""Whatever a reader sees is said in the language that is spoken: commands and forms in a language of other letters than Latin ones."""

from __future__ import annotations

import json
import re
from email import message_from_bytes, policy
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from rich.cells import cell_len

from in_process import invoke
from pseudo import FROM_RIGHT, PSEUDO, pseudo, speaking_pseudo
from salesmetrics.messages import phrase, retold, told
from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.messages.speech import ISOLATES, speaking
from salesmetrics.metrics.catalog import catalog
from salesmetrics.render.document import Cell, Column, Document, Kind, Row, Table
from salesmetrics.render.fit import wrap
from salesmetrics.render.text import amount
from salesmetrics.render.write_terminal import write
from salesmetrics.render.writers import Screen
from salesmetrics.samples.demo import TOUR, packed_files
from salesmetrics.schema.kinds import KIND_NAMES, columns_of
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parent.parent / "examples"
FEW = 260
"""Deals of the example that are enough for every table."""
PROPER = {
    *("salesmetrics", "HubSpot", "EUR", "CSV", "utf", "LF", "csv", "wilson", "id", "toml", "docs", "md", "win", "xlsx"),
    *("mail", "html", "json", "table", "FILE", "sha", "settings", "incentive"),
}
"""Names, codes and what is typed."""
COMMANDS = {
    "report deals.csv": ("table", "md", "html", "xlsx", "mail"),
    "report deals.csv --by team --period 2025-Q1 --compare previous": ("table", "md"),
    "report deals.csv --every quarter --kpi revenue,win_rate": ("table",),
    "inspect deals.csv": ("table", "html"),
    "check deals.csv": ("table", "md"),
    "benchmark deals.csv --by owner --kpi win_rate,revenue": ("table", "html"),
    "losses deals.csv --compare previous --period 2025-Q1": ("table", "html"),
    "rows win_rate deals.csv --top 3": ("table", "xlsx"),
    "explain win_rate deals.csv": ("table", "md"),
    "trend win_rate deals.csv": ("table",),
    "compare a.csv b.csv": ("table", "html"),
    "funnel deals.csv stages.csv": ("table", "html"),
    "cohort deals.csv --every quarter": ("table", "html"),
    "forecast deals.csv --period 2026-Q4 --target 120000": ("table", "html"),
    "kpis": ("table",),
    "demo sample": ("table",),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("exports")
    lines = (EXAMPLES / "deals.csv").read_text("utf-8").splitlines(keepends=True)
    (made / "deals.csv").write_text("".join(lines[: FEW + 1]), "utf-8")
    kept = {line.split(",")[0].strip('"') for line in lines[1 : FEW + 1]}
    stages = (EXAMPLES / "stages.csv").read_text("utf-8").splitlines(keepends=True)
    ours = [line for line in stages[1:] if line.partition(",")[0] in kept]
    (made / "stages.csv").write_text("".join([stages[0], *ours]), "utf-8")
    for name, source in (("a", "2026-09-09"), ("b", "2026-09-30")):
        text = (EXAMPLES / "weekly" / f"deals-{source}.csv").read_text("utf-8")
        (made / f"{name}.csv").write_text(text, "utf-8")
    return made


@pytest.fixture(scope="module")
def allowed(folder: Path) -> set[str]:
    """Words of the data, ids of KPIs, and names of columns."""
    texts = [path.read_text("utf-8") for path in folder.glob("*.csv")]
    texts += [*packed_files(), *(" ".join(step.words) for steps in TOUR.values() for step in steps), "sample"]
    known = catalog()
    names = [*known.kpis, *known.measures, *(name for kind in KIND_NAMES for name in columns_of(kind))]
    return PROPER | {word for text in (*texts, *names) for word in re.findall(r"[A-Za-z]+", text)}


def shown(words: str, form: str, folder: Path, tag: str = PSEUDO) -> str:
    """What a reader sees of what a command writes."""
    env = {"HOME": "/nonexistent", "LANG": "C.UTF-8"}
    said = ["--lang", tag]
    if form in ("table", "md"):
        done = invoke(*words.split(), "--format", form, *said, cwd=folder, env=env)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout + done.stderr
    path = folder / f"out.{ {'mail': 'eml'}.get(form, form) }"
    done = invoke(*words.split(), "-o", path.name, *said, cwd=folder, env=env)
    assert done.returncode in (0, 1), done.stderr
    data = path.read_bytes()
    path.unlink()
    return done.stderr + "\n".join(_seen(data, form))


def _seen(data: bytes, form: str) -> Iterator[str]:
    if form == "html":
        yield _of_html(data.decode())
    elif form == "mail":
        message = message_from_bytes(data, policy=policy.default)
        yield str(message["Subject"])
        for part in message.walk():
            if part.get_content_type() == "text/plain":
                yield part.get_content()
            elif part.get_content_type() == "text/html":
                yield _of_html(part.get_content())
    else:
        with ZipFile(BytesIO(data)) as book:
            yield from map(unescape, re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode()))
            yield from re.findall(r'<sheet name="([^"]*)', book.read("xl/workbook.xml").decode())
            forms = re.sub("yyyy|mm|dd", "", book.read("xl/styles.xml").decode())
            yield from map(unescape, re.findall(r'formatCode="([^"]*)', forms))
            for name in book.namelist():
                if "charts/" in name:
                    yield from re.findall(r"<a:t>([^<]*)</a:t>", book.read(name).decode())


def _of_html(page: str) -> str:
    page = re.sub(r"<(style|code)\b.*?</\1>", " ", page, flags=re.DOTALL)
    said = re.findall(r'(?:alt|title|aria-label|data-t)="([^"]*)"', page)
    return unescape("\n".join([re.sub(r"<[^>]+>", "\n", page), *said]))


def missed(text: str, allowed: set[str]) -> list[str]:
    """Words, days and numbers that are written as in English."""
    text = re.sub(r"`[^`]*`|--?[a-z][a-z-]*( \S+)?|[0-9a-f]{64}|\\(?=[_>~|*-])", "", text)
    words = [word for word in re.findall(r"[A-Za-z]{2,}(?![A-Za-z…])", text) if word not in allowed]
    days = re.findall(r"(?<![\w-])(?:19|20)\d\d-\d\d-\d\d(?![\w.])", text)
    return [*words, *days, *re.findall(r"(?<![\w.,/·٫#])\d{1,3}(?:,\d{3})+(?![\d#])", text)]


@pytest.mark.parametrize(("words", "form"), [(words, form) for words, forms in COMMANDS.items() for form in forms])
def test_nothing_is_left_in_english(words: str, form: str, folder: Path, allowed: set[str]) -> None:
    with speaking_pseudo():
        text = shown(words, form, folder)
    assert len(re.findall("[а-щ]", text)) > 20
    assert missed(text, allowed) == []


def test_what_is_missed_is_seen(allowed: set[str]) -> None:
    assert missed("тее Hello on 2026-09-30: 1,322", allowed) == ["Hello", "2026-09-30", "1,322"]
    assert missed("`Hello` --by team HubSpot deals.csv win_rate 1·322", allowed) == []


@pytest.mark.parametrize("words", ["report deals.csv --kpi revenue,win_rate", "rows win_rate deals.csv", "kpis"])
@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_programs_read_is_english(words: str, form: str, folder: Path) -> None:
    asked = (*words.split(), "--format", form)
    plain = invoke(*asked, cwd=folder)
    with speaking_pseudo():
        assert invoke(*asked, "--lang", PSEUDO, cwd=folder).stdout == plain.stdout
    assert plain.stdout
    if form == "json":
        json.loads(plain.stdout)


def test_an_answer_is_english_and_can_be_said_otherwise() -> None:
    with speaking_pseudo():
        held = told(Message("period_on_day", day="2026"))
        assert held == "on 2026"
        assert retold(held) == pseudo("on 2026")
        assert phrase("fact_period", period=held) == f"{pseudo('period ')}{pseudo('on ')}2026"
        assert retold("on 2026") == "on 2026"


# --- from the right ---


def balanced(text: str) -> bool:
    first, last = tuple(ISOLATES)
    depth = 0
    for char in text:
        depth += (char == first) - (char == last)
        if depth < 0:
            return False
    return not depth


@pytest.mark.parametrize("form", ["table", "md", "mail"])
def test_names_and_numbers_are_kept_together_in_a_language_from_the_right(form: str, folder: Path) -> None:
    with speaking_pseudo(FROM_RIGHT):
        text = shown("report deals.csv --period 2025-Q1", form, folder, FROM_RIGHT)
    first, last = tuple(ISOLATES)
    assert all(map(balanced, text.splitlines()))
    assert f"{first}HubSpot{last}" in text
    assert f"{first}2025-Q1{last}" in text
    assert re.search(f"{first}[\\d·٫]+ – [\\d·٫]+ %{last}", text)
    assert "\\u206" not in text
    assert not re.search(f"`[^`\\n]*[{ISOLATES}][^`\\n]*`", text)


def test_a_page_of_a_language_from_the_right_is_turned(folder: Path) -> None:
    with speaking_pseudo(FROM_RIGHT):
        for name in ("o.html", "o.xlsx", "o.eml"):
            invoke("losses", "deals.csv", "--lang", FROM_RIGHT, "-o", name, cwd=folder)
    page = (folder / "o.html").read_text("utf-8")
    assert '<html lang="ar" dir="rtl">' in page
    assert '<bdi dir="ltr">' in page
    with ZipFile(folder / "o.xlsx") as book:
        assert not re.search(f'<sheet name="[^"]*[{ISOLATES}]', book.read("xl/workbook.xml").decode())
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        styles = book.read("xl/styles.xml").decode()
    assert 'readingOrder="2"' in styles  # or a text that begins with a number is read from the left
    assert 'horizontal="left"' not in styles
    assert sheets
    assert all('rightToLeft="1"' in sheet for sheet in sheets)
    mail = message_from_bytes((folder / "o.eml").read_bytes(), policy=policy.default)
    body = mail.get_body(("html",))
    assert body is not None
    assert '<html lang="ar" dir="rtl">' in body.get_content()


def test_signs_of_direction_in_data_cannot_reach_beyond_their_place() -> None:
    with speaking_pseudo(FROM_RIGHT):
        said = phrase("fact_period", period="a\u2069\u2069\u2068b\u202e")
    assert balanced(said)
    assert said.count(ISOLATES[0]) == 1


def test_a_unit_from_the_right_stands_behind_its_number() -> None:
    with speaking("ar"):
        made = amount(-36.5, "days")
    assert made.startswith(f"{ISOLATES[0]}-36.5{ISOLATES[1]}")


# --- East Asia ---

CHINESE = "共有三笔商机，其中两笔已经赢单；另一笔仍在进行中。"


@pytest.mark.parametrize("width", [9, 10, 14, 21])
def test_a_line_of_chinese_breaks_between_signs_and_never_before_a_mark(width: int) -> None:
    lines = wrap(CHINESE, width)
    assert "".join(lines) == CHINESE
    assert max(map(cell_len, lines)) <= width
    assert min(map(cell_len, lines[:-2])) >= width - 3
    assert not any(line[0] in "，；。" for line in lines)


def test_what_is_typed_stays_whole_between_chinese() -> None:
    assert wrap("请先打开文件`deals.csv`再继续。", 16) == ["请先打开文件", "`deals.csv`再", "继续。"]


def test_isolates_begin_anew_on_the_next_line() -> None:
    first, last = tuple(ISOLATES)
    lines = wrap(f"{first}one two three four{last} five", 9)
    assert len(lines) > 1
    assert all(map(balanced, lines))
    assert [re.sub(f"[{ISOLATES}]", "", line) for line in lines] == wrap("one two three four five", 9)


def test_columns_stand_below_one_another_whatever_is_in_them() -> None:
    columns = (Column("名称", Kind.LABEL), Column("金额", Kind.NUMBER), Column("备注"))
    cells = [("华东区李娜", "1,234", "好"), ("abc", "5", "ok"), ("é\u0301", "77", "\u0645")]
    table = Table(columns, tuple(Row(tuple(map(Cell, row))) for row in cells))
    lines = write(Document((table,)), Screen(60)).splitlines()
    ends = {
        cell_len(line[: line.index(number) + len(number)])
        for line, (_, number, _) in zip(lines[1:], cells, strict=True)
    }
    assert len(ends) == 1


@pytest.mark.parametrize("tag", [tag for tag in LANGUAGES if tag != "en"])
def test_a_report_of_a_language_fits_a_terminal(tag: str, folder: Path) -> None:
    env = {"COLUMNS": "80", "HOME": "/nonexistent"}
    done = invoke("report", "deals.csv", "--lang", tag, cwd=folder, env=env)
    wide = [line for line in done.stdout.splitlines() if cell_len(line) > 80]
    assert wide == []
