"""The case with what every judgement needs worked out once: graph, health, anchors, onsets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sre_agent.diagnosis.incident import requests, topology
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.incident.requests import Culprit
from sre_agent.diagnosis.incident.topology import Graph
from sre_agent.diagnosis.metrics.health import Health, judge
from sre_agent.domain.alert import Alert, AlertStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.metrics import ActiveAlert, GoldenSignals

OBJECT_LABELS = (
    "deployment",
    "service",
    "app",
    "app_kubernetes_io_name",
    "pod",
    "job",
    "container",
    "statefulset",
    "replicaset",
    "daemonset",
)
"""Alert labels that may name a workload, the surest first."""
ONSET_TOLERANCE_S = 15.0
"""Clocks differ and rates are smoothed: within this of the onset nobody can tell what was first."""
ALERT_LAG = timedelta(minutes=5)
"""An alert may fire this long after the trouble began: its rule looks back, and waits."""


@dataclass(frozen=True)
class Onset:
    """When the trouble of an object began, how finely that is known, and the evidence if any.

    `at` is never before the trouble began, but may be later by `lag`: a rate shows a rise after it
    happened, and an alert fires when its rule has held for a while.
    """

    at: datetime
    tolerance: timedelta
    is_measured: bool
    lag: timedelta


@dataclass(frozen=True)
class Situation:
    """A case, judged as far as single facts go.

    `anchors` are the workloads that the alerts name; `health` is by workload, `calls` by caller and
    callee, as the caller's own client metrics see it; `firing` names the alerts that Prometheus
    itself has firing now, by workload.
    """

    case: Case
    graph: Graph
    anchors: tuple[ObjectRef, ...]
    health: Mapping[ObjectRef, Health]
    calls: Mapping[tuple[ObjectRef, ObjectRef], Health]
    firing: Mapping[ObjectRef, frozenset[str]]
    culprit: Culprit | None = None
    """At whom traced requests begin to fail or to lose time, where they tell."""

    def is_named(self, alert: Alert) -> bool:
        """Return whether an alert names a workload that is known."""
        return self.workload_of(alert) is not None

    def named_by(self, labels: Mapping[str, str]) -> ObjectRef | None:
        """Return the workload that labels name, or None when they name none that is known."""
        return _named(self.case, labels)

    def workload_of(self, alert: Alert) -> ObjectRef | None:
        """Return the workload that an alert names, or None when it names none that is known."""
        return _named(self.case, alert.labels)

    def onset(self, ref: ObjectRef) -> Onset:
        """Return the onset by the object's own signals, else by the anchors', else by the alert."""
        seen = self.suffering(ref)
        health = self.health[seen] if seen else None
        if health is None or health.onset_at is None:
            return Onset(self._alerted_at(ref), timedelta(0), is_measured=False, lag=ALERT_LAG)
        tolerance = timedelta(seconds=max(ONSET_TOLERANCE_S, 2 * health.step_s))
        at = self._not_after_alert(ref, health, health.onset_at)
        return Onset(at, tolerance, is_measured=True, lag=tolerance)

    @property
    def began(self) -> Onset:
        """Return the onset of the incident: of the first workload that alerts name, else of its service."""
        incident = self.case.incident
        service = ObjectRef.deployment(incident.namespace, incident.service)
        return self.onset(next(iter(self.anchors), service))

    def suffering(self, ref: ObjectRef) -> ObjectRef | None:
        """Return whose signals show the trouble of an object: its own, else an alerting workload's."""
        found = (item for item in (ref, *self.anchors) if item in self.health)
        return next((item for item in found if self.health[item].onset_at), None)

    @property
    def alerted_last(self) -> datetime:
        """Return when the newest of the incident's alerts began."""
        return max(
            (alert.starts_at for alert in self.case.incident.alerts),
            default=self.case.incident.started_at,
        )

    def _not_after_alert(self, ref: ObjectRef, health: Health, measured: datetime) -> datetime:
        """Return the alert's time where the signals show the same rise a little later than it.

        An alert from before the calm that preceded the rise speaks of an earlier episode.
        """
        alerted = self._alerted_at(ref)
        if health.calm_since and alerted <= health.calm_since:
            return measured
        is_late = measured <= alerted + ALERT_LAG or health.is_high_from_the_start
        return alerted if alerted < measured and is_late else measured

    def _alerted_at(self, ref: ObjectRef) -> datetime:
        """Return since when alerts fire: those of the object itself, else all of the incident."""
        told = self._alert_times()
        own = [at for named, at in told if named == ref]
        return min(own or [at for _, at in told], default=self.case.incident.started_at)

    def _alert_times(self) -> list[tuple[ObjectRef | None, datetime]]:
        """Return what each alert that fires names, and since when; of one, the latest time counts.

        Prometheus knows since when its rule holds, which is before the alert fires.
        """
        firing: dict[str, Alert] = {}
        for alert in sorted(self.case.incident.alerts, key=lambda item: item.starts_at):
            if alert.status is AlertStatus.FIRING:
                firing[alert.fingerprint] = alert
        told = [(self.workload_of(alert), alert.starts_at) for alert in firing.values()]
        return [*told, *_pending_since(self.case, self.anchors)]


def assess(case: Case) -> Situation:
    """Return the situation of a case."""
    calls: dict[tuple[ObjectRef, ObjectRef], Health] = {}
    for caller, seen in case.signals.items():
        for group in seen.fact.dependencies:
            callee = topology.peer(case, caller, group.labels)
            if callee:
                calls[caller, callee] = judge(group, seen.fact.end, seen.fact.step_s)
    situation = Situation(
        case=case,
        graph=topology.build(case),
        anchors=_anchors(case),
        health={ref: _health(case, ref, seen.fact) for ref, seen in case.signals.items()},
        calls=calls,
        firing=_firing(case),
    )
    return replace(situation, culprit=_culprit(situation)) if case.traces else situation


def _culprit(seen: Situation) -> Culprit | None:
    """Return at whom the trouble of an alerting workload's requests begins.

    A measured onset may be late by its tolerance; a few requests that were well still do no harm.
    """
    for anchor in seen.anchors:
        onset = seen.onset(anchor)
        calm_until = onset.at - max(onset.tolerance, onset.lag)
        found = requests.culprit(seen.case, calm_until, onset.at - onset.tolerance)
        if found:
            return found
    return None


def _health(case: Case, ref: ObjectRef, signals: GoldenSignals) -> Health:
    """Return the health of a workload; where no pod is ready to count requests, none is measured.

    Requests that nobody answers are seen by those who send them, and the last counters of pods
    that are gone linger for a while.
    """
    judged = judge(signals.total, signals.end, signals.step_s)
    workload = case.workloads.get(ref)
    if workload and not any(pod.ready for pod in workload.fact.pods):
        return replace(judged, is_measured=False)
    return judged


def _anchors(case: Case) -> tuple[ObjectRef, ...]:
    incident = case.incident
    named = [case.names.resolve(incident.namespace, incident.service)]
    named += [_named(case, alert.labels) for alert in incident.alerts]
    return tuple(dict.fromkeys(ref for ref in named if ref))


def _pending_since(
    case: Case, anchors: tuple[ObjectRef, ...]
) -> list[tuple[ObjectRef | None, datetime]]:
    """Return since when the rules of the incident's alerts hold, which is before they fire."""
    names = {alert.name for alert in case.incident.alerts}
    return [
        (named, alert.active_at)
        for alert in (case.alerts.fact.alerts if case.alerts else ())
        if alert.active_at
        and alert.name in names
        and (named := _named(case, alert.labels)) in anchors
    ]


def _firing(case: Case) -> dict[ObjectRef, frozenset[str]]:
    found: dict[ObjectRef, frozenset[str]] = {}
    for alert in case.alerts.fact.alerts if case.alerts else ():
        ref = _named(case, alert.labels) if alert.state == "firing" else None
        if ref and not _has_ended_since(case, alert):
            found[ref] = found.get(ref, frozenset()) | {alert.name}
    return found


def _has_ended_since(case: Case, listed: ActiveAlert) -> bool:
    """Return whether its source told the end of an alert that fired when the list was made."""
    labels = {name: value for name, value in listed.labels.items() if name != "alertname"}
    return any(
        alert.name == listed.name
        and alert.status is AlertStatus.RESOLVED
        and alert.ends_at is not None
        and case.alerts is not None
        and alert.ends_at >= case.alerts.at
        and labels.items() <= alert.labels.items()
        for alert in case.incident.alerts
    )


def _named(case: Case, labels: Mapping[str, str]) -> ObjectRef | None:
    """Return the workload that the labels of an alert name, by the surest label that names one."""
    namespace = labels.get("namespace") or labels.get("exported_namespace") or ""
    for label in OBJECT_LABELS:
        found = case.names.resolve(namespace or case.incident.namespace, labels.get(label, ""))
        if found:
            return found
    return None
