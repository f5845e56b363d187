"""Probes that fail now: which one, of which container, at which port, and in what words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.meta import Event
from sre_agent.domain.cluster.pods import ContainerSpec, Pod, Probe
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_SAID = re.compile(r"^(Liveness|Readiness|Startup) probe (?:failed|errored)")
_PORT = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|\]|localhost):(\d{2,5})")
_NO_ANSWER = re.compile(
    r"connection refused|failed to connect|context deadline exceeded|i/o timeout|no route to host"
    r"|Client\.Timeout|timed out|connect: |dial tcp",
)
_KILLED = frozenset({137, 143})
"""Exit codes of what a signal ended: SIGKILL, SIGTERM."""
REWRITTEN = "/app-health/"
"""A service mesh puts its own agent in front of probes; the port it asks at is the agent's."""


@dataclass(frozen=True)
class ProbeFailure:
    """A probe that fails now. `kind` is liveness, readiness or startup; `count` its failures."""

    workload: ObjectRef
    pod: Pod
    container: ContainerSpec
    kind: str
    probe: Probe
    message: str
    count: int
    ids: tuple[EvidenceId, ...]
    ends_itself: bool = False
    """The container ends without the kubelet's doing: whoever asks then finds nobody."""

    @property
    def port(self) -> int | None:
        """Return the number of the port that is asked at; None for a name nobody declares."""
        return port_of(self.probe, self.container)

    @property
    def other(self) -> Probe | None:
        """Return the probe of the other kind of the same container, for comparison."""
        readiness, liveness = self.container.readiness, self.container.liveness
        return liveness if self.kind == "readiness" else readiness

    @property
    def got_no_answer(self) -> bool:
        """Return whether nobody answered at all, so that protocol and path cannot be judged."""
        return bool(_NO_ANSWER.search(self.message))

    def say(self) -> str:
        """Return the probe and what became of it, for a statement."""
        return f"{self.kind} probe of {self.container.name} fails: {self.message[:160]}"


def port_of(probe: Probe, container: ContainerSpec) -> int | None:
    """Return the number of a probe's port; None for exec probes and names nobody declares."""
    if not isinstance(probe.port, str):
        return probe.port
    if probe.port.isdigit():
        return int(probe.port)
    return next((item.number for item in container.ports if item.name == probe.port), None)


def declared_ports(pod: Pod) -> frozenset[int]:
    """Return the ports that the containers of a pod declare; they share one address."""
    return frozenset(port.number for item in pod.spec.containers for port in item.ports)


def failures(view: View) -> tuple[ProbeFailure, ...]:
    """Return for each workload and kind of probe the failure seen most often.

    Failures of pods that are ready again are over, as are those that came before a container was
    started; a liveness probe counts only where the kubelet restarts for it or will.
    """
    return view.once(_failures)


def _failures(view: View) -> tuple[ProbeFailure, ...]:
    found: dict[tuple[ObjectRef, str, str], ProbeFailure] = {}
    for item in _all(view):
        key = (item.workload, item.kind, item.container.name)
        best = found.get(key)
        if best is None or (-item.count, item.message) < (-best.count, best.message):
            found[key] = item
    return tuple(found[key] for key in sorted(found, key=str))


def _all(view: View) -> Iterator[ProbeFailure]:
    for event in view.snapshot.events:
        said = _SAID.match(event.message) if event.reason in {"Unhealthy", "ProbeError"} else None
        pod = view.pods.get((event.ref.namespace, event.ref.name))
        if said is None or pod is None or not wellbeing.is_recent(view, event):
            continue
        kind = said[1].lower()
        container = _container(pod, kind, event.message)
        probe = getattr(container, kind) if container else None
        if container and probe and _goes_on(view, pod, container, event, probe):
            yield ProbeFailure(
                workload=view.owner_of(pod),
                pod=pod,
                container=container,
                kind=kind,
                probe=probe,
                message=event.message.partition(": ")[2] or event.message,
                count=event.count,
                ids=(event.source, pod.meta.source),
                ends_itself=_ends_itself(view, pod, container),
            )


def _goes_on(view: View, pod: Pod, container: ContainerSpec, event: Event, probe: Probe) -> bool:
    """Return whether a failing probe still does harm: no readiness, or restarts."""
    now = view.snapshot.taken_at
    status = next((item for item in pod.statuses if item.name == container.name), None)
    if event.message.startswith("Readiness"):
        return not pod.ready and not (status and status.ready)
    if status and wellbeing.restarted_now(status, now):
        return True
    return not (status and status.ready) and event.count >= probe.failure_threshold


def _ends_itself(view: View, pod: Pod, container: ContainerSpec) -> bool:
    """Return whether a container restarts, and not because the kubelet killed it for a probe."""
    status = next((item for item in pod.statuses if item.name == container.name), None)
    if status is None or status.restarts == 0:
        return False
    ended = status.last_ended or status.ended
    if ended and (ended.exit_code in _KILLED or ended.reason == "OOMKilled"):
        return ended.reason == "OOMKilled"
    said = view.events_of.get(pod.meta.ref, ())
    return not any(item.reason == "Killing" and " probe" in item.message for item in said)


def _container(pod: Pod, kind: str, message: str) -> ContainerSpec | None:
    """Return whose probe a message tells of: the one asked at that port, or the only one."""
    asked = [item for item in pod.spec.containers if getattr(item, kind) is not None]
    port = _PORT.search(message)
    at_port = [
        item for item in asked if port and port_of(getattr(item, kind), item) == int(port[1])
    ]
    if at_port:
        return at_port[0]
    waiting = {item.name for item in pod.statuses if not item.ready or item.restarts}
    unwell = [item for item in asked if item.name in waiting]
    return next(iter(unwell or asked), None)
