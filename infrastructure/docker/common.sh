# What start.sh and stop.sh for containers share; it is read by them from the checkout's root.
say() { printf '%s\n' "$*" >&2; }
refuse() { say "$@"; exit 1; }

# Prints what .env sets a variable to; nothing when it does not.
setting() {
  [ -f .env ] || return 0
  sed -nE "s/^[[:space:]]*(export[[:space:]]+)?$1[[:space:]]*=[[:space:]]*//p" .env | tail -n 1 |
    sed -E "s/^#.*$//; s/[[:space:]]+#.*$//; s/[[:space:]]+$//; s/^\"(.*)\"$/\1/; s/^'(.*)'$/\1/"
}

# The cluster, where .env names one; otherwise the lab is watched.
cluster() {
  local name
  for name in KUBERNETES_API_URL MCP_KUBECONFIG; do
    if [ -n "$(setting "$name")" ]; then echo "$name"; fi
  done
}

# Says whether the lab's forge is the GitHub that is watched: .env names no other, and its name is known.
watches_forge() {
  local seed
  seed=$(setting LAB_SEED)
  [ -z "$(cluster)$(setting GITHUB_REPOSITORIES)$(setting GITHUB_READ_TOKEN)$(setting GITHUB_APP_ID)" ] && [ "${seed:-1}" = 1 ]
}

require_docker() {
  command -v docker >/dev/null ||
    refuse "Docker was not found. Install Docker Engine with its compose plugin, or start without it: ./start.sh"
  local version
  version=$(docker compose version --short 2>/dev/null) ||
    refuse "\`docker compose\` was not found: install Docker's compose plugin (2.24 or newer). The older docker-compose 1.x does not do."
  version=${version#v}
  local major=${version%%.*} rest=${version#*.}
  local minor=${rest%%.*}
  if ! [[ $major =~ ^[0-9]+$ && $minor =~ ^[0-9]+$ ]] || ((major < 2 || (major == 2 && minor < 24))); then
    refuse "docker compose is $version; 2.24 or newer is needed."
  fi
  docker info >/dev/null 2>&1 ||
    refuse "The Docker engine does not answer. Is it running, and may this user use it? \`docker info\` says more."
}

# Fills the array `compose` with the command and what is common to every call.
choose_compose() {
  compose=(docker compose --env-file .env)
  if [ -z "$(cluster)" ]; then compose+=(--env-file infrastructure/docker/lab.env); fi
  if watches_forge; then compose+=(--env-file infrastructure/docker/forge.env); fi
  if [ -n "$(setting JAEGER_URL)" ]; then compose+=(--profile mcp-jaeger); fi
  if [ -n "$(setting GITHUB_REPOSITORIES)" ]; then compose+=(--profile mcp-github); fi
  compose+=(-f infrastructure/docker-compose.yaml)
  if [ -f infrastructure/docker-compose.override.yaml ]; then
    compose+=(-f infrastructure/docker-compose.override.yaml)
  fi
}
