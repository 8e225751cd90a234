from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_fixture import compared_report, deals_input, grouped_report, metric, report, total_report, win_rate
from salesmetrics.render.json_schema import schema
from salesmetrics.render.numbers import exact
from salesmetrics.render.write_json import dumps
from salesmetrics.render.writers import render

if TYPE_CHECKING:
    from golden_file import Golden
    from salesmetrics.answers.report import Report


def render_json(made: Report) -> str:
    return render(made, "json")


SAMPLES: dict[str, Report] = {
    "total": total_report(),
    "compared": compared_report(),
    "grouped": grouped_report(["Ana", None]),
    "empty": report([], as_of=None, as_of_source=None, inputs=[]),
}

# As the settled description of the output gives them; what was added since stands behind.
SETTLED = {
    "": [
        "schema_version",
        "generator",
        "command",
        "as_of",
        "period",
        "comparison",
        "group_by",
        "inputs",
        "metrics",
        "findings",
    ],
    "inputs": ["kind", "path", "sha256", "profile", "encoding", "delimiter", "rows"],
    "metrics": [
        *("id", "title", "family", "unit", "basis", "currency", "group", "period", "value", "numerator", "denominator"),
        *("n", "interval", "previous", "change", "goal", "reason", "excluded"),
    ],
    "findings": ["code", "severity", "kind", "column", "count", "rows", "message", "hint"],
}


@pytest.mark.parametrize("name", ["total", "compared"])
def test_golden(name: str, golden: Golden) -> None:
    golden(f"render/{name}.json", render_json(SAMPLES[name]))


def test_golden_schema(golden: Golden) -> None:
    golden("render/schema.json", dumps(schema()))


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_fit_the_schema(name: str) -> None:
    tree = schema()
    jsonschema.Draft202012Validator.check_schema(tree)
    validator = jsonschema.Draft202012Validator(tree, format_checker=jsonschema.FormatChecker())
    validator.validate(json.loads(render_json(SAMPLES[name])))


@pytest.mark.parametrize(
    ("path", "value"),
    [(("schema_version",), "2"), (("metrics", 0, "value"), "10"), (("metrics", 0, "unit"), "kg"), (("as_of",), 3)],
)
def test_the_schema_refuses(path: tuple[str | int, ...], value: Any) -> None:
    tree = json.loads(render_json(SAMPLES["total"]))
    *parents, last = path
    spot = tree
    for step in parents:
        spot = spot[step]
    spot[last] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tree, schema())


def test_the_schema_requires_every_key_that_is_written_and_allows_later_ones() -> None:
    tree = json.loads(render_json(SAMPLES["total"]))
    described = schema()
    assert set(described["required"]) == set(described["properties"]) == set(tree)
    assert set(described["$defs"]["Metric"]["required"]) == set(tree["metrics"][0])
    jsonschema.validate(tree | {"added_later": 1}, described)


def test_what_is_for_the_screen_only_stays_out() -> None:
    text = render_json(total_report()) + dumps(schema())
    for name in ("trend", "small", "direction"):
        assert f'"{name}"' not in text


@pytest.mark.parametrize("name", SAMPLES)
def test_keys_keep_their_order(name: str) -> None:
    tree = json.loads(render_json(SAMPLES[name]))
    for place, keys in SETTLED.items():
        for item in [tree] if place == "" else tree[place]:
            assert list(item)[: len(keys)] == keys


def test_numbers_are_exact() -> None:
    made = report(
        [
            metric("a", "A", "f", "money", Decimal("12345678901234567890.12345678")),
            metric("b", "B", "f", "money", Decimal("10005534.00000000")),
            metric("c", "C", "f", "money", Decimal("-0.00")),
            metric("d", "D", "f", "money", Decimal("0.00000001")),
            win_rate(4238, 6711),
            metric("e", "E", "f", "ratio", -0.0),
        ]
    )
    written = re.findall(r'"value": (.*),', render_json(made))
    assert written == ["12345678901234567890.12345678", "10005534", "0", "0.00000001", repr(4238 / 6711), "0.0"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back(money: Decimal, ratio: float) -> None:
    text = dumps({"money": money, "ratio": ratio})
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal)["money"] == money
    assert json.loads(text)["ratio"] == ratio


@pytest.mark.parametrize("value", [math.nan, math.inf, Decimal("NaN")])
def test_nan_never_gets_out(value: float | Decimal) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        dumps({"value": value})


@pytest.mark.parametrize("value", [math.nan, -math.inf, Decimal("NaN")])
def test_nan_in_an_answer_is_refused_with_its_place(value: float | Decimal) -> None:
    with pytest.raises(ValueError, match=r"not a finite number: .* `\$\.metrics\[0\]\.value`"):
        render_json(report([metric("a", "A", "f", "ratio", value)]))


def test_what_is_not_of_its_type_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Expected `int \| null`, got `str`"):
        render_json(report([metric("a", "A", "f", "count", 1, n="7")]))


@given(st.floats(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False, places=9))
def test_every_number_of_an_answer_is_written_as_anywhere_else(ratio: float, money: Decimal) -> None:
    text = render_json(report([metric("a", "A", "f", "ratio", ratio, previous=money)]))
    assert f'"value": {exact(ratio)},\n' in text
    assert f'"previous": {exact(money)},\n' in text


def test_text_is_kept_and_the_last_byte_is_a_newline() -> None:
    text = render_json(grouped_report(["李娜 <a&b>"]))
    assert '"李娜 <a&b>"' in text
    assert text.endswith("}\n")
    assert not text.endswith("\n\n")
    assert all(line.rstrip() == line for line in text.splitlines())


def test_a_path_that_is_no_text_still_makes_valid_json() -> None:
    text = render_json(report([], inputs=[deals_input("bad\udcff.csv")]))
    text.encode("utf-8")
    assert json.loads(text)["inputs"][0]["path"] == "bad\ufffd.csv"


def test_same_report_same_bytes() -> None:
    assert render_json(grouped_report()) == render_json(grouped_report())
