"""Exports that give a careful reader something to say, with planted names where they can get into it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import xlsxwriter

from planted import NAMES, Table, deals_table, planted_world, stages_table, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["CASES", "Case", "written_cases"]

OWNERS, ACCOUNTS, FILES = NAMES.owners, NAMES.accounts, NAMES.files


class Case(NamedTuple):
    """Files in a folder, and what is asked of them."""

    folder: Path
    commands: Sequence[Sequence[str]]


Maker = "Callable[[Path], Sequence[Sequence[str]]]"
CASES: dict[str, Callable[[Path], Sequence[Sequence[str]]]] = {}


def case(make: Callable[[Path], Sequence[Sequence[str]]]) -> Callable[[Path], Sequence[Sequence[str]]]:
    CASES[make.__name__] = make
    return make


def written_cases(folder: Path) -> dict[str, Case]:
    """Every case in a folder of its own."""
    found = {}
    for name, make in CASES.items():
        home = folder / name
        home.mkdir()
        found[name] = Case(home, make(home))
    return found


def _put(folder: Path, number: int, text: str | bytes, ending: str = "csv") -> str:
    """A file with a planted name."""
    path = f"{FILES[number]}.{ending}"
    (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _all(*files: str, more: Sequence[str] = ()) -> list[list[str]]:
    """What reads files and says what it thinks of them."""
    return [
        ["check", *files, "--format", "json", "--rejects", "out/rejects.csv", *more],
        ["check", *files, "--github", "-v", *more],
        ["inspect", *files, *more],
        ["init", *files, "-o", "out/x.toml", *more],
        ["report", *files, "--format", "json", "--strict", *more],
    ]


def _deals(folder: Path, change: Callable[[Table], None], number: int = 0, delimiter: str = ",") -> str:
    table = deals_table()
    change(table)
    return _put(folder, number, written(table.header, table.rows, delimiter))


def _column(table: Table, header: str) -> int:
    return table.header.index(header)


def _set(table: Table, header: str, *values: object) -> None:
    """Other values in the first rows of a column."""
    place = _column(table, header)
    for row, value in zip(table.rows, values, strict=False):
        row[place] = value


def _every(header: str, value: Callable[[int], object]) -> Callable[[Table], None]:
    def change(table: Table) -> None:
        _set(table, header, *map(value, range(len(table.rows))))

    return change


# --- cells ---


@case
def names_in_amounts_and_dates(folder: Path) -> list[list[str]]:
    def change(table: Table) -> None:
        _set(table, "Amount", OWNERS[0], NAMES.notes[1], f"12 {ACCOUNTS[0]}")
        _set(table, "Created", "2025-01-01", "2025-13-45", NAMES.contacts[2], "31.02.2025")
        _set(table, "Close Date", "2025-03-01", "", "", "", NAMES.deals[3])

    return _all(f"deals={_deals(folder, change)}")


@case
def amounts_are_names(folder: Path) -> list[list[str]]:
    return _all(_deals(folder, _every("Amount", lambda i: NAMES.deals[i])))


@case
def dates_are_names(folder: Path) -> list[list[str]]:
    return _all(f"deals={_deals(folder, _every('Created', lambda i: NAMES.deals[i]))}")


@case
def every_row_is_rejected(folder: Path) -> list[list[str]]:
    def change(table: Table) -> None:
        _every("Amount", lambda i: NAMES.deals[i])(table)
        _every("Created", lambda i: NAMES.notes[i])(table)
        _every("Close Date", lambda i: NAMES.notes[i])(table)

    return _all(f"deals={_deals(folder, change)}", more=["--map", "amount=Amount", "--map", "created=Created"])


@case
def owners_in_several_spellings(folder: Path) -> list[list[str]]:
    def change(table: Table) -> None:
        _set(table, "Owner", OWNERS[0].upper(), f" {OWNERS[0]} ", OWNERS[0].lower(), OWNERS[1].upper())
        _set(table, "Company", ACCOUNTS[0].upper(), ACCOUNTS[1].lower(), ACCOUNTS[2].replace(" ", "  "))

    return [*_all(_deals(folder, change)), ["benchmark", FILES[0] + ".csv", "--by", "owner", "--format", "json"]]


@case
def ids_repeated(folder: Path) -> list[list[str]]:
    def change(table: Table) -> None:
        twin = list(table.rows[0])
        twin[_column(table, "Amount")], twin[_column(table, "Owner")] = "9.00", OWNERS[2]
        table.rows.append(twin)
        table.rows.append(list(table.rows[1]))
        person = list(table.rows[2])
        person[_column(table, "Contact")] = NAMES.contacts[5]
        table.rows.append(person)

    return _all(_deals(folder, change))


@case
def ids_are_names(folder: Path) -> list[list[str]]:
    def change(table: Table) -> None:
        _every("Deal ID", lambda i: NAMES.deals[i])(table)
        _set(table, "Deal ID", NAMES.deals[0], NAMES.deals[0], NAMES.deals[2])

    return [*_all(_deals(folder, change)), ["rows", "win_rate", FILES[0] + ".csv", "--format", "json"]]


@case
def no_ids(folder: Path) -> list[list[str]]:
    def change(table: Table) -> None:
        place = _column(table, "Deal ID")
        del table.header[place]
        for row in table.rows:
            del row[place]
        table.rows.append(list(table.rows[0]))
        table.rows.append([*table.rows[1][:4], NAMES.contacts[9], *table.rows[1][5:]])

    return _all(_deals(folder, change))


@case
def currencies_and_numbers(folder: Path) -> list[list[str]]:
    def change(table: Table) -> None:
        _set(table, "Currency", "", OWNERS[0], "USD", "Kr", NAMES.custom[0])
        _set(table, "Amount", "-5", "1e9", "0", "", "1,5", "1.2.3", "€ 9")

    return _all(_deals(folder, change))


@case
def outcomes_that_contradict(folder: Path) -> list[list[str]]:
    def change(table: Table) -> None:
        table.header.extend(["Status", "Is won", "Probability"])
        for i, row in enumerate(table.rows):
            row.extend([("Open", "Won", "Lost")[i % 3], ("Yes", "No")[i % 2], ("20", "0.5")[i % 2]])

    return _all(_deals(folder, change))


@case
def unknown_stages(folder: Path) -> list[list[str]]:
    return [
        *_all(_deals(folder, _every("Stage", lambda i: f"Step {i % 3}")), more=["--won", NAMES.custom[0]]),
        ["report", FILES[0] + ".csv", "--kpi", "win_rate"],
    ]


# --- rows ---


@case
def ragged_rows(folder: Path) -> list[list[str]]:
    table = deals_table()
    lines = table.text.splitlines()
    lines[3] += f",{OWNERS[0]}"
    lines[5] = ",".join(lines[5].split(",")[:6])
    lines[7] = '"' + lines[7]
    lines[9] = lines[9].replace(",EUR,", f',"{ACCOUNTS[0]},')
    lines.insert(11, f"{NAMES.deals[5]}")
    lines.insert(12, f"Owner: {OWNERS[1]}")
    lines.extend(["", f"Generated by {OWNERS[2]}", f"Total,,,,,{OWNERS[0]},,,,,,99999.00"])
    return _all(f"deals={_put(folder, 0, chr(10).join(lines))}")


@case
def titles_above(folder: Path) -> list[list[str]]:
    text = f"Deals of {OWNERS[0]}\n{ACCOUNTS[1]}\n\n" + deals_table().text
    return _all(_put(folder, 0, text))


@case
def one_column_of_lines(folder: Path) -> list[list[str]]:
    lines = ['"' + line.replace('"', '""') + '"' for line in deals_table().text.splitlines()]
    return _all(_put(folder, 0, "\n".join(lines)))


# --- headers ---


@case
def header_is_missing(folder: Path) -> list[list[str]]:
    text = "\n".join(deals_table().text.splitlines()[1:])
    path = _put(folder, 0, text)
    return [*_all(path), *_all(f"deals={path}", more=["--map", f"owner={OWNERS[1]}", "--map", f"stage={_STAGE}"])]


_STAGE = "Closed won"


@case
def header_of_names_only(folder: Path) -> list[list[str]]:
    text = written([*OWNERS, *NAMES.contacts[:3]], [[*ACCOUNTS[:4], *NAMES.notes[:3]]] * 5)
    path = _put(folder, 0, text)
    return [*_all(path), *_all(f"deals={path}")[:2], *_all(f"quotas={path}")[:2]]


@case
def header_with_names(folder: Path) -> list[list[str]]:
    def change(table: Table) -> None:
        table.header[_column(table, "Custom")] = "Discount"
        table.header[_column(table, "Phone")] = ""
        table.header[_column(table, "Notes")] = "Owner"
        table.header[_column(table, "Next step")] = "Onwer"

    return _all(_deals(folder, change))


@case
def unknown_kind(folder: Path) -> list[list[str]]:
    text = written(["Colour", "Size", "Wer"], [[NAMES.custom[0], OWNERS[1], ACCOUNTS[i]] for i in range(9)])
    path = _put(folder, 0, text)
    other = _put(folder, 1, deals_table().text)
    (folder / NAMES.folder).mkdir()
    (folder / NAMES.folder / path).write_text(text)
    (folder / NAMES.folder / other).write_text(deals_table().text)
    return [*_all(path), *_all(path, other)[:3], *_all(NAMES.folder)[:3], *_all(f"costs={path}")[:1]]


@case
def columns_that_are_guessed(folder: Path) -> list[list[str]]:
    rows = [
        [
            NAMES.deals[i],
            OWNERS[i % 4],
            ACCOUNTS[i % 12],
            f"{100 * i}.50",
            f"2025-0{1 + i % 9}-11",
            "won" if i % 2 else "lost",
        ]
        for i in range(30)
    ]
    path = _put(folder, 0, written(["Worum", "Wer", "Wem", "Wieviel", "Wann", "Wie"], rows))
    return [*_all(path), *_all(f"deals={path}")[:2], ["inspect", path, "--format", "json"]]


# --- files ---


@case
def empty_binary_and_missing_files(folder: Path) -> list[list[str]]:
    empty, header = _put(folder, 0, ""), _put(folder, 1, "Deal ID,Stage,Amount\n")
    binary = _put(folder, 2, b"\x00\x01\x02\x03" * 99)
    book = _put(folder, 3, b"PK\x03\x04 nothing", "xlsx")
    parquet = _put(folder, 4, b"PAR1 nothing PAR1", "parquet")
    web = _put(folder, 5, f"<html><body>{OWNERS[0]}</body></html>", "xls")
    fixed = _put(folder, 6, "\n".join(f"{owner:<30}{9:>10}" for owner in OWNERS * 4), "txt")
    (folder / NAMES.folder).mkdir()
    files = [empty, header, binary, book, parquet, web, fixed, f"{FILES[9]}.csv", NAMES.folder, f"{FILES[8]}*.csv"]
    return [[command, file] for command in ("report", "check", "inspect") for file in files] + [
        ["report", f"{FILES[8]}.csv", "--debug"],
        ["report", f"{OWNERS[0]}={empty}"],
        ["compare", empty, header],
        ["report", "deals.csv", "--config", f"{FILES[7]}.toml"],
    ]


@case
def encodings(folder: Path) -> list[list[str]]:
    text = deals_table().text
    mixed = text.encode().replace(OWNERS[0].encode(), OWNERS[0].encode() + b"\xe9")
    path = _put(folder, 0, mixed)
    return [*_all(path), ["report", path, "--encoding", "ascii"], ["report", path, "--encoding", NAMES.custom[0]]]


@case
def workbook_and_archive(folder: Path) -> list[list[str]]:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    for name, table in ((OWNERS[0], deals_table()), (OWNERS[1], stages_table(deals_table()))):
        sheet = book.add_worksheet(name)
        for i, row in enumerate([table.header, *table.rows]):
            sheet.write_row(i, 0, list(map(str, row)))
    notes = book.add_worksheet(ACCOUNTS[0][:30])
    notes.write_row(0, 0, [NAMES.notes[0], NAMES.notes[1]])
    notes.write_row(1, 0, [NAMES.notes[2], NAMES.notes[3]])
    book.close()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(f"{FILES[2]}.csv", deals_table().text)
        packed.writestr(f"{FILES[3]}.csv", f"{OWNERS[0]},{OWNERS[1]}\n{OWNERS[2]},{OWNERS[3]}\n")
        packed.writestr(f"{FILES[4]}.txt", NAMES.notes[0])
    return [*_all(_put(folder, 0, data.getvalue(), "xlsx")), *_all(_put(folder, 1, archive.getvalue(), "zip"))]


@case
def json_lines(folder: Path) -> list[list[str]]:
    table = deals_table()
    lines = [json.dumps(dict(zip(table.header, map(str, row), strict=True))) for row in table.rows]
    return _all(_put(folder, 0, "\n".join(lines), "jsonl"))[:3]


@case
def several_exports_of_one_list(folder: Path) -> list[list[str]]:
    early, late = deals_table(), deals_table()
    del early.rows[40:]
    for row in early.rows[20:30]:
        row[10], row[5], row[11] = "Qualified", OWNERS[0], "77.00"
    del late.rows[3]
    files = [_put(folder, 0, early.text), _put(folder, 1, late.text)]
    dated = []
    for day, table in (("2026-01-05", early), ("2026-02-05", late)):
        dated.append(f"{NAMES.files[5]}-{day}.csv")
        (folder / dated[-1]).write_text(table.text)
    compare = [
        ["compare", *dated, "--format", form, *more] for form in ("table", "json") for more in ([], ["--rows", "won"])
    ]
    return [
        *_all(*files),
        *_all(*dated),
        *compare,
        ["compare", *dated, "-o", "out/x.html"],
        ["compare", *dated, "-o", "out/x.xlsx"],
        ["compare", *files],
        ["compare", *reversed(dated)],
        ["compare", *files, "--on", f"{files[0]}=2026-01-01", "--on", f"{FILES[9]}.csv=2026-01-02"],
        ["compare", dated[0], dated[0]],
        ["compare", dated[0]],
    ]


@case
def unrelated_exports(folder: Path) -> list[list[str]]:
    other = deals_table()
    for i, row in enumerate(other.rows):
        row[0] = f"E-{i:03}" if i else "D-000"
    paths = []
    for day, table in (("2026-01-05", deals_table()), ("2026-02-05", other)):
        paths.append(f"{NAMES.files[5]}-{day}.csv")
        (folder / paths[-1]).write_text(table.text)
    return [["compare", *paths], *_all(*paths)]


# --- one file and another ---


@case
def files_that_do_not_fit(folder: Path) -> list[list[str]]:
    world = planted_world(folder)
    deals = deals_table()
    _every("Company ID", lambda i: f"c-{NAMES.custom[i % 5].split()[0]}")(deals)
    _every("Owner", lambda i: (OWNERS[0].upper(), NAMES.contacts[i % 12], OWNERS[1])[i % 3])(deals)
    (folder / world.files["deals"]).write_text(deals.text)
    quotas = [[NAMES.contacts[3], "2025-Q1", "99.00"], ["", "2025-Q2", "5.00"], [OWNERS[1], NAMES.notes[1], "9.00"]]
    quotas += [[OWNERS[0], "2025", "400.00"], [OWNERS[0], "2025-Q1", "100.00"], [OWNERS[1], "2025-Q3", OWNERS[2]]]
    (folder / world.files["quotas"]).write_text(written(["Owner", "Period", "Quota"], quotas))
    reps = [[name, "No", "2025-01-31"] for name in OWNERS]
    (folder / world.files["reps"]).write_text(written(["Name", "Active", "Left On"], reps))
    costs = [["2025-01", "Fun", OWNERS[1], "70.00"], [NAMES.notes[3], "Salary", OWNERS[2], "80.00"]]
    (folder / world.files["costs"]).write_text(written(["Month", "Cost Category", "Owner", "Amount"], costs))
    surveys = [[ACCOUNTS[i % 12], NAMES.notes[i], i % 7, "2025-03-02"] for i in range(20)]
    (folder / world.files["surveys"]).write_text(written(["Customer Name", "Comment", "NPS", "Answered On"], surveys))
    figures = [[NAMES.custom[2], "", "0.3", "Survey", "2025"]]
    (folder / world.files["figures"]).write_text(written(["KPI", "Segment", "Value", "Source", "Year"], figures))
    return [
        *_all(*world.everything),
        ["report", *world.everything, "--kpi", "quota_attainment", "--by", "owner"],
        ["report", *world.everything, "--period", "2025-Q1"],
    ]


# --- what is typed ---


@case
def names_that_are_typed(folder: Path) -> list[list[str]]:
    name, path = OWNERS[0], _put(folder, 0, deals_table().text)
    report = ["report", path, "--kpi", "win_rate"]
    return [
        ["report", path],
        [*report, "--where", f"owner = '{name}'", "--format", "json"],
        [*report, "--where", f"Notes = '{NAMES.notes[0]}'", "-v"],
        [*report, "--where", f"owner IN ('{name}', '{OWNERS[1]}') AND team = 'North'"],
        [*report, "--where", f"owner LIKE '{name[:5]}%'"],
        [*report, "--where", f"owner < '{name}'"],
        [*report, "--where", f"amount > '{name}'"],
        [*report, "--where", f"created = '{name}'"],
        [*report, "--where", f'"{name}" = 1'],
        [*report, "--where", f"{name.split()[0]}(owner) = 'x'"],
        [*report, "--where", f"owner = '{name}"],
        [*report, "--where", f"owner = 'nobody {NAMES.custom[0]}'"],
        [*report, "--by", name],
        [*report, "--by", "Notes"],
        [*report, "--sort", name],
        ["report", path, "--kpi", name],
        ["report", path, "--family", name],
        ["report", path, "--period", name],
        ["report", path, "--format", name],
        ["report", path, "-o", f"out/{name}.qqq"],
        ["report", path, "-o", f"{FILES[3]}/{name}.html"],
        ["report", path, "-o", path],
        ["report", path, f"--{name.split()[0].lower()}"],
        ["report", path, "--goal", f"win_rate[{name}] >= 25%"],
        ["report", path, "--map", f"owner={name}"],
        ["report", path, "--map", f"{name}=Owner"],
        ["report", path, "--won", name, "--lost", OWNERS[1]],
        ["report", path, "--as-of", name],
        ["report", path, "--currency-symbol", f"{name}=USD"],
        ["report", path, "--profile", name],
        ["report", path, "--timezone", name],
        ["rows", "win_rate", path, "--columns", f"id,{name}"],
        ["rows", "win_rate", path, "--sort", name],
        ["rows", name, path],
        ["explain", name, path],
        ["trend", name, path],
        ["losses", path, "--rows", f"reason:{name}"],
        ["losses", path, "--by", "owner", "--rows", f"{name}:Price"],
        ["benchmark", path, "--by", "owner", "--rows", f"win_rate:{name}"],
        ["benchmark", path, "--by", "owner", "--rows", f"win_rate:{name}", "--format", "json"],
        ["funnel", path, "--rows", name],
        ["cohort", path, "--rows", name],
        ["forecast", path, "--period", "2026-Q1", "--rows", f"owner:{name}"],
        ["forecast", path, "--period", "2026-Q1", "--rows", name],
        [name, path],
        [path],
        ["report", path, name],
        ["report", "--lang", name, path],
    ]


@case
def settings_with_names(folder: Path) -> list[list[str]]:
    path = _put(folder, 0, deals_table().text)
    (folder / "salesmetrics.toml").write_text(
        f'[goals]\nwin_rate = [{{ goal = ">= 90%", owner = "{OWNERS[0]}", note = "{NAMES.notes[0]}" }}, '
        f'{{ goal = ">= 10%", group = {{ owner = "*" }} }}, '
        f'{{ goal = ">= 20%", group = {{ owner = "{OWNERS[3]}" }} }}, '
        f'{{ goal = ">= 30%", group = {{ owner = "{NAMES.custom[3]}" }} }}]\n'
        f'[map]\n# {OWNERS[1]}\ncontact = "Contact"\n[report]\nwhere = "owner <> \'{OWNERS[2]}\'"\n'
        f'[kpi.own]\nexpression = "won_deals / lost_deals"\ntitle = "Own"\n'
    )
    wrong = f'[goals]\nwin_rate = [{{ goal = "{OWNERS[0]}", owner = 7 }}]\n["{OWNERS[1]}"]\nx = 1\n'
    (folder / f"{FILES[1]}.toml").write_text(wrong)
    (folder / f"{FILES[2]}.toml").write_text(f'[goals\nowner = "{OWNERS[0]}\n')
    return [
        ["report", path],
        ["report", path, "--format", "json", "-v"],
        ["report", path, "-o", "out/x.html"],
        ["config", "show", "--format", "json"],
        ["config", "show"],
        ["report", path, "--config", f"{FILES[1]}.toml"],
        ["report", path, "--config", f"{FILES[2]}.toml"],
    ]
