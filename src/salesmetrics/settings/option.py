"""What is known of an option, whichever it is. Own file: what an option is changes for other reasons than which there are."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from salesmetrics.schema.message import Message

__all__ = ["PREFIX", "Kind", "Option", "Table", "near_option"]

PREFIX = "SALESMETRICS_"
"""How the name of every variable begins."""

Kind = Literal["text", "number", "whole number", "flag", "list", "pairs"]


class Option(NamedTuple):
    """What is known of one option.

    Attributes:
        help: Its line in the help.
        metavar: What stands for its value there.
        short: A second way to type it, such as ``-o``.
        least: Lower bound of a number.
        most: Upper bound of a number.
        split: Whether the values of a list may hold several, separated by commas.
        name_with_signs: Whether the name of a pair may hold ``=`` itself, rather than its value.
        form: Code of the hint where it is not written as it should be.
        key: Its place in the settings file, such as ``read.date_order``, or ``map`` for a table that is all its own.
        about: What the key means, for the settings file, its schema and its page.
        behind: Whether the key comes after the others of its group in the table.
        adds: Whether values of the settings file still hold beside those of the option, unless they are of the same name.
        rules_out: An option whose value in the settings file does not hold once this one is given.
        variable: Whether a variable of the environment can give it.
        shown_default: What the help says of the default; its value where nothing is said.
        example: A value for the first settings file, where there is no default to show.
        forms: The forms of output that it changes; none where it changes all of them.
        beside: It has an effect only beside one of these options, or beside one value of it (``engine=spark``); none where it
            always has one.
        check: Raises ``option_invalid`` for a value, or an item of it, that cannot be used.
        complete: What the shell is offered for a word that begins so, each with a line about it.
        hidden: Whether the help leaves it out.
        spoken: The only values that may be typed, of an option whose other values are secrets: others on the machine see
            what is typed. Its value is never told.
        name: As in Python; ``--date-order`` and ``SALESMETRICS_DATE_ORDER`` follow from it. This and what comes after it
            follow from the field and its group.
        kind: What its value is; ``pairs`` are ``NAME=VALUE``, and both they and a ``list`` may be given more than once.
        default: What holds where nothing else does.
        choices: The only values there are.
        panel: The part of the help that it stands in.
    """

    help: str
    metavar: str | None = None
    short: str | None = None
    least: float | None = None
    most: float | None = None
    split: bool = False
    name_with_signs: bool = False
    form: str = ""
    key: str | None = None
    about: str = ""
    behind: bool = False
    adds: bool = False
    rules_out: str | None = None
    variable: bool = True
    shown_default: str | None = None
    example: Any = None
    forms: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    check: Callable[[str], object] | None = None
    complete: Callable[[str], list[tuple[str, str]]] | None = None
    hidden: bool = False
    spoken: tuple[str, ...] = ()
    name: str = ""
    kind: Kind = "text"
    default: Any = None
    choices: tuple[str, ...] = ()
    panel: str | None = None

    @property
    def flag(self) -> str:
        """As it is typed."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable_name(self) -> str | None:
        """The variable that gives it, if one can."""
        return PREFIX + self.name.upper() if self.variable else None

    def told(self, value: Any) -> Any:
        """A value as it is told: a secret is not."""
        return "***" if self.spoken and value is not None and value not in self.spoken else value

    @property
    def table(self) -> str | None:
        """The table of the settings file that has its key."""
        return self.key and self.key.partition(".")[0]

    @property
    def repeatable(self) -> bool:
        """Whether it may be given more than once."""
        return self.kind in ("list", "pairs")


class Table(NamedTuple):
    """A table of the settings file.

    Attributes:
        name: As it stands there.
        about: What it is, for the JSON Schema.
        comment: What the first settings file says of it.
        special: Whether its keys are no options: its model is in the module ``model``.
    """

    name: str
    about: str
    comment: str = ""
    special: bool = False


_SAME = {
    "--columns": ("--by",),
    "--csv": ("--format", "csv"),
    "--excel": ("--format", "csv"),
    "--filter": ("--where",),
    "--group": ("--by",),
    "--group-by": ("--by",),
    "--groupby": ("--by",),
    "--json": ("--format", "json"),
    "--limit": ("--top",),
    "--markdown": ("--format", "md"),
    "--metric": ("--kpi",),
    "--metrics": ("--kpi",),
    "--order-by": ("--sort",),
    "--out": ("--output",),
    "--verbosity": ("--verbose",),
}
"""Names that other programs have for our options."""


def near_option(name: str, own: Sequence[str]) -> Message | None:
    """What was meant by an option that there is not, where one of those that there are is near."""
    from difflib import get_close_matches

    plain = name.lstrip("-")
    if (same := _SAME.get(f"--{plain}")) and same[0] in own:
        return Message("did_you_mean_this", near=" ".join(same))
    long = {option[2:]: option for option in own if option.startswith("--")}
    if len(plain) < 2:
        return None
    near = [option for option in long if option.startswith(plain)][:1] or get_close_matches(
        plain, long, n=1, cutoff=0.6
    )
    return Message("did_you_mean_this", near=long[near[0]]) if near else None
