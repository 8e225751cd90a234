"""What a command answers, as data: a struct for each, from which its JSON and its JSON Schema are made.

Every layout and writer sees these and nothing else. No arithmetic, no reading, no words for people, and no Pydantic.
"""
