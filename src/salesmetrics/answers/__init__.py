"""What a command answers, as data: a struct for each, and with it its JSON Schema.

Every layout and writer sees these and nothing else. No arithmetic, no reading, no words for people.
"""
