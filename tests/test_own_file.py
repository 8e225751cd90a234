"""A file that nobody knows, in one step: `inspect` prints a command, the command is pasted, and the numbers are right."""

from __future__ import annotations

import csv
import json
import re
import shlex
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from in_process import invoke
from salesmetrics.ingest.recognise.colloquial import guess_outcome
from salesmetrics.ingest.recognise.guess import guess_columns
from salesmetrics.ingest.table.table import ROW, open_tables
from salesmetrics.messages.labels import LABELS

if TYPE_CHECKING:
    from in_process import Done


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def printed_command(shown: str) -> str:
    """The command in what `inspect` prints, as somebody copies it off the screen."""
    start = shown.index("salesmetrics report ")
    lines = []
    for line in shown[start:].splitlines():
        lines.append(line)
        if not line.endswith("\\"):
            break
    return "\n".join(lines)


def pasted(command: str, *more: str, cwd: Path) -> Done:
    words = shlex.split(command.replace("\\\n", " "))
    assert words[0] == "salesmetrics"
    return invoke(*words[1:], *more, cwd=cwd)


def numbers(folder: Path, name: str) -> dict[str, Any]:
    """What the command gives that `inspect` prints for a file, after `report` has refused it."""
    refused = invoke("report", name, cwd=folder)
    assert refused.returncode == 2
    assert f"salesmetrics inspect {shlex.quote(name)}" in refused.stderr
    inspected = invoke("inspect", name, cwd=folder)
    assert inspected.returncode == 0, inspected.stderr
    assert f"note: `report` reads {name} only with this mapping" in inspected.stderr
    command = printed_command(inspected.stdout)
    # The hint of the refusal holds the same command, and so does the JSON, on one line.
    one_line = " ".join(command.replace("\\\n", " ").split())
    assert one_line in refused.stderr
    guess = json.loads(invoke("inspect", name, "--format", "json", cwd=folder).stdout)["guesses"][0]
    assert " ".join(guess["command"].split()) == one_line
    assert guess["works"]
    done = pasted(command, "--format", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return {item["id"]: item for item in json.loads(done.stdout, parse_float=Decimal)["metrics"]}


def test_a_list_of_clients_kept_by_hand(tmp_path: Path) -> None:
    rows = [
        ("Acme Bakery", "Ann", "1200", "won", "2026-01-03", "2026-02-10"),
        ("Birch & Sons", "Bob", "800", "lost", "2026-01-05", "2026-03-01"),
        ("Cobalt Ltd", "Ann", "450.50", "talking", "2026-02-01", ""),
        ("Dune", "Cyd", "2200", "Won", "2026-02-03", "2026-03-05"),
        ("Elm Street School", "Bob", "640", "sent offer", "2026-02-14", ""),
        ("Fjord", "Cyd", "3100", "lost", "2026-01-20", "2026-02-27"),
        ("Garnet", "Ann", "975.25", "won", "2026-01-28", "2026-03-20"),
        ("Holm", "Bob", "120", "talking", "2026-03-02", ""),
        ("Iris", "Ann", "1500", "lost", "2026-02-20", "2026-03-28"),
    ]
    header = ["Client name", "Who", "How much", "Where are we", "Since", "Done"]
    with (tmp_path / "my clients.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    found = numbers(tmp_path, "my clients.csv")
    won = [row for row in rows if row[3].lower() == "won"]
    lost = [row for row in rows if row[3] == "lost"]
    assert found["revenue"]["value"] == sum(Decimal(row[2]) for row in won)
    assert (found["win_rate"]["numerator"], found["win_rate"]["denominator"]) == (len(won), len(won) + len(lost))
    assert found["open_pipeline"]["value"] == sum(Decimal(row[2]) for row in rows if row not in (*won, *lost))
    days = [(date.fromisoformat(row[5]) - date.fromisoformat(row[4])).days for row in won]
    assert found["sales_cycle_mean"]["value"] == pytest.approx(Decimal(sum(days)) / len(days))


def test_a_german_sheet_with_headers_of_its_own(tmp_path: Path) -> None:
    text = """\
Firma oder Mensch;Wer kümmert sich;Wieviel ist drin;Wie steht es;Los ging es;Vorbei am
Müller & Söhne GmbH;Öykü;1.234,50;Zugesagt;03.01.2026;10.02.2026
Schmidt AG;Jörg;99,90;Abgesagt;04.01.2026;28.02.2026
Lange KG;Öykü;12.000,00;Im Gespräch;15.02.2026;
Weiß e.K.;Jörg;2.500,00;Zugesagt;20.01.2026;05.03.2026
Frau Özdemir;Öykü;310,25;Abgesagt;22.01.2026;07.03.2026
Bäckerei Groß;Jörg;780,00;Im Gespräch;01.03.2026;
"""
    written(tmp_path, "Übersicht.csv", text)
    found = numbers(tmp_path, "Übersicht.csv")
    rows = [line.split(";") for line in text.splitlines()[1:]]

    def money(word: str) -> Decimal:
        return sum((Decimal(r[2].replace(".", "").replace(",", ".")) for r in rows if r[3] == word), Decimal(0))

    won = [row for row in rows if row[3] == "Zugesagt"]
    assert found["revenue"]["value"] == money("Zugesagt")
    assert found["open_pipeline"]["value"] == money("Im Gespräch")
    assert (found["win_rate"]["numerator"], found["win_rate"]["denominator"]) == (2, 4)
    days = [(datetime.strptime(r[5], "%d.%m.%Y") - datetime.strptime(r[4], "%d.%m.%Y")).days for r in won]
    assert found["sales_cycle_mean"]["value"] == Decimal(sum(days)) / len(days)


def test_months_under_names_of_their_own(tmp_path: Path) -> None:
    written(tmp_path, "takings.csv", "Which one;What we took\nJan 2026;1.200,50\nFeb 2026;900,00\nMär 2026;1.000,00\n")
    found = numbers(tmp_path, "takings.csv")
    assert found["revenue"]["value"] == Decimal("3100.50")
    assert found["won_deals"]["value"] is None


def test_months_and_sales_need_no_mapping_and_pretend_nothing(tmp_path: Path) -> None:
    written(tmp_path, "months.csv", "Month,Sales\n2025-12,1000\n2026-01,1200\n2026-02,1500.50\n2026-03,900\n")
    shown = invoke("inspect", "months.csv", cwd=tmp_path)
    assert shown.returncode == 0
    assert "last day of the month" in shown.stdout
    said = " ".join(invoke("report", "months.csv", cwd=tmp_path).stdout.split())
    assert "read as a list of sales, each a won deal" in said
    assert "Month has no day: each row counts on the last day of its month" in said
    done = invoke("report", "months.csv", "--format", "json", cwd=tmp_path)
    found = {item["id"]: item for item in json.loads(done.stdout, parse_float=Decimal)["metrics"]}
    assert found["revenue"]["value"] == Decimal("4600.50")
    for name in ("win_rate", "won_deals", "average_deal_size", "median_deal_size", "open_pipeline", "lost_deals"):
        assert found[name]["value"] is None, name
        assert found[name]["reason"] in ("rows_are_sums", "only_won_deals")
    quarter = invoke(
        "report", "months.csv", "--period", "2026-Q1", "--kpi", "revenue", "--format", "json", cwd=tmp_path
    )
    assert json.loads(quarter.stdout)["metrics"][0]["value"] == 3600.5
    for finer in (
        ("trend", "revenue", "months.csv", "--every", "week"),
        ("report", "months.csv", "--period", "2026-W05"),
    ):
        refused = invoke(*finer, cwd=tmp_path)
        assert refused.returncode == 2
        assert "the dates of the deals are months without a day" in refused.stderr


# --- what is printed can be pasted -------------------------------------------------------------------------------------


def test_what_is_printed_is_quoted_as_a_shell_needs_it(tmp_path: Path) -> None:
    header = ["Whose $client", "It's who?", 'How "much"', "Where; are | we", "Since `when`"]
    rows = [
        ["Oak", "Ann", "10.50", "won", "2026-01-05"],
        ["Elm", "Bob", "20.00", "lost", "2026-01-20"],
        ["Ash", "Ann", "5.00", "won", "2026-02-01"],
    ]
    with (tmp_path / "a b's.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    shown = invoke("inspect", "a b's.csv", cwd=tmp_path)
    done = pasted(printed_command(shown.stdout), "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = {item["id"]: item["value"] for item in json.loads(done.stdout)["metrics"]}
    assert found["revenue"] == 15.5


def test_nothing_in_a_header_reaches_a_terminal_or_a_shell(tmp_path: Path) -> None:
    header = ["Cli\x1b[31ment", "Who```x", "How\nmuch", "Where $(touch gone) `touch gone`", "Since\u202e"]
    rows = [["Oak", "Ann", "10.50", "won", "2026-01-05"], ["Elm", "=cmd()", "20.00", "lost", "2026-01-20"]]
    with (tmp_path / "x.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    for form in ("table", "md"):
        shown = invoke("inspect", "x.csv", "--format", form, cwd=tmp_path)
        assert "\x1b" not in shown.stdout + shown.stderr
        assert "\u202e" not in shown.stdout + shown.stderr
    command = json.loads(invoke("inspect", "x.csv", "--format", "json", cwd=tmp_path).stdout)["guesses"][0]["command"]
    assert "\n" not in command
    # A shell takes what it is given as words: nothing in it is run.
    words = [word for word in shlex.split(command) if word.startswith("stage=")]
    assert words == ["stage=Where $(touch gone) `touch gone`"]
    assert "'Where $(touch gone) `touch gone`'" in command
    done = invoke(*shlex.split(command)[1:], "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_a_command_is_never_wrapped(tmp_path: Path, width: str) -> None:
    rows = "\n".join(f"Client {n},Ann,{n}0,{'won' if n % 2 else 'lost'},2026-01-{n:02}" for n in range(1, 9))
    written(
        tmp_path,
        "clients.csv",
        f"The name of the client we talk to,Who of us,How much is it worth,Where are we,Since\n{rows}\n",
    )
    shown = invoke("inspect", "clients.csv", cwd=tmp_path, env={"COLUMNS": width})
    command = printed_command(shown.stdout)
    assert all(line.endswith("\\") for line in command.splitlines()[:-1])
    assert pasted(command, "--format", "json", cwd=tmp_path).returncode == 0


def test_dates_that_nothing_settles_are_guessed_and_called_a_guess(tmp_path: Path) -> None:
    written(
        tmp_path,
        "x.csv",
        "Client;Who;How much;Where are we;Since\nOak;Ann;10;won;01/02/2026\nElm;Bob;20;lost;03/04/2026\n",
    )
    shown = invoke("inspect", "x.csv", cwd=tmp_path)
    assert "no date settles the order of day and month" in " ".join(shown.stdout.split())
    command = printed_command(shown.stdout)
    assert "--date-order dmy" in command
    assert pasted(command, cwd=tmp_path).returncode == 0


def test_a_known_file_beside_an_unknown_one_is_inspected_as_ever(tmp_path: Path) -> None:
    written(tmp_path, "deals.csv", "Deal ID,Name,Stage,Amount,Created,Closed\n1,Kiln,Won,900,2026-01-05,2026-02-10\n")
    written(
        tmp_path,
        "x.csv",
        "Client name,Who,How much,Where are we,Since,Done\nOak,Ann,10,won,2026-01-02,2026-01-09\nElm,Bob,20,lost,2026-01-03,2026-01-10\n",
    )
    answer = json.loads(invoke("inspect", "deals.csv", "x.csv", "--format", "json", cwd=tmp_path).stdout)
    assert [item["path"] for item in answer["files"]] == ["deals.csv"]
    assert [item["path"] for item in answer["guesses"]] == ["x.csv"]
    assert answer["allowed"]


def test_every_reason_to_leave_a_row_out_has_words() -> None:
    source = Path(__file__).parent.parent / "src" / "salesmetrics" / "ingest"
    text = "\n".join(path.read_text(encoding="utf-8") for path in source.rglob("*.py"))
    reasons = {*re.findall(r'Kept\([^"\n]*, "(\w+)"', text), *re.findall(r'ignored\["(\w+)"\]', text)}
    assert {"deleted", "plan", "duplicate", "total"} <= reasons
    assert {reason: LABELS[f"row_left_out_as_{reason}"] for reason in reasons}


def test_what_looks_like_something_else_is_said_to(tmp_path: Path) -> None:
    written(
        tmp_path,
        "x.csv",
        "contract_id,supplier_name,contract_value,start_date,end_date,status,owner\nC1,Oak,1000,2026-01-05,2027-01-05,Active,Ann\n",
    )
    shown = invoke("inspect", "x.csv", cwd=tmp_path)
    assert shown.returncode == 0
    assert "supplier contracts" in shown.stdout
    assert "Only if it lists" in shown.stdout
    guess = json.loads(invoke("inspect", "x.csv", "--format", "json", cwd=tmp_path).stdout)["guesses"][0]
    assert not guess["likely"]
    assert "--map" not in invoke("report", "x.csv", cwd=tmp_path).stderr


def test_a_stage_that_only_its_user_can_explain_is_asked_for(tmp_path: Path) -> None:
    rows = "".join(f"Client {n},{n}00.00,{('blue', 'green')[n % 2]},2026-01-{n:02}\n" for n in range(1, 9))
    written(tmp_path, "x.csv", f"Client,How much,Where are we,Done\n{rows}")
    shown = invoke("inspect", "x.csv", cwd=tmp_path)
    assert "Correct this before you paste it" in shown.stdout
    assert "--won blue" in shown.stdout
    assert "--won" not in printed_command(shown.stdout)
    guess = json.loads(invoke("inspect", "x.csv", "--format", "json", cwd=tmp_path).stdout)["guesses"][0]
    assert (guess["works"], guess["likely"], guess["other"]) == (False, False, False)


def test_beside_words_for_both_ends_another_stage_is_on_the_way(tmp_path: Path) -> None:
    rows = "".join(f"Client {n},{n}00.00,{('deal', 'dead', 'maybe')[n % 3]},2026-01-{n:02}\n" for n in range(1, 10))
    written(tmp_path, "x.csv", f"Client,How much,Where are we,Done\n{rows}")
    command = printed_command(invoke("inspect", "x.csv", cwd=tmp_path).stdout)
    assert shlex.split(command.replace("\\\n", " "))[-6:] == ["--won", "deal", "--lost", "dead", "--open", "maybe"]
    found = json.loads(pasted(command, "--kpi", "win_rate", "--format", "json", cwd=tmp_path).stdout)["metrics"][0]
    assert (found["numerator"], found["denominator"]) == (3, 6)


def test_init_writes_the_guess(tmp_path: Path) -> None:
    written(
        tmp_path,
        "x.csv",
        "Client name,Who,How much,Where are we,Since,Done\nOak,Ann,10,Zusage,2026-01-02,2026-01-09\nElm,Bob,20,Absage,2026-01-03,2026-01-10\nAsh,Ann,3,Zusage,2026-01-03,2026-01-11\n",
    )
    made = invoke("init", "x.csv", cwd=tmp_path)
    assert made.returncode == 0
    assert "its columns are a guess" in made.stderr
    settings = (tmp_path / "salesmetrics.toml").read_text(encoding="utf-8")
    assert 'amount = "How much"' in settings
    assert "a guess" in settings
    done = invoke("report", "deals=x.csv", "--kpi", "revenue,win_rate", "--format", "json", cwd=tmp_path)
    assert [item["value"] for item in json.loads(done.stdout)["metrics"]] == [13, pytest.approx(2 / 3)]


# --- the guess ---------------------------------------------------------------------------------------------------------

SHEETS = {
    "French": ("Pour qui;Qui;Combien;Où en est-on;Depuis", "Boulangerie Roy;Zoé;1 200,00;Gagné;05/01/2026\nHôtel Lac;Luc;300,00;Perdu;25/01/2026\nCafé Nord;Zoé;80,00;En cours;01/02/2026"),
    "Spanish": ("Para quién;Quién;Cuánto;Dónde estamos;Desde", "Panadería Sol;Ana;1.200,00;Ganado;05/01/2026\nHotel Mar;Luis;300,00;Perdido;25/01/2026\nBar Uno;Ana;80,00;En curso;01/02/2026"),
    "Russian": ("Для кого;Кто;Сколько;Где мы;С какого", "Ромашка;Анна;1200,00;Выиграна;05.01.2026\nЛес;Борис;300,00;Проиграна;25.01.2026\nРека;Анна;80,00;В работе;01.02.2026"),
    "Chinese": ("给谁;谁;多少;哪一步;开始", "橡树;安娜;1200.00;赢单;2026-01-05\n榆树;鲍勃;300.00;输单;2026-01-25\n白蜡;安娜;80.00;洽谈;2026-02-01"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_what_people_call_columns_in_other_languages(tmp_path: Path, name: str) -> None:
    header, rows = SHEETS[name]
    path = written(tmp_path, "x.csv", f"{header}\n{rows}\n")
    (table,) = open_tables(str(path), path.read_bytes(), encoding=None, delimiter=None)
    guessed = guess_columns(table.frame.drop(ROW)).mapping
    _, who, much, where, since = table.headers
    assert (guessed["owner"], guessed["amount"], guessed["stage"]) == (who, much, where)
    assert since in (guessed.get("created"), guessed.get("close_date"))


def test_headers_that_say_nothing_are_guessed_by_their_cells(tmp_path: Path) -> None:
    rows = [
        f"Firm {n} GmbH,{'Ann' if n % 3 else 'Bob'},{n}00.50,{('Won', 'Lost', 'Open')[n % 3]},2026-01-{n:02},{'' if n % 3 == 2 else f'2026-02-{n:02}'}"
        for n in range(1, 20)
    ]
    path = written(tmp_path, "x.csv", "A,B,C,D,E,F\n" + "\n".join(rows) + "\n")
    (table,) = open_tables(str(path), path.read_bytes(), encoding=None, delimiter=None)
    guessed = guess_columns(table.frame.drop(ROW))
    assert guessed.mapping == {"account": "A", "owner": "B", "amount": "C", "stage": "D", "created": "E", "closed": "F"}
    assert all(each.reason in ("cells", "place") for each in guessed.columns)
    assert all(each.confidence < 0.9 for each in guessed.columns)


def test_calls_and_emails_are_a_list_of_activities(tmp_path: Path) -> None:
    rows = "".join(
        f"{('Call', 'Email', 'Meeting')[n % 3]},{('Ann', 'Bob')[n % 2]},2026-01-{n:02}\n" for n in range(1, 20)
    )
    written(tmp_path, "log.csv", f"What we did,Who,On\n{rows}")
    command = printed_command(invoke("inspect", "log.csv", cwd=tmp_path).stdout)
    assert "activities=log.csv" in command
    found = json.loads(pasted(command, "--kpi", "calls,emails", "--format", "json", cwd=tmp_path).stdout)["metrics"]
    assert [item["value"] for item in found] == [6, 7]


def test_an_export_without_a_word_in_its_header_is_guessed_by_its_cells() -> None:
    path = Path(__file__).parent.parent / "examples" / "deals.csv"
    (table,) = open_tables(str(path), path.read_bytes(), encoding=None, delimiter=None)
    names = {header: f"c{number}" for number, header in enumerate(table.headers)}
    guessed = guess_columns(table.frame.drop(ROW).rename(names))
    found = {
        name: guessed.mapping[field]
        for name, field in (
            ("Record ID", "id"),
            ("Deal Name", "name"),
            ("Deal owner", "owner"),
            ("Associated Company", "account"),
            ("Deal Stage", "stage"),
            ("Currency", "currency"),
            ("Create Date", "created"),
            ("Close Date", "closed"),
        )
    }
    assert found == {name: names[name] for name in found}
    # Two columns hold money, and nothing but their headers tells which is the amount.
    assert guessed.mapping["amount"] in (names["Amount"], names["List Amount"])


def test_a_running_number_and_a_year_are_no_amount(tmp_path: Path) -> None:
    rows = [f"{1000 + n},2026,{'won' if n % 2 else 'lost'},{n * 37}" for n in range(1, 9)]
    path = written(tmp_path, "x.csv", "Lfd,Yr,Where,Size\n" + "\n".join(rows) + "\n")
    (table,) = open_tables(str(path), path.read_bytes(), encoding=None, delimiter=None)
    guessed = guess_columns(table.frame.drop(ROW)).mapping
    assert guessed["amount"] == "Size"
    assert guessed["id"] == "Lfd"
    assert "Yr" not in guessed.values()


@pytest.mark.parametrize(
    ("word", "outcome"),
    [("Signed!", "won"), ("ordered", "won"), ("Not won", "lost"), ("said no", "lost"), ("call again", None), ("Angebot raus", None), ("倒单", None)],
)  # fmt: skip
def test_words_that_read_like_an_end(word: str, outcome: str | None) -> None:
    assert guess_outcome(word) == outcome


@pytest.mark.parametrize("cell", ["a." * 30_000 + "1", "1" + " " * 60_000 + "!", "-" * 60_000, "1'" * 30_000 + "?"])
def test_no_cell_makes_a_guess_slow(cell: str) -> None:
    frame = pl.DataFrame({f"h{number}": [f"{cell}{row}" for row in range(30)] for number in range(10)})
    begun = time.process_time()
    guess_columns(frame)
    assert time.process_time() - begun < 5


def test_a_wide_table_is_guessed_in_seconds() -> None:
    frame = pl.DataFrame({f"h{number}": [str(row) for row in range(300)] for number in range(600)})
    begun = time.process_time()
    guess_columns(frame)
    assert time.process_time() - begun < 20


def test_every_refusal_of_a_kind_names_inspect(tmp_path: Path) -> None:
    written(tmp_path, "a.csv", "Date,Name,Email,Source,Value\n2026-01-03,Oak,a@x.test,web,100\n")
    ambiguous = invoke("report", "a.csv", cwd=tmp_path).stderr
    assert "could be" in ambiguous
    assert "`salesmetrics inspect a.csv` shows what each column could be" in ambiguous
    folder = tmp_path / "several"
    folder.mkdir()
    for name in ("a", "b"):
        written(folder, f"{name}.csv", "Client,Who,How much,Where are we\nOak,Ann,10,won\nElm,Bob,20,lost\n")
    of_a_folder = invoke("report", "several", cwd=tmp_path).stderr
    assert "`salesmetrics inspect several/a.csv`" in of_a_folder
    answer = json.loads(invoke("inspect", "several", "--format", "json", cwd=tmp_path).stdout)
    assert [guess["path"] for guess in answer["guesses"]] == ["several/a.csv", "several/b.csv"]


@pytest.mark.parametrize("command", ["report", "check", "rows revenue", "trend revenue", "explain revenue"])
def test_the_command_of_a_hint_is_in_the_hint_of_every_command(tmp_path: Path, command: str) -> None:
    written(tmp_path, "x.csv", "Client,Who,How much,Where are we\nOak,Ann,10,won\nElm,Bob,20,lost\n")
    done = invoke(*command.split(), "x.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "`salesmetrics report deals=x.csv --map" in done.stderr


def test_what_is_piped_in_is_guessed_too(tmp_path: Path) -> None:
    data = b"Client,Who,How much,Where are we\nOak,Ann,10,won\nElm,Bob,20,lost\n"
    shown = invoke("inspect", "-", cwd=tmp_path, stdin=data)
    words = shlex.split(printed_command(shown.stdout).replace("\\\n", " "))
    done = invoke(*words[1:], "--kpi", "revenue", "--format", "json", cwd=tmp_path, stdin=data)
    assert json.loads(done.stdout)["metrics"][0]["value"] == 10


def test_ids_and_minutes_are_no_money_in_a_list_of_calls(tmp_path: Path) -> None:
    rows = "".join(
        f"#{5000 + n},2026-06-{n:02} 09:15,{('Phone', 'E-mail', 'Visit')[n % 3]},{('Ada', 'Ben')[n % 2]},Acme,{n}\n"
        for n in range(1, 20)
    )
    written(tmp_path, "tickets.csv", f"Ref,Logged,Medium,Handled by,Caller company,Talk time (min)\n{rows}")
    command = printed_command(invoke("inspect", "tickets.csv", cwd=tmp_path).stdout)
    assert "activities=tickets.csv" in command
    assert "owner='Handled by'" in command
    found = json.loads(pasted(command, "--kpi", "calls,meetings", "--format", "json", cwd=tmp_path).stdout)["metrics"]
    assert [item["value"] for item in found] == [6, 6]


def test_init_names_the_command_that_reads_these_files(tmp_path: Path) -> None:
    """The settings hold no kind: a file that could be two is named with it again."""
    written(tmp_path, "pitches.csv", "Brand,Since,Verdict,Worth\nA,2026-01-05,yes,100.50\nB,2026-01-15,no,200.25\n")
    words = [
        "--map",
        "stage=Verdict",
        "--map",
        "created=Since",
        "--map",
        "amount=Worth",
        "--won",
        "yes",
        "--lost",
        "no",
    ]
    said = invoke("init", "deals=pitches.csv", *words, cwd=tmp_path).stderr
    command = re.search(r"`salesmetrics (report .*)` without", said)
    assert command
    done = invoke(*command[1].split(), "--kpi", "revenue", "--format", "csv", cwd=tmp_path)
    assert (done.returncode, ",100.50," in done.stdout or ",100.5," in done.stdout) == (0, True), done.stderr


def test_a_stage_in_several_spellings_is_proposed_once(tmp_path: Path) -> None:
    rows = ("Signed", "signed", "SIGNED", "Said no", "SAID NO")
    text = "".join(f"Client {n},{100 + n}.50,{stage},2026-03-1{n}\n" for n, stage in enumerate(rows))
    written(tmp_path, "jobs.csv", f"Client name,How much,Where are we,Done\n{text}")
    command = printed_command(invoke("inspect", "jobs.csv", cwd=tmp_path).stdout)
    assert command.count("--won") == command.count("--lost") == 1
    assert numbers(tmp_path, "jobs.csv")["won_deals"]["value"] == 3


def test_a_price_beside_a_quantity_is_not_proposed_as_the_amount(tmp_path: Path) -> None:
    head = "Invoice No,Date,Customer,Product,Quantity,Price"
    text = f"{head}\nA1,2026-03-02,Oak,Desk,2,300.00\nA1,2026-03-02,Oak,Lamp,3,40.00\nA2,2026-03-05,Elm,Lamp,1,40.00\n"
    written(tmp_path, "sold.csv", text)
    found = numbers(tmp_path, "sold.csv")
    assert found["revenue"]["value"] == 760
    assert found["won_deals"]["value"] == 2  # orders, not their lines


def test_a_column_called_an_id_is_proposed_before_amounts_that_happen_to_differ(tmp_path: Path) -> None:
    text = "Order Date,Sales Rep,Net,VAT,Order ID\n2026-01-03,Ann,10000,2000,7\n2026-01-05,Bob,20000,4000,9\n"
    written(tmp_path, "orders.csv", text)
    guessed = guess_columns(pl.read_csv(tmp_path / "orders.csv", infer_schema=False))
    assert guessed.mapping["id"] == "Order ID"
    assert guessed.mapping["amount"] == "Net"
