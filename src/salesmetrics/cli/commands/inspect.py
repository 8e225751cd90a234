"""`salesmetrics inspect`: what was recognised in the files."""

from __future__ import annotations

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Files, Rejects, with_groups
from salesmetrics.settings.options import Output, Privacy, Reading, Resources
from salesmetrics.settings.sources import SettingsFile


@with_groups
def inspect(
    files: Files,
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    output: Output,
    environment: Environment,
    rejects: Rejects = None,
) -> None:
    """Show what was recognised in the files, and what is missing.

    Kind, CRM, encoding, columns, dates and stages, each with the option that changes it. Computes nothing.
    For a file that is not recognised: a guess for each column, and one command to paste.

    Examples:
      salesmetrics inspect deals.csv
      salesmetrics inspect deals.csv quotas.csv
    """
    from msgspec.structs import replace

    from salesmetrics import pipeline
    from salesmetrics.answers.files import Inspection
    from salesmetrics.cli.output import form_of, write_answer, write_read
    from salesmetrics.cli.request import begin_files, make_catalog, read_options
    from salesmetrics.render.writers import refuse_form

    form = form_of(output)
    refuse_form(form, Inspection, "inspect")
    begun = begin_files(files, environment, resources, quiet=output.quiet)
    options = read_options(reading, privacy, resources)
    answer, dataset = pipeline.inspect(
        begun, options, settings.thresholds, lambda: make_catalog(settings), settings.shaped
    )
    shown = replace(answer, everything=output.all, arguments=begun.arguments)
    if dataset is None:
        write_answer(shown, output, form, environment)
    else:
        write_read(shown, dataset, output, form, rejects, environment)
    if not output.quiet:
        for guess in answer.guesses:
            environment.tell("file_needs_mapping" if guess.works else "file_refused", path=guess.path)
