"""The scripts here are run as programs; ``test_fuzzing.py`` plays what they keep through their doors."""

collect_ignore_glob = ["*.py"]
