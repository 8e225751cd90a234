"""The scripts here print times and are run by hand: no test lives among them."""

collect_ignore_glob = ["*.py"]
