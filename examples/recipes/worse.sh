#!/bin/sh
# KPIs that were clearly worse last month than in the month before, one line each.
#
#   worse.sh FILE...
set -eu
report=$("${SALESMETRICS:-salesmetrics}" report "$@" --as-of today --period last-month --compare previous --format json --quiet)
printf '%s\n' "$report" |
  jq -r '.metrics[] | select(.change.verdict == "worse") | "\(.title): \(.previous) -> \(.value)"'
