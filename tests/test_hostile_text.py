"""Text of others is harmless in every format, from wherever it comes: terminal, CSV, JSON, Markdown, HTML and TOML."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
import zipfile
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from in_process import invoke
from salesmetrics.render.text import one_line
from salesmetrics.render.visible import visible
from salesmetrics.render.write_csv import write_rows
from salesmetrics.render.write_json import dumps
from salesmetrics.render.write_markdown import bullets, code, paragraphs, prose, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from markdown_it.token import Token

HOSTILE = [
    "\x1b]52;c;aGk=\x07",
    "\x1b[2J\x1b[31mred",
    "\x9b31m C1 \x85 \x90q",
    "\x7f\x08\x0c",
    "\u202egnp.exe",
    "\u2066in\u2069 \u202dout\u202c",
    "a\u2028b\u2029c",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/p.png)",
    "https://evil.example/?q=1",
    "www.evil.example",
    "someone@evil.example",
    "@octocat and @org/team",
    "odd ` one",
    "```<img src=x>`",
    "``` fence",
    "=1+1",
    "＝1+1",
    " =1+1",
    "@SUM(A1)",
    "-1+cmd|'/C calc'!A0",
    "| a | b |",
    "# heading",
    "- item",
    "1. item",
    "&lt;b&gt; &#64;octocat",
    "$x^2$ and $y$",
    "**bold** _it_ ~~gone~~",
    "\\| \\`x\\`",
    "*",
    "^.*$",
    "{x}",
    "%s %(x)s",
]

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
FORMULA = tuple("=+-@＝＋－＠\t\r")
NUMBER = re.compile(r"-?[0-9.]+")


def harmless_text(text: str) -> None:
    found = CONTROL.search(text)
    assert found is None, repr(text[max(found.start() - 60, 0) : found.end() + 20])


def harmless_csv(text: str) -> None:
    assert CONTROL.search(text.replace("\r", "")) is None
    for row in csv.reader(io.StringIO(text, newline="")):
        for cell in row:
            assert NUMBER.fullmatch(cell) or not cell.strip(" ").startswith(FORMULA), cell


def harmless_json(text: str) -> None:
    harmless_text(text)
    json.loads(text)


INERT = {"paragraph", "heading", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td"}
INERT |= {"text", "code_inline", "strong", "inline", "softbreak", "fence", "text_special"}


def tokens(markdown: str) -> Iterator[Token]:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for token in reader.parse(markdown):
        yield token
        yield from token.children or []


def harmless_markdown(text: str) -> None:
    harmless_text(text)
    prose_of = ""
    for token in tokens(text):
        assert token.type.removesuffix("_open").removesuffix("_close") in INERT, (token.type, token.content)
        prose_of += token.content if token.type in {"text", "text_special"} else " "
    assert not re.search(r"@\w|://|www\.", prose_of)


class _Tags(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "img", "iframe", "link", "base", "object", "embed", "form", "input", "button"}
        for name, value in attrs:
            assert not name.startswith("on")
            assert name not in {"style", "src"}
            assert name != "href" or (value or "").startswith("#")


def harmless_html(text: str) -> None:
    harmless_text(text)
    _Tags().feed(text)
    assert "<script" not in text.lower()


def harmless_toml(text: str) -> None:
    harmless_text(text)
    tomllib.loads(text)


HARMLESS = {
    "table": harmless_text,
    "csv": harmless_csv,
    "json": harmless_json,
    "md": harmless_markdown,
    "html": harmless_html,
    "toml": harmless_toml,
}


def quoted(cells: Sequence[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\r\n"


PATTERNS = ["*", "^.*$", "^a.*$", "{y}"]
"""Headers that a library could take for a pattern over the names of columns."""


def export(hostile: Sequence[str]) -> str:
    header = [
        "id",
        "deal name",
        "stage",
        "amount",
        "currency",
        "created",
        "closed",
        "owner",
        "x\x1b]52;c;y\x07",
        "<b>@z",
        *PATTERNS,
    ]
    lines = [quoted(header)]
    for number, text in enumerate(hostile):
        stage = ("Closed Won", "Closed Lost", text)[number % 3]
        # Deals of a stage that nobody knows are open ones: else no outcome would be known.
        is_open = number % 3 == 2
        currency = text if number % 7 == 0 else "EUR"
        amount = text if number % 11 == 5 else str(100 + number)
        closed = "" if is_open else f"2026-0{1 + number % 6}-{10 + number % 9}"
        lines.append(quoted([f"d{number}{text}", text, stage, amount, currency, "2026-01-01", closed, *[text] * 7]))
    return "".join(lines)


SETTINGS = r"""
[stages]
won = ["Closed Won", "\u001b]52;c;x\u0007"]

[goals]
revenue = {goal = ">= 5", owner = "@octocat\u001b[2J", note = "<img src=x onerror=alert(1)> `odd"}

[kpi.hostile]
expression = "won_deals + lost_deals"
title = "=1+1 \u001b]52;c;x\u0007 [x](javascript:alert(1))\n@octocat"
description = "<script>alert(1)</script> \u202egnp `odd | https://evil.example"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports whose every text is hostile."""
    place = tmp_path_factory.mktemp("hostile")
    (place / "salesmetrics.toml").write_text(SETTINGS, "utf-8")
    (place / "deals \x1b]52;c;x\x07 @octocat `<img src=x>\u202e.csv").write_text(export(HOSTILE), "utf-8")
    (place / "later").mkdir()
    # The same deals with the next text in the place of each: other names, owners and stages.
    later = export([*HOSTILE[1:], HOSTILE[0]])
    for number, (old, new) in enumerate(zip(HOSTILE, [*HOSTILE[1:], HOSTILE[0]], strict=True)):
        later = later.replace(quoted([f"d{number}{new}"])[:-2], quoted([f"d{number}{old}"])[:-2], 1)
    (place / "later" / "x\x1b[2J @octocat <b> 2027-01-01.csv").write_text(later, "utf-8")
    with zipfile.ZipFile(place / "bag.zip", "w") as archive:
        archive.writestr("in\x1b[2J <b>@octocat \u202e`.csv", export([f"z{text}" for text in HOSTILE]))
    return place


FILES = ["deals *.csv"]
RUNS = [
    *((("report", *FILES), form) for form in ("table", "csv", "json", "md")),
    *(
        (("report", *FILES, "--by", "owner", "--kpi", "revenue,hostile"), form)
        for form in ("table", "csv", "json", "md")
    ),
    (("report", *FILES, "--by", "x\x1b]52;c;y\x07,<b>@z", "--kpi", "revenue"), "md"),
    *((("report", *FILES, "--by", name, "--kpi", "revenue"), "md") for name in ("^a.*$", "{y}")),
    (("report", *FILES, "--map", "owner=^.*$", "--by", "owner", "--kpi", "revenue"), "csv"),
    (("report", *FILES, "--every", "month", "--kpi", "hostile,revenue"), "md"),
    *(((command, "leads=deals *.csv"), "table") for command in ("report", "check", "inspect")),
    (("report", "leads=deals *.csv", "--by", "owner"), "md"),
    (("report", "bag.zip"), "table"),
    (("report", "bag.zip"), "md"),
    *((("check", *FILES), form) for form in ("table", "csv", "json", "md")),
    (("check", *FILES, "--github"), "table"),
    (("check", "bag.zip"), "table"),
    *((("inspect", *FILES), form) for form in ("table", "json", "md")),
    (("inspect", "bag.zip"), "table"),
    *((("rows", "revenue", *FILES), form) for form in ("table", "csv", "json", "md")),
    *((("trend", "hostile", *FILES), form) for form in ("table", "csv", "json", "md")),
    (("trend", "revenue", *FILES, "--by", "owner"), "md"),
    *((("compare", *FILES, "later/*.csv"), form) for form in ("table", "csv", "json", "md")),
    *((("compare", *FILES, "later/*.csv", "--by", "owner"), form) for form in ("table", "csv", "md")),
    *((("compare", *FILES, "later/*.csv", "--rows", "start"), form) for form in ("table", "csv", "md")),
    *((("funnel", *FILES), form) for form in ("table", "csv", "json", "md")),
    *((("benchmark", *FILES, "--by", "owner"), form) for form in ("table", "csv", "json", "md")),
    *((("cohort", *FILES, "--by", "owner"), form) for form in ("table", "csv", "json", "md")),
    *((("forecast", *FILES, "--by", "owner", "--period", "2027-Q1"), form) for form in ("table", "csv", "json", "md")),
    *((("losses", *FILES, "--by", "owner"), form) for form in ("table", "csv", "json", "md")),
    *((("explain", "revenue", *FILES), form) for form in ("table", "json", "md")),
    (("explain", "hostile", *FILES), "table"),
    *((("explain", "hostile"), form) for form in ("table", "csv", "json", "md")),
    *((("kpis", "--family", "custom"), form) for form in ("table", "csv", "json", "md")),
    *((("config", "show"), form) for form in ("table", "json", "md")),
    *(
        (words, "html")
        for words in (
            ("report", *FILES),
            ("report", *FILES, "--by", "owner", "--kpi", "revenue,hostile"),
            ("check", *FILES),
            ("inspect", *FILES),
            ("rows", "revenue", *FILES),
            ("trend", "revenue", *FILES, "--by", "owner"),
            ("compare", *FILES, "later/*.csv", "--by", "owner"),
            ("funnel", *FILES, "--by", "owner"),
            ("benchmark", *FILES, "--by", "owner"),
            ("cohort", *FILES, "--by", "owner"),
            ("forecast", *FILES, "--by", "owner", "--period", "2027-Q1"),
            ("losses", *FILES, "--by", "owner"),
            ("explain", "hostile", *FILES),
            ("kpis", "--family", "custom"),
            ("config", "show"),
        )
    ),
]


@pytest.mark.parametrize(("words", "form"), RUNS)
def test_no_text_of_an_export_or_of_settings_is_live(folder: Path, words: tuple[str, ...], form: str) -> None:
    done = invoke(*words, "--format", form, cwd=folder)
    assert done.returncode in {0, 1}, done.stderr
    harmless_text(done.stderr)
    HARMLESS[form](done.stdout)
    assert "hostile" in done.stdout or len(done.stdout) > 300


def test_a_settings_file_that_is_written_is_one(folder: Path) -> None:
    done = invoke("init", *FILES, "-o", "-", cwd=folder)
    assert done.returncode == 0
    harmless_toml(done.stdout)


def test_rejected_rows_are_harmless_too(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "rejects.csv"
    invoke("check", *FILES, "--rejects", str(target), cwd=folder)
    assert target.read_text("utf-8").count("\n") > 2
    harmless_csv(target.read_text("utf-8"))


def test_colours_are_the_only_escapes(folder: Path) -> None:
    done = invoke("report", *FILES, "--by", "owner", "--color", "always", cwd=folder)
    assert "\x1b[1m" in done.stdout
    harmless_text(re.sub("\x1b\\[[0-9;]*m", "", done.stdout))
    assert "\x1b[31mred" not in done.stdout


X = "\x1b]52;c;x\x07\u202e\x9b"
OPTIONS = "where kpi by family period as-of map goal encoding delimiter profile timezone currency max-age date-order "
OPTIONS += "decimal compare every level min-n format color config rejects output unknown"


@pytest.mark.parametrize("option", OPTIONS.split())
@pytest.mark.parametrize("value", [X, f"a={X}", f"revenue >= {X}", "\udcff"])
def test_a_value_that_cannot_be_used_is_shown_harmlessly(folder: Path, option: str, value: str) -> None:
    done = invoke("report", *FILES, f"--{option}", value, "--kpi", "revenue", cwd=folder)
    assert done.returncode in {0, 2}, done.stderr
    harmless_text(done.stderr)


@pytest.mark.parametrize(
    "words",
    [
        (X,),
        ("report", f"{X}.csv"),
        ("report", f"{X}*.csv"),
        ("report", f"{X}=deals.csv"),
        ("report", "\udcff.csv"),
        ("rows", X, *FILES),
        ("trend", X, *FILES),
        ("explain", X),
        ("kpis", "--search", X),
        ("config", "show", "--config", X),
        ("init", *FILES, "-o", f"/nowhere/{X}"),
    ],
)
def test_a_word_that_cannot_be_used_is_shown_harmlessly(folder: Path, words: tuple[str, ...]) -> None:
    done = invoke(*words, cwd=folder)
    assert done.returncode in {0, 2}, done.stderr
    harmless_text(done.stderr + done.stdout)


@pytest.mark.parametrize(
    "text",
    [
        '[report]\n"\\u001b]52;c;x\\u0007" = 1\n',
        '[report]\nby = "\\u001b]52;c;x\\u0007"\n',
        '[report]\nwhere = "\\u001b]52;c;x\\u0007"\n',
        '[report]\nperiod = "\\u202e"\n',
        '[goals]\n"\\u001b[2J" = ">= 5"\n',
        '[kpi."\\u001b[2J"]\nexpression = "x"\n',
        "[report\x1b[2J]\n",
    ],
)
def test_a_settings_file_that_cannot_be_used_is_shown_harmlessly(folder: Path, tmp_path: Path, text: str) -> None:
    settings = tmp_path / "other.toml"
    settings.write_text(text, "utf-8")
    done = invoke("report", str(folder / "bag.zip"), "--config", str(settings), cwd=folder)
    assert done.returncode == 2
    harmless_text(done.stderr)


ANY = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("`\\*_[]<>|~#$@&:/-+=. \n\x1b\x9b\u202e"))


@given(st.lists(ANY, min_size=1, max_size=3))
def test_any_text_is_inert_in_markdown(texts: list[str]) -> None:
    rows = [[one_line(text) for text in texts]]
    parts = [
        table(rows[0], rows, left=()),
        bullets(texts),
        bullets(map(prose, texts)),
        bullets(map(code, texts)),
        *texts,
    ]
    for part in parts:
        harmless_markdown(paragraphs([part]))
    made = [token.type for token in tokens(table(rows[0], rows, left=()))]
    assert made.count("td_open") == len(texts)


@given(ANY)
def test_any_text_is_harmless_and_the_same_when_it_is_read_back(text: str) -> None:
    made = dumps({"text": text, text: "key"})
    harmless_json(made)
    assert json.loads(made)["text"] == text
    harmless_csv(write_rows([text], [[text]]))
    harmless_text(visible(text))


ORDINARY = [
    "Zoë O'Hara",
    "李娜 (北京)",
    "Déjà vu 50 %",
    "نور",
    "שלום",
    "हिन्दी",
    "👩‍👩‍👧",
    "R&D / Ops",
    "1,234.50",
    "a_b",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == one_line(text) == text
    assert next(csv.reader(io.StringIO(write_rows([text], [])))) == [text]
    assert f'"{text}"' in dumps({"text": text})
    assert paragraphs([text]) == text.replace("_", "\\_")


def test_a_segment_that_is_called_like_another_row_stands_in_quotes(tmp_path: Path) -> None:
    owners = ["total", "Ann", ""]
    rows = [
        f"{n},{owner},100,2025-01-0{n},2025-02-0{n},{'Won' if n % 2 else 'Lost'}" for n, owner in enumerate(owners, 1)
    ]
    text = "\n".join(["deal_id,owner,amount,created_date,closed_date,stage", *rows, ""])
    (tmp_path / "deals.csv").write_text(text, "utf-8")
    done = invoke("report", "deals.csv", "--by", "owner", "--kpi", "win_rate", cwd=tmp_path, env={"COLUMNS": "120"})
    shown = re.findall(r"^(\S+) +\d+\.\d %", done.stdout, re.MULTILINE)
    assert (shown[0], sorted(shown[1:])) == ("total", sorted(["Ann", '"total"', "(blank)"]))
