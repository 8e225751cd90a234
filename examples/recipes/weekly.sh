#!/bin/sh
# The weekly report: newest export of a folder in, report.md out, mail when something is off. For cron or a systemd timer.
#
#   weekly.sh EXPORTS OUT      EXPORTS: a folder of exports, OUT: a folder for reports
#
# SALESMETRICS names the program, MAILTO who is told, MAIL the program that mails (it gets -s SUBJECT and the address).
set -eu
exports=$1 out=$2
salesmetrics=${SALESMETRICS:-salesmetrics}
mkdir -p "$out"

# One run at a time: a second one ends at once, without an error.
exec 9>"$out/.lock"
flock -n 9 || exit 0

newest=$("$(dirname "$0")/newest.sh" "$exports")
code=0
"$salesmetrics" report "$newest" --period last-week --compare previous --max-age 8d \
  --goal 'win_rate >= 25%' --quiet -o "$out/report.md" 2>"$out/errors.txt" || code=$?

# 0: done. 1: done, and a goal is missed or the export is stale. 2 and more: there is no report.
if [ "$code" -ne 0 ] && [ -n "${MAILTO:-}" ]; then
  ${MAIL:-mail} -s "sales report: exit code $code" "$MAILTO" <"$out/errors.txt"
fi
exit "$code"
