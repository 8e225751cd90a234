"""What was typed wrongly, as errors of the catalogue: unknown options and commands, missing arguments, swapped ones.

Typer refuses in words of its own, in a frame of its own. Its classes are taken over here as far as they refuse, so that a reader
meets one kind of error, whose hint can be pasted. Nothing heavy is imported before something is wrong.
"""

from __future__ import annotations

import re
import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import phrase
from salesmetrics.messages.languages import ENGLISH
from salesmetrics.messages.speech import in_words, spoken
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Commands = Callable[[], Mapping[str, Any]]

__all__ = ["Command", "Group", "UsageError", "usage_refusal"]

UsageError: Any = typer.BadParameter.__base__
"""Whatever is wrong with what was typed; Typer exports some kinds of it only."""

_PROGRAM = "salesmetrics"
_WORDS = "salesmetrics.words"
"""Where a context keeps what was typed after its command."""
_KPIS = re.compile(r"[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*")


class _Taken:
    """A parameter whose text is taken as it was typed.

    Typer asks Pydantic for every value, whose import costs a start a third of that of Polars. Numbers and choices are read as
    those of a variable are, and refused in the same words.
    """

    def __init__(self, parameter: Any) -> None:
        self.kind = parameter.type_descriptor.annotation

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:
        """The value of a parameter from what was typed."""
        for text in [value] if isinstance(value, str) else value if isinstance(value, (list, tuple)) else ():
            _refuse_option_as_value(text, param, ctx)
        if value is None or (isinstance(value, str) and (self.kind is str or value in get_args(self.kind))):
            return value
        if self.kind == list[str]:
            return list(value)
        if isinstance(value, str) and get_origin(self.kind) is Literal:
            raise _no_choice(param, value, get_args(self.kind))
        if isinstance(value, str) and (declared := _declared(param.name)) is not None:
            from salesmetrics.settings.sources import read_typed

            return read_typed(declared, value)
        param._runtime_param = None
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def _no_choice(param: Any, value: str, choices: Sequence[str]) -> SalesmetricsError:
    """The refusal of a value that is none of those of a command's own option, which may be fewer than elsewhere."""
    from salesmetrics.settings.sources import nearest

    flag = max(param.opts, key=len)
    fix = Message("option_example", option=flag, value=nearest(value, choices))
    return SalesmetricsError(
        "option_invalid", option=flag, value=value, cause=Message("not_one_of", known=choices), fix=fix
    )


class _AsTyped:
    def get_params(self, ctx: Any) -> Any:
        """The parameters, that of the help among them, with their texts taken as they were typed.

        Flags and arguments stand in the help without a type: there is nothing that it would say.
        """
        parameters = super().get_params(ctx)  # type: ignore[misc]
        for parameter in parameters:
            parameter._runtime_param = _Taken(parameter)
            if parameter.param_type_name == "argument" or parameter.is_flag:
                parameter.display_type_rich = _no_type
            if isinstance(parameter.show_default, str):
                parameter._get_default_string = partial(_as_declared, _default_in_words(parameter.show_default))
        return parameters

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help in the language that is spoken."""
        if spoken() is ENGLISH:
            super().format_help(ctx, formatter)  # type: ignore[misc]
            return
        from salesmetrics.cli.help import help_in_words

        with help_in_words(self, ctx):
            super().format_help(ctx, formatter)  # type: ignore[misc]

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """How a command is typed."""
        formatter.write_usage(
            ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), phrase("help_usage") + spoken().after_sentence
        )

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """FILE instead of {FILE}."""
        return [piece.strip("{").replace("}", "") for piece in super().collect_usage_pieces(ctx)]  # type: ignore[misc]


def _no_type(ctx: object) -> None:
    pass


def _default_in_words(default: str) -> str:
    """A default in the language that is spoken, unless it is a value as it is typed."""
    return in_words(default) if " " in default or default == "detected" else default


def _as_declared(default: str, **_more: object) -> str:
    """A default without the brackets that Typer puts round it."""
    return default


class Command(_AsTyped, TyperCommand):
    """A command that refuses in words of the catalogue."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Read what was typed; an argument too many, and a file where a KPI belongs, are refused.

        Raises:
            SalesmetricsError: ``argument_extra``, ``file_for_kpi`` or ``kpi_for_file``.
        """
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        ctx.meta[_WORDS] = list(args)
        ctx.allow_extra_args = True
        try:
            rest = super().parse_args(ctx, args)
        except typer.BadParameter:
            _refuse_file_for_kpi(ctx)
            _refuse_kpi_for_file(ctx)
            raise
        _refuse_file_for_kpi(ctx)
        _refuse_kpi_for_file(ctx)
        if rest:
            raise SalesmetricsError("argument_extra", command=ctx.command_path, argument=rest[0], fix=_extra(ctx, rest))
        return rest


class Group(_AsTyped, TyperGroup):
    """Commands, of which one that does not exist is refused with the one that was meant."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was typed.

        Raises:
            SalesmetricsError: ``verb_unknown``, ``file_as_command`` or ``kpi_as_command``.
        """
        if not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            raise _no_command(ctx, [str(word) for word in args])
        return super().resolve_command(ctx, args)


def _declared(name: str) -> Any:
    from salesmetrics.settings.options import GROUPS, Listed, options_of

    return next(
        (option for option in options_of(*GROUPS, Listed) if option.name == name and option.kind != "flag"), None
    )


def _refuse_option_as_value(text: object, param: Any, ctx: Any) -> None:
    if param.param_type_name != "option" or not isinstance(text, str) or not text.startswith("--"):
        return
    if any(text in other.opts for other in ctx.command.params):
        raise SalesmetricsError("value_missing", option=param.opts[0], fix=_value_of(param))


def usage_refusal(error: Any, words: Sequence[str], commands: Commands) -> SalesmetricsError:
    """What Typer refuses, as an error of the catalogue.

    Args:
        error: A ``UsageError``.
        words: What was typed after the name of the program.
        commands: Makes every command, by name.
    """
    context, kind = error.ctx, type(error).__name__
    command = context.command_path if context else _PROGRAM
    if kind == "NoSuchOption":
        return _no_option(error.option_name, context, words, commands)
    if kind == "MissingParameter":
        argument, (example, *_) = error.param.display_name_raw, (*examples_of(context.command), f"{command} -h")
        return SalesmetricsError(
            "argument_missing", command=command, argument=argument, fix=Message("example", line=example)
        )
    if kind == "BadOptionUsage":
        param = next((p for p in context.command.params if error.option_name in p.opts), None) if context else None
        if param is None:  # Click forgets the context of some of them
            param = _find_option(error.option_name, words, commands)
        if param is not None and param.is_flag:
            return SalesmetricsError("value_unwanted", option=error.option_name)
        return SalesmetricsError("value_missing", option=error.option_name, fix=_value_of(param))
    return SalesmetricsError("usage", command=command, cause=error.message)


def examples_of(command: Any) -> list[str]:
    """The examples that the help of a command gives."""
    lines = (line.strip() for line in (command.help or "").splitlines())
    return [line for line in lines if line.startswith(f"{_PROGRAM} ")]


def _find_option(name: str, words: Sequence[str], commands: Commands) -> Any:
    every = commands()
    verb = next((word for word in words if word in every), None)
    found = [param for command in ([every[verb]] if verb else every.values()) for param in command.params]
    return next((param for param in found if name in param.opts), None)


def _value_of(param: Any) -> Message:
    """An example of a value of an option."""
    declared = None if param is None else _declared(param.name)
    flag = "" if param is None else param.opts[0]
    if declared is not None:
        if declared.choices:
            return Message("use_one_of", known=declared.choices)
        if declared.form:
            return Message(declared.form)
        value = declared.example if isinstance(declared.example, str) else ",".join(map(str, declared.example or ()))
        if value:
            return Message("option_example", option=flag, value=shlex.quote(value))
    example = None if param is None else _EXAMPLES.get(param.name)
    if example:
        return Message("option_example", option=flag, value=example)
    return Message("option_form", option=flag, form="VALUE" if param is None else param.metavar or "VALUE")


_OF_A_KPI = ("rows", "trend", "explain")
"""Commands whose first argument is a KPI."""

_EXAMPLES = {"as_of": "2026-01-31", "period": "last-quarter", "goal": "'win_rate >= 25%'", "output": "report.md"}


# --- options that are none ---------------------------------------------------------------------------------------------


def _no_option(name: str, context: Any, words: Sequence[str], commands: Commands) -> SalesmetricsError:
    command = context.command
    typed = next((word for word in words if word.partition("=")[0] == name), None)
    if typed is None:  # Click takes the words `-period` for the option `-p` and others behind it
        name = next((word for word in words if word.startswith(name) and not word.startswith("--")), name)
    if isinstance(command, TyperGroup):
        return _option_first(name, context, words, commands)
    if name == "--kpi" and any(param.name == "kpi" for param in command.params):
        line = _line(context.info_name, _kpi_first(context.meta[_WORDS]))
        return SalesmetricsError(
            "option_unknown", command=context.command_path, option=name, fix=Message("did_you_mean_this", near=line)
        )
    own = [option for param in command.params if not getattr(param, "hidden", False) for option in param.opts]
    from salesmetrics.settings.option import near_option

    fix = _elsewhere(name, commands) or near_option(name, own)
    fix = fix or Message("list_options", command=context.command_path)
    return SalesmetricsError("option_unknown", command=context.command_path, option=name, fix=fix)


def _kpi_first(words: Sequence[str]) -> list[str]:
    """What was typed with a KPI as an option, with the KPI as the first word."""
    rest = list(words)
    place = next(number for number, word in enumerate(rest) if word.partition("=")[0] == "--kpi")
    word = rest.pop(place)
    kpi = word.partition("=")[2] if "=" in word else rest.pop(place) if place < len(rest) else "win_rate"
    return [kpi, *rest]


def _elsewhere(name: str, commands: Commands) -> Message | None:
    """The commands that have an option which this one lacks."""
    found = [
        verb
        for verb, command in commands().items()
        if any(name in param.opts and not param.hidden for param in command.params if param.param_type_name == "option")
    ]
    return (
        Message("option_of_others", option=name, commands=[f"{_PROGRAM} {verb}" for verb in found]) if found else None
    )


def _option_first(name: str, context: Any, words: Sequence[str], commands: Commands) -> SalesmetricsError:
    """An option where a command belongs: the same words, the command first."""
    path = context.command_path
    if name in ("-v", "-V") and len(words) == 1:
        fix = Message("did_you_mean_this", near=_line("--version", ()))
        return SalesmetricsError("option_unknown", command=path, option=name, fix=fix)
    every = commands()
    verb = next((word for word in words if word in every), None)
    rest = list(words)
    if verb is not None:
        rest.remove(verb)
    command = every[verb or "report"]
    known = [option for param in command.params for option in param.opts]
    if name.partition("=")[0] in known and len(rest) > 1:
        line = _line(verb or "report", rest)
        return SalesmetricsError("option_first", option=name, fix=Message("did_you_mean_this", near=line))
    return SalesmetricsError("option_unknown", command=path, option=name, fix=Message("list_options", command=path))


# --- commands that are none --------------------------------------------------------------------------------------------


def _no_command(context: Any, words: list[str]) -> SalesmetricsError:
    from difflib import get_close_matches

    name, *rest = words
    path = context.command_path
    if path != _PROGRAM:
        near = get_close_matches(name, context.command.commands, n=1)
        fix = (
            Message("did_you_mean_this", near=" ".join((path, near[0])))
            if near
            else Message("list_options", command=path)
        )
        return SalesmetricsError("verb_unknown", name=name, fix=fix)
    if _is_file(name):
        kpis = [word for word in rest if _KPIS.fullmatch(word) and _is_kpi(word)]
        more = ["--kpi", kpis[0]] if kpis else []
        command = next((word for word in rest if word in context.command.commands), "report")
        left = [name, *(word for word in rest if word not in (command, *kpis[:1])), *more]
        line = _line(command, _kpi_first(left) if more and command in _OF_A_KPI else left)
        return SalesmetricsError("file_as_command", name=name, fix=Message("did_you_mean_this", near=line))
    if name == "version":
        fix = Message("did_you_mean_this", near=_line("--version", ()))
        return SalesmetricsError("verb_unknown", name=name, fix=fix)
    near = get_close_matches(name.casefold(), context.command.commands, n=1, cutoff=0.7)
    if near:
        fix = Message("did_you_mean_this", near=_line(near[0], rest))
        return SalesmetricsError("verb_unknown", name=name, fix=fix)
    if _is_kpi(name):
        line = _line("report", [*rest, "--kpi", name]) if any(map(_is_file, rest)) else _line("explain", [name, *rest])
        return SalesmetricsError("kpi_as_command", name=name, fix=Message("did_you_mean_this", near=line))
    return SalesmetricsError("verb_unknown", name=name, fix=Message("list_options", command=path))


def _is_kpi(word: str) -> bool:
    from salesmetrics.metrics.catalog import catalog

    return word.split(",")[0] in catalog().kpis


def _is_file(word: str) -> bool:
    """Whether a word names an export, whether there is one of the name or not."""
    from salesmetrics.ingest.source.arguments import EXPORT_SUFFIXES
    from salesmetrics.schema.kinds import KIND_NAMES

    kind, equals, _ = word.partition("=")
    if word == "-" or (equals and kind in KIND_NAMES):
        return True
    try:
        return word.lower().endswith(EXPORT_SUFFIXES) or not {"*", "/"}.isdisjoint(word) or Path(word).exists()
    except (OSError, ValueError):
        return False


def _line(command: str, words: Iterable[str]) -> str:
    """A whole command, to be pasted."""
    return f"{_PROGRAM} {command} {shlex.join(words)}".rstrip()


# --- arguments ---------------------------------------------------------------------------------------------------------


def _refuse_file_for_kpi(context: Any) -> None:
    """Refuse ``trend deals.csv win_rate``: the KPI comes first.

    Raises:
        SalesmetricsError: ``file_for_kpi``.
    """
    typed, verb = context.params.get("kpi"), context.info_name
    if not isinstance(typed, str) or _KPIS.fullmatch(typed) or not _is_file(typed):
        return
    words = list(context.meta[_WORDS])
    kpi = next(
        (word for word in context.params.get("files") or () if _KPIS.fullmatch(word) and not _is_file(word)), None
    )
    if kpi is not None:
        words.remove(kpi)
    words.insert(words.index(typed), kpi or "win_rate")
    fix = Message("did_you_mean_this" if kpi else "example", near=_line(verb, words), line=_line(verb, words))
    raise SalesmetricsError("file_for_kpi", name=typed, fix=fix)


def _refuse_kpi_for_file(context: Any) -> None:
    """Refuse ``report deals.csv win_rate``: KPIs are an option there, and one word elsewhere.

    Raises:
        SalesmetricsError: ``kpi_for_file``.
    """
    files = [word for word in context.params.get("files") or () if isinstance(word, str)]
    found = [word for word in files if _KPIS.fullmatch(word) and not _is_file(word) and _is_kpi(word)]
    if not found:
        return
    verb, words, kpis = context.info_name, list(context.meta[_WORDS]), ",".join(found)
    for word in found:
        words.remove(word)
    if len(found) == len(files):
        words.append("deals.csv")
    if verb == "trend":
        first = words.index(context.params["kpi"])
        words[first] = f"{words[first]},{kpis}"
    else:
        verb = "report"
        kpi = context.params.get("kpi")
        if kpi is not None:
            words.remove(kpi)
            kpis = f"{kpi},{kpis}"
        words += ["--kpi", kpis]
    line = _line(verb, words)
    fix = Message("did_you_mean_this", near=line) if len(found) < len(files) else Message("example", line=line)
    raise SalesmetricsError("kpi_for_file", name=found[0], fix=fix)


def _extra(context: Any, rest: Sequence[str]) -> Message:
    if context.command_path == f"{_PROGRAM} kpis":
        return Message("did_you_mean_this", near=_line("kpis", ["--search", rest[0]]))
    return Message("list_options", command=context.command_path)
