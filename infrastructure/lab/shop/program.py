"""The life of one shop service: start or say why not, serve, drain when told to end."""

import signal
import threading
import time
from types import FrameType

from infrastructure.lab.shop import records, releases, service, settings, tracing, wire

DRAIN_S = 0.5
"""Still serving for so long after SIGTERM, while the endpoints forget this pod."""

LAST_REQUESTS_S = 4.0
"""The most that is left to the requests under way when no new ones are accepted."""

READ_S = 0.05
"""For a connection accepted at the last moment to say what it wants."""


def main() -> int:
    """Serve until SIGTERM; return the exit code."""
    try:
        config = settings.read()
        release = _release(config)
    except settings.SettingsError as error:
        records.Log("main").write("fatal", "cannot start", error=records.describe(error))
        return 1
    _serve(config, release)
    return 0


def _release(config: settings.Settings) -> releases.Release:
    release = releases.VARIANTS.get(config.variant)
    if release is None:
        raise settings.SettingsError(f"unknown variant {config.variant}")
    missing = release.required_variable
    if missing and not config.environment.get(missing):
        raise settings.SettingsError(f"missing required environment variable {missing}")
    return release


def _serve(config: settings.Settings, release: releases.Release) -> None:
    facts = {"service": config.name, "version": config.version}
    tracer = tracing.Tracer(config.resource, config.traces_endpoint, config.traces_share)
    tracer.start()
    shop = service.Service(config, release, records.Log("http", **facts), tracer)
    server = wire.Server(config.host, config.port, shop.handle)
    # One scrape at a time, as the small servers of many client libraries do it.
    scraped = wire.Server(
        config.host, config.metrics_port, shop.scrape, max_connections=1, is_persistent=False
    )
    threading.Thread(target=scraped.serve, daemon=True).start()
    log = records.Log("main", **facts)

    def drain() -> None:
        shop.is_ready = False
        time.sleep(DRAIN_S)
        server.stop()

    def on_sigterm(_signal: int, _frame: FrameType | None) -> None:
        log.write("info", "terminating")
        threading.Thread(target=drain, daemon=True).start()

    signal.signal(signal.SIGTERM, on_sigterm)
    log.write("info", "listening", address=f"{config.host}:{server.port}")
    server.serve()
    time.sleep(READ_S)
    server.wait_idle(LAST_REQUESTS_S)
    tracer.flush()
