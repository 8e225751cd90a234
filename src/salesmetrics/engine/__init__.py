"""From a request to KPI values for any grouping, period and comparison: resolve, plan, compute, evaluate, series.

The command line, the library and the drill-down may import it. It reads no file and draws nothing.
"""
