"""Tab: what a shell hands over, and what it gets back. Own file: imported when a shell asks, and never else.

Bash ends a word at ``=`` and ``:``, replaces what stands behind it only, and takes a blank for the end of a word; Typer leaves all of
this aside. Other shells hand words over whole, replace the whole of ``--period=last``, and quote what they insert.
"""

from __future__ import annotations

import io
import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from salesmetrics.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from salesmetrics.cli.environment import Environment

__all__ = ["complete"]

_OPTION = re.compile(r"(?:^|\s)(--[a-z-]+=)\S*$")
"""The beginning of a word that holds an option and its value."""
_BREAKS = re.compile(r"[=:]+")
_QUOTES = "\"'"
_PLAIN = re.compile(r"[\w@%+=:,./-]*")


class _Line(NamedTuple):
    """A command line as bash has it.

    Attributes:
        words: Whole, those that bash cut at ``=`` and ``:`` put together again.
        at: The place of the word that Tab was pressed in.
        kept: What of that word stands before the part that bash replaces.
        quoted: Whether that part begins with a quote.
    """

    words: list[str]
    at: int
    kept: str
    quoted: bool


def _line(text: str, place: int) -> _Line:
    r"""The words of ``COMP_WORDS``, one a line.

    >>> _line("x\n--map\namount\n=\nDe", 4)
    _Line(words=['x', '--map', 'amount=De'], at=2, kept='amount=', quoted=False)
    >>> _line("x\n--period\n=", 2)
    _Line(words=['x', '--period='], at=1, kept='--period=', quoted=False)
    """
    words: list[str] = []
    at, kept, part = 0, "", ""
    after_break = False
    for number, word in enumerate(text.split("\n")):
        is_break = _BREAKS.fullmatch(word) is not None
        before = words[-1] if words and (is_break or after_break) else ""
        if before:
            words[-1] += word
        else:
            words.append(word)
        after_break = is_break
        if number == place:
            at = len(words) - 1
            kept, part = (before + word, "") if is_break else (before, word)
    return _Line(words, at, kept.lstrip(_QUOTES), part[:1] in _QUOTES and bool(part))


def complete(app: Callable[..., object], environment: Environment) -> int:
    """Answer a shell.

    Args:
        app: The program.
        environment: Whose variables say what was typed; what bash says in them is put right.
    """
    variables = {**environment.variables}
    write: Callable[[str], str] | None = None
    option = _OPTION.search(variables.get("_TYPER_COMPLETE_ARGS", ""))
    if variables["_SALESMETRICS_COMPLETE"] == "complete_bash" and "\n" in variables.get("COMP_WORDS", ""):
        line = _line(variables["COMP_WORDS"], int(variables.get("COMP_CWORD", "0")))
        variables["COMP_WORDS"], variables["COMP_CWORD"] = "\n".join(line.words), str(line.at)
        write = partial(_for_bash, line=line)
    elif option:
        write = partial(_with_option, option=option[1], zsh=variables["_SALESMETRICS_COMPLETE"] == "complete_zsh")
    out = io.StringIO()
    with environment._replace(variables=variables, stdout=out).lent():
        code = _run(app)
    if environment.stdout is not None:
        offers = out.getvalue().splitlines()
        environment.stdout.writelines(f"{write(offer) if write else offer}\n" for offer in offers)
    return code


def _run(app: Callable[..., object]) -> int:
    try:
        app(args=[], prog_name="salesmetrics")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except Exception:
        # Whoever presses Tab is writing a command and cannot read a traceback.
        return ExitCode.BUG
    return 0


def _with_option(offer: str, *, option: str, zsh: bool) -> str:
    """An offer as the whole word that zsh and fish replace: with the option in front of it."""
    if not offer or not zsh:
        return f"{option}{offer}" if offer else ""
    return re.sub(r'^(_arguments \'\*: :\(\()?"', rf"\g<0>{option}", offer)


def _for_bash(offer: str, line: _Line) -> str:
    for kept in (line.kept, line.kept.partition("=")[2]):
        if kept and offer.startswith(kept):
            offer = offer.removeprefix(kept)
            break
    if line.quoted or _PLAIN.fullmatch(offer):
        return offer
    return re.sub(r"([^\w@%+=:,./-])", r"\\\1", offer)
