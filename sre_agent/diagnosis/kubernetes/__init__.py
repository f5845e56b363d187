"""What the cluster says of its objects: one analyzer per kind of trouble, and the table of them."""

from collections.abc import Callable, Iterable

from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.kubernetes import (
    crash_loop,
    image_unavailable,
    missing_configuration,
    no_endpoints,
    node_not_ready,
    out_of_memory,
    unhealthy_pod,
)
from sre_agent.diagnosis.situation import Situation

Analyzer = Callable[[Situation], Iterable[Hypothesis]]

ANALYZERS: tuple[Analyzer, ...] = (
    missing_configuration.propose,
    out_of_memory.propose,
    image_unavailable.propose,
    crash_loop.propose,
    no_endpoints.propose,
    node_not_ready.propose,
    unhealthy_pod.propose,
)
"""Every analyzer; each proposes what its kind of trouble shows, or nothing."""
