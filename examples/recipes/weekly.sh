#!/bin/sh
# Weekly report: reads the newest export of a folder, writes report.md, and mails on failure. For cron or a systemd timer.
#
#   weekly.sh EXPORTS OUT      EXPORTS: a folder of exports, OUT: a folder for reports
#
# SALESMETRICS is the program, MAILTO the recipient, MAIL the mail program (called with -s SUBJECT and the address).
set -eu
exports=$1 out=$2
salesmetrics=${SALESMETRICS:-salesmetrics}
mkdir -p "$out"

# One run at a time: a second run exits at once, without an error.
exec 9>"$out/.lock"
flock -n 9 || exit 0

newest=$("$(dirname "$0")/newest.sh" "$exports")
code=0
"$salesmetrics" report "$newest" --period last-week --compare previous --max-age 8d \
  --goal 'win_rate >= 25%' --quiet -o "$out/report.md" 2>"$out/errors.txt" || code=$?

# 0: success. 1: a goal is missed or the export is stale. 2 or higher: there is no report.
if [ "$code" -ne 0 ] && [ -n "${MAILTO:-}" ]; then
  ${MAIL:-mail} -s "sales report: exit code $code" "$MAILTO" <"$out/errors.txt"
fi
exit "$code"
