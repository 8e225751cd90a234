"""Branch coverage by room: `python tests/mutation/branches.py` reads what `pytest --cov` has left in `build/coverage`.

A branch is a way out of a condition or a loop; it is covered when some test takes it. With `--lines ROOM` the branches of a room that no
test takes, as places.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).parent.parent.parent
PACKAGE = "src/salesmetrics/"


def main() -> int:
    """Print the table, or the branches that are missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=str(ROOT / "build" / "coverage" / "data"), help="the file of coverage")
    parser.add_argument("--lines", metavar="ROOM", help="a room whose missing branches are listed")
    asked = parser.parse_args()
    files = report(asked.data)
    if asked.lines:
        for path, found in files.items():
            for start, end in found["missing_branches"] if room(path) == asked.lines else []:
                print(f"{PACKAGE}{path}:{start} → {max(end, 0) or 'end'}")
        return 0
    print(table(files))
    return 0


def report(data: str) -> dict[str, dict]:
    """What coverage found per file of the package, by its path within it."""
    coverage = Coverage(data_file=data, config_file=str(ROOT / "pyproject.toml"))
    coverage.load()
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        # Tests copy the package to other places as well.
        coverage.json_report(outfile=out.name, include=[str(ROOT / PACKAGE / "*")])
        files = json.loads(Path(out.name).read_text("utf-8"))["files"]
    return {path.partition(PACKAGE)[2]: found for path, found in files.items()}


def room(path: str) -> str:
    """The room of a module; modules that stand alone count as one."""
    return path.partition("/")[0] if "/" in path else "(modules of their own)"


def table(files: dict[str, dict]) -> str:
    """Branches and lines of each room that tests take, in Markdown."""
    rooms: dict[str, Counter[str]] = {}
    for path, found in files.items():
        for name in (room(path), "in all"):
            rooms.setdefault(name, Counter()).update(
                {key: value for key, value in found["summary"].items() if isinstance(value, int)}
            )
    lines = ["| room | branches | taken | lines | run |", "|---|---|---|---|---|"]
    for name, counts in sorted(rooms.items(), key=lambda item: (item[0] == "in all", item[0])):
        taken = counts["covered_branches"] / max(counts["num_branches"], 1)
        run = counts["covered_lines"] / max(counts["num_statements"], 1)
        lines.append(f"| {name} | {counts['num_branches']} | {taken:.1%} | {counts['num_statements']} | {run:.1%} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
