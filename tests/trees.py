"""The modules of the package as trees: read when a test first asks, and once for all that ask."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import salesmetrics

__all__ = ["ROOT", "module_names", "nodes", "tree", "trees"]

ROOT = Path(salesmetrics.__file__).parent


@cache
def module_names() -> tuple[str, ...]:
    """Every module by its path within the package, sorted."""
    return tuple(path.relative_to(ROOT).as_posix() for path in sorted(ROOT.rglob("*.py")))


@cache
def tree(name: str) -> ast.Module:
    """The tree of a module, which no test changes."""
    return ast.parse((ROOT / name).read_text("utf-8"))


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    """Everything in a module, as ``ast.walk`` gives it."""
    return tuple(ast.walk(tree(name)))


def trees() -> dict[str, ast.Module]:
    """Every module, by its path within the package."""
    return {name: tree(name) for name in module_names()}
