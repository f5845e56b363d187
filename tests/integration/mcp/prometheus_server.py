"""A real Prometheus for tests: with a made-up past, or scraping something now."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx

from infrastructure.lab.observe import tools

TOOLS_CACHE = Path(__file__).resolve().parents[3] / ".run/tools"

Rate = Callable[[float], float]
"""Requests per second, given the seconds since the start of the history."""


@dataclass
class History:
    """A past to be loaded into Prometheus, one sample of each series every `interval_s`."""

    end: datetime
    length_s: int
    interval_s: int = 15
    _series: dict[str, list[str]] = field(default_factory=dict)

    def counter(self, series: str, rate: float | Rate, *, until_s: float | None = None) -> None:
        """Add a counter that grows at a rate, and that ends early if `until_s` is given."""
        total = 0.0
        lines = []
        start = self.end.timestamp() - self.length_s
        for offset in range(0, self.length_s + 1, self.interval_s):
            if until_s is not None and offset > until_s:
                break
            total += (rate(offset) if callable(rate) else rate) * self.interval_s
            lines.append(f"{series} {total} {start + offset}")
        self._series.setdefault(series.partition("{")[0], []).extend(lines)

    def gauge(self, series: str, value: float) -> None:
        """Add a series that stays as it is."""
        start = self.end.timestamp() - self.length_s
        moments = range(0, self.length_s + 1, self.interval_s)
        lines = [f"{series} {value} {start + offset}" for offset in moments]
        self._series.setdefault(series.partition("{")[0], []).extend(lines)

    def text(self) -> str:
        """Return the history as OpenMetrics."""
        lines = [line for metric in self._series.values() for line in metric]
        return "\n".join([*lines, "# EOF", ""])


def backfilled(history: History, folder: Path) -> Path:
    """Write a history as blocks of a database and return its folder."""
    promtool = tools.provide(TOOLS_CACHE).promtool
    source, data = folder / "history.om", folder / "data"
    source.write_text(history.text())
    subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", source, data],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return data


@contextmanager
def running(folder: Path, scraped: Sequence[str] = (), rules: str = "") -> Iterator[str]:
    """Run Prometheus over `folder/data` and yield its URL; it scrapes once a second."""
    port = free_port()
    config, rule_file = folder / "prometheus.yml", folder / "rules.yml"
    rule_file.write_text(rules or "groups: []\n")
    targets = ", ".join(f'"{each}"' for each in scraped)
    config.write_text(
        "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
        f"rule_files: [{rule_file}]\n"
        "scrape_configs:\n"
        f"- {{job_name: things, honor_labels: true, static_configs: [{{targets: [{targets}]}}]}}\n"
    )
    with (folder / "prometheus.log").open("w") as log:
        server = subprocess.Popen(
            [
                tools.provide(TOOLS_CACHE).prometheus,
                f"--config.file={config}",
                f"--storage.tsdb.path={folder / 'data'}",
                "--storage.tsdb.retention.time=50y",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=log,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _is_ready(url), timeout_s=60)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=30)


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def until(condition: Callable[[], bool], timeout_s: float) -> None:
    """Wait until something is so, or fail."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"it was not so within {timeout_s} s"
        time.sleep(0.1)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
