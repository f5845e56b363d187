#!/usr/bin/env bash
# Builds and starts the platform in containers, and waits until everything is healthy.
# Arguments are passed on to `docker compose up`, for example --scale worker=3.
set -euo pipefail
cd "$(dirname "$0")/../.."
source infrastructure/docker/common.sh

# Adds a random secret for every one that .env does not set; nothing that is there is changed.
complete_secrets() {
  local name fresh added=""
  for name in WEBHOOK_TOKEN API_TOKENS SIGNER_TOKEN MCP_KUBERNETES_READ_TOKEN MCP_KUBERNETES_WRITE_TOKEN \
    MCP_PROMETHEUS_READ_TOKEN MCP_LOKI_READ_TOKEN MCP_JAEGER_READ_TOKEN MCP_RUNBOOKS_READ_TOKEN MCP_GITHUB_READ_TOKEN \
    MCP_GITHUB_WRITE_TOKEN SECRETS_KEY \
    POSTGRES_PASSWORD REDIS_PASSWORD LAB_READ_TOKEN LAB_WRITE_TOKEN LAB_FORGE_SECRET; do
    if [ -n "$(setting "$name")" ]; then continue; fi
    fresh=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
    case $name in
    API_TOKENS) fresh="operator:admin:$fresh" ;;
    SECRETS_KEY) fresh=$(head -c 32 /dev/urandom | base64 | tr '+/' '-_') ;;
    esac
    added+="$name=$fresh"$'\n'
  done
  if [ -z "$added" ]; then return; fi
  if [ ! -e .env ]; then
    (umask 077 && printf '%s\n' "# Made by ./start.sh with random secrets. Keep it to yourself; .env.example explains every variable." >.env)
  elif [ -n "$(tail -c 1 .env)" ]; then
    printf '\n' >>.env
  fi
  chmod 600 .env
  printf '%s' "$added" >>.env
}

refuse_what_cannot_work() {
  local named
  if grep -qE '^[^#]*change-me' .env; then
    refuse ".env still has placeholders (change-me): put secrets there (openssl rand -hex 24), or empty them for random ones."
  fi
  case $(setting DATABASE_URL) in
  *host=/*) refuse "DATABASE_URL in .env names a socket of this machine, which a container does not see: empty it, and the stack brings its own PostgreSQL." ;;
  esac
  case $(setting KUBERNETES_IN_CLUSTER) in
  '' | false | False | 0 | no) ;;
  *) refuse "KUBERNETES_IN_CLUSTER in .env: a container of Docker runs in no cluster. Use MCP_KUBECONFIG, or KUBERNETES_API_URL and its tokens." ;;
  esac
  named=$(cluster | wc -l)
  if ((named > 1)); then
    refuse "KUBERNETES_API_URL and MCP_KUBECONFIG are both set in .env: name the cluster in one way."
  fi
  if [ -n "$(setting KUBERNETES_WRITE_TOKEN)" ] && [ -n "$(setting MCP_KUBECONFIG_WRITE_CONTEXT)" ]; then
    refuse "KUBERNETES_WRITE_TOKEN and MCP_KUBECONFIG_WRITE_CONTEXT are both set in .env: name the cluster in one way."
  fi
  if ((named == 0)) && [ -n "$(setting PROMETHEUS_URL)$(setting LOKI_URL)$(setting JAEGER_URL)" ]; then
    refuse "PROMETHEUS_URL, LOKI_URL or JAEGER_URL is set in .env, but no cluster: set KUBERNETES_API_URL or MCP_KUBECONFIG too, or empty them to watch the lab."
  fi
  require_paths
}

# Docker would make an empty folder where a file is missing, and nobody would learn why nothing works.
require_paths() {
  local name path
  for name in MCP_KUBECONFIG KUBERNETES_CA_FILE AGENT_CONFIG POLICY_DIR PLAYBOOK_DIR RUNBOOKS_DIR SLO_FILE LLM_PRICES_FILE SERVICES_FILE \
    GITHUB_APP_PRIVATE_KEY_FILE GITHUB_CA_FILE; do
    path=$(setting "$name")
    case $path in
    '') ;;
    /*) [ -e "$path" ] || refuse "$name in .env: $path does not exist." ;;
    *) refuse "$name in .env: $path has to be an absolute path, since it is mounted into a container." ;;
    esac
  done
}

tell_where() {
  local port=${PORT:-$(setting PORT)}
  say "The platform is up: http://127.0.0.1:${port:-8080}"
  # The first administrator: made and told once; later starts say nothing of it.
  "${compose[@]}" exec -T backend sre-agent users bootstrap
  if [ -z "$(cluster)" ]; then
    say "It watches the lab. Break something: docker compose -p sre-agent exec lab python -m infrastructure.lab break bad-release --dir /var/lib/lab"
  fi
  say "Stop it: ./stop.sh --docker"
}

require_docker
complete_secrets
refuse_what_cannot_work
choose_compose
if ! "${compose[@]}" up --detach --build --wait --wait-timeout 300 "$@"; then
  "${compose[@]}" ps --all >&2 || true
  refuse "Not everything became healthy. \`docker compose -p sre-agent logs SERVICE\` says why; ./start.sh --docker tries again."
fi
tell_where
