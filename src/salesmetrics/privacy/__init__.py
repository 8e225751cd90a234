"""How names of people and companies are hidden: their pseudonyms, the fields that hold them, and frames without them.

Imported by whatever reads, asks and answers; it imports errors, messages and the schema. It never reads a key, a file or
the environment: what it needs comes in as a value.
"""
