#!/usr/bin/env bash
# Mails the report of the week that has just ended, with its tables in HTML and the same as plain text. For cron or a systemd timer.
#
#   mail_report.sh EXPORTS OUT      EXPORTS: a folder of exports, OUT: a folder for reports
#
# MAILFROM and MAILTO are the addresses; SENDMAIL is the program that sends (sendmail, msmtp, ssmtp); SALESMETRICS is the program.
set -euo pipefail
exports=$1 out=$2
here=$(dirname "$0")
mkdir -p "$out"

# One run at a time: a second run exits at once, without an error.
exec 9>"$out/.lock"
flock -n 9 || exit 0

# A file that ends in .eml is a whole mail but for sender and recipient.
code=0
rm -f "$out/report.eml"
newest=$("$here/newest.sh" "$exports" 2>"$out/errors.txt") &&
  "${SALESMETRICS:-salesmetrics}" report "$newest" --as-of today --period last-week --compare previous \
    --max-age 4d --goal 'win_rate >= 0.25' --quiet -o "$out/report.eml" 2>"$out/errors.txt" ||
  code=$?

# 0: success. 1: a goal is missed, or the export is stale. 2 or higher: there is no report.
{
  printf 'From: %s\nTo: %s\n' "$MAILFROM" "$MAILTO"
  if [ -s "$out/report.eml" ] && [ "$code" -eq 0 ]; then
    cat "$out/report.eml"
  elif [ -s "$out/report.eml" ]; then
    # The first line is the subject; errors.txt has the goal.
    sed '1s/^Subject: /Subject: goal missed: /' "$out/report.eml"
  else
    printf 'Subject: no sales report: exit code %s\n\n' "$code"
    cat "$out/errors.txt"
  fi
} | ${SENDMAIL:-sendmail} -t
exit "$code"
