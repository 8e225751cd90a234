"""People: how long new reps need, and what a training did."""

from __future__ import annotations

from salesmetrics.metrics.definition import DifferenceInDifferences, EventTable, MedianTimeToEvent, Number, Shape, kpi

FAMILY = "people"


@kpi(
    title="Ramp time, median",
    family=FAMILY,
    unit="months",
    direction="lower",
    formula="months from hire to the end of the first three whose won amount is at least 80 % of their quota",
    basis="snapshot",
    interval="kaplan_meier",
    excluded={"hired_before_data": "reps_hired_before"},
    source="metrickit, 80 % of target; GitLab, ramp schedule; Kaplan–Meier estimate",
    headline=21,
)
def ramp_time(ramp_ends: EventTable) -> Shape:
    """The months by which half of the new reps sell at speed.

    Months are whole calendar months after the day of hire. A rep who is not there yet, or left before, is neither left out
    nor counted as failed: it is only known that they needed longer. Reps hired before the quotas begin cannot be judged.
    The quota is taken as it is given, lower for ramping reps if it says so.

    If two reps were there after 3 and 5 months, and one is not after 4, half are there after 5 months.

    >>> ramp_time([(3, 1, 0, 0), (4, 0, 0, 1), (5, 1, 0, 0)])
    5
    """
    return MedianTimeToEvent(ramp_ends, competing=False)


@kpi(
    title="Training effect on win rate",
    family=FAMILY,
    unit="points",
    formula="(win rate after − before, trained reps) − (win rate after − before, the others, same days)",
    basis="snapshot",
    interval="newcombe",
    source="difference in differences; Newcombe intervals of the two changes, combined as squares",
)
def training_effect(
    trained_won_after: Number,
    trained_decided_after: Number,
    trained_won_before: Number,
    trained_decided_before: Number,
    untrained_won_after: Number,
    untrained_decided_after: Number,
    untrained_won_before: Number,
    untrained_decided_before: Number,
) -> Shape:
    """By how many percentage points more the win rate of trained reps rose than that of the others in the same days.

    It looks at so many days before and after each training (the setting ``training_window_days``, 90). It is an
    association, not proof: those sent to a training are rarely picked by chance, and whoever had a bad quarter tends to
    have a better one next.

    Where trained reps went from 20 % to 30 %, and the others from 20 % to 25 %, the effect is 5 percentage points.

    >>> round(training_effect(30, 100, 20, 100, 25, 100, 20, 100), 6)
    5.0
    """
    return DifferenceInDifferences(
        (trained_won_after, trained_decided_after),
        (trained_won_before, trained_decided_before),
        (untrained_won_after, untrained_decided_after),
        (untrained_won_before, untrained_decided_before),
    )
