#!/usr/bin/env bash
# The report of last week as a chat message: Markdown in a JSON body for an incoming webhook (Slack, Mattermost, Teams, ...).
#
#   chat.sh FILE...      prints the body, or sends it if WEBHOOK is set
set -euo pipefail
body=$("${SALESMETRICS:-salesmetrics}" report "$@" --as-of today --period last-week --compare previous --max-age 4d \
  --kpi revenue,won_deals,win_rate --format md --quiet |
  "${PYTHON:-python3}" -c 'import json, sys; print(json.dumps({"text": sys.stdin.read()}))')
if [ -n "${WEBHOOK:-}" ]; then
  printf "%s" "$body" | curl --fail --silent --show-error -H 'Content-Type: application/json' -d @- "$WEBHOOK"
else
  printf '%s\n' "$body"
fi
