#!/usr/bin/env bash
# Sets everything up and starts the platform; without a cluster named in .env, beside a small lab.
# `--docker` starts it in containers instead (docs/deploy.md).
set -euo pipefail
cd "$(dirname "$0")"
if [ "${1:-}" = --docker ]; then
  shift
  exec infrastructure/docker/start.sh "$@"
fi
infrastructure/setup/setup.sh
infrastructure/setup/dashboard.sh
exec .venv/bin/sre-agent up "$@"
