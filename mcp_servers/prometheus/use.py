"""What pods, nodes and volumes use and lose, as expressions over what the usual exporters tell."""

from collections.abc import Callable
from dataclasses import dataclass

from mcp_servers.prometheus.footprint import CPU_SECONDS
from mcp_servers.prometheus.promql import Matcher, Selector, highest, rate, summed

THROTTLED_SECONDS = "container_cpu_cfs_throttled_seconds_total"
"""The node tells it of containers with a CPU limit only."""
IO_WAITED_SECONDS = "container_pressure_io_waiting_seconds_total"
_PACKETS = ("container_network_receive_packets", "container_network_transmit_packets")
NODE_LABELS = ("instance", "node")
"""An exporter of a node is known by its address, or by the node's name where that is a label."""

_PROGRAMS = (Matcher("container", "!=", ""), Matcher("container", "!=", "POD"))
_PODS = (Matcher("pod", "!=", ""),)
_NO_DISKS = Matcher("device", "!~", "(loop|ram|dm-|sr|fd).*")
_NO_FILES = Matcher("fstype", "!~", "tmpfs|ramfs|overlay|squashfs|iso9660|nsfs|fuse.*|nfs.*|cifs")


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is measured of each of a kind; `by` are the labels that tell them apart."""

    name: str
    unit: str
    by: tuple[str, ...]
    write: Callable[[str, float], str]
    """Writes the expression for a namespace, its rates over so many seconds."""


def _per_pod(metric: str) -> Callable[[str, float], str]:
    def write(namespace: str, window_s: float) -> str:
        matchers = (Matcher("namespace", "=", namespace), *_PROGRAMS)
        return summed(("pod",), rate(Selector(metric, matchers), window_s))

    return write


def _packets_lost(namespace: str, window_s: float) -> str:
    matchers = (Matcher("namespace", "=", namespace), *_PODS)
    lost, all_ = (
        " + ".join(
            summed(("pod",), rate(Selector(f"{packets}{what}_total", matchers), window_s))
            for packets in _PACKETS
        )
        for what in ("_dropped", "")
    )
    return f"({lost}) / ({all_} > 0)"


def _volume_used(namespace: str, window_s: float) -> str:  # noqa: ARG001 - no rate
    matchers = (Matcher("namespace", "=", namespace),)
    used, size = (
        highest(("persistentvolumeclaim",), str(Selector(f"kubelet_volume_stats_{what}", matchers)))
        for what in ("used_bytes", "capacity_bytes")
    )
    return f"{used} / ({size} > 0)"


def _node_disk_used(namespace: str, window_s: float) -> str:  # noqa: ARG001 - of all, and no rate
    free = Selector("node_filesystem_avail_bytes", (_NO_FILES,))
    share = f"1 - {free} / ({free.named('node_filesystem_size_bytes')} > 0)"
    return highest(NODE_LABELS, share)


def _node_disk_busy(namespace: str, window_s: float) -> str:  # noqa: ARG001 - of all
    busy = Selector("node_disk_io_time_seconds_total", (_NO_DISKS,))
    return highest(NODE_LABELS, rate(busy, window_s))


def _node_retransmits(namespace: str, window_s: float) -> str:  # noqa: ARG001 - of all
    return highest(NODE_LABELS, rate(Selector("node_netstat_Tcp_RetransSegs", ()), window_s))


MEASURES = (
    Measure("cpu", "cores", ("pod",), _per_pod(CPU_SECONDS)),
    Measure("cpu_throttled", "ratio", ("pod",), _per_pod(THROTTLED_SECONDS)),
    Measure("disk_busy", "ratio", ("pod",), _per_pod(IO_WAITED_SECONDS)),
    Measure("packets_lost", "ratio", ("pod",), _packets_lost),
    Measure("volume_used", "ratio", ("persistentvolumeclaim",), _volume_used),
    Measure("disk_used", "ratio", NODE_LABELS, _node_disk_used),
    Measure("disk_busy", "ratio", NODE_LABELS, _node_disk_busy),
    Measure("tcp_retransmits", "segments_per_second", NODE_LABELS, _node_retransmits),
)
