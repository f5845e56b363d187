"""What a workload waits for that is slow by itself: CPU, its limit, its disk or its network."""

from collections.abc import Mapping
from dataclasses import dataclass

from sre_agent.diagnosis.kubernetes.performance import load, packets
from sre_agent.diagnosis.metrics.shifts import Shift
from sre_agent.domain.cluster.pods import PodSpec
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.telemetry import measures

_DISK_BUSY = 0.8
"""Whoever asks one that works this share of the time waits five times as long as an idle one takes,
by the formula of the single queue: one over the share in which it is idle."""
_DISK_MORE = 1.5
"""A disk that was nearly as busy before held nobody up then."""
_DISK_LEAST = 0.1
"""What is near this share in both times is idle in both."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What holds a workload up, and the numbers that show it, to follow its name in a sentence."""

    fault: FaultClass
    why: str


def reason(measured: Mapping[str, Shift], template: PodSpec | None) -> Reason:
    """Return what was measured to hold it up; if nothing was, the way to it is left."""
    found = _processor(measured, template) or _disk(measured) or _packets(measured)
    return found or Reason(
        FaultClass.POD_NETWORK_DELAY,
        "needs no more CPU than before, so that its requests wait on the network",
    )


def _processor(measured: Mapping[str, Shift], template: PodSpec | None) -> Reason | None:
    if load.is_overloaded(measured, template):
        return Reason(FaultClass.CPU_OVERLOAD, "burns far more CPU than before")
    if not load.is_throttled(measured):
        return None
    held = measured[measures.CPU_THROTTLED]
    why = (
        f"is held back by its CPU limit for {held.now:.2g} s of every second, before "
        f"{held.before:.2g} s, though it burns no more than before"
    )
    return Reason(FaultClass.CPU_THROTTLING, why)


def _disk(measured: Mapping[str, Shift]) -> Reason | None:
    busy = measured.get(measures.DISK_BUSY)
    if busy is None or busy.now < _DISK_BUSY or busy.ratio(_DISK_LEAST) < _DISK_MORE:
        return None
    why = f"has a disk that is busy {busy.now:.0%} of the time, before {busy.before:.0%}"
    return Reason(FaultClass.DISK_SATURATION, why)


def _packets(measured: Mapping[str, Shift]) -> Reason | None:
    said = packets.lost(measured)
    return Reason(FaultClass.POD_NETWORK_LOSS, said) if said else None
