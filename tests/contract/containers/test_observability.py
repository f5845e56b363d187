"""The configurations of what watches: taken by the real programs, or by the shape that Loki documents."""

import json
import queue
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
import yaml
from http_listener import answering
from pydantic import BaseModel, ConfigDict
from stack_file import ROOT, services

from infrastructure.lab.observe import tools

FOLDER = ROOT / "infrastructure/observability"
TOKEN = "webhook-token-0123456789"  # noqa: S105 - made up


@pytest.fixture(scope="module")
def programs() -> tools.Tools:
    return tools.provide(ROOT / ".run/tools")


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def mounted(service: str, file: str) -> str:
    """Return where a service finds one of our files."""
    volumes: list[str] = services()[service]["volumes"]
    return next(v.split(":")[1] for v in volumes if v.startswith(f"./observability/{file}:"))


def test_prometheus_takes_its_configuration_and_its_rules(
    programs: tools.Tools, tmp_path: Path
) -> None:
    config = text("prometheus.yml").replace(mounted("prometheus", "rules.yml"), "rules.yml")
    (tmp_path / "prometheus.yml").write_text(config)
    (tmp_path / "rules.yml").write_text(text("rules.yml"))

    done = subprocess.run(
        [programs.promtool, "check", "config", "prometheus.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "2 rules found" in done.stdout


def test_prometheus_scrapes_and_tells_only_services_that_its_networks_reach() -> None:
    config = yaml.safe_load(text("prometheus.yml"))
    named = [
        target.split(":")[0]
        for job in [*config["scrape_configs"], *config["alerting"]["alertmanagers"]]
        for group in job.get("static_configs", [])
        for target in group["targets"]
    ]

    own = set(services()["prometheus"]["networks"])
    for name in set(named) - {"127.0.0.1"}:
        assert own & set(services()[name]["networks"]), name
    found = mounted("prometheus", "targets")
    files = [
        f
        for job in config["scrape_configs"]
        for s in job.get("file_sd_configs", [])
        for f in s["files"]
    ]
    assert [file.rpartition("/")[0] for file in files] == [found]


def test_alertmanager_is_started_with_its_token_and_delivers_an_alert(
    programs: tools.Tools, tmp_path: Path
) -> None:
    with receiver() as (url, received), alertmanager(programs, tmp_path, url) as address:
        alert = {"labels": {"alertname": "TargetDown", "namespace": "n", "service": "s"}}
        httpx.post(f"http://{address}/api/v2/alerts", json=[alert], trust_env=False)

        authorization, body = received.get(timeout=15)

    assert authorization == f"Bearer {TOKEN}"
    assert body["version"] == "4"
    assert body["alerts"][0]["labels"] == alert["labels"]


@contextmanager
def receiver() -> Iterator[tuple[str, "queue.Queue[tuple[str, Any]]"]]:
    """Yield the URL of something that takes webhooks, and what it was sent."""
    received: queue.Queue[tuple[str, Any]] = queue.Queue()

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.put((self.headers["Authorization"], json.loads(body)))
            self.send_response(202)
            self.end_headers()

    with answering(Taker) as address:
        yield f"http://{address}/webhook/alert", received


@contextmanager
def alertmanager(programs: tools.Tools, folder: Path, url: str) -> Iterator[str]:
    """Run the service's own command, with places of this machine for those of a container."""
    (folder / "secrets").mkdir()
    config = text("alertmanager.yml")
    assert "http://backend:8080/webhook/alert" in config
    config = config.replace("http://backend:8080/webhook/alert", url)
    config = config.replace("/run/secrets", str(folder / "secrets"))
    (folder / "alertmanager.yml").write_text(config.replace("group_wait: 5s", "group_wait: 0s"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    service = services()["alertmanager"]
    shell, flag, script = service["entrypoint"]
    for there, here in {
        "$$": "$",
        "/run/secrets": str(folder / "secrets"),
        mounted("alertmanager", "alertmanager.yml"): str(folder / "alertmanager.yml"),
        "--storage.path=/alertmanager": f"--storage.path={folder / 'data'}",
        "/bin/alertmanager": str(programs.alertmanager),
    }.items():
        assert there in script
        script = script.replace(there, here)
    process = subprocess.Popen(
        [shell, flag, f"{script} --web.listen-address={address}"],
        cwd=programs.home,
        env={"PATH": "/usr/bin:/bin", "WEBHOOK_TOKEN": TOKEN},
        stderr=subprocess.DEVNULL,
    )
    try:
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(transport=transport, trust_env=False) as client:
            client.get(f"http://{address}/-/ready").raise_for_status()
        yield address
    finally:
        process.terminate()
        process.wait(20)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(Part):
    http_listen_port: int
    grpc_listen_port: int
    log_level: Literal["debug", "info", "warn", "error"]


class KeyValueStore(Part):
    store: Literal["inmemory", "memberlist", "consul", "etcd"]


class Ring(Part):
    kvstore: KeyValueStore


class Folders(Part):
    chunks_directory: str
    rules_directory: str


class Storage(Part):
    filesystem: Folders


class Common(Part):
    instance_addr: str
    path_prefix: str
    replication_factor: int
    ring: Ring
    storage: Storage


class Index(Part):
    prefix: str
    period: Literal["24h"]


class Period(Part):
    from_: str
    store: Literal["tsdb"]
    object_store: Literal["filesystem"]
    schema_: Literal["v13"]
    index: Index


class Periods(Part):
    configs: list[Period]


class Limits(Part):
    retention_period: str
    reject_old_samples_max_age: str


class Compactor(Part):
    working_directory: str
    retention_enabled: bool
    delete_request_store: Literal["filesystem"]


class Analytics(Part):
    reporting_enabled: Literal[False]


class Loki(Part):
    """What of Loki's configuration we use: names and values of its reference, and no other."""

    auth_enabled: bool
    server: Server
    common: Common
    schema_config: Periods
    limits_config: Limits
    compactor: Compactor
    analytics: Analytics


def test_loki_is_told_only_what_it_knows_and_stores_where_its_volume_is() -> None:
    raw = text("loki.yml").replace("- from:", "- from_:").replace("schema: v13", "schema_: v13")

    config = Loki.model_validate(yaml.safe_load(raw))

    service = services()["loki"]
    place = next(v.split(":")[1] for v in service["volumes"] if v.startswith("logs:"))
    assert service["command"] == [f"-config.file={mounted('loki', 'loki.yml')}"]
    assert config.common.path_prefix == place
    for folder in (
        config.common.storage.filesystem.chunks_directory,
        config.common.storage.filesystem.rules_directory,
        config.compactor.working_directory,
    ):
        assert folder.startswith(f"{place}/")
    assert f":{config.server.http_listen_port}/ready" in " ".join(service["healthcheck"]["test"])
