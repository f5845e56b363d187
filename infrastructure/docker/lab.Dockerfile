# The lab: a small cluster whose pods are processes of this container, with its own Prometheus,
# Alertmanager (both Debian's) and logs. It knows nothing of the platform.
FROM python:3.11.13-slim-bookworm AS dependencies
COPY infrastructure/docker/requirements/lab.lock /requirements.lock
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --no-deps --require-hashes -r /requirements.lock

FROM python:3.11.13-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git prometheus prometheus-alertmanager \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin lab \
    && install -d -o lab -g lab /var/lib/lab
COPY --from=dependencies /opt/venv /opt/venv
WORKDIR /app
COPY infrastructure/__init__.py infrastructure/__init__.py
COPY infrastructure/lab infrastructure/lab
COPY infrastructure/docker/probe.py infrastructure/docker/probe.py
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
CMD ["python", "-m", "infrastructure.lab", "serve", "--dir", "/var/lib/lab"]
