"""An incident as a stream of alerts over its dependency graph, the form in which past ones teach.

Alerts of monitoring systems, rises in the requests that are served or sent, and new error lines are
all told by the workload that shows them; an alert about a call names both of its ends.
"""

import re
from collections.abc import Iterable, Iterator

from sre_agent.diagnosis.alert_streams import Stream, features
from sre_agent.diagnosis.incident.case import Seen
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.logs import novelty
from sre_agent.diagnosis.metrics.health import Health
from sre_agent.domain.alert import AlertStatus
from sre_agent.domain.ids import NO_EVIDENCE, EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.metrics import GoldenSignals
from sre_agent.domain.telemetry import AlertKind, AlertSignal
from sre_agent.domain.telemetry.alerts import SLOW

MOST_ENTITIES = 40
"""Workloads of one stream: those in trouble and whom they speak with come first."""
MOST_LINES = 20
"""New error lines of one workload."""
NAME_CHARACTERS = 160
FAILED = "failed"
CALLEE_LABELS = ("peer", "callee", "upstream", "destination_workload", "destination_service_name")
"""Labels by which an alert about calls names whom its workload calls."""
_FALLS = re.compile(r"(?<![sf])low|drop|fall|down|absent|missing|no_?traffic", re.IGNORECASE)
"""Words for what is less than it was: neither "slow" nor "flow" is one."""


def of(situation: Situation) -> Stream:
    """Return what was raised so far in an incident; the order of the evidence makes no difference."""
    told = {_key(signal): signal for signal in sorted(_signals(situation), key=_order)}
    signals = tuple(told[key] for key in sorted(told))
    entities = _entities(situation, {n for s in signals for n in (s.entity, s.caller) if n})
    place = {name: position for position, name in enumerate(entities)}
    known = tuple(item for item in signals if item.entity in place)
    pairs = {
        (place[str(caller)], place[str(callee)])
        for caller, callees in situation.graph.edges.items()
        for callee in callees
        if str(caller) in place and str(callee) in place
    }
    both_ways = frozenset(pairs | {(callee, caller) for caller, callee in pairs})
    return Stream(entities, known, both_ways, _hosts(situation, place))


def _signals(situation: Situation) -> Iterator[AlertSignal]:
    yield from _alerts(situation)
    for ref, seen in situation.case.signals.items():
        yield from _requests(ref, situation.health[ref], seen)
    for (caller, callee), health in situation.calls.items():
        yield from _calls(caller, callee, health, situation.case.signals[caller].id)
    for ref, logs in situation.case.patterns.items():
        for pattern in novelty.new_patterns(situation.case, ref)[:MOST_LINES]:
            yield AlertSignal(
                kind=AlertKind.LOG,
                entity=str(ref),
                name=" ".join(pattern.template.lower().split())[:NAME_CHARACTERS],
                source=logs.id,
            )


def _alerts(situation: Situation) -> Iterator[AlertSignal]:
    """Yield the alerts that fire: those that opened the incident, and what Prometheus has now."""
    for alert in situation.case.incident.alerts:
        if alert.status is AlertStatus.FIRING:
            yield from _alert(
                situation, alert.name, alert.labels, alert.starts_at.timestamp(), NO_EVIDENCE
            )
    listed = situation.case.alerts
    for item in listed.fact.alerts if listed else ():
        if listed and item.state == "firing":
            since = item.active_at.timestamp() if item.active_at else None
            yield from _alert(situation, item.name, item.labels, since, listed.id)


def _alert(
    situation: Situation,
    name: str,
    labels: dict[str, str],
    at_s: float | None,
    source: EvidenceId,
) -> Iterator[AlertSignal]:
    ref = situation.named_by(labels)
    if ref is None:
        return
    named = (labels[label] for label in CALLEE_LABELS if labels.get(label))
    callees = (situation.case.names.resolve(ref.namespace, item) for item in named)
    callee = next((item for item in callees if item and item != ref), None)
    short = name[:NAME_CHARACTERS]
    if callee is None:
        yield AlertSignal(
            kind=AlertKind.METRIC,
            entity=str(ref),
            name=short,
            direction="down" if _FALLS.search(name) else "up",
            at_s=at_s,
            source=source,
        )
    else:
        yield AlertSignal(
            kind=AlertKind.TRACE,
            entity=str(callee),
            caller=str(ref),
            name=short,
            direction=SLOW if features.resource(name) == "latency" else FAILED,
            at_s=at_s,
            source=source,
        )


def _requests(ref: ObjectRef, health: Health, seen: Seen[GoldenSignals]) -> Iterator[AlertSignal]:
    onset = health.onset_at.timestamp() if health.onset_at else None
    shown = (
        ("errors", health.errors or health.high_since),
        ("latency", health.latency),
    )
    for name, is_shown in shown:
        if is_shown:
            yield AlertSignal(
                kind=AlertKind.METRIC,
                entity=str(ref),
                name=name,
                direction="up",
                at_s=onset,
                source=seen.id,
            )


def _calls(
    caller: ObjectRef, callee: ObjectRef, health: Health, source: EvidenceId
) -> Iterator[AlertSignal]:
    shown = ((FAILED, health.errors or health.high_since), (SLOW, health.latency))
    for direction, is_shown in shown:
        if is_shown:
            yield AlertSignal(
                kind=AlertKind.TRACE,
                entity=str(callee),
                caller=str(caller),
                name="calls",
                direction=direction,
                source=source,
            )


_Key = tuple[str, str, str, str, str]


def _key(signal: AlertSignal) -> _Key:
    return (signal.kind.value, signal.entity, signal.caller, signal.name, signal.direction)


def _order(signal: AlertSignal) -> tuple[_Key, bool, float, str]:
    """Return an order in which, of one alert told twice, that with evidence and the later comes last."""
    return _key(signal), bool(signal.source), signal.at_s or 0.0, signal.source


def _entities(situation: Situation, troubled: Iterable[str]) -> tuple[str, ...]:
    """Return whom the stream is about, sorted: who shows anything, whom they speak with, the rest."""
    first = {*troubled, *map(str, situation.anchors)}
    graph = situation.graph.edges
    spoken = {
        str(ref)
        for caller, callees in graph.items()
        for callee in callees
        if str(caller) in first or str(callee) in first
        for ref in (caller, callee)
    }
    places = {ref.namespace for ref in situation.anchors} | {situation.case.incident.namespace}
    beside = {str(ref) for ref in situation.case.names.workloads if ref.namespace in places}
    ranked = [*sorted(first), *sorted(spoken - first), *sorted(beside - spoken - first)]
    return tuple(sorted(ranked[:MOST_ENTITIES]))


def _hosts(situation: Situation, place: dict[str, int]) -> dict[str, str]:
    """Return the node of each workload whose pods all run on one."""
    found = {}
    for ref, seen in situation.case.workloads.items():
        nodes = {pod.node for pod in seen.fact.pods if pod.node}
        if len(nodes) == 1 and str(ref) in place:
            found[str(ref)] = nodes.pop()
    return found
