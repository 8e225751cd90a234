"""Mails: a message that mail programs read, with the same numbers in both of its parts, and nothing that clients strip."""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
from decimal import Decimal
from email import policy
from html.parser import HTMLParser
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pytest

from browser import MADE, page_named
from in_process import invoke
from salesmetrics.render.document import Bar, Cell, Column, Heading, Kind, Row, Step, Table, Text, Tone, Whisker
from salesmetrics.render.page import Fold, Page, Section, Tile, Tiles, Words
from salesmetrics.render.write_mail import COLOURS, MOST_BYTES, write
from salesmetrics.render.writers import Screen
from test_hostile_text import HOSTILE, harmless_text
from typed_commands import TYPED

if TYPE_CHECKING:
    from email.message import EmailMessage

    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
DEALS = "examples/deals.csv"

ATTRIBUTES = {
    *("align", "valign", "width", "cellpadding", "cellspacing", "border", "bordercolor", "bgcolor", "colspan"),
    *("color", "face", "size", "charset", "lang"),
}
"""What mail clients keep."""
ELEMENTS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "body",
        "table",
        "tr",
        "td",
        "th",
        "font",
        "b",
        "br",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
    ),
    *("ul", "li", "code", "wbr"),
}
EMPTY = {"meta", "br", "wbr"}
BREAKS = {"td", "th", "br", "p", "li", "h1", "h2", "h3", "h4"}
"""Elements before which there is a break."""


class Tables(HTMLParser):
    """The rows of all innermost tables, the text of a page, and what stands in it that no client keeps."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.cells: list[list[str]] = []
        self.open: list[str] = []
        self.text = ""
        self.odd: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.odd += [tag] if tag not in ELEMENTS else []
        self.odd += [f"{tag} {name}" for name, _ in attributes if name not in ATTRIBUTES]
        self.text += " " if tag in BREAKS else ""
        if tag not in EMPTY:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "br" and self.rows and self.rows[-1]:
            self.rows[-1][-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY and self.open.pop() != tag:
            self.odd.append(f"</{tag}> in the wrong place")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def opened(data: bytes) -> tuple[EmailMessage, str, Tables]:
    """A mail, its text and its HTML part."""
    message = email.message_from_bytes(data, policy=policy.default)
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert [text.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
    assert not message.defects + text.defects + html.defects
    return message, text.get_content(), Tables(html.get_content())


def html_of(data: bytes) -> str:
    _, html = email.message_from_bytes(data, policy=policy.default).iter_parts()
    return str(html.get_content())


def is_sound(data: bytes) -> tuple[EmailMessage, str, Tables]:
    """A mail that every client takes: short lines, short headers, plain parts."""
    assert max(map(len, data.splitlines())) <= 78
    assert data.isascii()
    message, text, html = opened(data)
    assert set(message.keys()) == {"Subject", "MIME-Version", "Content-Type"}
    assert html.odd == []
    assert html.open == []
    harmless_text(text)
    harmless_text(html.text)
    return message, text, html


def flat(text: str) -> str:
    """Text without a difference between its blanks and breaks."""
    return " ".join(text.split())


def mail(*words: str) -> bytes:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    done = invoke(*words, "--quiet", "--format", "mail", cwd=ROOT, env=env)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.encode()


# --- every command ---

COMMANDS = [
    f"{command} {words[0]}".split()
    for command, words in TYPED.items()
    if command not in {"config show", "config schema", "schema", "init", "kpis", "demo", "help"}
]
NUMBER = re.compile(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?")


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_both_parts_of_every_command_have_the_same_numbers(words: list[str]) -> None:
    _, text, html = is_sound(mail(*words))
    told = NUMBER.findall(flat(text))
    shown = NUMBER.findall(flat(html.text))
    assert len(told) > 3
    if words[0] == "inspect":  # of a list that is counted, plain text names as many as fit on a line
        shown = [number for number in shown if number in told]
    assert sorted(set(shown)) == sorted(set(told))
    assert max(map(len, text.splitlines())) <= 76 or "salesmetrics " in max(text.splitlines(), key=len)


def _is(text: str, exact: Decimal) -> bool:
    """Whether a cell begins with a number, to its last digit."""
    found = NUMBER.match(text.strip())
    if found is None:
        return False
    shown = found[0].replace(",", "")
    return abs(Decimal(shown) - exact) <= Decimal(1).scaleb(-len(shown.partition(".")[2])) / 2


def test_numbers_are_those_of_the_json() -> None:
    words = ("report", DEALS, "--period", "last-quarter", "--compare", "previous")
    _, _, html = opened(mail(*words))
    done = invoke(*words, "--quiet", "--format", "json", cwd=ROOT)
    metrics = {metric["title"]: metric for metric in json.loads(done.stdout)["metrics"]}
    compared = 0
    for title, metric in metrics.items():
        if metric["value"] is None or metric["reason"]:
            continue
        exact = Decimal(str(metric["value"])) * (100 if metric["unit"] == "ratio" else 1)
        pairs = zip(html.rows, [*html.rows[1:], []], strict=True)  # a row, and the one with what stands below it
        rows = [[*row, *below] for row, below in pairs if row[:1] == [title] and row[1:] and _is(row[1], exact)]
        interval = metric["interval"]
        if not rows:
            continue
        compared += 1
        if interval is not None and metric["unit"] == "ratio":
            low, high = (f"{100 * interval[end]:.1f}" for end in ("low", "high"))
            assert any(f"{low} – {high} %" in flat(" ".join(cells)) for cells in rows), title
    assert compared >= 0.6 * len(metrics)


def test_the_same_bytes_twice_and_the_default_report_is_far_from_what_gmail_cuts() -> None:
    words = ("report", DEALS, "examples/stages.csv", "examples/leads.csv", "examples/quotas.csv")
    first, second = mail(*words), mail(*words)
    assert first == second
    assert len(html_of(first).encode()) <= MOST_BYTES < 102_000


# --- any page ---


def page_of(*blocks: object, title: str = "deals.csv", period: str = "") -> Page:
    return Page(title, ("a fact",), blocks, period=period)  # type: ignore[arg-type]


def made(page: Page) -> tuple[EmailMessage, str, Tables]:
    return is_sound(write(page, Screen()))


def table(n: int, name: str = "Rep") -> Table:
    columns = (Column("rep", Kind.LABEL), Column("won", Kind.VALUE))
    rows = [Row((Cell(f"{name} {i}"), Cell(str(1000 + i)))) for i in range(n)]
    return Table(columns, (*rows, Row((Cell("total"), Cell("77")), total=True)))


def test_the_subject_is_the_title_and_the_period() -> None:
    assert made(page_of(period="2026-Q3"))[0]["Subject"] == "deals.csv: 2026-Q3"
    assert made(page_of())[0]["Subject"] == "deals.csv"


def test_sentences_come_first_then_tiles_two_per_row() -> None:
    tiles = Tiles(tuple(Tile(f"KPI {i}", Cell(f"{i}.5 %"), f"n {i}", Cell(f"up {i}", Tone.GOOD)) for i in range(3)))
    _, text, html = made(page_of(Heading("then"), Text("the rest"), tiles, Words(("First of all.",))))
    for part in (text, html.text):
        places = [part.index(found) for found in ("First of all.", "KPI 0", "2.5 %", "then", "the rest")]
        assert places == sorted(places)
    assert [len(row) for row in html.rows if any("KPI" in cell for cell in row)][-2:] == [2, 2]


def test_long_tables_say_what_is_left_out_and_keep_their_total() -> None:
    _, text, html = made(page_of(table(60)))
    for part in (flat(text), flat(html.text)):
        assert "25 of 61 rows" in part
        assert part.count("run the same command with") == 1
        assert "1023" in part
        assert "1024" not in part
        assert "77" in part


def test_folded_parts_are_left_out_and_a_line_says_where_they_are() -> None:
    _, text, html = made(page_of(Text("all"), Fold("Definitions", (Text("a long story"),))))
    _, whole, _ = made(page_of(Text("all")))
    for part in (flat(text), flat(html.text)):
        assert "For all rows, drawings and definitions, run the same command with" in part
        assert "a long story" not in part
    assert "run the same command" not in whole


def test_a_page_without_end_is_cut_where_it_says() -> None:
    sections = [Section(f"s{i}", f"Part {i}", (table(30, "x" * 40),)) for i in range(400)]
    data = write(page_of(*sections), Screen())
    _, text, html = is_sound(data)
    assert MOST_BYTES * 0.9 < len(html_of(data).encode()) <= MOST_BYTES
    last = max(i for i in range(400) if f"\nPart {i}\n" in text)
    for one in (flat(text), flat(html.text)):
        assert "6 of 31 rows" in one
        assert f"not in this mail: Part {last + 1}, Part {last + 2}" in one


def test_a_long_word_breaks_and_is_whole_again() -> None:
    columns = (Column("file", Kind.LABEL), Column("key", Kind.CODE))
    data = write(page_of(Table(columns, (Row((Cell("deals.csv"), Cell("0123456789abcdeX" * 4))),))), Screen())
    assert "0123456789abcdeX" * 4 in is_sound(data)[2].text
    assert "0123456789abcdeX<wbr>" * 3 + "0123456789abcdeX" in html_of(data)


def test_drawings_of_intervals_are_left_to_their_numbers() -> None:
    columns = (Column("owner", Kind.LABEL), Column("rate", Kind.VALUE), Column("drawn", Kind.MARK, widest=20))
    rows = (Row((Cell("Ann"), Cell("40 %"), Cell(mark=Whisker((0, 1), 0.4, 0.2, 0.6)))),)
    _, text, html = made(page_of(Table(columns, rows)))
    assert "drawn" not in text + html.text


def test_bars_are_cells_whose_widths_add_up() -> None:
    columns = (Column("reason", Kind.LABEL), Column(kind=Kind.MARK, widest=12), Column("n", Kind.VALUE))
    marks = [Bar(3, 4), Bar(0, 4), Bar(9, 4), Step((-10, 10), -5, 5, Tone.BAD), Step((0, 1), 1, 1)]
    marks += [Bar(-3, 6, -4), Bar(3, 6, -4), Bar(0, 6, -4), Bar(-2, 0, -4)]
    rows = tuple(Row((Cell("a"), Cell(mark=mark), Cell("1"))) for mark in marks)
    html = html_of(write(page_of(Table(columns, rows)), Screen()))
    bars = re.findall(r'<table width="100%" cellpadding="0".*?</table>', html)
    widths = [[int(width) for width in re.findall(r'<td width="(\d+)%"', bar)] for bar in bars]
    assert widths == [[75, 25], [100], [100], [25, 50, 25], [99, 1], [10, 30, 60], [40, 30, 30], [40, 1, 59], [50, 50]]
    assert all(sum(own) == 100 for own in widths)


def _has_arial() -> bool:
    """Whether texts in Arial are as wide as with its readers: what stands in its place on a bare machine is a seventh wider."""
    found = (
        subprocess.run(["fc-match", "Arial"], capture_output=True, text=True, check=False)
        if which("fc-match")
        else None
    )
    return found is None or re.search("arial|liberation|arimo", found.stdout, re.IGNORECASE) is not None


@pytest.mark.skipif(not _has_arial(), reason="no font as wide as Arial is installed: fonts-liberation")
@pytest.mark.parametrize("name", ["report", *MADE])
def test_a_mail_is_as_wide_as_a_phone_and_asks_for_nothing(chromium: Browser, name: str) -> None:
    html = html_of(mail("report", DEALS) if name == "report" else write(page_named(name), Screen()))
    asked: list[str] = []
    for width in (360, 600):
        tab = chromium.new_page(viewport={"width": width, "height": 900})
        tab.on("request", lambda request: asked.append(request.url))
        tab.set_content(html)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.close()
    assert asked == []


# The text of a mail has no ground of its own: it has to read on any that a client chooses.
@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
def test_colours_of_text_stand_out_from_a_light_and_a_dark_ground(ground: str) -> None:
    template = (ROOT / "src" / "salesmetrics" / "render" / "templates" / "mail.html").read_text("utf-8")
    colours = {*COLOURS.values(), *re.findall(r'size="1" color="(#\w+)"', template)}
    assert len(colours) == 4
    assert all(contrast(colour, ground) > 4.1 for colour in colours)


def contrast(one: str, other: str) -> float:
    """Of two colours, as WCAG has it."""
    light, dark = sorted(map(_luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# --- text of others ---


def test_hostile_text_is_harmless_in_headers_and_parts(tmp_path: Path) -> None:
    rows = "".join(
        f'{n},"{text.replace(chr(34), chr(34) * 2)}",Closed Won,10,2026-01-01,2026-02-01\n'
        for n, text in enumerate(HOSTILE)
    )
    path = tmp_path / "x\nBcc: all@evil.example\r\n\r\n<script>.csv"
    path.write_text(f"Deal ID,Owner,Deal Stage,Amount,Created Date,Close Date\n{rows}", "utf-8")
    message, text, html = is_sound(mail("report", str(path), "--by", "owner", "--kpi", "won_deals"))
    assert set(message.keys()) == {"Subject", "MIME-Version", "Content-Type"}
    assert "\n" not in message["Subject"]
    for part in (flat(text), flat(html.text)):
        assert "<script>alert(1)</script>" in part
    message, *_ = made(page_of(*map(Text, HOSTILE), title="\n".join(HOSTILE), period="\r\nTo: x\r\n\r\nbody"))
    assert message["To"] is None
    assert "To: x body" in message["Subject"]
    assert "<script>" in message["Subject"]
