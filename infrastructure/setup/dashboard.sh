#!/usr/bin/env bash
# Builds the war room into dashboard/dist when its sources changed. Without Node everything else works.
#   dashboard.sh           build; a failure is a warning, since the platform runs without it
#   dashboard.sh require   build; a failure is a failure
#   dashboard.sh check     lint, types, and whether generated files are up to date
#   dashboard.sh test      its unit tests
set -euo pipefail
cd "$(dirname "$0")/../.."

goal=${1:-offer}
log=.run/logs/dashboard.log
built=dashboard/node_modules/.built
installed=dashboard/node_modules/.installed
patience_s=600

say() { printf '%s\n' "$*" >&2; }

fail() { # what went wrong, why
  say "The war room was not built: $1."
  [ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/  /' >&2
  say "  Everything else works: sre-agent watch. \`make dashboard\` tries again; the whole output is in $log"
  [ "$goal" = offer ] || exit 1
  exit 0
}

sources() {
  find dashboard \( -name node_modules -o -name dist -o -name tests \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

packages() { sha256sum dashboard/package-lock.json | cut -d' ' -f1; }

is() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; } # file, content

run() { # what it is called, command ...
  local name=$1 limit=()
  shift
  if command -v timeout >/dev/null; then limit=(timeout "$patience_s"); fi
  if ! (cd dashboard && "${limit[@]}" "$@") >"$log" 2>&1; then
    fail "$name failed" "$(grep -vE '^npm (warn|notice)|^[[:space:]]*$|^npm (error|ERR!)[[:space:]]*$' "$log" | head -5 | cut -c1-200)"
  fi
}

install() {
  local wanted
  wanted=$(packages)
  is "$installed" "$wanted" && return
  run "npm ci" npm ci --no-audit --no-fund --fetch-retries=1 --fetch-timeout=30000
  printf '%s' "$wanted" >"$installed"
}

build() {
  local wanted
  wanted=$(sources)
  [ -f dashboard/dist/index.html ] && is "$built" "$wanted" && return
  say "Building the war room (half a minute the first time) ..."
  install
  rm -rf dashboard/node_modules/.dist
  run "the build" npm run --silent build -- --outDir node_modules/.dist --emptyOutDir
  rm -rf dashboard/dist
  mv dashboard/node_modules/.dist dashboard/dist
  printf '%s' "$wanted" >"$built"
}

mkdir -p .run/logs
if [ "$goal" = offer ] || [ "$goal" = require ]; then # nothing to do is found out without Node
  [ -f dashboard/dist/index.html ] && is "$built" "$(sources)" && exit 0
fi

if ! bin=$(infrastructure/setup/node.sh 2>"$log"); then
  reason=$(cat "$log")
  case $goal in
    offer)
      say "The war room is not built: $reason. Everything else works (sre-agent watch); \`make node dashboard\` builds it."
      exit 0 ;;
    require)
      say "$reason. \`make node\` fetches one into this checkout."
      exit 1 ;;
    *)
      say "NOT CHECKED: the dashboard. $reason. \`make node\` fetches one into this checkout."
      exit 0 ;;
  esac
fi
export PATH="$bin:$PATH"

exec 9>.run/dashboard.lock # one at a time: npm empties the folder it installs into
if command -v flock >/dev/null; then flock 9; fi

case $goal in
  offer | require) build ;;
  check)
    install
    (cd dashboard && npm run --silent check) ;;
  test)
    install
    (cd dashboard && npm run --silent test) ;;
  *)
    say "usage: dashboard.sh [require|check|test]"
    exit 2 ;;
esac
