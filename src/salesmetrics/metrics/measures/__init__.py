"""Measures: one module per kind of record."""
