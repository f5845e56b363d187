"""Probes that give a container less time than it needs."""

import re
from collections.abc import Iterator
from datetime import timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.runtime import probing
from sre_agent.diagnosis.kubernetes.runtime.probing import ProbeFailure
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Probe
from sre_agent.domain.faults import FaultClass

SHORT_S = 15.0
"""Hardly any server is up and answering before, with a cold cache and a bounded CPU."""
HASTY_TIMEOUT_S = 1.0
"""The default, too little for a page that does work."""
_CLASSES = {
    "liveness": FaultClass.LIVENESS_PROBE_TOO_STRICT,
    "readiness": FaultClass.READINESS_PROBE_TOO_STRICT,
    "startup": FaultClass.STARTUP_PROBE_TOO_STRICT,
}
_STARTED = re.compile(r"[Ss]tarted .{0,80}? in (\d+(?:\.\d+)?) ?(ms|s\b|seconds)")
_TOO_SLOW = re.compile(r"Client\.Timeout|awaiting headers|timed out|command .* timed out")


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a probe whose port is right, but whose patience ends before the container can answer."""
    for failure in probing.failures(view):
        if failure.ends_itself or not failure.got_no_answer or not _is_port_right(failure):
            continue
        found = _too_strict(view, failure)
        if found:
            weight, why = found
            probe = failure.probe
            statement = (
                f"{failure.say()}; {why} (delay {probe.initial_delay_s:g} s, every "
                f"{probe.period_s:g} s, timeout {probe.timeout_s:g} s, "
                f"{probe.failure_threshold} failures)"
            )
            yield cause(
                Suspect(_CLASSES[failure.kind], failure.workload),
                "probes.timing",
                weight,
                statement,
                failure.ids,
                container=failure.container.name,
                patience_s=patience_s(probe),
            )


def patience_s(probe: Probe) -> float:
    """Return how many seconds after its start a container is given up if it never answers."""
    return probe.initial_delay_s + probe.period_s * (probe.failure_threshold - 1) + probe.timeout_s


def _too_strict(view: View, failure: ProbeFailure) -> tuple[float, str] | None:
    if failure.kind == "readiness":
        return _hasty(failure)
    patience, needs = patience_s(failure.probe), _start_s(view, failure)
    if needs is not None and patience < needs:
        return weights.POD_STATE, f"it starts in {needs:g} s and is given {patience:g} s"
    if patience < SHORT_S:
        return weights.CONTRADICTION_SEEN, f"it is given up {patience:g} s after its start"
    return _late(failure, patience) or _hasty(failure)


def _late(failure: ProbeFailure, patience: float) -> tuple[float, str] | None:
    """Return whether the container never got further than its start."""
    if failure.kind == "startup":
        return weights.CONTRADICTION, f"it is not up within {patience:g} s"
    lived = _lived(failure)
    if lived and lived < timedelta(seconds=SHORT_S):
        seconds = lived.total_seconds()
        return weights.WORDS_IN_PASSING, f"it is killed {seconds:.0f} s after its start"
    return None


def _hasty(failure: ProbeFailure) -> tuple[float, str] | None:
    """Return whether somebody is there but answers later than the probe waits."""
    is_slow = bool(_TOO_SLOW.search(failure.message))
    if is_slow and failure.probe.timeout_s <= HASTY_TIMEOUT_S:
        return weights.GENERIC_STATE + weights.HINT / 2, "it answers later than the probe waits"
    return None


def _is_port_right(failure: ProbeFailure) -> bool:
    """Return whether the probe asks where the container listens, as far as is known."""
    if failure.probe.handler == "exec":
        return True
    declared = probing.declared_ports(failure.pod)
    rewritten = failure.probe.path.startswith(probing.REWRITTEN)
    other = failure.other
    if other and other.handler not in {failure.probe.handler, "exec", "tcp"} and not rewritten:
        return probing.port_of(other, failure.container) != failure.port
    return rewritten or not declared or failure.port in declared


def _start_s(view: View, failure: ProbeFailure) -> float | None:
    """Return how long the container says that it took to start."""
    longest = None
    for log in view.logs_of.get(failure.workload, ()):
        for line in log.lines:
            said = _STARTED.search(line) if "tarted" in line else None
            if said:
                seconds = float(said[1]) / (1000 if said[2] == "ms" else 1)
                longest = max(longest or 0.0, seconds)
    return longest


def _lived(failure: ProbeFailure) -> timedelta | None:
    ended = next(
        (item.last_ended for item in failure.pod.statuses if item.name == failure.container.name),
        None,
    )
    if ended and ended.started_at and ended.finished_at:
        return ended.finished_at - ended.started_at
    return None
