"""Frames whose columns lie on disk, for lists larger than memory.

Any room that works on frames may import it; it imports nothing of ours but errors and the schema, and knows no record, no KPI and no file format.
"""
