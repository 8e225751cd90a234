"""The scripts here are run as programs, each in a process of its own: ``test_faults.py`` runs them in their short form."""

collect_ignore_glob = ["*.py"]
