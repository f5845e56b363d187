"""What a node is told when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path

from infrastructure.lab.node.addresses import ALL_OF_THEM, Share
from infrastructure.lab.node.backoff import BackoffLimits
from infrastructure.lab.node.images import ImageCatalogue, Registry


@dataclass(frozen=True)
class NodeConfig:
    """Where the node keeps its files, which addresses it gives, and how fast it lives."""

    state_dir: Path
    """Pod logs and scratch folders go below this folder."""
    python: str
    """The interpreter that runs the node's process shim."""
    images: ImageCatalogue | Registry
    network: IPv4Network
    """A /16 inside 127.0.0.0/8; pods get addresses from its lower part."""
    cadvisor_port: int
    """The port of its own address on which the node serves its metrics."""
    node_name: str = "node-1"
    host_ip: str = "127.0.0.1"
    """The node's own address."""
    share: Share = ALL_OF_THEM
    """Which of the network's pod addresses are the node's to give."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of the cluster that every container sees, below its own."""
    backoff: BackoffLimits = field(default_factory=BackoffLimits)
    """Waits between restarts and between image pulls; a real node uses 10 s to 300 s."""
