"""`make fuzz`: an hour of fuzzing, divided among the doors, and a corpus that stays small.

Each door begins with its seeds, what once went wrong, the corpus that is kept, and what earlier nights came upon (build/fuzzing). At the end the corpus is
made anew: the fewest and smallest inputs that between them go wherever any of them went. Exits 1 where anything went wrong, and names the
file that does it again: `python tests/fuzzing/nightly.py --play FILE`.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from doors import DOORS  # noqa: E402
from ground import CORPUS, FOUND, play  # noqa: E402

if TYPE_CHECKING:
    from ground import Door

BUILD = HERE.parent.parent / "build" / "fuzzing"
SHARES = {"reader": 4, "settings": 2}
"""How much of the time a door gets; 1 where nothing is stated."""
BY_HAND = ("-timeout=60", "-rss_limit_mb=4000", "-print_final_stats=1")


class Night(NamedTuple):
    """What became of a door: inputs tried, features reached, and inputs that reach new ones."""

    tried: int
    features: int
    new: int
    kept: int
    bytes: int
    wrong: list[Path]

    def __str__(self) -> str:
        return f"{self.tried:>9,} inputs {self.features:>7,} features {self.new:>5,} new; kept {self.kept:>3} of {self.bytes:>7,} bytes; {len(self.wrong)} wrong"


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--minutes", type=float, default=60, help="in all, divided among the doors")
    asked.add_argument("--door", action="append", choices=sorted(DOORS), help="only these")
    asked.add_argument(
        "--play", type=Path, metavar="FILE", help="one input again; its name begins with that of its door"
    )
    given = asked.parse_args()
    if given.play:
        played(given.play)
        return 0
    if importlib.util.find_spec("atheris") is None:
        print('atheris is not installed: pip install -e ".[fuzz]"')
        return 2
    doors = [DOORS[name] for name in given.door or DOORS]
    whole = sum(SHARES.get(door.name, 1) for door in doors)
    wrong = []
    for door in doors:
        night = fuzzed(door, given.minutes * 60 * SHARES.get(door.name, 1) / whole)
        print(f"{door.name:10}{night}", flush=True)
        wrong += night.wrong
    for path in wrong:
        note = Path(f"{path}.txt")
        print(f"wrong: {path} {note.read_text('utf-8').splitlines()[0] if note.exists() else ''}")
    return 1 if wrong else 0


def played(path: Path) -> None:
    """One input again, which lies in the folder of its door.

    Raises:
        BaseException: What is wrong, with the line that does it again.
    """
    try:
        play(DOORS[path.resolve().parent.name], path.read_bytes())
    except BaseException as error:
        error.add_note(f"python tests/fuzzing/nightly.py --play {path}")
        raise


def fuzzed(door: Door, seconds: float) -> Night:
    """Search for so long, then keep what is worth it."""
    found, grown, kept = BUILD / "found" / door.name, BUILD / "corpus" / door.name, CORPUS / door.name
    for folder in (found, grown, kept):
        folder.mkdir(parents=True, exist_ok=True)
    begun = time.time()
    with tempfile.TemporaryDirectory() as scratch:
        seeds = Path(scratch) / "seeds"
        seeds.mkdir()
        for seed in (*door.seeds(), *(path.read_bytes() for path in (FOUND / door.name).glob("*"))):
            (seeds / _name(seed)).write_bytes(seed)
        words = Path(scratch) / "words"
        words.write_text("\n".join(f'"{_escaped(word)}"' for word in door.words), "ascii")
        limits = [
            f"-max_total_time={max(1, int(seconds))}",
            f"-max_len={door.longest}",
            f"-dict={words}",
            f"-artifact_prefix={found}/",
        ]
        said, wrong = _run(door, "search", found, *limits, grown, kept, seeds)
        smallest = Path(scratch) / "smallest"
        smallest.mkdir()
        _, unmerged = _run(
            door,
            "merge",
            found,
            "-set_cover_merge=1",
            "-use_counters=0",
            f"-max_len={door.longest}",
            smallest,
            kept,
            grown,
            seeds,
        )
        best = sorted(smallest.iterdir(), key=lambda path: path.stat().st_mtime_ns)[: door.kept]
        if best:
            shutil.rmtree(kept)
            kept.mkdir()
            for path in best:
                data = path.read_bytes()
                (kept / _name(data)).write_bytes(data)
    wrong += unmerged + sorted(
        path for path in found.iterdir() if path.stat().st_mtime >= begun and path.suffix != ".txt"
    )
    sizes = [path.stat().st_size for path in kept.iterdir()]
    tried, new = (_stat(said, name) for name in ("number_of_executed_units", "new_units_added"))
    features = [int(number) for number in re.findall(r"ft: (\d+)", said)]
    return Night(tried, max(features, default=0), new, len(sizes), sum(sizes), wrong)


def _run(door: Door, what: str, found: Path, *arguments: object) -> tuple[str, list[Path]]:
    """What libFuzzer said, and the file with it where it did not end well and left no input that shows why."""
    line = [sys.executable, str(HERE / "fuzz.py"), door.name, str(found), *BY_HAND, *map(str, arguments)]
    begun = time.time()
    done = subprocess.run(line, capture_output=True, encoding="utf-8", errors="replace", check=False)
    log = BUILD / f"{door.name}-{what}.log"
    log.write_text(done.stderr, "utf-8")
    return done.stderr, [log] if done.returncode and not any(
        path.stat().st_mtime >= begun for path in found.iterdir()
    ) else []


def _stat(said: str, name: str) -> int:
    found = re.search(rf"stat::{name}:\s*(\d+)", said)
    return int(found[1]) if found else 0


def _name(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogateescape")[:60])


if __name__ == "__main__":
    sys.exit(main())
