#!/usr/bin/env bash
# Stops all that start.sh started; what it stored stays.
set -euo pipefail
cd "$(dirname "$0")"
if [ ! -x .venv/bin/sre-agent ]; then
  echo "Nothing was ever started here."
  exit 0
fi
exec .venv/bin/sre-agent down "$@"
