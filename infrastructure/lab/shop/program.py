"""The life of one shop service: start or say why not, serve, drain when told to end."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from infrastructure.lab.shop import flags, records, service, settings, tracing, wire

DRAIN_S = 0.5
"""Still serving for so long after SIGTERM, while the endpoints forget this pod."""

LAST_REQUESTS_S = 4.0
"""The most that is left to the requests under way when no new ones are accepted."""

READ_S = 0.05
"""For a connection accepted at the last moment to say what it wants."""

Choose = Callable[[settings.Settings, flags.Flags], service.Worker]
"""Says who does the work, or raises a SettingsError."""


def main(choose: Choose) -> int:
    """Serve until SIGTERM; return the exit code."""
    try:
        config = settings.read()
        known = flags.Flags(config.flags_url, records.Log("flags", **_facts(config)))
        worker = choose(config, known)
    except settings.SettingsError as error:
        records.Log("main").write("fatal", "cannot start", error=records.describe(error))
        return 1
    known.start()
    _serve(config, worker, known)
    return 0


def _facts(config: settings.Settings) -> dict[str, str]:
    return {"service": config.name, "version": config.version}


def _serve(config: settings.Settings, worker: service.Worker, known: flags.Flags) -> None:
    facts = _facts(config)
    tracer = tracing.Tracer(config.resource, config.traces_endpoint, config.traces_share)
    tracer.start()
    shop = service.Service(config, worker, records.Log("http", **facts), tracer, known)
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
