"""The vocabulary: canonical records, their column types, and what is said about data."""
