"""The command line: options in, calls to the library, text out. No arithmetic and no formatting here."""
