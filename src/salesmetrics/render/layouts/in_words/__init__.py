"""What an answer says in at most five sentences: what changed beyond chance, what needs a hand, what to doubt; else levels.

A sentence claims no more than the answer: a change is better or worse only by its verdict, a period is unusual only by control
limits, and a segment differs only by the verdict of a benchmark. Numbers are rounded as in the tables. Which sentences are
kept is decided by their rank; they are read in the order of their place.
"""

from salesmetrics.render.layouts.in_words.choice import worded, words

__all__ = ["worded", "words"]
