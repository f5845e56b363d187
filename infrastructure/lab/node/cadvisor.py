"""What cAdvisor says about running containers."""

from __future__ import annotations

from collections.abc import Sequence

from infrastructure.lab.node.exposition import Family, counter, gauge
from infrastructure.lab.node.running import ContainerUsage


def families(usage: Sequence[ContainerUsage], node: str) -> list[Family]:
    """Return the metrics of all containers, under cAdvisor's names."""
    labelled = [(_labels(each, node), each) for each in usage]
    return [
        gauge(
            "container_memory_working_set_bytes",
            "Current working set of the container in bytes",
            ((labels, each.rss_bytes) for labels, each in labelled),
        ),
        gauge(
            "container_memory_rss",
            "Size of RSS in bytes.",
            ((labels, each.rss_bytes) for labels, each in labelled),
        ),
        counter(
            "container_cpu_usage_seconds_total",
            "Cumulative cpu time consumed in seconds.",
            ((labels | {"cpu": "total"}, each.cpu_seconds) for labels, each in labelled),
        ),
        gauge(
            "container_spec_memory_limit_bytes",
            "Memory limit for the container.",
            ((labels, each.memory_limit) for labels, each in labelled),
        ),
        counter(
            "container_oom_events_total",
            "Count of out of memory events observed for the container",
            ((labels, each.oom_events) for labels, each in labelled),
        ),
        gauge(
            "container_start_time_seconds",
            "Start time of the container since unix epoch in seconds.",
            ((labels, each.started) for labels, each in labelled),
        ),
    ]


def _labels(usage: ContainerUsage, node: str) -> dict[str, str]:
    return {
        "container": usage.container,
        "image": usage.image,
        "namespace": usage.namespace,
        "node": node,
        "pod": usage.pod,
    }
