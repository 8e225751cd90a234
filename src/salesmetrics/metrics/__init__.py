"""Measures (columns to an aggregate) and KPIs (measures to a number): pure functions, collected in one catalogue."""
