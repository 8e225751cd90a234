"""What an answer looks like: a module per module of ``answers``, with a function per answer and what is made of it.

``check_sheet`` makes the rows and cells of a ``Check``, ``check_document`` its headings, tables and notes. Writers draw what
layouts make; ``writers`` finds layouts by these names. Nothing here writes, reads or computes, and no layout knows a writer.
"""
