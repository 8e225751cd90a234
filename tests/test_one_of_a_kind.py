"""Numbers and their nouns agree: one row is no "1 rows", and no "1 row are"."""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from in_process import invoke
from salesmetrics.messages.findings import FINDINGS, message

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = r"[+,.\d]*[df]|,"
LIST = r"`?(and\+?|or\+?|[,;/])`?( .*)?"
PLURALS = (
    r"rows|deals|leads|activities|messages|invoices|notes|quotas|costs|customers|products|scores|stages|bytes|copies"
)
SHARES = rf"(?<![\d.,/-])\b1 (?!of\b|more\b|min\b|ms\b)(?:(?:[a-z]+ ){{0,2}}({PLURALS})|\w+s)\b"
VERBS = r"(?<!of )\b1 (?:[a-z-]+ ){1,2}(are|have|count|carry|end|share|hold|last|were|do|name|add|close|repeat|need)\b"


def specs(template: str) -> list[tuple[str, str]]:
    """The details of a template with the form of each, those inside the form of another among them."""
    named = [(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name]
    return named + [inner for _, spec in named for inner in specs(spec)]


def example(forms: list[str]) -> object:
    """A value that all forms of a detail can write."""
    if any(re.fullmatch(LIST, form) and form != "," for form in forms):
        return ("7", "8")
    return 7 if any("|" in form or re.fullmatch(NUMBER, form) for form in forms) else "7"


@pytest.mark.parametrize("code", FINDINGS)
def test_a_finding_on_one_row_is_in_the_singular(code: str) -> None:
    forms: dict[str, list[str]] = {}
    for name, form in specs(FINDINGS[code][0]):
        forms.setdefault(name, []).append(form)
    details = {name: example(of_name) for name, of_name in forms.items()}
    text = message(code, {**details, "kind": "deals", "path": "x.csv", "column": "C", "count": 1})
    assert not re.search(SHARES, text), text
    assert not re.search(VERBS, text), text


def write(folder: Path, name: str, *lines: str) -> str:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def test_where_no_date_tells_neither_file_is_called_the_newest(tmp_path: Path) -> None:
    jan = write(tmp_path, "jan.csv", "Deal ID,Deal Name,Amount,Stage", "1,Oak,100,Closed Won", "2,Elm,200,Proposal")
    feb = write(tmp_path, "feb.csv", "Record ID;Deal Name;Amount;Stage", "1;Oak;150;Closed Won", "3;Ash;200;Proposal")
    for files in ((jan, feb), (feb, jan)):
        done = invoke("report", *files, cwd=tmp_path)
        assert "1 id is in both with different values" in done.stderr
        assert "no date shows which is newer" in done.stderr
        assert "newest" not in done.stderr
        for name in files:
            assert f"`salesmetrics report deals={name}`" in done.stderr
            assert invoke("report", f"deals={name}", cwd=tmp_path).returncode == 0


def test_where_a_date_tells_the_newest_is_named_in_any_order(tmp_path: Path) -> None:
    old = write(tmp_path, "a.csv", "Lead ID,Company,Status,Created", "1,Oak,New,2026-01-05", "2,Elm,New,2026-01-06")
    new = write(tmp_path, "b.csv", "Lead ID,Company,Status,Created", "1,Oak,Lost,2026-01-05", "3,Ash,New,2026-02-06")
    for files in ((old, new), (new, old)):
        done = invoke("report", *files, cwd=tmp_path)
        assert "report only the newest file: `salesmetrics report leads=b.csv`" in done.stderr


def test_one_row_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "Deal ID,Deal Name,Amount,Stage,Close Date", "1,Oak,100,Closed Won,2026-01-05")
    assert "1 row read, 1 used" in invoke("check", path, cwd=tmp_path).stdout
