"""What is a table by nature: why deals are lost, where they stick, what changed. Frames in, an answer out.

Whoever computes an answer for the pipeline lives here. It may use the engine's requests and conditions and the room of
statistics; it never reads a file, and renderers see only the answers.
"""
