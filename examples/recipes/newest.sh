#!/bin/sh
# The newest export of a folder, by the date in its name (deals-2026-11-20.csv): copying a file changes its age, but not its name.
#
#   newest.sh EXPORTS [PATTERN]
set -eu
newest=
for file in "$1"/${2:-deals-*.csv}; do
  if [ -e "$file" ]; then newest=$file; fi
done
if [ -z "$newest" ]; then
  echo "no export in $1" >&2
  exit 2
fi
printf '%s\n' "$newest"
