"""The options of a forecast. Own file: a group of ``options`` that fits in there no more."""

from typing import Annotated, NamedTuple

from salesmetrics.settings.option import Option

__all__ = ["Forecasting"]


class Forecasting(NamedTuple):
    """What a forecast is to reach, and how it is simulated."""

    target: Annotated[
        float | None,
        Option(
            "Target of the period.",
            metavar="N",
            shown_default="the quotas of the period",
            key="forecast.target",
            about="target of the forecast period; default: the quotas of the period",
            form="target_example",
            least=0,
            example=900000,
        ),
    ] = None
    seed: Annotated[
        int,
        Option(
            "Seed of the simulation: the same seed gives the same output.",
            metavar="N",
            key="forecast.seed",
            about="seed of the simulation",
            form="simulation_seed_example",
            least=0,
            most=2**63 - 1,
        ),
    ] = 1
    draws: Annotated[
        int,
        Option(
            "Number of simulated outcomes.",
            metavar="N",
            key="forecast.draws",
            about="number of simulated outcomes",
            form="draws_example",
            least=10,
            most=1_000_000,
        ),
    ] = 10_000
