"""What a command answers, as data: a model for each, and with it its JSON Schema.

Every writer sees these and nothing else. No arithmetic, no reading, no words for people.
"""
