#!/bin/sh
# KPIs that are clearly worse than in the previous month, one line each.
#
#   worse.sh FILE...
set -eu
report=$("${SALESMETRICS:-salesmetrics}" report "$@" --period last-month --compare previous --format json --quiet)
printf '%s\n' "$report" |
  jq -r '.metrics[] | select(.change.verdict == "worse") | "\(.title): \(.previous) -> \(.value)"'
