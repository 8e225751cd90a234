"""The scripts here are run as programs, or imported by ``test_mutation.py``."""

collect_ignore_glob = ["*.py"]
