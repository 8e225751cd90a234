"""Packs the example exports for `salesmetrics demo`.

python examples/pack.py            # rewrite src/salesmetrics/samples/exports.zip

The same files give the same bytes with one version of zlib; the tests compare the files within.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

HERE = Path(__file__).parent
TARGET = HERE.parent / "src" / "salesmetrics" / "samples" / "exports.zip"
PATTERNS = ("*.csv", "weekly/*.csv", "bitrix24/*.csv")


def packed() -> list[Path]:
    """The exports in order: those of a folder together."""
    return [path for pattern in PATTERNS for path in sorted(HERE.glob(pattern))]


def main() -> None:
    with ZipFile(TARGET, "w") as archive:
        for path in packed():
            member = ZipInfo(path.relative_to(HERE).as_posix())  # its date is 1980 always
            member.external_attr = 0o644 << 16
            archive.writestr(member, path.read_bytes(), ZIP_DEFLATED, 9)


if __name__ == "__main__":
    main()
