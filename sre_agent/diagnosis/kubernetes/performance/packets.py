"""Whether packets are lost: told by their share, or by how many have to be sent again."""

from collections.abc import Mapping

from sre_agent.diagnosis.metrics.shifts import Shift
from sre_agent.domain.telemetry import measures

MORE = 5.0
"""So many times as much as before is no chance."""
LEAST_REPEATED_PER_S = 0.1
"""Less than one in ten seconds counts as this many, so that next to none is not infinitely more."""
REPEATED_PER_S = 1.0
"""A segment a second sent again is more than late receipts explain."""
_LOST = 0.01
"""With one packet in a hundred lost, TCP halves its pace again and again: throughput falls with the
root of the loss (Mathis et al., "The macroscopic behavior of the TCP congestion avoidance
algorithm", CCR 1997)."""
_LEAST_LOST = 0.001
"""The same for the share of packets lost."""


def lost(measured: Mapping[str, Shift]) -> str | None:
    """Return that packets are lost, to follow a name in a sentence, or None where they are not."""
    share, repeated = measured.get(measures.PACKETS_LOST), measured.get(measures.TCP_RETRANSMITS)
    if share and share.now >= _LOST and share.ratio(_LEAST_LOST) >= MORE:
        return f"loses {share.now:.1%} of its packets, before {share.before:.1%}"
    if repeated and repeated.now >= REPEATED_PER_S and repeated.ratio(LEAST_REPEATED_PER_S) >= MORE:
        return f"sends {repeated.now:.3g} TCP segments a second again, before {repeated.before:.3g}"
    return None
