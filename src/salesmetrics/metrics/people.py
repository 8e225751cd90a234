"""People: how long new reps take to ramp up, and what training changes."""

from __future__ import annotations

from salesmetrics.metrics.definition import DifferenceInDifferences, EventTable, MedianTimeToEvent, Number, Shape, kpi

FAMILY = "people"


@kpi(
    title="Ramp time, median",
    family=FAMILY,
    unit="months",
    direction="lower",
    formula="months from hire to the end of the first three months with at least 80 % of quota",
    basis="snapshot",
    interval="kaplan_meier",
    excluded={"hired_before_data": "reps_hired_before"},
    source="metrickit, 80 % of target; GitLab, ramp schedule; Kaplan–Meier estimate",
    headline=21,
)
def ramp_time(ramp_ends: EventTable) -> Shape:
    """The number of months until half of the new reps are fully productive.

    Months are whole calendar months after the hire date. A rep who is still ramping up, or who left before, is neither left
    out nor counted as failed: they took at least that long. Reps hired before the first quota are left out and counted.
    Quotas are used as given, including reduced quotas for ramping reps.

    If two reps ramped up after 3 and 5 months, and one has not after 4, half have ramped up after 5 months.

    >>> ramp_time([(3, 1, 0, 0), (4, 0, 0, 1), (5, 1, 0, 0)])
    5
    """
    return MedianTimeToEvent(ramp_ends, competing=False)


@kpi(
    title="Training effect on win rate",
    family=FAMILY,
    unit="points",
    formula="(win rate after − before, trained reps) − (win rate after − before, other reps, same days)",
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
    """How many percentage points more the win rate of trained reps rose than that of other reps on the same days.

    It compares ``training_window_days`` (90) before and after each training. It is an association, not proof: reps are
    rarely chosen for training at random, and a bad quarter is usually followed by a better one.

    If trained reps went from 20 % to 30 %, and other reps from 20 % to 25 %, the effect is 5 percentage points.

    >>> round(training_effect(30, 100, 20, 100, 25, 100, 20, 100), 6)
    5.0
    """
    return DifferenceInDifferences(
        (trained_won_after, trained_decided_after),
        (trained_won_before, trained_decided_before),
        (untrained_won_after, untrained_decided_after),
        (untrained_won_before, untrained_decided_before),
    )
