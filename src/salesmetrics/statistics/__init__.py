"""Uncertainty and time-to-event estimates as pure functions of numbers.

``distributions`` holds the quantiles they stand on, ``intervals`` the closed-form intervals, ``quantiles`` the sample
quantiles and their order-statistic intervals, ``survival`` the estimates for records whose end is not known yet,
``control`` the limits of a series, ``multiple`` the correction of many p-values.
What cannot be estimated is ``None``; a wrong argument is a ``ValueError``; neither NaN nor infinity comes out.
"""
