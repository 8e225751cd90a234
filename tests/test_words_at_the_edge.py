"""Inside there are codes, not prose: nobody decides by a sentence, and every finding has words and details for them."""

from __future__ import annotations

import ast
import re
from string import Formatter
from typing import TYPE_CHECKING

import pytest

from salesmetrics.messages.findings import FINDINGS
from trees import module_names, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

EDGE = ("messages", "render", "cli", "answers")
"""Rooms that show something to a reader."""
GIVES_TEXT = {"errors.py", "schema/provenance.py"}
"""Modules that give text to whoever asks them for it."""
NO_SENTENCES = frozenset(
    {("ingest/canonical/canonical.py", "expected revenue"), ("settings/sources.py", "whole number")}
)
"""Module and text: a header as it stands in files, and the name of a kind of option."""
ALWAYS = {"kind", "path", "column", "count"}
"""Details that every finding has."""
SENTENCE = re.compile(r"[a-z,;:)] [a-z(]")
READERS = {"startswith", "endswith", "removeprefix", "removesuffix", "split", "partition", "find", "index", "replace"}


INSIDE = tuple(name for name in module_names() if name.partition("/")[0] not in EDGE)


def constants(node: ast.AST | None) -> list[str]:
    """The texts that stand in an expression as they are."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [text for item in node.elts for text in constants(item)]
    if isinstance(node, ast.IfExp):
        return [*constants(node.body), *constants(node.orelse)]
    return []


def compared(node: ast.AST) -> list[str]:
    """The texts that something is compared with."""
    if isinstance(node, ast.Compare):
        return [text for side in (node.left, *node.comparators) for text in constants(side)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS:
        return [text for argument in node.args for text in constants(argument)]
    return []


@pytest.mark.parametrize("name", INSIDE)
def test_nobody_reads_a_sentence(name: str) -> None:
    texts = {text for node in nodes(name) for text in compared(node) if SENTENCE.search(text)}
    assert {text for text in texts if (name, text) not in NO_SENTENCES} == set()
    if name in GIVES_TEXT:
        return
    read = {node.attr for node in nodes(name) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)}
    assert read & {"message", "hint"} == set()


def called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    for name in INSIDE:
        for node in nodes(name):
            if isinstance(node, ast.Call) and called(node) in names:
                yield name, node


def test_a_finding_is_made_in_one_place() -> None:
    assert {name for name, _ in calls("Finding")} == {"schema/findings.py"}


def places(template: str | None) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template or "") if name}


def given(node: ast.Call) -> set[str] | None:
    """The names of the arguments of a call; None where some of them are known only when it runs."""
    names = [keyword.arg for keyword in node.keywords]
    return None if None in names else {name for name in names if name}


def test_a_finding_has_words_and_its_words_have_details() -> None:
    looked = 0
    for name, node in calls("finding", "report"):
        for code in constants(node.args[0]) if node.args else []:
            assert code in FINDINGS, (name, code)
            details = given(node)
            if details is not None:
                needed = places(FINDINGS[code][0]) | places(FINDINGS[code][1])
                assert needed <= details | ALWAYS, (name, code, needed - details - ALWAYS)
                looked += 1
    assert looked > 80


def patterns() -> tuple[set[str], list[re.Pattern[str]]]:
    """Every text in the modules inside, and every text that is put together, as a pattern."""
    whole, built = set(), []
    for name in INSIDE:
        for node in nodes(name):
            whole.update(constants(node))
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(p.value) if isinstance(p, ast.Constant) else r"[\w-]+" for p in node.values]
                if any(isinstance(p, ast.Constant) and "_" in str(p.value) for p in node.values):
                    built.append(re.compile("".join(parts)))
    return whole, built


def test_no_words_are_left_behind() -> None:
    whole, built = patterns()
    unused = {code for code in FINDINGS if code not in whole and not any(p.fullmatch(code) for p in built)}
    assert unused == set()
