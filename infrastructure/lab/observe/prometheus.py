"""Write the configuration of Prometheus and the command that runs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).with_name("rules.yaml")

CLUSTER = "lab"
"""What alerts say of where they come from."""

META = "__meta_kubernetes_"


@dataclass(frozen=True)
class Sources:
    """Where Prometheus finds what it watches, and whom it tells."""

    targets_file: Path
    """What discovery writes."""
    node_addresses: tuple[str, ...]
    """`host:port` of each node's metrics; the first tells of the cluster's objects, too."""
    alertmanager_address: str
    team: str


def config(sources: Sources) -> str:
    """Return `prometheus.yml`: a scrape and an evaluation each second."""
    document = {
        "global": {
            "scrape_interval": "1s",
            "scrape_timeout": "1s",
            "evaluation_interval": "1s",
            "external_labels": {"cluster": CLUSTER, "team": sources.team},
        },
        "rule_files": [str(RULES)],
        "alerting": {
            "alertmanagers": [
                {"static_configs": [{"targets": [sources.alertmanager_address]}]},
            ],
        },
        "scrape_configs": [
            _services(sources),
            _nodes("cadvisor", "/metrics/cadvisor", sources.node_addresses),
            _nodes("kubelet", "/metrics/probes", sources.node_addresses),
            _nodes("kube-state-metrics", "/metrics/state", sources.node_addresses[:1]),
        ],
    }
    return yaml.safe_dump(document, sort_keys=False)


def command(program: Path, folder: Path, address: str) -> list[str]:
    """Return the command that runs Prometheus with little memory and a short past."""
    return [
        str(program),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--storage.tsdb.retention.time=6h",
        "--storage.tsdb.retention.size=256MB",
        "--storage.tsdb.wal-segment-size=10MB",
        f"--web.listen-address={address}",
        f"--web.external-url=http://{address}",
        "--scrape.discovery-reload-interval=1s",
        "--rules.alert.resend-delay=5s",
        "--alertmanager.notification-queue-capacity=1000",
        "--query.max-concurrency=8",
        "--log.level=warn",
    ]


def _services(sources: Sources) -> dict[str, Any]:
    """Scrape each pod behind each Service, labelled as Kubernetes discovery labels them."""
    return {
        "job_name": "services",
        "file_sd_configs": [{"files": [str(sources.targets_file)]}],
        "relabel_configs": [
            {
                "source_labels": [f"{META}endpoint_port_name"],
                "regex": "metrics",
                "action": "keep",
            },
            _copy(f"{META}service_name", "job"),
            _copy(f"{META}namespace", "namespace"),
            _copy(f"{META}service_name", "service"),
            _copy(f"{META}pod_name", "pod"),
            _copy(f"{META}pod_container_name", "container"),
            _copy(f"{META}pod_node_name", "node"),
            _copy(f"{META}pod_label_app", "app"),
            _copy(f"{META}pod_label_team", "team"),
        ],
    }


def _copy(source: str, target: str) -> dict[str, Any]:
    return {"source_labels": [source], "target_label": target}


def _nodes(job: str, path: str, addresses: Sequence[str]) -> dict[str, Any]:
    return {
        "job_name": job,
        "metrics_path": path,
        "honor_labels": True,  # the node speaks of pods: their labels are the ones that count
        "static_configs": [{"targets": list(addresses)}],
    }
