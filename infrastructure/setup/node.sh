#!/usr/bin/env bash
# Finds a Node that can build the war room; `fetch` puts one into this checkout's .run/tools, without root.
#   node.sh         prints the folder with node and npm, or fails and says why
#   node.sh fetch   does the same, fetching one (60 MB) if there is none
set -euo pipefail
cd "$(dirname "$0")/../.."

needed="20.19 or newer (not 21)"
own=.run/tools/node

say() { printf '%s\n' "$*" >&2; }

fits() { # node
  [ -x "$1" ] && "$1" -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 21 || (major === 20 && minor >= 19) ? 0 : 1);' 2>/dev/null
}

found() {
  local node
  if node=$(command -v node) && command -v npm >/dev/null && fits "$node"; then
    dirname "$node"
  elif fits "$own/bin/node" && [ -x "$own/bin/npm" ]; then
    printf '%s\n' "$PWD/$own/bin"
  else
    return 1
  fi
}

if found; then exit 0; fi
if [ "${1:-}" != fetch ]; then
  if node=$(command -v node); then
    say "Node $needed is needed with npm; here is $("$node" --version 2>/dev/null || echo 'one that does not run')"
  else
    say "Node $needed is needed with npm, and there is none"
  fi
  exit 1
fi

infrastructure/setup/setup.sh
say "Fetching Node ..."
mkdir -p .run/tools
.venv/bin/uv venv --quiet --clear --python .venv/bin/python "$own"
.venv/bin/uv pip install --quiet --python "$own/bin/python" --require-hashes -r infrastructure/setup/node.lock
found || { say "The Node that was fetched does not run on this machine."; exit 1; }
