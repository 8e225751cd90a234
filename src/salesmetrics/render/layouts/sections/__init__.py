"""The page of a report with its sections: each module lays out a part of it, from an answer to blocks.

``page`` puts them together. Nothing here knows a writer, and nothing but answers is seen.
"""

from salesmetrics.render.layouts.sections.page import sections_page

__all__ = ["sections_page"]
