#!/usr/bin/env bash
# Stops and removes the containers, of every profile; the volumes with what was stored stay.
# Arguments are passed on to `docker compose down`; --volumes deletes what was stored, too.
set -euo pipefail
cd "$(dirname "$0")/../.."
source infrastructure/docker/common.sh

if [ ! -f .env ]; then
  say "Nothing was ever started here."
  exit 0
fi
require_docker
choose_compose
exec "${compose[@]}" --profile lab --profile ollama down --remove-orphans "$@"
