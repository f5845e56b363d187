#!/usr/bin/env bash
# Sets everything up and starts the platform; without a cluster named in .env, beside a small lab.
set -euo pipefail
cd "$(dirname "$0")"
infrastructure/setup/setup.sh
infrastructure/setup/dashboard.sh
exec .venv/bin/sre-agent up "$@"
