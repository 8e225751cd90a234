"""The first screen at fixed sizes: what fits, in which order it gives way, and that the headline numbers stay in sight."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from in_process import invoke
from salesmetrics.render.fit import widest

if TYPE_CHECKING:
    from golden_file import Golden

ROOT = Path(__file__).parents[1]
DEALS = "examples/deals.csv"
SIZES = ((80, 24), (80, 40), (120, 40), (200, 60))
SCREENS = {
    "deals": ("report", DEALS),
    "folder": ("report", "examples"),
    "compared": ("report", DEALS, "--period", "last-quarter", "--compare", "previous"),
    "by_owner": ("report", DEALS, "--by", "owner"),
    "by_owner_compared": ("report", DEALS, "--by", "owner", "--period", "this-quarter", "--compare", "previous"),
    "by_account": ("report", DEALS, "--by", "account"),
    "one_kpi": ("report", DEALS, "--kpi", "win_rate"),
    "family": ("report", DEALS, "--family", "pipeline"),
    "trend": ("trend", "win_rate", DEALS, "--every", "week"),
    "inspect": ("inspect", DEALS),
    "inspect_folder": ("inspect", "examples"),
    "check": ("check", "examples"),
    "rows": ("rows", "lost_deals", DEALS),
}
DRAWN = [
    *((name, *size) for name in ("deals", "folder", "compared", "by_owner") for size in SIZES),
    *((name, 80, 24) for name in ("one_kpi", "trend")),
    *(
        (name, *size)
        for name in SCREENS
        for size in ((80, 40), (120, 40))
        if name not in {"deals", "folder", "compared", "by_owner"}
    ),
]
FIRST = ("Revenue", "Won deals", "Win rate", "Average deal size", "Sales cycle, median", "Open pipeline")
SEVERITIES = re.compile(r"  (?:error|warning|note) ")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@cache
def screen(*words: str, columns: int = 80, lines: int = 40, **variables: str) -> str:
    env = {"PATH": os.environ["PATH"], "COLUMNS": str(columns), "LINES": str(lines), **variables}
    done = invoke(*words, cwd=ROOT, env=env)
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == "", "stderr repeats nothing that the screen says"
    return done.stdout


def room(lines: int) -> int:
    """The lines that the command itself and the next prompt leave."""
    return lines - 2


def findings(text: str) -> list[str]:
    return [line for line in text.splitlines() if SEVERITIES.match(line)]


@pytest.mark.parametrize(("name", "columns", "lines"), DRAWN)
def test_screen(name: str, columns: int, lines: int, golden: Golden) -> None:
    text = screen(*SCREENS[name], columns=columns, lines=lines)
    golden(f"screens/{name}_{columns}x{lines}.txt", text)
    if lines > 24:
        assert len(text.splitlines()) <= room(lines)


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("columns", [80, 120, 200])
def test_nothing_is_wider_than_the_screen_but_a_command_to_paste(name: str, columns: int) -> None:
    lines = screen(*SCREENS[name], columns=columns).splitlines()
    wide = [line for line in lines if widest([line]) > columns and not line.strip().startswith("salesmetrics ")]
    assert wide == []


def test_a_low_screen_has_eight_headlines_and_three_findings() -> None:
    text = screen(*SCREENS["deals"], lines=24)
    lines = text.splitlines()
    assert len(lines) <= 22
    table = lines[lines.index("") + 2 : lines.index("", lines.index("") + 1)]
    assert len(table) == 8
    assert set(FIRST) < {re.split(r"  +", line)[0] for line in table}
    assert len(findings(text)) == 3


def test_a_usual_screen_has_at_most_twelve_headlines_and_five_findings() -> None:
    text = screen(*SCREENS["deals"])
    lines = text.splitlines()
    assert len(lines) <= room(40)
    assert sum(bool(re.match(r"\S.*  \S*[\d–]", line)) for line in lines[3:18]) >= 11
    assert len(findings(text)) == 5


def test_a_folder_of_every_kind_fits_a_screen() -> None:
    for columns in (80, 120):
        text = screen(*SCREENS["folder"], columns=columns)
        assert len(text.splitlines()) <= 40
        for title in ("Revenue", "Lead conversion rate", "Quota attainment", "Meetings", "Customer acquisition cost"):
            assert f"\n{title}" in text


def test_one_kpi_takes_a_few_lines() -> None:
    for kpi in ("win_rate", "revenue", "average_deal_size", "sales_cycle_median", "open_pipeline", "win_rate_value"):
        assert len(screen("report", DEALS, "--kpi", kpi).splitlines()) <= 14, kpi


def test_one_kpi_says_what_it_leaves_out() -> None:
    assert "\nleft out: 28 deals closed without a decision\n" in screen("report", DEALS, "--kpi", "win_rate")
    assert "left out" not in screen("report", DEALS, "--kpi", "won_deals")


def test_the_headline_numbers_are_on_the_last_screen() -> None:
    for name in ("deals", "folder", "compared", "family", "one_kpi"):
        last = screen(*SCREENS[name]).splitlines()[-38:]
        assert any(re.match(r"(Revenue|Win rate|Open pipeline) +\S*\d", line) for line in last), name


def test_no_number_is_cut_where_there_is_little_room() -> None:
    """Every number of a narrow screen is one of a wide one: none has lost its end."""
    for name in ("deals", "folder", "compared", "by_owner", "one_kpi"):
        wide = set(NUMBER.findall(screen(*SCREENS[name], columns=200, lines=60)))
        for columns in (30, 50, 80):
            narrow = screen(*SCREENS[name], columns=columns, lines=60)
            counts = re.compile("not shown|salesmetrics|finding|more")
            said = "\n".join(line for line in narrow.splitlines() if not counts.search(line))
            assert set(NUMBER.findall(said)) - wide <= {str(columns)}, (name, columns)


def test_nothing_is_said_twice_in_a_row() -> None:
    for words in SCREENS.values():
        lines = [line.strip() for line in screen(*words).splitlines() if line.strip().startswith(("hint", "warning"))]
        assert all(before != after for before, after in pairwise(lines))


def test_a_pipe_without_a_size_is_120_columns_and_40_lines() -> None:
    for words in (SCREENS["deals"], SCREENS["by_account"], SCREENS["rows"]):
        bare = invoke(*words, cwd=ROOT, env={"PATH": os.environ["PATH"]})
        assert bare.stdout == screen(*words, columns=120, lines=40)


def test_a_terminal_shows_what_a_pipe_of_its_size_does() -> None:
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    env = {"PATH": os.environ["PATH"], "TERM": "xterm", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "salesmetrics", *SCREENS["deals"]]
    process = subprocess.Popen(command, cwd=ROOT, stdout=theirs, stderr=subprocess.DEVNULL, env=env)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    assert process.wait(60) == 0
    assert shown.decode("utf-8").replace("\r\n", "\n") == screen(*SCREENS["deals"])


def test_monochrome_and_ascii(golden: Golden) -> None:
    plain = screen(*SCREENS["deals"], NO_COLOR="1")
    coloured = screen(*SCREENS["deals"], "--color", "always")
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    golden("screens/deals_80x40_colour.txt", coloured)
    env = {**os.environ, "COLUMNS": "80", "LINES": "40", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "salesmetrics", *SCREENS["deals"]], cwd=ROOT, env=env, capture_output=True, check=True
    )
    golden("screens/deals_80x40_ascii.txt", done.stdout.decode("ascii"))


def test_all_shows_the_whole_table() -> None:
    text = screen("report", DEALS, "--all", columns=120)
    assert "\n  Win rate by value" in text
    assert "\nFindings\n" in text
    assert text.count("\n") > 90
    for words in (SCREENS["rows"], SCREENS["trend"], SCREENS["inspect"], SCREENS["by_account"]):
        assert "--all" in screen(*words, columns=120)
        whole = screen(*words, "--all", columns=120)
        assert len(whole.splitlines()) > 40
        assert "more" not in "".join(line for line in whole.splitlines() if line.endswith("--all"))


def test_all_can_be_settled_in_the_file_and_by_a_variable(tmp_path: Path) -> None:
    (tmp_path / "salesmetrics.toml").write_text("[report]\nall = true\n", "utf-8")
    env = {"PATH": os.environ["PATH"]}
    deals = str(ROOT / DEALS)
    by_file = invoke("report", deals, cwd=tmp_path, env=env).stdout
    by_variable = invoke("report", deals, "--no-config", cwd=tmp_path, env={**env, "SALESMETRICS_ALL": "true"}).stdout
    assert "Win rate by value" in by_file
    assert by_variable == by_file


def test_a_goal_is_shown_with_its_number() -> None:
    text = screen("report", DEALS, "--goal", "loss_rate <= 60%")
    assert re.search(r"\nLoss rate +51\.3 %", text)
    assert re.search(r"\n  met +Loss rate: ", text)


def test_json_and_csv_hold_everything() -> None:
    text = invoke("report", DEALS, "--format", "csv", "-q", cwd=ROOT, env={"PATH": os.environ["PATH"]}).stdout
    assert "\nwin_rate_value," in text
    text = invoke("report", DEALS, "--format", "json", "-q", cwd=ROOT, env={"PATH": os.environ["PATH"]}).stdout
    assert '"id": "win_rate_value"' in text


def test_findings_are_those_that_touch_what_is_shown() -> None:
    assert "past the expected close date" in screen("report", DEALS, "--kpi", "overdue_deals")
    assert "past the expected close date" not in screen("report", DEALS, "--kpi", "won_deals")
    assert "closes before creation" in screen("report", DEALS, "--kpi", "sales_cycle_median")
    assert "closes before creation" not in screen("report", DEALS, "--kpi", "win_rate")
    assert "rows rejected" in screen("report", DEALS, "--kpi", "won_deals"), (
        "a row that is not there touches every number"
    )


def test_a_sparkline_says_its_months_and_ends_where_the_period_does() -> None:
    assert "12 months to 2026-09" in screen(*SCREENS["deals"], columns=120)
    assert "12 mo to 2026-09" in screen(*SCREENS["deals"])
    quarter = screen("report", DEALS, "--period", "2026-Q1", columns=120)
    assert "12 months to 2026-03" in quarter
    bars = re.search(r"\nWon deals .*?([▁▂▃▄▅▆▇█ ]{12})\n", quarter)
    assert bars is not None
    earlier = screen("report", DEALS, "--as-of", "2026-03-31", columns=120)
    assert bars[1] in earlier, "the same twelve months as of the last day of the period"


def test_segments_are_of_one_time_unless_another_is_asked_for() -> None:
    first = screen("report", "examples", "--by", "region", columns=120)
    assert "Quota" not in first.split("Check before")[0]
    asked = ("revenue", "win_rate", "won_deals", "quota_attainment")
    named = screen("report", "examples", "--by", "region", "--kpi", ",".join(asked), columns=120)
    assert re.search(r"attainment\b", named)
    assert "\n[a] 2026-Q3\n" in named


def test_a_currency_without_records_has_no_row(tmp_path: Path) -> None:
    rows = ["1,Won,100,EUR,2026-01-02,2026-01-09", "2,Won,70,USD,2026-01-03,2026-01-08", "3,Open,50,USD,2026-01-04,"]
    path = tmp_path / "deals.csv"
    path.write_text("\n".join(["id,stage,amount,currency,created,closed", *rows]) + "\n", "utf-8")
    text = screen("report", str(path))
    assert re.search(r"\nRevenue \(EUR\) +100", text)
    assert re.search(r"\nRevenue \(USD\) +70", text)
    assert re.search(r"\nOpen pipeline \(USD\) +50", text)
    assert "Open pipeline (EUR)" not in text
    assert text.index("Revenue (USD)") < text.index("Won deals"), "KPIs keep their order whatever their currency"


# --- real exports ------------------------------------------------------------------------------------------------------

REAL = {
    "maven_crm_original/sales_pipeline.csv": ("10,005,534", "63.2 %", "4,238/6,711", "2,360.91", "57 d"),
    "zoho_crm_demo/Potentials.csv": ("89,066,200", "74.6 %", "1,425/1,910", "62,502.60", "163 d"),
    "olist_funnel": ("10.5 %", "842/8,000", "won deals only"),
    "x_education_leads/Leads_subset_clean.csv": ("38.5 %", "3,542/9,191"),
}
"""Export → the numbers that its screen has to show."""


@pytest.mark.parametrize("size", ["9" * 10, "9" * 5_000, "²", "0", "-5", "wide"])
def test_a_variable_that_names_no_size_is_none(size: str) -> None:
    odd = dict.fromkeys(("COLUMNS", "LINES", "TERMINAL_WIDTH"), size)
    for words in (("kpis",), ("report", "--help")):
        plain, told = (invoke(*words, cwd=ROOT, env={"HOME": "/nonexistent", **env}) for env in ({}, odd))
        assert told == plain


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize(("columns", "lines"), SIZES)
def test_real_exports_show_their_numbers(name: str, columns: int, lines: int, realdata: Path) -> None:
    text = screen("report", str(realdata / name), columns=columns, lines=lines)
    assert len(text.splitlines()) <= max(room(lines), 23)
    for number in REAL[name]:
        assert number in text
    assert len(findings(text)) <= 5
    assert not re.search(r"\bnan\b|\binf\b|None|Traceback", text)


def test_what_withholds_every_number_is_said_first_and_once(realdata: Path) -> None:
    text = screen("report", str(realdata / "bitrix24_ru_leasing" / "DEAL_ui_layout_cp1251.csv"))
    assert text.count("deals ended in an unknown stage") == 1
    assert "an unknown stage ends deals" in findings(text)[0]
    assert "--won" in text
