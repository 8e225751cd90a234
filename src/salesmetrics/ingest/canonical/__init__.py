"""From typed columns to canonical frames: rules, identity, outcome, what one file says of another.

The entry of the reader imports it. It reads no file.
"""
