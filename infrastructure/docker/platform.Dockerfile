# The platform: API with the war room, worker, signer, migrations and command line are one image.
FROM node:22.17.0-bookworm-slim AS dashboard
WORKDIR /src
COPY dashboard/package.json dashboard/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY dashboard/ ./
RUN npm run build

FROM python:3.11.13-slim-bookworm AS dependencies
COPY infrastructure/docker/requirements/platform.lock /requirements.lock
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --no-deps --require-hashes -r /requirements.lock

FROM python:3.11.13-slim-bookworm
# Volumes take over the owner of the folder that they cover first.
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin sre-agent \
    && install -d -m 0700 -o sre-agent -g sre-agent /var/lib/sre-agent/key \
    && install -d -o sre-agent -g sre-agent /var/lib/sre-agent/public /var/lib/sre-agent/halt /var/lib/sre-agent/incidents
COPY --from=dependencies /opt/venv /opt/venv
WORKDIR /app
COPY sre_agent sre_agent
COPY backend backend
COPY --from=dashboard /src/dist dashboard/dist
COPY infrastructure/docker/probe.py infrastructure/docker/probe.py
COPY --chmod=0755 infrastructure/docker/sre-agent /usr/local/bin/sre-agent
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
CMD ["python", "-m", "backend.prefork", "backend.bootstrap.api"]
