"""From text to rows: every record read, rejected with a reason, or ignored and counted.

The rest of the reader may import it. It knows no field of a record.
"""
