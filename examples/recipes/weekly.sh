#!/usr/bin/env bash
# Mails the report of the week that has just ended, and mails the reason if there is none. For cron or a systemd timer.
#
#   weekly.sh EXPORTS OUT      EXPORTS: a folder of exports, OUT: a folder for reports
#
# SALESMETRICS is the program, MAILTO the recipient, MAIL the mail program (called with -s SUBJECT and the address).
set -euo pipefail
exports=$1 out=$2
here=$(dirname "$0")
export COLUMNS=80 LC_ALL=C.UTF-8 # a mail is plain text of 80 columns
mkdir -p "$out"

# One run at a time: a second run exits at once, without an error.
exec 9>"$out/.lock"
flock -n 9 || exit 0

# --as-of today: the week before today, whatever the last day of the export is.
# --max-age 4d: on a Monday the export must reach Thursday. An older one lacks days of that week and is refused.
code=0
rm -f "$out/report.txt"
newest=$("$here/newest.sh" "$exports" 2>"$out/errors.txt") &&
  "${SALESMETRICS:-salesmetrics}" report "$newest" --as-of today --period last-week --compare previous \
    --max-age 4d --goal 'win_rate >= 0.25' --quiet -o "$out/report.txt" 2>"$out/errors.txt" ||
  code=$?

# 0: success. 1: a goal is missed, or the export is stale. 2 or higher: there is no report.
subject="sales report"
if [ "$code" -ne 0 ]; then subject="sales report: exit code $code"; fi
if [ -n "${MAILTO:-}" ]; then
  for part in "$out/errors.txt" "$out/report.txt"; do
    if [ -s "$part" ]; then cat "$part"; fi
  done | ${MAIL:-mail} -s "$subject" "$MAILTO"
fi
exit "$code"
