"""From an answer to text: ``layouts`` say how it looks, a ``write_`` module per form draws it, and ``writers`` lists them.

Sees answers only: no computing, no reading, no opinion on where text goes (``output`` is what puts it there).
"""
