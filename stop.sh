#!/usr/bin/env bash
# Stops all that start.sh started; what it stored stays. `--docker` stops the containers.
set -euo pipefail
cd "$(dirname "$0")"
if [ "${1:-}" = --docker ]; then
  shift
  exec infrastructure/docker/stop.sh "$@"
fi
if [ ! -x .venv/bin/sre-agent ]; then
  echo "Nothing was ever started here."
  exit 0
fi
exec .venv/bin/sre-agent down "$@"
