"""`salesmetrics inspect`: what was recognised in the files."""

from __future__ import annotations

from salesmetrics.cli.options import Files, Output, Reading, with_groups


@with_groups
def inspect(files: Files, reading: Reading, output: Output) -> None:
    """What was recognised: kind, CRM, encoding, columns, dates, stage words; and what is missing.

    Nothing is computed. Every line names the option that would change it.
    """
    from salesmetrics.answers.files import Inspection, generator
    from salesmetrics.cli.load_settings import settle_catalog, settle_config
    from salesmetrics.cli.loading import load_dataset
    from salesmetrics.cli.writing import form_of, write_answer
    from salesmetrics.drilldown.describe import unlocks
    from salesmetrics.entities.make import make_entities
    from salesmetrics.entities.moments import Moments
    from salesmetrics.ingest.recognise.inspection import file_readings
    from salesmetrics.render.writers import refuse_form

    form = form_of(output)
    refuse_form(form, Inspection, "inspect")
    config = settle_config(reading)
    dataset = load_dataset(files, reading, config, quiet=output.quiet)
    as_of, _ = dataset.last_event or (None, None)
    own = {str(kind): day for kind, (day, _) in dataset.last_events.items()}
    moments = Moments(as_of, own, asked=False)
    frames, _ = make_entities(dataset.entities, moments, config.settings)
    allowed, missing = unlocks(frames, settle_catalog(config, reading), config.settings, as_of)
    answer = Inspection(
        generator=generator(),
        files=file_readings(dataset),
        allowed=allowed,
        unlocks=missing,
        findings=list(dataset.findings),
    )
    write_answer(answer, output, form)
