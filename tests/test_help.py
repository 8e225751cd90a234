"""`salesmetrics help`: the topics tell what the program takes, no more and no less, and their examples run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from in_process import answered, invoke
from salesmetrics.calendar.periods import PERIOD_FORMS, PERIOD_WORDS
from salesmetrics.errors import ExitCode
from salesmetrics.messages.commands import COMMANDS
from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.messages.tour import TOPICS
from salesmetrics.render.writers import WRITERS

EXAMPLES = Path(__file__).parent.parent / "examples"


def typed(topic: str) -> list[str]:
    """The words that a topic explains."""
    return [word for part in TOPICS[topic].says if isinstance(part, tuple) for word in part[0].split(", ")]


def test_alone_it_lists_every_topic_and_every_command() -> None:
    listed = answered("help").stdout
    assert [name for name in (*TOPICS, *COMMANDS) if not re.search(rf"^  {name} +\w", listed, re.MULTILINE)] == []


@pytest.mark.parametrize("name", [*COMMANDS, "config show"])
def test_of_a_command_it_shows_that_commands_help(name: str) -> None:
    assert answered("help", *name.split()) == answered(*name.split(), "-h")


def test_topics_name_what_there_is() -> None:
    assert typed("formats") == list(WRITERS)
    assert typed("languages") == list(LANGUAGES)
    assert [int(code) for code in typed("exit-codes")] == [code.value for code in ExitCode]
    words = set(typed("periods"))
    assert set(PERIOD_FORMS) <= words
    assert words - set(PERIOD_FORMS) <= set(PERIOD_WORDS)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_short_and_its_examples_run(topic: str, tmp_path: Path) -> None:
    shown = invoke("help", topic, env={"COLUMNS": "80"}).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert len(shown.splitlines()) <= 40
    for path in EXAMPLES.glob("*.csv"):
        shutil.copy(path, tmp_path)
    for line in TOPICS[topic].examples:
        assert f"\n  {line}\n" in shown
        file, _, command = line.rpartition(" | ")
        words = shlex.split(command)[1:]
        if words[0].endswith("-completion"):
            continue  # which test_completion.py tries
        piped = (EXAMPLES / "deals.csv").read_bytes() if file else b""
        done = invoke(*words, cwd=tmp_path, stdin=piped, env={"HOME": str(tmp_path)})
        assert done.returncode == (1 if "--goal" in words else 0), (line, done.stderr)


def test_a_topic_may_be_typed_in_other_ways() -> None:
    assert answered("help", "exit", "codes") == answered("help", "Exit_Codes") == answered("help", "exit-codes")


def test_it_speaks_the_language_that_is_asked_for() -> None:
    """Whatever is not yet translated stays English; the line of a command is."""
    english, russian = (answered("help", *more).stdout for more in ([], ["--lang", "ru"]))
    assert "Commands" in english
    assert "Команды" in russian


def test_a_terminal_that_knows_ascii_only_can_show_it() -> None:
    for topic in ("", *TOPICS):
        assert answered("help", *topic.split()).stdout.isascii() or topic == "languages"
