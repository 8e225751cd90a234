"""From declared options to Typer and back: a command takes groups of options, and gets them with every source merged.

``@with_groups`` turns a parameter annotated with a group into that group's options, so that every command that reads files
has the same ones. When the command runs, what was typed, the variables and the settings file are one.
"""

from __future__ import annotations

import inspect
from contextlib import suppress
from functools import wraps
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_type_hints

import typer

from salesmetrics.cli.environment import Environment, environment_of
from salesmetrics.cli.language import language_of_locale
from salesmetrics.cli.output import encoding_of, form_of, refuse_terminal
from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import phrase
from salesmetrics.messages.speech import speak
from salesmetrics.privacy.hiding import asks_to_hide, hidden_shaped, hide_from_now_on, says_to_hide
from salesmetrics.schema.message import Message
from salesmetrics.settings.options import (
    PANELS,
    SHAPING,
    Diagnosis,
    Output,
    Privacy,
    Reading,
    SettingsOptions,
    Speaking,
    declared_options,
    options_of,
)
from salesmetrics.settings.sources import (
    SettingsFile,
    Settled,
    Source,
    find_settings,
    from_options_and_variables,
    merge,
    named,
    no_settings,
    refuse_idle,
    refuse_stranger,
    shaped_by,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from salesmetrics.settings.option import Option

__all__ = ["Always", "Files", "NotFromFile", "OptionalFiles", "Rejects", "Without", "with_groups"]

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE",
        help="Exports: paths, patterns, folders, or - for standard input; KIND=FILE sets the kind of a file.",
        show_default=False,
    ),
]
OptionalFiles = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE", help="Exports to read (optional).", show_default=False),
]
Rejects = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Write rejected rows to this CSV file.", rich_help_panel=PANELS[Reading]),
]


class Without(tuple[str, ...]):
    """Names of fields of a group that make no sense for a command: it does not take them."""

    __slots__ = ()


class NotFromFile(tuple[str, ...]):
    """Names of fields of a group that the settings file does not settle for a command."""

    __slots__ = ()


class Always(tuple[str, ...]):
    """Names of fields of a group that have an effect in a command without the options that they go with elsewhere."""

    __slots__ = ()


def typer_option(option: Option, panel: str | None) -> tuple[Any, Any]:
    """The annotation and the default with which Typer makes the option.

    A default that a variable or the settings file may replace is only shown by the help, so that Typer gives nothing.
    """
    names = [option.flag] + ([option.short] if option.short else [])
    shown = option.shown_default or (
        str(option.default) if option.key and option.default not in (None, (), {}, False) else None
    )
    info = typer.Option(
        *names,
        metavar=option.metavar,
        help=option.help,
        rich_help_panel=panel,
        show_default=shown or True,
        hidden=option.hidden,
        min=option.least,
        max=option.most,
        autocompletion=option.complete,
    )
    default = None if shown or option.repeatable else option.default
    plain: dict[str, Any] = {"text": str, "number": float, "whole number": int, "flag": bool}
    kind = Literal[option.choices] if option.choices else list[str] if option.repeatable else plain[option.kind]
    return Annotated[kind if default is not None else kind | None, info], default


class _Command:
    """What the parameters of a command ask for.

    Attributes:
        own: Its parameters that are no groups.
        context: The one of them that Typer's context is handed in as, or one that is put in for that.
        groups: Those that are, with their class.
        left_out: Names of options that it does not take.
        not_from_file: Names of options that the settings file does not settle for it.
        always: Names of options that need no other beside them.
        file: The parameter that gets the settings file, if there is one.
        environment: The parameter that gets the environment, if there is one.
    """

    def __init__(self, command: Callable[..., None]) -> None:
        hints = get_type_hints(command, include_extras=True)
        marks = [mark for hint in hints.values() for mark in getattr(hint, "__metadata__", ())]
        plain = {name: get_args(hint)[0] if _is_marked(hint) else hint for name, hint in hints.items()}
        self.file = next((name for name, kind in plain.items() if kind is SettingsFile), None)
        self.environment = next((name for name, kind in plain.items() if kind is Environment), None)
        others = (self.file, self.environment, "return")
        self.groups: dict[str, Any] = {
            name: kind for name, kind in plain.items() if hasattr(kind, "_fields") and name not in others
        }
        self.own = {name: kind for name, kind in plain.items() if name not in self.groups and name not in others}
        self.context = next((name for name, kind in self.own.items() if kind is typer.Context), CONTEXT)
        self.left_out = {name for mark in marks if isinstance(mark, Without) for name in mark}
        self.always = {name for mark in marks if isinstance(mark, Always) for name in mark}
        self.not_from_file = {name for mark in marks if isinstance(mark, NotFromFile) for name in mark} | set(self.own)

    @property
    def typed_groups(self) -> list[Any]:
        """The groups whose options it takes."""
        return [*self.groups.values(), *([SettingsOptions] if self.file else []), Speaking, Diagnosis]

    def takes(self) -> list[Option]:
        """The options that it takes."""
        return [o for o in options_of(*self.typed_groups) if o.name not in self.left_out and o.name not in self.own]

    def parameters(self, command: Callable[..., None]) -> list[inspect.Parameter]:
        """Those that Typer sees, in the order of the command's own: a parameter takes the place of an option of its name."""
        taken = {option.name: option for option in self.takes()}
        reads = PANELS[Reading] if Reading in self.groups.values() else None
        found = []
        for name, parameter in inspect.signature(command).parameters.items():
            if name in self.own:
                found.append(parameter.replace(annotation=self.own[name], kind=inspect.Parameter.KEYWORD_ONLY))
                continue
            if name == self.environment:
                continue
            group = SettingsOptions if name == self.file else self.groups[name]
            for option in options_of(group):
                if option.name in taken:
                    panel = reads if group is SettingsOptions else option.panel
                    found.append(_parameter(option.name, *typer_option(option, panel)))
        found += [
            _parameter(option.name, *typer_option(option, option.panel)) for option in options_of(Speaking, Diagnosis)
        ]
        if self.context == CONTEXT:
            found.append(_parameter(CONTEXT, typer.Context, inspect.Parameter.empty))
        return found


CONTEXT = "typer_context"
"""The parameter by which Typer tells what was typed, where a command has none of its own for it."""


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _is_marked(hint: Any) -> bool:
    return any(isinstance(mark, (Without, NotFromFile, Always)) for mark in getattr(hint, "__metadata__", ()))


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Make a command take the options of its groups, and give it the groups with the values that hold.

    A parameter of the command takes the place of an option of the same name. ``Annotated[Group, Without(...)]`` leaves
    options out: only the settings file and the default settle them. A parameter of the type ``SettingsFile`` makes the
    command take ``--config`` and ``--no-config`` and gets what the file says; one of the type ``Environment`` gets what
    the command finds around it.
    """
    asked = _Command(command)
    parameters = asked.parameters(command)

    @wraps(command)
    def expanded(**values: Any) -> None:
        from salesmetrics.cli.guarding import refuse_bytes
        from salesmetrics.questions import names_hidden

        context = values[asked.context]
        environment = environment_of(context)
        values.pop(CONTEXT, None)
        options = asked.takes()
        typed = {option.name: values.pop(option.name) for option in options}
        typed = {name: value for name, value in typed.items() if _was_typed(context, name)}
        refuse_bytes(typed)
        if asks_to_hide([f"--{name.replace('_', '-')}" for name in typed], environment.variables):
            hide_from_now_on()
        given = from_options_and_variables(options, typed, environment.variables)
        settings = _settings_file(asked, values, given, environment)
        settled = merge(options_of(*asked.typed_groups), given, settings, not_from_file=asked.not_from_file)
        if "config" not in given:
            refuse_stranger(settled)
        settings = settings._replace(shaped=shaped_by(settled, SHAPING, settings))
        groups = {name: made(kind, settled) for name, kind in asked.groups.items()}
        private = next((group for group in groups.values() if isinstance(group, Privacy)), None)
        if private is not None and (names := names_hidden(private)) is not None:
            names.learn(str(choice) for option in options for choice in option.choices or ())
            settings = settings._replace(shaped=hidden_shaped(settings.shaped, names))
            hide_from_now_on(names)
        written = next((group for group in groups.values() if isinstance(group, Output)), None)
        encoding = encoding_of(written, environment)
        speak(settled["lang"].value or language_of_locale(environment.variables, encoding))
        refuse_idle(options, typed, settled, form_of(written) if written else None, always=asked.always)
        verbose, begun = settled["verbose"].value, perf_counter()
        if verbose:
            _say_settings(settled, environment)
        try:
            if written:
                refuse_terminal(written, form_of(written), environment)
            around = {asked.environment: environment} if asked.environment else {}
            command(**values, **groups, **({asked.file: settings} if asked.file else {}), **around)
        except SalesmetricsError as error:
            raise named(error, {n: s for n, s in settled.items() if n not in asked.own}) from error
        finally:
            if verbose:
                environment.say(phrase("time_taken", seconds=perf_counter() - begun))

    expanded.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    expanded.__annotations__ = {p.name: p.annotation for p in parameters}
    return expanded


def _say_settings(settled: Mapping[str, Settled], environment: Environment) -> None:
    """Which values are in effect that are no defaults, and where each comes from."""
    secret = {option.name: option for option in declared_options() if option.spoken}
    for name, (value, source, items) in settled.items():
        places: list[tuple[str | None, Source]] = [*items.items()] or [(None, source)]
        for item, place in places:
            if place.kind == "default" or name in Diagnosis._fields:
                continue
            said = (
                secret[name].told(value)
                if name in secret
                else value
                if item is None
                else Message("pair", name=item, value=value[item])
                if isinstance(value, dict)
                else item
            )
            where = Message("place_in_file", path=place.path, line=place.line) if place.kind == "file" else place.name
            environment.tell("in_effect", name=name, value=said, place=where)


def made(kind: Any, settled: Mapping[str, Settled]) -> Any:
    """A group with the values that hold."""
    return kind(**{name: settled[name].value for name in kind._fields})


def _was_typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _settings_file(
    asked: _Command, values: Mapping[str, Any], given: Mapping[str, Settled], environment: Environment
) -> SettingsFile:
    from salesmetrics.cli.guarding import guard, name_settings

    own = {**values, **{name: item.value for name, item in given.items()}}
    path = None
    if asked.file:
        path = find_settings(own.get("config"), left_out=bool(own.get("no_config")))
    guard(own, path, environment, reads_settings=asked.file is not None)
    if path is None:
        return no_settings()
    if not own.get("config") and not own.get("quiet"):
        name_settings(path, own.get("files") or (), environment)
    from salesmetrics.settings.model import read_settings

    with suppress(OSError, ValueError):  # which is told when it is read
        if says_to_hide(path.read_text("utf-8")):
            hide_from_now_on()
    return read_settings(path)
