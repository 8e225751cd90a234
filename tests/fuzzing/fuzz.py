"""Plays a door until the time is up, guided by coverage: `python tests/fuzzing/fuzz.py DOOR FOUND [options of libFuzzer] [folders]`.

What goes wrong is written to the folder FOUND, one input for each place in the program, and the search goes on. `nightly.py` calls this.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import random
import shlex
import sys
import traceback
from contextlib import suppress
from pathlib import Path

import atheris

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

with atheris.instrument_imports(include=["salesmetrics"]):
    import salesmetrics

    for module in pkgutil.walk_packages(salesmetrics.__path__, "salesmetrics."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

from doors import DOORS  # noqa: E402 - what it imports is instrumented by now
from ground import play  # noqa: E402

_ONE_IN = 4
"""So many inputs are changed by libFuzzer itself, which knows of no tables but compares with what the program looks for."""


def main() -> None:
    door, found = DOORS[sys.argv[1]], Path(sys.argv[2])
    seen: set[str] = set()

    def one(data: bytes) -> None:
        try:
            play(door, data)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            place = _place(error)
            if place not in seen:
                seen.add(place)
                name = found / hashlib.sha256(data).hexdigest()[:16]
                name.write_bytes(data)
                Path(f"{name}.txt").write_text(
                    f"{place}\n{''.join(traceback.format_exception(error))[-6_000:]}", "utf-8", "backslashreplace"
                )

    def changed(data: bytes, longest: int, seed: int) -> bytes:
        draw = random.Random(seed)
        if draw.randrange(_ONE_IN) == 0:
            return bytes(atheris.Mutate(data, longest))
        with suppress(Exception):  # what is broken already cannot be taken apart
            return door.mutate(data, longest, draw)
        return bytes(atheris.Mutate(data, longest))

    # To merge, libFuzzer begins itself again by the first of these words, which a shell reads.
    atheris.Setup([shlex.join([sys.executable, *sys.argv[:3]]), *sys.argv[3:]], one, custom_mutator=changed)
    atheris.Fuzz()


def _place(error: BaseException) -> str:
    """The kind of an error, and the last line of ours that it passed."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if {"salesmetrics", "fuzzing"} & set(Path(frame.filename).parts)
    ]
    last = frames[-1] if frames else None
    return f"{type(error).__name__} {Path(last.filename).name if last else '?'}:{last.lineno if last else 0}"


if __name__ == "__main__":
    main()
