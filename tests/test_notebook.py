"""The notebook and the page about Python run as they stand, cell by cell, and show what they say they show."""

from __future__ import annotations

import ast
import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import salesmetrics

if TYPE_CHECKING:
    from golden_file import Golden

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
PAGE = ROOT / "docs" / "python.md"


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the examples lie beside, as beside the documentation."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path / "docs")
    return tmp_path / "docs"


def run(code: str, names: dict[str, Any]) -> tuple[str, object]:
    """Run a cell; what it prints, and the value of its last line."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None  # type: ignore[attr-defined]
    return printed.getvalue(), value


def ran(notebook: dict[str, Any]) -> str:
    """The notebook with what its cells give, as text."""
    names: dict[str, Any] = {}
    count = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        count += 1
        printed, value = run("".join(cell["source"]), names)
        outputs: list[dict[str, Any]] = []
        if printed:
            outputs.append({"name": "stdout", "output_type": "stream", "text": printed.splitlines(keepends=True)})
        if value is not None:
            data = {"text/plain": repr(value).splitlines(keepends=True)}
            outputs.append({"data": data, "execution_count": count, "metadata": {}, "output_type": "execute_result"})
        cell.update(execution_count=count, outputs=outputs)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.usefixtures("beside")
def test_the_notebook_shows_what_its_cells_give(golden: Golden, beside: Path) -> None:
    made = ran(json.loads(NOTEBOOK.read_text("utf-8")))
    golden(NOTEBOOK, made)
    assert len(made.encode()) < 40_000
    assert str(ROOT) not in made
    assert str(beside) not in made
    assert [path.name for path in beside.iterdir()] == ["report.html"]


def test_a_result_of_the_notebook_is_shown_as_a_page(beside: Path) -> None:
    assert beside.is_dir()
    result = salesmetrics.losses("../examples/deals.csv")
    assert set(result._repr_mimebundle_()) == {"text/plain", "text/html"}


@pytest.mark.usefixtures("beside")
def test_the_examples_of_the_page_run() -> None:
    text = PAGE.read_text("utf-8")
    assert "notebook.ipynb" in text
    names: dict[str, Any] = {}
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 4
    for block in blocks:
        run(block, names)


def test_the_page_names_every_function_and_every_method() -> None:
    text = PAGE.read_text("utf-8")
    methods = [name for name in vars(salesmetrics.Result) if not name.startswith("_")]
    for name in [*(set(salesmetrics.__all__) - {"__version__"}), *methods]:
        assert re.search(rf"`[^`]*\b{name}\b", text), name
