"""Fields: their page, what each means, and what Tab offers after ``--map``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fields_page import fields_page
from in_process import invoke
from salesmetrics.schema.kinds import KINDS, column_types
from salesmetrics.schema.meanings import KIND_MEANINGS, MEANINGS, OF_A_KIND, meaning_of
from salesmetrics.settings.mapping import headers_in

if TYPE_CHECKING:
    from golden_file import Golden

PAGE = Path(__file__).parent.parent / "docs" / "fields.md"


def test_page(golden: Golden) -> None:
    golden(PAGE, fields_page())


def test_every_field_of_every_kind_is_explained() -> None:
    fields = {(str(kind), field) for kind in KINDS for field in column_types(kind)}
    assert {field for _, field in fields} == MEANINGS.keys()
    assert OF_A_KIND.keys() <= fields
    assert list(KIND_MEANINGS) == list(KINDS)
    assert all(meaning_of(field, kind).endswith(".") for kind, field in fields)


def offered(folder: Path, line: str) -> list[str]:
    words = {"_SALESMETRICS_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": f"salesmetrics {line}"}
    return invoke(env={**os.environ, **words}, cwd=folder).stdout.splitlines()


def test_tab_offers_fields_and_what_they_mean(tmp_path: Path) -> None:
    shown = "\n".join(offered(tmp_path, "report x.csv --map am"))
    assert "amount=" in shown
    assert "Value of the whole deal." in shown
    assert "owner=" not in shown
    assert "The target." in "\n".join(offered(tmp_path, "report quotas=x.csv --map am"))


def test_tab_offers_the_headers_of_the_file_behind_the_sign(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("Client name;How much;Größe\na;1;2\n", encoding="utf-8")
    shown = "\n".join(offered(tmp_path, "report x.csv --map amount="))
    assert all(f"amount={header}" in shown for header in ("Client name", "How much", "Größe"))
    named = "\n".join(offered(tmp_path, "report deals=x.csv --map amount=How"))
    assert "amount=How much" in named
    assert "Client name" not in named
    assert offered(tmp_path, "report not_there.csv --map amount=") == offered(
        tmp_path, "report not_there.csv --map zzz"
    )


@pytest.mark.parametrize(
    "line",
    ["rows revenue x.csv --columns", "rows revenue x.csv --sort", "report x.csv --by", "trend revenue x.csv --by"],
)
def test_tab_offers_fields_and_headers_where_a_column_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("Client name,omission,Größe\na,1,2\n", encoding="utf-8")
    shown = "\n".join(offered(tmp_path, f"{line} o"))
    assert "owner" in shown
    assert "omission" in shown
    assert "amount" not in shown
    assert "region,owner" in "\n".join(offered(tmp_path, f"{line} region,ow"))


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (b"\xef\xbb\xbfA,B\n1,2\n", ["A", "B"]),
        ("Größe;Maß\n1;2\n".encode("cp1252"), ["Größe", "Maß"]),
        ("A\tB\n1\t2\n".encode("utf-16"), ["A", "B"]),
        (b'Report of March\n\n"Last, first",Amount,C\nx,1,2\n', ["Last, first", "Amount", "C"]),
        (b"PK\x03\x04\x00\x00", []),
        (b"", []),
    ],
)
def test_headers_are_found_without_reading_the_file(tmp_path: Path, data: bytes, headers: list[str]) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    assert list(headers_in(str(path))) == headers
