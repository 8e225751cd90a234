"""What the house looks like: `python tests/house.py` counts modules, lines and importers (test_house.py holds the rules).

An importer is a module of the package that names another one in an import anywhere: at its head, for types only, or inside a
function.
"""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

from trees import ROOT, nodes, tree

__all__ = ["MEMBERS", "OWN_FILE", "House", "house"]

SOURCE = Path(__file__).parent.parent / "src"
PACKAGE = "salesmetrics"

OWN_FILE = "Own file:"
"""How the first line of a module says why it stands alone though only one other module imports it."""

MEMBERS = ("cli.commands", "entities", "ingest.checks", "messages", "metrics", "metrics.measures", "render.layouts")
"""Rooms of registered members: KPIs, measures, commands and layouts are each imported by their list alone."""

WRITERS = "render.write_"
"""How the names of writers begin, which are registered too."""


class Module(NamedTuple):
    """A module as its file has it."""

    name: str
    path: Path
    lines: int
    first_line: str
    imports: frozenset[str]


class House(NamedTuple):
    """All modules of the package by dotted name."""

    modules: dict[str, Module]

    def importers(self) -> dict[str, set[str]]:
        """Module → the modules that import it."""
        found: dict[str, set[str]] = {name: set() for name in self.modules}
        for module in self.modules.values():
            for name in module.imports - {module.name}:
                found[name].add(module.name)
        for name, module in self.modules.items():
            # What the face of a room passes on is imported by all that import the face.
            if module.path.name == "__init__.py":
                for inner in module.imports & {other for other in self.modules if other.startswith(f"{name}.")}:
                    found[inner] |= found[name]
        return found

    def alone(self) -> list[str]:
        """Modules with one importer, which is neither their registry nor explained in their first line."""
        importers = self.importers()
        return sorted(
            name
            for name, module in self.modules.items()
            if len(importers[name]) == 1 and not _is_member(name) and OWN_FILE not in module.first_line
        )

    def rooms(self) -> dict[str, int]:
        """Folder → modules at its own level."""
        return dict(Counter(str(module.path.parent.relative_to(SOURCE)) for module in self.modules.values()))

    def circles(self) -> list[list[str]]:
        """Groups of modules that import each other, each sorted."""
        return sorted(sorted(group) for group in _strongly_connected(self.modules) if len(group) > 1)


@cache
def house() -> House:
    """Read all modules."""
    files = sorted((SOURCE / PACKAGE).rglob("*.py"))
    names = {_name(file): file for file in files}
    return House({name: _module(name, file, frozenset(names)) for name, file in names.items()})


def _name(file: Path) -> str:
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _module(name: str, file: Path, names: frozenset[str]) -> Module:
    text = file.read_text(encoding="utf-8")
    module = file.relative_to(ROOT).as_posix()
    found: set[str] = set()
    for node in nodes(module):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & names) or {node.module}
    first = (ast.get_docstring(tree(module)) or "").partition("\n")[0]
    return Module(name, file, text.count("\n"), first, frozenset(found & names))


def _is_member(name: str) -> bool:
    own = name.removeprefix(f"{PACKAGE}.")
    return own.rpartition(".")[0] in MEMBERS or own.startswith(WRITERS)


def _strongly_connected(modules: dict[str, Module]) -> list[list[str]]:
    """Tarjan's algorithm (1972), without recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []
    for root in modules:
        work = [(root, iter(sorted(modules[root].imports)))] if root not in index else []
        while work:
            name, rest = work[-1]
            if name not in index:
                index[name] = low[name] = len(index)
                stack.append(name)
            step = next(rest, None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    cut = stack.index(name)
                    groups.append(stack[cut:])
                    del stack[cut:]
            elif step not in index:
                work.append((step, iter(sorted(modules[step].imports))))
            elif step in stack:
                low[name] = min(low[name], index[step])
    return groups


def main() -> None:
    """Print the counts."""
    found = house()
    lines = sum(module.lines for module in found.modules.values())
    print(f"{len(found.modules)} modules, {lines:,} lines, {len(found.alone())} with one importer and no reason")
    for name in found.alone():
        print(f"  {name} <- {next(iter(found.importers()[name]))} ({found.modules[name].lines} lines)")
    print(
        "modules by room:", ", ".join(f"{room} {n}" for room, n in sorted(found.rooms().items(), key=lambda r: -r[1]))
    )
    print("above 600 lines:", [name for name, module in found.modules.items() if module.lines > 600])
    for circle in found.circles():
        print("circle:", ", ".join(circle))


if __name__ == "__main__":
    main()
