#!/usr/bin/env bash
# Creates .venv with everything pinned, once per state of the locks. Needs nothing but Python 3.11 or newer.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf '%s\n' "$*" >&2; }

python=""
for candidate in python3.11 python3.12 python3.13 python3.14 python3; do
  if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  say "Python 3.11 or newer is needed and was not found. On Debian: apt-get install python3"
  exit 1
fi

mkdir -p .run/logs
exec 8>.run/setup.lock # one at a time: two would delete what the other has just installed
if command -v flock >/dev/null; then flock 8; fi

# Programs that a crash starts anew are to start quickly, also where the shell keeps Python from
# writing down what it compiled.
compile_ours() {
  .venv/bin/python -m compileall -q backend sre_agent mcp_servers >/dev/null || true
}

stamp=.venv/.setup-stamp
wanted=$(cat requirements-dev.lock pyproject.toml | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null; then
  compile_ours
  exit 0
fi

# Debian splits venv's pip into packages of their own. Where they are missing, its pip wheel is
# fetched as a package file and used in place: that needs no root.
make_venv() {
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv .venv
    return
  fi
  "$python" -m venv --without-pip .venv
  local place
  place=$(mktemp -d)
  if ! (cd "$place" && apt-get download -q python3-pip-whl >/dev/null 2>&1); then
    if [ "$(id -u)" = 0 ]; then
      apt-get update -q >/dev/null
      (cd "$place" && apt-get download -q python3-pip-whl >/dev/null 2>&1)
    else
      say "This Python has no pip of its own. As root: apt-get install python3-venv"
      rm -rf .venv
      exit 1
    fi
  fi
  dpkg-deb -x "$place"/python3-pip-whl_*.deb "$place"
  local wheel
  wheel=$(ls "$place"/usr/share/python-wheels/pip-*.whl)
  .venv/bin/python "$wheel/pip" install --quiet --no-index "$wheel"
  rm -rf "$place"
}

# uv, itself pinned, takes a quarter of pip's time. It asks where pip is told to ask; the hashes say
# what may come from there. Where it fails, pip does it, and says what is wrong.
install_all() {
  local pinned=.run/uv.txt index more links cert
  awk '/^uv==/ {on = 1} on && /^ *#/ {exit} on' requirements-dev.lock >"$pinned"
  .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r "$pinned" || return 1
  told() { # by the shell, or by pip's own files
    .venv/bin/python -m pip config get ":env:.$1" 2>/dev/null ||
      .venv/bin/python -m pip config get "global.$1" 2>/dev/null || true
  }
  index=$(told index-url) more=$(told extra-index-url) links=$(told find-links) cert=$(told cert)
  [ -z "$index" ] || export UV_DEFAULT_INDEX=$index
  [ -z "$more" ] || export UV_INDEX=$more
  [ -z "$links" ] || export UV_FIND_LINKS=${links//[[:space:]]/,}
  [ -z "$cert" ] || export SSL_CERT_FILE=$cert
  .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes \
    --index-strategy unsafe-best-match --compile-bytecode -r requirements-dev.lock 2>.run/logs/uv.log
}

say "Setting up .venv (half a minute the first time) ..."
# Without a stamp it was never finished: what is there may belong to another Python, or be half of one.
if [ ! -f "$stamp" ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  rm -rf .venv
  make_venv
fi
rm -f "$stamp"
install_all || .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
compile_ours
printf '%s' "$wanted" >"$stamp"
