"""From a header to the kind of a file, its CRM and its columns.

The rest of the reader may import it. It parses no column.
"""
