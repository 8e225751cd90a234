#!/bin/sh
# KPIs that got clearly worse than in the month before, a line each, through jq.
#
#   worse.sh FILE...
set -eu
report=$("${SALESMETRICS:-salesmetrics}" report "$@" --period last-month --compare previous --format json --quiet)
printf '%s\n' "$report" |
  jq -r '.metrics[] | select(.change.verdict == "worse") | "\(.title): \(.previous) -> \(.value)"'
