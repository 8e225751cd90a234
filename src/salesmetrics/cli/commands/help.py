"""`salesmetrics help`: the topics, one of them, or the help of a command."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import with_groups


def _complete(text: str) -> list[str]:
    from salesmetrics.messages.commands import COMMANDS
    from salesmetrics.messages.tour import TOPICS

    return [name for name in (*TOPICS, *COMMANDS) if name.startswith(text)]


@with_groups
def help(  # noqa: A001 - the name of the command
    environment: Environment,
    topic: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TOPIC",
            help="Topic or command to explain; the list of them when left out.",
            show_default=False,
            autocompletion=_complete,
        ),
    ] = None,
) -> None:
    """Explain a topic such as periods or exit-codes, or show the help of a command.

    Examples:
      salesmetrics help
      salesmetrics help periods
      salesmetrics help report
    """
    from salesmetrics.cli.app import make_app
    from salesmetrics.cli.output import encoding_of, screen_of
    from salesmetrics.messages.commands import COMMANDS
    from salesmetrics.messages.tour import TOPICS
    from salesmetrics.render.layouts.demo import topic_document, topics_document
    from salesmetrics.render.output import write_output
    from salesmetrics.render.write_terminal import write
    from salesmetrics.settings.options import Output

    words = topic or []
    if words and words[0] in COMMANDS:
        make_app(words[0])(args=[*words, "-h"], prog_name="salesmetrics", obj=environment, standalone_mode=False)
        return
    name = "-".join(words).casefold().replace("_", "-")
    if name and name not in TOPICS:
        raise _unknown(" ".join(words), name)
    document = topic_document(name) if name else topics_document()
    text = write(document, screen_of(Output(all=True), environment))
    write_output(text, None, environment.stdout, encoding=encoding_of(None, environment))


def _unknown(words: str, name: str) -> Exception:
    """The refusal of what is neither a topic nor a command, with what is near to it."""
    from difflib import get_close_matches

    from salesmetrics.errors import SalesmetricsError
    from salesmetrics.messages.commands import COMMANDS
    from salesmetrics.messages.tour import TOPICS
    from salesmetrics.metrics.catalog import catalog
    from salesmetrics.schema.message import Message

    near = get_close_matches(name, [*TOPICS, *COMMANDS], n=1)
    if near:
        fix = Message("did_you_mean_topic", near=near[0])
    elif words in catalog().kpis:
        fix = Message("did_you_mean_to_explain", near=words)
    else:
        fix = Message("list_topics")
    return SalesmetricsError("topic_unknown", name=words, fix=fix)
