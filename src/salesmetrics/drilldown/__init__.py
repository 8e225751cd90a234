"""The records and the working behind a number.

The command line and the library may import it. It computes no number that the engine does not.
"""
