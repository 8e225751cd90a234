"""Whether this tree can be released: ``python tests/packages/release.py`` (``make release-check``) says what is missing.

It looks at the version, the changelog, the work tree and the tags, builds wheel and sdist and checks them; then ``.ci/run`` and
``environments.py`` run, which take some minutes each. With ``--quick`` these two are left out.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent


def text_faults(version: str, changelog: str, pyproject: str) -> Iterator[str]:
    r"""What is wrong with the version and the changelog.

    >>> good = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-30\n\n### Fixed\n\n- Something.\n"
    >>> list(text_faults("1.2.0", good, "5 - Production/Stable"))
    []
    >>> list(text_faults("1.3.0", good, "5 - Production/Stable"))
    ['CHANGELOG.md has no section `## [1.3.0] - YYYY-MM-DD`']
    >>> list(text_faults("1.2", good.replace("1.2.0", "1.2"), "4 - Beta"))
    ['1.2 is no version of three numbers', 'pyproject.toml does not say `5 - Production/Stable`']
    >>> list(text_faults("1.2.0", good.replace("[Unreleased]\n", "[Unreleased]\n\n- More.\n"), "5 - Production/Stable"))
    ['CHANGELOG.md has lines under [Unreleased]: they belong to the release']
    >>> list(text_faults("1.2.0", good.replace("- Something.\n", ""), "5 - Production/Stable"))
    ['CHANGELOG.md says nothing of 1.2.0']
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        yield f"{version} is no version of three numbers"
    sections = dict(re.findall(r"^## \[([^\]]+)\](.*(?:\n(?!## ).*)*)", changelog, re.MULTILINE))
    head, _, body = sections.get(version, "").partition("\n")
    if not re.fullmatch(r" - \d{4}-\d{2}-\d{2}", head):
        yield f"CHANGELOG.md has no section `## [{version}] - YYYY-MM-DD`"
    elif not re.search(r"^- ", body, re.MULTILINE):
        yield f"CHANGELOG.md says nothing of {version}"
    if re.search(r"^- ", sections.get("Unreleased", ""), re.MULTILINE):
        yield "CHANGELOG.md has lines under [Unreleased]: they belong to the release"
    status = "4 - Beta" if version.startswith("0.") else "5 - Production/Stable"
    if status not in pyproject:
        yield f"pyproject.toml does not say `{status}`"


def tree_faults(version: str, status: str, tags: Sequence[str], branch: str) -> Iterator[str]:
    """What is wrong with the work tree and the tags.

    >>> list(tree_faults("1.2.0", "", ["v1.1.0"], "main"))
    []
    >>> list(tree_faults("1.1.0", " M README.md", ["v1.1.0"], "main"))
    ['the work tree has changes: README.md', 'the tag v1.1.0 is there already']
    """
    changed = [line[3:] for line in status.splitlines()]
    if changed:
        yield f"the work tree has changes: {', '.join(changed[:5])}"
    if f"v{version}" in tags:
        yield f"the tag v{version} is there already"
    if branch != "main":
        yield f"this is {branch}, not main"


def said(*words: str) -> str:
    """What a command of git prints."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout


def main(words: Sequence[str]) -> int:
    """Look, build, run, and say what is wrong."""
    (version,) = re.findall(
        r'^__version__ = "(.*)"$', (ROOT / "src/salesmetrics/version.py").read_text("utf-8"), re.MULTILINE
    )
    changelog, pyproject = ((ROOT / name).read_text("utf-8") for name in ("CHANGELOG.md", "pyproject.toml"))
    found = [
        *text_faults(version, changelog, pyproject),
        *tree_faults(
            version, said("status", "--porcelain"), said("tag").split(), said("branch", "--show-current").strip()
        ),
    ]
    with tempfile.TemporaryDirectory() as folder:
        steps: dict[str, list[str]] = {"wheel and sdist": [sys.executable, str(HERE / "built.py"), folder]}
        if "--quick" not in words:
            steps["the checks of a change"] = ["bash", str(ROOT / ".ci/run")]
            steps["each Python, lowest and newest dependencies"] = [sys.executable, str(HERE / "environments.py")]
        for name, step in steps.items():
            print(f"== {name}", flush=True)
            if subprocess.run(step, cwd=ROOT, check=False).returncode:
                found.append(f"{name}: see above")
    print(*(f"not yet: {fault}" for fault in found), sep="\n")
    print(f"{version} is not ready" if found else f"{version} can be released: git tag -a v{version}")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
