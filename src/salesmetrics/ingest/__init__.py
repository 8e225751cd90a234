"""From bytes to typed, validated canonical frames. The one entry is :func:`salesmetrics.ingest.read.load`."""
