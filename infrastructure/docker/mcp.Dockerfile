# One MCP server: its own packages, its own code and what all servers share; nothing of the platform.
# SERVER is kubernetes, prometheus, loki, jaeger, runbooks or github.
FROM python:3.11.13-slim-bookworm AS dependencies
ARG SERVER
COPY infrastructure/docker/requirements/mcp-${SERVER}.lock /requirements.lock
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --no-deps --require-hashes -r /requirements.lock

FROM python:3.11.13-slim-bookworm
ARG SERVER
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin sre-agent \
    && install -d -o sre-agent -g sre-agent /var/lib/sre-agent/public /var/lib/sre-agent/halt
COPY --from=dependencies /opt/venv /opt/venv
WORKDIR /app
COPY mcp_servers/__init__.py mcp_servers/__init__.py
COPY mcp_servers/common mcp_servers/common
COPY mcp_servers/${SERVER} mcp_servers/${SERVER}
COPY infrastructure/docker/probe.py infrastructure/docker/probe.py
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MODULE=mcp_servers.${SERVER}
USER 10001:10001
CMD ["sh", "-c", "exec python -m \"$MODULE\""]
