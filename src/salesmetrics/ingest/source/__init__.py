"""From what was typed to bytes and text: paths, archives, encodings.

The rest of the reader may import it. It knows no rows.
"""
