"""What keeps a request from finding its pods: Services, ingresses, gateways, routes."""

from sre_agent.diagnosis.kubernetes.routing import (
    gateway,
    ingress,
    load_balancer,
    misroute,
    missing_service,
    no_endpoints,
    protocol,
    selector,
    target_port,
)
from sre_agent.diagnosis.kubernetes.table import SnapshotAnalyzer

ANALYZERS: tuple[SnapshotAnalyzer, ...] = (
    selector.analyze,
    target_port.analyze,
    protocol.analyze,
    missing_service.analyze,
    no_endpoints.analyze,
    load_balancer.analyze,
    ingress.analyze,
    gateway.analyze,
    misroute.analyze,
)
"""The analyzers of this layer."""
